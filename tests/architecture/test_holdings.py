"""Nothing names a client unless merge, dossier, erasure and the undo of an import know of it (architecture.md 1.5)."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import models

from clients.holdings import Holding, OnErasure, OnMerge, holdings
from clients.models import Client, Profile
from tests.architecture.catalog import firm_models

# Columns that hold what people write, or what is written about them.
TELLING = (models.CharField, models.TextField, models.JSONField, models.BinaryField, models.FileField)


def references() -> Iterator[str]:
    """Every field that names a client, by a key or only by his number."""
    for model in firm_models():
        for field in model._meta.concrete_fields:
            by_key = field.related_model is Client
            by_number = field.related_model is None and re.search(r"(^|_)(client|company)_ids?$", field.attname)
            if by_key or by_number:
                yield f"{model._meta.label_lower}.{field.name}"


def test_every_reference_to_a_client_is_registered() -> None:
    found = set(references())
    print(f"references to a client: {len(found)}")  # noqa: T201 - how many cases were derived

    assert found - set(holdings()) == set(), "say what becomes of them: clients/holdings.py"
    assert set(holdings()) - found == set(), "these name nobody any more"
    assert len(found) > 10


def test_a_reference_that_nobody_registered_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    holding = holdings()["clients.email.client"]
    monkeypatch.setattr("clients.holdings._holdings", {})

    assert holding.name in set(references()) - set(holdings())


@pytest.mark.parametrize("holding", holdings().values(), ids=lambda holding: holding.name)
def test_an_entry_names_fields_that_there_are(holding: Holding) -> None:
    names = [*holding.once, *holding.hidden, *holding.emptied, *holding.harmless]
    if holding.retention is not None:
        names.append(holding.since)
    known = {name for field in holding.model._meta.concrete_fields for name in (field.name, field.attname)}

    assert [name for name in names if name not in known] == []
    assert holding.label or not holding.in_dossier, "the dossier needs a heading"


@pytest.mark.parametrize("holding", holdings().values(), ids=lambda holding: holding.name)
def test_erasure_leaves_no_text_of_which_nobody_thought(holding: Holding) -> None:
    """A row that outlives its person must say of each column that can tell something: emptied, or harmless."""
    if holding.on_erasure not in (OnErasure.EMPTY, OnErasure.KEEP):
        return
    judged = {*holding.emptied, *holding.harmless}
    telling: list[Any] = [field for field in holding.model._meta.concrete_fields if isinstance(field, TELLING)]

    assert [field.name for field in telling if not field.choices and field.name not in judged] == []


@pytest.mark.parametrize("holding", holdings().values(), ids=lambda holding: holding.name)
def test_what_moves_cannot_collide(holding: Holding) -> None:
    """Whatever the table allows only once for a client is said in ``once``."""
    if holding.on_merge not in (OnMerge.MOVE, OnMerge.COPY):
        return
    unique = [
        set(rule.fields)
        for rule in holding.model._meta.constraints
        if isinstance(rule, models.UniqueConstraint) and holding.field in rule.fields
    ]
    others = [fields - {"firm", holding.field, "position"} for fields in unique]
    if holding.model is Profile:
        return

    assert [fields for fields in others if fields and not set(holding.once) & fields] == []
    if any(fields == {"firm", holding.field} for fields in unique):
        assert holding.once
