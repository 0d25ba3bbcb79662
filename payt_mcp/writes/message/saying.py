"""What a letter says of each of the debtor's invoices, part by part: which of its figures belong to which invoice."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field

from payt_mcp.scanning.amounts import Amount
from payt_mcp.scanning.claims import Claims
from payt_mcp.scanning.clauses import Clause, clauses_of
from payt_mcp.scanning.dates import Day
from payt_mcp.scanning.figures import Figures
from payt_mcp.words.plainly import unaccented
from payt_mcp.writes.message.known import Entry

_PROSE = re.compile(r"[^\W\d_]{4,}")
_MOST_PROSE_OF_A_ROW = 3
_DEADLINE = re.compile(
    r"\b(?:voor|uiterlijk(?: op)?|tegen|t/m|tot(?: en met)?|by|before|until|till|no later than|latest"
    r"|bis(?: zum| spatestens)?"
    r"|spatestens(?: am| bis zum| bis)?|avant(?: le)?|au plus tard(?: le)?|d.ici(?: le| au)?|jusqu.au|within"
    r"|binnen)\W*\Z"
)
_DUE = re.compile(
    r"\b(?:verval\w*|vervallen|due|falligkeit\w*|fallig\w*|echeance|echue?s?|expir\w*|verlopen|verstreken|overdue|uiterste"
    r"|betaaldatum|zahlbar)\b"
)
_DUE_BEHIND = re.compile(
    r"\A\W*(?:(?:is|zijn|was|waren|war|were|ist|al|reeds|already|bereits|deja)\W+){0,2}(?:vervallen|verlopen|verstreken|fallig"
    r"|due\b|echue?s?\b|overdue)"
)
_INVOICED = re.compile(
    r"(?:\A|\b)(?:gedateerd(?: op)?|factuurdatum|invoice date|rechnungsdatum|dated?|datum"
    r"|date de (?:la )?facture|d\.?d\.?"
    r"|vom|van|of|du|en date du)\W*\Z"
)
_GOES_ON = re.compile(
    r"(?:fallig|vervallen|due|echue?s?|verlopen)\W*(?:op|am|on|le|sinds|seit|depuis|since|zum)?[\s:]*\Z"
)
_SINCE = re.compile(r"\b(?:sinds|seit|depuis|since)\b")
_NEW = re.compile(r"\b(?:nieuw\w*|new|neue\w*|nouvel\w*|uitstel|verleng\w*|extend\w*|verlanger\w*|termijn\w*"
                  r"|instal\w*|rate\w*"
                  r"|mensualit\w*|herinner\w*|remind\w*|mahnung|relance|rappel|betaald|paid|bezahlt"
    r"|brief|letter|mail|schreiben|lettre|courrier|gesprek|bericht)\b")  # fmt: skip
_TERM = re.compile(
    r"\b(?:termijn(?:en)?|deelbetaling\w*|instal+ments?|rate(?:n)?|teilzahlung\w*|mensualites?|versements?)\b"
)
_BEFORE, _BEHIND, _NEAR = 44, 30, 24


@dataclass(frozen=True)
class Dated:
    """A day, and as what a text gives it; `since` is the day after."""

    day: Day
    role: str
    since: bool = False


@dataclass(frozen=True)
class Part:
    """A clause, what it claims, and the invoices, amounts and days in it."""

    clause: Clause
    claims: Claims
    entries: tuple[Entry, ...]
    places: tuple[int, ...]
    amounts: tuple[Amount, ...]
    days: tuple[Dated, ...]
    is_row: bool = field(default=False)

    def nearest(self, at: int) -> Entry | None:
        """The invoice named last before a place, else the first one behind it."""
        place = bisect_left(self.places, at)
        if not self.entries:
            return None
        return self.entries[place - 1] if place else self.entries[0]


def parts_of(figures: Figures, entries: dict[str, Entry]) -> list[Part]:
    """In their order; `entries` by number."""
    named = [
        (one.at, entries[one.written], one.end) for one in (*figures.own, *figures.others) if one.written in entries
    ]
    named.sort(key=lambda one: one[0])
    unbroken = [(day.at, day.end) for day in figures.days]
    unbroken += [(one.at, one.at + len(one.written)) for one in figures.amounts]
    unbroken += [(at, end) for at, _, end in named]
    folded = unaccented(figures.text)
    places = [at for at, _, _ in named]
    days_at, amounts_at = [day.at for day in figures.days], [one.at for one in figures.amounts]
    edges = sorted(end for _, end in unbroken)
    starts = sorted(start for start, _ in unbroken)
    found = []
    for clause in clauses_of(figures.text, unbroken):
        mine = named[bisect_left(places, clause.at) : bisect_left(places, clause.end)]
        days = figures.days[bisect_left(days_at, clause.at) : bisect_left(days_at, clause.end)]
        found.append(
            Part(
                clause,
                Claims(clause.said),
                tuple(entry for _, entry, _ in mine),
                tuple(at for at, _, _ in mine),
                tuple(figures.amounts[bisect_left(amounts_at, clause.at) : bisect_left(amounts_at, clause.end)]),
                tuple(_dated(day, folded, clause, edges, starts) for day in days),
                bool(mine) and len(_PROSE.findall(clause.text)) <= _MOST_PROSE_OF_A_ROW,
            )
        )
    return found


def _dated(day: Day, folded: str, clause: Clause, edges: Sequence[int], starts: Sequence[int]) -> Dated:
    """As what a day is given: by the words between it and the figures around it."""
    last = bisect_left(edges, day.at + 1)
    behind = max(clause.at, day.at - _BEFORE, edges[last - 1] if last else 0)
    before = folded[behind : day.at]
    following = bisect_left(starts, day.end)
    ahead = starts[following] if following < len(starts) else clause.end
    after = folded[day.end : min(clause.end, day.end + _BEHIND, ahead)]
    is_since = bool(_SINCE.search(before))
    if _NEW.search(before) or _TERM.search(folded, clause.at, clause.end):
        return Dated(day, "")
    if _DEADLINE.search(before):
        return Dated(day, "deadline")
    if _DUE.search(before):
        return Dated(day, "due", is_since)
    if _INVOICED.search(before):
        return Dated(day, "invoiced" if len(before) <= _NEAR else "")
    return Dated(day, "due" if _DUE_BEHIND.match(after) and not _GOES_ON.search(after) else "")
