"""The graph as one document, drawn by strokes, checked, walked before it is saved, and what really happened on it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser

from outcomes.models import GraphLayout, Relation
from outcomes.queries.graph import stored_graph, traffic
from outcomes.queries.leaderboard import week_of
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.cast import page as address
from tests.outcomes.making import CALL, INTERESTED, MEETING, NOT_INTERESTED, NOW, SIGNS, book, fulfil, ids, make_client

pytestmark = pytest.mark.django_db
GRAPH = "/api/v1/relations/graph/"
Api = Callable[..., Any]


def errors(answer: Any) -> list[tuple[str, str]]:
    return [(error["field"], error["code"]) for error in answer.json()["errors"]]


# The whole document


def test_the_document_says_the_predefined_scheme(api: Api, ada: Membership) -> None:
    body = api(ada).get(GRAPH).json()
    assert (len(body["types"]), len(body["outcomes"]), len(body["statuses"])) == (10, 8, 5)
    assert len(body["relations"]) == 18
    assert sorted(each["points"] for each in body["relations"] if each["points"]) == [1, 1, 1, 5, 10, 10, 15]
    follow_ups = [each["follow_up"] for each in body["relations"] if each["follow_up"]]
    assert [(each["recipient"], each["days"], each["hours"]) for each in follow_ups] == [("advisor", 2, 0)] * 2


def test_a_put_changes_exactly_what_differs_and_only_what_was_seen(api: Api, ada: Membership) -> None:
    caller = api(ada)
    body = caller.get(GRAPH).json()
    with use_firm(ada.firm):
        names = ids(CALL, NOT_INTERESTED)
        before = dict(Relation.objects.values_list("pk", "points"))
    gone = (names[CALL], names[NOT_INTERESTED])
    relations = [each for each in body["relations"] if (each["type"], each["outcome"]) != gone]
    relations[0]["points"] = 99
    sent = {"version": body["version"], "relations": relations}
    changed = caller.put(GRAPH, sent)
    assert changed.status_code == 200, changed.json()
    assert len(changed.json()["relations"]) == 17
    with use_firm(ada.firm):
        after = dict(Relation.objects.values_list("pk", "points"))
        assert {pk for pk in before if before[pk] != after[pk]} == {
            Relation.objects.get(type=relations[0]["type"], outcome=relations[0]["outcome"]).pk
        }
        assert Relation.objects.filter(active=False).count() == 1
    assert caller.put(GRAPH, sent).status_code == 412


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"follow_up": {"type": 1, "recipient": "fixed"}}, "relations[0].operator", "required"),
        ({"outcome": 999_999}, "relations[0].outcome", "does_not_exist"),
        ({"points": -1}, "relations.0.points", "min_value"),
        ({"follow_up": {"type": 1, "recipient": "advisor", "days": -1}}, "relations.0.follow_up.days", "min_value"),
    ],
)
def test_a_document_with_a_fault_is_refused_as_a_whole(
    api: Api, ada: Membership, change: dict[str, Any], field: str, code: str
) -> None:
    caller = api(ada)
    body = caller.get(GRAPH).json()
    relations = body["relations"]
    if "follow_up" in change:
        change["follow_up"]["type"] = relations[0]["type"]
    relations[0] |= change
    relations[1]["points"] = 77
    answer = caller.put(GRAPH, {"version": body["version"], "relations": relations})
    assert answer.status_code == 400
    assert [found for _field, found in errors(answer)] == [code], errors(answer)
    assert caller.get(GRAPH).json()["version"] == body["version"]


def test_a_pair_twice_is_refused_and_who_does_not_configure_only_reads(
    api: Api, ada: Membership, alice: Membership
) -> None:
    caller = api(ada)
    body = caller.get(GRAPH).json()
    twice = {"version": body["version"], "relations": [*body["relations"], body["relations"][0]]}
    assert [code for _field, code in errors(caller.put(GRAPH, twice))] == ["duplicate"]
    assert api(alice).get(GRAPH).status_code == 200
    assert api(alice).put(GRAPH, {"version": body["version"], "relations": []}).status_code == 403


def test_lint_and_simulation_of_a_draft_write_nothing(api: Api, ada: Membership) -> None:
    caller = api(ada)
    body = caller.get(GRAPH).json()
    with use_firm(ada.firm):
        names = ids(CALL, INTERESTED, MEETING, SIGNS, "Cliente", "Pianificato")
    stored = caller.post(f"{GRAPH}lint/", {}).json()
    assert {finding["severity"] for finding in stored} <= {"note", "warning"}
    again = {"type": names[CALL], "recipient": "advisor"}
    draft = [{"type": names[CALL], "outcome": names[INTERESTED], "points": 7, "follow_up": again}]
    found = caller.post(f"{GRAPH}lint/", {"relations": draft}).json()
    assert {"instant_loop", "dead_end", "unreachable_status"} <= {finding["code"] for finding in found}
    events = [{"type": names[CALL], "outcome": names[INTERESTED]}, {"type": names[MEETING], "outcome": names[SIGNS]}]
    first, second = caller.post(f"{GRAPH}simulate/", {"events": events}).json()
    assert (first["status"], first["points"], first["next"]["type"]) == (names["Pianificato"], 1, names[MEETING])
    assert (second["status"], second["total"]) == (names["Cliente"], 11)
    drafted = caller.post(f"{GRAPH}simulate/", {"events": events, "relations": draft}).json()
    assert (drafted[0]["points"], drafted[0]["status"], drafted[1]["refusal"]) == (7, None, "not_linked")
    assert caller.get(GRAPH).json()["version"] == body["version"]


# What really happened


@pytest.mark.usefixtures("bound")
def test_the_counts_and_conversions_of_each_pair(firm: Firm, ada: Membership, django_assert_num_queries: Any) -> None:
    for number in range(4):
        appointment = book(make_client(f"R{number}", advisor=ada), by=ada)
        recorded = fulfil(appointment, INTERESTED if number < 3 else NOT_INTERESTED, by=ada)
        if number == 0:
            assert recorded.follow_up is not None
            fulfil(recorded.follow_up, SIGNS, by=ada, at=NOW + timedelta(days=2))
    names = ids(CALL, INTERESTED, NOT_INTERESTED, MEETING, SIGNS)
    with django_assert_num_queries(1):
        happened = traffic(week_of(NOW.date()), firm=firm)
    interested = happened[names[CALL], names[INTERESTED]]
    assert (interested.count, interested.share, interested.follow_ups, interested.followed) == (3, 0.75, 3, 1)
    assert interested.moved == 3
    assert happened[names[CALL], names[NOT_INTERESTED]].share == 0.25
    assert happened[names[MEETING], names[SIGNS]].count == 1
    assert traffic(week_of(NOW.date() - timedelta(days=30)), firm=firm) == {}


# The page, without a script


def test_a_stroke_by_two_lists_ticks_sets_a_status_and_a_follow_up(
    ada: Membership, browse: Callable[[Membership], Browser]
) -> None:
    browser = browse(ada)
    with use_firm(ada.firm):
        names = ids(MEETING, INTERESTED, "Perso", CALL)
    editor = address(ada, "settings/crm/relations/graph/")
    assert browser.get(editor).status_code == 200
    pair = f"pair-{names[MEETING]}-{names[INTERESTED]}"

    def stroke(source: str, target: str) -> Relation:
        browser.post(f"{editor}draw/", {"source": source, "target": target})
        with use_firm(ada.firm):
            relation: Relation = Relation.objects.get(type=names[MEETING], outcome=names[INTERESTED])
            return relation

    assert stroke(f"type-{names[MEETING]}", f"outcome-{names[INTERESTED]}").active
    assert stroke(pair, f"status-{names['Perso']}").status_id == names["Perso"]
    drawn = stroke(pair, f"type-{names[CALL]}")
    assert (drawn.follow_up_type_id, drawn.recipient, drawn.days) == (names[CALL], "advisor", 2)
    removed = browser.post(f"{editor}remove/?type={names[MEETING]}&outcome={names[INTERESTED]}")
    assert removed.status_code == 302
    with use_firm(ada.firm):
        assert not Relation.objects.get(pk=drawn.pk).active
    browser.post(f"{editor}undo/")
    with use_firm(ada.firm):
        back = Relation.objects.get(pk=drawn.pk)
        assert (back.active, back.status_id, back.follow_up_type_id) == (True, names["Perso"], names[CALL])


def test_every_stroke_is_taken_back_and_drawn_again_in_its_order(
    ada: Membership, browse: Callable[[Membership], Browser]
) -> None:
    browser, editor = browse(ada), address(ada, "settings/crm/relations/graph/")
    with use_firm(ada.firm):
        names = ids(MEETING, INTERESTED, "Perso", CALL, NOT_INTERESTED)
    pair = f"pair-{names[MEETING]}-{names[INTERESTED]}"
    known = f"pair-{names[CALL]}-{names[NOT_INTERESTED]}"

    def graph() -> Any:
        with use_firm(ada.firm):
            return stored_graph().by_pair

    states = [graph()]
    for source, target in (
        (f"type-{names[MEETING]}", f"outcome-{names[INTERESTED]}"),
        (pair, f"status-{names['Perso']}"),
        (known, f"type-{names[MEETING]}"),
    ):
        browser.post(f"{editor}draw/", {"source": source, "target": target})
        states.append(graph())
    browser.post(f"{editor}remove/?type={names[MEETING]}&outcome={names[INTERESTED]}")
    states.append(graph())
    assert len({str(state) for state in states}) == len(states)

    for state in reversed(states[:-1]):
        browser.post(f"{editor}undo/")
        assert graph() == state
    browser.post(f"{editor}undo/")
    assert graph() == states[0]
    assert browser.get(editor).context["can"] == {"undo": False, "redo": True}
    for state in states[1:]:
        browser.post(f"{editor}redo/")
        assert graph() == state


def test_a_stroke_over_which_somebody_else_has_drawn_is_not_taken_back(
    ada: Membership, browse: Callable[[Membership], Browser]
) -> None:
    browser, editor = browse(ada), address(ada, "settings/crm/relations/graph/")
    with use_firm(ada.firm):
        names = ids(CALL, NOT_INTERESTED, MEETING)
    known = f"pair-{names[CALL]}-{names[NOT_INTERESTED]}"
    browser.post(f"{editor}draw/", {"source": known, "target": f"type-{names[MEETING]}"})
    with use_firm(ada.firm):
        Relation.objects.filter(type=names[CALL], outcome=names[NOT_INTERESTED]).update(points=42)

    browser.post(f"{editor}undo/")

    with use_firm(ada.firm):
        left = Relation.objects.get(type=names[CALL], outcome=names[NOT_INTERESTED])
        assert (left.points, left.follow_up_type_id) == (42, names[MEETING])
    assert browser.get(editor).context["can"] == {"undo": False, "redo": False}


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("", ""),
        ("type-1", "type-1"),
        ("status-1", "type-1"),
        ("pair-1", "status-1"),
        ("type-x", "outcome-1"),
        ("a" * 99, "b"),
    ],
)
def test_a_stroke_that_means_nothing_changes_nothing(
    ada: Membership, browse: Callable[[Membership], Browser], source: str, target: str
) -> None:
    with use_firm(ada.firm):
        before = stored_graph()
    answer = browse(ada).post(address(ada, "settings/crm/relations/graph/draw/"), {"source": source, "target": target})
    assert answer.status_code == 302
    with use_firm(ada.firm):
        assert stored_graph() == before


def test_the_form_saves_one_pair_and_simulates_an_unsaved_one(
    ada: Membership, browse: Callable[[Membership], Browser]
) -> None:
    browser = browse(ada)
    with use_firm(ada.firm):
        names = ids(MEETING, INTERESTED, "Perso")
    editor = address(ada, "settings/crm/relations/graph/")
    sent = {
        "type": names[MEETING],
        "outcome": names[INTERESTED],
        "status": names["Perso"],
        "points": "3",
        "days": "0",
        "hours": "0",
    }
    step = f"{names[MEETING]}-{names[INTERESTED]}"
    walked = browser.post(f"{editor}pair/", sent | {"do": "simulate", "step1": step})
    assert [(row["status"], row["total"]) for row in walked.context["walked"]] == [("Perso", 3)]
    assert walked.context["is_draft"] is True
    with use_firm(ada.firm):
        assert not Relation.objects.filter(type=names[MEETING], outcome=names[INTERESTED]).exists()
    refused = browser.post(f"{editor}pair/", sent | {"do": "save", "follow_up_type": names[MEETING]})
    assert refused.status_code == 422
    assert refused.context["form"].errors["recipient"]
    assert browser.post(f"{editor}pair/", sent | {"do": "save"}).status_code == 302
    with use_firm(ada.firm):
        assert Relation.objects.get(type=names[MEETING], outcome=names[INTERESTED]).points == 3


def test_the_layout_is_kept_for_the_firm_and_nonsense_is_not(
    ada: Membership, alice: Membership, browse: Callable[[Membership], Browser]
) -> None:
    target = address(ada, "settings/crm/relations/graph/layout/")
    kept = browse(ada).post(target, '{"type-1": [10, 20.6]}', content_type="application/json")
    assert kept.status_code == 200
    for nonsense in ("", "[]", '{"type-1": [1]}', '{"type-1": ["a", 2]}', '{"type-1": [1e999, 2]}', "[" * 5000):
        assert browse(ada).post(target, nonsense, content_type="application/json").status_code == 400
    with use_firm(ada.firm):
        assert GraphLayout.objects.get().positions == {"type-1": [10, 21]}
    assert browse(alice).get(address(alice, "settings/crm/relations/graph/")).status_code == 403
