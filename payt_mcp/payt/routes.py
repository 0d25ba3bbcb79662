"""Which way a request takes: straight to the host, or through a proxy. No I/O beyond asking Windows or macOS.

The HTTP library reads the same variables, and breaks on some of what stands in them (`fe80::/10`, `[::1]`, `socks://`);
so they are read here, and it is told the way.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from payt_mcp.errors import NetworkSettingError
from payt_mcp.network import Network, Variable, is_loopback

_KINDS = {"http": "http", "https": "https", "socks5": "socks5", "socks5h": "socks5h", "socks": "socks5"}
"""The schemes of proxies, and what the HTTP library calls them: desktops write `socks://` for SOCKS 5."""

_PORTED = re.compile(r"(?P<host>\[[^\]]*\]|[^:]*):(?P<port>\d{1,5})\Z")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_SYSTEMS = {"win32": ("registry", "the settings of Windows"), "darwin": ("macosx_sysconf", "the settings of macOS")}
"""Platforms whose settings name proxies, what the standard library calls the look into them, and we call them."""

_Address = IPv4Address | IPv6Address


@dataclass(frozen=True)
class Route:
    """The way to one host. `proxy` is a URL the HTTP library takes, None for the straight way; it may hold a password,
    `shown` does not. `origin` names where the proxy is set, or why none is used.
    """

    proxy: str | None = None
    shown: str = ""
    origin: str = ""

    @property
    def is_socks(self) -> bool:
        return self.proxy is not None and self.proxy.startswith("socks")

    @property
    def words(self) -> str:
        """`the proxy http://proxy.example:3128 (HTTPS_PROXY)`"""
        return f"the proxy {self.shown} ({self.origin})"


def route(network: Network, url: str) -> Route:
    """The way to `url`.

    A plain http URL on this machine is always asked straight, so that a token never travels to a proxy in clear.

    Raises:
        NetworkSettingError: a proxy is meant that cannot be used; the variable is named.
    """
    scheme, host, port = _parts(url)
    if scheme == "http" and is_loopback(host):
        return Route(origin="it is on this machine")
    own = network.https_proxy if scheme == "https" else network.http_proxy
    chosen = own or network.all_proxy
    if chosen is None and not any((network.https_proxy, network.http_proxy, network.all_proxy)):
        chosen = _of_system(scheme, host)
    if chosen is None:
        return Route(origin="no proxy is set")
    if network.no_proxy is not None and is_excepted(network.no_proxy.value, host, port):
        return Route(origin=f"{network.no_proxy.name} names it")
    return _through(chosen)


def is_excepted(no_proxy: str, host: str, port: int | None = None) -> bool:
    """Whether NO_PROXY names this host: by name (and then all below it), address, network, or `*`; with a port, at that
    port alone.
    """
    host, address = host.lower().rstrip("."), _address(host)
    return any(_names(entry, host, address, port) for entry in _entries(no_proxy))


def unreadable(no_proxy: str) -> list[str]:
    """The entries of NO_PROXY that can mean no host: a network that is none."""
    return [entry for entry in _entries(no_proxy) if "/" in entry and _network(_bare(entry)) is None]


def _through(variable: Variable) -> Route:
    value = variable.value if "://" in variable.value else f"http://{variable.value}"
    try:
        parts = urlsplit(value)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise _unusable(variable, "is not the address of a proxy") from None
    kind = _KINDS.get(parts.scheme.lower())
    if kind is None:
        raise _unusable(variable, f"names a kind of proxy that is not known ({parts.scheme[:20]!r})")
    if not host or not host.isascii() or not re.fullmatch(r"[\w.:%-]+", host):
        raise _unusable(variable, "is not the address of a proxy")
    place = f"[{host}]" if ":" in host else host
    place = place if port is None else f"{place}:{port}"
    login = parts.netloc.rpartition("@")[0]
    return Route(f"{kind}://{login}{'@' if login else ''}{place}", f"{kind}://{place}", variable.name)


def _unusable(variable: Variable, why: str) -> NetworkSettingError:
    remedy = f"Correct {variable.name} (such as http://proxy.example:3128 or socks5://127.0.0.1:1080) or remove it"
    return NetworkSettingError(variable.name, f"{variable.name} {why}", remedy)


def _parts(url: str) -> tuple[str, str, int | None]:
    try:
        parts = urlsplit(url)
        scheme = parts.scheme.lower()
        return scheme, (parts.hostname or "").rstrip("."), parts.port or _DEFAULT_PORTS.get(scheme)
    except ValueError:
        return "", "", None


def _entries(no_proxy: str) -> Iterator[str]:
    for entry in re.split(r"[\s,;]+", no_proxy.lower()):
        if bare := entry.rpartition("://")[2]:
            yield bare


def _names(entry: str, host: str, address: _Address | None, port: int | None) -> bool:
    if entry == "*":
        return True
    ported = None if _address(entry) else _PORTED.match(entry)
    if ported is not None:
        return int(ported["port"]) == port and _names(ported["host"], host, address, port)
    bare = _bare(entry)
    if address is not None:
        network = _network(bare)
        return fnmatchcase(host, bare) if network is None else address.version == network.version and address in network
    name = bare.removeprefix("*").strip(".")
    return bool(name) and (host == name or host.endswith(f".{name}") or fnmatchcase(host, bare))


def _bare(entry: str) -> str:
    """`[fe80::]/10` and `[::1]` without their brackets."""
    return entry.replace("[", "").replace("]", "")


def _address(host: str) -> _Address | None:
    try:
        address = ip_address(_bare(host).partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _network(entry: str) -> IPv4Network | IPv6Network | None:
    try:
        return ip_network(entry, strict=False)
    except ValueError:
        return None


def _of_system(scheme: str, host: str) -> Variable | None:
    """The proxy that is set in Windows or macOS, where one is and this host is not excepted from it."""
    from urllib import request  # noqa: PLC0415 - only where no variable names a proxy

    suffix, whose = _SYSTEMS.get(sys.platform, ("", ""))
    if not suffix:
        return None
    proxies: dict[str, str] = getattr(request, f"getproxies_{suffix}")()
    found = proxies.get(scheme) or proxies.get("all")
    is_excepted_there = getattr(request, f"proxy_bypass_{suffix}")
    return Variable(whose, found) if found and not is_excepted_there(host) else None
