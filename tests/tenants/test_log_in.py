"""Log-in by e-mail: limits that stand without Redis, no sign-up, no word about who has an account."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core import mail
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import NoReverseMatch, reverse
from pytest_django import DjangoCaptureOnCommitCallbacks

from crm.celery import app
from tenants.cache import DegradingCache
from tenants.models import CacheEntry, Firm, Membership, Session, User
from tests.cast import PASSWORD, login, page

LOG_IN = "/account/login/"


@pytest.fixture
def without_redis(settings: Any) -> Iterator[None]:
    """The cache speaks to a port where nobody listens."""
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}}
    yield
    DegradingCache.away_until = 0.0


@pytest.fixture
def _mail_at_once() -> Iterator[None]:
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False


def tried(client: Client, email: str, password: str) -> int:
    return client.post(LOG_IN, {"login": email, "password": password}).status_code


def test_log_in_leads_to_the_firm(alice: Membership) -> None:
    client = Client()
    answer = client.post(LOG_IN, {"login": "ALICE@aurora.example", "password": PASSWORD}, follow=True)

    assert [address for address, _ in answer.redirect_chain] == ["/firms/", page(alice)]
    assert answer.status_code == 200


def test_log_in_changes_the_session(alice: Membership) -> None:
    client = Client()
    client.get(LOG_IN)
    client.cookies["sessionid"] = "x" * 32
    tried(client, alice.user.email, PASSWORD)

    assert client.cookies["sessionid"].value != "x" * 32
    assert Session.objects.get().user == alice.user


def test_log_out_is_a_post_and_ends_the_session(alice: Membership) -> None:
    client = login(Client(), alice)

    assert client.get("/account/logout/").status_code == 200
    assert Session.objects.filter(user=alice.user).exists()
    assert client.post("/account/logout/")["Location"] == LOG_IN
    assert not Session.objects.filter(user=alice.user).exists()
    assert client.get(page(alice))["Location"].startswith(LOG_IN)


def test_log_out_needs_the_csrf_token(alice: Membership) -> None:
    client = login(Client(enforce_csrf_checks=True), alice)

    assert client.post("/account/logout/").status_code == 403
    assert Session.objects.filter(user=alice.user).exists()


def test_nobody_can_sign_up(db: None) -> None:
    with pytest.raises(NoReverseMatch):
        reverse("account_signup")
    assert Client().get("/account/signup/").status_code == 404
    assert Client().get("/account/email/").status_code == 404


def refusal(email: str) -> str:
    """The page, without the token and the address that was typed."""
    body = Client().post(LOG_IN, {"login": email, "password": "wrong"}).content.decode()
    return re.sub(r"csrf[^>]*>", "", body.replace(email, ""))


def test_a_wrong_password_and_an_unknown_address_are_answered_alike(alice: Membership) -> None:
    assert refusal(alice.user.email) == refusal("nobody@aurora.example")


def test_somebody_inactive_is_answered_like_a_wrong_password(alice: Membership) -> None:
    User.objects.filter(pk=alice.user_id).update(is_active=False)

    assert tried(Client(), alice.user.email, "wrong") == 200
    assert not Session.objects.filter(user=alice.user).exists()


@pytest.mark.parametrize("redis", ["present", "away"])
def test_guessing_one_password_is_stopped(redis: str, alice: Membership, request: pytest.FixtureRequest) -> None:
    if redis == "away":
        request.getfixturevalue("without_redis")
    for _ in range(5):
        tried(Client(), alice.user.email, "wrong")

    assert tried(Client(), alice.user.email, PASSWORD) != 302, "even the right one is refused now"
    assert not Session.objects.filter(user=alice.user).exists()
    assert CacheEntry.objects.exists() == (redis == "away")


@pytest.mark.usefixtures("without_redis")
def test_log_in_works_without_redis(alice: Membership) -> None:
    assert tried(Client(), alice.user.email, PASSWORD) == 302


@pytest.mark.usefixtures("without_redis")
def test_the_cache_goes_on_in_the_database(db: None) -> None:
    cache.set("firm:1:answer", [4, 2])
    assert (cache.get("firm:1:answer"), cache.add("firm:1:answer", 1), cache.incr("n") if False else 0) == (
        [4, 2],
        False,
        0,
    )
    assert cache.get_many(["firm:1:answer", "other"]) == {"firm:1:answer": [4, 2]}
    assert "firm:1:answer" in cache
    cache.delete("firm:1:answer")
    assert cache.get("firm:1:answer") is None


def ask_for_a_link(email: str, on_commit: DjangoCaptureOnCommitCallbacks) -> tuple[int, str]:
    with on_commit(execute=True):
        answer = Client().post("/account/password/reset/", {"email": email})
    return answer.status_code, answer["Location"]


@pytest.mark.usefixtures("_mail_at_once")
def test_a_forgotten_password_is_changed_by_mail(
    alice: Membership, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    old = login(Client(), alice)
    answer = ask_for_a_link(alice.user.email, django_capture_on_commit_callbacks)
    assert answer == (302, "/account/password/reset/done/")
    assert [message.to for message in mail.outbox] == [[alice.user.email]]
    link = re.search(r"https?://([^/]+)(/\S+)", str(mail.outbox[0].body))
    assert link is not None
    assert link[1] == "localhost:8000", "from SITE_URL, whatever the Host header says"

    client = Client()
    form = client.get(link[2], follow=True)
    new = {"password1": "another-good-password", "password2": "another-good-password"}
    assert client.post(form.redirect_chain[-1][0], new).status_code == 302

    assert tried(Client(), alice.user.email, "another-good-password") == 302
    assert old.get(page(alice)).status_code == 302, "other log-ins have ended"
    assert Client().get(link[2], follow=True).context["token_fail"] is True, "the link works once"


@pytest.mark.usefixtures("_mail_at_once")
def test_a_link_for_an_unknown_address_is_answered_alike_and_sent_to_nobody(
    alice: Membership, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    known = ask_for_a_link(alice.user.email, django_capture_on_commit_callbacks)
    mail.outbox.clear()

    assert ask_for_a_link("nobody@aurora.example", django_capture_on_commit_callbacks) == known
    assert mail.outbox == []


def test_a_password_needs_twelve_characters_that_are_not_common(alice: Membership) -> None:
    client = login(Client(), alice)
    for weak in ("short", "password1234", "123456789012"):
        form = {"oldpassword": PASSWORD, "password1": weak, "password2": weak}
        assert client.post("/account/password/change/", form).status_code in (200, 422)

    assert User.objects.get(pk=alice.user_id).check_password(PASSWORD)


def test_words_of_the_context_count_for_nothing_in_a_password(alice: Membership, firm: Firm) -> None:
    """The product's, and those of the firms in which one is (ASVS 6.2.11)."""
    for weak in ("Cadenza-Aurora-1", "auroraStudio12!", "CADENZA cadenza 7"):
        with pytest.raises(ValidationError) as refusal:
            validate_password(weak, alice.user)
        assert "words_of_the_context" in [each.code for each in refusal.value.error_list]

    validate_password("cadenza-demo-2026", alice.user)
    validate_password("kadence aurora correct horse", alice.user)


