"""Where the consent page leads back to: a web server on loopback that lives as long as one sign-in.

What it takes is one answer with the right `state`. Everything else (another state, a second answer, another Host, a
favicon) is answered and changes nothing, so that no page and no other user of this machine can end or take over a
sign-in. The code does not stay in the address bar: the browser is led on to a page without it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import queue
import re
import secrets
import socketserver
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from typing import Self
from urllib.parse import parse_qs, urlsplit

from payt_mcp.errors import SettingsError, SignInError
from payt_mcp.words.languages import Language
from payt_mcp.words.said import say

PATH = "/callback"
HOST = "127.0.0.1"

_LAST_PAGE = 5.0
"""Seconds the browser has to fetch the last page once the outcome is known."""

_OUTCOME = 60.0
_STYLE = "body{font:18px/1.5 system-ui,sans-serif;margin:15vh auto;max-width:32em;padding:0 1em;color:#1b2733}"
_CSP = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_CSP}'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
_ERROR = re.compile(r"[a-z_]{1,40}\Z")


@dataclass(frozen=True)
class Answer:
    """What the consent page led back with: a code, or OAuth's word for why there is none."""

    code: str = ""
    error: str = ""


class Redirect:
    """A context manager that listens on a port of loopback from the start on. Its pages are in the language for a
    browser that accepts these.

    Raises:
        SettingsError: the port is taken.
    """

    def __init__(self, port: int, language_for: Callable[[str], Language] = lambda _: "en") -> None:
        self.language_for = language_for
        self.state = secrets.token_urlsafe(32)
        self._ticket = secrets.token_urlsafe(16)
        self._consent_url = ""
        self._answers: queue.Queue[Answer] = queue.Queue()
        self._lock = threading.Lock()
        self._is_answered = False
        self._outcome = ""
        self._known, self._shown = threading.Event(), threading.Event()
        try:
            self._server = _Server((HOST, port), lambda *given: _Handler(self, *given))
        except OSError as error:
            raise SettingsError(
                f"Cannot listen at {HOST}, port {port}: {error.strerror}. Pass another with --port; the redirect URI "
                f"http://{HOST}:PORT{PATH} must be registered for the application at Payt."
            ) from None
        self.origin = f"http://{HOST}:{self._server.server_address[1]}"

    @property
    def uri(self) -> str:
        """The redirect URI."""
        return self.origin + PATH

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def begin(self, consent_url: str) -> str:
        """An address that leads to the consent page, once: what a browser is started with, other users can see."""
        self._consent_url = consent_url
        return f"{self.origin}/begin/{self._ticket}"

    def wait(self, seconds: float) -> Answer:
        """The answer. Raises SignInError where none comes."""
        try:
            return self._answers.get(timeout=seconds)
        except queue.Empty:
            raise SignInError(
                f"Nobody answered the consent page within {seconds / 60:.0f} minutes. Nothing was kept; run "
                "`payt-mcp login` again."
            ) from None

    def finish(self, outcome: str) -> None:
        """Show how it ended in the browser that is waiting for it."""
        self._outcome = outcome
        self._known.set()
        if self._is_answered:
            self._shown.wait(_LAST_PAGE)

    def reply(self, target: str, host: str) -> tuple[int, str]:
        """What a GET is answered with: a status, and a page or where to go on."""
        if f"http://{host}" != self.origin:
            return 421, say("This is not the address of this page.")
        try:
            parts = urlsplit(target)
        except ValueError:
            return 404, say("There is nothing here.")
        if parts.path == PATH:
            return self._answered(parts.query)
        if parts.path == "/done" and self._is_answered:
            self._known.wait(_OUTCOME)
            return 200, self._outcome or say("The terminal says how it went.")
        if hmac.compare_digest(parts.path.encode(), f"/begin/{self._ticket}".encode()) and self._consent_url:
            with self._lock:
                consent_url, self._consent_url = self._consent_url, ""
            return 303, consent_url
        return 404, say("There is nothing here.")

    def shown(self) -> None:
        """The page at the end has gone out."""
        if self._known.is_set():
            self._shown.set()

    def _answered(self, query: str) -> tuple[int, str]:
        given = parse_qs(query, keep_blank_values=True)
        if any(len(values) > 1 for values in given.values()):
            return 400, say("This answer is not one that Payt gives.")
        state, code, error = (given.get(name, [""])[0] for name in ("state", "code", "error"))
        if not hmac.compare_digest(state.encode(), self.state.encode()):
            return 400, say("This answer belongs to no sign-in that was begun here. Run payt-mcp login again.")
        if bool(code) == bool(error):
            return 400, say("This answer is not one that Payt gives.")
        self._is_answered = True
        known = error if not error or _ERROR.match(error) else "an unknown error"
        self._answers.put(Answer(code, known))  # the first is the one that is waited for
        return 303, "/done"


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = os.name == "posix"  # elsewhere it would let two programs share the port

    def handle_error(self, *_: object) -> None:
        """A connection that breaks off is nothing to a person in a terminal: nobody else could answer it."""


class _Handler(BaseHTTPRequestHandler):
    timeout = 10  # browsers open connections ahead and send nothing over them
    server_version, sys_version = "payt-mcp", ""

    def __init__(self, redirect: Redirect, *given: object) -> None:
        self._redirect = redirect
        super().__init__(*given)  # type: ignore[arg-type]  # as the server passes them

    def do_GET(self) -> None:
        status, said = self._redirect.reply(self.path, self.headers.get("Host", ""))
        page = (
            b"" if status == 303 else _page(said, self._redirect.language_for(self.headers.get("Accept-Language", "")))
        )
        self.send_response(status)
        for name, value in _HEADERS.items():
            self.send_header(name, value)
        if status == 303:
            self.send_header("Location", said)
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)
        if status == 200:
            self._redirect.shown()

    def log_message(self, *_: object) -> None:
        """Nothing is logged: the address holds the code."""


def _page(said: str, language: Language) -> bytes:
    from payt_mcp.words.hypertext import Html

    page = Html(language)(
        '<!doctype html><html lang="{}"><meta charset="utf-8"><title>payt-mcp</title><style>{}</style>'
        "<h1>payt-mcp</h1><p>{}</p>",
        language,
        _STYLE,
        said,
    )
    return page.encode()
