"""The state of one running sandbox: what arrived, what was mailed and uploaded, and who may ask."""

import datetime as dt
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from time import monotonic
from typing import Any

from payt_sandbox.api.cursors import Cursors
from payt_sandbox.api.faults import Faults
from payt_sandbox.api.options import Options
from payt_sandbox.signin.access import Token
from payt_sandbox.signin.sign_in import SignIn
from payt_sandbox.wire.problems import Problem, forbidden, unauthorized
from payt_sandbox.world.world import World


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
    """A mail that Payt would have sent: `kind` is `message`, `invoice` or `payment_plan`, `to` may be None."""

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
        if options.late != (0, 0):
            world.late = by_chance(*options.late)
        self.faults = Faults()
        self.cursors = Cursors()
        self.sign_in = SignIn(world, options.applications, options.token_seconds)
        self.grants = self.sign_in.grants
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
        given = given if given is not None else self.grants.access(value)
        if given is None:
            raise unauthorized("The access token is invalid")
        token = given if isinstance(given, Token) else Token(scopes=given)
        if token.expires_at is not None and token.expires_at <= self.world.clock():
            raise unauthorized("The access token expired")
        self._meter(value)
        return token

    def basic(self, header: str) -> None:
        """Checks Basic credentials; 401 otherwise."""
        if self.sign_in.client(header) is None:
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


def by_chance(least: float, most: float) -> Callable[[], dt.timedelta]:
    """How late a change can be read: between so many seconds, the same ones in every run."""
    dice = Random(11)  # noqa: S311 - invented data
    return lambda: dt.timedelta(seconds=dice.uniform(least, most))


def tail(header: str) -> str:
    """The last four characters of a credential, for the log."""
    secret: Any = header.partition(" ")[2].strip()
    return f"...{secret[-4:]}" if len(secret) > 8 else ""
