"""Listings: pinned ids, cursors, and when they are forgotten."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payt_mcp.books.listings import LIFETIME, Listings
from payt_mcp.errors import CursorError


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def _cursor(listings: Listings, ids: list[str], offset: int = 1) -> str:
    cursor = listings.start("t", {"a": 1}, "4711", ids).cursor(offset)
    assert cursor is not None
    return cursor


def test_a_listing_is_kept_for_its_lifetime_after_it_was_last_used() -> None:
    clock = Clock()
    listings = Listings(clock)
    cursor = _cursor(listings, ["1", "2"])
    for _ in range(3):
        clock.now += LIFETIME
        assert listings.resume(cursor, "t", {})[1] == 1
    clock.now += LIFETIME + 0.1
    with pytest.raises(CursorError, match="15 minutes"):
        listings.resume(cursor, "t", {})


def test_the_listing_unused_for_longest_goes_first_when_there_are_too_many() -> None:
    listings = Listings(Clock())
    first, second = _cursor(listings, ["1", "2"]), _cursor(listings, ["1", "2"])
    for _ in range(98):
        _cursor(listings, ["1", "2"])
    listings.resume(first, "t", {})
    _cursor(listings, ["1", "2"])
    listings.resume(first, "t", {})
    with pytest.raises(CursorError):
        listings.resume(second, "t", {})


@given(st.lists(st.lists(st.sampled_from("abcdefgh"), max_size=6), max_size=6), st.integers(1, 4))
def test_pages_of_a_growing_listing_show_each_row_once_in_the_order_it_came(found: list[list[str]], limit: int) -> None:
    listings = Listings(Clock())
    listing = listings.start("t", {}, "4711", found[0] if found else [], chain=found)
    order = list(dict.fromkeys(row for rows in found for row in rows))
    for rows in found:
        listing.add(rows)
    listing.chain = None
    shown: list[str] = []
    cursor: str | None = f"{listing.token}.0"
    while cursor is not None:
        listing, offset = listings.resume(cursor, "t", {})
        page = listing.ids[offset : offset + limit]
        shown += page
        cursor = listing.cursor(offset + len(page))
    assert shown == order


@given(st.text(max_size=30))
def test_any_text_as_a_cursor_is_refused_in_a_sentence(text: str) -> None:
    listings = Listings(Clock())
    with pytest.raises(CursorError) as caught:
        listings.resume(text, "t", {})
    assert len(str(caught.value)) < 400


def test_a_cursor_takes_the_arguments_it_began_with_or_none() -> None:
    listings = Listings(Clock())
    cursor = _cursor(listings, ["1", "2"])
    assert listings.resume(cursor, "t", {})[0].ids == ["1", "2"]
    assert listings.resume(cursor, "t", {"a": 1})[0].ids == ["1", "2"]
    for tool, args in (("u", {}), ("t", {"a": 2}), ("t", {"a": 1, "b": 1})):
        with pytest.raises(CursorError, match="another query"):
            listings.resume(cursor, tool, args)


def test_no_cursor_says_anything_and_none_follows_the_last_row() -> None:
    listings = Listings(Clock())
    tokens = {listings.start("t", {}, "4711", ["1"]).token for _ in range(20)}
    assert len(tokens) == 20
    assert listings.start("t", {}, "4711", ["1"]).cursor(1) is None


def test_a_cursor_may_come_with_its_own_administration_and_no_other() -> None:
    listings = Listings()
    listing = listings.start("search_invoices", {"status": "overdue", "administration_id": "4711"}, "4711", ["1", "2"])
    cursor = listing.cursor(1)
    assert cursor is not None
    assert listings.resume(cursor, "search_invoices", {"administration_id": "4711"}) == (listing, 1)
    with pytest.raises(CursorError):
        listings.resume(cursor, "search_invoices", {"administration_id": "4739"})
    with pytest.raises(CursorError):
        listings.resume(cursor, "search_invoices", {"administration_id": "4711", "status": "paid"})


def test_who_begins_with_the_same_rows_crowds_nobody_out() -> None:
    listings = Listings()
    other = _cursor(listings, ["1", "2"])
    listing = listings.start("search_invoices", {}, "4711", map(str, range(300_000)))
    for _ in range(10):
        listings.begin_again(listing)
    assert listings.resume(other, "t", {})[1] == 1
