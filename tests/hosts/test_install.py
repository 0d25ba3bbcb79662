"""`payt-mcp install` and `uninstall` as a user runs them, on a machine made for it."""

import json
import os
import re
import shlex
import stat
import subprocess
import sys
import venv
from importlib.metadata import distribution
from pathlib import Path

import pytest

from payt_mcp.errors import HostConfigError
from payt_mcp.hosts.catalog import HOSTS, Host, config_path, named
from payt_mcp.hosts.launch import Launch, require_start
from payt_mcp.hosts.machine import Machine
from payt_mcp.payt.signin.sign_in import static
from payt_mcp.payt.signin.store import SignInStore
from payt_mcp.settings import Secret, Settings
from tests.support.home import TOKEN, Home
from tests.support.processes import stdio


@pytest.mark.slow
def test_the_very_command_that_was_written_starts_and_answers_as_the_host_starts_it(home: Home) -> None:
    done = home.run("install", "claude-desktop", PAYT_API_URL="sandbox")
    assert (done.code, "Quit Claude Desktop" in done.out) == (0, True)
    entry = home.entry()
    assert Path(entry["command"]).is_absolute()
    assert entry["env"] == {"PAYT_API_URL": "sandbox"}
    few = {"PATH": "/usr/bin:/bin", "HOME": str(home.folder), **entry["env"]}
    with stdio(few, (entry["command"], *entry["args"])) as server:
        assert server.begin()["result"]["serverInfo"]["name"] == "payt-mcp"
        tools = server.ask("tools/list")["result"]["tools"]
        answer = server.call("list_administrations", {})
    assert len(tools) == 13
    assert not answer.get("isError")


@pytest.mark.parametrize(
    ("host", "where", "container", "typed"),
    [
        ("claude-desktop", ".config/Claude/claude_desktop_config.json", "mcpServers", False),
        ("claude-code", ".claude.json", "mcpServers", True),
        ("cursor", ".cursor/mcp.json", "mcpServers", False),
        ("vscode", ".config/Code/User/mcp.json", "servers", True),
    ],
)
def test_each_host_gets_it_where_it_reads(home: Home, host: str, where: str, container: str, typed: bool) -> None:
    assert home.run("install", host).code == 0
    found = json.loads((home.folder / where).read_text())
    assert ("type" in found[container]["payt"]) == typed
    assert home.run("uninstall", host).code == 0
    assert not (home.folder / where).exists()


def test_a_second_time_changes_nothing_and_says_so(home: Home) -> None:
    home.run("install", "claude-desktop")
    before = home.desktop.read_bytes()
    done = home.run("install", "claude-desktop")
    assert (done.code, "already" in done.out, home.desktop.read_bytes()) == (0, True, before)
    assert [*home.desktop.parent.iterdir()] == [home.desktop]


def test_a_secret_is_never_written_or_shown(home: Home) -> None:
    secrets = {"PAYT_API_TOKEN": TOKEN, "PAYT_MCP_TOKEN": TOKEN * 2, "PAYT_CLIENT_SECRET": TOKEN}
    for extra in ((), ("--print",)):
        done = home.run("install", "claude-desktop", *extra, PAYT_RATE="5", PAYT_CLIENT_ID="app", **secrets)
        assert done.code == 0
        assert TOKEN not in done.out + done.err
        assert all(name in done.out + done.err for name in secrets)
        assert "payt-mcp login" in done.out + done.err
    assert TOKEN not in home.desktop.read_text()
    assert home.entry()["env"] == {"PAYT_RATE": "5", "PAYT_CLIENT_ID": "app"}


def test_settings_that_the_host_would_not_have_are_written_down(home: Home) -> None:
    given = {"PAYT_API_URL": "production", "PAYT_RATE": "${rate}", "PAYT_CONFIRM": "", "PAYT_READ_ONLY": "1"}
    home.run("install", "claude-desktop", XDG_STATE_HOME=str(home.folder / "mine"), **given)
    assert home.entry()["env"] == {"PAYT_READ_ONLY": "1", "PAYT_STATE_DIR": str(home.folder / "mine" / "payt-mcp")}


