"""What happens in the demo: two people, two assistants, one letter, and a replica that is killed in between."""

from __future__ import annotations

import csv
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio
from anyio.to_thread import run_sync
from mcp.types import TextContent

from payt_mcp.cli import team
from payt_mcp.cli.demo_screen import Column, Screen
from payt_mcp.cli.team.demo.browser import Browser
from payt_mcp.cli.team.demo.program import CALLBACK, Program
from payt_mcp.cli.team.demo.site import ANNA, BRAM, Site
from payt_mcp.errors import PaytMcpError
from payt_mcp.proposals.ledger.postgres.signing import Signer
from payt_mcp.settings.team import keys

if TYPE_CHECKING:
    from mcp.client import Client

    from payt_sandbox.provider import Someone

_HERE = {"administration_id": "4711"}
_LETTER = """\
Dear Sir or Madam,

These invoices are past their due date:
{invoices}

Together that is {total}. Please let us know by {in 7 days} when we may expect it.

Kind regards,
Anna Visser"""
_COLUMNS = (
    Column("at", "when"), Column("what", "what"), Column("person", "who"), Column("program", "through"),
    Column("channel", "by"), Column("proposal", "proposal"),
)  # fmt: skip
_PATIENCE = 60.0


class StoryError(PaytMcpError):
    """Something in the demo did not go as it should."""


