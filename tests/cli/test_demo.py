"""`payt-mcp demo`: what a newcomer sees first."""

import io
import os
import re
import subprocess

import pytest

from payt_mcp.cli.demo import DemoError, give
from payt_mcp.cli.demo_screen import Column, Screen, fitted, width
from payt_mcp.cli.demo_story import StoryError
from tests.support.forking import COMMAND, begun
from tests.support.newcomer import chapters, told

pytestmark = pytest.mark.slow

ESCAPE = "\x1b["


@pytest.fixture(scope="module")
def printed() -> str:
    """The command as a user runs it, into a pipe."""
    environ = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with begun([*COMMAND, "demo"], env=environ, encoding="utf-8", **pipes) as demo:
        out, err = demo.communicate(timeout=300)
    assert (demo.returncode, err) == (0, "")
    return str(out)


def test_it_asks_the_eight_questions_and_says_what_comes_next(printed: str) -> None:
    assert list(chapters(printed)) == ["1", "2", "3", "4", "5", "6", "7", "8"]
    commands = re.findall(r"payt-mcp(?:\.exe)? (\w+)", printed.partition("What next")[2])
    assert commands == ["install", "login", "uninstall", "install", "doctor"]


def test_every_line_fits_100_columns(printed: str) -> None:
    hosts = printed.partition("What next")[2]
    story = printed.removesuffix(hosts)
    assert [line for line in story.splitlines() if width(line) > 100] == []


def test_no_colours_in_a_pipe(printed: str) -> None:
    assert ESCAPE not in printed


async def test_the_story_says_what_it_should() -> None:
    parts = chapters(await told())
    assert "Not yet." in parts["2"]
    assert "No. A payment plan is running" in parts["3"]
    assert "Refused" in parts["8"]
    assert "Did you mean" in parts["8"]
    for number, tool in (
        ("1", "summarize_overdue"), ("2", "get_debtor"), ("4", "search_invoices"), ("5", "get_invoice"),
        ("6", "get_credit_case"), ("7", "list_messages"),
    ):  # fmt: skip
        assert f"{tool}(" in parts[number]


async def test_what_debtors_wrote_is_shown_as_a_quotation_only() -> None:
    mail = chapters(await told())["7"]
    (order,) = [line for line in mail.splitlines() if "evil.example" in line]
    assert order.strip().startswith("> ")


async def test_the_tables_are_aligned() -> None:
    lines = chapters(await told())["1"].splitlines()
    amounts = [line for line in lines if re.match(r"\s+(1-30|31-60|61-90|91\+) ", line)]
    assert len(amounts) == 4
    assert len({line.index(".") for line in amounts}) == 1
    counts = [re.search(r"[\d,]+(?=  [\d,]+\.)", line) for line in amounts]
    assert len({found.end() for found in counts if found}) == 1
    assert len({len(found[0]) for found in counts if found}) > 1


def test_a_wide_table_moves_to_the_left() -> None:
    out = io.StringIO()
    columns = [Column("name", "name", most=50), Column("attention", "attention", most=50)]
    Screen(out).table(
        [{"name": "n" * 48, "attention": ["payment_plan", "paused", "with_bailiff", "credit_open"]}], columns
    )
    assert max(width(line) for line in out.getvalue().splitlines()) <= 98


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("environ", "coloured"),
    [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False), ({"NO_COLOR": ""}, True)],
)
def test_colours_are_for_terminals_that_want_them(environ: dict[str, str], coloured: bool) -> None:
    out = Terminal()
    Screen.on(out, environ).you("Who is overdue?")
    assert (ESCAPE in out.getvalue()) is coloured
    plain = io.StringIO()
    Screen.on(plain, environ).you("Who is overdue?")
    assert ESCAPE not in plain.getvalue()


def test_a_terminal_that_knows_no_drawing_gets_plain_characters() -> None:
    class Old(Terminal):
        encoding = "cp1252"

    out = Old()
    screen = Screen.on(out, {"NO_COLOR": "1"})
    screen.heading("Overdue")
    screen.table(
        [{"name": "Müller 公司", "share": screen.bar(0.5)}], [Column("name", "name"), Column("share", "share")]
    )
    out.getvalue().encode("cp1252")
    assert "Müller" in out.getvalue()


def test_wide_and_combining_characters_keep_columns_straight() -> None:
    assert width("公司") == 4
    assert width("e\u0301") == 1
    assert fitted("公司公司", 5) == "公司…"
    assert fitted("short", 5) == "short"


def test_a_server_that_does_not_start_is_one_sentence() -> None:
    with pytest.raises(DemoError, match=r"PAYT_RATE='soon' is not possible") as raised:
        give(Screen(io.StringIO()), {"PAYT_API_URL": "sandbox", "PAYT_RATE": "soon"})
    assert "\n" not in str(raised.value)


def test_a_question_without_an_answer_is_one_sentence() -> None:
    with pytest.raises(StoryError, match=r"summarize_overdue gave no answer.*This server is not connected") as raised:
        give(Screen(io.StringIO()), {})
    assert "\n" not in str(raised.value)
