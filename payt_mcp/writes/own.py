"""What is the administration's own: the hosts that its letters and invoices may lead to."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from payt_mcp.payt.models import Administration
from payt_mcp.receivables.addresses import domain

PAYT_HOSTS = ("paytsoftware.com",)


def own_hosts(administration: Administration, urls: Iterable[str | None] = ()) -> tuple[str, ...]:
    """The hosts of the administration's site, of its e-mail address, and of more `urls` that are its own."""
    hosts = [urlsplit(url).hostname or "" for url in (administration.administration_url, *urls) if url]
    hosts += [domain(administration.email_address)] if administration.email_address else []
    return tuple(filter(None, hosts))