class Story:
    def __init__(self, site: Site, screen: Screen) -> None:
        self._site = site
        self._screen = screen
        self._browsers: dict[str, Browser] = {}

    async def tell(self) -> None:
        try:
            await self._tell()
        finally:
            for browser in self._browsers.values():
                await browser.aclose()

    async def _tell(self) -> None:
        screen = self._screen
        screen.heading("1. A company, and two replicas of its server")
        await self._commands(
            ["migrate"], ["init", "Office BV", "--admin", ANNA.email], ["invite", BRAM.email, "--role", "approver"],
            ["policy", "--read-only", "no"],
        )  # fmt: skip
        for replica in self._site.replicas:
            replica.start()
        for replica in self._site.replicas:
            await replica.until_ready()
            screen.note(f"{replica.name} is ready at port {replica.port}.")

        screen.heading(f"2. Anna adds {self._site.mcp_url} to her assistant")
        anna = self._program(ANNA, "Anna's assistant", "auto")
        async with self._using(anna, ANNA) as client:
            await self._ask(client)
            debtor, proposal, page = await self._propose(client)

        killed = next(one for one in self._site.replicas if one.port == self._site.balancer.last)
        screen.heading(f"3. {killed.name}, which took the letter, is killed")
        killed.kill()
        screen.note(f"kill -9. What was proposed stands in the database; {page} leads to the other replica.")

        screen.heading("4. Bram reads it, and says yes")
        bram = self._program(BRAM, "Bram's assistant", "legacy")
        async with self._using(bram, BRAM) as client:
            self._screen.you("What is open with them?")
            answer = await self._called(client, "get_debtor", {"debtor": debtor, **_HERE})
            self._screen.assistant(str(answer["summary"]))
        await self._approve(page)
        async with anna.connected() as client:
            await self._sent(client, proposal)
        mails = len(self._site.payt.sandbox.mails)
        screen.note(f"Payt was asked to send {mails} message{'s' if mails != 1 else ''}.")
        if mails != 1:
            raise StoryError(f"The letter went out {mails} times.")

        screen.heading("5. An auditor wants to know who did what")
        await self._audit(str(self._site.folder / "office"))
        killed.start()
        await killed.until_ready()
        self._leave()

    async def _commands(self, *commands: list[str]) -> None:
        """As they would be typed, in a process with the settings of a replica."""
        for command in commands:
            self._screen.line(self._screen.styled("bold", f"$ payt-mcp team {' '.join(map(_quoted, command))}"))
            code = await run_sync(partial(team.run, command, self._site.settings))
            if code:
                raise StoryError(f"`payt-mcp team {command[0]}` ended with {code}.")
        self._screen.line("")

    def _program(self, who: Someone, name: str, era: Any) -> Program:
        self._browsers[who.email] = Browser(who.name, CALLBACK)
        return Program(self._site.mcp_url, name, self._browsers[who.email], era)

    @asynccontextmanager
    async def _using(self, program: Program, who: Someone) -> AsyncIterator[Client]:
        async with program.connected() as client:
            listed = (await client.list_tools()).tools
            way = " > ".join(self._browsers[who.email].way)
            self._screen.note(f"{who.name} signed in, connected their Payt and let it in: {way}")
            self._screen.note(f"{len(listed)} tools are there for {who.name}.")
            yield client

    async def _ask(self, client: Client) -> None:
        self._screen.you("Who is overdue, and by how much?")
        answer = await self._called(client, "summarize_overdue", {"top": 3, **_HERE})
        self._screen.assistant(str(answer["summary"]))

    async def _propose(self, client: Client) -> tuple[str, str, str]:
        """To whom, the id of the proposal, and its page."""
        self._screen.you("Write a friendly reminder to the one who owes the most and may be chased.")
        found = await self._called(client, "find_debtors", {"sort": "overdue", "limit": 50, **_HERE})
        debtor = next(row["debtor_number"] for row in found["debtors"] if not row.get("attention"))
        letter = {"to_debtor": debtor, "subject": "Your open invoices", "body": _LETTER, **_HERE}
        told = await self._called(client, "send_message", letter)
        self._screen.assistant(str(told["next_step"]))
        return debtor, told["proposal_id"], f"{self._site.public_url}/approvals/{told['proposal_id']}"

    async def _approve(self, page: str) -> None:
        browser = self._browsers[BRAM.email]
        await browser.open(page)
        if "Anna Visser" not in browser.page.words:
            raise StoryError(f"The page does not say who proposed it: {browser.page.words[:300]}")
        self._screen.note(f"{page} shows him the letter as it would go out, and that Anna proposed it.")
        await browser.press("Approve and")
        self._screen.note("He presses Approve.")

    async def _sent(self, client: Client, proposal: str) -> None:
        self._screen.you("Has it gone out?")
        with anyio.move_on_after(_PATIENCE):
            while True:
                told = await self._called(client, "check_approval", {"proposal_id": proposal}, quiet=True)
                if told["status"] not in {"awaiting_approval", "approved", "sending"}:
                    break
                await anyio.sleep(0.2)
        self._screen.call("check_approval", {"proposal_id": proposal})
        self._screen.assistant(
            f"{str(told['status']).capitalize()}: {told.get('next_step') or told.get('summary') or ''}"
        )
        if told["status"] != "sent":
            raise StoryError(f"The letter is {told['status']}, and not sent.")

    async def _audit(self, files: str) -> None:
        signer = Signer(keys(self._site.settings["PAYT_KEYS"]))
        trusted = signer.public_keys()[signer.current]
        await self._commands(["export", "--to", files], ["verify", f"{files}.jsonl", "--public-key", trusted])
        self._screen.table(await run_sync(_rows, Path(f"{files}.csv")), _COLUMNS)

    async def _called(
        self, client: Client, tool: str, arguments: Mapping[str, Any], *, quiet: bool = False
    ) -> Mapping[str, Any]:
        if not quiet:
            shown = {
                name: value if len(str(value)) < 40 else f"{str(value)[:30]}..." for name, value in arguments.items()
            }
            self._screen.call(tool, shown)
        result = await client.call_tool(tool, dict(arguments))
        if result.is_error or result.structured_content is None:
            said = " ".join(part.text for part in result.content if isinstance(part, TextContent))
            raise StoryError(f"{tool} was refused: {said[:400]}")
        told: Mapping[str, Any] = result.structured_content
        return told

    def _leave(self) -> None:
        screen, at = self._screen, self._site
        screen.heading("It stays up until Ctrl+C")
        screen.line(f"  {at.mcp_url}    to add to an assistant on this machine")
        screen.line(f"  {at.public_url}/approvals    what waits; sign in as Anna (admin) or Bram (approver)")
        screen.line(f"  {at.public_url}/connections    the programs somebody let in")
        screen.line(
            f"  PAYT_DATABASE_URL={at.settings['PAYT_DATABASE_URL']}    for payt-mcp team roles, policy, invite"
        )
        screen.line()


def _rows(table: Path) -> list[dict[str, str]]:
    """Those of a table, their moments to the second."""
    with table.open(encoding="utf-8", newline="") as file:
        return [{**row, "at": row["at"][:19]} for row in csv.DictReader(file)]


def _quoted(word: str) -> str:
    return f'"{word}"' if " " in word else word
