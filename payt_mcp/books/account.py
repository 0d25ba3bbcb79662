"""One Payt credential and all that hangs on it: the client, the administrations, their books, the listings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import anyio.abc

from payt_mcp.books import zones
from payt_mcp.books.at_once import AtOnce
from payt_mcp.books.case_numbers import CaseNumbers
from payt_mcp.books.day import DayBook
from payt_mcp.books.held import OwnShelves, Shelves
from payt_mcp.books.history import History
from payt_mcp.books.listings import Listings
from payt_mcp.books.open_books import Books
from payt_mcp.books.open_tasks import OpenTasks
from payt_mcp.errors import AmbiguousError, InputError, UnknownRecordError
from payt_mcp.payt.client import PaytClient
from payt_mcp.payt.clock import Reading
from payt_mcp.payt.models import Administration
from payt_mcp.payt.resources import Resources
from payt_mcp.payt.signin.tokens import TokenSource
from payt_mcp.settings import CallerSettings, Rules, Secret
from payt_mcp.words.text import clean, code

ALL = "all"
"""In the place of the id of an administration: every one that is active."""

_ADMINISTRATIONS_FRESH = 300.0


class Account:
    """What one caller can reach at Payt. Made by `open_account`.

    Args:
        shelves: what is held of administrations, where other accounts use it too; made for this account.
        listings: where listings are kept, where other processes go on with them.
        may_see: whether an administration that the credential reaches is there for this caller, by its id.
    """

    def __init__(
        self,
        settings: CallerSettings,
        client: PaytClient,
        group: anyio.abc.TaskGroup,
        *,
        shelves: Callable[[Account], Shelves] | None = None,
        listings: Listings | None = None,
        may_see: Callable[[str], bool] | None = None,
    ) -> None:
        self.payt = Resources(client)
        self.listings = listings or Listings()
        self.at_once = AtOnce()
        self._settings = settings
        self._client = client
        self._may_see = may_see
        self._administrations: list[Administration] = []
        self._read_at: Reading | None = None
        self._refused = 0
        self._login = client.tokens.login()
        self._shelves: Shelves = (
            shelves(self) if shelves else OwnShelves(client, group, freshness=settings.freshness_seconds)
        )

    @property
    def is_invented(self) -> bool:
        """Whether all that is answered comes from the embedded sandbox."""
        return self._settings.is_sandbox

    @property
    def is_of_company(self) -> bool:
        """Whether it is that of a person who signs in to the server itself, and does not sit at its machine."""
        return self._may_see is not None

    @property
    def rules(self) -> Rules:
        """When whom may be written to, and what comes next."""
        return self._settings.rules

    def is_current(self) -> bool:
        """Whether the credential this was opened with is still in force.

        Where the same application was signed in with again, perhaps for another company, what is held of the company
        before is forgotten.
        """
        login = self._client.tokens.login()
        if login != self._login:
            self._shelves.forget()
        if login is not None and login != self._login:
            self._read_at, self._login = None, login
            self.listings.clear()
        return login is not None

    @property
    def why_none(self) -> str:
        """Why a person of a company sees no administration although their credential reaches some; else ""."""
        if self._may_see is None or not self.reach or any(map(self._may_see, self.reach)):
            return ""
        return (
            "You have no role in any administration here: whoever administers this server for your company can give "
            "you one (`payt-mcp team roles`)."
        )

    @property
    def reach(self) -> frozenset[str]:
        """The ids of all administrations that the credential reaches, as they were last listed."""
        return frozenset(one.id for one in self._administrations)

    async def ledger_identity(self) -> Secret:
        """What names the ledger scope. Raises SignInError."""
        return await self._client.tokens.ledger_identity()

    async def aclose(self) -> None:
        await self._client.aclose()

    async def administrations(self, *, fresh: bool = False) -> list[Administration]:
        """The administrations that are there for this caller, at most five minutes old, or `fresh`; asked for anew
        too where Payt has refused the credential something since. Raises UpstreamError.
        """
        now, refused = Reading.take(), self._client.refused
        is_old = self._read_at is None or now.since(self._read_at) > _ADMINISTRATIONS_FRESH
        if fresh or is_old or refused != self._refused:
            self._administrations = await self.payt.administrations()
            self._read_at, self._refused = now, refused
        may_see = self._may_see
        return self._administrations if may_see is None else [a for a in self._administrations if may_see(a.id)]

    async def administration(self, wanted: str = "", *, fresh: bool = False) -> Administration:
        """The administration that is meant: the named one, the configured one, or the only active one; `fresh` as it is
        at Payt now.

        Raises:
            UnknownRecordError: the token reaches none of that id or name; the message lists those it does.
            AmbiguousError: none is named and several are active.
        """
        known = await self.administrations(fresh=fresh)
        wanted = wanted or self._settings.administration_id or ""
        if wanted:
            named = [a for a in known if wanted in {a.id, a.name}]
            if len(named) == 1:
                return named[0]
            if named:
                raise AmbiguousError(
                    f"administration_id {wanted[:60]!r}", [_named(a) for a in named], "Pass the id of the one meant."
                )
            if wanted == ALL or "," in wanted:
                raise InputError(
                    f"administration_id={wanted[:60]!r} names several: this tool asks one at a time. {_choices(known)}"
                )
            raise UnknownRecordError(
                f"There is no administration {wanted[:60]!r} that this token reaches. {_choices(known)}"
            )
        active = [a for a in known if a.status == "active"]
        if len(active) == 1:
            return active[0]
        if not active:
            raise UnknownRecordError(self.why_none or f"This token reaches no active administration. {_choices(known)}")
        raise AmbiguousError(
            "administration_id", [_named(a) for a in active], "Ask the user which one, and pass administration_id."
        )

    async def administrations_meant(self, wanted: str, *, every: bool = False) -> list[Administration]:
        """Those that are meant: one by its id or name, several with commas between, or `all` that are active. Where
        none is named, and none configured, `every` one that is active; else only one can be meant.

        Raises UnknownRecordError, AmbiguousError.
        """
        known = await self.administrations()
        active = [one for one in known if one.status == "active"]
        named = {name for one in known for name in (one.id, one.name)}
        if (wanted == ALL and ALL not in named) or (every and not wanted and not self._settings.administration_id):
            if active:
                return active
        elif "," in wanted and wanted not in named:
            parts = [part.strip() for part in wanted.split(",") if part.strip()]
            found = {one.id: one for one in [await self.administration(part) for part in parts]}
            return list(found.values())
        elif not wanted and not self._settings.administration_id and len(active) > 1:
            how = f'Ask the user which one, and pass administration_id; "{ALL}" for all of them.'
            raise AmbiguousError("administration_id", [_named(one) for one in active], how)
        return [await self.administration("" if wanted == ALL and not active else wanted)]

    def books(self, administration: Administration) -> Books:
        """The open items of an administration, shared by every call."""
        return self._shelves.of(administration).books

    def case_numbers(self, administration: Administration) -> CaseNumbers:
        """Which credit case a case number belongs to."""
        return self._shelves.of(administration).case_numbers

    def open_tasks(self, administration: Administration) -> OpenTasks:
        """Which tasks are open, and of which debtor."""
        return self._shelves.of(administration).open_tasks

    def day(self, administration: Administration) -> DayBook:
        """What happened lately with the debtors of an administration."""
        return self._shelves.of(administration).day

    def history(self, administration: Administration) -> History:
        """What was paid in an administration."""
        return self._shelves.of(administration).history

    def now(self) -> dt.datetime:
        """The time at Payt, UTC."""
        return self._client.now()

    def today(self, administration: Administration) -> dt.date:
        """The date in the administration's time zone: what "overdue" is measured against."""
        return self._client.now().astimezone(zones.time_zone(administration)).date()


def open_account(
    settings: CallerSettings,
    tokens: TokenSource,
    group: anyio.abc.TaskGroup,
    *,
    app: Callable[..., Any] | None = None,
) -> Account:
    """An account; close it with `aclose`.

    `group` runs readings that outlive a call. `app` is an embedded Payt that answers in place of the network.
    """
    url = "http://sandbox.invalid" if app else settings.api_url
    client = PaytClient(url, tokens, rate=settings.rate, network=settings.network, app=app)
    return Account(settings, client, group)


def _named(administration: Administration) -> str:
    status = "" if administration.status == "active" else f", {code(administration.status)}"
    return f"{administration.id} ({clean(administration.name, 60) or 'no name'}{status})"


def _choices(administrations: list[Administration]) -> str:
    listed = "; ".join(_named(a) for a in administrations)
    return f"It reaches: {listed}." if listed else "It reaches none at all: ask who manages Payt's API tokens."
