"""How a sandbox behaves where Payt leaves room, and the state of one running sandbox."""

import base64
import datetime as dt
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Literal

from payt_mcp.sandbox.cursors import Cursors
from payt_mcp.sandbox.faults import Faults
from payt_mcp.sandbox.problems import Problem, forbidden, unauthorized
from payt_mcp.sandbox.world import World

RESOURCES = [
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
]
ALL_SCOPES = frozenset(f"{resource}:{mode}" for resource in RESOURCES for mode in ("read", "write"))


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
class Options:
    """Where the contract leaves room, the behaviour to show.

    `rate` is requests per second per token (None: no limit), `latency_ms` a delay before every answer in
    milliseconds. `basic` is the (client id, secret) of the endpoints with Basic authentication. `control`
    opens `/_sandbox/` to whoever reaches the port.
    """

    token: str = "sandbox-token"  # noqa: S105 - opens nothing but invented data
    tokens: Mapping[str, frozenset[str] | Token] = field(default_factory=dict)
    basic: tuple[str, str] = ("sandbox-client", "sandbox-secret")
    rate: int | None = 10
    latency_ms: int = 0
    ids: Literal["string", "integer"] = "string"
    last_page: Literal["null", "absent", "empty", "extra_page"] = "null"
    nulls: Literal["null", "absent"] = "null"
    cursors: Literal["record_id", "opaque"] = "record_id"
    inclusive_updated_after: bool = False
    control: bool = False


@dataclass(frozen=True)
class Logged:
    """One request as it arrived; `status` is None when no answer was given. Never holds a whole token."""

    time: dt.datetime
    method: str
    path: str
    query: str
    status: int | None
    token_tail: str


@dataclass(frozen=True)
class Mail:
    """A mail that Payt would have sent: `kind` is `message` or `invoice`, `to` the recipient or None."""

    kind: str
    to: str | None
    cc: str | None
    bcc: str | None
    subject: str
    body: str
    invoice_number: str | None = None
    attachments: tuple[str, ...] = ()


@dataclass
class Upload:
    """A file that was announced: its size in bytes, its type, its deadline, and the content once it came."""

    administration_id: int
    byte_size: int
    content_type: str
    expires_at: dt.datetime
    content: bytes | None = None


class Sandbox:
    """One running sandbox: its world and options, and what has happened to it."""

    def __init__(self, world: World, options: Options) -> None:
        self.world = world
        self.options = options
        self.faults = Faults()
        self.cursors = Cursors()
        self.requests: deque[Logged] = deque(maxlen=20_000)
        self.mails: list[Mail] = []
        self.uploads: dict[str, Upload] = {}
        self.rate_limited_count = 0
        self._recent: dict[str, deque[float]] = {}

    def bearer(self, header: str) -> Token:
        """The token of an `Authorization` header; 401 for none, an unknown or an expired one, 429 above the rate."""
        scheme, _, value = header.partition(" ")
        if scheme.lower() != "bearer" or not value.strip():
            raise unauthorized("Missing or malformed access token")
        value = value.strip()
        given = Token() if value == self.options.token else self.options.tokens.get(value)
        if given is None:
            raise unauthorized("The access token is invalid")
        token = given if isinstance(given, Token) else Token(scopes=given)
        if token.expires_at is not None and token.expires_at <= self.world.clock():
            raise unauthorized("The access token expired")
        self._meter(value)
        return token

    def basic(self, header: str) -> None:
        """Checks Basic credentials; 401 otherwise."""
        pair = base64.b64encode(":".join(self.options.basic).encode()).decode()
        if header != f"Basic {pair}":
            raise unauthorized("This endpoint takes the credentials of an application (Basic authentication)")

    def _meter(self, token: str) -> None:
        """Counts the requests of the last second; one above the rate is refused and not counted."""
        if self.options.rate is None:
            return
        now = monotonic()
        recent = self._recent.setdefault(token, deque())
        while recent and now - recent[0] >= 1:
            recent.popleft()
        if len(recent) >= self.options.rate:
            self.rate_limited_count += 1
            raise Problem(429, "too_many_requests", "Rate limit exceeded")
        recent.append(now)

    def permit(self, token: Token, scope: str) -> None:
        """403 when the token lacks a scope."""
        if scope not in token.scopes:
            raise forbidden(f"Missing permission: {scope}")


def tail(header: str) -> str:
    """The last four characters of a credential, for the log."""
    secret: Any = header.partition(" ")[2].strip()
    return f"...{secret[-4:]}" if len(secret) > 8 else ""
