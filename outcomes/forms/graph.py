"""Forms of the graph editor: one pair, one stroke, one walk."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clients.models import Status
from clients.queries import statuses
from outcomes.forms.settings import held_field
from outcomes.graph import Event, FollowUp, Graph, Relation
from outcomes.models import Outcome
from outcomes.models.choices import MOST_DAYS, MOST_HOURS, MOST_POINTS
from outcomes.services.relations import RelationDetails
from scheduling.enums import Recipient
from scheduling.models import AppointmentType
from scheduling.queries import appointment_types
from tenants.models import Membership
from tenants.queries import members

LONGEST_WALK = 8


class PairForm(forms.Form):
    """A pair of type and outcome, and what it does."""

    type = forms.ModelChoiceField[AppointmentType](label=_("Type"), queryset=None, empty_label=_("Choose…"))
    outcome = forms.ModelChoiceField[Outcome](label=_("Outcome"), queryset=None, empty_label=_("Choose…"))
    status = forms.ModelChoiceField[Status](
        label=_("Commercial status"), queryset=None, required=False, empty_label=_("unchanged")
    )
    points = forms.IntegerField(label=_("Points"), min_value=0, max_value=MOST_POINTS, initial=0)
    concluding = forms.BooleanField(label=_("Conclusive"), required=False, help_text=_("Closes the client's activity."))
    counts_as_held = held_field()
    follow_up_type = forms.ModelChoiceField[AppointmentType](
        label=_("Next appointment"), queryset=None, required=False, empty_label=_("none")
    )
    recipient = forms.ChoiceField(label=_("Recipient"), choices=(("", "–"), *Recipient.choices), required=False)
    operator = forms.ModelChoiceField[Membership](
        label=_("Operator"), queryset=None, required=False, empty_label="–", help_text=_("Only for a fixed operator.")
    )
    days = forms.IntegerField(label=_("Days after"), min_value=0, max_value=MOST_DAYS, initial=0)
    hours = forms.IntegerField(label=_("Hours after"), min_value=0, max_value=MOST_HOURS, initial=0)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["type"].queryset = fields["follow_up_type"].queryset = appointment_types()
        fields["outcome"].queryset = Outcome.objects.order_by("position", "pk")
        fields["status"].queryset = statuses()
        fields["operator"].queryset = members()

    def details(self) -> RelationDetails:
        return RelationDetails(**{name: self.cleaned_data[name] for name in RelationDetails.__dataclass_fields__})

    def relation(self) -> Relation:
        """The pair as it would be: what the simulation walks before anything is saved."""
        said = self.cleaned_data
        follow_up = None
        if said["follow_up_type"]:
            operator = said["operator"].pk if said["operator"] else None
            follow_up = FollowUp(
                type=said["follow_up_type"].pk,
                recipient=said["recipient"],
                operator=operator,
                days=said["days"],
                hours=said["hours"],
            )
        return Relation(
            type=said["type"].pk,
            outcome=said["outcome"].pk,
            status=said["status"].pk if said["status"] else None,
            points=said["points"],
            concluding=said["concluding"],
            counts_as_held=said["counts_as_held"],
            follow_up=follow_up,
        )


def initial_of(relation: Relation) -> dict[str, Any]:
    start: dict[str, Any] = {
        name: getattr(relation, name)
        for name in ("type", "outcome", "status", "points", "concluding", "counts_as_held")
    }
    if relation.follow_up is not None:
        follow_up = relation.follow_up
        start |= {name: getattr(follow_up, name) for name in ("recipient", "operator", "days", "hours")}
        start["follow_up_type"] = follow_up.type
    return start


class StrokeForm(forms.Form):
    """What a stroke of the mouse does, by two lists."""

    source = forms.ChoiceField(label=_("From"))
    target = forms.ChoiceField(label=_("To"))

    def __init__(self, *args: Any, graph: Graph, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        types = [(f"type-{node.id}", node.name) for node in graph.types if node.active]
        outcomes = [(f"outcome-{node.id}", node.name) for node in graph.outcomes if node.active]
        found = [(f"status-{node.id}", node.name) for node in graph.statuses if node.active]
        pairs = [(f"pair-{each.type}-{each.outcome}", pair_name(graph, each)) for each in graph.relations]
        fields: dict[str, Any] = self.fields
        fields["source"].choices = [(_("Types"), types), (_("Outcomes of a type"), pairs)]
        fields["target"].choices = [(_("Outcomes"), outcomes), (_("Statuses"), found), (_("Types"), types)]


class WalkForm(forms.Form):
    """A client's way through outcomes."""

    start = forms.ModelChoiceField[Status](
        label=_("The client is"), queryset=None, required=False, empty_label=_("without status")
    )

    def __init__(self, *args: Any, graph: Graph, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["start"].queryset = statuses()
        choices = [("", "–"), *((f"{each.type}-{each.outcome}", pair_name(graph, each)) for each in graph.relations)]
        for number in range(1, LONGEST_WALK + 1):
            label = _("Step %(number)s") % {"number": number}
            fields[f"step{number}"] = forms.ChoiceField(label=label, choices=choices, required=False)

    def events(self) -> list[Event]:
        steps = (self.cleaned_data.get(f"step{number}") for number in range(1, LONGEST_WALK + 1))
        return [Event(*map(int, step.split("-"))) for step in steps if step]


def pair_name(graph: Graph, relation: Relation) -> str:
    """“Incontro → Sottoscrive”."""
    kind, outcome = graph.type_by_id.get(relation.type), graph.outcome_by_id.get(relation.outcome)
    return f"{kind.name if kind else '?'} → {outcome.name if outcome else '?'}"
