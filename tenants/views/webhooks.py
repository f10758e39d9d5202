"""Where changes are announced to: the page of whoever configures the firm."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db.models import Max
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tenants import services
from tenants.enums import WebhookState
from tenants.forms import WebhookForm
from tenants.models import Webhook, WebhookDelivery
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from tenants.second_step import recently_confirmed
from web.toasts import notify

SHOWN = 50


@requires(Permission.CONFIGURE)
def webhook_list(request: FirmRequest) -> HttpResponse:
    webhooks = Webhook.objects.select_related("member").annotate(told_at=Max("deliveries__sent_at")).order_by("pk")
    return render(request, "tenants/webhook_list.html", {"webhooks": webhooks, "now": now()})


@requires(Permission.CONFIGURE)
@recently_confirmed
def webhook_create(request: FirmRequest) -> HttpResponse:
    """The answer to the POST shows the secret; no page shows it after a redirect."""
    form = WebhookForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.create_webhook(**form.cleaned_data, resources=[], by=request.membership, at=now())
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            return render(request, "tenants/webhook_secret.html", {"made": made})
    return render(request, "tenants/webhook_create.html", {"form": form}, status=422 if form.is_bound else 200)


@requires(Permission.CONFIGURE)
def webhook_detail(request: FirmRequest, pk: int) -> HttpResponse:
    webhook = get_object_or_404(Webhook.objects.select_related("member"), pk=pk)
    deliveries = webhook.deliveries.order_by("-pk")[:SHOWN]
    context = {"webhook": webhook, "deliveries": deliveries, "now": now(), "shown": SHOWN}
    return render(request, "tenants/webhook_detail.html", context)


@requires(Permission.CONFIGURE)
@require_POST
def webhook_ping(request: FirmRequest, pk: int) -> HttpResponse:
    webhook = get_object_or_404(Webhook, pk=pk)
    services.ping(webhook, by=request.membership, at=now())
    notify(request, _("The test is on its way"))
    return redirect("tenants:webhook_detail", firm_slug=request.firm.slug, pk=pk)


@requires(Permission.CONFIGURE)
@recently_confirmed
@require_POST
def webhook_rotate(request: FirmRequest, pk: int) -> HttpResponse:
    made = services.renew_secret(get_object_or_404(Webhook, pk=pk), by=request.membership, at=now())
    return render(request, "tenants/webhook_secret.html", {"made": made, "renewed": True})


@requires(Permission.CONFIGURE)
@recently_confirmed
@require_POST
def webhook_switch(request: FirmRequest, pk: int) -> HttpResponse:
    webhook = get_object_or_404(Webhook, pk=pk)
    turned = WebhookState.DISABLED if webhook.state == WebhookState.ACTIVE else WebhookState.ACTIVE
    services.change_webhook(webhook, {"state": turned.value}, by=request.membership, at=now())
    notify(request, _("Webhook switched on") if turned == WebhookState.ACTIVE else _("Webhook switched off"))
    return redirect("tenants:webhook_detail", firm_slug=request.firm.slug, pk=pk)


@requires(Permission.CONFIGURE)
@require_POST
def delivery_replay(request: FirmRequest, pk: int) -> HttpResponse:
    delivery = get_object_or_404(WebhookDelivery, pk=pk)
    try:
        services.send_again(delivery, at=now())
    except ValidationError as refused:
        notify(request, " ".join(refused.messages))
    else:
        notify(request, _("It is sent again"))
    return redirect("tenants:webhook_detail", firm_slug=request.firm.slug, pk=delivery.webhook_id)
