"""A thousand random sequences of edits on both sides of a calendar, with faults in between.

Each ends with one copy of each event, and whenever both sides agree again it is on the declared winner (sync_world.py).
`make faults` runs 500 against the stand-in of Google and 500 against Radicale, which halfway through each batch begins
to refuse to say what has changed, so that it is listed; every run of the suite a taste of them.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

import pytest
from django.utils import timezone

from scheduling.calendars import connecting
from scheduling.calendars.google_consent import Question
from scheduling.models import Appointment, OutsideCalendar
from tenants.binding import use_firm
from tenants.models import Membership
from tests.scheduling.caldav_server import PASSWORD, USER, running_radicale
from tests.scheduling.google_server import GoogleSide, running_google
from tests.scheduling.sync_world import Outside, World

SEQUENCES = int(os.environ.get("SYNC_SEQUENCES", "6"))
# One test is one transaction, in which nothing that was deleted makes room: many sequences would be slower and slower.
TOGETHER = 25
BATCHES = [range(start, min(start + TOGETHER, SEQUENCES)) for start in range(0, SEQUENCES, TOGETHER)]


def run(
    name: str,
    calendar: OutsideCalendar,
    outside: Outside,
    colleague: Membership,
    seeds: Sequence[int],
    halfway: Callable[[], None] | None = None,
) -> None:
    rounds = conflicts = 0
    for seed in seeds:
        if halfway and seed == seeds[len(seeds) // 2]:
            halfway()
        with use_firm(colleague.firm_id):
            Appointment.objects.all().delete()
        world = World(calendar.member, colleague, calendar, outside, Random(f"{name} {seed}"))  # noqa: S311 - repeatable
        try:
            world.run()
        except AssertionError as failed:
            failed.add_note(f"{name}, sequence {seed}")
            raise
        rounds, conflicts = rounds + world.rounds, conflicts + world.conflicts
    print(f"{name}: {len(seeds)} sequences, {rounds} rounds, {conflicts} conflicts decided")  # noqa: T201
    assert conflicts


@pytest.mark.parametrize("seeds", BATCHES, ids=str)
def test_google_ends_with_one_copy_and_the_declared_winner(alice: Membership, bob: Membership, seeds: range) -> None:
    question = Question.new()
    with running_google() as google:
        google.consent("a-code", question.challenge)
        with use_firm(alice.firm_id):
            calendar = connecting.connect_google(alice, code="a-code", verifier=question.verifier, at=timezone.now())
        run("Google", calendar, GoogleSide(google), bob, seeds)


@pytest.mark.parametrize("seeds", BATCHES, ids=str)
def test_caldav_ends_with_one_copy_and_the_declared_winner(
    alice: Membership, bob: Membership, tmp_path: Path, seeds: range
) -> None:
    with running_radicale(tmp_path) as radicale:
        with use_firm(alice.firm_id):
            calendar = connecting.connect_caldav(
                alice, url=radicale.root, user=USER, password=PASSWORD, at=timezone.now()
            )

        def refuse() -> None:
            radicale.lists_only = 501

        run("CalDAV", calendar, radicale, bob, seeds, refuse)
