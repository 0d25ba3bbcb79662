"""A fixed sandbox, servers over it, and the calls whose answers are looked at."""

import datetime as dt
import difflib
import json
import os
import re
import socket
import warnings
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import pytest
from mcp.types import CallToolResult, TextContent

from payt_mcp.server.server import PaytServer, build_server
from payt_sandbox import World, build_world
from payt_sandbox.api.options import Options
from payt_sandbox.app import create_app
from payt_sandbox.server import Handle, run_in_thread
from tests.support.unhurried import unhurried

NOW = dt.datetime(2026, 11, 21, 9, 30, tzinfo=dt.UTC)
ADMINISTRATION = "4711"
TOKEN = "sandbox-token"
SNAPSHOTS = Path(__file__).parents[1] / "surface" / "snapshots"

_CURSOR = re.compile(r"(?<![\w-])[\w-]{11}\.(\d+)")


class Call(NamedTuple):
    """One call of a tool. `next_page` makes it the page after the one these arguments give."""

    tool: str
    arguments: Mapping[str, Any] = MappingProxyType({})
    next_page: bool = False


_HERE = {"administration_id": ADMINISTRATION}

ANSWERS: Mapping[str, Call] = {
    "list_administrations": Call("list_administrations"),
    "summarize_overdue": Call("summarize_overdue", _HERE),
    "get_worklist": Call("get_worklist", {"top": 6, **_HERE}),
    "summarize_overdue-min_days": Call("summarize_overdue", {"min_days": 90, "top": 3, **_HERE}),
    "summarize_overdue-page_2": Call("summarize_overdue", {"top": 12, **_HERE}, next_page=True),
    "summarize_overdue-other_currency": Call("summarize_overdue", {"administration_id": "4739", "top": 2}),
    "search_invoices": Call("search_invoices", _HERE),
    "search_invoices-none": Call("search_invoices", {"query": "no such thing", **_HERE}),
    "search_invoices-paid": Call("search_invoices", {"status": "paid", "limit": 3, **_HERE}),
    "search_invoices-fields": Call(
        "search_invoices", {"fields": ["open_amount", "labels", "reminder_1_at"], "limit": 4, **_HERE}
    ),
    "search_invoices-narrow": Call(
        "search_invoices",
        {
            "debtors": ["10026"],
            "status": "overdue",
            "due_from": "2026-01-01",
            "min_amount": "1000.00",
            "sort": "-open_amount",
            "limit": 3,
            **_HERE,
        },
    ),
    "search_invoices-unknown_number": Call("search_invoices", {"invoices": ["2024000001", "nope"], **_HERE}),
    "search_invoices-odd_text": Call("search_invoices", {"debtors": ["10019", "10018", "10014"], "limit": 6, **_HERE}),
    "get_invoice": Call("get_invoice", {"invoice": "2024000001", **_HERE}),
    "get_invoice-credit": Call("get_invoice", {"invoice": "2024000008", **_HERE}),
    "get_invoice-paid": Call("get_invoice", {"invoice": "2025000023", **_HERE}),
    "find_debtors": Call("find_debtors", {"limit": 5, **_HERE}),
    "find_debtors-query": Call("find_debtors", {"query": "cafe", "sort": "name", **_HERE}),
    "find_debtors-similar": Call("find_debtors", {"query": "Bakkr Bouw B.V.", **_HERE}),
    "get_debtor": Call("get_debtor", {"debtor": "10026", **_HERE}),
    "get_debtor-messages": Call("get_debtor", {"debtor": "10002", **_HERE}),
    "get_debtor-odd_name": Call("get_debtor", {"debtor": "10018", **_HERE}),
    "get_credit_case": Call("get_credit_case", {"credit_case": "D2026-48225", **_HERE}),
    "get_credit_case-paused": Call("get_credit_case", {"credit_case": "48216", **_HERE}),
    "get_credit_case-deactivated": Call("get_credit_case", {"credit_case": "48228", **_HERE}),
    "list_contacts": Call("list_contacts", {"limit": 5, **_HERE}),
    "list_contacts-fields": Call("list_contacts", {"limit": 2, "fields": ["email", "lastname"], **_HERE}),
    "list_messages": Call("list_messages", {"limit": 3, **_HERE}),
    "list_messages-debtor": Call("list_messages", {"debtor": "10002", "limit": 4, **_HERE}),
    "list_messages-one": Call("list_messages", {"message_id": "7400003", **_HERE}),
}

