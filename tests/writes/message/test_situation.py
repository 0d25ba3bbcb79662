"""What stands beside a letter when a person is asked about it, and what of it asks anew before it goes out."""

from __future__ import annotations

import datetime as dt
import json
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from mcp.client import Client

from payt_mcp.books.account import open_account
from payt_mcp.books.scope import Scope
from payt_mcp.payt.signin.tokens import StaticToken
from payt_mcp.proposals.asking.preview_text import SITUATION, whole
from payt_mcp.proposals.ledger.ledger import Ledger
from payt_mcp.proposals.preview import Circumstance, Preview, Situation
from payt_mcp.proposals.records import Record, Who
from payt_mcp.proposals.states import Status
from payt_mcp.server.server import build_server
from payt_mcp.settings import TOOLSETS, Secret, Settings
from payt_mcp.writes.message.message import Message
from payt_mcp.writes.writer import Writer
from payt_sandbox.api.options import Options
from payt_sandbox.app import create_app
from tests.adversarial.world import MAIN, Payt, base
from tests.support.fixed import tokens
from tests.support.previews import seen

pytestmark = pytest.mark.slow

PAGE = Who("page", "", "anouk")
BODY = "Geachte heer, mevrouw,\n\nFactuur {} staat nog open. Wilt u die betalen?"


class Clock:
    ahead = dt.timedelta()

    def __call__(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC) + self.ahead


