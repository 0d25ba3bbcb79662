"""The arrows between the rooms point down only, and a start loads no more than listing the tools needs."""

import ast
import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from payt_mcp.settings import TOOLSETS
from payt_mcp.tools import known_tools
from payt_mcp.writes.kinds import known_kinds
from tests.architecture import draw
from tests.architecture.floors import FLOORS
from tests.architecture.imports import HOUSE, imported

FLOOR = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
SHARED_BY_TOOLS = {
    "callers", "shared", "schemas", "arguments", "first_pages", "writing", "writing.factory", "writing.call",
}  # fmt: skip
MAY_IMPORT_MCP = {"tools", "prompts", "resources", "apps", "server", "cli"}


def _name(path: Path) -> str:
    parts = path.relative_to(HOUSE).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__").removeprefix("payt_mcp.")


MODULES = {_name(path): path for room in ("payt_mcp", "payt_sandbox") for path in sorted((HOUSE / room).rglob("*.py"))}
PRODUCT = [name for name in MODULES if name != "payt_mcp" and not name.startswith("payt_sandbox")]
SANDBOX = [name for name in MODULES if name.startswith("payt_sandbox")]


@cache
def _tree(module: str) -> ast.Module:
    return ast.parse(MODULES[module].read_text(encoding="utf-8"))


@cache
def _imports(module: str) -> frozenset[str]:
    """The full names of all that a module imports, wherever in it and for whatever purpose."""
    return frozenset(imported(_tree(module)))


def _inside(module: str) -> set[str]:
    """The modules of this package that a module imports, without `payt_mcp.`."""
    names = {
        name.removeprefix("payt_mcp.") for name in _imports(module) if name.startswith(("payt_mcp.", "payt_sandbox"))
    }
    return {known for name in names for known in (name, name.rpartition(".")[0]) if known in MODULES and known}


def _outside(module: str) -> set[str]:
    return {name.partition(".")[0] for name in _imports(module)}


def _attributes(module: str) -> set[str]:
    """The names of all that a module asks of something else: `b` of `a.b`."""
    return {node.attr for node in ast.walk(_tree(module)) if isinstance(node, ast.Attribute)}


def _room(module: str) -> str:
    return module.partition(".")[0]


def test_every_module_has_a_floor() -> None:
    assert {_room(module) for module in PRODUCT} <= set(FLOOR)
    assert len(PRODUCT) > 40
    assert len(SANDBOX) > 10


@pytest.mark.parametrize("picture", draw.PICTURES, ids=lambda picture: picture.name)
def test_the_floors_are_drawn_as_they_are(picture: draw.Picture) -> None:
    if os.environ.get("UPDATE_SNAPSHOTS"):
        picture.redraw()
    page = draw.PAGE.read_text(encoding="utf-8")
    assert picture.drawn() in page, "run: UPDATE_SNAPSHOTS=1 pytest tests/architecture"


def test_arrows_point_down_only() -> None:
    assert not [
        f"{module} -> {other}"
        for module in PRODUCT
        for other in _inside(module)
        if FLOOR.get(_room(other), -1) > FLOOR[_room(module)]
    ]


def test_the_http_library_is_imported_by_the_client_alone() -> None:
    assert [module for module in PRODUCT if "httpx" in _outside(module)] == ["payt.client"]
    assert not [module for module in PRODUCT if "httpx2" in _outside(module)]


def test_the_protocol_is_known_at_the_top_alone() -> None:
    below = [name for name in [*PRODUCT, *SANDBOX] if _room(name) not in MAY_IMPORT_MCP]
    assert not [name for name in below if not name.startswith("proposals.asking") and "mcp" in _outside(name)]


def test_the_environment_is_read_at_the_outermost_edge_alone() -> None:
    inner = [name for name in [*PRODUCT, *SANDBOX] if _room(name) not in {"cli", "__main__"}]
    assert not [name for name in inner if {"os.environ", "os.getenv"} & _imports(name)]
    assert not [name for name in inner if {"environ", "environb", "getenv", "putenv"} & _attributes(name)]


def test_tools_never_import_each_other() -> None:
    tools = [name for name in PRODUCT if name.startswith("tools.")]
    assert len(tools) > 20
    for module in tools:
        others = {other.removeprefix("tools.") for other in _inside(module) if other.startswith("tools.")}
        assert others <= SHARED_BY_TOOLS, module


def test_the_sandbox_is_reached_from_the_opener_and_the_command_line_alone() -> None:
    kept_apart = [name for name in PRODUCT if name != "server.session" and _room(name) != "cli"]
    assert not [
        f"{module} -> {other}" for module in kept_apart for other in _inside(module) if _room(other) == "payt_sandbox"
    ]


def test_no_answer_takes_the_words_of_others_unmarked() -> None:
    """`clean` only cleans; `outside`, `quoted` and `code` are what an answer may take."""
    answering = [name for name in PRODUCT if _room(name) in {"tools", "answers", "apps", "resources", "prompts"}]
    answering += ["books.find", "books.subjects"]
    for module in answering:
        for node in ast.walk(_tree(module)):
            assert getattr(node, "attr", getattr(node, "id", "")) != "clean", module


