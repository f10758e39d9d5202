"""One field of a client, changed where it is shown (frontend.md 2)."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from clients import normalising, queries
from clients.custom.definitions import PREFIX
from clients.forms.custom import initial_of
from clients.forms.records import ClientForm, input_name
from clients.forms.rows import EmailRow, PhoneRow
from clients.models import Client
from clients.profiles import in_words
from clients.refusals import StaleError
from clients.snapshots import frozen
from clients.values import ClientValues
from tenants.models import Membership

FIRST_OF = {"phone": ("phones", "number", PhoneRow), "email": ("emails", "address", EmailRow)}


class InlineForm:
    """The form of one field, with the version of the record and what was shown, to notice a change in between."""

    def __init__(self, data: Any, *, name: str, client: Client, member: Membership) -> None:
        self.data, self.name, self.client, self.member = data, name, client, member
        self.part = FIRST_OF[name][0] if name in FIRST_OF else name
        self.held = _held(client, self.part)
        self.fields = _form(data, name, client, member, self.held)
        self.meta = SeenForm(data)

    @property
    def bound(self) -> forms.BoundField:
        return self.fields[self._field]

    @property
    def _field(self) -> str:
        return FIRST_OF[self.name][1] if self.name in FIRST_OF else input_name(self.name)

    @property
    def version(self) -> int:
        return self.client.version

    @property
    def seen(self) -> str:
        """What stands behind the value that is shown, as a mark to compare."""
        return sha256(json.dumps(frozen(self.held), sort_keys=True).encode()).hexdigest()

    @property
    def label(self) -> str:
        return str(self.bound.label)

    def is_valid(self) -> bool:
        return self.fields.is_valid() and self.meta.is_valid()

    def values(self) -> ClientValues:
        if isinstance(self.fields, ClientForm):
            values = self.fields.values()
            return cast("ClientValues", values if values["custom"] else {self.name: values[self.name]})
        typed = self.fields.cleaned_data[self._field]
        first = self.held[0] if self.held else {}
        changed = [{**first, self._field: typed}] if typed else []
        if self.name == "phone" and changed:
            changed[0].pop("kind", None)
        return cast("ClientValues", {self.part: [*changed, *self.held[1:]]})

    def refuse(self, refusal: ValidationError) -> None:
        """Put what the service refused under the input."""
        self.fields.add_error(self._field, ValidationError(refusal.messages))

    def against(self, stale: StaleError) -> InlineForm:
        """What was typed once more, now upon the record as somebody has changed it in the meantime."""
        form = InlineForm(self.data, name=self.name, client=stale.current, member=self.member)
        form.fields.full_clean()
        message = _("%(who)s changed this in the meantime: it is now %(value)s. Save again to replace it.")
        form.fields.add_error(
            self._field, message % {"who": stale.changed_by or _("Somebody"), "value": in_words(form.held)}
        )
        return form

    def is_untouched_since(self) -> bool:
        """Whether this field is what it was when the form was opened, whatever else has changed."""
        return bool(self.meta.cleaned_data["seen"] == self.seen)


class SeenForm(forms.Form):
    version = forms.IntegerField()
    seen = forms.CharField(max_length=64)


def _held(client: Client, part: str) -> Any:
    if part.startswith(PREFIX):
        return queries.record_of(client, ["custom"])["custom"][part.removeprefix(PREFIX)]
    return queries.record_of(client, [part])[part]


def _form(data: Any, name: str, client: Client, member: Membership, held: Any) -> forms.Form:
    if name in FIRST_OF:
        _part, key, kind = FIRST_OF[name]
        first = held[0][key] if held else ""
        shown = normalising.shown_phone(first) if name == "phone" and first else first
        form: forms.Form = kind(data, initial={key: shown})
        form.fields = {key: form.fields[key]}
        return form
    own = ClientForm(data, member=member, client=client, initial={input_name(name): initial_of(held)})
    own.fields = {input_name(name): own.fields[input_name(name)]}
    return own
