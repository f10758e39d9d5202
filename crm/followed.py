"""What the feed of changes tells of: each resource of the API with its model, or the reason why it is not followed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.apps import apps

from clients.models import Client
from tenants.feed.followed import Followed, follow
from tenants.feed.notes import ask_for_people
from tenants.webhooks.announcing import show_by

CLIENT = "client_id"
DELETED = ("deleted_at",)
# A member's own settings: nobody else is told of them.
OWN_SETTINGS = frozenset({"preferences", "theme", "signature", "language", "single_key_shortcuts"})

FOLLOWED: dict[str, Followed] = {
    "tenants.Membership": Followed("users", silent=OWN_SETTINGS),
    "clients.Client": Followed(
        "clients", gone=("merged_into_id", "erased_at"), people=("advisor_id", "contact_id", "specialist_id")
    ),
    "clients.Note": Followed("notes", client=CLIENT, gone=DELETED),
    "clients.Attachment": Followed("attachments", client=CLIENT, gone=DELETED),
    "clients.Household": Followed("households", gone=DELETED, silent=frozenset({"taken_out"})),
    "clients.ManagementEvent": Followed("management-events", client=CLIENT),
    "clients.CustomField": Followed("custom-fields"),
    "clients.Label": Followed("labels"),
    "clients.Status": Followed("statuses"),
    "clients.ListEntry": Followed("lists"),
    "clients.UserList": Followed("user-lists"),
    "clients.Quantity": Followed("quantities"),
    "groups.Group": Followed("groups", silent=frozenset({"changed_at", "filter_error"})),
    "groups.SavedSearch": Followed("searches"),
    "groups.MarketingList": Followed("marketing-lists"),
    "portfolios.Typology": Followed("portfolio-types", silent=frozenset({"changed_at", "scored_on"})),
    "portfolios.Portfolio": Followed("portfolios"),
    "portfolios.Subject": Followed("subjects"),
    "portfolios.Sale": Followed("sales", client=CLIENT),
    "portfolios.PlannedHandover": Followed("planned-handovers"),
    "communications.ServiceOpportunity": Followed("service-opportunities"),
    "communications.ClientOpportunity": Followed("client-opportunities", client=CLIENT),
    "communications.Suppression": Followed("suppressions", client=CLIENT),
    "communications.Campaign": Followed("campaigns"),
    "communications.CampaignMember": Followed("campaign-members", client=CLIENT),
    "communications.ClientMail": Followed("client-mails", client=CLIENT),
    "communications.CommunicationTemplate": Followed("templates"),
    "communications.MailTemplate": Followed("mail-templates"),
    "scheduling.AppointmentType": Followed("appointment-types"),
    "scheduling.Appointment": Followed("appointments", client=CLIENT),
    "scheduling.Task": Followed(
        "tasks", kind="kind", resources={"task": "tasks", "call": "calls"}, client=CLIENT, gone=DELETED
    ),
    "scheduling.Reminder": Followed("reminders", client=CLIENT),
    "scheduling.Check": Followed("checks", gone=DELETED, silent=frozenset({"changed_at"})),
    "scheduling.Closure": Followed("closures"),
    "scheduling.Macro": Followed("macros"),
    "scheduling.MacroRun": Followed("macro-runs"),
    "outcomes.Outcome": Followed("outcomes"),
    "outcomes.Relation": Followed("relations"),
    "outcomes.Fulfilment": Followed("history", client=CLIENT),
    "outcomes.Activity": Followed("activities", client=CLIENT),
    "outcomes.ActivityKind": Followed("activity-kinds"),
    "outcomes.PointsEntry": Followed("points"),
    "outcomes.Challenge": Followed("challenges"),
    # What hangs on a client or a group without being a resource of its own.
    "clients.Consent": Followed("clients", part_of=CLIENT),
    "clients.CompanyLink": Followed("clients", part_of=CLIENT),
    "portfolios.Link": Followed("clients", part_of=CLIENT),
    "portfolios.ManualValue": Followed("clients", part_of=CLIENT),
    "scheduling.CadenceException": Followed("clients", part_of=CLIENT),
    "groups.GroupMember": Followed("groups", part_of="group_id"),
    "outcomes.ActivityKindType": Followed("activity-kinds", part_of="kind_id"),
    "outcomes.ChallengeMember": Followed("challenges", part_of="challenge_id"),
}

NOT_FOLLOWED = {
    "audit": "an order of its own, which only grows",
    "changes": "this is it",
    "webhooks": "a door of the feed itself",
    "webhook-deliveries": "what left by that door",
    "consultations": "an order of its own, which only grows",
    "consultation-alerts": "follow from the consultations, night by night",
    "processing-activities": "a paper of the firm, read when it is asked for",
    "erasures": "each is told of as the client's end",
    "removals": "its row is told of as deleted, and as new when it is back",
    "tokens": "each use changes one",
    "views": "how members look at the clients, many for themselves only",
    "fields": "follows from the custom fields and the version of the product",
    "communes": "the same for every firm",
    "provinces": "the same for every firm",
    "countries": "the same for every firm",
    "clients/bulk-actions": "a job: its address says how far it is",
    "imports": "a job; what it writes is told",
    "exports": "a job, gone after some days",
    "nightly-runs": "a job; what it writes is told",
    "duplicates": "follows from the clients",
    "foresight": "follows from the plans",
    "exception-foresight": "the same",
    "week-proposals": "the same",
    "slipped-clients": "the same",
    "calendar-feeds": "a member's own secret",
    "calendar-files": "a member's own calendar",
    "booking-links": "what is booked on one is told as an appointment",
    "planned-weeks": "its appointments are told",
    "working-weeks": "a member's own settings",
    "outside-calendars": "the same",
    "outside-events": "a queue, and the same appointments elsewhere",
    "leaderboard": "follows from the points",
    "outgoing-mails": "a queue, gone after some time",
    "communications": "a queue of what is to be sent; what was is on the client's time line",
    "communication-runs": "a job: its address says how far it is",
}


def follow_all() -> None:
    """Called when every app is ready."""
    for label, how in FOLLOWED.items():
        follow(apps.get_model(label), how)
    ask_for_people(people_of_clients)
    from crm.shown_changes import shown  # noqa: PLC0415 - it reads the table above

    show_by(shown)


def people_of_clients(client_ids: Iterable[int]) -> Mapping[int, frozenset[int]]:
    """Advisor, contact and specialist of each client."""
    rows = Client.objects.filter(pk__in=list(client_ids)).values_list("pk", "advisor_id", "contact_id", "specialist_id")
    return {pk: frozenset(each for each in people if each is not None) for pk, *people in rows}
