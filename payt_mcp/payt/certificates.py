"""Which certificates are trusted: those of the system, and those that SSL_CERT_FILE and SSL_CERT_DIR name beside them.

A company that looks into its own traffic puts its certificate into the system's store, so that store counts. On Windows
and macOS `truststore` asks the system itself; elsewhere the store is files. What the other side showed is kept with a
refusal: it says who stands in between.
"""

from __future__ import annotations

import os
import ssl
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from payt_mcp.network import Network, Variable

_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/cert.pem",
    "/etc/pki/tls/cert.pem",
    "/etc/ssl/ca-bundle.pem",
)
"""Where systems keep their store, if OpenSSL does not know."""

_MOST_FILES = 1_000
_NAMED_BY = ("organizationName", "organizationalUnitName", "commonName")


@dataclass(frozen=True)
class Store:
    """A context that trusts these certificates, which they are in words, and what is wrong with the variables."""

    context: ssl.SSLContext
    words: tuple[str, ...]
    troubles: tuple[str, ...]


class RefusedCertificateError(ssl.SSLCertVerificationError):
    """A certificate that is not trusted. `issuer` is who signed the first one that was shown; empty if unknown."""

    def __init__(self, refusal: ssl.SSLCertVerificationError, issuer: str) -> None:
        super().__init__(str(refusal))
        self.verify_code = getattr(refusal, "verify_code", 0)
        self.issuer = issuer


def open_store(network: Network, platform: str = sys.platform) -> Store:
    """The certificates to trust. What a variable names and cannot be used is left out, and said."""
    if platform in {"win32", "darwin"}:
        import truststore  # noqa: PLC0415 - of these platforms, and not before it is needed

        context = _telling(truststore.SSLContext)(ssl.PROTOCOL_TLS_CLIENT)
        words = [f"the store of {'Windows' if platform == 'win32' else 'macOS'}"]
    else:
        context = _telling(ssl.SSLContext)(ssl.PROTOCOL_TLS_CLIENT)
        words = [_load_system(context)]
    troubles = []
    for variable, load in ((network.cert_file, _load_file), (network.cert_dir, _load_folders)):
        if variable is None:
            continue
        if trouble := load(context, variable):
            troubles.append(trouble)
        else:
            words.append(f"{variable.value} ({variable.name})")
    return Store(context, tuple(words), tuple(troubles))


def _telling(base: type[Any]) -> type[ssl.SSLContext]:
    """A context whose refusals name the issuer."""

    class Telling(base):  # type: ignore[misc]  # the base is the platform's
        def wrap_bio(self, *args: Any, **given: Any) -> ssl.SSLObject:
            wrapped: ssl.SSLObject = super().wrap_bio(*args, **given)
            shake = wrapped.do_handshake

            def do_handshake() -> None:
                try:
                    shake()
                except ssl.SSLCertVerificationError as refusal:
                    raise RefusedCertificateError(refusal, _issuer(wrapped)) from None

            wrapped.do_handshake = do_handshake  # type: ignore[method-assign]  # asyncio makes the object, not we
            return wrapped

    return Telling


def _issuer(wrapped: Any) -> str:
    """Who signed the first certificate that was shown. It is for reading: where Python does not tell, it is empty."""
    try:
        inner: Any = wrapped if hasattr(wrapped, "get_unverified_chain") else wrapped._sslobj  # noqa: SLF001 - before 3.13
        first = next(iter(inner.get_unverified_chain() or ()))
        decoded = first.get_info() if hasattr(first, "get_info") else {}
        parts = {name: value for pairs in decoded.get("issuer", ()) for name, value in pairs}
    except (AttributeError, StopIteration, TypeError, ValueError, ssl.SSLError):
        return ""
    return ", ".join(str(parts[name]) for name in _NAMED_BY if parts.get(name))


def _load_system(context: ssl.SSLContext) -> str:
    """The store that OpenSSL was built for, else where systems usually have it; else the one that comes with Python."""
    paths = ssl.get_default_verify_paths()
    for bundle in dict.fromkeys((paths.openssl_cafile, *_BUNDLES)):
        if Path(bundle).is_file() and _loads(context, bundle):
            return f"the store of the system ({bundle})"
    folder = Path(paths.openssl_capath)
    if folder.is_dir() and any(_loads(context, str(file)) for file in _files(folder)):
        context.load_verify_locations(capath=str(folder))
        return f"the store of the system ({folder})"
    import certifi  # noqa: PLC0415 - where there is no other

    context.load_verify_locations(cafile=certifi.where())
    return "the list that comes with payt-mcp, because this system has none"


def _load_file(context: ssl.SSLContext, variable: Variable) -> str:
    """What is wrong with it, or nothing."""
    path = variable.value
    try:
        if not Path(path).is_file():
            return f"{variable.name} names a file that is not there ({path[:200]})"
        context.load_verify_locations(cafile=path)
    except (OSError, ValueError) as error:  # an ssl.SSLError is an OSError
        why = "cannot be read" if isinstance(error, PermissionError) else "holds no certificates"
        return f"{variable.name} names a file that {why} ({path[:200]})"
    return ""


def _load_folders(context: ssl.SSLContext, variable: Variable) -> str:
    """As above; each file by itself, because OpenSSL would look at those with hashed names alone."""
    try:
        folders = [Path(part) for part in variable.value.split(os.pathsep) if part]
        here = [folder for folder in folders if folder.is_dir()]
        loaded = [_loads(context, str(file)) for folder in here for file in _files(folder)]
        if any(loaded):
            return ""
    except (OSError, ValueError):
        here = []
    why = "without certificates in it" if here else "that is not there"
    return f"{variable.name} names a folder {why} ({variable.value[:200]})"


def _files(folder: Path) -> Iterator[Path]:
    found = (path for path in sorted(folder.iterdir()) if path.is_file())
    yield from (path for path, _ in zip(found, range(_MOST_FILES), strict=False))


def _loads(context: ssl.SSLContext, path: str) -> bool:
    try:
        context.load_verify_locations(cafile=path)
    except (OSError, ValueError):
        return False
    return True
