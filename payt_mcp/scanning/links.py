"""Where a text leads: the hosts of its links, those named without being links, and e-mail addresses."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from payt_mcp.scanning import domains
from payt_mcp.words.lookalikes import plain

_LEADS = re.compile(r"(?:\b[a-z][a-z0-9+.-]{0,20}://|\bhttps?:/?|\bwww\d?\.)[^\s<>\"]+", re.IGNORECASE)
_CLOSING = re.compile(r"[)\]'][.,;:!?)\]']*$")


def hosts_in(text: str) -> list[str]:
    """The hosts that links lead to, and those that are named without being links, each once."""
    folded = domains.written_out(plain(text)).replace("\\", "/")  # browsers read one for the other
    found = {match.start(): _host(match.group()) for match in _LEADS.finditer(folded)}
    rest = _LEADS.sub(lambda match: " " * len(match.group()), folded)
    found |= domains.hosts(rest)
    return list(dict.fromkeys(found[place] for place in sorted(found)))


def addresses_in(text: str) -> list[str]:
    """E-mail addresses, each once, their hosts in lower case."""
    return list(dict.fromkeys(domains.addresses(domains.written_out(plain(text)))))


def _host(link: str) -> str:
    url = re.sub(r"^(?:[a-z][a-z0-9+.-]{0,20}:)?/*", "//", _CLOSING.sub("", link), flags=re.IGNORECASE)
    try:
        return (urlsplit(url).hostname or link).rstrip(".,;:!?")
    except ValueError:
        return link
