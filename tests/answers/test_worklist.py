"""What to do today, against debtors staged by hand with the step a credit controller would take."""

import datetime as dt
import re
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from payt_mcp.receivables.worklist.plan import worklist_of
from payt_mcp.receivables.worklist.rules import STEPS
from payt_sandbox import World, build_world
from payt_sandbox.signin.access import ALL_SCOPES, Token
from tests.support.assistant import MAIN, NOON, SECOND, Assistant, assistant, frozen, payt

pytestmark = pytest.mark.slow

TODAY = NOON.date()
OFF, LEFT = "not on it", "left in peace"
Fields = dict[str, Any]


def ago(days: int) -> str:
    """A date so many days before today."""
    return (TODAY - dt.timedelta(days=days)).isoformat()


def at(days: int) -> str:
    return f"{ago(days)}T09:00:00.000Z"


@dataclass(frozen=True)
class Case:
    """A debtor: its invoices with what is theirs, what else there is of it, the step that fits, and its amount."""

    story: str
    step: str
    invoices: list[Fields]
    amount: str = ""
    debtor: Fields = field(default_factory=dict)
    messages: list[Fields] = field(default_factory=list)
    tasks: list[Fields] = field(default_factory=list)
    plan: Fields = field(default_factory=dict)
    case: Fields = field(default_factory=dict)
    bounced: int | None = None
    paid: int | None = None


def owes(amount: str, days: int, **fields: Any) -> Fields:
    return {"total_amount": amount, "due_date": ago(days), **fields}


def wrote(days: int, *, ours: bool = False) -> Fields:
    return {"sender_type": "creditor" if ours else "debtor", "sent_at": at(days), "received_at": at(days)}


