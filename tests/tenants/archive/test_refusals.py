"""A broken or hostile archive is refused with a clear word, and nothing of it is there afterwards."""

import hashlib
import io
import json
from collections.abc import Callable
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from django.apps import apps
from django.utils import timezone

from tenants.archive import contents
from tenants.archive.layout import ArchiveRefused
from tenants.archive.reading import read_archive
from tenants.archive.writing import write_archive
from tenants.binding import use_firm
from tenants.models import FirmOwned, Membership, User
from tenants.unbound import all_firms
from tests.clients.builders import new_client

Files = dict[str, bytes]
MEMBERS, CLIENTS, TYPES = (
    f"tables/{name}.jsonl" for name in ("tenants.membership", "clients.client", "scheduling.appointmenttype")
)


@pytest.fixture
def files(ada: Membership) -> Files:
    """A sound archive, file by file."""
    out = io.BytesIO()
    with use_firm(ada.firm):
        new_client("Rossi", by=ada)
        write_archive(out, at=timezone.now())
    with ZipFile(out) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(files: Files, *, also: tuple[tuple[str, bytes], ...] = ()) -> io.BytesIO:
    out = io.BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for name, content in [*files.items(), *also]:
            archive.writestr(name, content)
    return out


def honest(files: Files) -> Files:
    """With a manifest that fits what was changed: whoever forges rows forges their hashes too."""
    manifest = json.loads(files["manifest.json"])
    for name, content in files.items():
        if name != "manifest.json":
            entry = manifest["entries"].setdefault(name, {"rows": 1})
            entry |= {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    return {**files, "manifest.json": json.dumps(manifest).encode()}


def with_first(files: Files, table: str, /, **values: Any) -> Files:
    """The first row of a table with other values."""
    first, *rest = files[table].decode().splitlines()
    row = json.dumps({**json.loads(first), **values})
    return honest({**files, table: "\n".join([row, *rest, ""]).encode()})


def manifest_with(files: Files, **values: Any) -> Files:
    return {**files, "manifest.json": json.dumps({**json.loads(files["manifest.json"]), **values}).encode()}


def twice(files: Files) -> Files:
    return honest({**files, CLIENTS: files[CLIENTS] * 2})


HOSTILE: dict[str, tuple[Callable[[Files], Files], str]] = {
    "no manifest": (lambda files: {CLIENTS: files[CLIENTS]}, "no manifest"),
    "manifest is no JSON": (lambda files: {**files, "manifest.json": b"{"}, "not a JSON document"),
    "another format": (lambda files: manifest_with(files, format="zip"), "does not describe"),
    "another version": (lambda files: manifest_with(files, schema={"tenants": "0001_initial"}), "another version"),
    "entries of another shape": (lambda files: manifest_with(files, entries={"a": 1}), "not complete"),
    "a firm of another shape": (lambda files: manifest_with(files, firm={"id": 1}), "a firm of this version"),
    "a zone that is none": (
        lambda files: manifest_with(files, firm={**json.loads(files["manifest.json"])["firm"], "time_zone": "Mars"}),
        "Mars",
    ),
    "changed content": (lambda files: {**files, CLIENTS: files[CLIENTS] + b"\n"}, "not what the manifest says"),
    "missing file": (lambda files: {name: files[name] for name in files if name != CLIENTS}, "not name the same"),
    "unknown table": (lambda files: honest({**files, "tables/clients.secret.jsonl": b""}), "no such table"),
    "a table that stays behind": (
        lambda files: honest({**files, "tables/tenants.apitoken.jsonl": b""}),
        "no such table",
    ),
    "a file of no attachment": (lambda files: honest({**files, "files/clients.client/1": b""}), "no such table"),
    "path upwards": (lambda files: honest({**files, "../../etc/cron.d/x": b"x"}), "no file of an archive"),
    "absolute path": (lambda files: honest({**files, "/etc/passwd": b"x"}), "no file of an archive"),
    "path inside a table's name": (lambda files: honest({**files, "tables/../x.jsonl": b"x"}), "no file of an archive"),
    "a bomb": (lambda files: honest({**files, CLIENTS: b" " * 60_000_000}), "times as large"),
    "no JSON in a table": (lambda files: honest({**files, CLIENTS: b"{\n"}), "not a JSON document"),
    "no object in a table": (lambda files: honest({**files, CLIENTS: b"[1]\n"}), "not a JSON object"),
    "nested without end": (lambda files: honest({**files, CLIENTS: b"[" * 100_000 + b"\n"}), "not a JSON document"),
    "an unknown column": (lambda files: with_first(files, CLIENTS, is_admin=True), "is not a column"),
    "the firm as a column": (lambda files: with_first(files, CLIENTS, firm_id=1), "is not a column"),
    "no id": (lambda files: with_first(files, CLIENTS, id="1"), "is no id"),
    "an id below zero": (lambda files: with_first(files, CLIENTS, id=-1), "is no id"),
    "an id twice": (twice, "twice"),
    "a row outside": (lambda files: with_first(files, CLIENTS, advisor_id=999_999_999), "not in the archive"),
    "a role that is none": (lambda files: with_first(files, MEMBERS, role="god"), "role cannot be"),
    "an address that is none": (lambda files: with_first(files, MEMBERS, user_id="nobody"), "tenants.membership"),
    "a person twice": (
        lambda files: honest(
            {**files, MEMBERS: files[MEMBERS] + files[MEMBERS].replace(b'"id":', b'"id":9', 1)},
        ),
        "tenants.membership",
    ),
    "a date that is none": (lambda files: with_first(files, CLIENTS, created_at="never"), "clients.client"),
    "an empty obligatory column": (lambda files: with_first(files, CLIENTS, name=None), "clients.client"),
    "a NUL": (lambda files: with_first(files, CLIENTS, name="a\0b"), "clients.client"),
    "too long": (lambda files: with_first(files, TYPES, name="x" * 5_000), "scheduling.appointmenttype"),
    "against a rule of the table": (lambda files: with_first(files, TYPES, duration_minutes=-5), "appointmenttype"),
    "a mark of no table": (
        lambda files: with_first(files, MEMBERS, preferences={"x": {"$id": ["tenants.user", 1]}}),
        "marks an id of no table",
    ),
}


def test_hostile_archives_are_refused_whole(files: Files) -> None:
    firms, users = all_firms(), User.objects.count()

    for name, (change, word) in HOSTILE.items():
        told = "nothing"
        try:
            read_archive(zipped(change(files)), slug="copia", at=timezone.now())
        except ArchiveRefused as refusal:
            told = str(refusal)
        assert word in told, name

    assert (all_firms(), User.objects.count()) == (firms, users)
    # The same archive unchanged is taken: otherwise the refusals would show nothing.
    made = read_archive(zipped(files), slug="copia", name="Copia", at=timezone.now())
    assert (made.firm.slug, made.firm.name, made.new_users) == ("copia", "Copia", 0)


def test_a_taken_name_a_file_twice_and_what_is_no_zip(files: Files) -> None:
    for content, word in ((zipped(files), "short name aurora is taken"), (io.BytesIO(b"x"), "no ZIP")):
        with pytest.raises(ArchiveRefused, match=word):
            read_archive(content, at=timezone.now())
    with pytest.warns(UserWarning, match="Duplicate"):
        double = zipped(files, also=((CLIENTS, b""),))
    with pytest.raises(ArchiveRefused, match="stands in the archive twice"):
        read_archive(double, slug="copia", at=timezone.now())


def test_people_of_an_archive_who_are_unknown_here_get_no_way_in(files: Files) -> None:
    made = read_archive(
        zipped(with_first(files, MEMBERS, user_id="Nuova@aurora.example")), slug="copia", at=timezone.now()
    )

    user = User.objects.get(email="nuova@aurora.example")
    assert (made.new_users, user.has_usable_password()) == (1, False)
    with use_firm(made.firm):
        assert Membership.objects.get().user_id == user.pk


def test_every_column_that_could_name_a_row_is_declared() -> None:
    """A new document, list or number would otherwise come along with the ids of the firm that it left."""
    tables = contents.tables()

    assert {table.label: table.undeclared for table in tables if table.undeclared} == {}


def test_what_stays_behind_is_named_rightly_and_can_be_missed() -> None:
    known = {model._meta.label for model in apps.get_models() if issubclass(model, FirmOwned)}
    assert set(contents.left_out()) <= known
    needed = [
        f"{table.label}.{column}"
        for table in contents.tables()
        for column in table.emptied
        if not next(field for field in table.fields if field.column == column).null
    ]
    assert needed == [], "a table that comes along cannot do without one that stays behind"


def test_no_secret_comes_along() -> None:
    """By their names: whoever adds one says here that it is none, or leaves its table behind."""
    harmless = {"scheduling.NightlyRun.lease_token", "communications.OutgoingMail.lease_token"}
    words = ("secret", "token", "password", "credential", "refresh", "api_key")
    columns = [f"{table.label}.{column}" for table in contents.tables() for column in table.columns]
    assert [name for name in columns if any(word in name.lower() for word in words) and name not in harmless] == []
