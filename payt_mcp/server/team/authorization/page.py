"""The pages of signing in a program: no script, one stylesheet, and nothing from elsewhere."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib import resources

from markupsafe import Markup
from starlette.responses import HTMLResponse, Response

from payt_mcp.proposals.asking.page_guard import HEADERS
from payt_mcp.words.hypertext import Html
from payt_mcp.words.languages import Language
from payt_mcp.words.said import say

_OWN = """
label { display: flex; gap: .6rem; align-items: center; min-height: 44px; flex-basis: 100%; }
input[type=checkbox] { width: 1.3rem; height: 1.3rem; flex: none; }
a { color: var(--accent); }
.choices { list-style: none; padding: 0; } .choices a { display: flex; align-items: center; min-height: 44px; }
"""


def html_page(title: str, body: Markup, language: Language, *, status: int = 200, form_to: str = "") -> Response:
    """`body` stands in one card under the title. `form_to`: where a form's answer may lead beside this server."""
    html = Html(language)
    style = _style()
    whole = html(
        '<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>'
        "<style>{style}</style></head><body><header><h1>Payt</h1></header>"
        '<main><article aria-labelledby="title"><h2 id="title">{title}</h2>{body}</article></main></body></html>',
        language=language,
        title=title,
        style=Markup(style),  # noqa: S704 - a file of ours
        body=body,
    )
    return HTMLResponse(str(whole), status, _headers(style, form_to))


def trouble_page(said: str, language: Language, *, status: int = 400) -> Response:
    html = Html(language)
    return html_page(say("Not connected"), html("<p>{}</p>", said), language, status=status)


@cache
def _style() -> str:
    file = resources.files("payt_mcp.proposals.asking") / "assets" / "page.css"
    return file.read_text(encoding="utf-8") + _OWN


def _headers(style: str, form_to: str) -> dict[str, str]:
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    forms = f"'self' {form_to}".strip()
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'; form-action {forms}; base-uri 'none'; frame-ancestors 'none'"
    )
    return {name.decode(): value.decode() for name, value in HEADERS.items()} | {"content-security-policy": policy}
