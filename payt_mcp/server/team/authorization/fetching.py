"""One request to an address that somebody else gave: over https, to a public host, its answer small, and soon.

The name is resolved once, and what is connected to is what was checked; redirects are not followed.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from urllib.parse import SplitResult, urlsplit

import anyio
import anyio.abc
import h11
from anyio.lowlevel import RunVar
from anyio.streams.tls import TLSStream
from anyio.to_thread import run_sync

from payt_mcp.network import is_loopback

SECONDS = 8.0
_MOST_BYTES = 32 * 1024
_MOST_LOOKUPS = 4
_LOOKUPS: RunVar[anyio.CapacityLimiter] = RunVar("payt_mcp_lookups")
_OK, _REDIRECTS = 200, 300
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_SIX_TO_FOUR = ipaddress.IPv6Network("2002::/16")


class UnfetchableError(Exception):
    """The text says why, as the end of a sentence."""


@dataclass(frozen=True)
class Fetched:
    body: bytes
    cache_control: str


async def fetch(address: str, context: ssl.SSLContext, *, loopback: bool = False, seconds: float = SECONDS) -> Fetched:
    """The document at an https address. `loopback`: this machine's own may be asked too, over http as well; it goes by
    what the name was resolved to, never by the name.

    Raises:
        UnfetchableError: it is not there, too large, too slow, or where nothing may be fetched from.
    """
    return await _request(address, context, "GET", {"Accept": "application/json"}, b"", loopback, seconds)


async def post(
    address: str, context: ssl.SSLContext, headers: Mapping[str, str], body: bytes, *, loopback: bool = False
) -> None:
    """Hand something over at an address of that kind. Raises UnfetchableError: it was not taken, as far as is known."""
    if not address.startswith(("https://", "http://") if loopback else "https://"):
        raise UnfetchableError("it does not begin with https://")
    await _request(address, context, "POST", headers, body, loopback, SECONDS)


async def _request(
    address: str,
    context: ssl.SSLContext,
    method: str,
    headers: Mapping[str, str],
    body: bytes,
    loopback: bool,
    seconds: float,
) -> Fetched:
    parts = urlsplit(address)
    try:
        with anyio.fail_after(seconds):
            async with _connected(parts, context, loopback=loopback) as stream:
                return await _asked(stream, parts, method, headers, body)
    except TimeoutError:
        raise UnfetchableError("its host did not answer in time") from None
    except (OSError, anyio.BrokenResourceError, anyio.EndOfStream, h11.ProtocolError):
        raise UnfetchableError("its host could not be reached, or did not answer as one does") from None


@asynccontextmanager
async def _connected(
    parts: SplitResult, context: ssl.SSLContext, *, loopback: bool
) -> AsyncIterator[anyio.abc.ByteStream]:
    host = parts.hostname or ""
    port = parts.port or {"http": 80}.get(parts.scheme, 443)
    addresses = await _resolved(host, port)
    if not addresses or not all(is_public(one) or (loopback and is_loopback(one)) for one in addresses):
        raise UnfetchableError("its host is not on the public internet")
    async with await _reached(addresses, port) as plain:
        if parts.scheme == "http":
            yield plain
            return
        async with await TLSStream.wrap(plain, hostname=host, ssl_context=context, standard_compatible=False) as sealed:
            yield sealed


async def _resolved(host: str, port: int) -> list[str]:
    """In threads of its own: a name that takes long must not hold up those of Payt and of the provider."""
    try:
        limiter = _LOOKUPS.get()
    except LookupError:
        limiter = anyio.CapacityLimiter(_MOST_LOOKUPS)
        _LOOKUPS.set(limiter)
    look = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    try:
        found = await run_sync(look, limiter=limiter, abandon_on_cancel=True)
    except UnicodeError:
        raise UnfetchableError("its host has no name that can be looked up") from None
    return [str(entry[4][0]) for entry in found]


async def _reached(addresses: list[str], port: int) -> anyio.abc.SocketStream:
    """The first that answers; the older protocol first, since not every network has the newer one. Raises OSError."""
    ordered = sorted(dict.fromkeys(addresses), key=lambda one: ":" in one)
    for address in ordered[:-1]:
        with suppress(OSError):
            return await anyio.connect_tcp(address, port)
    return await anyio.connect_tcp(ordered[-1], port)


async def _asked(
    stream: anyio.abc.ByteStream, parts: SplitResult, method: str, given: Mapping[str, str], sent: bytes
) -> Fetched:
    connection = h11.Connection(h11.CLIENT)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = [
        ("Host", parts.netloc),
        ("User-Agent", "payt-mcp"),
        ("Connection", "close"),
        *given.items(),
        *([("Content-Length", str(len(sent)))] if sent else []),
    ]
    await stream.send(connection.send(h11.Request(method=method, target=target, headers=headers)))
    if sent:
        await stream.send(connection.send(h11.Data(data=sent)))
    connection.send(h11.EndOfMessage())
    body, control = b"", ""
    async for event in _events(connection, stream):
        if isinstance(event, h11.Response):
            if not _OK <= event.status_code < _REDIRECTS:
                raise UnfetchableError(f"its host answered {event.status_code}")
            control = b",".join(value for name, value in event.headers if name == b"cache-control").decode("latin-1")
        elif isinstance(event, h11.Data):
            body += event.data
        if len(body) > _MOST_BYTES:
            raise UnfetchableError("it is too long")
    return Fetched(body, control)


async def _events(connection: h11.Connection, stream: anyio.abc.ByteStream) -> AsyncIterator[h11.Event]:
    """What comes in, until the answer is whole."""
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            try:
                connection.receive_data(await stream.receive())
            except anyio.EndOfStream:
                connection.receive_data(b"")
        elif isinstance(event, h11.EndOfMessage):
            return
        elif isinstance(event, h11.Response | h11.Data | h11.InformationalResponse):
            yield event
        else:
            raise UnfetchableError("its host ended the connection")


def is_public(address: str) -> bool:
    """Whether an IP address is one of the internet, and none of a network behind a door, in whatever clothes."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or (ip.sixtofour if ip in _SIX_TO_FOUR else None)
        if ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)
