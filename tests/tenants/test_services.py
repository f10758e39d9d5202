"""Firms, people, invitations and tokens."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from tenants import queries, services
from tenants.binding import use_firm
from tenants.enums import Role, Scope
from tenants.models import ApiToken, AuditEvent, Firm, Invitation, Membership, User
from tenants.permissions import Permission
from tenants.signals import person_invited
from tests.cast import PASSWORD, join


def test_create_firm_refuses_a_taken_slug(firm: Firm) -> None:
    with pytest.raises(ValidationError) as refusal:
        services.create_firm(name="Other", slug=firm.slug)

    assert refusal.value.message_dict == {"slug": [f"The short name {firm.slug} is taken."]}


def test_create_firm_refuses_an_unknown_zone(db: None) -> None:
    with pytest.raises(ValidationError) as refusal:
        services.create_firm(name="Nowhere", slug="nowhere", time_zone="Europe/Atlantis")

    assert list(refusal.value.message_dict) == ["time_zone"]


def test_change_firm_audits_only_what_changed(bound: Firm, ada: Membership) -> None:
    services.change_firm(bound, by=ada, name="Studio Alba", time_zone="Europe/Rome")

    event = AuditEvent.objects.filter(action="firm.changed").get()
    assert (event.before, event.after, event.by) == ({"name": "Studio Aurora"}, {"name": "Studio Alba"}, ada)


def test_a_person_may_belong_to_several_firms(firm: Firm, carol: Membership) -> None:
    with use_firm(firm):
        second = services.add_member(carol.user.email.upper(), name="Carol at Aurora", role=Role.ADVISOR)

    assert second.user == carol.user
    assert User.objects.filter(email__iexact=carol.user.email).count() == 1


def test_a_weak_password_is_refused(bound: Firm) -> None:
    with pytest.raises(ValidationError):
        services.add_member("eve@aurora.example", name="Eve", role=Role.ADVISOR, password="12345678901234")

    assert not User.objects.filter(email="eve@aurora.example").exists()


def test_the_last_administrator_stays(bound: Firm, ada: Membership, alice: Membership) -> None:
    with pytest.raises(ValidationError):
        services.change_rights(ada, by=ada, role=Role.ADVISOR)
    with pytest.raises(ValidationError):
        services.deactivate_member(ada, by=alice, at=timezone.now())

    ada.refresh_from_db()
    assert (ada.role, ada.is_active) == (Role.ADMIN, True)


def test_a_second_administrator_lets_the_first_step_down(bound: Firm, ada: Membership, alice: Membership) -> None:
    services.change_rights(alice, by=ada, role=Role.ADMIN)
    services.change_rights(ada, by=alice, role=Role.ADVISOR)

    ada.refresh_from_db()
    assert ada.role == Role.ADVISOR


def test_granting_groups_counts_for_advisors_only(bound: Firm, ada: Membership, alice: Membership) -> None:
    services.change_rights(alice, by=ada, edits_groups=True)
    alice.refresh_from_db()
    assert alice.can(Permission.EDIT_GROUPS)

    services.change_rights(alice, by=ada, role=Role.READ_ONLY)
    alice.refresh_from_db()
    assert not alice.can(Permission.EDIT_GROUPS)


def test_deactivation_revokes_tokens_and_reactivation_does_not_bring_them_back(
    bound: Firm, ada: Membership, alice: Membership
) -> None:
    token = services.create_token(alice, name="sync", scopes=[Scope.READ], by=alice)
    services.deactivate_member(alice, by=ada, at=timezone.now())
    services.reactivate_member(alice, by=ada)

    presented = queries.presented_token(f"Bearer {token.secret}")
    assert presented is not None
    assert queries.usable_token(presented, at=timezone.now()) is None


def test_a_token_is_stored_as_a_hash_only(bound: Firm, alice: Membership) -> None:
    token = services.create_token(alice, name="sync", scopes=[Scope.WRITE, Scope.READ], by=alice)

    stored = ApiToken.objects.values().get()
    random = token.secret.removeprefix(f"cdz_{bound.pk}_")
    assert random not in str(stored)
    assert (stored["scopes"], stored["hint"]) == (["read", "write"], random[-4:])


@pytest.mark.parametrize("scopes", [[], ["root"], ["read", "root"]])
def test_a_token_needs_known_scopes(bound: Firm, alice: Membership, scopes: list[str]) -> None:
    with pytest.raises(ValidationError):
        services.create_token(alice, name="sync", scopes=scopes, by=alice)


def test_a_token_ends_on_its_date(bound: Firm, alice: Membership) -> None:
    now = timezone.now()
    token = services.create_token(alice, name="sync", scopes=[Scope.READ], by=alice, expires_at=now)

    presented = queries.presented_token(f"Bearer {token.secret}")
    assert presented is not None
    assert queries.usable_token(presented, at=now - timedelta(seconds=1)) == token.row
    assert queries.usable_token(presented, at=now) is None


def invited(ada: Membership, email: str = "nina@aurora.example") -> tuple[Invitation, str]:
    secrets: list[str] = []

    def listen(secret: str, **kwargs: object) -> None:
        secrets.append(secret)

    person_invited.connect(listen, weak=False, dispatch_uid="test")
    try:
        invitation = services.invite(email, name="Nina", role=Role.ADVISOR, by=ada, at=timezone.now())
    finally:
        person_invited.disconnect(dispatch_uid="test")
    return invitation, secrets[0]


def test_an_invitation_is_accepted_once(bound: Firm, ada: Membership) -> None:
    invitation, secret = invited(ada)
    assert secret not in str(Invitation.objects.values().get())

    member = services.accept_invitation(invitation, at=timezone.now(), name="Nina Blu", password=PASSWORD)
    assert (member.name, member.role, member.user.check_password(PASSWORD)) == ("Nina Blu", Role.ADVISOR, True)

    with pytest.raises(ValidationError):
        services.accept_invitation(invitation, at=timezone.now())


def test_an_invitation_ends_by_time_by_revocation_and_by_a_newer_one(bound: Firm, ada: Membership) -> None:
    old, _ = invited(ada)
    newer, _ = invited(ada)
    with pytest.raises(ValidationError):
        services.accept_invitation(old, at=timezone.now())
    with pytest.raises(ValidationError):
        services.accept_invitation(newer, at=newer.expires_at)

    services.revoke_invitation(newer, by=ada, at=timezone.now())
    with pytest.raises(ValidationError):
        services.accept_invitation(newer, at=timezone.now())


def test_a_member_is_not_invited_again_unless_he_left(bound: Firm, ada: Membership, alice: Membership) -> None:
    with pytest.raises(ValidationError):
        invited(ada, alice.user.email)

    services.deactivate_member(alice, by=ada, at=timezone.now())
    invitation, _ = invited(ada, alice.user.email)
    member = services.accept_invitation(invitation, at=timezone.now())

    assert (member.pk, member.is_active) == (alice.pk, True)


@pytest.mark.django_db(transaction=True)
def test_two_administrators_cannot_remove_each_other_at_once(ada: Membership, firm: Firm) -> None:
    eva = join(firm, "eva@aurora.example", "Eva Blu", Role.ADMIN)
    ready = Barrier(2)

    def deactivate(member: Membership, by: Membership) -> str:
        try:
            with use_firm(firm.pk):
                ready.wait()
                services.deactivate_member(member, by=by, at=timezone.now())
        except ValidationError as refusal:
            return str(refusal.code)
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(2) as pool:
        outcomes = [pool.submit(deactivate, ada, eva), pool.submit(deactivate, eva, ada)]

    assert sorted(outcome.result() for outcome in outcomes) == ["done", "last_admin"]
