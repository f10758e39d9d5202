"""The oracle: one client after the other through the ORM, as one would write it first; and the largest firm alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import Max, Min, Q
from django.utils import timezone

from clients.catalogue import fields
from clients.facts import facts_of
from clients.filters.evaluation import matches
from clients.filters.parsing import parse
from clients.models import Client
from crm.bench import clock
from crm.bench.clock import Cost, metered, middle
from crm.bench.context import Bench
from crm.bench.measures.nights import Nights, in_words
from crm.bench.rows import Row
from groups.models import Group
from scheduling import cadence
from scheduling.batch import Moment
from scheduling.cadence import GroupNumber
from scheduling.models import Appointment, CadenceException, ClientPlan, Reminder
from tenants.binding import bound_firm, local_today, use_firm

CLIENTS = 1000


def rows(bench: Bench) -> Iterator[Row]:
    bench.announce("The largest firm alone")
    them = Nights(bench)
    them.firms = them.firms[:1]
    firm_id, size = them.firms[0], bench.scale.sizes()[0]
    them.prepare()
    them.in_process(full=False)
    them.floor("first")
    ours, floor = [], []
    for _ in range(bench.rounds):
        them.a_day_passes()
        ours.append(them.in_process(full=True))
        floor.append(them.floor("night"))
    full, bare = middle(ours), middle(floor)
    yield Row(
        name="night-largest",
        what=f"Night, full recompute, of the largest firm ({size:,} clients) alone",
        ours=in_words(full),
        other=f"floor {in_words(bare)}",
        ratio=full.cpu / bare.cpu,
        at_most=1.5,
    )
    bench.announce("One client after the other")
    cost, same, counted = _one_by_one(firm_id, them.day)
    each, ours_each = cost.cpu / counted, full.cpu / size
    yield Row(
        name="naive",
        what=f"A naive ORM loop over {counted:,} clients against the night, for each client",
        ours=f"night {ours_each * 1e6:.0f} µs",
        other=f"naive {each * 1e6:,.0f} µs",
        ratio=each / ours_each,
        at_least=100,
        same_rows=same,
    )


def _one_by_one(firm_id: int, day: date) -> tuple[Cost, bool, int]:
    """Every plan computed and compared with the one that is stored; whether all agree."""
    with use_firm(firm_id):
        moment = Moment.of_night(bound_firm(), day, clock=timezone.now())
        chosen = list(Client.objects.filter(state="active").order_by("pk").values_list("pk", flat=True)[:CLIENTS])
        with metered([clock.own_backend()]) as cost:
            agreed = [_agrees(pk, moment) for pk in chosen]
    return cost, all(agreed), len(chosen)


def _agrees(pk: int, moment: Moment) -> bool:
    plan = _plan(pk, moment)
    stored = ClientPlan.objects.get(client_id=pk)
    if plan.reminds(moment.today):
        Reminder.objects.filter(client_id=pk, due_on=plan.due_on).exists()
    return (stored.last_meeting_on, stored.next_meeting_on, stored.due_on) == (plan.last_on, plan.next_on, plan.due_on)


def _plan(pk: int, moment: Moment) -> Any:
    held = Q(starts_at__lte=moment.now) | Q(state="held", starts_at__lt=moment.tomorrow)
    planned = Q(starts_at__gt=moment.now, state="planned")
    own = Appointment.objects.filter(client_id=pk, counts=True)
    found = own.aggregate(last=Max("starts_at", filter=held), next=Min("starts_at", filter=planned))
    facts = facts_of([pk], today=moment.today)[pk]
    groups = [
        GroupNumber(group.pk, group.yearly_meetings)
        for group in Group.objects.filter(active=True)
        if matches(parse(group.filter, fields()), facts, moment.today)
    ]
    own_number = CadenceException.objects.filter(client_id=pk, removed_at=None).first()
    exception = own_number and cadence.CadenceException(own_number.yearly_meetings, own_number.ends_on)
    last, following = (found[name] and local_today(moment.firm, at=found[name]) for name in ("last", "next"))
    decided = cadence.target(groups, exception, today=moment.today)
    return cadence.plan(decided, last_on=last, next_on=following)
