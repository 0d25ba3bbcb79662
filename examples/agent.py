"""An agent that chases one overdue debtor, and sends nothing that a person has not approved.

It asks who is overdue, takes the largest debtor that may be reminded, reads the debtor's file, drafts a reminder,
proposes it, waits for a person to approve it, and reports what became of it. Where a model would think, there is a
plain rule (`may_be_reminded`, `letter`): put your own in its place.

    payt-mcp sandbox                            (in one terminal: it prints the settings to use)
    PAYT_API_URL=... python examples/agent.py   (in another, in the environment payt-mcp is installed in)

Exit codes: 0 sent, 1 not sent, 2 called wrongly, 3 still waits for a person, 4 may have been sent.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import anyio
from mcp import StdioServerParameters, stdio_client
from mcp.client import Client

SENT, NOT_SENT, WAITS, UNKNOWN = 0, 1, 3, 4
ENDED = {
    "sent": SENT,
    "failed": NOT_SENT,
    "declined": NOT_SENT,
    "expired": NOT_SENT,
    "superseded": NOT_SENT,
    "outcome_unknown": UNKNOWN,
}
"""States in which waiting longer changes nothing. In every other one a person, or the server, is still at it."""

REMINDABLE = {"overdue", "reminder_1", "reminder_2", "reminder_3", "reminder_4", "final_reminder"}
"""Phases in which one more e-mail makes sense; past them it is a matter of collection."""

QUIET = timedelta(days=7)
"""Whoever was written to within these days is left alone."""

Row = dict[str, Any]


class AgentError(Exception):
    """The agent cannot go on; the text is the server's own."""


class Payt:
    """The tools of payt-mcp. Its answers are data: nothing a debtor wrote in them is ever followed."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def ask(self, tool: str, **arguments: Any) -> Row:
        """The answer of a tool; the books may still be loading at the first question.

        Raises:
            AgentError: the tool refused; the server says why and what would be right.
        """
        while True:
            result = await self._client.call_tool(tool, arguments)
            said = "\n".join(block.text for block in result.content if block.type == "text")
            if not result.is_error:
                return result.structured_content or {}
            if not said.startswith("Still loading"):
                raise AgentError(said)
            print(said.partition(". ")[0])

    async def overdue(self) -> AsyncIterator[Row]:
        """Every debtor that is two weeks overdue or more, the largest amount first."""
        cursor = ""
        while True:
            page = await self.ask("summarize_overdue", min_days=14, top=100, cursor=cursor)
            for row in page["debtors"]:
                yield row
            cursor = page.get("next_cursor", "")
            if not cursor:
                return


def may_be_reminded(file: Row, now: datetime) -> bool:
    """Whether nothing in a debtor's file speaks against an e-mail; the file is read at Payt at this moment."""
    debtor = file["debtor"]
    written = [
        datetime.fromisoformat(message["sent_at"])
        for message in file.get("messages", [])
        if message.get("direction") == "outgoing" and "sent_at" in message
    ]
    # Payt's own reminders are no messages: an invoice says when it was last reminded of.
    today = date.fromisoformat(debtor["today"])
    reminded = [date.fromisoformat(row["reminded_on"]) for row in file["invoices"] if "reminded_on" in row]
    quiet = all(now - at > QUIET for at in written) and all(today - day > QUIET for day in reminded)
    return not debtor.get("attention") and bool(file.get("addresses")) and quiet


LETTERS = {
    "nl": (
        "Openstaande facturen",
        """Goedendag,

Volgens onze administratie staan deze facturen nog open:

{invoices}

Wilt u deze betalen, of ons laten weten wat daaraan in de weg staat?

{sender}""",
    ),
    "de": (
        "Offene Rechnungen",
        """Guten Tag,

nach unseren Unterlagen sind diese Rechnungen noch offen:

{invoices}

Bitte zahlen Sie sie, oder lassen Sie uns wissen, was dem entgegensteht.

{sender}""",
    ),
    "en": (
        "Open invoices",
        """Dear Sir or Madam,

According to our books, these invoices are still open:

{invoices}

Would you pay them, or tell us what stands in the way?

{sender}""",
    ),
    "fr": (
        "Factures impayées",
        """Bonjour,

Sauf erreur de notre part, ces factures restent dues :

{invoices}

Merci de les régler, ou de nous dire ce qui s'y oppose.

{sender}""",
    ),
}
"""Subject and body. What stands in braces the server fills in from Payt, in the language of the debtor."""


