"""PaytClient: the one place that touches the network, and the one file that imports the HTTP library."""

from __future__ import annotations

import logging
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import urlsplit

import anyio
import httpx
from anyio.lowlevel import checkpoint

from payt_mcp import __version__
from payt_mcp.errors import (
    DatabaseError,
    ForbiddenError,
    GarbledError,
    NetworkSettingError,
    NotSentError,
    OutcomeUnknownError,
    PaytMcpError,
    UnauthorizedError,
)
from payt_mcp.network import Network
from payt_mcp.payt import wire
from payt_mcp.payt.certificates import Store, open_store
from payt_mcp.payt.clock import Reading as Clocks
from payt_mcp.payt.clock import ServerTime
from payt_mcp.payt.pacing import BUDGET, Gate, Pacer, Slot
from payt_mcp.payt.retrying import Reading, said
from payt_mcp.payt.routes import Route, route
from payt_mcp.payt.signin.grants import (
    TOKEN_PATH,
    Granted,
    GrantTrouble,
    read_grant,
)
from payt_mcp.payt.signin.tokens import TokenSource
from payt_mcp.payt.trip import Trip
from payt_mcp.payt.troubles import Attempt, Kind, Trouble, trouble
from payt_mcp.payt.wire import Command, EntityT, Page, Query
from payt_mcp.settings import Secret

logger = logging.getLogger("payt_mcp")

_SECONDS = 15.0
_CONNECT = 5.0
_T = TypeVar("_T")

_READ = httpx.ByteStream(b"")

_WHOLE = 2
"""How often its time-out a whole answer may take to read: one that drips never runs into a time-out itself."""

_KINDS: tuple[tuple[type[Exception], Kind], ...] = (
    (httpx.ProxyError, "proxy"),
    (httpx.ConnectTimeout, "connect_timeout"),
    (httpx.PoolTimeout, "connect_timeout"),
    (httpx.TimeoutException, "timeout"),
    (TimeoutError, "timeout"),
    (httpx.ConnectError, "connect"),
    (httpx.InvalidURL, "address"),
    (httpx.UnsupportedProtocol, "address"),
    (httpx.LocalProtocolError, "address"),
    (UnicodeError, "address"),
    (ImportError, "module"),
    (httpx.HTTPError, "broken"),
)
"""What the HTTP library may raise, and what it means; the first that fits. Whatever else it raises broke off, too."""

Refused = UnauthorizedError | ForbiddenError
"""What Payt says of a credential."""


