"""`payt-mcp team export` and `verify`: what auditors get, and how they know that it is what the server wrote."""

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from payt_mcp.database.database import Database
from payt_mcp.proposals.ledger.postgres.leases import Leases
from payt_mcp.proposals.ledger.postgres.opening import open_team_ledger
from payt_mcp.proposals.records import Who
from payt_mcp.proposals.states import Status
from payt_mcp.settings import Secret
from tests.cli.team.conftest import Run
from tests.support.commands import run_here
from tests.support.house import TOOL, draft
from tests.support.keys import KEYS
from tests.support.newcomer import ROOT

pytestmark = pytest.mark.slow

PAYT_KEYS = f"k1:{KEYS[0].value.reveal()}"


@pytest.fixture(scope="module")
def exported(team: Run, database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A company where Anouk proposed two letters and Piet saw both and approved one, which went out."""
    folder = tmp_path_factory.mktemp("audit")
    team("init", "Noord BV", "--admin", "anouk@noord.example")
    team("invite", "piet@noord.example", "--role", "approver")
    team("init", "Zuid BV", "--admin", "eva@zuid.example")
    with psycopg.connect(database_url) as connection:
        connection.execute("update people set name = '=HYPERLINK(1)' where email = 'piet@noord.example'")
        found = connection.execute("select email, tenant, id from people").fetchall()
    tenant, anouk, piet = _ids(found)
    database = Database(Secret(database_url))
    leases = Leases(database)
    ledger = open_team_ledger(database, tenant, KEYS, leases)
    letter, other = (
        ledger.propose(replace(draft(text), proposer=anouk, amount="1210.50"), replace(TOOL, approver=anouk))[0]
        for text in ("pay", "pay at once")
    )
    page = Who("page", "", piet)
    ledger.seen(letter.id, page)
    ledger.approve(letter.id, page)
    assert ledger.claim(letter.id)
    ledger.finish(letter.id, Status.SENT, {}, message_id="m-1")
    ledger.decline(other.id, page)
    ledger.close()
    leases.close()
    database.close()
    before = Path.cwd()
    os.chdir(folder)
    try:
        done = team("export", "--company", "Noord BV", "--to", "noord", PAYT_KEYS=PAYT_KEYS)
        assert done.returncode == 0, done.stderr
        assert team("export", "--company", "Zuid BV", PAYT_KEYS=PAYT_KEYS).returncode == 0
    finally:
        os.chdir(before)
    (folder / "key").write_text(done.stdout.rpartition(" ")[2].strip())
    return folder


def _ids(found: list[tuple[str, ...]]) -> tuple[str, str, str]:
    people = {email: (tenant, key) for email, tenant, key in found}
    return people["anouk@noord.example"][0], people["anouk@noord.example"][1], people["piet@noord.example"][1]


def verified(*arguments: str) -> tuple[int, str]:
    done = run_here("team", "verify", *arguments, env={})
    return done.returncode, done.stdout + done.stderr


def test_it_says_who_did_what_and_holds_no_letter(exported: Path) -> None:
    with (exported / "noord.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [(row["what"], row["address"]) for row in rows] == [
        ("proposed", "anouk@noord.example"), ("proposed", "anouk@noord.example"), ("saw", "piet@noord.example"),
        ("approved", "piet@noord.example"), ("sending", ""), ("sent", ""), ("declined", "piet@noord.example"),
    ]  # fmt: skip
    assert {row["amount"] for row in rows} == {"1210.50"}
    assert rows[2]["person"] == "'=HYPERLINK(1)"
    text = (exported / "noord.jsonl").read_text(encoding="utf-8")
    assert '"body":"pay' not in text
    assert "eva@zuid.example" not in text
    assert (exported / "noord.jsonl").stat().st_mode & 0o077 == 0


def test_it_is_verified_with_nothing_but_the_file_and_the_key(exported: Path, tmp_path: Path) -> None:
    key = (exported / "key").read_text()
    code, said = verified(str(exported / "noord.jsonl"), "--public-key", key)
    assert code == 0
    assert "7 events of Noord BV" in said
    assert "Ask the company for its key" in verified(str(exported / "noord.jsonl"))[1]
    assert verified(str(exported / "noord.jsonl"), "--public-key", "00" * 32)[0] == 1
    shutil.copy(exported / "noord.jsonl", tmp_path)
    assert "No table lies beside it" in verified(str(tmp_path / "noord.jsonl"))[1]
    (empty,) = exported.glob("payt-mcp-zuid-bv-*.jsonl")
    assert "0 events of Zuid BV" in verified(str(empty))[1]
    assert "cannot be read" in verified(str(tmp_path / "none.jsonl"))[1]


def test_the_lines_of_the_docs_verify_it_without_this_program(exported: Path, tmp_path: Path) -> None:
    (script,) = re.findall(
        r"^```python\n(.*?)^```$", (ROOT / "docs/team.md").read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    key = (exported / "key").read_text()

    def run(file: Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, "-c", script, file, key], capture_output=True, text=True, check=False)

    assert run(exported / "noord.jsonl").stdout == "whole and unaltered\n"
    (tmp_path / "other.jsonl").write_bytes((exported / "noord.jsonl").read_bytes().replace(b"1210.50", b"1210.51"))
    assert "InvalidSignature" in run(tmp_path / "other.jsonl").stderr


def _line(number: int, **changes: object) -> Callable[[list[bytes]], list[bytes]]:
    def change(lines: list[bytes]) -> list[bytes]:
        found = json.loads(lines[number])
        made = json.dumps({**found, **changes}, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        return [*lines[:number], made, *lines[number + 1 :]] if number >= 0 else [*lines[:number], made]

    return change


WAYS: dict[str, Callable[[list[bytes]], list[bytes]]] = {
    "an event is altered": _line(7, at="2026-01-01T00:00:00.000000+00:00"),
    "a person has another name": _line(1, name="Somebody else"),
    "a proposal has another amount": _line(3, amount="1.00"),
    "a word of ours is altered": _line(7, what="approved"),
    "an event is removed": lambda lines: [*lines[:7], *lines[8:]],
    "the last event is cut off": lambda lines: [*lines[:-2], lines[-1]],
    "the end is cut off": lambda lines: lines[:-1],
    "half a line is left": lambda lines: [*lines[:-1], lines[-1][:50]],
    "something follows": lambda lines: [*lines, lines[1]],
    "another company is named": _line(0, company={"id": "t-other", "name": "Noord BV"}),
    "the key is another": _line(-1, public_key="11" * 32),
    "there is no head": _line(-1, head=None),
    "nothing is left": lambda lines: [],
}


@pytest.mark.parametrize("way", WAYS)
def test_whatever_is_altered_is_noticed(exported: Path, tmp_path: Path, way: str) -> None:
    lines = (exported / "noord.jsonl").read_bytes().splitlines(keepends=True)
    (tmp_path / "noord.jsonl").write_bytes(b"".join(WAYS[way](lines)))
    code, said = verified(str(tmp_path / "noord.jsonl"))
    assert code == 1, said
    assert said.count("\n") == 1
    assert "nobody foresaw" not in said


def test_another_table_is_noticed_and_nothing_is_written_over(exported: Path, tmp_path: Path, team: Run) -> None:
    for name in ("noord.jsonl", "noord.csv"):
        shutil.copy(exported / name, tmp_path)
    with (tmp_path / "noord.csv").open("ab") as file:
        file.write(b"8,sent\r\n")
    assert "noord.csv is not the table" in verified(str(tmp_path / "noord.jsonl"))[1]
    there = team("export", "--company", "Noord BV", "--to", str(tmp_path / "noord"), PAYT_KEYS=PAYT_KEYS)
    assert "cannot be written" in there.stderr
    assert "PAYT_KEYS" in team("export", "--company", "Noord BV").stderr


def test_a_record_that_was_altered_is_not_exported(
    team: Run, exported: Path, database_url: str, tmp_path: Path
) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("update proposals set amount = '5' where amount <> ''")
    done = team("export", "--company", "Noord BV", "--to", str(tmp_path / "noord"), PAYT_KEYS=PAYT_KEYS)
    assert "was altered" in done.stderr
    assert not list(tmp_path.iterdir())