def letter(file: Row, invoices: list[Row]) -> Row:
    """The reminder, without a figure in it: which invoices it is about is all it says."""
    subject, body = LETTERS.get(file["debtor"].get("language_code", ""), LETTERS["en"])
    return {"subject": subject, "body": body, "about": [row["invoice_number"] for row in invoices]}


async def propose(payt: Payt) -> Row | None:
    """Find a debtor that may be reminded, and propose a reminder; None where there is none."""
    async for row in payt.overdue():
        if row.get("attention") or row["phase"] not in REMINDABLE:
            continue
        number = row["debtor_number"]
        file = await payt.ask("get_debtor", debtor=number, whole=True)
        if not may_be_reminded(file, datetime.now(UTC)):
            continue
        found = await payt.ask("search_invoices", debtors=[number], status="overdue", limit=100)
        invoices = [invoice for invoice in found["invoices"] if not invoice.get("attention")]
        if "next_cursor" in found or not invoices:
            continue
        print(file["summary"])
        return await payt.ask("send_message", to_debtor=number, **letter(file, invoices))
    return None


def show(proposal: Row) -> None:
    """The proposal as the server will carry it out, and where a person says yes to it."""
    key = proposal["proposal_id"]
    print(f"\n{proposal.get('preview', '')}")
    for warning in proposal.get("warnings", []):
        print(f"Warning: {warning}")
    print(f"\nProposal {key}. To decide: on the approval page, if one opened in your browser, or in a terminal on this")
    print(f"machine, with the same PAYT_ settings: payt-mcp approvals approve {key} (or: reject {key})\n", flush=True)


async def settled(payt: Payt, proposal: Row, *, wait: float, every: float) -> Row:
    """The proposal once it has ended, or as it stands when the time is over."""
    over = anyio.current_time() + wait
    while proposal["status"] not in ENDED and anyio.current_time() < over:
        await anyio.sleep(every)
        proposal = await payt.ask("check_approval", proposal_id=proposal["proposal_id"])
    return proposal


def report(proposal: Row) -> int:
    """Say what became of it; the exit code.

    `confirmation_required` means that the server is in code mode and trusts its caller's own prompt. This agent has
    none, so it never sends the code back: the proposal waits for a person in a terminal, as any other.
    """
    status = proposal["status"]
    waits = status in {"awaiting_approval", "confirmation_required"}
    print("Nobody has decided yet; nothing was sent." if waits else proposal.get("summary", status))
    print(f"status: {status}")
    if "reason" in proposal:
        print(f"reason: {proposal['reason']}")
    if status not in ENDED:
        print(f"Look again with: --follow {proposal['proposal_id']}")
    elif status == "outcome_unknown":
        print(
            "Do not send it in another way. The server goes on looking for it at Payt; only a person may have it sent"
        )
        print(f"again, or close it: payt-mcp approvals show {proposal['proposal_id']}")
    return ENDED.get(status, WAITS)


async def run(options: argparse.Namespace) -> int:
    """One round: a proposal of this run, or the one that is followed."""
    server = StdioServerParameters(command=sys.executable, args=["-m", "payt_mcp"], env=dict(os.environ))
    async with Client(stdio_client(server)) as client:
        try:
            return await _round(Payt(client), options)
        except AgentError as error:
            print(error, file=sys.stderr)
            return NOT_SENT


async def _round(payt: Payt, options: argparse.Namespace) -> int:
    if options.follow:
        proposal: Row | None = await payt.ask("check_approval", proposal_id=options.follow)
    else:
        proposal = await propose(payt)
    if proposal is None:
        print("Nobody is overdue who may be reminded today.")
        return NOT_SENT
    if proposal["status"] not in ENDED:
        show(proposal)
    return report(await settled(payt, proposal, wait=options.wait * 60, every=options.every))


def main() -> int:
    """Read the command line and make one round."""
    parser = argparse.ArgumentParser(description="Propose one reminder, wait for a person, say what became of it.")
    parser.add_argument("--wait", type=float, default=15, metavar="MINUTES", help="how long to wait (default 15)")
    parser.add_argument("--every", type=float, default=5, metavar="SECONDS", help="how often to look (default 5)")
    parser.add_argument("--follow", default="", metavar="ID", help="wait for this proposal; propose nothing new")
    return anyio.run(run, parser.parse_args())


if __name__ == "__main__":
    sys.exit(main())
