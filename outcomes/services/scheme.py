"""Loading a scheme into the firm: from a file, or one of the two that the product ships (O-32). All or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

import clients.services
from clients.filters.folding import fold
from clients.models import Status
from outcomes.models import ActivityKind, Outcome, Relation
from outcomes.queries.scheme import is_in_use, predefined_scheme, stored_scheme
from outcomes.scheme_file import ROWS, RelationRow, Row, Scheme, key_of
from outcomes.services import choices, relations
from outcomes.services.choices import KindDetails, OutcomeDetails
from outcomes.services.relations import RelationDetails
from scheduling import macro_defaults
from scheduling import services as scheduling
from scheduling.models import AppointmentType
from scheduling.services import TypeDetails
from tenants import audit
from tenants.models import Membership

MODELS: dict[str, type[Any]] = {
    "statuses": Status,
    "types": AppointmentType,
    "outcomes": Outcome,
    "activities": ActivityKind,
}


class OnConflict(StrEnum):
    """What becomes of a row that the firm has already, otherwise than the file."""

    REFUSE = "refuse"
    KEEP = "keep"
    REPLACE = "replace"


@dataclass(frozen=True, slots=True)
class Conflict:
    """A row that both have, and where they differ."""

    part: str
    name: str
    differs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What loading would do: by part how many are new and how many are there already, and the conflicts."""

    new: Mapping[str, int]
    same: Mapping[str, int]
    conflicts: list[Conflict]


def compare(scheme: Scheme) -> Comparison:
    """The scheme beside the firm's own; nothing is written."""
    own = stored_scheme()
    new, same, conflicts = dict.fromkeys(ROWS, 0), dict.fromkeys(ROWS, 0), []
    for part in ROWS:
        known = {key_of(row): row for row in own.rows(part)}
        for row in scheme.rows(part):
            held = known.get(key_of(row))
            if held is None:
                new[part] += 1
            elif differs := tuple(_differing(held, row)):
                conflicts.append(Conflict(part, held.name, differs))
            else:
                same[part] += 1
    return Comparison(new, same, conflicts)


@transaction.atomic
def load_scheme(
    scheme: Scheme, *, by: Membership, on_conflict: OnConflict = OnConflict.REFUSE, exactly: bool = False
) -> Comparison:
    """Bring the rows of a scheme into the firm. A conflict is refused unless it is said what to do with it.

    ``exactly``: what the scheme does not name is no longer offered, only while nothing was ever recorded (O-32).
    """
    # Two who load at once take turns.
    list(AppointmentType.objects.select_for_update().order_by("pk").values_list("pk"))
    if exactly and is_in_use():
        words = _("Outcomes have been recorded with the scheme in use: another one cannot take its place.")
        raise ValidationError(words, code="scheme_in_use")
    compared = compare(scheme)
    if compared.conflicts and on_conflict == OnConflict.REFUSE:
        names = ", ".join(conflict.name for conflict in compared.conflicts)
        raise ValidationError(
            _("The firm has these already, with other settings: %(names)s."), code="conflict", params={"names": names}
        )
    _Loading(scheme, by, is_replacing=on_conflict == OnConflict.REPLACE, exactly=exactly).run()
    after = {"rows_added": sum(compared.new.values()), "on_conflict": str(on_conflict), "exactly": exactly}
    audit.record("scheme.loaded", None, by=by, after=after)
    return compared


@transaction.atomic
def load_predefined(name: str, *, by: Membership) -> Comparison:
    """One of the two of section 9 in the place of the other, with its three macros, switched off."""
    compared = load_scheme(predefined_scheme(name), by=by, on_conflict=OnConflict.REPLACE, exactly=True)
    macro_defaults.load(name)
    return compared


def _differing(held: Row, row: Row) -> Iterator[str]:
    for field in fields(row):
        mine, theirs = getattr(held, field.name), getattr(row, field.name)
        if _plain(mine) != _plain(theirs) and not (field.name in ("symbol", "colour") and theirs == ""):
            yield field.name


def _plain(value: Any) -> Any:
    """Names are compared without case and accents, lists without their order."""
    if isinstance(value, tuple):
        return frozenset(fold(one) for one in value)
    return fold(value) if isinstance(value, str) else value