TERMS_ON_TIME = [(1, 50000, 0, ago(10), ago(12)), (2, 50000, 50000, ago(-20), None)]
TERM_MISSED = [(1, 50000, 50000, ago(10), None), (2, 50000, 50000, ago(-20), None)]
PHONE = {"call_phone_number": "+31 20 555 0100"}
CASES = [
    Case("overdue for ten days, nothing done yet", "remind", [owes("400.00", 10)], "400.00"),
    Case("overdue since two days", LEFT, [owes("400.00", 2)]),
    Case("reminded three days ago", LEFT, [owes("400.00", 40, reminder_1_at=at(3))]),
    Case("reminded twenty days ago, a small amount", "remind", [owes("500.00", 28, reminder_1_at=at(20))]),
    Case("two reminders, much money", "call", [owes("8000.00", 60, reminder_2_at=at(12))], debtor=PHONE),
    Case("the same, and no telephone number", "remind", [owes("8000.00", 60, reminder_2_at=at(12))]),
    Case("last reminder twenty days ago", "hand_over", [owes("900.00", 90, final_reminder_at=at(20))]),
    Case("last reminder five days ago", LEFT, [owes("900.00", 90, final_reminder_at=at(5))]),
    Case("collectable for a month", "hand_over", [owes("900.00", 120, collectable_at=at(30))]),
    Case("wrote, nobody answered", "answer_message", [owes("700.00", 20)], messages=[wrote(2)]),
    Case("wrote, has a plan", "answer_message", [owes("700.00", 20, active_payment_plan_id=9)], messages=[wrote(2)]),
    Case("with a bailiff", LEFT, [owes("700.00", 200, bailiff_at=at(40))]),
    Case("with a bailiff, wrote", "answer_message", [owes("700.00", 200, bailiff_at=at(40))], messages=[wrote(1)]),
    Case("a plan, its terms paid", LEFT, [owes("1000.00", 70)], plan={"active": True, "payment_terms": TERMS_ON_TIME}),
    Case(
        "a plan, a term missed", "check_missed_term", [owes("1000.00", 70)], "500.00",
        plan={"active": True, "payment_terms": TERM_MISSED},
    ),
    Case(
        "a plan proposed", "decide_plan", [owes("1000.00", 70)],
        plan={"active": False, "proposed_at": at(4), "payment_terms": TERM_MISSED},
    ),
    Case("paused as a debtor", LEFT, [owes("1000.00", 70)], debtor={"reminding_paused_at": at(10)}),
    Case("a paused case", LEFT, [owes("1000.00", 70)], case={"paused_at": at(10)}),
    Case(
        "one of three paused", "remind",
        [owes("100.00", 20, paused_at=at(9)), owes("200.00", 20), owes("300.00", 25)], "500.00",
    ),
    Case("all paused", LEFT, [owes("100.00", 20, paused_at=at(9)), owes("200.00", 20, paused_at=at(9))]),
    Case("in collection", LEFT, [owes("100.00", 200, debt_collection_at=at(50))]),
    Case("on the way to court", LEFT, [owes("100.00", 200, pre_judicial_at=at(50))]),
    Case("a label says disputed", LEFT, [owes("100.00", 30)], debtor={"labels": ["Dispuut factuur"]}),
    Case("the only invoice disputed by its label", LEFT, [owes("100.00", 30, labels=["Betwist gedeelte"])]),
    Case(
        "one of two disputed by its label", "remind",
        [owes("100.00", 30, labels=["klacht"]), owes("250.00", 30)], "250.00",
    ),
    Case("not to be mailed, says the remark", LEFT, [owes("100.00", 30)], debtor={"remark": "Niet mailen, belt zelf"}),
    Case("mail came back", "fix_address", [owes("100.00", 30, reminder_1_at=at(9))], bounced=9),
    Case("no address", "fix_address", [owes("100.00", 30)], debtor={"reminder_email_address": None, **PHONE}),
    Case("a credit covers it", "match_credit", [owes("800.00", 30), owes("-1000.00", 10)], "800.00"),
    Case("a small credit", "remind", [owes("5000.00", 20), owes("-100.00", 10)], "5000.00"),
    Case("direct debit, due four days ago", LEFT, [owes("100.00", 4, payment_method="direct_debit")]),
    Case("direct debit that never came", "remind", [owes("100.00", 25, payment_method="direct_debit")]),
    Case("a task due yesterday", "do_task", [owes("100.00", 30)], tasks=[{"expiry_date": ago(1)}]),
    Case("a task in three days", LEFT, [owes("100.00", 30)], tasks=[{"expiry_date": ago(-3)}]),
    Case("a task in forty days", "remind", [owes("100.00", 30)], tasks=[{"expiry_date": ago(-40)}]),
    Case("wrote, answered, unpaid", "check_promise", [owes("90.00", 30)], messages=[wrote(12), wrote(11, ours=True)]),
    Case("in conversation", LEFT, [owes("90.00", 30)], messages=[wrote(3), wrote(2, ours=True)]),
    Case(
        "wrote, and then paid a part", "remind", [owes("90.00", 20, open_amount="40.00")], "40.00",
        messages=[wrote(12), wrote(11, ours=True)], paid=5,
    ),
    Case("paid a part yesterday", LEFT, [owes("90.00", 20, open_amount="40.00")], paid=1),
    Case("pays in parts", "propose_plan", [owes("900.00", 80, open_amount="600.00", reminder_2_at=at(15))], "600.00"),
    Case("nothing due yet", OFF, [owes("900.00", -10)]),
    Case("due today", OFF, [owes("900.00", 0)]),
    Case("nothing due, wrote", "answer_message", [owes("900.00", -10)], messages=[wrote(1)]),
    Case("much money, no reminder yet", "remind", [owes("20000.00", 15)], debtor=PHONE),
    Case(
        "mail came back, a later one did not", "remind", [owes("100.00", 30)],
        messages=[wrote(10, ours=True)], bounced=20,
    ),
    Case("the third reminder, little money", "remind", [owes("300.00", 80, reminder_3_at=at(21))], debtor=PHONE),
]  # fmt: skip
NUMBERS = {f"S{place:02}": case for place, case in enumerate(CASES, 1)}


APART = re.compile(r"(of|beside) it (\d+\.\d\d) (?:set apart|with a bailiff|disputed|in a plan|in collection|.*paused)")
"""How much of what is overdue may not be chased."""


def number_of(story: str) -> str:
    return next(number for number, case in NUMBERS.items() if case.story == story)


def put(world: World, number: str, case: Case) -> None:
    address = {"reminder_email_address": "ap@staged.example"}
    debtor = int(world.add_debtor(MAIN, debtor_number=number, name=case.story, **{**address, **case.debtor}))
    of = {"debtor_id": debtor}
    if case.case:
        of["active_credit_case_id"] = int(world.add_credit_case(MAIN, debtor_id=debtor, **case.case))
    keys = []
    for place, invoice in enumerate(case.invoices, 1):
        keys.append(world.add_invoice(MAIN, invoice_number=f"{number}-{place}", **of, **invoice))
    if case.plan:
        tied = keys if case.plan["active"] else ()
        world.add_payment_plan(MAIN, tied, debtor_id=debtor, **case.plan)
    for message in case.messages:
        world.add_message(MAIN, debtor_id=debtor, **message)
    for task in case.tasks:
        world.add(MAIN, "tasks", debtor_id=debtor, subject="Bel terug", created_at=at(12), **task)
    if case.bounced is not None:
        world.add(
            MAIN, "notifications", debtor_id=debtor, notification_type="mail_bounced", created_at=at(case.bounced)
        )
    if case.paid is not None:
        day = ago(case.paid)
        world.add_payment(MAIN, invoice_id=int(keys[0]), payment_date=day, total_book_amount="50.00", total_amount="50")


