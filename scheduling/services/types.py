"""Types of appointment (Tipi/Azioni, IFY-10 … IFY-15): defined by the firm, deactivated and never deleted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Case, F, IntegerField, Max, ProtectedError, Value, When
from django.utils.translation import gettext as _

from clients.changes import mark_changed
from clients.models import Client
from scheduling.enums import Symbol, Tone
from scheduling.models import Appointment, AppointmentType
from scheduling.services.appointments import COUNTING
from tenants import audit
from tenants.models import Membership, Removal
from tenants.services import remove


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeDetails:
    """What a type says; ``is_default_meeting`` and its place in the list are set apart."""

    name: str
    active: bool = True
    counts_for_cadence: bool = True
    duration_minutes: int = 60
    symbol: str = Symbol.CALENDAR
    colour: str = Tone.BLUE


@transaction.atomic
def create_type(details: TypeDetails, *, by: Membership | None) -> AppointmentType:
    """Nuovo → description → active → Salva (IFY-12); it takes its place at the end of the list."""
    _check_name(details.name)
    last = AppointmentType.objects.aggregate(last=Max("position"))["last"]
    kind = AppointmentType(position=0 if last is None else last + 1, **asdict(details))
    kind.full_clean()
    kind.save()
    audit.record("appointment_type.created", kind, by=by, after=asdict(details))
    return kind


@transaction.atomic
def edit_type(kind: AppointmentType, details: TypeDetails, *, by: Membership) -> AppointmentType:
    """Changing what counts changes the type's appointments in one statement; the night does the rest (O-09)."""
    locked = _lock(kind)
    before = _facts(locked)
    counted = locked.counts_for_cadence
    _check_name(details.name, of=locked)
    if locked.is_default_meeting and not details.active:
        raise ValidationError({"active": _default_stays()})
    for name, value in asdict(details).items():
        setattr(locked, name, value)
    locked.full_clean()
    locked.save(update_fields=list(asdict(details)))
    if locked.counts_for_cadence != counted:
        _recount(locked)
    audit.record("appointment_type.edited", locked, by=by, before=before, after=_facts(locked))
    return locked


def deactivate_type(kind: AppointmentType, *, by: Membership) -> AppointmentType:
    """No longer offered for new appointments; those that exist keep it (IFY-14, IFY-15)."""
    if kind.is_default_meeting:
        raise _default_stays()
    return _set_active(kind, active=False, by=by)


@transaction.atomic
def delete_type(kind: AppointmentType, *, by: Membership) -> Removal:
    """Elimina: only while nothing names it; what is in use is deactivated instead (IFY-14, XCT-09)."""
    if kind.is_default_meeting:
        raise _default_stays()
    facts = _facts(kind)
    try:
        removal = remove(kind, by=by)
    except ProtectedError:
        words = _("“%(name)s” has been used: it can be deactivated, not deleted.")
        raise ValidationError(words, code="in_use", params={"name": kind.name}) from None
    audit.record("appointment_type.deleted", kind, by=by, before=facts)
    return removal


def activate_type(kind: AppointmentType, *, by: Membership) -> AppointmentType:
    return _set_active(kind, active=True, by=by)


@transaction.atomic
def set_default_meeting_type(kind: AppointmentType, *, by: Membership) -> None:
    """The type that planning proposes, and that an import's meetings get; exactly one."""
    if not (kind.active and kind.counts_for_cadence):
        raise ValidationError(
            _("The default meeting type must be active and count for the cadence."), code="not_a_meeting"
        )
    former = AppointmentType.objects.filter(is_default_meeting=True)
    before = {"name": former.values_list("name", flat=True).first()}
    former.update(is_default_meeting=False)
    AppointmentType.objects.filter(pk=kind.pk).update(is_default_meeting=True)
    kind.is_default_meeting = True
    audit.record("appointment_type.made_default", kind, by=by, before=before, after={"name": kind.name})


@transaction.atomic
def reorder_types(ids: Sequence[int], *, by: Membership) -> None:
    """Put the types in this order, in one statement; types not named keep their order after them."""
    places = [When(pk=pk, then=Value(place)) for place, pk in enumerate(ids)]
    if not places:
        return
    before = {"order": list(AppointmentType.objects.order_by("position", "pk").values_list("pk", flat=True))}
    AppointmentType.objects.update(
        position=Case(*places, default=F("position") + len(ids), output_field=IntegerField())
    )
    audit.record("appointment_type.reordered", None, by=by, before=before, after={"order": list(ids)})


def _set_active(kind: AppointmentType, *, active: bool, by: Membership) -> AppointmentType:
    AppointmentType.objects.filter(pk=kind.pk).update(active=active)
    kind.active = active
    action = "activated" if active else "deactivated"
    audit.record(f"appointment_type.{action}", kind, by=by, before={"active": not active}, after={"active": active})
    return kind


def _recount(kind: AppointmentType) -> None:
    """``Appointment.counts`` of all appointments of the type, and their clients onto the night's list."""
    concerned = Appointment.objects.filter(type=kind, state__in=COUNTING)
    concerned.update(counts=kind.counts_for_cadence)
    mark_changed(Client.objects.filter(pk__in=concerned.values("client_id")))


def _check_name(name: str, *, of: AppointmentType | None = None) -> None:
    others = AppointmentType.objects.exclude(pk=of.pk) if of else AppointmentType.objects.all()
    if others.filter(name__iexact=name.strip()).exists():
        raise ValidationError({"name": ValidationError(_("Another type has this description."), code="name_taken")})


def _lock(kind: AppointmentType) -> AppointmentType:
    locked: AppointmentType = AppointmentType.objects.select_for_update().get(pk=kind.pk)
    return locked


def _default_stays() -> ValidationError:
    return ValidationError(
        _("This is the default meeting type: choose another default first."), code="default_meeting_type"
    )


def _facts(kind: AppointmentType) -> dict[str, object]:
    return {name: getattr(kind, name) for name in TypeDetails.__dataclass_fields__}
