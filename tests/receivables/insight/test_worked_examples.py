"""The figures against examples that were worked by others, each named with where it is published."""

import datetime as dt
from decimal import Decimal
from statistics import quantiles

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payt_mcp.receivables.insight.behaviour import quantile
from payt_mcp.receivables.insight.figures import Balance, Figures, count_back
from payt_mcp.receivables.insight.period import Period, month_before

QUARTER = Period(dt.date(2025, 1, 1), dt.date(2025, 3, 31))
LONG_AGO = dt.date(2023, 1, 1)


def _figures(opening: str, sales: str, closing: str, current: str) -> Figures:
    return Figures(
        QUARTER,
        Balance(dt.date(2024, 12, 31), net=Decimal(opening)),
        Balance(QUARTER.last, net=Decimal(closing), current=Decimal(current)),
        sales=Decimal(sales),
    )


def _sales(**months: str) -> dict[dt.date, Decimal]:
    """In the middle of each month: `m2025_03` is March 2025."""
    return {dt.date(int(name[1:5]), int(name[6:]), 15): Decimal(amount) for name, amount in months.items()}


def test_dso_by_formula_as_oracle_works_it() -> None:
    """Oracle, JD Edwards EnterpriseOne Advanced Reporting, "Current Balance Divided by Sales": 10,869 open after 90
    days with sales of 5,538, 4,566 and 7,570 is a DSO of 55.35.
    """
    figures = _figures("0", str(5538 + 4566 + 7570), "10869", "10869")
    assert QUARTER.days == 90
    assert round(figures.dso or 0, 2) == Decimal("55.35")


def test_best_possible_dso_is_the_same_of_what_is_not_past_due() -> None:
    """The same page calls it days credit granted: "the same calculations as DSO", with the balance that is not past
    due in the place of the whole.
    """
    figures = _figures("0", "17674", "10869", "5434.5")
    assert figures.best_possible_dso == (figures.dso or 0) / 2


@pytest.mark.parametrize(
    ("opening", "sales", "closing", "current", "published"),
    [
        # REX, "Collection effectiveness index (CEI): formula and how to use it".
        ("400000", "1200000", "350000", "280000", "94.7"),
        # Gaviti, "What is Collection Effectiveness Index (CEI)".
        ("100000", "1000000", "120000", "100000", "98.0"),
        # Credit Guru, "Ratio - Collection Effectiveness Index": a month of the quarter's sales of 10,890.
        ("6200", "3630", "6340", "3590", "55.9"),
    ],
)
def test_collection_effectiveness_as_others_work_it(
    opening: str, sales: str, closing: str, current: str, published: str
) -> None:
    assert round(_figures(opening, sales, closing, current).effectiveness or 0, 1) == Decimal(published)


def test_count_back_as_others_work_it() -> None:
    """ "Debtor Days Calculation Count Back Method" (calculator7.snowdaycalculatornow.com): 2,100,000 open at the end of
    March after sales of 900,000, 800,000 in February and 700,000 in January: 31 + 28 + 400,000 / 700,000 of 31 days.
    """
    sales = _sales(m2025_01="700000", m2025_02="800000", m2025_03="900000")
    found = count_back(Decimal(2100000), sales, QUARTER.last, LONG_AGO)
    assert round(found or 0, 1) == Decimal("76.7")


def test_count_back_in_months_as_accountants_answer_it() -> None:
    """AccountingWEB, "How to use the count back method for debtor days": 100 open after months of 30, 60 and 20 are
    2.5 months; here of December, November and half of October.
    """
    sales = _sales(m2025_10="20", m2025_11="60", m2025_12="30")
    assert count_back(Decimal(100), sales, dt.date(2025, 12, 31), LONG_AGO) == 31 + 30 + Decimal(31) / 2


def test_count_back_counts_a_month_that_is_not_over_by_its_days() -> None:
    sales = _sales(m2025_10="310", m2025_11="100")
    assert count_back(Decimal(110), sales, dt.date(2025, 11, 20), LONG_AGO) == 20 + 1
    assert count_back(Decimal(0), sales, dt.date(2025, 11, 20), LONG_AGO) == 0


def test_count_back_says_nothing_where_more_is_open_than_was_sold() -> None:
    sales = _sales(m2025_02="10", m2025_03="10")
    assert count_back(Decimal(21), sales, QUARTER.last, LONG_AGO) is None
    assert count_back(Decimal(15), sales, QUARTER.last, dt.date(2025, 2, 15)) is None


@given(st.lists(st.integers(-60, 400), min_size=2, max_size=30).map(sorted))
def test_quartiles_are_those_of_the_standard_library(days: list[int]) -> None:
    found = [float(quantile(days, quarters) or 0) for quarters in (1, 2, 3)]
    assert found == pytest.approx(quantiles(days, n=4, method="inclusive"))


@pytest.mark.parametrize(
    ("first", "last", "before"),
    [
        ("2026-10-01", "2026-10-31", ("2026-09-01", "2026-09-30")),
        ("2026-03-01", "2026-03-31", ("2026-02-01", "2026-02-28")),
        ("2026-01-01", "2026-03-31", ("2025-10-01", "2025-12-31")),
        ("2026-01-01", "2026-12-31", ("2025-01-01", "2025-12-31")),
        ("2026-11-01", "2026-11-20", ("2026-10-12", "2026-10-31")),
        ("2026-02-10", "2026-02-28", ("2026-01-22", "2026-02-09")),
    ],
)
def test_the_period_before_is_as_many_months_or_as_many_days(first: str, last: str, before: tuple[str, str]) -> None:
    found = Period(dt.date.fromisoformat(first), dt.date.fromisoformat(last)).before()
    assert (str(found.first), str(found.last)) == before


def test_the_last_whole_month() -> None:
    assert month_before(dt.date(2026, 1, 1)) == Period(dt.date(2025, 12, 1), dt.date(2025, 12, 31))
    assert month_before(dt.date(2026, 3, 31)) == Period(dt.date(2026, 2, 1), dt.date(2026, 2, 28))
