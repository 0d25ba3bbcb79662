"""Reading one long list from several places at once: which page to ask for next. No I/O.

A chain of cursors waits for one answer before it can ask for the next, so 100,000 invoices take 200 round trips in
a row however many requests are allowed. Payt documents a cursor as "the record identifier after which to start the
page". Where that holds, a page can be asked for after *any* id, and several stretches of the list are read side by
side. It is never taken on trust:

- every page must come in ascending id order, and a page asked for after an id must hold only greater ids;
- an empty answer to a guessed id proves nothing; it only tells where guessing is useless, and so does an id of which
  it is said that the list ends about there;
- a stretch is complete when its own chain, on Payt's own cursors, has reached the first row of the next stretch; and
  the last one when Payt says that the list ends. Rows are known by id, so overlaps count once.

So what is read is what one chain from the start would have read. Ids never change and never repeat, so equal amounts
or dates, one huge debtor, and rows that change or vanish meanwhile cannot tear it. Where the order or the cursor turn
out different, `UntrustedListError` says so and the list is read as one chain.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain, pairwise

_WORTHWHILE_PAGES = 3
"""A stretch is divided while about this many pages or more are left in it."""

_FIRST = 10
"""How many pages beyond the last known row the first guess there goes."""

_REACH = 4
"""How much further each guess beyond the last known row goes than the one before."""

_MOST_BEYOND = 3
"""Guesses beyond the last known row that are under way together: most of them find nothing."""

_SHORT = 2
"""Pages after the first that are awaited before guessing beyond them: most lists have no more."""

_TELLING = 50
"""Ids of the end that tell how far apart they are there."""

_REMEMBERED = 4
"""About how many of its last pages tell how far apart the rows of a stretch are: those of one vary too much to place a
guess many pages on.
"""

_FILLED = 0.98
"""How full the pages up to a guess are reckoned to be: one page for the last few rows would be a request for nothing.
"""

_SPARE = 0.05
"""And how much of a page less they are, of however few: rows are not evenly spread."""


class UntrustedListError(Exception):
    """The list is not in id order, or a cursor is not an id: read it as one chain."""


@dataclass(eq=False)
class Stretch:
    """A part of the list: read up to and including id `position`; complete when `stop` is reached.

    `cursor` is Payt's own for the next page (None before the very first). `stop` is the first id of the next
    stretch, None in the last. `nothing_from` is an id after which a guess found no rows before `stop`. `density` is how
    many rows there are for an id where it has been read, `ahead` where the next stretch begins (None: nobody knows).
    """

    position: int
    cursor: str | None
    density: float
    ahead: float | None = None
    stop: int | None = None
    nothing_from: int | None = None
    is_done: bool = False
    is_busy: bool = False

    @property
    def expected(self) -> float:
        """The rows for an id in what is left of it: the old ones of a list may be few and the new ones many."""
        return self.density if self.ahead is None else (self.density + self.ahead) / 2


@dataclass(frozen=True)
class _Gap:
    """A part of a stretch in which another could begin, and about how many pages it has."""

    stretch: Stretch
    begin: int
    end: int | None
    pages: float


@dataclass(frozen=True)
class Ask:
    """The next request: a page of `stretch`, on its own cursor or, for a `guess`, after that id."""

    stretch: Stretch
    guess: int | None = None

    @property
    def cursor(self) -> str | None:
        return self.stretch.cursor if self.guess is None else str(self.guess)


@dataclass(eq=False)
class Plan:
    """What is known of the list, and what to ask next. Created from its first page."""

    per_page: int
    stretches: list[Stretch] = field(default_factory=list)
    _reach: int = 1
    _answers: int = 0
    _guesses: set[int] = field(default_factory=set)
    _ends: int | None = None

    @property
    def is_done(self) -> bool:
        return all(stretch.is_done for stretch in self.stretches)

    def start(self, ids: list[int], cursor: str | None) -> None:
        """Take the first page of the list."""
        _ascending(ids, after=None)
        if not ids or cursor is None:
            self.stretches = [Stretch(ids[-1] if ids else 0, None, 0.0, is_done=True)]
            return
        self.stretches = [Stretch(position=ids[-1], cursor=cursor, density=_density(ids))]

    def ends_near(self, ids: list[int]) -> None:
        """These stand in it where it ends, or about there. Should it go on further, that is found out as if nothing had
        been said.
        """
        self._ends, last = max(ids), self.stretches[-1]
        if len(ids) >= _TELLING and last.ahead is None:
            last.ahead = _density(sorted(ids)[len(ids) // 2 :])  # an older one or two may be among them

    def next_ask(self, *, room: bool = True, beside: int = 2) -> Ask | None:
        """The next request worth making, or None while all that is left is under way. Where those under way use up the
        rate there is no `room` for a guess: it would read nothing sooner, and mostly cost a page more. `beside` is how
        many stretches are worth reading side by side.
        """
        idle = [stretch for stretch in self.stretches if not stretch.is_busy and not stretch.is_done]
        if idle:
            stretch = max(idle, key=self._left)
            stretch.is_busy = True
            return Ask(stretch)
        return self._guess(beside) if room else None

    def answered(self, ask: Ask, ids: list[int], cursor: str | None) -> None:
        """Take the answer to `ask`: the ids of its rows in order, and Payt's cursor after them.

        Raises:
            UntrustedListError: the answer is not what a list in id order gives.
        """
        if ask.guess is not None:
            self._guesses.discard(ask.guess)
            self._found(ask.guess, ids, cursor)
            return
        self._answers += 1
        stretch = ask.stretch
        stretch.is_busy = False
        _ascending(ids, after=stretch.position)
        if ids:
            if self._ends is not None and ids[0] > self._ends:
                self._ends = None
            stretch.position = ids[-1]
            stretch.density += (_density(ids) - stretch.density) / _REMEMBERED
        stretch.cursor = cursor
        ends = cursor is None or not ids
        if ends and stretch.stop is not None and stretch.position < stretch.stop:
            raise UntrustedListError
        stretch.is_done = ends or (stretch.stop is not None and stretch.position >= stretch.stop)

    @property
    def longest(self) -> float:
        """About how many pages are left where most are; many where the end is unknown."""
        return max((gap.pages for gap in self._all_gaps()), default=0.0)

    def _guess(self, beside: int) -> Ask | None:
        """A place to begin another stretch: so far into the largest gap that those which are still to begin in it all
        come to as much, or beyond the last known row.
        """
        parts = max(beside - sum(not stretch.is_done for stretch in self.stretches) - len(self._guesses) + 1, 2)
        for gap in sorted(self._all_gaps(), key=lambda gap: gap.pages, reverse=True):
            if gap.pages < _WORTHWHILE_PAGES:
                break
            guess = self._beyond(gap.stretch) if gap.end is None else self._place(gap, parts)
            if guess is not None:
                self._guesses.add(guess)
                return Ask(gap.stretch, guess)
        return None

    def _all_gaps(self) -> Iterator[_Gap]:
        return chain.from_iterable(self._gaps(stretch) for stretch in self.stretches if not stretch.is_done)

    def _gaps(self, stretch: Stretch) -> Iterator[_Gap]:
        """What is left of a stretch, in the parts that the guesses under way will make of it."""
        end = self._end(stretch)
        if end is None:
            yield _Gap(stretch, stretch.position, None, float("inf"))
            return
        begins = [stretch.position, *sorted(guess for guess in self._guesses if stretch.position < guess < end)]
        for begin, until in pairwise([*begins, end]):
            yield _Gap(stretch, begin, until, (until - begin) * stretch.expected / self.per_page)

    def _place(self, gap: _Gap, parts: int) -> int | None:
        pages = max(round(gap.pages / parts), 1)
        guess = gap.begin + int((pages - _SPARE) * _FILLED * self.per_page / gap.stretch.expected)
        return guess if gap.end is not None and gap.begin < guess < gap.end else None

    def _beyond(self, stretch: Stretch) -> int | None:
        beyond = sum(guess > stretch.position for guess in self._guesses)
        if beyond >= _MOST_BEYOND or self._answers < _SHORT:
            return None
        if beyond:
            self._reach *= _REACH
        pages = _FIRST * self._reach
        return stretch.position + int(pages * self.per_page / stretch.density)

    def _found(self, guess: int, ids: list[int], cursor: str | None) -> None:
        _ascending(ids, after=guess)
        if not ids:
            last = self.stretches[-1]
            last.nothing_from = _nearest(last.nothing_from, guess)
            return
        begins = ids[0]
        home = self._home(begins)
        if home.stop is not None and begins >= home.stop:
            home.nothing_from = _nearest(home.nothing_from, guess)
            return
        if home.position >= begins:
            return  # the chain was faster
        self._reach = 1
        ends = cursor is None
        found = Stretch(ids[-1], cursor, _density(ids), home.ahead, home.stop, is_done=ends and home.stop is None)
        if ends and home.stop is not None and ids[-1] < home.stop:
            raise UntrustedListError
        if found.stop is not None and found.position >= found.stop:
            found.is_done = True
        if home.nothing_from is not None and home.nothing_from > begins:
            found.nothing_from, home.nothing_from = home.nothing_from, None
        home.stop, home.ahead = begins, found.density
        self.stretches.insert(self.stretches.index(home) + 1, found)

    def _home(self, begins: int) -> Stretch:
        """The stretch whose part of the list id `begins` falls into."""
        for stretch in self.stretches:
            if stretch.stop is None or begins <= stretch.stop:
                return stretch
        return self.stretches[-1]

    def _end(self, stretch: Stretch) -> int | None:
        """Where a stretch ends at the latest, or about; None where nobody knows."""
        end = _nearest(stretch.stop, stretch.nothing_from)
        return self._ends if end is None else end

    def _left(self, stretch: Stretch) -> float:
        """About how many pages are left in a stretch; many where its end is unknown."""
        end = self._end(stretch)
        if end is None:
            return float("inf")
        return max(end - stretch.position, 0) * stretch.expected / self.per_page


def _density(ids: list[int]) -> float:
    """Rows for an id: how far apart they are here."""
    return len(ids) / max(ids[-1] - ids[0], 1)


def _nearest(one: int | None, other: int | None) -> int | None:
    known = [value for value in (one, other) if value is not None]
    return min(known, default=None)


def _ascending(ids: list[int], *, after: int | None) -> None:
    for number in ids:
        if after is not None and number <= after:
            raise UntrustedListError
        after = number
