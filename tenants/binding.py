"""Which firm the running code works for, and how the database is told.

The firm is bound for one transaction only, by ``SET LOCAL``: a pooled or persistent connection can never carry it
into somebody else's request (architecture.md section 2).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, TypeVar, cast
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.utils import timezone
from psycopg2.extensions import TRANSACTION_STATUS_INERROR

from tenants.feed import notes

if TYPE_CHECKING:
    from tenants.models import Firm


Found = TypeVar("Found")


class NoFirmBoundError(RuntimeError):
    """A firm-owned table was used while no firm was bound: a mistake of the caller, never an empty answer."""


@dataclass
class _Binding:
    firm_id: int
    firm: Firm | None
    memory: dict[str, Any] = field(default_factory=dict)


_current: ContextVar[_Binding | None] = ContextVar("bound_firm", default=None)


def bound_firm_id() -> int:
    """The id of the bound firm. Raises NoFirmBoundError when there is none."""
    binding = _current.get()
    if binding is None:
        raise NoFirmBoundError("No firm is bound: wrap the work in use_firm(firm).")
    return binding.firm_id


def bound_firm() -> Firm:
    """The bound firm's row, read once per binding. Raises NoFirmBoundError."""
    from tenants.models import Firm  # noqa: PLC0415 - models import this module

    firm_id = bound_firm_id()
    binding = _current.get()
    if binding is None:
        raise NoFirmBoundError
    if binding.firm is None:
        binding.firm = Firm.objects.get(pk=firm_id)
    return binding.firm


def is_firm_bound() -> bool:
    return _current.get() is not None


def remembered(name: str, find: Callable[[], Found]) -> Found:
    """What ``find`` gives for the bound firm, asked once for each binding.

    It is kept with the binding, so it ends with the transaction and can never be another firm's.
    """
    bound_firm_id()
    memory = cast("_Binding", _current.get()).memory
    if name not in memory:
        memory[name] = find()
    return cast("Found", memory[name])


def forget(name: str) -> None:
    """Find it anew the next time: whoever changes what is remembered calls this."""
    bound_firm_id()
    cast("_Binding", _current.get()).memory.pop(name, None)


@contextmanager
def use_firm(firm: Firm | int) -> Iterator[None]:
    """Bind ``firm`` for the duration of the block, which is one transaction (or a savepoint of the outer one)."""
    firm_id = firm if isinstance(firm, int) else firm.pk
    binding = _Binding(int(firm_id), None if isinstance(firm, int) else firm)
    outer, within_another = _current.get(), connection.in_atomic_block
    if outer is not None and outer.firm_id == binding.firm_id:
        binding.memory = outer.memory
    with transaction.atomic():
        token = _current.set(binding)
        try:
            _tell_database(binding)
            yield
            if (outer is None or outer.firm_id != binding.firm_id) and not connection.needs_rollback:
                notes.write(binding.firm_id)
        except BaseException:
            # What was found may have been rolled back with the block.
            binding.memory.clear()
            raise
        finally:
            _current.reset(token)
            # Where the transaction is ours its end takes the setting away.
            if within_another:
                _restore(outer)


def on_commit_in_firm(work: Callable[[], object]) -> None:
    """Run ``work`` after the commit with the same firm bound again: by then ``SET LOCAL`` has ended."""
    firm_id = bound_firm_id()

    def bound_work() -> None:
        with use_firm(firm_id):
            work()

    transaction.on_commit(bound_work)


def local_now(firm: Firm, *, at: datetime | None = None) -> datetime:
    """``at`` (default: the clock) in the firm's zone (XCT-06)."""
    return (at or timezone.now()).astimezone(ZoneInfo(firm.time_zone))


def local_today(firm: Firm, *, at: datetime | None = None) -> date:
    """The firm's local date (XCT-06); ``date.today()`` is never right in a product with many zones."""
    return local_now(firm, at=at).date()


def _tell_database(binding: _Binding | None) -> None:
    if not connection.in_atomic_block:
        raise NoFirmBoundError("use_firm must run inside a transaction: SET LOCAL in autocommit is silently lost.")
    value = str(binding.firm_id) if binding else ""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL app.firm_id = %s", [value])


def _restore(outer: _Binding | None) -> None:
    """Give the surrounding block its firm back; RELEASE SAVEPOINT would keep the inner one."""
    if connection.in_atomic_block and not connection.needs_rollback and not _transaction_failed():
        _tell_database(outer)


def _transaction_failed() -> bool:
    """Whether PostgreSQL refuses further statements until a rollback (which restores the setting by itself)."""
    raw = connection.connection
    return raw is None or raw.closed != 0 or raw.info.transaction_status == TRANSACTION_STATUS_INERROR
