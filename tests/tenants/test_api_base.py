"""REST: what every resource shares: who may, errors, lists, retries, limits."""

import json
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import override_settings
from django.utils import timezone
from rest_framework.test import APIClient

from clients.models import Client, Label
from tenants import services
from tenants.binding import use_firm
from tenants.enums import Scope
from tenants.models import ApiToken, Firm, IdempotentAnswer, Membership
from tests.cast import api_client, token_for

Api = Callable[..., Any]
CLIENTS, LABELS = "/api/v1/clients/", "/api/v1/labels/"


def codes(answer: Any) -> list[tuple[str, str]]:
    assert answer["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert set(body) == {"type", "title", "status", "detail", "errors", "request_id"}
    assert body["status"] == answer.status_code
    return [(error["field"], error["code"]) for error in body["errors"]]


def labels(firm: Firm, *names: str) -> list[int]:
    with use_firm(firm):
        return [Label.objects.create(name=name).pk for name in names]


def test_without_a_token_nobody_gets_in(firm: Firm) -> None:
    answer = APIClient().get(CLIENTS)

    assert codes(answer) == []
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, 'Bearer realm="api"')


@pytest.mark.parametrize(
    "header", ["Bearer x", "Bearer cdz_1_" + "a" * 43, "Basic abc", "Bearer cdz_999999_" + "a" * 43]
)
def test_a_wrong_token_is_none(firm: Firm, header: str) -> None:
    assert APIClient().get(CLIENTS, headers={"Authorization": header}).status_code == 401


def test_a_session_of_the_pages_is_no_token(ada: Membership) -> None:
    caller = APIClient()
    caller.force_login(ada.user)

    assert caller.get(CLIENTS).status_code == 401


def test_revoked_expired_and_deactivated_tokens_end_at_once(api: Api, ada: Membership, alice: Membership) -> None:
    caller = api(alice)
    assert caller.get(CLIENTS).status_code == 200

    with use_firm(ada.firm):
        ApiToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert caller.get(CLIENTS).status_code == 401
    with use_firm(ada.firm):
        ApiToken.objects.update(expires_at=None)
        services.deactivate_member(alice, by=ada, at=timezone.now())
    assert caller.get(CLIENTS).status_code == 401


def test_a_scope_allows_no_more_than_it_says(api: Api, ada: Membership) -> None:
    reading, writing, all_of_it = api(ada, Scope.READ), api(ada, Scope.WRITE), api(ada, Scope.ADMIN)

    assert reading.get(LABELS).status_code == 200
    assert codes(reading.post(CLIENTS, {"last_name": "Rossi"})) == []
    assert [each.post(CLIENTS, {"last_name": "Rossi"}).status_code for each in (reading, writing)] == [403, 201]
    assert [each.post(LABELS, {"name": "VIP"}).status_code for each in (reading, writing, all_of_it)] == [403, 403, 201]


def test_a_role_allows_no_more_than_the_table_says(
    api: Api, rita: Membership, bob: Membership, ada: Membership
) -> None:
    def answers(member: Membership) -> list[int]:
        caller = api(member)
        return [
            caller.get(CLIENTS).status_code,
            caller.post(CLIENTS, {"last_name": "Rossi"}).status_code,
            caller.post(LABELS, {"name": f"Of {member.name}"}).status_code,
            caller.get("/api/v1/audit/").status_code,
        ]

    assert answers(rita) == [200, 403, 403, 403]
    assert answers(bob) == [200, 201, 403, 403]
    assert answers(ada) == [200, 201, 201, 200]


def test_a_refused_request_leaves_nothing_behind(api: Api, ada: Membership) -> None:
    answer = api(ada).post(CLIENTS, {"last_name": "Rossi", "emails": [{"address": "ok@x.it"}, {"address": "no"}]})

    assert codes(answer) == [("emails", "email")]
    with use_firm(ada.firm):
        assert not Client.objects.exists()


