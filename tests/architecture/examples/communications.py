"""Rows of communications, for strangers to look for."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

import communications.services
from clients.models import Client as ClientRow
from communications.models import (
    Campaign,
    CampaignMember,
    Communication,
    CommunicationTemplate,
    MailTemplate,
    OutgoingMail,
    ServiceOpportunity,
    Suppression,
)
from communications.services import (
    CampaignDetails,
    FrameDetails,
    NewClientMail,
    NewMail,
    ServiceDetails,
    TemplateDetails,
    post_mails,
)
from tenants.models import Membership
from tests.architecture.examples.clients import client
from tests.architecture.examples.example import Example
from tests.clients.builders import new_client
from tests.communications.sending import begin, dry_run, generated, reachable_client, template


def mail(admin: Membership) -> dict[str, Any]:
    occasion = f"example {OutgoingMail.objects.count()}"
    given = NewMail(kind="example", occasion=occasion, recipient="boss@firm.example", subject="Punti", body="Dieci")
    post_mails([given], at=timezone.now())
    return {"pk": OutgoingMail.objects.latest("pk").pk}


def service(admin: Membership) -> dict[str, Any]:
    details = ServiceDetails(name=f"Example {ServiceOpportunity.objects.count()}")
    return {"pk": communications.services.create_service(details, by=admin).pk}


def opportunity(admin: Membership) -> dict[str, Any]:
    own, offered = new_client(advisor=admin), ServiceOpportunity.objects.get(**service(admin))
    made = communications.services.open_opportunity(own, offered, by=admin, at=timezone.now())
    return {"pk": made.pk}


def suppression(admin: Membership) -> dict[str, Any]:
    address = f"example{Suppression.objects.count()}@firm.example"
    made = communications.services.enter_suppression(address, note="", by=admin, at=timezone.now())
    return {"pk": made.pk}


def run(admin: Membership) -> dict[str, Any]:
    begin(admin)
    return {"pk": dry_run(admin, of=template(name=f"Of a run {CommunicationTemplate.objects.count()}")).pk}


def communication(admin: Membership) -> dict[str, Any]:
    begin(admin)
    number = Communication.objects.count()
    own = ClientRow.objects.filter(pk=reachable_client(f"Example {number}", advisor=admin).pk)
    [made] = generated(
        admin, of=template(name=f"Of a communication {CommunicationTemplate.objects.count()}"), clients=own
    )
    return {"pk": made.pk}


def of_client(admin: Membership) -> dict[str, Any]:
    return {"client_pk": client(admin)["pk"]}


def own_template(admin: Membership) -> dict[str, Any]:
    name = f"Own {CommunicationTemplate.objects.count()}"
    details = TemplateDetails(name=name, subject="Per {{ client.name }}", body="Gentile {{ client.name }}")
    return {"pk": communications.services.create_template(details, by=admin).pk}


def frame(admin: Membership) -> dict[str, Any]:
    details = FrameDetails(name=f"Example {MailTemplate.objects.count()}", header="{{ firm.name }}")
    return {"pk": communications.services.create_frame(details, by=admin).pk}


def client_mail(admin: Membership) -> dict[str, Any]:
    own = new_client(advisor=admin, emails=[{"address": "anna@x.example"}])
    new = NewClientMail(recipient="anna@x.example", subject="Ciao", text="Gentile cliente")
    return {"pk": communications.services.send_client_mail(own, new, by=admin, at=timezone.now()).pk}


def campaign(admin: Membership) -> dict[str, Any]:
    details = CampaignDetails(name=f"Example {Campaign.objects.count()}", starts_on=timezone.now().date())
    return {"pk": communications.services.create_campaign(details, by=admin).pk}


def campaign_member(admin: Membership) -> dict[str, Any]:
    own, joined = new_client(advisor=admin), Campaign.objects.get(**campaign(admin))
    communications.services.add_members(joined, ClientRow.objects.filter(pk=own.pk), by=admin, at=timezone.now())
    return {"pk": CampaignMember.objects.get(client=own).pk}


PAGES: dict[str, Example] = {
    "communications:run_detail": run,
    "communications:run_confirm": run,
    "communications:run_stop": run,
    "communications:communication_detail": communication,
    "communications:communication_page": communication,
    "communications:communication_settle": communication,
    "communications:campaign_detail": campaign,
    "communications:campaign_edit": campaign,
    "communications:campaign_delete": campaign,
    "communications:campaign_enlist": campaign,
    "communications:member_answer": campaign_member,
    "communications:member_remove": campaign_member,
    "communications:campaign_join": lambda admin: {"client_pk": client(admin)["pk"]},
    "communications:client_mail_create": lambda admin: {"client_pk": client(admin)["pk"]},
    "communications:client_mail_detail": client_mail,
    "communications:client_mail_cancel": client_mail,
    "communications:template_edit": own_template,
    "communications:template_shown": own_template,
    "communications:template_duplicate": own_template,
    "communications:template_switch": own_template,
    "communications:template_move": own_template,
    "communications:template_delete": own_template,
    "communications:frame_edit": frame,
    "communications:frame_shown": frame,
    "communications:frame_duplicate": frame,
    "communications:frame_in_force": frame,
    "communications:frame_delete": frame,
    "communications:address_choose": of_client,
    "communications:client_enable": of_client,
    "communications:suppression_lift": suppression,
    "communications:service_edit": service,
    "communications:service_duplicate": service,
    "communications:service_switch": service,
    "communications:service_move": service,
    "communications:service_delete": service,
    "communications:opportunity_create": lambda admin: {"client_pk": client(admin)["pk"]},
    "communications:opportunity_detail": opportunity,
    "communications:opportunity_close": opportunity,
    "communications:opportunity_reopen": opportunity,
    "communications:opportunity_delete": opportunity,
    "communications:mail_detail": mail,
    "communications:mail_send_again": mail,
    "communications:mail_settle": mail,
    "communications:mail_cancel": mail,
}

RESOURCES: dict[str, Example] = {
    "campaigns": campaign,
    "campaign-members": campaign_member,
    "client-mails": client_mail,
    "templates": own_template,
    "mail-templates": frame,
    "outgoing-mails": mail,
    "service-opportunities": service,
    "client-opportunities": opportunity,
    "suppressions": suppression,
    "communications": communication,
    "communication-runs": run,
}