class PaytClient:
    """Reads from Payt and writes to it on behalf of one token source: paced, retried, and typed.

    Args:
        base_url: without a trailing slash.
        tokens: where the access token comes from; given this client to renew one with.
        rate: requests per second at the most.
        network: the proxies and certificates that this machine's settings name.
        app: an ASGI application that answers in place of the network (the embedded sandbox).
        budget: seconds after which a failing read is given up.
        timeout: seconds to wait for an answer to begin or go on (default 15); all of it may take twice as long.
        gate: a rate shared with other processes, where there are some.
        in_words: says what Payt refuses as whoever asks can undo it, where that is not one person at a terminal.

    Raises:
        NetworkSettingError: `base_url` is no address.
    """

    def __init__(
        self,
        base_url: str,
        tokens: TokenSource,
        *,
        rate: int = 10,
        network: Network | None = None,
        app: Callable[..., Any] | None = None,
        budget: float = BUDGET,
        timeout: float | None = None,
        gate: Gate | None = None,
        in_words: Callable[[Refused], Refused] = lambda error: error,
    ) -> None:
        seconds = _SECONDS if timeout is None else timeout
        limits = httpx.Limits(max_connections=rate, max_keepalive_connections=rate, keepalive_expiry=60)
        self._network = None if app else Routed(network or Network(), limits)
        self._http = httpx.AsyncClient(
            base_url=_url(base_url),
            timeout=httpx.Timeout(seconds, connect=_CONNECT),
            transport=httpx.ASGITransport(app) if app else self._network,
            headers={"Accept": "application/json", "User-Agent": f"payt-mcp/{__version__}"},
            follow_redirects=False,
            trust_env=False,
        )
        self._base_url = base_url
        self.tokens = tokens
        self.rate = rate
        self._pacer = Pacer(rate)
        self._gate = gate
        self._in_words = in_words
        self._reads_under_way = 0
        self._reading = Reading(budget)
        self._bound = _WHOLE * seconds
        self.server_time: ServerTime | None = None
        self.writes = 0
        """Grows as a write begins and as it ends: what was begun to be read before may not show it."""
        self.refused = 0
        """Grows whenever Payt says that the credential is none, or that something is outside what it reaches."""

    async def aclose(self) -> None:
        with suppress(Exception):  # a connection that is broken already is closed, too
            await self._http.aclose()

    @property
    def is_quiet(self) -> bool:
        """Whether nothing is under way and nothing was asked within the last second."""
        return self._pacer.is_quiet(time.monotonic())

    @property
    def reads(self) -> tuple[int, int]:
        """How many are under way, and how many use up the rate where each is followed by another as it is answered."""
        return self._reads_under_way, self._pacer.side_by_side

    def now(self) -> datetime:
        """The time at Payt, in UTC: its last `Date` header and what has passed since; else this machine's."""
        return self.server_time.now(Clocks.take()) if self.server_time else datetime.now(UTC)

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
            for rows in wire.parts(page.rows):
                found.extend(wire.read_row(model, row, what, self.now()) for row in rows)
                await checkpoint()
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
        self._reading.forget()
        self.writes += 1
        try:
            return await self._with_token(lambda token: self._write_once(command, what, token))
        except GrantTrouble as refusal:
            raise refusal.error or NotSentError(said(refusal)) from None
        finally:
            self.writes += 1

    async def grant(self, client_id: str, client_secret: Secret, body: Mapping[str, str]) -> Granted:
        """Ask the token endpoint, once.

        Raises:
            GrantRefused: Payt will not.
            GrantTrouble: there is no usable answer.
        """
        basic = httpx.BasicAuth(client_id, client_secret.reveal())
        headers = {"Connection": "close"}
        try:
            response = await self._ask(
                "POST", TOKEN_PATH, "a token", whole=self._bound, auth=basic, json=dict(body), headers=headers
            )
        except Trouble as failed:
            raise GrantTrouble(failed.said, taken=failed.left, error=failed.error) from None
        self._note_clock(response)
        return read_grant(response.status_code, response.content)

    async def upload(self, url: str, content: bytes, content_type: str) -> None:
        """Put a file where Payt said to; may be repeated. No token goes with it: the URL is its own permission.

        Raises:
            NotSentError: it did not arrive.
        """
        headers = {"Content-Type": content_type}
        try:
            response = await self._ask("PUT", url, "a place for a file", content=content, headers=headers)
        except Trouble as failed:
            raise NotSentError(f"a file could not be uploaded, {failed.said}") from None
        if not response.is_success:
            raise NotSentError(f"a file could not be uploaded, the answer was {response.status_code}")

    async def elsewhere(self, method: str, url: str, what: str, **given: Any) -> tuple[int, bytes]:
        """Ask another server than Payt, once, and without a token: the status and the body. Raises Trouble."""
        response = await self._ask(method, url, what, whole=self._bound, **given)
        return response.status_code, response.content

    async def _write_once(self, command: Command, what: str, token: Secret) -> Any:
        headers = {"Authorization": f"Bearer {token.reveal()}", "Connection": "close"}
        given = wire.payload(command)
        try:
            slot = await self._slot()
            response = await self._ask(command.method, command.path, what, slot=slot, headers=headers, **given)
        except DatabaseError:
            raise NotSentError("the database of this server cannot be reached") from None
        except Trouble as failed:
            raise failed.error or (OutcomeUnknownError if failed.left else NotSentError)(failed.said) from None
        self._note_clock(response)
        if response.status_code == 429:
            self._pacer.refused(time.monotonic())
        content_type = response.headers.get("content-type", "")
        return wire.read_written(response.status_code, content_type, response.content, what)

    async def _with_token(self, request: Callable[[Secret], Awaitable[_T]]) -> _T:
        """Make a request; where Payt refuses the token, which it does before it looks at the request, once more."""
        token = await self.tokens.token(self)
        try:
            try:
                return await request(token)
            except UnauthorizedError:
                return await request(await self.tokens.renewed(token, self))
        except (UnauthorizedError, ForbiddenError) as error:
            raise self._in_words(error) from None

    async def _read(self, query: Query, what: str, decide: Callable[[Any], _T]) -> _T:
        async def once() -> Any:
            self._reads_under_way += 1
            try:
                return await self._with_token(lambda token: self._once(query, what, token))
            finally:
                self._reads_under_way -= 1

        try:
            return await self._reading.read(query, what, once, decide)
        except (UnauthorizedError, ForbiddenError) as error:
            if getattr(error, "permission", None) is None:  # else a kind of record, wherever it is
                self.refused += 1
            raise

    async def _once(self, query: Query, what: str, token: Secret) -> Any:
        slot = await self._slot(can_wait=query.can_wait)
        headers = {"Authorization": f"Bearer {token.reveal()}"}
        # Whole: the library reads an address whose parts it puts together three times, sign by sign.
        url = f"{self._base_url}{query.target}"
        response = await self._ask("GET", url, what, slot=slot, whole=self._bound, headers=headers)
        self._note_clock(response)
        if response.status_code == 429:
            self._pacer.refused(time.monotonic())
        else:
            self._pacer.accepted()
        return wire.read_json(response.status_code, response.headers.get("content-type", ""), response.content, what)

    async def _ask(
        self, method: str, url: str, what: str, *, slot: Slot | None = None, whole: float | None = None, **given: Any
    ) -> httpx.Response:
        """One request and its whole answer. The one place that calls the HTTP library, and so the one that turns
        whatever it raises into a Trouble. DatabaseError: it has not left, for there is no telling whether it may.
        """
        trip, size = Trip(self._pacer, slot), 0
        try:
            with anyio.fail_after(whole):
                response = await self._http.request(method, url, extensions={"trace": trip.trace}, **given)
            size = len(response.content)
        except DatabaseError:  # nobody can tell whether it may go out
            raise
        except PaytMcpError as error:
            raise Trouble(getattr(error, "trouble", str(error)), left=False, error=error) from None
        except Exception as error:  # noqa: BLE001 - what the library and what it stands on may raise has no common root
            raise self._trouble(error, url, what, trip) from None
        finally:
            if slot is not None:
                self._pacer.abandon(slot, time.monotonic(), heard=trip.heard, size=size)
        response.stream = _READ  # its own holds the response: a megabyte would wait for the garbage collector
        return response

    def _trouble(self, error: Exception, url: str, what: str, trip: Trip) -> Trouble:
        kind = next((kind for known, kind in _KINDS if isinstance(error, known)), None)
        if kind is None:
            logger.warning("the HTTP library raised %s", type(error).__name__)
        target = url if "://" in url else str(self._http.base_url)
        way, notes = (Route(), ()) if self._network is None else self._network.told(target)
        attempt = Attempt(what, urlsplit(target).hostname or "", way, notes)
        left = trip.is_written if kind == "address" else trip.has_left or self._network is None
        return trouble(kind or "broken", error, attempt, left=left)

    async def _slot(self, *, can_wait: bool = False) -> Slot:
        place = None if self._gate is None else await self._gate.enter(can_wait=can_wait)
        while (delay := self._pacer.wait(time.monotonic(), can_wait=can_wait)) > 0:  # noqa: ASYNC110 - the clock is what is waited for
            await anyio.sleep(delay)
        return self._pacer.begin(place)

    def _note_clock(self, response: httpx.Response) -> None:
        moment = wire.read_date_header(response.headers.get("date"))
        if moment is not None:
            self.server_time = ServerTime(moment, Clocks.take())


