"""What every tool is made of: argument types, the caller's scope, and results that say one thing in two forms."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

from mcp.server.mcpserver import Context
from mcp.types import CallToolResult, TextContent, ToolAnnotations
from pydantic import BeforeValidator, Field
from typing_extensions import TypedDict  # pydantic cannot read nested ones of typing before 3.12

from payt_mcp import patience
from payt_mcp.errors import BadValueError
from payt_mcp.receivables import phases
from payt_mcp.tools.callers import Caller, Callers
from payt_mcp.words import text as present
from payt_mcp.words.field_names import nearest
from payt_mcp.words.numbers import as_amount, as_id

if TYPE_CHECKING:
    from payt_mcp.books.account import Account
    from payt_mcp.books.listings import Listing
    from payt_mcp.books.scope import Scope
    from payt_mcp.payt.models import Administration

MOST_LISTED = 50
"""How many debtors, invoices or cases one call may name."""

_PROGRESS_TOTAL = None
_MOST_NAMED = 24
_AMOUNT = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,2})?\Z")

READ_ONLY = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)


class ToolSpec(NamedTuple):
    """A tool as it is registered. Its description is what a model decides by.

    `toolset` is the set it is switched on with and `place` its place there. Its token `needs` these permissions at Payt
    whenever it is used, and `may_need` more for some records or arguments; `if_there` are used by a token that has them
    and asked for at no sign-in on its account. What `writes` is not on a read-only server.
    `page` is its page where a host shows pages.
    """

    run: Callable[..., Any]
    title: str
    description: str
    toolset: str
    place: int
    needs: tuple[str, ...] = ()
    may_need: tuple[str, ...] = ()
    annotations: ToolAnnotations = READ_ONLY
    writes: bool = False
    page: Literal["", "overdue", "proposal"] = ""
    if_there: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return str(self.run.__name__)


Ctx = Context[Callers, Any]
"""The context of a call, as the SDK hands it to a tool."""


def _as_list(value: Any) -> Any:
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        return [value] if value != "" else []
    return [] if value is None else value


def _unset(value: Any) -> Any:
    return "" if value is None else as_id(value)


def _joined(value: Any) -> Any:
    return ",".join(str(_unset(part)) for part in value) if isinstance(value, list | tuple) else _unset(value)


def _amount(value: Any) -> Any:
    return "" if value is None else as_amount(value)


Key = Annotated[str, BeforeValidator(as_id)]
Text = Annotated[str, BeforeValidator(_unset)]
Amount = Annotated[str, BeforeValidator(_amount)]
Keys = Annotated[Sequence[Key], BeforeValidator(_as_list)]
AdministrationId = Annotated[Text, Field(description="Only needed where several are active.")]
Administrations = Annotated[str, BeforeValidator(_joined), Field(description='One, "4711,4739" or "all".')]
Cursor = Annotated[Text, Field(description="next_cursor of the page before.")]
MOST_ROWS = 100
Limit = Annotated[int, Field(ge=1, le=MOST_ROWS)]
Fields = Annotated[Keys, Field(description="Instead of the usual ones; names here or at Payt.")]


class Unsaid(int):
    """A default that no caller gave: a cursor then goes on with as many rows as it began with."""


PAGE, SHORT_PAGE = Unsaid(20), Unsaid(10)


class Listed(TypedDict, total=False):
    """What every list result carries."""

    summary: str
    total: int
    next_cursor: str
    as_of: str
    notes: list[str]


async def caller_of(ctx: Ctx) -> Caller:
    """Whoever makes this call."""
    return await ctx.request_context.lifespan_context.caller(ctx.request_context)


async def account_of(ctx: Ctx) -> Account:
    """The account of whoever makes this call."""
    return await (await caller_of(ctx)).account()


async def scope_of(ctx: Ctx, administration_id: str) -> Scope:
    """The caller's account and the administration that is meant."""
    account = await account_of(ctx)
    return _scope(ctx, account, await account.administration(administration_id))


def _scope(ctx: Ctx, account: Account, administration: Administration) -> Scope:
    from payt_mcp.books.scope import Scope  # noqa: PLC0415 - brings the client along, which listing tools does not need

    async def progress(done: float, message: str) -> None:
        await ctx.report_progress(done, _PROGRESS_TOTAL, message)

    return Scope(account, administration, progress)


async def scopes_of(ctx: Ctx, wanted: str, *, every: bool = False) -> list[Scope]:
    """The caller's account and the administrations that are meant; where none is named, `every` active one."""
    account = await account_of(ctx)
    return [_scope(ctx, account, one) for one in await account.administrations_meant(wanted, every=every)]


