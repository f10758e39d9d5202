"""Genera comunicazione: the dry run, its reasons, and that it lists exactly what is sent (SIS-37, O-41)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clients.enums import ClientState
from clients.models import Client, Email, Profile
from communications import outbox, services
from communications.enums import LeftOut, RunState, SuppressionReason
from communications.models import AudienceMember, Communication, CommunicationRun, Enablement
from communications.services import generation
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.cast import page
from tests.communications.mail_server import ScriptedServer
from tests.communications.sending import (
    LATER,
    NOON,
    begin,
    dry_run,
    generated,
    reachable_client,
    reasons,
    sent_by,
    template,
)

pytestmark = pytest.mark.django_db
Browse = Callable[[Membership], Browser]


@pytest.mark.usefixtures("bound")
def test_everyone_left_out_has_his_reason_and_a_circular_needs_no_consent(ada: Membership) -> None:
    begin(ada)
    reachable_client("Incluso")
    reachable_client("Archiviato")
    Client.objects.filter(name="Archiviato").update(state=ClientState.ARCHIVED)
    reachable_client("Senza", "x@example.com")
    Email.objects.filter(client__name="Senza").delete()
    reachable_client("Due", "a@example.com", "b@example.com")
    Enablement.objects.filter(client=reachable_client("Spento")).delete()
    reachable_client("Muto", consent=None)
    reachable_client("Contrario", consent=False)
    reachable_client("Rifiutato", "No@Example.com")
    services.suppress("no@example.com", SuppressionReason.BY_HAND, by=ada, at=NOON)
    offer = template()
    wanted = {
        "Incluso": "", "Archiviato": LeftOut.NOT_ACTIVE, "Senza": LeftOut.NO_ADDRESS, "Due": LeftOut.NOT_CHOSEN,
        "Spento": LeftOut.NOT_ENABLED, "Muto": LeftOut.NO_CONSENT, "Contrario": LeftOut.NO_CONSENT,
        "Rifiutato": LeftOut.SUPPRESSED,
    }  # fmt: skip
    run = dry_run(ada, of=offer)
    assert reasons(run) == wanted
    assert (run.total, run.included) == (8, 1)
    circular = dry_run(ada, of=template("circular", name="Avviso"))
    assert reasons(circular) == wanted | {"Muto": "", "Contrario": ""}
    # The dry run before made room: one a person.
    assert list(CommunicationRun.objects.all()) == [circular]
    assert not Communication.objects.exists()


@pytest.mark.usefixtures("bound")
def test_who_waits_for_it_who_has_to_have_it_anew_and_who_was_just_written_to(ada: Membership) -> None:
    begin(ada)
    offer, other = template(), template(name="Altra")
    for name in ("Anna", "Bruno", "Carla"):
        reachable_client(name)
    waiting = {row.client.name: row for row in generated(ada, of=offer)}
    Email.objects.filter(client__name="Bruno").update(address="nuovo@example.com")
    Communication.objects.filter(pk=waiting["Carla"].pk).update(state="sent", sent_at=NOON)
    assert reasons(dry_run(ada, of=offer, at=LATER)) == {
        "Anna": LeftOut.WAITING, "Bruno": LeftOut.STALE, "Carla": LeftOut.PRESSURE
    }  # fmt: skip
    assert reasons(dry_run(ada, of=other, at=LATER)) == {"Anna": "", "Bruno": "", "Carla": LeftOut.PRESSURE}
    eight_days_on = NOON + timedelta(days=8)
    assert reasons(dry_run(ada, of=offer, at=eight_days_on))["Carla"] == ""
    begin(ada, pressure_days=0)
    assert reasons(dry_run(ada, of=offer, at=LATER))["Carla"] == ""


@pytest.mark.usefixtures("bound")
def test_a_dry_run_that_is_out_of_date_is_not_confirmed_and_two_confirmations_are_one(
    ada: Membership, alice: Membership
) -> None:
    begin(ada)
    reachable_client("Anna", advisor=alice)
    offer = template()
    first, second = dry_run(ada, of=offer), dry_run(alice, of=offer)
    for _number in range(2):
        generation.confirm(first, at=LATER)
    assert Communication.objects.count() == 1
    with pytest.raises(ValidationError) as refused:
        generation.confirm(second, at=LATER)
    assert refused.value.code == "stale_draft"
    nobody = dry_run(ada, of=offer, at=LATER + timedelta(minutes=1))
    with pytest.raises(ValidationError) as refused:
        generation.confirm(nobody, at=LATER)
    assert refused.value.code == "nobody"


@pytest.mark.usefixtures("bound")
def test_generating_for_one_again_replaces_what_he_has_unsent(ada: Membership) -> None:
    begin(ada)
    anna = reachable_client("Anna")
    offer = template()
    [old] = generated(ada, of=offer)
    Email.objects.update(address="nuova@example.com")
    own = Client.objects.filter(pk=anna.pk)
    [new] = generated(ada, of=offer, clients=own, replaces=True, at=LATER)
    old.refresh_from_db()
    assert (old.state, old.problem, new.state, new.address) == (
        "cancelled", "replaced", "generated", "nuova@example.com"
    )  # fmt: skip


@pytest.mark.usefixtures("bound")
def test_a_job_goes_on_where_it_was_and_its_statements_do_not_count_clients(
    ada: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(ada)
    for number in range(7):
        reachable_client(f"Cliente {number}")
    monkeypatch.setattr(generation, "AT_ONCE", 2)
    monkeypatch.setattr(generation, "STRETCH", 3)
    run = generation.confirm(dry_run(ada, of=template()), at=NOON)
    assert (run.state, Communication.objects.count()) == (RunState.QUEUED, 0)
    rung: list[int] = []
    states = []
    for _number in range(4):
        states.append(generation.advance_queued(run.pk, at=NOON))
        run.refresh_from_db()
        rung.append(run.generated)
    assert (states, rung) == ([True, True, False, False], [3, 6, 7, 7])
    assert run.state == RunState.DONE
    # A stretch that is repeated adds nothing.
    CommunicationRun.objects.update(state=RunState.RUNNING, cursor=0)
    generation.advance_queued(run.pk, at=NOON)
    assert Communication.objects.count() == 7


@pytest.mark.usefixtures("bound")
def test_the_dry_run_is_one_statement_however_many_clients_there_are(ada: Membership) -> None:
    begin(ada)
    offer = template()
    numbers = []
    for clients in (1, 2, 12):
        for number in range(clients):
            reachable_client(f"Cliente {clients} {number}")
        with CaptureQueriesContext(connection) as statements:
            run = dry_run(ada, of=offer)
            generation.confirm(run, at=NOON + timedelta(seconds=clients))
        Communication.objects.all().delete()
        CommunicationRun.objects.update(confirmed_at=None)
        numbers.append(len(statements))
    assert numbers[1] == numbers[2]


STANDINGS = st.fixed_dictionaries(
    {
        "addresses": st.integers(0, 2),
        "chosen": st.booleans(),
        "enabled": st.sampled_from([True, True, False, None]),
        "consent": st.sampled_from([True, True, False, None]),
        "suppressed": st.sampled_from([False, False, False, True]),
        "archived": st.sampled_from([False, False, False, True]),
    }
)


def expected(standing: dict[str, Any], kind: str) -> str:
    """The reasons as the requirement has them, one after the other."""
    has_address = standing["addresses"] == 1 or (standing["addresses"] == 2 and standing["chosen"])
    if standing["archived"]:
        return "not_active"
    if not has_address:
        return "not_chosen" if standing["addresses"] else "no_address"
    if standing["enabled"] is not True:
        return "not_enabled"
    if kind == "offer" and standing["consent"] is not True:
        return "no_consent"
    return "suppressed" if standing["suppressed"] else ""


def stand(number: int, standing: dict[str, Any]) -> None:
    addresses = [f"c{number}.{place}@example.com" for place in range(standing["addresses"])]
    client = reachable_client(f"C{number}", consent=standing["consent"])
    Email.objects.filter(client=client).delete()
    for place, address in enumerate(addresses, start=1):
        is_chosen = standing["chosen"] and place == len(addresses)
        Email.objects.create(
            client=client, position=place, address=address, address_key=address, for_communications=is_chosen
        )
    if standing["enabled"] is None:
        Enablement.objects.filter(client=client).delete()
    else:
        Enablement.objects.filter(client=client).update(enabled=standing["enabled"])
    if standing["suppressed"] and addresses:
        services.suppress(addresses[-1], SuppressionReason.BOUNCED, by=None, at=NOON)
    if standing["archived"]:
        Client.objects.filter(pk=client.pk).update(state=ClientState.ARCHIVED)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(standings=st.lists(STANDINGS, min_size=1, max_size=6), kind=st.sampled_from(["offer", "circular"]))
def test_what_the_dry_run_lists_is_exactly_what_is_sent(
    firm: Firm, ada: Membership, server: ScriptedServer, standings: list[dict[str, Any]], kind: str
) -> None:
    server.received.clear()
    with transaction.atomic():
        with use_firm(firm):
            begin(ada)
            for number, standing in enumerate(standings):
                stand(number, standing)
            run = dry_run(ada, of=template(kind))
            assert reasons(run) == {f"C{n}": expected(each, kind) for n, each in enumerate(standings)}
            listed = AudienceMember.objects.filter(run_id=run.pk, reason="").values_list("address", flat=True)
            wanted = sorted(listed)
            if wanted:
                generation.confirm(run, at=NOON)
            assert sorted(Communication.objects.values_list("address", flat=True)) == wanted
            services.send(Communication.objects.all(), by=ada, at=NOON)
        assert sent_by(firm, server.received) == wanted
        transaction.set_rollback(True)


def test_the_pages_from_the_choice_to_the_dry_run_and_the_distribution(
    firm: Firm, ada: Membership, browse: Browse
) -> None:
    with use_firm(firm):
        begin(ada)
        reachable_client("Anna")
        reachable_client("Muto", consent=None)
        offer = template()
    form = page(ada, "client-relations/generate/")
    assert "Lettera" in browse(ada).get(form).text
    made = browse(ada).post(form, {"template": offer.pk, "audience": "all"})
    with use_firm(firm):
        assert not Communication.objects.exists()
    shown = browse(ada).get(made.url)
    assert "1 di 2 clienti" in shown.text
    assert "anna@example.com" in shown.text
    left_out = browse(ada).get(f"{made.url}?reason=no_consent")
    assert "Muto" in left_out.text
    assert "anna@example.com" not in left_out.text
    browse(ada).post(f"{made.url}confirm/")
    listed = browse(ada).get(page(ada, "communications/?state=generated"))
    assert "Anna" in listed.text
    with use_firm(firm):
        row = Communication.objects.get()
    preview = browse(ada).get(page(ada, f"communications/{row.pk}/"))
    assert "Per Anna" in preview.text
    drawn = browse(ada).get(page(ada, f"communications/{row.pk}/page/"))
    assert "sandbox" in drawn.headers["Content-Security-Policy"]
    assert "Gentile Anna" in drawn.text
    # Somebody else's dry run, and a client whom the address does not name for this member, are not there.
    assert browse(ada).get(f"{form}?audience=client:{2**62}").status_code == 404


def test_nothing_is_generated_before_the_beginning(firm: Firm, ada: Membership, browse: Browse) -> None:
    with use_firm(firm):
        reachable_client("Anna")
        offer = template()
    refused = browse(ada).post(page(ada, "client-relations/generate/"), {"template": offer.pk, "audience": "all"})
    assert refused.context["form"].non_field_errors()
    with use_firm(firm):
        assert not CommunicationRun.objects.exists()
        assert not Profile.objects.filter(marketing_consent=False).exists()
    assert outbox.send_due(firm.pk) == 0
