"""What the overdue report is made of: the answers of `summarize_overdue`, one administration after the other."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import anyio
from mcp.client import Client
from mcp.types import CallToolResult, TextContent

from payt_mcp.cli.report_text import local
from payt_mcp.errors import STILL_LOADING, STILL_READING, PaytMcpError
from payt_mcp.server.server import build_server
from payt_mcp.settings import Settings

_MOST_WAITS = 40
"""How often a reading that takes longer than one call may is waited for: half an hour in all."""

_TOP, _MOST_A_PAGE = 25, 100
_ALL = "all"

_Administration = Mapping[str, str]


class ReportError(PaytMcpError):
    """The report could not be made; the text says why."""


class Asked(NamedTuple):
    """What a report is asked for: `administration` is one, several with commas between, or `all` that are active, which
    is also what none means; `top` None is as many debtors as usual, or with `every` all of them. With `insight` also
    what is expected to come in and how collecting goes: the settings have the tools for it.
    """

    administration: str
    min_days: int
    top: int | None
    every: bool = False
    insight: bool = False

    @property
    def rows(self) -> int:
        return self.top if self.top is not None else _MOST_A_PAGE if self.every else _TOP


@dataclass(frozen=True)
class Report:
    """The structured content of `summarize_overdue` for each administration, and with it `name`, whose it is; `at`, its
    moment there; `invented`, if it is. `by_currency` is what is overdue (gross) of all of them in each currency itself,
    where there are several.
    """

    overviews: Sequence[dict[str, Any]]
    by_currency: Mapping[str, str]


def read_report(settings: Settings, asked: Asked) -> Report:
    """Raises ReportError where there is no such administration, or Payt gave no answer that can be used."""
    asked = asked._replace(administration=asked.administration or settings.administration_id or "")
    return anyio.run(_read_in_time, settings, asked)


async def _read_in_time(settings: Settings, asked: Asked) -> Report:
    async with Client(build_server(settings)) as client:
        try:
            return await _read(client, settings, asked)
        except ReportError as error:
            failure = error  # raised out here, where no task group wraps it
    raise failure


async def _read(client: Client, settings: Settings, asked: Asked) -> Report:
    listed = await _told(client, "list_administrations", {})
    found = []
    for administration in _meant(listed.get("administrations", []), asked.administration):
        named = {"name": _name(administration), "administration_id": administration["administration_id"]}
        overview = await _overview(client, named["administration_id"], asked)
        at = local(overview["as_of"], administration.get("timezone"))
        insight = await _insight(client, named["administration_id"]) if asked.insight else {}
        found.append({**overview, **named, **insight, "at": at, "invented": settings.is_sandbox})
    if len(found) == 1:
        return Report(found, {})
    together = {"administration_id": ",".join(one["administration_id"] for one in found), "min_days": asked.min_days}
    told = await _told(client, "summarize_overdue", {**together, "top": 1})
    return Report(found, told.get("overdue_by_currency", {}))


def _meant(known: Sequence[_Administration], wanted: str) -> list[_Administration]:
    """Those that are named, in the order they are named; where none is, every active one. Raises ReportError."""
    found = _named(known, wanted) if wanted else []
    if not found and wanted in {"", _ALL}:
        found = [one for one in known if one.get("status") == "active"]
    elif not found and "," in wanted:
        parts = [_named(known, part.strip()) for part in wanted.split(",") if part.strip()]
        found = list({one["administration_id"]: one for part in parts for one in part}.values()) if all(parts) else []
    if not found:
        names = ", ".join(f"{one['administration_id']} ({_name(one)})" for one in known) or "none"
        raise ReportError(f"There is no such administration. This token reaches: {names}.")
    return found


def _named(known: Sequence[_Administration], wanted: str) -> list[_Administration]:
    return [one for one in known if wanted in {one["administration_id"], _name(one)}]


def _name(administration: _Administration) -> str:
    return administration.get("name", "no name")


async def _overview(client: Client, administration_id: str, asked: Asked) -> dict[str, Any]:
    """The first page of debtors, or all of them."""
    whose = {"administration_id": administration_id, "top": asked.rows}
    found = await _told(client, "summarize_overdue", {**whose, "min_days": asked.min_days})
    cursor = found.get("next_cursor") if asked.every and asked.top is None else None
    while cursor:
        following = await _told(client, "summarize_overdue", {**whose, "cursor": cursor})
        found["debtors"] = [*found["debtors"], *following.get("debtors", ())]
        cursor = following.get("next_cursor")
    return {"debtors": [], **found}


async def _insight(client: Client, administration_id: str) -> dict[str, Any]:
    """What rests on the past; a report without one of these says why."""
    found: dict[str, Any] = {}
    if sys.stderr.isatty():  # large books take minutes
        print(f"Reading what was paid in administration {administration_id}.", file=sys.stderr)
    for name, tool in (("receipts", "expected_receipts"), ("figures", "collection_figures")):
        try:
            found[name] = await _told(client, tool, {"administration_id": administration_id})
        except ReportError as error:
            found[name] = {"why_not": str(error)}
    return found


async def _told(client: Client, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """What a tool answers; one that is still loading is waited for, since nobody cuts this call off."""
    for _ in range(_MOST_WAITS):
        result = await client.call_tool(tool, arguments)
        if not result.is_error:
            return dict(result.structured_content or {})
        said = _text(result)
        if not said.startswith((STILL_LOADING, STILL_READING)):
            raise ReportError(said)
        print(said.partition(". ")[0], file=sys.stderr)
    raise ReportError(said)


def _text(result: CallToolResult) -> str:
    return "\n".join(block.text for block in result.content if isinstance(block, TextContent))
