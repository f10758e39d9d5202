"""What the client list can be narrowed by in its address, and which columns it shows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import partial
from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from clients import catalogue, listing, presenting
from clients.amount_entry import AmountField
from clients.enums import ClientKind, ClientState
from clients.filters.expressions import Expression
from clients.forms.fields import FilterField
from clients.models import Client
from clients.parameters import Option, parameters
from clients.queries import search_clients, visible_clients
from tenants.models import Membership

NOBODY = "none"
EVERY_STATE = "all"
ANY = _("Any")


# The library has no types; what we make of it is typed.
class AmountFilter(django_filters.Filter):  # type: ignore[misc]
    field_class = AmountField


class LanguageFilter(django_filters.Filter):  # type: ignore[misc]
    field_class = FilterField


class ClientFilterSet(django_filters.FilterSet):  # type: ignore[misc]
    """Plain parameters for the common questions, ``?filter=`` for all others. Only served clients, unless asked."""

    q = django_filters.CharFilter(label=_("Search"), method="by_text")
    advisor = django_filters.ChoiceFilter(
        label=_("Advisor"), empty_label=ANY, null_label=_("Nobody"), null_value=NOBODY
    )
    status = django_filters.ChoiceFilter(
        label=_("commercial status"), empty_label=ANY, null_label=_("None"), null_value=NOBODY
    )
    label = django_filters.ChoiceFilter(label=_("Label"), empty_label=ANY, field_name="client_labels__label")
    category = django_filters.ChoiceFilter(
        label=_("Category"), empty_label=ANY, null_label=_("None"), null_value=NOBODY
    )
    kind = django_filters.ChoiceFilter(label=_("Type"), empty_label=ANY, choices=ClientKind.choices)
    aum_min = AmountFilter(label=_("RFA from"), field_name="aum", lookup_expr="gte")
    aum_max = AmountFilter(label=_("RFA to"), field_name="aum", lookup_expr="lte")
    state = django_filters.ChoiceFilter(
        label=_("State"),
        choices=[*ClientState.choices, (EVERY_STATE, _("All"))],
        empty_label=None,
        method="by_state",
    )
    filter = LanguageFilter(label=_("Filter"), method="by_filter")

    class Meta:
        model = Client
        fields: list[str] = []

    def __init__(self, data: Any, member: Membership, *, today: date) -> None:
        """Of the clients whom the member sees. ``view`` is the vista that the address names, if he has it."""
        code = data.get(presenting.PARAMETER, "")
        self.view = presenting.presented(code, member, today)
        self.is_unknown = bool(code) and self.view is None
        data = data.copy()
        says_state = self.view is not None and self.view.says_state
        data.setdefault("state", EVERY_STATE if says_state else ClientState.ACTIVE.value)
        super().__init__(data, visible_clients(member))
        self.today = today
        self._offer(listing.options())

    def _offer(self, options: dict[str, list[Option]]) -> None:
        for parameter in parameters().values():
            by_parameter = partial(self._by_parameter, parameter.condition)
            added = django_filters.ChoiceFilter(label=parameter.label, empty_label=ANY, method=by_parameter)
            added.parent, added.model, added.field_name = self, Client, parameter.name
            self.filters[parameter.name] = added
            options.setdefault(parameter.name, list(parameter.options))
        for name in ("advisor", "status", "label", "category", *parameters()):
            self.filters[name].extra["choices"] = options.get(name, [])

    @property
    def narrowed(self) -> QuerySet[Client]:
        """The clients asked for; nobody when the question cannot be understood."""
        if self.is_unknown or not self.form.is_valid():
            nobody: QuerySet[Client] = self.queryset.none()
            return nobody
        asked: QuerySet[Client] = self.qs
        return asked.filter(self.view.condition) if self.view else asked

    def by_text(self, clients: QuerySet[Client], name: str, text: str) -> QuerySet[Client]:
        return search_clients(clients, text)

    def by_state(self, clients: QuerySet[Client], name: str, state: str) -> QuerySet[Client]:
        return clients if state == EVERY_STATE else clients.filter(state=state)

    def by_filter(self, clients: QuerySet[Client], name: str, expression: Expression) -> QuerySet[Client]:
        return clients.filter(catalogue.where(expression, today=self.today))

    def _by_parameter(self, condition: Any, clients: QuerySet[Client], name: str, value: str) -> QuerySet[Client]:
        return clients.filter(condition(value, self.today))


class ColumnsForm(forms.Form):
    """Which columns the list shows, under the catalogue's headings."""

    columns = forms.MultipleChoiceField(label=_("Columns"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered: dict[str, list[tuple[str, str]]] = {}
        for field in listing.offered_columns():
            offered.setdefault(str(field.group.label), []).append((field.name, capfirst(str(field.label))))
        self.offered = offered
        self.fields["columns"].choices = list(offered.items())  # type: ignore[attr-defined]

    def headings(self) -> Iterator[tuple[str, list[tuple[str, str, bool]]]]:
        """Each heading with its boxes: name, label, and whether it is ticked."""
        chosen = self["columns"].value() or ()
        for heading, boxes in self.offered.items():
            yield heading, [(name, label, name in chosen) for name, label in boxes]
