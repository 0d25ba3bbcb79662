"""Where the approval pages of this user are, for `payt-mcp approvals open`: one file a page, for the user alone."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from pathlib import Path
from urllib.parse import urlsplit

from payt_mcp.disk import write_private
from payt_mcp.proposals.ledger.locks import is_alive

_FOLDER = "pages"


def announce(folder: Path, owner: str, url: str) -> Path:
    """Write down the address of a page; the file to remove when it closes."""
    pages = folder / _FOLDER
    pages.mkdir(mode=0o700, exist_ok=True)
    write_private(pages / owner, json.dumps({"url": url}).encode())
    return pages / owner


def entry(url: str) -> str:
    """An address that leads to a page, once: what a browser is started with, every user of the machine can see."""
    parts = urlsplit(url)
    nonce = secrets.token_urlsafe(16)
    return f"{parts.scheme}://{parts.netloc}/open/{nonce}.{signed(parts.path.strip('/'), nonce)}"


def signed(secret: str, nonce: str) -> str:
    """What only those can make who may read where the page is."""
    return hmac.new(secret.encode(), f"open {nonce}".encode(), hashlib.sha256).hexdigest()


def live_pages(folder: Path) -> list[str]:
    """The addresses of the pages whose process lives; what dead ones left is removed."""
    found = []
    for path in sorted((folder / _FOLDER).glob("*")):
        if is_alive(folder / "owners", path.name):
            found.append(str(json.loads(path.read_text())["url"]))
        else:
            path.unlink(missing_ok=True)
    return found
