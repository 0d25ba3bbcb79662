"""Rows that can be read only long after their stamps: the next answer after a write of ours is right, and an hour
later every answer is, to the cent.
"""

import datetime as dt
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any

import anyio
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mcp.client import Client

from payt_mcp.server.server import build_server
from payt_mcp.settings import Secret, Settings
from payt_sandbox import World, build_world
from payt_sandbox.api.options import Options
from payt_sandbox.api.sandbox import by_chance
from payt_sandbox.app import create_app
from payt_sandbox.server import Handle
from tests.answers import reckoning
from tests.answers.reckoning import Ledger
from tests.support.assistant import MAIN, Assistant, payt
from tests.support.hours import Hours
from tests.support.house import says

pytestmark = [pytest.mark.slow, pytest.mark.anyio]

HOUR = 3_600.0
LATE = (1.0, 3 * HOUR)
SUMS = ("overdue_gross", "overdue_credits", "overdue_net", "invoice_count", "debtor_count", "buckets")
WORLD = build_world(invoices=240, seed=4)


@asynccontextmanager
async def asked(folder: Path, *, app: Any = None, url: str = "http://127.0.0.1:1", freshness: int = 0) -> Any:
    """An assistant that may write, and whose user says yes."""
    given_ = Settings(
        api_token=Secret("sandbox-token"), api_url=url, administration_id=MAIN, rate=100, state_dir=folder,
        freshness_seconds=freshness, toolsets=("core", "upserts", "flow", "plans", "tasks"),
    )  # fmt: skip
    async with Client(build_server(given_, app=app), elicitation_callback=says("accept")) as client:
        yield Assistant(client, MAIN)


@asynccontextmanager
async def in_memory(world: World, folder: Path, **options: Any) -> AsyncIterator[Assistant]:
    app = create_app(world, options=Options(rate=None, **options))
    async with asked(folder, app=app) as who:
        yield who


async def sums(who: Assistant) -> dict[str, Any]:
    answer = await who.ask("summarize_overdue", top=1)
    return {name: answer[name] for name in SUMS}


def right(world: World) -> dict[str, Any]:
    every = reckoning.overdue(Ledger(world, MAIN))
    return {name: every[name] for name in SUMS}


def owed(world: World) -> list[dict[str, Any]]:
    """Open invoices in the currency of the books, that Payt has sent."""
    rows = [row for row in world.rows(MAIN, "invoices") if row["currency_code"] == "EUR" and row["sent_at"]]
    return [row for row in rows if reckoning.amount(row["open_amount"]) > 0 and row["book_open_amount"]]


async def a_stamp_of_now(who: Assistant, world: World) -> None:
    """The greatest stamp seen is of now, so that deltas do not reach back to an older one."""
    await sums(who)
    world.change_invoice(MAIN, owed(world)[0]["id"], description="New")
    await sums(who)


# --- what happens at Payt --------------------------------------------------------------------------------------------


def _pay(world: World, key: str) -> None:
    world.pay_invoice(MAIN, key)


def _pay_a_part(world: World, key: str) -> None:
    world.pay_invoice(MAIN, key, "0.01")


def _delete(world: World, key: str) -> None:
    world.delete_invoice(MAIN, key)


def _move(world: World, key: str) -> None:
    world.change_invoice(MAIN, key, due_date=world.today - dt.timedelta(days=70))


def _put_off(world: World, key: str) -> None:
    world.change_invoice(MAIN, key, due_date=world.today + dt.timedelta(days=70))


def _add(world: World, key: str) -> None:
    world.add_invoice(MAIN, due_date=world.today - dt.timedelta(days=40), total_amount="123.45")


def _hand_over(world: World, key: str) -> None:
    debtors = sorted(Ledger(world, MAIN).debtors)
    world.change_invoice(MAIN, key, debtor_id=debtors[int(key) % len(debtors)])


EVENTS: list[Callable[[World, str], None]] = [_pay, _pay_a_part, _delete, _move, _put_off, _add, _hand_over]


