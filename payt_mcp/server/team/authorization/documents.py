"""Programs whose id is the address of a document about them (client id metadata documents).

A document is kept for as long as its host says, within bounds; one that could not be had is not asked for again at
once.
"""

from __future__ import annotations

import json
import re
import ssl
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import anyio

from payt_mcp.server.team.authorization.fetching import UnfetchableError, fetch
from payt_mcp.server.team.authorization.program import Program, UnfitError, UnknownProgramError, described
from payt_mcp.server.team.authorization.redirects import trouble_of
from payt_mcp.words.said import say

_USUAL, _LEAST, _MOST = 3600.0, 60.0, 86_400.0
_FAILED = 30.0
"""Seconds that a document is kept, and that a failure is."""

_MOST_KEPT = 1_000
_AT_ONCE = 8
_MAX_AGE = re.compile(r"\bmax-age=(\d{1,9})")
_KEEP_NOT = re.compile(r"\bno-(store|cache)\b")
_WITH_SECRET = {"client_secret_basic", "client_secret_post", "client_secret_jwt"}


class Documents:
    """Args:
    context: whose certificates are trusted; asked for with the first fetch.
    loopback: documents of this machine's own count too, over http as well.
    """

    def __init__(
        self,
        context: Callable[[], ssl.SSLContext],
        *,
        loopback: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._context = context
        self._loopback = loopback
        self._clock = clock
        self._kept: dict[str, tuple[float, Program | UnknownProgramError]] = {}
        self._turns = anyio.Semaphore(_AT_ONCE)

    async def program(self, address: str) -> Program:
        """Raises UnknownProgramError."""
        if trouble := self._trouble_of(address):
            raise UnknownProgramError(trouble)
        found = self._known(address)
        if found is None:
            async with self._turns:  # not for what is known: hosts that say nothing would keep it from everybody
                found = self._known(address)
                if found is None:
                    until, found = await self._fetched(address)
                    self._keep(address, until, found)
        if isinstance(found, UnknownProgramError):
            raise UnknownProgramError(found.why)
        return found

    def _known(self, address: str) -> Program | UnknownProgramError | None:
        until, found = self._kept.get(address, (0.0, None))
        return found if until > self._clock() else None

    async def _fetched(self, address: str) -> tuple[float, Program | UnknownProgramError]:
        try:
            fetched = await fetch(address, self._context(), loopback=self._loopback)
            program = _read(address, fetched.body)
        except (UnfetchableError, UnfitError) as trouble:
            why = say("the document that describes it cannot be used: {trouble}", trouble=str(trouble))
            return self._clock() + _FAILED, UnknownProgramError(why)
        return self._clock() + _kept_for(fetched.cache_control), program

    def _keep(self, address: str, until: float, found: Program | UnknownProgramError) -> None:
        self._kept.pop(address, None)
        self._kept[address] = until, found
        while len(self._kept) > _MOST_KEPT:
            self._kept.pop(next(iter(self._kept)))

    def _trouble_of(self, address: str) -> str:
        parts = urlsplit(address)
        is_plain = parts.scheme == "http" and not self._loopback
        has_dots = any(part in {".", ".."} for part in parts.path.lower().replace("%2e", ".").split("/"))
        if is_plain or has_dots or parts.path in {"", "/"} or trouble_of(address):
            return say("its id is no address of a document: https://, a host and a path, without dots and fragment")
        return ""


def is_address(client_id: str) -> bool:
    return client_id.lower().startswith(("https:", "http:"))


def _read(address: str, body: bytes) -> Program:
    try:
        said: Any = json.loads(body)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise UnfitError("it is no JSON object")
    if said.get("client_id") != address:
        raise UnfitError("it is about another client_id")
    if "client_secret" in said or said.get("token_endpoint_auth_method") in _WITH_SECRET:
        raise UnfitError("it speaks of a secret, and anybody can read it")
    name, redirects = described(said)
    host = urlsplit(address).hostname or ""
    return Program(address, name or host, host, redirects)


def _kept_for(cache_control: str) -> float:
    said = cache_control.lower()
    if _KEEP_NOT.search(said):
        return _LEAST
    age = _MAX_AGE.search(said)
    return min(max(float(age[1]), _LEAST), _MOST) if age else _USUAL
