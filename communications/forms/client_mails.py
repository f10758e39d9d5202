"""A mail by hand, as a person writes it."""

from __future__ import annotations

from typing import Any, cast
from uuid import uuid4

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from clients.models import Client
from communications import queries
from communications.models import CommunicationTemplate
from communications.models.templates import LONGEST_TEXT
from communications.services import NewClientMail


class _SeveralFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class _SeveralFilesField(forms.FileField):
    """One field, several files; what they are and how large they may be is the service's to say."""

    widget = _SeveralFilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        several = data if isinstance(data, list | tuple) else [data]
        return [super(_SeveralFilesField, self).clean(one, initial) for one in several if one]


class StartForm(forms.Form):
    """From which text; nothing is a free mail."""

    template = forms.ModelChoiceField(
        queryset=CommunicationTemplate.objects.none(),
        label=_("Template"),
        required=False,
        empty_label=_("Free text"),
        widget=forms.Select(attrs={"data-submit": ""}),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        field: Any = self.fields["template"]
        field.queryset = queries.offered_templates()

    def chosen(self) -> CommunicationTemplate | None:
        return self.cleaned_data["template"] if self.is_valid() else None


class ClientMailForm(forms.Form):
    recipient = forms.ChoiceField(label=_("To"))
    subject = forms.CharField(label=_("Subject"), max_length=300)
    text = forms.CharField(
        label=_("Text"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 14}),
        help_text=_("**bold**, lists with -, headings with ##, links as [words](https://…); no HTML."),
    )
    copy_to_me = forms.BooleanField(label=_("Blind copy (Ccn) to me"), required=False)
    enclosed = _SeveralFilesField(label=_("Files"), required=False, max_length=300, allow_empty_file=True)
    token = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data: Any, files: Any, *, client: Client, initial: dict[str, Any]) -> None:
        super().__init__(data, files, initial={"token": uuid4(), **initial})
        own = [each.address for each in queries.addresses_of(client)]
        field = cast("forms.ChoiceField", self.fields["recipient"])
        field.choices = [(address, address) for address in own]

    def new(self) -> NewClientMail:
        said = dict(self.cleaned_data)
        files = [(file.name or "", file) for file in said.pop("enclosed") or []]
        return NewClientMail(**said, files=files)
