"""Long work in steps: all of it is done, in order, and others have their turn meanwhile."""

import anyio
import pytest

from payt_mcp import steps
from payt_mcp.steps import Steps, at_once, in_turns, parted

pytestmark = pytest.mark.anyio


def counted(most: int) -> Steps[list[int]]:
    found: list[int] = []
    for some in parted(range(most), 3):
        found += some
        yield
    return found


def twice(most: int) -> Steps[list[int]]:
    return [*(yield from counted(most)), *(yield from counted(most))]


@pytest.mark.parametrize("most", [0, 1, 3, 7])
async def test_what_comes_of_it_is_the_same_with_and_without_pauses(most: int) -> None:
    assert at_once(twice(most)) == [*range(most), *range(most)]
    assert await in_turns(twice(most)) == [*range(most), *range(most)]


@pytest.mark.parametrize(("a_turn", "turns"), [(0.0, 20), (3600.0, 1)])
async def test_others_have_their_turn_once_it_has_taken_long_enough(
    monkeypatch: pytest.MonkeyPatch, a_turn: float, turns: int
) -> None:
    monkeypatch.setattr(steps, "_A_TURN", a_turn)
    had = 0

    async def other() -> None:
        nonlocal had
        while True:
            await anyio.lowlevel.checkpoint()
            had += 1

    async with anyio.create_task_group() as group:
        group.start_soon(other)
        await anyio.lowlevel.checkpoint()
        before = had
        await in_turns(counted(60))
        assert had - before >= turns
        assert turns > 1 or had - before <= 2
        group.cancel_scope.cancel()