@pytest.fixture(scope="module")
def world() -> World:
    made = frozen(build_world(invoices=60, seed=4, today=TODAY))
    for number, case in NUMBERS.items():
        put(made, number, case)
    return made


async def rows_of(who: Assistant) -> dict[str, Fields]:
    found = await who.all("get_worklist", "debtors", top=50)
    return {row["debtor_number"]: row for row in found if row["debtor_number"] in NUMBERS}


async def test_forty_debtors_get_the_step_a_credit_controller_takes(world: World) -> None:
    with payt(world) as handle:
        async with assistant(handle) as who:
            rows = await rows_of(who)
    expected = {number: case.step for number, case in NUMBERS.items()}
    found = {number: rows.get(number, {}).get("step", LEFT) for number in NUMBERS}
    differ = {
        f"{number} {NUMBERS[number].story}": (expected[number], found[number])
        for number in NUMBERS
        if found[number] != (LEFT if expected[number] == OFF else expected[number])
    }
    assert not differ
    amounts = {number: case.amount for number, case in NUMBERS.items() if case.amount}
    assert {number: rows[number]["amount"] for number in amounts} == amounts


async def test_every_overdue_debtor_is_on_the_list_or_left_in_peace_with_its_reason(world: World) -> None:
    with payt(world) as handle:
        async with assistant(handle) as who:
            answer = await who.ask("get_worklist", top=50)
            listed = await who.all("get_worklist", "debtors", top=50)
            overdue = {row["debtor_number"] for row in await who.all("summarize_overdue", "debtors", top=100)}
    left = sum(row["debtors"] for row in answer["left_out"])
    assert len({row["debtor_number"] for row in listed} & overdue) + left == len(overdue)
    assert len(listed) == answer["total"]


async def test_one_step_is_asked_for_and_who_is_left_in_peace_has_a_name_a_reason_and_an_amount(world: World) -> None:
    with payt(world) as handle:
        async with assistant(handle) as who:
            answer = await who.ask("get_worklist", top=50)
            whole = await who.all("get_worklist", "debtors", top=50)
            left = {
                step: await who.all("get_worklist", "debtors", top=3, step=step) for step in ("must_not", "not_yet")
            }
            overdue = {
                row["debtor_number"]: row["overdue"] for row in await who.all("find_debtors", "debtors", limit=100)
            }
            alone = {step: await who.ask("get_worklist", top=3, step=step) for step in left}
            _, text, _ = await who.call("get_worklist", top=3, step="must_not")
            both = await who.all("get_worklist", "debtors", top=3, step="must not", administration_id="all")
            decide = await who.ask("get_worklist", step="decide_plan")
            assert (await who.ask("get_worklist", step="decide"))["debtors"] == decide["debtors"]
            (beside,) = [
                note
                for note in (await who.ask("get_worklist", step="must_not"))["notes"]
                if note.startswith("Nor may ")
            ]
            with pytest.raises(AssertionError, match=r"one of answer_message, .*, must_not, not_yet, or none"):
                await who.ask("get_worklist", step="chase")
    for step, rows in left.items():
        sums: dict[str, tuple[int, Decimal]] = {}
        for row in rows:
            debtors, amount = sums.get(row["reason"], (0, Decimal(0)))
            sums[row["reason"]] = debtors + 1, amount + Decimal(row["amount"])
        of_each = [row for row in answer["left_out"] if row["chase"] == step.replace("_", " ")]
        assert alone[step]["left_out"] == of_each
        assert sums == {row["reason"]: (row["debtors"], Decimal(row["amount"])) for row in of_each}
        assert {row["step"] for row in rows} == {step}
    for row in alone["must_not"]["left_out"]:
        assert f"\nmust not: {row['amount']} of {row['debtors']}, {row['reason']}\n" in text
    _check_set_apart([*whole, *left["must_not"], *left["not_yet"]], overdue)
    has_another = {row["debtor_number"] for row in whole if any(map(APART.match, row.get("facts", ())))}
    named = beside.rpartition(": ")[2].rstrip(".").split(", ")
    assert set(named) <= has_another
    assert f"Nor may EUR {sum(Decimal(overdue[number]) for number in named):,.2f} of {len(named)} debtor" in beside
    bailiff = next(row for row in left["must_not"] if row["debtor_number"] == number_of("with a bailiff"))
    assert (bailiff["reason"], bailiff["amount"]) == ("with a bailiff", "700.00")
    assert not any(map(APART.match, bailiff["facts"]))
    assert {row["administration_id"] for row in both} == {MAIN, SECOND}
    assert len(both) > len(left["must_not"])
    assert decide["debtors"] == [row for row in whole if row["step"] == "decide_plan"][:10]
    assert decide["summary"].startswith("Noorderlicht Techniek B.V.: ")
    assert ": decide plan, EUR " in decide["summary"]
    planned = next(row for row in decide["debtors"] if row["debtor_number"] == number_of("a plan proposed"))
    assert planned["reason"] == f"payment plan proposed on {ago(4)}: 1000.00 in 2 terms"
    assert "left_out" not in decide
    assert "Messages of the last 45 days only; get_debtor has older ones." in " ".join(answer["notes"])


