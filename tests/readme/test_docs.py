"""What README and `docs/` say can be followed: links, commands, settings, and what can be copied."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from payt_mcp.cli import USAGE
from payt_mcp.hosts.catalog import HOSTS
from payt_mcp.payt.signin.grants import reading, writing
from payt_mcp.proposals.states import Status
from payt_mcp.settings import FOR_A_TEAM, KNOWN, TOOLSETS, Settings
from payt_mcp.settings.team import TeamSettings
from payt_mcp.writes.message.placeholders import KNOWN as PLACEHOLDERS
from tests.support.newcomer import ROOT

DOCS = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in
        (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md")))}  # fmt: skip
SETTINGS = dict(re.findall(r"^### `(PAYT_\w+)`\n(.*?)(?=^##|\Z)", DOCS["docs/settings.md"], re.MULTILINE | re.DOTALL))
OWN_PAGES = ["README.md", "docs/agents.md", "docs/hosts.md", "docs/security.md", "docs/settings.md", "docs/team.md"]
SECRETS_WITHOUT_EXAMPLE = ("PAYT_MCP_TOKEN", "PAYT_KEYS")  # a command that makes one stands there instead
A_TEAM = {
    "PAYT_DATABASE_URL": "postgresql://localhost/team",
    "PAYT_PUBLIC_URL": "https://team.example",
    "PAYT_KEYS": f"k1:{'A' * 43}=",
    "PAYT_OIDC_ISSUER": "https://provider.example",
    "PAYT_OIDC_CLIENT_ID": "team",
    "PAYT_SMTP_URL": "smtp://mail.team.example",
    "PAYT_MAIL_FROM": "team@team.example",
}


def anchors(text: str) -> set[str]:
    """The names GitHub gives to the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("name", DOCS)
def test_no_link_leads_nowhere(name: str) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)", DOCS[name])
    for target, anchor in links:
        path = ((ROOT / name).parent / target).resolve() if target else ROOT / name
        assert path.exists(), target
        assert not anchor or anchor in anchors(path.read_text(encoding="utf-8")), f"{target}#{anchor}"


def test_every_page_is_reached_from_readme() -> None:
    found, waiting = set[str](), ["README.md"]
    while waiting:
        name = waiting.pop()
        found.add(name)
        for target in re.findall(r"\]\((?!https?:)([^)#]+\.md)", DOCS[name]):
            path = ((ROOT / name).parent / target).resolve().relative_to(ROOT).as_posix()
            waiting += [path] if path in DOCS and path not in found else []
    assert found == DOCS.keys()


ROOMS = (
    "", "payt_mcp/", "payt_mcp/writes/", "payt_mcp/writes/message/", "payt_mcp/proposals/asking/",
    "payt_mcp/server/team/", "payt_mcp/server/team/authorization/", "tests/",
)  # fmt: skip


def test_every_file_that_contributing_names_is_there() -> None:
    named = re.findall(r"`([a-z_]+(?:/[a-z_0-9.]*)+|[a-z_]+\.py)`", DOCS["CONTRIBUTING.md"])
    assert len(named) > 80
    assert not [name for name in named if not any((ROOT / room / name).exists() for room in ROOMS)]


@pytest.mark.parametrize("name", OWN_PAGES)
def test_every_command_and_setting_named_exists(name: str) -> None:
    commands = set(re.findall(r"payt-mcp ((?!HOST)[a-z]+)\b(?=[^.]|$)", " ".join(re.findall(r"`[^`\n]+`", DOCS[name]))))
    assert {command for command in commands if f"  payt-mcp {command} " not in USAGE} == set()
    assert set(re.findall(r"PAYT_[A-Z_]+[A-Z]", DOCS[name])) <= set(KNOWN)


@pytest.mark.parametrize("name", OWN_PAGES)
def test_it_reads_well_in_a_terminal(name: str) -> None:
    prose = re.sub(r"^```.*?^```", "", DOCS[name], flags=re.MULTILINE | re.DOTALL)
    assert [line for line in prose.splitlines() if len(line) > 124 and not line.startswith("|")] == []


