"""What every page says to a browser that a person decides on: nothing of others in it, and it in nothing of others."""

from __future__ import annotations

from importlib import resources

from starlette.responses import Response

HEADERS = {
    b"content-security-policy": b"default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    b"form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    b"x-frame-options": b"DENY",
    b"x-content-type-options": b"nosniff",
    b"cache-control": b"no-store",
    # Not no-referrer: browsers would then send `Origin: null` with the page's own forms.
    b"referrer-policy": b"same-origin",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
}
EMBEDDED = {b"iframe", b"frame", b"object", b"embed", b"fencedframe"}
"""What a browser says that it would show a page in (`Sec-Fetch-Dest`)."""

_ASSETS = {"page.css": "text/css", "page.js": "text/javascript", "rest.js": "text/javascript"}


def asset(name: str) -> Response | None:
    """The stylesheet or one of the scripts."""
    if name not in _ASSETS:
        return None
    content = resources.files("payt_mcp.proposals.asking").joinpath("assets", name).read_bytes()
    return Response(content, media_type=_ASSETS[name])