def test_faults_name_their_place_in_the_body(api: Api, ada: Membership) -> None:
    answer = api(ada).post(
        CLIENTS,
        {
            "last_name": "x" * 101,
            "aum": "-1",
            "birth_date": "31/12/1970",
            "colour": 1,
            "emails": [{"adress": "a@b.it"}],
        },
    )
    assert codes(answer) == [("colour", "unknown_field")]

    answer = api(ada).post(
        CLIENTS, {"last_name": "x" * 101, "aum": "-1", "birth_date": "31/12/1970", "emails": [{"address": ""}]}
    )
    assert sorted(codes(answer)) == [
        ("aum", "min_value"),
        ("birth_date", "invalid"),
        ("emails.0.address", "blank"),
        ("last_name", "max_length"),
    ]


def test_messages_follow_the_callers_language_and_codes_do_not(api: Api, ada: Membership) -> None:
    def refused(language: str) -> dict[str, Any]:
        answer = api(ada).post(LABELS, {}, headers={"Accept-Language": language})
        assert answer["Content-Language"] == language
        [error] = answer.json()["errors"]
        return dict(error)

    italian, english = refused("it"), refused("en")

    assert (italian["field"], italian["code"]) == (english["field"], english["code"]) == ("name", "required")
    assert italian["message"] != english["message"]


def test_other_failures_are_problems_as_well(api: Api, ada: Membership) -> None:
    caller = api(ada)

    assert codes(caller.delete(CLIENTS)) == [("", "method_not_allowed")]
    assert codes(caller.post(CLIENTS, "a=b", content_type="text/plain")) == [("", "unsupported_media_type")]
    assert codes(caller.post(CLIENTS, "{", content_type="application/json")) == [("", "parse_error")]
    assert codes(caller.get("/api/v1/nonsense/")) == []
    assert caller.get("/api/v1/nonsense/").status_code == 404
    assert codes(caller.post(CLIENTS, [1, 2])) == [("", "invalid")]


def test_the_callers_request_id_comes_back_with_a_problem(api: Api, ada: Membership) -> None:
    answer = api(ada).post(LABELS, {}, headers={"X-Request-ID": "abc-1"})

    assert (answer["X-Request-ID"], answer.json()["request_id"]) == ("abc-1", "abc-1")
    assert api(ada).post(LABELS, {}).json()["request_id"] != ""
    assert "\n" not in api(ada).post(LABELS, {}, headers={"X-Request-ID": "a b"}).json()["request_id"]


# Lists


def test_pages_of_a_list_hold_each_row_once(api: Api, ada: Membership) -> None:
    expected = labels(ada.firm, "e", "b", "d", "a", "c")
    caller = api(ada)

    first = caller.get(LABELS, {"page_size": 2, "ordering": "name", "count": "true"}).json()
    second = caller.get(first["next"]).json()
    third = caller.get(second["next"]).json()
    back = caller.get(third["previous"]).json()

    names = [row["name"] for page in (first, second, third) for row in page["results"]]
    assert names == ["a", "b", "c", "d", "e"]
    assert (first["count"], first["previous"], third["next"]) == (len(expected), None, None)
    assert back["results"] == second["results"]
    assert [row["name"] for row in caller.get(LABELS, {"ordering": "-name"}).json()["results"]] == names[::-1]


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"colour": "red"}, ("colour", "unknown_parameter")),
        ({"page_size": "0"}, ("page_size", "out_of_range")),
        ({"page_size": "501"}, ("page_size", "out_of_range")),
        ({"page_size": "two"}, ("page_size", "out_of_range")),
        ({"ordering": "secret"}, ("ordering", "unknown_ordering")),
        ({"cursor": "xyz"}, ("cursor", "invalid_cursor")),
        ({"count": "maybe"}, ("count", "not_a_boolean")),
        ({"updated_since": "yesterday"}, ("updated_since", "invalid_time")),
        ({"updated_since": "2026-01-01T00:00:00"}, ("updated_since", "invalid_time")),
        ({"advisor": "x"}, ("advisor", "invalid")),
        ({"state": "sleeping"}, ("state", "invalid_choice")),
        ({"group": "x"}, ("group", "does_not_exist")),
        ({"filter": "{"}, ("filter", "not_json")),
    ],
)
def test_a_parameter_that_cannot_be_used_is_refused(
    api: Api, ada: Membership, parameters: dict[str, str], expected: tuple[str, str]
) -> None:
    answer = api(ada).get(CLIENTS, parameters)

    assert (answer.status_code, codes(answer)) == (400, [expected])


