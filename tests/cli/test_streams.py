"""Streams that are closed, missing or full: commands do their work, and nothing ends in a traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from payt_sandbox.server import Handle
from tests.support.processes import COMMAND, PATIENCE, environment

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="a shell of POSIX closes descriptors"),
]
CLOSED = {"stdin": "<&-", "stdout": ">&-", "stderr": "2>&-", "all": "<&- >&- 2>&-"}


def shell(arguments: str, folder: Path, url: str = "sandbox") -> "subprocess.CompletedProcess[str]":
    line = f"{' '.join(COMMAND)} {arguments}"
    given = environment(url, HOME=str(folder))
    return subprocess.run(["/bin/sh", "-c", line], env=given, capture_output=True, text=True, timeout=300, check=False)


@pytest.mark.parametrize("closed", CLOSED.values(), ids=CLOSED)
@pytest.mark.parametrize("command", ["doctor", "report --administration 4711", "approvals", "--version", ""])
def test_commands_do_their_work_without_their_streams(payt: Handle, tmp_path: Path, command: str, closed: str) -> None:
    ended = shell(f"{command} {closed} {'' if command or '<&-' in closed else '</dev/null'}", tmp_path, payt.url)
    assert ended.returncode == 0, ended.stderr
    assert "Traceback" not in ended.stdout + ended.stderr
    if command and ">&-" not in closed.replace("2>&-", ""):
        assert ended.stdout


@pytest.mark.parametrize("closed", CLOSED.values(), ids=CLOSED)
def test_a_server_over_http_serves_without_its_streams(tmp_path: Path, closed: str) -> None:
    import time

    import httpx

    from tests.support.fixed import free_port

    port = free_port()
    line = f"exec {' '.join(COMMAND)} serve --http --port {port} {closed}"
    process = subprocess.Popen(["/bin/sh", "-c", line], env=environment(HOME=str(tmp_path)))
    try:
        give_up = time.monotonic() + 3 * PATIENCE
        while time.monotonic() < give_up and process.poll() is None:
            try:
                assert httpx.get(f"http://127.0.0.1:{port}/healthz").status_code == 200
                break
            except httpx.TransportError:
                time.sleep(0.05)
        process.terminate()
        assert process.wait(PATIENCE) == 0
    finally:
        process.kill()
        process.wait()


def test_what_is_not_written_is_not_a_traceback(tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    ended = shell("--help > /dev/full", tmp_path)
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    assert "No space left on device" in ended.stderr


def test_a_program_without_a_console_has_no_streams_at_all(tmp_path: Path) -> None:
    code = (
        "import sys; sys.stdin = sys.stdout = sys.stderr = None\n"
        "from payt_mcp.cli import run\n"
        "import os; code = run(['doctor'], os.environ); os._exit(code)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], env=environment(HOME=str(tmp_path)), capture_output=True, timeout=90, check=False
    )
    assert ended.returncode == 0


def test_a_file_that_is_opened_later_never_takes_the_place_of_a_stream(tmp_path: Path) -> None:
    """Else what a library writes to descriptor 2 would end in the record of writes."""
    code = (
        "from payt_mcp.cli.streams import mend; mend()\n"
        f"import os; number = os.open({str(tmp_path / 'ledger')!r}, os.O_CREAT | os.O_RDWR)\n"
        "os._exit(0 if number > 2 else 1)"
    )
    line = f'{sys.executable} -c "$CODE" <&- >&- 2>&-'
    ended = subprocess.run(["/bin/sh", "-c", line], env=os.environ | {"CODE": code}, timeout=300, check=False)
    assert ended.returncode == 0