def test_a_setting_can_be_given_with_the_command(home: Home) -> None:
    done = home.run("install", "claude-desktop", "--set", "PAYT_API_URL=sandbox", "--set", "PAYT_RATE=3", PAYT_RATE="5")
    assert home.entry()["env"] == {"PAYT_API_URL": "sandbox", "PAYT_RATE": "3"}
    assert "not signed in" not in done.out
    done = home.run("install", "cursor", "--set", f"PAYT_API_TOKEN={TOKEN}")
    assert "Left out: PAYT_API_TOKEN" in done.out


@pytest.mark.parametrize("wrong", ["PAYT_API_URL", "PAYT_ADMINISTRATION=4711", "=x"])
def test_a_setting_that_is_none_is_refused_before_anything_is_written(home: Home, wrong: str) -> None:
    with pytest.raises(SystemExit) as ended:
        home.run("install", "claude-desktop", "--set", wrong)
    assert ended.value.code == 2
    assert "PAYT_ADMINISTRATION_ID" in home.capsys.readouterr().err
    assert not home.desktop.exists()


def test_who_is_not_signed_in_yet_is_told_that_this_comes_first(home: Home) -> None:
    said = "not signed in to Payt here yet. Next, in this terminal: payt-mcp login"
    assert said in home.run("install", "claude-desktop").out
    assert said in home.run("install", "cursor", PAYT_CLIENT_ID="app").out
    home.write({"mcpServers": {"payt": {"command": "/gone/payt-mcp", "env": {"PAYT_API_TOKEN": TOKEN}}}})
    assert said not in home.run("install", "claude-desktop", "--replace").out
    state = home.folder / "state"
    SignInStore(state, Settings().api_url).path.parent.mkdir(mode=0o700, parents=True)
    SignInStore(state, Settings().api_url).begin(static(Secret(TOKEN)))
    assert said not in home.run("install", "vscode", PAYT_STATE_DIR=str(state)).out


def test_printed_is_what_can_be_pasted_and_nothing_else(home: Home) -> None:
    done = home.run("install", "vscode", "--print", PAYT_RATE="5")
    assert json.loads(done.out)["servers"]["payt"]["env"] == {"PAYT_RATE": "5"}
    done = home.run("install", "claude-code", "--print", PAYT_RATE="5")
    words = shlex.split(done.out)
    assert words[:7] == ["claude", "mcp", "add", "--scope", "user", "payt", "--env"]
    assert words[7:9] == ["PAYT_RATE=5", "--"]
    assert Path(words[9]).is_absolute()
    assert [*home.folder.iterdir()] == []


def test_another_entry_is_shown_and_replaced_only_when_told_to(home: Home) -> None:
    old = {
        "command": "/gone/payt-mcp",
        "env": {"PAYT_API_TOKEN": TOKEN, "MINE": "x", "PAYT_RATE": "3"},
        "disabled": False,
    }
    before = home.write({"mcpServers": {"payt": old}}).read_bytes()
    refused = home.run("install", "claude-desktop", PAYT_RATE="5")
    assert (refused.code, home.desktop.read_bytes()) == (1, before)
    assert "/gone/payt-mcp" in refused.out
    assert "--replace" in refused.err
    done = home.run("install", "claude-desktop", "--replace", PAYT_RATE="5")
    assert done.code == 0
    entry = home.entry()
    assert entry["env"] == {"PAYT_API_TOKEN": TOKEN, "MINE": "x", "PAYT_RATE": "5"}
    assert entry["disabled"] is False
    assert "env MINE" in done.out
    assert "PAYT_API_TOKEN in plain text" in done.out
    assert TOKEN not in refused.out + done.out
    home.run("install", "claude-desktop", "--replace", "--unset", "PAYT_API_TOKEN", PAYT_RATE="5")
    assert home.entry()["env"] == {"MINE": "x", "PAYT_RATE": "5"}


