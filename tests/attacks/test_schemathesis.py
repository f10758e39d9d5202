"""Schemathesis over the whole schema as two firms at once (security.md section 2).

Each operation is called with what its schema allows and with what it forbids, by the administrators of two firms in
turn: on rows of their own, on the other's, and on such as never were. No answer is a 5xx, each has a status, a content
type and a shape that the schema names, and none holds a word of the other firm. What a call does is undone before the
next, so that the same calls meet the same rows in every run. ``EXAMPLES_EACH`` says how many there are for each.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

import pytest
import requests
import schemathesis
import yaml
from django.conf import settings
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, Verbosity, given
from hypothesis import settings as generation
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.core.transport import Response
from schemathesis.generation.modes import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tenants.models import Membership
from tests.attacks.world import OWN, THEIRS, House, furnish

EACH = int(os.environ.get("EXAMPLES_EACH", "4"))
SHARDS = 4
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@cache
def operations() -> list[Any]:
    """Those of the committed schema, which tests/crm/test_api_schema.py holds equal to the code."""
    text = (settings.BASE_DIR / "docs/openapi.yaml").read_text()
    raw = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - safe, in C
    return [each.ok() for each in schemathesis.openapi.from_dict(raw).get_all_operations()]


def cases(operation: Any) -> Any:
    """What the schema allows, and what it forbids where it forbids anything."""
    allowed = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    if not list(operation.iter_parameters()) and not operation.body:
        return allowed
    return st.one_of(allowed, operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))


def sent(case: Any, caller: House) -> Response:
    """The request as it would go over the wire, given to Django in this process and this transaction."""
    request = requests.Request(**case.as_transport_kwargs(base_url="http://testserver")).prepare()
    address = urlsplit(str(request.url))
    kind = request.headers.pop("Content-Type", "application/octet-stream")
    request.headers.pop("Accept-Encoding")
    answer = Client(raise_request_exception=False).generic(
        str(request.method),
        "/",
        request.body or b"",
        content_type=str(kind),
        headers={**request.headers, **caller.headers},
        QUERY_STRING=address.query,
        # As a server gives it: what stands escaped in an address is no beginning of a query or of a fragment.
        PATH_INFO=unquote_to_bytes(address.path).decode("iso-8859-1"),
    )
    headers = {name.lower(): [value] for name, value in answer.headers.items()}
    content = answer.getvalue()
    return Response(answer.status_code, headers, content, request, elapsed=0.0, verify=False)


class Attack:
    """The calls on some operations, what they were answered, and what was wrong with it."""

    def __init__(self, houses: tuple[House, House]) -> None:
        self.houses = houses
        self.statuses: Counter[int] = Counter()
        self.faults: dict[str, str] = {}

    def run(self, operation: Any) -> None:
        number = iter(range(10**9))

        @generation(
            max_examples=EACH,
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            verbosity=Verbosity.quiet,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=cases(operation))
        def called(case: Any) -> None:
            self.call(case, next(number))

        called()

    def call(self, case: Any, number: int) -> None:
        """By one firm's administrator, on a row of his, of the other's, or on whatever was generated."""
        caller, other = self.houses if number % 2 == 0 else self.houses[::-1]
        owner = (caller, None, other)[number // 2 % 3]
        if owner is not None and "id" in case.path_parameters:
            resource = case.path.split("/")[3]
            case.path_parameters = {**case.path_parameters, "id": owner.rows[resource]}
        with transaction.atomic():
            answer = sent(case, caller)
            transaction.set_rollback(True)
        self.statuses[answer.status_code] += 1
        self.judge(case, answer, other, is_foreign=owner is other and "id" in case.path_parameters)

    def judge(self, case: Any, answer: Any, other: House, *, is_foreign: bool) -> None:
        label = case.operation.label
        try:
            case.validate_response(answer, checks=CHECKS)
        except FailureGroup as group:
            for failure in group.exceptions:
                assert isinstance(failure, Failure)
                if any(f'"{house.word}' in failure.message.partition("\n")[0] for house in self.houses):
                    continue  # the word that was written over an address, which it is not
                self.faults.setdefault(f"{label}: {failure.title}", f"{failure.message}\n{case.as_curl_command()}")
        if other.word.encode() in answer.content:
            self.faults.setdefault(f"{label}: shows the other firm", case.as_curl_command())
        if is_foreign and answer.status_code < 400:
            self.faults.setdefault(f"{label}: opens the other firm's row", case.as_curl_command())


def shard(number: int) -> Iterator[Any]:
    return iter(operations()[number::SHARDS])


@pytest.mark.django_db
@pytest.mark.parametrize("number", range(SHARDS))
def test_no_call_of_two_firms_gets_an_answer_that_the_schema_does_not_name(
    number: int, ada: Membership, mara: Membership, settings: Any
) -> None:
    settings.API_REQUESTS_A_MINUTE = 10**9
    attack = Attack((furnish(ada, OWN), furnish(mara, THEIRS)))
    for operation in shard(number):
        attack.run(operation)
    print(f"operations: {len(list(shard(number)))}, answers by status: {dict(sorted(attack.statuses.items()))}")  # noqa: T201

    assert attack.faults == {}, "\n\n".join(f"## {name}\n{words[:600]}" for name, words in attack.faults.items())
    assert attack.statuses[200] > 20
    assert attack.statuses[404] > 20
