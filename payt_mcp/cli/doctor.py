"""`payt-mcp doctor`: what works and what does not, on this machine and at Payt, each with its remedy.

`--json` prints one object: `schema` (1), `version`, `status` (the worst of all), `counts` by status, `findings`
(`check`, `status`, `message`, `remedy`, in this order) and `tools` (`tool`, `status`: ok, partly, lacking or unknown,
`missing`: permissions). Names of checks and fields stay as they are; new ones may be added.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from payt_mcp.cli.findings import as_data, as_text

if TYPE_CHECKING:
    from payt_mcp.doctor.access import Access
    from payt_mcp.doctor.finding import Finding
    from payt_mcp.settings import Settings

_ROOMS = {
    "settings": "Settings", "network": "Network", "token": "Sign-in", "payt": "Payt",
    "administrations": "Administrations", "permission": "Permissions", "record": "Record of writes",
    "attachments": "Attachments", "hosts": "Assistants", "machine": "This machine",
}  # fmt: skip


def run(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    """Look at everything; 0 where nothing stands in the way (warnings included), 1 where something does."""
    parser = argparse.ArgumentParser(prog="payt-mcp doctor", description="What works, what does not, and what to do.")
    parser.add_argument("--json", action="store_true", help="for scripts: one JSON object")
    args = parser.parse_args(argv)
    findings, access = _look(environ)
    print(_as_json(findings, access) if args.json else "\n".join(as_text(findings, _ROOMS, environ)))
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

    tools = [dataclasses.asdict(tool) for tool in access.tools]
    return json.dumps({**as_data(findings), "tools": tools}, indent=2, ensure_ascii=False)
