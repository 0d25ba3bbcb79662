"""`payt-mcp approvals`, and a real server process over stdio that is stopped while it sends."""

from __future__ import annotations

import json
import os
import re
import select
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import anyio
import httpx
import pytest

from payt_mcp.proposals.asking.page_files import live_pages
from payt_mcp.proposals.ledger.ledger import Ledger
from payt_sandbox.api.faults import Fault
from tests.support import processes
from tests.support.forking import COMMAND, begun
from tests.support.house import House, client, data, edit, known_invoice, letter, record, says
from tests.writes.invoices.test_upsert import as_it_is

pytestmark = [pytest.mark.slow, pytest.mark.anyio]


def environ(house: House, **more: str) -> dict[str, str]:
    given = {
        "PAYT_API_URL": house.payt.url, "PAYT_API_TOKEN": "sandbox-token", "PAYT_ADMINISTRATION_ID": "4711",
        "PAYT_STATE_DIR": str(house.state), "PATH": str(house.files),
    }  # fmt: skip
    return {**{k: v for k, v in os.environ.items() if not k.startswith("PAYT_")}, **given, **more}


def run(house: House, *args: str, **more: str) -> subprocess.CompletedProcess[str]:
    return processes.run("approvals", *args, env=environ(house, **more))


async def proposed(house: House) -> str:
    arguments = {"subject": "Openstaand", "body": "Wilt u betalen?", "to_debtor": house.debtor()}
    async with client(house.server(browser=False)) as caller:
        return str(data(await caller.call_tool("send_message", arguments))["proposal_id"])


