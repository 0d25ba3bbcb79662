"""The first reading and the deltas after it: whatever changes while they are under way, the next answer is right."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import anyio
import pytest

from payt_mcp.books import open_books as books
from payt_mcp.books.newest import Newest
from payt_mcp.errors import UnavailableError
from payt_mcp.payt import scan
from payt_mcp.payt.clock import Reading
from payt_sandbox import World, build_world
from payt_sandbox.api import gate
from payt_sandbox.api.faults import Fault, Faults
from payt_sandbox.server import Handle
from tests.answers import reckoning
from tests.answers.reckoning import Ledger
from tests.support.assistant import MAIN, NOON, Assistant, assistant, frozen, payt

pytestmark = pytest.mark.slow

LATE = NOON.date() - dt.timedelta(days=50)


class Meddled(Faults):
    """No faults: the world is changed at the moment a request arrives, before it is answered."""

    def __init__(self, path: str, change: Callable[[int], None]) -> None:
        super().__init__()
        self.path = path
        self.change = change
        self.arrived = 0

    def take(self, method: str, path: str) -> Fault | None:
        if path == self.path:
            self.change(self.arrived)
            self.arrived += 1
        return super().take(method, path)


def _changes(world: World) -> Callable[[int], None]:
    """At every arrival: one invoice each paid, partly paid, deleted, moved and added, all over the list."""
    rows = [row for row in world.rows(MAIN, "invoices") if reckoning.amount(row["open_amount"]) > 0]
    keys = [row["id"] for row in rows]
    paid = [row["id"] for row in world.rows(MAIN, "invoices") if reckoning.amount(row["open_amount"]) == 0]
    debtors = list(Ledger(world, MAIN).debtors)

    def change(turn: int) -> None:
        if turn >= 12:
            return
        first, last = keys[turn * 7 : turn * 7 + 7], keys[-7 * turn - 7 :]
        for some in (first, last):
            world.pay_invoice(MAIN, some[0])
            world.pay_invoice(MAIN, some[1], "0.01")
            world.delete_invoice(MAIN, some[2])
            world.change_invoice(MAIN, some[3], open_amount="123.45", book_open_amount="123.45")
            world.change_invoice(MAIN, some[4], due_date=LATE - dt.timedelta(days=turn))
            world.change_invoice(MAIN, some[5], debtor_id=debtors[turn % len(debtors)])
        world.change_invoice(MAIN, paid[turn], open_amount="77.00", book_open_amount="77.00", payment_date=None)
        world.add_invoice(MAIN, due_date=LATE, total_amount="10.01")
        world.change_debtor(MAIN, debtors[turn], name=f"Renamed {turn}")

    return change


async def _picture(who: Assistant) -> dict[str, Any]:
    pages = [page async for page in who.pages("summarize_overdue", top=100)]
    names = ("overdue_gross", "overdue_credits", "overdue_net", "invoice_count", "debtor_count", "buckets", "currency")
    return {name: pages[0][name] for name in (*names, "total")} | {
        "debtors": [row for page in pages for row in page.get("debtors", [])]
    }


def _meddle(handle: Handle, path: str) -> Meddled:
    meddled = Meddled(path, _changes(handle.sandbox.world))
    handle.sandbox.faults = meddled
    return meddled


def _loads(handle: Handle) -> int:
    """How many times all open invoices were begun to be read."""
    requests = [request for request in list(handle.sandbox.requests) if request.path == "/v1/invoices"]
    return sum("paid=false" in one.query and "cursor=" not in one.query for one in requests)


OPTIONS: list[dict[str, Any]] = [
    {"inclusive_updated_after": inclusive, "cursors": cursors, "latency_ms": 5}
    for inclusive in (False, True)
    for cursors in ("record_id", "opaque")
]


@pytest.mark.parametrize("options", OPTIONS, ids=lambda options: "-".join(map(str, options.values())))
@pytest.mark.parametrize("stamps", ["equal", "ticking"])
async def test_what_changes_while_the_first_reading_is_under_way_is_in_the_next_answer(
    options: dict[str, Any], stamps: str
) -> None:
    world = build_world(invoices=2600, seed=11, today=NOON.date())
    if stamps == "equal":
        frozen(world)
    with payt(world, **options) as handle:
        meddled = _meddle(handle, "/v1/invoices")
        async with assistant(handle) as who:
            await who.ask("summarize_overdue")
            assert meddled.arrived >= 6
            meddled.change = lambda _turn: None
            assert await _picture(who) == reckoning.overdue(Ledger(world, MAIN))
        # Where a cursor is no id that is found out on the way, and the list is begun again as one chain.
        assert _loads(handle) == (1 if options["cursors"] == "record_id" else 2)


@pytest.mark.parametrize("inclusive", [False, True])
async def test_what_changes_while_a_delta_is_under_way_is_in_the_next_answer(inclusive: bool) -> None:
    world = frozen(build_world(invoices=700, seed=11, today=NOON.date()))
    with payt(world, inclusive_updated_after=inclusive) as handle:
        async with assistant(handle) as who:
            await who.ask("summarize_overdue")
            meddled = _meddle(handle, "/v1/invoices")
            for _ in range(5):
                await who.ask("summarize_overdue")
            assert meddled.arrived == 5
            meddled.change = lambda _turn: None
            assert await _picture(who) == reckoning.overdue(Ledger(world, MAIN))
        assert _loads(handle) == 1


async def test_a_payt_that_sends_no_date_is_followed_by_its_own_stamps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "format_datetime", lambda *_args, **_options: "")
    world = build_world(invoices=1300, seed=11)
    with payt(world, latency_ms=5) as handle:
        meddled = _meddle(handle, "/v1/invoices")
        async with assistant(handle) as who:
            await who.ask("summarize_overdue")
            meddled.change = lambda _turn: None
            assert await _picture(who) == reckoning.overdue(Ledger(world, MAIN))
            _changes(world)(11)
            assert await _picture(who) == reckoning.overdue(Ledger(world, MAIN))
        assert _loads(handle) == 1


async def test_every_kind_of_change_between_two_answers_is_in_the_second() -> None:
    world = frozen(build_world(invoices=300, seed=4, today=NOON.date()))
    change = _changes(world)
    with payt(world) as handle:
        async with assistant(handle) as who:
            for turn in range(4):
                assert await _picture(who) == reckoning.overdue(Ledger(world, MAIN))
                change(turn)
            assert await _picture(who) == reckoning.overdue(Ledger(world, MAIN))
        assert _loads(handle) == 1


async def test_an_invoice_of_a_debtor_that_no_list_held_is_not_nameless() -> None:
    world = frozen(build_world(invoices=40, seed=4, today=NOON.date()))
    with payt(world) as handle:
        async with assistant(handle) as who:
            await who.ask("summarize_overdue")
            # Stamped long ago, as an import does: no delta of debtors shows it.
            debtor = world.add_debtor(MAIN, name="Imported Ltd", updated_at="2020-01-01T00:00:00.000Z")
            world.add_invoice(MAIN, debtor_id=debtor, due_date=LATE, total_amount="9999999.00")
            answer = await who.ask("summarize_overdue", top=1)
    assert answer["debtors"][0]["name"] == "Imported Ltd"
    assert answer["debtors"][0]["overdue"] == "9999999.00"


# --- lists that are hard to divide -----------------------------------------------------------------------------------


def _monotone(count: int, **same: Any) -> World:
    """Invoices that are all alike, of one debtor, in ids that lie side by side or far apart."""
    world = frozen(build_world(invoices=12, debtors=3, seed=1, today=NOON.date()))
    for number in range(count):
        world.add_invoice(MAIN, due_date=LATE, total_amount="100.00", **{**same, **_far(number, count, same)})
    return world


def _far(number: int, count: int, same: dict[str, Any]) -> dict[str, Any]:
    """With `id`: a third of the ids each in a clump near, far, and very far away."""
    if "id" not in same:
        return {}
    clump = number * 3 // count
    return {"id": same["id"] + number + clump * 10 ** (4 + 2 * clump)}


@pytest.mark.parametrize("cursors", ["record_id", "opaque"])
@pytest.mark.parametrize("same", [{}, {"id": 3_000_000}], ids=["dense", "clumped"])
async def test_thousands_of_equal_invoices_of_one_debtor_are_all_counted(cursors: str, same: dict[str, Any]) -> None:
    world = _monotone(3_300, updated_at="2026-01-01T00:00:00.000Z", **same)
    with payt(world, cursors=cursors, latency_ms=2) as handle:
        async with assistant(handle) as who:
            assert await _picture(who) == reckoning.overdue(Ledger(world, MAIN))


async def test_a_delta_of_thousands_of_equal_stamps_is_read_to_its_end() -> None:
    world = frozen(build_world(invoices=20, debtors=3, seed=1, today=NOON.date()))
    with payt(world) as handle:
        async with assistant(handle) as who:
            await who.ask("summarize_overdue")
            for _ in range(1_700):
                world.add_invoice(MAIN, due_date=LATE, total_amount="3.33")
            assert await _picture(who) == reckoning.overdue(Ledger(world, MAIN))


# --- deltas that cannot be trusted -----------------------------------------------------------------------------------


def _lost(world: World, moment: dt.datetime) -> None:
    """A payment with a stamp from before any delta: only a fresh reading can find it."""
    key = next(row["id"] for row in world.rows(MAIN, "invoices") if Decimal(row["open_amount"]) > 0)
    world.change_invoice(MAIN, key, open_amount="0.00", book_open_amount="0.00", updated_at=moment)


@pytest.mark.parametrize("hours", [-26, -2, 2, 26, 24 * 81, 24 * 100], ids=lambda hours: f"{hours}h")
async def test_when_payts_clock_jumps_everything_is_read_anew(hours: int) -> None:
    world = frozen(build_world(invoices=60, seed=4, today=NOON.date()))
    with payt(world) as handle:
        async with assistant(handle) as who:
            await who.ask("summarize_overdue")
            await who.ask("summarize_overdue")
            assert _loads(handle) == 1
            _lost(world, NOON - dt.timedelta(days=30))
            frozen(world, NOON + dt.timedelta(hours=hours))
            assert await _picture(who) == reckoning.overdue(Ledger(world, MAIN))
            assert _loads(handle) == 2
            await who.ask("summarize_overdue")
            assert _loads(handle) == 2


@pytest.mark.parametrize(("hours", "loads"), [(3, 1), (25, 2)])
async def test_after_a_day_everything_is_read_anew_and_before_it_only_the_changes(
    hours: int, loads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = frozen(build_world(invoices=60, seed=4, today=NOON.date()))
    with payt(world) as handle:
        async with assistant(handle) as who:
            await who.ask("summarize_overdue")
            real = Reading.take()
            shifted = Reading(real.monotonic + hours * 3600, real.wall + hours * 3600)
            monkeypatch.setattr(Reading, "take", lambda: shifted)
            frozen(world, NOON + dt.timedelta(hours=hours))
            change = _changes(world)
            change(0)
            assert await _picture(who) == reckoning.overdue(Ledger(world, MAIN))
        assert _loads(handle) == loads


# --- many callers, long waits ----------------------------------------------------------------------------------------


async def test_however_many_calls_wait_there_is_one_reading() -> None:
    world = frozen(build_world(invoices=1200, seed=4, today=NOON.date()))
    answers: list[str] = []
    with payt(world, latency_ms=30) as handle:
        async with assistant(handle, PAYT_FRESHNESS_SECONDS="60") as who:

            async def ask(tool: str) -> None:
                answer = await who.ask(tool)
                answers.append(answer.get("overdue_gross", ""))

            async with anyio.create_task_group() as group:
                for tool in ["summarize_overdue"] * 5 + ["search_invoices", "find_debtors"] * 2:
                    group.start_soon(ask, tool)
        assert _loads(handle) == 1
    assert {answer for answer in answers if answer} == {reckoning.overdue(Ledger(world, MAIN))["overdue_gross"]}


async def test_a_long_list_is_read_without_asking_beyond_its_end() -> None:
    world = frozen(build_world(invoices=4000, debtors=1100, seed=4, today=NOON.date()))
    with payt(world, latency_ms=20) as handle:
        async with assistant(handle, PAYT_FRESHNESS_SECONDS="60") as who:
            await who.ask("summarize_overdue")
        pages = [one.query for one in handle.sandbox.requests if one.path == "/v1/invoices"]
    last = max(int(row["id"]) for row in world.rows(MAIN, "invoices"))
    cursors = [int(query.partition("cursor=")[2].partition("&")[0]) for query in pages if "cursor=" in query]
    assert max(cursors) < last
    assert sum("order=invoice_date_desc" in query for query in pages) == 1
    assert len(cursors) <= 4000 // 500 + 4


@pytest.mark.parametrize("fault", ["refused", "slow"])
async def test_where_nobody_says_where_a_list_ends_it_is_read_all_the_same(
    fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def page(_self: Newest) -> list[dict[str, Any]]:
        if fault == "refused":
            raise UnavailableError("it answered 500", attempts=7, seconds=1.0)
        await anyio.sleep(60)
        return []

    monkeypatch.setattr(Newest, "_read", page)
    monkeypatch.setattr(scan, "_LOOKED_AHEAD", 0.1)
    world = frozen(build_world(invoices=2600, seed=4, today=NOON.date()))
    with payt(world) as handle:
        async with assistant(handle) as who:
            assert await _picture(who) == reckoning.overdue(Ledger(world, MAIN))


async def test_both_administrations_are_read_side_by_side_without_mixing() -> None:
    world = frozen(build_world(invoices=600, seed=4, today=NOON.date()))
    found: dict[str, str] = {}
    with payt(world, latency_ms=20) as handle:
        async with assistant(handle) as who:

            async def ask(administration_id: str) -> None:
                answer = await who.ask("summarize_overdue", administration_id=administration_id)
                found[administration_id] = answer["overdue_gross"]

            async with anyio.create_task_group() as group:
                for administration_id in (MAIN, "4739"):
                    group.start_soon(ask, administration_id)
    assert found == {key: reckoning.overdue(Ledger(world, key))["overdue_gross"] for key in (MAIN, "4739")}


@pytest.mark.parametrize("tool", ["summarize_overdue", "search_invoices", "find_debtors"])
async def test_a_call_that_would_wait_too_long_says_so_and_the_reading_goes_on(
    tool: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = frozen(build_world(invoices=1200, seed=4, today=NOON.date()))
    with payt(world) as handle:
        handle.faults.add(Fault("slow", path="/v1/invoices", times=None, delay_ms=250))
        async with assistant(handle, PAYT_FRESHNESS_SECONDS="60") as who:
            with monkeypatch.context() as impatient:
                impatient.setattr(books, "PATIENCE", 0.05)
                text = await who.refused(tool)
            answer = await who.ask(tool)
        assert _loads(handle) == 1
    assert "Still loading" in text
    assert "again" in text
    assert answer["total"] > 0


async def test_a_call_that_its_caller_gives_up_does_not_end_the_reading() -> None:
    world = frozen(build_world(invoices=1200, seed=4, today=NOON.date()))
    with payt(world) as handle:
        handle.faults.add(Fault("slow", path="/v1/invoices", times=None, delay_ms=150))
        async with assistant(handle, PAYT_FRESHNESS_SECONDS="60") as who:
            with anyio.move_on_after(0.2) as given_up:
                await who.ask("summarize_overdue")
            assert given_up.cancelled_caught
            answer = await who.ask("summarize_overdue")
        assert _loads(handle) == 1
    assert answer["overdue_gross"] == reckoning.overdue(Ledger(world, MAIN))["overdue_gross"]