def begun(
    scope: Scope, tool: str, args: Mapping[str, Any], ids: Sequence[str], limit: int, *, chain: Any = None
) -> Shown:
    """The first page of a new listing."""
    listing = scope.account.listings.start(tool, args, scope.id, ids, size=limit, chain=chain)
    return shown(listing, 0, limit)


def begun_of(
    scopes: Sequence[Scope],
    tool: str,
    args: Mapping[str, Any],
    ids: Sequence[str],
    limit: int,
    rows: Mapping[str, Any] | None = None,
) -> Shown:
    """The same of several administrations; `rows` are rows that are kept as they are."""
    whose = ",".join(scope.id for scope in scopes)
    listing = scopes[0].account.listings.start(tool, args, whose, ids, size=limit, rows=rows or {})
    return shown(listing, 0, limit)


async def resumed(
    ctx: Ctx,
    cursor: str,
    tool: str,
    args: Mapping[str, Any],
    limit: int,
    usual: Mapping[str, Any] = MappingProxyType({}),
) -> tuple[Scope, Shown]:
    """The page a cursor continues with, and its own administration, which the call need not name. `usual` are values of
    arguments that stand for not giving them.

    Raises:
        CursorError: there is no such listing any more, or it is another query's.
    """
    scopes, page = await resumed_of(ctx, cursor, tool, args, limit, usual)
    return scopes[0], page


async def resumed_of(
    ctx: Ctx,
    cursor: str,
    tool: str,
    args: Mapping[str, Any],
    limit: int,
    usual: Mapping[str, Any] = MappingProxyType({}),
) -> tuple[list[Scope], Shown]:
    """The same of several administrations. Raises CursorError."""
    listings = (await account_of(ctx)).listings
    await listings.fetch(cursor)
    listing, offset = listings.resume(cursor, tool, args, usual)
    if not isinstance(limit, Unsaid):
        listing.size = limit
    return await scopes_of(ctx, listing.administration_id), shown(listing, offset, listing.size)


@dataclass
class Answer:
    """A result under construction: `data` becomes the structured content, and `lines` the text between summary and
    notes.
    """

    summary: str
    data: dict[str, Any] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    as_of: dt.datetime | None = None
    """In the time zone it is shown in."""
    total: int | None = None
    next_cursor: str | None = None

    def result(self) -> CallToolResult:
        """Both forms of the same: text for a reader, structure for a program."""
        notes = [*self.notes, *patience.note()]
        as_of = present.stamp(self.as_of, self.as_of.tzinfo or dt.UTC) if self.as_of else None
        structured = present.filled(
            {
                "summary": self.summary,
                **self.data,
                "total": self.total,
                "next_cursor": self.next_cursor,
                "as_of": as_of,
                "notes": notes,
            }
        )
        text = [self.summary, *self.lines, *(f"Note: {note}" for note in notes)]
        paging = [f"total {self.total}"] if self.total is not None else []
        paging += [f"next_cursor {self.next_cursor}"] if self.next_cursor else []
        paging += [f"as of {as_of}"] if as_of else []
        if paging:
            text.append(f"({', '.join(paging)})")
        return CallToolResult(content=[TextContent(type="text", text="\n".join(text))], structured_content=structured)


def unranked(scopes: Sequence[Scope]) -> str:
    """For a summary: that a list by amount is one list a currency, where there are several."""
    currencies = sorted({scope.administration.currency_code or "none" for scope in scopes})
    return f" {' and '.join(currencies)} come in turn, not ranked together." if len(currencies) > 1 else ""


def earliest(scopes: Sequence[Scope], moments: Iterable[dt.datetime]) -> dt.datetime:
    """The earliest of these moments, on the clocks of the first administration whichever it is of; none: now."""
    return scopes[0].here(min(moments, default=scopes[0].as_of))


@dataclass(frozen=True)
class Shown:
    """One page of a listing: the ids on it, after how many others, and what continues it."""

    listing: Listing
    offset: int
    ids: list[str]
    next_cursor: str | None

    @property
    def total(self) -> int | None:
        return len(self.listing.ids) if self.listing.chain is None else None

    @property
    def is_first(self) -> bool:
        return self.offset == 0

    @property
    def places(self) -> str:
        """Which rows these are, for a page whose totals stand on the first: `21 to 40 of 312`."""
        return f"{self.offset + 1:,} to {self.offset + len(self.ids):,} of {self.total or 0:,}"


def shown(listing: Listing, offset: int, limit: int) -> Shown:
    """The page from `offset` on. Where nobody said how long, one last row more is shorter than a cursor for it."""
    left = len(listing.ids) - offset
    if isinstance(limit, Unsaid) and left == limit + 1 and listing.chain is None:
        limit = left
    ids = list(listing.ids[offset : offset + limit])
    return Shown(listing, offset, ids, listing.cursor(offset + len(ids)))