def _check_set_apart(rows: list[Fields], overdue: dict[str, str]) -> None:
    """What is set apart is said to be part of the amount that is told where that is all that is overdue, else beside
    it.
    """
    seen = set()
    for row in rows:
        for where, amount in (found.groups() for fact in row.get("facts", ()) if (found := APART.match(fact))):
            assert where == ("of" if row["amount"] == overdue[row["debtor_number"]] else "beside"), row
            if row["step"] in {"call", "remind", "hand_over", "not_yet"}:
                assert Decimal(row["amount"]) + Decimal(amount) == Decimal(overdue[row["debtor_number"]]), row
            seen.add(where)
    assert seen == {"of", "beside"}


REMINDED = [owes("100.00", 100, reminder_3_at=at(60)), owes("80.00", 30, reminder_1_at=at(9))]
DOLLARS = {"currency_code": "USD", "book_open_amount": None, "book_total_amount": None}
MEAN = {
    "TWO-STEPS": Case("reminded of one, of the other later", "remind", REMINDED),
    "COLLECT": Case("collectable tells the debtor nothing", "remind", [owes("9.00", 60, collectable_at=at(3))]),
    "UNDATED": Case("a task of no date", "do_task", [owes("100.00", 30)], tasks=[{"expiry_date": None}]),
    "HEALED": Case("mail came back, a later one did not", "remind", [owes("9", 40, reminder_1_at=at(9))], bounced=30),
    "LATEST": Case("the latest reminder came back", "fix_address", [owes("9.00", 40, reminder_1_at=at(2))], bounced=2),
    "LITTLE": Case("little is left", "remind", [owes("515", 80, open_amount="15", reminder_2_at=at(15))]),
    "LABEL": Case("the case is disputed", LEFT, [owes("9.00", 40)], case={"labels": ["Betwist"]}),
    "SETTLED": Case("no longer disputed", "remind", [owes("9.00", 40)], debtor={"labels": ["Geschil opgelost"]}),
    "BANKRUPT": Case("insolvent", LEFT, [owes("9.00", 40)], debtor={"remark": "Failliet, curator mr. De Boer"}),
    "DOLLARS": Case("no amount in euros", "remind", [owes("3000.00", 30, **DOLLARS), owes("-5.00", 9)]),
    "READY": Case("ready for a bailiff", "hand_over", [owes("9.00", 90, notice_of_default_at=at(20))]),
    "NOT-YET": Case("notice of default lately", LEFT, [owes("9.00", 90, notice_of_default_at=at(9))]),
    "OBJECTS": Case("contested", LEFT, [owes("9.00", 90, summons_4_at=at(20))], debtor={"labels": ["Betwist"]}),
    "STOPPED": Case("its case paused", LEFT, [owes("9.00", 90, summons_4_at=at(20))], case={"paused_at": at(9)}),
    "AT-REST": Case("the same, paused", LEFT, [owes("30.00", 30, **DOLLARS)], debtor={"reminding_paused_at": at(9)}),
}  # fmt: skip


