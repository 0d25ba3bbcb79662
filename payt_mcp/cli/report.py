"""`payt-mcp report`: the books for people without an assistant: who is overdue in the terminal, as a page to print or as
CSV, and all that is open as sheets.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
from mcp.client import Client
from mcp.types import CallToolResult, TextContent

from payt_mcp.apps.overview_page import page
from payt_mcp.cli.demo_screen import Screen
from payt_mcp.cli.logs import configure
from payt_mcp.cli.report_csv import as_csv
from payt_mcp.cli.report_text import local, show
from payt_mcp.disk import write_private
from payt_mcp.errors import STILL_LOADING, STILL_READING, PaytMcpError
from payt_mcp.server.server import build_server
from payt_mcp.settings import Settings

_MOST_WAITS = 40
"""How often a reading that takes longer than one call may is waited for: half an hour in all."""


_Overview = dict[str, Any]
"""The structured content of `summarize_overdue`; `name`, whose it is; `at`, its moment there; `invented`, if it is."""

_MOST_A_PAGE = 100


class ReportError(PaytMcpError):
    """The report could not be made; the text says why."""


def run(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    """Print the overview, or write it as a page or a file.

    Raises:
        ReportError: Payt gave no answer that can be used, or the file cannot be written.
        PaytMcpError: likewise.
    """
    options = _options(argv)
    configure()
    settings = replace(Settings.from_env(environ), read_only=True)
    if options.xlsx is not None:
        written(options.xlsx, workbook(settings, options.administration), "Open items, aging and worklist, a sheet each.")
        return 0
    if options.sheet != OVERDUE:
        content = sheet(settings, options.administration, options.sheet)
        written(options.csv, content, f"{rows_of(content):,} rows.")
        return 0
    found = anyio.run(_read_all, settings, options)
    if options.csv is not None:
        written(options.csv, as_csv(found.overviews).encode(), f"{sum(len(one['debtors']) for one in overviews):,} debtors.")
    elif options.html is not None:
        _write(options.html, page(overviews))
        print(f"Written to {options.html.absolute()}. Open it in a browser; it prints well.")
    else:
        show(Screen.on(sys.stdout, environ), overviews)
    return 0


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="payt-mcp report", description="Who is overdue, by how much and since when.")
    form = parser.add_mutually_exclusive_group()
    form.add_argument(
        "--html",
        type=Path,
        metavar="FILE",
        nargs="?",
        const=Path("overdue.html"),
        help="write a page instead of text to the terminal (default overdue.html)",
    )
    form.add_argument(
        "--csv",
        type=Path,
        metavar="FILE",
        nargs="?",
        const=Path("overdue.csv"),
        help="write every overdue debtor as CSV, for a spreadsheet or a program (default overdue.csv)",
    )
    parser.add_argument(
        "--administration", default="", metavar="ID", help="one administration (default: every active one)"
    )
    parser.add_argument("--min-days", type=int, default=1, metavar="N", help="only what is overdue N days or more")
    parser.add_argument(
        "--top", type=int, metavar="N", help="how many debtors to list (1 to 100, default 25; with --csv all)"
    )
    return parser.parse_args(argv)


async def _overviews(settings: Settings, options: argparse.Namespace) -> list[_Overview]:
    """The overview of each administration that is meant. Raises ReportError."""
    async with Client(build_server(settings)) as client:
        try:
            found = await _read(client, options.administration or settings.administration_id or "", options)
            return [{**one, "invented": settings.is_sandbox} for one in found]
        except ReportError as error:
            failure = error  # raised out here, where no task group wraps it
    raise failure


async def _read(client: Client, wanted: str, options: argparse.Namespace) -> list[_Overview]:
    listed = (await _answer(client, "list_administrations", {})).structured_content or {}
    known: list[dict[str, str]] = listed.get("administrations", [])
    meant = [a for a in known if (wanted in {a["administration_id"], _name(a)} if wanted else _is_active(a))]
    if not meant:
        names = ", ".join(f"{a['administration_id']} ({_name(a)})" for a in known) or "none"
        raise ReportError(f"There is no such administration. This token reaches: {names}.")
    found = []
    for administration in meant:
        every = options.csv is not None and options.top is None
        top = _MOST_A_PAGE if every else 25 if options.top is None else options.top
        named = {"name": _name(administration), "administration_id": administration["administration_id"]}
        arguments = {"administration_id": named["administration_id"], "min_days": options.min_days, "top": top}
        overview = await _overview(client, arguments, every=every)
        found.append({**overview, **named, "at": local(overview["as_of"], administration.get("timezone"))})
    return found


async def _overview(client: Client, arguments: dict[str, Any], *, every: bool) -> _Overview:
    """The first page of debtors, or all of them."""
    found = dict((await _answer(client, "summarize_overdue", arguments)).structured_content or {})
    cursor = found.get("next_cursor") if every else None
    while cursor:
        more = {"administration_id": arguments["administration_id"], "top": arguments["top"], "cursor": cursor}
        following = (await _answer(client, "summarize_overdue", more)).structured_content or {}
        found["debtors"] = [*found["debtors"], *following.get("debtors", ())]
        cursor = following.get("next_cursor")
    return {"debtors": [], **found}


def _name(administration: Mapping[str, str]) -> str:
    return administration.get("name", "no name")


def _is_active(administration: Mapping[str, str]) -> bool:
    return administration.get("status") == "active"


async def _answer(client: Client, tool: str, arguments: dict[str, Any]) -> CallToolResult:
    """The answer of a tool; one that is still loading is waited for, since nobody cuts this call off."""
    for _ in range(_MOST_WAITS):
        result = await client.call_tool(tool, arguments)
        if not result.is_error:
            return result
        said = _text(result)
        if not said.startswith((STILL_LOADING, STILL_READING)):
            raise ReportError(said)
        print(said.partition(". ")[0], file=sys.stderr)
    raise ReportError(said)


def _text(result: CallToolResult) -> str:
    return "\n".join(block.text for block in result.content if isinstance(block, TextContent))


def _write(path: Path, content: str) -> None:
    """For the user alone, whoever could read a file that was there: it holds names and amounts. Raises ReportError."""
    try:
        if path.exists() and not path.is_file():  # such as /dev/stdout
            path.write_text(content, encoding="utf-8")
        else:
            write_private(path, content.encode())
    except OSError as error:
        raise ReportError(f"{path} cannot be written: {error.strerror or 'it cannot be opened'}.") from None
