"""Alerts on consultations (Garante 192/2011): many clients in a day, out of hours, clients with a label."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from clients.cleaning import check_offered
from clients.models import AlertRules, Label
from tenants import audit, mail
from tenants.binding import bound_firm, local_today
from tenants.models import Membership
from tenants.permissions import Permission

# A night that was missed is made up for.
DAYS_BACK = 7
EVALUATE = """
    WITH looks AS (
        SELECT a.by_id, a.at, seen.client_id,
               (a.at AT TIME ZONE %(zone)s)::time < %(opens)s OR (a.at AT TIME ZONE %(zone)s)::time >= %(closes)s
                   OR (%(weekends)s AND extract(isodow FROM a.at AT TIME ZONE %(zone)s) > 5) AS is_off
        FROM clients_access a, unnest(a.seen) AS seen (client_id)
        WHERE a.firm_id = %(firm)s AND a.at >= %(begin)s AND a.at < %(end)s
    ), found AS (
        SELECT 'many' AS kind, by_id, count(DISTINCT client_id) AS clients, min(at) AS first_at, max(at) AS last_at
        FROM looks GROUP BY by_id HAVING %(many)s > 0 AND count(DISTINCT client_id) >= %(many)s
        UNION ALL
        SELECT 'off_hours', by_id, count(DISTINCT client_id), min(at), max(at)
        FROM looks WHERE is_off GROUP BY by_id HAVING %(off_hours)s > 0 AND count(DISTINCT client_id) >= %(off_hours)s
        UNION ALL
        SELECT 'guarded', by_id, count(DISTINCT looks.client_id), min(at), max(at)
        FROM looks JOIN clients_clientlabel l
            ON l.firm_id = %(firm)s AND l.label_id = %(label)s AND l.client_id = looks.client_id
        GROUP BY by_id HAVING %(guarded)s > 0 AND count(DISTINCT looks.client_id) >= %(guarded)s
    )
    INSERT INTO clients_accessalert (firm_id, day, kind, by_id, clients, first_at, last_at, raised_at)
    SELECT %(firm)s, %(day)s, kind, by_id, clients, first_at, last_at, %(at)s FROM found
    ON CONFLICT DO NOTHING RETURNING id
"""


def rules_of_firm() -> AlertRules:
    """The firm's own, or the usual ones, not saved."""
    return AlertRules.objects.select_related("label").first() or AlertRules()


@transaction.atomic
def set_alert_rules(values: Mapping[str, Any], *, by: Membership) -> AlertRules:
    rules = rules_of_firm()
    label = values.get("label", rules.label)
    if label is not None and label != rules.label:
        try:
            check_offered(label)
        except ValidationError as refusal:
            raise ValidationError({"label": refusal}) from None
    before, after = (_in_words(each) for each in audit.changes(rules, values))
    for name, value in values.items():
        setattr(rules, name, value)
    rules.clean_fields(exclude=["firm", "label"])
    if rules.opens_at >= rules.closes_at:
        told = _("The hours must end after they begin.")
        raise ValidationError({"closes_at": ValidationError(told, code="order")})
    rules.save()
    if after:
        audit.record("alertrules.changed", rules, by=by, before=before, after=after)
    return rules


def _in_words(values: Mapping[str, Any]) -> dict[str, Any]:
    """As the trail tells it: the label by its name."""
    return {name: value.name if isinstance(value, Label) else value for name, value in values.items()}


@transaction.atomic
def raise_alerts(*, at: datetime) -> int:
    """Hold the days that are over against the rules, some statements for a firm of any size; tell whoever protects."""
    today, rules = local_today(bound_firm(), at=at), rules_of_firm()
    raised = sum(_of_day(today - timedelta(days=back), rules, at=at) for back in range(1, DAYS_BACK + 1))
    if raised:
        path = reverse("clients:access_alerts", kwargs={"firm_slug": bound_firm().slug})
        members = Membership.objects.select_related("user").filter(is_active=True).order_by("id")
        for member in members:
            if member.can(Permission.PROTECT_PERSONS):
                mail.send_access_alerts(member, raised, path=path)
    return raised


def _of_day(day: date, rules: AlertRules, *, at: datetime) -> int:
    firm = bound_firm()
    zone = ZoneInfo(firm.time_zone)
    begin, end = (datetime.combine(each, time.min, zone) for each in (day, day + timedelta(days=1)))
    params: dict[str, Any] = {
        "firm": firm.pk,
        "zone": firm.time_zone,
        "day": day,
        "at": at,
        "begin": begin,
        "end": end,
        "many": rules.many,
        "off_hours": rules.off_hours,
        "opens": rules.opens_at,
        "closes": rules.closes_at,
        "weekends": rules.weekends,
        "label": rules.label_id,
        "guarded": rules.guarded,
    }
    with connection.cursor() as cursor:
        cursor.execute(EVALUATE, params)
        return len(cursor.fetchall())