async def test_the_step_and_what_is_said_of_it_hold_where_records_speak_against_each_other() -> None:
    world = frozen(build_world(invoices=60, seed=4, today=TODAY))
    for number, case in MEAN.items():
        put(world, number, case)
    put(world, "CAME-BACK", Case("", "remind", [owes("90.00", 4, payment_method="direct_debit")]))
    ids = {row["invoice_number"]: row["id"] for row in world.rows(MAIN, "invoices")}
    book(world, ids["CAME-BACK-1"], 4, "90.00")
    book(world, ids["CAME-BACK-1"], 2, "-90.00", transaction_type="reversal", reversal_code="AM04")
    with payt(world) as handle:
        async with assistant(handle) as who:
            rows = {row["debtor_number"]: row for row in await who.all("get_worklist", "debtors", top=50)}
            left = {
                row["debtor_number"]: row
                for step in ("must_not", "not_yet")
                for row in await who.all("get_worklist", "debtors", step=step, top=50)
            }
    steps = {number: rows[number]["step"] if number in rows else LEFT for number in (*MEAN, "CAME-BACK")}
    assert steps == {number: case.step for number, case in MEAN.items()} | {"CAME-BACK": "remind"}
    assert rows["TWO-STEPS"]["reason"] == f"overdue 100 days, reminder 3 on {ago(60)}"
    assert rows["READY"]["reason"] == "notice of default, last step 20 days ago"
    assert rows["UNDATED"]["reason"] == "task of no date: “Bel terug”"
    assert rows["LATEST"]["reason"] == f"mail came back on {ago(2)}"
    assert (rows["DOLLARS"]["amount"], rows["DOLLARS"]["facts"][0]) == ("0.00", "USD 3000.00 beside it")
    assert left["AT-REST"]["reason"] == "paused with the debtor"
    assert f"a payment of 90.00 was taken back (booked {ago(2)})" in rows["CAME-BACK"]["facts"]


async def test_a_colleagues_note_is_told_and_first_where_it_may_be_the_answer() -> None:
    world = frozen(build_world(invoices=60, seed=4, today=TODAY))
    for number, days, more in (
        ("CALLED", 4, {}), ("BEFORE", 9, {}), ("DONE", 4, {"completed_at": at(3)}), ("CASE", 4, {}), ("QUIET", 4, {}),
    ):  # fmt: skip
        messages = [wrote(6)] if number != "QUIET" else []
        put(world, number, Case("", "", [owes("90.00", 20)], messages=messages, case={"phase": "new"}))
        debtor = next(row for row in world.rows(MAIN, "debtors") if row.get("debtor_number") == number)
        (case,) = [row["id"] for row in world.rows(MAIN, "credit_cases") if row["debtor_id"] == debtor["id"]]
        about = {"credit_case_id": case} if number == "CASE" else {"debtor_id": debtor["id"]}
        world.add(MAIN, "notes", content="Gebeld", created_at=at(days), **about, **more)
    with payt(world, tokens={"sandbox-token": Token(ALL_SCOPES), "no-notes": Token(ALL_SCOPES - {"notes:read"})}) as of:
        async with assistant(of) as who:
            facts = {
                row["debtor_number"]: row.get("facts", []) for row in await who.all("get_worklist", "debtors", top=50)
            }
        async with assistant(of, PAYT_API_TOKEN="no-notes") as who:
            notes = (await who.ask("get_worklist"))["notes"]
    said = f"a colleague's note of {ago(4)}"
    assert facts["CALLED"][0] == facts["CASE"][0] == f"also: {said}"
    assert said in facts["QUIET"]
    assert not [fact for number in ("BEFORE", "DONE") for fact in facts[number] if ago(4) in fact]
    assert facts["BEFORE"][-1] == f"a colleague's note of {ago(9)}"
    assert any("notes:read" in note for note in notes)


async def test_what_names_an_invoice_alone_is_its_debtors() -> None:
    """A message, a bounce that a later message of the same day went out after, one that none did, and dollars."""
    world = frozen(build_world(invoices=60, seed=4, today=TODAY))
    for number in ("WROTE", "BOUNCED", "CLEARED", "PAID"):
        put(world, number, Case("", "", [owes("90.00", 20, open_amount="40.00")]))
    ids = {row["invoice_number"]: row["id"] for row in world.rows(MAIN, "invoices")}
    world.add_message(MAIN, invoice_id=ids["WROTE-1"], **wrote(2))
    for number in ("BOUNCED", "CLEARED"):
        world.add(
            MAIN, "notifications", invoice_id=ids[f"{number}-1"], notification_type="mail_bounced", created_at=at(8)
        )
    later = f"{ago(8)}T15:00:00.000Z"
    world.add_message(MAIN, invoice_id=ids["CLEARED-1"], sender_type="creditor", sent_at=later, received_at=later)
    world.add_payment(MAIN, invoice_id=int(ids["PAID-1"]), payment_date=ago(8), total_amount="50.00")
    with payt(world) as handle:
        async with assistant(handle) as who:
            rows = {row["debtor_number"]: row for row in await who.all("get_worklist", "debtors", top=50)}
    steps = {number: rows[number]["step"] for number in ("WROTE", "BOUNCED", "CLEARED", "PAID")}
    assert steps == {"WROTE": "answer_message", "BOUNCED": "fix_address", "CLEARED": "remind", "PAID": "remind"}
    assert f"paid on {ago(8)}" in rows["PAID"]["facts"]


