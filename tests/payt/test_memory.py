"""After a long list has been read, memory that nothing uses any more is not kept from others."""

import ctypes
import gc
import sys
from pathlib import Path

import pytest

from payt_mcp.payt.client import PaytClient
from payt_mcp.payt.scan import Rows, read_all
from payt_mcp.payt.signin.tokens import StaticToken
from payt_mcp.payt.wire import listing
from payt_mcp.settings import Secret
from payt_sandbox import build_world
from payt_sandbox.api.options import Options
from payt_sandbox.app import create_app
from tests.support.unhurried import NO_LIMIT

pytestmark = pytest.mark.slow

FREED, EACH = 40, 100_000
"""Megabytes that are freed below something that stays, and the bytes of one piece: small enough for the heap."""


QUERY = listing("invoices", "4711", paid="false")


def _client(invoices: int) -> PaytClient:
    app = create_app(build_world(invoices=invoices, seed=3), options=Options(rate=None))
    return PaytClient("http://sandbox.invalid", StaticToken(Secret("sandbox-token")), rate=NO_LIMIT, app=app)


def _resident() -> float:
    """Megabytes."""
    status = Path("/proc/self/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS:")).split()[1]) / 1024


@pytest.mark.skipif(
    sys.platform != "linux" or not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="the C library is not glibc"
)
@pytest.mark.parametrize(("invoices", "is_long"), [(400, False), (6_000, True)])
async def test_what_was_freed_is_given_back_after_a_long_reading(invoices: int, is_long: bool) -> None:
    client, read = _client(invoices), 0

    def take(rows: Rows) -> None:
        nonlocal read
        read += len(rows)

    await read_all(client, QUERY, "invoices", take)  # what the first reading makes stays
    pieces = [bytearray(EACH) for _ in range(FREED * 1_000_000 // EACH)]
    above = pieces.pop()
    pieces.clear()
    before = _resident()
    await read_all(client, QUERY, "invoices", take)
    assert above
    assert read >= 2 * invoices
    assert (before - _resident() > FREED / 2) == is_long
    await client.aclose()


async def test_an_answer_is_gone_as_soon_as_it_has_been_read() -> None:
    client = _client(1_000)
    gc.collect()
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        await read_all(client, QUERY, "invoices", lambda _rows: None)
        gc.collect()
        left = [type(one).__name__ for one in gc.garbage]
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()
    assert "Response" not in left
    await client.aclose()