class _Loading:
    """One load: the firm's rows by name, and each row of the scheme through the service that a page uses."""

    def __init__(self, scheme: Scheme, by: Membership, *, is_replacing: bool, exactly: bool) -> None:
        self.scheme, self.by, self.is_replacing, self.exactly = scheme, by, is_replacing, exactly
        self.held: dict[str, dict[str, Any]] = {
            part: {fold(row.name): row for row in model.objects.all()} for part, model in MODELS.items()
        }
        self.own = {part: {key_of(row): row for row in stored_scheme().rows(part)} for part in ROWS}
        self.members = {member.user.email.lower(): member for member in Membership.objects.select_related("user")}

    def run(self) -> None:
        self.each("statuses", self.status)
        self.each("types", self.type)
        self.each("outcomes", self.outcome)
        self.each("activities", self.kind)
        self.set_default_meeting()
        self.each("relations", self.relation)
        if self.exactly:
            self.drop_the_rest()
            self.put_in_order()

    def each(self, part: str, write: Callable[[Any, Any], None]) -> None:
        for place, row in enumerate(self.scheme.rows(part)):
            known = self.own[part].get(key_of(row))
            if known is not None and not (self.is_replacing and any(_differing(known, row))):
                continue
            try:
                write(row, known)
            except ValidationError as refusal:
                raise _at(f"{part}[{place}]", refusal) from None

    def status(self, row: Any, known: Any) -> None:
        values = _given(row, known)
        if known is not None:
            clients.services.change_choice(self.held["statuses"][key_of(row)], values, by=self.by)
        else:
            self.held["statuses"][key_of(row)] = clients.services.create_choice(Status(**values), by=self.by)

    def type(self, row: Any, known: Any) -> None:
        values = _given(row, known)
        values.pop("default_meeting")
        if known is None:
            self.held["types"][key_of(row)] = scheduling.create_type(TypeDetails(**values), by=self.by)
        else:
            scheduling.edit_type(self.held["types"][key_of(row)], TypeDetails(**values), by=self.by)

    def outcome(self, row: Any, known: Any) -> None:
        details = OutcomeDetails(**_given(row, known))
        if known is None:
            self.held["outcomes"][key_of(row)] = choices.create_outcome(details, by=self.by)
        else:
            choices.edit_outcome(self.held["outcomes"][key_of(row)], details, by=self.by)

    def kind(self, row: Any, known: Any) -> None:
        values = _given(row, known) | {"types": [self.held["types"][fold(name)] for name in row.types]}
        if known is None:
            choices.create_kind(KindDetails(**values), by=self.by)
        else:
            choices.edit_kind(self.held["activities"][key_of(row)], KindDetails(**values), by=self.by)

    def relation(self, row: RelationRow, known: Any) -> None:
        details = RelationDetails(
            status=self.held["statuses"].get(fold(row.status)) if row.status else None,
            points=row.points,
            concluding=row.concluding,
            counts_as_held=row.counts_as_held,
            follow_up_type=self.held["types"][fold(row.follow_up)] if row.follow_up else None,
            recipient=row.recipient,
            operator=self.operator(row.operator),
            days=row.days,
            hours=row.hours,
        )
        kind, outcome = self.held["types"][fold(row.type)], self.held["outcomes"][fold(row.outcome)]
        relations.save_relation(kind, outcome, details, by=self.by)

    def operator(self, email: str) -> Membership | None:
        if not email:
            return None
        found: Membership | None = self.members.get(email.lower())
        if found is None:
            words = _("Nobody of the firm has the address %(email)s.") % {"email": email}
            raise ValidationError({"operator": ValidationError(words, code="does_not_exist")})
        return found

    def set_default_meeting(self) -> None:
        """Before what is not named is switched off: there is always one."""
        wanted = next((row for row in self.scheme.types if row.default_meeting), None)
        kind = self.held["types"][key_of(wanted)] if wanted and (self.is_replacing or self.exactly) else None
        if kind is not None and not kind.is_default_meeting:
            scheduling.set_default_meeting_type(kind, by=self.by)

    def drop_the_rest(self) -> None:
        """No longer offered; nothing is deleted."""
        pairs = {key_of(row) for row in self.scheme.relations}
        for pair in Relation.objects.filter(active=True).select_related("type", "outcome"):
            if fold(f"{pair.type.name} → {pair.outcome.name}") not in pairs:
                relations.untick(pair.type, pair.outcome, by=self.by)
        for part, model in MODELS.items():
            named = {key_of(row) for row in self.scheme.rows(part)}
            for row in model.objects.filter(active=True):
                if fold(row.name) not in named:
                    self.switch_off(row)

    def switch_off(self, row: Any) -> None:
        if isinstance(row, AppointmentType):
            if not row.is_default_meeting:
                scheduling.deactivate_type(row, by=self.by)
        elif isinstance(row, Status):
            clients.services.change_choice(row, {"active": False}, by=self.by)
        else:
            choices.set_active(row, active=False, by=self.by)

    def put_in_order(self) -> None:
        """As the scheme has them; what it does not name comes after."""
        for part, model in MODELS.items():
            wanted = {key_of(row): place for place, row in enumerate(self.scheme.rows(part))}
            rows = sorted(
                model.objects.all(), key=lambda row: (wanted.get(fold(row.name), len(wanted)), row.position, row.pk)
            )
            for place, row in enumerate(rows, start=0 if part == "types" else 1):
                row.position = place
            model.objects.bulk_update(rows, ["position"])


def _given(row: Row, known: Any) -> dict[str, Any]:
    """The row's values, by the name that is there; of looks that the file does not say those that are, or the usual."""
    values = asdict(row) | ({"name": known.name} if known is not None else {})
    for name in ("symbol", "colour"):
        if values.get(name) == "":
            values.pop(name)
            if known is not None:
                values[name] = getattr(known, name)
    return values


def _at(path: str, refusal: ValidationError) -> ValidationError:
    if hasattr(refusal, "error_dict"):
        return ValidationError({f"{path}.{name}": found for name, found in refusal.error_dict.items()})
    return ValidationError({path: refusal.error_list})
