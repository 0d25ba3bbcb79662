"""What a server opens for one caller when it is first needed: the account, the outbox, the completions.

A start loads neither the client nor its libraries, nor the ledger: hosts wait for it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio
import anyio.abc

from payt_mcp.errors import NotConfiguredError, PaytMcpError, RefusedWriteError
from payt_mcp.settings import CallerSettings, PolicySettings, Secret

if TYPE_CHECKING:
    from payt_mcp.books.account import Account
    from payt_mcp.books.completion import Completions
    from payt_mcp.writes.outbox import Outbox

logger = logging.getLogger("payt_mcp")

_QUIET_START = 3.0

EmbeddedPayt = Callable[..., Any]


class CallerSession:
    """Everything that is one caller's own, opened at the first call that needs it and kept until the server ends.

    Args:
        state_dir: the folder of the record of writes and of a sign-in.
        app: an embedded Payt in the place of the network; with `PAYT_API_URL=sandbox` one is made.
        browse: opens the approval page in the caller's browser, where that is one of this machine.
    """

    def __init__(
        self,
        settings: CallerSettings,
        policy: PolicySettings,
        group: anyio.abc.TaskGroup,
        *,
        state_dir: Path | None,
        app: EmbeddedPayt | None = None,
        browse: Callable[[str], bool] | None = None,
    ) -> None:
        self._settings = settings
        self._policy = policy
        self._group = group
        self._state_dir = state_dir
        self._app = app
        self._browse = browse
        self._account: Account | None = None
        self._replaced: list[Account] = []
        self._outbox: Outbox | None = None
        self._completions: Completions | None = None
        self._lock = anyio.Lock()

    async def account(self) -> Account:
        """The account of the credential in force now; another one where somebody signed in as somebody else."""
        if self._account is not None and not self._account.is_current():
            self._replaced.append(self._account)  # calls may still use it; it asks Payt nothing any more
            self._account = None
        if self._account is None:
            from payt_mcp.books.account import open_account  # noqa: PLC0415 - see above
            from payt_mcp.payt.signin.sources import open_source  # noqa: PLC0415

            if self._app is None:
                self._settings, self._app = _embedded(self._settings)
            tokens = open_source(self._settings, self._state_dir)
            self._account = open_account(self._settings, tokens, self._group, app=self._app)
        return self._account

    async def outbox(self) -> Outbox:
        """Where the writes are kept and carried out.

        Raises:
            RefusedWriteError: this caller may only read. (Where nobody may write, no tool asks for it.)
            LedgerError: no record of writes can be kept.
        """
        if self._policy.read_only:
            raise RefusedWriteError("You may read here, and not write.", unsent=True)
        async with self._lock:
            account = await self.account()
            if self._outbox is not None and self._outbox.account is not account:
                await self._outbox.aclose()
                self._outbox = None
            if self._outbox is None:
                from payt_mcp.writes.outbox import a_payt_in_memory, open_outbox  # noqa: PLC0415 - see above

                payt = a_payt_in_memory() if self._app else self._settings.api_url
                self._outbox = await open_outbox(
                    account, self._policy, self._group, state_dir=self._state_dir, payt=payt, browse=self._browse
                )
            return self._outbox

    async def completions(self) -> Completions:
        account = await self.account()
        if self._completions is None or self._completions.account is not account:
            from payt_mcp.books.completion import Completions  # noqa: PLC0415 - see above

            self._completions = Completions(account)
        return self._completions

    async def take_up(self) -> None:
        """See to what an earlier process left in the ledger, once the start is over."""
        if self._policy.read_only or self._settings.is_sandbox or self._app or not self._state_dir:
            return
        await anyio.sleep(_QUIET_START)
        try:
            if (self._state_dir / "ledger.sqlite3").exists():
                await self.outbox()
        except NotConfiguredError:
            return  # nobody is signed in: the first call says how
        except (PaytMcpError, OSError) as error:  # OSError: a folder that may not even be looked into
            logger.warning("the record of writes cannot be used: %s", type(error).__name__)

    async def finish(self) -> None:
        """What is being sent is finished or recorded, within a bound."""
        if self._outbox is not None:
            await self._outbox.aclose()

    async def aclose(self) -> None:
        """Let go of Payt; nothing is asked after `finish` any more."""
        for account in (*self._replaced, self._account):
            if account is not None:
                await account.aclose()


def _embedded(settings: CallerSettings) -> tuple[CallerSettings, EmbeddedPayt | None]:
    """With `PAYT_API_URL=sandbox`: an embedded Payt in this process, and its token."""
    if not settings.is_sandbox:
        return settings, None
    from payt_sandbox.api.options import Options  # noqa: PLC0415 - built only where it is asked for
    from payt_sandbox.app import create_app  # noqa: PLC0415
    from payt_sandbox.data.build import build_world  # noqa: PLC0415

    options = Options()
    world = build_world(history=settings.sandbox_months)
    return replace(settings, api_token=Secret(options.token)), create_app(world, options=options)
