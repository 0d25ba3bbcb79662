"""A preview in plain text: whole for a person (terminal, question, card), and brief for the assistant that wrote it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import assert_never

from payt_mcp.proposals import preview as parts
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
    Section,
    SentTo,
    Situation,
    Sources,
    Warned,
    Words,
)
from payt_mcp.words.languages import Language
from payt_mcp.words.said import count, joined, say, some, term
from payt_mcp.words.sentences import Field, Said, spoken
from payt_mcp.words.text import cut
from payt_mcp.words.visible import shown

_NOWHERE = {"right": say("in the books"), "unknown": say("not in the books"), "wrong": say("not so")}
FIELD_WORDS = {"to": say("To"), "cc": say("Cc"), "bcc": say("Bcc")}
_MOST_LINES = 10
SITUATION = say("The situation")
NOTHING = say("nothing")
_MOST_BRIEF = 5
_BRIEF_LENGTH = 100
_MOST_NAMED = 5
_PADDING = re.compile(r"(?<=\S)\s{2,}")


def whole(preview: Preview, language: Language = "en") -> str:
    """Everything that would happen, and every warning, in lines that no text in it can forge: dangers first, and plain
    remarks last, but that no long list of records stands before them.
    """
    dangers = [*(_warned(one, language) for one in preview.dangers), ""] if preview.dangers else []
    remarks = ["", *(_warned(one, language) for one in preview.remarks)] if preview.remarks else []
    lists = [section for section in preview.sections if isinstance(section, Records)]
    rows = chain.from_iterable(_section(section, language) for section in lists)
    body = _body(preview, language, but=lists)
    return "\n".join([*_because(preview, language), *dangers, *body, *remarks, *rows])


def unwarned(preview: Preview, language: Language = "en") -> str:
    """Everything that would happen, where the warnings are shown beside it."""
    return "\n".join([*_because(preview, language), *_body(preview, language)])


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
    if is_letter and preview.about:
        return say("{step} to {about}", step=words.step, about=preview.about)
    return say("{step}: {title}", step=words.step, title=preview.title)


def because_words(preview: Preview) -> str:
    """Why it was proposed anew."""
    return say("Proposed anew, because {because}.", because=joined(preview.because, "; "))


def mails_words(section: Mails) -> str:
    """How much Payt e-mails by itself, and why."""
    if not section.entries:
        return say("Payt would e-mail no {noun}.", noun=term(section.noun))
    mailed = count(len(section.entries), section.noun)
    return say("Payt would e-mail {mailed} to debtors, {why}", mailed=mailed, why=section.why)


def mail_words(mail: Mailed) -> str:
    return say("{record} to {to}", record=mail.record, to=mail.to)


def said_words(one: parts.Said) -> str:
    """`amount € 250,00: open on invoice 2026004`."""
    return say("{kind} {said}: {where}", kind=term(one.kind), said=one.said, where=one.where or _NOWHERE[one.verdict])


def envelope(letter: Letter) -> list[Fact]:
    """What a letter goes out with, beside its recipients."""
    files = [(say("Attachment"), f"{file.name} ({size(file.size)})") for file in letter.attachments]
    return [(say("Subject"), letter.subject), *files]


def change_words(change: Change, arrow: str = "->") -> str:
    """`due date: 2026-11-01 -> 2026-12-01`."""
    old, new = change.old or NOTHING, change.new or NOTHING
    return say("{field}: {old} {arrow} {new}", field=_field(change), old=old, arrow=arrow, new=new)


def _field(change: Change) -> str:
    return change.field if isinstance(change.field, Said) else Field(change.field)


def circumstance_words(entry: Circumstance) -> str:
    return say("{said} ({aside})", said=entry.said, aside=entry.aside) if entry.aside else entry.said


def more_words(section: Situation) -> str:
    """How much of the situation there is no room for; "" where all of it is shown."""
    return _and_more(section.left_out) if section.left_out else ""


def situation_lines(section: Situation, most: int = MOST_CIRCUMSTANCES) -> list[str]:
    shown = section.shown[:most]
    lines = [say("- {label}: {said}", label=entry.label, said=circumstance_words(entry)) for entry in shown]
    left = len(section.entries) - len(lines)
    return [*lines, *([say("- {more}", more=_and_more(left))] if left else [])]


def _and_more(left: int) -> str:
    return say("and {number} more", number=left)


def source_words(entry: SentTo) -> str:
    """Where an address is on file."""
    return entry.source or say("NOT ON FILE, given by the assistant")


def warning_texts(preview: Preview) -> list[str]:
    return [_line(str(warned.text)) for warned in preview.warnings]


def size(count_of_bytes: int) -> str:
    """`812 bytes`, `12.4 kB`, `3.1 MB`."""
    if count_of_bytes < 1_000:
        return f"{count_of_bytes} bytes"
    if count_of_bytes < 1_000_000:
        return f"{count_of_bytes / 1_000:.1f} kB"
    return f"{count_of_bytes / 1_000_000:.1f} MB"


def sources_words(section: Sources) -> str:
    """The one line for all of them."""
    return say("Sources: {summary}.", summary=section.summary)


def _because(preview: Preview, language: Language) -> list[str]:
    return [_line(because_words(preview), language), ""] if preview.because else []


def _body(preview: Preview, language: Language, but: Sequence[Section] = ()) -> Iterator[str]:
    if not any(isinstance(section, Letter) for section in preview.sections):  # what a letter is about, it says itself
        yield _line(preview.title, language)
    for section in preview.sections:
        yield from () if section in but else _section(section, language)


def _section(section: Section, language: Language = "en") -> Iterator[str]:
    match section:
        case Facts() | Beside():
            yield from _facts(section.entries, language)
        case Situation():
            told = (_line(line, language) for line in situation_lines(section))
            yield from ["", _line(say("{label}:", label=SITUATION), language), *told]
        case Letter():
            yield from _envelope(section, language)
            yield from ["", *(f"  | {shown(line)}" for line in section.body.split("\n"))]
        case Mails():
            yield _mails(section, language)
        case Effects():
            yield from (_effect(effect, language) for effect in section.entries)
        case Sources():
            yield _line(sources_words(section), language)
        case Records():
            yield from ["", *(line for row in section.rows for line in _row(row, language))]
        case _:
            assert_never(section)


def _in_short(section: Section) -> Iterator[str]:
    match section:
        case Letter():
            filled = " and filled in" if section.filled else ""
            yield from _envelope(section, "en", f"Text: as given{filled}, {len(section.body)} characters")
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


def _line(text: str, language: Language = "en") -> str:
    """A line of a preview; blanks in it cannot push what follows to where a line of its own would begin."""
    return _PADDING.sub(" ", shown(spoken(text, language))).rstrip()


def _warned(warned: Warned, language: Language) -> str:
    return _line(say("{mark} {warned}", mark="!!" if warned.danger else " !", warned=warned.text), language)


def _facts(facts: Sequence[Fact], language: Language = "en") -> Iterator[str]:
    """Labelled lines; a text of several lines stands below its label, each line of it marked."""
    for label, text in facts:
        parts = text.split("\n")
        if len(parts) == 1:
            yield _line(_labelled(label, text), language)
        else:
            yield from [_line(say("{label}:", label=label), language), *(f"  | {shown(part)}" for part in parts)]


def _labelled(label: str, text: str) -> str:
    return say("{label}: {text}", label=label, text=text)


def _envelope(letter: Letter, language: Language, *about_the_text: str) -> Iterator[str]:
    for entry in letter.recipients:
        source = source_words(entry)
        to = say("{field}: {email} ({source})", field=FIELD_WORDS[entry.field], email=entry.email, source=source)
        yield _line(to, language)
    subject, *files = (_line(_labelled(label, said), language) for label, said in envelope(letter))
    yield from (subject, *map(_line, about_the_text), *files)


def _mails(section: Mails, language: Language) -> str:
    named = some(map(mail_words, section.entries), most=_MOST_NAMED)
    return _line(joined(filter(None, (mails_words(section), named)), ": "), language)


def _effect(effect: Effect, language: Language) -> str:
    return _line(joined(filter(None, (effect.said, some(effect.items, most=_MOST_NAMED))), ": "), language)


def _row(row: Row, language: Language) -> Iterator[str]:
    about = f" ({row.about})" if row.about else ""
    yield _line(say("{key}{about}: {action}", key=row.key, about=about, action=term(row.action)), language)
    yield from (f"    {_line(said, language)}" for said in (*map(change_words, row.changes), *row.notes))
