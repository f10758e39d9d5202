"""Whose value stays, fact by fact."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from clients.merging import Choice, Side


class OtherForm(forms.Form):
    q = forms.CharField(label=_("Name, e-mail, telephone or tax code"), max_length=100, required=False)


@dataclass(frozen=True)
class Row:
    """One fact: its name, what each side says, and the buttons that choose."""

    choice: Choice
    field: BoundField
    options: list[tuple[Any, str]]


class SidesForm(forms.Form):
    """One group of radio buttons for each fact that differs; untouched ones keep what is proposed."""

    def __init__(self, *args: Any, choices: Sequence[Choice], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choices = choices
        for choice in choices:
            sides = [side for side in Side if side is not Side.BOTH or choice.may_be_joined]
            self.fields[choice.name] = forms.ChoiceField(
                label=choice.label,
                choices=[(side.value, side.value) for side in sides],
                initial=choice.proposed.value,
                required=False,
                widget=forms.RadioSelect,
            )

    def sides(self) -> dict[str, Side]:
        given = {choice.name: self.cleaned_data[choice.name] or choice.proposed for choice in self.choices}
        return {name: Side(side) for name, side in given.items()}

    def rows(self, in_words: Callable[[Any], str]) -> list[Row]:
        return [Row(choice, self[choice.name], self._options(choice, in_words)) for choice in self.choices]

    def _options(self, choice: Choice, in_words: Callable[[Any], str]) -> list[tuple[Any, str]]:
        said = [in_words(choice.mine), in_words(choice.theirs), str(_("Both texts"))]
        return list(zip(self[choice.name].subwidgets, said, strict=False))
