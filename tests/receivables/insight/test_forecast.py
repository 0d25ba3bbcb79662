"""What is expected, and when: by each debtor's own delays, exactly added up, and wide where little is known."""

import datetime as dt
from decimal import Decimal

from payt_mcp.payt.models import Invoice, PaymentPlan
from payt_mcp.receivables.entries import OpenItem, open_item
from payt_mcp.receivables.insight.delays import Delay
from payt_mcp.receivables.insight.forecast import WEEKS, Expected, Owed, expected_receipts
from payt_mcp.receivables.insight.parts import Part, known_on
from payt_mcp.receivables.insight.receipts import receivable, without_precedent
from payt_mcp.receivables.insight.record import forecast, seen_widths

TODAY = dt.date(2026, 11, 21)
DAY = dt.timedelta(days=1)


def _paid(debtor: str, late: int, count: int = 40, *, until: int = 60) -> list[Delay]:
    """Paid so many days late, the last of them due `until` days ago, one every fifth day."""
    dues = [TODAY - (until + 5 * place) * DAY for place in range(count)]
    return [Delay(debtor, due, due + late * DAY) for due in dues]


def _most(expected: Expected) -> int:
    """The week with the largest amount, the first is 0."""
    return max(range(WEEKS), key=lambda place: expected.weeks[place].expected)


def test_who_always_pays_late_is_expected_late_and_who_pays_on_time_on_time() -> None:
    past = [*_paid("late", 30), *_paid("punctual", 0)]
    due = TODAY + 3 * DAY
    late = expected_receipts(past, [Owed("late", due, Decimal(100))], TODAY)
    punctual = expected_receipts(past, [Owed("punctual", due, Decimal(100))], TODAY)
    assert (_most(late), _most(punctual)) == (4, 0)
    assert late.weeks[4].expected > 60
    assert punctual.weeks[0].expected > 80


def test_two_payments_make_no_habit() -> None:
    past = [*_paid("many", 30, 60), *_paid("new", 0, 2)]
    new = expected_receipts(past, [Owed("new", TODAY + 3 * DAY, Decimal(100))], TODAY)
    assert _most(new) == 4


def test_who_stopped_paying_is_not_expected_to_pay_as_before() -> None:
    past = [*_paid("stopped", 5), *(one for late in range(10, 120, 5) for one in _paid(f"slow {late}", late))]
    still_open = [Delay("stopped", TODAY - days * DAY, None) for days in range(70, 130, 2)]
    owed = [Owed("stopped", TODAY - 20 * DAY, Decimal(100))]
    as_before = expected_receipts(past, owed, TODAY).total.expected
    now = expected_receipts([*past, *still_open], owed, TODAY)
    assert now.total.expected < as_before * 6 / 10
    assert now.later == 100 - now.total.expected


def test_what_fell_due_lately_counts_more() -> None:
    worse = [*_paid("worse", 0, 30, until=250), *_paid("worse", 30, 30, until=40)]
    expected = expected_receipts(worse, [Owed("worse", TODAY + 3 * DAY, Decimal(100))], TODAY)
    assert expected.weeks[4].expected > expected.weeks[0].expected


def test_weeks_and_the_rest_add_up_to_the_cent_whatever_the_amounts() -> None:
    past = [*_paid("a", 12), *_paid("b", 44), *_paid("c", -3)]
    owed = [Owed("abc"[n % 3], TODAY + (n % 40 - 20) * DAY, Decimal(3 * n + 1) / 100) for n in range(200)]
    expected = expected_receipts(past, owed, TODAY)
    assert expected.owed == sum(one.amount for one in owed)
    assert expected.total.expected == sum(week.expected for week in expected.weeks)
    assert expected.total.expected + expected.later == expected.owed
    assert [week.begins for week in expected.weeks] == [TODAY + 7 * n * DAY for n in range(WEEKS)]
    for week in (*expected.weeks, expected.total):
        assert 0 <= week.low <= week.expected <= week.high <= expected.owed


def test_there_are_no_dice_and_no_order_in_it() -> None:
    past, owed = [*_paid("a", 12), *_paid("b", 44)], [Owed("ab"[n % 2], TODAY, Decimal(n + 1)) for n in range(20)]
    assert expected_receipts(past, owed, TODAY) == expected_receipts(past[::-1], owed[::-1], TODAY)


def test_one_large_debtor_makes_the_band_wider_than_many_small_ones() -> None:
    past = [one for n in range(50) for one in _paid(str(n), n % 20, 10)]
    large = expected_receipts(past, [Owed("7", TODAY, Decimal(100)) for _ in range(50)], TODAY)
    many = expected_receipts(past, [Owed(str(n), TODAY, Decimal(100)) for n in range(50)], TODAY)
    assert large.weeks[0].high - large.weeks[0].low > many.weeks[0].high - many.weeks[0].low


