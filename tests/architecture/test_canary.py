"""Every text of the other firm is a word that appears nowhere else; no page of this firm may show it."""

import pytest
from django.db import models
from django.db.models import F, Value
from django.db.models.functions import Cast, Concat, Left
from django.test import Client

from tenants import audit
from tenants.binding import use_firm
from tenants.models import AuditEvent, Membership
from tests.architecture.catalog import firm_models
from tests.architecture.examples import EXAMPLES
from tests.architecture.routes import pages
from tests.architecture.test_routes import address, example
from tests.cast import login, page

CANARY = "kanarie"
SHORTEST = 20
# Whose key says which supplied row it is; a row that somebody owns has none.
CODED = {"groups.View"}


def mark_every_text(word: str = CANARY, *, but: frozenset[str] = frozenset()) -> int:
    """Write the canary, or another word, into every free text of the bound firm, and say how many columns that were."""
    columns = 0
    for model in firm_models():
        if model is AuditEvent or isinstance(model._meta.pk, models.CompositePrimaryKey):
            continue
        for field in model._meta.concrete_fields:
            if isinstance(field, models.CharField | models.TextField) and _is_free(field) and field.name not in but:
                text = Concat(Value(word), Cast(F("pk"), models.TextField()), output_field=models.TextField())
                value = Left(text, field.max_length) if field.max_length else text
                columns += bool(model.objects.update(**{field.name: value}))
    return columns


def _is_free(field: models.Field[str, str]) -> bool:
    """Not a choice, not a code, not a part of the key."""
    is_code = field.model._meta.label in CODED and field.name == "key"
    return (
        not (field.choices or field.primary_key or field.name == "pk" or is_code)
        and (field.max_length or 99) >= SHORTEST
    )


@pytest.mark.django_db
def test_no_page_shows_a_word_of_another_firm(ada: Membership, mara: Membership) -> None:
    for made in EXAMPLES.values():
        with use_firm(mara.firm_id):
            made(mara)
    with use_firm(mara.firm_id):
        # The audit trail cannot be rewritten; but written.
        audit.record(CANARY, mara, by=mara, after={CANARY: CANARY})
        marked = mark_every_text()
    print(f"columns with a canary: {marked}")  # noqa: T201
    assert marked > 20

    assert CANARY in _body(login(Client(), mara), page(mara, "settings/members/")), "the canary can be seen at home"
    client = login(Client(), ada)
    for route in pages():
        assert CANARY not in _body(client, address(route, ada.firm.slug, example(route, ada))), route.name


def _body(client: Client, url: str) -> str:
    return client.get(url).getvalue().decode(errors="replace")
