"""What every measure works with: the data set, the way past row-level security, and a word to the person who waits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

from psycopg2.extensions import connection as Connection  # noqa: N812

from crm.bench.databases import admin_connection, use_database
from crm.bench.scale import Scale
from tenants.unbound import all_firms

Announce = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Bench:
    scale: Scale
    admin: Connection
    announce: Announce
    rounds: int = 3

    def firms(self) -> list[int]:
        """The largest first, as the dispatcher is to deal them."""
        return [firm_id for firm_id, _ in sorted(all_firms())]

    def execute(self, statements: str, given: dict[str, object] | None = None) -> None:
        """As the migrator, in a transaction of its own."""
        with self.admin.cursor() as cursor:
            cursor.execute(f"BEGIN; {statements.rstrip().rstrip(';')}; COMMIT", given)

    def tidy(self, *tables: str) -> None:
        """What autovacuum would do in time; it is off, so that it does not disturb."""
        with self.admin.cursor() as cursor:
            for table in tables:
                cursor.execute(f"VACUUM ANALYZE {table}")


@contextmanager
def other_scale(bench: Bench, scale: Scale) -> Iterator[Bench]:
    """For the block, this process works in the database of another scale."""
    use_database(scale, bench.announce)
    try:
        with closing(admin_connection()) as admin:
            yield Bench(scale, admin, bench.announce, bench.rounds)
    finally:
        use_database(bench.scale, bench.announce)
