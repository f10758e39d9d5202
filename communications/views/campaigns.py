"""Campaigns: list, page with figures, members and their answers; "+ Nuovo → Campagna" of a client (STY-40)."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clients.models import Client
from clients.queries import visible_clients
from communications import queries, services
from communications.enums import CampaignResponse
from communications.forms.campaigns import AnswerForm, AudienceForm, CampaignForm, JoinForm
from communications.models import Campaign, CampaignMember
from groups.queries import audience
from tenants.answers import address, is_saved, performed
from tenants.binding import local_today
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web.htmx import page_or_partial
from web.keyset import InvalidCursorError, keyset_page
from web.toasts import notify

LIST, DETAIL = "communications:campaign_list", "communications:campaign_detail"
EDIT = ("communications/campaign_edit.html", "communications/_campaign_form.html")
PAGE = 50


@requires(Permission.VIEW_CLIENTS)
def campaign_list(request: FirmRequest) -> HttpResponse:
    """Latest first, each with its figures among the clients whom the reader sees."""
    rows = queries.campaigns_with_counts(request.membership)
    try:
        page = keyset_page(rows, ordering="-starts_on", cursor=request.GET.get("cursor"), size=PAGE)
    except InvalidCursorError as error:
        raise Http404 from error
    context = {"page": page, "may_edit": request.membership.can(Permission.EDIT_CLIENTS)}
    return page_or_partial(request, "communications/campaign_list.html", "communications/_campaigns.html", context)


@requires(Permission.EDIT_CLIENTS)
def campaign_create(request: FirmRequest) -> HttpResponse:
    form = CampaignForm(request.POST or None, initial={"starts_on": local_today(request.firm)})
    made: list[Campaign] = []

    def save() -> None:
        made.append(services.create_campaign(form.details(), by=request.membership))

    if request.method == "POST" and form.is_valid() and is_saved(form, save):
        notify(request, _("“%(name)s” has been added.") % {"name": form.cleaned_data["name"]})
        return HttpResponseRedirect(address(request, DETAIL, pk=made[0].pk))
    return page_or_partial(request, *EDIT, {"form": form})


@requires(Permission.EDIT_CLIENTS)
def campaign_edit(request: FirmRequest, pk: int) -> HttpResponse:
    campaign = _campaign(pk)
    form = CampaignForm(request.POST or None, campaign=campaign)

    def save() -> None:
        version = form.cleaned_data["version"]
        services.edit_campaign(campaign, form.details(), by=request.membership, version=version)

    if request.method == "POST" and form.is_valid() and is_saved(form, save):
        notify(request, _("“%(name)s” has been saved.") % {"name": campaign.name})
        return HttpResponseRedirect(address(request, DETAIL, pk=pk))
    return page_or_partial(request, *EDIT, {"form": form, "campaign": campaign})


@requires(Permission.VIEW_CLIENTS)
def campaign_detail(request: FirmRequest, pk: int) -> HttpResponse:
    """Figures, chart, and the members with what they answered."""
    campaign = _campaign(pk)
    members = queries.visible_members(request.membership).filter(campaign=campaign)
    try:
        page = keyset_page(members, ordering="-at", cursor=request.GET.get("cursor"), size=PAGE)
    except InvalidCursorError as error:
        raise Http404 from error
    results = queries.results_of(campaign, request.membership)
    context = {
        "campaign": campaign,
        "results": results,
        "chart": _chart(results),
        "page": page,
        "answers": CampaignResponse.choices,
        "enlisting": AudienceForm(None, request.membership),
        "may_edit": request.membership.can(Permission.EDIT_CLIENTS),
        "clients_query": _clients_of(campaign),
    }
    return page_or_partial(
        request, "communications/campaign_detail.html", "communications/_campaign_members.html", context
    )


@requires(Permission.EDIT_CLIENTS)
@require_POST
def campaign_enlist(request: FirmRequest, pk: int) -> HttpResponse:
    """All clients of a vista, group, marketing list or saved search, as they are at this moment."""
    campaign, form, member = _campaign(pk), AudienceForm(request.POST, request.membership), request.membership
    back = address(request, DETAIL, pk=pk)
    if not form.is_valid():
        return HttpResponseRedirect(back)

    def enlist() -> None:
        clients = audience(form.cleaned_data["audience"], by=member, today=local_today(request.firm))
        services.add_members(campaign, clients, by=member, at=timezone.now())

    return performed(request, enlist, told=_("Those who were not in it yet belong to it now."), back=back)


@requires(Permission.EDIT_CLIENTS)
@require_POST
def campaign_delete(request: FirmRequest, pk: int) -> HttpResponse:
    """One that nobody has joined."""
    campaign = _campaign(pk)
    return performed(
        request,
        lambda: services.delete_campaign(campaign, by=request.membership),
        told=_("“%(name)s” has been deleted.") % {"name": campaign.name},
        back=address(request, LIST),
    )


@requires(Permission.EDIT_CLIENTS)
def campaign_join(request: FirmRequest, client_pk: int) -> HttpResponse:
    """+ Nuovo → Campagna: the client belongs to it from now on."""
    client = get_object_or_404(visible_clients(request.membership), pk=client_pk)
    form = JoinForm(request.POST or None, request.membership)

    def join() -> None:
        one = Client.objects.filter(pk=client.pk)
        services.add_members(form.cleaned_data["campaign"], one, by=request.membership, at=timezone.now())

    back = address(request, "clients:client_timeline", pk=client_pk)
    if request.method == "POST" and form.is_valid() and is_saved(form, join):
        notify(
            request, _("%(client)s belongs to “%(name)s”.") % {"client": client, "name": form.cleaned_data["campaign"]}
        )
        return HttpResponseRedirect(back)
    context = {"form": form, "client": client, "back": back}
    return page_or_partial(request, "communications/campaign_join.html", "communications/_campaign_join.html", context)


@requires(Permission.EDIT_CLIENTS)
@require_POST
def member_answer(request: FirmRequest, pk: int) -> HttpResponse:
    """What he said; said again it replaces what was said before."""
    member, form = _member(request, pk), AnswerForm(request.POST)
    back = address(request, DETAIL, pk=member.campaign_id)
    if not form.is_valid():
        return HttpResponseRedirect(back)
    return performed(
        request,
        lambda: services.record_answer(member, form.answer(), by=request.membership, at=timezone.now()),
        told=_("The answer of %(client)s is recorded.") % {"client": member.client},
        back=back,
    )


@requires(Permission.EDIT_CLIENTS)
@require_POST
def member_remove(request: FirmRequest, pk: int) -> HttpResponse:
    """Put in by mistake."""
    member = _member(request, pk)
    return performed(
        request,
        lambda: services.remove_members(member.campaign, [member.client_id], by=request.membership),
        told=_("%(client)s no longer belongs to it.") % {"client": member.client},
        back=address(request, DETAIL, pk=member.campaign_id),
    )


def _campaign(pk: int) -> Campaign:
    return get_object_or_404(queries.campaigns(), pk=pk)


def _member(request: FirmRequest, pk: int) -> CampaignMember:
    return get_object_or_404(queries.visible_members(request.membership), pk=pk)


def _chart(results: queries.Results) -> dict[str, Any]:
    data = [results.answers.get(answer, 0) for answer in CampaignResponse.values]
    labels = [str(label) for label in CampaignResponse.labels]
    return {"labels": labels, "series": [{"name": _("Clients"), "data": data, "type": "bar"}]}


def _clients_of(campaign: Campaign) -> str:
    """The client list with the members: from there they are written to, proposed services, exported."""
    condition = {"field": "campaign.name", "op": "eq", "value": campaign.pk}
    return urlencode({"filter": json.dumps(condition, separators=(",", ":"))})
