"""One rule for what counts as the same word, whoever typed it: names, numbers and texts are compared by it everywhere.

Case, accents, width and punctuation do not count; `B.V.`, `B. V.` and `BV` are one word, and so is `O'Neill` with any
apostrophe or none. A letter that has a spelling in two letters (`ü` and `ue`, `ø` and `oe`) is found by either. Digits
are never dropped.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_APOSTROPHES = dict.fromkeys(
    map(ord, "'`\u00b4\u2018\u2019\u201b\u2032\u2035\u02b9\u02bb\u02bc\u02bd\u02c8\u055a\ua78c\uff07")
)
_OTHER_LETTERS = str.maketrans({
    "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "\u0131": "i", "ħ": "h", "ŧ": "t",
    "ŋ": "n", "ĸ": "k", "\u017f": "s", "ɨ": "i", "ə": "e", "ƒ": "f",
})  # fmt: skip
"""Letters of European names that are no letter with an accent to Unicode, as people without them type them."""

_SPELT_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
_SHORT = (("ae", "a"), ("oe", "o"), ("ue", "u"), ("aa", "a"), ("ij", "y"))
_ABBREVIATED = {
    "limited": "ltd", "incorporated": "inc", "corporation": "corp", "company": "co", "gebroeders": "gebr",
    "gebruder": "gebr", "brothers": "bros", "sint": "st", "saint": "st", "sankt": "st",
}  # fmt: skip
_JOINING = frozenset({"en", "and", "und", "et", "og", "och", "i"})
"""What `&` is read as in the languages names are written in."""

_NOT_SEEN = frozenset({"Mn", "Me", "Cf"})
_ACCENTS = re.compile("[\u0300-\u036f]+")
_BETWEEN = re.compile(r"[\W_]+")
_INITIALS = re.compile(r"(?<=\b[^\W\d_]) (?=[^\W\d_]\b)")
_DIGIT = re.compile(r"\d")
_GAPS = re.compile(r"(?<!\d) | (?!\d)")


def normalized(text: str) -> str:
    """The words of a text: `Café-Brûlée  B.V.` is `cafe brulee bv`."""
    if text.isascii() and text.isalnum():  # a number, as most are
        return text.lower()
    return _INITIALS.sub("", _BETWEEN.sub(" ", _letters(text)).strip())


def spelt_out(text: str) -> str:
    """The same where letters with another spelling are written in it: `Müller` is `mueller`."""
    return normalized(_spelt_out(text))


def squeezed(text: str) -> str:
    """Without the gaps between words, save between two numbers: `coca cola` is `cocacola`, `12 34` stays."""
    return _GAPS.sub("", text) if _DIGIT.search(text) else text.replace(" ", "")


def key(text: str) -> str:
    """What two spellings of one name have in common: no gaps, nothing for `and`."""
    words = normalized(text).split()
    return squeezed(" ".join(_without_joining(words)))


def keys(text: str) -> set[str]:
    """`key` in either spelling of the letters that have two."""
    return {key(text)} if text.isascii() else {key(text), key(_spelt_out(text))}


def searchable(*fields: str) -> str:
    """What the words of a search are looked for in: each field without gaps, and in its other spelling where it has
    one. Every run of characters of a field is found in it, however it is broken up.
    """
    found: dict[str, None] = {}
    for field in fields:
        if not field.isascii():
            found[_joined(_letters(field))] = None
            found[_joined(_letters(_spelt_out(field)))] = None
        elif field:
            found[field.lower() if field.isalnum() else _joined(_letters(field))] = None
    return " ".join(found)


Wanted = list[tuple[str, ...]]
"""The words of a query, each in the spellings it may have."""


def wanted(query: str) -> Wanted:
    """What must be found of a query: all its words, those for `and` only where there are no others."""
    plain, other = normalized(query).split(), spelt_out(query).split()
    pairs = zip(plain, other, strict=True) if len(plain) == len(other) else ((word, word) for word in plain)
    both = list(dict.fromkeys(tuple(dict.fromkeys(pair)) for pair in pairs))
    return [pair for pair in both if pair[0] not in _JOINING] or both


def fits(words: Wanted, text: str) -> bool:
    """Whether each word is part of a text made by `searchable`."""
    return all(any(spelling in text for spelling in word) for word in words)


def loose_words(words: str) -> set[str]:
    """`normalized` words as they may be misspelt by habit: `mueller limited` has those of `muller ltd`, `dijk` that of
    `dyk`. Compared as wholes only: parts of them would fit anything.
    """
    for long, short in _SHORT:
        words = words.replace(long, short)
    return {_ABBREVIATED.get(word, word) for word in _without_joining(words.split())}


def _letters(text: str) -> str:
    """Lower case letters without anything above, below or through them, and no sign that is not seen."""
    if text.isascii():
        return text.lower().replace("'", "").replace("`", "")
    folded = unicodedata.normalize("NFKD", text.translate(_APOSTROPHES)).casefold()
    folded = _ACCENTS.sub("", folded).translate(_OTHER_LETTERS)
    if folded.isascii():  # nearly always, and the rest is slow
        return folded
    folded = unicodedata.normalize("NFKD", folded).translate(_APOSTROPHES).translate(_OTHER_LETTERS)
    return "".join(sign for sign in folded if unicodedata.category(sign) not in _NOT_SEEN).casefold()


def _spelt_out(text: str) -> str:
    return unicodedata.normalize("NFC", text).lower().translate(_SPELT_OUT)


def _without_joining(words: Iterable[str]) -> list[str]:
    words = list(words)
    return [word for word in words if word not in _JOINING] or words


def _joined(text: str) -> str:
    """`squeezed` of what has been made letters, in one go: every invoice and debtor passes through here."""
    words = _BETWEEN.split(text)
    if len(words) == 1:
        return text
    joined = words[0]
    for word in words[1:]:
        joined += f" {word}" if word[:1].isdigit() and joined[-1:].isdigit() else word
    return joined
