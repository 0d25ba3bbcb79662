"""`payt-mcp report --csv`, and whose time and whose data a report says it is."""

from __future__ import annotations

import csv
import datetime as dt
import threading
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from payt_mcp.apps.overview_page import page
from payt_mcp.cli.report_csv import COLUMNS, as_csv
from payt_sandbox import World, build_world
from payt_sandbox.api.options import Options
from payt_sandbox.app import create_app
from payt_sandbox.server import Handle, run_in_thread
from tests.support.commands import run_here

from .raw import environment

pytestmark = pytest.mark.slow

NIGHT = dt.datetime(2026, 11, 20, 23, 30, tzinfo=dt.UTC)
MAIN = "4711"


@pytest.fixture(scope="module")
def world() -> World:
    world = build_world(invoices=1500, debtors=260, seed=5, today=NIGHT.date())
    world.clock = lambda: NIGHT
    return world


@pytest.fixture(scope="module")
def payt(world: World) -> Iterator[Handle]:
    handle = run_in_thread(create_app(world, options=Options(rate=None)))
    yield handle
    threading.Thread(target=handle.close).start()


def report(url: str, *arguments: str) -> str:
    env = environment(PAYT_API_URL=url, PAYT_API_TOKEN=Options().token, PAYT_RATE="100")
    done = run_here("report", *arguments, env=env)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def overdue(world: World) -> dict[str, Decimal | None]:
    """What each debtor owes past due, from the raw rows: the 21st has begun in Amsterdam. None where the books do not
    say it of one of their invoices.
    """
    numbers = {row["id"]: row["debtor_number"] for row in world.rows(MAIN, "debtors")}
    found: dict[str, Decimal | None] = {}
    for row in world.rows(MAIN, "invoices"):
        owed, due = Decimal(row["open_amount"] or 0), row["due_date"]
        if owed > 0 and due and due < "2026-11-21":
            number, booked = numbers[row["debtor_id"]], row["book_open_amount"]
            before = found.get(number, Decimal(0))
            found[number] = None if before is None or booked is None else before + Decimal(booked)
    return found


def test_every_overdue_debtor_is_a_row_to_the_cent(payt: Handle, world: World, tmp_path: Path) -> None:
    path = tmp_path / "overdue.csv"
    said = report(payt.url, "--csv", str(path), "--administration", MAIN)
    found = rows(path)
    assert len(found) > 100  # more than one page of the tool
    assert f"{len(found):,} debtors" in said
    assert [*found[0]] == list(COLUMNS)
    assert {row["debtor_number"] for row in found} <= overdue(world).keys()
    exact = overdue(world)
    known = [row for row in found if exact[row["debtor_number"]] is not None]
    assert len(known) > 100
    assert [row for row in known if Decimal(row["overdue"]) != exact[row["debtor_number"]]] == []
    assert path.stat().st_mode & 0o077 == 0


def test_the_time_is_the_administrations_in_every_form(payt: Handle, tmp_path: Path) -> None:
    assert "2026-11-21 00:30 CET" in report(payt.url, "--administration", MAIN).partition("\n\n")[0]
    report(payt.url, "--administration", MAIN, "--html", str(tmp_path / "x.html"))
    assert "as of 2026-11-21 00:30 CET" in (tmp_path / "x.html").read_text(encoding="utf-8")
    report(payt.url, "--administration", MAIN, "--csv", str(tmp_path / "x.csv"), "--top", "3")
    assert [row["as_of"] for row in rows(tmp_path / "x.csv")] == ["2026-11-21 00:30 CET"] * 3


@pytest.mark.parametrize("form", ["text", "--csv"])
def test_invented_data_says_so_and_other_data_does_not(payt: Handle, tmp_path: Path, form: str) -> None:
    for url, invented in ((payt.url, False), ("sandbox", True)):
        path = tmp_path / f"report-{invented}"
        given = () if form == "text" else (form, str(path))
        said = report(url, "--administration", MAIN, *given)
        assert ("nvented data" in (said if form == "text" else path.read_text(encoding="utf-8"))) == invented


@pytest.mark.parametrize("invented", [True, False])
def test_a_page_of_invented_data_says_so(invented: bool) -> None:  # reading the sandbox's past takes its time
    sums = dict.fromkeys(("overdue_gross", "overdue_credits", "overdue_net"), "0.00")
    counts = {"invoice_count": 0, "debtor_count": 0, "buckets": []}
    content = page([{"name": "x", "currency": "EUR", "at": "now", "invented": invented, **sums, **counts}])
    assert ("Invented data" in content) == invented


def test_what_begins_like_a_formula_is_text_to_a_spreadsheet() -> None:
    debtor = {"debtor_number": "-1", "name": '=HYPERLINK("http://evil")', "overdue": "1.00", "oldest_days": 1}
    overview = {
        "administration_id": MAIN, "name": "@Own", "currency": "EUR", "at": "x", "invented": False, "debtors": [debtor],
    }  # fmt: skip
    (row,) = csv.DictReader(as_csv([overview]).splitlines())
    assert (row["name"], row["debtor_number"], row["overdue"]) == ('\'=HYPERLINK("http://evil")', "'-1", "1.00")
    assert row["administration"] == "'@Own"
