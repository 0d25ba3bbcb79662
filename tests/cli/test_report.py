"""`payt-mcp report`: the figures of summarize_overdue, in a terminal and on a page."""

from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path

import pytest
from anyio.to_thread import run_sync
from mcp.client import Client

from payt_mcp.apps.overview_page import page
from payt_sandbox.api.options import Options
from payt_sandbox.app import create_app
from payt_sandbox.server import Handle, run_in_thread
from tests.support.commands import run_here
from tests.support.fixed import ADMINISTRATION, fixed_world, server_for
from tests.support.processes import environment

pytestmark = pytest.mark.slow


class _Visible(HTMLParser):
    """What a page shows, cell by cell, and every tag it is made of."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.tags: set[str] = set()
        self.widths: list[Decimal] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        given = dict(attrs)
        assert not {"src", "href", "onclick", "onload"} & given.keys()
        if tag == "rect":
            self.widths.append(Decimal((given["width"] or "").rstrip("%")))

    def handle_data(self, data: str) -> None:
        self.texts.append(data.replace("\xa0", " ").strip())


def _seen(content: str) -> _Visible:
    parser = _Visible()
    parser.feed(content)
    return parser


async def test_the_page_shows_the_figures_of_the_tool(payt: Handle, tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    done = await run_sync(
        lambda: run_here(
            "report", "--html", str(target), "--administration", ADMINISTRATION, "--top", "7", env=environment(payt.url)
        )
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert target.stat().st_mode & 0o077 == 0
    async with Client(server_for(payt.url)) as client:
        told = (
            await client.call_tool("summarize_overdue", {"administration_id": ADMINISTRATION, "top": 7})
        ).structured_content
    assert told is not None
    seen = _seen(target.read_text(encoding="utf-8"))
    for name in ("overdue_gross", "overdue_credits", "overdue_net"):
        assert f"EUR {Decimal(told[name]):,.2f}" in seen.texts
    for row in told["debtors"]:
        at = seen.texts.index(row["debtor_number"])
        assert f"{Decimal(row['overdue']):,.2f}" in seen.texts[at : at + 6]
    assert f"The 7 largest of {told['debtor_count']} debtors" in seen.texts
    assert [note for note in told["notes"] if note not in seen.texts] == []
    amounts = [Decimal(bucket["amount"]) for bucket in told["buckets"]]
    expected = [(100 * amount / max(amounts)).quantize(Decimal("0.01")) for amount in amounts]
    assert seen.widths == expected


async def test_the_terminal_shows_the_figures_of_the_tool_in_columns(payt: Handle) -> None:
    done = await run_sync(
        lambda: run_here("report", "--administration", ADMINISTRATION, "--top", "3", env=environment(payt.url))
    )
    async with Client(server_for(payt.url)) as client:
        result = await client.call_tool("summarize_overdue", {"administration_id": ADMINISTRATION, "top": 3})
    told = result.structured_content
    assert told is not None
    words = done.stdout.split()
    for name in ("overdue_gross", "overdue_credits", "overdue_net"):
        assert any(word.rstrip(".;") == f"{Decimal(told[name]):,.2f}" for word in words), name
    for row in (*told["buckets"], *told["debtors"]):
        (line,) = [
            line for line in done.stdout.splitlines() if line.split()[:1] == [row.get("debtor_number") or row["days"]]
        ]
        assert f"{Decimal(row.get('overdue') or row['amount']):,.2f}" in line
        assert f"{row['invoices']:,}" in line.split()
    assert f"The 3 largest of {told['debtor_count']} debtors" in done.stdout
    assert "next_cursor" not in done.stdout


def test_without_a_name_the_page_is_written_here(payt: Handle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = run_here("report", "--html", env=environment(payt.url))
    assert (done.returncode, done.stdout.split(". ")[0]) == (0, f"Written to {tmp_path / 'overdue.html'}")
    assert "<section" in (tmp_path / "overdue.html").read_text(encoding="utf-8")


def test_the_page_loads_nothing_and_runs_nothing(payt: Handle, tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    run_here("report", "--html", str(target), env=environment(payt.url))
    content = target.read_text(encoding="utf-8")
    seen = _seen(content)
    assert "Content-Security-Policy" in content
    assert not seen.tags & {"script", "iframe", "img", "link", "object", "form", "a"}
    assert "url(" not in content
    assert seen.tags >= {"section", "table", "svg"}


def test_what_debtors_are_called_is_text() -> None:
    evil = '<script>alert("x")</script>'
    bucket = {"days": "1-30", "invoices": 1, "amount": "1.00"}
    content = page(
        [
            {
                "name": evil, "currency": evil, "as_of": "2026-11-21T09:30:00Z", "buckets": [bucket],
                "overdue_gross": "1.00", "overdue_credits": "0.00", "overdue_net": "1.00",
                "invoice_count": 1, "debtor_count": 1,
                "debtors": [{"debtor_number": evil, "name": evil, "overdue": "1.00", "oldest_days": 1, "invoices": 1}],
                "notes": [evil],
            }
        ]
    )  # fmt: skip
    assert "script" not in _seen(content).tags
    assert "<script" not in content
    assert content.count("alert(&quot;x&quot;)") >= 6


def test_the_terminal_gets_every_active_administration(payt: Handle) -> None:
    done = run_here("report", "--top", "2", env=environment(payt.url))
    assert done.returncode == 0
    assert [
        name in done.stdout for name in ("── Noorderlicht Techniek B.V., ", "── Harbour & Finch Ltd, ", "Beheer")
    ] == [
        True,
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("arguments", "settings", "sentence"),
    [
        (("--administration", "1"), {}, "There is no such administration. This token reaches: 4652 (Noorderlicht"),
        (("--top", "0"), {}, "top=0 is not possible: a whole number from 1 to 100"),
        ((), {"PAYT_API_TOKEN": "wrong"}, "Payt does not accept the access token (401)"),
        (("--html", "/no/such/folder/x.html"), {}, "/no/such/folder/x.html cannot be written"),
    ],
)
def test_what_goes_wrong_is_a_sentence(
    payt: Handle, arguments: tuple[str, ...], settings: dict[str, str], sentence: str
) -> None:
    done = run_here("report", *arguments, env=environment(payt.url, **settings))
    assert done.returncode == 1
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_a_page_others_could_read_is_for_the_user_alone_afterwards(payt: Handle, tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    target.write_text("old")
    target.chmod(0o644)
    done = run_here("report", "--html", str(target), env=environment(payt.url))
    assert (done.returncode, target.stat().st_mode & 0o077) == (0, 0)
    assert "old" not in target.read_text(encoding="utf-8")[:20]


def test_a_company_without_a_name_has_a_report_too(tmp_path: Path) -> None:
    world = fixed_world()
    nameless = world.administrations[int(ADMINISTRATION)]
    world.administrations[int(ADMINISTRATION)] = {**nameless, "name": None}
    with run_in_thread(create_app(world, options=Options(rate=None))) as payt:
        target = tmp_path / "report.html"
        done = run_here("report", "--html", str(target), "--administration", ADMINISTRATION, env=environment(payt.url))
        other = run_here("report", "--administration", "1", env=environment(payt.url))
    assert (done.returncode, done.stderr) == (0, "")
    assert "no name" in _seen(target.read_text(encoding="utf-8")).texts
    assert f"{ADMINISTRATION} (no name)" in other.stderr
