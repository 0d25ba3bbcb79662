"""IBANs in a text, whatever separates, precedes or disguises them.

A number with right check digits is one wherever it stands. One with wrong check digits is named too, for a reader
cannot tell it from a right one; it must then look more like a number of its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import accumulate

from payt_mcp.words.lookalikes import latin

_FORMS = {
    "AD": "8n12c", "AE": "19n", "AL": "8n16c", "AT": "16n", "AZ": "4a20c", "BA": "16n", "BE": "12n", "BG": "4a6n8c",
    "BH": "4a14c", "BI": "23n", "BR": "23n1a1c", "BY": "4c4n16c", "CH": "5n12c", "CR": "18n", "CY": "8n16c",
    "CZ": "20n", "DE": "18n", "DJ": "23n", "DK": "14n", "DO": "4c20n", "EE": "16n", "EG": "25n", "ES": "20n",
    "FI": "14n", "FK": "2a12n", "FO": "14n", "FR": "10n11c2n", "GB": "4a14n", "GE": "2a16n", "GI": "4a15c",
    "GL": "14n", "GR": "7n16c", "GT": "24c", "HN": "4a20n", "HR": "17n", "HU": "24n", "IE": "4a14n", "IL": "19n",
    "IQ": "4a15n", "IS": "22n", "IT": "1a10n12c", "JO": "4a4n18c", "KW": "4a22c", "KZ": "3n13c", "LB": "4n20c",
    "LC": "4a24c", "LI": "5n12c", "LT": "16n", "LU": "3n13c", "LV": "4a13c", "LY": "21n", "MC": "10n11c2n",
    "MD": "20c", "ME": "18n", "MK": "3n10c2n", "MN": "16n", "MR": "23n", "MT": "4a5n18c", "MU": "4a19n3a",
    "NI": "4a20n", "NL": "4a10n", "NO": "11n", "OM": "3n16c", "PK": "4a16c", "PL": "24n", "PS": "4a21c", "PT": "21n",
    "QA": "4a21c", "RO": "4a16c", "RS": "18n", "RU": "14n15c", "SA": "2n18c", "SC": "4a20n3a", "SD": "14n",
    "SE": "20n", "SI": "15n", "SK": "20n", "SM": "1a10n12c", "SO": "19n", "ST": "21n", "SV": "4a20n", "TL": "19n",
    "TN": "20n", "TR": "6n16c", "UA": "6n19c", "VA": "18n", "VG": "4a16n", "XK": "16n", "YE": "4a4n18c",
}  # fmt: skip
"""The part behind the check digits by country: n digits, a letters, c either (from the registry of IBANs)."""

_AS_DIGIT = str.maketrans("OQDILSBZ", "00011582")
_AS_LETTER = str.maketrans("01582", "OISBZ")
_AS_ZERO = str.maketrans("OI", "01")
_WIDEST_GAP = 12
_GAP_OF_A_GUESS = 4
_MOST_MISREAD = 4
_FEW_DIGITS = 6
_MANY_DIGITS = 8
_FULL_OF_DIGITS = 14
_SHORTEST, _LONGEST = 15, 34
_SHORTEST_WORD = 3
_DATE = re.compile(r"\b(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4})\b")
_LABEL = re.compile(
    r"(?:IBAN|REK|REKENING|NUMMER|NUMBER|NR|NO|REF|KENMERK|REFERENCE|REFERENTIE|ACCOUNT|ACCT|KONTO|KTO|COMPTE|BANK|CODE|OP"
    r"|NAAR|TO|AN|AUF|VIA|BIC)$"
)
_CURRENCIES = {"USD", "CAD"}
"""Ending in a country's letters: behind them stands an amount."""
_BREAKS = re.compile(r"[,;|\n]")
_SENTENCE = re.compile(r"[A-Z]{5}")


