"""What is done to firms, people and tokens."""

from tenants.services.firms import change_firm, create_firm
from tenants.services.invitations import accept_invitation, invite, revoke_invitation
from tenants.services.members import (
    add_member,
    change_own_settings,
    change_rights,
    deactivate_member,
    reactivate_member,
)
from tenants.services.providers import (
    forget_account,
    release_single_sign_on,
    require_single_sign_on,
    save_provider,
    switch_provider,
)
from tenants.services.removals import remove, take_back
from tenants.services.tokens import NewToken, create_token, note_use, revoke_token
from tenants.services.webhooks import (
    NewSecret,
    change_webhook,
    create_webhook,
    delete_webhook,
    ping,
    renew_secret,
    send_again,
)

__all__ = [
    "NewSecret",
    "change_webhook",
    "create_webhook",
    "delete_webhook",
    "ping",
    "renew_secret",
    "send_again",
    "NewToken",
    "accept_invitation",
    "add_member",
    "change_firm",
    "change_own_settings",
    "change_rights",
    "create_firm",
    "create_token",
    "deactivate_member",
    "forget_account",
    "invite",
    "note_use",
    "reactivate_member",
    "release_single_sign_on",
    "remove",
    "require_single_sign_on",
    "revoke_invitation",
    "revoke_token",
    "save_provider",
    "switch_provider",
    "take_back",
]
