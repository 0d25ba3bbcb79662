"""What hosts draw beside this server: the picture is in its address, so nothing is loaded for it.

Tools have none: some hosts hand a model the whole list, and a picture on each would cost a quarter of what it says.
"""

from __future__ import annotations

from urllib.parse import quote

from mcp.types import Icon

_FRAME = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24'>{}</svg>"
_BARS = "<path fill='{}' d='M4 13h4v7H4zM10 9h4v11h-4zM16 4h4v16h-4z'/>"


def _icon(drawing: str) -> Icon:
    source = "data:image/svg+xml," + quote(_FRAME.format(drawing), safe="/:=")
    return Icon(src=source, mime_type="image/svg+xml", sizes=["any"])


SERVER = [_icon("<rect width='24' height='24' rx='5' fill='#0b2f4a'/>" + _BARS.format("#f2a33a"))]
"""The aging of what is owed, as bars; the bundle's own icon is the same in large."""
