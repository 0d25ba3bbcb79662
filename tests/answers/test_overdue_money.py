"""Who is overdue, to the cent: every figure against a second reckoning from the raw rows."""

import datetime as dt
from collections.abc import AsyncIterator, Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest

from payt_mcp.words.text import clean, outside
from payt_sandbox import World, build_world
from payt_sandbox.server import Handle
from tests.answers import reckoning
from tests.answers.reckoning import Ledger
from tests.support.assistant import MAIN, NOON, SECOND, Assistant, assistant, frozen, payt

pytestmark = pytest.mark.slow

ADMINISTRATIONS = (MAIN, SECOND)
# Every pair of two choices occurs in one of these.
MODES: list[dict[str, Any]] = [
    {
        "ids": ids,
        "last_page": last,
        "nulls": ("null", "absent")[(first + second) % 2],
        "cursors": ("record_id", "opaque")[(first // 2 + second) % 2],
    }
    for first, last in enumerate(("null", "absent", "empty", "extra_page"))
    for second, ids in enumerate(("integer", "string"))
]
FIGURES = (
    "currency", "overdue_gross", "overdue_credits", "overdue_net", "invoice_count", "debtor_count", "total", "buckets",
)  # fmt: skip


@pytest.fixture(scope="module")
def world() -> World:
    """Read it only. Four pages of open invoices."""
    return frozen(build_world(invoices=1600, seed=7, today=NOON.date()))


@pytest.fixture(scope="module")
def served(world: World) -> Iterator[Handle]:
    with payt(world) as handle:
        yield handle


@pytest.fixture(scope="module")
async def who(served: Handle) -> AsyncIterator[Assistant]:
    """For all that only ask: one server, which reads the books once."""
    async with assistant(served, PAYT_FRESHNESS_SECONDS="60") as who:
        yield who


async def _summary(who: Assistant, **arguments: Any) -> tuple[dict[str, Any], list[str]]:
    """The figures with the debtors of all pages, and the notes of the first."""
    pages = [page async for page in who.pages("summarize_overdue", top=7, **arguments)]
    for page in pages[1:]:
        assert page["total"] == pages[0]["total"]
        assert not {*FIGURES} - {"total", "currency"} & page.keys(), "the totals stand on the first page"
    debtors = [row for page in pages for row in page.get("debtors", [])]
    return {name: pages[0][name] for name in FIGURES} | {"debtors": debtors}, pages[0].get("notes", [])


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: "-".join(mode.values()))
async def test_the_overdue_picture_equals_the_raw_rows_however_payt_writes_them(
    world: World, mode: dict[str, Any]
) -> None:
    with payt(world, **mode) as handle:
        async with assistant(handle, PAYT_FRESHNESS_SECONDS="60") as who:
            for who.administration_id in ADMINISTRATIONS:
                found, _ = await _summary(who)
                assert found == reckoning.overdue(Ledger(world, who.administration_id))


@pytest.mark.parametrize("administration_id", ADMINISTRATIONS)
@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_min_days_leaves_younger_items_out_of_every_figure(
    world: World, served: Handle, administration_id: str, mode: str
) -> None:
    ledger = Ledger(world, administration_id)
    async with assistant(served, administration_id=administration_id, mode=mode, PAYT_FRESHNESS_SECONDS="60") as who:
        for min_days in (1, 2, 30, 31, 60, 61, 90, 91, 400, 3650):
            found, _ = await _summary(who, min_days=min_days)
            assert found == reckoning.overdue(ledger, min_days)


@pytest.mark.parametrize("moment", [NOON.replace(hour=22, minute=59), NOON.replace(hour=23, minute=30)])
async def test_today_is_the_date_in_each_administrations_time_zone(moment: dt.datetime) -> None:
    world = frozen(build_world(invoices=60, seed=2, today=NOON.date()), moment)
    tomorrow = NOON.date() + dt.timedelta(days=1)
    for administration_id in ADMINISTRATIONS:
        for due in (NOON.date() - dt.timedelta(days=1), NOON.date(), tomorrow):
            world.add_invoice(administration_id, due_date=due, total_amount="1000.01")
    with payt(world) as handle:
        async with assistant(handle) as who:
            for who.administration_id in ADMINISTRATIONS:
                found, _ = await _summary(who)
                assert found == reckoning.overdue(Ledger(world, who.administration_id))


async def test_an_item_without_an_amount_in_the_books_is_named_and_in_no_figure() -> None:
    world = frozen(build_world(invoices=30, seed=2, today=NOON.date()))
    with payt(world) as handle:
        async with assistant(handle, administration_id=SECOND) as who:
            before, notes = await _summary(who)
            assert reckoning.unvalued(Ledger(world, SECOND)) == []
            assert not any("Not in any figure" in note for note in notes)
            world.add_invoice(
                SECOND, invoice_number="NOK-1", currency_code="NOK", total_amount="990.00", due_date="2026-01-01"
            )
            world.add_invoice(
                SECOND, invoice_number="NOK-2", currency_code="NOK", total_amount="-5.00", due_date="2026-01-01"
            )
            after, notes = await _summary(who)
    # Its debtor now has an open credit, which is no figure.
    assert {**after, "debtors": 0} == {**before, "debtors": 0}
    assert after == reckoning.overdue(Ledger(world, SECOND))
    said = next(note for note in notes if "Not in any figure" in note)
    assert "GBP" in said
    assert "NOK-1 (NOK 990.00)" in said
    assert "NOK-2 (NOK -5.00)" in said


async def test_every_unvalued_item_of_the_large_set_is_counted_in_the_note(world: World, served: Handle) -> None:
    """Those in the currency of the books count with their own amount, and it is said of how many."""
    ledger = Ledger(world, MAIN)
    missing = reckoning.unvalued(ledger)
    counted = [row["invoice_number"] for row in ledger.invoices if ledger.late(row) >= 1 and row.get("unbooked")]
    assert len(counted) > 3
    async with assistant(served) as who:
        _, notes = await _summary(who)
    for numbers, how in ((missing, "Not in any figure"), (counted, "Counted with their own amount")):
        said = next(note for note in notes if how in note)
        assert f"{len(numbers)} item" in said
        assert any(number in said for number in numbers)


async def test_nothing_overdue_is_said_as_zero_and_not_as_nothing() -> None:
    world = frozen(build_world(invoices=10, debtors=3, seed=2, today=NOON.date()))
    for row in world.rows(MAIN, "invoices"):
        world.delete_invoice(MAIN, row["id"])
    with payt(world) as handle:
        async with assistant(handle) as who:
            answer = await who.ask("summarize_overdue")
    assert [answer[name] for name in ("overdue_gross", "overdue_credits", "overdue_net")] == ["0.00"] * 3
    assert (answer["invoice_count"], answer["debtor_count"], answer["total"]) == (0, 0, 0)
    assert [bucket["invoices"] for bucket in answer["buckets"]] == [0, 0, 0, 0]


# --- search_invoices -------------------------------------------------------------------------------------------------


def _moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def _value(row: dict[str, Any]) -> Decimal | None:
    """What `min_amount` and `max_amount` look at: what is open in the books, of a paid invoice its total."""
    text = row["book_open_amount"] if reckoning.amount(row["open_amount"]) else row["book_total_amount"]
    return None if text is None else Decimal(text)


def _in(low: str, high: str, row: dict[str, Any]) -> bool:
    value = _value(row)
    return value is not None and Decimal(low) <= value <= Decimal(high)


def _ledger_rows(ledger: Ledger, status: str) -> list[dict[str, Any]]:
    overdue = [row for row in ledger.invoices if ledger.is_overdue(row)]
    return {"open": ledger.invoices, "overdue": overdue, "paid": ledger.paid, "all": ledger.every}[status]


async def _numbers(who: Assistant, **arguments: Any) -> list[str]:
    return [row["invoice_number"] for row in await who.all("search_invoices", "invoices", limit=100, **arguments)]


def _sorted_numbers(rows: list[dict[str, Any]]) -> list[str]:
    return sorted(row["invoice_number"] for row in rows)


@pytest.mark.parametrize("administration_id", ADMINISTRATIONS)
@pytest.mark.parametrize("status", ["open", "overdue", "paid", "all"])
async def test_a_search_counts_and_lists_exactly_the_invoices_of_a_status(
    world: World, who: Assistant, administration_id: str, status: str
) -> None:
    ledger = Ledger(world, administration_id)
    expected = _ledger_rows(ledger, status)
    who = Assistant(who.client, administration_id)
    first = await who.ask("search_invoices", status=status)
    rows = await who.all("search_invoices", "invoices", status=status, limit=100)
    assert first["total"] == len(expected)
    assert sorted(row["invoice_number"] for row in rows) == [clean(number, 60) for number in _sorted_numbers(expected)]
    if status in {"open", "overdue"}:
        assert first["currency"] == ledger.currency
        valued = [row for row in expected if row["book_open_amount"] is not None]
        assert first["total_open"] == str(reckoning.total(valued))
        missing = len(expected) - len(valued)
        assert any(note.startswith(f"{missing} invoice") for note in first.get("notes", [])) == (missing > 0)


@pytest.mark.parametrize("administration_id", ADMINISTRATIONS)
async def test_each_row_of_a_search_says_what_the_raw_row_says(
    world: World, who: Assistant, administration_id: str
) -> None:
    ledger = Ledger(world, administration_id)
    raw = {row["invoice_number"]: row for row in ledger.every}
    who = Assistant(who.client, administration_id)
    rows = await who.all("search_invoices", "invoices", status="all", limit=100)
    for row in rows:
        of = raw[row["invoice_number"]]
        is_open = reckoning.amount(of["open_amount"]) != 0
        is_credit = reckoning.amount(of["open_amount"]) < 0
        assert row["open_amount"] == of["open_amount"]
        assert row["total_amount"] == of["total_amount"]
        assert row["currency"] == of["currency_code"]
        assert row.get("due_date") == of["due_date"]
        assert row.get("invoice_date") == of["invoice_date"]
        assert row.get("days_overdue") == (ledger.late(of) if ledger.is_overdue(of) else None)
        assert row["debtor_number"] == ledger.debtors[of["debtor_id"]]["debtor_number"]
        assert row["debtor"] == ledger.name(of)
        if not is_open:
            assert row["phase"] == "paid"
        elif not is_credit:
            taken = reckoning.phase(of)
            assert row["phase"] == (taken if taken != "overdue" else "overdue" if ledger.is_overdue(of) else "not_due")


FILTERS: dict[str, tuple[dict[str, Any], Any]] = {
    "due_from": ({"due_from": "2026-09-01"}, lambda row: row["due_date"] and row["due_date"] >= "2026-09-01"),
    "due_to": ({"due_to": "2026-09-01"}, lambda row: row["due_date"] and row["due_date"] <= "2026-09-01"),
    "due_on": (
        {"due_from": "2026-10-05", "due_to": "2026-10-09"},
        lambda row: row["due_date"] and "2026-10-05" <= row["due_date"] <= "2026-10-09",
    ),
    "min_amount": ({"min_amount": "1250.5"}, lambda row: _in("1250.50", "1e9", row)),
    "max_amount": ({"max_amount": "99.99"}, lambda row: _in("-1e9", "99.99", row)),
    "credits": ({"max_amount": "-0.01"}, lambda row: _in("-1e9", "-0.01", row)),
    "updated_after": (
        {"updated_after": "2026-11-18"},
        lambda row: _moment(row["updated_at"]) > _moment("2026-11-18T00:00:00Z"),
    ),
    "updated_after_stamp": (
        {"updated_after": "2026-11-18T07:10:05.185Z"},
        lambda row: _moment(row["updated_at"]) > _moment("2026-11-18T07:10:05.185Z"),
    ),
}


@pytest.mark.parametrize("status", ["open", "overdue", "paid", "all"])
async def test_filters_choose_exactly_the_invoices_they_describe(world: World, who: Assistant, status: str) -> None:
    ledger = Ledger(world, MAIN)
    chosen_somewhere = set()
    for name, (arguments, fits) in FILTERS.items():
        expected = [row for row in _ledger_rows(ledger, status) if fits(row)]
        found = await _numbers(who, status=status, **arguments)
        assert sorted(found) == sorted(clean(row["invoice_number"], 60) for row in expected), name
        chosen_somewhere |= {name} if expected else set()
    assert len(chosen_somewhere) >= len(FILTERS) - 1


@pytest.mark.parametrize("status", ["open", "all"])
async def test_the_limits_of_a_filter_belong_to_it(world: World, who: Assistant, status: str) -> None:
    rows = [row for row in _ledger_rows(Ledger(world, MAIN), status) if _value(row) and row["due_date"]]
    one = rows[len(rows) // 2]
    alone = {"debtors": [Ledger(world, MAIN).debtors[one["debtor_id"]]["debtor_number"]], "status": status}
    value, due = str(_value(one)), one["due_date"]
    exact = await _numbers(who, min_amount=value, max_amount=value, due_from=due, due_to=due, **alone)
    after = await _numbers(who, updated_after=one["updated_at"], **alone)
    before = await _numbers(who, updated_after=one["updated_at"].replace("Z", "").rpartition(".")[0], **alone)
    assert one["invoice_number"] in exact
    assert one["invoice_number"] not in after
    assert one["invoice_number"] in before or one["updated_at"].endswith(".000Z")


@pytest.mark.parametrize("status", ["open", "overdue", "paid", "all"])
async def test_debtors_invoices_and_words_choose_exactly_what_they_name(
    world: World, who: Assistant, status: str
) -> None:
    ledger = Ledger(world, MAIN)
    rows = _ledger_rows(ledger, status)
    owners = sorted({row["debtor_id"] for row in rows})[3:5]
    numbers = [ledger.debtors[key]["debtor_number"] for key in owners]
    picked = [rows[0]["invoice_number"], rows[1]["invoice_identifier"], rows[2]["id"]]
    word = "storingsdienst"
    by_debtor = await _numbers(who, status=status, debtors=numbers)
    by_number = await _numbers(who, status=status, invoices=picked)
    by_word = await _numbers(who, status=status, query=word.upper())
    both = await _numbers(who, status=status, query=word, debtors=numbers[:1])
    unknown = await who.ask("search_invoices", status=status, invoices=[picked[0], "no-such-invoice"])
    assert sorted(by_debtor) == _sorted_numbers([row for row in rows if row["debtor_id"] in owners])
    assert sorted(by_number) == _sorted_numbers(rows[:3])
    worded = [row for row in rows if word in (row["description"] or "").casefold()]
    assert worded
    assert sorted(by_word) == _sorted_numbers(worded)
    assert sorted(both) == _sorted_numbers([row for row in worded if row["debtor_id"] == owners[0]])
    assert unknown["total"] == 1
    assert any("no-such-invoice" in note for note in unknown["notes"])


async def test_a_search_by_credit_case_gives_the_invoices_of_that_case(world: World, who: Assistant) -> None:
    ledger = Ledger(world, MAIN)
    case = next(row for row in world.rows(MAIN, "credit_cases") if not row["deactivated_at"])
    expected = [row for row in ledger.every if row["active_credit_case_id"] == case["id"]]
    assert expected
    for number in (case["case_number"], case["credit_case_number"], case["id"]):
        found = await _numbers(who, status="all", credit_cases=[number])
        assert sorted(found) == _sorted_numbers(expected)


def _day(column: str) -> Callable[[dict[str, Any]], int | None]:
    return lambda row: None if row[column] is None else dt.date.fromisoformat(row[column]).toordinal()


SORTS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "due_date": _day("due_date"),
    "invoice_date": _day("invoice_date"),
    "open_amount": _value,
}


@pytest.mark.parametrize("sort", [sign + name for name in SORTS for sign in ("", "-")])
@pytest.mark.parametrize("status", ["open", "all"])
async def test_a_sort_orders_every_row_and_puts_what_has_no_value_last(
    world: World, who: Assistant, sort: str, status: str
) -> None:
    rows = _ledger_rows(Ledger(world, MAIN), status)
    key = SORTS[sort.removeprefix("-")]
    known = [row for row in rows if key(row) is not None]
    known.sort(key=lambda row: int(row["id"]))
    known.sort(key=key, reverse=sort.startswith("-"))
    blank = sorted((row for row in rows if key(row) is None), key=lambda row: int(row["id"]))
    found = await _numbers(who, status=status, sort=sort)
    assert found == [row["invoice_number"] for row in known + blank]


# --- find_debtors ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("administration_id", ADMINISTRATIONS)
async def test_the_list_of_debtors_says_what_each_owes(world: World, who: Assistant, administration_id: str) -> None:
    ledger = Ledger(world, administration_id)
    who = Assistant(who.client, administration_id)
    rows = await who.all("find_debtors", "debtors", limit=7)
    first = await who.ask("find_debtors")
    assert first["total"] == len(ledger.debtors)
    assert first["currency"] == ledger.currency
    assert sorted(rows, key=lambda row: str(row.get("debtor_number", ""))) == reckoning.debtor_balances(ledger)
    amounts = [(Decimal(row["overdue"]), Decimal(row["open"])) for row in rows]
    assert amounts == sorted(amounts, reverse=True)


async def test_debtors_are_found_by_part_of_a_name_or_number_and_listed_by_name(world: World, who: Assistant) -> None:
    ledger = Ledger(world, MAIN)
    some = next(row for row in ledger.debtors.values() if row["name"].isascii() and " " in row["name"])
    part = some["name"].split()[0][:5]
    expected = {
        row["debtor_number"]
        for row in ledger.debtors.values()
        if part.casefold() in f"{row['name']} {row['debtor_number']} {row['debtor_identifier']}".casefold()
    }
    found = await who.all("find_debtors", "debtors", query=part, limit=3)
    by_number = await who.all("find_debtors", "debtors", query=some["debtor_number"])
    names = [row["name"] for row in await who.all("find_debtors", "debtors", sort="name", limit=9)]
    assert {row["debtor_number"] for row in found} == expected
    assert some["debtor_number"] in {row["debtor_number"] for row in by_number}
    listed = sorted(ledger.debtors.values(), key=lambda row: (row["name"].casefold(), row["id"]))
    assert names == [outside(row["name"], 60) for row in listed]
