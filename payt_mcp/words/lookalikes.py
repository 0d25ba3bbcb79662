"""A text as a reader sees it: what is written to look like another sign is read as that sign."""

from __future__ import annotations

import unicodedata

_INVISIBLE = frozenset({"Cf", "Cc", "Mn", "Me"})
_LOOKS_LATIN = dict(zip("АВЕКМНОРСТУХІЈЅԚԜЗΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEKMHOPCTYXIJSQW3ABEZHIKMNOPTYX", strict=True))

_LAYOUT = dict.fromkeys(map(ord, "\n\t"))
_BOXED = (0x1F150, 0x1F170, 0x1F1E6)
"""Where Unicode has the capitals in circles, in squares, and as the letters of flags."""


def plain(text: str) -> str:
    """Full-width letters as plain ones, invisible characters gone."""
    if text.isascii() and text.translate(_LAYOUT).isprintable():
        return text
    folded = unicodedata.normalize("NFKC", text)
    return "".join(sign for sign in folded if sign in "\n\t" or unicodedata.category(sign) not in _INVISIBLE)


def latin(text: str) -> str:
    """Plain, with letters of other scripts that look Latin as Latin ones, and any digit as a plain one."""
    signs = plain(text)
    return signs if signs.isascii() else "".join(map(_latin, unicodedata.normalize("NFKD", signs)))


def _latin(sign: str) -> str:
    if sign.isascii():
        return sign
    if unicodedata.category(sign) == "Mn":
        return ""
    for first in _BOXED:
        if 0 <= ord(sign) - first < 26:
            return chr(ord("A") + ord(sign) - first)
    meant = _LOOKS_LATIN.get(sign.upper(), "")
    return (meant.lower() if sign.islower() else meant) or str(unicodedata.digit(sign, sign))
