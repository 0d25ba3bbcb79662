"""What a person can attach to a conversation: records of Payt and a glossary, as `payt://` addresses.

A record is read by the tool that answers for it, so that both say the same. Where several administrations are active,
`?administration_id=...` at the end of an address says which one is meant.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from mcp.types import Resource, ResourceTemplate

SCHEME = "payt"
TEXT = "text/plain"
MARKDOWN = "text/markdown"
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


class ToolCall(NamedTuple):
    """The call that answers for an address."""

    tool: str
    arguments: dict[str, str]


def listed() -> list[Resource]:
    """The addresses without anything to fill in."""
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
    """The call that reads this address; None where it is no address of ours."""
    try:
        parts = urlsplit(uri)
        query = parse_qs(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    except ValueError:
        return None
    if parts.scheme != SCHEME or parts.fragment or not query.keys() <= {"administration_id"}:
        return None
    administration = {name: values[-1] for name, values in query.items()}
    if parts.netloc == "administrations" and parts.path in {"", "/"} and not query:
        return ToolCall("list_administrations", {})
    for record in RECORDS:
        value = unquote(parts.path.removeprefix("/"))
        if parts.netloc == record.kind and value and "/" not in parts.path[1:]:
            return ToolCall(record.tool, {record.takes: value, **administration})
    return None


def unknown(uri: str) -> str:
    """The sentence about an address that is none of ours."""
    known = ", ".join([*(resource.uri for resource in listed()), *(record.template for record in RECORDS)])
    return f"There is no resource {uri[:120]!r}. The resources are: {known}."


def kind_of(uri_template: str, variable: str) -> str:
    """The kind of record a variable of one of our templates names; "" where it is none."""
    found = [record.kind for record in RECORDS if record.template == uri_template and record.argument == variable]
    return found[0] if found else ""
