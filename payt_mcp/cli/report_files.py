"""The files of `payt-mcp report`: sheets of all that is open, read from the books themselves and not through a tool."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

import anyio

from payt_mcp.books.scope import Scope
from payt_mcp.errors import PaytMcpError, SlowPaytError, StillLoadingError
from payt_mcp.server.session import CallerSession
from payt_mcp.settings import Settings
from payt_mcp.sheets.as_xlsx import MOST_SIGNS
from payt_mcp.sheets.files import csv_of, workbook_of
from payt_mcp.words.text import clean

_MOST_WAITS = 40
"""How often a reading that takes longer than one call may is waited for: half an hour in all."""

_Make = Callable[[Sequence[Scope]], Awaitable[bytes]]


def workbook(settings: Settings, administration: str) -> bytes:
    """Open items, aging and worklist of the administrations that are meant. Raises PaytMcpError."""
    return _made(settings, administration, partial(workbook_of, language=settings.language_for()))


def sheet(settings: Settings, administration: str, name: str) -> bytes:
    """One of `files.SHEETS` as CSV. Raises PaytMcpError."""

    async def make(scopes: Sequence[Scope]) -> bytes:
        return (await csv_of(scopes, name, lambda text: clean(text, MOST_SIGNS))).encode()

    return _made(settings, administration, make)


def _made(settings: Settings, administration: str, make: _Make) -> bytes:
    made = anyio.run(partial(_opened, settings, administration, make))
    if isinstance(made, PaytMcpError):  # raised out here, where no task group wraps it
        raise made
    return made


async def _opened(settings: Settings, administration: str, make: _Make) -> bytes | PaytMcpError:
    made: bytes | PaytMcpError = b""
    async with anyio.create_task_group() as group:
        session = CallerSession(settings, settings, group, state_dir=settings.state_dir)
        try:
            account = await session.account()
            meant = await account.administrations_meant(administration, every=True)
            made = await _waited([Scope(account, one) for one in meant], make)
        except PaytMcpError as error:
            made = error
        finally:
            with anyio.CancelScope(shield=True):
                await session.aclose()
            group.cancel_scope.cancel()
    return made


async def _waited(scopes: Sequence[Scope], make: _Make) -> bytes:
    """What takes longer than a call may is waited for, since nobody cuts this one off."""
    for _ in range(_MOST_WAITS):
        try:
            return await make(scopes)
        except (StillLoadingError, SlowPaytError) as error:
            print(str(error).partition(". ")[0], file=sys.stderr)
    return await make(scopes)
