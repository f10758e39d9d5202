"""What may be asked before a firm is bound: a few definer functions in the database, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection


@dataclass(frozen=True)
class FirmOfUser:
    firm_id: int
    slug: str
    name: str
    membership_id: int
    role: str


def firms_of_user(user_id: int) -> list[FirmOfUser]:
    """The firms in which the user is an active member, by name."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT firm_id, slug, name, membership_id, role FROM app.firms_of_user(%s)", [user_id])
        return [FirmOfUser(*row) for row in cursor.fetchall()]


def all_firms() -> list[tuple[int, str]]:
    """Id and slug of every firm: for commands and the schedulers only."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT firm_id, slug FROM app.all_firms()")
        return [(int(firm_id), str(slug)) for firm_id, slug in cursor.fetchall()]


def log_in_doors(named: str) -> list[tuple[int, str]]:
    """Firm and key of the identity providers of the firm with this short name, or for addresses of this domain."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT firm_id, key FROM app.log_in_doors(%s)", [named])
        return [(int(firm_id), str(key)) for firm_id, key in cursor.fetchall()]


def reserve_firm_id() -> int:
    """The next firm's id, so that it can be bound before its row is inserted."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('tenants_firm', 'id'))")
        return int(cursor.fetchone()[0])