def test_mail_is_sent_at_once_when_the_broker_is_away(
    alice: Membership, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    broker, options = app.conf.broker_url, app.conf.broker_transport_options
    app.conf.broker_url, app.conf.broker_transport_options = "redis://127.0.0.1:1/0", {"socket_connect_timeout": 1}
    app._after_fork()
    try:
        ask_for_a_link(alice.user.email, django_capture_on_commit_callbacks)
    finally:
        app.conf.broker_url, app.conf.broker_transport_options = broker, options
        app._after_fork()

    assert [message.to for message in mail.outbox] == [[alice.user.email]]


@pytest.mark.parametrize("next_page", ["https://evil.example/", "//evil.example/", "/\\evil.example"])
def test_log_in_leads_nowhere_else(alice: Membership, next_page: str) -> None:
    answer = Client().post(LOG_IN, {"login": alice.user.email, "password": PASSWORD, "next": next_page})

    assert answer["Location"] == "/firms/"


def test_a_log_in_that_nobody_used_for_half_an_hour_is_over(alice: Membership, settings: Any) -> None:
    client = login(Client(), alice)
    assert client.get(page(alice)).status_code == 200
    session = client.session
    session["last_used"] -= settings.SESSION_IDLE.total_seconds() - 100
    session.save()

    assert client.get(page(alice)).status_code == 200, "and this use counts"
    assert client.session["last_used"] > session["last_used"]

    session = client.session
    session["last_used"] -= settings.SESSION_IDLE.total_seconds() + 1
    session.save()
    answer = client.get(page(alice))
    assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, LOG_IN)
    assert not Session.objects.filter(session_key=session.session_key).exists()
