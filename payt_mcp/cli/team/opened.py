"""The database that a command works on, and the company that is meant."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from typing import TypeVar

import anyio

from payt_mcp.database.database import Database, try_once
from payt_mcp.database.migrating import check
from payt_mcp.errors import AlteredError, DatabaseError, InputError, SettingsError
from payt_mcp.network import value_of
from payt_mcp.proposals.ledger.common import CommonLedger
from payt_mcp.proposals.ledger.postgres.leases import Leases
from payt_mcp.proposals.ledger.postgres.opening import open_team_ledger
from payt_mcp.receivables.mailboxes import parse
from payt_mcp.server.team.people import People, Person, Tenant
from payt_mcp.settings import Secret, values
from payt_mcp.settings.team import NamedKey, database_url, keys

T = TypeVar("T")

_AWAY = (
    "The database of PAYT_DATABASE_URL cannot be reached: is it running, are name and password right, and may this "
    "machine connect to it?"
)


@contextmanager
def opened(environ: Mapping[str, str], *, checked: bool = True) -> Iterator[Database]:
    """The database of PAYT_DATABASE_URL; `checked`: its tables are those this version needs.

    Raises:
        SettingsError: it is not set, cannot be reached, or lacks tables.
    """
    values.refuse_unknown(environ)
    url = value_of(environ, "PAYT_DATABASE_URL")
    if url is None:
        raise SettingsError("Set PAYT_DATABASE_URL to the server's PostgreSQL: postgresql://user:password@host/name.")
    secret = database_url(url)
    reach(secret)
    database = Database(secret, most=2)
    try:
        if checked:
            check(database)
        yield database
    except DatabaseError:
        raise SettingsError(_AWAY) from None
    finally:
        database.close()


def reach(url: Secret) -> None:
    """One attempt: the pool would go on trying, and log host and user each time. Raises SettingsError."""
    try:
        try_once(url)
    except DatabaseError:
        raise SettingsError(_AWAY) from None


def key_ring(environ: Mapping[str, str]) -> tuple[NamedKey, ...]:
    """The keys of PAYT_KEYS. Raises SettingsError."""
    given = value_of(environ, "PAYT_KEYS")
    if given is None:
        raise SettingsError("Set PAYT_KEYS to the keys of the replicas, the one that seals first.")
    return keys(given)


@contextmanager
def record_of(
    database: Database,
    tenant_id: str,
    keys: Sequence[NamedKey],
    *,
    on_altered: Callable[[AlteredError], object] | None = None,
) -> Iterator[CommonLedger]:
    """A company's record of writes. What was altered in it is told to `on_altered`; without that, it is raised."""
    leases = Leases(database)
    try:
        with closing(open_team_ledger(database, tenant_id, keys, leases, on_altered=on_altered)) as ledger:
            yield ledger
    finally:
        leases.close()


def tell_altered(tenant: Tenant) -> Callable[[AlteredError], None]:
    """For commands that do the rest of their work all the same."""
    return lambda error: print(f"{tenant.name}: {error}", file=sys.stderr)


def with_people(environ: Mapping[str, str], work: Callable[[People], Awaitable[T]]) -> T:
    """Do something with the people of the database."""
    with opened(environ) as database:
        return anyio.run(lambda: work(People(database)))


async def company(people: People, name: str | None) -> Tenant:
    """The one of this name, or the only one there is.

    Raises:
        InputError: there is none, or several could be meant.
    """
    known = await people.tenants()
    if not known:
        raise InputError("There is no company yet: `payt-mcp team init COMPANY --admin EMAIL` makes the first one.")
    meant = [one for one in known if name is None or name in {one.name, one.id}]
    if len(meant) == 1:
        return meant[0]
    raise InputError(f"Say which company with --company: {', '.join(repr(one.name) for one in known)}.")


async def person(people: People, tenant: Tenant, who: str) -> Person:
    """By address or id. Raises InputError where the company has nobody of that name."""
    for one in await people.people_of(tenant.id):
        if who == one.id or who.casefold() == one.email.casefold():
            return one
    raise InputError(f"{tenant.name} has nobody of that address or id; `payt-mcp team roles` lists its people.")


def address(text: str) -> str:
    """Raises InputError where it is no e-mail address."""
    try:
        return parse(text)
    except ValueError as error:
        raise InputError(f"{text!r} is no e-mail address: {error}.") from None


def whoever() -> str:
    """The user of this system; in a container they may have no name."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return f"uid {os.getuid()}"


def table(rows: Sequence[Sequence[str]]) -> str:
    """Columns of a common width, two spaces apart."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )
