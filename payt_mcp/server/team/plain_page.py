"""Small pages of a team server: a heading, what is to be said, at most a form. No script, nothing from elsewhere."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from functools import cache
from importlib import resources

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from payt_mcp.words.hypertext import Html
from payt_mcp.words.languages import Language

_HEADERS = {
    "Cache-Control": "no-store",
    # Not no-referrer: browsers would then send `Origin: null` with the page's own forms.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # No Cross-Origin-Opener-Policy: a program that opens the way in as a window of its own would lose that window.
}
_MORE = """
main > article { margin-top: 1rem; } a { color: var(--accent); }
label { display: flex; gap: .6rem; align-items: center; min-height: 44px; flex-basis: 100%; }
input[type=checkbox] { width: 1.3rem; height: 1.3rem; flex: none; }
.choices { list-style: none; padding: 0; } .choices a { display: flex; align-items: center; min-height: 44px; }
"""


class PlainPages:
    """Makes them; `language_for` gives the language for a browser that accepts these."""

    def __init__(self, language_for: Callable[[str], Language]) -> None:
        self._language_for = language_for

    def html(self, request: Request) -> Html:
        """Fills templates in the language of this browser."""
        return Html(self._language_for(request.headers.get("accept-language", "")))

    def answer(self, html: Html, heading: str, content: Markup, *, status: int = 200, leads_to: str = "") -> Response:
        """The page. `leads_to` is the origin, beside our own, that its form ends at: a browser asks for it."""
        style, mark = _style()
        whole = html(
            '<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            "<title>{heading}</title><style>{style}</style></head>"
            "<body><main><article><h1>{heading}</h1>{content}</article></main></body></html>",
            language=html.language,
            heading=heading,
            style=style,
            content=content,
        )
        policy = (
            f"default-src 'none'; style-src 'sha256-{mark}'; form-action 'self' {leads_to}".rstrip()
            + "; base-uri 'none'; frame-ancestors 'none'"
        )
        return HTMLResponse(str(whole), status, {**_HEADERS, "Content-Security-Policy": policy})


@cache
def _style() -> tuple[Markup, str]:
    """The style of the approval page, and what the policy knows it by."""
    text = (resources.files("payt_mcp.proposals.asking") / "assets" / "page.css").read_text("utf-8") + _MORE
    return Markup(text), base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()  # noqa: S704 - ours
