"""What every framework is put to, over both ways in. It runs in the framework's own environment, on Python alone.

A framework's script names its strict form of each tool, and a way to call one as the framework would for a model. Here
the arguments are made as a strict mode makes them: every one is there, and what is not meant is empty.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any

WAYS = ("stdio", "http")
Tools = Mapping[str, Mapping[str, Any]]
Call = Callable[[str, dict[str, Any]], Awaitable[str]]
Opened = Callable[[str], AbstractAsyncContextManager[tuple[Tools, Call]]]
Session = AsyncIterator[tuple[Tools, Call]]

COMMAND = json.loads(os.environ.get("SERVER_COMMAND", "[]"))
URL = os.environ.get("SERVER_URL", "")
ENVIRONMENT = {name: value for name, value in os.environ.items() if name.startswith("PAYT_")}

_LETTERS = {
    way: {"subject": "Openstaande facturen", "body": f"Wilt u deze betalen? ({way})", "to_debtor": to}
    for way, to in (("stdio", "10002"), ("http", "10003"))
}
"""To another debtor each time: the same to the same one again is for a person to see."""

_LINE = {"description": "Werk", "vat_rate_code": "H21", "total_excl_tax_amount": "100.00"}
_INVOICE = {
    "invoice_number": "X1", "debtor_number": "10002", "currency_code": "EUR", "invoice_date": "2026-11-01",
    "due_date": "2026-12-01", "amount_total": "121.00", "amount_open": "121.00", "book_amount_total": "121.00",
    "book_amount_open": "121.00", "sent_at": "2026-11-01T08:00:00Z", "invoice_lines": [_LINE],
}  # fmt: skip


def strictly(schema: Mapping[str, Any], given: Any = None) -> Any:
    """A value of this schema: `given` as far as it goes, and each property there is."""
    one = _of(schema)
    if one.get("type") == "object":
        parts = one.get("properties", {}).items()
        return {name: strictly(part, (given or {}).get(name)) for name, part in parts} or given or {}
    if one.get("type") == "array" and given:
        return [strictly(one["items"], item) for item in given]
    return _empty(one) if given is None else given


def _of(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema of what is not null, where a framework makes the optional nullable."""
    return next((one for one in schema.get("anyOf", ()) if one.get("type") != "null"), schema)


def _empty(schema: Mapping[str, Any]) -> Any:
    if schema.get("default") is not None:
        return schema["default"]
    if "enum" in schema:
        return schema["enum"][0]
    return {"string": "", "array": [], "boolean": False, "integer": schema.get("minimum", 0)}[schema["type"]]


async def _worked(way: str, tools: Tools, call: Call) -> dict[str, str]:
    """The calls, and what came of each. Raises AssertionError for an answer that is none."""

    async def asked(name: str, **given: Any) -> str:
        return await call(name, strictly(tools[name], given))

    overdue = await asked("summarize_overdue", top=3)
    assert re.search(r"EUR [\d,]+\.\d\d", overdue), overdue
    found = await asked("search_invoices", status="overdue", limit=2)
    assert re.search(r"[\d,]+ overdue invoices found", found), found
    proposed = await asked("send_message", **_LETTERS[way])
    code = re.search(r"confirmation_code\W+([\w-]{4,})", proposed)
    assert code, proposed
    sent = await asked("send_message", **_LETTERS[way], confirmation_code=code[1])
    assert re.search(r"status\W+sent", sent), sent
    planned = await asked("upsert_invoices", invoices=[_INVOICE])
    assert re.search(r"confirmation_required", planned), planned
    assert re.search(r"1 created", planned), planned
    return {"overdue": overdue[:60], "found": found[:60], "letter": "sent", "invoice": "proposed"}


def _whole(tools: Tools, keeps_objects: bool) -> None:
    """Raises AssertionError where a tool is missing, or fields of an object are lost unless that is known."""
    expected = set(json.loads(os.environ["EXPECTED_TOOLS"]))
    assert set(tools) == expected, set(tools) ^ expected
    text = json.dumps(tools["upsert_invoices"])
    for name in ("checksum", "origin_identifier", "vat_rate_code", "due_date"):
        assert (name in text) is keeps_objects, f"{name} was dropped, or is not any more"


async def _run(opened: Opened, keeps_objects: bool) -> None:
    for way in WAYS:
        async with opened(way) as (tools, call):
            _whole(tools, keeps_objects)
            print(json.dumps({"way": way, "tools": len(tools), **await _worked(way, tools, call)}), flush=True)


def main(opened: Opened, *, keeps_objects: bool = True) -> None:
    asyncio.run(_run(opened, keeps_objects))
