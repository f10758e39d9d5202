"""What the feed of changes tells of: each resource of the API with its model, or the reason why it is not followed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.apps import apps

from clients.models import Client
from tenants.feed.followed import Followed, follow
from tenants.feed.notes import ask_for_people

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
    "clients.Household": Followed("households"),
    "clients.ManagementEvent": Followed("management-events", client=CLIENT),
    "clients.CustomField": Followed("custom-fields"),
    "clients.Label": Followed("labels"),
    "clients.Status": Followed("statuses"),
    "clients.ListEntry": Followed("lists"),
    "clients.UserList": Followed("user-lists"),
    "clients.Quantity": Followed("quantities"),
    "groups.Group": Followed("groups", silent=frozenset({"changed_at", "filter_error"})),
    "groups.SavedSearch": Followed("searches"),
    "portfolios.Typology": Followed("portfolio-types", silent=frozenset({"changed_at", "scored_on"})),
    "portfolios.Portfolio": Followed("portfolios"),
    "portfolios.Subject": Followed("subjects"),
    "portfolios.Sale": Followed("sales", client=CLIENT),
    "portfolios.PlannedHandover": Followed("planned-handovers"),
    "communications.ServiceOpportunity": Followed("service-opportunities"),
    "communications.ClientOpportunity": Followed("client-opportunities", client=CLIENT),
