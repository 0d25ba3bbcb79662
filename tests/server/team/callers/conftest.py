"""One company for all tests here, and two replicas of its server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from payt_sandbox.signin.access import Token
from tests.support.colleagues import Company, company


@pytest.fixture(scope="package")
def house() -> Iterator[Company]:
    with company(second=Token(), third=Token(), poor=Token(frozenset({"administrations:read"}))) as made:
        yield made


@pytest.fixture(scope="package")
async def replicas(house: Company) -> AsyncIterator[tuple[str, str]]:
    async with house.replica() as one, house.replica() as other:
        yield one, other
