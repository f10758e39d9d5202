"""The pages about people, invitations, tokens, permissions, the audit trail and settings."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from crm.celery import app
from tenants import services
from tenants.binding import use_firm
from tenants.enums import Role
from tenants.models import ApiToken, AuditEvent, Firm, Invitation, Membership, User
from tenants.permissions import PERMISSION_LABELS, Permission
from tests.cast import PASSWORD, join, page

Browse = Callable[[Membership], Client]


@pytest.fixture
def english(firm: Firm, ada: Membership, alice: Membership) -> None:
    with use_firm(firm):
        for member in (ada, alice):
            services.change_own_settings(member, language="en")


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize(
    "path", ["members/", "members/invite/", "permissions/", "tokens/", "tokens/new/", "audit/", "firm/", "me/"]
)
def test_an_administrator_sees_every_page(ada: Membership, browse: Browse, path: str) -> None:
    response = browse(ada).get(page(ada, f"settings/{path}"))

    assert response.status_code == 200
    assert response["Cache-Control"] == "private, no-store"
    assert response["Content-Language"] == "en"


@pytest.mark.parametrize("path", ["members/", "members/invite/", "audit/", "firm/"])
def test_an_advisor_may_not_administer(alice: Membership, browse: Browse, path: str) -> None:
    assert browse(alice).get(page(alice, f"settings/{path}")).status_code == 403


def test_one_firm_is_entered_at_once(alice: Membership, browse: Browse) -> None:
    response = browse(alice).get("/")

    assert response.status_code == 302
    assert response["Location"] == page(alice)


def test_several_firms_are_offered_and_none_is_said(firm: Firm, carol: Membership, browse: Browse) -> None:
    with use_firm(firm):
        services.add_member(carol.user.email, name="Carol", role=Role.READ_ONLY)
    offered = browse(carol).get("/firms/").content.decode()
    assert "/f/aurora/" in offered
    assert "/f/boreale/" in offered

    nobody = Client()
    nobody.force_login(User.objects.create_user("nobody@example.org", PASSWORD))
    response = nobody.get("/firms/")
    assert response.status_code == 200
    assert "nobody@example.org" in response.content.decode()


def test_the_start_page_asks_to_log_in(db: None) -> None:
    assert Client().get("/")["Location"] == "/account/login/?next=/"


def link_in(message: mail.EmailMessage) -> str:
    found = re.search(r"https?://[^/\s]+(/\S+)", str(message.body))
    assert found is not None
    return found[1]


def invite(browse: Browse, ada: Membership, email: str, on_commit: DjangoCaptureOnCommitCallbacks) -> str:
    form = {"email": email, "name": "Nina Blu", "role": Role.ADVISOR}
    with on_commit(execute=True):
        response = browse(ada).post(page(ada, "settings/members/invite/"), form)
    assert response.status_code == 302
    return link_in(mail.outbox[-1])


@pytest.fixture
def _mail_at_once() -> Iterator[None]:
    """The task runs in this process; tests of the worker stand elsewhere."""
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False


@pytest.mark.usefixtures("_mail_at_once")
def test_somebody_new_joins_by_invitation(
    ada: Membership, browse: Browse, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    link = invite(browse, ada, "Nina@aurora.example", django_capture_on_commit_callbacks)
    assert mail.outbox[-1].to == ["nina@aurora.example"]

    guest = Client()
    assert "nina@aurora.example" in guest.get(link).content.decode()
    weak = guest.post(link, {"name": "Nina Blu", "password": "nina"})
    assert weak.status_code == 422
    joined = guest.post(link, {"name": "Nina Blu", "password": PASSWORD})

    assert joined["Location"] == page(ada)
    assert guest.get(page(ada)).status_code == 200
    assert guest.get(link).status_code == 404


@pytest.mark.usefixtures("_mail_at_once")
def test_somebody_known_has_to_log_in_before_joining(
    ada: Membership,
    alice: Membership,
    carol: Membership,
    browse: Browse,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    link = invite(browse, ada, carol.user.email, django_capture_on_commit_callbacks)

    for stranger in (Client(), browse(alice)):
        assert stranger.post(link, {"name": "X", "password": PASSWORD}).status_code == 200
    assert browse(carol).post(link)["Location"] == page(ada)
    with use_firm(ada.firm_id):
        assert Membership.objects.get(user=carol.user).role == Role.ADVISOR


@pytest.mark.usefixtures("_mail_at_once")
def test_an_invitation_belongs_to_its_firm(
    ada: Membership,
    other_firm: Firm,
    browse: Browse,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    link = invite(browse, ada, "nina@aurora.example", django_capture_on_commit_callbacks)

    elsewhere = link.replace(f"/invitations/{ada.firm_id}/", f"/invitations/{other_firm.pk}/")
    nowhere = link.replace(f"/invitations/{ada.firm_id}/", "/invitations/999999999/")
    assert [Client().get(address).status_code for address in (elsewhere, nowhere, link)] == [404, 404, 200]


def test_an_invitation_is_withdrawn(bound: Firm, ada: Membership, browse: Browse) -> None:
    invitation = services.invite("n@x.example", name="N", role=Role.ADVISOR, by=ada, at=timezone.now())

    browse(ada).post(page(ada, f"settings/invitations/{invitation.pk}/revoke/"))

    assert Invitation.objects.get().revoked_at is not None


def test_rights_change_with_the_next_request(ada: Membership, alice: Membership, browse: Browse) -> None:
    browser = browse(alice)
    assert browser.get(page(alice, "settings/audit/")).status_code == 403

    answer = browse(ada).post(
        page(ada, f"settings/members/{alice.pk}/"), {"role": "admin", "enters_appointments": "on"}
    )

    assert answer.status_code == 302
    assert browser.get(page(alice, "settings/audit/")).status_code == 200


def test_the_last_administrator_cannot_step_down(bound: Firm, ada: Membership, browse: Browse) -> None:
    answer = browse(ada).post(page(ada, f"settings/members/{ada.pk}/"), {"role": "advisor"})

    assert answer.status_code == 422
    assert Membership.objects.get(pk=ada.pk).role == Role.ADMIN


def test_a_deactivated_member_is_out_with_the_next_request(ada: Membership, alice: Membership, browse: Browse) -> None:
    browser = browse(alice)
    assert browser.get(page(alice)).status_code == 200

    browse(ada).post(page(ada, f"settings/members/{alice.pk}/deactivate/"))

    assert browser.get(page(alice))["Location"].startswith("/account/login/")
    browse(ada).post(page(ada, f"settings/members/{alice.pk}/reactivate/"))
    assert browser.get(page(alice)).status_code == 302, "the old log-in stays dead"
    assert browse(alice).get(page(alice)).status_code == 200


def test_a_token_is_shown_once_and_revoked(bound: Firm, alice: Membership, browse: Browse) -> None:
    browser = browse(alice)
    created = browser.post(page(alice, "settings/tokens/new/"), {"name": "sync", "scope": "read"})
    secret = re.search(r"cdz_[\w-]+", created.content.decode())
    assert secret is not None

    assert secret[0][-20:] not in browser.get(page(alice, "settings/tokens/")).content.decode()
    browser.post(page(alice, f"settings/tokens/{ApiToken.objects.get().pk}/revoke/"))
    assert ApiToken.objects.get().revoked_at is not None


def test_a_token_lasts_to_the_end_of_its_last_day_in_the_firm(bound: Firm, alice: Membership, browse: Browse) -> None:
    with time_machine.travel("2026-07-01T12:00:00Z", tick=False):
        browser = browse(alice)
        past = browser.post(
            page(alice, "settings/tokens/new/"), {"name": "a", "scope": "read", "expires_on": "2026-06-30"}
        )
        browser.post(page(alice, "settings/tokens/new/"), {"name": "b", "scope": "read", "expires_on": "2026-07-01"})

    assert past.status_code == 422
    assert ApiToken.objects.get().expires_at == datetime(2026, 7, 1, 22, tzinfo=UTC)


def test_an_advisor_sees_and_revokes_only_his_own_tokens(
    bound: Firm, ada: Membership, alice: Membership, browse: Browse
) -> None:
    token = services.create_token(ada, name="nightly sync", scopes=["admin"], by=ada).row

    assert "nightly sync" not in browse(alice).get(page(alice, "settings/tokens/")).content.decode()
    assert browse(alice).post(page(alice, f"settings/tokens/{token.pk}/revoke/")).status_code == 404


def test_the_audit_trail_is_filtered_by_person_and_row(
    bound: Firm, ada: Membership, alice: Membership, browse: Browse
) -> None:
    services.change_own_settings(alice, name="Alice Conti Bo")
    services.change_rights(alice, by=ada, edits_groups=True)
    ids = set(AuditEvent.objects.values_list("target_id", flat=True))
    assert ids >= {alice.pk}

    by_alice = browse(ada).get(page(ada, "settings/audit/"), {"by": alice.pk})
    about_alice = browse(ada).get(
        page(ada, "settings/audit/"), {"target_kind": "tenants.membership", "target_id": alice.pk}
    )

    assert [line.event.action for line in by_alice.context["lines"]] == ["member.renamed"]
    assert [line.event.action for line in about_alice.context["lines"]] == [
        "member.rights_changed",
        "member.renamed",
        "member.added",
    ]


def test_the_firm_keeps_its_slug_and_changes_its_zone(bound: Firm, ada: Membership, browse: Browse) -> None:
    form = {"name": "Studio Alba", "time_zone": "Asia/Tokyo", "language": "en", "holiday_province": "MI", "slug": "x"}

    assert browse(ada).post(page(ada, "settings/firm/"), form).status_code == 302
    firm = Firm.objects.get(pk=bound.pk)
    assert (firm.name, firm.time_zone, firm.holiday_province, firm.slug) == (
        "Studio Alba",
        "Asia/Tokyo",
        "MI",
        "aurora",
    )
    refused = browse(ada).post(page(ada, "settings/firm/"), {**form, "time_zone": "Mars/Base"})
    assert refused.status_code == 422


def test_ones_own_settings_decide_language_and_theme(bound: Firm, alice: Membership, browse: Browse) -> None:
    browser = browse(alice)
    form = {"name": "Alice Conti", "language": "en", "theme": "dark", "signature": "Alice"}
    assert browser.post(page(alice, "settings/me/"), form).status_code == 302

    shown = browser.get(page(alice, "settings/me/"))
    assert shown["Content-Language"] == "en"
    assert 'data-theme="dark"' in shown.content.decode()
    assert Membership.objects.get(pk=alice.pk).single_key_shortcuts is False


def test_the_persons_menu_changes_one_choice_at_a_time(bound: Firm, alice: Membership, browse: Browse) -> None:
    answer = browse(alice).post(
        page(alice, "settings/preferences/"), {"theme": "light", "next": page(alice, "settings/me/")}
    )

    assert answer["Location"] == page(alice, "settings/me/")
    member = Membership.objects.get(pk=alice.pk)
    assert (member.theme, member.language) == ("light", "it")


def test_members_list_costs_the_same_for_one_and_for_many(ada: Membership, firm: Firm, browse: Browse) -> None:
    browser = browse(ada)
    browser.get(page(ada, "settings/members/"))
    with CaptureQueriesContext(connection) as one:
        browser.get(page(ada, "settings/members/"))
    for number in range(3):
        join(firm, f"m{number}@aurora.example", f"Member {number}", Role.ADVISOR)
    with CaptureQueriesContext(connection) as many:
        browser.get(page(ada, "settings/members/"))

    assert len(one) == len(many)


def test_every_permission_has_words() -> None:
    assert set(PERMISSION_LABELS) == set(Permission)


def test_an_expired_invitation_says_so(bound: Firm, ada: Membership) -> None:
    services.invite("n@x.example", name="N", role=Role.ADVISOR, by=ada, at=timezone.now() - timedelta(days=8))

    assert Client().get(f"/invitations/{bound.pk}/{'x' * 43}/").status_code == 404
