"""One database, and two keys, for all tests of a module."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest

from payt_mcp.database.database import Database
from payt_mcp.server.team.keyring import KeyRing
from payt_mcp.settings import Secret
from payt_mcp.settings.team import NamedKey
from tests.support import postgres


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    with postgres.a_database(postgres.of_this_run()) as url:
        opened = Database(Secret(url))
        yield opened
        opened.close()


def key(name: str, byte: bytes = b"") -> NamedKey:
    return NamedKey(name, Secret(base64.b64encode((byte or name[-1:].encode()) * 32).decode()))


@pytest.fixture(scope="module")
def ring() -> KeyRing:
    return KeyRing([key("k1")])
