"""What is written about a client: notes and the files on them."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any, cast

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clients.models import Note
from clients.services import NoteContent
from web.widgets import DayInput, TimeInput


class NoteForm(forms.Form):
    """Title, text, and when it was taken: day and hour, now if left empty."""

    title = forms.CharField(label=_("Title"), max_length=200, required=False)
    text = forms.CharField(label=_("Text"), max_length=100_000, widget=forms.Textarea(attrs={"rows": 12}))
    day = forms.DateField(label=_("Day"), widget=DayInput, required=False)
    clock = forms.TimeField(label=_("Hour"), widget=TimeInput, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def content(self) -> NoteContent:
        data = self.cleaned_data
        return NoteContent(text=data["text"], title=data["title"], at=self._moment())

    def _moment(self) -> datetime | None:
        """A day without an hour that has not changed keeps the note's own moment, seconds included."""
        if not self.cleaned_data["day"] or not {"day", "clock"} & set(self.changed_data):
            return None
        clock = self.cleaned_data["clock"] or time()
        return datetime.combine(self.cleaned_data["day"], clock, tzinfo=timezone.get_current_timezone())


def initial_of(note: Note) -> dict[str, Any]:
    at = timezone.localtime(note.at)
    day, clock = at.date(), at.time().replace(second=0, microsecond=0)
    return {"title": note.title, "text": note.text, "day": day, "clock": clock, "version": note.version}


def initial_now() -> dict[str, Any]:
    at = timezone.localtime(timezone.now())
    return {"day": at.date(), "clock": at.time().replace(second=0, microsecond=0)}


class _SeveralFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class _SeveralFilesField(forms.FileField):
    """One field, several files (O-56); each is checked by itself."""

    widget = _SeveralFilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        several = data if isinstance(data, list | tuple) else [data]
        return [super(_SeveralFilesField, self).clean(one, initial) for one in several]


class AttachmentForm(forms.Form):
    """Files of any type; what they are and how large they may be is the service's to say."""

    attached = _SeveralFilesField(label=_("Files"), max_length=300, allow_empty_file=True)


class TimelineFilterForm(forms.Form):
    """Which kinds of events, and which side of now."""

    kind = forms.MultipleChoiceField(required=False)
    when = forms.ChoiceField(choices=[("past", "past"), ("future", "future")], required=False)

    def __init__(self, *args: Any, kinds: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]

    def chosen(self) -> tuple[list[str], str]:
        """An unknown kind is left out, as if nobody had asked."""
        known = {name for name, _label in self.fields["kind"].choices}  # type: ignore[attr-defined]
        data = cast("QueryDict", self.data)
        asked = [name for name in data.getlist("kind") if name in known]
        return asked, "future" if self.data.get("when") == "future" else "past"
