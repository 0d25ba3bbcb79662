"""What the doctor finds on the machine: settings, the record, attachments, hosts; and how it says it."""

import datetime as dt
import json
import os
import pty
import select
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from payt_mcp.doctor.assistants import check_assistants
from payt_mcp.doctor.credential import check_credential, find_credential
from payt_mcp.doctor.machine import check_split_state
from payt_mcp.hosts.machine import Machine
from payt_mcp.payt.signin.sign_in import SignIn, Tokens
from payt_mcp.payt.signin.store import SignInStore
from payt_mcp.proposals.ledger.ledger import Ledger
from payt_mcp.settings import Secret, Settings
from tests.support.clinic import Clinic, Diagnosis, Opened
from tests.support.home import TOKEN, Home

pytestmark = pytest.mark.slow


def look(home: Home, **more: str) -> Diagnosis:
    """On this machine alone: no Payt is asked."""
    done = home.run("doctor", "--json", **{"PAYT_API_URL": "sandbox", **more})
    return Diagnosis(done.code, done.out, json.loads(done.out))


def test_wrong_settings_are_findings_each_and_the_rest_is_looked_at(home: Home) -> None:
    found = look(home, PAYT_RATE="fast", PAYT_TOKEN="x", PAYT_READ_ONLY="${read_only}")
    assert found.code == 1
    assert "PAYT_RATE='fast' is not possible" in found["settings.PAYT_RATE"]["message"]
    assert "is not a setting of payt-mcp" in found["settings.PAYT_TOKEN"]["message"]
    assert found["settings.PAYT_READ_ONLY"]["status"] == "warning"
    assert found["machine.versions"]["status"] == "ok"


def test_a_record_that_is_there_is_checked_and_what_waits_is_counted(home: Home) -> None:
    state = home.folder / "state"
    Ledger(state).close()
    found = look(home, PAYT_STATE_DIR=str(state))
    assert found["record.intact"]["message"].startswith("The record of writes in ~/state is intact (0 events)")
    (state / "seal" / "key").unlink()
    found = look(home, PAYT_STATE_DIR=str(state))
    assert (found.code, found["record.intact"]["status"]) == (1, "problem")
    assert "~/state aside" in found["record.intact"]["remedy"]


def test_a_record_that_cannot_be_made_is_a_problem(home: Home) -> None:
    (home.folder / "taken").write_text("")
    (home.folder / "taken").chmod(0o755)
    found = look(home, PAYT_STATE_DIR=str(home.folder / "taken" / "state"))
    assert (found.code, found["record.folder"]["status"]) == (1, "problem")
    assert "record.room" not in found.checks


def test_a_home_as_the_attachments_folder_is_warned_of(home: Home) -> None:
    assert look(home)["attachments.folder"]["status"] == "ok"
    assert look(home, PAYT_ATTACHMENTS_DIR=str(home.folder))["attachments.folder"]["status"] == "warning"
    (home.folder / "out").mkdir()
    assert "~/out" in look(home, PAYT_ATTACHMENTS_DIR=str(home.folder / "out"))["attachments.folder"]["message"]


def test_what_install_wrote_is_well(home: Home) -> None:
    for host in ("claude-desktop", "claude-code", "cursor", "vscode"):
        assert home.run("install", host, PAYT_API_URL="sandbox").code == 0
    found = look(home)
    assert (found.code, found.bad) == (0, {})
    assert {f"hosts.{host}.entry" for host in ("claude-desktop", "claude-code", "cursor", "vscode")} <= set(
        found.checks
    )


def test_where_no_assistant_has_it_the_command_is_named(home: Home) -> None:
    home.write({"mcpServers": {"other": {"command": "x"}}})
    found = look(home)
    assert found["hosts.configured"]["remedy"] == "Add it to one: payt-mcp install claude-desktop"
    assert found["hosts.absent"]["message"].startswith("Not seen on this machine: Claude Code, Cursor, VS Code")


GOOD_ENV = {"PAYT_API_URL": "sandbox"}
GOOD = {"command": sys.executable, "args": ["-m", "payt_mcp"], "env": GOOD_ENV}


