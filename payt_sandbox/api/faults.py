"""Rules for what goes wrong: which requests, how often, and in which way."""

import random
import threading
from dataclasses import dataclass
from typing import Final, Literal, get_args

Kind = Literal[
    "rate_limited",
    "server_error",
    "bad_gateway",
    "unavailable",
    "timeout_before",
    "timeout_after",
    "reset_before",
    "reset_after",
    "cut_off",
    "not_json",
    "wrong_shape",
    "slow",
    "server_error_after",
]
# What the token endpoint alone can say.
TokenKind = Literal["invalid_grant"]
KINDS: Final[frozenset[str]] = frozenset([*get_args(Kind), *get_args(TokenKind)])
_TOKEN_ENDPOINT: Final = "/oauth/token"  # noqa: S105 - a path


@dataclass(frozen=True)
class Fault:
    """One rule.

    It holds for requests whose path starts with `path` (None: every path) and with that `method`; the first
    `after` of those pass, then `times` are hit (None: all), each with that `probability` (seeded).
    `delay_ms` is the extra delay of `slow`; `invalid_grant` is how the token endpoint refuses, and strikes there
    alone. `..._after` and `cut_off` and `wrong_shape` and `slow` apply the request; the others do not.
    """

    kind: Kind | TokenKind
    path: str | None = None
    method: str | None = None
    times: int | None = 1
    after: int = 0
    probability: float = 1.0
    seed: int = 0
    delay_ms: int = 1000

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown kind of fault: {self.kind}")

    def covers(self, method: str, path: str) -> bool:
        """Whether a request is one this rule speaks about."""
        if self.kind == "invalid_grant" and path != _TOKEN_ENDPOINT:
            return False
        return (self.path is None or path.startswith(self.path)) and (
            self.method is None or self.method.upper() == method
        )


class _Rule:
    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self.seen = 0
        self.hits = 0
        self.chance = random.Random(fault.seed)  # noqa: S311 - a rehearsed fault, not a secret

    def strikes(self) -> bool:
        """Counts one covered request and says whether the rule hits it."""
        fault = self.fault
        self.seen += 1
        if self.seen <= fault.after or (fault.times is not None and self.hits >= fault.times):
            return False
        if self.chance.random() >= fault.probability:
            return False
        self.hits += 1
        return True


class Faults:
    """The rules of one sandbox; safe to change while it serves from another thread."""

    def __init__(self) -> None:
        self._rules: list[_Rule] = []
        self._lock = threading.Lock()
        self._shapes = 0

    def add(self, fault: Fault) -> None:
        """Adds a rule; of several that cover a request, the first added that strikes wins."""
        with self._lock:
            self._rules.append(_Rule(fault))

    def clear(self) -> None:
        """Forgets every rule."""
        with self._lock:
            self._rules.clear()

    @property
    def hits(self) -> int:
        """How many requests were struck by the present rules."""
        with self._lock:
            return sum(rule.hits for rule in self._rules)

    def take(self, method: str, path: str) -> Fault | None:
        """The fault for one request, if any; it counts as used."""
        with self._lock:
            for rule in self._rules:
                if rule.fault.covers(method, path) and rule.strikes():
                    return rule.fault
        return None

    def next_shape(self) -> int:
        """A running number, to turn through the wrong shapes."""
        with self._lock:
            self._shapes += 1
            return self._shapes - 1
