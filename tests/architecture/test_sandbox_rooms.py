"""The sandbox stands alone: its arrows point down only, from room to room and from file to file."""

import ast
from graphlib import CycleError, TopologicalSorter

import pytest

from tests.architecture.floors import SANDBOX_FLOORS
from tests.architecture.imports import HOUSE, imported

FLOOR = {room: floor for floor, rooms in enumerate(SANDBOX_FLOORS) for room in rooms}
MODULES = {
    ".".join(part for part in path.relative_to(HOUSE).with_suffix("").parts if part != "__init__"): path
    for path in sorted((HOUSE / "payt_sandbox").rglob("*.py"))
}
# The package itself shows what is in its rooms, and stands above all of them.
BELOW = sorted(MODULES.keys() - {"payt_sandbox"})


def _imports(module: str) -> set[str]:
    """The modules of the sandbox that one of them imports: under `TYPE_CHECKING` and inside functions too."""
    names = set(imported(ast.parse(MODULES[module].read_text(encoding="utf-8"))))
    return {name if name in MODULES else name.rpartition(".")[0] for name in names if name.startswith("payt_sandbox")}


def _room(module: str) -> str:
    return module.split(".")[1]


def test_every_file_of_the_sandbox_is_in_a_room() -> None:
    assert {_room(module) for module in BELOW} == set(FLOOR)
    assert len(BELOW) > 40


def test_no_file_of_the_sandbox_imports_itself_through_others() -> None:
    try:
        TopologicalSorter({module: _imports(module) - {module} for module in MODULES}).prepare()
    except CycleError as error:
        pytest.fail(f"a circle of imports: {' <- '.join(error.args[1])}")


def test_arrows_between_the_rooms_of_the_sandbox_point_down_only() -> None:
    for module in BELOW:
        others = {_room(other) if other in BELOW else "payt_sandbox" for other in _imports(module)} - {_room(module)}
        up = [room for room in others if FLOOR.get(room, len(SANDBOX_FLOORS)) >= FLOOR[_room(module)]]
        assert not up, module


def test_the_sandbox_is_a_second_reading_of_the_contract() -> None:
    for module, path in MODULES.items():
        names = imported(ast.parse(path.read_text(encoding="utf-8")))
        assert not [name for name in names if name.partition(".")[0] == "payt_mcp"], module
