"""Where a day, a rate or a year ends: what may be charged on either side of it."""

import datetime as dt
from decimal import Decimal

from payt_mcp.receivables.law.charges import Charges, Late, charges
from payt_mcp.receivables.law.countries import BE, DE, GB, LAWS, NL
from payt_mcp.receivables.law.interest import Balance
from payt_mcp.receivables.law.regime import Law, Regime


def day(written: str) -> dt.date:
    return dt.date.fromisoformat(written)


def charged(law: Law, regime: Regime, due: str, as_of: str, owed: str = "36500.00", *paid: tuple[str, str]) -> Charges:
    """36,500 at 10 % are ten a day."""
    balance = Balance(Decimal(owed), [(day(on), Decimal(amount)) for on, amount in paid])
    return charges([Late("1", law.currency, day(due), balance)], law, regime, day(as_of))


def interest(law: Law, regime: Regime, due: str, as_of: str) -> str:
    return str(charged(law, regime, due, as_of).rows[0].interest)


def test_the_due_date_itself_bears_nothing_and_the_day_after_the_first() -> None:
    for as_of, expected in (("2026-05-05", "0"), ("2026-05-06", "10.15"), ("2026-05-07", "20.30")):
        assert interest(NL, NL.business, "2026-05-05", as_of) == expected


def test_a_rate_ends_with_the_last_day_of_the_half_year() -> None:
    assert interest(NL, NL.business, "2026-06-29", "2026-06-30") == "10.15"
    assert interest(NL, NL.business, "2026-06-29", "2026-07-01") == "20.55"
    assert interest(NL, NL.consumer, "2025-12-30", "2025-12-31") == "6.00"
    assert interest(NL, NL.consumer, "2025-12-30", "2026-01-01") == "10.00"


def test_a_british_debt_keeps_the_rate_of_its_first_day() -> None:
    assert interest(GB, GB.business, "2025-12-30", "2026-01-02") == "36.75"
    assert interest(GB, GB.business, "2025-12-31", "2026-01-02") == "23.50"


def test_dutch_interest_of_a_full_year_bears_interest_and_no_other_does() -> None:
    """8 % a year of 36,500 are 2,920 in the first year; the first day of the second bears 8.64, not 8.00."""
    assert interest(NL, NL.business, "2020-12-31", "2021-12-31") == "2920.00"
    assert interest(NL, NL.business, "2020-12-31", "2022-01-01") == "2928.64"
    assert interest(BE, BE.business, "2020-12-31", "2022-01-01") == "2928.00"
    assert interest(NL, NL.business, "2020-02-28", "2021-02-27") == "2920.00"
    assert interest(NL, NL.business, "2020-02-28", "2021-02-28") == "2928.64"


def test_a_leap_year_has_a_day_more_and_in_germany_days_that_are_shorter() -> None:
    assert interest(NL, NL.business, "2024-02-28", "2024-03-01") == "25.00"
    assert str(charged(DE, DE.business, "2024-02-28", "2024-03-01", "36600.00").rows[0].interest) == "25.24"
    assert str(charged(DE, DE.business, "2022-12-30", "2023-01-01").rows[0].interest) == "18.74"  # 8.12, 10.62


def test_what_falls_due_on_a_weekend_falls_due_on_monday_in_belgium_and_germany() -> None:
    saturday, monday, tuesday = "2026-05-02", "2026-05-04", "2026-05-05"
    for law in (BE, DE):
        assert charged(law, law.business, saturday, monday).rows[0].since is None
        assert charged(law, law.business, saturday, tuesday).rows[0].since == day(tuesday)
        assert charged(law, law.business, "2026-05-03", tuesday).rows[0].since == day(tuesday)
    for law in (NL, GB):
        assert charged(law, law.business, saturday, monday).rows[0].since == day("2026-05-03")