# --- what we write ---------------------------------------------------------------------------------------------------


async def _we_move(who: Assistant, row: dict[str, Any], due: dt.date) -> None:
    """An upsert that says another due date, and the state of that invoice in the answer that follows."""
    if row["due_date"] == due.isoformat():
        due += dt.timedelta(days=1)
    invoice = {
        "invoice_number": row["invoice_number"], "currency_code": "EUR", "invoice_date": row["invoice_date"],
        "due_date": due.isoformat(), "amount_total": row["total_amount"], "amount_open": row["open_amount"],
        "book_amount_total": row["book_total_amount"], "book_amount_open": row["book_open_amount"],
    }  # fmt: skip
    done = await who.ask("upsert_invoices", invoices=[invoice])
    assert done["status"] == "applied", done
    answer = await who.ask("search_invoices", invoices=[row["invoice_number"]])
    assert [one["due_date"] for one in answer["invoices"]] == [due.isoformat()]


Steps = st.lists(st.tuples(st.sampled_from([*EVENTS, None]), st.integers(0, 10_000)), min_size=3, max_size=12)


@given(steps=Steps, seed=st.integers(0, 100))
@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
async def test_after_an_hour_every_sum_is_right_and_after_a_write_of_ours_the_next_answer(
    steps: list[tuple[Callable[[World, str], None] | None, int]], seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    world, dice = WORLD.copy(WORLD.today), Random(seed)
    with pytest.MonkeyPatch.context() as patched:
        hours = Hours(patched, world)
        async with in_memory(world, tmp_path_factory.mktemp("state")) as who:
            assert await sums(who) == right(world)
            await a_stamp_of_now(who, world)
            world.late = by_chance(*LATE)
            for event, place in steps:
                rows = owed(world)
                row = rows[place % len(rows)]
                if event is None:
                    await _we_move(who, row, world.today + dt.timedelta(days=place % 90 - 60))
                else:
                    event(world, row["id"])
                await hours.let_pass(dice.uniform(1, 600))
            await hours.let_pass(HOUR)
            assert await sums(who) == right(world)


def _spent(handle: Handle, since: int) -> int:
    return len(list(handle.sandbox.requests)[since:])


async def test_over_tcp_an_import_that_appears_hours_late_is_in_the_sums_within_the_hour(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = build_world(invoices=2_000, seed=7)
    hours = Hours(monkeypatch, world)
    with payt(world) as handle:
        async with asked(tmp_path, url=handle.url) as who:
            await a_stamp_of_now(who, world)
            world.late = by_chance(*LATE)
            rows = owed(world)
            for place, row in enumerate(rows[::7]):
                EVENTS[place % len(EVENTS)](world, row["id"])
            assert await sums(who) != right(world)  # no delta brings them all
            began = len(handle.sandbox.requests)
            await hours.let_pass(HOUR)
            spent = _spent(handle, began)
            answer = await who.ask("summarize_overdue", top=1)
            assert {name: answer[name] for name in SUMS} == right(world)
            # Said once, and only once.
            assert any("not as Payt has" in note for note in answer["notes"])
            assert not any("not as Payt has" in note for note in (await who.ask("summarize_overdue"))["notes"])
    assert 10 <= spent <= 0.02 * 10 * HOUR, spent


@pytest.mark.parametrize("cursors", ["record_id", "opaque"])
async def test_whatever_order_a_list_comes_in_it_is_verified_within_the_hour(
    cursors: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = build_world(invoices=2_600, seed=5)
    hours = Hours(monkeypatch, world)
    with payt(world, cursors=cursors) as handle:
        async with asked(tmp_path, url=handle.url) as who:
            await a_stamp_of_now(who, world)
            world.late = by_chance(2 * HOUR, 3 * HOUR)
            for part in range(4):
                for place, row in enumerate(owed(world)[part :: 40 + part]):
                    EVENTS[place % len(EVENTS)](world, row["id"])
                await hours.let_pass(HOUR / 4)
            await hours.let_pass(HOUR)
            assert await sums(who) == right(world)


async def test_a_debtor_that_is_gone_is_gone_within_the_hour(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = WORLD.copy(WORLD.today)
    hours = Hours(monkeypatch, world)
    key = world.add_debtor(MAIN, name="Soon Gone Ltd")
    async with in_memory(world, tmp_path) as who:
        assert (await who.ask("find_debtors", query="Soon Gone"))["total"] == 1
        await sums(who)
        world.delete_debtor(MAIN, key)
        assert (await who.ask("find_debtors", query="Soon Gone"))["total"] == 1  # Payt lists no deleted debtors
        await hours.let_pass(HOUR)
        assert (await who.ask("find_debtors", query="Soon Gone"))["total"] == 0


async def test_what_a_delta_would_bring_anyway_is_no_correction(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = WORLD.copy(WORLD.today)
    hours = Hours(monkeypatch, world)
    async with in_memory(world, tmp_path) as who:
        await sums(who)
        await sums(who)
        await hours.let_pass(60)
        for place, row in enumerate(owed(world)[:40]):
            EVENTS[place % len(EVENTS)](world, row["id"])
        await hours.let_pass(HOUR)
        answer = await who.ask("summarize_overdue", top=1)
        assert {name: answer[name] for name in SUMS} == right(world)
        assert not any("not as Payt has" in note for note in answer.get("notes", []))


async def not_paused(who: Assistant, world: World) -> dict[str, Any]:
    """An invoice that neither it nor its case or debtor is said to be paused."""
    for row in owed(world):
        answer = await who.ask("search_invoices", invoices=[row["invoice_number"]])
        if "paused" not in str(answer["invoices"][0].get("attention")):
            return row
    raise LookupError


# --- our own writes --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tool", ["upsert_invoices", "upsert_debtors", "change_follow_up"])
async def test_what_was_written_here_is_in_the_next_answer_however_it_is_stamped(
    tool: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = WORLD.copy(WORLD.today)
    Hours(monkeypatch, world)
    world.late = lambda: dt.timedelta(hours=2.5)
    with payt(world) as handle:
        async with asked(tmp_path, url=handle.url, freshness=600) as who:
            await sums(who)
            row = await not_paused(who, world)
            debtor = Ledger(world, MAIN).debtors[row["debtor_id"]]
            if tool == "upsert_invoices":
                await _we_move(who, row, dt.date(world.today.year, 12, 31))
                assert await sums(who) == right(world)
            elif tool == "upsert_debtors":
                names = ("debtor_number", "debtor_identifier")
                renamed = {name: debtor[name] for name in names} | {"name": "Nieuwe Naam B.V."}
                assert (await who.ask(tool, debtors=[renamed]))["status"] == "applied"
                assert (await who.ask("find_debtors", query="Nieuwe Naam"))["total"] == 1
            else:
                number = row["invoice_number"]
                assert (await who.ask(tool, action="block", invoices=[number]))["status"] == "applied"
                answer = await who.ask("search_invoices", invoices=[number])
                assert "paused" in str(answer["invoices"][0]["attention"])


async def test_a_write_without_an_answer_is_read_again_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from payt_sandbox.api.faults import Fault

    world = WORLD.copy(WORLD.today)
    Hours(monkeypatch, world)
    world.late = lambda: dt.timedelta(hours=2.5)
    with payt(world) as handle:
        async with asked(tmp_path, url=handle.url, freshness=600) as who:
            await sums(who)
            row = await not_paused(who, world)
            handle.faults.add(Fault("server_error_after", path="/v1/invoices/block", times=1))
            await who.call("change_follow_up", action="block", invoices=[row["invoice_number"]])
            answer = await who.ask("search_invoices", invoices=[row["invoice_number"]])
            assert "paused" in str(answer["invoices"][0].get("attention"))


# --- two tools of one invoice ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("event", [_pay_a_part, _move, _pay, _put_off])
async def test_the_invoice_and_the_search_for_it_never_contradict_each_other(
    event: Callable[[World, str], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = WORLD.copy(WORLD.today)
    Hours(monkeypatch, world)
    world.late = by_chance(*LATE)
    with payt(world) as handle:
        async with asked(tmp_path, url=handle.url, freshness=600) as who:
            await sums(who)
            row = owed(world)[3]
            event(world, row["id"])
            one = (await who.ask("get_invoice", invoice=row["invoice_number"]))["invoice"]
            found = (await who.ask("search_invoices", invoices=[row["invoice_number"]])).get("invoices", [])
            assert await sums(who) == right(world)
    told = ("open_amount", "due_date")
    if event is _pay:
        assert (one["open_amount"], found) == ("0.00", [])
    else:
        assert [found[0][name] for name in told] == [one[name] for name in told]


async def test_the_file_of_a_debtor_and_the_sums_never_contradict_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = WORLD.copy(WORLD.today)
    Hours(monkeypatch, world)
    with payt(world) as handle:
        async with asked(tmp_path, url=handle.url, freshness=600) as who:
            await sums(who)
            row = next(one for one in owed(world) if sum(r["debtor_id"] == one["debtor_id"] for r in owed(world)) > 2)
            own = [one["id"] for one in owed(world) if one["debtor_id"] == row["debtor_id"]]
            _pay(world, own[0])
            _delete(world, own[1])
            await who.ask("get_debtor", debtor=row["debtor_number"])
            assert await sums(who) == right(world)


# --- how much it costs -----------------------------------------------------------------------------------------------


async def test_nothing_is_verified_for_one_question_nor_long_after_the_last_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = WORLD.copy(WORLD.today)
    hours = Hours(monkeypatch, world)
    with payt(world) as handle:
        async with asked(tmp_path, url=handle.url, freshness=600) as who:
            await sums(who)
            after_one = len(handle.sandbox.requests)
            await hours.let_pass(HOUR)
            assert len(handle.sandbox.requests) == after_one
            await sums(who)
            after_two = len(handle.sandbox.requests)
            await hours.let_pass(2 * HOUR)
            in_two_hours = len(handle.sandbox.requests)
            assert in_two_hours > after_two
            await hours.let_pass(3 * HOUR)
            assert len(handle.sandbox.requests) <= in_two_hours + 1
            await sums(who)
            again = len(handle.sandbox.requests)
            await hours.let_pass(HOUR)
            assert len(handle.sandbox.requests) > again


async def test_an_import_is_read_once_and_not_with_every_answer_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = WORLD.copy(WORLD.today)
    hours = Hours(monkeypatch, world)
    with payt(world) as handle:
        async with asked(tmp_path, url=handle.url) as who:
            await sums(who)
            for _ in range(1_800):
                world.add_invoice(MAIN, due_date=world.today - dt.timedelta(days=40), total_amount="1.00")
            assert await sums(who) == right(world)
            await hours.let_pass(150)
            costs = []
            for _ in range(3):
                before = len(handle.sandbox.requests)
                assert await sums(who) == right(world)
                costs.append(len(handle.sandbox.requests) - before)
                await hours.let_pass(30)
    assert costs[-1] <= 7, costs


async def test_a_verification_under_way_ends_with_the_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = WORLD.copy(WORLD.today)
    hours, is_verifying = Hours(monkeypatch, world), anyio.Event()
    payt_ = create_app(world, options=Options(rate=None))
    is_held = False

    async def held(scope: Any, receive: Any, send: Any) -> None:
        """Payt, which after a while answers nothing any more."""
        if is_held:
            is_verifying.set()
            await anyio.sleep_forever()
        await payt_(scope, receive, send)

    async with anyio.create_task_group() as group:
        with anyio.CancelScope() as server:
            async with asked(tmp_path, app=held) as who:
                await sums(who)
                await sums(who)
                is_held = True
                group.start_soon(hours.let_pass, HOUR)
                with anyio.fail_after(60):
                    await is_verifying.wait()
                server.deadline = anyio.current_time() + 30
        group.cancel_scope.cancel()
    assert not server.cancelled_caught