class Shuffled:
    """A Payt that gives the rows of every page in an order of its own: it promises none."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self.state = app.state
        self.dice: random.Random | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        sent: list[Any] = []

        async def keep(message: Any) -> None:
            sent.append(message)

        if scope["type"] != "http" or self.dice is None:
            await self._app(scope, receive, send)
            return
        await self._app(scope, receive, keep)
        start, body = sent[0], b"".join(part.get("body", b"") for part in sent[1:])
        answer = json.loads(body)
        if isinstance(answer, dict) and isinstance(answer.get("data"), list):
            self.dice.shuffle(answer["data"])
            body = json.dumps(answer).encode()
            kept = [pair for pair in start["headers"] if pair[0] != b"content-length"]
            start = {**start, "headers": [*kept, (b"content-length", str(len(body)).encode())]}
        await send(start)
        await send({"type": "http.response.body", "body": body})


class Stage:
    """A Payt with a cast in it, and the state folder of one user."""

    def __init__(self, folder: Path) -> None:
        world = base()
        more = {"no-notes": frozenset({"administrations:read", "invoices:read", "debtors:read", "contacts:read",
                                       "messages:read", "messages:write"})}  # fmt: skip
        self.clock = world.clock = Clock()
        self.app = Shuffled(create_app(world, options=Options(rate=None, tokens=more)))
        self.payt = Payt(world)
        self.mails = self.app.state.sandbox.mails
        self.state = folder

    def settings(self, token: str = "sandbox-token") -> Settings:
        return Settings(
            api_token=Secret(token), administration_id=MAIN, rate=100, state_dir=self.state, toolsets=TOOLSETS
        )

    @asynccontextmanager
    async def asked(self, token: str = "sandbox-token") -> AsyncIterator[Client]:
        server = build_server(self.settings(token), app=self.app, browse=lambda _url: True)
        async with Client(server) as client:
            yield client

    @asynccontextmanager
    async def writer(self) -> AsyncIterator[tuple[Writer, Scope, Ledger]]:
        async with anyio.create_task_group() as group:
            account = open_account(self.settings(), StaticToken(Secret("sandbox-token")), group, app=self.app)
            ledger = Ledger(self.state)
            try:
                scope = Scope(account, await account.administration())
                yield Writer(Message(), account, ledger, "here", "payt", None), scope, ledger
            finally:
                ledger.close()
                group.cancel_scope.cancel()
                await account.aclose()

    def requests(self, path: str) -> int:
        return sum(one.path == path for one in self.app.state.sandbox.requests)


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


def letter(invoice: str, debtor: str, **changes: Any) -> dict[str, Any]:
    return {"subject": f"Factuur {invoice}", "body": BODY.format(invoice), "to_debtor": debtor} | changes


async def propose(client: Client, wish: dict[str, Any]) -> dict[str, Any]:
    answer = (await client.call_tool("send_message", wish)).structured_content
    assert answer is not None
    return dict(answer)


def around(shown: Preview) -> list[Circumstance]:
    return [entry for one in shown.sections if isinstance(one, Situation) for entry in one.entries]


def labels(shown: Preview) -> list[str]:
    return [entry.label for entry in around(shown)]


async def test_what_is_known_of_a_debtor_stands_beside_its_letter(stage: Stage) -> None:
    payt = stage.payt
    payt.writes("90018", "Wij betwisten factuur 262701.\nGraag een “creditnota”.")
    payt.debtor("90018", remark="Alleen bellen", labels=("faillissement",))
    payt.plan("90018", "262701", active=False, terms=("825.00", "825.00"))
    payt.credit("90018", "-50.00")
    payt.invoice("262701", reminder_1_at=payt.ago(1), payment_method="direct_debit")
    payt.note("90018", "Te oud om nog te tellen", days_ago=15)
    for place in range(5):
        payt.note("90018", f"Niet mailen, {place}")
        payt.task("90018", f"Terugbellen, {place}")
    async with stage.asked() as client:
        answer = (await client.call_tool("send_message", letter("262701", "90018"))).structured_content
        told = (await client.call_tool("send_message", letter("261001", "90001"))).content[0]
    assert answer is not None
    ledger = Ledger(stage.state)
    preview = seen(ledger.get(answer["proposal_id"]))
    ledger.close()
    said = {entry.label: f"{entry.said} {entry.aside}" for entry in around(preview)[::-1]}
    assert list(dict.fromkeys(labels(preview)))[:9] == [
        "The debtor wrote", "Payment plan proposed", "Labels", "Remark on the debtor", "Note of a colleague",
        "Open task", "Reminders and steps within 7 days", "Open credits", "Collected by direct debit",
    ]  # fmt: skip
    assert "“Wij betwisten factuur 262701. Graag een 'creditnota'.” unread, unanswered" in said["The debtor wrote"]
    assert "2 terms, EUR 1,650.00 in all" in said["Payment plan proposed"]
    assert "faillissement" in said["Labels"]
    assert "Bram Kooistra “Niet mailen, 4”" in said["Note of a colleague"]
    assert "oud" not in str(said)
    assert "262701" in said["Collected by direct debit"]
    assert "-50.00" in said["Open credits"]
    shown = whole(preview).split(f"{SITUATION}:\n")[1].split("\n\n")[0].split("\n")
    assert len(shown) == 12
    assert shown[-1] == f"- and {len(around(preview)) - 11} more"
    assert answer["preview"].count("\n- ") == 6
    assert answer["preview"].endswith(f"- and {len(around(preview)) - 5} more")
    assert tokens(getattr(told, "text", "")) <= 300
    assert tokens(answer) <= 600


@pytest.mark.parametrize("debtor", ["90002", "90006"])
def test_no_time_that_passes_and_no_order_of_rows_is_news(debtor: str, tmp_path: Path) -> None:
    """Two looks at the same state at any moments of the days that a proposal may wait, in any order of rows."""
    stage = Stage(tmp_path)
    for days in (1, 3, 6, 7):
        stage.payt.wrote(debtor, f"Brief {days}", days_ago=days)
        stage.payt.note(debtor, f"Notitie {days}", days_ago=2 * days)
        stage.payt.bounce(debtor, days_ago=days)
    stage.payt.writes(debtor, "Wij betwisten dit.", days_ago=2)
    stage.payt.writes(debtor, "En nog iets.", days_ago=2)
    number, owner = {"90002": "261101", "90006": "261501"}[debtor], stage.payt.id_of("debtors", debtor)
    for days in range(1, 6):  # falls due while the proposal waits, and was reminded of within the week before
        stage.payt.world.add_invoice(
            MAIN, debtor_id=owner, due_date=stage.payt.day_from_today(days), reminder_1_at=stage.payt.ago(days + 1)
        )

    async def look(hours: float, seed: int) -> None:
        stage.clock.ahead = dt.timedelta()
        async with stage.writer() as (writer, scope, ledger):
            stage.app.dice = random.Random(seed)
            record, _ = ledger.propose(await writer.draft(scope, letter(number, debtor)), PAGE)
            stage.clock.ahead = dt.timedelta(hours=hours)
            stage.app.dice = random.Random(seed + 1)
            for row in stage.payt.world.rows(MAIN, "messages", ["id", "read_at"]):
                stage.payt.world.change_message(MAIN, row["id"], read_at=stage.clock() if seed % 2 else None)
            assert (await writer.check(record)).changed == ()
            ledger.decline(record.id, PAGE)

    @settings(max_examples=8, phases=[Phase.explicit, Phase.generate])
    @given(hours=st.floats(0, 24 * 6.9), seed=st.integers(0, 999))
    def at_any_moment(hours: float, seed: int) -> None:
        anyio.run(look, hours, seed)

    at_any_moment()


NEWS: dict[str, tuple[Any, str]] = {
    "note": (lambda payt: payt.note("90002", "Wacht hiermee"), "note of a colleague: "),
    "task": (lambda payt: payt.task("90002", "Eerst de klacht"), "open task: “Eerst de klacht”"),
    "task of an invoice": (
        lambda payt: payt.world.add(
            MAIN,
            "tasks",
            invoice_id=payt.id_of("invoices", "261101"),
            subject="Klacht",
            created_at=payt.ago(3),
            updated_at=payt.ago(3),
        ),
        "open task: “Klacht”",
    ),
    "plan": (lambda payt: payt.plan("90002", "261101", active=False, terms=("1.00",)), "payment plan proposed: "),
    "label": (lambda payt: payt.debtor("90002", labels=("betwist",)), "labels: betwist"),
    "remark": (lambda payt: payt.debtor("90002", remark="Bel eerst"), "remark on the debtor: “Bel eerst”"),
    "wrote": (lambda payt: payt.writes("90002", "Wij betwisten dit"), "the debtor wrote: "),
    "credit": (lambda payt: payt.credit("90002", "-10.00"), "open credits: "),
    "letter": (lambda payt: payt.wrote("90002", "Hallo", days_ago=0), "now to be looked out for: A message was sent"),
}


async def test_whatever_comes_up_stops_it_and_is_said(stage: Stage) -> None:
    async with stage.writer() as (writer, scope, ledger):
        for happens, said in NEWS.values():
            record, _ = ledger.propose(await writer.draft(scope, letter("261101", "90002")), PAGE)
            happens(stage.payt)
            check = await writer.check(record)
            assert [one for one in check.changed if one.startswith(said)], check.changed
            assert check.renewed is not None
            assert seen_of(check.renewed.preview).because == check.changed
            ledger.decline(record.id, PAGE)


def seen_of(kept: Any) -> Preview:
    return Preview.from_json(kept)


async def test_what_the_ledger_knows_of_a_debtor_stands_beside_its_letters(stage: Stage) -> None:
    async with stage.asked() as client:
        keys = [
            (await propose(client, letter(number, "90001")))["proposal_id"] for number in ("261001", "261002", "261004")
        ]
        ledger = Ledger(stage.state)
        shown = [labels(seen(ledger.get(key))) for key in keys]
        assert [one.count("Another proposal waits") for one in shown] == [0, 1, 2]
        ledger.decline(keys[0], PAGE)
        sent = await _approved(client, ledger, keys[1])
        assert sent.status is Status.SENT
        later = await propose(client, letter("261005", "90001"))
        last = seen(ledger.get(later["proposal_id"]))
        assert labels(last) == ["A person declined", "Another proposal waits"]
        assert [one.text for one in last.warnings if "A message was sent to this debtor on" in one.text]
        assert "Another proposal" not in (await propose(client, letter("261101", "90002")))["preview"]
        ledger.close()


async def test_a_letter_shown_as_waiting_may_go_first_and_any_other_may_not(stage: Stage) -> None:
    async with stage.asked() as client:
        first, second = [
            (await propose(client, letter(number, "90001")))["proposal_id"] for number in ("261001", "261002")
        ]
        ledger = Ledger(stage.state)
        assert (await _approved(client, ledger, first)).status is Status.SENT
        assert (await _approved(client, ledger, second)).status is Status.SENT  # the first was shown with it
        third, fourth = [
            (await propose(client, letter(number, "90001")))["proposal_id"] for number in ("261004", "261005")
        ]
        assert (await _approved(client, ledger, fourth)).status is Status.SENT
        held = await _approved(client, ledger, third)  # nobody who said yes to it knew of the fourth
        assert held.status is Status.SUPERSEDED
        assert "A message was sent to this debtor" in held.outcome["why"]
        assert len(stage.mails) == 3
        ledger.close()


async def _approved(client: Client, ledger: Ledger, key: str) -> Record:
    ledger.approve(key, PAGE)
    await client.call_tool("check_approval", {"proposal_id": key})
    with anyio.fail_after(30):
        while (record := ledger.get(key)).status in (Status.APPROVED, Status.SENDING):  # noqa: ASYNC110 - the server writes it
            await anyio.sleep(0.02)
    return record


async def test_what_may_be_out_already_comes_first(stage: Stage) -> None:
    async with stage.writer() as (writer, scope, ledger):
        keys = [
            ledger.propose(await writer.draft(scope, letter(number, "90001")), PAGE)[0].id
            for number in ("261001", "261002")
        ]
        ledger.approve(keys[0], PAGE)
        assert ledger.claim(keys[0])
        for said in ("Another proposal is being sent", "Another proposal may have been sent"):
            assert labels(seen_of((await writer.draft(scope, letter("261004", "90001"))).preview)) == [
                said, "Another proposal waits",
            ]  # fmt: skip
            if ledger.get(keys[0]).status is Status.SENDING:
                assert (await writer.check(ledger.get(keys[1]))).changed == ()  # it was shown as waiting
                ledger.finish(keys[0], Status.OUTCOME_UNKNOWN, {})
        assert (await writer.check(ledger.get(keys[1]))).changed


async def test_without_their_permission_notes_and_tasks_are_said_to_be_missing(stage: Stage) -> None:
    async with stage.asked("no-notes") as client:
        answer = await propose(client, letter("261101", "90002"))
    assert "Could not be read: notes, tasks" in answer["preview"]


@pytest.fixture
def many_tasks(stage: Stage) -> Stage:
    """More than one page holds."""
    old = stage.payt.ago(30)
    for place in range(600):
        stage.payt.world.add(
            MAIN, "tasks", debtor_id=stage.payt.id_of("debtors", "90001"), subject=f"{place}", created_at=old,
            updated_at=old, completed_at=old,
        )  # fmt: skip
    return stage


async def test_many_tasks_are_read_once_and_then_by_what_changed(many_tasks: Stage) -> None:
    stage, world = many_tasks, many_tasks.payt.world
    async with stage.writer() as (_writer, scope, _ledger):
        tasks = scope.account.open_tasks(scope.administration)
        owner = stage.payt.id_of("debtors", "90002")
        assert await tasks.of_debtor(owner) == ["950001"]
        first = stage.requests("/v1/tasks")
        new = world.add(
            MAIN, "tasks", debtor_id=owner, subject="Bellen", created_at=world.now(), updated_at=world.now()
        )
        world.change(MAIN, "tasks", "950001", completed_at=world.now(), updated_at=world.now())
        assert await tasks.of_debtor(owner) == [str(new)]
        assert stage.requests("/v1/tasks") - first == 1 < first


async def test_a_plan_that_nobody_decided_on_is_told_of_wherever_plans_are(stage: Stage) -> None:
    async with stage.asked() as client:
        file = (await client.call_tool("get_debtor", {"debtor": "90008"})).structured_content
        listed = (await client.call_tool("list_payment_plans", {"debtor": "90008"})).structured_content
        none = (await client.call_tool("list_payment_plans", {"debtor": "90001"})).structured_content
    assert file is not None
    assert listed is not None
    assert none is not None
    (plan,) = file["payment_plans"]
    assert (plan["payment_plan_id"], plan["status"], plan["active"]) == ("960002", "pending", False)
    assert [note for note in file["notes"] if "nobody has decided: payment plan 960002" in note]
    assert "1 plan proposed that nobody has decided on" in listed["summary"]
    assert "proposed" not in none["summary"]
