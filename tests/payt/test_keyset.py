"""Reading one list from several places: every row that lasts is read, and the reading ends."""

import bisect
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from payt_mcp.payt.keyset import Ask, Plan, UntrustedListError

LAST = ("null", "extra_page")


class Listing:
    """A list in id order with record-id cursors, whose rows may vanish."""

    def __init__(self, ids: set[int], per_page: int, last: str) -> None:
        self.ids = sorted(ids)
        self.per_page = per_page
        self.last = last

    def page(self, cursor: str | None) -> tuple[list[int], str | None]:
        start = bisect.bisect_right(self.ids, int(cursor)) if cursor is not None else 0
        rows = self.ids[start : start + self.per_page]
        more = start + len(rows) < len(self.ids) or (self.last == "extra_page" and bool(rows))
        return rows, str(rows[-1]) if rows and more else None


def _read(
    listing: Listing, workers: int, rng: random.Random, vanish: list[int], ends: list[int] | None = None
) -> tuple[set[int], int]:
    """Everything handed over, and the requests it took; answers come back in any order, rows vanish in between. Where
    it `ends` is said after the first page.
    """
    plan, got = Plan(listing.per_page), set[int]()
    rows, cursor = listing.page(None)
    got |= set(rows)
    asked = 1
    if cursor is None:
        return got, asked
    plan.start(rows, cursor)
    if ends:
        plan.ends_near(ends)
    flying: list[tuple[Ask, list[int], str | None]] = []
    while not plan.is_done:
        while len(flying) < workers and (ask := plan.next_ask(beside=workers)) is not None:
            asked += 1
            assert asked < 2_000, "the reading does not end"
            flying.append((ask, *listing.page(ask.cursor)))
            if vanish and rng.random() < 0.5:
                key = vanish.pop()
                listing.ids = [number for number in listing.ids if number != key]
        assert flying, "nothing is under way and nothing is asked for"
        ask, rows, cursor = flying.pop(rng.randrange(len(flying)))
        plan.answered(ask, rows, cursor)
        got |= set(rows)
    return got, asked


IDS = st.one_of(
    st.sets(st.integers(1, 400), max_size=120),
    st.sets(st.integers(1, 10**12), max_size=120),
    st.builds(
        lambda start, count, jump, more: {start + n for n in range(count)} | {start + jump + n for n in range(more)},
        st.integers(1, 10**6),
        st.integers(0, 150),
        st.integers(1, 10**9),
        st.integers(0, 150),
    ),
)


@settings(max_examples=300)
@given(
    ids=IDS,
    per_page=st.integers(1, 12),
    workers=st.integers(1, 8),
    last=st.sampled_from(LAST),
    seed=st.integers(0, 10**6),
    share=st.floats(0, 0.6),
    ends=st.one_of(st.just([]), st.lists(st.integers(1, 10**12), max_size=60), st.sampled_from([[1], [60, 200, 399]])),
)
def test_every_row_that_lasts_is_read_and_the_reading_ends_wherever_it_was_said_to(
    ids: set[int], per_page: int, workers: int, last: str, seed: int, share: float, ends: list[int]
) -> None:
    rng = random.Random(seed)
    vanish = [key for key in sorted(ids) if rng.random() < share]
    listing = Listing(ids, per_page, last)
    try:
        got, _ = _read(listing, workers, rng, list(vanish), ends)
    except UntrustedListError:
        # Where all that followed a stretch is gone, the list is read as one chain: dearer, and as right.
        assert vanish
        assert len(listing.ids) < len(ids)
        return
    assert ids - set(vanish) <= got
    assert got <= ids


@settings(max_examples=60)
@given(pages=st.integers(4, 60), gap=st.integers(1, 9), workers=st.integers(1, 8), seed=st.integers(0, 999))
def test_an_evenly_spread_list_costs_few_requests_more_than_a_chain(
    pages: int, gap: int, workers: int, seed: int
) -> None:
    ids = {1000 + number * gap for number in range(pages * 10)}
    got, asked = _read(Listing(ids, 10, "null"), workers, random.Random(seed), [])
    assert got == ids
    assert asked <= 1.6 * pages + 16


