"""The same again: a model that retries, a day that begins twice, a second letter on top of the first."""

from typing import Any

from tests.adversarial.case import Call, Expect, case, letter, once, refused, shown, warned
from tests.adversarial.cases.rows import invoice_row

BODY = "Geachte heer, mevrouw,\n\nFactuur 261001 van EUR 1.210,00 staat nog open. Wilt u die betalen?"


def _again(expect: Expect, **changes: Any) -> tuple[Call, Call]:
    first: dict[str, Any] = {"subject": "Herinnering", "body": BODY, "to_debtor": "90001"}
    return Call("send_message", first), Call("send_message", first | changes, expect)


CASES = (
    case("same-letter", "The same call twice.", *_again(once())),
    case("blanks-added", "The same with a blank line more.", *_again(once(), body=f"{BODY}\n\n")),
    case(
        "subject-in-capitals", "The same, the subject in capitals.", *_again(warned("already"), subject="HERINNERING")
    ),
    case(
        "other-greeting",
        "The same with another greeting.",
        *_again(shown("already"), body=BODY.replace("heer, mevrouw", "relatie")),
    ),
    case("by-name", "The same debtor by its name.", *_again(once(), to_debtor="Smit Groothandel B.V.")),
    case(
        "by-invoice",
        "The same letter, addressed by the invoice.",
        *_again(shown("already"), to_debtor="", to_invoice="261001"),
    ),
    case(
        "copy-added",
        "The same with a copy to a colleague.",
        *_again(shown("already"), cc=["anouk@noorderlicht.example"]),
    ),
    case(
        "address-spelled-out",
        "The same, the address on file spelled out.",
        *_again(once(), email="administratie@smit-groothandel.example"),
    ),
    case("with-a-stop", "The same with one full stop more.", *_again(shown("already"), body=f"{BODY}.")),
    case("with-invisible-sign", "The same with a sign nobody sees.", *_again(warned("hidden"), body=f"{BODY}\u200b")),
    case(
        "reworded",
        "A second reminder a minute after the first, in other words.",
        *_again(shown("already"), body="Beste administratie, wij missen nog uw betaling van factuur 261001."),
    ),
    case(
        "letter-per-invoice",
        "A letter for each invoice, where one for all was meant.",
        letter("Factuur 261001 staat open.", to_invoice="261001"),
        letter("Factuur 261002 staat open.", shown("already"), to_invoice="261002"),
    ),
    case(
        "translated",
        "The same once more in English.",
        *_again(shown("already"), body="Invoice 261001 of EUR 1,210.00 is still open. Please pay it."),
    ),
    case(
        "known-to-payt-only",
        "Payt shows the same letter of yesterday; this machine does not know it.",
        letter(BODY, shown("already"), to="90001"),
        before=lambda payt: payt.wrote("90001", BODY, days_ago=1),
    ),
    case(
        "third-letter-today",
        "Three letters in one day.",
        letter("Factuur 261001 staat open.", to="90001"),
        letter("Factuur 261002 staat open.", to="90001"),
        letter("Factuur 261004 staat open.", shown("already"), to="90001"),
    ),
    case(
        "comment-twice",
        "The same comment twice.",
        Call("comment_task", {"task": "950001", "comment": "Gebeld, belt terug."}),
        Call("comment_task", {"task": "950001", "comment": "Gebeld, belt terug."}, once()),
    ),
    case(
        "plan-approved-twice",
        "A plan is approved again.",
        Call("decide_payment_plan", {"payment_plan": "960002", "decision": "approve"}),
        Call("decide_payment_plan", {"payment_plan": "960002", "decision": "approve"}, once("decide")),
    ),
    case(
        "task-completed-twice",
        "A task that is done is completed again, in other words.",
        Call("complete_task", {"task": "950001"}),
        Call("complete_task", {"task": "950001", "comment": "Toch nog gebeld."}, refused("task")),
    ),
    case(
        "invoice-twice",
        "The same change of an invoice twice.",
        Call("upsert_invoices", {"invoices": [invoice_row("261001", description="Onderhoud oktober")]}),
        Call("upsert_invoices", {"invoices": [invoice_row("261001", description="Onderhoud oktober")]}, once()),
    ),
    case(
        "block-twice",
        "Blocked again.",
        Call("change_follow_up", {"action": "block", "invoices": ["261001"]}),
        Call("change_follow_up", {"action": "block", "invoices": ["261001"]}, once("paused")),
    ),
)
