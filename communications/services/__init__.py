"""What can be done with the outbox and with service opportunities."""

from __future__ import annotations

from communications.services.campaigns import (
    Answer,
    CampaignDetails,
    add_members,
    create_campaign,
    delete_campaign,
    edit_campaign,
    record_answer,
    remove_members,
)
from communications.services.client_mails import NewClientMail, cancel_client_mail, send_client_mail
from communications.services.distribution import (
    Sent,
    cancel_communications,
    regenerate,
    restore,
    send,
    settle_communication,
)
from communications.services.endings import Ending
from communications.services.frames import (
    FrameDetails,
    create_frame,
    delete_frame,
    duplicate_frame,
    edit_frame,
    put_in_force,
)
from communications.services.mail import NewMail, cancel, post_mails, send_again, settle
from communications.services.offered import (
    ServiceDetails,
    create_service,
    delete_service,
    duplicate_service,
    edit_service,
    move_service,
    set_active,
)
from communications.services.opportunities import (
    annotate_opportunity,
    close_opportunity,
    delete_opportunity,
    enter_opportunity,
    open_opportunity,
    reopen_opportunity,
)
from communications.services.opportunity_batches import NewOpportunity, Refused, enter_opportunities
from communications.services.recipients import (
    SendingDetails,
    begin,
    choose_address,
    edit_settings,
    enable_client,
    set_enabled,
)
from communications.services.suppression import enter_suppression, lift_suppression, suppress
from communications.services.templates import (
    TemplateDetails,
    create_template,
    delete_template,
    duplicate_template,
    edit_template,
    move_template,
    set_template_active,
)

__all__ = [
    "Answer",
    "CampaignDetails",
    "Ending",
    "FrameDetails",
    "NewClientMail",
    "NewMail",
    "NewOpportunity",
    "Refused",
    "SendingDetails",
    "Sent",
    "ServiceDetails",
    "TemplateDetails",
    "add_members",
    "annotate_opportunity",
    "begin",
    "cancel",
    "cancel_client_mail",
    "cancel_communications",
    "choose_address",
    "close_opportunity",
    "create_campaign",
    "create_frame",
    "create_service",
    "create_template",
    "delete_campaign",
    "delete_frame",
    "delete_opportunity",
    "delete_service",
    "delete_template",
    "duplicate_frame",
    "duplicate_service",
    "duplicate_template",
    "edit_campaign",
    "edit_frame",
    "edit_service",
    "edit_settings",
    "edit_template",
    "enable_client",
    "enter_opportunities",
    "enter_opportunity",
    "enter_suppression",
    "lift_suppression",
    "move_service",
    "move_template",
    "open_opportunity",
    "post_mails",
    "put_in_force",
    "record_answer",
    "regenerate",
    "remove_members",
    "reopen_opportunity",
    "restore",
    "send",
    "send_again",
    "send_client_mail",
    "set_active",
    "set_enabled",
    "set_template_active",
    "settle",
    "settle_communication",
    "suppress",
]
