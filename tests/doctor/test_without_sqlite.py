"""A Python that came without sqlite3: everything can be read, nothing is written, and both are said."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.processes import environment

pytestmark = pytest.mark.slow

CALL = """
import sys; sys.modules["sqlite3"] = None
import anyio, os
from mcp.client import Client
from payt_mcp.server.server import build_server
from payt_mcp.settings import Settings

async def main():
    async with Client(build_server(Settings.from_env(os.environ))) as client:
        for tool, given in (
            ("list_administrations", {}),
            ("send_message", {"to_debtor": "10001", "subject": "S", "body": "B", "administration_id": "4711"}),
            ("check_approval", {"proposal_id": "none"}),
        ):
            print(tool, (await client.call_tool(tool, given)).content[0].text.splitlines()[0])

anyio.run(main)
"""
COMMAND = """
import sys; sys.modules["sqlite3"] = None
import os
from payt_mcp.cli import run
sys.exit(run({!r}, os.environ))
"""


def run(code: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    env = environment(HOME=str(folder), PAYT_READ_ONLY="0", PAYT_STATE_DIR=str(folder))
    argv = [sys.executable, "-c", code]
    return subprocess.run(argv, env=env, capture_output=True, text=True, timeout=300, check=False)


def test_reads_answer_and_a_write_says_that_nothing_was_recorded(tmp_path: Path) -> None:
    listed, sent, checked = run(CALL, tmp_path).stdout.splitlines()
    assert "administrations" in listed
    for said in (sent, checked):
        assert "This Python has no sqlite3 module" in said
        assert "othing was put on record" in said
        assert "nobody foresaw" not in said


@pytest.mark.parametrize("command", [["doctor"], ["approvals"]])
def test_commands_name_what_is_missing(tmp_path: Path, command: list[str]) -> None:
    ended = run(COMMAND.format(command), tmp_path)
    said = " ".join((ended.stdout + ended.stderr).split())
    assert ended.returncode == 1
    assert "This Python has no sqlite3 module" in said
    assert "Traceback" not in said
    assert "nobody foresaw" not in said
