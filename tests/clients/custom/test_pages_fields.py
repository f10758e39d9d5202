"""Pages: defining user fields, filling them in, and choosing which fields a form shows (STY-02, STY-10, O-50, O-51)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from clients import sheets
from clients.custom.definitions import definitions
from clients.custom.values import values_of
from clients.enums import CustomType, Sheet
from clients.models import Client, CustomField, ListEntry
from clients.services.sheets import hide_fields, set_default_fields
from tenants.binding import use_firm
from tenants.models import Membership
from tests.cast import page
from tests.clients.builders import new_client
from tests.clients.custom.test_fields import define, sports

Browse = Callable[..., Any]
ROWS = {
    f"{name}-{part}": "0" for name in ("emails", "phones", "addresses") for part in ("TOTAL_FORMS", "INITIAL_FORMS")
}


def inputs(html: str) -> set[str]:
    return set(re.findall(r'name="([\w.-]+)"', html))


def test_a_field_with_a_list_of_its_own_is_defined_on_one_page(browse: Browse, ada: Membership) -> None:
    answer = browse(ada).post(
        page(ada, "clients/fields/new/"),
        {
            "label": "Sport", "type": "choices", "list_name": "+", "entries": "Vela\n\nGolf\nVela", "form": "crm",
            "help_text": "Cosa gli piace", "in_mail": "on",
        },
    )  # fmt: skip

    assert answer.headers["Location"] == page(ada, "clients/fields/")
    with use_firm(ada.firm_id):
        field = definitions()["sport"]
        assert (field.type, field.list_name, field.form, field.required) == ("choices", "sport", "crm", False)
        assert list(ListEntry.objects.filter(list_name="sport").values_list("name", flat=True)) == ["Vela", "Golf"]
    shown = browse(ada).get(page(ada, "clients/fields/")).content.decode()
    assert "custom.sport" in shown
    assert "Più scelte da un elenco" in shown


def test_what_is_wrong_is_told_beside_its_field_and_leaves_nothing(browse: Browse, ada: Membership) -> None:
    address = page(ada, "clients/fields/new/")
    taken = {"label": "Gestione magazzino", "type": "choice", "list_name": "+", "entries": "A", "form": "both"}

    refused = browse(ada).post(address, taken)

    assert refused.status_code == 422
    assert "Questo nome è già" in refused.content.decode()
    with use_firm(ada.firm_id):
        assert not ListEntry.objects.filter(list_name="gestione_magazzino").exists(), "the list went with it"
    assert browse(ada).post(address, {**taken, "label": "Nuovo", "entries": ""}).status_code == 422
    assert browse(ada).post(address, {**taken, "label": "Nuovo", "list_name": ""}).status_code == 422


def test_a_field_is_moved_deactivated_and_deleted(browse: Browse, ada: Membership, alice: Membership) -> None:
    with use_firm(ada.firm_id):
        field = define("Hobby")
        first = CustomField.objects.order_by("position")[0]
    caller, address = browse(ada), page(ada, f"clients/fields/{field.pk}/")

    caller.post(f"{address}move/", {"direction": "up"})
    caller.post(f"{address}deactivate/")
    with use_firm(ada.firm_id):
        assert CustomField.objects.get(pk=field.pk).position == 3
        assert "hobby" not in definitions()
    caller.post(f"{address}activate/")
    caller.post(address, {"label": "Passatempo", "form": "both", "active": "on"})
    with use_firm(ada.firm_id):
        assert definitions()["hobby"].label == "Passatempo"
    caller.post(f"{address}delete/")
    with use_firm(ada.firm_id):
        assert not CustomField.objects.filter(pk=field.pk).exists()
    assert browse(alice).get(page(alice, "clients/fields/")).status_code == 403
    assert browse(alice).post(page(alice, f"clients/fields/{first.pk}/delete/")).status_code == 403


def test_every_type_is_filled_in_and_shown(browse: Browse, ada: Membership) -> None:
    with use_firm(ada.firm_id):
        entries = sports()
        for kind in CustomType:
            define(f"Un {kind}", kind, list_name="sport")
    typed = {
        "text": "Vela", "number": "1.234,5", "money": "-12,30", "date": "2026-02-28", "boolean": "false",
        "choice": entries[0].pk, "choices": [entries[0].pk, entries[2].pk],
    }  # fmt: skip
    body = {"kind": "person", "last_name": "Rossi", **ROWS, **{f"custom-un_{kind}": it for kind, it in typed.items()}}

    answer = browse(ada).post(page(ada, "clients/new/"), body)

    assert answer.status_code == 302, answer.content.decode()
    with use_firm(ada.firm_id):
        client = Client.objects.get()
        kept = values_of([client.pk])[client.pk]
        assert [kept[f"un_{kind}"] for kind in typed] == [
            "Vela", Decimal("1234.5"), Decimal("-12.30"), date(2026, 2, 28), False, entries[0],
            [entries[0], entries[2]],
        ]  # fmt: skip
    form = browse(ada).get(page(ada, f"clients/{client.pk}/edit/")).content.decode()
    assert 'value="1.234,5"' in form
    assert 'value="2026-02-28"' in form
    shown = browse(ada).get(page(ada, f"clients/{client.pk}/profile/")).content.decode()
    for words in ("Campi utente", "Un number", "1.234,5", "-12,30", "28/02/2026", "C, A"):
        assert words in shown, words
    # Saved again as it stands: nothing changes.
    again = browse(ada).post(page(ada, f"clients/{client.pk}/edit/"), {**body, "version": "1"})
    assert again.status_code == 302
    with use_firm(ada.firm_id):
        assert Client.objects.get().version == 1


def test_what_the_service_refuses_stands_beside_the_field(browse: Browse, ada: Membership) -> None:
    with use_firm(ada.firm_id):
        define("Figli", "number", required=True)
    body = {"kind": "person", "last_name": "Rossi", **ROWS}

    missing = browse(ada).post(page(ada, "clients/new/"), body)
    wrong = browse(ada).post(page(ada, "clients/new/"), {**body, "custom-figli": "molti"})
    large = browse(ada).post(page(ada, "clients/new/"), {**body, "custom-figli": "9" * 14})

    assert [answer.status_code for answer in (missing, wrong, large)] == [422] * 3
    assert "“molti” non è un numero" in wrong.content.decode()
    assert "fuori dai limiti" in large.content.decode()


def test_two_forms_over_one_record(browse: Browse, ada: Membership) -> None:
    with use_firm(ada.firm_id):
        client = new_client(by=ada, tax_code="RSSMRA85T10A562S", notes="Da non perdere")
        define("Solo CRM", form="crm")
        define("Solo amministrativo", form="administrative")
    address = page(ada, f"clients/{client.pk}/edit/")

    everything, administrative, crm = (
        inputs(browse(ada).get(f"{address}?sheet={sheet}").content.decode()) for sheet in Sheet.values
    )

    assert everything >= administrative | crm
    assert {"tax_code", "custom-solo_amministrativo"} <= administrative - crm
    assert {"notes", "custom-solo_crm"} <= crm - administrative
    assert {"last_name", "advisor", "custom-gestione_magazzino"} <= crm & administrative
    # What the form does not have is not touched by sending it, whatever else is sent.
    body = {"kind": "person", "last_name": "Bianchi", "notes": "", "version": "1", **ROWS}
    assert browse(ada).post(f"{address}?sheet=administrative", body).status_code == 302
    with use_firm(ada.firm_id):
        kept = Client.objects.select_related("profile").get()
        assert (kept.last_name, kept.tax_code, kept.profile.notes) == ("Bianchi", "", "Da non perdere")


def test_a_member_hides_fields_from_himself_and_their_data_stays(
    browse: Browse, ada: Membership, alice: Membership, api: Callable[..., Any]
) -> None:
    with use_firm(ada.firm_id):
        client = new_client(advisor=alice, tax_code="RSSMRA85T10A562S", custom={"gestione_magazzino": True})
        define("Obbligo", required=True)
        names = [*"abc"]
        hide_fields(alice, Sheet.COMPLETE, names)
    chooser = page(alice, "clients/form/complete/fields/")
    shown = re.findall(r'name="shown" value="([\w.]+)"', browse(alice).get(chooser).content.decode())
    assert {"tax_code", "emails", "custom.gestione_magazzino"} <= set(shown)
    assert {"last_name", "custom.obbligo"} & set(shown) == set(), "required ones cannot be hidden"

    rest = [name for name in shown if name not in {"tax_code", "emails", "custom.gestione_magazzino"}]
    saved = browse(alice).post(chooser, {"shown": rest, "for_whom": "me", "next": page(alice, "clients/")})

    assert saved.headers["Location"] == page(alice, "clients/")
    address = f"clients/{client.pk}/edit/"
    hers = inputs(browse(alice).get(page(alice, address)).content.decode())
    assert {"tax_code", "emails-TOTAL_FORMS", "custom-gestione_magazzino"} & hers == set()
    assert {"tax_code", "custom-gestione_magazzino"} <= inputs(browse(ada).get(page(ada, address)).content.decode())
    body = {"kind": "person", "last_name": "Rossi", "first_name": "Ugo", "version": "1", "custom-obbligo": "x", **ROWS}
    assert browse(alice).post(page(alice, address), {**body, "advisor": alice.pk}).status_code == 302
    record = api(alice).get(f"/api/v1/clients/{client.pk}/").json()
    assert (record["first_name"], record["tax_code"]) == ("Ugo", "RSSMRA85T10A562S")
    assert record["custom"]["gestione_magazzino"] is True
    profile = browse(alice).get(page(alice, f"clients/{client.pk}/profile/")).content.decode()
    assert "Gestione magazzino" not in profile
    browse(alice).post(chooser, {"for_whom": "as_the_firm"})
    assert "tax_code" in inputs(browse(alice).get(page(alice, address)).content.decode())


def test_the_firm_sets_what_everybody_sees_who_has_not_chosen(
    browse: Browse, ada: Membership, alice: Membership, bob: Membership
) -> None:
    with use_firm(ada.firm_id):
        hide_fields(bob, Sheet.CRM, [])
    chooser = page(ada, "clients/form/crm/fields/")

    browse(ada).post(chooser, {"shown": ["advisor"], "for_whom": "everybody"})

    with use_firm(ada.firm_id):
        assert {"aum", "labels", "phones"} <= sheets.hidden(alice, Sheet.CRM)
        assert "advisor" not in sheets.hidden(alice, Sheet.CRM)
        assert sheets.hidden(bob, Sheet.CRM) == frozenset()
        assert sheets.hidden(alice, Sheet.ADMINISTRATIVE) == frozenset()
    browse(alice).post(page(alice, "clients/form/crm/fields/"), {"shown": [], "for_whom": "everybody"})
    with use_firm(ada.firm_id):
        assert "advisor" not in sheets.hidden(bob, Sheet.CRM), "only who configures the firm speaks for everybody"


def test_who_enters_a_client_sees_him_even_when_the_advisor_is_hidden(browse: Browse, alice: Membership) -> None:
    with use_firm(alice.firm_id):
        set_default_fields(Sheet.COMPLETE, ["advisor"], by=alice)
    body = {"kind": "person", "last_name": "Rossi", **ROWS}

    assert browse(alice).post(page(alice, "clients/new/"), body).status_code == 302

    with use_firm(alice.firm_id):
        assert Client.objects.get().advisor == alice
