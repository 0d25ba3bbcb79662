"""The user's browser, for the approval page."""

from __future__ import annotations


def browse(url: str) -> bool:
    """Open an address in it; False where there is none."""
    from payt_mcp.proposals.asking.browser import browse as open_it

    return open_it(url)
