"""Signs that nobody would see, or that move what stands beside them: named, so that a text reads as it is."""

from __future__ import annotations

import unicodedata

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2065\u2800\u3164\uffa0")
"""Signs of other categories that are drawn as nothing."""

_SELECTORS = frozenset(map(chr, (*range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
"""Each picks a variant of the sign before it; a run of them is drawn as nothing, and can spell any text."""

_TEXT_STYLE, _EMOJI_STYLE, _KEYCAP = "\ufe0e", "\ufe0f", "\u20e3"
_STYLED = frozenset("\u203c\u2049\u2139\u3030")
"""Signs with an emoji form that Unicode does not count among the symbols."""

_JOINER, _NON_JOINER = "\u200d", "\u200c"
_JOINING = (
    "ARABIC", "SYRIAC", "NKO", "MONGOLIAN", "DEVANAGARI", "BENGALI", "GURMUKHI", "GUJARATI", "ORIYA", "TAMIL", "TELUGU",
    "KANNADA", "MALAYALAM", "SINHALA", "TIBETAN", "MYANMAR", "KHMER",
)  # fmt: skip
"""Scripts in which a joiner changes how the letter before it is written."""


def shown(text: str) -> str:
    """One line of text that reads as it is: what ends a line is a space, what nobody would see is named, `[U+202E]`."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_sign(text, at) for at in range(len(text)))


def shown_lines(text: str) -> str:
    """The same for a text that may have lines of its own, such as the body of a message."""
    return "\n".join(map(shown, text.split("\n")))


def hides(text: str) -> bool:
    """Whether a text holds what would move a cursor, end or turn a line, or not be seen."""
    return any(sign != _sign(text, at) for at, sign in enumerate(text))


def hidden_kinds(text: str) -> dict[str, int]:
    """How many signs that nobody would see a text holds, by kind."""
    found: dict[str, int] = {}
    for at, sign in enumerate(text):
        if not sign.isspace() and _sign(text, at) != sign:
            found[_kind(sign)] = found.get(_kind(sign), 0) + 1
    return found


def _kind(sign: str) -> str:
    if sign in _SELECTORS:
        return "variation selector"
    if sign in (_JOINER, _NON_JOINER):
        return "zero width joiner"
    return "blank sign" if sign in _BLANK else "invisible sign"


def _sign(text: str, at: int) -> str:
    sign = text[at]
    if not _is_hidden(sign):
        return sign
    if sign.isspace():
        return " "
    works = (sign in (_JOINER, _NON_JOINER) and _joins(text, at)) or _styles(text, at)
    return sign if works else f"[U+{ord(sign):04X}]"


def _is_hidden(sign: str) -> bool:
    ignored = 0xFFF0 <= ord(sign) <= 0xFFF8 or 0xE0000 <= ord(sign) <= 0xE0FFF  # drawn as nothing, assigned or not
    return unicodedata.category(sign) in _HIDDEN or sign in _BLANK or sign in _SELECTORS or ignored


def _styles(text: str, at: int) -> bool:
    """Whether a selector does what it is for in a letter: say if one symbol is drawn as text or as an emoji."""
    if text[at] not in (_TEXT_STYLE, _EMOJI_STYLE) or not at:
        return False
    before = text[at - 1]
    if before in "0123456789#*":
        return text[at + 1 : at + 2] == _KEYCAP
    return before in _STYLED or (unicodedata.category(before) in {"So", "Sm"} and before not in _BLANK)


def _joins(text: str, at: int) -> bool:
    """Whether a joiner does what it is for: part of an emoji, or of a word in a script that needs it."""
    before = text[:at].rstrip("\ufe0f")[-1:]
    kinds = [unicodedata.category(sign) for sign in (before or " ", text[at + 1 : at + 2] or " ")]
    if kinds[0][0] in "LM":
        return unicodedata.name(before, "").startswith(_JOINING)
    return text[at] == _JOINER and kinds[0] in {"So", "Sk"} and kinds[1] in {"So", "Sm"}
