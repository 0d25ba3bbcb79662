"""What this machine says about its network: proxies, hosts that need none, and further certificates; and its own names.

Of the variables only what was given: what they mean for one address is decided in `payt/routes.py` and
`payt/certificates.py`, once there is something to ask.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

NAMED_HERE = ("127.0.0.1", "localhost", "::1")
"""What a server that is bound to this machine goes by, and no more: another name in Host may be that of a page of
somebody else's whose name was led here (DNS rebinding), so `server/http_app.py` compares it with these, whole.
"""

_UNEXPANDED = re.compile(r"\$\{.*\}\Z", re.DOTALL)


def is_loopback(host: str) -> bool:
    """Whether a host, as an address names it or as a name was resolved to, is this machine: nothing leaves it then.

    `localhost`, all of 127.0.0.0/8 and `::1`, and nothing that is only led here: who resolves a name below `localhost`
    may ask others for it, and `::ffff:127.0.0.1` is how an address looks that hides another. `host` is in lower case
    and without brackets, as `urlsplit` has it.
    """
    from ipaddress import IPv6Address, ip_address  # noqa: PLC0415 - a start asks this of plain http alone

    if host == "localhost":
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    is_odd = isinstance(address, IPv6Address) and (address.ipv4_mapped or address.scope_id)
    return address.is_loopback and not is_odd


def value_of(environ: Mapping[str, str], name: str) -> str | None:
    """What a variable says, this machine's or a setting of ours; None for an empty one, and for a `${...}` that whoever
    started this process did not expand.
    """
    value = environ.get(name, "").strip()
    return None if not value or _UNEXPANDED.match(value) else value


@dataclass(frozen=True)
class Variable:
    """One variable that is set. Its value may hold a password, so it does not print itself."""

    name: str
    value: str = field(repr=False)


@dataclass(frozen=True)
class Network:
    """The network settings of one process; None where a variable is not set."""

    all_proxy: Variable | None = None
    https_proxy: Variable | None = None
    http_proxy: Variable | None = None
    no_proxy: Variable | None = None
    cert_file: Variable | None = None
    cert_dir: Variable | None = None

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Network:
        """Read the usual variables. A name in lower case goes before the same in capitals, as everywhere."""
        return cls(
            all_proxy=_either(environ, "ALL_PROXY"),
            https_proxy=_either(environ, "HTTPS_PROXY"),
            http_proxy=_either(environ, "HTTP_PROXY"),
            no_proxy=_either(environ, "NO_PROXY"),
            cert_file=_given(environ, "SSL_CERT_FILE"),
            cert_dir=_given(environ, "SSL_CERT_DIR"),
        )


def _either(environ: Mapping[str, str], name: str) -> Variable | None:
    """The one in lower case where it is there at all: an empty one switches the other off."""
    return _given(environ, name.lower() if name.lower() in environ else name)


def _given(environ: Mapping[str, str], name: str) -> Variable | None:
    value = value_of(environ, name)
    return None if value is None else Variable(name, value)
