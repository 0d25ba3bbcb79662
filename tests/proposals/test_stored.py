"""Proposals that an earlier version of the program made: listed, shown whole, told how they ended, and not sent."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from typing import Any

import pytest

from payt_mcp.errors import AlteredError
from payt_mcp.proposals.asking.page_view import cards
from payt_mcp.proposals.asking.preview_text import brief, whole
from payt_mcp.proposals.ledger.ledger import Ledger
from payt_mcp.proposals.outcomes import CLOSED, outcome_words
from payt_mcp.proposals.preview import Facts, Letter, Preview, SentTo, Warned, Words
from payt_mcp.proposals.records import Draft, Record
from payt_mcp.proposals.states import Status
from payt_mcp.proposals.stored import preview_of, title_of, words_of
from tests.support.house import PAGE, TOOL, House, client, data, letter
from tests.support.previews import seen

pytestmark = pytest.mark.anyio
MESSAGE = {
    "kind": "message", "title": "Message to Smit (10026): Open", "from": "Noorderlicht", "administration_id": "4711",
    "debtor": "Smit (10026)", "about": "invoice 2026001", "named": "2026001 (EUR 10.00)", "owed": ["EUR 10.00"],
    "recipients": [
        {"field": "to", "email": "a@smit.example", "source": "the debtor's primary address"},
        {"field": "bcc", "email": "x@evil.example", "source": ""},
    ],
    "subject": "Open", "body": "Wilt u\nbetalen?", "attachments": [{"name": "a.pdf", "size": 812}],
    "warnings": [
        {"text": "x@evil.example is not on file.", "danger": True, "person_only": True},
        {"text": "Mail to this debtor bounced.", "danger": False, "person_only": False},
    ],
    "because": ["it was paid"],
}  # fmt: skip
INVOICES = {
    "kind": "invoices", "title": "2 invoices into Noorderlicht", "from": "Noorderlicht", "administration_id": "4711",
    "mails": [{"invoice": "A1", "to": "a@smit.example"}], "counts": {"created": 1, "refused": 1},
    "money": [{"currency": "EUR", "text": "open +1.00, total +1.00"}],
    "payments": [{"invoice": "A1", "amount": "EUR 1.00"}], "lists": {"labels replaced as a whole": ["A1 (1 → 2)"]},
    "rows": [
        {
            "invoice": "A1", "action": "created", "debtor": "10026 Smit", "notes": ["e-mailed to a@smit.example"],
            "changes": [{"field": "due date", "old": "", "new": "2026-12-01"}],
        },
        {"invoice": "A2", "action": "refused", "debtor": "", "changes": [], "notes": ["it names no debtor"]},
    ],
    "warnings": [],
}  # fmt: skip
COMMENT = {
    "kind": "comment", "title": "Comment on the task “Bellen”, in Noorderlicht", "from": "Noorderlicht",
    "administration_id": "4711", "facts": [["Task", "Bellen"], ["Comment", "Gebeld.\nMorgen weer."]],
    "beside": [["Description", "Bel voor vrijdag"]], "counts": {}, "rows": [], "idle": "", "warnings": [],
}  # fmt: skip
SHOWN = {
    "message": (
        "Proposed anew, because it was paid.", "!! x@evil.example is not on file.", "From: Noorderlicht",
        "Debtor: Smit (10026), about invoice 2026001", "To: a@smit.example (the debtor's primary address)",
        "Bcc: x@evil.example (NOT ON FILE, given by the assistant)", "Subject: Open", "Attachment: a.pdf (812 bytes)",
        "  | betalen?", " ! Mail to this debtor bounced.",
    ),
    "invoices": (
        "Payt would e-mail 1 invoice to debtors, because no sending date is given: A1 to a@smit.example",
        "In Noorderlicht: 1 created, 1 refused", "EUR: open +1.00, total +1.00",
        "labels replaced as a whole: A1 (1 → 2)", "A1 (10026 Smit): created", "    due date: nothing -> 2026-12-01",
        "    it names no debtor",
    ),
    "comment": ("Comment on the task “Bellen”, in Noorderlicht", "Task: Bellen", "Comment:", "  | Morgen weer."),
}  # fmt: skip
OLD: dict[str, dict[str, Any]] = {"message": MESSAGE, "invoices": INVOICES, "comment": COMMENT}
EACH = pytest.mark.parametrize("kind", OLD)


def old(ledger: Ledger, kind: str, preview: dict[str, Any]) -> Record:
    return ledger.propose(Draft(kind, "here", "4711", "digest", "letter", {"task": "1"}, preview, {}), TOOL)[0]


@EACH
def test_it_is_shown_whole_in_text_and_on_the_page(ledger: Ledger, kind: str) -> None:
    record = old(ledger, kind, OLD[kind])
    lines = whole(seen(record)).split("\n")
    assert [line for line in SHOWN[kind] if line not in lines] == []
    assert brief(seen(record))
    page = cards([record], {}, lambda _record: "", dt.UTC).html
    assert title_of(record) in page
    assert record.id in page


@EACH
@pytest.mark.parametrize("status", [Status.OUTCOME_UNKNOWN, Status.SENT, Status.FAILED])
def test_how_it_ended_is_said_as_it_was(ledger: Ledger, kind: str, status: Status) -> None:
    record = dataclasses.replace(old(ledger, kind, OLD[kind]), status=status, message_id="7")
    said = outcome_words(record, dt.UTC)
    if status is Status.SENT:
        assert said.startswith({"message": "Sent at", "comment": "Made at"}.get(kind, "Sent at"))
    if status is Status.OUTCOME_UNKNOWN:
        assert {"message": "timeline", "comment": "among the comments"}.get(kind, "to be seen at Payt yet") in said
    assert words_of(record).person_knows is (kind == "invoices")
    purged = dataclasses.replace(record, content=None, preview=None, basis=None)
    assert outcome_words(purged, dt.UTC) == said
    assert preview_of(purged) is None


def test_a_kind_that_nobody_here_knows_is_shown_in_its_own_words(ledger: Ledger) -> None:
    words = Words(step="engrave", done="engraved", unseen="not in the stone yet", person_knows=True)
    preview = Preview("engraving", "Engrave", "Sender", "4711", (Facts((("Stone", "marble"),)),), words=words)
    record = dataclasses.replace(old(ledger, "engraving", preview.as_json()), status=Status.OUTCOME_UNKNOWN)
    page = cards([record], {}, lambda _record: "", dt.UTC).html
    for said in ("Engrave again", "It was engraved", "It was not engraved", "marble", "not in the stone yet"):
        assert said in page
    assert "Stone: marble" in whole(seen(record))
    closed = dataclasses.replace(record, status=Status.FAILED, outcome=CLOSED)
    assert outcome_words(closed, dt.UTC).endswith("it was not engraved.")


async def test_a_kind_that_nobody_here_knows_is_not_carried_out(house: House) -> None:
    async with client(house.server()) as caller:
        key = data(await caller.call_tool("send_message", letter(house)))["proposal_id"]
        ledger = Ledger(house.state)
        made = ledger.get(key)
        assert made.content is not None
        draft = Draft("engraving", made.scope, "4711", "d", "l", made.content, made.preview or {}, {})
        other = ledger.approve(ledger.propose(draft, TOOL)[0].id, PAGE)
        answer = data(await caller.call_tool("check_approval", {"proposal_id": other.id}))
        ledger.close()
    assert answer["status"] == "approved"
    assert answer["reason"].startswith("This version of the program does not know this kind of write")
    assert house.mails == []


@pytest.mark.parametrize(
    "preview", [{}, {"title": "x"}, {"sections": []}, {"title": "x", "warnings": 7}, {"text": "x"}]
)
def test_what_no_version_wrote_is_named_and_can_still_be_listed(ledger: Ledger, preview: dict[str, Any]) -> None:
    record = old(ledger, "message", preview)
    with pytest.raises(AlteredError, match="it was altered"):
        preview_of(record)
    assert title_of(record)
    assert outcome_words(record, dt.UTC)


@pytest.mark.parametrize("name", ["warnings", "danger", "recipients", "section"])
def test_a_part_under_another_name_is_not_read_as_none(ledger: Ledger, name: str) -> None:
    text = Letter((SentTo("to", "a@b.example", ""),), "s", "b")
    preview = Preview("message", "t", "s", "4711", (text,), (Warned("look", danger=True),))
    kept = json.loads(json.dumps(preview.as_json()).replace(f'"{name}"', '"x"'))
    with pytest.raises(AlteredError, match="it was altered"):
        preview_of(old(ledger, "message", kept))


async def test_a_yes_to_it_sends_nothing_and_asks_to_propose_it_again(house: House) -> None:
    async with client(house.server()) as caller:
        key = data(await caller.call_tool("send_message", letter(house)))["proposal_id"]
        ledger = Ledger(house.state)
        made = ledger.get(key)
        ledger.decline(key, PAGE)
        assert made.content is not None
        draft = Draft(
            made.kind, made.scope, "4711", "before", made.letter, made.content, MESSAGE, {"email_given": True}
        )
        before = ledger.propose(draft, TOOL)[0]
        ledger.approve(before.id, PAGE)
        answer = data(await caller.call_tool("check_approval", {"proposal_id": before.id}))
        ledger.close()
    assert answer["status"] == "superseded"
    assert answer["reason"] == "this program was updated after it was proposed; propose it again"
    assert house.mails == []
