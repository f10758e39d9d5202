"""The web worker killed with -9 in the middle of requests, and callers who repeat them under their keys (F1)."""

from __future__ import annotations

import os
import random
import threading
import time
from collections import Counter
from itertools import count

import pytest

from clients.models import Label
from tenants.binding import use_firm
from tenants.models import AuditEvent, IdempotentAnswer, Membership
from tests.cast import token_for
from tests.faults.broker import running, wait_for
from tests.faults.web import Web, web_server

pytestmark = pytest.mark.django_db(transaction=True)

# A hundred at full size: `make faults`.
KILLS = int(os.environ.get("KILL_POINTS", "3"))
CALLERS = 3
PATIENCE = 60.0


def test_a_request_that_is_repeated_under_its_key_has_one_effect(ada: Membership) -> None:
    token = token_for(ada)
    told = Counter[int]()
    numbers, over = count(), threading.Event()

    def call(web: Web) -> None:
        while not over.is_set():
            name = f"Etichetta-{next(numbers)}"
            deadline = time.monotonic() + PATIENCE
            while (status := web.label(name, token, Idempotency_Key=name).status) != 201:
                told[status] += 1
                assert time.monotonic() < deadline, f"{name}: {told}"
            told[status] += 1

    unlimited = {"API_REQUESTS_A_MINUTE": "1000000"}
    # One process whose code is loaded before it is copied, so that the next one is there at once.
    with running() as broker, web_server(broker, "--preload", threads=CALLERS, **unlimited) as web:
        callers = [threading.Thread(target=call, args=[web], daemon=True) for _ in range(CALLERS)]
        for each in callers:
            each.start()
        for _kill in range(KILLS):
            done = told[201]
            wait_for(lambda done=done: told[201] >= done + CALLERS, f"an effect after {dict(told)}")  # type: ignore[misc]
            time.sleep(random.uniform(0, 0.2))  # noqa: S311 - no secret
            web.kill_worker()
        over.set()
        for each in callers:
            each.join()

    with use_firm(ada.firm_id):
        names = list(Label.objects.values_list("name", flat=True))
        entered = AuditEvent.objects.filter(action="label.created").count()
        assert IdempotentAnswer.objects.count() == len(names)
    print(f"{KILLS} kills, {len(names)} effects of {next(numbers)} requests, answers {dict(told)}.")  # noqa: T201
    assert sorted(names) == sorted(f"Etichetta-{number}" for number in range(len(names)))
    assert entered == len(names), "no line of the trail without its row, and none twice"
    assert told[0] > 0, "no request was in the middle of anything"
    assert set(told) <= {0, 201}