SET_ANSWERS: Mapping[str, Call] = {
    "list_payments": Call("list_payments", {"limit": 4, **_HERE}),
    "list_payments-debtor": Call("list_payments", {"debtor": "10002", "limit": 4, **_HERE}),
    "list_payments-page_2": Call("list_payments", {"debtor": "10002", "limit": 4, **_HERE}, next_page=True),
    "list_payments-none": Call("list_payments", {"credit_case": "48216", **_HERE}),
    "list_payment_plans": Call("list_payment_plans", {"limit": 2, **_HERE}),
    "list_payment_plans-pending": Call("list_payment_plans", {"status": "pending", **_HERE}),
    "list_tasks": Call("list_tasks", {"limit": 6, **_HERE}),
    "list_notes": Call("list_notes", {"limit": 4, **_HERE}),
    "collection_figures": Call("collection_figures", _HERE),
    "payment_behaviour": Call("payment_behaviour", {"debtor": "10026", **_HERE}),
    "expected_receipts": Call("expected_receipts", _HERE),
    "interest_and_costs": Call("interest_and_costs", {"debtor": "10002", **_HERE}),
    "interest_and_costs-consumer": Call("interest_and_costs", {"debtor": "10018", "consumer": "yes", **_HERE}),
}
"""Calls of tools beyond `core`."""

REFUSALS: Mapping[str, Call] = {
    "no_such_tool": Call("delete_invoices"),
    "no_such_argument": Call("search_invoices", {"due_before": "2026-11-01", **_HERE}),
    "no_such_argument-none_taken": Call("list_administrations", {"page": 2}),
    "missing_argument": Call("get_invoice", _HERE),
    "status": Call("search_invoices", {"status": "unpaid", **_HERE}),
    "limit": Call("search_invoices", {"limit": 101, **_HERE}),
    "min_days": Call("summarize_overdue", {"min_days": 0, **_HERE}),
    "date": Call("search_invoices", {"due_to": "21-11-2026", **_HERE}),
    "dates_reversed": Call("search_invoices", {"due_from": "2026-11-21", "due_to": "2026-11-01", **_HERE}),
    "moment": Call("list_contacts", {"updated_after": "yesterday", **_HERE}),
    "amount": Call("search_invoices", {"min_amount": "1,250.00", **_HERE}),
    "amount_float": Call("search_invoices", {"min_amount": 1250.505, **_HERE}),
    "amounts_reversed": Call("search_invoices", {"min_amount": "10", "max_amount": "9.99", **_HERE}),
    "fields": Call("search_invoices", {"fields": ["open_amout"], **_HERE}),
    "too_many": Call("search_invoices", {"invoices": [str(number) for number in range(51)], **_HERE}),
    "administration_ambiguous": Call("search_invoices"),
    "administration_unknown": Call("summarize_overdue", {"administration_id": "1"}),
    "debtor_ambiguous": Call("get_debtor", {"debtor": "Bakker", **_HERE}),
    "debtor_unknown": Call("get_debtor", {"debtor": "Bakkr Bouw", **_HERE}),
    "debtor_part_of_number": Call("get_debtor", {"debtor": "20", **_HERE}),
    "invoice_unknown": Call("get_invoice", {"invoice": "nope", **_HERE}),
    "case_unknown": Call("get_credit_case", {"credit_case": "nope", **_HERE}),
    "message_unknown": Call("list_messages", {"message_id": "1", **_HERE}),
    "message_and_filter": Call("list_messages", {"message_id": "7400003", "debtor": "10002", **_HERE}),
    "cursor_garbage": Call("search_invoices", {"cursor": "page 2", **_HERE}),
    "cursor_of_other_query": Call("search_invoices", {"query": "a", "limit": 1, **_HERE}, next_page=True),
}


