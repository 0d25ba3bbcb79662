"""A preview in plain text: whole for a person (terminal, elicitation), and brief for the assistant that wrote it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from payt_mcp.words.text import count, some

_FIELD_WORDS = {"to": "To", "cc": "Cc", "bcc": "Bcc"}
_MOST_NAMED = 5
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

_PADDING = re.compile(r"(?<=\S)\s{2,}")


def whole(preview: Mapping[str, Any]) -> str:
    """Everything that would happen, and every warning, in lines that no text in it can forge."""
    lines = [*_because(preview), *_warnings(preview)]
    if "facts" in preview:
        return "\n".join([*map(_line, lines), *_action(preview)])
    if preview["kind"] != "message":
        return "\n".join(map(_line, lines + _invoices(preview)))
    lines += [*_head(preview), f"Subject: {preview['subject']}", *_files(preview), ""]
    return "\n".join([*map(_line, lines), *(f"  | {shown(line)}" for line in preview["body"].split("\n"))])


def brief(preview: Mapping[str, Any]) -> str:
    """What the assistant did not write itself: where it goes, or the figures of the plan."""
    if preview["kind"] == "message":
        lines = [
            *_head(preview),
            f"Subject: {preview['subject']}",
            f"Text: as given, {len(preview['body'])} characters",
        ]
        return "\n".join(map(_line, lines + _files(preview)))
    if "facts" in preview:
        return "\n".join([*_facts(preview["facts"]), *map(_line, _rows_in_short(preview))])
    return "\n".join(map(_line, _figures(preview)))


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


def _line(text: str) -> str:
    """A line of a preview; blanks in it cannot push what follows to where a line of its own would begin."""
    return _PADDING.sub(" ", shown(text)).rstrip()


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


def _because(preview: Mapping[str, Any]) -> list[str]:
    changes = preview.get("because", ())
    return [f"Proposed anew, because {'; '.join(changes)}.", ""] if changes else []


def _warnings(preview: Mapping[str, Any]) -> list[str]:
    lines = [f"{'!!' if warned['danger'] else ' !'} {warned['text']}" for warned in preview["warnings"]]
    return [*lines, ""] if lines else []


def _head(preview: Mapping[str, Any]) -> list[str]:
    lines = [f"{label}: {said}" for label, said in heading(preview)]
    for entry in preview["recipients"]:
        source = entry["source"] or "NOT ON FILE, given by the assistant"
        lines.append(f"{_FIELD_WORDS[entry['field']]}: {entry['email']} ({source})")
    return lines


def heading(preview: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Of a message: from whom, to whom and about what, as labels and texts."""
    about = f", about {preview['about']}" if preview["about"] else ""
    parts = [("From", preview["from"]), ("Debtor", f"{preview['debtor']}{about}")]
    parts += [("Overdue", ", ".join(preview["owed"])), ("Named in the text", preview.get("named", ""))]
    return [(label, said) for label, said in parts if said]


def _files(preview: Mapping[str, Any]) -> list[str]:
    return [f"Attachment: {entry['name']} ({size(entry['size'])})" for entry in preview["attachments"]]


def size(count_of_bytes: int) -> str:
    """`812 bytes`, `12.4 kB`, `3.1 MB`."""
    if count_of_bytes < 1_000:
        return f"{count_of_bytes} bytes"
    if count_of_bytes < 1_000_000:
        return f"{count_of_bytes / 1_000:.1f} kB"
    return f"{count_of_bytes / 1_000_000:.1f} MB"


def _figures(preview: Mapping[str, Any]) -> list[str]:
    """The plan of an upsert in figures, mails first."""
    mails = preview["mails"]
    to = some((f"{mail['invoice']} to {mail['to']}" for mail in mails), most=_MOST_NAMED)
    lines = [
        f"Payt would e-mail {count(len(mails), 'invoice')} to debtors, because no sending date is given: {to}"
        if mails
        else "Payt would e-mail no invoice.",
        f"In {preview['from']}: " + ", ".join(f"{number} {kind}" for kind, number in preview["counts"].items()),
    ]
    lines += [f"{row['currency']}: {row['text']}" for row in preview["money"]]
    payments = preview["payments"]
    if payments:
        booked = some((f"{row['invoice']} {row['amount']}" for row in payments), most=_MOST_NAMED)
        lines.append(f"Payt would book {count(len(payments), 'payment')} by itself: {booked}")
    lines += [f"{name}: {some(numbers, most=_MOST_NAMED)}" for name, numbers in preview["lists"].items()]
    refused = [row for row in preview["rows"] if row["action"] == "refused"]
    lines += [f"Refused: {row['invoice']}: {'; '.join(row['notes'])}" for row in refused[:_MOST_NAMED]]
    return lines


def _action(preview: Mapping[str, Any]) -> list[str]:
    """An action whole: what it is about, and every record."""
    lines = [_line(preview["title"]), *_facts(preview["facts"]), *_facts(preview["beside"])]
    for row in preview["rows"]:
        about = f" ({row['about']})" if row["about"] else ""
        lines.append(_line(f"{row['key']}{about}: {row['action']}"))
        lines += [f"    {_line(_from_to(change))}" for change in row["changes"]]
        lines += [f"    {_line(note)}" for note in row["notes"]]
    return lines


def _facts(facts: Sequence[Sequence[str]]) -> list[str]:
    """Labelled lines; a text of several lines stands below its label, each line of it marked."""
    found = []
    for label, text in facts:
        parts = str(text).split("\n")
        found.append(_line(f"{label}: {parts[0]}") if len(parts) == 1 else _line(f"{label}:"))
        found += [f"  | {shown(part)}" for part in parts] if len(parts) > 1 else []
    return found


def _rows_in_short(preview: Mapping[str, Any]) -> list[str]:
    """The records of an action in figures, and the first of those that say something."""
    if not preview["rows"]:
        return []
    noted = [row for row in preview["rows"] if row["notes"]]
    lines = [f"In {preview['from']}: " + ", ".join(f"{number} {kind}" for kind, number in preview["counts"].items())]
    lines += [f"{row['key']}: {row['action']}, {'; '.join(row['notes'])}" for row in noted[:_MOST_NAMED]]
    return lines + ([f"and {len(noted) - _MOST_NAMED} more"] if len(noted) > _MOST_NAMED else [])


def _from_to(change: Mapping[str, str]) -> str:
    return f"{change['field']}: {change['old'] or 'nothing'} -> {change['new']}"


def _invoices(preview: Mapping[str, Any]) -> list[str]:
    lines = [*_figures(preview), ""]
    for row in preview["rows"]:
        lines.append(f"{row['invoice']} ({row['debtor']}): {row['action']}")
        lines += [f"    {_from_to(change)}" for change in row["changes"]]
        lines += [f"    {note}" for note in row["notes"]]
    return lines


def change_words(change: Mapping[str, str]) -> str:
    """`due_date: 2026-11-01 → 2026-12-01`; what was not there before stands alone."""
    return f"{change['field']}: " + (f"{change['old']} → {change['new']}" if change["old"] else change["new"])


def warning_texts(preview: Mapping[str, Any]) -> list[str]:
    return [_line(str(warned["text"])) for warned in preview.get("warnings", ())]
