"""`payt-mcp doctor`: what works and what does not, on this machine and at Payt, each with its remedy.

`--json` prints one object: `schema` (1), `version`, `status` (the worst of all), `counts` by status, `findings`
(`check`, `status`, `message`, `remedy`, in this order) and `tools` (`tool`, `status`: ok, partly, lacking or unknown,
`missing`: permissions). Names of checks and fields stay as they are; new ones may be added.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import shutil
import sys
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from payt_mcp import __version__

if TYPE_CHECKING:
    from payt_mcp.doctor.access import Access
    from payt_mcp.doctor.finding import Finding
    from payt_mcp.settings import Settings

_COLOURS = {"ok": "32", "warning": "33", "problem": "31"}
_ROOMS = {
    "settings": "Settings", "network": "Network", "token": "Sign-in", "payt": "Payt",
    "administrations": "Administrations", "permission": "Permissions", "record": "Record of writes",
    "attachments": "Attachments", "hosts": "Assistants", "machine": "This machine",
}  # fmt: skip
_WIDEST = 100
_NARROWEST = 30


def run(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    """Look at everything; 0 where nothing stands in the way (warnings included), 1 where something does."""
    parser = argparse.ArgumentParser(prog="payt-mcp doctor", description="What works, what does not, and what to do.")
    parser.add_argument("--json", action="store_true", help="for scripts: one JSON object")
    args = parser.parse_args(argv)
    findings, access = _look(environ)
    print(_as_json(findings, access) if args.json else "\n".join(_as_text(findings, environ)))
    return int(any(one.status == "problem" for one in findings))


def _look(environ: Mapping[str, str]) -> tuple[list[Finding], Access]:
    from payt_mcp.doctor.access import Access
    from payt_mcp.doctor.assistants import check_assistants
    from payt_mcp.doctor.finding import Finding
    from payt_mcp.doctor.machine import check_attachments, check_record, check_split_state, check_versions
    from payt_mcp.doctor.network import check_network
    from payt_mcp.doctor.setting import check_settings
    from payt_mcp.doctor.timezones import check_time_zones
    from payt_mcp.hosts.machine import Machine

    machine = Machine(sys.platform, environ)
    home = environ.get("USERPROFILE" if sys.platform == "win32" else "HOME", "")
    settings, findings = check_settings(environ)
    access = Access()
    findings += check_network(settings)
    if settings.is_sandbox:
        findings.append(Finding("token.present", "ok", "PAYT_API_URL=sandbox: invented data, no sign-in is needed."))
    else:
        access = _at_payt(settings, findings)
    findings += [*access.findings, *check_record(settings, home), *check_split_state(machine, settings, home)]
    findings += [*check_attachments(settings, home), *check_assistants(machine, settings, home), *check_versions()]
    findings += check_time_zones()
    return findings, access


def _at_payt(settings: Settings, findings: list[Finding]) -> Access:
    import anyio

    from payt_mcp.doctor.access import check_access
    from payt_mcp.doctor.credential import check_credential, find_credential

    credential = find_credential(settings)
    findings += check_credential(credential, dt.datetime.now(dt.UTC))
    return anyio.run(check_access, settings, credential)


def _as_json(findings: Sequence[Finding], access: Access) -> str:
    import dataclasses

    counts = {status: sum(one.status == status for one in findings) for status in _COLOURS}
    worst = next(status for status in reversed(_COLOURS) if counts[status])
    tools = [dataclasses.asdict(tool) for tool in access.tools]
    listed = [dataclasses.asdict(one) for one in findings]
    head = {"schema": 1, "version": __version__, "status": worst, "counts": counts}
    return json.dumps({**head, "findings": listed, "tools": tools}, indent=2, ensure_ascii=False)


def _as_text(findings: Sequence[Finding], environ: Mapping[str, str]) -> Iterator[str]:
    width = min(max(shutil.get_terminal_size((80, 24)).columns, _NARROWEST), _WIDEST)
    colours = sys.stdout.isatty() and not environ.get("NO_COLOR") and environ.get("TERM") != "dumb"
    room = ""
    for one in findings:
        if (now := one.check.partition(".")[0]) != room:
            room = now
            yield f"\n{_ROOMS[room]}" if one is not findings[0] else _ROOMS[room]
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
