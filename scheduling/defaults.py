"""What a new firm receives: the types of its scheme (domain section 9) and the planning check (REL-47)."""

from __future__ import annotations

from dataclasses import dataclass

from clients.defaults import Words
from scheduling import macro_defaults
from scheduling.cadence import DEFAULT_LEAD_DAYS
from scheduling.enums import CheckKind, CheckRecipient
from scheduling.models import AppointmentType, Check


@dataclass(frozen=True, slots=True)
class DefaultType:
    """One of the ten; the same shape under two names."""

    advisor: str
    inforyou: str
    symbol: str
    colour: str
    counts: bool = True
    minutes: int = 60


TYPES = (
    DefaultType("Visita spontanea", "Tour Spontaneo", "house", "teal", minutes=30),
    DefaultType("Consulenza di prova", "Guest Pass", "sparkles", "violet"),
    DefaultType("Incontro", "Incontro", "heart-handshake", "blue"),
    DefaultType("Integrazioni / Verifiche di portafoglio", "Integrazioni / Verifiche", "scale", "indigo"),
    DefaultType("Telefonata commerciale", "Telemarketing", "phone", "orange", counts=False, minutes=15),
    DefaultType("Reinvestimento anticipato", "Rinnovo anticipato", "trending-up", "green"),
    DefaultType("Rinnovo mandato", "Rinnovo", "refresh-cw", "green"),
    DefaultType("Non rinnova alla scadenza", "Non rinnova alla scadenza", "ban", "red", counts=False, minutes=15),
    DefaultType("Scaduto da tempo", "Scaduto da tempo", "history", "gray", counts=False, minutes=15),
    DefaultType("Proposta", "Preventivo", "wallet", "amber", counts=False, minutes=30),
)
DEFAULT_MEETING = "Incontro"
CHECK_NAME = "Pianificazione"
CHECK_TEXT = "Pianifica un nuovo incontro"


@dataclass(frozen=True, slots=True)
class DefaultCheck:
    """One that is useful to most, and off until somebody switches it on (REL-48)."""

    name: Words
    text: Words
    field: str
    days: int | None

    @property
    def condition(self) -> dict[str, object]:
        if self.days is None:
            return {"field": self.field, "op": "on_this_day_of_year"}
        return {"field": self.field, "op": "due_within_days", "value": self.days}


CHECKS = (
    DefaultCheck(
        Words("Documento d'identità in scadenza", "Identity document expiring"),
        Words("Documento d'identità in scadenza {quando} ({data})", "Identity document expires {when} ({date})"),
        "document_expires_on",
        15,
    ),
    DefaultCheck(
        Words("Compleanno", "Birthday"),
        Words("Compleanno {quando}: fai gli auguri", "Birthday {when}: send your wishes"),
        "birth_date",
        None,
    ),
    DefaultCheck(
        Words("PAC in scadenza", "PAC ending"),
        Words("Il PAC termina {quando} ({data})", "The PAC ends {when} ({date})"),
        "pac_ends_on",
        30,
    ),
    DefaultCheck(
        Words("Questionario MiFID in scadenza", "MiFID questionnaire expiring"),
        Words("Questionario MiFID in scadenza {quando} ({data})", "MiFID questionnaire expires {when} ({date})"),
        "questionnaire_expires_on",
        30,
    ),
    # The other reading of the seed's sentence (O-02 c): reckoned from the meeting that is planned already.
    DefaultCheck(
        Words("Prossimo incontro in arrivo", "Next meeting coming up"),
        Words("Incontro {quando} ({data}): fissa già il successivo", "Meeting {when} ({date}): fix the one after it"),
        "plan.next_meeting_on",
        DEFAULT_LEAD_DAYS,
    ),
)


def load(scheme: str) -> None:
    """With the new firm bound. ``scheme`` is ``advisor`` or ``inforyou``; loading twice adds nothing."""
    AppointmentType.objects.bulk_create(
        [_type(default, place, scheme) for place, default in enumerate(TYPES)], ignore_conflicts=True
    )
    Check.objects.get_or_create(
        kind=CheckKind.PLANNING,
        defaults={"name": CHECK_NAME, "text": CHECK_TEXT, "lead_days": DEFAULT_LEAD_DAYS},
    )
    _load_checks()
    macro_defaults.load(scheme)


def _load_checks() -> None:
    known = {str((check.condition or {}).get("field")) for check in Check.objects.filter(kind=CheckKind.FIELD)}
    Check.objects.bulk_create(
        Check(
            kind=CheckKind.FIELD,
            name=default.name.here(),
            text=default.text.here(),
            condition=default.condition,
            recipient=CheckRecipient.ADVISOR,
            active=False,
        )
        for default in CHECKS
        if default.field not in known
    )


def _type(default: DefaultType, place: int, scheme: str) -> AppointmentType:
    name = default.inforyou if scheme == "inforyou" else default.advisor
    return AppointmentType(
        name=name,
        position=place,
        symbol=default.symbol,
        colour=default.colour,
        counts_for_cadence=default.counts,
        duration_minutes=default.minutes,
        is_default_meeting=name == DEFAULT_MEETING,
    )
