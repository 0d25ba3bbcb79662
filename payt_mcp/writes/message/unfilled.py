"""Signs of a template that nobody filled: `{{name}}`, `[naam]`, `<<Amount>>`, `EUR XXX`, `Dear undefined`. Pure.

What this server filled in is left out of the text before: a debtor may be called anything.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from payt_mcp.words.text import clean
from payt_mcp.writes.message.placeholders import Filled

_LENGTH = 40
_MARKED = re.compile(
    r"""
      \{\{.{0,200}?\}\}+ | \{%.{0,200}?%\} | [$\#%@]\{[^{}]*\}      # Jinja, Mustache, Liquid; shells and Ruby
    | \{[^{}]{0,80}\}+ | \{{1,3}[ ]{0,3}[^\W\d_][^{}\n]{0,40}\}?  # one brace too many, or too few
    | <<[^<>]{1,60}>> | «(?=\w*(?:_|[a-z][A-Z]))\w+»      # mail merge; French quotes alone are quotes
    | \*\|[^|\n]{1,60}\|\* | \[\[[^\[\]]{1,60}\]\]
    | (?<![\w%])%%?[A-Za-z_]\w*%%?(?!\w) | (?<![\w\#])\#\#?[A-Za-z_]\w*\#\#?(?!\w) | (?<![\w@])@@\w+@@
    | (?<!\w)\$[A-Za-z_]\w*\$(?!\w)
    | \bundefined\b | \bNaN\b | \bTBD\b | \bTODO\b | \b[Ll]orem\ ipsum\b | \[object\ Object\]
    """,
    re.VERBOSE | re.DOTALL,
)
_CROSSED = re.compile(
    r"(?<![\w.,*-])(?:[Xx]{3,}|[Xx]{1,3}(?:[.,/-][Xx]{2,3})+[Xx]*)(?![\w*])|(?:€|\b(?:EUR|GBP|USD))\s?[Xx]+\b"
)
_NOBODY = re.compile(r"^(?:Beste|Geachte|Dear|Liebe[rs]?|Sehr geehrte[rs]?|Cher|Chère)[^\S\n]+,", re.MULTILINE)
_DAY = re.compile(r"(?<!\w)(?:dd|tt|jj)[-/. ]mm(?:[-/. ](?:jj|yy|aa){1,2})?(?!\w)", re.IGNORECASE)
_BLANK_LINE = re.compile(r"(?<!_)_{3,}(?!_)")
_SQUARE = re.compile(r"\[([^\[\]\n]{1,60})\](?!\()")
_ANGLED = re.compile(r"<([^\W\d_][\w -]{1,40})>")
_TAGS = frozenset(
    [  # of HTML; what a letter may do with those is another question
        "a", "b", "big", "body", "br", "center", "code", "dd", "div", "dl", "dt", "em", "font", "h1", "h2", "h3", "h4",
        "head", "hr", "html", "i", "img", "input", "li", "link", "meta", "ol", "p", "pre", "s", "script", "small",
        "span", "strike", "strong", "style", "sub", "sup", "svg", "table", "tbody", "td", "th", "thead", "title", "tr",
        "u", "ul",
    ]
)  # fmt: skip
_REMARKS = frozenset(
    [
        "sic", "bijlage", "bijlagen", "attachment", "attachments", "attached", "anlage", "anlagen", "annexe", "annexes",
        "extern", "external", "intern", "herinnering", "aanmaning", "reminder", "mahnung", "zahlungserinnerung",
        "rappel",
    ]
)  # fmt: skip
_FIELDS = re.compile(
    r"\b(?:your|my|uw|jouw|mijn|ihr|mein|votre|vul|invullen|insert|enter|einf|ausf|insérer|compléter|hier|here|ici"
    r"|(?:\w*(?:naam|name))|nom|prénom|datum|date|bedrag|amount|betrag|montant|nummer|number|numéro|iban|link|lien"
    r"|bedrijf|company|firma|société|contact\w*|adres|address|adresse|telefoon\w*|phone|handtekening|signature)\b",
    re.IGNORECASE,
)


def unfilled(subject: str, body: str, filled: Sequence[Filled], known: Collection[str]) -> list[str]:
    """What looks like it, in the order of the text, each once. `filled` has its places in subject, line break and body;
    `known` are names and numbers that are right as they stand.
    """
    text = _masked(f"{subject}\n{body}", filled, known)
    found = sorted([*_signs(text), *_in_brackets(text, len(subject))])
    kept: list[tuple[int, str]] = []
    end = 0
    for at, said in found:
        if at >= end:
            kept.append((at, said))
            end = at + len(said)
    return list(dict.fromkeys(clean(said, _LENGTH) for _, said in kept))


def _masked(text: str, filled: Sequence[Filled], known: Collection[str]) -> str:
    """The text with a sign of no meaning in place of what is no sign of a template."""
    for one in filled:
        text = text[: one.start] + "\0" * (one.end - one.start) + text[one.end :]
    for name in known:
        if len(name) > 1:
            text = text.replace(name, "\0" * len(name))
    return text


def _signs(text: str) -> Iterator[tuple[int, str]]:
    for pattern in (_MARKED, _CROSSED, _DAY, _NOBODY):
        yield from ((match.start(), match[0]) for match in pattern.finditer(text))
    at = 0
    for line in text.split("\n"):
        if line.strip(" _-"):  # a line of nothing else divides the text
            yield from ((at + match.start(), match[0]) for match in _BLANK_LINE.finditer(line))
        at += len(line) + 1
    for match in _ANGLED.finditer(text):
        if match[1].split()[0].casefold() not in _TAGS:
            yield match.start(), match[0]


def _in_brackets(text: str, subject: int) -> Iterator[tuple[int, str]]:
    """`[naam]`; a remark, a footnote or a number in brackets is none, nor is what a subject begins with, unless it
    asks for something.
    """
    for match in _SQUARE.finditer(text):
        inside = match[1].strip()
        asks = _FIELDS.search(inside) is not None
        is_text = any(map(str.isalpha, inside)) and not any(map(str.isdigit, inside))
        is_remark = inside.casefold() in _REMARKS or (match.start() == 0 and match.end() < subject)
        if asks or (is_text and not is_remark):
            yield match.start(), match[0]
