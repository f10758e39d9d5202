"""The rules of groups as SQL that a connection plans once for many firms."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clients.models import Client
from clients.worklist import WorkList
from groups import membership, rules
from groups.enums import GroupKind
from groups.models import Group, GroupMember
from groups.rules import StoredGroup
from tenants import prepared
from tenants.binding import use_firm
from tenants.models import Firm
from tests.clients.filters.population import TODAYS, Population, filterable, populate

AT_ONCE = 25
"""So many filters are one statement."""


def stored(documents: Sequence[object]) -> list[StoredGroup]:
    return [
        StoredGroup(number, GroupKind.DYNAMIC, True, json.dumps(document), "", None)
        for number, document in enumerate(documents, 1)
    ]


def selected(people: Population, documents: Sequence[object]) -> list[set[int]]:
    """Whom each of the filters selects when the statement is prepared, and planned without its values."""
    asked = rules.matching(rules.rules_of(stored(documents)), people.today)
    with connection.cursor() as cursor, prepared.preparing(()):
        cursor.execute("SET LOCAL plan_cache_mode = force_generic_plan; DEALLOCATE ALL")
        prepared.execute(cursor, asked.text, asked.given)
        found = dict(cursor.fetchall())
    return [{pk for pk, groups in found.items() if number in groups} for number in range(1, len(documents) + 1)]


def test_every_field_and_operator_selects_the_same_when_its_values_are_parameters(bound: Firm) -> None:
    people = populate(seed=2, today=TODAYS[0])
    served = set(Client.objects.filter(state="active").values_list("pk", flat=True))
    documents = [people.condition(entry, operator) for entry in filterable() for operator in entry.operators]
    documents += [people.document() for _ in range(200)]

    for start in range(0, len(documents), AT_ONCE):
        some = documents[start : start + AT_ONCE]
        expected = [people.selected_by_sql(document) & served for document in some]
        different = [
            document
            for document, ours, theirs in zip(some, selected(people, some), expected, strict=True)
            if ours != theirs
        ]
        assert different == []


def test_firms_that_ask_alike_share_one_statement(firm: Firm, other_firm: Firm) -> None:
    texts = set()
    for each, amount in ((firm, "1000"), (other_firm, "2500.50")):
        with use_firm(each):
            document = {
                "all": [
                    {"field": "aum", "op": "gte", "value": amount},
                    {"field": "city", "op": "eq", "value": each.name},
                ]
            }
            Group.objects.create(name="Alike", filter=document)
            texts.add(rules.matching(rules.rules_of(rules.stored_groups()), TODAYS[0]).text)

    assert len(texts) == 1


def test_beyond_what_a_connection_keeps_a_question_is_asked_plainly(
    bound: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepared, "MOST", 1)
    people = [Client.objects.create(last_name="Rossi", name="Rossi", aum=amount).pk for amount in (10, 20)]
    group = Group.objects.create(name="Twenty", filter={"field": "aum", "op": "gte", "value": "20"})

    with prepared.preparing(["cadenza_other"]), CaptureQueriesContext(connection) as captured:
        listed = WorkList(set(people))
        written = membership.refresh(rules.stored_groups(), today=TODAYS[0], listed=listed)

    assert written == 1
    assert list(GroupMember.objects.values_list("group_id", "client_id")) == [(group.pk, people[1])]
    assert not [query for query in captured if "PREPARE" in query["sql"]]
