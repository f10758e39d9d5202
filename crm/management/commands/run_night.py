"""Run the night of one firm or of all, now and in this process."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from crm import nightly
from scheduling.enums import NightState
from scheduling.models import NightlyRun
from tenants.management.reporting import OneLineCommand
from tenants.unbound import all_firms


class Command(OneLineCommand):
    help = "Computes memberships, plans and reminders of every client, as of today or of a date, even if done already."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--firm", metavar="SLUG", help="only this firm")
        parser.add_argument("--date", metavar="YYYY-MM-DD", help="the local date that counts as today")
        parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        day, firms = _day(options["date"]), _firms(options["firm"])
        done = [_row(slug, nightly.run_now(firm_id, day, at=timezone.now())) for firm_id, slug in firms]
        if options["json"]:
            self.stdout.write(json.dumps(done))
        else:
            self._print(done)
        if failed := [row["firm"] for row in done if row["state"] != NightState.DONE]:
            raise CommandError(f"The night was not finished for: {', '.join(map(str, failed))}")

    def _print(self, done: list[dict[str, object]]) -> None:
        for row in done:
            self.stdout.write(
                "{firm} {date}: {state}, {clients} clients, {plans_changed} plans changed, {reminders_opened} reminders"
                " opened, {reminders_closed} closed, {seconds} s {error}".format(**row).rstrip()
            )


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise CommandError(f"{text} is not a date such as 2026-01-31.") from None


def _firms(slug: str | None) -> list[tuple[int, str]]:
    firms = [(firm_id, found) for firm_id, found in all_firms() if slug in (None, found)]
    if slug and not firms:
        raise CommandError(f"There is no firm named {slug}.")
    return firms


def _row(slug: str, run: NightlyRun) -> dict[str, object]:
    """The fields that integrations rely on (api.md)."""
    return {
        "firm": slug,
        "date": run.local_date.isoformat(),
        "state": run.state,
        "clients": run.clients,
        "plans_changed": run.plans_changed,
        "reminders_opened": run.reminders_opened,
        "reminders_closed": run.reminders_closed,
        "seconds": run.seconds,
        "error": run.error,
    }
