"""Tool sets: what is switched on is listed, what is not costs nothing, and read-only wins over all of it."""

import json
import subprocess
import sys

import pytest
from mcp.client import Client

from payt_mcp.sandbox.server import Handle
from payt_mcp.settings import TOOLSETS
from payt_mcp.tools import SETS

from .helpers import server_for

ERAS = ("auto", "legacy")
LOADED = """
import json, sys
import anyio
from payt_mcp.server import build_server
from payt_mcp.settings import Settings
server = build_server(Settings.from_env({"PAYT_TOOLSETS": sys.argv[1], "PAYT_READ_ONLY": sys.argv[2]}))
anyio.run(server.list_tools)
print(json.dumps([name.removeprefix("payt_mcp.tools.") for name in sys.modules if name.startswith("payt_mcp.tools.")]))
"""


async def _names(payt: Handle, sets: str, era: str = "auto", **environ: str) -> list[str]:
    async with Client(server_for(payt.url, PAYT_TOOLSETS=sets, **environ), mode=era) as client:
        return [tool.name for tool in (await client.list_tools()).tools]


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("name", TOOLSETS)
async def test_a_set_adds_its_tools_to_core_and_takes_none_away(payt: Handle, name: str, era: str) -> None:
    core = await _names(payt, "", era, PAYT_READ_ONLY="")
    names = await _names(payt, name, era, PAYT_READ_ONLY="")
    assert [tool for tool in names if tool in core] == core
    added = len(SETS[name].reads) + len(SETS[name].writes) if name != "core" else 0
    assert len(set(names)) == len(core) + added


@pytest.mark.parametrize("era", ERAS)
async def test_read_only_wins_over_every_set(payt: Handle, era: str) -> None:
    reading = await _names(payt, "all", era, PAYT_READ_ONLY="1")
    everything = await _names(payt, "all", era, PAYT_READ_ONLY="")
    assert len(reading) == sum(len(reads) for reads, _ in SETS.values())
    async with Client(server_for(payt.url, PAYT_TOOLSETS="all", PAYT_READ_ONLY="1"), mode=era) as client:
        assert all(tool.annotations and tool.annotations.read_only_hint for tool in (await client.list_tools()).tools)
        for name in set(everything) - set(reading):
            result = await client.call_tool(name, {})
            assert result.is_error
            assert f"There is no tool {name!r}" in result.content[0].text  # type: ignore[union-attr]


@pytest.mark.parametrize(("name", "read_only"), [("core", "0"), ("core", "1"), ("tasks", "1"), ("all", "0")])
def test_only_the_modules_of_what_is_on_are_imported(name: str, read_only: str) -> None:
    command = [sys.executable, "-c", LOADED, name, read_only]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    on = {key: tools for key, tools in SETS.items() if key in {"core", name} or name == "all"}
    wanted = {module for reads, writes in on.values() for module in (*reads, *(writes if read_only == "0" else ()))}
    every = {module for reads, writes in SETS.values() for module in (*reads, *writes)}
    assert set(json.loads(done.stdout)) & every == wanted
