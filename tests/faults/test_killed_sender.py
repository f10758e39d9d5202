"""A sender of communications killed with -9 at random points: none lost, none twice, each uncertain one flagged.

Checked at the mail server. ``make faults`` asks for the full size: 10,000 communications.
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from clients.models import Client, Email, Profile
from communications import services
from communications.enums import CommunicationState
from communications.models import Communication, Enablement
from communications.services import generation
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.communications.mail_server import mail_server
from tests.communications.sending import begin, dry_run, template

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[2]
# Twenty at full size: `make faults`.
KILLS = int(os.environ.get("KILL_POINTS", "20")) // 5
MAILS = int(os.environ.get("COMMUNICATIONS", "10000" if KILLS > 10 else "30"))
STATEMENTS_A_MAIL = 12


def many_clients(number: int) -> None:
    clients = Client.objects.bulk_create(
        [Client(last_name=f"C{place}", name=f"C{place}", name_key=f"c{place}") for place in range(number)]
    )
    addresses = [f"c{place}@example.com" for place in range(number)]
    Profile.objects.bulk_create([Profile(client=client, marketing_consent=True) for client in clients])
    pairs = list(zip(clients, addresses, strict=True))
    Email.objects.bulk_create([Email(client=client, address=each, address_key=each) for client, each in pairs])
    Enablement.objects.bulk_create([Enablement(client=client, enabled=True, at=timezone.now()) for client in clients])


def worked(firm: Firm, port: int, *kill: str) -> "subprocess.CompletedProcess[bytes]":
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "crm.settings",
        "EMAIL_BACKEND": "communications.smtp.WatchfulBackend",
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": str(port),
        "MAIL_LEASE_SECONDS": "0.1",
    }
    command = [sys.executable, "-m", "tests.faults.mail_worker", str(firm.pk), *kill]
    return subprocess.run(command, cwd=ROOT, env=environment, check=False, capture_output=True)


def finished(firm: Firm, port: int) -> None:
    """Until nothing waits any more; a lost sender's lease has to end first."""
    deadline = time.monotonic() + 60 + MAILS
    while time.monotonic() < deadline:
        done = worked(firm, port)
        assert done.returncode == 0, done.stderr.decode()
        with use_firm(firm):
            if not Communication.objects.filter(state=CommunicationState.SENDING).exists():
                return
    pytest.fail("something still waits")


def test_a_sender_killed_at_random_points_loses_nothing_and_sends_nothing_twice(
    firm: Firm, ada: Membership, settings: Any
) -> None:
    with use_firm(firm):
        begin(ada)
        many_clients(MAILS)
        run = generation.confirm(dry_run(ada, of=template()), at=timezone.now())
        while generation.advance_queued(run.pk, at=timezone.now()):
            pass
        sent = services.send(Communication.objects.all(), by=ada, at=timezone.now())
        assert sent == services.Sent(MAILS, 0)
    seed = random.randrange(2**32)  # noqa: S311 - no secret
    chance = random.Random(seed)  # noqa: S311 - no secret
    reach = max(20, MAILS * STATEMENTS_A_MAIL // (2 * KILLS))
    points = [(chance.choice(["before", "after"]), chance.randint(1, reach)) for _number in range(KILLS)]
    sys.stdout.write(f"seed {seed}: {MAILS} communications, {KILLS} kills\n")
    with mail_server(settings) as server:
        for moment, place in points:
            killed = worked(firm, settings.EMAIL_PORT, "--kill", moment, str(place))
            assert killed.returncode == -signal.SIGKILL, (moment, place, killed.stderr.decode()[-500:])
        finished(firm, settings.EMAIL_PORT)
        received = Counter(str(mail["To"]) for mail in server.received)
    with use_firm(firm):
        states = dict(Communication.objects.values_list("address", "state"))
    counts = Counter(states.values())
    sys.stdout.write(f"{dict(counts)}; arrived {len(received)}\n")
    assert len(states) == MAILS
    assert set(counts) <= {"sent", "uncertain"}
    assert not received or max(received.values()) == 1
    assert {address for address, state in states.items() if state == "sent"} <= set(received)
    assert {address for address, state in states.items() if state == "uncertain"} >= set(states) - set(received)
    assert counts["uncertain"] <= KILLS
