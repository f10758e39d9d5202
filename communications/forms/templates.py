"""Templates as people write them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from communications import queries
from communications.enums import FrameColour, TemplateKind
from communications.models import CommunicationTemplate, MailTemplate, ServiceOpportunity
from communications.models.templates import LONGEST_TEXT
from communications.services import FrameDetails, TemplateDetails

WRITING = {"data-insertable": "", "spellcheck": "true", "dir": "auto"}


def _text(label: Any, rows: int, **kwargs: Any) -> forms.CharField:
    area = forms.Textarea(attrs={"rows": rows, **WRITING})
    return forms.CharField(label=label, max_length=LONGEST_TEXT, widget=area, **kwargs)


def _line(label: Any, **kwargs: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=300, widget=forms.TextInput(attrs=WRITING), **kwargs)


class TemplateForm(forms.Form):
    """A communication template of the firm's own."""

    name = forms.CharField(label=_("Name"), max_length=100)
    kind = forms.ChoiceField(label=_("Kind"), choices=TemplateKind.choices)
    opportunity = forms.ModelChoiceField(
        queryset=ServiceOpportunity.objects.none(),
        label=_("Service"),
        required=False,
        empty_label=_("Any, or none"),
        help_text=_("An offer may be about one service or any; a circular is about none."),
    )
    subject = _line(_("Subject"))
    body = _text(
        _("Text"), 18, help_text=_("**bold**, lists with -, headings with ##, links as [words](https://…); no HTML.")
    )
    active = forms.BooleanField(label=_("Offered"), required=False, initial=True)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, template: CommunicationTemplate | None = None, typed: Any = None) -> None:
        names = ("name", "kind", "opportunity", "subject", "body", "active", "version")
        super().__init__(data, initial=typed or ({name: getattr(template, name) for name in names} if template else {}))
        field: Any = self.fields["opportunity"]
        field.queryset = queries.services()

    def details(self) -> TemplateDetails:
        said = {name: value for name, value in self.cleaned_data.items() if name != "version"}
        return TemplateDetails(**said | {"kind": TemplateKind(said["kind"])})


class FrameForm(forms.Form):
    """A mail-sending template of the firm's own."""

    name = forms.CharField(label=_("Name"), max_length=100)
    colour = forms.ChoiceField(label=_("Colour"), choices=FrameColour.choices)
    header = _line(_("Head"), required=False)
    opening = _text(_("Before the text"), 3, required=False)
    closing = _text(_("After the text"), 6, required=False)
    footer = _text(_("Foot"), 4, required=False)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, frame: MailTemplate | None = None, typed: Any = None) -> None:
        names = ("name", "colour", "header", "opening", "closing", "footer", "version")
        super().__init__(data, initial=typed or ({name: getattr(frame, name) for name in names} if frame else {}))

    def details(self) -> FrameDetails:
        said = {name: value for name, value in self.cleaned_data.items() if name != "version"}
        return FrameDetails(**said | {"colour": FrameColour(said["colour"])})


class PreviewForm(forms.Form):
    """What is to be looked at: what stands in the fields of the editor, as one client would receive it."""

    kind = forms.ChoiceField(choices=TemplateKind.choices, required=False)
    opportunity = forms.IntegerField(required=False, min_value=1)
    subject = forms.CharField(max_length=300, required=False, strip=False)
    body = forms.CharField(max_length=LONGEST_TEXT, required=False, strip=False)
    header = forms.CharField(max_length=300, required=False)
    opening = forms.CharField(max_length=LONGEST_TEXT, required=False)
    closing = forms.CharField(max_length=LONGEST_TEXT, required=False)
    footer = forms.CharField(max_length=LONGEST_TEXT, required=False)
    colour = forms.ChoiceField(choices=FrameColour.choices, required=False)
    client = forms.CharField(max_length=200, required=False)
    look = forms.ChoiceField(choices=[("light", "light"), ("dark", "dark"), ("text", "text")], required=False)
