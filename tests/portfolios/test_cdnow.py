"""69,659 real purchases of 23,570 customers, imported: the numbers of domain 10.6, and an independent computation."""

import gzip
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from statistics import fmean
from typing import BinaryIO

import pytest

from portfolios import levels, scoring
from portfolios.models import Score, Typology
from portfolios.sale_files.kind import SALES
from tenants.models import Firm
from tests.portfolios import oracle
from tests.portfolios.ledger import Purchase, scores, stored_customers
from tests.portfolios.oracle import Measures
from tests.shared_data import shared_data

TODAY = date(1998, 6, 30)
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
RECENCY, FREQUENCY = [30, 90, 180, 365], [1, 2, 4, 8]
MONETARY = [Decimal(amount) for amount in ("20.00", "50.00", "100.00", "500.00")]


@pytest.fixture(scope="module")
def purchases() -> Sequence[Purchase]:
    text = gzip.decompress(shared_data("cdnow", "CDNOW_master.txt.gz").read_bytes()).decode("ascii")
    rows = (line.split() for line in text.splitlines() if line.strip() and line.split()[0].isdigit())
    return [(row[0], datetime.strptime(row[1], "%Y%m%d").date(), Decimal(row[-1])) for row in rows]  # noqa: DTZ007


@pytest.fixture
def first(bound: Firm) -> Typology:
    typology = Typology.objects.get(position=1)
    typology.recency_thresholds, typology.frequency_thresholds = RECENCY, FREQUENCY
    typology.monetary_thresholds = MONETARY
    typology.save()
    return typology


def test_the_reference_numbers_of_cdnow(purchases: Sequence[Purchase], first: Typology) -> None:
    ids = stored_customers(purchases)
    assert (len(purchases), len(ids)) == (69_659, 23_570)

    job = SALES.import_file(as_file(purchases), name="cdnow.csv", mapping=None, dry_run=False, by=None, at=AT)

    assert (job.created, job.updated, job.skipped, job.error_count) == (69_659, 0, 0, 0)
    first.refresh_from_db()
    assert first.is_automatic
    assert first_measured() == len(ids), "whoever has a sale is measured at once, as of the day of the import"
    scoring.score(first, today=TODAY)

    found = scores(TODAY)
    measured = [measures for measures, _levels in found.values()]
    days = [measures.recency for measures in measured if measures.recency is not None]
    assert (min(days), max(days), round(fmean(days), 2)) == (0, 545, 367.22)
    frequency = Counter(measures.frequency for measures in measured)
    assert (frequency[0], len(measured) - frequency[0]) == (15_238, 8_332)
    assert (sum(n * clients for n, clients in frequency.items()), max(frequency)) == (28_131, 168)
    assert [frequency[n] for n in range(1, 6)] == [3_169, 1_748, 1_062, 668, 426]
    assert sum(measures.monetary for measures in measured) == Decimal("1069356.50")
    assert max(measures.monetary for measures in measured) == Decimal("6967.76")
    by_level = Counter(own[0] for _measures, own in found.values())
    assert [by_level[level] for level in (5, 4, 3, 2, 1)] == [1_554, 1_763, 2_057, 2_976, 15_220]
    assert {customer: found[ids[customer]][0] for customer in ("00003", "00004", "00111", "00001")} == {
        "00003": Measures(33, 3, Decimal("95.40")),
        "00004": Measures(200, 2, Decimal("41.44")),
        "00111": Measures(10, 10, Decimal("673.90")),
        "00001": Measures(545, 0, Decimal("0.00")),
    }
    every = oracle.measures(purchases, TODAY)
    assert found == {
        ids[customer]: (
            own,
            (
                oracle.inverted(own.recency, RECENCY),
                oracle.level(own.frequency, FREQUENCY),
                oracle.level(own.monetary, MONETARY),
            ),
        )
        for customer, own in every.items()
    }


def as_file(purchases: Sequence[Purchase]) -> BinaryIO:
    """As the customer's own programs would export it."""
    lines = (f"{customer};{day:%d/%m/%Y};{amount}\n" for customer, day, amount in purchases)
    return BytesIO(("Cliente;Data;Importo\n" + "".join(lines)).encode())


def first_measured() -> int:
    return Score.objects.filter(position=1, last_sale_on__isnull=False).count()


def test_the_reference_quantiles_of_cdnow(purchases: Sequence[Purchase]) -> None:
    every = oracle.measures(purchases, TODAY)
    days = sorted(Counter(own.recency for own in every.values() if own.recency is not None).items())
    cuts = levels.suggest(days, 5)
    assert cuts == [141, 432, 485, 512]
    assert levels.counts(days, cuts, inverted=True)[::-1] == [4_719, 4_720, 4_844, 4_748, 4_539]
    life = sorted(Counter(Counter(customer for customer, _day, _amount in purchases).values()).items())
    assert levels.suggest(life, 5) == [1, 1, 2, 4]
    year = sorted(Counter(own.frequency for own in every.values()).items())
    assert levels.suggest(year, 5) == [0, 0, 0, 2]


def test_the_independent_computation_notices_another_year(purchases: Sequence[Purchase]) -> None:
    """An oracle that agrees with anything would show nothing: a window of one day less gives other numbers."""
    shorter = oracle.measures(purchases, date(1998, 7, 1))
    assert sum(own.frequency for own in shorter.values()) != 28_131
