"""Links by the page they lead to."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_LINK = re.compile(r"(?:https?:)?/{0,2}[\w.-]+\.[\w-]+/[^\s<>\"')\]]*", re.IGNORECASE)


def pages_in(text: str, host: str) -> list[str]:
    """The pages of one host that a text leads to."""
    found = (page_of(match.group()) for match in _LINK.finditer(text))
    return list(dict.fromkeys(page for page in found if page.partition("/")[0] == host and "/" in page))


def page_of(url: str) -> str:
    """Where a link leads, so that two spellings of one are the same: no scheme, no query, no stop behind it."""
    bare = re.sub(r"^(?:https?:)?/*", "", url.strip(), flags=re.IGNORECASE).rstrip(".,;:!?)]*_'\"")
    host, _, path = re.split(r"[?#]", bare)[0].partition("/")
    return f"{host.lower()}/{path.rstrip('/')}"


def host_of(url: str | None) -> str:
    return (urlsplit(url).hostname or "") if url else ""
