"""What a page of a group is building: the stored filter at first, then what the form sends."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from clients.builder import Bracket, apply_action, from_document, from_post, is_structural
from clients.builder.checking import check
from clients.filters.expressions import Expression
from groups.enums import GroupKind
from groups.filtering import parse_group_filter
from groups.forms import GroupForm
from groups.models import Group
from groups.services import GroupDetails
from tenants.requests import FirmRequest


@dataclass
class Draft:
    """The builder's parts, and the filter that they make when they are whole. A fixed group needs none."""

    kind: GroupKind
    builder: Bracket
    expression: Expression | None = None

    @property
    def is_whole(self) -> bool:
        return self.kind == GroupKind.FIXED or self.expression is not None

    def check(self, *, drives: bool = False) -> None:
        """Hold it against the filter language; faults stand at their rows afterwards."""
        if self.kind == GroupKind.DYNAMIC:
            self.expression = check(self.builder, partial(parse_group_filter, drives=drives))

    def details(self, form: GroupForm) -> GroupDetails:
        document = self.builder.document() if self.expression is not None else None
        said = form.cleaned_data
        return GroupDetails(name=said["name"], description=said["description"], kind=self.kind, filter=document)


def draft_of(request: FirmRequest, kind: GroupKind, group: Group | None = None) -> Draft:
    """What the form says, after the button that was pressed, or the stored filter of a page just opened."""
    if request.method != "POST":
        return Draft(kind, from_document(group.filter if group else None))
    root = from_post(request.POST)
    return Draft(kind, apply_action(root, request.POST.get("do", "")))


def is_being_built(request: FirmRequest) -> bool:
    """Whether the page was opened, or a button pressed that changes the builder and saves nothing."""
    return request.method != "POST" or is_structural(request.POST.get("do", ""))