def test_every_placeholder_of_a_letter_is_told_and_none_that_there_is_not() -> None:
    told = re.findall(r"^\| `\{(.+)\}` \|", DOCS["docs/letters.md"], re.MULTILINE)
    assert sorted(told) == sorted(PLACEHOLDERS)


def test_every_setting_has_its_section_and_the_order_does_not_matter() -> None:
    assert SETTINGS.keys() == KNOWN.keys()


@pytest.mark.parametrize("name", KNOWN)
def test_a_setting_is_told_with_default_example_use_and_what_goes_wrong(name: str, tmp_path: Path) -> None:
    section = SETTINGS[name]
    told = re.findall(r"^- \*\*(Default|Example|Use it|Otherwise)", section, re.MULTILINE)
    assert told == ["Default", "Example", "Use it", "Otherwise"]
    example = re.search(rf"^- \*\*Example:\*\* `{name}=([^`]*)`", section, re.MULTILINE)
    assert example
    value = str(tmp_path) if example[1].startswith("/home") else example[1]
    if example[1].endswith(".toml"):
        (tmp_path / "rules.toml").write_text("grace_days = 5")
        value = str(tmp_path / "rules.toml")
    read = read_by(name)
    assert name in SECRETS_WITHOUT_EXAMPLE or read({name: value}) != read({})
    default = re.search(r"^- \*\*Default:\*\* `([^`]+)`$", section, re.MULTILINE)
    assert default is None or read({name: default[1]}) == read({})


def read_by(name: str) -> Callable[[dict[str, str]], object]:
    """How the command reads it that this setting is for."""
    if name in FOR_A_TEAM:
        return lambda changed: TeamSettings.from_env(A_TEAM | changed)
    return Settings.from_env


def test_every_entry_to_copy_is_one_a_host_can_use() -> None:
    blocks = re.findall(r"^```json\n(.*?)^```$", DOCS["docs/hosts.md"], re.MULTILINE | re.DOTALL)
    assert len(blocks) == 4
    for block in map(json.loads, blocks):
        (server,) = (block.get("mcpServers") or block["servers"]).values()
        assert server["command"].endswith(("payt-mcp", "uvx"))
        Settings.from_env(server.get("env", {}))


@pytest.mark.parametrize("host", HOSTS)
def test_an_entry_by_hand_is_what_install_would_print(host: str) -> None:
    command = [sys.executable, "-m", "payt_mcp", "install", host, "--print"]
    settled = {name: value for name, value in os.environ.items() if not name.startswith(("PAYT_", "XDG_STATE"))}
    printed = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300, env=settled).stdout
    if host == "claude-code":
        assert f"{printed.partition(' -- ')[0]} -- /path/to/payt-mcp\n" in DOCS["docs/hosts.md"]
        return
    ((_, entries),) = (document := json.loads(printed)).items()
    entries["payt"] |= {"command": "/path/to/payt-mcp", "args": []}
    assert json.dumps(document, indent=2) in DOCS["docs/hosts.md"]


def test_the_permissions_to_ask_for_are_those_a_sign_in_asks_for() -> None:
    table = DOCS["docs/security.md"].partition("| use | permissions |")[2].partition("\n\n")[0]
    assert set(re.findall(r"`(\w+:\w+)`", table)) == {*reading(TOOLSETS), *writing(TOOLSETS)}


def test_agents_are_told_every_status_an_answer_can_have() -> None:
    table = DOCS["docs/agents.md"].partition("| status | what it means")[2].partition("\n\n")[0]
    told = set(re.findall(r"`(\w+)`", "\n".join(row.split("|")[1] for row in table.splitlines()[2:])))
    known = {str(status) for status in Status} - {"proposed"}
    assert told == known | {"awaiting_approval", "confirmation_required", "unchanged"}