def test_secrets_among_the_arguments_and_headers_of_an_old_entry_are_covered(home: Home) -> None:
    args = ["run", "-e", f"PAYT_API_TOKEN={TOKEN}", "--token", TOKEN, "payt-mcp"]
    entry = {"command": "docker", "args": args, "headers": {"X": TOKEN}, "apiKey": TOKEN, "env": {"MINE": TOKEN}}
    home.write({"mcpServers": {"payt": entry}})
    assert TOKEN not in home.run("install", "claude-desktop").out


def test_the_file_keeps_its_mode_and_the_copy_is_for_the_user_alone(home: Home) -> None:
    before = home.write({"mcpServers": {"other": {"command": "x"}}}).read_bytes()
    home.desktop.chmod(0o640)
    done = home.run("install", "claude-desktop")
    (copy,) = home.desktop.parent.glob("*.bak")
    assert copy.read_bytes() == before
    assert [stat.S_IMODE(one.stat().st_mode) for one in (copy, home.desktop)] == [0o600, 0o640]
    assert str(copy) in done.out


def test_a_link_stays_one_and_its_target_is_changed(home: Home) -> None:
    real = home.folder / "dotfiles.json"
    real.write_text('{"mcpServers": {}}')
    home.desktop.parent.mkdir(parents=True)
    home.desktop.symlink_to(real)
    assert home.run("install", "claude-desktop").code == 0
    assert home.desktop.is_symlink()
    assert "payt" in json.loads(real.read_text())["mcpServers"]
    assert home.run("uninstall", "claude-desktop").code == 0
    assert (home.desktop.is_symlink(), real.read_text()) == (True, '{"mcpServers": {}}')


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"mcpServers": {', "line 1, column 17"),
        (b"[]", "no object in braces"),
        (b'{"mcpServers": []}', "not an object"),
        (b'{"mcpServers": null}', "not an object"),
        (b'{"mcpServers": {}, "mcp\\u0053ervers": {}}', "more than once"),
        (b'{"mcpServers": {"payt": {}, "payt": {}}}', "more than once"),
        (b'{"a": "\xe9"}', "not UTF-8"),
        ('{"a": 1}'.encode("utf-16"), "not UTF-8"),
        ('{"a": 1}'.encode("utf-16-le"), "not UTF-8"),
    ],
)
@pytest.mark.parametrize("step", ["install", "uninstall"])
def test_what_cannot_be_edited_safely_is_left_untouched(home: Home, content: bytes, said: str, step: str) -> None:
    path = home.write(content)
    done = home.run(step, "claude-desktop")
    assert (done.code, path.read_bytes(), [*path.parent.iterdir()]) == (1, content, [path])
    assert said in done.err
    assert "left as it is" in done.err


def test_read_only_files_and_folders_and_what_is_no_file_are_left_untouched(home: Home) -> None:
    path = home.write(b"{}")
    path.chmod(0o444)
    done = home.run("install", "claude-desktop")
    assert (done.code, path.read_bytes(), "--print" in done.err) == (1, b"{}", True)
    path.chmod(0o644)
    path.parent.chmod(0o555)
    done = home.run("install", "claude-desktop")
    path.parent.chmod(0o755)
    assert (done.code, path.read_bytes(), "read-only" in done.err) == (1, b"{}", True)
    assert [*path.parent.iterdir()] == [path]
    done = home.run("install", "claude-desktop", "--path", str(path.parent))
    assert (done.code, "is not a file" in done.err) == (1, True)
    loop = path.with_name("loop.json")
    loop.symlink_to(loop)
    done = home.run("install", "claude-desktop", "--path", str(loop))
    assert (done.code, "cannot be read" in done.err) == (1, True)


def test_a_wrong_setting_and_a_wrong_call_change_nothing(home: Home) -> None:
    done = home.run("install", "claude-desktop", PAYT_RATE="fast")
    assert (done.code, "PAYT_RATE" in done.err, home.desktop.exists()) == (1, True, False)
    with pytest.raises(SystemExit) as wrong:
        home.run("install", "netscape")
    assert wrong.value.code == 2
    assert home.run("uninstall", "cursor").code == 0


