"""REST: who calls, the firm, its people, tokens, audit trail."""

from collections.abc import Callable
from typing import Any

from rest_framework.test import APIClient

from tenants.binding import use_firm
from tenants.models import AuditEvent, Membership

Api = Callable[..., Any]
BASE = "/api/v1/"


def errors(answer: Any) -> list[tuple[str, str]]:
    return [(error["field"], error["code"]) for error in answer.json()["errors"]]


def test_me_says_who_calls_and_what_he_may(api: Api, alice: Membership) -> None:
    body = api(alice, "write").get(f"{BASE}me/").json()

    assert (body["id"], body["email"], body["role"], body["firm"]) == (
        alice.pk, "alice@aurora.example", "advisor", "aurora",
    )  # fmt: skip
    assert body["scopes"] == ["write"]
    assert "edit_clients" in body["permissions"]
    assert "manage_people" not in body["permissions"]
    assert api(alice).patch(f"{BASE}me/", {"language": "en"}).json()["language"] == "en"
    assert errors(api(alice).patch(f"{BASE}me/", {"language": "xx"})) == [("language", "invalid_choice")]


def test_the_firm_is_read_by_all_and_changed_by_who_configures(api: Api, ada: Membership, alice: Membership) -> None:
    seen, all_of_it = (api(member).get(f"{BASE}firm/").json() for member in (alice, ada))
    assert (seen["slug"], set(seen["parameters"])) == ("aurora", {"outcomes", "planning"})
    assert seen["parameters"]["planning"]["lead_days"] == 7
    assert set(all_of_it["parameters"]) == {"outcomes", "planning", "points_mail", "retention"}
    assert all_of_it["parameters"]["retention"]["mifid"] == 5
    assert api(alice).patch(f"{BASE}firm/", {"name": "X"}).status_code == 403
    assert api(ada).patch(f"{BASE}firm/", {"time_zone": "Europe/London"}).json()["time_zone"] == "Europe/London"
    assert errors(api(ada).patch(f"{BASE}firm/", {"time_zone": "Mars/Base"})) == [("time_zone", "invalid_time_zone")]


def test_people_are_listed_and_their_rights_changed(api: Api, ada: Membership, alice: Membership) -> None:
    caller, address = api(ada), f"{BASE}users/{alice.pk}/"

    assert [row["id"] for row in caller.get(f"{BASE}users/").json()["results"]] == [ada.pk, alice.pk]
    assert caller.patch(address, {"role": "operator", "edits_groups": True}).json()["role"] == "operator"
    assert api(alice).patch(address, {"role": "admin"}).status_code == 403
    assert caller.patch(address, {"is_active": False}).json()["is_active"] is False
    assert errors(caller.patch(f"{BASE}users/{ada.pk}/", {"role": "advisor"})) == [("", "last_admin")]
    assert [row["id"] for row in caller.get(f"{BASE}users/", {"is_active": "true"}).json()["results"]] == [ada.pk]


def test_a_token_is_shown_once_works_and_can_be_revoked(api: Api, ada: Membership, alice: Membership) -> None:
    caller = api(alice)

    made = caller.post(f"{BASE}tokens/", {"name": "gestionale", "scopes": ["read"]})

    assert made.status_code == 201, made.json()
    token, pk = made.json()["token"], made.json()["id"]
    there = APIClient()
    there.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    assert there.get(f"{BASE}me/").json()["id"] == alice.pk
    assert "token" not in caller.get(f"{BASE}tokens/{pk}/").json()
    assert caller.post(f"{BASE}tokens/", {"name": "x", "scopes": ["read"], "user": ada.pk}).status_code == 403
    assert errors(caller.post(f"{BASE}tokens/", {"name": "x", "scopes": ["root"]})) == [("scopes.0", "invalid_choice")]
    assert caller.delete(f"{BASE}tokens/{pk}/").status_code == 204
    assert there.get(f"{BASE}me/").status_code == 401


def test_a_secret_is_not_kept_for_a_second_try(api: Api, ada: Membership) -> None:
    caller, headers = api(ada), {"Idempotency-Key": "t"}
    first, second = (caller.post(f"{BASE}tokens/", {"name": "x", "scopes": ["read"]}, headers=headers) for _ in "ab")

    assert first.json()["token"] != second.json()["token"]


def test_the_audit_trail_says_who_did_what(api: Api, ada: Membership) -> None:
    caller = api(ada)
    caller.post(f"{BASE}labels/", {"name": "VIP"})

    [event] = caller.get(f"{BASE}audit/", {"action": "label.created"}).json()["results"]

    assert (event["by"], event["target_kind"], event["after"]) == (ada.pk, "clients.label", {"name": "VIP"})
    assert errors(caller.get(f"{BASE}audit/", {"by": "x"})) == [("by", "invalid")]


def test_somebody_is_invited(api: Api, ada: Membership, alice: Membership) -> None:
    body = {"email": "Nuova@aurora.example", "name": "Nuova Collega", "role": "operator"}

    made = api(ada).post(f"{BASE}users/", body)

    assert made.status_code == 201, made.json()
    assert {name: made.json()[name] for name in body} == body | {"email": "nuova@aurora.example"}
    assert api(alice).post(f"{BASE}users/", body).status_code == 403
    assert errors(api(ada).post(f"{BASE}users/", body | {"email": alice.user.email})) == [("", "already_member")]
    assert errors(api(ada).post(f"{BASE}users/", body | {"role": "king"})) == [("role", "invalid_choice")]


def test_what_was_refused_is_in_the_trail_though_the_request_left_nothing(
    api: Api, ada: Membership, alice: Membership
) -> None:
    assert api(alice).patch(f"{BASE}firm/", {"name": "X"}).status_code == 403

    [event] = api(ada).get(f"{BASE}audit/", {"action": "access.refused"}).json()["results"]
    assert (event["by"], event["after"]) == (alice.pk, {"method": "PATCH", "path": f"{BASE}firm/"})


def test_the_second_step_of_the_firm_is_an_administrators_matter(api: Api, ada: Membership, alice: Membership) -> None:
    caller, url = api(ada), f"{BASE}firm/"
    seen = caller.get(url)
    assert seen.json()["requires_second_step"] is False
    for other in (api(alice), api(ada, "write")):
        assert other.patch(url, {"requires_second_step": True}).status_code == 403
    assert caller.patch(url, {"requires_second_step": True}, headers={"If-Match": '"stale"'}).status_code == 412
    changed = caller.patch(url, {"requires_second_step": True}, headers={"If-Match": seen["ETag"]})

    assert (changed.status_code, changed.json()["requires_second_step"]) == (200, True)
    with use_firm(ada.firm):
        line = AuditEvent.objects.get(action="firm.changed")
    assert (line.by_id, line.before, line.after) == (
        ada.pk,
        {"requires_second_step": False},
        {"requires_second_step": True},
    )
