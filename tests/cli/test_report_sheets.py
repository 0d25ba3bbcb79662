"""`payt-mcp report --xlsx` and `--csv --sheet`: read back by another library, held against the raw rows."""

from __future__ import annotations

import csv
import datetime as dt
import io
import sys
import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from openpyxl import load_workbook  # type: ignore[import-untyped]  # it brings no types

from payt_sandbox import World, build_world
from payt_sandbox.api.options import Options
from payt_sandbox.app import create_app
from payt_sandbox.server import Handle, run_in_thread
from tests.support.commands import run_here

from .raw import environment

pytestmark = pytest.mark.slow

NOW = dt.datetime(2026, 11, 20, 23, 30, tzinfo=dt.UTC)
TODAY = "2026-11-21"  # in Amsterdam; in London it is the day before
MAIN, OTHER = "4711", "4739"
DAYS = {MAIN: dt.date(2026, 11, 21), OTHER: dt.date(2026, 11, 20)}
FORMULA = '=HYPERLINK("http://evil","pay")'
NAMES = (FORMULA, "+31 6", "-1+1", "@SUM(A1)", "Snel 🚚 Bouw", "\uff1dcmd", "x" * 40_000)
LARGEST, TOO_LARGE = Decimal("9999999999999.99"), Decimal("12345678901234.56")
OLD = ("1899-12-31", "1900-02-28")


@pytest.fixture(scope="module")
def world() -> World:
    world = build_world(invoices=500, debtors=90, seed=5, today=NOW.date())
    world.clock = lambda: NOW
    for row, name in zip(world.rows(MAIN, "debtors"), NAMES, strict=False):
        world.change_debtor(MAIN, row["id"], name=name)
        world.add_invoice(MAIN, debtor_id=row["id"], total_amount="0.10", due_date="2026-10-01")
    world.change_debtor(MAIN, world.rows(MAIN, "debtors")[0]["id"], debtor_number="00042")
    for number, amount in (("1E5", LARGEST), ("=1+1", TOO_LARGE)):
        world.add_invoice(MAIN, invoice_number=number, total_amount=str(amount), invoice_date=OLD[0], due_date=OLD[1])
    return world


@pytest.fixture(scope="module")
def payt(world: World) -> Iterator[Handle]:
    handle = run_in_thread(create_app(world, options=Options(rate=None)))
    yield handle
    threading.Thread(target=handle.close).start()


def report(url: str, *arguments: str, code: int = 0) -> tuple[str, str]:
    env = environment(PAYT_API_URL=url, PAYT_API_TOKEN=Options().token, PAYT_RATE="100")
    done = run_here("report", *arguments, env=env)
    assert done.returncode == code, done.stderr
    return done.stdout, done.stderr


class Written(NamedTuple):
    """A workbook as it was read back, and the CSV of each of its sheets."""

    book: Any
    path: Path
    sheets: Mapping[str, list[dict[str, str]]]


@pytest.fixture(scope="module")
def written(payt: Handle, tmp_path_factory: pytest.TempPathFactory) -> Written:
    path = tmp_path_factory.mktemp("sheets") / "all.xlsx"
    report(payt.url, "--xlsx", str(path), "--administration", "all")
    sheets = {}
    for name in ("open-items", "aging", "worklist"):
        said, _ = report(payt.url, "--csv", "-", "--sheet", name)
        sheets[name] = list(csv.DictReader(io.StringIO(said)))
    return Written(load_workbook(path), path, sheets)


def rows_of(sheet: Any) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]


def cents(value: Any) -> Decimal | None:
    """A cell as the amount it stands for, exactly: what has too many digits for a number is text."""
    return None if value is None else Decimal(repr(value) if isinstance(value, float) else str(value))


def day(value: Any) -> str | None:
    return value.date().isoformat() if isinstance(value, dt.datetime) else value


def booked(row: Mapping[str, Any], currency: str) -> Decimal | None:
    own = row["open_amount"] if row["currency_code"] == currency else None
    amount = row["book_open_amount"] if row["book_open_amount"] is not None else own
    return None if amount is None else Decimal(amount)


def open_rows(world: World) -> list[tuple[str, Mapping[str, Any]]]:
    every = [(where, row) for where in (MAIN, OTHER) for row in world.rows(where, "invoices")]
    return [(where, row) for where, row in every if Decimal(row["open_amount"] or 0)]


def late(where: str, row: Mapping[str, Any]) -> int:
    if Decimal(row["open_amount"]) < 0 or not row["due_date"]:
        return 0
    return max(0, (DAYS[where] - dt.date.fromisoformat(row["due_date"])).days)


