"""What of communications names rows without a key, and what a copy must not send a second time (a firm's archive)."""

from __future__ import annotations

from clients.archived import CLIENT, name_fields
from communications.enums import CommunicationState, MailState, RunState
from tenants.archive.contents import Row, numbers, on_arrival, plain

OPPORTUNITY = "communications.ServiceOpportunity"


def register() -> None:
    name_fields(opportunities__open=OPPORTUNITY, opportunities__closed=OPPORTUNITY)
    name_fields(campaign__name="communications.Campaign")
    # The frame is a copy of texts; how far a run has come means nothing to the copy, which does not go on with it.
    plain("communications.CommunicationRun", "frame", "cursor")
    numbers("communications.AudienceMember", run_id="communications.CommunicationRun", client_id=CLIENT)
    on_arrival("communications.OutgoingMail", _mail)
    on_arrival("communications.CommunicationRun", _run)
    on_arrival("communications.Communication", _communication)


def _mail(row: Row) -> bool:
    """What waits is sent where it was written."""
    if row["state"] in (MailState.PENDING, MailState.SENDING):
        row["state"] = MailState.CANCELLED
    row["lease_until"] = row["lease_token"] = None
    return True


def _run(row: Row) -> bool:
    row["cursor"] = 0
    if row["state"] in (RunState.QUEUED, RunState.RUNNING):
        row["state"] = RunState.CANCELLED
    return True


def _communication(row: Row) -> bool:
    if row["state"] == CommunicationState.SENDING:
        row["state"] = CommunicationState.CANCELLED
    return True
