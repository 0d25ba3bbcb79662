"""What went wrong on the way to Payt, in words. The client says which kind of failure it was; here is what that means.

A `Trouble` passes on; one with an `error` will be the same however often it is tried, so that error is raised at once.
"""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from payt_mcp.errors import CertificateError, NetworkSettingError, PaytMcpError, UnaskableError
from payt_mcp.payt.certificates import RefusedCertificateError
from payt_mcp.payt.routes import Route
from payt_mcp.words.text import clean

Kind = Literal["proxy", "connect", "connect_timeout", "timeout", "address", "module", "broken"]

_STATUS = re.compile(r"\A(\d{3})\b")
_CLOCK = {
    9: "is not valid yet",
    10: "has expired",
}
"""What OpenSSL's numbers say of a certificate that a wrong clock could be the reason for."""

_OTHER_NAME = frozenset({62, 63, 64})
_LENGTH = 80


class Trouble(Exception):  # noqa: N818 - a signal within the client, not an error anyone is shown
    """A request without an answer. `left`: it may have reached Payt. `error`: what will not pass by itself."""

    def __init__(self, said: str, *, left: bool, error: PaytMcpError | None = None) -> None:
        self.said = said
        self.left = left
        self.error = error
        super().__init__(said)


@dataclass(frozen=True)
class Attempt:
    """What was tried: what for, at which host, on which way, and what is wrong with the certificates' variables."""

    what: str
    host: str
    way: Route
    notes: Sequence[str] = ()


def trouble(kind: Kind, error: BaseException, attempt: Attempt, *, left: bool) -> Trouble:
    """The trouble that an exception of the HTTP library stands for."""
    refused = next((one for one in _chain(error) if isinstance(one, ssl.SSLCertVerificationError)), None)
    if refused is not None:
        return _final(_untrusted(refused, attempt))
    if kind == "address" and not left:
        return _final(UnaskableError(attempt.what, "what identifies it is too long or holds characters no request has"))
    if kind == "module" and attempt.way.is_socks:
        return _final(_no_socks(attempt.way))
    if kind == "proxy":
        return _of_proxy(error, attempt.way)
    said = _words(kind, error, attempt)
    if attempt.way.proxy is not None and not left:
        said = f"{attempt.way.words} cannot be used, {said}"
    return Trouble(f"{said}{_noted(attempt)}" if kind.startswith("connect") else said, left=left)


def _final(error: CertificateError | NetworkSettingError | UnaskableError) -> Trouble:
    return Trouble(error.trouble, left=False, error=error)


def _words(kind: Kind, error: BaseException, attempt: Attempt) -> str:
    """Without what a library or a server put into its message."""
    if kind == "timeout":
        return "the time for an answer ran out"
    if kind == "connect_timeout":
        return "no connection came about in time"
    if kind in {"broken", "address", "module"}:
        return "the connection broke off"
    if any(isinstance(one, socket.gaierror) for one in _chain(error)):
        whose = "its name" if attempt.way.proxy else f"the name {attempt.host}"
        return f"{whose} is not known to this network"
    if any(isinstance(one, ssl.SSLError) for one in _chain(error)):
        return "no secure connection could be made: what answers there speaks no TLS, or another kind of it"
    return "the connection was refused or could not be made"


def _of_proxy(error: BaseException, way: Route) -> Trouble:
    found = _STATUS.match(str(error))
    if found and found[1] == "407":
        remedy = f"Put them into {way.origin} (http://name:password@host:port), or ask whoever runs that proxy"
        why = f"{way.words} wants a user name and password (407)"
        return _final(NetworkSettingError(way.origin, why, remedy))
    return Trouble(f"{way.words} lets nothing through to it{f' ({found[1]})' if found else ''}", left=False)


def _no_socks(way: Route) -> NetworkSettingError:
    why = f"{way.words} speaks SOCKS, and the package for that is not installed"
    return NetworkSettingError(way.origin, why, f"Install it (pip install 'payt-mcp[socks]'), or remove {way.origin}")


def _untrusted(refused: ssl.SSLCertVerificationError, attempt: Attempt) -> CertificateError:
    code = getattr(refused, "verify_code", 0)
    issuer = clean(refused.issuer, _LENGTH) if isinstance(refused, RefusedCertificateError) else ""
    by = f'; it was issued by "{issuer}"' if issuer else ""
    if code in _CLOCK:
        why, remedy = _CLOCK[code], "See that the clock of this machine is right"
    elif code in _OTHER_NAME:
        why, remedy = (
            "is another host's",
            "See that PAYT_API_URL is right, and what stands between this machine and Payt",
        )
    else:
        why = "is not trusted"
        remedy = (
            "If your company looks into its traffic, have its certificate put into the store of this system, or name "
            "the file with it in SSL_CERT_FILE"
        )
    return CertificateError(f"the certificate that {attempt.host} shows {why}{by}{_noted(attempt)}", remedy)


def _noted(attempt: Attempt) -> str:
    return f" ({'; '.join(attempt.notes)}: left out)" if attempt.notes else ""


def _chain(error: BaseException) -> Iterator[BaseException]:
    """An exception and all that it came from."""
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        waiting += [other for other in (one.__cause__, one.__context__) if other is not None]
        if isinstance(one, BaseExceptionGroup):
            waiting += one.exceptions
