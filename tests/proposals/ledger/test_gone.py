"""A ledger whose file is gone, replaced or damaged while a server runs, and a Python that cannot keep one."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import anyio
import pytest

from payt_mcp.errors import AlteredError
from payt_mcp.proposals.ledger.ledger import Ledger
from payt_sandbox.api.faults import Fault
from tests.proposals.asking.test_terminal import environ, run
from tests.proposals.test_no_record import Person, calls, untouched
from tests.support.house import ERAS, PAGE, House, approved, client, data, letter, said, says

pytestmark = [
    pytest.mark.slow,
    pytest.mark.anyio,
    pytest.mark.skipif(sys.platform == "win32", reason="Windows removes no file that is open"),
]


def removed(folder: Path) -> None:
    (folder / "ledger.sqlite3").unlink()


def replaced(folder: Path) -> None:
    """As programs that synchronise folders do: the same content in another file."""
    copy = folder / "copy"
    shutil.copyfile(folder / "ledger.sqlite3", copy)
    copy.replace(folder / "ledger.sqlite3")


def moved_aside(folder: Path) -> None:
    folder.rename(folder.with_name("aside"))


def begun_anew(folder: Path) -> None:
    """Moved aside, and a new one made by another process."""
    moved_aside(folder)
    Ledger(folder).close()


def without_journal(folder: Path) -> None:
    (folder / "ledger.sqlite3-wal").unlink()


GONE = [removed, replaced, moved_aside, begun_anew, without_journal]


@ERAS
@pytest.mark.parametrize("gone", GONE)
async def test_a_ledger_that_goes_before_the_yes_lets_nothing_through(
    house: House, mode: str, gone: Callable[[Path], None]
) -> None:
    person = Person()
    person.first = lambda: gone(house.state)
    tool, arguments = calls(house)[0]
    async with client(house.server(), mode, person.answer) as caller:
        answer = await caller.call_tool(tool, arguments)
        assert person.asked == 1
        assert answer.is_error
        for words in ("removed or replaced", "nothing was sent to Payt", "approvals verify", "Restart the server"):
            assert words in said(answer)
        after = await caller.call_tool(*calls(house)[1])
        assert after.is_error
        assert "removed or replaced" in said(after)
    assert untouched(house)


@pytest.mark.parametrize("gone", GONE)
async def test_a_ledger_that_goes_after_the_yes_lets_nothing_through(
    house: House, gone: Callable[[Path], None]
) -> None:
    async with client(house.server(freshness_seconds=0)) as caller:
        key = data(await caller.call_tool("send_message", letter(house)))["proposal_id"]
        house.sandbox.faults.add(Fault("slow", "/v1/contacts", "GET", times=1, delay_ms=1000))
        ledger, asked = Ledger(house.state), len(house.sandbox.requests)
        ledger.approve(key, PAGE)
        ledger.close()
        with anyio.fail_after(120):
            while len(house.sandbox.requests) == asked:  # noqa: ASYNC110 - the sandbox is another thread
                await anyio.sleep(0.01)
        gone(house.state)
        answer = said(await caller.call_tool("check_approval", {"proposal_id": key}))
        assert "removed or replaced" in answer
        await anyio.sleep(1.5)
    assert house.mails == []


async def test_a_ledger_that_goes_while_a_letter_is_sent_does_not_say_that_nothing_was(house: House) -> None:
    house.payt.faults.add(Fault("slow", path="/v1/messages", method="POST", delay_ms=1000))
    answers = []
    async with client(house.server(), answer=says("accept")) as caller, anyio.create_task_group() as group:

        async def call() -> None:
            answers.append(await caller.call_tool("send_message", letter(house)))

        group.start_soon(call)
        with anyio.fail_after(120):
            while not [r for r in house.sandbox.requests if r.method == "POST"]:  # noqa: ASYNC110 - another thread
                await anyio.sleep(0.02)
        moved_aside(house.state)
    assert len(house.mails) == 1
    assert "nothing was sent" not in said(answers[0]).lower()


def test_a_step_in_a_file_that_goes_meanwhile_is_none(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = approved(ledger)
    tick = ledger._tick

    def late() -> object:
        removed(ledger.folder)
        return tick()

    monkeypatch.setattr(ledger, "_tick", late)
    with pytest.raises(AlteredError, match="removed or replaced"):
        ledger.claim(waiting.id)


# Damage.


def damage_index(path: Path) -> None:
    """Overwrite entries of the index by status, as a disk that fails does; the tables stay as they are."""
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        page = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'by_status'").fetchone()[0]
        size = db.execute("PRAGMA page_size").fetchone()[0]
    db.close()
    content = bytearray(path.read_bytes())
    start, end = (page - 1) * size, page * size
    content[start:end] = content[start:end].replace(b"proposed", b"prpposed")
    path.write_bytes(content)


async def test_a_damaged_index_is_told_by_verify_with_a_way_out(house: House) -> None:
    async with client(house.server()) as caller:
        data(await caller.call_tool("send_message", letter(house)))
    ledger = Ledger(house.state)
    ledger.close()
    damage_index(ledger.path)
    done = run(house, "verify")
    assert done.returncode == 1
    assert "is damaged" in done.stderr
    assert "as it was written" not in done.stdout
    assert "To begin a new record, move" in done.stderr


# A Python without SQLite.


@pytest.fixture
def no_sqlite(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "payt_mcp.proposals.ledger.sqlite", raising=False)
    monkeypatch.setitem(sys.modules, "sqlite3", None)


@ERAS
@pytest.mark.usefixtures("no_sqlite")
async def test_without_sqlite_everything_is_read_and_nothing_written(house: House, mode: str) -> None:
    async with client(house.server(), mode, says("accept")) as caller:
        assert data(await caller.call_tool("summarize_overdue", {}))["invoice_count"]
        for tool, arguments in calls(house):
            answer = await caller.call_tool(tool, arguments)
            assert answer.is_error
            for words in ("no sqlite3 module", "nothing was put on record", "nothing was sent to Payt"):
                assert words in said(answer)
        answer = await caller.call_tool("check_approval", {"proposal_id": "p-1"})
        assert "no sqlite3 module" in said(answer)
    assert untouched(house)
    assert not house.state.exists()


@pytest.mark.parametrize("command", [["approvals", "verify"], ["approvals"], ["doctor"]])
async def test_without_sqlite_the_terminal_says_so(house: House, tmp_path: Path, command: list[str]) -> None:
    house.state.mkdir()
    program = f"import sys; sys.modules['sqlite3'] = None; sys.argv = ['payt-mcp', *{command!r}]\n"
    program += "from payt_mcp.__main__ import main; sys.exit(main())"
    given = environ(house, HOME=str(tmp_path))
    arguments = [sys.executable, "-c", program]
    done = await anyio.to_thread.run_sync(
        lambda: subprocess.run(arguments, env=given, capture_output=True, text=True, check=False, timeout=300)
    )
    assert done.returncode == 1
    assert "no sqlite3 module" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