@dataclass(frozen=True)
class _Signs:
    """The letters and digits of a text alone, in capitals, and where each of them stands in it."""

    text: str
    joined: str
    at: tuple[int, ...]
    digits: tuple[int, ...]
    """How many of the signs before each are digits."""

    def may_begin(self, place: int) -> bool:
        """Whether two letters stand here, no part of a word, and enough digits behind them."""
        if not (self.joined[place].isalpha() and self.joined[place + 1].isalpha()):
            return False
        if self.digits[min(len(self.at), place + _LONGEST)] - self.digits[place] < _FEW_DIGITS:
            return False
        before = self.text[max(0, self.at[place] - 12) : self.at[place]].upper()
        return not before[-1:].isalpha() or bool(_LABEL.search(before))

    def gap(self, place: int) -> str:
        """What stands between a sign and the next."""
        return self.text[self.at[place] + 1 : self.at[place + 1]] if place + 1 < len(self.at) else " "

    def gaps(self, start: int, length: int) -> list[str]:
        return [self.gap(place) for place in range(start, start + length - 1)]


@dataclass(frozen=True)
class _Read:
    account: str
    digits: int
    misread: int


def ibans(text: str) -> list[str]:
    """Each once, without gaps, signs that were written for others put right."""
    signs = _signs(latin(text))
    found: dict[int, str] = {}
    place = 0
    while place <= len(signs.joined) - _SHORTEST:
        if not signs.may_begin(place):
            place += 1
            continue
        account = _right(signs, place) or _guessed(signs, place) or _elsewhere(signs, place)
        if account and not _holds_a_word(signs, place, account):
            found[place] = account
        place += len(account) if place in found else 1
    return list(dict.fromkeys(found.values()))


def without_dates(text: str) -> str:
    """A text in which no date passes for a part of a number."""
    return _DATE.sub(lambda match: "|" * len(match.group()), text)


def _signs(text: str) -> _Signs:
    at = tuple(place for place, sign in enumerate(text) if sign.isascii() and sign.isalnum())
    joined = "".join(text[place] for place in at).upper()
    return _Signs(text, joined, at, (0, *accumulate(sign.isdigit() for sign in joined)))


@cache
def _form(country: str) -> str:
    """A letter for each place of a country's numbers, the check digits among them; "" where it has none."""
    parts = re.findall(r"(\d+)([nac])", _FORMS.get(country, ""))
    return "nn" + "".join(kind * int(times) for times, kind in parts) if parts else ""


def _right(signs: _Signs, place: int) -> str:
    """The number at a place, where its check digits are right."""
    if signs.joined[place - 1 : place + 2] in _CURRENCIES and not signs.gap(place - 1):
        return ""
    for loose in (False, True):
        read = _read(signs.joined, place, loose=loose)
        if read and read.digits >= _FEW_DIGITS and remainder(read.account) == 1:
            gaps = signs.gaps(place, len(read.account))
            near = all(len(gap) <= _WIDEST_GAP and "\n" not in gap for gap in gaps)
            return read.account if near else ""
    return ""


def _holds_a_word(signs: _Signs, place: int, account: str) -> bool:
    """Whether a word of a sentence would be read as a part of it: letters alone between blanks that stand for digits,
    or small ones where the country's are capitals.
    """
    written = signs.text[signs.at[place] : signs.at[place + len(account) - 1] + 1]
    is_small = written[:2].islower()
    read = 0
    for word in re.split(r"\s+", written):
        size = sum(sign.isascii() and sign.isalnum() for sign in word)
        part = account[read : read + size]
        if word.isalpha() and size >= _SHORTEST_WORD and (part != word.upper() or (word.islower() and not is_small)):
            return True
        read += size
    return False


def _guessed(signs: _Signs, place: int) -> str:
    """The number at a place whose check digits are wrong, where it cannot well be anything else."""
    read = _read(signs.joined, place, loose=False)
    if not read:
        return _shaped(signs, place)
    if read.digits < _MANY_DIGITS + 2 or read.misread > _MOST_MISREAD or _runs_on(read):
        return ""
    gaps = signs.gaps(place, len(read.account))
    if any(len(gap) > _GAP_OF_A_GUESS for gap in gaps):
        return ""
    is_telling = _form(read.account[:2])[2] == "a"  # a bank's letters stand where they must
    is_whole = not any(map(_BREAKS.search, gaps)) and _stands_alone(signs, place, len(read.account))
    return read.account if is_telling or is_whole else ""


