"""Genera comunicazione (SIS-37, SIS-38): a dry run that freezes the audience, then a job that writes what it listed.

The row of the run is locked while a stretch is written, so two workers never write the same; a stretch is one
INSERT … SELECT, and whoever repeats it adds nothing. A worker that dies leaves the rest to whoever rings next.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from clients.company_links import linked_company
from clients.models import Client
from communications import audience
from communications.enums import UNSENT, RunState
from communications.letters import frame_in_force, letter_of
from communications.models import AudienceMember, CommunicationRun, CommunicationTemplate
from communications.queries.recipients import mail_settings
from communications.services.recipients import locked_settings
from tenants import audit
from tenants.binding import bound_firm_id
from tenants.models import Membership

# Up to so many are written while the person waits.
AT_ONCE = 500
STRETCH = 10_000
LOST_AFTER = timedelta(minutes=1)
DRAFTS_KEPT = timedelta(days=1)
UNDER_WAY = (RunState.QUEUED, RunState.RUNNING)

GENERATE = f"""
WITH stretch AS (
    SELECT a.client_id, a.address FROM communications_audiencemember a
    WHERE a.firm_id = %(firm)s AND a.run_id = %(run)s AND a.reason = '' AND a.client_id > %(cursor)s
    ORDER BY a.client_id LIMIT %(stretch)s
), written AS (
    INSERT INTO communications_communication (
        firm_id, run_id, client_id, company_id, address, state, generated_at, subject, text, problem, version)
    SELECT %(firm)s, %(run)s, stretch.client_id, {linked_company("stretch.client_id")}, stretch.address, 'generated',
        %(at)s, '', '', '', 1
    FROM stretch ORDER BY stretch.client_id
    ON CONFLICT (firm_id, run_id, client_id) DO NOTHING
    RETURNING 1
)
SELECT (SELECT count(*) FROM stretch), (SELECT count(*) FROM written), (SELECT max(client_id) FROM stretch)
"""  # noqa: S608 - put together of constants
REPLACE = """
UPDATE communications_communication old SET state = 'cancelled', problem = 'replaced', version = old.version + 1
FROM communications_communication new, communications_communicationrun r
WHERE new.firm_id = %(firm)s AND new.run_id = %(run)s AND old.firm_id = new.firm_id AND old.client_id = new.client_id
  AND old.id <> new.id AND old.state = ANY(%(unsent)s)
  AND r.firm_id = old.firm_id AND r.id = old.run_id AND r.template_id = %(template)s