def test_only_the_fields_that_were_asked_for(api: Api, ada: Membership) -> None:
    labels(ada.firm, "VIP")
    caller = api(ada)

    assert caller.get(LABELS, {"fields": "name, active"}).json()["results"] == [{"name": "VIP", "active": True}]
    assert codes(caller.get(LABELS, {"fields": "name,secret_hash"})) == [("fields", "unknown_field")]


# Retries


def test_a_repeated_key_has_one_effect_and_the_same_answer(api: Api, ada: Membership) -> None:
    caller, key = api(ada), {"Idempotency-Key": "k-1"}

    first = caller.post(CLIENTS, {"last_name": "Rossi"}, headers=key)
    second = caller.post(CLIENTS, {"last_name": "Rossi"}, headers=key)

    assert (first.status_code, second.status_code) == (201, 201)
    assert (second.json(), second["Location"], second["ETag"]) == (first.json(), first["Location"], first["ETag"])
    assert (second["Idempotency-Replayed"], "Idempotency-Replayed" in first) == ("true", False)
    assert codes(caller.post(CLIENTS, {"last_name": "Verdi"}, headers=key)) == [("", "idempotency_key")]
    assert caller.post(CLIENTS, {"last_name": "Verdi"}, headers=key).status_code == 422
    with use_firm(ada.firm):
        assert Client.objects.count() == 1


def test_a_key_is_free_again_after_a_refusal_and_after_a_day(api: Api, ada: Membership) -> None:
    caller, key = api(ada), {"Idempotency-Key": "k-2"}

    assert caller.post(CLIENTS, {}, headers=key).status_code == 400
    assert caller.post(CLIENTS, {"last_name": "Rossi"}, headers=key).status_code == 201
    with use_firm(ada.firm):
        IdempotentAnswer.objects.update(created_at=timezone.now() - timedelta(hours=25))
    assert caller.post(CLIENTS, {"last_name": "Rossi"}, headers=key).status_code == 201
    with use_firm(ada.firm):
        assert Client.objects.count() == 2


def test_keys_of_two_tokens_are_two_keys(api: Api, ada: Membership, alice: Membership) -> None:
    answers = [api(each).post(CLIENTS, {"last_name": "R"}, headers={"Idempotency-Key": "k"}) for each in (ada, alice)]

    assert {answer.json()["id"] for answer in answers}.__len__() == 2


