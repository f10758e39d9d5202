"""A process that runs one firm's night and kills itself with -9, or falls asleep, at a chosen statement.

``python -m tests.faults.night_worker FIRM DAY AT [--kill|--stop before|after|begin NUMBER]``, where ``begin`` counts
transactions; without ``--kill`` it prints, for each statement in order, the step of the night to which it belongs.
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
from psycopg2.extensions import TRANSACTION_STATUS_IDLE


class Witness(logging.Handler):
    """Counts the statements of this process on their way to the database; the night's log says of which step they are.

    What is said is the step that begins: what came before it belongs to the one before.
    """

    def __init__(self, moment: str, number: int, sign: signal.Signals = signal.SIGKILL) -> None:
        super().__init__()
        self.moment, self.number, self.sign = moment, number, sign
        self.seen = self.begun = 0
        self.steps: list[str] = []
        self.step = "claim"

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        self.seen += 1
        self._end_at("before", self.seen)
        if connection.connection.info.transaction_status == TRANSACTION_STATUS_IDLE:
            self.begun += 1
            self._end_at("begin", self.begun)
        result = execute(sql, params, many, context)
        self._end_at("after", self.seen)
        self.steps.append(self.step)
        return result

    def emit(self, record: logging.LogRecord) -> None:
        if record.msg == "step %s":
            self.step = str(record.args[0]) if isinstance(record.args, tuple) else ""

    def _end_at(self, moment: str, number: int) -> None:
        if (moment, number) == (self.moment, self.number):
            os.kill(os.getpid(), self.sign)


def main() -> None:
    django.setup()
    from crm import nightly  # noqa: PLC0415 - its models are loaded only now

    parser = ArgumentParser()
    parser.add_argument("firm", type=int)
    parser.add_argument("day", type=date.fromisoformat)
    parser.add_argument("at", type=datetime.fromisoformat)
    parser.add_argument("--kill", nargs=2)
    parser.add_argument("--stop", nargs=2)
    given = parser.parse_args()
    moment, number = given.kill or given.stop or ("never", "0")
    witness = Witness(moment, int(number), signal.SIGSTOP if given.stop else signal.SIGKILL)
    log = logging.getLogger(nightly.__name__)
    log.addHandler(witness)
    log.setLevel(logging.DEBUG)
    log.propagate = False
    with connection.execute_wrapper(witness):
        nightly.run_nights(given.firm, [given.day], at=given.at)
    sys.stdout.write(json.dumps(witness.steps))


if __name__ == "__main__":
    main()
