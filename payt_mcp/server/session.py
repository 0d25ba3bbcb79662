"""What a server opens when it is first needed: the account, the desk, the completions.

A start loads neither the client nor its libraries, nor the ledger: hosts wait for it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import anyio
import anyio.abc

from payt_mcp.errors import NotConfiguredError, PaytMcpError
from payt_mcp.settings import Secret, Settings

if TYPE_CHECKING:
    from payt_mcp.books.account import Account
    from payt_mcp.books.completion import Completions
    from payt_mcp.writes.desk import Desk

logger = logging.getLogger("payt_mcp")

_QUIET_START = 3.0

EmbeddedPayt = Callable[..., Any]


class Opener:
    """Opens the account at the first call: its client and libraries are not loaded before they are needed."""

    def __init__(
        self,
        settings: Settings,
        app: EmbeddedPayt | None,
        group: anyio.abc.TaskGroup,
        browse: Callable[[str], bool] | None,
    ) -> None:
        self._settings = settings
        self._app = app
        self._group = group
        self._browse = browse
        self._account: Account | None = None
        self._replaced: list[Account] = []
        self._desk: Desk | None = None
        self._completions: Completions | None = None
        self._lock = anyio.Lock()

    async def account(self) -> Account:
        """The account of the credential in force now; another one where somebody signed in as somebody else."""
        if self._account is not None and not self._account.is_current():
            self._replaced.append(self._account)  # calls may still use it; it asks Payt nothing any more
            self._account = None
        if self._account is None:
            from payt_mcp.books.account import open_account  # noqa: PLC0415 - see above

            if self._app is None:
                self._settings, self._app = _embedded(self._settings)
            self._account = open_account(self._settings, self._group, app=self._app)
        return self._account

    async def desk(self) -> Desk:
        """Where writes are kept and carried out; a read-only server has no tool that asks for it."""
        async with self._lock:
            account = await self.account()
            if self._desk is not None and self._desk.account is not account:
                await self._desk.aclose()
                self._desk = None
            if self._desk is None:
                from payt_mcp.writes.desk import open_desk  # noqa: PLC0415 - see above

                self._desk = await open_desk(
                    account, self._settings, self._group, embedded=self._app is not None, browse=self._browse
                )
            return self._desk

    async def completions(self) -> Completions:
        account = await self.account()
        if self._completions is None or self._completions.account is not account:
            from payt_mcp.books.completion import Completions  # noqa: PLC0415 - see above

            self._completions = Completions(account)
        return self._completions

    async def take_up(self) -> None:
        """See to what an earlier process left in the ledger, once the start is over."""
        settings = self._settings
        if settings.read_only or settings.is_sandbox or self._app or not settings.state_dir:
            return
        await anyio.sleep(_QUIET_START)
        try:
            if (settings.state_dir / "ledger.sqlite3").exists():
                await self.desk()
        except NotConfiguredError:
            return  # nobody is signed in: the first call says how
        except (PaytMcpError, OSError) as error:  # OSError: a folder that may not even be looked into
            logger.warning("the record of writes cannot be used: %s", type(error).__name__)

    async def close_desk(self) -> None:
        """What is being sent is finished or recorded first, within a bound."""
        if self._desk is not None:
            await self._desk.aclose()

    async def aclose(self) -> None:
        for account in (*self._replaced, self._account):
            if account is not None:
                await account.aclose()


def _embedded(settings: Settings) -> tuple[Settings, EmbeddedPayt | None]:
    """With `PAYT_API_URL=sandbox`: an embedded Payt in this process, and its token."""
    if not settings.is_sandbox:
        return settings, None
    from payt_sandbox.api.options import Options  # noqa: PLC0415 - built only where it is asked for
    from payt_sandbox.app import create_app  # noqa: PLC0415
    from payt_sandbox.data.build import build_world  # noqa: PLC0415

    options = Options()
    return replace(settings, api_token=Secret(options.token)), create_app(build_world(), options=options)
