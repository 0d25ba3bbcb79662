"""What the endpoints answer, and how they read what they are sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

MOST_BYTES = 16 * 1024
"""Bytes of a body; the largest that is honest is a registration of a dozen addresses."""

_LONGEST = 4_096

UNCACHED = {"Cache-Control": "no-store", "Pragma": "no-cache"}

OPEN_TO_BROWSERS = Middleware(
    CORSMiddleware,
    allow_origins=["*"],
    allow_methods=["GET", "POST", "OPTIONS"],
    allow_headers=["Authorization", "Content-Type", "MCP-Protocol-Version"],
)
"""For programs that run in a browser, on endpoints that know nobody by a cookie."""


class Refusal(Exception):  # noqa: N818 - an answer of the protocol, not a fault
    """`code` is OAuth's, `description` a sentence for whoever wrote the program."""

    def __init__(self, code: str, description: str, status: int = 400) -> None:
        super().__init__(code)
        self.code = code
        self.description = description
        self.status = status

    @property
    def parameters(self) -> dict[str, str]:
        return {"error": self.code, "error_description": self.description}

    def answer(self) -> Response:
        retry = {"Retry-After": "600"} if self.status == 429 else {}
        return answer(self.parameters, self.status, retry)


def answer(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return JSONResponse(body, status, {**UNCACHED, **(headers or {})})


async def body_of(request: Request) -> bytes:
    """Raises Refusal where it is too long."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            raise Refusal("invalid_request", "The request is too long.", 413)
    return body


async def form_of(request: Request) -> dict[str, str]:
    """The fields of a form, each of which may stand there once; only `resource` may stand there several times, and all
    of them are joined by a space. Raises Refusal.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise Refusal("invalid_request", "The body must be application/x-www-form-urlencoded.")
    return once(parse_qsl((await body_of(request)).decode("utf-8", "replace"), keep_blank_values=True))


def once(pairs: list[tuple[str, str]]) -> dict[str, str]:
    """Parameters by name; an empty one counts as absent. Raises Refusal where one stands there twice."""
    found: dict[str, str] = {}
    for name, value in pairs:
        if name in found and name != "resource":
            raise Refusal("invalid_request", "A parameter stands there more than once.")
        if "\0" in value or len(value) > _LONGEST:
            raise Refusal("invalid_request", "A parameter is too long, or no text.")
        if value:
            found[name] = f"{found[name]} {value}" if name in found else value
    return found
