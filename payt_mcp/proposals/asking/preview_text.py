"""A preview in plain text: whole for a person (terminal, question, card), and brief for the assistant that wrote it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import assert_never

from payt_mcp.proposals.preview import (
    MOST_CIRCUMSTANCES,
    Beside,
    Change,
    Circumstance,
    Effect,
    Effects,
    Fact,
    Facts,
    Letter,
    Mailed,
    Mails,
    Preview,
    Records,
    Row,
    Said,
    Section,
    SentTo,
    Situation,
    Sources,
    Warned,
    Words,
)
from payt_mcp.words.text import count, cut, some
from payt_mcp.words.visible import shown

_NOWHERE = {"right": "in the books", "unknown": "not in the books", "wrong": "not so"}
FIELD_WORDS = {"to": "To", "cc": "Cc", "bcc": "Bcc"}
_MOST_LINES = 10
SITUATION = "The situation"
_MOST_BRIEF = 5
_BRIEF_LENGTH = 100
_MOST_NAMED = 5
_PADDING = re.compile(r"(?<=\S)\s{2,}")


def whole(preview: Preview) -> str:
    """Everything that would happen, and every warning, in lines that no text in it can forge: dangers first, and plain
    remarks last, but that no long list of records stands before them.
    """
    dangers = [*map(_warned, preview.dangers), ""] if preview.dangers else []
    remarks = ["", *map(_warned, preview.remarks)] if preview.remarks else []
    lists = [section for section in preview.sections if isinstance(section, Records)]
    return "\n".join(
        [*_because(preview), *dangers, *_body(preview, but=lists), *remarks, *chain.from_iterable(map(_section, lists))]
    )


def unwarned(preview: Preview) -> str:
    """Everything that would happen, where the warnings are shown beside it."""
    return "\n".join([*_because(preview), *_body(preview)])


def brief(preview: Preview, *, is_open: bool = True) -> str:
    """What the assistant did not write itself: where it goes, or the figures of a batch; and where it `is_open`, so
    that somebody decides on it yet, the situation.
    """
    told = (one for one in preview.sections if is_open or not isinstance(one, Situation))
    return "\n".join(line for section in told for line in _in_short(section))


def deed_words(preview: Preview | None, words: Words) -> str:
    """What a yes would do, and to whom or what: `send to Smit Groothandel (1017)`."""
    if preview is None:
        return words.step
    is_letter = any(isinstance(section, Letter) for section in preview.sections)
    return f"{words.step} to {preview.about}" if is_letter and preview.about else f"{words.step}: {preview.title}"


def because_words(preview: Preview) -> str:
    """Why it was proposed anew."""
    return f"Proposed anew, because {'; '.join(preview.because)}."


def mails_words(section: Mails) -> str:
    """How much Payt e-mails by itself, and why."""
    if not section.entries:
        return f"Payt would e-mail no {section.noun}."
    return f"Payt would e-mail {count(len(section.entries), section.noun)} to debtors, {section.why}"


def mail_words(mail: Mailed) -> str:
    return f"{mail.record} to {mail.to}"


def said_words(one: Said) -> str:
    """`amount € 250,00: open on invoice 2026004`."""
    return f"{one.kind} {one.said}: {one.where or _NOWHERE[one.verdict]}"


def envelope(letter: Letter) -> list[Fact]:
    """What a letter goes out with, beside its recipients."""
    files = [("Attachment", f"{file.name} ({size(file.size)})") for file in letter.attachments]
    return [("Subject", letter.subject), *files]


def change_words(change: Change, arrow: str = "->") -> str:
    """`due date: 2026-11-01 -> 2026-12-01`."""
    return f"{change.field}: {change.old or 'nothing'} {arrow} {change.new or 'nothing'}"


def circumstance_words(entry: Circumstance) -> str:
    return f"{entry.said} ({entry.aside})" if entry.aside else entry.said


def more_words(section: Situation) -> str:
    """How much of the situation there is no room for; "" where all of it is shown."""
    return f"and {section.left_out} more" if section.left_out else ""


def situation_lines(section: Situation, most: int = MOST_CIRCUMSTANCES) -> list[str]:
    lines = [f"- {entry.label}: {circumstance_words(entry)}" for entry in section.shown[:most]]
    left = len(section.entries) - len(lines)
    return [*lines, *([f"- and {left} more"] if left else [])]


def source_words(entry: SentTo) -> str:
    """Where an address is on file."""
    return entry.source or "NOT ON FILE, given by the assistant"


def warning_texts(preview: Preview) -> list[str]:
    return [_line(warned.text) for warned in preview.warnings]


def size(count_of_bytes: int) -> str:
    """`812 bytes`, `12.4 kB`, `3.1 MB`."""
    if count_of_bytes < 1_000:
        return f"{count_of_bytes} bytes"
    if count_of_bytes < 1_000_000:
        return f"{count_of_bytes / 1_000:.1f} kB"
    return f"{count_of_bytes / 1_000_000:.1f} MB"


def _because(preview: Preview) -> list[str]:
    return [_line(because_words(preview)), ""] if preview.because else []


def _body(preview: Preview, but: Sequence[Section] = ()) -> Iterator[str]:
    if not any(isinstance(section, Letter) for section in preview.sections):  # what a letter is about, it says itself
        yield _line(preview.title)
    for section in preview.sections:
        yield from () if section in but else _section(section)


def _section(section: Section) -> Iterator[str]:
    match section:
        case Facts() | Beside():
            yield from _facts(section.entries)
        case Situation():
            yield from ["", f"{SITUATION}:", *map(_line, situation_lines(section))]
        case Letter():
            yield from _envelope(section)
            yield from ["", *(f"  | {shown(line)}" for line in section.body.split("\n"))]
        case Mails():
            yield _mails(section)
        case Effects():
            yield from map(_effect, section.entries)
        case Sources():
            yield _line(f"Sources: {section.summary}.")
        case Records():
            yield from ["", *(line for row in section.rows for line in _row(row))]
        case _:
            assert_never(section)


def _in_short(section: Section) -> Iterator[str]:
    match section:
        case Letter():
            filled = " and filled in" if section.filled else ""
            yield from _envelope(section, f"Text: as given{filled}, {len(section.body)} characters")
            yield from _facts([(name, _first_lines(text)) for name, text in section.filled])
        case Records():
            outliers = [row for row in section.rows if row.is_outlier]
            for row in outliers[:_MOST_NAMED]:
                yield _line(", ".join(filter(None, (f"{row.key}: {row.action}", "; ".join(row.notes)))))
            if len(outliers) > _MOST_NAMED:
                yield f"and {len(outliers) - _MOST_NAMED} more"
        case Situation():
            told = (cut(_line(line), _BRIEF_LENGTH) for line in situation_lines(section, most=_MOST_BRIEF))
            yield from (f"{SITUATION}:", *told)
        case Beside():
            return
        case Facts() | Mails() | Effects() | Sources():
            yield from _section(section)
        case _:
            assert_never(section)


def _first_lines(text: str) -> str:
    first, rest = text.split("\n")[:_MOST_LINES], text.count("\n") + 1 - _MOST_LINES
    return "\n".join([*first, f"and {rest} more"] if rest > 0 else first)


def _line(text: str) -> str:
    """A line of a preview; blanks in it cannot push what follows to where a line of its own would begin."""
    return _PADDING.sub(" ", shown(text)).rstrip()


def _warned(warned: Warned) -> str:
    return _line(f"{'!!' if warned.danger else ' !'} {warned.text}")


def _facts(facts: Sequence[Fact]) -> Iterator[str]:
    """Labelled lines; a text of several lines stands below its label, each line of it marked."""
    for label, text in facts:
        parts = text.split("\n")
        if len(parts) == 1:
            yield _line(f"{label}: {text}")
        else:
            yield from [_line(f"{label}:"), *(f"  | {shown(part)}" for part in parts)]


def _envelope(letter: Letter, *about_the_text: str) -> Iterator[str]:
    for entry in letter.recipients:
        yield _line(f"{FIELD_WORDS[entry.field]}: {entry.email} ({source_words(entry)})")
    subject, *files = (_line(f"{label}: {said}") for label, said in envelope(letter))
    yield from (subject, *map(_line, about_the_text), *files)


def _mails(section: Mails) -> str:
    named = some(map(mail_words, section.entries), most=_MOST_NAMED)
    return _line(": ".join(filter(None, (mails_words(section), named))))


def _effect(effect: Effect) -> str:
    return _line(": ".join(filter(None, (effect.said, some(effect.items, most=_MOST_NAMED)))))


def _row(row: Row) -> Iterator[str]:
    about = f" ({row.about})" if row.about else ""
    yield _line(f"{row.key}{about}: {row.action}")
    yield from (f"    {_line(said)}" for said in (*map(change_words, row.changes), *row.notes))
