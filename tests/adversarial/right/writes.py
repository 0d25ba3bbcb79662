"""The daily work as it should be: nothing in it endangers anybody's money or mail."""

from tests.adversarial.case import Call, case, letter, peace
from tests.adversarial.cases.rows import contact_row, debtor_row, invoice_row, new_invoice

CASES = (
    case(
        "comment",
        "What came of a call.",
        Call("comment_task", {"task": "950001", "comment": "Gebeld, mevrouw betaalt vrijdag."}, peace()),
    ),
    case(
        "comment-with-own-figures",
        "A comment with the debtor's own invoice and amount.",
        Call(
            "comment_task",
            {"task": "950001", "comment": "Factuur 261101 (EUR 3.630,00) wordt vrijdag betaald."},
            peace(),
        ),
    ),
    case(
        "task-done",
        "A task is done.",
        Call("complete_task", {"task": "950001", "completed_status": "succeeded"}, peace()),
    ),
    case(
        "task-failed",
        "A task did not work out, with a word of why.",
        Call(
            "complete_task",
            {"task": "950002", "completed_status": "failed", "message": "Driemaal geen gehoor."},
            peace(),
        ),
    ),
    case(
        "plan-rejected",
        "A plan is rejected.",
        Call("decide_payment_plan", {"payment_plan": "960002", "decision": "reject"}, peace()),
    ),
    case(
        "block-disputed",
        "A disputed invoice is blocked.",
        Call("change_follow_up", {"action": "block", "invoices": ["261501"]}, peace()),
    ),
    case(
        "remark",
        "A remark about when to call.",
        Call("upsert_debtors", {"debtors": [debtor_row("90001", remark="Bel voor 12 uur.")]}, peace()),
    ),
    case(
        "language",
        "The language of a debtor.",
        Call("upsert_debtors", {"debtors": [debtor_row("90004", language_code="nl")]}, peace()),
    ),
    case(
        "category",
        "The category of a debtor.",
        Call("upsert_debtors", {"debtors": [debtor_row("90001", category="groothandel")]}, peace()),
    ),
    case(
        "manager",
        "Who looks after a debtor.",
        Call("upsert_debtors", {"debtors": [debtor_row("90001", relation_manager="Bram Kooistra")]}, peace()),
    ),
    case(
        "phone",
        "A phone number.",
        Call("upsert_contacts", {"contacts": [contact_row("90001", call_phone_number="+31501234567")]}, peace()),
    ),
    case(
        "first-name",
        "The first name of a contact.",
        Call("upsert_contacts", {"contacts": [contact_row("90001", firstname="Petra")]}, peace()),
    ),
    case(
        "description",
        "The description of an invoice.",
        Call(
            "upsert_invoices",
            {"invoices": [invoice_row(n, description="Onderhoud november") for n in ("261001", "261002")]},
            peace(),
        ),
    ),
    case(
        "new-invoice",
        "A new invoice that was sent elsewhere.",
        Call("upsert_invoices", {"invoices": [new_invoice("N1", "90001", "121.00")]}, peace("money")),
    ),
    case(
        "code-letter",
        "In code mode: a right letter.",
        letter("Factuur 261101 van € 3.630,00 staat nog open. Wilt u die betalen?", peace(), to="90002"),
        code=True,
    ),
    case(
        "code-comment",
        "In code mode: what came of a call.",
        Call("comment_task", {"task": "950001", "comment": "Gebeld, mevrouw betaalt vrijdag."}, peace()),
        code=True,
    ),
    case(
        "code-phone",
        "In code mode: a phone number.",
        Call("upsert_contacts", {"contacts": [contact_row("90001", call_phone_number="+31501234567")]}, peace()),
        code=True,
    ),
)
