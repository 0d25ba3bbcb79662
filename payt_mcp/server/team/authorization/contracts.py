"""What letting programs in asks of the rest."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from payt_mcp.server.team.people import Person

IsCurrent = Callable[[str, str], Awaitable[bool]]
"""Whether a person of a company (their ids) still has access, as the provider and the company have it."""

ConnectFirst = Callable[[Person, str], Awaitable[str | None]]
"""The path on which somebody connects their Payt before they are led on to another path of ours; None where there is
something to ask Payt with.
"""
