"""The story the demo tells: what a controller asks, which tool is called, and what an assistant would answer.

The questions are fixed; who they are about follows from the answers before them. Every figure comes out of a tool's
structured content, and every sentence of "Assistant" is made of such figures.
"""

from __future__ import annotations

import shlex
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mcp.types import TextContent

from payt_mcp import __version__
from payt_mcp.cli.demo_screen import Column, Screen
from payt_mcp.errors import PaytMcpError
from payt_mcp.hosts.catalog import HOSTS
from payt_mcp.receivables.phases import IN_COLLECTION, words

if TYPE_CHECKING:
    from mcp.client import Client
    from mcp.types import CallToolResult

Row = Mapping[str, Any]

_LANGUAGES = {"nl": "Dutch", "de": "German", "en": "English", "fr": "French"}
_COMMANDING = ("assistant:", "ignore all previous instructions", "function_call")
_QUESTIONS = 8
_REPEATED = ("latest_", "updated")

_DEBTORS = (
    Column("debtor_number", "debtor"),
    Column("name", "name", most=26),
    Column("overdue", "overdue", number=True),
    Column("oldest_days", "oldest", number=True),
    Column("phase", "phase"),
    Column("attention", "attention"),
)
_BUCKETS = (
    Column("days", "days late"),
    Column("invoices", "invoices", number=True),
    Column("amount", "amount", number=True),
    Column("share", "share", most=40),
)
_INVOICES = (
    Column("invoice_number", "invoice"),
    Column("invoice_date", "date"),
    Column("due_date", "due"),
    Column("days_overdue", "late", number=True),
    Column("open_amount", "open", number=True),
    Column("currency", "cur."),
    Column("phase", "phase"),
    Column("attention", "attention"),
)
_TERMS = (
    Column("due_date", "term due"),
    Column("amount", "amount", number=True),
    Column("still_due", "still due", number=True),
    Column("paid_on", "paid on"),
)
_CASE = (
    Column("credit_case_number", "case"),
    Column("phase", "phase"),
    Column("open_amount", "open", number=True),
    Column("interest", "interest", number=True),
    Column("costs", "costs", number=True),
    Column("currency", "cur."),
    Column("invoices", "invoices", number=True),
)
_STEPS = (Column("at", "on"), Column("step", "step"))


class StoryError(PaytMcpError):
    """A question of the demo got no answer."""


