"""What runs in the processes that may be killed: an outbox as a server has it, and a person who decides."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import anyio

from payt_mcp.books.account import Account
from payt_mcp.books.scope import Scope
from payt_mcp.errors import PaytMcpError
from payt_mcp.payt.signin.tokens import StaticToken
from payt_mcp.proposals.ledger.contract import LedgerContract
from payt_mcp.proposals.ledger.postgres.turns import Turns
from payt_mcp.proposals.records import Draft, Record, Who
from payt_mcp.proposals.rounds import Rounds
from payt_mcp.proposals.states import Status
from payt_mcp.settings import Secret, Settings
from payt_mcp.writes import outbox as outboxes
from payt_mcp.writes.outbox import Outbox
from tests.proposals.storm import daily_work, upserts
from tests.proposals.storm.by_code import by_code
from tests.proposals.storm.cases import Run
from tests.proposals.storm.client import StormClient, die, dying_after, hurry
from tests.proposals.storm.records_of import record_of, turns_of
from tests.proposals.storm.recovery import approve, recover

_PATIENCE = 5.0
TOKEN = Secret("sandbox-token")


def worker(job: dict[str, Any]) -> None:
    """A process. `job`: url, folder, broken, run, part, and what it dies at.

    A Payt that cannot be reached ends a process that was struck; anything else that goes wrong shows in its exit code.
    """
    hurry()
    run = Run(**job["run"])
    with dying_after(job.get("kill_after")):
        if job["part"] == "code":
            anyio.run(by_code, job, run)
        else:
            anyio.run(_work, job, run)


async def _work(job: dict[str, Any], run: Run) -> None:
    settings = Settings(
        api_token=TOKEN, api_url=job["url"], administration_id=job["administration"], rate=100,
        state_dir=Path(job["folder"]),
    )  # fmt: skip
    folder = Path(job["folder"])
    with record_of(folder, job["broken"]) as ledger, turns_of(folder, run.number) as turns:
        await _work_on(job, run, settings, ledger, turns)


async def _work_on(
    job: dict[str, Any], run: Run, settings: Settings, ledger: LedgerContract, turns: Turns | None
) -> None:
    async with anyio.create_task_group() as group:
        if turns is not None:
            group.start_soon(turns.keep)
        client = StormClient(settings.api_url, StaticToken(TOKEN))
        client.refusals, client.dies_at = job.get("refusals", 0), job.get("dies_at", "")
        account = Account(settings, client, group)
        outbox = Outbox(
            account,
            settings,
            ledger,
            settings.api_url,
            group,
            ledger_scope=outboxes._scope(settings.api_url, TOKEN),
            rounds=Rounds(poll=0.02, turns=turns.of(Path(job["folder"]).name) if turns else None),
        )
        await outbox.engine.start()
        try:
            await _part(job, outbox, run)
        finally:
            await outbox.aclose()
            group.cancel_scope.cancel()
            await account.aclose()


async def _part(job: dict[str, Any], outbox: Outbox, run: Run) -> None:
    match job["part"]:
        case "recover":
            await recover(outbox, run, lambda: _drafts(outbox, run), Path(job["folder"]))
        case "serve":
            await _serve(outbox, Path(job["folder"]))
        case "race":
            await _race(job, outbox, run)
        case _:
            with suppress(PaytMcpError):
                await _whole(job, outbox, run)


async def _drafts(outbox: Outbox, run: Run) -> list[Draft]:
    scope = Scope(outbox.account, await outbox.account.administration())
    if run.write == "upsert":
        return [await outbox.writers["invoices"].draft(scope, {"invoices": upserts.batch(run)})]
    if run.write in daily_work.WRITES:
        return [await outbox.writers[daily_work.KINDS[run.write]].draft(scope, daily_work.wish(run))]
    return [await outbox.writers["message"].draft(scope, vars(wish)) for wish in run.wishes]


async def _whole(job: dict[str, Any], outbox: Outbox, run: Run) -> None:
    """Proposed (as often as the tool is called), approved and carried out; or only the first of these."""
    records: list[Record] = []
    for draft in await _drafts(outbox, run):
        for _ in range(run.calls):
            record, _new = await outbox.engine.on_ledger(outbox.ledger.propose, draft, Who("tool", "storm"))
        records.append(record)
    if job.get("dies_at") == "proposed":
        die()
    if job["part"] == "propose":
        return
    for record in records:
        approve(outbox.ledger, record.id)
    if job.get("dies_at") == "approved":
        die()
    await _race(job, outbox, run)


async def _race(job: dict[str, Any], outbox: Outbox, run: Run) -> None:
    """Whatever is approved, carried out at the same moment as in the other processes."""
    keys = [r.id for r in outbox.ledger.pending(outbox.ledger_scope) if r.status is not Status.PROPOSED]
    if "barrier" in job:
        job["barrier"].wait(120)
    async with anyio.create_task_group() as clicks:
        for key in keys:
            for _ in range(run.calls if run.kind == "double_click" else 1):
                clicks.start_soon(outbox.engine.carry_out, key, _PATIENCE)
    if job.get("dies_at") == "outcome_unknown":
        die()


async def _serve(outbox: Outbox, folder: Path) -> None:
    """A server that is idle until a person decides somewhere else, and carries that out."""
    with anyio.move_on_after(120):
        while not (folder / "decided").exists():  # noqa: ASYNC110 - another process decides
            await anyio.sleep(0.02)
        while [r for r in outbox.ledger.pending(outbox.ledger_scope) if r.status is not Status.PROPOSED]:  # noqa: ASYNC110 - so does it here
            await anyio.sleep(0.02)
