"""Every text of a client's record has its folded copy beside it, whatever wrote it (docs/decisions/0005)."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module
from typing import Any

from django.db import connection, models
from django.utils import timezone

from clients.enums import ErasureGround
from clients.fields import FoldedField
from clients.filters.folding import fold
from clients.imports import jobs
from clients.models import Address, Client, ImportedRow, ImportRow, Profile
from clients.services.erasure import erase_client
from tenants.models import Firm, Membership
from tests.clients.imports.cast import clients, import_text
from tests.clients.imports.test_wizard import checked, imported, undone, work

MODELS: tuple[Any, ...] = (Client, Profile, Address)
TEXT = "Id;Fonte;Cognome;Nome;Nato a;PEC;Via;Documento;Numero;Orizzonte;Obiettivi;Note\n"
COLUMNS = {
    "Id": "external_id", "Fonte": "external_source", "Cognome": "last_name", "Nome": "first_name",
    "Nato a": "birth_place", "PEC": "pec", "Via": "street", "Documento": "document_type", "Numero": "document_number",
    "Orizzonte": "time_horizon", "Obiettivi": "objectives", "Note": "notes",
}  # fmt: skip
ROW = "K1;Però;Nicolò;D’Angelo;Forlì;Uno@PEC.it;Via Àlba 1;Patente;AB 12;Più di 5 anni;Casa, Università;Città\n"
LATER = "K1;Però;Niccolò;;Cesena;;Corso Ù 2;Passaporto;;;;È cambiato\n"


def copies(model: Any) -> list[FoldedField]:
    return [field for field in model._meta.concrete_fields if isinstance(field, FoldedField)]


def unfolded() -> list[tuple[str, str, str]]:
    """What stands beside a text and is not its folded form."""
    return [
        (field.name, getattr(row, field.of), getattr(row, field.name))
        for model in MODELS
        for row in model.objects.all()
        for field in copies(model)
        if getattr(row, field.name) != fold(getattr(row, field.of))
    ]


def test_every_text_of_the_record_has_one() -> None:
    for model in MODELS:
        texts = [field for field in model._meta.concrete_fields if type(field) in (models.CharField, models.TextField)]
        folded = {field.of for field in copies(model)}
        codes = {
            "tax_code",
            "vat_number",
            "iban",
            "postal_code",
            "province",
            "country",
            "external_source",
            "external_id",
        }
        assert {field.name for field in texts if not field.choices} - folded - codes == set(), model


def test_an_import_writes_them_and_its_undo_brings_the_old_ones_back(bound: Firm) -> None:
    imported(TEXT + ROW, columns=COLUMNS)
    [client] = clients()
    assert (client.last_name_key, client.first_name_key) == ("nicolo", "d'angelo")
    assert (client.profile.birth_place_key, client.profile.notes_key) == ("forli", "citta")
    assert unfolded() == []

    job = imported(TEXT + LATER, columns=COLUMNS)
    [client] = clients()
    assert (client.last_name_key, client.profile.birth_place_key) == ("niccolo", "cesena")
    assert unfolded() == []

    undone(job)
    [client] = clients()
    assert (client.last_name_key, client.profile.notes_key, client.addresses.get().street_key) == (
        "nicolo",
        "citta",
        "via alba 1",
    )
    assert unfolded() == []


def test_a_company_named_in_the_wrong_column_has_one_name(bound: Firm) -> None:
    import_text("Cognome;Tipo\nÀlfa Spa;company\n", None)

    [client] = clients()
    assert (client.company_name_key, client.last_name_key) == ("alfa spa", "")
    assert unfolded() == []


def test_an_undo_leaves_a_column_alone_that_is_younger_than_the_import(bound: Firm) -> None:
    imported(TEXT + ROW, columns=COLUMNS)
    job = imported(TEXT + LATER, columns=COLUMNS)
    for row in ImportedRow.objects.exclude(before=None):
        row.before = {name: value for name, value in row.before.items() if name not in ("sex", "iban")}
        row.save()
    Profile.objects.update(iban="IT60X0542811101000000123456")

    undone(job)

    [client] = clients()
    assert (client.profile.birth_place, client.profile.iban) == ("Forlì", "IT60X0542811101000000123456")


def test_rows_checked_before_a_text_got_its_copy_are_read_again(bound: Firm) -> None:
    job = checked(TEXT + ROW, columns=COLUMNS)
    for row in ImportRow.objects.filter(import_job=job):
        row.staged = row.staged.replace("\tcitta", "")  # the line as it was when notes had no folded copy
        row.save()

    jobs.start(job)
    done = work(job)

    assert (done.state, done.created) == ("done", 1)
    assert unfolded() == []


def test_an_erased_person_leaves_no_folded_copy(bound: Firm, ada: Membership) -> None:
    imported(TEXT + ROW, columns=COLUMNS)
    [client] = clients()

    erase_client(client, ground=ErasureGround.REQUEST, by=ada, at=timezone.now() + timedelta(days=1))

    left = {getattr(row, field.name) for model in MODELS for row in model.objects.all() for field in copies(model)} - {
        "",
        Client.objects.get().name_key,
    }
    assert left == set()


def test_the_migration_folds_what_is_there(bound: Firm) -> None:
    """As in a firm that has been at work since before: its clients, and what its imports have overwritten."""
    imported(TEXT + ROW, columns=COLUMNS)
    job = imported(TEXT + LATER, columns=COLUMNS)
    migration: Any = import_module("clients.migrations.0024_folded_texts")
    names = {f"{text}_key" for texts in migration.TEXTS.values() for text in texts}
    tables: dict[str, Any] = {"client": Client, "profile": Profile, "address": Address}
    for (model, _key), texts in migration.TEXTS.items():
        tables[model].objects.update(**{f"{text}_key": "" for text in texts})
    for row in ImportedRow.objects.exclude(before=None):
        row.before = {name: value for name, value in row.before.items() if name not in names}
        row.save()
    assert unfolded() != []

    migration.fill(None, type("Editor", (), {"connection": connection}))

    assert unfolded() == []
    undone(job)
    assert unfolded() == []
    assert clients()[0].profile.birth_place_key == "forli"