@pytest.mark.slow
def test_a_command_that_does_not_start_is_not_written(tmp_path: Path) -> None:
    broken = tmp_path / "payt-mcp"
    broken.write_text("#!/bin/sh\necho error: https://me:pass@index is down >&2\nexit 3\n")
    broken.chmod(0o755)
    with pytest.raises(HostConfigError, match=r"exit code 3 .*https://index is down"):
        require_start(Launch(str(broken)), {}, dict(os.environ))
    with pytest.raises(HostConfigError, match="no such program"):
        require_start(Launch(str(tmp_path / "gone")), {}, dict(os.environ))


def _environment(folder: Path) -> Path:
    """A virtual environment that has what this one has."""
    venv.create(folder, with_pip=False, symlinks=True)
    (site,) = folder.glob("lib/python*/site-packages")
    ours = [path for path in sys.path if path.endswith("site-packages")]
    root = str(Path(__file__).parents[2])
    (site / "ours.pth").write_text("\n".join([root, *ours]))
    return folder / "bin" / "python"


def _printed(python: Path, environ: dict[str, str]) -> dict[str, object]:
    command = [str(python), "-m", "payt_mcp", "install", "cursor", "--print"]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    entry: dict[str, object] = json.loads(done.stdout)["mcpServers"]["payt"]
    return entry


def test_an_environment_without_its_script_is_started_by_its_python(home: Home, tmp_path: Path) -> None:
    python = _environment(tmp_path / "plain")
    assert _printed(python, home.environ()) == {"command": str(python), "args": ["-m", "payt_mcp"]}


@pytest.mark.slow
def test_a_cache_that_is_thrown_away_is_never_written(home: Home, tmp_path: Path) -> None:
    python = _environment(tmp_path / "uv" / "archive-v0" / "Xy12")
    tools = tmp_path / "tools"
    tools.mkdir()
    for tool in ("uvx", "pipx"):
        (tools / tool).write_text("#!/bin/sh\n")
        (tools / tool).chmod(0o755)
    entry = _printed(python, home.environ(PATH=str(tools)))
    direct = distribution("payt-mcp").read_text("direct_url.json")
    source = ["--from", json.loads(direct)["url"].removeprefix("file://")] if direct else []
    assert entry == {"command": str(tools / "uvx"), "args": [*source, "payt-mcp"]}
    done = subprocess.run(
        [str(python), "-m", "payt_mcp", "install", "cursor"], env=home.environ(PATH="/nowhere"), capture_output=True,
        text=True, timeout=300, check=False,
    )  # fmt: skip
    assert (done.returncode, "uv tool install ." in done.stderr) == (1, True)
    assert not (home.folder / ".cursor").exists()


WINDOWS = {"USERPROFILE": "/w/u", "APPDATA": "/w/u/Roaming", "LOCALAPPDATA": "/w/u/Local"}


@pytest.mark.parametrize(
    ("platform", "variables", "host", "expected"),
    [
        (
            "darwin",
            {"HOME": "/m"},
            "claude-desktop",
            "/m/Library/Application Support/Claude/claude_desktop_config.json",
        ),
        ("darwin", {"HOME": "/m"}, "vscode", "/m/Library/Application Support/Code/User/mcp.json"),
        ("darwin", {"HOME": "/m"}, "claude-code", "/m/.claude.json"),
        ("win32", WINDOWS, "claude-desktop", "/w/u/Roaming/Claude/claude_desktop_config.json"),
        ("win32", WINDOWS, "vscode", "/w/u/Roaming/Code/User/mcp.json"),
        ("win32", WINDOWS, "cursor", "/w/u/.cursor/mcp.json"),
        ("win32", WINDOWS, "claude-code", "/w/u/.claude.json"),
        ("linux", {"HOME": "/h", "XDG_CONFIG_HOME": "/x"}, "claude-desktop", "/x/Claude/claude_desktop_config.json"),
        ("linux", {"HOME": "/h", "CLAUDE_CONFIG_DIR": "/c"}, "claude-code", "/c/.claude.json"),
    ],
)
def test_every_system_has_its_own_places(platform: str, variables: dict[str, str], host: str, expected: str) -> None:
    assert config_path(HOSTS[host], Machine(platform, variables)).as_posix() == expected