"""


@transaction.atomic
def prepare(
    template: CommunicationTemplate,
    clients: QuerySet[Client],
    *,
    audience_name: str,
    replaces: bool = False,
    by: Membership,
    at: datetime,
) -> CommunicationRun:
    """The dry run. Raises ValidationError for a template that cannot be rendered, or when nobody has begun yet."""
    settings = mail_settings()
    if settings.begun_at is None:
        raise ValidationError(_("Enable your clients for e-mail first."), code="not_begun")
    letter_of(template)
    CommunicationRun.objects.filter(pk__in=_drafts_of(by)).delete()
    run = CommunicationRun(
        template=template,
        kind=template.kind,
        opportunity=template.opportunity,
        name=template.name,
        subject=template.subject,
        body=template.body,
        frame=asdict(frame_in_force().frame()),
        audience=audience_name[:200],
        replaces=replaces,
        by=by,
        created_at=at,
        moved_at=at,
    )
    run.save()
    run.total = audience.freeze(run, clients, pressure_days=settings.pressure_days)
    run.included = AudienceMember.objects.filter(run_id=run.pk, reason="").count()
    run.save(update_fields=["total", "included"])
    return run


@transaction.atomic
def confirm(run: CommunicationRun, *, at: datetime) -> CommunicationRun:
    """Write it, or queue it. A second confirmation does nothing; a stale dry run has to be made again."""
    locked_settings()
    run = _locked(run)
    if run.state != RunState.DRAFT:
        return run
    if not run.included:
        raise ValidationError(_("Nobody would be written to."), code="nobody")
    if CommunicationRun.objects.filter(template=run.template_id, confirmed_at__gte=run.created_at).exists():
        problem = _("Somebody has generated communications of this template meanwhile: look again before you confirm.")
        raise ValidationError(problem, code="stale_draft")
    run.state, run.confirmed_at, run.moved_at = RunState.QUEUED, at, at
    run.save(update_fields=["state", "confirmed_at", "moved_at"])
    facts = {"template": run.name, "audience": run.audience, "included": run.included, "total": run.total}
    audit.record("communicationrun.confirmed", run, by=run.by, after=facts)
    if run.included <= AT_ONCE:
        advance(run, at=at)
    return run


@transaction.atomic
def stop(run: CommunicationRun, *, by: Membership, at: datetime) -> bool:
    """What is generated stays, and can be cancelled."""
    run = _locked(run)
    if run.state not in UNDER_WAY:
        return False
    run.state, run.finished_at = RunState.CANCELLED, at
    run.save(update_fields=["state", "finished_at"])
    audit.record("communicationrun.stopped", run, by=by, after={"generated": run.generated})
    return True


def advance(run: CommunicationRun, *, at: datetime) -> bool:
    """The next stretch of a run whose row is locked; whether something is left to do."""
    given: dict[str, Any] = {"firm": bound_firm_id(), "run": run.pk, "cursor": run.cursor, "stretch": STRETCH, "at": at}
    with connection.cursor() as cursor:
        cursor.execute(GENERATE, given)
        seen, written, last = cursor.fetchone()
    run.generated += written
    run.cursor = last or run.cursor
    is_over = seen < STRETCH
    run.state, run.moved_at = RunState.DONE if is_over else RunState.RUNNING, at
    if is_over:
        run.finished_at = at
        _replace(run)
    run.save(update_fields=["generated", "cursor", "state", "moved_at", "finished_at"])
    return not is_over


@transaction.atomic
def advance_queued(run_id: int, *, at: datetime) -> bool:
    """As a worker calls it: nothing happens while another worker is at it, or when the run is over."""
    rows = CommunicationRun.objects.select_for_update(of=("self",), skip_locked=True)
    run = rows.filter(pk=run_id, state__in=UNDER_WAY).first()
    return advance(run, at=at) if run is not None else False


def work_on(run_id: int, *, at: datetime, ring: Callable[[int], None]) -> None:
    """One stretch, and the bell for the next one."""
    if advance_queued(run_id, at=at):
        transaction.on_commit(partial(ring, run_id), robust=True)


def is_lost(run: CommunicationRun, *, at: datetime) -> bool:
    return run.state in UNDER_WAY and run.moved_at < at - LOST_AFTER


def lost_runs(*, at: datetime) -> list[int]:
    """Those that have not got on for a while: their message was lost, or their worker."""
    rows = CommunicationRun.objects.filter(state__in=UNDER_WAY, moved_at__lt=at - LOST_AFTER)
    return list(rows.values_list("pk", flat=True))


@transaction.atomic
def forget_drafts(*, at: datetime) -> None:
    """Dry runs that nobody confirmed, with their audience; that of a generation is kept: it says who and why."""
    old = CommunicationRun.objects.filter(state=RunState.DRAFT, created_at__lt=at - DRAFTS_KEPT)
    ids = list(old.values_list("pk", flat=True))
    AudienceMember.objects.filter(run_id__in=ids).delete()
    CommunicationRun.objects.filter(pk__in=ids).delete()


def _replace(run: CommunicationRun) -> None:
    """Generated again: what was there of this template and had not been sent is no longer (SIS-23, O-42)."""
    if not run.replaces:
        return
    unsent = [state.value for state in UNSENT]
    given: dict[str, Any] = {"firm": bound_firm_id(), "run": run.pk, "template": run.template_id, "unsent": unsent}
    with connection.cursor() as cursor:
        cursor.execute(REPLACE, given)


def _drafts_of(by: Membership) -> list[int]:
    """One dry run a person: the one before makes room, with its audience."""
    ids = list(CommunicationRun.objects.filter(by=by, state=RunState.DRAFT).values_list("pk", flat=True))
    AudienceMember.objects.filter(run_id__in=ids).delete()
    return ids


def _locked(run: CommunicationRun) -> CommunicationRun:
    found: CommunicationRun = (
        CommunicationRun.objects.select_related("by").select_for_update(of=("self",)).get(pk=run.pk)
    )
    return found
