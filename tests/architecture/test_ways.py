"""The way of a question and the way of a letter, as CONTRIBUTING tells them, lead through the files it names."""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import pytest

from payt_sandbox.api.faults import Fault
from payt_sandbox.api.options import Options
from payt_sandbox.app import create_app
from payt_sandbox.data.build import build_world
from payt_sandbox.server import run_in_thread
from tests.architecture.draw import HOUSE, PAGE
from tests.support.house import House, client, data, letter, says

pytestmark = [pytest.mark.slow, pytest.mark.anyio]

PRODUCT = HOUSE / "payt_mcp"
ROOMS = ("", "writes/message", "proposals/asking")
BY_ANOTHER_WAY = {
    "question": {"cli/stdio.py", "server/http_app.py"},  # a client in memory has no line and no socket
    "letter": {"proposals/asking/page.py", "cli/approvals.py", "proposals/ledger/postgres/turns.py"},
}
"""What the page names as another way than the one that is gone here."""


def _named(way: str) -> set[str]:
    """The files, and folders, that the page's section names, below `payt_mcp/`."""
    section = PAGE.read_text(encoding="utf-8").partition(f"## The way of a {way}\n")[2].partition("\n## ")[0]
    named = re.findall(r"`([\w/]+(?:\.py|/))`", section)
    assert len(named) > 15
    places = [next(PRODUCT / room / name for room in ROOMS if (PRODUCT / room / name).exists()) for name in named]
    return {place.relative_to(PRODUCT).as_posix() for place in places}


@contextmanager
def _trail() -> Iterator[set[str]]:
    """The files in which a function is called meanwhile, below `payt_mcp/`, and their folders."""
    codes = set()

    def look(frame: FrameType, event: str, _argument: object) -> None:
        if event == "call":
            codes.add(frame.f_code)

    found = set[str]()
    before = sys.getprofile()
    threading.setprofile(look)
    sys.setprofile(look)
    try:
        yield found
    finally:
        sys.setprofile(before)
        threading.setprofile(None)
        of_modules = {"<module>", "<lambda>"}
        # a thread that is still running goes on adding to them
        files = {Path(code.co_filename) for code in codes.copy() if code.co_name not in of_modules}
        inside = {path.relative_to(PRODUCT) for path in files if path.is_relative_to(PRODUCT)}
        found |= {place.as_posix() for path in inside for place in (path, *path.parents)}


@pytest.fixture(scope="module")
def payt(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """With a list that is longer than a page."""
    with run_in_thread(create_app(build_world(invoices=800, seed=4), options=Options(rate=None))) as handle:
        yield House(handle, tmp_path_factory.mktemp("ways"))


async def test_a_question_goes_the_way_that_is_told(payt: House) -> None:
    with _trail() as found:
        async with client(payt.server()) as caller:
            data(await caller.call_tool("summarize_overdue", {"top": 3}))
            data(await caller.call_tool("summarize_overdue", {"phase": ["overdue"]}))
    assert not _named("question") - found - BY_ANOTHER_WAY["question"]


async def test_a_letter_goes_the_way_that_is_told(payt: House) -> None:
    payt.payt.faults.add(Fault("reset_after", "/v1/messages", "POST", times=1))
    with _trail() as found:
        async with client(payt.server(), answer=says("accept")) as caller:
            sent = data(await caller.call_tool("send_message", letter(payt, body="Wilt u {total} betalen?")))
    assert sent["status"] == "sent"
    assert not _named("letter") - found - BY_ANOTHER_WAY["letter"]
