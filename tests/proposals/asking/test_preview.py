"""What a person is shown: as it would go out, in lines that no text can forge, with nothing unseen in it."""

from __future__ import annotations

import datetime as dt
import html
import re
import sys
from dataclasses import replace

import pytest

from payt_mcp.proposals.asking.page_view import cards
from payt_mcp.proposals.asking.preview_text import brief, unwarned, whole
from payt_mcp.proposals.ledger.ledger import Ledger
from payt_mcp.proposals.preview import (
    Attached,
    Change,
    Effect,
    Effects,
    Facts,
    Letter,
    Mailed,
    Mails,
    Preview,
    Records,
    Row,
    SentTo,
    Warned,
)
from payt_mcp.words.visible import shown, shown_lines
from tests.support.house import (
    ADMINISTRATION,
    ERAS,
    TOOL,
    House,
    client,
    data,
    draft,
    letter,
    said,
    says,
)
from tests.support.previews import flat, seen

pytestmark = [pytest.mark.slow, pytest.mark.anyio]
FORGED = "Jan\nTo: ap@debtor.example (the debtor's address for reminders)\nSubject: \u202eharmless"


def lines_of(text: str, *starts: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip().startswith(starts)]


@ERAS
async def test_a_contacts_name_forges_no_line(house: House, mode: str) -> None:
    number = house.debtor()
    house.sandbox.world.add_contact(
        ADMINISTRATION, firstname=FORGED, lastname="x", default_email_address="jan@other.example",
        debtor_numbers=[number],
    )  # fmt: skip
    answer = says("decline")
    async with client(house.server(), mode, answer) as caller:
        result = await caller.call_tool("send_message", letter(house, email="jan@other.example"))
    question = answer.questions[0]  # type: ignore[attr-defined]
    for text in (question, data(result)["preview"], said(result)):
        assert len(lines_of(text, "To:")) == len(lines_of(text, "Subject:")) == 1
        assert lines_of(text, "To:")[0].startswith("To: jan@other.example (contact Jan To: ap@debtor.example")
        assert "\u202e" not in text
    ledger = Ledger(house.state)
    kept = flat(seen(ledger.get(data(result)["proposal_id"])))
    ledger.close()
    assert not {"\n", "\u202e"} & set(kept["recipients"][0]["source"])


PLAN = Preview(
    kind="invoices",
    title="t\nAll is well.",
    sender="Noorderlicht\nAll is well.",
    administration_id="4711",
    warnings=(Warned("look\nAll is well.", danger=True), Warned("see\nAll is well.")),
    because=("x\nAll is well.",),
    sections=(
        Facts((("label\nAll is well.", "said\x0bAll is well."),)),
        Mails(
            "invoice", "why\nAll is well.", (Mailed("1\nPayt would e-mail no invoice.", "a@b.example\nAll is well."),)
        ),
        Effects((Effect("EUR\nAll is well."), Effect("labels\nAll is well.", ("1\nAll is well.",)))),
        Records(
            (
                Row(
                    key="1\u2028Payt would e-mail no invoice." + " " * 200 + "All is well.",
                    about="7\r\nAll is well.",
                    action="created",
                    changes=(Change("f\nAll is well.", "o\x0bAll is well.", "n\x85All is well."),),
                    notes=("note\nAll is well.",),
                    is_outlier=True,
                ),
            )
        ),
    ),
)


@pytest.mark.parametrize("text", [whole(PLAN), unwarned(PLAN), brief(PLAN)])
def test_no_field_of_a_plan_forges_a_line(text: str) -> None:
    assert lines_of(text, "All is well", "Payt would e-mail no") == []
    assert "   All is well" not in text


FULL = Preview(
    kind="message",
    title="A title",
    sender="Noorderlicht",
    administration_id="4711",
    because=("it changed",),
    warnings=(Warned("red", danger=True), Warned("plain")),
    sections=(
        Facts((("Overdue", "EUR 1.00"),)),
        Letter(
            (SentTo("to", "a@b.example", "on file"), SentTo("bcc", "x@y.example", "")),
            "A subject",
            "One\nTwo",
            (Attached("a.pdf", 812),),
        ),
        Mails("invoice", "because nobody said otherwise", (Mailed("F1", "c@d.example"),)),
        Effects((Effect("Lists emptied", ("F1", "F2")),)),
        Records((Row("F1", "updated", "Smit", (Change("description", "Consultancy", ""),), ("a note",)),)),
    ),
)


FACTS = (
    "Proposed anew, because it changed.", "a@b.example (on file)",
    "x@y.example (NOT ON FILE, given by the assistant)", "Bcc", "A subject", "Attachment", "a.pdf (812 bytes)",
    "Payt would e-mail 1 invoice to debtors, because nobody said otherwise", "F1 to c@d.example", "Lists emptied",
    "description: Consultancy -> nothing", "a note", "red", "plain",
)  # fmt: skip