def at_a_terminal(house: House, *args: str, answer: Any) -> tuple[int, str]:
    """The command with a terminal of its own; `answer` makes what is typed from what was shown."""
    pty = pytest.importorskip("pty", reason="Windows has no pseudo-terminals")
    ours, theirs = pty.openpty()
    command = [*COMMAND, "approvals", *args]
    process = begun(command, env=environ(house), stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    shown = ""
    while not re.search(r"type: [^\n]*\n> ", shown):
        assert select.select([ours], [], [], 20)[0], shown
        shown += os.read(ours, 4096).decode()
    os.write(ours, f"{answer(shown)}\n".encode())
    process.wait(120)
    while select.select([ours], [], [], 0.2)[0]:
        try:
            shown += os.read(ours, 4096).decode()
        except OSError:
            break
    os.close(ours)
    return process.returncode, shown


def as_asked(shown: str) -> str:
    match = re.search(r"type: (\w+ \w+)", shown)
    assert match
    return match[1]


async def test_a_person_at_a_terminal_sees_it_whole_and_approves(house: House) -> None:
    key = await proposed(house)
    assert key in run(house, "list").stdout
    assert "  | Wilt u betalen?" in run(house, "show", key).stdout
    code, shown = await anyio.to_thread.run_sync(lambda: at_a_terminal(house, "approve", key, answer=as_asked))
    assert (code, "Approved." in shown) == (0, True)
    ledger = Ledger(house.state)
    record, who = ledger.get(key), json.loads(ledger.history(key)[-1].who)
    ledger.close()
    assert (record.status, who["channel"]) == ("approved", "terminal")
    assert house.mails == []
    async with client(house.server()) as caller:
        assert data(await caller.call_tool("check_approval", {"proposal_id": key}))["status"] == "sent"
    assert len(house.mails) == 1


async def test_something_else_typed_decides_nothing(house: House) -> None:
    key = await proposed(house)
    code, _ = await anyio.to_thread.run_sync(lambda: at_a_terminal(house, "approve", key, answer=lambda _s: "yes"))
    assert code == 1
    assert at_status(house, key) == "proposed"


async def test_without_a_terminal_nothing_is_decided(house: House) -> None:
    key = await proposed(house)
    for step in ("approve", "reject"):
        done = run(house, step, key)
        assert done.returncode == 1
        assert "takes a person at a terminal" in done.stderr
    assert at_status(house, key) == "proposed"


@pytest.mark.parametrize(
    ("typed", "code", "status"), [("yes", 0, "applied"), ("no", 0, "failed"), ("perhaps", 1, "outcome_unknown")]
)
async def test_a_person_says_what_became_of_a_batch(house: House, typed: str, code: int, status: str) -> None:
    rows = [as_it_is(known_invoice(house), payments=[{"amount": "1.00", "origin_identifier": "q"}])]
    house.payt.faults.add(Fault("reset_after", path="/v1/invoices", method="POST"))
    async with client(house.server(), answer=says("accept")) as caller:
        key = data(await caller.call_tool("upsert_invoices", {"invoices": rows}))["proposal_id"]
    both = await anyio.to_thread.run_sync(
        lambda: at_a_terminal(house, "reject", key, answer=lambda shown: f"{as_asked(shown)}\n{typed}")
    )
    assert (both[0], record(house, key).status) == (code, status)
    assert ("A person closed it" in both[1]) == (code == 0)


async def test_a_person_rejects(house: House) -> None:
    key = await proposed(house)
    code, _ = await anyio.to_thread.run_sync(lambda: at_a_terminal(house, "reject", key, answer=as_asked))
    assert (code, at_status(house, key)) == (0, "declined")


async def test_a_page_is_opened_with_an_address_that_works_once(house: House) -> None:
    seen = house.files / "seen"
    opener = house.files / ("open" if sys.platform == "darwin" else "xdg-open")
    opener.write_text(f'#!/bin/sh\necho "$1" >> {seen}\n')
    opener.chmod(0o755)
    async with client(house.server()) as caller:
        data(await caller.call_tool("send_message", letter(house)))
        done = await anyio.to_thread.run_sync(
            lambda: run(house, "open", PATH=f"{house.files}{os.pathsep}{os.environ['PATH']}")
        )
        (page,) = live_pages(house.state)
        async with httpx.AsyncClient() as web:
            address = seen.read_text().strip()
            replies = [await web.get(address) for _ in range(2)]
            nonce, _, mark = address.rpartition(".")
            forged = await web.get(f"{nonce}x.{mark}")
    assert (done.returncode, page in address, urlsplit(page).path.strip("/") in address) == (0, False, False)
    assert [reply.status_code for reply in (*replies, forged)] == [303, 404, 404]
    assert page.endswith(replies[0].headers["location"])


async def test_verify_purge_and_open(house: House) -> None:
    await proposed(house)
    assert "every one is as it was written" in run(house, "verify").stdout
    assert "of 0 proposals forgotten" in run(house, "purge").stdout
    assert "No approval page is up" in run(house, "open").stdout
    ledger = Ledger(house.state)
    edit(house.state, "UPDATE events SET at = '2020' WHERE seq = 1")
    ledger.owner.release()
    done = run(house, "verify")
    assert done.returncode == 1
    assert "Event 1 of the ledger was altered" in done.stderr


def at_status(house: House, key: str) -> str:
    ledger = Ledger(house.state)
    try:
        return str(ledger.get(key).status)
    finally:
        ledger.close()


class Stdio:
    """A real server process, spoken to by hand."""

    def __init__(self, house: House, **more: str) -> None:
        pipe = subprocess.PIPE
        self.process = begun(COMMAND, env=environ(house, **more), stdin=pipe, stdout=pipe, stderr=pipe, text=True)
        self.number = 0
        self.said = ""
        self.ask("initialize", protocolVersion="2025-11-25", capabilities={}, clientInfo={"name": "t", "version": "1"})
        self.send({"jsonrpc": "2.0", "method": "notifications/initialized"})

    def send(self, message: dict[str, Any]) -> None:
        assert self.process.stdin
        self.process.stdin.write(json.dumps(message) + "\n")
        self.process.stdin.flush()

    def begin(self, method: str, **params: Any) -> int:
        self.number += 1
        self.send({"jsonrpc": "2.0", "id": self.number, "method": method, "params": params})
        return self.number

    def ask(self, method: str, **params: Any) -> Any:
        number = self.begin(method, **params)
        assert self.process.stdout
        while True:
            answer = json.loads(self.process.stdout.readline())
            if answer.get("id") == number:
                return answer["result"]

    def stop(self) -> None:
        """Kill it, as hosts do, and keep what it said on stderr."""
        self.process.kill()
        assert self.process.stderr
        self.said = self.process.stderr.read()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream:
                stream.close()

    def tool(self, name: str, **arguments: Any) -> Any:
        return self.ask("tools/call", name=name, arguments=arguments)["structuredContent"]


def test_stdin_that_closes_while_a_message_is_sent_leaves_it_finished_on_record(house: House) -> None:
    server = Stdio(house, PAYT_CONFIRM="code")
    arguments = {"subject": "Openstaand", "body": "Wilt u betalen?", "to_debtor": house.debtor()}
    first = server.tool("send_message", **arguments)
    house.payt.faults.add(Fault("slow", path="/v1/messages", method="POST", delay_ms=1500))
    server.begin(
        "tools/call", name="send_message", arguments={**arguments, "confirmation_code": first["confirmation_code"]}
    )
    give_up = time.monotonic() + 120
    while at_status(house, first["proposal_id"]) != "sending" and time.monotonic() < give_up:
        time.sleep(0.02)
    assert server.process.stdin
    server.process.stdin.close()
    assert server.process.wait(120) == 0
    server.stop()
    assert at_status(house, first["proposal_id"]) == "sent"
    assert len(house.mails) == 1


def test_what_a_killed_server_left_is_settled_by_the_next_start_alone(house: House) -> None:
    server = Stdio(house, PAYT_CONFIRM="code")
    arguments = {"subject": "Openstaand", "body": "Wilt u betalen?", "to_debtor": house.debtor()}
    first = server.tool("send_message", **arguments)
    house.payt.faults.add(Fault("timeout_after", path="/v1/messages", method="POST"))
    server.begin(
        "tools/call", name="send_message", arguments={**arguments, "confirmation_code": first["confirmation_code"]}
    )
    while not house.mails:
        time.sleep(0.02)
    server.stop()
    assert at_status(house, first["proposal_id"]) == "sending"
    following = Stdio(house)
    give_up = time.monotonic() + 120
    while at_status(house, first["proposal_id"]) != "sent" and time.monotonic() < give_up:
        time.sleep(0.1)
    following.stop()
    assert at_status(house, first["proposal_id"]) == "sent"
    assert len(house.mails) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="a program of the test's stands in for xdg-open")
def test_the_page_opens_from_a_real_server_and_stdout_stays_the_protocols(house: House, tmp_path: Path) -> None:
    opener = house.files / "xdg-open"
    opener.write_text(f'#!/bin/sh\necho noise\necho "$1" > {tmp_path}/url\n')
    opener.chmod(0o755)
    server = Stdio(house)
    answer = server.tool("send_message", subject="Openstaand", body="Wilt u betalen?", to_debtor=house.debtor())
    assert "approval page is open" in answer["next_step"]
    assert (tmp_path / "url").read_text().startswith("http://127.0.0.1:")
    assert server.tool("check_approval", proposal_id=answer["proposal_id"])["status"] == "awaiting_approval"
    server.stop()
    assert "127.0.0.1" not in server.said
