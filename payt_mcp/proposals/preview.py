"""What a person is shown of a proposal: a head, what is dangerous, and sections by what they are.

Nothing in here knows a kind of write. What differs between kinds in words is kept with each proposal, so that a page or
a terminal that never heard of the kind can say it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from payt_mcp.errors import AlteredError
from payt_mcp.proposals.said_parts import SAID, said_in, with_said
from payt_mcp.words.said import joined, say, term
from payt_mcp.words.sentences import template

if TYPE_CHECKING:
    from pydantic import TypeAdapter

REFUSED = "refused"
"""What becomes of a record that is kept out of what is sent."""

MOST_CIRCUMSTANCES = 12
"""Lines of the situation that a person is shown; what is cut is counted."""

CANNOT_BE_SHOWN = "A proposal in the ledger cannot be shown: it was altered."
_NEEDED = frozenset({"kind", "title", "sections", "warnings", "words"})
_ORDER = {"created": 0, "updated": 1, "unchanged": 3, REFUSED: 4}
Fact = tuple[str, str]
"""A label and what it says; the text may have several lines."""


@dataclass(frozen=True)
class Warned:
    """Something about a proposal a person should look at. A `danger` is shown in red, and bars the code channel: a
    person must have seen it.
    """

    text: str
    danger: bool = False


@dataclass(frozen=True)
class Facts:
    """What it is about, and what it rests on."""

    entries: tuple[Fact, ...]
    section: Literal["facts"] = "facts"


@dataclass(frozen=True)
class Beside:
    """What helps a person to decide. That some of it is over is no news; what comes up is."""

    entries: tuple[Fact, ...]
    section: Literal["beside"] = "beside"


@dataclass(frozen=True)
class Circumstance:
    """Something that is so around a proposal. `key` tells it from all others, `said` is what a person knew of it, and
    `aside` what may be otherwise a moment later and is no news. Where one that `stops` comes up before it is carried
    out, a yes given without it does not hold.
    """

    key: str
    label: str
    said: str
    aside: str = ""
    stops: bool = True


@dataclass(frozen=True)
class Situation:
    """What is so around a proposal, the most important first."""

    entries: tuple[Circumstance, ...]
    section: Literal["situation"] = "situation"

    @property
    def shown(self) -> tuple[Circumstance, ...]:
        """The ones that there is room for; the last line says how many more there are."""
        return self.entries if len(self.entries) <= MOST_CIRCUMSTANCES else self.entries[: MOST_CIRCUMSTANCES - 1]

    @property
    def left_out(self) -> int:
        return len(self.entries) - len(self.shown)


@dataclass(frozen=True)
class SentTo:
    """A recipient: `field` is to, cc or bcc; `source` says where the address is on file, "" where it is not."""

    field: str
    email: str
    source: str


@dataclass(frozen=True)
class Attached:
    """A file that goes along; `size` in bytes."""

    name: str
    size: int


@dataclass(frozen=True)
class Letter:
    """A text that goes out, as it will be read, and to whom. `filled` is what stands in it for each placeholder of what
    was asked for.
    """

    recipients: tuple[SentTo, ...]
    subject: str
    body: str
    attachments: tuple[Attached, ...] = ()
    filled: tuple[Fact, ...] = ()
    section: Literal["letter"] = "letter"


@dataclass(frozen=True)
class Mailed:
    """A record that Payt e-mails, and to which address."""

    record: str
    to: str


@dataclass(frozen=True)
class Mails:
    """What Payt e-mails by itself: so many of what `noun` names, and `why`."""

    noun: str
    why: str
    entries: tuple[Mailed, ...] = ()
    section: Literal["mails"] = "mails"


@dataclass(frozen=True)
class Effect:
    """What follows from a batch as a whole, summed up; `items` are the records that it is about."""

    said: str
    items: tuple[str, ...] = ()


@dataclass(frozen=True)
class Effects:
    entries: tuple[Effect, ...]
    section: Literal["effects"] = "effects"


@dataclass(frozen=True)
class Change:
    """A field of a record; `old` is "" where nothing was there, or nothing that Payt shows."""

    field: str
    old: str
    new: str


@dataclass(frozen=True)
class Row:
    """One record of several: `about` says whose it is, `action` what becomes of it. One that is not like the others is
    shown wherever there is room for a few only.
    """

    key: str
    action: str
    about: str = ""
    changes: tuple[Change, ...] = ()
    notes: tuple[str, ...] = ()
    is_outlier: bool = False

    @classmethod
    def refused(cls, key: str, why: str, about: str = "") -> Row:
        """One that is kept out of what is sent."""
        return cls(key, REFUSED, about, notes=(why,), is_outlier=True)


@dataclass(frozen=True)
class Records:
    """Records, each with what changes; `noun` and `owner` say what they are and what stands beside them."""

    rows: tuple[Row, ...]
    noun: str = say("Record")
    owner: str = say("About")
    section: Literal["records"] = "records"


@dataclass(frozen=True)
class Said:
    """A thing that a text says: what it is, whether it stands in the books (`verdict`), and where, in words."""

    said: str
    kind: str
    verdict: Literal["right", "unknown", "wrong"]
    where: str = ""


@dataclass(frozen=True)
class Sources:
    """Where each figure of a text comes from: one line for all, and each of them."""

    summary: str
    entries: tuple[Said, ...] = ()
    section: Literal["sources"] = "sources"


Section = Facts | Beside | Situation | Letter | Mails | Effects | Records | Sources


@dataclass(frozen=True)
class Words:
    """How a kind of write is spoken of.

    `step` and `done`: "send" and "sent". `ended` is the sentence when it is, and `same` names another one like it.
    `unseen` is what is said while Payt does not show it, `all_clear` where there is no warning. `person_knows` is
    whether a person may say that it was done because Payt may never show that to us.
    """

    step: str = say("carry out")
    done: str = say("carried out")
    ended: str = template("Sent at {sending}.")
    same: str = say("The same write")
    unseen: str = say("not to be seen at Payt yet")
    all_clear: str = say("No warnings.")
    person_knows: bool = True


@dataclass(frozen=True)
class Preview:
    """A proposal as it is shown.

    `about` is the debtor that it is about, where it is one. `because` says why it was proposed anew; `idle` why there
    is nothing to do, and what is idle is not put on record.
    """

    kind: str
    title: str
    sender: str
    administration_id: str
    sections: tuple[Section, ...] = ()
    warnings: tuple[Warned, ...] = ()
    words: Words = Words()
    because: tuple[str, ...] = ()
    idle: str = ""
    about: str = ""

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Preview:
        """As `as_json` made it. Raises AlteredError where it is no preview."""
        try:
            if kept.keys() >= _NEEDED:
                plain = {name: part for name, part in kept.items() if name != SAID}
                preview = _adapter().validate_python({**plain, "warnings": [*map(_warned, kept["warnings"])]})
                return with_said(preview, kept[SAID]) if kept.get(SAID) else preview
        except (ValueError, TypeError):  # pydantic's error, which would quote what stands there
            pass
        raise AlteredError(CANNOT_BE_SHOWN, AlteredError.OF_EITHER)

    def as_json(self) -> dict[str, Any]:
        """Plain texts, and beside them which are sentences of ours, with what they are made of."""
        made: dict[str, Any] = _adapter().dump_python(self, mode="json")
        return {**made, SAID: dict(said_in(self))}

    @property
    def dangers(self) -> list[Warned]:
        return [warned for warned in self.warnings if warned.danger]

    @property
    def remarks(self) -> list[Warned]:
        return [warned for warned in self.warnings if not warned.danger]

    @property
    def rows(self) -> list[Row]:
        return [row for section in self.sections if isinstance(section, Records) for row in section.rows]

    def keys(self, *actions: str) -> set[str]:
        """The records that something of this becomes of."""
        return {row.key for row in self.rows if row.action in actions}

    @property
    def refused(self) -> dict[str, tuple[str, ...]]:
        """The records that are kept out of what is sent, each with why."""
        return {row.key: row.notes for row in self.rows if row.action == REFUSED}

    def anew(self, because: Sequence[str]) -> Preview:
        return replace(self, because=tuple(because))


def _warned(kept: Mapping[str, Any]) -> dict[str, Any]:
    """A warning as it is kept. Earlier versions also kept which of the red ones bar the code channel: all do."""
    return {name: value for name, value in kept.items() if name != "person_only"}


def facts(entries: Sequence[Fact]) -> Iterator[Facts]:
    """A section where there is something to say."""
    if entries:
        yield Facts(tuple(entries))


def beside(entries: Sequence[Fact]) -> Iterator[Beside]:
    if entries:
        yield Beside(tuple(entries))


def outliers_first(rows: Iterable[Row]) -> tuple[Row, ...]:
    """Rows in their order, but that those which are not like the others come first."""
    return tuple(sorted(rows, key=lambda row: not row.is_outlier))


def situation(entries: Sequence[Circumstance]) -> Iterator[Situation]:
    if entries:
        yield Situation(tuple(entries))


def counted(sender: str, rows: Sequence[Row]) -> Effect:
    """How many records become what: the first thing to know of a batch."""
    counts = Counter(row.action for row in rows)
    actions = sorted(counts, key=lambda action: _ORDER.get(action, 2))
    said = (say("{number} {what}", number=str(counts[action]), what=term(action)) for action in actions)
    return Effect(say("In {sender}: {counts}", sender=sender, counts=joined(said)))


_PARTS: tuple[Any, ...] = (
    Warned, Facts, Beside, Circumstance, Situation, SentTo, Attached, Letter, Mailed, Mails, Effect, Effects, Change,
    Row, Records, Said, Sources, Words, Preview,
)  # fmt: skip


@cache
def _adapter() -> TypeAdapter[Preview]:
    """Reads no part that holds more than it should: a warning under another name would be one that nobody sees."""
    from pydantic import ConfigDict, TypeAdapter  # noqa: PLC0415 - built when the first preview is read or written

    for part in _PARTS:
        part.__pydantic_config__ = ConfigDict(extra="forbid")
    return TypeAdapter(Preview)
