"""Several servers of one user, and servers that are killed: one renewal at a time, and nobody locked out unawares."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import anyio
import pytest
from mcp.client import Client

from payt_sandbox.api.faults import Fault
from tests.support.processes import Stdio, http, stdio
from tests.support.signin import APP_SECRET, TOKEN_PATH, Home, asked, reads, refused

pytestmark = pytest.mark.slow

_DIES_WITH_THE_NEW_TOKENS = """
import os, signal, sys
from payt_mcp.payt.signin.store import SignInStore
SignInStore.keep = lambda self, signin: os.kill(os.getpid(), signal.SIGKILL)
from payt_mcp.cli import run
sys.exit(run([], os.environ))
"""


def test_two_processes_renew_once_and_both_go_on(home: Home) -> None:
    home.sign_in()
    home.grants.expire_access_tokens()
    home.payt.faults.add(Fault("slow", path=TOKEN_PATH, delay_ms=700, times=None))
    with stdio(home.env()) as one, stdio(home.env()) as other, ThreadPoolExecutor() as both:
        answers = list(both.map(_administrations, (one, other)))
        ends = [server.end(None) for server in (one, other)]
    assert [answer.get("isError", False) for answer in answers] == [False, False]
    assert (home.counts.refreshes, home.counts.rotations) == (1, 1)
    kept = home.kept().tokens
    everything = json.dumps(answers) + "".join(line for _, out, err in ends for line in (*out, *err))
    for secret in (kept.access, kept.refresh, kept.client_secret):
        assert secret is not None
        assert secret.reveal() not in everything


def _administrations(server: Stdio) -> dict[str, Any]:
    server.begin()
    return server.call("list_administrations", {})


def _killed(home: Home) -> None:
    dying = subprocess.Popen(
        [sys.executable, "-c", _DIES_WITH_THE_NEW_TOKENS],
        env=home.env(), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert dying.stdin
    dying.stdin.write(
        '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},'
        '"clientInfo":{"name":"test","version":"1"}}}\n{"jsonrpc":"2.0","method":"notifications/initialized"}\n'
        '{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"list_administrations","arguments":{}}}\n'
    )
    dying.stdin.flush()
    assert dying.wait(120) == -signal.SIGKILL
    _, err = dying.communicate()
    assert APP_SECRET not in err


async def test_a_server_killed_between_receiving_and_keeping_leaves_word_of_it(home: Home) -> None:
    home.sign_in()
    home.grants.expire_access_tokens()
    _killed(home)
    assert home.counts.rotations == 1

    async with asked(home.server()) as client:
        said = await refused(client)
        assert "a renewal begun at 20" in said
        assert "broke off before its answer could be kept" in said
        assert "Run `payt-mcp login`" in said
        assert home.counts.refreshes == 2
        assert await refused(client) == said
        assert home.counts.refreshes == 2
        home.sign_in()
        assert await reads(client)


def test_over_http_it_works_the_same(home: Home) -> None:
    home.sign_in()
    home.grants.expire_access_tokens()
    with http(home.env()) as server:

        async def ask() -> str:
            async with Client(server.url) as client:
                return await reads(client)

        assert "4711" in anyio.run(ask)
        assert server.end(signal.SIGTERM)[0] == 0
    assert home.counts.rotations == 1
