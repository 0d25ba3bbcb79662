"""What a person is told who cannot be led on, nor back."""

from __future__ import annotations

from starlette.responses import Response

from payt_mcp.server.team.plain_page import PlainPages
from payt_mcp.words.hypertext import Html
from payt_mcp.words.said import say


def trouble_page(pages: PlainPages, html: Html, said: str, *, status: int = 400) -> Response:
    return pages.answer(html, say("Not connected"), html("<p>{}</p>", said), status=status)