def test_a_payment_counts_from_the_day_after_it() -> None:
    part = charged(NL, NL.business, "2026-05-01", "2026-05-10", "18250.00", ("2026-05-04", "18250.00"))
    assert str(part.rows[0].interest) == str(Decimal("10.15") * 3 + Decimal("5.075") * 6)[:-1]
    whole = charged(NL, NL.business, "2026-05-01", "2026-05-20", "0", ("2026-05-04", "36500.00"))
    assert (str(whole.rows[0].interest), whole.rows[0].accrued.days, str(whole.rows[0].owed)) == ("30.45", 3, "0")
    early = charged(NL, NL.business, "2026-05-01", "2026-05-10", "36500.00", ("2026-05-01", "1000.00"))
    assert str(early.rows[0].interest) == "91.35"
    before = charged(NL, NL.business, "2026-05-01", "2026-05-03", "0", ("2026-05-04", "36500.00"))
    assert (str(before.rows[0].interest), str(before.sums["EUR"].owed)) == ("20.30", "36500.00")


def test_after_the_last_day_of_the_table_nothing_is_counted_and_the_days_are() -> None:
    found = charged(NL, NL.business, "2026-12-29", "2027-01-09")
    assert (str(found.rows[0].interest), found.unknown_days, found.rows[0].accrued.days) == ("20.80", 9, 11)
    assert charged(GB, GB.business, "2026-12-29", "2027-01-09").unknown_days == 0
    assert charged(GB, GB.business, "2026-12-31", "2027-01-09").unknown_days == 9
    assert charged(NL, NL.business, "2016-06-20", "2016-07-02").unknown_days == 10


def test_costs_against_a_dutch_consumer_wait_for_the_letter_and_are_of_all_together() -> None:
    lates = [Late(str(n), "EUR", day("2026-05-01"), Balance(Decimal(1000))) for n in range(3)]
    lates.append(Late("not due", "EUR", day("2026-06-01"), Balance(Decimal(1000))))
    consumer = charges(lates, NL, NL.consumer, day("2026-05-20"))
    assert (consumer.sums["EUR"].costs, consumer.costs_after) == (None, Decimal("425.00"))
    business = charges(lates, NL, NL.business, day("2026-05-20"))
    assert (business.sums["EUR"].costs, business.costs_after) == (Decimal("425.00"), None)


def test_a_belgian_consumer_owes_interest_a_fortnight_after_the_first_reminder() -> None:
    balance = Balance(Decimal("36500.00"))
    reminded = Late("1", "EUR", day("2026-05-01"), balance, day("2026-05-08"))
    assert charges([reminded], BE, BE.consumer, day("2026-05-22")).rows[0].since is None
    assert str(charges([reminded], BE, BE.consumer, day("2026-05-23")).rows[0].interest) == "4.50"
    never = Late("1", "EUR", day("2026-05-01"), balance)
    assert charges([never], BE, BE.consumer, day("2026-11-23")).rows[0].since is None


def test_a_british_consumer_and_a_german_ones_costs_have_no_figure_by_law() -> None:
    assert charged(GB, GB.consumer, "2026-05-01", "2026-06-01").sums["GBP"].interest == 0
    german = charged(DE, DE.consumer, "2026-05-01", "2026-06-01").sums["EUR"]
    assert german.interest > 0
    assert german.costs is None


def test_another_currency_has_interest_but_no_costs_and_no_common_sum() -> None:
    two = [Late(currency, currency, day("2026-05-01"), Balance(Decimal(36_500))) for currency in ("EUR", "USD")]
    for law in (NL, DE):
        found = charges(two, law, law.business, day("2026-05-11")).sums
        assert found["USD"].interest == found["EUR"].interest > 0
        assert found["USD"].costs is None
        assert found["EUR"].costs


def test_credits_and_what_has_no_due_date_or_the_last_there_is_bear_nothing() -> None:
    credit = Late("1", "EUR", day("2026-05-01"), Balance(Decimal(-100)))
    undated = Late("2", "EUR", None, Balance(Decimal(100)))
    never = Late("3", "EUR", dt.date.max, Balance(Decimal(100), [(dt.date.max, Decimal(1))]), dt.date.max)
    for law in LAWS.values():
        found = charges([credit, undated, never], law, law.business, day("2026-06-01"))
        assert all(one.interest == 0 and not one.costs for one in found.sums.values())


def test_days_at_the_end_of_time_stop_nothing() -> None:
    balance = Balance(Decimal(36_500), [(dt.date.max, Decimal(1)), (day("2026-05-04"), Decimal(1))])
    late = Late("1", "EUR", day("2026-05-01"), balance, dt.date.max)
    for law in LAWS.values():
        for regime in (law.business, law.consumer):
            charges([late], law, regime, day("2026-06-01"))
