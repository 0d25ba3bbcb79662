"""Every address that is told: made of the public one, and of no header."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Addresses:
    """`public_url` has no slash at its end: `https://payt.company.example`."""

    public_url: str

    @property
    def issuer(self) -> str:
        return self.public_url

    @property
    def resource(self) -> str:
        """What the tokens are good for: the address that people type into their programs."""
        return f"{self.public_url}/mcp"

    @property
    def resource_metadata(self) -> str:
        return f"{self.public_url}/.well-known/oauth-protected-resource/mcp"

    def of(self, path: str) -> str:
        return f"{self.public_url}{path}"

    def is_resource(self, given: str) -> bool:
        """Whether an address means this server's /mcp; the case of its host and a last slash do not matter."""
        return _plain(given) == _plain(self.resource)


def _plain(address: str) -> tuple[object, ...] | None:
    try:
        parts = urlsplit(address)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        return None
    rest = (parts.path.rstrip("/"), parts.query, parts.fragment, parts.username)
    return parts.scheme, parts.hostname, port, *rest
