"""One case through the server: an MCP client whose user says yes to every question, in a state folder of its own."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
from mcp.client import Client
from mcp.types import CallToolResult, ElicitResult, TextContent

from payt_mcp.cli import approvals
from payt_mcp.proposals.ledger.ledger import Ledger
from payt_mcp.proposals.records import Who
from payt_mcp.server.server import PaytServer, build_server
from payt_mcp.settings import TOOLSETS, Secret, Settings
from payt_sandbox.api.options import Options
from payt_sandbox.app import create_app
from tests.adversarial.case import Case
from tests.adversarial.dates import dated
from tests.adversarial.world import MAIN, Payt, base, dates_of_invoices

_WENT = frozenset({"sent", "applied", "partly_applied"})
_REFUSED = frozenset({"failed", "unchanged"})
_PERSON = Who("page", "", "anouk")
_LINK = "§portal:"


@dataclass
class Step:
    """One call: what the person saw before each yes, what the assistant was answered, what Payt mailed."""

    questions: list[str] = field(default_factory=list)
    answer: str = ""
    status: str = ""
    is_error: bool = False
    mails: list[Any] = field(default_factory=list)

    @property
    def seen(self) -> str:
        """What the yes rested on."""
        return self.questions[0] if self.questions else self.answer

    @property
    def renewed(self) -> str:
        return "\n".join(self.questions[1:])

    @property
    def went(self) -> bool:
        return self.status in _WENT

    @property
    def refused(self) -> bool:
        return (self.is_error or self.status in _REFUSED) and not self.mails


class _Clock:
    """The time at Payt: this machine's, and what a case lets pass beyond it."""

    def __init__(self) -> None:
        self.ahead = dt.timedelta()

    def __call__(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC) + self.ahead


class Stage:
    """A Payt in this process and a server before it, that every case finds as the one before it did.

    Building a server costs more than a case does; what one remembers begins anew with each connection.
    """

    def __init__(self, folder: Path) -> None:
        self._world = base()
        self._app = create_app(self._world.copy(self._world.today), options=Options(rate=None))
        self._sandbox = self._app.state.sandbox
        self._clock = self._sandbox.world.clock = _Clock()
        self._dates = dates_of_invoices()
        self._state, self._files = folder / "state", folder / "files"
        self._files.mkdir()
        self._servers = {code: self._server(code=code) for code in (False, True)}

    async def play(self, case: Case) -> list[Step]:
        """The steps of a case, one for each of its calls."""
        payt = self._begin()
        if case.before:
            case.before(payt)
        person = _Person(case, payt, self._sandbox.mails, self._clock)
        asked = None if case.code else person.answer
        async with Client(self._servers[case.code], elicitation_callback=asked) as client:
            conversation = _Conversation(client, person, self._state, self._dates)
            return [await conversation.call(place, case) for place in range(len(case.calls))]

    def _begin(self) -> Payt:
        """Everything as it was before any case: the books, the user's folders, the mails."""
        self._sandbox.world.take_over(self._world)
        self._clock.ahead = dt.timedelta()
        self._sandbox.mails.clear()
        for folder in (self._state, self._files):
            shutil.rmtree(folder, ignore_errors=True)
        self._files.mkdir()
        return Payt(self._sandbox.world, self._files)

    def _server(self, *, code: bool) -> PaytServer:
        settings = Settings(
            api_token=Secret("sandbox-token"), administration_id=MAIN, rate=100, state_dir=self._state,
            attachments_dir=self._files, toolsets=TOOLSETS, confirm="code" if code else "person",
        )  # fmt: skip
        return build_server(settings, app=self._app, browse=lambda _url: True)


class _Person:
    """Reads, and says yes. What happens meanwhile happens before the yes to the last call."""

    def __init__(self, case: Case, payt: Payt, mails: Sequence[Any], clock: _Clock) -> None:
        self._clock = clock
        self._meanwhile = case.meanwhile
        self._payt = payt
        self.mails = mails
        self.step = Step()
        self.is_last = False

    async def answer(self, context: Any, params: Any) -> ElicitResult:
        self.reads(params.message)
        return ElicitResult(action="accept", content={"approve": True})

    def reads(self, text: str) -> None:
        self.step.questions.append(text)
        if self._meanwhile and self.is_last:
            self._meanwhile(self._payt)
            self._meanwhile = None
        self.waits()

    def waits(self) -> None:
        """A minute passes: what happened is over, and no verdict hangs on parts of a second."""
        self._clock.ahead += dt.timedelta(minutes=1)

    def link(self, text: str) -> str:
        """`§portal:invoices:261001§` written out: the page of that record for its debtor."""
        parts = text.split(_LINK)
        for place, part in enumerate(parts[1:], 1):
            (kind, number), rest = part.split("§", 1)[0].split(":"), part.split("§", 1)[1]
            parts[place] = self._payt.portal(kind, number) + rest
        return "".join(parts)


class _Conversation:
    def __init__(self, client: Client, person: _Person, state: Path, dates: Any) -> None:
        self._client = client
        self._person = person
        self._state = state
        self._dates = dates

    async def call(self, place: int, case: Case) -> Step:
        call = case.calls[place]
        self._person.step = step = Step()
        self._person.waits()
        self._person.is_last = place == len(case.calls) - 1
        before = len(self._person.mails)
        arguments = {name: self._written(value) for name, value in call.arguments.items()}
        _note(step, await self._client.call_tool(call.tool, arguments))
        if step.status == "confirmation_required":
            await self._by_code(step, call.tool, arguments)
        elif step.status == "awaiting_approval":
            await self._elsewhere(step)
        elif step.status == "superseded":  # proposed anew: the assistant asks again, and the person says yes again
            first = step.answer
            await self._client.call_tool(call.tool, arguments)
            step.answer = first
            return step
        step.mails = list(self._person.mails[before:])
        return step

    def _written(self, value: Any) -> Any:
        """A value with its dates and links written out."""
        if isinstance(value, str):
            return dated(self._person.link(value), self._dates)
        if isinstance(value, dict):
            return {name: self._written(entry) for name, entry in value.items()}
        return [self._written(entry) for entry in value] if isinstance(value, list | tuple) else value

    async def _by_code(self, step: Step, tool: str, arguments: dict[str, Any]) -> None:
        """The host shows what it was answered, and its own prompt is clicked away."""
        shown = step.answer
        code = step.answer.split("confirmation_code: ", 1)[1].split("\n", 1)[0]
        self._person.reads(shown)
        _note(step, await self._client.call_tool(tool, arguments | {"confirmation_code": code}))

    async def _elsewhere(self, step: Step) -> None:
        """Too long for a question: it is read in the terminal, whole, and the yes is on record."""
        key = step.answer.split("proposal_id: ", 1)[1].split("\n", 1)[0]
        self._person.reads(await anyio.to_thread.run_sync(self._in_terminal, key))
        await anyio.to_thread.run_sync(self._approve, key)
        _note(step, await self._client.call_tool("check_approval", {"proposal_id": key}))

    def _in_terminal(self, key: str) -> str:
        with contextlib.redirect_stdout(io.StringIO()) as out:
            approvals.run(["show", key], {"PAYT_STATE_DIR": str(self._state)})
        return out.getvalue()

    def _approve(self, key: str) -> None:
        ledger = Ledger(self._state)
        try:
            ledger.approve(key, _PERSON)
        finally:
            ledger.close()


def _note(step: Step, result: CallToolResult) -> None:
    step.answer = "\n".join(block.text for block in result.content if isinstance(block, TextContent))
    step.is_error = bool(result.is_error)
    step.status = str((result.structured_content or {}).get("status", ""))