async def test_missed_terms_are_no_amount_beside_themselves() -> None:
    world = frozen(build_world(invoices=60, seed=4, today=TODAY))
    for number, owed in (("ALL", "500.00"), ("MORE", "2000.00")):
        put(world, number, Case("", "", [owes(owed, 70)], plan={"active": True, "payment_terms": TERM_MISSED}))
    with payt(world) as handle:
        async with assistant(handle) as who:
            rows = {row["debtor_number"]: row for row in await who.all("get_worklist", "debtors", top=50)}
    assert {rows[number]["amount"] for number in ("ALL", "MORE")} == {"500.00"}
    assert "of it 500.00 in a plan" in rows["ALL"]["facts"]
    assert "beside it 1500.00 in a plan" in rows["MORE"]["facts"]


PROMISED: list[Fields] = [wrote(25), wrote(24, ours=True)]


def book(world: World, invoice: str, days: int, amount: str, **fields: Any) -> None:
    world.add_payment(
        MAIN, invoice_id=int(invoice), payment_date=ago(days), total_amount=amount, total_book_amount=amount, **fields
    )


def staged_payments(world: World) -> dict[str, str]:
    """What these debtors did since they wrote, by their numbers, and the step that is left."""
    steps: dict[str, str] = {}
    for number, step in (
        ("NOTHING", "check_promise"), ("ANOTHER", "remind"), ("PART", "remind"), ("BEFORE", "check_promise"),
        ("BACK", "check_promise"), ("MARKED", "check_promise"), ("AGAIN", "remind"), ("SETTLED", "check_promise"),
    ):  # fmt: skip
        open_ = {"open_amount": "40.00"} if number in {"PART", "BEFORE"} else {}
        put(world, number, Case(number, step, [owes("90.00", 28, **open_)], messages=PROMISED))
        steps[number] = step
    ids = {row["invoice_number"]: row["id"] for row in world.rows(MAIN, "invoices")}
    debtors = {row["debtor_number"]: row["id"] for row in world.rows(MAIN, "debtors") if row.get("debtor_number")}
    book(world, ids["PART-1"], 20, "50.00")
    book(world, ids["BEFORE-1"], 27, "50.00")
    others: dict[str, list[tuple[int, str, Fields]]] = {
        "ANOTHER": [(9, "60.00", {})],
        "BACK": [(9, "60.00", {}), (4, "-60.00", {"transaction_type": "reversal"})],
        "MARKED": [(9, "60.00", {"reversal_code": "AC04"})],
        "AGAIN": [(9, "60.00", {}), (4, "-60.00", {"transaction_type": "reversal"}), (2, "60.00", {})],
        "SETTLED": [(9, "60.00", {"transaction_type": "credit"})],
    }
    for number, bookings in others.items():
        other = world.add_invoice(
            MAIN, debtor_id=debtors[number], invoice_number=f"{number}-2", total_amount="60.00", open_amount="0.00",
            due_date=ago(20), payment_date=ago(9),
        )  # fmt: skip
        for days, amount, fields in bookings:
            book(world, other, days, amount, **fields)
    return steps


async def test_a_promise_was_kept_by_whatever_was_paid_since_and_not_taken_back() -> None:
    world = frozen(build_world(invoices=60, seed=4, today=TODAY))
    steps = staged_payments(world)
    with payt(world) as handle:
        async with assistant(handle) as who:
            rows = {row["debtor_number"]: row for row in await who.all("get_worklist", "debtors", top=50)}
    assert {number: rows[number]["step"] for number in steps} == steps
    assert f"paid 60.00 on {ago(9)}" in rows["ANOTHER"]["facts"]
    assert f"paid 60.00 on {ago(2)}" in rows["AGAIN"]["facts"]
    assert not [fact for number in ("BACK", "MARKED") for fact in rows[number]["facts"] if fact.startswith("paid")]
    assert rows["NOTHING"]["reason"] == f"wrote on {ago(25)}, was answered, and has paid nothing since"


async def test_payments_that_may_not_be_read_are_not_asked_for_again() -> None:
    world = frozen(build_world(invoices=60, seed=4, today=TODAY))
    staged_payments(world)
    with payt(world, tokens={"narrow": Token(ALL_SCOPES - {"payments:read"})}) as handle:
        async with assistant(handle, PAYT_API_TOKEN="narrow") as who:
            notes = (await who.ask("get_worklist"))["notes"]
        asked = [request.path for request in handle.sandbox.requests]
    assert sum("payments:read" in note for note in notes) == 1
    assert asked.count("/v1/payments") == 1


