"""From a clean machine to the first answer: every step a person takes, with the programs that person has.

`pytest -s` prints what each step took. The wheel is installed alone; the embedded Payt stands in for Payt; the consent
page is answered in a real browser; the command that was written for Claude Desktop is started as Claude Desktop does.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.browsing import browser
from tests.support.fixed import free_port
from tests.support.processes import Stdio, stdio

PATIENCE = 120.0
APP, APP_SECRET = "sandbox-app", "sandbox-app-secret"
TOKEN_SECONDS = 4
BEFORE = b'{\r\n\t"mcpServers": {\r\n\t\t"notes": {"command": "notes"}\r\n\t},\r\n\t"theme":"dark"\r\n}'
_OPENER = '#!/bin/sh\nprintf "%s" "$1" > "$HOME/opened.part" && mv "$HOME/opened.part" "$HOME/opened"\n'

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="the stand-in for the desktop's opener is a script"),
]


class Newcomer:
    """A user who has nothing but what was installed: a home folder, and a terminal in it."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self.home = folder
        self.program = str(programs / "payt-mcp")
        self.config = folder / ".config" / "Claude" / "claude_desktop_config.json"
        if sys.platform == "darwin":
            self.config = folder / "Library" / "Application Support" / "Claude" / self.config.name
        self.terminal = {"HOME": str(folder), "PATH": f"{self._desktop()}:/usr/bin:/bin", "LANG": "C.UTF-8"}
        self.steps: list[tuple[str, float]] = []

    def _desktop(self) -> Path:
        """What opens an address: here it is written down for the browser of the test."""
        folder = self.home / "desktop"
        folder.mkdir()
        for name in ("xdg-open", "open"):
            (folder / name).write_text(_OPENER)
            (folder / name).chmod(0o755)
        return folder

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        began = time.monotonic()
        yield
        self.steps.append((what, time.monotonic() - began))

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [self.program, *arguments], env=self.terminal, cwd=self.home, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip

    def run(self, *arguments: str) -> str:
        done = self.start(*arguments)
        out, _ = done.communicate(timeout=PATIENCE)
        assert done.returncode == 0, out
        return out

    async def sign_in(self) -> str:
        """`payt-mcp login`: the secret typed, the page that opened answered with yes."""
        process = self.start("login", "--client-id", APP, "--port", str(free_port()))
        try:
            assert process.stdin
            process.stdin.write(f"{APP_SECRET}\n")
            process.stdin.flush()
            assert process.stdout
            printed = _until(process, "Waiting for your answer")
            async with browser() as running:
                page = await running.new_page()
                await page.goto((self.home / "opened").read_text())
                assert "Send messages to debtors" in await page.inner_text("body")
                await page.get_by_role("button", name="Approve").click()
                await page.get_by_text("You are signed in to Payt").wait_for()
            rest, _ = process.communicate(timeout=PATIENCE)
            assert process.returncode == 0, printed + rest
            return printed + rest
        finally:
            process.kill()
            process.wait()

    def access_token(self) -> str:
        (kept,) = self.home.rglob("signin/*.json")
        token: str = json.loads(kept.read_text())["tokens"]["access"]
        return token

    def written(self) -> tuple[tuple[str, ...], dict[str, str]]:
        """The command and the environment in Claude Desktop's file, with the little that a desktop gives beside it."""
        entry = json.loads(self.config.read_bytes())["mcpServers"]["payt"]
        return (entry["command"], *entry["args"]), {"HOME": str(self.home), "PATH": "/usr/bin:/bin", **entry["env"]}

    def told(self) -> str:
        lines = [f"  {number:2}. {what:58} {took:5.1f} s" for number, (what, took) in enumerate(self.steps, 1)]
        return "\n".join(("", *lines, f"      {'in all':58} {sum(took for _, took in self.steps):5.1f} s\n"))


def _until(process: "subprocess.Popen[str]", words: str) -> str:
    """What it prints up to the line with these words."""
    assert process.stdout
    printed = ""
    for line in process.stdout:
        printed += line
        if words in line:
            return printed
    raise AssertionError(printed)


