"""Blocking the follow-up of invoices, and resuming it where it was blocked through the API."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from payt_mcp.books.by_id import read_by_id
from payt_mcp.books.find import find_invoice
from payt_mcp.books.scope import Scope, chunks
from payt_mcp.books.shelf import Key
from payt_mcp.errors import AmbiguousError, BadValueError, UnknownRecordError
from payt_mcp.payt import writes
from payt_mcp.payt.models import Debtor, Invoice
from payt_mcp.payt.resources import InvoiceFilters
from payt_mcp.payt.wire import Command
from payt_mcp.proposals.attempt import Done
from payt_mcp.proposals.preview import (
    REFUSED,
    Effect,
    Effects,
    Facts,
    Preview,
    Records,
    Row,
    Warned,
    counted,
    outliers_first,
)
from payt_mcp.proposals.states import Status
from payt_mcp.words.said import count, joined, moment_of, money, say, some
from payt_mcp.words.sentences import template
from payt_mcp.words.text import NAME_LENGTH, clean, code
from payt_mcp.writes.bulk import bulk_done, with_refused
from payt_mcp.writes.kind import Kind, Place
from payt_mcp.writes.outlook import Content, Outlook
from payt_mcp.writes.settling import Attempt

MOST_INVOICES = 500
_FIELDS = (
    "id", "invoice_number", "invoice_identifier", "debtor_id", "currency_code", "open_amount", "book_open_amount",
    "paused_at", "paused_by_user",
)  # fmt: skip
_DUE = {"block": say("blocked"), "resume": say("resumed")}
_HELD, _PAUSED = say("blocked already"), say("blocked beside the pause")
_STAYS, _FREE, _REFUSED = say("stays paused"), say("not resumed"), REFUSED
_WAYS = {"invoice_numbers": "invoice_number", "invoice_identifiers": "invoice_identifier", "ids": "id"}
"""How an invoice may be named, in the order it is looked for."""
_POSTED = frozenset({*_DUE.values(), _PAUSED, _STAYS})
_TITLES = {
    "block": template("Block the follow-up of {invoices}, in {short_name}"),
    "resume": template("Resume the follow-up of {invoices}, in {short_name}"),
}
_WHAT = {
    "block": say("Payt does nothing more about these invoices until they are resumed"),
    "resume": say("Payt goes on with these invoices, and reminds their debtors as its flow has it"),
}


class FollowUp(Kind):
    """`wish` has `action` (block or resume) and `invoices` by number, identifier or id."""

    name = "follow_up"
    records = "such invoices"

    async def prepare(self, place: Place, wish: Content) -> dict[str, Any]:
        named = list(dict.fromkeys(key.strip() for key in wish["invoices"] if key.strip()))
        if not 1 <= len(named) <= MOST_INVOICES:
            raise BadValueError("invoices", f"{len(named)} invoices", f"1 to {MOST_INVOICES} in one call")
        return {"action": wish["action"], "invoices": await _resolved(place, named)}

    async def look_ahead(self, place: Place, asked: Content) -> Outlook:
        action, meant = asked["action"], asked["invoices"]
        found = await _by_id(place, [entry["id"] for entry in meant if entry["id"]])
        debtors = await _debtors(place, found.values())
        rows = [_row(place, action, entry, found.get(entry["id"]), debtors) for entry in meant]
        posted = [row.key for row in rows if row.action in _POSTED]
        held = any(row.action == _HELD for row in rows)
        none = say("These invoices are blocked already") if held else say("None of these invoices is known")
        none = none if action == "block" else say("None of these invoices is blocked")
        return Outlook(
            touches=(self.name, action, *sorted(entry["named"] for entry in meant)),
            title=say(
                _TITLES[action],
                invoices=count(len(posted), "invoice"),
                short_name=place.short_name,
            ),
            sections=[
                Facts(((say("What"), _WHAT[action]),)),
                Effects((counted(place.sender, rows), *_owed(rows, meant, found))),
                Records(outliers_first(rows), noun=say("Invoice"), owner=say("Debtor")),
            ],
            warnings=_warnings(rows),
            idle="" if posted else none,
            basis={"debtors": sorted(debtors)},
            amount=_concerned(rows, meant, found),
        )

    def command(self, place: Place, content: Content, preview: Preview) -> Command:
        posted = _posted(content, preview)
        keys = {by: [entry["key"] for entry in posted if entry["by"] == by] for by in {e["by"] for e in posted}}
        return writes.follow_up(place.id, content["action"], keys)

    def done(self, content: Content, preview: Preview, answer: Any) -> Done:
        posted = [entry["key"] for entry in _posted(content, preview)]
        number, errors, warnings = writes.bulk_result(answer)
        done = bulk_done(posted, number, errors, warnings)
        failed = sum(len(texts) for texts in errors.values())
        if number + failed < len(posted):
            said = {
                "trouble": say(
                    "Payt counted {number} of the {posted} invoices that were sent to it.",
                    number=number,
                    posted=len(posted),
                )
            }
            done = Done(Status.PARTLY_APPLIED, {**done.outcome, **said})
        return with_refused(done, preview.refused)

    async def touched(self, place: Place, content: Content) -> Iterable[Key]:  # noqa: ARG002 - Kind
        return [Key("invoices", "ids", entry["id"]) for entry in content["invoices"] if entry["id"]]

    async def stands(self, place: Place, attempt: Attempt) -> Done | None:
        """Whether what was due is so now; an invoice that was held up before says nothing about it."""
        action = attempt.content["action"]
        due = attempt.preview.keys(_DUE[action])
        meant = {entry["id"]: entry["named"] for entry in attempt.content["invoices"] if entry["named"] in due}
        found = await _by_id(place, list(meant))
        missing = [
            name for key, name in meant.items() if key not in found or _is_held(found[key]) is not (action == "block")
        ]
        return attempt.batch(due, missing, say("at the invoices"))


KIND = FollowUp()


def _is_held(invoice: Invoice) -> bool:
    return invoice.paused_at is not None


async def _resolved(scope: Scope, named: Sequence[str]) -> list[dict[str, str]]:
    """What each name means: the id of the invoice, and the key that Payt is given for it; no id where it is unclear."""
    found: dict[str, dict[str, str]] = {}
    for by, field in _WAYS.items():
        for chunk in chunks([name for name in named if name not in found and "," not in name]):
            listed = await scope.account.payt.invoices(scope.id, fields=_FIELDS, **_filter(by, chunk))
            for name in chunk:
                same = [one for one in listed.records if getattr(one, field) == name]
                if same:
                    found[name] = _meant(name, by, same)
    for name in named:
        if "," in name:
            found[name] = await _with_comma(scope, name)
    return [found.get(name) or _unclear(name, say("not found at Payt")) for name in named]


def _filter(by: str, names: Sequence[str]) -> InvoiceFilters:
    if by == "invoice_numbers":
        return {"invoice_numbers": names}
    return {"invoice_identifiers": names} if by == "invoice_identifiers" else {"ids": names}


def _meant(name: str, by: str, same: Sequence[Invoice]) -> dict[str, str]:
    if len(same) > 1:
        return _unclear(
            name,
            say(
                "{invoices} carry that number: give the identifier of the one meant",
                invoices=count(len(same), "invoice"),
            ),
        )
    key = name
    if by == "ids":
        by = "invoice_identifiers" if same[0].invoice_identifier else "invoice_numbers"
        key = same[0].invoice_identifier or same[0].invoice_number or ""
    return {"named": name, "id": same[0].id, "by": by, "key": key}


async def _with_comma(scope: Scope, name: str) -> dict[str, str]:
    """A list filter would look for two invoices; the path takes the number whole."""
    try:
        invoice = await find_invoice(scope, name, fields=_FIELDS)
    except (UnknownRecordError, AmbiguousError):
        return _unclear(name, say("not found at Payt"))
    by = "invoice_numbers" if invoice.invoice_number == name else "invoice_identifiers"
    return {"named": name, "id": invoice.id, "by": by, "key": name}


def _unclear(name: str, why: str) -> dict[str, str]:
    return {"named": name, "id": "", "by": "", "key": "", "why": why}


async def _by_id(scope: Scope, ids: Sequence[str]) -> dict[str, Invoice]:
    return await read_by_id(ids, lambda some: scope.account.payt.invoices(scope.id, fields=_FIELDS, ids=some))


async def _debtors(scope: Scope, invoices: Iterable[Invoice]) -> dict[str, Debtor]:
    payt, fields = scope.account.payt, ("id", "debtor_number", "name")
    ids = list(dict.fromkeys(invoice.debtor_id for invoice in invoices if invoice.debtor_id))
    return await read_by_id(ids, lambda some: payt.debtors(scope.id, fields=fields, ids=some))


def _row(
    place: Place, action: str, entry: Mapping[str, str], invoice: Invoice | None, debtors: Mapping[str, Debtor]
) -> Row:
    if invoice is None:
        return Row.refused(entry["named"], entry.get("why", say("not found at Payt")))
    debtor = debtors.get(invoice.debtor_id or "")
    owner = (
        say("{debtor_number} {name}", debtor_number=code(debtor.debtor_number), name=clean(debtor.name, NAME_LENGTH))
        if debtor
        else ""
    )
    opened = (
        say("{open_amount} open", open_amount=money(invoice.open_amount, invoice.currency_code))
        if invoice.open_amount is not None
        else ""
    )
    does, notes = _effect(place, action, invoice)
    about = joined(filter(None, (owner, opened)))
    return Row(entry["named"], does, about, notes=tuple(notes), is_outlier=bool(notes))


def _owed(rows: Sequence[Row], meant: Sequence[Mapping[str, str]], found: Mapping[str, Invoice]) -> Iterator[Effect]:
    """What is open on the invoices that it touches, by currency."""
    totals: dict[str, Decimal] = {}
    for row, entry in zip(rows, meant, strict=True):
        invoice = found.get(entry["id"])
        if invoice and row.action in _POSTED and invoice.open_amount is not None:
            currency = invoice.currency_code or ""
            totals[currency] = totals.get(currency, Decimal(0)) + invoice.open_amount
    if totals:
        yield Effect(
            say("Open on them: {total}", total=joined(money(total, code) for code, total in sorted(totals.items())))
        )


def _concerned(rows: Sequence[Row], meant: Sequence[Mapping[str, str]], found: Mapping[str, Invoice]) -> Decimal:
    touched = (found.get(entry["id"]) for row, entry in zip(rows, meant, strict=True) if row.action in _POSTED)
    return sum((abs(one.book_open_amount or one.open_amount or Decimal(0)) for one in touched if one), Decimal(0))


def _effect(place: Place, action: str, invoice: Invoice) -> tuple[str, list[str]]:
    since = say("since {paused_at}", paused_at=moment_of(invoice.paused_at, place.zone))
    if action == "block":
        paid = [say("paid already")] if invoice.open_amount == 0 else []
        if not _is_held(invoice):
            return _DUE["block"], paid
        if invoice.paused_by_user:  # a block is lifted apart from the pause
            return _PAUSED, [say("paused by a user {since}", since=since), *paid]
        return _HELD, [say("paused {since}", since=since), *paid]
    if not _is_held(invoice):
        return _FREE, [say("it is not paused")]
    if invoice.paused_by_user:
        return _STAYS, [say("a user paused it {since}; only a block through the API is lifted", since=since)]
    return _DUE["resume"], [say("if it was blocked through the API, which Payt does not show")]


def _warnings(rows: Sequence[Row]) -> list[Warned]:
    found = []
    for action, what in (
        (_REFUSED, say("Kept out of what is sent")),
        (_FREE, say("Would not be resumed, because they are not paused")),
        (_STAYS, say("Would not be resumed, because a user paused them")),
        (_PAUSED, say("Paused by a user already")),
        (_HELD, say("Blocked already, and left as they are")),
    ):
        keys = [clean(row.key, 40) for row in rows if row.action == action]
        if keys:
            found.append(Warned(say("{what}: {keys}.", what=what, keys=some(keys))))
    return found


def _posted(content: Content, preview: Preview) -> list[Mapping[str, str]]:
    posted = preview.keys(*_POSTED)
    return [entry for entry in content["invoices"] if entry["named"] in posted]