def test_every_open_item_is_a_row_as_the_books_have_it(written: Written, world: World) -> None:
    expected = set()
    for where, row in open_rows(world):
        book = world.book(where).currency
        days = late(where, row)
        expected.add(
            (
                where, row["invoice_number"], row["invoice_date"], row["due_date"], days or None, row["currency_code"],
                Decimal(row["total_amount"]), Decimal(row["open_amount"]), book, booked(row, book),
            )
        )  # fmt: skip
    found = rows_of(written.book["Open items"])
    told = {
        (
            row[0],
            row[2],
            day(row[5]),
            day(row[6]),
            row[7],
            row[9],
            cents(row[10]),
            cents(row[11]),
            row[12],
            cents(row[13]),
        )
        for row in found
    }
    assert len(found) == len(told) == len(expected) > 400
    assert told == expected
    assert {row[8] for row in found} == {"not due", "credit", "1-30 days", "31-60 days", "61-90 days", "91+ days"}


def test_aging_has_each_debtor_to_the_cent(written: Written, world: World) -> None:
    zero = Decimal(0)
    sums: dict[tuple[str, str], list[Decimal]] = defaultdict(lambda: [zero] * 6)
    for where, row in open_rows(world):
        amount = booked(row, world.book(where).currency)
        debtors = {one["id"]: one["debtor_number"] for one in world.rows(where, "debtors")}
        of = sums[(where, debtors[row["debtor_id"]])]
        if amount is not None:
            days = late(where, row)
            place = 5 if Decimal(row["open_amount"]) < 0 else 0 if not days else 1 + min(3, (days - 1) // 30)
            of[place] += amount
    rows = rows_of(written.book["Aging"])
    assert rows == sorted(rows, key=lambda row: (row[0], -(cents(row[11]) or 0)))  # the most overdue first
    told = {(row[0], row[2]): row for row in rows}
    assert told.keys() == sums.keys()
    for key, of in sums.items():
        *ages, credit = of
        # what is open, not due yet, by age, overdue, credits and net: sums of cents are no sums of binary fractions
        amounts = [sum(ages, zero), *ages, sum(ages[1:], zero), credit, sum(of, zero)]
        assert [cents(cell) for cell in told[key][5:14]] == amounts, key


def test_the_summary_adds_up_by_company_and_by_currency_alone(written: Written, world: World) -> None:
    cells = rows_of(written.book["Summary"])
    by_currency: dict[str, Decimal] = defaultdict(Decimal)
    for where in (MAIN, OTHER):
        currency = world.book(where).currency
        amounts = [booked(row, currency) for of, row in open_rows(world) if of == where]
        (told,) = [row for row in cells if row[0] == where and row[2] == currency and row[13] is not None]
        assert cents(told[11]) == sum((amount for amount in amounts if amount is not None), Decimal(0))
    for _, row in open_rows(world):
        by_currency[row["currency_code"]] += Decimal(row["open_amount"])
    told_by = {row[0]: cents(row[4]) for row in cells if row[0] in by_currency}
    assert told_by == by_currency
    assert len(by_currency) > 2


def test_the_workbook_is_one_to_work_with(written: Written) -> None:
    assert written.book.sheetnames == ["Summary", "Open items", "Aging", "Worklist"]
    assert written.path.stat().st_mode & 0o077 == 0
    for sheet in written.book.worksheets[1:]:
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref == sheet.dimensions
        assert sheet.print_title_rows == "$1:$1"
        assert all(sheet.column_dimensions[cell.column_letter].width >= len(cell.value.split()[0]) for cell in sheet[1])
    items = written.book["Open items"]
    formats = {cell.value: items.cell(2, cell.column).number_format for cell in items[1]}
    assert (formats["Invoice"], formats["Due date"], formats["Open"]) == ("@", "yyyy-mm-dd", "#,##0.00")
    numbers = [cell for row in items.iter_rows(min_row=2, min_col=11, max_col=12) for cell in row]
    assert {type(cell.value) for cell in numbers if cents(cell.value) not in {TOO_LARGE, -TOO_LARGE}} <= {int, float}
    assert all(isinstance(row[3], str) for row in rows_of(items))


def test_what_no_spreadsheet_can_hold_is_text_and_nothing_is_a_formula(written: Written) -> None:
    cells = [cell for sheet in written.book.worksheets for row in sheet.iter_rows() for cell in row]
    assert [cell.value for cell in cells if cell.data_type == "f"] == []
    texts = {cell.value for cell in cells if isinstance(cell.value, str)}
    assert texts >= {*NAMES[:6], "00042", "=1+1", "12345678901234.56", *OLD}
    assert max(map(len, texts)) == 16_000
    by_number = {row["invoice_number"]: row for row in written.sheets["open-items"]}
    assert by_number["1E5"]["open_amount"] == str(LARGEST)
    assert by_number["'=1+1"]["open_amount"] == str(TOO_LARGE)
    names = {row["debtor"] for row in written.sheets["aging"]}
    assert names >= {f"'{FORMULA}", "'+31 6", "'-1+1", "'@SUM(A1)", "Snel 🚚 Bouw", "'\uff1dcmd"}


def test_csv_says_what_the_workbook_says(written: Written) -> None:
    for name, title in (("open-items", "Open items"), ("aging", "Aging"), ("worklist", "Worklist")):
        shown = [[day(cell) for cell in row] for row in rows_of(written.book[title])]
        assert len(shown) == len(written.sheets[name]) > 20
        for row, told in zip(shown, written.sheets[name], strict=True):
            for cell, text in zip(row, told.values(), strict=True):
                said = text.removeprefix("'") if isinstance(cell, str) and not cell.startswith("'") else text
                assert said == cell if isinstance(cell, str) else Decimal(said or 0) == (cents(cell) or 0), told


def test_of_one_company_the_sheets_do_not_repeat_which(payt: Handle, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    said, _ = report(payt.url, "--xlsx", "--administration", OTHER)
    assert said == f"Written to {tmp_path / 'receivables.xlsx'}: open items, aging and worklist.\n"
    book = load_workbook(tmp_path / "receivables.xlsx")
    assert [cell.value for cell in book["Aging"][1]][:2] == ["Debtor no.", "Debtor"]
    assert book["Summary"]["A1"].value == "Harbour & Finch Ltd"


def test_a_workbook_is_in_the_language_and_its_figures_and_names_are_not(
    payt: Handle, written: Written, tmp_path: Path
) -> None:
    env = environment(PAYT_API_URL=payt.url, PAYT_API_TOKEN=Options().token, PAYT_RATE="100", PAYT_LANGUAGE="nl")
    done = run_here("report", "--xlsx", str(tmp_path / "nl.xlsx"), env=env)
    assert done.returncode == 0, done.stderr
    book = load_workbook(tmp_path / "nl.xlsx")
    assert book.sheetnames == ["Samenvatting", "Openstaande posten", "Ouderdomsanalyse", "Werklijst"]
    dutch, english = book["Openstaande posten"], written.book["Open items"]
    assert not {cell.value for cell in dutch[1]} & {"Invoice", "Due date", "Open", "Phase", "Attention"}
    assert [row[2:8] + row[9:14] for row in rows_of(dutch)] == [row[2:8] + row[9:14] for row in rows_of(english)]
    assert {row[8] for row in rows_of(dutch)} >= {"niet vervallen", "creditnota", "91+ dagen"}


def test_nothing_open_is_a_workbook_too(tmp_path: Path) -> None:
    world = build_world(invoices=0, debtors=3, seed=1, today=NOW.date())
    for where in (MAIN, OTHER):
        for row in world.rows(where, "invoices"):
            world.delete(where, "invoices", row["id"])
    with run_in_thread(create_app(world, options=Options(rate=None))) as empty:
        report(empty.url, "--xlsx", str(tmp_path / "empty.xlsx"))
    book = load_workbook(tmp_path / "empty.xlsx")
    assert [sheet.max_row for sheet in book.worksheets[1:3]] == [1, 1]


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (("--xlsx", "/no/such/folder/x.xlsx"), 1, "/no/such/folder/x.xlsx cannot be written"),
        (("--xlsx", "--administration", "1"), 1, "There is no administration '1' that this token reaches."),
        (("--csv", "--sheet", "aging", "--top", "3"), 2, "--min-days and --top are for the overdue overview"),
        (("--sheet", "aging"), 2, "--sheet aging goes with --csv"),
        (("--administration", f"{MAIN},1"), 1, "There is no such administration. This token reaches: 4"),
    ],
)
def test_what_goes_wrong_is_a_sentence(payt: Handle, arguments: tuple[str, ...], code: int, sentence: str) -> None:
    if code == 2:
        with pytest.raises(SystemExit) as ended:
            report(payt.url, *arguments)
        assert ended.value.code == 2
        return
    _, err = report(payt.url, *arguments, code=code)
    assert sentence in err


