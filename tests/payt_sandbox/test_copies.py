"""Whoever asks for a world has one of their own: what they do to it is not in the next one like it."""

import datetime as dt
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from payt_sandbox import World, build_world
from payt_sandbox.data import kept
from payt_sandbox.world.tables import Table
from tests.support.api import TODAY

WANTED: dict[str, Any] = {"invoices": 40, "debtors": 25, "seed": 77, "today": TODAY}


@pytest.fixture(autouse=True)
def _nothing_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "_worlds", {})


def _tables(world: World) -> Iterator[tuple[str, Table]]:
    for key, book in world.books.items():
        for kind, table in book.tables.items():
            yield f"{key} {kind}", table


def _all_of(world: World) -> Any:
    """Everything a world holds, its indexes included."""
    held: dict[str, Any] = {"administrations": world.administrations, "companies": world.companies}
    for name, table in _tables(world):
        indexes = {field: (index._one, index._many) for field, index in table.indexes.items()}
        kept_beside = {field: value for field, value in vars(table).items() if field not in ("indexes", "_cache")}
        held[name] = (indexes, kept_beside)
    return deepcopy((held, world.last_ids))


def _lay_waste(world: World) -> None:
    """Changes records as tests and endpoints do."""
    world.pay_invoice(world.main_id, world.book(world.main_id).tables["invoices"].open_ids[0])
    for key in world.books:
        world.add_invoice(key, debtor_id=310_000)
        for kind, table in world.book(key).tables.items():
            for record_id in table.ids[:2]:
                world.change(key, kind, record_id, updated_at=world.now())
            if table.ids:
                world.delete(key, kind, table.ids[0])


def _scribble(world: World) -> None:
    """Changes in its place whatever can be."""
    for row in (*world.administrations.values(), *world.companies.values()):
        row["name"] = "Somebody else"
    for _, table in _tables(world):
        for row in (*table.rows.values(), *table.deleted.values()):
            row["updated_at"] = "never"
        for index in table.indexes.values():
            for ids in index._many.values():
                ids.append(1)
            index._one.clear()
        for beside in (table.ids, table.open_ids, table.paid_ids, table._moments, table._open, table._changes):
            beside.append(1)


def test_a_world_has_nothing_in_it_of_what_became_of_others_like_it() -> None:
    before = _all_of(build_world(**WANTED))
    for _ in range(5):
        world = build_world(**WANTED)
        assert _all_of(world) == before
        _lay_waste(world)
        _scribble(world)
        assert _all_of(world) != before


def test_a_world_asked_for_again_is_a_copy() -> None:
    """Made twice, and from then on copied: who asks but once has no second world in memory."""
    build_world(**WANTED)
    assert list(kept._worlds.values()) == [None]
    build_world(**WANTED)
    assert all(kept._worlds.values())
    assert build_world(**WANTED) is not build_world(**WANTED)


def test_few_worlds_are_kept_and_no_large_one() -> None:
    for seed in range(20):
        build_world(invoices=1, debtors=1, seed=seed, today=TODAY)
    assert len(kept._worlds) == 16
    for _ in range(2):
        build_world(invoices=10_001, debtors=1, today=TODAY)
    assert len(kept._worlds) == 16
    assert not any(kept._worlds.values())


def test_what_a_world_is_made_of_cannot_be_changed_in_its_place() -> None:
    """Copies share the values of a row, so none of them may be a list or an object."""
    for _, table in _tables(build_world(**WANTED)):
        for row in (*table.rows.values(), *table.deleted.values()):
            hash(tuple(row.values()))


def test_a_copy_lives_by_a_clock_of_its_own() -> None:
    worlds = [build_world(**WANTED) for _ in range(4)]
    worlds[2].clock = lambda: dt.datetime(2031, 1, 1, tzinfo=dt.UTC)
    assert [world.today for world in worlds] == [TODAY, TODAY, dt.date(2031, 1, 1), TODAY]
    assert len({id(world.lock) for world in worlds}) == 4
