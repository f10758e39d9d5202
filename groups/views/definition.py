"""Making and changing groups, with the filter builder and its preview."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clients.builder import Bracket
from clients.queries import visible_clients
from groups import queries, services
from groups.enums import GroupKind
from groups.forms import GroupForm, NewGroupForm
from groups.models import Group
from groups.queries import Preview
from groups.views.building import is_empty
from groups.views.drafts import Draft, draft_of, is_being_built
from tenants.answers import restoring
from tenants.binding import local_today
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web.toasts import notify, notify_error


@requires(Permission.EDIT_GROUPS)
def group_create(request: FirmRequest) -> HttpResponse:
    """A new group; ``?kind=fixed`` for one whose members are picked by hand (REL-08)."""
    kind = GroupKind.FIXED if request.GET.get("kind") == GroupKind.FIXED else GroupKind.DYNAMIC
    draft = draft_of(request, kind)
    if is_being_built(request):
        return _form_page(request, NewGroupForm(initial=request.POST.dict()), draft)
    form = NewGroupForm(request.POST)
    draft.check(drives=form.is_valid() and form.cleaned_data["yearly_meetings"] is not None)
    group = _create(request, form, draft) if form.is_valid() and draft.is_whole else None
    if group is None:
        return _form_page(request, form, draft, status=422)
    notify(request, _("Group created"))
    return redirect("groups:group_detail", firm_slug=request.firm.slug, pk=group.pk)


@requires(Permission.EDIT_GROUPS)
def group_edit(request: FirmRequest, pk: int) -> HttpResponse:
    group = get_object_or_404(queries.groups(), pk=pk)
    draft = draft_of(request, GroupKind(group.kind), group)
    if is_being_built(request):
        start: dict[str, Any] = request.POST.dict() or {"version": group.version}
        return _form_page(request, GroupForm(instance=group, initial=start), draft, group)
    form = GroupForm(request.POST, instance=queries.groups().get(pk=pk))
    draft.check(drives=group.yearly_meetings is not None)
    if not (form.is_valid() and draft.is_whole and _edit(request, group, form, draft)):
        return _form_page(request, form, draft, group, status=422)
    notify(request, _("Group saved. Its members' dates are computed tonight."))
    return redirect("groups:group_detail", firm_slug=request.firm.slug, pk=pk)


@requires(Permission.VIEW_GROUPS)
@require_POST
def filter_preview(request: FirmRequest) -> HttpResponse:
    """How many and who: before saving, and for an existing group who would enter and leave (REL-12)."""
    group, draft = _named_group(request), draft_of(request, GroupKind.DYNAMIC)
    if "everybody" in request.POST and is_empty(draft.builder):
        # Of a vista: no condition means all clients.
        draft.builder = Bracket()
    draft.check()
    return render(request, "groups/_preview.html", {"group": group, "preview": _preview(request, draft, group)})


@requires(Permission.EDIT_GROUPS)
@require_POST
def group_activation(request: FirmRequest, pk: int) -> HttpResponse:
    """Deactivate an active group, activate an inactive one."""
    group = get_object_or_404(queries.groups(), pk=pk)
    change = services.deactivate_group if group.active else services.activate_group
    change(group, by=request.membership, at=now())
    notify(request, _("Group deactivated") if group.active else _("Group activated"), undo=request.path)
    return redirect("groups:group_detail", firm_slug=request.firm.slug, pk=pk)


@requires(Permission.EDIT_GROUPS)
@require_POST
def group_delete(request: FirmRequest, pk: int) -> HttpResponse:
    group = get_object_or_404(queries.groups(), pk=pk)
    try:
        removal = services.delete_group(group, by=request.membership, at=now())
    except ValidationError as refusal:
        notify_error(request, " ".join(refusal.messages))
        return redirect("groups:group_detail", firm_slug=request.firm.slug, pk=pk)
    notify(request, _("Group deleted"), undo=restoring(request, removal) if removal else "")
    return redirect("groups:group_list", firm_slug=request.firm.slug)


def _create(request: FirmRequest, form: NewGroupForm, draft: Draft) -> Group | None:
    number = form.cleaned_data["yearly_meetings"]
    try:
        return services.create_group(draft.details(form), by=request.membership, at=now(), yearly_meetings=number)
    except ValidationError as refusal:
        _tell(form, refusal)
        return None


def _edit(request: FirmRequest, group: Group, form: GroupForm, draft: Draft) -> bool:
    version = form.cleaned_data["version"]
    try:
        services.edit_group(group, draft.details(form), by=request.membership, at=now(), version=version)
    except ValidationError as refusal:
        _tell(form, refusal)
        return False
    return True


def _tell(form: GroupForm, refusal: ValidationError) -> None:
    if not hasattr(refusal, "error_dict"):
        form.add_error(None, refusal)
        return
    for name, errors in refusal.error_dict.items():
        form.add_error(name if name in form.fields else None, errors)


def _form_page(
    request: FirmRequest, form: GroupForm, draft: Draft, group: Group | None = None, *, status: int = 200
) -> HttpResponse:
    context = {"form": form, "builder": draft.builder, "group": group, "is_fixed": draft.kind == GroupKind.FIXED}
    return render(request, "groups/group_form.html", context, status=status)


def _preview(request: FirmRequest, draft: Draft, group: Group | None) -> Preview | None:
    if draft.expression is None:
        return None
    clients = visible_clients(request.membership)
    return queries.preview(draft.expression, clients, today=local_today(request.firm), group=group)


def _named_group(request: FirmRequest) -> Group | None:
    key = request.POST.get("group", "")
    return queries.groups().filter(pk=int(key)).first() if key.isdecimal() and len(key) < 19 else None
