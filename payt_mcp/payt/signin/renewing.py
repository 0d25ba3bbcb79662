"""A token source over a kept sign-in: renewed ahead of its end or when Payt refuses it, by one process at a time.

A refresh token works once. So that nobody is locked out, a renewal is noted on disk before Payt is asked, and the new
tokens are on disk before they are used; nothing that ends a call ends a renewal. When one breaks off all the same (the
machine dies, Payt's answer is lost), the note says afterwards what probably happened, and the error how to get back.
"""

from __future__ import annotations

import dataclasses
import logging
import time
from contextlib import AbstractAsyncContextManager, suppress
from datetime import datetime
from typing import Protocol

import anyio
from anyio.to_thread import run_sync

from payt_mcp.errors import SignInEndedError, SignInReplacedError, SignInStoreError, UnauthorizedError
from payt_mcp.payt.signin.grants import GrantRefused, GrantTrouble
from payt_mcp.payt.signin.sign_in import SignIn
from payt_mcp.payt.signin.tokens import TokenEndpoint
from payt_mcp.settings import Secret

logger = logging.getLogger("payt_mcp")

_ONCE_IN = 30.0
"""Seconds in which a refused token is renewed once: a Payt that refuses what it gives out is not asked in a loop."""

_HOLD = 20.0
"""Seconds before the next attempt to renew a token that still works, after one that failed."""


class Store(Protocol):
    """Where the sign-in is kept, for all processes of a user (`store.py`). Raises SignInStoreError."""

    def stamp(self) -> object: ...
    def whose(self) -> tuple[str, str] | None: ...
    def read(self) -> SignIn | None: ...
    def keep(self, signin: SignIn) -> None: ...
    def note(self, signin: SignIn) -> None: ...
    def turn(self) -> AbstractAsyncContextManager[None]: ...


class RenewingTokens:
    """The tokens of one user or application, whoever renews them and however often they sign in again.

    Raises:
        SignInReplacedError: from every method, once another user or application is signed in.
        SignInStoreError: the store cannot be used.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        found = store.whose()
        if found is None:
            raise SignInReplacedError
        self._whose, self._login = found
        self._seen: object = None
        self._known: SignIn | None = None  # as it was kept when the stamp was `_seen`
        self._unkept: tuple[Secret, SignIn] | None = None
        self._forced_at = self._held_at = float("-inf")

    def login(self) -> str | None:
        try:
            found = self._store.whose() if self._store.stamp() != self._seen else (self._whose, self._login)
        except SignInStoreError:
            return None
        if found is None or found[0] != self._whose:
            return None
        self._login = found[1]
        return self._login

    async def ledger_identity(self) -> Secret:
        return (await self._current()).ledger_identity

    async def token(self, payt: TokenEndpoint) -> Secret:
        await self._keep_late()
        signin = await self._current()
        if signin.is_fresh(payt.now()) or self._is_held(signin, payt.now()):
            return signin.tokens.access
        try:
            return await self._renewed(signin.tokens.access, payt)
        except (GrantTrouble, SignInStoreError):
            if signin.is_over(payt.now()):
                raise
            self._held_at = time.monotonic()
            return signin.tokens.access

    async def renewed(self, refused: Secret, payt: TokenEndpoint) -> Secret:
        signin = await self._current(anew=True)
        if signin.tokens.access != refused:
            return signin.tokens.access
        if signin.kind == "token" or time.monotonic() - self._forced_at < _ONCE_IN:
            raise UnauthorizedError
        token = await self._renewed(refused, payt)
        self._forced_at = time.monotonic()
        return token

    def _is_held(self, signin: SignIn, now: datetime) -> bool:
        return time.monotonic() - self._held_at < _HOLD and not signin.is_over(now)

    async def _renewed(self, stale: Secret, payt: TokenEndpoint) -> Secret:
        """The token after `stale`, whoever got it. What cancels the call does not break off the renewal."""
        async with self._store.turn():
            signin = await self._current(anew=True)
            if signin.tokens.access == stale:
                with anyio.CancelScope(shield=True):
                    signin = await self._renew(signin, payt)
        return signin.tokens.access

    async def _renew(self, signin: SignIn, payt: TokenEndpoint) -> SignIn:
        """Exchange the tokens; the caller has the turn."""
        began = dataclasses.replace(signin, renewing=f"{payt.now():%Y-%m-%d %H:%M} UTC")
        await self._noted(began)
        try:
            granted = await payt.grant(signin.client_id, _client_secret(signin), signin.body())
        except GrantRefused as refusal:
            why = _why(signin, refusal.reason)
            if signin.kind == "oauth":  # an application's own credentials are not used up: they may work again
                with suppress(SignInStoreError):
                    await self._noted(dataclasses.replace(signin, ended=why))
            raise SignInEndedError(why) from None
        except GrantTrouble as trouble:
            if not trouble.taken:
                with suppress(SignInStoreError):
                    await self._noted(signin)
            raise
        renewed = signin.renewed(granted, payt.now())
        await self._keep(signin, renewed)
        return renewed

    async def _keep_late(self) -> None:
        """What could not be kept is tried again, until somebody signs in anew."""
        if self._unkept is None:
            return
        with suppress(SignInStoreError, GrantTrouble), anyio.CancelScope(shield=True):
            async with self._store.turn():
                if self._unkept is None:  # another call has done it
                    return
                replaced, renewed = self._unkept
                before = await run_sync(self._store.read)
                if before is not None and before.login == renewed.login and before.tokens.access == replaced:
                    await self._keep(before, renewed)
                else:
                    self._unkept = None

    async def _keep(self, before: SignIn, renewed: SignIn) -> None:
        """Have it on disk before it is used; where that fails, this process goes on with it and tries again."""
        try:
            await run_sync(self._store.keep, renewed)
        except SignInStoreError:
            if self._unkept is None:
                logger.warning(
                    "the renewed sign-in could not be kept: it works until this server ends, then run payt-mcp login "
                    "(in a company: connect Payt again)"
                )
            self._unkept = (before.tokens.access, renewed)
        else:
            self._unkept = None
            self._known, self._seen = renewed, self._store.stamp()

    async def _noted(self, signin: SignIn) -> None:
        await run_sync(self._store.note, signin)
        self._known, self._seen = signin, self._store.stamp()

    async def _current(self, *, anew: bool = False) -> SignIn:
        """The sign-in as it is kept now; read again only where it changed, or on demand."""
        if self._unkept is not None:
            return self._unkept[1]
        seen = self._store.stamp()
        if anew or self._known is None or seen != self._seen:
            signin = await run_sync(self._store.read)
            if signin is None or signin.whose != self._whose:
                raise SignInReplacedError
            self._known, self._seen, self._login = signin, seen, signin.login
        if self._known.ended:
            raise SignInEndedError(self._known.ended)
        return self._known


def _client_secret(signin: SignIn) -> Secret:
    return signin.tokens.client_secret or Secret("")


def _why(signin: SignIn, reason: str) -> str:
    """What probably happened, as the end of a sentence."""
    if reason in {"invalid_client", "unauthorized_client"} or signin.kind != "oauth":
        return "it does not accept its client id and secret (PAYT_CLIENT_ID, PAYT_CLIENT_SECRET), or not from here"
    if signin.renewing:
        return (
            f"a renewal begun at {signin.renewing} broke off before its answer could be kept, and what it was asked "
            "with works only once"
        )
    return "it was withdrawn, renewed from somewhere else, or not used for 90 days"
