"""What a person can attach to a conversation: records of Payt, sheets and a glossary, as `payt://` addresses.

A record is read by the tool that answers for it, so that both say the same. Where several administrations are active,
`?administration_id=...` at the end of an address says which one is meant; sheets are of every active one without it.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from mcp.types import Resource, ResourceTemplate

SCHEME = "payt"
TEXT = "text/plain"
MARKDOWN = "text/markdown"
CSV = "text/csv"
_WHICH = "Where several administrations are active, end the address with ?administration_id=..."


@dataclass(frozen=True)
class Record:
    """A kind of record that has an address: the tool that reads it, and the argument its name is."""

    kind: str
    argument: str
    tool: str
    takes: str
    title: str
    description: str

    @property
    def template(self) -> str:
        return f"{SCHEME}://{self.kind}/{{{self.argument}}}"


RECORDS = (
    Record(
        "debtors", "debtor_number", "get_debtor", "debtor", "Debtor",
        f"A debtor's file: balances, addresses, open invoices, cases, last messages. {_WHICH}",
    ),
    Record(
        "invoices", "invoice_number", "get_invoice", "invoice", "Invoice",
        f"One invoice: amounts, lines, and when it was sent, reminded of and collected. {_WHICH}",
    ),
    Record(
        "credit-cases", "case_number", "get_credit_case", "credit_case", "Credit case",
        f"One credit case: phase, amounts, interest and costs, timeline, invoices. {_WHICH}",
    ),
)  # fmt: skip


class SheetFile(NamedTuple):
    """A file of what is open. `sheet` is the one of `sheets.files.SHEETS` that it has; "" is a workbook with all."""

    uri: str
    sheet: str
    title: str
    description: str
    mime_type: str


class SheetsAsked(NamedTuple):
    """A file and whose: an administration, several, or "" for every active one."""

    file: SheetFile
    administration_id: str


SHEET_FILES = (
    SheetFile(
        "payt://sheets/receivables.xlsx", "", "Receivables (workbook)",
        "Open items, aging per debtor and worklist as a workbook to save. Of every active administration, or end the "
        "address with ?administration_id=...",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    SheetFile("payt://sheets/open-items.csv", "open-items", "Open items (CSV)", "Unpaid invoices, open credits.", CSV),
    SheetFile("payt://sheets/aging.csv", "aging", "Aging (CSV)", "What each debtor has open, by days past due.", CSV),
    SheetFile("payt://sheets/worklist.csv", "worklist", "Worklist (CSV)", "What to do today, debtor by debtor.", CSV),
)  # fmt: skip


class ToolCall(NamedTuple):
    """The call that answers for an address."""

    tool: str
    arguments: dict[str, str]


def listed() -> list[Resource]:
    """The addresses without anything to fill in; a workbook where what writes one is installed."""
    return [
        Resource(
            uri="payt://administrations",
            name="administrations",
            title="Administrations",
            description="The administrations (companies) in Payt this user reaches.",
            mime_type=TEXT,
        ),
        Resource(
            uri="payt://glossary",
            name="glossary",
            title="Glossary",
            description="What the phases of collection and the terms in the answers mean.",
            mime_type=MARKDOWN,
        ),
        *(
            Resource(
                uri=file.uri,
                name=file.uri.rpartition("/")[2],
                title=file.title,
                description=file.description,
                mime_type=file.mime_type,
            )
            for file in SHEET_FILES
            if file.sheet or find_spec("xlsxwriter")
        ),
    ]


def templates() -> list[ResourceTemplate]:
    return [
        ResourceTemplate(
            uri_template=record.template,
            name=record.kind,
            title=record.title,
            description=record.description,
            mime_type=TEXT,
        )
        for record in RECORDS
    ]


def glossary() -> str:
    return (Path(__file__).parent / "glossary.md").read_text(encoding="utf-8")


def is_glossary(uri: str) -> bool:
    return uri == "payt://glossary"


def asked_for(uri: str) -> ToolCall | None:
    """The call that reads this address; None where it is no record of ours."""
    found = _parts(uri)
    if found is None:
        return None
    place, path, administration = found
    if place == "administrations" and path in {"", "/"} and not administration:
        return ToolCall("list_administrations", {})
    for record in RECORDS:
        value = unquote(path.removeprefix("/"))
        if place == record.kind and value and "/" not in path[1:]:
            return ToolCall(record.tool, {record.takes: value, **administration})
    return None


def sheets_asked(uri: str) -> SheetsAsked | None:
    """The sheets at this address; None where there are none."""
    found = _parts(uri)
    if found is None:
        return None
    place, path, administration = found
    files = [file for file in SHEET_FILES if file.uri == f"{SCHEME}://{place}{path}"]
    return SheetsAsked(files[0], administration.get("administration_id", "")) if files else None


def _parts(uri: str) -> tuple[str, str, dict[str, str]] | None:
    """Of an address of ours the first part, the path, and the administration as an argument."""
    try:
        parts = urlsplit(uri)
        query = parse_qs(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    except ValueError:
        return None
    if parts.scheme != SCHEME or parts.fragment or not query.keys() <= {"administration_id"}:
        return None
    return parts.netloc, parts.path, {name: values[-1] for name, values in query.items()}


def unknown(uri: str) -> str:
    """The sentence about an address that is none of ours."""
    known = ", ".join([*(resource.uri for resource in listed()), *(record.template for record in RECORDS)])
    return f"There is no resource {uri[:120]!r}. The resources are: {known}."


def kind_of(uri_template: str, variable: str) -> str:
    """The kind of record a variable of one of our templates names; "" where it is none."""
    found = [record.kind for record in RECORDS if record.template == uri_template and record.argument == variable]
    return found[0] if found else ""
