"""What has to be said to move many clients: what they leave, what they get, where, from which day."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from portfolios.enums import SubjectKind
from portfolios.models import Portfolio, Subject, Typology
from tenants.binding import bound_firm, local_today
from tenants.models import Membership
from web.widgets import DayInput

FARTHEST = timedelta(days=5 * 366)


class PortfolioChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Portfolios of active typologies, each after its typology."""

    def __init__(self, *, label: Any, active: bool = True) -> None:
        rows = Portfolio.objects.filter(typology__active=True).select_related("typology")
        rows = rows.filter(active=True) if active else rows
        super().__init__(rows.order_by("typology__position", "position", "id"), label=label, empty_label=_("Choose…"))

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.typology} · {obj}"


class SubjectChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Subjects, each after his kind."""

    def __init__(self, *, label: Any, active: bool = True) -> None:
        rows = Subject.objects.filter(active=True) if active else Subject.objects.all()
        super().__init__(rows.order_by("kind", "name", "id"), label=label, empty_label=_("Choose…"))

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.get_kind_display()} · {obj} ({obj.code})"


class TypologyChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    def __init__(self, *, required: bool = True) -> None:
        rows = Typology.objects.filter(active=True).order_by("position")
        empty = _("Choose…") if required else _("All active typologies")
        super().__init__(rows, label=_("Typology"), required=required, empty_label=empty)


class HandoverForm(forms.Form):
    """Base of both handovers: a day that is not to come, and another successor than the former one.

    ``allow_planning`` before it is judged: the page plans a handover on a day to come.
    """

    may_be_planned = False

    def __init__(self, data: Any, member: Membership) -> None:
        super().__init__(data)
        today = local_today(bound_firm())
        self.today = today
        self.fields["on"] = forms.DateField(label=_("From"), initial=today, widget=DayInput())

    def allow_planning(self) -> None:
        self.may_be_planned = True
        self.fields["on"].help_text = _("On a day to come it is planned, and done in the night of that day.")

    def clean_on(self) -> Any:
        day = self.cleaned_data["on"]
        if day > self.today and not self.may_be_planned:
            raise ValidationError(_("A handover on a day to come is planned, not done."), code="future")
        if day > self.today + FARTHEST:
            raise ValidationError(_("At most five years ahead."), code="too_far")
        return day

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        former, to = cleaned.get("former"), cleaned.get("to")
        if former is not None and to is not None and (problem := self._unfit(former, to)):
            self.add_error("to", problem)
        return cleaned

    def _unfit(self, former: Any, to: Any) -> ValidationError | None:
        if former == to:
            return ValidationError(_("Choose somebody or something else."), code="same")
        return None


class PortfolioHandoverForm(HandoverForm):
    def __init__(self, data: Any, member: Membership) -> None:
        super().__init__(data, member)
        on = self.fields.pop("on")
        self.fields["former"] = PortfolioChoice(label=_("From the portfolio"), active=False)
        self.fields["to"] = PortfolioChoice(label=_("To the portfolio"))
        self.fields["on"] = on

    def _unfit(self, former: Any, to: Any) -> ValidationError | None:
        if former.typology_id != to.typology_id:
            return ValidationError(_("The portfolio belongs to another typology."), code="wrong_typology")
        return super()._unfit(former, to)


class SubjectHandoverForm(HandoverForm):
    def __init__(self, data: Any, member: Membership) -> None:
        super().__init__(data, member)
        on = self.fields.pop("on")
        self.fields["former"] = SubjectChoice(label=_("From the subject"), active=False)
        self.fields["to"] = SubjectChoice(label=_("To the subject"))
        self.fields["typology"] = TypologyChoice(required=False)
        self.fields["on"] = on

    def _unfit(self, former: Any, to: Any) -> ValidationError | None:
        if former.kind != to.kind:
            return ValidationError(_("“%(name)s” has another kind.") % {"name": to}, code="wrong_kind")
        return super()._unfit(former, to)


class PortfolioForm(forms.Form):
    """Of the action "set portfolio": which; it says the typology as well."""

    def __init__(self, data: Any, member: Membership) -> None:
        super().__init__(data)
        self.fields["portfolio"] = PortfolioChoice(label=_("Portfolio"))


class SubjectForm(forms.Form):
    """Of the action "set subject": who, and in which typology."""

    def __init__(self, data: Any, member: Membership) -> None:
        super().__init__(data)
        self.fields["typology"] = TypologyChoice()
        self.fields["subject"] = SubjectChoice(label=_("Subject"))


class EmptyingForm(forms.Form):
    """Of the action "empty a slot"; the main portfolio is never empty (GAT-05)."""

    def __init__(self, data: Any, member: Membership) -> None:
        super().__init__(data)
        slots = [("portfolio", _("portfolio")), *SubjectKind.choices]
        self.fields["typology"] = TypologyChoice()
        self.fields["slot"] = forms.ChoiceField(label=_("What"), choices=slots)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        typology = cleaned.get("typology")
        if typology is not None and typology.position == 1 and cleaned.get("slot") == "portfolio":
            self.add_error("slot", ValidationError(_("Every client has a main portfolio."), code="required"))
        return cleaned