def listed(page: Shown, noun: str, order: str) -> str:
    """The first sentence of a listing: how many there are, and in which order."""
    total = page.total or 0
    return f"{present.count(total, noun) if total else f'No {noun}s'}{f', {order}' if total > 1 else ''}."


def given(**args: Any) -> dict[str, Any]:
    """The arguments that were really given, as the identity of a query."""
    return {name: list(value) if isinstance(value, tuple) else value for name, value in args.items() if value}


def but(args: Mapping[str, Any], **usual: Any) -> dict[str, Any]:
    """The same without those that ask for what is done anyway."""
    return {name: value for name, value in args.items() if value != usual.get(name)}


def parse_date(argument: str, value: str) -> dt.date | None:
    """A date argument. Raises BadValueError."""
    if not value:
        return None
    try:
        return dt.date.fromisoformat(value)
    except ValueError:
        raise BadValueError(argument, value, "a date such as 2026-11-21") from None


def parse_moment(argument: str, value: str) -> dt.datetime | None:
    """A moment argument: a date (its first moment, UTC) or a timestamp; without an offset it is UTC."""
    if not value:
        return None
    try:
        moment = dt.datetime.fromisoformat(value)
        return moment.astimezone(dt.UTC) if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    except (ValueError, OverflowError):  # a moment that is in year 0 or 10,000 once it is UTC
        raise BadValueError(argument, value, "a date or UTC timestamp such as 2026-11-21T09:30:00Z") from None


def day_or_moment(argument: str, value: str, scope: Scope) -> dt.datetime | None:
    """A moment argument where a date is the administration's: its first moment there. Raises BadValueError."""
    moment = parse_moment(argument, value)
    is_date = moment is not None and len(value) <= len("2026-11-21")
    return scope.begins(moment.date()) if moment and is_date else moment


def parse_amount(argument: str, value: str) -> Decimal | None:
    """An amount argument. Raises BadValueError."""
    found = value.strip()
    if not found:
        return None
    if not _AMOUNT.match(found):
        raise BadValueError(argument, value, 'a decimal string without thousands separators, such as "1250.00"')
    return Decimal(found)


def at_most(argument: str, values: Sequence[str], most: int = MOST_LISTED) -> list[str]:
    """A list argument, without repetitions. Raises BadValueError where it is too long or holds an empty value."""
    if len(values) > most:
        raise BadValueError(argument, f"{len(values)} values", f"at most {most} in one call")
    if any(not value.strip() for value in values):
        raise BadValueError(argument, list(values), "no empty values")
    return list(dict.fromkeys(value.strip() for value in values))


def phases_of(values: Sequence[str]) -> list[str]:
    """Phases of invoices, by their names or in words. Raises BadValueError."""
    named = {value: phases.phase_named(value) for value in at_most("phase", values)}
    for value, name in named.items():
        if not name:
            raise BadValueError("phase", value, f"one of {', '.join(phases.INVOICE_PHASES)}")
    return list(named.values())


def labelled(scope: Scope, notes: Iterable[str], among: Sequence[object]) -> list[str]:
    """Notes of one administration; `among` several they say whose they are."""
    return [f"{scope.id}: {note}" for note in notes] if len(among) > 1 else list(notes)


def in_order(low_name: str, low: Any, high_name: str, high: Any) -> None:
    """A range that is not empty from the start. Raises BadValueError."""
    if low is not None and high is not None and low > high:
        raise BadValueError(low_name, str(low), f"at most {high_name} ({high})")


def check_fields(fields: Sequence[str], own: Sequence[str], resource: Literal["invoices", "contacts"]) -> None:
    """`fields` are names of our result or of Payt's contract. Raises BadValueError, naming the closest."""
    if not fields:
        return
    from payt_mcp.payt import models  # noqa: PLC0415 - the contract is loaded when it is asked about

    contract: type[models.Entity] = models.Invoice if resource == "invoices" else models.Contact
    known = [*own, *contract.model_fields]
    unknown = [name for name in at_most("fields", fields) if name not in known]
    if unknown:
        near = " or ".join(nearest(unknown[0], list(dict.fromkeys(known))))
        others = f". Nor are {', '.join(name[:40] for name in unknown[1:6])}" if unknown[1:] else ""
        hint = f"; did you mean {near}?" if near else ""
        names = present.some(dict.fromkeys(known), most=_MOST_NAMED)
        raise BadValueError("fields", unknown[0], f"not a field of {resource}{hint}{others}\nFields: {names}")
