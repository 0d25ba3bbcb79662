"""Reading one long list from several places at once: which page to ask for next. No I/O.

A chain of cursors waits for one answer before it can ask for the next, so 100,000 invoices take 200 round trips in
a row however many requests are allowed. Payt documents a cursor as "the record identifier after which to start the
page". Where that holds, a page can be asked for after *any* id, and several stretches of the list are read side by
side. It is never taken on trust:

- every page must come in ascending id order, and a page asked for after an id must hold only greater ids;
- an empty answer to a guessed id proves nothing; it only tells where guessing is useless;
- a stretch is complete when its own chain, on Payt's own cursors, has reached the first row of the next stretch; and
  the last one when Payt says that the list ends. Rows are known by id, so overlaps count once.

So what is read is what one chain from the start would have read. Ids never change and never repeat, so equal amounts
or dates, one huge debtor, and rows that change or vanish meanwhile cannot tear it. Where the order or the cursor turn
out different, `UntrustedListError` says so and the list is read as one chain.
"""

from __future__ import annotations

from dataclasses import dataclass, field

_WORTHWHILE_PAGES = 3
"""A stretch is divided while about this many pages or more are left in it."""

_FIRST = 10
"""How many pages beyond the last known row the first guess there goes."""

_REACH = 4
"""How much further each guess beyond the last known row goes than the one before."""

_MOST_BEYOND = 3
"""Guesses beyond the last known row that are under way together: most of them find nothing."""


_FILLED = 0.98
"""How full the pages up to a guess are reckoned to be: one page for the last few rows would be a request for nothing.
"""


class UntrustedListError(Exception):
    """The list is not in id order, or a cursor is not an id: read it as one chain."""


@dataclass(eq=False)
class Stretch:
    """A part of the list: read up to and including id `position`; complete when `stop` is reached.

    `cursor` is Payt's own for the next page (None before the very first). `stop` is the first id of the next
    stretch, None in the last. `nothing_from` is an id after which a guess found no rows before `stop`.
    """

    position: int
    cursor: str | None
    density: float
    stop: int | None = None
    nothing_from: int | None = None
    is_done: bool = False
    is_busy: bool = False


@dataclass(frozen=True)
class Ask:
    """The next request: a page of `stretch`, on its own cursor or, for a `guess`, after that id."""

    stretch: Stretch
    guess: int | None = None

    @property
    def cursor(self) -> str | None:
        return self.stretch.cursor if self.guess is None else str(self.guess)


@dataclass
class Plan:
    """What is known of the list, and what to ask next. Created from its first page."""

    per_page: int
    stretches: list[Stretch] = field(default_factory=list)
    _reach: int = 1
    _answers: int = 0
    _guesses: set[int] = field(default_factory=set)

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

    def next_ask(self, *, room: bool = True) -> Ask | None:
        """The next request worth making, or None while all that is left is under way. Where those under way use up the
        rate there is no `room` for a guess: it would read nothing sooner, and mostly cost a page more.
        """
        idle = [stretch for stretch in self.stretches if not stretch.is_busy and not stretch.is_done]
        if idle:
            stretch = max(idle, key=self._left)
            stretch.is_busy = True
            return Ask(stretch)
        return self._guess() if room else None

    def answered(self, ask: Ask, ids: list[int], cursor: str | None) -> None:
        """Take the answer to `ask`: the ids of its rows in order, and Payt's cursor after them.

        Raises:
            UntrustedListError: the answer is not what a list in id order gives.
        """
        if ask.guess is not None:
            self._guesses.discard(ask.guess)
            self._found(ask.stretch, ask.guess, ids, cursor)
            return
        self._answers += 1
        stretch = ask.stretch
        stretch.is_busy = False
        _ascending(ids, after=stretch.position)
        if ids:
            stretch.position, stretch.density = ids[-1], _density(ids)
        stretch.cursor = cursor
        ends = cursor is None or not ids
        if ends and stretch.stop is not None and stretch.position < stretch.stop:
            raise UntrustedListError
        stretch.is_done = ends or (stretch.stop is not None and stretch.position >= stretch.stop)

    def _guess(self) -> Ask | None:
        """A place to begin another stretch: in the middle of the largest gap, or beyond the last known row."""
        gaps = [s for s in self.stretches if not s.is_done and self._left(s) >= _WORTHWHILE_PAGES]
        gaps.sort(key=self._left, reverse=True)
        for stretch in gaps:
            guess = self._place(stretch)
            if guess is not None and guess not in self._guesses:
                self._guesses.add(guess)
                return Ask(stretch, guess)
        return None

    def _place(self, stretch: Stretch) -> int | None:
        end = _nearest(stretch.stop, stretch.nothing_from)
        if end is not None:
            pages = max(round(self._left(stretch) / 2), 1)
            middle = stretch.position + int(pages * _FILLED * self.per_page / stretch.density)
            return middle if stretch.position < middle < end else None
        beyond = sum(guess > stretch.position for guess in self._guesses)
        if beyond >= _MOST_BEYOND or not self._answers:
            return None  # a list of two pages is the usual one: its second page is awaited before guessing further
        if beyond:
            self._reach *= _REACH
        pages = _FIRST * self._reach
        return stretch.position + int(pages * self.per_page / stretch.density)

    def _found(self, stretch: Stretch, guess: int, ids: list[int], cursor: str | None) -> None:
        _ascending(ids, after=guess)
        if not ids:
            last = self.stretches[-1]
            last.nothing_from = _nearest(last.nothing_from, guess)
            return
        begins = ids[0]
        home = self._home(begins)
        if home.stop is not None and begins >= home.stop:
            stretch.nothing_from = _nearest(stretch.nothing_from, guess)
            return
        if home.position >= begins:
            return  # the chain was faster
        self._reach = 1
        ends = cursor is None
        found = Stretch(ids[-1], cursor, _density(ids), home.stop, is_done=ends and home.stop is None)
        if ends and home.stop is not None and ids[-1] < home.stop:
            raise UntrustedListError
        if found.stop is not None and found.position >= found.stop:
            found.is_done = True
        if home.nothing_from is not None and home.nothing_from > begins:
            found.nothing_from, home.nothing_from = home.nothing_from, None
        home.stop = begins
        self.stretches.insert(self.stretches.index(home) + 1, found)

    def _home(self, begins: int) -> Stretch:
        """The stretch whose part of the list id `begins` falls into."""
        for stretch in self.stretches:
            if stretch.stop is None or begins <= stretch.stop:
                return stretch
        return self.stretches[-1]

    def _left(self, stretch: Stretch) -> float:
        """About how many pages are left in a stretch; many where its end is unknown."""
        end = _nearest(stretch.stop, stretch.nothing_from)
        if end is None:
            return float("inf")
        return max(end - stretch.position, 0) * stretch.density / self.per_page


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
