"""What README says is what the server does: tools, prompts, settings, examples, and everything that can be copied."""

import os
import re

import pytest
from mcp.client import Client

from payt_mcp.server.server import PaytServer, build_server
from payt_mcp.settings import DEFAULT_TOOLSETS, KNOWN, TOOLSETS, Settings
from tests.support.newcomer import ROOT, chapters, told

pytestmark = pytest.mark.slow

README = ROOT / "README.md"
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_EXAMPLE = re.compile(r"(<!-- from: demo, (\d+) -->\n```text\n)(.*?)(^```$)", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(r"<!-- command: (\w+) -->\n```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def text() -> str:
    return README.read_text(encoding="utf-8")


def table(heading: str, under: str = "") -> dict[str, str]:
    """The two columns of the first table `under` a line that has this heading, the first without its backticks."""
    lines = text().split(f"{under}\n", 1)[1].split(f"| {heading} | ", 1)[1].splitlines()[2:]
    rows: dict[str, str] = {}
    for line in lines:
        if not line.startswith("|"):
            break
        name, meaning = line.strip("| ").split(" | ", 1)
        rows[name.strip("`")] = meaning
    return rows


def first_sentence(description: str) -> str:
    return re.split(r"(?<=\.) (?=[A-Z])", description)[0]


@pytest.fixture
def server() -> PaytServer:
    return build_server(Settings.from_env({}))


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_the_tools_are_the_servers_in_its_order_and_words(server: PaytServer, mode: str) -> None:
    async with Client(server, mode=mode) as client:
        tools = (await client.list_tools()).tools
    expected = {tool.name: first_sentence(tool.description or "") for tool in tools}
    assert list(table("tool").items()) == list(expected.items())


@pytest.mark.parametrize("name", [name for name in TOOLSETS if name not in DEFAULT_TOOLSETS])
async def test_the_tools_of_a_set_are_under_its_name(server: PaytServer, name: str) -> None:
    async with Client(server) as client, Client(build_server(Settings.from_env({"PAYT_TOOLSETS": name}))) as with_set:
        core = {tool.name for tool in (await client.list_tools()).tools}
        tools = [tool for tool in (await with_set.list_tools()).tools if tool.name not in core]
    expected = {tool.name: first_sentence(tool.description or "") for tool in tools}
    heading = f"### Tool set `{name}`"
    assert (heading in text()) == bool(tools)
    assert not tools or list(table("tool", heading).items()) == list(expected.items())


async def test_the_prompts_are_the_servers(server: PaytServer) -> None:
    async with Client(server) as client:
        prompts = (await client.list_prompts()).prompts
    assert table("prompt") == {prompt.name: prompt.description for prompt in prompts}


def test_the_settings_are_all_there_in_their_own_words() -> None:
    assert list(table("setting").items()) == list(KNOWN.items())


async def test_the_examples_are_what_the_sandbox_really_answers() -> None:
    """UPDATE_SNAPSHOTS=1 writes them into README."""
    answers = chapters(await told())
    written = text()
    now = _EXAMPLE.sub(lambda found: f"{found[1]}{answers[found[2]]}\n{found[4]}", written)
    if os.environ.get("UPDATE_SNAPSHOTS") == "1":
        README.write_text(now, encoding="utf-8")
    else:
        assert written == now
    assert len(_EXAMPLE.findall(now)) == 3


@pytest.mark.parametrize("name", ["try", "test"])
def test_a_command_is_one_line_that_ci_can_take_out_and_run(name: str) -> None:
    commands = dict(_COMMAND.findall(text()))
    assert commands.keys() == {"try", "test"}
    (line,) = commands[name].splitlines()
    assert line.startswith("python3 -m venv .venv && .venv/bin/pip install -q ")


def test_it_reads_well_in_a_terminal() -> None:
    prose = _BLOCK.sub("", text())
    assert [line for line in prose.splitlines() if len(line) > 122 and not line.startswith("|")] == []