def _url(base_url: str) -> httpx.URL:
    try:
        return httpx.URL(base_url)
    except (httpx.InvalidURL, UnicodeError):
        why = "PAYT_API_URL is not an address that can be asked"
        raise NetworkSettingError("PAYT_API_URL", why, "Correct it") from None


class Routed(httpx.AsyncBaseTransport):
    """The network, by the way that is right for each host; a way is opened when it is first taken."""

    def __init__(self, network: Network, limits: httpx.Limits) -> None:
        self._network = network
        self._limits = limits
        self._open: dict[tuple[str, str | None], httpx.AsyncHTTPTransport] = {}
        self._store: Store | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return await self._transport(str(request.url)).handle_async_request(request)

    async def aclose(self) -> None:
        for transport in self._open.values():
            await transport.aclose()

    def way(self, url: str) -> Route:
        return route(self._network, url)

    def store(self) -> Store:
        if self._store is None:
            self._store = open_store(self._network)
        return self._store

    def told(self, url: str) -> tuple[Route, tuple[str, ...]]:
        """The way to a host that did not answer, and what is wrong with the certificates' variables."""
        with suppress(PaytMcpError):
            return self.way(url), self._store.troubles if self._store and url.startswith("https:") else ()
        return Route(), ()

    def _transport(self, url: str) -> httpx.AsyncHTTPTransport:
        way, scheme = self.way(url), url.partition(":")[0]
        found = self._open.get((scheme, way.proxy))
        if found is None:
            is_plain = scheme == "http" and not (way.proxy or "").startswith("https:")
            # A plain connection verifies nothing, so it is not kept waiting for the certificates.
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if is_plain else self.store().context
            proxy = _proxy(way, context) if way.proxy else None
            found = httpx.AsyncHTTPTransport(verify=context, limits=self._limits, proxy=proxy, trust_env=False)
            self._open[scheme, way.proxy] = found
        return found


def _proxy(way: Route, context: ssl.SSLContext) -> httpx.Proxy:
    assert way.proxy is not None
    try:
        return httpx.Proxy(way.proxy, ssl_context=context if way.proxy.startswith("https:") else None)
    except (httpx.InvalidURL, ValueError):
        why = f"{way.origin} is not the address of a proxy"
        raise NetworkSettingError(way.origin, why, f"Correct {way.origin} or remove it") from None
