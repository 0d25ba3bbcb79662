"""What makes an assistant lose its servers, what is left lying about, and the way from the sandbox to own books."""

from __future__ import annotations

import json
import os
import shlex
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from payt_mcp.hosts.catalog import HOSTS, config_path
from payt_mcp.hosts.machine import Machine
from tests.support.home import Home

pytestmark = pytest.mark.slow

MARK = b"\xef\xbb\xbf"
OTHER = b'{"mcpServers": {"other": {"command": "x"}}}'
SANDBOX = ("--set", "PAYT_API_URL=sandbox", "--set", "PAYT_ADMINISTRATION_ID=4711")


def test_a_mark_before_everything_is_taken_out_and_said(home: Home) -> None:
    home.write(MARK + OTHER)
    done = home.run("install", "claude-desktop")
    assert "byte order mark" in done.out
    assert sorted(json.loads(home.desktop.read_bytes().decode())["mcpServers"]) == ["other", "payt"]
    assert "byte order mark" not in home.run("install", "claude-desktop").out
    home.desktop.write_bytes(MARK + home.desktop.read_bytes())  # an editor on Windows put it back
    done = home.run("install", "claude-desktop")
    assert (done.code, "byte order mark" in done.out) == (0, True)
    assert not home.desktop.read_bytes().startswith(MARK)
    home.desktop.write_bytes(MARK + home.desktop.read_bytes())
    assert home.run("uninstall", "claude-desktop").code == 0
    assert json.loads(home.desktop.read_bytes().decode()) == json.loads(OTHER)


def test_the_doctor_sees_the_mark_and_its_remedy_takes_it_out(home: Home) -> None:
    home.write(MARK + OTHER)

    def found() -> dict[str, dict[str, str]]:
        return {one["check"]: one for one in json.loads(home.run("doctor", "--json").out)["findings"]}

    mark = found()["hosts.claude-desktop.mark"]
    assert mark["status"] == "problem"
    command, _, _ = mark["remedy"].removeprefix("payt-mcp ").partition(" takes")
    assert home.run(*shlex.split(command)).code == 0
    assert "hosts.claude-desktop.mark" not in found()


@pytest.mark.parametrize("content", [b'{// mine\n"mcpServers": {}}', b'{"mcpServers": {},}'])
def test_comments_are_warned_about_at_install_and_stay(home: Home, content: bytes) -> None:
    home.write(content)
    said = "comments or trailing commas, which Claude Desktop may not read"
    assert said in home.run("install", "claude-desktop").out
    assert said in home.run("install", "claude-desktop").out  # nothing to do, and still so
    assert (b"// mine" in home.desktop.read_bytes()) == (b"// mine" in content)
    home.desktop.write_bytes(OTHER)
    assert said not in home.run("install", "claude-desktop").out


def test_three_copies_are_kept_for_the_user_alone(home: Home) -> None:
    home.write(OTHER)
    home.desktop.chmod(0o644)
    for rate in range(1, 6):
        home.run("install", "claude-desktop", "--replace", PAYT_RATE=str(rate))
    copies = sorted(home.desktop.parent.glob("*.bak"))
    assert [json.loads(copy.read_text())["mcpServers"]["payt"]["env"]["PAYT_RATE"] for copy in copies] == [
        "2",
        "3",
        "4",
    ]
    assert {stat.S_IMODE(copy.stat().st_mode) for copy in copies} == {0o600}


@pytest.mark.parametrize("key", HOSTS)
def test_after_install_and_uninstall_there_is_no_sign_of_the_host(home: Home, key: str) -> None:
    before = sorted(home.folder.rglob("*"))
    home.run("install", key)
    home.run("install", key, "--replace", PAYT_RATE="5")
    assert home.run("uninstall", key).code == 0
    path = config_path(HOSTS[key], Machine(sys.platform, home.environ()))
    left = [one for one in sorted(home.folder.rglob("*")) if one not in before and one.name != ".config"]
    assert (path.exists(), left) == (False, [])
    findings = json.loads(home.run("doctor", "--json").out)["findings"]
    assert HOSTS[key].title in next(one["message"] for one in findings if one["check"] == "hosts.absent")


def test_a_folder_that_was_there_with_something_in_it_stays(home: Home) -> None:
    home.desktop.parent.mkdir(parents=True)
    (home.desktop.parent / "window-state.json").write_text("{}")
    home.run("install", "claude-desktop")
    home.run("uninstall", "claude-desktop")
    assert [one.name for one in home.desktop.parent.iterdir()] == ["window-state.json"]


def test_from_the_sandbox_to_ones_own_books_is_one_command(home: Home) -> None:
    home.run("install", "claude-desktop", *SANDBOX, "--set", "PAYT_RATE=3")
    said = home.run("install", "claude-desktop")
    assert (said.code, home.entry()["env"]["PAYT_API_URL"]) == (1, "sandbox")
    command = said.out.partition("For your own books instead: payt-mcp ")[2].splitlines()[0]
    assert command == "install claude-desktop --replace"
    assert home.run(*shlex.split(command)).code == 0
    assert home.entry()["env"] == {"PAYT_RATE": "3"}


def test_a_sandbox_that_is_meant_stays_one(home: Home) -> None:
    home.run("install", "claude-desktop", *SANDBOX)
    home.run("install", "claude-desktop", "--replace", *SANDBOX, "--set", "PAYT_RATE=3")
    assert home.entry()["env"]["PAYT_API_URL"] == "sandbox"


@pytest.mark.parametrize("old", ["sandbox", "demo"])
def test_the_usual_payt_that_is_named_replaces_another(home: Home, old: str) -> None:
    home.run("install", "claude-desktop", "--set", f"PAYT_API_URL={old}")
    home.run("install", "claude-desktop", "--replace", "--set", "PAYT_API_URL=production")
    assert home.entry().get("env", {}) == {}


def test_the_command_that_is_told_names_the_file_that_was_named(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "some where.json"
    home.run("install", "cursor", "--path", str(path), *SANDBOX)
    said = home.run("install", "cursor", "--path", str(path)).out
    command = said.partition("instead: payt-mcp ")[2].splitlines()[0]
    assert home.run(*shlex.split(command)).code == 0
    assert json.loads(path.read_text())["mcpServers"]["payt"].get("env", {}) == {}


@pytest.mark.skipif(sys.platform == "win32", reason="needs a terminal that can be made here")
@pytest.mark.parametrize(("typed", "after"), [(b"y\n", {}), (b"\n", {"PAYT_API_URL": "sandbox"})])
def test_in_a_terminal_it_asks(home: Home, typed: bytes, after: dict[str, str]) -> None:
    home.run("install", "claude-desktop", "--set", "PAYT_API_URL=sandbox")
    ours, terminal = os.openpty()
    command = [sys.executable, "-m", "payt_mcp", "install", "claude-desktop"]
    with subprocess.Popen(command, env=home.environ(), stdin=terminal, stdout=terminal, stderr=terminal) as process:
        os.close(terminal)
        os.write(ours, typed)
        said = b""
        while chunk := _read(ours):
            said += chunk
        assert process.wait(60) == (0 if after == {} else 1)
    os.close(ours)
    assert b"Move it to your own books now? [y/N]" in said
    assert home.entry().get("env", {}) == after


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # the other end is closed
        return b""