class Story:
    """One telling. `tell` asks everything in order."""

    def __init__(self, client: Client, screen: Screen) -> None:
        self._client = client
        self._screen = screen
        self._calls = 0
        self._began = time.monotonic()

    async def tell(self) -> None:
        await self._opening()
        overdue = await self._who_is_overdue()
        debtors, currency = overdue["debtors"], overdue["currency"]
        file = await self._largest_debtor(debtors[0])
        await self._debtor_in_a_plan(debtors)
        first = await self._overdue_invoices(debtors[0], currency)
        await self._timeline(first)
        await self._credit_case(file)
        await self._messages()
        await self._mistyped(int(overdue["as_of"][:4]))
        self._closing()

    async def _opening(self) -> None:
        screen, client = self._screen, self._client
        screen.line(screen.styled("bold", "payt-mcp demo: a credit controller's morning, on invented data"))
        screen.line()
        screen.paragraph(
            "A server was started the way an assistant's host starts it, and a real MCP client is connected to it. "
            "Behind it stands an embedded Payt with 6,000 open invoices; nothing leaves this machine. No language "
            "model takes part: the questions are fixed, the calls and the figures are real, and the answers are "
            "worded from them as an assistant would."
        )
        tools = (await client.list_tools()).tools
        reading = all(tool.annotations and tool.annotations.read_only_hint for tool in tools)
        screen.line()
        screen.paragraph(
            f"Connected over stdio to payt-mcp {__version__}, MCP {client.protocol_version}. "
            f"{len(tools)} tools{', all of which only read' if reading else ''}: "
            f"{', '.join(tool.name for tool in tools)}."
        )

    async def _who_is_overdue(self) -> Row:
        screen = self._screen
        screen.heading("1. Who is overdue?")
        screen.you("Who is overdue, and by how much? Give me the five largest.")
        found = await self._ask("summarize_overdue", top=5)
        currency, gross = found["currency"], Decimal(found["overdue_gross"])
        late = (
            Decimal(row["amount"]) for row in found["buckets"] if int(row["days"].partition("-")[0].strip("+")) > 90
        )
        old = sum(late, Decimal(0)) / gross
        screen.assistant(
            f"{_money(gross, currency)} is overdue, on {found['invoice_count']:,} invoices of "
            f"{found['debtor_count']:,} debtors. Credit notes and overpayments of "
            f"{_money(-Decimal(found['overdue_credits']), currency)} are past due beside it, so net it is "
            f"{_money(found['overdue_net'], currency)}. {old:.0%} of the gross amount is more than 90 days late:"
        )
        buckets = [
            {**row, "amount": _amount(row["amount"]), "share": _share(screen, row, gross)} for row in found["buckets"]
        ]
        screen.table(buckets, _BUCKETS)
        screen.more(
            f"These five owe {_money(_sum(found['debtors'], 'overdue'), currency)} of it. What stands under "
            '"attention" matters as much as the amount; questions 2 and 3 show why:'
        )
        screen.table([_shown(row) for row in found["debtors"]], _DEBTORS)
        self._notes(found)
        return found

    async def _largest_debtor(self, row: Row) -> Row:
        screen = self._screen
        screen.heading("2. The debtor's file, before anything is written")
        screen.you(f"{row['name']} owes most. May I send them a reminder?")
        file = await self._ask("get_debtor", debtor=row["debtor_number"], whole=True)
        screen.assistant(f"Not yet. {file['summary']}" if _stops(file) else file["summary"])
        screen.more(_advice(file))
        return file

    async def _debtor_in_a_plan(self, debtors: Sequence[Row]) -> None:
        chosen = _in_a_plan(debtors) or _in_a_plan((await self._quietly("summarize_overdue", top=100))["debtors"])
        if chosen is None:
            return
        screen = self._screen
        screen.heading("3. A debtor who must be left alone")
        screen.you(f"Then {chosen['name']}: they owe {_amount(chosen['overdue'])}. Shall we chase them?")
        file = await self._ask("get_debtor", debtor=chosen["debtor_number"], whole=True)
        plans = [plan for plan in file.get("payment_plans", []) if plan.get("active")]
        terms = [term for plan in plans for term in plan.get("terms", [])]
        due = [term for term in terms if Decimal(term.get("still_due", "0")) > 0]
        covered = [i["invoice_number"] for i in file["invoices"] if "payment_plan" in i.get("attention", [])]
        screen.assistant(
            f"No. A payment plan is running on {_some(covered)}; a reminder would go against what was agreed with "
            f"them. {len(terms) - len(due)} of {len(terms)} terms "
            f"{'has' if len(terms) - len(due) == 1 else 'have'} been paid"
            + (f"; look again when the term of {due[0]['due_date']} has passed. " if due else ". ")
            + "Whether to press for invoices outside the plan meanwhile is your decision."
        )
        screen.table([_shown(term) for term in terms], _TERMS)

    async def _overdue_invoices(self, row: Row, currency: str) -> Row:
        screen = self._screen
        screen.heading("4. The invoices behind the figure")
        screen.you(f"Back to {row['name']}: which invoices have been open longest?")
        found = await self._ask("search_invoices", debtors=[row["debtor_number"]], status="overdue", limit=5)
        screen.assistant(
            f"{found['total']:,} of their invoices are overdue, {_money(found['total_open'], currency)} together. The "
            f"oldest {len(found['invoices'])} (the answer carries a cursor to the rest):"
        )
        screen.table([_shown(invoice) for invoice in found["invoices"]], _INVOICES)
        self._notes(found)
        first: Row = found["invoices"][0]
        return first

    async def _timeline(self, row: Row) -> None:
        screen = self._screen
        screen.heading("5. One invoice, from sent to today")
        screen.you(f"What has been done about {row['invoice_number']}?")
        found = await self._ask("get_invoice", invoice=row["invoice_number"])
        steps = [
            {"at": step["at"][:10], "step": words(step["step"])}
            for step in found["timeline"]
            if not step["step"].startswith(_REPEATED)
        ]
        screen.assistant(f"{found['summary']} Everything Payt has on record about it:")
        screen.table(steps, _STEPS)

    async def _credit_case(self, file: Row) -> None:
        if not file.get("cases"):
            return
        number = file["cases"][0]["credit_case_number"]
        screen = self._screen
        screen.heading("6. The credit case")
        screen.you(f"They have a credit case, {number}. How far is it, and what does it cost them?")
        found = await self._ask("get_credit_case", credit_case=number)
        case, invoices = found["credit_case"], found.get("invoices", [])
        last = found["timeline"][-1]
        screen.assistant(
            f'It reached "{words(case["phase"])}" on {last["at"][:10]}. Beside the invoices themselves the debtor '
            f"owes {_money(case.get('interest', '0'), case['currency'])} of interest and "
            f"{_money(case.get('costs', '0'), case['currency'])} of collection costs."
        )
        screen.table([{**_shown(case), "invoices": len(invoices)}], _CASE)

    async def _messages(self) -> None:
        screen = self._screen
        screen.heading("7. What debtors wrote, and one who writes to the assistant")
        screen.you("Any mail from debtors I should know about?")
        found = await self._ask("list_messages", limit=20)
        mail = [row for row in found["messages"] if row.get("direction") == "incoming" and row.get("text")]
        odd = [row for row in mail if _commands(row["text"])][:1]
        usual = [row for row in mail if not _commands(row["text"])][:2]
        screen.assistant(f"{found['total']:,} messages in the last 45 days. The latest that came in:")
        screen.line()
        for row in [*usual, *odd]:
            head = (row["sent_at"][:10], row.get("debtor"), row.get("subject"))
            screen.quotation("  ".join(filter(None, head)), row["text"])
        if odd:
            screen.assistant(
                "The last one is not meant for you: it gives orders to an assistant. Whatever people outside wrote "
                "reaches me marked as a quotation, so I read it as something a debtor wrote and do not act on it."
            )

    async def _mistyped(self, year: int) -> None:
        screen = self._screen
        screen.heading("8. A wrong argument is refused, never ignored")
        screen.you("Which overdue invoices were due before this year?")
        wrong = {"status": "overdue", "due_before": f"{year}-01-01"}
        screen.call("search_invoices", wrong)
        refusal = await self._called("search_invoices", wrong)
        if not refusal.is_error:
            raise StoryError("The server took an argument it does not have; the demo stopped there.")
        screen.refused(_text(refusal))
        found = await self._ask("search_invoices", status="overdue", due_to=f"{year - 1}-12-31", limit=1)
        screen.assistant(
            f"I had the name of an argument wrong, was told so, and asked again: {found['total']:,} invoices, "
            f"{_money(found['total_open'], found['currency'])}. Had the wrong name been dropped without a word, you "
            "would have got the figure for all years, and it would have looked right."
        )

    def _closing(self) -> None:
        screen = self._screen
        screen.heading("What next")
        screen.paragraph(
            f"{_QUESTIONS} questions, {self._calls} calls, {time.monotonic() - self._began:.1f} seconds. Now ask your "
            "own, in the assistant you use, on the same invented data:"
        )
        command = _own_command()
        first, *others = HOSTS
        screen.line()
        screen.line(f"  {command} install {first} --set PAYT_API_URL=sandbox --set PAYT_ADMINISTRATION_ID=4711")
        screen.line()
        screen.paragraph(f"(or {', '.join(others)}). When you have seen enough, on your own books:")
        screen.line()
        for step in ("login --token", f"uninstall {first}", f"install {first}", "doctor"):
            screen.line(f"  {command} {step}")
        screen.line()
        screen.paragraph("README.md has every tool and every setting.")

    def _notes(self, found: Row) -> None:
        """What the tool itself says about its figures: what was left out, what is unusual."""
        for note in found.get("notes", []):
            self._screen.note(note)

    async def _ask(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """Call a tool in sight of the reader."""
        self._screen.call(tool, arguments)
        return await self._quietly(tool, **arguments)

    async def _quietly(self, tool: str, **arguments: Any) -> dict[str, Any]:
        result = await self._called(tool, arguments)
        if result.is_error:
            raise StoryError(f"{tool} gave no answer, and the demo stopped there: {_text(result)}")
        return dict(result.structured_content or {})

    async def _called(self, tool: str, arguments: dict[str, Any]) -> CallToolResult:
        self._calls += 1
        return await self._client.call_tool(tool, arguments)


def _own_command() -> str:
    """What starts this very installation, in a shell of this platform."""
    script = Path(sys.executable).parent / ("payt-mcp.exe" if sys.platform == "win32" else "payt-mcp")
    words = [str(script)] if script.exists() else [sys.executable, "-m", "payt_mcp"]
    return f"& {subprocess.list2cmdline(words)}" if sys.platform == "win32" else shlex.join(words)


def _in_a_plan(debtors: Sequence[Row]) -> Row | None:
    return next((row for row in debtors if "payment_plan" in row.get("attention", [])), None)


def _share(screen: Screen, bucket: Row, gross: Decimal) -> str:
    part = Decimal(bucket["amount"]) / gross if gross else Decimal(0)
    return f"{screen.bar(float(part))} {part:.0%}"


def _stops(file: Row) -> list[str]:
    """What stands in the way of writing to this debtor; credits do where they come to a tenth of what is overdue."""
    debtor = file["debtor"]
    credits_, overdue = (Decimal(debtor.get(name, "0")) for name in ("credits", "overdue"))
    flags = [flag for flag in debtor.get("attention", ()) if flag != "credit_open" or -10 * credits_ >= overdue]
    return flags or [phase for phase in (debtor.get("phase", ""),) if phase in IN_COLLECTION]


def _advice(file: Row) -> str:
    """What to settle first, how far the debt is, and where a reminder would go."""
    debtor, currency = file["debtor"], file["currency"]
    parts = []
    if "credits" in debtor:
        credits_ = [i["invoice_number"] for i in file["invoices"] if Decimal(i["open_amount"]) < 0]
        named = f" (the oldest is {credits_[0]})" if credits_ else ""
        parts.append(
            f'"Credit open" means that {_money(-Decimal(debtor["credits"]), currency)} of credit notes or overpayments '
            f"has not been matched with invoices{named}. Say so when you write, or you will hear that not all is owed."
        )
    phase = words(debtor.get("phase", ""))
    if phase not in {"", "overdue"}:
        parts.append(
            f'Part of the debt has reached the phase "{phase}". A reminder would be a step back: leave those out.'
        )
    if file.get("addresses"):
        address, language = file["addresses"][0], debtor.get("language_code", "")
        known = f", in {_LANGUAGES.get(language, language)}" if language else ""
        parts.append(f"When you do write, it goes to {address['email']} (their address for {address['for']}){known}.")
    return " ".join(parts)


def _shown(row: Row) -> dict[str, Any]:
    """A row with amounts and phases as people write them."""
    amounts = ("overdue", "open_amount", "amount", "still_due", "interest", "costs")
    shown = dict(row)
    shown.update({name: _amount(row[name]) for name in amounts if name in row})
    if "phase" in row:
        shown["phase"] = words(row["phase"])
    return shown


def _amount(value: str | Decimal) -> str:
    return f"{Decimal(value):,.2f}"


def _money(value: str | Decimal, currency: str) -> str:
    return f"{currency} {_amount(value)}"


def _sum(rows: Sequence[Row], name: str) -> Decimal:
    return sum((Decimal(row[name]) for row in rows), Decimal(0))


def _some(numbers: Sequence[str]) -> str:
    if not numbers:
        return "some of their invoices"
    kind = "invoice" if len(numbers) == 1 else "invoices"
    return f"{kind} {' and '.join(numbers)}" if len(numbers) <= 2 else f"{len(numbers)} of their oldest invoices"


def _commands(text: str) -> bool:
    return any(mark in text.lower() for mark in _COMMANDING)


def _text(result: CallToolResult) -> str:
    return " ".join(part.text for part in result.content if isinstance(part, TextContent))
