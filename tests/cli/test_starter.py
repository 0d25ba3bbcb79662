"""A server whose host has died ends, though somebody else holds the other end of its stdin."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from .raw import INITIALIZE, PATIENCE, ends_within, environment

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="needs processes that can be handed pipes here"),
]

SERVE = (
    "from payt_mcp.cli import stdio; stdio._LOOK_EVERY, stdio._SILENCE = 0.1, 1.0; "
    "from payt_mcp.__main__ import main; main()"
)
"""`payt-mcp`, of shorter patience."""

HOST = """
import json, signal, subprocess, sys, time
if hasattr(signal, "SIGHUP"):
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # whoever runs the tests under nohup does not mean this server
begin = json.loads(sys.argv[1])
server = subprocess.Popen(
    [*json.loads(sys.argv[2]), sys.executable, "-c", sys.argv[3]], stdin=subprocess.PIPE, stdout=subprocess.PIPE
)
other = subprocess.Popen(  # a later server of the host's, which has inherited all its pipes
    [sys.executable, "-c", "import sys, time; time.sleep(900)"],
    pass_fds=[server.stdin.fileno(), server.stdout.fileno()], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
)
server.stdin.write((json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": begin}) + "\\n").encode())
server.stdin.flush()
assert server.stdout.readline()
print(server.pid, other.pid, flush=True)
time.sleep(900)
"""


def _kill(pid: int) -> None:
    try:
        os.kill(pid, 9)
    except ProcessLookupError:
        return


def _dead_host(*wrapper: str) -> tuple[int, int]:
    """A host that is killed after it has spoken with its server; its server, and who else holds the pipes."""
    command = [sys.executable, "-c", HOST, json.dumps(INITIALIZE), json.dumps(wrapper), SERVE]
    with subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, text=True) as host:
        assert host.stdout
        server, other = map(int, host.stdout.readline().split())
        host.kill()
    return server, other


def test_it_ends_when_its_host_has_died() -> None:
    server, other = _dead_host()
    try:
        assert ends_within(server, PATIENCE)
        os.kill(other, 0)  # and who held the pipe is still there
    finally:
        _kill(other)
        _kill(server)


@pytest.mark.skipif(sys.platform != "linux", reason="who started a launcher is read from /proc in this test")
def test_it_ends_when_the_host_behind_its_launcher_has_died(tmp_path: Path) -> None:
    launcher = tmp_path / "uv"  # stays as long as what it has started, as uv does
    launcher.write_text('#!/bin/sh\nexec 3<&0\n"$@" <&3 3<&- &\nwait\n')
    launcher.chmod(0o755)
    server, other = _dead_host(str(launcher))
    try:
        assert ends_within(server, PATIENCE)
    finally:
        _kill(other)
        _kill(server)


def _through(shell: str, tmp_path: Path) -> tuple[subprocess.Popen[bytes], int]:
    """A shell that starts a server in the background and exits at once; the pipes stay ours."""
    listed = tmp_path / "pid"
    process = subprocess.Popen(
        ["/bin/sh", "-c", f"exec 3<&0; {shell} {sys.executable} -c {shlex.quote(SERVE)} <&3 & echo $! > {listed}"],
        env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0,
    )  # fmt: skip
    process.wait(PATIENCE)
    return process, int(listed.read_text())


def _ask(process: subprocess.Popen[bytes], number: int, method: str, params: object) -> None:
    assert process.stdin
    assert process.stdout
    process.stdin.write(
        json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}).encode() + b"\n"
    )
    assert json.loads(process.stdout.readline())["id"] == number


@pytest.mark.parametrize("how", ["", "nohup"])
def test_one_that_is_spoken_to_after_its_shell_has_gone_stays(tmp_path: Path, how: str) -> None:
    """Nobody else's death ends it, however long it then has nothing to do."""
    process, server = _through(how, tmp_path)
    try:
        _ask(process, 1, "initialize", INITIALIZE)
        assert not ends_within(server, 3)
        _ask(process, 2, "ping", {})
    finally:
        process.communicate(timeout=PATIENCE)
        assert ends_within(server, PATIENCE)
