"""Worlds that are asked for again are kept, so that the next one like them is a quick copy."""

import datetime as dt
from collections.abc import Callable
from threading import Lock
from typing import Final, NamedTuple

from payt_sandbox.world.world import World


class Wanted(NamedTuple):
    """What a world is made from: open invoices, debtors, seed, date; months of a past and the invoices in it."""

    invoices: int
    debtors: int
    seed: int
    today: dt.date
    history: int = 0
    past: int = 0


_MOST: Final = 16
_LARGEST: Final = 10_000

# By what was asked for, the latest last; None after the first time. Nobody has hands on these worlds, only on copies.
_worlds: dict[Wanted, World | None] = {}
_lock = Lock()


def kept(wanted: Wanted, make: Callable[[], World]) -> World:
    """A world of one's own, made or copied. Who asks but once, as a server does, keeps nothing in memory beside it."""
    if max(wanted.invoices, wanted.debtors, wanted.past) > _LARGEST:
        return make()
    with _lock:
        is_known = wanted in _worlds
        known = _worlds.get(wanted)
        _keep(wanted, known)
    if known is not None:
        return known.copy(wanted.today)
    made = make()
    if is_known:
        with _lock:
            _keep(wanted, made.copy(wanted.today))
    return made


def _keep(wanted: Wanted, world: World | None) -> None:
    """Files a world as the latest, and forgets the one that was asked for least lately when there are too many."""
    _worlds.pop(wanted, None)
    _worlds[wanted] = world
    if len(_worlds) > _MOST:
        del _worlds[next(iter(_worlds))]
