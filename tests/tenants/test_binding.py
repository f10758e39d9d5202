"""Which firm the code works for, and what the database knows of it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from celery import Celery
from django.db import IntegrityError, connection, transaction

from tenants import services
from tenants.binding import (
    NoFirmBoundError,
    bound_firm,
    bound_firm_id,
    is_firm_bound,
    on_commit_in_firm,
    use_firm,
)
from tenants.enums import Role
from tenants.models import Firm, Membership
from tenants.tasks import FirmTask
from tests.cast import join


def told() -> str:
    """The firm that the database has been told."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('app.firm_id', true)")
        return cursor.fetchone()[0] or ""


def names() -> list[str]:
    return list(Membership.objects.order_by("name").values_list("name", flat=True))


def rename_and_fail(firm: Firm) -> None:
    with use_firm(firm):
        Membership.objects.update(name="X")
        raise RuntimeError


def test_a_query_is_built_without_a_firm_and_refuses_to_run_without_one(ada: Membership, firm: Firm) -> None:
    everybody = Membership.objects.all()

    with pytest.raises(NoFirmBoundError):
        list(everybody)
    for attempt in (everybody.count, everybody.exists, everybody.delete, lambda: everybody.update(name="X")):
        with pytest.raises(NoFirmBoundError), transaction.atomic():
            attempt()
    with pytest.raises(NoFirmBoundError):
        Membership(name="X")
    with use_firm(firm):
        assert list(everybody) == [ada]


def test_plain_sql_without_a_firm_sees_and_writes_nothing(ada: Membership) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM tenants_membership")
        assert cursor.fetchone() == (0,)
        cursor.execute("UPDATE tenants_membership SET name = 'X'")
        assert cursor.rowcount == 0


def test_the_inner_firm_ends_and_the_outer_one_returns(ada: Membership, carol: Membership) -> None:
    with use_firm(ada.firm):
        with use_firm(carol.firm):
            assert (names(), told()) == (["Carol Neri"], str(carol.firm_id))
        assert (names(), told(), bound_firm_id()) == (["Ada Ferri"], str(ada.firm_id), ada.firm_id)
    assert not is_firm_bound()
    assert told() == ""


def test_an_exception_in_the_inner_block_brings_the_outer_firm_back(ada: Membership, carol: Membership) -> None:
    with use_firm(ada.firm):
        with pytest.raises(RuntimeError):
            rename_and_fail(carol.firm)
        assert (names(), told()) == (["Ada Ferri"], str(ada.firm_id))
    with use_firm(carol.firm):
        assert names() == ["Carol Neri"]


def test_a_refusal_of_the_database_brings_the_outer_firm_back(ada: Membership, carol: Membership) -> None:
    with use_firm(ada.firm):
        with pytest.raises(IntegrityError), use_firm(carol.firm):
            Membership.objects.create(user=carol.user, name="twice", role=Role.ADVISOR)
        assert (names(), told()) == (["Ada Ferri"], str(ada.firm_id))


def test_a_savepoint_inside_the_block_changes_nothing(ada: Membership, carol: Membership) -> None:
    with use_firm(ada.firm):
        with transaction.atomic(), use_firm(carol.firm):
            transaction.set_rollback(True)
        with pytest.raises(RuntimeError), transaction.atomic():
            raise RuntimeError
        assert (names(), told()) == (["Ada Ferri"], str(ada.firm_id))


def test_the_row_of_the_firm_is_read_once(firm: Firm, django_assert_num_queries: object) -> None:
    with use_firm(firm.pk):
        first = bound_firm()
        assert bound_firm() is first
    with use_firm(firm):
        assert bound_firm() is firm


def test_a_row_cannot_move_to_another_firm(ada: Membership, other_firm: Firm) -> None:
    with use_firm(ada.firm):
        ada.firm_id = other_firm.pk
        with pytest.raises(Exception, match="row-level security"), transaction.atomic():
            ada.save()


@pytest.mark.django_db(transaction=True)
def test_the_setting_ends_with_the_transaction(firm: Firm) -> None:
    with use_firm(firm):
        assert told() == str(firm.pk)
    assert told() == ""
    with pytest.raises(RuntimeError), use_firm(firm):
        raise RuntimeError
    assert told() == ""


@pytest.mark.django_db(transaction=True)
def test_work_after_the_commit_finds_the_firm_bound(ada: Membership) -> None:
    seen: list[list[str]] = []
    with use_firm(ada.firm):
        on_commit_in_firm(lambda: seen.append(names()))
        assert seen == []
    assert seen == [["Ada Ferri"]]


@pytest.mark.django_db(transaction=True)
def test_use_firm_refuses_autocommit(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def nothing() -> Iterator[None]:
        yield

    monkeypatch.setattr(transaction, "atomic", nothing)
    with pytest.raises(NoFirmBoundError), use_firm(firm):
        pass
    assert not is_firm_bound()


@pytest.mark.django_db(transaction=True)
def test_threads_on_lasting_connections_never_mix(ada: Membership, carol: Membership) -> None:
    def work(number: int) -> list[str]:
        wrong = []
        firms = {ada.firm_id: ["Ada Ferri"], carol.firm_id: ["Carol Neri"]}
        for turn in range(25):
            mine, other = list(firms)[:: 1 if (number + turn) % 2 else -1]
            try:
                with use_firm(mine):
                    wrong += [f"{mine}"] * (names() != firms[mine])
                    if turn % 5 == 0:
                        with use_firm(other):
                            wrong += [f"{other}"] * (names() != firms[other])
                    if turn % 3 == 0:
                        raise RuntimeError  # noqa: TRY301 - the connection lives on
                    wrong += [f"{mine} again"] * (names() != firms[mine])
            except RuntimeError:
                continue
        connection.close()
        return wrong

    with ThreadPoolExecutor(4) as pool:
        assert [problem for found in pool.map(work, range(4)) for problem in found] == []


def test_a_task_binds_its_firm_and_refuses_to_run_without_one(ada: Membership) -> None:
    @Celery(set_as_current=False).task(base=FirmTask)
    def name_them(*, firm_id: int) -> list[str]:
        return names()

    assert name_them(firm_id=ada.firm_id) == ["Ada Ferri"]
    assert not is_firm_bound()
    with pytest.raises(NoFirmBoundError):
        name_them()


def test_a_failing_task_leaves_no_trace(ada: Membership) -> None:
    @Celery(set_as_current=False).task(base=FirmTask)
    def fail(*, firm_id: int) -> None:
        Membership.objects.update(name="X")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        fail(firm_id=ada.firm_id)
    with use_firm(ada.firm):
        assert names() == ["Ada Ferri"]


def test_joins_stay_within_the_firm(ada: Membership) -> None:
    with use_firm(ada.firm):
        token = services.create_token(ada, name="x", scopes=["read"], by=ada).row
        statement = str(type(token).objects.select_related("member").query)
        assert '"tenants_membership"."firm_id" = ("tenants_apitoken"."firm_id")' in statement
        assert join(ada.firm, "new@aurora.example", "New", Role.ADVISOR) in Membership.objects.filter(tokens=None)
