"""The predefined scheme, pair by pair against the table of section 9, in both wordings (O-32, XCT-05)."""

import csv
from pathlib import Path

import pytest

from clients.models import Status
from crm import onboarding
from outcomes import defaults
from outcomes.models import Outcome, Parameters, Relation
from scheduling.models import AppointmentType
from tenants.binding import use_firm

HERE = Path(__file__).parent
NO_CADENCE = {"Telemarketing", "Non rinnova alla scadenza", "Scaduto da tempo", "Preventivo"}


def rows(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


WORDS = {row["inforyou"]: row["advisor"] for row in rows("wording.tsv")}


def in_words_of(scheme: str, word: str) -> str:
    return word if scheme == "inforyou" else WORDS.get(word, word)


def expected(scheme: str) -> set[tuple[str, str, str, int, str, int]]:
    return {
        (
            in_words_of(scheme, row["type"]),
            in_words_of(scheme, row["outcome"]),
            in_words_of(scheme, row["status"]),
            int(row["points"] or 0),
            row["follow_up"],
            int(row["days"] or 0),
        )
        for row in rows("scheme.tsv")
    }


def written() -> set[tuple[str, str, str, int, str, int]]:
    relations = Relation.objects.select_related("type", "outcome", "status", "follow_up_type")
    return {
        (
            relation.type.name,
            relation.outcome.name,
            relation.status.name if relation.status else "",
            relation.points,
            relation.follow_up_type.name if relation.follow_up_type else "",
            relation.days,
        )
        for relation in relations
    }


@pytest.mark.django_db
@pytest.mark.parametrize("scheme", ["advisor", "inforyou"])
def test_a_new_firm_has_exactly_the_table(scheme: str) -> None:
    firm = onboarding.create_firm(name="New", slug="new", scheme=scheme)

    with use_firm(firm):
        assert written() == expected(scheme)
        assert Relation.objects.count() == len(expected(scheme)) == 18
        assert Outcome.objects.count() == len({pair[1] for pair in expected(scheme)}) == 8
        assert set(Outcome.objects.values_list("name", flat=True)) == {pair[1] for pair in expected(scheme)}
        assert set(Status.objects.values_list("name", flat=True)) == {pair[2] for pair in expected(scheme)} - {""}
        assert set(AppointmentType.objects.values_list("name", flat=True)) == {pair[0] for pair in expected(scheme)}
        assert Parameters.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("scheme", ["advisor", "inforyou"])
def test_what_the_table_does_not_state_is_as_the_open_items_say(scheme: str) -> None:
    firm = onboarding.create_firm(name="New", slug="new", scheme=scheme)

    with use_firm(firm):
        followed = Relation.objects.filter(follow_up_type__isnull=False)
        # O-22: the client's advisor. O-31: nothing concludes.
        assert {relation.recipient for relation in followed} == {"advisor"}
        assert followed.count() == 2
        assert not Relation.objects.filter(concluding=True).exists()
        assert not Relation.objects.filter(active=False).exists()
        without = AppointmentType.objects.filter(counts_for_cadence=False).values_list("name", flat=True)
        assert set(without) == {in_words_of(scheme, name) for name in NO_CADENCE}
        assert AppointmentType.objects.get(is_default_meeting=True).name == "Incontro"


@pytest.mark.django_db
def test_loading_twice_adds_nothing() -> None:
    firm = onboarding.create_firm(name="New", slug="new")

    with use_firm(firm):
        defaults.load("advisor")

        assert (Outcome.objects.count(), Relation.objects.count(), Parameters.objects.count()) == (8, 18, 1)


@pytest.mark.django_db
def test_a_firm_of_english_words_has_the_same_shape() -> None:
    firm = onboarding.create_firm(name="New", slug="new", language="en")

    with use_firm(firm):
        assert sorted((pair[3], pair[5]) for pair in written()) == sorted(
            (pair[3], pair[5]) for pair in expected("advisor")
        )
        assert Outcome.objects.get(symbol="badge-check").name == "Signs"
