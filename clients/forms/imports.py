"""The steps of the import wizard as forms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clients.enums import DateOrder, MatchKey, OnDuplicate
from clients.imports import kinds
from clients.imports.mapping import WHOLE_NAME
from clients.models import ImportJob, SavedMapping

ENCODINGS = (
    ("", _("Recognised by itself")),
    ("utf-8", "UTF-8"),
    ("cp1252", "Windows (cp1252)"),
    ("iso-8859-15", "ISO 8859-15"),
    ("cp850", "DOS (cp850)"),
    ("mac-roman", "Mac"),
    ("utf-16", "UTF-16"),
)
DELIMITERS = (
    ("", _("Recognised by itself")),
    (";", _("Semicolon ;")),
    (",", _("Comma ,")),
    ("\t", _("Tab")),
    ("|", _("Vertical bar |")),
)
DECIMALS = (("", _("Recognised by itself")), (",", _("Comma: 1.234,56")), (".", _("Point: 1,234.56")))


class FileForm(forms.Form):
    file = forms.FileField(label=_("File"), help_text=_("CSV, Excel (xlsx, xls), OpenDocument (ods) or vCard (vcf)."))


class LayoutForm(forms.Form):
    """How the file is written."""

    encoding = forms.ChoiceField(label=_("Encoding"), choices=ENCODINGS, required=False)
    delimiter = forms.ChoiceField(label=_("Separator"), choices=DELIMITERS, required=False)
    sheet = forms.ChoiceField(label=_("Sheet"), required=False)
    header_line = forms.IntegerField(label=_("Headings on line"), min_value=1, max_value=200, required=False)

    def __init__(self, data: Any = None, *, job: ImportJob) -> None:
        layout, said = job.layout, job.mapping
        initial = {
            "encoding": said.get("encoding", ""),
            "delimiter": said.get("delimiter", ""),
            "sheet": layout.get("sheet", ""),
            "header_line": layout.get("header_line"),
        }
        super().__init__(data, initial=initial)
        if layout["kind"] == "spreadsheet":
            self.fields["sheet"].choices = [(name, name) for name in layout["sheets"]]  # type: ignore[attr-defined]
            del self.fields["encoding"], self.fields["delimiter"]
        else:
            del self.fields["sheet"]
        if layout["kind"] == "vcard":
            del self.fields["delimiter"], self.fields["header_line"]

    def document(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if value not in ("", None)}


# The parts of a mapping that the form asks for beside the columns.
SAID = ("on_duplicate", "match_on", "date_order", "decimal", "keep_wrong_tax_codes", "new_companies", "new_services")

# Of these, what only files of some kinds have (``kinds.Steps.rules``).
RULES = ("match_on", "keep_wrong_tax_codes", "new_companies", "new_services")


class MappingForm(forms.Form):
    """Where each column goes, and what becomes of clients who are there already."""

    on_duplicate = forms.ChoiceField(label=_("Clients who exist already"), choices=OnDuplicate.choices)
    match_on = forms.MultipleChoiceField(
        label=_("Recognised by"), choices=MatchKey.choices, widget=forms.CheckboxSelectMultiple, required=False
    )
    keep_wrong_tax_codes = forms.BooleanField(
        label=_("Keep wrong tax codes"),
        required=False,
        help_text=_("Their rows are imported with a warning; otherwise they are errors."),
    )
    new_companies = forms.BooleanField(
        label=_("Make new companies"),
        required=False,
        help_text=_("Those that a row names and that nobody knows; otherwise such a row is an error."),
    )
    new_services = forms.BooleanField(
        label=_("Make new services"),
        required=False,
        help_text=_("Those that a row names and that nobody knows; otherwise such a row is an error."),
    )
    date_order = forms.ChoiceField(label=_("Dates"), choices=DateOrder.choices, required=False)
    decimal = forms.ChoiceField(label=_("Amounts"), choices=DECIMALS, required=False)
    save_as = forms.CharField(
        label=_("Keep this mapping as"),
        max_length=100,
        required=False,
        help_text=_("Offered for the next file, under this name."),
    )

    def __init__(self, data: Any = None, *, job: ImportJob, mapping: Mapping[str, Any]) -> None:
        initial = {
            "on_duplicate": mapping.get("on_duplicate", OnDuplicate.UPDATE),
            "match_on": mapping.get("match_on", MatchKey.values),
            "keep_wrong_tax_codes": mapping.get("keep_wrong_tax_codes", False),
            "new_companies": mapping.get("new_companies", False),
            "new_services": mapping.get("new_services", False),
            "date_order": mapping.get("date_order", job.layout["date_order"]),
            "decimal": mapping.get("decimal", ""),
        }
        super().__init__(data, initial=initial)
        self.job = job
        steps = kinds.steps_of(job)
        self.fields["on_duplicate"].label = str(steps.words.known)
        for name in set(RULES) - set(steps.rules):
            del self.fields[name]
        columns = mapping.get("columns", {})
        choices = steps.offered()
        for place, name in enumerate(job.layout["header"]):
            self.fields[f"column-{place}"] = forms.ChoiceField(
                label=name,
                choices=choices,
                required=False,
                initial=columns.get(name, ""),
                widget=forms.Select(attrs={"class": "select select-sm w-full min-w-36"}),
            )

    def rows(self) -> Iterator[tuple[str, list[str], forms.BoundField]]:
        """Each column: its name, what it holds, and the choice of where it goes."""
        samples = self.job.layout["samples"]
        for place, name in enumerate(self.job.layout["header"]):
            yield name, samples[place], self[f"column-{place}"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        chosen = [data.get(f"column-{place}") for place in range(len(self.job.layout["header"]))]
        for place, target in enumerate(chosen):
            if target and chosen.index(target) != place:
                self.add_error(f"column-{place}", _("Another column goes there already."))
            if target == WHOLE_NAME and "last_name" in chosen:
                self.add_error(f"column-{place}", _("A last name is chosen already."))
        if not any(chosen):
            self.add_error(None, _("Choose at least one column."))
        return data

    def document(self) -> dict[str, Any]:
        """The mapping as it is stored: as somebody said it, with the file's own layout."""
        data = self.cleaned_data
        said = {name: self.job.mapping[name] for name in ("encoding", "delimiter") if self.job.mapping.get(name)}
        columns = {
            name: data[f"column-{place}"]
            for place, name in enumerate(self.job.layout["header"])
            if data.get(f"column-{place}")
        }
        layout = {"header_line": self.job.layout["header_line"], "sheet": self.job.layout["sheet"]}
        chosen = {name: data[name] for name in SAID if name in self.fields}
        return {"columns": columns, **said, **layout, **chosen}


class CellForm(forms.Form):
    line = forms.IntegerField(min_value=1)
    column = forms.IntegerField(min_value=0)
    value = forms.CharField(required=False, max_length=10_000, strip=False)


class RowForm(forms.Form):
    line = forms.IntegerField(min_value=1)
    dropped = forms.BooleanField(required=False)


class ChooseSavedForm(forms.Form):
    saved = forms.ModelChoiceField(SavedMapping.objects.all(), required=False)
