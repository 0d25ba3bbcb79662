"""What a few typed characters can become."""

import anyio
from anyio.lowlevel import checkpoint
from hypothesis import given
from hypothesis import strategies as st

from payt_mcp.books.completion import (
    MOST,
    Entry,
    best,
    best_in_steps,
    entry,
)
from payt_mcp.steps import in_turns
from payt_mcp.words.folding import normalized, searchable

_TEXT = st.text(alphabet="abc É1-&", max_size=8)
_ENTRIES = st.lists(st.builds(entry, st.text(alphabet="12a-", max_size=4), _TEXT), max_size=120)


@given(_ENTRIES, _TEXT, st.booleans())
def test_all_that_is_offered_was_there_and_none_twice(entries: list[Entry], typed: str, numbers_only: bool) -> None:
    found = best(entries, typed, numbers_only=numbers_only)
    assert len(set(found.values)) == len(found.values) <= min(found.total, MOST)
    if numbers_only:
        assert set(found.values) <= {known.number for known in entries}
    everything = best(entries, "", numbers_only=numbers_only)
    assert found.total <= everything.total


@given(_ENTRIES, st.integers(0, 119))
def test_whoever_types_a_whole_number_or_name_finds_it(entries: list[Entry], place: int) -> None:
    entries.insert(place, entry("1a-2", "bac Éa"))
    offered = {"1a-2 bac Éa", "bac Éa (1a-2)"}
    assert offered & set(best(entries, "1A-2").values)
    assert offered & set(best(entries, "bac ea").values)


def test_what_begins_so_comes_before_what_contains_it() -> None:
    entries = [entry("7", "Grand Bakker"), entry("8", "Debakker"), entry("9", "Bakker"), entry("bak-1", "Zon")]
    assert best(entries, "bak").values == ["Bakker (9)", "bak-1 Zon", "Grand Bakker (7)", "Debakker (8)"]


@given(st.text(alphabet="12a-Z É_", max_size=5), st.text(alphabet="abc É12-&'. _", max_size=9))
def test_an_entry_is_the_same_whether_the_words_of_its_name_are_known_or_not(number: str, name: str) -> None:
    made = entry(number, name, normalized(name))
    assert made == entry(number, name)
    assert made.text == searchable(number, name)


async def test_others_have_their_turn_while_much_is_looked_through() -> None:
    entries, turns = [entry(str(number), f"name {number}") for number in range(20_000)], 0

    async def others() -> None:
        nonlocal turns
        while True:
            await checkpoint()
            turns += 1

    async with anyio.create_task_group() as group:
        group.start_soon(others)
        found = await in_turns(best_in_steps(entries, "17"))
        group.cancel_scope.cancel()
    assert found.values[:2] == ["17 name 17", "170 name 170"]
    assert turns > 3
