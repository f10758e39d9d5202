"""Who receives an appointment that a relation or a macro makes (IFY-31, O-22): one rule, for one client or for many."""

from __future__ import annotations

from django.db.models import BigIntegerField, Case, CharField, F, Q, QuerySet, Value, When
from django.utils.translation import gettext as _

from clients.models import Client
from scheduling.enums import Recipient
from tenants.models import Membership

# The column of the client's record in which each role stands.
ROLES = {Recipient.ADVISOR: "advisor_id", Recipient.CONTACT: "contact_id", Recipient.SPECIALIST: "specialist_id"}

NOTE_ADVISOR, NOTE_ME, NOTE_NOBODY = "advisor", "me", "nobody"


def with_recipient(
    clients: QuerySet[Client], rule: str, *, operator_id: int | None = None, me_id: int | None = None
) -> QuerySet[Client]:
    """The clients with ``recipient_id`` (None: for all) and ``recipient_note`` (to whom it fell back, else empty).

    An empty role or a disabled user falls back to the client's advisor, then to oneself; when neither is there the
    appointment is for all, so that it is never lost.
    """
    nobody = Value(None, output_field=BigIntegerField())
    if rule == Recipient.ALL:
        return clients.annotate(recipient_id=nobody, recipient_note=Value(""))
    active = list(Membership.objects.filter(is_active=True).order_by("pk").values_list("pk", flat=True))
    me = Value(me_id if me_id in active else None, output_field=BigIntegerField())
    by_advisor = Q(advisor_id__in=active)
    wanted = _wanted(Recipient(rule), active, operator_id=operator_id, me_id=me_id)
    last_note = NOTE_ME if me_id in active else NOTE_NOBODY
    return clients.annotate(
        recipient_id=Case(
            *(When(condition, then=value) for condition, value in wanted),
            When(by_advisor, then=F("advisor_id")),
            default=me,
            output_field=BigIntegerField(),
        ),
        recipient_note=Case(
            *(When(condition, then=Value("")) for condition, _value in wanted),
            When(by_advisor, then=Value(NOTE_ADVISOR)),
            default=Value(last_note),
            output_field=CharField(),
        ),
    )


def note_text(note: str) -> str:
    """What the item says of its recipient, in the reader's language; nothing when it has the one wanted."""
    match note:
        case "advisor":
            return _("The intended recipient is missing or no longer active: given to the client's advisor.")
        case "me":
            return _("The intended recipient is missing or no longer active: kept by who recorded the outcome.")
        case "nobody":
            return _("The intended recipient is missing or no longer active: left to everybody.")
    return ""


def _wanted(
    rule: Recipient, active: list[int], *, operator_id: int | None, me_id: int | None
) -> list[tuple[Q, F | Value]]:
    """The first choice and the condition under which it holds; none when a named person is not there."""
    if rule in ROLES:
        column = ROLES[rule]
        return [(Q(**{f"{column}__in": active}), F(column))]
    person = me_id if rule == Recipient.ME else operator_id
    anyone = Q(pk__isnull=False)
    return [(anyone, Value(person, output_field=BigIntegerField()))] if person in active else []