@settings(max_examples=60)
@given(pages=st.integers(1, 60), gap=st.integers(1, 9), workers=st.integers(2, 8), seed=st.integers(0, 999))
def test_where_the_end_is_known_there_is_hardly_a_page_more_than_stretches(
    pages: int, gap: int, workers: int, seed: int
) -> None:
    ids = [1000 + number * gap for number in range(pages * 10)]
    got, asked = _read(Listing(set(ids), 10, "null"), workers, random.Random(seed), [], ids[-60:])
    assert got == set(ids)
    assert asked <= 1.25 * pages + workers


def test_a_list_whose_end_is_known_is_divided_into_equal_parts_at_once() -> None:
    listing, plan = Listing(set(range(1, 1001)), 10, "null"), Plan(10)
    plan.start(*listing.page(None))
    plan.ends_near([990, 1000])
    asks = [plan.next_ask(beside=5) for _ in range(5)]
    guesses = [ask.guess for ask in asks if ask is not None and ask.guess is not None]
    assert guesses == pytest.approx([200, 400, 600, 800], abs=12)


def test_an_end_tells_how_close_rows_stand_there() -> None:
    """Of old invoices few are open, and of the last ones all."""
    plan = Plan(10)
    plan.start(list(range(100, 1100, 100)), "1000")
    plan.ends_near(list(range(1901, 2001)))
    assert plan.longest == pytest.approx(1000 / 10 * (0.01 + 1.0) / 2, rel=0.05)


def test_several_stretches_are_read_side_by_side() -> None:
    listing, plan = Listing(set(range(1, 2001)), 10, "null"), Plan(10)
    plan.start(*listing.page(None))
    for _ in range(6):
        asks = [ask for ask in (plan.next_ask() for _ in range(8)) if ask is not None]
        for ask in asks:
            plan.answered(ask, *listing.page(ask.cursor))
    assert len([stretch for stretch in plan.stretches if not stretch.is_done]) >= 4


@pytest.mark.parametrize("rows", [[3, 2, 1], [1, 1], [1, 3, 2]])
def test_a_first_page_out_of_order_is_not_trusted(rows: list[int]) -> None:
    with pytest.raises(UntrustedListError):
        Plan(3).start(rows, "3")


@pytest.mark.parametrize("rows", [[10, 11], [9], [30, 20]])
def test_a_page_that_does_not_come_after_its_cursor_is_not_trusted(rows: list[int]) -> None:
    plan = Plan(2)
    plan.start([5, 10], "10")
    ask = plan.next_ask()
    assert ask is not None
    with pytest.raises(UntrustedListError):
        plan.answered(ask, rows, "30")


def _guess(plan: Plan) -> Ask:
    """The first guess of a plan, after enough of its own pages to make one worthwhile."""
    listing = Listing(set(range(1, 4001)), 10, "null")
    plan.start(*listing.page(None))
    while True:
        ask = plan.next_ask()
        assert ask is not None
        if ask.guess is not None:
            return ask
        second = plan.next_ask()
        if second is not None and second.guess is not None:
            return second
        plan.answered(ask, *listing.page(ask.cursor))


def test_a_guess_that_is_answered_from_elsewhere_is_not_trusted() -> None:
    plan = Plan(10)
    ask = _guess(plan)
    assert ask.guess is not None
    with pytest.raises(UntrustedListError):
        plan.answered(ask, list(range(1, 11)), "10")


def test_an_end_before_a_stretch_that_is_known_is_not_trusted() -> None:
    plan = Plan(10)
    ask = _guess(plan)
    assert ask.guess is not None
    plan.answered(ask, list(range(ask.guess + 1, ask.guess + 11)), str(ask.guess + 10))
    first = next(stretch for stretch in plan.stretches if stretch.stop is not None)
    first.is_busy = True
    with pytest.raises(UntrustedListError):
        plan.answered(Ask(first), [], None)


def test_a_list_of_one_page_asks_for_nothing_more() -> None:
    plan = Plan(10)
    plan.start([1, 2, 3], None)
    assert plan.is_done
    assert plan.next_ask() is None
