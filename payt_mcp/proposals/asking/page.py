"""The approval page: a small web page on loopback, opened by this process in the user's own browser.

Its secret is in its address and nowhere else. Whoever comes with another Host (rebinding), another Origin, without the
secret or without the token of a form gets a refusal that says nothing. It lives while something is pending.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import getpass
import hashlib
import hmac
import secrets
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from urllib.parse import parse_qs, urlencode

import anyio
import anyio.abc
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from payt_mcp.errors import PaytMcpError, RefusedWriteError
from payt_mcp.proposals.asking import page_view
from payt_mcp.proposals.asking.page_files import announce, entry, signed
from payt_mcp.proposals.asking.page_guard import EMBEDDED, HEADERS, asset
from payt_mcp.proposals.asking.page_index import arranged
from payt_mcp.proposals.engine import Engine
from payt_mcp.proposals.outcomes import CLOSED
from payt_mcp.proposals.records import Record, Who
from payt_mcp.proposals.states import Status
from payt_mcp.proposals.stored import words_of
from payt_mcp.words.languages import Language
from payt_mcp.words.said import say

LINGER = 120.0
"""Seconds the page stays after nothing is pending, so that the outcome can be read."""

_SEEN_LATELY = 10.0
_OPENED_LATELY = 30.0
_MOST_BODY = 4096
"""Bytes; room for some forty noes at once."""

_SHOWN = dt.timedelta(hours=1)


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers: the process belongs to the MCP server."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class ApprovalPage:
    """The page of one outbox.

    Args:
        engine: carries out what is approved here.
        folder: where `payt-mcp approvals open` finds the page.
        group: serves the page; lives as long as the outbox.
        browse: opens an address in the user's browser; False where there is none.
        zone: the time zone of the times shown.
        language_for: the language for a browser that accepts these.
    """

    def __init__(
        self,
        engine: Engine,
        folder: Path,
        group: anyio.abc.TaskGroup,
        browse: Callable[[str], bool],
        *,
        zone: dt.tzinfo = dt.UTC,
        linger: float = LINGER,
        language_for: Callable[[str], Language] = lambda _: "en",
    ) -> None:
        self._engine = engine
        self._folder = folder
        self._group = group
        self._browse = browse
        self._zone = zone
        self._linger = linger
        self._language_for = language_for
        self._secret = ""
        self._host = ""
        self._alert = self._first = ""
        self._entered: set[str] = set()
        self._seen = self._opened = -1e9
        self._live: Path | None = None
        self._lock = anyio.Lock()

    async def show(self, key: str) -> bool:
        """Have the page up and open in the browser; False where no browser could be opened. The proposal that opened it
        stands first.

        One tab is enough: a page that was looked at lately, or is just being opened, is not opened again.
        """
        async with self._lock:
            if self._live is None:
                await self._begin()
            now = time.monotonic()
            if now - self._seen < _SEEN_LATELY or now - self._opened < _OPENED_LATELY:
                return True
            opened = await anyio.to_thread.run_sync(self._browse, entry(f"http://{self._host}/{self._secret}/"))
            if opened:
                self._opened, self._first = now, key
            return opened

    async def _begin(self) -> None:
        self._secret = secrets.token_urlsafe(32)
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.bind(("127.0.0.1", 0))
        self._host = f"127.0.0.1:{listener.getsockname()[1]}"
        self._live = announce(self._folder, self._engine.ledger.owner.name, f"http://{self._host}/{self._secret}/")
        config = uvicorn.Config(
            _Guarded(self._app(), self._host),
            lifespan="off",
            log_config=None,
            log_level="critical",
            access_log=False,
            server_header=False,
            ws="none",
            timeout_graceful_shutdown=1,
        )
        self._group.start_soon(self._serve, _Server(config), listener)

    async def _serve(self, server: _Server, listener: socket.socket) -> None:
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(self._until_nothing_is_pending, server)
                await server.serve(sockets=[listener])
                group.cancel_scope.cancel()
        finally:
            # Cancelled, uvicorn leaves them open: the event loop would take the next socket of this number for theirs.
            for started in getattr(server, "servers", ()):
                started.close()
            for connection in list(server.server_state.connections):  # kept alive by a browser, and still answered
                connection.transport.close()
            if self._live is not None:
                self._live.unlink(missing_ok=True)
            self._live, self._secret = None, ""
            self._seen = self._opened = -1e9
            listener.close()

    async def _until_nothing_is_pending(self, server: _Server) -> None:
        idle_since = None
        while True:
            await anyio.sleep(min(1.0, self._linger / 4))
            with contextlib.suppress(PaytMcpError):
                if await self._records(pending_only=True):
                    idle_since = None
                    continue
            idle_since = idle_since or time.monotonic()
            if time.monotonic() - idle_since > self._linger:
                server.should_exit = True
                return

    async def _records(self, *, pending_only: bool = False) -> list[Record]:
        """What is shown: what waits for a person first, then what ended within the hour."""
        engine = self._engine
        pending = await engine.on_ledger(engine.ledger.pending, engine.ledger_scope, also=(Status.OUTCOME_UNKNOWN,))
        if pending_only:
            lately = engine.ledger.now() - _SHOWN
            return [r for r in pending if r.status is not Status.OUTCOME_UNKNOWN or r.changed_at > lately]
        recent = await engine.on_ledger(engine.ledger.recent, engine.ledger.now() - _SHOWN, engine.ledger_scope)
        known = {record.id for record in pending}
        return [*pending, *(record for record in recent if record.id not in known)]

    def _app(self) -> Starlette:
        base = f"/{self._secret}"
        return Starlette(
            routes=[
                Route("/open/{ticket}", self._enter, methods=["GET"]),
                Route(f"{base}/", self._page, methods=["GET"]),
                Route(f"{base}/changes", self._changes, methods=["GET"]),
                Route(f"{base}/decide", self._decide, methods=["POST"]),
                Route(f"{base}/{{name}}", _asset, methods=["GET"]),
            ]
        )

    async def _enter(self, request: Request) -> Response:
        """The address a browser is started with stands in the list of processes: it works once."""
        nonce, _, mark = request.path_params["ticket"].partition(".")
        if nonce in self._entered or not hmac.compare_digest(mark.encode(), signed(self._secret, nonce).encode()):
            return _refused(404)
        self._entered.add(nonce)
        return RedirectResponse(f"/{self._secret}/", 303)

    async def _page(self, request: Request) -> Response:
        """Everything, or after a click without JavaScript the one proposal that it was about: no button of another one
        comes to lie where the pointer is.
        """
        self._seen = time.monotonic()
        state = await self._state()
        only = request.query_params.get("only", "")
        language = self._language_for(request.headers.get("accept-language", ""))
        try:
            records = await self._records()
            shown = [record for record in records if record.id == only] or arranged(records, self._first)
            cards = page_view.cards(shown, self._engine.troubles, self._token, self._zone, language)
        except PaytMcpError as error:
            cards = page_view.Cards(alert=str(error))
        page = page_view.page(cards, self._alert, state, alone=bool(only), language=language)
        return Response(page, media_type="text/html")

    async def _changes(self, _request: Request) -> Response:
        self._seen = time.monotonic()
        return JSONResponse({"changes": await self._state()})

    async def _state(self) -> str:
        """A text that is another one once there is something else to be shown."""
        try:
            changes = str(await self._engine.on_ledger(self._engine.ledger.changes))
        except PaytMcpError as error:
            changes = str(error)
        told = f"{changes}\n{self._alert}\n{sorted(self._engine.troubles.items())}"
        return hashlib.sha256(told.encode()).hexdigest()[:16]

    async def _decide(self, request: Request) -> Response:
        fields = parse_qs((await request.body()).decode("latin-1"))
        key, action, token = (fields.get(name, [""])[0] for name in ("id", "action", "token"))
        picked = [pick.partition(" ")[::2] for pick in fields.get("pick", [])]
        try:
            if action == "reject" and picked:
                return await self._reject_several(picked)
            record = await self._engine.on_ledger(self._engine.ledger.get, key, self._engine.ledger_scope)
            if not self._is_token(token, record):
                return _refused(403)
            await self._act(action, record)
            self._alert = ""
        except RefusedWriteError:
            self._alert = ""  # the page says how it stands
        except PaytMcpError as error:
            self._alert = say("That was not done. {error}", error=error)
        return RedirectResponse(f"/{self._secret}/?{urlencode({'only': key})}", 303)

    async def _reject_several(self, picked: Sequence[tuple[str, str]]) -> Response:
        """Several noes at once; a yes is given to one alone. What is no longer waiting stays as it is."""
        for key, token in picked:
            record = await self._engine.on_ledger(self._engine.ledger.get, key, self._engine.ledger_scope)
            if not self._is_token(token, record):
                return _refused(403)
            with contextlib.suppress(RefusedWriteError):
                await self._act("reject", record)
        self._alert = ""
        return RedirectResponse(f"/{self._secret}/", 303)

    def _is_token(self, given: str, record: Record) -> bool:
        return hmac.compare_digest(given.encode(), self._token(record).encode())

    async def _act(self, action: str, record: Record) -> None:
        engine, who = self._engine, Who("page", "", _user())
        if action in {"approve", "again"}:
            await engine.on_ledger(
                engine.ledger.approve, record.id, who, again=action == "again", scope=engine.ledger_scope
            )
            with contextlib.suppress(PaytMcpError):  # it is approved: what becomes of it is told with the proposal
                await engine.carry_out(record.id, 0.0)
        elif action == "reject":
            await engine.on_ledger(engine.ledger.decline, record.id, who, scope=engine.ledger_scope)
        elif action == "look":
            await engine.look(record)
        elif action == "close":
            await engine.on_ledger(
                engine.ledger.settle, record.id, Status.FAILED, CLOSED, who=who, scope=engine.ledger_scope
            )
        elif action == "done" and words_of(record).person_knows:
            await engine.on_ledger(
                engine.ledger.settle, record.id, Status.APPLIED, CLOSED, who=who, scope=engine.ledger_scope
            )

    def _token(self, record: Record) -> str:
        """What only the form of exactly this proposal, in this state, on this page carries."""
        said = f"{record.id}\n{record.digest}\n{record.status}"
        return hmac.new(self._secret.encode(), said.encode(), hashlib.sha256).hexdigest()


class _Guarded:
    """Stands before the page: refuses what does not come from the page itself in this user's browser."""

    def __init__(self, app: ASGIApp, host: str) -> None:
        self._app = app
        self._host = host.encode()
        self._origin = b"http://" + self._host

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                kept = [(name, value) for name, value in message["headers"] if name not in HEADERS]
                message = {**message, "headers": [*kept, *HEADERS.items()]}
            await send(message)

        app = self._app if self._is_ours(scope) else _refused(403)
        await app(scope, receive, guarded)

    def _is_ours(self, scope: Scope) -> bool:
        given: dict[bytes, list[bytes]] = {}
        for name, value in scope["headers"]:
            given.setdefault(name, []).append(value)
        if given.get(b"host") != [self._host] or given.get(b"sec-fetch-dest", [b""])[0] in EMBEDDED:
            return False
        if scope["method"] != "POST":
            return scope["method"] == "GET" and given.get(b"origin", [b"http://" + self._host]) == [
                b"http://" + self._host
            ]
        size = given.get(b"content-length", [b""])[0]
        return (
            given.get(b"origin") == [self._origin]
            and given.get(b"sec-fetch-site", [b"same-origin"]) == [b"same-origin"]
            and given.get(b"content-type") == [b"application/x-www-form-urlencoded"]
            and size.isdigit()
            and int(size) <= _MOST_BODY
        )


async def _asset(request: Request) -> Response:
    return asset(request.path_params["name"]) or _refused(404)


def _refused(status: int) -> Response:
    return PlainTextResponse("Refused.", status)


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""
