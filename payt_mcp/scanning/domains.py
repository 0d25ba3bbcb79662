"""Domains and e-mail addresses in a text, told from abbreviations, file names and sentences that run together."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

_DOTTED = re.compile(r"(?<![\w-])(?P<local>[\w.%+:-]{1,64}@)?(?P<host>[\w-]+(?:\.+[\w-]+)+)")
_ADDRESS = re.compile(r"(?<![\w.!#$%&'*+/=?^`{|}~-])([\w.!#$%&'*+/=?^`{|}~-]{1,64})@([\w-]+(?:\.[\w-]+)+)")
_HIDDEN_DOT = re.compile(r"[\u3002\uff61]|\s?[\[({]\s?(?:\.|dot|punt|punkt|point)\s?[\])}]\s?", re.IGNORECASE)
_HIDDEN_AT = re.compile(r"\s?[\[({]\s?(?:@|at|apenstaartje)\s?[\])}]\s?", re.IGNORECASE)
_RESERVED = frozenset({"example", "test", "invalid", "localhost", "local", "internal", "onion"})
"""Names that no registry gives out and that still lead somewhere, or stand for one that does."""

_NO_HOST = frozenset({"bv"})
"""A country without a single domain, and what a Dutch company is called."""

_FILES = frozenset(
    {"pdf", "png", "jpg", "jpeg", "txt", "csv", "xml", "docx", "xlsx", "odt", "ods", "doc", "xls", "eml"}
)
_ABBREVIATED = frozenset({
    "incl", "excl", "inkl", "exkl", "nr", "nrs", "tel", "fax", "ref", "resp", "evt", "bijv", "ca", "art", "max", "min",
    "dhr", "mevr", "mr", "dr", "st", "str", "etc", "enz", "bzw", "co", "cf", "vs",
})  # fmt: skip
"""Short words that a full stop and a word of two letters follow; longer ones could still be had as a domain."""

_WORDS = frozenset(
    {"am", "an", "at", "au", "de", "er", "im", "in", "is", "it", "kg", "la", "na", "no", "nr", "nu", "om", "so", "to"}
)
"""Words of two letters, in the languages letters are written in, that are countries' domains too."""


def written_out(text: str) -> str:
    """A text in which every sign that stands for a dot or an at is one: `evil[.]example`, `jan (at) evil.example`."""
    return _HIDDEN_AT.sub("@", _HIDDEN_DOT.sub(".", text))


def hosts(text: str) -> dict[int, str]:
    """The domains in a text that are no part of an e-mail address, by where they stand."""
    found = {}
    for match in _DOTTED.finditer(text):
        is_link = (
            text[match.end() : match.end() + 1] in ("/", ":") and not text[match.end() + 1 : match.end() + 2].isspace()
        )
        if match["local"] and not is_link:
            continue
        host = _host(match["host"], certain=is_link)
        if host:
            found[match.start()] = host
    return found


def addresses(text: str) -> list[str]:
    """The e-mail addresses in a text."""
    found = ((match[1], _host(match[2], certain=True)) for match in _ADDRESS.finditer(text))
    return [f"{local.lower()}@{host}" for local, host in found if host]


def _host(dotted: str, *, certain: bool) -> str:
    """The part of a word with dots that names a domain: all of it, or all before a sentence that follows at once."""
    labels = [label for label in (part.strip("_") for part in dotted.split(".")) if label]
    if not labels or labels[-1].lower() in _FILES:
        return ""
    while len(labels) > 1 and not _is_top(labels[-1]):
        labels.pop()
    if len(labels) < 2 or (not certain and _is_abbreviation(labels)):
        return ""
    return ".".join(labels).lower()


def _is_abbreviation(labels: list[str]) -> bool:
    """`incl.de`, `o.a.in`, `9.am`: what stands before the last dot is short for a word, or a number in a sentence."""
    *before, last = labels
    if last.lower() not in _WORDS:
        return False
    short = [label for label in before if len(label) == 1 and label.isalpha()]
    if len(before) > 1:
        return len(short) == len(before)
    return before[0].lower() in _ABBREVIATED or (before[0].isdigit() and len(before[0]) < 3)


def _is_top(label: str) -> bool:
    """Whether a name is a top-level domain."""
    name = label.lower()
    if name in _RESERVED:
        return True
    return name not in _NO_HOST and not name.isdigit() and _public().publicsuffix(name) is not None


@cache
def _public() -> PublicSuffixList:
    from publicsuffixlist import PublicSuffixList  # noqa: PLC0415 - its list is read when the first text is

    return PublicSuffixList(accept_unknown=False)
