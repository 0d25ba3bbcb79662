"""Who may do what: scopes, tokens, and the applications that people sign in with."""

import datetime as dt
import re
from dataclasses import dataclass, field
from typing import Final

RESOURCES: Final = (
    "administrations",
    "companies",
    "contacts",
    "credit_cases",
    "debtors",
    "files",
    "invoices",
    "messages",
    "notes",
    "notifications",
    "payment_plans",
    "payments",
    "tasks",
    "vat_rates",
)
ALL_SCOPES: Final = frozenset(f"{resource}:{mode}" for resource in RESOURCES for mode in ("read", "write"))
_LOOPBACK: Final = re.compile(r"http://127\.0\.0\.1:([1-9]\d{0,4})/callback\Z", re.ASCII)
_LAST_PORT: Final = 65_535


@dataclass(frozen=True)
class Token:
    """What a token may do: scopes (`invoices:read`), the administration ids it reaches (None: all), its end (UTC)."""

    scopes: frozenset[str] = ALL_SCOPES
    administrations: frozenset[str] | None = None
    expires_at: dt.datetime | None = None

    def reaches(self, administration_id: int) -> bool:
        """Whether the token may ask about an administration."""
        return self.administrations is None or str(administration_id) in self.administrations


@dataclass(frozen=True)
class Application:
    """A registered application: its name for people, its secret, its scopes.

    Every application has `http://127.0.0.1:PORT/callback` with any port for redirect URI, and `redirect_uris`.
    """

    name: str
    secret: str = field(repr=False)
    redirect_uris: tuple[str, ...] = ()
    scopes: frozenset[str] = ALL_SCOPES

    def redirects_to(self, uri: str) -> bool:
        """Whether a redirect URI is registered."""
        loopback = _LOOPBACK.match(uri)
        return uri in self.redirect_uris or (loopback is not None and int(loopback[1]) <= _LAST_PORT)