def fixed_world() -> World:
    """The same world with the same clock on any day."""
    world = build_world(invoices=600, seed=1, today=NOW.date())
    world.clock = lambda: NOW
    return world


@pytest.fixture(scope="session")
def payt() -> Iterator[Handle]:
    """The fixed sandbox. Read it only."""
    with run_in_thread(create_app(fixed_world(), options=Options(rate=None))) as handle:
        yield handle


def server_for(url: str, **environ: str) -> PaytServer:
    """A server as a user starts one who only reads, for a Payt at `url`; what writes is tested in `tests/writes`."""
    given = {"PAYT_API_URL": url, "PAYT_API_TOKEN": TOKEN, "PAYT_READ_ONLY": "1"}
    return build_server(unhurried(given | environ))


async def answer_of(client: Any, call: Call) -> CallToolResult:
    """The result of a call; of one with `next_page`, that of the page after it."""
    arguments = dict(call.arguments)
    if call.next_page:
        first = await client.call_tool(call.tool, arguments)
        arguments["cursor"] = first.structured_content["next_cursor"]
        if call == REFUSALS["cursor_of_other_query"]:
            arguments["query"] = "b"
    result = await client.call_tool(call.tool, arguments)
    assert isinstance(result, CallToolResult)
    return result


def text_of(result: CallToolResult) -> str:
    (block,) = result.content
    assert isinstance(block, TextContent)
    return block.text


def settled(text: str, as_of: str | None) -> str:
    """A text without what differs from run to run: the tokens of cursors and the second of reading."""
    same = _CURSOR.sub(r"<cursor>.\1", text)
    return same.replace(as_of, "<as of>") if as_of else same


def shown(call: Call, result: CallToolResult) -> str:
    """A call and all a host gets of its answer, for a person to read."""
    structured = result.structured_content
    as_of = (structured or {}).get("as_of")
    paging = ", then the next page" if call.next_page else ""
    parts = [f"{call.tool} {json.dumps(dict(call.arguments))}{paging}", "", "# content", text_of(result)]
    if structured is not None:
        parts += ["", "# structured content", *_laid_out(structured)]
    return settled("\n".join(parts) + "\n", as_of)


def _laid_out(structured: Mapping[str, Any]) -> list[str]:
    """A field a line, and a row a line: differences are then read row by row."""
    lines = []
    for name, value in structured.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            lines += [f"{name}:", *(f"  {json.dumps(row, ensure_ascii=False)}" for row in value)]
        else:
            lines.append(f"{name}: {json.dumps(value, ensure_ascii=False)}")
    return lines


def check_snapshot(name: str, now: str) -> None:
    """Compare with what was accepted before. UPDATE_SNAPSHOTS=1 accepts what is there now."""
    path = SNAPSHOTS / name
    if os.environ.get("UPDATE_SNAPSHOTS") == "1":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(now, encoding="utf-8")
        return
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    if now != before:
        lines = difflib.unified_diff(before.splitlines(), now.splitlines(), f"{name} (accepted)", "now", lineterm="")
        raise AssertionError("\n".join([*lines, "", "Intended? UPDATE_SNAPSHOTS=1 accepts it."]))


def compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@cache
def _encoder() -> Callable[[str], list[int]]:
    with warnings.catch_warnings():  # it opens its data the old way
        warnings.simplefilter("ignore", DeprecationWarning)
        import bpe_openai  # type: ignore[import-untyped]

        encode: Callable[[str], list[int]] = bpe_openai.get_encoding("o200k_base").encode
    return encode


def tokens(value: Any) -> int:
    return len(_encoder()(value if isinstance(value, str) else compact(value)))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
