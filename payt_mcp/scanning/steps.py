"""How often a letter says it was asked, how long something is late, and which steps it speaks of."""

from __future__ import annotations

import re
from dataclasses import dataclass

from payt_mcp.words.plainly import unaccented

_ORDINALS = {
    "eerste": 1, "tweede": 2, "derde": 3, "vierde": 4, "vijfde": 5, "zesde": 6, "first": 1, "second": 2, "third": 3,
    "fourth": 4, "fifth": 5, "sixth": 6, "erst": 1, "zweit": 2, "dritt": 3, "viert": 4, "funft": 5, "sechst": 6,
    "premier": 1, "premiere": 1, "deuxieme": 2, "seconde": 2, "troisieme": 3, "quatrieme": 4, "cinquieme": 5,
    "sixieme": 6,
}  # fmt: skip
_NOUN = (
    r"(?:betalings|zahlungs|payment )?(?:herinnering\w*|aanmaning\w*|reminders?|demands?|notices?"
    r"|erinnerung\w*|mahnung\w*"
    r"|mahnschreiben|relances?|rappels?|avis|verzoek\w*|requests?)"
)
_WORDS = "|".join(sorted(_ORDINALS, key=len, reverse=True))
_NTH = re.compile(
    rf"\b(?:({_WORDS})(?:e[nrsm]?)?|(\d{{1,2}})(?:\.|e|de|ste|st|nd|rd|th|er|eme|ere))"
    rf"(?: (?:en|and|und|et)? ?(?:laatste|final|last|letzte\w*|derni\w+))?[ \n]+{_NOUN}\b"
)
_NUMBERED = re.compile(rf"\b{_NOUN} (?:nr\.? |no\.? |number |nummer |n. )?(\d)\b(?![\d.,/-])")
_TIMES = re.compile(rf"\b({_WORDS})(?:e[nrsm]?)?[ \n]+(?:keer|maal|time|mal|fois)\b")
_ASKING = re.compile(
    r"herinner|schrijven|schreven|verzoek|aanman|remind|writ|ask|erinner|schreib|mahn|bitten|ecriv|relan|rappel"
)
_NEAR = 40
_LAST = re.compile(rf"\b(?:laatste|allerlaatste|final|last|letzte[nrsm]?|derniere?s?|ultime) {_NOUN}\b")
_LATE = re.compile(
    r"\b(?P<least>(?:ruim|meer dan|al meer dan|over|more than|mehr als|uber|plus de|at least|minstens"
    r"|mindestens|au moins)[ ])?"
    r"(?P<number>\d{1,4}) (?P<unit>dagen|dag|days?|tagen?|jours?|weken|weeks?|wochen?|semaines?|maanden"
    r"|months?|monaten?|mois)\b"
    r"(?P<behind>.{0,32})", re.DOTALL
)  # fmt: skip
_LATENESS = re.compile(
    r"\A\s?(?:te laat|over (?:de|het|uw|tijd)|na (?:de )?verval|achterstallig|vervallen|verlopen|verstreken"
    r"|late\b|overdue|past"
    r"|behind|(?:nach )?fallig|uberfallig|in verzug|im verzug|verspatet|de retard|en retard)"
)
_SINCE = re.compile(
    r"(?:vervallen|fallig|echue?s?|overdue|late|verlopen|verzug|retard)\s(?:sinds|seit|depuis|for|since|by)\s\Z"
)
_SUMMONED = re.compile(
    r"\b(?:ondanks|na|naar aanleiding van|despite|after|following|trotz|nach|malgre|apres|suite a) "
    r"(?:onze|deze|de|our|the|unserer?|der|notre|la|nos|unsere[mnr]?)? ?(?:eerdere |earlier |previous "
    r"|fruheren |precedente )?"
    r"(sommatie\w*|ingebrekestelling\w*|summons\w*|notice of default|final demand|letter before action|mise en demeure"
    r"|sommation\w*|inverzugsetzung|letzte[nr]? mahnung|mahnbescheid\w*|dagvaarding\w*)"
)
_UNITS = {"d": 1, "t": 1, "j": 1, "w": 7, "s": 7, "m": 30}


@dataclass(frozen=True)
class Nth:
    """A reminder that is called the `number`th, where it stands in the plain text."""

    written: str
    at: int
    number: int


@dataclass(frozen=True)
class Late:
    """So many days late, or `at_least` so many; what is said in weeks or months is right to within one of them."""

    written: str
    at: int
    days: int
    within: int
    at_least: bool

    def is_right(self, days: int) -> bool:
        return days >= self.days if self.at_least else abs(days - self.days) <= self.within


def ordinals_in(text: str) -> list[Nth]:
    folded = unaccented(text)
    found = [
        Nth(text[match.start() : match.end()], match.start(), _ORDINALS[match[1]] if match[1] else int(match[2]))
        for match in _NTH.finditer(folded)
    ]
    found += [
        Nth(text[match.start() : match.end()], match.start(), _ORDINALS[match[1]])
        for match in _TIMES.finditer(folded)
        if _ASKING.search(folded[max(0, match.start() - _NEAR) : match.end() + _NEAR])
    ]
    found += [Nth(match.group(), match.start(), int(match[1])) for match in _NUMBERED.finditer(folded)]
    return found


def last_in(text: str) -> list[str]:
    """`letzte Mahnung`, `final reminder`."""
    return [text[match.start() : match.end()] for match in _LAST.finditer(unaccented(text))]


def late_in(text: str) -> list[Late]:
    folded = unaccented(text)
    found = []
    for match in _LATE.finditer(folded):
        before = folded[max(0, match.start() - 24) : match.start()]
        if _LATENESS.match(match["behind"]) or _SINCE.search(before):
            unit = _UNITS[match["unit"][0]]
            number = int(match["number"]) * unit
            said = text[match.start() : match.end("unit")]
            found.append(Late(said, match.start(), number, 1 if unit == 1 else unit, bool(match["least"])))
    return found


def summonses_in(text: str) -> list[str]:
    """Summonses that are spoken of as sent."""
    return [text[match.start(1) : match.end(1)] for match in _SUMMONED.finditer(unaccented(text))]
