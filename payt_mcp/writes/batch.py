"""What the upserts of debtors and of contacts share: steps record by record, one batch, and a look at the books."""

from __future__ import annotations

from abc import abstractmethod
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from payt_mcp.books.scope import Scope
from payt_mcp.books.shelf import Key
from payt_mcp.errors import BadValueError
from payt_mcp.payt import writes
from payt_mcp.payt.models import Debtor
from payt_mcp.payt.wire import Command
from payt_mcp.proposals.attempt import Done
from payt_mcp.proposals.preview import (
    REFUSED,
    Change,
    Effects,
    Preview,
    Records,
    Row,
    Warned,
    counted,
    outliers_first,
)
from payt_mcp.receivables.addresses import parse_many, parse_one
from payt_mcp.words.said import count, say, within
from payt_mcp.words.sentences import Field
from payt_mcp.writes.bulk import CLEARED, POSTED, WHOLE, bulk_done, with_refused
from payt_mcp.writes.checks import text
from payt_mcp.writes.dangers import FIELDS, Found, stand_apart, told
from payt_mcp.writes.kind import Kind, Place
from payt_mcp.writes.outlook import Content, Outlook
from payt_mcp.writes.settling import Attempt
from payt_mcp.writes.texts import Own, drawn_otherwise, leading_elsewhere

MOST_RECORDS = 500

Step = tuple[Row, list[Found]]
"""What a row would do, and what is dangerous about it."""


class Upsert(Kind):
    """`name` is Payt's resource too; `unseen` are the fields that are taken and never shown."""

    unseen: ClassVar[frozenset[str]]

    @abstractmethod
    def parse(self, given: Any) -> list[dict[str, Any]]:
        """The rows of a call. Raises InputError."""

    @abstractmethod
    def key(self, row: Mapping[str, Any]) -> str:
        """What Payt's answer calls the record."""

    @abstractmethod
    async def steps(self, scope: Scope, rows: Sequence[Mapping[str, Any]]) -> list[Step]:
        """What each row would do to the books, and what is dangerous about it. Raises UpstreamError."""

    @abstractmethod
    async def debtors(self, scope: Scope, rows: Sequence[Mapping[str, Any]]) -> Iterable[Debtor]:
        """Whom the texts of the rows are about. Raises UpstreamError."""

    async def prepare(self, place: Place, wish: Content) -> dict[str, Any]:  # noqa: ARG002 - Kind
        rows = self.parse(wish[self.name])
        twice = [key for key, times in Counter(map(self.key, rows)).items() if times > 1]
        if twice:
            raise BadValueError(self.name, twice[0], "each record once")
        return {self.name: rows}

    async def look_ahead(self, place: Place, asked: Content) -> Outlook:
        given = asked[self.name]
        steps = await self.steps(place, given)
        apart = stand_apart([found for _, found in steps])
        rows = [replace(row, is_outlier=row.is_outlier or odd) for (row, _), odd in zip(steps, apart, strict=True)]
        idle = all(row.action not in POSTED for row in rows)
        refused = sum(row.action == REFUSED for row in rows)
        texts = [(self.key(row), text) for row in given for text in _texts(row)]
        warnings = leading_elsewhere(texts, Own.of(place.administration))
        if warnings:
            warnings = leading_elsewhere(texts, Own.of(place.administration, await self.debtors(place, given)))
        warnings += [*drawn_otherwise(texts), *told(one for _, found in steps for one in found)]
        if refused:
            warnings.append(
                Warned(say("Refused and kept out of what is sent: {records}.", records=count(refused, "record")))
            )
        return Outlook(
            touches=(self.name, *sorted(self.key(row) for row in given)),
            title=say(
                "{count}, in {short_name}",
                count=count(len(rows), self.name.removesuffix("s")),
                short_name=place.short_name,
            ),
            sections=[Effects((counted(place.sender, rows),)), Records(outliers_first(rows))],
            warnings=warnings,
            idle=say("Payt has all of it already")
            if idle and not refused
            else say("Nothing is left to send")
            if idle
            else "",
        )

    def command(self, place: Place, content: Content, preview: Preview) -> Command:
        return writes.upsert(place.id, self.name, self._posted(content, preview))

    def done(self, content: Content, preview: Preview, answer: Any) -> Done:
        posted = [self.key(row) for row in self._posted(content, preview)]
        return with_refused(bulk_done(posted, *writes.bulk_result(answer)), preview.refused)

    async def touched(self, place: Place, content: Content) -> Iterable[Key]:  # noqa: ARG002 - Kind
        """By every name Payt filters with; contacts are in no book."""
        names = {f"{name}s": name for name in ("debtor_number", "debtor_identifier")} if self.name == "debtors" else {}
        return [Key(self.name, by, row[name]) for row in content[self.name] for by, name in names.items()]

    async def stands(self, place: Place, attempt: Attempt) -> Done | None:
        """Whether the books are as they were to be; a record with something that Payt never shows is for a person."""
        posted = self._posted(attempt.content, attempt.preview)
        if any(name in row for row in posted for name in self.unseen):
            return None
        missing = [row.key for row, _ in await self.steps(place, posted) if row.action != "unchanged"]
        return attempt.batch([self.key(row) for row in posted], missing, say("in the books"))

    def _posted(self, content: Content, preview: Preview) -> list[Mapping[str, Any]]:
        posted = preview.keys(*POSTED)
        return [row for row in content[self.name] if self.key(row) in posted]


def _texts(row: Mapping[str, Any]) -> Iterator[str]:
    """What is written for people to read; addresses, numbers and accounts are fields, and looked at as such."""
    for name, value in row.items():
        if name not in FIELDS or name == "name":
            yield from map(str, value if isinstance(value, list) else [value or ""])


def address(where: str, value: Any) -> str:
    """One e-mail address."""
    return parse_one(where, text(where, value))


def addresses(where: str, value: Any) -> str:
    """Addresses for a copy, separated by commas."""
    return ",".join(parse_many(where, [text(where, value)]))


def change(name: str, old: Any, new: Any) -> Change:
    return Change(Field(name), within(said(old), WHOLE), within(said(new), WHOLE) or CLEARED)


def said(value: Any) -> str:
    """A value of a record in words."""
    if isinstance(value, bool):
        return say("yes") if value else say("no")
    return (
        ", ".join(map(str, value))
        if isinstance(value, list | tuple)
        else value
        if isinstance(value, str)
        else str(value or "")
    )


def differences(pairs: Iterable[tuple[str, Any, Any]]) -> list[Change]:
    """A change for each name whose new value is not the old one."""
    return [change(name, old, new) for name, old, new in pairs if said(old) != said(new)]
