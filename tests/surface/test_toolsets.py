"""Tool sets: what is switched on is listed, what is not costs nothing, and read-only wins over all of it."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from mcp.client import Client

from payt_mcp.server.server import build_server
from payt_mcp.settings import TOOLSETS, Settings
from payt_mcp.tools import known_tools, tools_of
from payt_sandbox.server import Handle
from tests.support.fixed import SET_ANSWERS, SNAPSHOTS, answer_of, check_snapshot, server_for, shown, text_of, tokens

pytestmark = pytest.mark.slow

ERAS = ("auto", "legacy")
MOST_TOKENS = 10_000
LOADED = """
import json, sys
import anyio
from payt_mcp.server.server import build_server
from payt_mcp.settings import Settings
for read_only in "10":
    server = build_server(Settings.from_env({"PAYT_TOOLSETS": sys.argv[1], "PAYT_READ_ONLY": read_only}))
    anyio.run(server.list_tools)
    print(json.dumps([name for name in sys.modules if name.startswith("payt_mcp.tools.writes")]))
"""


async def _names(payt: Handle, sets: str, era: str = "auto", **environ: str) -> list[str]:
    async with Client(server_for(payt.url, PAYT_TOOLSETS=sets, **environ), mode=era) as client:
        return [tool.name for tool in (await client.list_tools()).tools]


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("name", TOOLSETS)
async def test_a_set_adds_its_tools_to_core_and_takes_none_away(payt: Handle, name: str, era: str) -> None:
    core = await _names(payt, "core", era, PAYT_READ_ONLY="")
    names = await _names(payt, name, era, PAYT_READ_ONLY="")
    assert [tool for tool in names if tool in core] == core
    added = sum(spec.toolset == name for spec in known_tools()) if name != "core" else 0
    assert len(set(names)) == len(core) + added


async def test_upserts_are_on_until_sets_are_named(payt: Handle) -> None:
    async with Client(server_for(payt.url, PAYT_TOOLSETS="", PAYT_READ_ONLY="")) as client:
        usual = (await client.list_tools()).tools
    assert tokens([tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in usual]) <= 5_400
    core = [tool for tool in usual if tool.name != "upsert_invoices"]
    assert tokens([tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in core]) <= 4_500
    names = [tool.name for tool in usual]
    assert names == await _names(payt, "upserts", PAYT_READ_ONLY="")
    for named in ("core", "payments"):
        assert set(names) - set(await _names(payt, named, PAYT_READ_ONLY="")) == {"upsert_invoices"}


@pytest.mark.parametrize("era", ERAS)
async def test_read_only_wins_over_every_set(payt: Handle, era: str) -> None:
    reading = await _names(payt, "all", era, PAYT_READ_ONLY="1")
    everything = await _names(payt, "all", era, PAYT_READ_ONLY="")
    assert reading == [spec.name for spec in known_tools() if not spec.writes]
    async with Client(server_for(payt.url, PAYT_TOOLSETS="all", PAYT_READ_ONLY="1"), mode=era) as client:
        assert all(tool.annotations and tool.annotations.read_only_hint for tool in (await client.list_tools()).tools)
        for name in set(everything) - set(reading):
            result = await client.call_tool(name, {})
            assert result.is_error
            assert f"There is no tool {name!r}" in result.content[0].text  # type: ignore[union-attr]


@pytest.mark.parametrize("name", ["core", "tasks", "all"])
def test_a_read_only_server_imports_no_module_of_a_write(name: str) -> None:
    """It first, and then one in the same process that writes: which imports what this test looks for."""
    done = subprocess.run([sys.executable, "-c", LOADED, name], capture_output=True, text=True, check=True, timeout=300)
    reading, writing = map(json.loads, done.stdout.splitlines())
    assert not reading
    assert writing


async def _added(payt: Handle, name: str, era: str = "auto") -> list[dict[str, Any]]:
    """The tools a set adds, those that write too, as a host gets them."""
    core = await _names(payt, "core", era, PAYT_READ_ONLY="")
    async with Client(server_for(payt.url, PAYT_TOOLSETS=name, PAYT_READ_ONLY=""), mode=era) as client:
        tools = (await client.list_tools()).tools
    return [tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in tools if tool.name not in core]


@pytest.mark.parametrize("name", TOOLSETS[1:])
async def test_what_a_model_is_told_of_a_set_is_pinned_and_the_same_in_both_eras(payt: Handle, name: str) -> None:
    added = await _added(payt, name)
    check_snapshot(f"sets/{name}.json", json.dumps(added, indent=1, ensure_ascii=False) + "\n")
    assert await _added(payt, name, "legacy") == added


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("name", SET_ANSWERS)
async def test_answers_of_sets_are_pinned(payt: Handle, name: str, era: str) -> None:
    async with Client(server_for(payt.url, PAYT_TOOLSETS="all"), mode=era) as client:
        result = await answer_of(client, SET_ANSWERS[name])
    assert not result.is_error, text_of(result)
    check_snapshot(f"sets/{name}.txt", shown(SET_ANSWERS[name], result))


async def test_every_reading_tool_of_a_set_is_among_the_pinned_answers_and_no_snapshot_is_left_over(
    payt: Handle,
) -> None:
    core = await _names(payt, "core")
    assert {call.tool for call in SET_ANSWERS.values()} == set(await _names(payt, "all")) - set(core)
    pinned = {f"{name}.txt" for name in SET_ANSWERS} | {f"{name}.json" for name in TOOLSETS[1:]}
    assert {path.name for path in (SNAPSHOTS / "sets").iterdir()} == pinned


async def test_all_sets_together_keep_their_budget(payt: Handle) -> None:
    """The whole of `tools/list`, output schemas and annotations too."""
    async with Client(server_for(payt.url, PAYT_TOOLSETS="all", PAYT_READ_ONLY="")) as client:
        tools = (await client.list_tools()).tools
    assert tokens([tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in tools]) <= MOST_TOKENS


async def test_the_reads_of_sets_keep_their_budget(payt: Handle) -> None:
    core = await _names(payt, "core")
    async with Client(server_for(payt.url, PAYT_TOOLSETS="all")) as client:
        added = [tool for tool in (await client.list_tools()).tools if tool.name not in core]
    assert tokens([tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in added]) <= 2_300


async def test_what_a_set_costs_is_what_the_documentation_says(payt: Handle) -> None:
    """`python -m benchmarks --sets` prints the table anew; in which order keys come moves a count by a token or two."""
    page = (Path(__file__).parents[2] / "docs" / "performance.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` +\| (\d+) +\| ([\d,]+) +\|", page, re.MULTILINE)
    written = {name: (int(tools), int(count.replace(",", ""))) for name, tools, count in rows}
    assert written.keys() == {*TOOLSETS, "all"}
    for name in TOOLSETS[1:]:
        added = await _added(payt, name)
        count, size = written[name]
        assert count == len(added)
        assert abs(size - (tokens(added) if added else 0)) <= 3


def test_a_tool_says_itself_in_which_set_it_is_and_whether_it_writes() -> None:
    assert {spec.toolset for spec in known_tools()} == set(TOOLSETS)
    for spec in known_tools():
        assert spec in tools_of([spec.toolset], read_only=False)
        assert (spec in tools_of([spec.toolset], read_only=True)) is not spec.writes
        assert spec.writes or spec.annotations.read_only_hint


async def test_whoever_asks_for_a_tool_that_is_off_is_told_where_it_is() -> None:
    async with Client(build_server(Settings.from_env({"PAYT_API_URL": "sandbox"}))) as client:
        off = await client.call_tool("list_tasks", {})
        unknown = await client.call_tool("list_ghosts", {})
    assert "it is in the tool set 'tasks' (PAYT_TOOLSETS)" in off.content[0].text  # type: ignore[union-attr]
    assert "tool set" not in unknown.content[0].text  # type: ignore[union-attr]
