"""A process that runs one firm's night and kills itself with -9 at a chosen statement.

``python -m tests.faults.night_worker FIRM DAY AT [--kill before|after NUMBER]``; without ``--kill`` it prints, for each
statement in order, the step of the night to which it belongs.
"""

import json
import logging
import os
import signal
import sys
from argparse import ArgumentParser
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import django
from django.db import connection


class Witness(logging.Handler):
    """Counts the statements of this process on their way to the database; the night's log says of which step they are.

    What is said is the step that begins: what came before it belongs to the one before.
    """

    def __init__(self, moment: str, number: int) -> None:
        super().__init__()
        self.moment, self.number = moment, number
        self.seen = 0
        self.steps: list[str] = []
        self.step = "claim"

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        self.seen += 1
        self._die_at("before")
        result = execute(sql, params, many, context)
        self._die_at("after")
        self.steps.append(self.step)
        return result

    def emit(self, record: logging.LogRecord) -> None:
        if record.msg == "step %s":
            self.step = str(record.args[0]) if isinstance(record.args, tuple) else ""

    def _die_at(self, moment: str) -> None:
        if (moment, self.seen) == (self.moment, self.number):
            os.kill(os.getpid(), signal.SIGKILL)


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
    log = logging.getLogger(nightly.__name__)
    log.addHandler(witness)
    log.setLevel(logging.DEBUG)
    log.propagate = False
    with connection.execute_wrapper(witness):
        nightly.run_nights(given.firm, [given.day], at=given.at)
    sys.stdout.write(json.dumps(witness.steps))


if __name__ == "__main__":
    main()