@contextmanager
def payt(user: Newcomer) -> Iterator[str]:
    """The embedded Payt as its command serves it; access tokens live for some seconds."""
    port = free_port()
    process = user.start("sandbox", "--port", str(port), "--invoices", "300", "--token-seconds", str(TOKEN_SECONDS))
    try:
        said = _until(process, "sign in")
        assert f"payt-mcp login --client-id {APP}    (its secret: {APP_SECRET})" in said
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.communicate()


def _expire(url: str, token: str) -> None:
    """Until Payt refuses it, by Payt's own clock."""
    give_up = time.monotonic() + PATIENCE
    while httpx.get(f"{url}/v1/administrations", headers={"Authorization": f"Bearer {token}"}).status_code != 401:
        assert time.monotonic() < give_up
        time.sleep(0.2)


def _asked(server: Stdio) -> dict[str, Any]:
    return server.call("summarize_overdue", {"administration_id": "4711"})


def _text(result: dict[str, Any]) -> str:
    text: str = result["content"][0]["text"]
    return text


@pytest.fixture
def user(tmp_path: Path, request: pytest.FixtureRequest, browser_program: str) -> Newcomer:
    """A person with a browser, and the wheel just built and installed alone, timed."""
    folder = tmp_path / "home"
    folder.mkdir()
    began = time.monotonic()
    wheel: Path = request.getfixturevalue("wheel")
    built = time.monotonic() - began
    user = Newcomer(folder, request.getfixturevalue("installed"))
    user.steps += [(f"build {wheel.name}", built), ("install it alone", time.monotonic() - began - built)]
    user.config.parent.mkdir(parents=True)
    user.config.write_bytes(BEFORE)
    return user


async def test_from_a_clean_machine_to_answers_and_back(user: Newcomer) -> None:
    with payt(user) as url:
        user.terminal["PAYT_API_URL"] = url
        with user.step("payt-mcp login, and a click in the browser"):
            said = await user.sign_in()
        assert "4711  Noorderlicht Techniek B.V." in said
        assert "Next: payt-mcp install" in said
        with user.step("payt-mcp install claude-desktop"):
            said = user.run("install", "claude-desktop")
        assert "Quit Claude Desktop completely" in said
        assert "not signed in" not in said
        with user.step("payt-mcp doctor"):
            said = user.run("doctor")
        assert said.rstrip().endswith("All is well.")
        await _in_claude_desktop(user, url)
        with user.step("payt-mcp uninstall claude-desktop"):
            user.run("uninstall", "claude-desktop")
    assert user.config.read_bytes() == BEFORE
    sys.stdout.write(user.told())


async def _in_claude_desktop(user: Newcomer, url: str) -> None:
    """One server from its start to its end, while the person signs out and in again in the terminal."""
    command, environment = user.written()
    assert Path(command[0]).is_absolute()
    with stdio(environment, command) as server:
        with user.step("Claude Desktop starts it and lists its tools"):
            server.begin()
            tools = [tool["name"] for tool in server.ask("tools/list")["result"]["tools"]]
        assert "summarize_overdue" in tools
        with user.step("who is overdue, and by how much?"):
            first = _asked(server)
        assert "overdue" in _text(first)
        assert not first.get("isError")
        token = user.access_token()
        with user.step("the access token runs out; asked again"):
            _expire(url, token)
            read_at_payt = server.call("list_messages", {"administration_id": "4711"})
        assert not read_at_payt.get("isError")
        assert user.access_token() != token
        with user.step("payt-mcp logout; asked again"):
            user.run("logout")
            refused = _asked(server)
        assert refused["isError"]
        assert "payt-mcp login" in _text(refused)
        with user.step("payt-mcp login; asked again, nothing restarted"):
            await user.sign_in()
            assert not _asked(server).get("isError")
        _, rest, log = server.end(None)
    assert rest == []
    assert not [line for line in log if "Traceback" in line or token in line]
