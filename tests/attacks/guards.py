"""Guards over single defences: each tries what somebody who means ill would, and returns what went through."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

import time_machine
from django.core import mail
from django.core.exceptions import ValidationError
from django.test import Client, override_settings
from django.utils import timezone
from rest_framework.test import APIClient
from standardwebhooks.webhooks import Webhook as Verifier
from standardwebhooks.webhooks import WebhookVerificationError

import clients.services
import scheduling.services
from clients import guarding
from clients.imports.mapping import ImportMapping
from clients.imports.reading import open_source
from clients.imports.refusals import FileRefused
from clients.models import Label
from clients.services import NoteContent
from communications import unsubscribing
from communications.rendering import letters
from crm import logs
from tenants import services
from tenants.binding import use_firm
from tenants.enums import Scope
from tenants.models import AuditEvent, Membership
from tenants.webhooks import sending
from tests.cast import PASSWORD, api_client, login, page
from tests.clients.builders import new_client
from tests.clients.imports.test_bombs import many_entries
from web import outbound

LABELS = "/api/v1/labels/"
LOG_IN = "/account/login/"
Guard = Callable[[Membership, Membership], list[str]]


def answered(wanted: Iterable[int], answer: Any, what: str) -> list[str]:
    return [] if answer.status_code in wanted else [f"{what}: {answer.status_code}"]


def csrf(ada: Membership, alice: Membership) -> list[str]:
    client = login(Client(enforce_csrf_checks=True), ada)
    return answered({403}, client.post(page(ada, "settings/me/"), {"name": "Foreign"}), "a foreign page writes")


def headers(ada: Membership, alice: Membership) -> list[str]:
    answer = login(Client(), ada).get(page(ada, "settings/me/"))
    wanted = {
        "X-Frame-Options": "DENY",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cache-Control": "private, no-store",
    }
    return [f"{name}: {answer.get(name)}" for name, value in wanted.items() if answer.get(name) != value]


def policy(ada: Membership, alice: Membership) -> list[str]:
    said = login(Client(), ada).get(page(ada, "settings/me/")).get("Content-Security-Policy", "")
    parts = {part.split()[0]: part.split()[1:] for part in said.split(";") if part.strip()}
    wanted = {"default-src": "'none'", "object-src": "'none'", "base-uri": "'none'", "frame-ancestors": "'none'"}
    found = [f"{name}: {parts.get(name)}" for name, value in wanted.items() if parts.get(name) != [value]]
    loose = {"'unsafe-inline'", "'unsafe-eval'", "*", "https:", "http:", "data:"}
    return found + [f"{name} is loose" for name in ("script-src", "style-src") if loose & set(parts.get(name, ["*"]))]


def rate_limit(ada: Membership, alice: Membership) -> list[str]:
    with override_settings(API_REQUESTS_A_MINUTE=2):
        caller = api_client(ada)
        answers = [caller.get(LABELS) for _ in range(3)]
    return answered({429}, answers[-1], "the third of two")


def guessing(ada: Membership, alice: Membership) -> list[str]:
    for _ in range(6):
        Client().post(LOG_IN, {"login": alice.user.email, "password": "wrong"})
    last = Client().post(LOG_IN, {"login": alice.user.email, "password": PASSWORD})
    return ["guessing goes on"] if last.status_code == 302 else []


def enumeration(ada: Membership, alice: Membership) -> list[str]:
    mail.outbox.clear()
    known, unknown = (
        Client().post("/account/password/reset/", {"email": address}) for address in (alice.user.email, "no@x.example")
    )
    same = (known.status_code, known.get("Location")) == (unknown.status_code, unknown.get("Location"))
    return ["who has an account is told"] * (not same)


def idempotency(ada: Membership, alice: Membership) -> list[str]:
    caller = api_client(ada)
    for name in ("Once", "Once"):
        caller.post(LABELS, {"name": name}, format="json", headers={"Idempotency-Key": "one"})
    second = caller.post(LABELS, {"name": "Other"}, format="json", headers={"Idempotency-Key": "one"})
    return answered({422}, second, "a used key")


def stale_writes(ada: Membership, alice: Membership) -> list[str]:
    caller = api_client(ada)
    made = caller.post("/api/v1/clients/", {"last_name": "Rossi"}, format="json").json()["id"]
    caller.patch(f"/api/v1/clients/{made}/", {"first_name": "Ada"}, format="json")
    stale = caller.patch(
        f"/api/v1/clients/{made}/", {"first_name": "Eva"}, format="json", headers={"If-Match": '"stale"'}
    )
    return answered({412}, stale, "a stale write")


def unknown_fields(ada: Membership, alice: Membership) -> list[str]:
    answer = api_client(ada).post(LABELS, {"name": "Other", "firm": 1, "id": 7}, format="json")
    return answered({400}, answer, "fields that nobody offers")


def scopes(ada: Membership, alice: Membership) -> list[str]:
    answer = api_client(ada, Scope.READ).post(LABELS, {"name": "Other"}, format="json")
    return answered({403}, answer, "a reading token writes")


def expiry(ada: Membership, alice: Membership) -> list[str]:
    with use_firm(ada.firm_id):
        made = services.create_token(ada, name="old", scopes=[Scope.READ], by=ada)
        type(made.row).objects.filter(pk=made.row.pk).update(expires_at=timezone.now() - timedelta(days=1))
    answer = APIClient().get("/api/v1/me/", headers={"Authorization": f"Bearer {made.secret}"})
    return answered({401}, answer, "an expired token")


def revocation(ada: Membership, alice: Membership) -> list[str]:
    with use_firm(ada.firm_id):
        made = services.create_token(ada, name="lost", scopes=[Scope.READ], by=ada)
        services.revoke_token(made.row, by=ada, at=timezone.now())
    answer = APIClient().get("/api/v1/me/", headers={"Authorization": f"Bearer {made.secret}"})
    return answered({401}, answer, "a revoked token")


def permissions(ada: Membership, alice: Membership) -> list[str]:
    page_answer = login(Client(), alice).get(page(alice, "settings/members/"))
    told = answered({403}, page_answer, "an advisor opens the list of people")
    return told + answered({403}, api_client(alice).post(LABELS, {"name": "X"}, format="json"), "she configures")


def visibility(ada: Membership, alice: Membership) -> list[str]:
    with use_firm(ada.firm_id):
        foreign = new_client("Altrui", advisor=ada)
    answer = login(Client(), alice).get(page(alice, f"clients/{foreign.pk}/"))
    return answered({404}, answer, "a colleague's client") + answered(
        {404}, api_client(alice).get(f"/api/v1/clients/{foreign.pk}/"), "the same by token"
    )


def audit_trail(ada: Membership, alice: Membership) -> list[str]:
    api_client(ada).post(LABELS, {"name": "Told"}, format="json")
    with use_firm(ada.firm_id):
        told = AuditEvent.objects.filter(target_kind=Label._meta.label_lower).exists()
    return ["a change of configuration is not told"] * (not told)


def unsubscribing_token(ada: Membership, alice: Membership) -> list[str]:
    with use_firm(ada.firm_id):
        guessed = unsubscribing.communication_of(f"{ada.firm_id}-7.{'A' * 43}")
    return ["a token that nobody signed"] * (guessed is not None)


def webhook_signature(ada: Membership, alice: Membership) -> list[str]:
    with use_firm(ada.firm_id):
        made = services.create_webhook("https://example.com/hook", resources=[], by=ada, at=timezone.now())
        delivery = services.ping(made.row, by=ada, at=timezone.now())
        delivery.webhook.refresh_from_db()
        signed = sending._headers(delivery, timezone.now())
    try:
        Verifier(made.secret).verify(delivery.body, signed)
    except WebhookVerificationError as refused:
        return [str(refused)]
    return []


def inside_addresses(ada: Membership, alice: Membership) -> list[str]:
    spellings = [
        "127.0.0.1",
        "10.0.0.1",
        "169.254.169.254",
        "::1",
        "64:ff9b::a9fe:a9fe",
        "192.0.0.192",
        "2002:7f00:1::",
    ]
    found = [address for address in spellings if outbound.is_public(address)]
    try:
        outbound.public_addresses("hooks.example.com", 443, find=lambda host, port: ["93.184.216.34", "127.0.0.1"])
    except outbound.RefusedError:
        return found
    return [*found, "a name that leads inside"]


def odd_spellings(ada: Membership, alice: Membership) -> list[str]:
    found = []
    for url in ("http://example.com/", "https://0x7f.1/", "https://example.com:6379/", "https://a@127.0.0.1/"):
        try:
            outbound.check_url(url)
        except outbound.RefusedError:
            continue
        found.append(url)
    return found


def downloads(ada: Membership, alice: Membership) -> list[str]:
    with use_firm(ada.firm_id):
        note = clients.services.create_note(new_client(advisor=ada), NoteContent(text="x"), by=ada, at=timezone.now())
        drawing = io.BytesIO(b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>')
        made = clients.services.attach(note, drawing, name="logo.svg", by=ada)
    answer = login(Client(), ada).get(page(ada, f"clients/attachments/{made.pk}/"))
    answer.getvalue()
    found = ["it is shown"] * (not answer.get("Content-Disposition", "").startswith("attachment"))
    found += [str(answer.get("Content-Type"))] * ("svg" in answer.get("Content-Type", ""))
    return found + ["no sandbox"] * ("sandbox" not in answer.get("Content-Security-Policy", ""))


def formulas(ada: Membership, alice: Membership) -> list[str]:
    cells = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1"]
    return [cell for cell in cells if guarding.guarded(cell)[:1] != "'"]


def escaping(ada: Membership, alice: Membership) -> list[str]:
    text = "<script>x</script>"
    with use_firm(ada.firm_id):
        own = new_client(text, advisor=ada)
    shown = login(Client(), ada).get(page(ada, f"clients/{own.pk}/")).content.decode()
    return ["a name is markup"] * (text in shown)


def bombs(ada: Membership, alice: Membership) -> list[str]:
    with use_firm(ada.firm_id):
        try:
            with open_source(io.BytesIO(many_entries()), recognise=ImportMapping().recognise) as source:
                list(source.rows())
        except FileRefused as refused:
            return [] if refused.why == "bomb" else [refused.why]
    return ["it was read"]


def weak_passwords(ada: Membership, alice: Membership) -> list[str]:
    with use_firm(ada.firm_id):
        try:
            services.add_member("weak@aurora.example", name="Weak", role=alice.role, password="password1234")
        except ValidationError:
            return []
    return ["a password that everybody knows"]


def fixation(ada: Membership, alice: Membership) -> list[str]:
    client = Client()
    login(client, ada)
    before = client.cookies["sessionid"].value
    client.post(LOG_IN, {"login": alice.user.email, "password": PASSWORD})
    client.post("/account/logout/")
    client.post(LOG_IN, {"login": alice.user.email, "password": PASSWORD})
    after = client.cookies["sessionid"].value
    return ["the number of the session stays"] * (before == after)


def open_redirects(ada: Membership, alice: Membership) -> list[str]:
    credentials = {"login": alice.user.email, "password": PASSWORD}
    answer = Client().post(LOG_IN + "?next=https://evil.example/", {**credentials, "next": "https://evil.example/"})
    return [answer["Location"]] * ("evil" in answer.get("Location", ""))


def hosts(ada: Membership, alice: Membership) -> list[str]:
    return answered({400}, Client(headers={"Host": "evil.example"}).get(LOG_IN), "a host of nobody")


def masked_logs(ada: Membership, alice: Membership) -> list[str]:
    return [text for text in ("maria.rossi@posta.example", "RSSMRA85T10A562S") if text in logs.masked(f"see {text}")]


def large_bodies(ada: Membership, alice: Membership) -> list[str]:
    answer = api_client(ada).post(LABELS, {"name": "x" * 6_000_000}, format="json")
    return answered({413}, answer, "a body of six megabytes")


def dead_feeds(ada: Membership, alice: Membership) -> list[str]:
    with use_firm(ada.firm_id):
        secret = scheduling.services.make_feed(ada, at=timezone.now())
        scheduling.services.revoke_feed(ada)
    answer = Client().get(f"/calendar/{ada.firm_id}-{secret}.ics")
    return answered({404}, answer, "a revoked calendar")


def one_line(ada: Membership, alice: Membership) -> list[str]:
    subject = letters.one_line("Ciao\r\nBcc: all@x.example\x0b\u2028X: y")
    return [subject] * (len(subject.splitlines()) > 1)


def idle_sessions(ada: Membership, alice: Membership) -> list[str]:
    client = login(Client(), ada)
    client.get(page(ada, "settings/me/"))
    with time_machine.travel(timezone.now() + timedelta(minutes=70)):
        return answered({302}, client.get(page(ada, "settings/me/")), "an idle session")


def dismissed(ada: Membership, alice: Membership) -> list[str]:
    client = login(Client(), alice)
    with use_firm(ada.firm_id):
        services.deactivate_member(alice, by=ada, at=timezone.now())
    return answered({302, 404}, client.get(page(alice, "settings/me/")), "who was dismissed")


def foreign_firms(ada: Membership, alice: Membership) -> list[str]:
    """A page in a firm of which one is no member, under every spelling of its address."""
    client = login(Client(), ada)
    return [
        slug for slug in ("boreale", "BOREALE", "boreale%20") if client.get(f"/f/{slug}/settings/me/").status_code < 300
    ]
