"""No secret lies in clear: columns by their names, and every table by what is in it."""

import re
import secrets
from importlib import import_module
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.apps import apps
from django.db import connection, models
from django.test import override_settings
from django.utils import timezone

from scheduling.services.outside import make_feed
from tenants import services
from tenants.binding import use_firm
from tenants.models import Membership, Webhook, WebhookDelivery
from tenants.signals import person_invited
from tenants.webhooks import sending, signing
from tests.cast import PASSWORD
from web.sealing import UnopenedError

SECRET = re.compile(r"secret|password|token|credential|private|session_key")
SEALED = {
    "scheduling.OutsideCalendar.secret",
    "tenants.IdentityProvider.secret",
    "tenants.Webhook.secret",
    "tenants.Webhook.former_secret",
}
# Hashed, or no secret in spite of the name.
OTHERWISE = {
    "tenants.User.password": "Argon2",
    "tenants.Session.session_key": "ends within twelve hours; as Django keeps it",
    "socialaccount.SocialApp.secret": "never saved: a firm's provider is a row of its own",
    "socialaccount.SocialToken.token": "never saved (settings.SOCIALACCOUNT_STORE_TOKENS)",
    "socialaccount.SocialToken.token_secret": "the same",
    "scheduling.OutsideCalendar.token": "how far a calendar was read",
}


def columns() -> set[str]:
    """Those that are named like a secret: neither hashes, nor references, nor the tokens of leases."""
    return {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if SECRET.search(field.name)
        and not field.name.endswith("_hash")
        and not field.is_relation
        and not isinstance(field, models.UUIDField)
    }


def test_every_column_named_like_a_secret_is_sealed_or_says_why_not() -> None:
    assert columns() == SEALED | OTHERWISE.keys()


def given_out(ada: Membership, alice: Membership) -> list[str]:
    """One of each secret that the product draws or is told."""
    now, invited = timezone.now(), []
    person_invited.connect(listen := lambda secret, **kwargs: invited.append(secret), weak=False)
    try:
        services.invite("neu@aurora.example", name="Neu", role="operator", by=ada, at=now)
    finally:
        person_invited.disconnect(listen)
    hook = services.create_webhook("https://example.com/hook", resources=[], by=ada, at=now)
    renewed = services.renew_secret(hook.row, by=ada, at=now)
    token = services.create_token(alice, name="ERP", scopes=["read"], by=alice).secret
    key = generate_totp_secret()
    TOTP.activate(alice.user, key)
    codes = RecoveryCodes.activate(alice.user).generate_codes()
    return [
        PASSWORD, *invited, hook.secret, renewed.secret, token, token.split("_", 2)[2], make_feed(alice, at=now), key,
        *codes,
    ]  # fmt: skip


def test_no_table_holds_a_secret_as_it_was_given_out(ada: Membership, alice: Membership) -> None:
    with use_firm(ada.firm):
        known = [*given_out(ada, alice)]
        found = [label for label in (model._meta for model in apps.get_models()) if holds(label, known)]
        sealed = Webhook.objects.get()
        both = signing.in_force(sealed, at=timezone.now())

    assert found == []
    assert len(known) > 15
    assert set(both) <= set(known), "and what is sealed opens for the signature"
    assert all(value.startswith("gAAAA") for value in (sealed.secret, sealed.former_secret))
    assert Authenticator.objects.count() == 2


def holds(table: Any, known: list[str]) -> bool:
    if not table.managed or table.proxy:
        return False
    looked = f'SELECT EXISTS (SELECT FROM "{table.db_table}" t, unnest(%s::text[]) s WHERE position(s IN t::text) > 0)'
    with connection.cursor() as cursor:
        cursor.execute(looked, [known])
        return bool(cursor.fetchone()[0])


def test_what_lies_there_is_sealed_and_can_be_opened_again(ada: Membership) -> None:
    migration = import_module("tenants.migrations.0009_sealed_webhooks")
    with use_firm(ada.firm):
        made = services.create_webhook("https://example.com/hook", resources=[], by=ada, at=timezone.now())
        migration.open_all(apps, None)
        assert Webhook.objects.get().secret == made.secret
        migration.seal_all(apps, None)
        row = Webhook.objects.get()

    assert row.secret != made.secret
    assert signing.in_force(row, at=timezone.now()) == [made.secret]


def test_keys_are_changed_one_after_the_other(ada: Membership) -> None:
    now = timezone.now()
    with use_firm(ada.firm):
        made = services.create_webhook("https://example.com/hook", resources=[], by=ada, at=now)
        first, second = secrets.token_hex(), secrets.token_hex()
        with override_settings(SEALING_KEYS=[first]):
            assert signing.in_force(made.row, at=now) == [made.secret], "sealed before there were keys"
            renewed = services.renew_secret(made.row, by=ada, at=now)
        with override_settings(SEALING_KEYS=[second, first]):
            assert signing.in_force(renewed.row, at=now) == [renewed.secret, made.secret]
        with override_settings(SEALING_KEYS=[second]):
            with pytest.raises(UnopenedError):
                signing.in_force(renewed.row, at=now)
            services.ping(renewed.row, by=ada, at=now)
    with override_settings(SEALING_KEYS=[second]):
        assert sending.send_due(ada.firm_id) == 0
    with use_firm(ada.firm):
        assert WebhookDelivery.objects.get().last_error == "unsealed"
