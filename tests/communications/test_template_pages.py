"""The pages and the API of templates: a palette, a preview under a policy of its own, and nothing typed is lost."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.test import Client as Browser

from communications import services
from communications.models import CommunicationTemplate, MailTemplate
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.cast import page
from tests.clients.builders import new_client
from tests.communications.making import service

pytestmark = pytest.mark.django_db
Browse = Callable[[Membership], Browser]
Api = Callable[..., Any]
WRITTEN = {
    "name": "Mio",
    "kind": "offer",
    "subject": "Per {{ client.full_name }}",
    "body": "Gentile {{ client.full_name }}",
}


def made(firm: Firm, **given: Any) -> CommunicationTemplate:
    with use_firm(firm):
        details = services.TemplateDetails(**{"name": "Mio", "subject": "S", "body": "B", **given})
        return services.create_template(details, by=None)


def texts() -> list[dict[str, Any]]:
    return list(CommunicationTemplate.objects.values("name", "subject", "body", "opportunity_id", "position"))


def frames() -> list[dict[str, Any]]:
    return list(MailTemplate.objects.values("name", "header", "closing", "footer", "in_force"))


def test_a_firm_that_was_there_before_receives_the_same_texts(firm: Firm) -> None:
    migration = import_module("communications.migrations.0006_supplied_templates")
    with use_firm(firm):
        before = texts(), frames()
        CommunicationTemplate.objects.all().delete()
        MailTemplate.objects.all().delete()
        migration.load(apps, None)
        assert (texts(), frames()) == before


def test_letters_that_came_before_their_services_receive_them(firm: Firm) -> None:
    migration = import_module("communications.migrations.0011_soft_bounces")
    with use_firm(firm):
        before = texts()
        CommunicationTemplate.objects.filter(is_supplied=True).update(opportunity=None)
        CommunicationTemplate.objects.create(name="Mia offerta", kind="offer", subject="S", body="B")
        migration.tie(apps, None)
        assert [row for row in texts() if row["name"] != "Mia offerta"] == before
        assert CommunicationTemplate.objects.get(name="Mia offerta").opportunity is None


def test_a_template_is_copied_changed_and_the_mistake_is_named_without_losing_a_word(
    firm: Firm, ada: Membership, browse: Browse
) -> None:
    browser = browse(ada)
    with use_firm(firm):
        supplied = CommunicationTemplate.objects.get(opportunity__key="ltc")
    listed = browser.get(page(ada, "settings/templates/")).content.decode()
    assert "Polizza LTC, non autosufficienza" in listed
    copied = browser.post(page(ada, f"settings/templates/{supplied.pk}/duplicate/"))
    editor = copied["Location"]
    body = "Prima riga\n\nCiao {{ client.nikname }} e {% for x in y %}"

    refused = browser.post(editor, {**WRITTEN, "body": body, "version": "1"})

    assert refused.status_code == 422
    told = refused.content.decode()
    assert "client.nikname" in told
    assert "Riga 3" in told
    assert "Prima riga" in told
    assert refused.context["form"].errors["body"].as_data()[0].code == "unknown_placeholder"
    assert browser.post(editor, {**WRITTEN, "version": "1", "active": "on"}).status_code == 302
    with use_firm(firm):
        assert CommunicationTemplate.objects.get(name="Mio").body == WRITTEN["body"]
    stale = browser.post(editor, {**WRITTEN, "name": "Tuo", "version": "1"})
    assert stale.context["form"].non_field_errors().as_data()[0].code == "stale"


def test_without_a_script_a_placeholder_is_put_at_the_end_and_nothing_is_saved(
    firm: Firm, ada: Membership, browse: Browse
) -> None:
    own = made(firm)

    answer = browse(ada).post(page(ada, f"settings/templates/{own.pk}/"), {**WRITTEN, "insert": "client.name"})

    assert answer.context["form"]["body"].value() == "Gentile {{ client.full_name }} {{ client.name }}"
    assert answer.context["form"]["name"].value() == "Mio"
    with use_firm(firm):
        assert CommunicationTemplate.objects.get(pk=own.pk).body == "B"


def test_the_preview_is_of_a_real_client_and_may_run_and_fetch_nothing(
    firm: Firm, ada: Membership, alice: Membership, browse: Browse
) -> None:
    with use_firm(firm):
        new_client("Rossi", first_name="<b>Anna", advisor=alice)
        new_client("Bianchi", first_name="Ugo", advisor=alice)
    browser, address = browse(ada), page(ada, "settings/templates/preview/")
    typed = {
        "kind": "offer",
        "subject": "S {{ client.first_name }}",
        "body": "<script>x</script> {{ client.full_name }}",
    }

    shown = browser.post(address, {**typed, "client": "rossi", "look": "light"})

    policy = shown["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in policy, "which browsers heed instead of X-Frame-Options"
    assert "sandbox" in policy
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    told = shown.content.decode()
    assert "&lt;b&gt;Anna Rossi" in told
    assert "<b>Anna" not in told
    assert "<script" not in told
    assert "prefers-color-scheme" not in told
    assert "Ugo Bianchi" in browser.post(address, {**typed, "look": "text"}).content.decode()
    wrong = browser.post(address, {**typed, "body": "{{ client.nikname }}"}).content.decode()
    assert "client.nikname" in wrong
    assert "frame-src 'self'" in browser.get(page(ada, "settings/templates/new/"))["Content-Security-Policy"]
    assert browser.get(address).status_code == 405


def test_the_frame_in_force_is_changed_and_undone_on_the_page(firm: Firm, ada: Membership, browse: Browse) -> None:
    browser = browse(ada)
    fields = {"name": "Nuovo", "colour": "teal", "header": "{{ firm.name }}", "closing": "Ciao", "footer": "x"}
    refused = browser.post(page(ada, "settings/mail-templates/new/"), {**fields, "footer": "{{ opportunity.name }}"})
    assert refused.context["form"].errors["footer"].as_data()[0].code == "unknown_placeholder"
    assert browser.post(page(ada, "settings/mail-templates/new/"), fields).status_code == 302
    with use_firm(firm):
        own, supplied = MailTemplate.objects.get(name="Nuovo"), MailTemplate.objects.get(is_supplied=True)
    assert "Ciao" in browser.get(page(ada, f"settings/mail-templates/{own.pk}/preview/?look=text")).content.decode()

    browser.post(page(ada, f"settings/mail-templates/{own.pk}/in-force/"))
    browser.post(page(ada, f"settings/mail-templates/{own.pk}/delete/"))
    with use_firm(firm):
        assert MailTemplate.objects.get(in_force=True) == own
    browser.post(page(ada, f"settings/mail-templates/{supplied.pk}/in-force/"))
    browser.post(page(ada, f"settings/mail-templates/{own.pk}/delete/"))
    with use_firm(firm):
        assert MailTemplate.objects.get() == supplied


def test_the_api_keeps_copies_previews_and_refuses_by_field(
    firm: Firm, ada: Membership, alice: Membership, mara: Membership, api: Api
) -> None:
    with use_firm(firm):
        client, offered = new_client("Rossi", first_name="Anna", advisor=alice), service()
        foreign = new_client("Verdi", advisor=ada)
    root = "/api/v1/templates/"
    sent = {**WRITTEN, "opportunity": offered.pk}
    made_row = api(ada).post(root, sent).json()
    refused = api(ada).post(root, {**sent, "name": "x", "body": "a\n{{ client.nikname }}"}).json()
    assert [(error["field"], error["code"]) for error in refused["errors"]] == [("body", "unknown_placeholder")]

    shown = api(alice).post(f"{root}{made_row['id']}/preview/", {"client": client.pk}).json()
    assert (shown["subject"], shown["text"].splitlines()[2]) == ("Per Anna Rossi", "Gentile Anna Rossi")
    assert api(alice).post(f"{root}{made_row['id']}/preview/", {"client": foreign.pk}).status_code == 404
    copy = api(ada).post(f"{root}{made_row['id']}/duplicate/", {})
    assert copy.status_code == 201
    assert api(ada).patch(f"{root}{copy.json()['id']}/", {"subject": "Altro"}).json()["subject"] == "Altro"
    supplied = api(ada).get(root).json()["results"][0]
    assert api(ada).patch(f"{root}{supplied['id']}/", {"subject": "Altro"}).json()["errors"][0]["code"] == "supplied"
    assert api(ada).patch(f"{root}{supplied['id']}/", {"active": False}).json()["active"] is False
    assert len(api(ada).get(f"{root}placeholders/").json()) > 80
    assert api(alice).post(root, sent).status_code == 403
    assert api(mara).get(f"{root}{made_row['id']}/").status_code == 404
    [frame] = api(ada).get("/api/v1/mail-templates/").json()["results"]
    own = api(ada).post(f"/api/v1/mail-templates/{frame['id']}/duplicate/", {}).json()
    assert api(ada).post(f"/api/v1/mail-templates/{own['id']}/in-force/", {}).json()["in_force"] is True
    assert api(ada).delete(f"/api/v1/mail-templates/{own['id']}/").status_code == 400


def test_only_who_configures_writes_templates(firm: Firm, alice: Membership, mara: Membership, browse: Browse) -> None:
    own = made(firm)

    for path in ("", "new/", f"{own.pk}/", f"{own.pk}/preview/"):
        assert browse(alice).get(page(alice, f"settings/templates/{path}")).status_code == 403
    assert browse(mara).get(page(mara, f"settings/templates/{own.pk}/")).status_code == 404
