"""Where an administration's days begin and end, and what must be said where that is not known."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from payt_mcp.payt.models import Administration
from payt_mcp.words.text import clean

_EVERYBODY_KNOWS = "Europe/Amsterdam"
_AT_THE_EDGE = "Between the two midnights what is overdue, and by how many days, can be one day off."


def time_zone(administration: Administration) -> dt.tzinfo:
    """The administration's time zone; UTC where Payt names none, or one this machine does not know."""
    return named(administration.timezone) or dt.UTC


def named(name: str | None) -> dt.tzinfo | None:
    """The zone of this name, if there is one and this machine knows it."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: a name that is a folder, or none for this system
        return None


def is_known_here() -> bool:
    """Whether this machine has a time zone database at all."""
    return named(_EVERYBODY_KNOWS) is not None


def caveats(administration: Administration) -> list[str]:
    """What every answer must say that depends on which day today is."""
    name = clean(administration.timezone, 60)
    if not name:
        return [f'Payt names no time zone for this administration: "today" is the date in UTC. {_AT_THE_EDGE}']
    if named(administration.timezone) is not None:
        return []
    if is_known_here():
        return [f'This machine does not know the time zone {name!r}: "today" is the date in UTC. {_AT_THE_EDGE}']
    lacking = f'This machine has no time zone database: "today" is the date in UTC, not in {name}.'
    return [f"{lacking} {_AT_THE_EDGE} `payt-mcp doctor`, run where this server is, says how to add one."]