def test_every_tool_is_found_in_a_set_that_the_settings_know() -> None:
    assert {spec.toolset for spec in known_tools()} == set(TOOLSETS)
    modules = {n for n in MODULES if n.startswith("tools.") and n.removeprefix("tools.") not in SHARED_BY_TOOLS}
    assert len(known_tools()) == len(modules - {"tools.writes"})


def test_what_writes_is_in_a_package_of_its_own() -> None:
    """A read-only server does not import it."""
    inside = {f"payt_mcp.{name}" for name in MODULES if name.startswith("tools.writes.")}
    assert len(inside) == sum(spec.writes for spec in known_tools())
    assert not [spec.name for spec in known_tools(read_only=True) if spec.writes]


def test_every_kind_of_write_has_a_tool_and_no_name_twice() -> None:
    assert len({kind.name for kind in known_kinds()}) == len(known_kinds())
    assert len(known_kinds()) == sum(spec.writes for spec in known_tools()) - 1  # check_approval writes nothing itself


LISTING = """
import json, sys
import anyio, mcp.server
floor = set(sys.modules)
from payt_mcp.server.server import build_server
from payt_mcp.settings import Settings
server = build_server(Settings.from_env({"PAYT_API_URL": "sandbox"}))
tools = anyio.run(server.list_tools)
print(json.dumps([len(tools), sorted(set(sys.modules) - floor)]))
"""
NOT_NEEDED = (
    "httpx", "payt_mcp.payt", "payt_sandbox", "payt_mcp.books", "payt_mcp.cli", "uvicorn", "sqlite3", "webbrowser",
    "keyring", "babel", "payt_mcp.disk", "payt_mcp.hosts", "payt_mcp.doctor", "payt_mcp.writes", "payt_mcp.answers",
    "payt_mcp.scanning", "payt_mcp.policy", "payt_mcp.sheets", "payt_mcp.database", "payt_mcp.proposals.ledger",
    "payt_mcp.proposals.asking.page", "payt_mcp.proposals.asking.elicitation", "payt_mcp.tools.writing.call",
    *(f"payt_mcp.{name}" for name in PRODUCT if name.startswith("receivables.")),
)  # fmt: skip
NAMED = {"payt_mcp.receivables.phases", "payt_mcp.receivables.plans"}
"""What arguments can be, and what is made of nothing else."""


def _unwanted(loaded: list[str]) -> list[str]:
    return [
        name
        for name in loaded
        for unwanted in NOT_NEEDED
        if name not in NAMED and (name == unwanted or name.startswith(f"{unwanted}."))
    ]


def _run(program: str, **environ: str) -> tuple[int, list[str]]:
    """How many tools it lists, and which modules it has loaded for them: in a process where nothing is loaded yet."""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=300,
        env=os.environ | environ,
    )  # fmt: skip
    assert not done.returncode, done.stderr
    count, loaded = json.loads(done.stdout)
    return count, loaded


def test_listing_the_tools_loads_no_client_no_sandbox_and_no_web_server() -> None:
    """Beside what importing `mcp.server` loads anyway (the SDK of today brings uvicorn along itself)."""
    count, loaded = _run(LISTING)
    assert count == 13
    assert not _unwanted(loaded)


STDIO = """
import json, os, sys
import anyio
from payt_mcp.cli import stdio
from payt_mcp.settings import Settings
server = stdio._loaded(Settings.from_env({"PAYT_API_URL": "sandbox"}))
tools = anyio.run(server.list_tools)
loaded = [name for name in sys.modules if not name.startswith("payt_mcp.cli")]
import payt_mcp.proposals.asking.page, uvicorn
print(json.dumps([len(tools), loaded]))
"""


def test_over_stdio_the_sdk_brings_no_web_server_either_and_the_approval_page_has_it_when_it_is_shown() -> None:
    count, loaded = _run(STDIO)
    assert count == 13
    assert not _unwanted(loaded)


def test_an_sdk_that_needs_a_web_server_has_it_over_stdio_too(tmp_path: Path) -> None:
    """Where another release of the SDK, or of what it stands on, does not do without."""
    package = tmp_path / "sse_starlette"
    package.mkdir()
    (package / "__init__.py").write_text("import uvicorn\nEventSourceResponse = uvicorn.Server\n")
    count, loaded = _run(STDIO, PYTHONPATH=str(tmp_path))
    assert count == 13
    assert "uvicorn" in loaded


def test_over_stdio_no_plugin_of_pydantic_is_looked_for_unless_one_is_asked_for(tmp_path: Path) -> None:
    """To look for one reads what every package there is says of itself, and may load what is no part of this."""
    plugin = "class plugin:\n    new_schema_validator = staticmethod(lambda *_: (None, None, None))\n"
    (tmp_path / "other.py").write_text(plugin)
    package = tmp_path / "other-1.0.dist-info"
    package.mkdir()
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: other\nVersion: 1.0\n")
    (package / "entry_points.txt").write_text("[pydantic]\nother = other:plugin\n")
    _, loaded = _run(STDIO, PYTHONPATH=str(tmp_path))
    assert "other" not in loaded
    _, asked = _run(STDIO, PYTHONPATH=str(tmp_path), PYDANTIC_DISABLE_PLUGINS="another")
    assert "other" in asked
