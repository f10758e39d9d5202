"""What can be done with the outbox and with service opportunities."""

from __future__ import annotations

from communications.services.endings import Ending
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

__all__ = [
    "SendingDetails",
    "begin",
    "choose_address",
    "edit_settings",
    "enable_client",
    "enter_suppression",
    "lift_suppression",
    "set_enabled",
    "suppress",
    "Ending",
    "NewMail",
    "NewOpportunity",
    "Refused",
    "ServiceDetails",
    "annotate_opportunity",
    "cancel",
    "close_opportunity",
    "create_service",
    "delete_opportunity",
    "delete_service",
    "duplicate_service",
    "edit_service",
    "enter_opportunities",
    "move_service",
    "open_opportunity",
    "post_mails",
    "reopen_opportunity",
    "send_again",
    "set_active",
    "settle",
]
