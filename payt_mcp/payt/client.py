"""PaytClient: the one place that touches the network, and the one file that imports the HTTP library."""

from __future__ import annotations

import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

import anyio
import httpx

from payt_mcp import __version__
from payt_mcp.errors import GarbledError, NotSentError, OutcomeUnknownError, UnauthorizedError, UnavailableError
from payt_mcp.payt import wire
from payt_mcp.payt.clock import Reading, ServerTime
from payt_mcp.payt.pacing import BUDGET, Pacer, Slot, retry_after
from payt_mcp.payt.signin.grants import (
    TOKEN_PATH,
    Granted,
    GrantTrouble,
    read_grant,
)
from payt_mcp.payt.signin.tokens import TokenSource
from payt_mcp.payt.wire import Command, EntityT, Page, Query, RetryableStatus
from payt_mcp.settings import Secret

_SECONDS = 15.0
_CONNECT = 5.0
_T = TypeVar("_T")

_WHOLE = 2
"""How often its time-out a whole answer may take to read: one that drips never runs into a time-out itself."""

_NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)

_MOST_GARBLED = 3
"""Unreadable answers to one question before it is given up: a cut connection passes, another contract does not."""


class PaytClient:
    """Reads from Payt and writes to it on behalf of one token source: paced, retried, and typed.

    Args:
        base_url: without a trailing slash.
        tokens: where the access token comes from; given this client to renew one with.
        rate: requests per second at the most.
        app: an ASGI application that answers in place of the network (the embedded sandbox).
        budget: seconds after which a failing read is given up.
        timeout: seconds to wait for an answer to begin or go on (default 15); all of it may take twice as long.
    """

    def __init__(
        self,
        base_url: str,
        tokens: TokenSource,
        *,
        rate: int = 10,
        app: Callable[..., Any] | None = None,
        budget: float = BUDGET,
        timeout: float | None = None,
    ) -> None:
        seconds = _SECONDS if timeout is None else timeout
        self._http = httpx.AsyncClient(
            base_url=base_url,
            timeout=httpx.Timeout(seconds, connect=_CONNECT),
            transport=httpx.ASGITransport(app) if app else None,
            limits=httpx.Limits(max_connections=rate, max_keepalive_connections=rate, keepalive_expiry=60),
            headers={"Accept": "application/json", "User-Agent": f"payt-mcp/{__version__}"},
            follow_redirects=False,
        )
        self.tokens = tokens
        self._pacer = Pacer(rate)
        self._budget = budget
        self._bound = _WHOLE * seconds
        self._rng = random.Random()  # noqa: S311 - jitter, not a secret
        self.server_time: ServerTime | None = None

    async def aclose(self) -> None:
        await self._http.aclose()

    def now(self) -> datetime:
        """The time at Payt, in UTC: its last `Date` header and what has passed since; else this machine's."""
        return self.server_time.now(Reading.take()) if self.server_time else datetime.now(UTC)

    async def entity(self, model: type[EntityT], query: Query, what: str) -> EntityT:
        """One record. Raises UpstreamError; MissingError where there is no such record."""
        return await self._read(query, what, lambda answer: wire.read_entity(model, answer, what, self.now()))

    async def page(self, query: Query, what: str) -> Page:
        """One page of a list. Raises UpstreamError."""
        return await self._read(query, what, lambda answer: wire.read_page(answer, what))

    async def pages(self, query: Query, what: str) -> AsyncIterator[Page]:
        """The pages of a list to its end, one after the other. Raises UpstreamError."""
        seen: set[str] = set()
        while True:
            page = await self.page(query, what)
            yield page
            if page.cursor is None:
                return
            if page.cursor in seen:
                raise GarbledError(f"the list of {what} leads back to a page it already gave")
            seen.add(page.cursor)
            query = query.with_params(cursor=page.cursor)

    async def entities(
        self, model: type[EntityT], query: Query, what: str, *, most: int | None = None
    ) -> tuple[list[EntityT], bool]:
        """The records of a list, and whether that is all of them (False: `most` was reached first)."""
        found: list[EntityT] = []
        async for page in self.pages(query, what):
            found.extend(wire.read_entity(model, row, what, self.now()) for row in page.rows)
            if most is not None and len(found) >= most and page.cursor is not None:
                return found, False
        return found, True

    async def write(self, command: Command, what: str) -> Any:
        """Send one write, once. Returns the JSON of Payt's answer.

        Raises:
            NotSentError: it never reached Payt, or Payt would not take it yet; it may be sent again.
            OutcomeUnknownError: it went out and has no answer that can be used; it may not be sent again.
            UpstreamError: Payt refused it.
        """
        try:
            return await self._with_token(lambda token: self._write_once(command, what, token))
        except GrantTrouble as trouble:
            raise NotSentError(_said(trouble)) from None

    async def grant(self, client_id: str, client_secret: Secret, body: Mapping[str, str]) -> Granted:
        """Ask the token endpoint, once.

        Raises:
            GrantRefused: Payt will not.
            GrantTrouble: there is no usable answer.
        """
        basic = httpx.BasicAuth(client_id, client_secret.reveal())
        try:
            response = await self._http.post(TOKEN_PATH, auth=basic, json=dict(body), headers={"Connection": "close"})
        except _NEVER_LEFT as error:
            raise GrantTrouble(_said(error), taken=False) from None
        except httpx.HTTPError as error:
            raise GrantTrouble(_said(error), taken=True) from None
        self._note_clock(response)
        return read_grant(response.status_code, response.content)

    async def upload(self, url: str, content: bytes, content_type: str) -> None:
        """Put a file where Payt said to; may be repeated. No token goes with it: the URL is its own permission.

        Raises:
            NotSentError: it did not arrive.
        """
        try:
            response = await self._http.put(url, content=content, headers={"Content-Type": content_type})
        except httpx.HTTPError as error:
            raise NotSentError(f"a file could not be uploaded, {_said(error)}") from None
        if not response.is_success:
            raise NotSentError(f"a file could not be uploaded, the answer was {response.status_code}")

    async def _write_once(self, command: Command, what: str, token: Secret) -> Any:
        slot = await self._slot()
        try:
            response = await self._http.request(
                command.method,
                command.path,
                headers={"Authorization": f"Bearer {token.reveal()}", "Connection": "close"},
                extensions={"trace": self._on_wire(slot)},
                **_payload(command),
            )
        except _NEVER_LEFT as error:
            raise NotSentError(_said(error)) from None
        except httpx.HTTPError as error:
            raise OutcomeUnknownError(_said(error)) from None
        finally:
            self._pacer.abandon(slot, time.monotonic())
        self._note_clock(response)
        if response.status_code == 429:
            self._pacer.refused(time.monotonic())
        content_type = response.headers.get("content-type", "")
        return wire.read_written(response.status_code, content_type, response.content, what)

    async def _with_token(self, request: Callable[[Secret], Awaitable[_T]]) -> _T:
        """Make a request; where Payt refuses the token, which it does before it looks at the request, once more."""
        token = await self.tokens.token(self)
        try:
            return await request(token)
        except UnauthorizedError:
            return await request(await self.tokens.renewed(token, self))

    async def _read(self, query: Query, what: str, decide: Callable[[Any], _T]) -> _T:
        """Ask until there is an answer `decide` accepts, or the time budget is used up."""
        began = time.monotonic()
        attempt = 0
        while True:
            attempt += 1
            try:
                return decide(await self._with_token(lambda token: self._once(query, what, token)))
            except (RetryableStatus, GrantTrouble) as refusal:
                trouble: Exception = refusal
            except (httpx.TransportError, httpx.DecodingError) as error:  # the latter: cut off while compressed
                trouble = error
            except GarbledError as error:
                trouble = error
            elapsed = time.monotonic() - began
            delay = retry_after(attempt, elapsed, self._rng, budget=self._budget)
            if isinstance(trouble, GarbledError) and (delay is None or attempt >= _MOST_GARBLED):
                raise trouble
            if delay is None:
                raise UnavailableError(_said(trouble), attempts=attempt, seconds=elapsed) from None
            await anyio.sleep(delay)

    async def _once(self, query: Query, what: str, token: Secret) -> Any:
        slot = await self._slot()
        try:
            with anyio.fail_after(self._bound):
                response = await self._http.get(
                    query.path,
                    params=dict(query.params),
                    headers={"Authorization": f"Bearer {token.reveal()}"},
                    extensions={"trace": self._on_wire(slot)},
                )
        except TimeoutError:
            raise httpx.ReadTimeout("the answer did not end") from None
        finally:
            self._pacer.abandon(slot, time.monotonic())
        self._note_clock(response)
        if response.status_code == 429:
            self._pacer.refused(time.monotonic())
        else:
            self._pacer.accepted()
        return wire.read_json(response.status_code, response.headers.get("content-type", ""), response.content, what)

    async def _slot(self) -> Slot:
        while (delay := self._pacer.wait(time.monotonic())) > 0:  # noqa: ASYNC110 - the clock is what is waited for
            await anyio.sleep(delay)
        return self._pacer.begin()

    def _on_wire(self, slot: Slot) -> Callable[[str, Any], Awaitable[None]]:
        async def trace(event: str, _info: Any) -> None:
            if event.endswith("send_request_headers.started"):
                self._pacer.sent(slot, time.monotonic())

        return trace

    def _note_clock(self, response: httpx.Response) -> None:
        moment = wire.read_date_header(response.headers.get("date"))
        if moment is not None:
            self.server_time = ServerTime(moment, Reading.take())


def _payload(command: Command) -> dict[str, Any]:
    if command.is_form:
        return {"data": dict(command.body)}
    if not command.files:
        return {"json": command.body}
    files = [(file.field, (file.name, file.content, file.content_type)) for file in command.files]
    return {"data": dict(command.body), "files": files}


def _said(trouble: Exception) -> str:
    """The trouble in words, without what a library or a server put into its message."""
    if isinstance(trouble, RetryableStatus):
        return "it allows no more requests now (429)" if trouble.status == 429 else str(trouble)
    if isinstance(trouble, GrantTrouble):
        return f"the sign-in could not be renewed, {trouble.trouble}"
    if isinstance(trouble, httpx.ConnectError):
        return "the connection was refused or could not be made"
    if isinstance(trouble, httpx.TimeoutException):
        return "the time for an answer ran out"
    return "the connection broke off"
