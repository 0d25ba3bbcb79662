"""What a few typed characters can become."""

from hypothesis import given
from hypothesis import strategies as st

from payt_mcp.books.completion import (
    MOST,
    Entry,
    best,
    entry,
)

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
