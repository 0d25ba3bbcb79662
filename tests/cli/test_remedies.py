"""What is printed as the way out leads out: each remedy is taken from the text a person reads, and run."""

from __future__ import annotations

import json
import re
import shlex
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from payt_mcp.settings import KNOWN
from payt_sandbox import build_world
from payt_sandbox.api.options import Options
from payt_sandbox.app import create_app
from payt_sandbox.server import Handle, run_in_thread
from tests.support.commands import run_here

from .raw import INITIALIZE, environment, raw

pytestmark = pytest.mark.slow

TOKEN = Options().token
Asked = Callable[["Person"], tuple[bool, str]]
QUOTED = re.compile(r"`(payt-mcp [^`]+)`|(?:^|[:(]|, then|Or) ?(payt-mcp [a-z]+(?: (?:--?)?[a-z][\w./-]*)*)")


@pytest.fixture(scope="module")
def payt() -> Iterator[Handle]:
    handle = run_in_thread(create_app(build_world(invoices=60, seed=5), options=Options(rate=None)))
    yield handle
    threading.Thread(target=handle.close).start()


@dataclass
class Person:
    """Somebody in a terminal, with a home of their own and no token in the environment."""

    home: Path
    url: str

    def environ(self, **more: str) -> dict[str, str]:
        kept = {name: value for name, value in environment().items() if name not in KNOWN and name[:4] != "XDG_"}
        return {**kept, "HOME": str(self.home), "PAYT_API_URL": self.url, "COLUMNS": "400", **more}

    def run(self, command: str, *, typed: str = "", **more: str) -> tuple[int, str]:
        done = run_here(*shlex.split(command)[1:], env=self.environ(**more), stdin=typed)
        return done.returncode, done.stdout + done.stderr


@pytest.fixture
def person(tmp_path: Path, payt: Handle) -> Person:
    return Person(tmp_path, payt.url)


def remedies(text: str) -> list[str]:
    return [(quoted or plain).strip(" .") for quoted, plain in QUOTED.findall(text)]


def _tool(person: Person) -> tuple[bool, str]:
    """What a tool answers to this person's assistant."""
    with raw(person.environ()) as server:
        server.request(1, "initialize", INITIALIZE)
        result = server.request(2, "tools/call", {"name": "list_administrations", "arguments": {}})["result"]
        return bool(result.get("isError")), result["content"][0]["text"]


def _doctor(person: Person) -> tuple[bool, str]:
    found = json.loads(person.run("payt-mcp doctor --json")[1])["findings"]
    (present,) = [one for one in found if one["check"] == "token.present"]
    return present["status"] == "problem", f"{present['message']} {present['remedy']}"


def _report(person: Person) -> tuple[bool, str]:
    code, said = person.run("payt-mcp report --administration 4711")
    return code != 0, said


@pytest.mark.parametrize("asked", [_tool, _doctor, _report], ids=["a tool", "the doctor", "the report"])
def test_who_is_not_signed_in_is_led_to_a_token_first_and_that_helps(person: Person, asked: Asked) -> None:
    failed, said = asked(person)
    assert failed
    first = remedies(said)[0]
    assert first == "payt-mcp login --token"
    code, told = person.run(first, typed=TOKEN + "\n")
    assert (code, TOKEN in told) == (0, False)
    failed, said = asked(person)
    assert not failed, said


def test_the_sandbox_that_is_offered_instead_answers(person: Person) -> None:
    _, said = _tool(person)
    assert "PAYT_API_URL=sandbox" in said
    failed, said = _tool(Person(person.home, "sandbox"))
    assert (failed, "invented data" in said) == (False, True)
    for command in remedies(said):
        code, told = person.run(command.replace("HOST", "claude-desktop"), typed=TOKEN + "\n")
        assert code == 0, told


def test_what_the_demo_ends_with_can_be_typed_one_after_the_other(person: Person) -> None:
    person = Person(person.home, "")  # the demo needs nothing, and production is what is meant afterwards
    code, printed = person.run("payt-mcp demo")
    assert code == 0
    steps = re.findall(r"^  \S*payt-mcp(?:\.exe)? (.+)$", printed.partition("What next")[2], re.MULTILINE)
    assert steps[0].startswith("install claude-desktop --set PAYT_API_URL=sandbox")
    assert "login --token" in steps
    for step in steps:
        if step.startswith(("login", "doctor")):
            continue  # they ask the real Payt, which is not here
        code, said = person.run(f"payt-mcp {step}")
        assert code == 0, said
    entry = json.loads((person.home / ".config/Claude/claude_desktop_config.json").read_text())["mcpServers"]["payt"]
    assert not entry.get("env")


def test_installing_says_how_to_sign_in_and_what_it_left_out(person: Person) -> None:
    code, said = person.run("payt-mcp install claude-desktop", PAYT_API_TOKEN=TOKEN)
    assert code == 0
    assert remedies(said)[0] == "payt-mcp login --token"
    assert TOKEN not in said
    assert person.run(remedies(said)[0], typed=TOKEN)[0] == 0
    assert "payt-mcp login" not in person.run("payt-mcp install cursor")[1]


def test_a_token_in_plain_text_is_taken_out_by_the_doctors_remedy(person: Person) -> None:
    config = person.home / ".config/Claude/claude_desktop_config.json"
    person.run("payt-mcp install claude-desktop")
    settings = json.loads(config.read_text())
    settings["mcpServers"]["payt"]["env"]["PAYT_API_TOKEN"] = TOKEN
    config.write_text(json.dumps(settings))
    found = json.loads(person.run("payt-mcp doctor --json")[1])["findings"]
    (secret,) = [one for one in found if one["check"] == "hosts.claude-desktop.secret"]
    commands = re.findall(r"payt-mcp [a-z][^.,]*", secret["remedy"])
    assert [command.split()[1] for command in commands] == ["login", "install"]
    for command in commands:
        assert person.run(command, typed=TOKEN)[0] == 0
    assert TOKEN not in config.read_text()
    assert "hosts.claude-desktop.secret" not in person.run("payt-mcp doctor --json")[1]
