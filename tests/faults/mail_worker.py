"""A process that sends one firm's mail and kills itself with -9 at a chosen statement, before it or after it.

``python -m tests.faults.mail_worker FIRM [--kill before|after NUMBER]``; without ``--kill`` it prints how many
statements there were.
"""

import sys
from argparse import ArgumentParser

import django
from django.db import connection

from tests.faults.night_worker import Witness


def main() -> None:
    django.setup()
    from communications import outbox  # noqa: PLC0415 - its models are loaded only now

    parser = ArgumentParser()
    parser.add_argument("firm", type=int)
    parser.add_argument("--kill", nargs=2, default=("never", "0"))
    given = parser.parse_args()
    moment, number = given.kill
    witness = Witness(moment, int(number))
    with connection.execute_wrapper(witness):
        while outbox.send_due(given.firm):
            pass
    sys.stdout.write(str(witness.seen))


if __name__ == "__main__":
    main()
