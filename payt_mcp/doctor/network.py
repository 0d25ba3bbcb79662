"""How Payt is reached from this machine: straight or through which proxy, and whose certificates are trusted."""

from __future__ import annotations

from payt_mcp.doctor.finding import Finding, listed
from payt_mcp.errors import NetworkSettingError
from payt_mcp.network import Network
from payt_mcp.payt.certificates import open_store
from payt_mcp.payt.routes import Route, route, unreadable
from payt_mcp.settings import Settings
from payt_mcp.settings.known import PAYT_URLS


def check_network(settings: Settings) -> list[Finding]:
    """What the variables of this machine mean for Payt's address; nothing is asked of the network."""
    if settings.is_sandbox:
        return [
            *_proxy(settings.network, PAYT_URLS["production"], asked=False),
            *_certificates(settings.network),
        ]
    found = _proxy(settings.network, settings.api_url, asked=True)
    if settings.api_url.startswith("https:"):
        return [*found, *_certificates(settings.network)]
    message = "Payt is asked on this machine without a secure connection, so no certificates are needed."
    troubles = [one for one in _certificates(settings.network) if one.status != "ok"]
    return [*found, *(troubles or [Finding("network.certificates", "ok", message)])]


def _proxy(network: Network, url: str, *, asked: bool) -> list[Finding]:
    try:
        way = route(network, url)
    except NetworkSettingError as error:
        return [Finding("network.proxy", "problem" if asked else "warning", f"{error.trouble}.", f"{error.remedy}.")]
    return [_way(way, asked=asked), *_exceptions(network)]


def _way(way: Route, *, asked: bool) -> Finding:
    whom = "Payt is asked" if asked else "The sandbox needs no network; Payt would be asked"
    if way.proxy is None:
        return Finding("network.proxy", "ok", f"{whom} without a proxy: {way.origin}.")
    if way.is_socks and not _can_socks():
        message = f"{whom} through {way.words}, which speaks SOCKS, and the package for that is not installed."
        remedy = f"Install it (pip install 'payt-mcp[socks]'), or remove {way.origin}."
        return Finding("network.proxy", "problem" if asked else "warning", message, remedy)
    return Finding("network.proxy", "ok", f"{whom} through {way.words}.")


def _can_socks() -> bool:
    from importlib.util import find_spec  # noqa: PLC0415 - where a proxy speaks SOCKS

    try:
        return find_spec("socksio") is not None
    except (ImportError, ValueError):  # ValueError: it is there and cannot be imported
        return False


def _exceptions(network: Network) -> list[Finding]:
    odd = unreadable(network.no_proxy.value) if network.no_proxy else []
    if not odd or network.no_proxy is None:
        return []
    message = f"{network.no_proxy.name} names what is no network: {listed([repr(one[:60]) for one in odd])}."
    remedy = "Correct it, such as 10.0.0.0/8 or fe80::/10; until then it counts for nothing."
    return [Finding("network.exceptions", "warning", message, remedy)]


def _certificates(network: Network) -> list[Finding]:
    store = open_store(network)
    found = [Finding("network.certificates", "ok", f"Certificates are trusted from {listed(store.words)}.")]
    for trouble in store.troubles:
        name = trouble.partition(" ")[0]
        remedy = f"Correct {name} or remove it, in the entry of the assistant too; until then it counts for nothing."
        found.append(Finding("network.certificates", "warning", f"{trouble}.", remedy))
    return found
