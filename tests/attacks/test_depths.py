"""What somebody could do who got past the front: in SQL, in the queue, by odd spellings of addresses (T9, T19, T31)."""

from __future__ import annotations

import pickle

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from kombu.exceptions import ContentDisallowed
from kombu.serialization import loads

from crm.celery import app
from tenants.binding import use_firm
from tenants.models import Membership
from tests.cast import login, page

# As if a statement had been injected: none of them is for the role of web and workers.
INJECTED = [
    "COPY (SELECT 1) TO PROGRAM 'id'",
    "COPY tenants_cacheentry FROM PROGRAM 'id'",
    "COPY tenants_cacheentry TO '/tmp/cadenza'",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT pg_ls_dir('.')",
    "SELECT lo_import('/etc/passwd')",
    "SELECT pg_reload_conf()",
    "SELECT set_config('log_statement', 'all', false)",
    "ALTER ROLE cadenza_app BYPASSRLS",
    "SET ROLE cadenza_owner",
    "SET ROLE cadenza_migrator",
    "SET SESSION AUTHORIZATION cadenza_migrator",
    "ALTER TABLE tenants_membership DISABLE ROW LEVEL SECURITY",
    "DROP POLICY tenants_membership_policy ON tenants_membership",
    "CREATE POLICY mine ON tenants_membership USING (true)",
    "TRUNCATE tenants_membership",
    "CREATE TABLE mine (id int)",
    "CREATE FUNCTION mine() RETURNS int LANGUAGE sql RETURN 1",
    "UPDATE tenants_auditevent SET action = 'nothing'",
    "DELETE FROM tenants_auditevent",
    "SELECT * FROM pg_authid",
    "DO LANGUAGE plpython3u 'import os'",
]


@pytest.mark.parametrize("statement", INJECTED)
def test_the_role_of_the_product_can_do_nothing_else(statement: str, ada: Membership) -> None:
    refused = pytest.raises(DatabaseError)
    with use_firm(ada.firm_id), refused as refusal, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

    told = str(refusal.value)
    assert any(words in told for words in ("permission denied", "must be owner", "must be superuser", "not exist"))


def test_a_pickled_message_is_no_task() -> None:
    body = pickle.dumps({"task": "tenants.tasks.forget_changes"})

    assert list(app.conf.accept_content) == ["json"]
    with pytest.raises(ContentDisallowed):
        loads(body, "application/x-python-serialize", "binary", accept=app.conf.accept_content)


def test_an_odd_spelling_of_an_address_opens_nothing(ada: Membership, mara: Membership) -> None:
    client = login(Client(), ada)
    known = page(ada, "settings/me/")
    assert client.get(known).status_code == 200
    odd = [
        "/" + known,
        known.replace("/f/", "/f//"),
        known.replace("/f/", "/%2F/f/"),
        known.replace("settings/", "settings%2F"),
        known.replace("settings/", "./settings/"),
        known.replace("settings/", "../" + mara.firm.slug + "/settings/"),
        known.replace("settings/", "..%2f" + mara.firm.slug + "/settings/"),
        known.replace("settings", "SETTINGS"),
        known + ";.css",
        known + "%00",
        known + ".json",
    ]

    for address in odd:
        answer = client.get("/", PATH_INFO=address, QUERY_STRING="")
        assert answer.status_code in (301, 302, 404), (address, answer.status_code)
        assert mara.firm.name not in answer.content.decode()
        assert ada.user.email not in answer.content.decode()
