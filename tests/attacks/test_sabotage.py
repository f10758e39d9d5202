"""Each defence of the pages, the API and what goes out, taken away: the guard that stands over it must notice.

``tests/architecture/test_sabotage.py`` does the same for the wall between firms; the last test counts them all.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.signing import Signer
from django.db.models import Model

from clients import guarding
from clients.attachments import contents, serving
from clients.imports import spreadsheets
from communications.rendering import letters
from crm import logs
from tenants import audit, queries
from tenants.models import ApiToken, Firm, Membership
from tenants.permissions import Permission
from tenants.rest import fields, idempotency, limits, viewsets
from tenants.webhooks import sending
from tests.architecture.test_sabotage import SCHEMA
from tests.attacks import guards
from tests.attacks.guards import Guard
from web import outbound

Patch = pytest.MonkeyPatch
Sabotage = Callable[[Patch, Any], None]
HERE = Path(__file__)
OTHERS = HERE.parents[1] / "architecture" / HERE.name


def without(name: str) -> Sabotage:
    """The middleware taken out."""

    def remove(patch: Patch, settings: Any) -> None:
        settings.MIDDLEWARE = [each for each in settings.MIDDLEWARE if not each.endswith(name)]

    return remove


def setting(**values: Any) -> Sabotage:
    def change(patch: Patch, settings: Any) -> None:
        for name, value in values.items():
            setattr(settings, name, value)

    return change


def replaced(place: Any, name: str, by: Any) -> Sabotage:
    return lambda patch, settings: patch.setattr(place, name, by)


def several(*sabotages: Sabotage) -> Sabotage:
    def all_of_them(patch: Patch, settings: Any) -> None:
        for each in sabotages:
            each(patch, settings)

    return all_of_them


def loosened(**directives: list[str]) -> Sabotage:
    def loosen(patch: Patch, settings: Any) -> None:
        policy = settings.CONTENT_SECURITY_POLICY
        settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": {**policy["DIRECTIVES"], **directives}}

    return loosen


def unescaped(patch: Patch, settings: Any) -> None:
    [engine] = settings.TEMPLATES
    settings.TEMPLATES = [{**engine, "OPTIONS": {**engine["OPTIONS"], "autoescape": False}}]


def any_token(presented: queries.PresentedToken, *, at: Any) -> ApiToken | None:
    """Whether it is revoked or expired is not asked."""
    return ApiToken.objects.select_related("member__user").filter(secret_hash=presented.secret_hash).first()


def lenient(self: Any, data: Any) -> Any:
    """What nobody offers is dropped in silence."""
    return super(fields.StrictSerializer, self).to_internal_value(data)


class Unsigned:
    """Signs everything alike."""

    def __init__(self, secret: str) -> None:
        self.secret = secret

    def sign(self, *given: Any) -> str:
        return "v1,bm9ib2R5"


def kept_row(self: Any, row: Model) -> Model:
    return row


# What is taken away, and the guard that must notice.
DEFENCES: dict[str, tuple[Sabotage, Guard]] = {
    "no CSRF middleware": (without("CsrfViewMiddleware"), guards.csrf),
    "framing is not refused": (without("XFrameOptionsMiddleware"), guards.headers),
    "types are guessed": (setting(SECURE_CONTENT_TYPE_NOSNIFF=False), guards.headers),
    "addresses are told to others": (setting(SECURE_REFERRER_POLICY="unsafe-url"), guards.headers),
    "windows are shared": (setting(SECURE_CROSS_ORIGIN_OPENER_POLICY=None), guards.headers),
    "no policy at all": (without("CSPMiddleware"), guards.policy),
    "inline script is allowed": (loosened(**{"script-src": ["'self'", "'unsafe-inline'"]}), guards.policy),
    "inline style is allowed": (loosened(**{"style-src": ["'self'", "'unsafe-inline'"]}), guards.policy),
    "script from anywhere": (loosened(**{"script-src": ["*"]}), guards.policy),
    "another base is allowed": (loosened(**{"base-uri": ["'self'"]}), guards.policy),
    "templates do not escape": (unescaped, guards.escaping),
    "requests are not counted": (
        replaced(limits.TokenThrottle, "allow_request", lambda self, request, view: True),
        guards.rate_limit,
    ),
    "guesses are not counted": (setting(ACCOUNT_RATE_LIMITS=False), guards.guessing),
    "any password will do": (setting(AUTH_PASSWORD_VALIDATORS=[]), guards.weak_passwords),
    "any host is ours": (setting(ALLOWED_HOSTS=["*"]), guards.hosts),
    "log-ins never rest": (without("IdleMiddleware"), guards.idle_sessions),
    "keys are not kept": (replaced(idempotency, "claim", lambda request: None), guards.idempotency),
    "tags are not compared": (replaced(viewsets.FirmViewSet, "checked", kept_row), guards.stale_writes),
    "unknown fields are dropped": (
        replaced(fields.StrictSerializer, "to_internal_value", lenient),
        guards.unknown_fields,
    ),
    "bodies may be of any size": (replaced(viewsets, "MOST_JSON", 10**12), guards.large_bodies),
    "scopes are not asked": (replaced(ApiToken, "has_scope", lambda self, scope: True), guards.scopes),
    "tokens never expire": (replaced(queries, "usable_token", any_token), guards.expiry),
    "tokens cannot be revoked": (replaced(queries, "usable_token", any_token), guards.revocation),
    "everybody may everything": (replaced(Membership, "can", lambda self, permission: True), guards.permissions),
    "an advisor sees all clients": (
        replaced(
            Membership,
            "can",
            lambda self, permission, real=Membership.can: (
                permission == Permission.VIEW_ALL_CLIENTS or real(self, permission)
            ),
        ),
        guards.visibility,
    ),
    "nothing is noted": (replaced(audit, "record", lambda *args, **more: None), guards.audit_trail),
    "signatures are not compared": (
        replaced(Signer, "unsign", lambda self, text: text.rpartition(".")[0]),
        guards.unsubscribing_token,
    ),
    "events are not signed": (replaced(sending, "Signer", Unsigned), guards.webhook_signature),
    "every address is public": (replaced(outbound, "is_public", lambda address: True), guards.inside_addresses),
    "wrapped addresses are forgotten": (replaced(outbound, "DENIED", []), guards.inside_addresses),
    "every port will do": (replaced(outbound, "PORTS", frozenset(range(65536))), guards.odd_spellings),
    "names are not looked at": (
        several(
            replaced(outbound, "NAME", guarding.re.compile(".*")),
            replaced(outbound, "_as_address", lambda text: None),
        ),
        guards.odd_spellings,
    ),
    "files are shown": (
        replaced(serving, "content_disposition_header", lambda as_attachment, name: "inline"),
        guards.downloads,
    ),
    "a drawing is a drawing": (
        replaced(contents, "_TOLD", contents._TOLD | {"image/svg+xml"}),
        guards.downloads,
    ),
    "formulas go out": (replaced(guarding, "FORMULA", guarding.re.compile("(?!)")), guards.formulas),
    "full-width formulas are forgotten": (
        replaced(guarding, "FORMULA", guarding.re.compile("'*[=+\\-@\t\r\n]")),
        guards.formulas,
    ),
    "archives are not looked into": (
        several(
            replaced(spreadsheets, "MOST_ENTRIES", 10**9),
            replaced(spreadsheets, "MOST_DIRECTORY", 10**12),
        ),
        guards.bombs,
    ),
    "headers may have lines": (replaced(letters, "flat", lambda text: text), guards.one_line),
    "the log tells names": (replaced(logs, "masked", lambda text: text), guards.masked_logs),
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", DEFENCES)
def test_a_defence_that_is_taken_away_is_noticed(
    name: str, ada: Membership, alice: Membership, other_firm: Firm, monkeypatch: Patch, settings: Any
) -> None:
    sabotage, guard = DEFENCES[name]
    sabotage(monkeypatch, settings)

    assert guard(ada, alice) != []


@pytest.mark.django_db
@pytest.mark.parametrize("guard", sorted({guard for _, guard in DEFENCES.values()}, key=lambda each: each.__name__))
def test_nothing_is_noticed_while_every_defence_stands(
    guard: Guard, ada: Membership, alice: Membership, other_firm: Firm
) -> None:
    assert guard(ada, alice) == []


def test_there_are_at_least_forty_sabotages() -> None:
    """Those of the schema, those above, and each test elsewhere that takes one thing away and says that it was seen."""
    named = [
        each.name
        for path in (HERE, OTHERS)
        for each in ast.parse(path.read_text()).body
        if isinstance(each, ast.FunctionDef) and each.name.endswith("_is_noticed") and "schema" not in each.name
    ]
    single = [name for name in named if "a_defence" not in name]
    print(f"sabotages: {len(SCHEMA)} of the schema, {len(DEFENCES)} of other defences, {len(single)} of code")  # noqa: T201

    assert len(SCHEMA) + len(DEFENCES) + len(single) >= 40