@pytest.mark.parametrize(
    ("content", "check", "status"),
    [
        ({"mcpServers": {"payt": {**GOOD, "command": "/gone/payt-mcp"}}}, "starts", "problem"),
        ({"mcpServers": {"payt": {**GOOD, "args": ["-c", "payt_mcp"]}}}, "starts", "problem"),
        ({"mcpServers": {"payt": {**GOOD, "command": "no-such-payt-mcp"}}}, "path", "problem"),
        ({"mcpServers": {"payt": {**GOOD, "command": "/u/archive-v0/X1/bin/payt-mcp"}}}, "fleeting", "warning"),
        ({"mcpServers": {"payt": {**GOOD, "env": {"PAYT_API_TOKEN": TOKEN}}}}, "secret", "warning"),
        ({"mcpServers": {"payt": {**GOOD, "env": {"PAYT_RATE": "${env:R}"}}}}, "unexpanded", "warning"),
        ({"mcpServers": {"payt": {**GOOD, "env": {"PAYT_RATE": "fast"}}}}, "settings", "problem"),
        ({"mcpServers": {"payt": {**GOOD, "env": {"PAYT_API_URL": "demo"}}}}, "url", "warning"),
        ({"mcpServers": {"payt": {**GOOD, "env": {**GOOD_ENV, "PAYT_STATE_DIR": "/s"}}}}, "state", "warning"),
        ({"mcpServers": {"payt": GOOD, "payt-2": GOOD}}, "twice", "warning"),
        ({"mcpServers": {"payt": {**GOOD, "disabled": True}}}, "disabled", "warning"),
        ({"mcpServers": {"payt": {"command": "node"}}}, "entry", "warning"),
        ({"mcpServers": {"payt": {"args": []}}}, "entry", "problem"),
        ({"mcpServers": {"payt": "x"}}, "entry", "problem"),
        ({"servers": {"payt": GOOD}}, "container", "problem"),
        (b'{"mcpServers": {}, "mcpServers": {}}', "repeated", "warning"),
        (b'{"mcpServers": {}, } // mine', "strict", "warning"),
        (b'{"mcpServers": {', "file", "problem"),
        (b"[]", "file", "problem"),
    ],
)  # fmt: skip
def test_what_is_amiss_in_a_hosts_settings(home: Home, content: Any, check: str, status: str) -> None:
    home.write(content)
    found = look(home)
    one = found[f"hosts.claude-desktop.{check}"]
    assert (one["status"], bool(one["remedy"])) == (status, True)
    assert found.code == int(status == "problem" or "problem" in found.checks.values())
    assert TOKEN not in found.text
    assert str(home.folder) not in found.text


def test_what_a_host_fills_in_itself_is_right_there(home: Home) -> None:
    path = home.folder / ".config" / "Code" / "User" / "mcp.json"
    path.parent.mkdir(parents=True)
    env = {"PAYT_API_URL": "sandbox", "PAYT_API_TOKEN": "${input:payt-token}"}
    path.write_text(json.dumps({"servers": {"payt": {**GOOD, "type": "stdio", "env": env}}}))
    assert look(home).bad == {}


def test_an_entry_for_one_project_and_one_in_a_file_that_is_not_read_are_told(home: Home) -> None:
    (home.folder / ".claude").mkdir()
    (home.folder / ".claude" / "settings.json").write_text(json.dumps({"mcpServers": {"payt": GOOD}}))
    projects = {"/p": {"mcpServers": {"payt": GOOD}}}
    (home.folder / ".claude.json").write_text(json.dumps({"mcpServers": {"payt": GOOD}, "projects": projects}))
    found = look(home)
    assert found["hosts.claude-code.unread"]["status"] == "warning"
    assert found["hosts.claude-code.projects"]["message"].startswith("Claude Code: 1 of its projects has")


def test_on_windows_what_claude_desktop_from_the_store_does_not_see_is_told(tmp_path: Path) -> None:
    variables = {"USERPROFILE": str(tmp_path), "APPDATA": str(tmp_path / "R"), "LOCALAPPDATA": str(tmp_path / "L")}
    machine = Machine("win32", variables)
    usual = tmp_path / "R" / "Claude" / "claude_desktop_config.json"
    usual.parent.mkdir(parents=True)
    usual.write_text(json.dumps({"mcpServers": {"payt": GOOD}}))
    cache = tmp_path / "L" / "Packages" / "Claude_abc" / "LocalCache"
    (cache / "Roaming" / "Claude").mkdir(parents=True)
    (cache / "Roaming" / "Claude" / usual.name).write_text("{}")
    (cache / "Local" / "payt-mcp").mkdir(parents=True)
    found = {one.check: one for one in check_assistants(machine, Settings(), str(tmp_path))}
    assert "~/R/Claude" in found["hosts.claude-desktop.unread"].message
    before = Settings(state_dir=tmp_path / "L" / "payt-mcp")
    outside = Settings(state_dir=tmp_path / ".payt-mcp")
    for settings in (before, outside):
        (split,) = check_split_state(machine, settings, str(tmp_path))
        assert (split.check, split.status) == ("record.split", "warning")
        assert "~/L/Packages/Claude_abc/LocalCache/Local/payt-mcp to ~/.payt-mcp" in split.remedy
    (cache / "Local" / "payt-mcp").rmdir()
    (split,) = check_split_state(machine, before, str(tmp_path))
    assert "move ~/L/payt-mcp to ~/.payt-mcp" in split.remedy
    assert check_split_state(machine, outside, str(tmp_path)) == []