@pytest.mark.django_db(transaction=True)
def test_fifty_at_once_with_one_key_have_one_effect(ada: Membership) -> None:
    token = token_for(ada)
    answers: list[Any] = []
    start = threading.Barrier(50)

    def call() -> None:
        try:
            start.wait()
            caller = APIClient()
            headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "once"}
            answers.append(caller.post(CLIENTS, {"last_name": "Rossi"}, headers=headers))
        finally:
            connection.close()

    threads = [threading.Thread(target=call) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [answer.status_code for answer in answers] == [201] * 50
    assert len({json.dumps(answer.json()) for answer in answers}) == 1
    with use_firm(ada.firm_id):
        assert Client.objects.count() == 1


# Limits


def test_too_many_requests_are_told_when_to_come_back(ada: Membership) -> None:
    with override_settings(API_REQUESTS_A_MINUTE=2):
        caller = api_client(ada)
        answers = [caller.get(LABELS) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[0]["RateLimit-Policy"] == '"token";q=2;w=60'
    assert answers[0]["RateLimit"].startswith('"token";r=1;t=')
    assert 0 < int(answers[2]["Retry-After"]) <= 60
    assert codes(answers[2]) == [("", "throttled")]


@pytest.mark.django_db(transaction=True)
def test_the_limit_holds_for_many_at_once(ada: Membership) -> None:
    token = token_for(ada)
    statuses: list[int] = []
    start = threading.Barrier(30)

    def call() -> None:
        try:
            start.wait()
            caller = APIClient()
            caller.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
            statuses.extend(caller.get(LABELS).status_code for _ in range(2))
        finally:
            connection.close()

    with override_settings(API_REQUESTS_A_MINUTE=20), time_machine.travel(timezone.now(), tick=False):
        threads = [threading.Thread(target=call) for _ in range(30)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert sorted(statuses) == [200] * 20 + [429] * 40


# What no client of good will sends


NASTY: list[tuple[str, str, Any]] = [
    ("post", CLIENTS, {"last_name": "a\u0000b"}),
    ("post", CLIENTS, {"last_name": "x", "aum": "NaN"}),
    ("post", CLIENTS, {"last_name": "x", "aum": "1e400"}),
    ("post", CLIENTS, {"last_name": "x", "birth_date": "0000-00-00"}),
    ("post", CLIENTS, {"last_name": "x", "advisor": 2**63}),
    ("post", CLIENTS, {"last_name": {"$gt": ""}}),
    ("post", CLIENTS, {"last_name": "x", "labels": [[1]]}),
    ("post", CLIENTS, {"last_name": "x", "emails": {"address": "a@b.it"}}),
    ("post", CLIENTS, None),
    ("post", "/api/v1/appointments/", {"client": 1, "starts_at": "9999-12-31T23:59:59Z"}),
    ("post", "/api/v1/appointments/", {"client": 1, "starts_at": "0001-01-01T00:00:00+14:00"}),
    ("post", "/api/v1/nightly-runs/", {"date": "9999-12-31"}),
    ("post", "/api/v1/groups/", {"name": "x", "filter": {"field": "city", "op": "eq", "value": "a\u0000"}}),
    ("post", "/api/v1/groups/preview/", {"filter": {"field": "aum", "op": "eq", "value": 10**400}}),
    ("post", "/api/v1/imports/", {"content": "a\u0000;b\n1;2\n"}),
    ("post", "/api/v1/imports/", {"content": "a;b\n1;2\n", "mapping": {"columns": {"a\u0000": "last_name"}}}),
    ("get", f"{CLIENTS}?advisor=1e400", None),
    ("get", f"{CLIENTS}?advisor={10**30}", None),
    ("get", f"{CLIENTS}?group={10**18}", None),
    ("get", f"{CLIENTS}?search=%00", None),
    ("get", f"{CLIENTS}?email=%00", None),
    ("get", f"{CLIENTS}?updated_since=9999-99-99T00:00:00Z", None),
    ("get", f"{CLIENTS}?ordering=--name", None),
    ("get", f"{CLIENTS}?filter=" + "[" * 3000, None),
    ("get", f"{CLIENTS}?fields=,", None),
    ("get", f"{CLIENTS}{'9' * 5000}/", None),
    ("get", f"{CLIENTS}{2**63}/", None),
    ("put", f"{CLIENTS}by-external-id/a%00/b/", {"last_name": "x"}),
    ("get", "/api/v1/audit/?target_id=" + "9" * 40, None),
    ("get", "/api/v1/groups/1/why/?client=" + "9" * 40, None),
]


@pytest.mark.parametrize(("method", "address", "body"), NASTY)
def test_nothing_that_comes_in_ends_in_a_fault_of_ours(
    api: Api, ada: Membership, method: str, address: str, body: Any
) -> None:
    answer = getattr(api(ada), method)(address, body) if method != "get" else api(ada).get(address)

    assert answer.status_code < 500
    if answer.status_code >= 400:
        codes(answer)


def test_half_a_character_is_refused(api: Api, ada: Membership) -> None:
    answer = api(ada).post(CLIENTS, '{"last_name": "x", "notes": "\\ud800"}', content_type="application/json")

    assert answer.status_code == 400


def test_endless_brackets_are_refused(api: Api, ada: Membership) -> None:
    answer = api(ada).post(CLIENTS, "[" * 100_000, content_type="application/json")

    assert answer.status_code == 400
