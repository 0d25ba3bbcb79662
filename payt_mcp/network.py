"""What this machine says about its network: proxies, hosts that need none, and further certificates.

Only the variables as they were given; what they mean for one address is decided in `payt/routes.py` and
`payt/certificates.py`, once there is something to ask.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_UNEXPANDED = re.compile(r"\$\{.*\}\Z", re.DOTALL)


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
    value = environ.get(name, "").strip()
    return None if not value or _UNEXPANDED.match(value) else Variable(name, value)
