"""A scheme as a file: out and in again, both of those that ship, conflicts told and nothing done by half (O-32)."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client as Browser

from clients.models import Status
from crm import onboarding
from outcomes import services
from outcomes.models import ActivityKind, Outcome, Relation
from outcomes.queries.scheme import predefined_scheme, stored_scheme
from outcomes.scheme_file import ROWS, Fault, OutcomeRow, RelationRow, Scheme, SchemeError, TypeRow, parse, to_json
from outcomes.services import KindDetails, OutcomeDetails, RelationDetails
from outcomes.services.scheme import OnConflict, compare, load_predefined, load_scheme
from scheduling.models import AppointmentType, Macro
from tenants.binding import use_firm
from tenants.enums import Role
from tenants.models import Firm, Membership
from tests.cast import join, page
from tests.outcomes.making import CALL, INTERESTED, MEETING, book, fulfil, make_client, outcome, type_named

pytestmark = pytest.mark.django_db
SCHEMES = ["advisor", "inforyou"]
SCHEME = "/api/v1/relations/scheme/"


def counted() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Status, AppointmentType, Outcome, ActivityKind, Relation))


@pytest.mark.parametrize("name", SCHEMES)
def test_what_ships_is_what_a_new_firm_has_and_goes_out_and_in_unchanged(name: str) -> None:
    made = onboarding.create_firm(name="Nuova", slug="nuova", scheme=name)
    with use_firm(made):
        stored = stored_scheme()
        assert stored == predefined_scheme(name)
        assert parse(json.loads(json.dumps(to_json(stored)))) == stored
        assert (len(stored.types), len(stored.outcomes), len(stored.statuses), len(stored.relations)) == (10, 8, 5, 18)


@pytest.mark.parametrize(("start", "target"), [("advisor", "inforyou"), ("inforyou", "advisor")])
def test_the_other_one_takes_its_place_and_can_be_taken_back(start: str, target: str) -> None:
    made = onboarding.create_firm(name="Nuova", slug="nuova", scheme=start)
    admin = join(made, "admin@nuova.example", "Admin", Role.ADMIN)
    with use_firm(made):
        for wanted in (target, start):
            load_predefined(wanted, by=admin)
            stored = stored_scheme()
            named = {part: {row.name for row in predefined_scheme(wanted).rows(part)} for part in ROWS}
            assert {row.name for row in stored.relations} == named["relations"]
            for part in ("types", "outcomes", "statuses"):
                assert {row.name for row in stored.rows(part) if row.active} == named[part]
                assert [row.name for row in stored.rows(part)[: len(named[part])]] == [
                    row.name for row in predefined_scheme(wanted).rows(part)
                ]
            assert AppointmentType.objects.get(is_default_meeting=True).name == MEETING
        assert not Macro.objects.filter(active=True).exists()


@pytest.mark.usefixtures("bound")
def test_no_other_scheme_takes_its_place_once_something_was_recorded(ada: Membership) -> None:
    fulfil(book(make_client(), CALL, by=ada), INTERESTED, by=ada)
    with pytest.raises(ValidationError) as refused:
        load_predefined("inforyou", by=ada)
    assert refused.value.code == "scheme_in_use"
    assert load_scheme(predefined_scheme("advisor"), by=ada).conflicts == []


def test_one_firms_own_drawing_comes_into_another(firm: Firm, other_firm: Firm, ada: Membership) -> None:
    mara = join(other_firm, ada.user.email, "Ada of the other firm", Role.ADMIN)
    with use_firm(firm):
        fails = services.create_outcome(OutcomeDetails(name="Rimandato", note_required=True), by=ada)
        details = RelationDetails(
            points=3, follow_up_type=type_named(CALL), recipient="fixed", operator=ada, hours=4, concluding=True
        )
        services.save_relation(type_named(MEETING), fails, details, by=ada)
        services.create_kind(KindDetails(name="Rinnovo", types=[type_named(CALL), type_named(MEETING)]), by=ada)
        services.untick(type_named(CALL), outcome(INTERESTED), by=ada)
        drawn = stored_scheme()
    with use_firm(other_firm):
        compared = load_scheme(drawn, by=mara, exactly=True)
        assert (compared.new["outcomes"], compared.new["activities"], compared.conflicts) == (1, 1, [])
        assert stored_scheme() == drawn
        relation = Relation.objects.get(outcome__name="Rimandato")
        assert (relation.operator_id, relation.hours, relation.concluding) == (mara.pk, 4, True)


@pytest.mark.usefixtures("bound")
def test_conflicts_are_told_and_nothing_is_changed_until_it_is_said_how(ada: Membership) -> None:
    scheme = Scheme(
        types=(TypeRow(name=CALL.upper(), duration_minutes=45, counts_for_cadence=False),),
        outcomes=(OutcomeRow(name=INTERESTED), OutcomeRow(name="Nuovo esito")),
        relations=(RelationRow(type=CALL, outcome=INTERESTED, points=9), RelationRow(type=CALL, outcome="Nuovo esito")),
    )
    before, rows = stored_scheme(), counted()
    conflicts = [(one.part, one.name, one.differs) for one in compare(scheme).conflicts]
    assert conflicts[0] == ("types", CALL, ("duration_minutes",))
    assert [(part, name) for part, name, _differs in conflicts[1:]] == [("relations", f"{CALL} → {INTERESTED}")]

    with pytest.raises(ValidationError) as refused:
        load_scheme(scheme, by=ada)
    assert (refused.value.code, stored_scheme(), counted()) == ("conflict", before, rows)

    load_scheme(scheme, by=ada, on_conflict=OnConflict.KEEP)
    assert Relation.objects.get(type__name=CALL, outcome__name=INTERESTED).points == 1
    assert Relation.objects.get(type__name=CALL, outcome__name="Nuovo esito").active

    load_scheme(scheme, by=ada, on_conflict=OnConflict.REPLACE)
    assert Relation.objects.get(type__name=CALL, outcome__name=INTERESTED).points == 9
    kind = AppointmentType.objects.get(name__iexact=CALL)
    assert (kind.duration_minutes, kind.symbol) == (45, "phone")


@pytest.mark.usefixtures("bound")
def test_a_row_that_is_refused_in_the_middle_leaves_nothing_behind(ada: Membership) -> None:
    before = counted()
    scheme = Scheme(
        outcomes=(OutcomeRow(name="Uno"), OutcomeRow(name="Due", colour="no colour")), types=(TypeRow(name="Tre"),)
    )
    with pytest.raises(ValidationError) as refused:
        load_scheme(scheme, by=ada)
    assert list(refused.value.error_dict) == ["outcomes[1].colour"]
    assert counted() == before
    stranger = Scheme(
        types=(TypeRow(name="Tre"),),
        outcomes=(OutcomeRow(name="Uno"),),
        relations=(RelationRow(type="Tre", outcome="Uno", follow_up="Tre", recipient="fixed", operator="x@y.example"),),
    )
    with pytest.raises(ValidationError) as refused:
        load_scheme(stranger, by=ada)
    assert list(refused.value.error_dict) == ["relations[0].operator"]
    assert counted() == before


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({"format": "x"}, [Fault("", "not_a_scheme")]),
        ({"version": 2}, [Fault("version", "unknown_version")]),
        ({"outcomes": {}}, [Fault("outcomes", "not_a_list")]),
        ({"outcomes": ["x"]}, [Fault("outcomes[0]", "not_an_object")]),
        ({"outcomes": [{}]}, [Fault("outcomes[0].name", "required")]),
        ({"outcomes": [{"name": " "}]}, [Fault("outcomes[0].name", "invalid")]),
        ({"outcomes": [{"name": "x", "points": 1}]}, [Fault("outcomes[0].points", "unknown")]),
        ({"outcomes": [{"name": "x", "active": 1}]}, [Fault("outcomes[0].active", "ill_typed")]),
        ({"outcomes": [{"name": "É"}, {"name": "e"}]}, [Fault("outcomes[1].name", "duplicate")]),
        ({"relations": [{"type": "a", "outcome": "b"}]}, [
            Fault("relations[0].type", "does_not_exist"), Fault("relations[0].outcome", "does_not_exist"),
        ]),
        ({"more": []}, [Fault("more", "unknown")]),
        ({"types": [{"name": "a", "default_meeting": True}, {"name": "b", "default_meeting": True}]},
         [Fault("types[1].default_meeting", "duplicate")]),
    ],
)  # fmt: skip
def test_a_document_with_faults_says_where(changes: dict[str, Any], faults: list[Fault]) -> None:
    with pytest.raises(SchemeError) as refused:
        parse(to_json(Scheme()) | changes)
    assert refused.value.faults == faults


def test_the_page_shows_what_would_change_and_then_loads(
    firm: Firm, ada: Membership, alice: Membership, browse: Callable[[Membership], Browser]
) -> None:
    address = page(ada, "settings/crm/scheme/")
    assert browse(alice).get(address).status_code == 403
    document = json.loads(browse(ada).get(f"{address}export/").content)
    document["outcomes"].append({"name": "Portato da un file"})
    document["outcomes"][0]["note_required"] = True
    text = json.dumps(document)

    nothing = browse(ada).post(f"{address}load/", {})
    assert nothing.status_code == 422
    broken = browse(ada).post(f"{address}load/", {"file": SimpleUploadedFile("s.json", b"\xff{")})
    assert broken.status_code == 422
    shown = browse(ada).post(f"{address}load/", {"file": SimpleUploadedFile("s.json", text.encode())})
    assert shown.status_code == 200
    assert shown.context["has_conflicts"]
    assert shown.context["form"]["document"].value() == text
    with use_firm(firm):
        assert not Outcome.objects.filter(name="Portato da un file").exists()

    answer = browse(ada).post(f"{address}load/", {"document": text, "on_conflict": "replace", "confirmed": "on"})
    assert answer.status_code == 302
    with use_firm(firm):
        assert Outcome.objects.filter(name="Portato da un file").exists()
        assert Outcome.objects.order_by("position").first().note_required
    assert browse(ada).post(f"{address}inforyou/").status_code == 302
    with use_firm(firm):
        assert Status.objects.filter(name="Socio", active=True).exists()
    assert browse(ada).post(f"{address}other/").status_code == 404


def test_the_api_takes_out_and_brings_in(ada: Membership, alice: Membership, api: Callable[..., Any]) -> None:
    caller = api(ada)
    document = caller.get(SCHEME).json()
    assert len(document["relations"]) == 18
    document["relations"][0]["points"] = 77
    assert api(alice).post(SCHEME, {"scheme": document}, format="json").status_code == 403
    dry = caller.post(SCHEME, {"scheme": document, "dry_run": True}, format="json").json()
    assert [one["differs"] for one in dry["conflicts"]] == [["points"]]
    refused = caller.post(SCHEME, {"scheme": document}, format="json")
    assert (refused.status_code, caller.get(SCHEME).json()["relations"][0]["points"]) == (400, 15)
    loaded = caller.post(SCHEME, {"scheme": document, "on_conflict": "replace"}, format="json")
    assert loaded.status_code == 200
    assert caller.get(SCHEME).json() == document
    wrong = caller.post(SCHEME, {"scheme": {**document, "types": 3}}, format="json")
    assert [(error["field"], error["code"]) for error in wrong.json()["errors"]] == [("scheme.types", "not_a_list")]


def test_the_commands(firm: Firm, other_firm: Firm, ada: Membership, mara: Membership, tmp_path: Path) -> None:
    with use_firm(firm):
        services.create_outcome(OutcomeDetails(name="Da portare"), by=ada)
    out, file = io.StringIO(), tmp_path / "scheme.json"
    call_command("export_scheme", firm=firm.slug, json=True, stdout=out)
    file.write_text(out.getvalue(), encoding="utf-8")
    told = io.StringIO()
    call_command("import_scheme", str(file), firm=other_firm.slug, by=mara.user.email, json=True, stdout=told)
    assert json.loads(told.getvalue())["new"]["outcomes"] == 1
    with use_firm(other_firm):
        assert Outcome.objects.filter(name="Da portare").exists()
    with pytest.raises(CommandError):
        call_command("import_scheme", str(file), firm=other_firm.slug, by="nobody@x.example")
    file.write_text("[]", encoding="utf-8")
    with pytest.raises(CommandError):
        call_command("import_scheme", str(file), firm=other_firm.slug, by=mara.user.email)
