"""What communications adds to the time line of a client: mails by hand, and campaigns; and to "+ Nuovo" (STY-25)."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Prefetch, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clients.timeline.sources import Creation, Event, File, Source, contribute, offer
from communications.enums import CampaignResponse, MailState
from communications.models import CampaignMember, ClientMail, MailFile
from tenants.permissions import Permission


def register() -> None:
    """Called when the app is ready."""
    contribute(Source(kind="mail", label=gettext_lazy("Mails"), icon="mail", rows=_mails, tell=_tell_mails))
    contribute(
        Source(kind="campaign", label=gettext_lazy("Campaigns"), icon="zap", rows=_memberships, tell=_tell_memberships)
    )
    mail, campaign = gettext_lazy("Mail"), gettext_lazy("Campaign")
    may = Permission.EDIT_CLIENTS
    offer("mail", Creation(label=mail, icon="mail", permission=may, address=_to_new_mail, position=5))
    offer("campaign", Creation(label=campaign, icon="zap", permission=may, address=_to_campaigns, position=6))


def _to_campaigns(firm_slug: str, client: int) -> str:
    return reverse("communications:campaign_join", kwargs={"firm_slug": firm_slug, "client_pk": client})


def _memberships() -> QuerySet[CampaignMember]:
    rows: QuerySet[CampaignMember] = CampaignMember.objects.all()
    return rows


def _tell_memberships(ids: Sequence[int]) -> list[Event]:
    rows = CampaignMember.objects.select_related("client", "campaign", "added_by").filter(pk__in=ids)
    return [
        Event(
            kind="campaign",
            id=row.pk,
            at=row.at,
            client_id=row.client_id,
            client=row.client.name,
            company_id=row.company_id,
            title=_("Campaign “%(name)s”") % {"name": row.campaign.name},
            text=row.note,
            state=row.response,
            state_label=CampaignResponse(row.response).label,
            state_tone=row.tone,
            icon="zap",
            by=row.added_by.name if row.added_by else "",
        )
        for row in rows
    ]


def _to_new_mail(firm_slug: str, client: int) -> str:
    return reverse("communications:client_mail_create", kwargs={"firm_slug": firm_slug, "client_pk": client})


def _mails() -> QuerySet[ClientMail]:
    rows: QuerySet[ClientMail] = ClientMail.objects.all()
    return rows


def _tell_mails(ids: Sequence[int]) -> list[Event]:
    files = MailFile.objects.select_related("attachment").filter(attachment__deleted_at__isnull=True)
    rows = ClientMail.objects.select_related("client", "outgoing", "sent_by").filter(pk__in=ids)
    return [
        Event(
            kind="mail",
            id=row.pk,
            at=row.at,
            client_id=row.client_id,
            client=row.client.name,
            company_id=row.company_id,
            title=row.subject,
            text=row.text,
            state=row.outgoing.state,
            state_label=MailState(row.outgoing.state).label,
            state_tone=row.outgoing.tone,
            icon="mail",
            by=row.sent_by.name if row.sent_by else "",
            files=[_file(each) for each in row.files.all()],
            view="communications:client_mail_detail",
        )
        for row in rows.prefetch_related(Prefetch("files", files))
    ]


def _file(row: MailFile) -> File:
    return File(id=row.attachment_id, name=row.attachment.name, size=row.attachment.size)