def _signed_in(clinic: Clinic, **changes: Any) -> Settings:
    settings = Settings.from_env(clinic.environ(PAYT_API_TOKEN="", PAYT_STATE_DIR=str(clinic.home.folder / "state")))
    tokens = Tokens(Secret("sandbox-token"), Secret("refresh"), Secret("app-secret"), 4e9, 4e9)
    signin = SignIn("oauth", "abc", tokens, "app", "administrations:read invoices:read")
    assert settings.state_dir is not None
    SignInStore(settings.state_dir, settings.api_url).begin(signin)
    if changes:
        SignInStore(settings.state_dir, settings.api_url).note(SignIn(**{**signin.__dict__, **changes}))
    return settings


def test_a_sign_in_is_known_with_its_end_and_its_scopes(clinic: Opened) -> None:
    one = clinic()
    _signed_in(one)
    found = one.doctor(PAYT_API_TOKEN="", PAYT_STATE_DIR=str(one.home.folder / "state"))
    assert "payt-mcp login" in found["token.present"]["message"]
    assert "renewed by itself" in found["token.expires"]["message"]
    assert found["token.accepted"]["status"] == "ok"
    assert found["permission.messages:write"]["status"] == "problem"
    assert "sandbox-token" not in found.text


def test_a_sign_in_that_ended_or_cannot_be_read_says_how_to_get_back(clinic: Opened) -> None:
    one = clinic()
    settings = _signed_in(one, ended="it was withdrawn")
    state = str(one.home.folder / "state")
    found = one.doctor(PAYT_API_TOKEN="", PAYT_STATE_DIR=state)
    assert (found.code, "it was withdrawn" in found["token.present"]["message"]) == (1, True)
    assert settings.state_dir is not None
    SignInStore(settings.state_dir, settings.api_url).path.chmod(0o644)
    found = one.doctor(PAYT_API_TOKEN="", PAYT_STATE_DIR=state)
    assert (found.code, "payt-mcp login" in found["token.present"]["remedy"]) == (1, True)


def test_a_token_that_ends_without_renewal_is_told_before_and_after(clinic: Opened) -> None:
    settings = _signed_in(clinic())
    found = find_credential(settings)
    assert found.expires_at is not None
    alone = type(found)(found.tokens, found.origin, expires_at=found.expires_at)
    day = dt.timedelta(days=1)
    assert [one.status for one in check_credential(alone, found.expires_at - day)] == ["ok", "warning"]
    assert [one.status for one in check_credential(alone, found.expires_at + day)] == ["ok", "problem"]


def test_in_a_narrow_terminal_no_line_is_wider(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    done = home.run("doctor", PAYT_API_URL="sandbox")
    assert max(len(line) for line in done.out.splitlines()) <= 40
    assert "\x1b" not in done.out
    assert done.out.endswith("1 warning. Nothing stands in the way.\n")


@pytest.mark.parametrize(("no_colour", "coloured"), [("", True), ("1", False)])
def test_colours_are_for_terminals_that_want_them(home: Home, no_colour: str, coloured: bool) -> None:
    ours, theirs = pty.openpty()
    given = home.environ(PAYT_API_URL="sandbox", NO_COLOR=no_colour, TERM="xterm")
    command = [sys.executable, "-m", "payt_mcp", "doctor"]
    process = subprocess.Popen(command, env=given, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    shown = ""
    while select.select([ours], [], [], 20)[0]:
        try:
            shown += os.read(ours, 4096).decode()
        except OSError:
            break
    os.close(ours)
    assert process.wait(120) == 0
    assert ("\x1b[33m" in shown) == coloured
    assert "Assistants" in shown


def test_a_user_without_a_home_is_told_so_and_not_thrown_out(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    from payt_mcp.cli import run

    assert run(["doctor", "--json"], {"PAYT_API_URL": "sandbox", "CLAUDE_CONFIG_DIR": str(home.folder)}) == 1
    found = Diagnosis(1, "", json.loads(capsys.readouterr().out))
    assert found["record.folder"]["status"] == "problem"
    assert len([one for one in found.json["findings"] if "no HOME" in one["message"]]) == 1


def test_a_wrong_call_ends_with_two(home: Home) -> None:
    with pytest.raises(SystemExit) as wrong:
        home.run("doctor", "--colour")
    assert wrong.value.code == 2