@pytest.mark.parametrize("most", [1_500, 1])
async def test_what_a_step_rests_on_is_asked_for_where_the_payments_are_too_many(
    monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr("payt_mcp.books.day._MOST_PAYMENTS", most)
    world = frozen(build_world(invoices=60, seed=4, today=TODAY))
    part = [owes("90.00", 20, open_amount="40.00")]
    for _ in range(500):  # a page
        world.add_payment(MAIN, payment_date=ago(2), total_amount="1.00", total_book_amount="1.00")
    put(world, "LATELY", Case("paid a part yesterday", LEFT, part, paid=1))
    put(world, "LONG-AGO", Case("paid a part last week", "remind", part, paid=8))
    with payt(world) as handle:
        async with assistant(handle) as who:
            rows = {row["debtor_number"]: row for row in await who.all("get_worklist", "debtors", top=50)}
            left = {row["debtor_number"] for row in await who.all("get_worklist", "debtors", step="not_yet", top=50)}
            notes = (await who.ask("get_worklist"))["notes"]
    assert rows["LONG-AGO"]["step"] == "remind"
    assert "LATELY" in left
    assert ("More payments than were looked through." in notes) is (most == 1)


async def test_the_rules_file_leaves_in_peace_whom_it_names_and_switches_rules_off(
    world: World, tmp_path: Path
) -> None:
    file = tmp_path / "rules.toml"
    named, new, bounced = map(
        number_of, ("overdue for ten days, nothing done yet", "overdue since two days", "mail came back")
    )
    file.write_text(f'never_mail = ["{named}"]\nminimum_amount = "350.00"\noff = ["grace", "bad_address"]\n')
    with payt(world) as handle:
        async with assistant(handle, PAYT_RULES_FILE=str(file)) as who:
            rows = await rows_of(who)
            reasons = [row["reason"] for row in (await who.ask("get_worklist"))["left_out"]]
    assert named not in rows
    assert rows[new]["step"] == "remind"
    assert bounced not in rows  # 100.00
    assert {"never to be mailed (rules file)", "less than 350.00"} <= set(reasons)


async def test_what_the_token_may_not_read_is_said_and_the_list_is_there(world: World) -> None:
    narrow = Token(ALL_SCOPES - {"messages:read", "tasks:read"})
    with payt(world, tokens={"narrow": narrow}) as handle:
        async with assistant(handle, PAYT_API_TOKEN="narrow") as who:
            answer = await who.ask("get_worklist", top=50)
    notes = " ".join(answer["notes"])
    assert "the token lacks messages:read" in notes
    assert "Messages of the last" not in notes
    assert "the token lacks tasks:read" in notes
    assert not {"answer_message", "do_task"} & {row["step"] for row in answer["debtors"]}
    assert "remind" in {row["step"] for row in answer["debtors"]}


async def test_who_waits_for_two_things_is_on_the_list_once_and_both_are_named() -> None:
    world = frozen(build_world(invoices=60, seed=4, today=TODAY))
    plan = {"active": False, "proposed_at": at(4)}
    put(world, "TWO", Case("wrote, and a plan proposed", "", [owes("100.00", 70)], messages=[wrote(2)], plan=plan))
    put(world, "ONE", Case("wrote", "", [owes("100.00", 70)], messages=[wrote(2)]))
    put(world, "PAUSED", Case("paused", LEFT, [owes("100.00", 70)], debtor={"reminding_paused_at": at(10)}))
    put(world, "NEW", Case("overdue since two days", LEFT, [owes("400.00", 2)]))
    with payt(world) as handle:
        async with assistant(handle) as who:
            listed = await who.all("get_worklist", "debtors", top=50)
            answer = await who.ask("get_worklist")
    rows = {row["debtor_number"]: row for row in listed}
    assert rows["TWO"]["step"] == "answer_message"
    assert rows["TWO"]["facts"][0] == "also: payment plan proposed"
    assert not [fact for fact in rows["ONE"]["facts"] if fact.startswith("also")]
    chase = {row["reason"]: row["chase"] for row in answer["left_out"]}
    assert chase["paused with the debtor"] == "must not"
    assert chase["overdue for 3 days or less"] == "not yet"
    assert "not yet, " in answer["summary"]
    assert answer["summary"].endswith("must not be chased.")


async def test_who_waits_longest_is_named_wherever_the_list_has_them() -> None:
    world = frozen(build_world(invoices=60, seed=4, today=TODAY))
    put(world, "BIG", Case("wrote lately", "", [owes("90000.00", 70)], messages=[wrote(2)]))
    put(world, "OLD", Case("wrote long ago", "", [owes("1.00", 70)], messages=[wrote(44), wrote(1)]))
    put(world, "TWIN", Case("wrote the same day", "", [owes("2.00", 70)], messages=[wrote(44)]))
    with payt(world) as handle:
        async with assistant(handle) as who:
            notes = [
                (await who.ask("get_worklist", top=1, **only))["notes"] for only in ({}, {"step": "answer_message"})
            ]
            others = (await who.ask("get_worklist", step="remind")).get("notes", [])
    since = TODAY - dt.timedelta(days=44)
    for said in notes:
        (longest,) = [note for note in said if note.startswith("Unanswered longest")]
        assert longest.startswith(f"Unanswered longest, since {since}: ")
        assert "BIG" not in longest
    assert {"TWIN", "OLD"} <= set(" ".join(notes[1]).replace(",", "").replace(".", " ").split())
    assert " and 1 more." in " ".join(notes[0])
    assert not [note for note in others if note.startswith("Unanswered longest")]


async def test_the_list_is_made_once_while_the_books_and_the_day_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[object] = []

    def counted(*given: Any) -> Any:
        made.append(given)
        return worklist_of(*given)

    monkeypatch.setattr("payt_mcp.books.worklist.worklist_of", counted)
    with payt(frozen(build_world(invoices=60, seed=4, today=TODAY))) as handle:
        async with assistant(handle, PAYT_FRESHNESS_SECONDS="60") as who:
            first = await who.ask("get_worklist", top=3)
            again = await who.ask("get_worklist", top=3)
            assert {**again, "next_cursor": ""} == {**first, "next_cursor": ""}
            await who.ask("get_worklist", step="remind")
            assert len(made) == 1
        async with assistant(handle) as who:  # nothing is fresh for this one
            await who.ask("get_worklist")
            await who.ask("get_worklist")
    assert len(made) == 3


async def test_an_answered_debtor_waits_no_more(world: World) -> None:
    number = number_of("wrote, nobody answered")
    with payt(world) as handle:
        async with assistant(handle) as who:
            assert (await rows_of(who))[number]["step"] == "answer_message"
            debtor = next(row["id"] for row in world.rows(MAIN, "debtors") if row.get("debtor_number") == number)
            message = world.add_message(MAIN, debtor_id=debtor, **wrote(0, ours=True))
            assert number not in await rows_of(who)
            world.delete(MAIN, "messages", message)


async def test_two_companies_in_one_answer_and_the_cursor_alone_goes_on(world: World) -> None:
    with payt(world) as handle:
        async with assistant(handle) as who:
            apart = {key: await who.ask("get_worklist", top=50, administration_id=key) for key in (MAIN, SECOND)}
            answer = await who.ask("get_worklist", top=5, administration_id="all")
            rows = await who.all("get_worklist", "debtors", top=5, administration_id="all")
    assert "currency" not in answer
    assert answer["total"] == sum(one["total"] for one in apart.values())
    for key, one in apart.items():
        theirs = [row["debtor_number"] for row in rows if row["administration_id"] == key]
        assert theirs[:50] == [row["debtor_number"] for row in one["debtors"]]
        assert one["summary"] in answer["summary"]
        assert {row["currency"] for row in answer["left_out"] if row["administration_id"] == key} <= {one["currency"]}
    steps = [row["step"] for row in rows]
    assert steps == sorted(steps, key=STEPS.index)


async def test_what_changes_between_two_questions_is_followed_as_if_all_were_read_anew() -> None:
    """An invoice, a payment, pauses of a debtor and of a case: the second answer against the first of a new server."""
    world = frozen(build_world(invoices=60, seed=4, today=TODAY))
    for number, case in NUMBERS.items():
        put(world, number, case)
    debtors = {row["debtor_number"]: row["id"] for row in world.rows(MAIN, "debtors") if row.get("debtor_number")}
    paused = debtors[number_of("a paused case")]
    (case_id,) = [row["id"] for row in world.rows(MAIN, "credit_cases") if row["debtor_id"] == paused]

    async def told(who: Assistant) -> Any:
        return await who.all("get_worklist", "debtors", top=50), (await who.ask("get_worklist"))["left_out"]

    with payt(world) as handle:
        async with assistant(handle) as who:
            seen = [await told(who)]
            world.add_invoice(
                MAIN, debtor_id=debtors["S01"], invoice_number="NEW-1", total_amount="7", due_date=ago(30)
            )
            owed = next(row for row in world.rows(MAIN, "invoices") if row["invoice_number"] == "S05-1")
            world.pay_invoice(MAIN, owed["id"])
            world.change_debtor(MAIN, debtors["S04"], reminding_paused_at=at(1))
            seen.append(await told(who))
            async with assistant(handle) as other:
                assert await told(other) == seen[-1]
            world.change_credit_case(MAIN, case_id, paused_at=None)
            seen.append(await told(who))
        async with assistant(handle) as other:
            assert await told(other) == seen[-1]
    assert seen[0] != seen[1] != seen[2]
