"""A process that runs one firm's night and kills itself with -9 at a chosen statement.

``python -m tests.faults.night_worker FIRM DAY AT [--kill before|after NUMBER]``; without ``--kill`` it prints, for each
statement in order, the step of the night to which it belongs.
"""

import json
import os
import re
import signal
import sys
from argparse import ArgumentParser
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import django
from django.db import connection

END_OF_CLAIM = re.compile(r'UPDATE "scheduling_nightlyrun" SET .*"lease_until" = ')
END_OF_STEP = re.compile(r"SET step = %\(step\)s")


class Witness:
    """Counts the statements of this process on their way to the database."""

    def __init__(self, moment: str, number: int) -> None:
        self.moment, self.number = moment, number
        self.seen: list[str] = []
        self.steps: list[str] = []

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        self.seen.append(sql)
        self._die_at("before")
        result = execute(sql, params, many, context)
        self._die_at("after")
        if END_OF_CLAIM.search(sql) and not self.steps:
            self._name("claim")
        if END_OF_STEP.search(sql):
            self._name(str(params["step"]))
        return result

    def _die_at(self, moment: str) -> None:
        if (moment, len(self.seen)) == (self.moment, self.number):
            os.kill(os.getpid(), signal.SIGKILL)

    def _name(self, step: str) -> None:
        self.steps += [step] * (len(self.seen) - len(self.steps))


def main() -> None:
    django.setup()
    from crm import nightly  # noqa: PLC0415 - its models are loaded only now

    parser = ArgumentParser()
    parser.add_argument("firm", type=int)
    parser.add_argument("day", type=date.fromisoformat)
    parser.add_argument("at", type=datetime.fromisoformat)
    parser.add_argument("--kill", nargs=2, default=("never", "0"))
    given = parser.parse_args()
    moment, number = given.kill
    witness = Witness(moment, int(number))
    with connection.execute_wrapper(witness):
        nightly.run_nights(given.firm, [given.day], at=given.at)
    witness._name("finish")
    sys.stdout.write(json.dumps(witness.steps))


if __name__ == "__main__":
    main()
