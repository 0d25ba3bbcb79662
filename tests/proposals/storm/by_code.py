"""A client without elicitation on a server with PAYT_CONFIRM=code: it asks, gets a code, and calls again with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anyio
from mcp.client import Client

from payt_mcp.books import account
from payt_mcp.server.server import build_server
from payt_mcp.settings import Secret, Settings
from payt_mcp.writes import outbox
from tests.proposals.storm.broken import LEDGERS
from tests.proposals.storm.cases import Run
from tests.proposals.storm.client import StormClient, die


async def by_code(job: dict[str, Any], run: Run) -> None:
    """`job` has the code of an earlier process, or none. `only_ask`: the code is left in the folder."""
    folder = Path(job["folder"])

    class Dying(StormClient):
        refusals = job.get("refusals", 0)
        dies_at = job.get("dies_at", "")

    vars(account)["PaytClient"] = Dying  # a server opens both by itself, and this process ends with the run
    vars(outbox)["Ledger"] = LEDGERS[job["broken"]]
    settings = Settings(
        api_token=Secret("sandbox-token"), api_url=job["url"], administration_id=job["administration"], rate=100,
        state_dir=folder, confirm="code",
    )  # fmt: skip
    async with Client(build_server(settings)) as caller:
        code = job.get("code") or await _ask(caller, run)
        if job.get("only_ask"):
            (folder / "code").write_text(code)
        elif code:
            await _call_again(caller, job, run, code)


def _arguments(run: Run) -> dict[str, str]:
    wish = run.wishes[0]
    return {"subject": wish.subject, "body": wish.body, "to_debtor": wish.to_debtor}


async def _ask(caller: Client, run: Run) -> str:
    code = ""
    for _ in range(run.calls):
        answer = await caller.call_tool("send_message", _arguments(run))
        code = str((answer.structured_content or {}).get("confirmation_code", ""))
    return code


async def _call_again(caller: Client, job: dict[str, Any], run: Run, code: str) -> None:
    """With the code; several times at once and once more afterwards where calls are repeated."""
    if job.get("dies_at") == "proposed":
        die()
    if "barrier" in job:
        job["barrier"].wait(120)
    arguments = _arguments(run) | {"confirmation_code": code}
    async with anyio.create_task_group() as calls:
        for _ in range(run.calls if run.kind == "repeated_call" else 1):
            calls.start_soon(caller.call_tool, "send_message", arguments)
    if run.kind == "repeated_call":
        await caller.call_tool("send_message", arguments)
