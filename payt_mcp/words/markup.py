"""Markup in other people's words: taken out, and what it hides or leads to is said."""

from __future__ import annotations

import html
import re

_TAG = re.compile(r"<[a-zA-Z/!][^<>]{0,2000}>")
_SCRIPT = re.compile(r"<(script|style)\b[^<>]{0,500}>.{0,5000}?</\1\s{0,10}>", re.IGNORECASE | re.DOTALL)
_COMMENT = re.compile(r"<!--(.{0,5000}?)-->", re.DOTALL)
_WHITE = r"(?:white\b|#fff(?:fff)?\b|rgba?\(\s{0,5}255\s{0,5},\s{0,5}255\s{0,5},\s{0,5}255)"
_UNSEEN = re.compile(
    r"display\s{0,5}:\s{0,5}none|visibility\s{0,5}:\s{0,5}hidden|font-size\s{0,5}:\s{0,5}[01](?!\d|\.[1-9])|"
    r"opacity\s{0,5}:\s{0,5}0(?!\d|\.0{0,5}[1-9])|\shidden(?=[\s=/]|$)",
    re.IGNORECASE,
)
_WHITE_LETTERS = re.compile(rf"(?<![\w-])color\s{{0,5}}[:=]\s{{0,5}}[\"']?{_WHITE}", re.IGNORECASE)
_OTHER_GROUND = re.compile(
    rf"(?:background(?:-color)?|bgcolor)\s{{0,5}}[:=]\s{{0,5}}[\"']?(?!{_WHITE}|none|transparent)", re.IGNORECASE
)
_ELEMENT = re.compile(
    r"<(?P<tag>[a-zA-Z][a-zA-Z0-9]{0,15})\b(?P<of>[^<>]{1,1000})>(?P<what>.{0,5000}?)</(?P=tag)\s{0,10}>", re.DOTALL
)
_OPENED = re.compile(r"<(?=[a-zA-Z/!])")
"""What entities spelt would be markup again."""

_LINKED = re.compile(r"(!?)\[([^\[\]]{0,500})\]\(\s{0,5}<?([^\s()<>]{0,2000})>?[^()]{0,200}\)")


def defused(text: str) -> str:
    """A text without markup. What readers of it would not see is said to be hidden; a Markdown link or image becomes
    the words and the address of it, so that nothing is fetched or led to by showing it.
    """
    if "<" in text:
        text = _COMMENT.sub(lambda found: _hidden(found[1]), _SCRIPT.sub(" ", text))
        text = _TAG.sub(" ", _ELEMENT.sub(_shown, text))
    plain = _OPENED.sub("< ", html.unescape(text)) if "&" in text else text
    if "](" not in plain and "![" not in plain:
        return plain
    return _LINKED.sub(_address, plain).replace("![", "! [").replace("](", "] (")


def _shown(element: re.Match[str]) -> str:
    of = element["of"]
    white = _WHITE_LETTERS.search(of) and not _OTHER_GROUND.search(of)
    return _hidden(element["what"]) if white or _UNSEEN.search(of) else element.group()


def _hidden(what: str) -> str:
    return f" (hidden: {what.strip()}) "


def _address(link: re.Match[str]) -> str:
    return f"{'image: ' if link[1] else ''}{link[2]} ({link[3]})"
