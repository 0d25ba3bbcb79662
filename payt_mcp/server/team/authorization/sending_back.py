"""The answer to a program goes through the browser, to the address it named, and says who answers (RFC 9207)."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response

from payt_mcp.server.team.authorization.addresses import Addresses
from payt_mcp.server.team.authorization.answers import UNCACHED


def sent_back(addresses: Addresses, redirect_uri: str, state: str | None, answer: Mapping[str, str]) -> Response:
    """`redirect_uri` has been checked: it has no fragment."""
    given = {**answer, **({"state": state} if state is not None else {}), "iss": addresses.issuer}
    between = "&" if "?" in redirect_uri else "?"
    headers = {**UNCACHED, "Referrer-Policy": "no-referrer"}
    return RedirectResponse(f"{redirect_uri}{between}{urlencode(given)}", 303, headers)
