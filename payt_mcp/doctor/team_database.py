"""What is wrong with the database of a team server, and with what stands in it."""

from __future__ import annotations

from contextlib import aclosing

import anyio

from payt_mcp.database.database import Connection, Database, first, try_once
from payt_mcp.database.migrating import check
from payt_mcp.doctor.finding import Finding, listed
from payt_mcp.errors import DatabaseError, SealedError, SettingsError
from payt_mcp.server.team.keyring import KeyRing
from payt_mcp.server.team.people import People
from payt_mcp.server.team.resealing import check_keys as open_one_of_each
from payt_mcp.server.team.resealing import keys_in_use
from payt_mcp.settings import Secret
from payt_mcp.words.text import count

_OLDEST = 15
_TIMEOUT = 5.0
_CHANNEL = "payt_doctor"


async def check_database(database: Database, url: Secret) -> list[Finding]:
    """`url` is the address it was opened with."""
    try:
        await anyio.to_thread.run_sync(try_once, url)
        version = await database.run(_version)
    except DatabaseError:
        said = "The database of PAYT_DATABASE_URL cannot be reached."
        remedy = "Is it running, are name and password right, and may this machine connect to it?"
        return [Finding("database.reached", "problem", said, remedy)]
    if version < _OLDEST:
        return [Finding("database.reached", "problem", f"PostgreSQL {version} is too old.", "Use 15 or later.")]
    findings = [Finding("database.reached", "ok", f"PostgreSQL {version} answers.")]
    if not await _hears(database):
        said = "Notices between replicas do not arrive, so what is approved waits up to 15 seconds."
        remedy = "Give the address of the database itself, not of a pooler that shares connections (PgBouncer)."
        findings.append(Finding("database.notices", "warning", said, remedy))
    if await database.run(_has_loose_standby):
        said = "A standby follows it that is not synchronous: after a failover it may not know that a letter went out."
        findings.append(Finding("database.standby", "warning", said, "Name it in synchronous_standby_names."))
    return [*findings, await _check_tables(database)]


async def check_keys(database: Database, ring: KeyRing) -> list[Finding]:
    try:
        await open_one_of_each(database, ring)
    except SealedError as error:
        remedy = "Put the key that is missing back into PAYT_KEYS, behind the first."
        return [Finding("keys.open", "problem", str(error), remedy)]
    older = sorted((await keys_in_use(database)).keys() - {ring.first})
    if older:
        said = f"Some of what is secret is still sealed by {listed(older)}."
        return [Finding("keys.open", "warning", said, "Run `payt-mcp team keys rotate`.")]
    return [Finding("keys.open", "ok", f"Everything secret is sealed by {ring.first}.")]


async def check_people(database: Database) -> list[Finding]:
    people = People(database)
    tenants = await people.tenants()
    if not tenants:
        remedy = "payt-mcp team init COMPANY --admin EMAIL"
        return [Finding("people.company", "problem", "There is no company yet, so nobody can sign in.", remedy)]
    findings = []
    for tenant in tenants:
        known = await people.people_of(tenant.id)
        how = "reads only" if tenant.policy.read_only else "reads and writes"
        findings.append(
            Finding("people.company", "ok", f"{tenant.name}: {count(len(known), 'person', 'people')}, and {how}.")
        )
        if not any([(await people.rights(one.id)).may_anywhere("admin") for one in known]):
            remedy = "payt-mcp team roles set EMAIL admin"
            findings.append(Finding("people.admin", "warning", f"{tenant.name} has no admin.", remedy))
    return findings


async def _check_tables(database: Database) -> Finding:
    try:
        await anyio.to_thread.run_sync(check, database)
    except SettingsError as error:
        return Finding("database.tables", "problem", str(error), "payt-mcp team migrate")
    return Finding("database.tables", "ok", "All tables are there.")


async def _hears(database: Database) -> bool:
    """Whether a notice on one connection reaches another."""
    with anyio.move_on_after(_TIMEOUT):
        async with aclosing(database.notices(_CHANNEL)) as notices:
            async for told in notices:
                if told:
                    return True
                await database.run(lambda c: c.execute("select pg_notify(%s, 'here')", (_CHANNEL,)))
    return False


def _version(connection: Connection) -> int:
    row = first(connection, "select current_setting('server_version_num')::int / 10000 as version")
    return int(row["version"]) if row else 0


def _has_loose_standby(connection: Connection) -> bool:
    query = (
        "select exists (select from pg_stat_replication) and current_setting('synchronous_standby_names') = '' as loose"
    )
    row = first(connection, query)
    return bool(row and row["loose"])
