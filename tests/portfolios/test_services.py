"""Typologies, portfolios, subjects, sales, values and links through the services that every door uses."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from clients.models import ChangedClient, Client
from clients.services import create_client
from portfolios import services
from portfolios.models import Link, Portfolio, Sale, Score, Typology
from portfolios.services import Refused, SaleDetails
from tenants.binding import use_firm
from tenants.models import AuditEvent, Firm, Membership

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
TODAY = date(2026, 11, 20)


@pytest.fixture(autouse=True)
def inside(bound: Firm) -> Firm:
    return bound


@pytest.fixture
def rossi(ada: Membership) -> Client:
    return create_client({"last_name": "Rossi"}, by=ada, at=AT)


@pytest.fixture
def first() -> Typology:
    return Typology.objects.get(position=1)


@pytest.fixture
def second() -> Typology:
    return Typology.objects.get(position=2)


def codes(refusal: ValidationError) -> dict[str, list[str]]:
    return {name: [error.code or "" for error in errors] for name, errors in refusal.error_dict.items()}


def sell(
    client: Client, typology: Typology, *, by: Membership, days: int = 0, amount: str = "100.00", kind: str = ""
) -> Sale:
    day = TODAY - timedelta(days=days)
    details = SaleDetails(client=client, date=day, amount=Decimal(amount), typology=typology, kind=kind)
    return services.enter_sale(details, by=by, at=AT)


def test_a_firm_begins_with_ten_typologies_two_of_them_active_and_a_default_portfolio() -> None:
    assert list(Typology.objects.values_list("position", "active")) == [(n, n <= 2) for n in range(1, 11)]
    assert Portfolio.objects.values_list("name", "typology__position", "is_default").get() == ("Generico", 1, True)


def test_an_eleventh_typology_is_impossible_in_the_database(first: Typology) -> None:
    for position in (0, 11):
        with pytest.raises(IntegrityError, match="portfolios_typology_ten"), transaction.atomic():
            Typology.objects.filter(pk=first.pk).update(position=position)


def test_the_first_typology_stays_active(first: Typology, ada: Membership) -> None:
    with pytest.raises(ValidationError) as refusal:
        services.deactivate_typology(first, by=ada, at=AT)
    assert refusal.value.code == "first_typology"
    with pytest.raises(IntegrityError, match="portfolios_typology_first"), transaction.atomic():
        Typology.objects.filter(pk=first.pk).update(active=False)


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        ({"recency_thresholds": [30, 90, 90, 365]}, {"recency_thresholds": ["not_increasing"]}),
        ({"frequency_thresholds": [1, 2]}, {"frequency_thresholds": ["wrong_count"]}),
        ({"name": "Previdenza e protezione"}, {"name": ["unique"]}),
        ({"name": ""}, {"name": ["blank"]}),
        ({"palette": ["red"]}, {"palette": ["wrong_count"]}),
    ],
)
def test_what_is_wrong_with_a_typology_is_said_at_its_field(
    values: services.TypologyValues, wanted: dict[str, list[str]], first: Typology, ada: Membership
) -> None:
    with pytest.raises(ValidationError) as refusal:
        services.edit_typology(first, values, by=ada, at=AT)
    assert codes(refusal.value) == wanted


def test_another_scale_needs_all_thresholds_anew(first: Typology, ada: Membership) -> None:
    with pytest.raises(ValidationError) as refusal:
        services.edit_typology(first, {"scale": 3, "recency_thresholds": [30, 90]}, by=ada, at=AT)
    assert set(codes(refusal.value)) == {"frequency_thresholds", "monetary_thresholds", "potentiality_thresholds"}
    two: services.TypologyValues = {
        "scale": 3,
        "recency_thresholds": [30, 90],
        "frequency_thresholds": [1, 2],
        "monetary_thresholds": [Decimal(1), Decimal("2.50")],
        "potentiality_thresholds": [Decimal(1), Decimal(2)],
    }
    services.edit_typology(first, two, by=ada, at=AT)
    first.refresh_from_db()
    assert (first.scale, first.palette, first.monetary_thresholds[1]) == (3, ["red", "amber", "green"], Decimal("2.50"))
    assert first.changed_at == AT
    with pytest.raises(IntegrityError, match="portfolios_typology_scale"), transaction.atomic():
        Typology.objects.filter(pk=first.pk).update(scale=5)


def test_a_sale_gives_everybody_measures_and_his_client_at_once(
    rossi: Client, first: Typology, ada: Membership
) -> None:
    create_client({"last_name": "Bianchi"}, by=ada, at=AT)
    assert not Score.objects.exists()

    sell(rossi, first, by=ada, days=31, amount="7000.00")

    own = Score.objects.get(client_id=rossi.pk)
    assert (own.last_sale_on, own.frequency, own.monetary) == (TODAY - timedelta(days=31), 1, Decimal(7000))
    assert (own.recency_level, own.frequency_level, own.monetary_level, own.potentiality_level) == (4, 2, 3, None)
    other = Score.objects.exclude(client_id=rossi.pk).get()
    assert (other.last_sale_on, other.frequency, other.recency_level, other.monetary_level) == (None, 0, None, 1)


def test_the_measures_of_a_new_client_are_there_at_once(rossi: Client, first: Typology, ada: Membership) -> None:
    sell(rossi, first, by=ada)
    newcomer = create_client({"last_name": "Verdi"}, by=ada, at=AT)
    assert Score.objects.get(client_id=newcomer.pk).frequency == 0


def test_a_reversed_sale_stays_and_counts_no_more_until_it_is_restored(
    rossi: Client, first: Typology, ada: Membership
) -> None:
    sale = sell(rossi, first, by=ada)
    before = list(Score.objects.values_list())
    with pytest.raises(ValidationError):
        services.reverse_sale(sale, reason=" ", by=ada, at=AT)
    services.reverse_sale(sale, reason="Entered twice", by=ada, at=AT)
    assert Score.objects.get().frequency == 0
    assert Sale.objects.get().reversal_reason == "Entered twice"
    services.restore_sale(sale, by=ada, at=AT)
    assert list(Score.objects.values_list()) == before


def test_a_refund_lowers_monetary_and_does_not_count(rossi: Client, first: Typology, ada: Membership) -> None:
    sell(rossi, first, by=ada, days=10, amount="50.00")
    assert sell(rossi, first, by=ada, amount="80.00", kind="refund").amount == Decimal(-80)
    assert sell(rossi, first, by=ada, amount="-20.00").kind == "refund"
    own = Score.objects.get()
    assert (own.frequency, own.monetary, own.last_sale_on) == (1, Decimal(-50), TODAY - timedelta(days=10))
    assert own.monetary_level == 1


def test_what_is_wrong_with_a_sale_is_said_at_its_field(rossi: Client, first: Typology, ada: Membership) -> None:
    idle = Typology.objects.get(position=3)
    wrong = SaleDetails(
        client=rossi, date=TODAY + timedelta(days=1), amount=Decimal(-5), typology=idle, kind="policy",
        portfolio=Portfolio.objects.get(),
    )  # fmt: skip
    with pytest.raises(ValidationError) as refusal:
        services.enter_sale(wrong, by=ada, at=AT)
    assert codes(refusal.value) == {
        "date": ["future"], "amount": ["negative"], "typology": ["inactive"], "portfolio": ["wrong_typology"],
    }  # fmt: skip
    assert not Sale.objects.exists()


def test_many_sales_cost_no_more_statements_than_two_and_are_all_or_none(
    rossi: Client, first: Typology, ada: Membership
) -> None:
    def details(number: int, source: str = "till") -> SaleDetails:
        return SaleDetails(
            client=rossi, date=TODAY, amount=Decimal(number), typology=first, external_source=source,
            external_id=str(number),
        )  # fmt: skip

    services.enter_sales([details(0)], by=ada, at=AT)
    counts = []
    for numbers in (range(1, 3), range(3, 203)):
        with CaptureQueriesContext(connection) as captured:
            services.enter_sales([details(number) for number in numbers], by=ada, at=AT)
        counts.append(len(captured))
    assert counts[0] == counts[1]
    with pytest.raises(Refused) as refused:
        services.enter_sales([details(900), details(7), details(901), details(901)], by=ada, at=AT)
    assert {place: codes(problem) for place, problem in refused.value.problems.items()} == {
        1: {"external_id": ["external_id_taken"]}, 3: {"external_id": ["external_id_taken"]},
    }  # fmt: skip
    assert Sale.objects.count() == 203


def test_a_sale_for_another_firms_client_is_impossible(
    rossi: Client, first: Typology, ada: Membership, other_firm: Firm
) -> None:
    with use_firm(other_firm):
        stranger = Client.objects.create(name="X", last_name="X")
    with pytest.raises(IntegrityError), transaction.atomic():
        sell(stranger, first, by=ada)
    assert not Sale.objects.exists()


def test_values_by_hand_win_until_cleared_and_a_night_leaves_them(
    rossi: Client, second: Typology, ada: Membership
) -> None:
    services.set_values(rossi, second, {"frequency": 8, "potentiality": Decimal(50_000)}, by=ada, at=AT)
    own = Score.objects.get(position=2)
    assert (own.frequency, own.frequency_level, own.potentiality_level, own.by_hand) == (8, 5, 3, 2)
    sell(rossi, second, by=ada)
    own.refresh_from_db()
    assert (own.frequency, own.monetary) == (8, Decimal(100))
    services.set_values(rossi, second, {"frequency": None, "potentiality": None}, by=ada, at=AT)
    own.refresh_from_db()
    assert (own.frequency, own.by_hand, own.potentiality) == (1, 0, None)
    with pytest.raises(ValidationError):
        services.set_values(rossi, second, {"potentiality": Decimal(-1)}, by=ada, at=AT)


def test_a_client_without_main_portfolio_is_impossible(rossi: Client) -> None:
    assert rossi.main_portfolio.is_default
    with pytest.raises(IntegrityError, match="main_portfolio_id"), transaction.atomic():
        Client.objects.filter(pk=rossi.pk).update(main_portfolio=None)


def test_a_link_keeps_what_was_before_and_moves_the_main_portfolio(
    rossi: Client, first: Typology, ada: Membership
) -> None:
    vip = services.create_portfolio(first, by=ada, name="VIP", colour="violet")
    agent = services.create_subject("agent", by=ada, code="A1", name="Agente Uno")
    ChangedClient.objects.all().delete()

    services.set_link(rossi, first, {"portfolio": vip}, by=ada, at=AT)
    services.set_link(rossi, first, {"agent": agent}, by=ada, at=AT + timedelta(days=10))

    rossi.refresh_from_db()
    assert rossi.main_portfolio == vip
    assert list(Link.objects.values_list("portfolio__name", "agent__name", "since", "until")) == [
        ("Generico", None, TODAY - timedelta(days=1), TODAY - timedelta(days=1)),
        ("VIP", None, TODAY, TODAY + timedelta(days=9)),
        ("VIP", "Agente Uno", TODAY + timedelta(days=10), None),
    ]
    assert ChangedClient.objects.filter(client_id=rossi.pk).exists()


@pytest.mark.parametrize(
    ("slot", "code"),
    [("foreign", "wrong_typology"), ("none", "required"), ("inactive", "inactive"), ("kind", "wrong_kind")],
)
def test_what_does_not_fit_a_slot_is_refused(
    slot: str, code: str, rossi: Client, first: Typology, second: Typology, ada: Membership
) -> None:
    idle = services.create_portfolio(first, by=ada, name="Chiuso")
    idle = services.deactivate_portfolio(idle, by=ada)
    values: dict[str, services.LinkValues] = {
        "foreign": {"portfolio": services.create_portfolio(second, by=ada, name="Polizze")},
        "none": {"portfolio": None},
        "inactive": {"portfolio": idle},
        "kind": {"agent": services.create_subject("agency", by=ada, code="Z", name="Agenzia")},
    }
    with pytest.raises(ValidationError) as refusal:
        services.set_link(rossi, first, values[slot], by=ada, at=AT)
    assert codes(refusal.value) == {next(iter(values[slot])): [code]}


def test_a_portfolio_in_use_is_deactivated_not_deleted(rossi: Client, first: Typology, ada: Membership) -> None:
    used = services.create_portfolio(first, by=ada, name="Usato")
    spare = services.create_portfolio(first, by=ada, name="Di scorta")
    services.set_link(rossi, first, {"portfolio": used}, by=ada, at=AT)
    for row in (used, Portfolio.objects.get(is_default=True)):
        with pytest.raises(ValidationError) as refusal:
            services.delete_portfolio(row, by=ada)
        assert refusal.value.code == "in_use"
    services.delete_portfolio(spare, by=ada)
    services.set_default_portfolio(used, by=ada)
    with pytest.raises(ValidationError) as refusal:
        services.deactivate_portfolio(Portfolio.objects.get(pk=used.pk), by=ada)
    assert refusal.value.code == "default_portfolio"
    assert create_client({"last_name": "Nuovo"}, by=ada, at=AT).main_portfolio == used


def test_everything_is_in_the_audit_trail(rossi: Client, first: Typology, ada: Membership) -> None:
    portfolio = services.create_portfolio(first, by=ada, name="VIP")
    services.edit_portfolio(portfolio, by=ada, name="Vip")
    services.reverse_sale(sell(rossi, first, by=ada), reason="x", by=ada, at=AT)
    wanted = {"portfolio.created", "portfolio.edited", "sale.entered", "sale.reversed"}
    assert wanted <= set(AuditEvent.objects.values_list("action", flat=True))
