"""Worlds that are asked for again are kept, so that the next one like them is a quick copy."""

import datetime as dt
from collections.abc import Callable
from threading import Lock
from typing import Final

from payt_sandbox.world.world import World

# Open invoices, debtors, seed, date: what a world is made from.
Wanted = tuple[int, int, int, dt.date]

_MOST: Final = 16
_LARGEST: Final = 10_000

# By what was asked for, the latest last; None after the first time. Nobody has hands on these worlds, only on copies.
_worlds: dict[Wanted, World | None] = {}
_lock = Lock()


def kept(wanted: Wanted, make: Callable[[], World]) -> World:
    """A world of one's own, made or copied. Who asks but once, as a server does, keeps nothing in memory beside it."""
    invoices, debtors, _, today = wanted
    if max(invoices, debtors) > _LARGEST:
        return make()
    with _lock:
        is_known = wanted in _worlds
        known = _worlds.get(wanted)
        _keep(wanted, known)
    if known is not None:
        return known.copy(today)
    made = make()
    if is_known:
        with _lock:
            _keep(wanted, made.copy(today))
    return made


def _keep(wanted: Wanted, world: World | None) -> None:
    """Files a world as the latest, and forgets the one that was asked for least lately when there are too many."""
    _worlds.pop(wanted, None)
    _worlds[wanted] = world
    if len(_worlds) > _MOST:
        del _worlds[next(iter(_worlds))]
