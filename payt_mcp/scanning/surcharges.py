"""Interest and costs that a text claims beside what is owed, in Dutch, German, English and French."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Literal, NamedTuple

from payt_mcp.scanning.amounts import Amount
from payt_mcp.words.plainly import unaccented

Kind = Literal["costs", "interest"]

_COSTS = (
    r"(?:buitengerechtelijke )?(?:incasso|invorderings?|aanmanings?|herinnerings?)kosten|buitengerechtelijke kosten"
    r"|(?:debt )?(?:collection|recovery) (?:costs?|fees?|charges?)|late (?:payment )?(?:fees?|charges?)|reminder fees?"
    r"|inkassokosten|mahnkosten|mahngebuhr(?:en)?|verzugs(?:kosten)?pauschale|beitreibungskosten"
    r"|frais de (?:recouvrement|rappel|retard)|indemnite forfaitaire|(?:forfaitaire )?schadevergoeding"
)
_INTEREST = (
    r"(?:wettelijke |contractuele )?(?:handels|vertragings)?rente"
    r"|(?:verwijl|nalatigheids)?int(?:e)?rest(?:en)?(?! in (?!addition|full))"
    r"|(?:verzugs)?zins(?:en|satz)?|interets?(?: de retard| moratoires| legaux)?"
)
_SAID = re.compile(rf"\b(?:(?P<costs>{_COSTS})|(?P<interest>{_INTEREST}))\b")
_PERCENT = re.compile(
    r"(?<![\d.,])(?P<value>\d{1,3}(?:[.,]\d{1,2})?)\s?(?:%|procent\b|percent\b|per cent\b|prozent\b|pour cent\b)"
    r"(?P<per>[^.;\d]{0,14}?\b(?:per maand|per month|a month|monthly|pro monat|im monat|par mois))?"
)
_IF = re.compile(
    r"\b(?:als|indien|wanneer|anders|bij uitblijven|zonder betaling|na(?:dien)?|if|unless|otherwise|failing|should you"
    r"|betaalt u|voldoet u|blijft (?:de |uw )?betaling|zahlen sie|erfolgt (?:die )?zahlung"
    r"|falls|wenn|sonst|andernfalls|sollten?|si|sinon|a defaut|faute de|passe ce delai)\b"
)
_APART = re.compile(
    r"\d|\b(?:totaal\w*|total\w*|gesamt\w*|samen|together|inclusief|incl|including|inkl\w*|compris|hoofdsom|factuur\w*"
    r"|vermeerderd|plus|increased|zuzuglich|zzgl|majoree?s?"
    r"|invoices?|rechnung\w*|facture\w*|open\w*|korting|discount|skonto|rabatt|remise|btw|vat|mwst|tva)\b"
)
_INCLUDED = re.compile(r"\b(?:inclusief|incl|including|inklusive|inkl|einschliesslich|compris)\b[^.;]{0,40}\Z")
_NEAR = 30


class Percent(NamedTuple):
    """A rate of interest as it is written, in percent a year."""

    written: str
    yearly: Decimal


class Claimed(NamedTuple):
    """An amount that is said to be interest or costs."""

    kind: Kind
    amount: Amount


def is_conditional(text: str) -> bool:
    """Whether it says what will be owed, and not what is."""
    return bool(_IF.search(unaccented(text)))


def speaks_of_any(text: str) -> bool:
    """Whether interest or costs are spoken of at all."""
    return bool(_SAID.search(unaccented(text)))


def claims_costs(text: str) -> bool:
    return any(match["costs"] for match in _SAID.finditer(unaccented(text)))


def claimed_in(text: str, at: int, amounts: Iterable[Amount]) -> list[Claimed]:
    """The amounts of a clause beside a word for interest or costs; `at` is where it begins in the whole text. One that
    includes them is none of them.
    """
    folded, found = unaccented(text), []
    said = [
        (match.start(), match.end(), match)
        for match in _SAID.finditer(folded)
        if not _INCLUDED.search(folded[: match.start()])
    ]
    for amount in amounts:
        start = amount.at - at
        gaps = [_gap(folded, start, start + len(amount.written), begin, end) for begin, end, _ in said]
        near = [(len(gap), one[2]) for gap, one in zip(gaps, said, strict=True) if gap is not None]
        if near:
            match = min(near, key=lambda one: one[0])[1]
            found.append(Claimed("costs" if match["costs"] else "interest", amount))
    return found


def percents_in(text: str) -> list[Percent]:
    """The rates of interest of a clause."""
    folded, found = unaccented(text), []
    said = [match for match in _SAID.finditer(folded) if match["interest"]]
    for match in _PERCENT.finditer(folded):
        if any(_gap(folded, match.start(), match.end(), one.start(), one.end()) is not None for one in said):
            value = Decimal(match["value"].replace(",", "."))
            found.append(Percent(text[match.start() : match.end()].strip(), value * 12 if match["per"] else value))
    return found


def _gap(text: str, start: int, end: int, begin: int, behind: int) -> str | None:
    """What stands between a figure and a word; None where they do not belong together."""
    gap = text[end:begin] if end <= begin else text[behind:start] if behind <= start else ""
    return None if len(gap) > _NEAR or _APART.search(gap) else gap
