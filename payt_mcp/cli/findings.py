"""What a doctor found, as text for a terminal and as JSON for scripts."""

from __future__ import annotations

import dataclasses
import shutil
import sys
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from payt_mcp import __version__

if TYPE_CHECKING:
    from payt_mcp.doctor.finding import Finding

_COLOURS = {"ok": "32", "warning": "33", "problem": "31"}
_WIDEST = 100
_NARROWEST = 30


def as_data(findings: Sequence[Finding]) -> dict[str, Any]:
    """`schema` (1), `version`, `status` (the worst of all), `counts` by status, `findings`."""
    counts = {status: sum(one.status == status for one in findings) for status in _COLOURS}
    worst = next(status for status in reversed(_COLOURS) if counts[status])
    head = {"schema": 1, "version": __version__, "status": worst, "counts": counts}
    return {**head, "findings": [dataclasses.asdict(one) for one in findings]}


def as_text(findings: Sequence[Finding], rooms: Mapping[str, str], environ: Mapping[str, str]) -> Iterator[str]:
    """Lines, under a heading for each of the rooms that checks are named after."""
    width = min(max(shutil.get_terminal_size((80, 24)).columns, _NARROWEST), _WIDEST)
    colours = sys.stdout.isatty() and not environ.get("NO_COLOR") and environ.get("TERM") != "dumb"
    room = ""
    for one in findings:
        if (now := one.check.partition(".")[0]) != room:
            room = now
            yield f"\n{rooms[room]}" if one is not findings[0] else rooms[room]
        mark = f"{one.status:8}"
        lines = textwrap.wrap(one.message, width - 10, break_long_words=width < 50, break_on_hyphens=False)
        begin = f"\x1b[{_COLOURS[one.status]}m{mark}\x1b[0m" if colours else mark
        yield f"  {begin}{lines[0]}"
        yield from (f"          {line}" for line in lines[1:])
        if one.remedy:
            yield from textwrap.wrap(
                one.remedy, width, initial_indent="          > ", subsequent_indent="            ",
                break_long_words=width < 50, break_on_hyphens=False,
            )  # fmt: skip
    yield f"\n{_total(findings)}"


def _total(findings: Sequence[Finding]) -> str:
    problems = sum(one.status == "problem" for one in findings)
    warnings = sum(one.status == "warning" for one in findings)
    if not problems and not warnings:
        return "All is well."
    counts = [
        f"{count} {name}{'' if count == 1 else 's'}"
        for count, name in ((problems, "problem"), (warnings, "warning"))
        if count
    ]
    return f"{' and '.join(counts)}." + ("" if problems else " Nothing stands in the way.")
