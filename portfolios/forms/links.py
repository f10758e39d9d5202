"""The form of a client's places: of each active typology the portfolio and the subjects (GAT-04)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django import forms
from django.db.models import Q
from django.forms import BoundField
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from portfolios.client_fields import SUBJECTS
from portfolios.models import Link, Portfolio, Subject, Typology
from portfolios.services import LinkValues

SLOTS: Mapping[str, Any] = {"portfolio": _("portfolio"), **SUBJECTS}


class LinksForm(forms.Form):
    """What is no longer offered stays selectable for whoever has it."""

    def __init__(self, data: Any, *, typologies: Sequence[Typology], held: Mapping[int, Link]) -> None:
        super().__init__(data)
        self.typologies, self.held = typologies, held
        portfolios = list(Portfolio.objects.filter(typology__in=typologies).order_by("position", "id"))
        subjects = list(Subject.objects.order_by("name", "id"))
        for typology in typologies:
            for slot, label in SLOTS.items():
                rows = (
                    [row for row in portfolios if row.typology_id == typology.pk]
                    if slot == "portfolio"
                    else [row for row in subjects if row.kind == slot]
                )
                self.fields[f"{slot}_{typology.position}"] = self._choice(typology, slot, label, rows)

    def sections(self) -> Iterator[tuple[Typology, list[BoundField]]]:
        for typology in self.typologies:
            yield typology, [self[f"{slot}_{typology.position}"] for slot in SLOTS]

    def values(self, typology: Typology) -> LinkValues:
        chosen: Any = {slot: self.cleaned_data[f"{slot}_{typology.position}"] for slot in SLOTS}
        values: LinkValues = chosen
        return values

    def _choice(self, typology: Typology, slot: str, label: Any, rows: Sequence[Any]) -> forms.Field:
        link = self.held.get(typology.pk)
        own = getattr(link, f"{slot}_id", None)
        offered = [row.pk for row in rows if row.active or row.pk == own]
        model: Any = Portfolio if slot == "portfolio" else Subject
        required = slot == "portfolio" and typology.position == 1
        return forms.ModelChoiceField(
            model.objects.filter(Q(pk__in=offered)),
            label=capfirst(label),
            required=required,
            initial=own,
            empty_label=None if required and own else _("None"),
        )