def test_claude_desktop_from_the_store_reads_its_own_folder(tmp_path: Path) -> None:
    machine = Machine("win32", {**WINDOWS, "LOCALAPPDATA": str(tmp_path)})
    desktop = HOSTS["claude-desktop"]
    first = tmp_path / "Packages" / "Claude_abc" / "LocalCache" / "Roaming" / "Claude" / "claude_desktop_config.json"
    (tmp_path / "Packages" / "Claude_abc").mkdir(parents=True)
    assert config_path(desktop, machine) == first
    (tmp_path / "Packages" / "Claude_xyz").mkdir()
    with pytest.raises(HostConfigError, match="--path"):
        config_path(desktop, machine)
    first.parent.mkdir(parents=True)
    first.write_text("{}")
    assert config_path(desktop, machine) == first


def test_without_a_home_it_asks_for_the_path(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    from payt_mcp.cli import run

    assert run(["install", "cursor"], {"PATH": os.environ["PATH"]}) == 1
    assert re.search(r"no HOME.*--path", capsys.readouterr().err)


def test_a_secret_that_is_taken_out_is_said_to_stand_in_the_copy(home: Home) -> None:
    home.write({"mcpServers": {"payt": {"command": "x", "args": [], "env": {"PAYT_API_TOKEN": TOKEN}}}})
    done = home.run("install", "claude-desktop", "--replace", "--unset", "PAYT_API_TOKEN")
    assert "That copy still holds PAYT_API_TOKEN in plain text" in done.out
    assert TOKEN not in done.out + done.err
    (copy,) = home.desktop.parent.glob("*.bak")
    assert TOKEN in copy.read_text()


@pytest.mark.parametrize("old", [{"A": "\ud800"}, {}])
def test_what_is_no_text_is_refused_in_a_sentence(home: Home, old: dict[str, str]) -> None:
    home.write({"mcpServers": {"payt": {"command": "x", "args": [], "env": old}}})
    before = home.desktop.read_bytes()
    folder = home.folder / "caf\udce9"  # as Python reads a name that is not UTF-8
    folder.mkdir()
    odd = {} if old else {"PAYT_ATTACHMENTS_DIR": str(folder)}
    done = home.run("install", "claude-desktop", "--replace", **odd)
    assert (done.code, home.desktop.read_bytes(), list(home.desktop.parent.glob("*.*-*"))) == (1, before, [])
    assert "would hold what is no text" in done.err


def test_a_host_of_which_no_file_is_known_has_to_be_told(tmp_path: Path) -> None:
    """It is never given the file of another."""
    host = Host(key="other", title="Other Host", container="mcpServers", next_step="Start it again.")
    with pytest.raises(HostConfigError, match=r"not known where Other Host keeps its settings.*--path.*Nothing was"):
        config_path(host, Machine("linux", {"HOME": str(tmp_path)}))


def test_every_list_of_hosts_has_every_host() -> None:
    """What a person reads is written out where loading the catalogue would cost a start; here it is compared."""
    from payt_mcp.cli import USAGE
    from payt_mcp.cli.stdio import _BY_HAND

    house = Path(__file__).parents[2]
    assert f"add Payt to an assistant: {' | '.join(HOSTS)}\n" in USAGE
    assert f"add it to {named('or')}\n" in _BY_HAND
    readme, page = ((house / name).read_text(encoding="utf-8") for name in ("README.md", "docs/hosts.md"))
    _, *others = HOSTS
    assert f"(or {', '.join(f'`{key}`' for key in others)})" in readme
    for host in HOSTS.values():
        assert f"| {host.title} | `payt-mcp install {host.key}` |" in readme
        assert f"## {host.title}" in page
