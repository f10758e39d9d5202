"""Settings → Tipi/Azioni (IFY-10, IFY-12, IFY-14, IFY-15)."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from scheduling import queries, services
from scheduling.forms import TypeForm, TypeMoveForm
from scheduling.forms.refusals import refuse
from scheduling.forms.types import initial_of
from scheduling.models import AppointmentType
from tenants.answers import address, performed
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web.htmx import page_or_partial
from web.toasts import notify


@requires(Permission.CONFIGURE)
def type_list(request: FirmRequest) -> HttpResponse:
    return render(request, "scheduling/type_list.html", {"types": queries.appointment_types()})


@requires(Permission.CONFIGURE)
def type_create(request: FirmRequest) -> HttpResponse:
    """Nuovo → description → active → Salva."""
    form = TypeForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _saved(request, None, form):
        notify(request, _("Type “%(name)s” created.") % {"name": form.cleaned_data["name"]})
        return HttpResponseRedirect(address(request, "scheduling:type_list"))
    return page_or_partial(request, "scheduling/type_edit.html", "scheduling/_type_form.html", {"form": form})


@requires(Permission.CONFIGURE)
def type_edit(request: FirmRequest, pk: int) -> HttpResponse:
    kind = get_object_or_404(AppointmentType, pk=pk)
    form = TypeForm(request.POST or None, initial=initial_of(kind))
    if request.method == "POST" and form.is_valid() and _saved(request, kind, form):
        notify(request, _("Type “%(name)s” saved.") % {"name": form.cleaned_data["name"]})
        return HttpResponseRedirect(address(request, "scheduling:type_list"))
    context = {"form": form, "kind": kind}
    return page_or_partial(request, "scheduling/type_edit.html", "scheduling/_type_form.html", context)


def _saved(request: FirmRequest, kind: AppointmentType | None, form: TypeForm) -> bool:
    try:
        if kind is None:
            services.create_type(form.details(), by=request.membership)
        else:
            services.edit_type(kind, form.details(), by=request.membership)
    except ValidationError as refusal:
        refuse(form, refusal)
        return False
    return True


@requires(Permission.CONFIGURE)
@require_POST
def type_deactivate(request: FirmRequest, pk: int) -> HttpResponse:
    kind = get_object_or_404(AppointmentType, pk=pk)
    return performed(
        request,
        lambda: services.deactivate_type(kind, by=request.membership),
        told=_("“%(name)s” is no longer offered.") % {"name": kind},
        undo=address(request, "scheduling:type_activate", pk=pk),
        back=address(request, "scheduling:type_list"),
    )


@requires(Permission.CONFIGURE)
@require_POST
def type_activate(request: FirmRequest, pk: int) -> HttpResponse:
    kind = get_object_or_404(AppointmentType, pk=pk)
    return performed(
        request,
        lambda: services.activate_type(kind, by=request.membership),
        told=_("“%(name)s” is offered again.") % {"name": kind},
        undo=address(request, "scheduling:type_deactivate", pk=pk),
        back=address(request, "scheduling:type_list"),
    )


@requires(Permission.CONFIGURE)
@require_POST
def type_make_default(request: FirmRequest, pk: int) -> HttpResponse:
    kind = get_object_or_404(AppointmentType, pk=pk)
    before = AppointmentType.objects.filter(is_default_meeting=True).first()
    undo = address(request, "scheduling:type_make_default", pk=before.pk) if before and before != kind else ""
    return performed(
        request,
        lambda: services.set_default_meeting_type(kind, by=request.membership),
        told=_("“%(name)s” is the default meeting type.") % {"name": kind},
        undo=undo,
        back=address(request, "scheduling:type_list"),
    )


@requires(Permission.CONFIGURE)
@require_POST
def type_move(request: FirmRequest, pk: int) -> HttpResponse:
    """One place up or down."""
    kind = get_object_or_404(AppointmentType, pk=pk)
    form = TypeMoveForm(request.POST)
    if form.is_valid():
        services.reorder_types(_moved(kind, form.cleaned_data["direction"]), by=request.membership)
    return HttpResponseRedirect(address(request, "scheduling:type_list"))


def _moved(kind: AppointmentType, direction: str) -> list[int]:
    ids = list(queries.appointment_types().values_list("pk", flat=True))
    place = ids.index(kind.pk)
    wanted = min(max(place + (-1 if direction == "up" else 1), 0), len(ids) - 1)
    ids.insert(wanted, ids.pop(place))
    return ids