def test_of_what_is_later_than_anything_ever_paid_nothing_is_said() -> None:
    items = [_item("1", "70.00", "2026-11-01"), _item("2", "50.00", "2026-11-10")]
    parts = [_part(day, 15) for day in range(40, 80)]
    found = without_precedent(receivable(items, []), parts, TODAY)
    assert [one.amount for one in found.owed] == [Decimal("50.00")]
    assert found.unsaid == {"without_precedent": Decimal("70.00")}


def test_nothing_to_go_by_is_nothing_expected() -> None:
    expected = expected_receipts([], [Owed("a", TODAY, Decimal(100))], TODAY)
    assert expected.total.expected == 0
    assert expected.later == 100


def _part(day: int, late: int, amount: int = 100) -> Part:
    """Invoiced so many days ago, due 14 days later."""
    due = TODAY + (14 - day) * DAY
    paid = due + late * DAY
    return Part(f"{day % 7}", due - 14 * DAY, due, Decimal(amount), paid_on=paid if paid < TODAY else None)


def test_the_band_is_as_wide_as_earlier_days_show_and_nothing_is_known_of_later_on_them() -> None:
    parts = [_part(day, day * 7 % 20) for day in range(1, 700)]
    cut = TODAY - 91 * DAY
    known = known_on(cut, parts)
    assert all(part.paid_on is None or part.paid_on < cut for part in known)
    assert {part.invoice_date for part in known} == {part.invoice_date for part in parts if part.invoice_date < cut}
    widths = seen_widths(parts, TODAY)
    assert widths.days == 6
    owed = [part.owed for part in parts if part.is_open]
    told, reckoned = forecast(parts, owed, TODAY), forecast(parts, owed, TODAY, of_all=False)
    assert [week.expected for week in told.weeks] == [week.expected for week in reckoned.weeks]
    assert reckoned.widths.days == 0
    assert (told.weeks[1].high < reckoned.weeks[1].high) is (widths.week < 1)
    assert seen_widths(parts[:100], TODAY).days == 0


def _item(key: str, open_: str, due: str | None = "2026-11-30", **fields: object) -> OpenItem:
    given: dict[str, object] = {
        "id": key, "debtor_id": "1", "currency_code": "EUR", "total_amount": open_, "open_amount": open_,
        "book_open_amount": open_, "due_date": due,
    }  # fmt: skip
    return open_item(Invoice.model_validate(given | fields), "EUR")


def _plan(*terms: tuple[str, str]) -> PaymentPlan:
    return PaymentPlan.model_validate(
        {"id": "5", "active": True, "payment_terms": [{"due_date": day, "amount_due": due} for day, due in terms]}
    )


def test_a_plan_comes_by_its_terms_for_as_much_as_is_open_and_no_more() -> None:
    items = [_item("1", "70.00", active_payment_plan_id="5"), _item("2", "10.00")]
    plan = _plan(("2027-01-01", "50.00"), ("2026-12-01", "40.00"))
    found = receivable(items, [plan])
    assert sorted(found.owed) == [
        Owed("1", dt.date(2026, 11, 30), Decimal("10.00")),
        Owed("1", dt.date(2026, 12, 1), Decimal("40.00")),
        Owed("1", dt.date(2027, 1, 1), Decimal("30.00")),
    ]
    assert (found.by_plan, found.unsaid) == (Decimal("70.00"), {})
    short = receivable(items, [_plan(("2026-12-01", "40.00"))])
    assert short.unsaid == {"beyond_plan": Decimal("30.00")}


def test_credits_go_to_the_oldest_and_nothing_is_said_of_courts_or_undated_invoices() -> None:
    items = [
        _item("1", "100.00", "2026-12-24"),
        _item("2", "60.00", "2026-10-01"),
        _item("3", "-75.00", "2026-11-01"),
        _item("4", "9.00", "2026-12-30", bailiff_at="2026-11-01T00:00:00Z"),
        _item("5", "5.00", None),
        _item("6", "8.00", currency_code="USD", book_open_amount=None),
    ]
    found = receivable(items, [])
    assert found.owed == [Owed("1", dt.date(2026, 12, 24), Decimal("85.00"))]
    assert found.credits == Decimal("75.00")
    assert found.unsaid == {"with_others": Decimal("9.00"), "no_due_date": Decimal("5.00")}
    assert found.left_out.totals == {"USD": Decimal("8.00")}
