"""The pure graph: what lint finds, where a walk leads, when a follow-up falls. Properties over random graphs."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcomes.graph import (
    Clock,
    Event,
    Fault,
    FollowUp,
    Graph,
    Node,
    NodeKind,
    Refusal,
    Relation,
    Severity,
    follow_up_start,
    lint,
    refusal_of,
    simulate,
)

ROME = ZoneInfo("Europe/Rome")
AT = datetime(2026, 3, 10, 15, 20, tzinfo=ROME)
CLOCK = Clock(at=AT, zone=ROME, standard_time=time(9, 30))
TRIAL, MEETING, CALL = 1, 2, 3
YES, NO = 11, 12
CLIENT, LOST, PLANNED = 21, 22, 23


def meeting_after(days: int, **changes: object) -> FollowUp:
    return replace(FollowUp(type=MEETING, recipient="advisor", days=days), **changes)  # type: ignore[arg-type]


def sound() -> Graph:
    """A trial leads to a meeting after two days, the meeting to a client or to a loss; nothing is wrong with it."""
    return Graph(
        types=(Node(TRIAL, "Trial"), Node(MEETING, "Meeting")),
        outcomes=(Node(YES, "Yes"), Node(NO, "No")),
        statuses=(Node(CLIENT, "Client"), Node(LOST, "Lost"), Node(PLANNED, "Planned")),
        relations=(
            Relation(type=TRIAL, outcome=YES, status=PLANNED, points=1, follow_up=meeting_after(2)),
            Relation(type=TRIAL, outcome=NO, status=LOST),
            Relation(type=MEETING, outcome=YES, status=CLIENT, points=10, concluding=True),
            Relation(type=MEETING, outcome=NO, status=LOST),
        ),
        operators={7: True, 8: False},
    )


def faults(graph: Graph) -> set[tuple[Fault, int, int | None]]:
    return {(finding.fault, finding.id, finding.outcome) for finding in lint(graph)}


def with_relation(graph: Graph, relation: Relation) -> Graph:
    others = [own for own in graph.relations if (own.type, own.outcome) != (relation.type, relation.outcome)]
    return replace(graph, relations=(*others, relation))


def test_a_sound_graph_has_no_finding() -> None:
    assert lint(sound()) == []


@pytest.mark.parametrize(
    ("follow_up", "fault"),
    [
        (meeting_after(2, recipient="fixed"), Fault.NO_OPERATOR),
        (meeting_after(2, recipient="fixed", operator=8), Fault.OPERATOR_GONE),
        (meeting_after(2, recipient="fixed", operator=99), Fault.OPERATOR_GONE),
        (meeting_after(2, recipient=""), Fault.NO_RECIPIENT),
        (meeting_after(-1), Fault.NEGATIVE_DELAY),
        (meeting_after(0, hours=-2), Fault.NEGATIVE_DELAY),
        (meeting_after(2, type=99), Fault.UNKNOWN_NODE),
    ],
)
def test_a_follow_up_with_a_fault_is_told_at_its_relation(follow_up: FollowUp, fault: Fault) -> None:
    graph = with_relation(sound(), Relation(type=TRIAL, outcome=YES, status=PLANNED, follow_up=follow_up))
    assert (fault, TRIAL, YES) in faults(graph)


def test_a_fixed_operator_who_is_there_is_no_fault() -> None:
    follow_up = meeting_after(2, recipient="fixed", operator=7)
    assert lint(with_relation(sound(), Relation(type=TRIAL, outcome=YES, status=PLANNED, follow_up=follow_up))) == []


def test_inactive_nodes_that_are_still_used_are_told() -> None:
    graph = replace(
        sound(),
        types=(Node(TRIAL, "Trial"), Node(MEETING, "Meeting", active=False)),
        outcomes=(Node(YES, "Yes"), Node(NO, "No", active=False)),
        statuses=(Node(CLIENT, "Client"), Node(LOST, "Lost"), Node(PLANNED, "Planned", active=False)),
    )
    assert faults(graph) == {
        (Fault.INACTIVE_FOLLOW_UP, TRIAL, YES),
        (Fault.INACTIVE_STATUS, TRIAL, YES),
        (Fault.INACTIVE_OUTCOME, TRIAL, NO),
        (Fault.INACTIVE_OUTCOME, MEETING, NO),
        # Only an inactive type, or an inactive outcome, leads there.
        (Fault.UNREACHABLE_STATUS, CLIENT, None),
        (Fault.UNREACHABLE_STATUS, LOST, None),
    }


def test_a_type_without_outcomes_is_a_dead_end_also_when_inactive_but_followed() -> None:
    graph = replace(sound(), types=(*sound().types, Node(CALL, "Call")))
    assert (Fault.DEAD_END, CALL, None) in faults(graph)
    asleep = replace(sound(), types=(*sound().types, Node(CALL, "Call", active=False)))
    assert (Fault.DEAD_END, CALL, None) not in faults(asleep)
    leading = Relation(type=TRIAL, outcome=NO, status=LOST, follow_up=meeting_after(1, type=CALL))
    assert (Fault.DEAD_END, CALL, None) in faults(with_relation(asleep, leading))


def test_an_outcome_that_no_type_offers_and_a_relation_that_does_nothing_are_noted() -> None:
    graph = replace(sound(), outcomes=(*sound().outcomes, Node(13, "Maybe")))
    graph = with_relation(graph, Relation(type=MEETING, outcome=NO))
    found = {finding.fault: finding for finding in lint(graph)}
    assert found[Fault.UNUSED_OUTCOME].id == 13
    assert (found[Fault.WITHOUT_EFFECT].id, found[Fault.WITHOUT_EFFECT].outcome) == (MEETING, NO)
    assert {finding.severity for finding in lint(graph)} == {Severity.NOTE}


def test_a_loop_without_delay_is_told_once_with_its_way() -> None:
    back = Relation(type=MEETING, outcome=NO, status=LOST, follow_up=FollowUp(type=TRIAL, recipient="me"))
    slow = with_relation(sound(), back)
    assert lint(slow) == []
    fast = with_relation(slow, Relation(type=TRIAL, outcome=YES, status=PLANNED, follow_up=meeting_after(0)))
    [finding] = lint(fast)
    assert (finding.fault, finding.kind, finding.path) == (Fault.INSTANT_LOOP, NodeKind.TYPE, (TRIAL, MEETING))


def test_a_type_that_follows_itself_at_once_is_a_loop_and_an_hour_breaks_it() -> None:
    again = Relation(type=TRIAL, outcome=NO, status=LOST, follow_up=FollowUp(type=TRIAL, recipient="me"))
    assert [finding.path for finding in lint(with_relation(sound(), again))] == [(TRIAL,)]
    later = replace(again, follow_up=FollowUp(type=TRIAL, recipient="me", hours=1))
    assert lint(with_relation(sound(), later)) == []


# Walks


def test_a_walk_moves_status_points_and_follow_ups() -> None:
    walked = simulate(sound(), [Event(TRIAL, YES), Event(MEETING, YES, after_days=2)], status=None, clock=CLOCK)
    first, second = walked
    assert (first.status_before, first.status, first.points, first.total) == (None, PLANNED, 1, 1)
    assert first.next is not None
    assert (first.next.type, first.next.starts_at) == (MEETING, datetime(2026, 3, 12, 9, 30, tzinfo=ROME))
    assert (second.status_before, second.status, second.total, second.closes_activity) == (PLANNED, CLIENT, 11, True)
    assert second.next is None


def test_what_may_not_be_recorded_is_refused_and_changes_nothing() -> None:
    graph = replace(sound(), outcomes=(Node(YES, "Yes"), Node(NO, "No", active=False), Node(13, "Maybe")))
    walked = simulate(graph, [Event(TRIAL, 13), Event(99, YES), Event(TRIAL, NO)], status=LOST, clock=CLOCK)
    assert [step.refusal for step in walked] == [Refusal.NOT_LINKED, Refusal.UNKNOWN_TYPE, Refusal.OUTCOME_INACTIVE]
    assert {(step.status, step.total, step.next) for step in walked} == {(LOST, 0, None)}


def test_an_open_appointment_of_an_inactive_type_can_still_be_recorded() -> None:
    graph = replace(sound(), types=(Node(TRIAL, "Trial", active=False), Node(MEETING, "Meeting")))
    assert refusal_of(graph, TRIAL, YES) is None


# When


def start(at: datetime, days: int, hours: int, standard_time: time | None = time(9, 30)) -> datetime:
    return follow_up_start(at, days=days, hours=hours, standard_time=standard_time, zone=ROME)


def test_days_go_to_the_standard_time_and_hours_to_the_moment() -> None:
    assert start(AT, 2, 0) == datetime(2026, 3, 12, 9, 30, tzinfo=ROME)
    assert start(AT, 2, 0, None) == datetime(2026, 3, 12, 15, 20, tzinfo=ROME)
    assert start(AT, 2, 3) == datetime(2026, 3, 12, 18, 20, tzinfo=ROME)
    assert start(AT, 0, 3) == AT + timedelta(hours=3)
    assert start(AT, 0, 0) == AT


def test_the_clock_change_moves_no_date_and_no_hour() -> None:
    # 29 March 2026: 02:00 becomes 03:00; 25 October 2026: 03:00 becomes 02:00.
    assert start(datetime(2026, 3, 28, 15, 0, tzinfo=ROME), 1, 0) == datetime(2026, 3, 29, 9, 30, tzinfo=ROME)
    skipped = start(datetime(2026, 3, 28, 15, 0, tzinfo=ROME), 1, 0, time(2, 30))
    assert (skipped.date().day, skipped.hour, skipped.minute) == (29, 3, 30)
    before = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert start(before, 0, 1) - before == timedelta(hours=1)


@given(
    at=st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2035, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    days=st.integers(0, 400),
    hours=st.integers(0, 72),
    zone=st.sampled_from(["Europe/Rome", "America/Nuuk", "Pacific/Apia", "Australia/Lord_Howe", "UTC"]),
)
def test_a_follow_up_never_lies_before_its_cause(at: datetime, days: int, hours: int, zone: str) -> None:
    moment = follow_up_start(at, days=days, hours=hours, standard_time=None, zone=ZoneInfo(zone))
    assert moment >= at - timedelta(minutes=0) or (days == 0 and hours == 0)
    if days == 0:
        assert moment - at == timedelta(hours=hours)
    else:
        # The clock moves by a day at most (Samoa skipped one).
        assert abs((moment - at) - timedelta(days=days, hours=hours)) <= timedelta(days=1)


# Any graph

NODES = st.booleans()
PAIRS = st.tuples(st.integers(1, 4), st.integers(1, 4))


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    def nodes() -> tuple[Node, ...]:
        return tuple(Node(number, str(number), draw(st.booleans())) for number in range(1, 5))

    follow_ups = st.none() | st.builds(
        FollowUp,
        type=st.integers(1, 4),
        recipient=st.sampled_from(["me", "advisor", "fixed", "all"]),
        operator=st.none() | st.integers(1, 2),
        days=st.integers(0, 2),
        hours=st.integers(0, 1),
    )
    relations = []
    for kind, outcome in draw(st.sets(PAIRS)):
        relations.append(
            Relation(
                type=kind,
                outcome=outcome,
                status=draw(st.none() | st.integers(1, 4)),
                points=draw(st.integers(0, 20)),
                concluding=draw(st.booleans()),
                follow_up=draw(follow_ups),
            )
        )
    return Graph(nodes(), nodes(), nodes(), tuple(relations), {1: True, 2: False})


def loops_slowly(graph: Graph) -> set[int]:
    """The types on a loop without delay, by closing the relation "is followed at once by" over and over."""
    ways = {(r.type, r.follow_up.type) for r in graph.relations if r.follow_up and r.follow_up.is_at_once}
    while True:
        longer = ways | {(a, d) for a, b in ways for c, d in ways if b == c}
        if longer == ways:
            return {a for a, b in ways if a == b}
        ways = longer


@given(graphs())
def test_every_loop_without_delay_is_found_and_is_one(graph: Graph) -> None:
    told = [finding for finding in lint(graph) if finding.fault == Fault.INSTANT_LOOP]
    on_loops = loops_slowly(graph)
    assert bool(told) == bool(on_loops)
    assert {kind for finding in told for kind in finding.path} <= on_loops
    for finding in told:
        for here, there in zip(finding.path, (*finding.path[1:], finding.path[0]), strict=True):
            assert any(
                r.type == here and r.follow_up and r.follow_up.type == there and r.follow_up.is_at_once
                for r in graph.relations
            )


@given(graphs(), st.lists(st.builds(Event, st.integers(1, 5), st.integers(1, 5), st.integers(0, 3)), max_size=8))
def test_a_walk_adds_up_and_makes_one_appointment_a_step_at_most(graph: Graph, events: list[Event]) -> None:
    walked = simulate(graph, events, status=None, clock=CLOCK)
    assert len(walked) == len(events)
    status, total = None, 0
    for step in walked:
        assert step.status_before == status
        relation = graph.by_pair.get((step.event.type, step.event.outcome))
        if step.refusal:
            assert (step.status, step.points, step.next) == (status, 0, None)
        else:
            assert relation is not None
            assert step.status == (relation.status if relation.status is not None else status)
            assert (step.next is None) == (relation.follow_up is None)
            total += relation.points
        status = step.status
        assert step.total == total


@given(graphs())
def test_the_order_in_which_a_graph_is_stored_changes_no_finding(graph: Graph) -> None:
    assert lint(graph) == lint(replace(graph, relations=tuple(reversed(graph.relations))))
