"""One firm that asks for far too much: it is told to wait, the others are served (F24)."""

from __future__ import annotations

import os
import threading
import time
from collections import Counter
from statistics import quantiles

import pytest

from tenants.models import Membership
from tests.cast import token_for
from tests.faults.broker import running
from tests.faults.web import LABELS, Web, web_server

pytestmark = pytest.mark.django_db(transaction=True)

# Of each of the flooders; five hundred at full size: `make faults`.
REQUESTS = int(os.environ.get("KILL_POINTS", "10")) * 5
FLOODERS = 3
ALLOWED = 20


def test_a_flood_of_one_firm_is_not_felt_by_another(ada: Membership, mara: Membership) -> None:
    flooding, quiet = token_for(ada), token_for(mara)
    told = Counter[int]()

    def flood(web: Web) -> None:
        for _request in range(REQUESTS):
            answer = web.ask(LABELS, token=flooding)
            told[answer.status] += 1
            assert answer.status != 429 or 0 < int(answer.headers["Retry-After"]) <= 60

    with running() as broker, web_server(broker, API_REQUESTS_A_MINUTE=str(ALLOWED)) as web:
        alone = [ask(web, quiet) for _ in range(ALLOWED // 4)]
        flooders = [threading.Thread(target=flood, args=[web]) for _ in range(FLOODERS)]
        for each in flooders:
            each.start()
        beside = [ask(web, quiet) for _ in range(ALLOWED // 4)]
        for each in flooders:
            each.join()

    slowest = [round(quantiles(times, n=20)[-1] * 1000) for times in (alone, beside)]
    print(f"{told.total()} requests of one firm: {dict(told)}; p95 of another {slowest[0]} and {slowest[1]} ms.")  # noqa: T201
    assert set(told) == {200, 429}
    assert told[429] > told.total() // 3


def ask(web: Web, token: str) -> float:
    """How many seconds until somebody who asks now and then was answered."""
    began = time.monotonic()
    assert web.ask(LABELS, token=token).status == 200
    return time.monotonic() - began
