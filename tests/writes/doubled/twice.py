"""Two calls of one write at the same moment: what both were told, beside what Payt really did."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import anyio
from mcp.client import Client
from mcp.types import CallToolResult, ElicitResult

from payt_sandbox.signin.access import ALL_SCOPES
from tests.support.daily_work import Write, writes
from tests.support.house import ADMINISTRATION, House, letter, said
from tests.writes.invoices.test_upsert import new

REFUSING = {"reader-token": frozenset(scope for scope in ALL_SCOPES if not scope.endswith(":write"))}
"""A token that Payt takes nothing from."""

_DONE = {"sent", "applied", "partly_applied"}
_NOT_DONE = {"failed", "declined", "awaiting_approval", "confirmation_required", "superseded"}


def every_write(house: House) -> dict[str, Write]:
    """One of each tool that writes, and how often Payt did it."""

    def booked() -> int:
        return sum(row["invoice_number"] == "T1" for row in house.invoices(["invoice_number"]))

    def mailed() -> int:
        return sum(mail.subject == "Openstaande facturen" for mail in house.mails)

    message = Write("send_message", letter(house), "POST", "/v1/messages", mailed)
    invoices = Write("upsert_invoices", {"invoices": [_mailed_invoice(house)]}, "POST", "/v1/invoices", booked)
    return {"message": message, "invoices": invoices, **writes(house)}


def _mailed_invoice(house: House) -> dict[str, Any]:
    row = new("T1", house.debtor())
    del row["sent_at"]
    return row


def attempts(house: House, write: Write) -> int:
    """How many requests to carry it out have come to Payt."""
    found = [r for r in house.sandbox.requests if r.method == write.method and r.path.startswith(write.path)]
    return len(found)


@dataclass
class Person:
    """Says yes (or what `says` says), once what is to happen during the question has happened."""

    approve: bool = True
    during: Callable[[], Awaitable[None]] | None = None
    questions: list[str] = field(default_factory=list)
    answered: anyio.Event = field(default_factory=anyio.Event)
    asked: anyio.Event = field(default_factory=anyio.Event)

    async def answer(self, context: Any, params: Any) -> Any:
        self.questions.append(params.message)
        self.asked.set()
        if self.during is not None and len(self.questions) == 1:
            await self.during()
        self.answered.set()
        return ElicitResult(action="accept", content={"approve": self.approve})


@dataclass
class Twins:
    """The answers to calls of one write; None for one that its host gave up."""

    write: Write
    told: list[CallToolResult | None] = field(default_factory=list)

    async def call(self, caller: Client, place: int, scope: anyio.CancelScope | None = None) -> None:
        with scope or anyio.CancelScope():
            self.told[place] = await caller.call_tool(self.write.tool, self.write.arguments)

    @property
    def answers(self) -> list[CallToolResult]:
        return [one for one in self.told if one is not None]

    def statuses(self) -> list[str]:
        return [str((one.structured_content or {}).get("status", "error")) for one in self.answers]


def lies(twins: Twins, *, done: int) -> list[str]:
    """What was told that is not so. `done` is how often Payt did it."""
    found = [f"done {done} times"] if done > 1 else []
    for one, status in zip(twins.answers, twins.statuses(), strict=True):
        text = said(one)
        came_later = (
            "Proposed before, as" in text or "this was sent already" in text
        )  # when the first had been answered
        if (
            done
            and not came_later
            and ("nothing was sent" in text.lower() or status in _NOT_DONE or status in {"error", "unchanged"})
        ):
            found.append(f"done, and told: {status}: {text}")
        if not done and status in _DONE:
            found.append(f"not done, and told: {status}")
        if "nobody foresaw" in text:
            found.append(text)
        summary = (one.structured_content or {}).get("summary", "")
        if summary not in text:
            found.append(f"the text does not say {summary!r}: {text}")
    keys = {(one.structured_content or {}).get("proposal_id") for one in twins.answers}
    if len(keys - {None}) > 1:
        found.append(f"not one proposal: {keys}")
    return found


__all__ = ["ADMINISTRATION", "REFUSING", "Person", "Twins", "attempts", "every_write", "lies"]
