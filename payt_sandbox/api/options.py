"""How a sandbox behaves where Payt leaves room."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from payt_sandbox.signin.access import Application, Token


def _applications() -> dict[str, Application]:
    return {"sandbox-app": Application("Assistant for receivables", secret="sandbox-app-secret")}  # noqa: S106 - see `token`


@dataclass(frozen=True)
class Options:
    """Where the contract leaves room, the behaviour to show.

    `rate` is requests per second per token (None: no limit), `latency_ms` a delay before every answer in
    milliseconds. `applications` are the registered OAuth applications by client id; `token_seconds` is how long
    their access tokens live. `contacts_answer` is what an upsert of contacts answers, which the contract leaves
    open. `late` is how many seconds before it can be read a change is stamped, at least and at most, by chance.
    `control` opens `/_sandbox/` to whoever reaches the port.
    """

    token: str = "sandbox-token"  # noqa: S105 - opens nothing but invented data
    tokens: Mapping[str, frozenset[str] | Token] = field(default_factory=dict)
    applications: Mapping[str, Application] = field(default_factory=_applications)
    token_seconds: int = 7200
    rate: int | None = 10
    latency_ms: int = 0
    ids: Literal["string", "integer"] = "string"
    last_page: Literal["null", "absent", "empty", "extra_page"] = "null"
    nulls: Literal["null", "absent"] = "null"
    cursors: Literal["record_id", "opaque"] = "record_id"
    inclusive_updated_after: bool = False
    contacts_answer: Literal["counted", "empty"] = "counted"
    control: bool = False
    late: tuple[float, float] = (0, 0)
