"""A listing keeps its place while the data moves underneath: no row twice, none lost that was there throughout."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from payt_mcp.books import listings
from payt_sandbox import World, build_world
from payt_sandbox.server import Handle
from tests.answers import reckoning
from tests.answers.reckoning import Ledger
from tests.support.assistant import MAIN, NOON, Assistant, Row, assistant, frozen, payt

pytestmark = pytest.mark.slow

LATE = NOON.date() - dt.timedelta(days=40)


class Meddler:
    """Pays, changes, adds and deletes records, now of those already shown and now of those still to come."""

    def __init__(self, world: World, kind: str, keep: Callable[[Row], bool]) -> None:
        self.world = world
        self.kind = kind
        listed = [row["id"] for row in world.rows(MAIN, kind) if keep(row)]
        self.targets = listed[::3] + listed[1::3][::-1]
        self.untouched = set(listed) - set(self.targets)
        self._turn = 0

    def meddle(self) -> None:
        """Touch three records and add one; each time others, from both ends of the list."""
        for _ in range(min(3, len(self.targets))):
            self._turn += 1
            key = self.targets.pop(0 if self._turn % 2 else -1)
            self._touch(key, self._turn % 4)
        self._add()

    def _touch(self, key: str, way: int) -> None:
        world = self.world
        if way == 0:
            world.delete(MAIN, self.kind, key)
        elif self.kind == "invoices" and way == 1:
            world.change_invoice(MAIN, key, due_date=LATE - dt.timedelta(days=300), open_amount="99999.00")
        elif self.kind == "invoices":
            self._pay(key)
        elif self.kind == "messages":
            world.change_message(MAIN, key, sent_at=NOON + dt.timedelta(minutes=self._turn))
        elif self.kind == "contacts":
            world.change_contact(MAIN, key, lastname=f"Changed {key}")
        else:
            world.change_debtor(MAIN, key, name=f"AAA {key}")

    def _pay(self, key: str) -> None:
        if self.world.book(MAIN).tables["invoices"].rows[int(key)]["open_amount"]:
            self.world.pay_invoice(MAIN, key)

    def _add(self) -> None:
        world, turn = self.world, self._turn
        if self.kind == "invoices":
            world.add_invoice(MAIN, due_date=LATE, total_amount=f"{turn}.01", open_amount=turn % 2)
        elif self.kind == "debtors":
            world.add_invoice(MAIN, debtor_id=world.add_debtor(MAIN), due_date=LATE, total_amount="70000.00")
        elif self.kind == "contacts":
            world.add_contact(MAIN, contact_identifier=f"added-{turn}", lastname="Added")
        else:
            world.add_message(MAIN, content=f"Added {turn}", sent_at=NOON)


@dataclass(frozen=True)
class Case:
    """One list tool: how it is asked, what changes underneath, and how its rows and the raw ones are recognized."""

    tool: str
    rows: str
    key: str
    kind: str
    raw_key: str
    arguments: dict[str, Any]
    keep: Callable[[Row], bool] = lambda _row: True

    def __str__(self) -> str:
        return f"{self.tool}-{self.arguments.get('status', self.kind)}"


def _is_open(row: Row) -> bool:
    return reckoning.amount(row["open_amount"]) != 0


def _is_overdue(row: Row) -> bool:
    is_past = row["due_date"] is not None and row["due_date"] < NOON.date().isoformat()
    return reckoning.amount(row["open_amount"]) > 0 and is_past


def _is_recent(row: Row) -> bool:
    return row["sent_at"] is not None and dt.datetime.fromisoformat(row["sent_at"]) > NOON - dt.timedelta(days=30)


_INVOICES = ("search_invoices", "invoices", "invoice_number", "invoices", "invoice_number")
CASES = (
    Case(*_INVOICES, {"limit": 11}, _is_open),
    Case(*_INVOICES, {"status": "overdue", "sort": "-open_amount", "limit": 9}, _is_overdue),
    Case(*_INVOICES, {"status": "paid", "limit": 4}, lambda row: not _is_open(row)),
    Case(*_INVOICES, {"status": "all", "sort": "invoice_date", "limit": 13}),
    Case("find_debtors", "debtors", "debtor_number", "debtors", "debtor_number", {"limit": 2}),
    Case(
        "find_debtors", "debtors", "debtor_number", "invoices", "debtor_number", {"limit": 2, "sort": "name"}, _is_open
    ),
    Case("list_contacts", "contacts", "contact_identifier", "contacts", "contact_identifier", {"limit": 3}),
    Case("list_messages", "messages", "message_id", "messages", "id", {"limit": 4}, _is_recent),
)


def _small() -> World:
    world = frozen(build_world(invoices=150, debtors=50, seed=5, today=NOON.date()))
    for hours in range(30):
        world.add_message(MAIN, content=f"Message {hours}", sent_at=NOON - dt.timedelta(hours=hours % 7))
    return world


@pytest.mark.parametrize("cursors", ["record_id", "opaque"])
@pytest.mark.parametrize("case", CASES, ids=str)
async def test_paging_to_the_end_while_rows_are_paid_changed_added_and_deleted(case: Case, cursors: str) -> None:
    world = _small()
    meddler = Meddler(world, case.kind, case.keep)
    named = {row["id"]: row[case.raw_key] for row in world.rows(MAIN, case.kind)}
    assert len(meddler.untouched) > 8
    seen: list[str] = []
    totals = set()
    with payt(world, cursors=cursors) as handle:
        async with assistant(handle) as who:
            async for page in who.pages(case.tool, **case.arguments):
                seen += [row[case.key] for row in page.get(case.rows, [])]
                assert len(page.get(case.rows, [])) <= case.arguments["limit"]
                totals.add(page.get("total"))
                meddler.meddle()
    assert not [key for key, times in Counter(seen).items() if times > 1]
    # A debtor's number is on each of its invoices; an invoice may also not carry it.
    expected = {named[key] for key in meddler.untouched} - {None}
    assert expected <= set(seen)
    assert len(totals) == 1


async def test_paging_the_overdue_debtors_while_their_invoices_move() -> None:
    world = _small()
    meddler = Meddler(world, "invoices", _is_overdue)
    steady = {row["debtor_number"] for row in world.rows(MAIN, "invoices") if row["id"] in meddler.untouched}
    unvalued = {row["debtor_number"] for row in world.rows(MAIN, "invoices") if row["book_open_amount"] is None}
    seen: list[str] = []
    with payt(world) as handle:
        async with assistant(handle) as who:
            async for page in who.pages("summarize_overdue", top=2):
                seen += [row["debtor_number"] for row in page["debtors"]]
                meddler.meddle()
                expected = reckoning.overdue(Ledger(world, MAIN))
            last = await who.ask("summarize_overdue")
    assert len(seen) == len(set(seen))
    assert steady - unvalued - {None} <= set(seen)
    # However it was paged before, the next question is answered from what is true then.
    assert last["overdue_gross"] == expected["overdue_gross"]


async def test_contacts_over_several_of_payts_pages_keep_their_place() -> None:
    world = frozen(build_world(invoices=60, debtors=1200, seed=5, today=NOON.date()))
    meddler = Meddler(world, "contacts", lambda _row: True)
    assert len(meddler.untouched) > 350
    names = {row["id"]: row["contact_identifier"] for row in world.rows(MAIN, "contacts")}
    with payt(world, last_page="extra_page") as handle:
        async with assistant(handle) as who:
            seen = []
            async for page in who.pages("list_contacts", limit=100):
                seen += [row["contact_identifier"] for row in page.get("contacts", [])]
                meddler.meddle()
    assert len(seen) == len(set(seen))
    assert {names[key] for key in meddler.untouched} <= set(seen)


@pytest.fixture(scope="module")
def any_payt() -> Iterator[Handle]:
    """One server whose world every example replaces."""
    with payt(_small()) as handle:
        yield handle


STEPS = st.lists(
    st.tuples(st.sampled_from(("page", "pay", "part", "add", "delete", "move", "rename")), st.integers(0, 999)),
    max_size=40,
)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, limit=st.integers(5, 60), tool=st.sampled_from(("search_invoices", "summarize_overdue")))
async def test_any_order_of_changes_and_pages_shows_every_lasting_row_once(
    any_payt: Handle, steps: list[tuple[str, int]], limit: int, tool: str
) -> None:
    world = any_payt.sandbox.world = _small()
    keys = [row["id"] for row in world.rows(MAIN, "invoices") if _is_overdue(row) and row["book_open_amount"]]
    numbers = {row["id"]: row["invoice_number"] for row in world.rows(MAIN, "invoices")}
    owners = {row["id"]: row["debtor_id"] for row in world.rows(MAIN, "invoices")}
    debtors = {row["id"]: row["debtor_number"] for row in world.rows(MAIN, "debtors")}
    gone: set[str] = set()
    is_search = tool == "search_invoices"
    first = {"status": "overdue", "limit": limit} if is_search else {"top": limit // 5}
    async with assistant(any_payt) as who:
        pages = who.pages(tool, **first)
        rows: list[Row] = []
        for step, number in [*steps, *[("page", 0)] * 60]:
            if step == "page":
                page = await anext(pages, None)
                rows += page.get("invoices" if is_search else "debtors", []) if page else []
            else:
                gone |= _change(world, step, keys[number % len(keys)], gone)
    lasting = [key for key in keys if key not in gone]
    seen = [row["invoice_number" if is_search else "debtor_number"] for row in rows]
    assert len(seen) == len(set(seen))
    assert {numbers[key] if is_search else debtors[owners[key]] for key in lasting} <= set(seen)


def _change(world: World, step: str, key: str, gone: set[str]) -> set[str]:
    """Do one thing to an invoice or beside it; the keys that are no longer overdue by it."""
    if step == "add":
        world.add_invoice(MAIN, due_date=LATE, total_amount="5000.00")
    elif key in gone:
        return set()
    elif step == "pay":
        world.pay_invoice(MAIN, key)
        return {key}
    elif step == "delete":
        world.delete_invoice(MAIN, key)
        return {key}
    elif step == "part":
        world.change_invoice(MAIN, key, open_amount="0.01", book_open_amount="0.01")
    elif step == "move":
        world.change_invoice(MAIN, key, due_date="2020-01-01")
    else:
        world.change_invoice(MAIN, key, invoice_date="2020-01-01")
    return set()


# --- cursors ---------------------------------------------------------------------------------------------------------

LISTS = {
    "summarize_overdue": {"top": 1},
    "search_invoices": {"limit": 1},
    "find_debtors": {"limit": 1},
    "list_contacts": {"limit": 1},
    "list_messages": {"limit": 1},
}


@pytest.fixture(scope="module")
def still() -> Iterator[Handle]:
    """Read its world only."""
    with payt(_small()) as handle:
        yield handle


async def _cursor(who: Assistant, tool: str, **arguments: Any) -> str:
    cursor = (await who.ask(tool, **LISTS[tool], **arguments))["next_cursor"]
    assert isinstance(cursor, str)
    return cursor


@pytest.mark.parametrize("tool", LISTS)
@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_a_cursor_is_taken_alone_or_with_its_arguments_and_as_often_as_it_is_passed(
    still: Handle, tool: str, mode: str
) -> None:
    async with assistant(still, mode=mode) as who:
        cursor = await _cursor(who, tool)
        alone = await who.ask(tool, cursor=cursor, administration_id=None, **LISTS[tool])
        again = await who.ask(tool, cursor=cursor, **LISTS[tool])
        first = await who.ask(tool, **LISTS[tool])
    rows = next(name for name, value in alone.items() if name in {"debtors", "invoices", "contacts", "messages"})
    assert alone[rows] == again[rows]
    assert alone[rows] != first[rows]


@pytest.mark.parametrize("tool", LISTS)
@pytest.mark.parametrize("cursor", ["garbage", "1", "..", ".5", "a.-1", "a.99999999999", "a.٣", "🦆.1", "x" * 5000])
async def test_a_cursor_that_is_none_is_refused_with_how_to_start_again(still: Handle, tool: str, cursor: str) -> None:
    async with assistant(still) as who:
        text = await who.refused(tool, cursor=cursor)
    assert "cursor" in text
    assert "leave cursor out" in text.casefold()
    assert len(text) < 400


@pytest.mark.parametrize("tool", LISTS)
async def test_a_cursor_of_another_tool_is_refused(still: Handle, tool: str) -> None:
    other = "find_debtors" if tool != "find_debtors" else "list_contacts"
    async with assistant(still) as who:
        text = await who.refused(tool, cursor=await _cursor(who, other))
    assert other in text
    assert "another query" in text


OTHERS: dict[str, dict[str, Any]] = {
    "summarize_overdue": {"min_days": 30},
    "search_invoices": {"status": "overdue"},
    "find_debtors": {"sort": "name"},
    "list_contacts": {"query": "jan"},
    "list_messages": {"debtor": "10002"},
}


@pytest.mark.parametrize("tool", LISTS)
async def test_a_cursor_with_the_arguments_of_another_query_is_refused(still: Handle, tool: str) -> None:
    async with assistant(still) as who:
        cursor = await _cursor(who, tool)
        changed = await who.refused(tool, cursor=cursor, **OTHERS[tool])
        moved = await who.refused(tool, cursor=cursor, administration_id="4739")
    assert "another query" in changed
    assert "another query" in moved


@pytest.mark.parametrize("tool", LISTS)
async def test_an_expired_cursor_is_refused_and_says_so(
    still: Handle, tool: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with assistant(still) as who:
        cursor = await _cursor(who, tool)
        await who.ask(tool, cursor=cursor)
        monkeypatch.setattr(listings, "LIFETIME", -1.0)
        text = await who.refused(tool, cursor=cursor)
    assert "15 minutes" in text
    assert "start again" in text


@pytest.mark.parametrize("tool", LISTS)
async def test_a_cursor_past_the_end_of_its_listing_is_refused(still: Handle, tool: str) -> None:
    async with assistant(still) as who:
        token = (await _cursor(who, tool)).partition(".")[0]
        await who.refused(tool, cursor=f"{token}.999999")
