"""What stands in front of the application: the log, the delay, the limit on URIs, and the faults. How often a token may
ask is counted behind it, in `sandbox.py`.
"""

import asyncio
import json
import socket
import struct
from email.utils import format_datetime
from http import HTTPStatus
from typing import Any, Final

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from payt_sandbox.api.faults import Fault
from payt_sandbox.api.sandbox import Logged, Sandbox, tail
from payt_sandbox.signin.grants import Refusal
from payt_sandbox.signin.token import refusal_response
from payt_sandbox.wire.problems import Problem, problem_response

LONGEST_URI: Final = 8192
CONTROL: Final = "/_sandbox/"
# Where the server module leaves the TCP transport of a request, so that a reset can be a real one.
TRANSPORT: Final = "sandbox_transport"

_HTML: Final = "<html><head><title>{0}</title></head><body><center><h1>{0}</h1></center><hr>proxy</body></html>"


class Gate:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, sandbox: Sandbox) -> None:
        self._app = app
        self._sandbox = sandbox

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        sandbox = self._sandbox
        arrived, is_logged = sandbox.world.clock(), False

        def log(status: int | None) -> None:
            nonlocal is_logged
            if is_logged:
                return
            is_logged = True
            sandbox.requests.append(
                Logged(
                    time=arrived,
                    method=scope["method"],
                    path=scope["path"],
                    query=scope["query_string"].decode("latin-1"),
                    status=status,
                    token_tail=tail(Headers(scope=scope).get("authorization", "")),
                )
            )

        async def dated(message: Message) -> None:
            if message["type"] == "http.response.start":
                if not is_control:  # before the answer goes out: whoever has it finds the request logged
                    log(message["status"])
                date = format_datetime(sandbox.world.clock(), usegmt=True).encode()
                message = {**message, "headers": [*message.get("headers", ()), (b"date", date)]}
            await send(message)

        is_control = scope["path"].startswith(CONTROL)
        if is_control:
            await self._app(scope, receive, dated)
            return
        try:
            await self._pass(scope, receive, dated)
        finally:
            log(None)

    async def _pass(self, scope: Scope, receive: Receive, send: Send) -> None:
        fault = self._sandbox.faults.take(scope["method"], scope["path"])
        delay = self._sandbox.options.latency_ms
        if fault and fault.kind == "slow":
            delay += fault.delay_ms
            receive = await _taken_in(receive)
        if delay:
            await asyncio.sleep(delay / 1000)
        if len(scope.get("raw_path") or b"") + len(scope["query_string"]) >= LONGEST_URI:
            await _proxy_page(HTTPStatus.REQUEST_URI_TOO_LONG)(scope, receive, send)
        elif fault is None or fault.kind == "slow":
            await self._app(scope, receive, send)
        else:
            await self._fail(fault, scope, receive, send)

    async def _fail(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        kind = fault.kind
        page = _pages().get(kind)
        if page is not None:
            await page(scope, receive, send)
        elif kind == "timeout_before":
            await _silence(receive)
        elif kind == "reset_before":
            await _read(receive)
            await _reset(scope, receive)
        else:
            start, body = await self._applied(scope, receive)
            await self._fail_after(fault, start, body, scope, receive, send)

    async def _applied(self, scope: Scope, receive: Receive) -> tuple[Message, bytes]:
        """Lets the application answer, and keeps the answer to itself."""
        messages: list[Message] = []

        async def keep(message: Message) -> None:
            messages.append(message)

        await self._app(scope, receive, keep)
        return messages[0], b"".join(message.get("body", b"") for message in messages[1:])

    async def _fail_after(
        self, fault: Fault, start: Message, body: bytes, scope: Scope, receive: Receive, send: Send
    ) -> None:
        match fault.kind:
            case "timeout_after":
                await _silence(receive)
            case "reset_after":
                await _reset(scope, receive)
            case "server_error_after":
                await _server_error()(scope, receive, send)
            case "wrong_shape":
                changed = _reshape(body, self._sandbox.faults.next_shape())
                await Response(changed, start["status"], media_type="application/json")(scope, receive, send)
            case _:
                await send(start)
                await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
                await _hang_up(scope, receive)


def _pages() -> dict[str, Response]:
    """The answers of a server or proxy that did not process the request."""
    return {
        "rate_limited": problem_response(Problem(429, "too_many_requests", "Rate limit exceeded")),
        "server_error": _server_error(),
        "bad_gateway": _proxy_page(HTTPStatus.BAD_GATEWAY),
        "unavailable": Response(b"", 503),
        "not_json": _proxy_page(HTTPStatus.OK),
        "invalid_grant": refusal_response(Refusal("invalid_grant", "The grant is invalid, expired or revoked")),
    }


def _server_error() -> Response:
    return problem_response(Problem(500, "internal_server_error", "Something went wrong"))


def _proxy_page(status: HTTPStatus) -> Response:
    return Response(_HTML.format(f"{status.value} {status.phrase}"), status.value, media_type="text/html")


def _reshape(body: bytes, turn: int) -> bytes:
    """JSON of another shape than promised: a list, `data` missing, `data` an object, a row that is text."""
    try:
        answer: Any = json.loads(body)
    except ValueError:
        return body
    rows = answer.get("data") if isinstance(answer, dict) else None
    rest = {name: value for name, value in answer.items() if name != "data"} if isinstance(answer, dict) else {}
    shapes: tuple[Any, ...] = (
        [answer],
        rest if rows is not None else {},
        {**rest, "data": {"0": rows[0] if rows else answer}},
        {**rest, "data": ["row", *(rows or [])[1:]]},
    )
    return json.dumps(shapes[turn % len(shapes)]).encode()


async def _read(receive: Receive) -> None:
    """Takes in the whole request, so that the client is past sending when the connection breaks."""
    while (await receive()).get("more_body", False):
        pass


async def _taken_in(receive: Receive) -> Receive:
    """Takes in the whole request, so that it is applied later even where the client has gone by then."""
    messages = [await receive()]
    while messages[-1].get("more_body", False):
        messages.append(await receive())

    async def again() -> Message:
        return messages.pop(0) if messages else await receive()

    return again


async def _silence(receive: Receive) -> None:
    """Answers nothing until the client goes away."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def _reset(scope: Scope, receive: Receive) -> None:
    """Resets the TCP connection; without one (in-process) the same shows as an exception."""
    transport = scope.get("state", {}).get(TRANSPORT)
    if transport is None:
        raise ConnectionResetError("reset by the sandbox")
    raw = transport.get_extra_info("socket")
    if raw is not None:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
    await _silence(receive)


async def _hang_up(scope: Scope, receive: Receive) -> None:
    """Closes the connection after what was sent so far."""
    transport = scope.get("state", {}).get(TRANSPORT)
    if transport is None:
        raise ConnectionResetError("cut off by the sandbox")
    transport.close()
    await _silence(receive)
