"""`payt-mcp report`: the books for people without an assistant. Who is overdue, in the terminal, as a page to print or
as CSV; and all that is open, as sheets.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from payt_mcp.apps.overview_page import page
from payt_mcp.cli.demo_screen import Screen
from payt_mcp.cli.logs import configure
from payt_mcp.cli.report_csv import as_csv
from payt_mcp.cli.report_files import sheet, workbook
from payt_mcp.cli.report_overviews import Asked, ReportError, read_report
from payt_mcp.cli.report_text import show
from payt_mcp.disk import write_private
from payt_mcp.settings import Settings
from payt_mcp.sheets.files import SHEETS

_OVERDUE = "overdue"
_CSV, _XLSX, _HTML = Path("overdue.csv"), Path("receivables.xlsx"), Path("overdue.html")
_STDOUT = Path("-")


def run(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    """Print the overview, or write a file.

    Raises:
        PaytMcpError: Payt gave no answer that can be used, or the file cannot be written.
    """
    options = _options(argv)
    configure()
    settings = _settings(environ, is_page=options.html is not None)
    if options.xlsx is not None:
        _write(options.xlsx, workbook(settings, options.administration), ": open items, aging and worklist.")
    elif options.sheet != _OVERDUE:
        content = sheet(settings, options.administration, options.sheet)
        _write(options.csv, content, ".")
    else:
        _overdue(options, settings, environ)
    return 0


def _settings(environ: Mapping[str, str], *, is_page: bool) -> Settings:
    """To read with; the page tells of the past, too, which has a tool set of its own. The sandbox gets no past by that:
    then more would be open there than every other answer says.
    """
    settings = replace(Settings.from_env(environ), read_only=True)
    toolsets = dict.fromkeys([*settings.toolsets, "insight"]) if is_page else settings.toolsets
    return replace(settings, toolsets=tuple(toolsets))


def _overdue(options: argparse.Namespace, settings: Settings, environ: Mapping[str, str]) -> None:
    is_csv, is_page = options.csv is not None, options.html is not None
    asked = Asked(options.administration, options.min_days, options.top, every=is_csv, insight=is_page)
    report = read_report(settings, asked)
    if is_csv:
        debtors = sum(len(one["debtors"]) for one in report.overviews)
        _write(options.csv, as_csv(report.overviews).encode(), f": {debtors:,} debtors.")
    elif is_page:
        content = page(report.overviews, report.by_currency, settings.language_for()).encode()
        _write(options.html, content, ". Open it in a browser; it prints well.")
    else:
        show(Screen.on(sys.stdout, environ), report.overviews, report.by_currency, settings.language_for())


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="payt-mcp report",
        description="Who is overdue, by how much and since when; or all that is open, as sheets.",
        epilog="FILE - is standard output. A file that is there is replaced; it is readable by you alone.",
    )
    form = parser.add_mutually_exclusive_group()
    file: dict[str, Any] = {"type": Path, "metavar": "FILE", "nargs": "?"}
    form.add_argument(
        "--html", **file, const=_HTML, help=f"write a page instead of text to the terminal (default {_HTML})"
    )
    form.add_argument(
        "--csv",
        **file,
        const=_CSV,
        help=f"write every overdue debtor as CSV, for a program (default {_CSV}), or another sheet",
    )
    form.add_argument(
        "--xlsx",
        **file,
        const=_XLSX,
        help=f"write a workbook: open items, aging per debtor and worklist, a sheet each (default {_XLSX})",
    )
    parser.add_argument(
        "--sheet",
        choices=[_OVERDUE, *SHEETS],
        default=_OVERDUE,
        help="with --csv: which sheet (default overdue, the overdue debtors)",
    )
    parser.add_argument(
        "--administration",
        default="",
        metavar="ID",
        help="one administration, several with commas between, or all (default: every active one)",
    )
    parser.add_argument("--min-days", type=int, metavar="N", help="only what is overdue N days or more (default 1)")
    parser.add_argument(
        "--top", type=int, metavar="N", help="how many debtors to list (1 to 100, default 25; with --csv all)"
    )
    return _checked(parser, parser.parse_args(argv))


def _checked(parser: argparse.ArgumentParser, options: argparse.Namespace) -> argparse.Namespace:
    """Ends with a sentence where options do not go together: one that is passed over would be a wrong figure."""
    is_sheet = options.sheet != _OVERDUE
    if is_sheet and options.csv is None:
        parser.error(f"--sheet {options.sheet} goes with --csv; --xlsx has all sheets")
    if (is_sheet or options.xlsx is not None) and (options.min_days is not None or options.top is not None):
        parser.error("--min-days and --top are for the overdue overview: a sheet has everything, to be filtered there")
    if is_sheet and options.csv is _CSV:
        options.csv = Path(f"{options.sheet}.csv")
    options.min_days = 1 if options.min_days is None else options.min_days
    return options


def _write(path: Path, content: bytes, said: str) -> None:
    """For the user alone, whoever could read a file that was there: it holds names and amounts. Raises ReportError."""
    if path == _STDOUT:
        _print(content)
        return
    try:
        if path.exists() and not path.is_file():  # such as /dev/stdout
            path.write_bytes(content)
        else:
            write_private(path, content)
    except OSError as error:
        raise ReportError(f"{path} cannot be written: {error.strerror or 'it cannot be opened'}.") from None
    print(f"Written to {path.absolute()}{said}")


def _print(content: bytes) -> None:
    if b"\0" in content and sys.stdout.isatty():
        raise ReportError("A workbook is no text for a terminal. Name a file, or send it on: --xlsx - > FILE.")
    sys.stdout.flush()
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()