def test_without_the_extra_a_sentence_names_it(payt: Handle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    _, err = report(payt.url, "--xlsx", str(tmp_path / "x.xlsx"), code=1)
    assert "pip install 'payt-mcp[xlsx]'" in err
    assert not (tmp_path / "x.xlsx").exists()


def test_several_companies_are_added_up_by_currency_alone(payt: Handle, world: World, tmp_path: Path) -> None:
    said, _ = report(payt.url, "--administration", f"{OTHER}, {MAIN}", "--top", "2")
    gross: dict[str, Decimal] = defaultdict(Decimal)
    for where, row in open_rows(world):
        if late(where, row):
            gross[row["currency_code"]] += Decimal(row["open_amount"])
    flowing = " ".join(said.split())
    assert all(f"{code} {amount:,.2f}" in flowing for code, amount in gross.items())
    assert said.index(f"── Harbour & Finch Ltd, {OTHER}, ") < said.index(f", {MAIN}, ")
    page, _ = report(payt.url, "--html", "-", "--top", "2")
    shown = page.replace("\u00a0", " ")
    assert all(f"<dd>{code} {amount:,.2f}</dd>" in shown for code, amount in gross.items())
    assert f"Administration {OTHER}. Overdue, as of" in shown
    one, _ = report(payt.url, "--administration", OTHER, "--top", "2")
    assert "administrations" not in one
