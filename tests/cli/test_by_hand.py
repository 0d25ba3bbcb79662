"""What a person sees who types a command that was meant otherwise."""

import datetime as dt
import os
import select
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from payt_sandbox import build_world
from tests.support.fixed import free_port
from tests.support.processes import COMMAND, PATIENCE, environment, run, stdio

pytestmark = pytest.mark.slow


@pytest.mark.skipif(sys.platform == "win32", reason="needs a terminal that can be made here")
def test_a_server_started_by_hand_says_what_it_is_waiting_for() -> None:
    ours, terminal = os.openpty()
    with subprocess.Popen(
        COMMAND, env=environment(), stdin=terminal, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as server:
        os.close(terminal)
        assert server.stdout
        assert server.stderr
        if not select.select([server.stderr], [], [], PATIENCE)[0]:
            server.kill()
        assert "that an AI assistant starts" in server.stderr.readline()
        os.close(ours)
        said = server.stderr.read()
        assert server.stdout.read() == ""
        assert server.wait(PATIENCE) == 0
    assert "payt-mcp install HOST" in said


def test_one_that_an_assistant_starts_says_nothing() -> None:
    with stdio(environment()) as server:
        server.begin()
        assert server.end(None) == (0, [], [])


@pytest.mark.parametrize(("typed", "meant"), [("instal", "install"), ("aprovals", "approvals"), ("xyzzy", "")])
def test_a_command_there_is_not_is_one_line(typed: str, meant: str) -> None:
    done = run(typed, env=environment())
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert (f"Did you mean {meant}?" in line) == bool(meant)
    assert "payt-mcp --help" in line


def test_a_sandbox_promises_nothing_at_a_port_that_is_taken() -> None:
    with socket.create_server(("127.0.0.1", free_port())) as taken:
        done = run("sandbox", "--port", str(taken.getsockname()[1]), env=environment())
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert "pass another --port" in line


def test_a_port_there_is_not_is_refused() -> None:
    done = run("sandbox", "--port", "99999", env=environment())
    assert done.returncode == 2
    assert "1 to 65,535" in done.stderr


def test_a_sandbox_has_the_past_it_is_asked_for() -> None:
    asked = ("sandbox", "--port", str(free_port()), "--invoices", "40", "--today", "2026-11-21", "--history", "6")
    with subprocess.Popen([*COMMAND, *asked], env=environment(), stdout=subprocess.PIPE, text=True) as sandbox:
        assert sandbox.stdout
        said = sandbox.stdout.readline()
        sandbox.kill()
    invoices = build_world(invoices=40, today=dt.date(2026, 11, 21), history=6).book("4711").tables["invoices"]
    assert len(invoices.paid_ids) > 500
    assert f"{len(invoices.open_ids):,} open and {len(invoices.paid_ids):,} paid invoices" in said


@pytest.mark.parametrize(("step", "code"), [("list", 0), ("verify", 0), ("show", 1), ("approve", 1), ("reject", 1)])
def test_what_is_not_there_cannot_be_decided(tmp_path: Path, step: str, code: int) -> None:
    named = ("p-1",) if code else ()
    done = run("approvals", step, *named, env=environment(PAYT_STATE_DIR=str(tmp_path / "none")))
    assert (done.returncode, done.stdout) == (code, "Nothing has been proposed on this machine yet.\n")
