"""Where an account's writes are kept and carried out: its ledger scope, the engine, and the channels to a person."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING

import anyio.abc

from payt_mcp.books.account import Account
from payt_mcp.errors import LedgerError
from payt_mcp.proposals.engine import Engine
from payt_mcp.proposals.ledger.ledger import Ledger
from payt_mcp.proposals.records import EMBEDDED
from payt_mcp.settings import Secret, Settings
from payt_mcp.writes.kinds import known_kinds
from payt_mcp.writes.writer import Writer

if TYPE_CHECKING:
    from payt_mcp.proposals.asking.page import ApprovalPage


class Desk:
    """One account's place in the ledger. Made by `open_desk`; its ledger is open, its engine runs."""

    def __init__(
        self,
        account: Account,
        settings: Settings,
        ledger: Ledger,
        payt: str,
        group: anyio.abc.TaskGroup,
        browse: Callable[[str], bool] | None = None,
        *,
        credential: Secret | None = None,
    ) -> None:
        self.account = account
        self.settings = settings
        self.ledger = ledger
        self.scope = _scope(payt, credential or settings.api_token)
        self.writers = {
            kind.name: Writer(kind, account, ledger, self.scope, payt, settings.attachments_dir)
            for kind in known_kinds()
        }
        self.engine = Engine(ledger, self.scope, self.writers, group)
        self.zone: dt.tzinfo = dt.datetime.now().astimezone().tzinfo or dt.UTC
        self._group = group
        self._browse = browse
        self._page: ApprovalPage | None = None

    async def show_page(self) -> bool:
        """Have the approval page open in the user's browser; False where there is none."""
        if self._browse is None:
            return False
        if self._page is None:
            from payt_mcp.proposals.asking.page import ApprovalPage  # noqa: PLC0415 - a web server is loaded when one is needed

            self._page = ApprovalPage(self.engine, self._group, self._browse, zone=self.zone)
        return await self._page.show()

    async def aclose(self) -> None:
        """Wait, within a bound, for what is being sent; then let go of the ledger."""
        await self.engine.aclose()


async def open_desk(
    account: Account,
    settings: Settings,
    group: anyio.abc.TaskGroup,
    *,
    embedded: bool,
    browse: Callable[[str], bool] | None = None,
) -> Desk:
    """A desk; close it with `aclose`. What an embedded Payt holds ends with the process, and so does its scope.

    Raises:
        LedgerError: the ledger cannot be used, and nothing can be written.
        SignInError: there is no telling whose proposals they are.
    """
    if settings.state_dir is None:
        raise LedgerError("There is no folder to keep the record of writes in: set PAYT_STATE_DIR.")
    credential = await account.credential()
    ledger = Ledger(settings.state_dir)
    payt = f"{EMBEDDED}{secrets.token_hex(8)}" if embedded else settings.api_url
    desk = Desk(account, settings, ledger, payt, group, browse, credential=credential)
    await desk.engine.start()
    return desk


def _scope(payt: str, credential: Secret | None) -> str:
    """The name of a credential at one Payt; the credential cannot be read from it."""
    token = credential.reveal() if credential else ""
    return hashlib.sha256(f"payt-mcp ledger scope\n{payt}\n{token}".encode()).hexdigest()[:20]