def _runs_on(read: _Read) -> bool:
    """Whether it is rather a sentence that has some digits in it."""
    return read.digits < _FULL_OF_DIGITS and bool(_SENTENCE.search(read.account[4:]))


def _shaped(signs: _Signs, place: int) -> str:
    """A number that is as long as its country's and laid out as such, though it has not their form."""
    length = len(_form(signs.joined[place : place + 2])) + 2
    account = signs.joined[place : place + length]
    if length <= 2 or len(account) < length or not account[2:4].isdigit() or _SENTENCE.search(account):
        return ""
    gaps = signs.gaps(place, length)
    groups = "".join("-" if gap else "x" for gap in gaps).split("-")
    laid_out = len(groups) == 1 or all(len(group) < _GAP_OF_A_GUESS for group in groups)
    many = sum(sign.isdigit() for sign in account[4:]) >= _MANY_DIGITS
    return account if many and laid_out and max(map(len, gaps)) <= 1 and _stands_alone(signs, place, length) else ""


def _stands_alone(signs: _Signs, place: int, length: int) -> bool:
    """Whether nothing goes on before or after, no date is in it, and its first letters are no word (`de 2024 ...`)."""
    start, end = signs.at[place], signs.at[place + length - 1]
    before = signs.text[max(0, start - 12) : start].upper()
    begins = not before[-1:].isalnum() or bool(_LABEL.search(before))
    word = signs.gap(place + 1) and signs.text[start : start + 2].islower()
    within = signs.text[start : end + 12]
    dated = any(match.start() <= end - start for match in _DATE.finditer(within))
    return begins and not word and not dated and not signs.text[end + 1 : end + 2].isalnum()


def _read(joined: str, place: int, *, loose: bool) -> _Read | None:
    """What stands at a place, if it has the form of its country's numbers; `loose` reads O as 0 where both may be."""
    form = _form(joined[place : place + 2])
    written = joined[place + 2 : place + 2 + len(form)]
    if not form or len(written) < len(form):
        return None
    read = "".join(_as(kind, sign, loose) for kind, sign in zip(form, written, strict=True))
    if not all(kind == "c" or sign.isdigit() == (kind == "n") for kind, sign in zip(form, read, strict=True)):
        return None
    misread = sum(sign != other for sign, other in zip(written, read, strict=True))
    return _Read(joined[place : place + 2] + read, sum(sign.isdigit() for sign in written), misread)


def _as(kind: str, sign: str, loose: bool) -> str:
    if kind == "c":
        return sign.translate(_AS_ZERO) if loose else sign
    return sign.translate(_AS_DIGIT if kind == "n" else _AS_LETTER)


def _elsewhere(signs: _Signs, place: int) -> str:
    """A number of a country that the registry does not have (yet), by its check digits alone.

    Of a text that is no number one in five has a length at which they are right by chance: it must stand alone.
    """
    head = signs.joined[place : place + 4]
    if head[:2] in _FORMS or not (head[:2].isalpha() and head[2:].isdigit()):
        return ""
    for length in range(_SHORTEST, min(_LONGEST, len(signs.joined) - place) + 1):
        if len(signs.gap(place + length - 2)) > _GAP_OF_A_GUESS:
            return ""
        account = signs.joined[place : place + length]
        digits = sum(sign.isdigit() for sign in account[4:])
        if signs.gap(place + length - 1) and digits >= _MANY_DIGITS and remainder(account) == 1:
            near = all(len(gap) <= 1 and not _BREAKS.search(gap) for gap in signs.gaps(place, length))
            alone = near and _stands_alone(signs, place, length)
            return account if alone and not _SENTENCE.search(account[4:]) else ""
    return ""


def remainder(account: str) -> int:
    """1 where the check digits are right."""
    return int("".join(str(int(sign, 36)) for sign in account[4:] + account[:4])) % 97