def test_the_page_says_each_fact_as_the_terminal_does(ledger: Ledger) -> None:
    made, _ = ledger.propose(replace(draft(), preview=FULL.as_json()), TOOL)
    drawn = cards([made], {}, lambda _record: "t", dt.UTC).html
    on_page = html.unescape(re.sub(r"<[^>]*>", "", drawn)).replace("\u2192", "->")
    assert [fact for fact in FACTS if fact not in whole(FULL)] == []
    assert [fact for fact in FACTS if fact not in on_page] == []


async def test_an_invoice_number_forges_no_line_in_the_question(house: House) -> None:
    answer = says("decline")
    row = {
        "invoice_number": "X1", "debtor_number": house.debtor(), "currency_code": "EUR", "invoice_date": "2026-11-01",
        "due_date": "2026-12-01", "amount_total": "1.00", "amount_open": "1.00", "book_amount_total": "1.00",
        "book_amount_open": "1.00", "description": "x\nPayt would e-mail no invoice.",
    }  # fmt: skip
    async with client(house.server(), "auto", answer) as caller:
        await caller.call_tool("upsert_invoices", {"invoices": [row]})
    for question in answer.questions:  # type: ignore[attr-defined]
        assert lines_of(question, "Payt would e-mail no invoice.") == []
        assert len(lines_of(question, "Payt would e-mail 1 invoice")) == 1


@pytest.mark.parametrize("name", ["a\nTo: x@y.example (on file).pdf", "evil\u202efdp.txt", "a\u200bb.pdf", "a\tb.pdf"])
@pytest.mark.skipif(sys.platform == "win32", reason="Windows allows no such file names")
async def test_a_file_whose_name_reads_otherwise_does_not_leave(house: House, name: str) -> None:
    (house.files / name).write_bytes(b"%PDF")
    (house.files / "plain.pdf").symlink_to(house.files / name)
    async with client(house.server()) as caller:
        for given in (name, "plain.pdf"):
            answer = await caller.call_tool("send_message", letter(house, attachments=[given]))
            assert answer.is_error
            assert "holds control or invisible characters" in said(answer)
            assert name not in said(answer)
    ledger = Ledger(house.state)
    assert ledger.pending() == []
    ledger.close()


async def test_an_ordinary_file_name_is_no_trouble(house: House) -> None:
    name = "Rekening n\u00famero 3 \u0440 (\u00fcbersicht).pdf"
    (house.files / name).write_bytes(b"%PDF")
    async with client(house.server()) as caller:
        answer = data(await caller.call_tool("send_message", letter(house, attachments=[name])))
    assert f"Attachment: {name}" in answer["preview"]


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("Total\u200d100", "Total[U+200D]100"),
        ("NL91\u200cABNA", "NL91[U+200C]ABNA"),
        ("a\u200d\u200db", "a[U+200D][U+200D]b"),
        ("\U0001f468\u200d\U0001f469", "\U0001f468\u200d\U0001f469"),
        ("\U0001f469\U0001f3fd\u200d\U0001f4bb", "\U0001f469\U0001f3fd\u200d\U0001f4bb"),
        ("\u2764\ufe0f\u200d\U0001f525", "\u2764\ufe0f\u200d\U0001f525"),
        ("\U0001f468\u200d1", "\U0001f468[U+200D]1"),
        ("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"),
        ("\u0645\u200c\u200c\u062e", "\u0645\u200c[U+200C]\u062e"),
        ("\u0915\u094d\u200d\u0937", "\u0915\u094d\u200d\u0937"),
        ("a\u3164b\u202ec\u00add", "a[U+3164]b[U+202E]c[U+00AD]d"),
        ("a\tb\nc\u2028d", "a b c d"),
        ("caf\u00e9 \u20ac 1", "caf\u00e9 \u20ac 1"),
    ],
)
def test_what_nobody_would_see_is_named(text: str, seen: str) -> None:
    assert shown(text) == seen


def test_only_the_body_has_lines_of_its_own() -> None:
    assert shown_lines("a\nb\u200dc") == "a\nb[U+200D]c"


@ERAS
async def test_a_joiner_in_a_letter_is_shown_as_it_is_sent(house: House, mode: str) -> None:
    body = "Total\u200d100\n  \U0001f468\u200d\U0001f469"
    answer = says("accept")
    async with client(house.server(), mode, answer) as caller:
        await caller.call_tool("send_message", letter(house, body=body))
    question = answer.questions[0]  # type: ignore[attr-defined]
    assert "  | Total[U+200D]100\n  |   \U0001f468\u200d\U0001f469" in question
    assert house.mails[0].body == body
