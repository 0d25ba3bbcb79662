"""One debtor at one moment is the same in every answer, whichever record tells of its plan, pause or bailiff."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from payt_sandbox import World, build_world
from payt_sandbox.signin.access import ALL_SCOPES, Token
from tests.support.assistant import MAIN, NOON, Assistant, assistant, frozen, payt
from tests.support.staging import LATE, STAGES, STAMP, Staged, stage

pytestmark = pytest.mark.slow

TOOLS = (
    "summarize_overdue", "find_debtors", "get_debtor", "get_debtor invoices", "search_invoices", "search_invoices all",
    "get_invoice", "get_credit_case",
)  # fmt: skip


def staged(**wanted: Any) -> tuple[World, Staged]:
    world = frozen(build_world(invoices=60, seed=4, today=NOON.date()))
    return world, stage(world, MAIN, **{"amount": "9000000.00", **wanted})


def alike(tools: Iterable[str], flags: list[str]) -> dict[str, list[str]]:
    return dict.fromkeys(tools, flags)


async def seen_by(who: Assistant, tool: str) -> tuple[list[str], str]:
    """The flags a tool gives the debtor or its first invoice, and its notes; of a debtor's file also its summary."""
    name, _, part = tool.partition(" ")
    calls: dict[str, dict[str, Any]] = {
        "summarize_overdue": {"top": 5},
        "find_debtors": {"query": "88001"},
        "get_debtor": {"debtor": "88001"},
        "search_invoices": {"debtors": ["88001"], "status": part or "open"},
        "get_invoice": {"invoice": "I1"},
        "get_credit_case": {"credit_case": "D2026-7"},
    }
    answer = await who.ask(name, **calls[name])
    notes = " ".join([*([answer["summary"]] if name == "get_debtor" else []), *answer.get("notes", [])])
    if name in {"summarize_overdue", "find_debtors"}:
        (row,) = [row for row in answer["debtors"] if row.get("debtor_number") == "88001"]
    elif name == "get_debtor" and not part:
        row = answer["debtor"]
    elif name == "get_invoice":
        row = answer["invoice"]
    else:
        (row,) = [row for row in answer["invoices"] if row["invoice_number"] == "I1"]
    return row.get("attention", []), notes


@pytest.mark.parametrize(("flag", "source"), STAGES)
@pytest.mark.parametrize("moment", ["at first", "later"])
async def test_every_tool_sees_what_one_record_alone_says(flag: str, source: str, moment: str) -> None:
    world, debtor = staged()
    with payt(world) as handle:
        async with assistant(handle) as who:
            if moment == "later":
                assert {tool: (await seen_by(who, tool))[0] for tool in TOOLS} == alike(TOOLS, [])
            debtor.set(flag, source)
            found = {tool: await seen_by(who, tool) for tool in TOOLS}
    assert {tool: flags for tool, (flags, _) in found.items()} == alike(TOOLS, [flag])
    if debtor.record(source):
        name = debtor.record(source).removeprefix("payment ")
        assert {tool for tool, (_, notes) in found.items() if name not in notes} == set()


@pytest.mark.parametrize(
    ("source", "of_debtor", "of_invoice"),
    [
        ("invoice", "88001 paused (each invoice by itself)", "Paused: I1 itself."),
        ("credit_case", "88001 paused (credit case D2026-7)", "Paused: I1 with credit case D2026-7."),
        ("debtor", "88001 paused (the debtor itself)", "Paused: I1 with the debtor."),
    ],
)
async def test_whose_pause_it_is_is_told_in_every_answer(source: str, of_debtor: str, of_invoice: str) -> None:
    world, debtor = staged()
    debtor.set("paused", source)
    with payt(world) as handle:
        async with assistant(handle) as who:
            notes = {tool: (await seen_by(who, tool))[1] for tool in TOOLS}
    for tool in ("summarize_overdue", "find_debtors"):
        assert of_debtor in notes[tool]
    assert of_debtor.removeprefix("88001 ") in notes["get_debtor"]
    for tool in ("search_invoices", "search_invoices all", "get_invoice", "get_credit_case"):
        assert of_invoice in notes[tool]


@pytest.mark.parametrize("flag", ["payment_plan", "paused", "with_bailiff"])
async def test_a_flag_of_some_invoices_says_of_how_many_and_how_much(flag: str) -> None:
    world, debtor = staged(invoices=3, cased=2, amount="3000000.00")
    debtor.set(flag, "credit_case")
    with payt(world) as handle:
        async with assistant(handle) as who:
            found = {tool: await seen_by(who, tool) for tool in ("summarize_overdue", "find_debtors", "get_debtor")}
    name = flag.replace("_", " ")
    said = dict.fromkeys(found, f"{name} on 2 of 3 overdue, 6,000,000.00 (credit case D2026-7)")
    said["get_debtor"] = f"Attention: {name} (credit case D2026-7; 2 of 3 overdue). "
    for tool, (flags, notes) in found.items():
        assert flags == [flag], tool
        assert said[tool] in notes, tool
        assert "EUR" in notes
    assert "2 overdue invoices of EUR 6,000,000.00 " in found["get_debtor"][1]


async def test_a_few_paused_invoices_do_not_make_a_debtor_paused_and_a_case_does() -> None:
    world, debtor = staged(invoices=3, cased=1)
    debtor.set("paused", "invoice")
    tools = ("summarize_overdue", "find_debtors", "get_debtor")
    with payt(world) as handle:
        async with assistant(handle) as who:
            before = {tool: (await seen_by(who, tool))[0] for tool in tools}
            file = (await who.ask("get_debtor", debtor="88001"))["summary"]
            debtor.set("paused", "credit_case")
            after = {tool: (await seen_by(who, tool))[0] for tool in tools}
    assert before == alike(tools, [])
    assert file.endswith("Attention: none for the debtor; paused by itself: 1 invoice.")
    assert after == alike(tools, ["paused"])


async def test_of_what_is_not_overdue_the_file_says_how_much_has_a_flag() -> None:
    world, debtor = staged(invoices=3, cased=1, amount="500.00")
    for invoice in debtor.invoices:
        world.change_invoice(MAIN, invoice, due_date=str(NOON.date()))
    debtor.set("paused", "credit_case")
    with payt(world) as handle:
        async with assistant(handle) as who:
            file = await who.ask("get_debtor", debtor="88001")
    assert "Attention: paused (credit case D2026-7; 1 of 3 open, EUR 500.00)." in file["summary"]
    assert "Not overdue, paused: I1 with credit case D2026-7." in file["notes"]


async def test_what_is_over_or_deleted_is_gone_from_the_next_answer() -> None:
    world, debtor = staged()
    ends: list[tuple[str, str, Callable[[], None]]] = [
        ("with_bailiff", "credit_case", lambda: world.change_credit_case(MAIN, debtor.case, deactivated_at=STAMP)),
        ("payment_plan", "payment_plan", lambda: world.change_payment_plan(MAIN, debtor.plan, active=False)),
        ("payment_plan", "payment_plan", lambda: world.delete_payment_plan(MAIN, debtor.plan)),
    ]
    with payt(world) as handle:
        async with assistant(handle) as who:
            for flag, source, end in ends:
                debtor.set(flag, source)
                assert {(await seen_by(who, tool))[0][0] for tool in TOOLS} == {flag}
                end()
                assert {tool: (await seen_by(who, tool))[0] for tool in TOOLS} == alike(TOOLS, [])


async def test_an_invoice_that_leaves_a_paused_case_is_free_and_so_is_one_whose_case_is_deleted() -> None:
    world, debtor = staged(invoices=2, cased=2)
    debtor.set("paused", "credit_case")
    tools = TOOLS[:-1]
    with payt(world) as handle:
        async with assistant(handle) as who:
            world.change_invoice(MAIN, debtor.invoices[0], active_credit_case_id=None)
            assert (await seen_by(who, "search_invoices"))[0] == (await seen_by(who, "get_invoice"))[0] == []
            assert (await seen_by(who, "find_debtors"))[0] == (await seen_by(who, "get_debtor"))[0] == ["paused"]
            world.delete_credit_case(MAIN, debtor.case)
            assert {tool: (await seen_by(who, tool))[0] for tool in tools} == alike(tools, [])


async def test_a_plan_that_names_its_invoices_is_not_taken_for_the_others() -> None:
    world, debtor = staged(invoices=2, cased=0)
    debtor.set("payment_plan", "payment_plan")
    world.tie_plan(MAIN, debtor.plan, [debtor.invoices[1]])
    with payt(world) as handle:
        async with assistant(handle) as who:
            assert (await seen_by(who, "get_invoice"))[0] == (await seen_by(who, "search_invoices"))[0] == []
            assert (await seen_by(who, "find_debtors"))[0] == ["payment_plan"]
            listed = await who.ask("list_payment_plans", debtor="88001")
            assert listed["payment_plans"][0]["invoices"] == ["I2"]


async def test_the_list_of_plans_knows_what_attention_knows() -> None:
    world, debtor = staged(invoices=2, cased=1)
    debtor.set("payment_plan", "payment_plan")
    with payt(world) as handle:
        async with assistant(handle) as who:
            loose = await who.ask("list_payment_plans", debtor="88001")
            world.change_credit_case(MAIN, debtor.case, active_payment_plan_id=int(debtor.plan))
            by_case = await who.ask("list_payment_plans", debtor="88001")
    assert f"Payt names no open invoice of {debtor.plan}" in " ".join(loose["notes"])
    assert by_case["payment_plans"][0]["invoices"] == ["I1"]
    assert "names no open invoice" not in " ".join(by_case.get("notes", []))


async def test_an_open_credit_is_the_debtors_and_none_of_a_paid_invoice() -> None:
    world, debtor = staged(invoices=2, cased=0)
    world.add_invoice(MAIN, debtor_id=int(debtor.debtor), total_amount="-5.00", due_date=LATE, invoice_number="C1")
    world.pay_invoice(MAIN, debtor.invoices[0])
    with payt(world) as handle:
        async with assistant(handle) as who:
            for status in ("all", "paid", "open"):  # first without the open items in memory, then with them
                answer = await who.ask("search_invoices", debtors=["88001"], status=status)
                rows = {row["invoice_number"]: row.get("attention", []) for row in answer["invoices"]}
                whose = "Credit open: the debtor has it, not the invoice." in answer.get("notes", [])
                assert "credit_open" not in rows.get("I1", [])
                assert [rows[key] for key in ("I2", "C1") if key in rows] == [["credit_open"]] * (
                    len(rows) - ("I1" in rows)
                )
                assert whose == ("I2" in rows)
            paid = await who.ask("get_invoice", invoice="I1")
    assert "attention" not in paid["invoice"]


@pytest.mark.parametrize(
    ("scope", "what"), [("credit_cases:read", "Credit cases"), ("payment_plans:read", "Payment plans")]
)
async def test_a_token_that_may_not_see_says_what_could_not_be_seen(scope: str, what: str) -> None:
    world, debtor = staged()
    debtor.set("paused", "credit_case")
    tools = [tool for tool in TOOLS if tool != "get_credit_case" or scope != "credit_cases:read"]
    with payt(world, tokens={"narrow": Token(ALL_SCOPES - {scope})}) as handle:
        async with assistant(handle, PAYT_API_TOKEN="narrow") as who:
            for _ in range(2):
                found = {tool: await seen_by(who, tool) for tool in tools}
                flags = [] if scope == "credit_cases:read" else ["paused"]
                assert {tool: said for tool, (said, _) in found.items()} == alike(tools, flags)
                quiet = {tool for tool, (_, notes) in found.items() if f"{what} could not be read" not in notes}
                # a paid invoice is in no plan of its debtor's, so a search for all reads no plans by itself
                assert quiet <= {"search_invoices all"}
                assert all(
                    f"the token lacks {scope}" in notes for tool, (_, notes) in found.items() if tool not in quiet
                )
            file = await who.ask("get_debtor", debtor="88001")
    absent = next((note for note in file["notes"] if note.startswith("None on file: ")), "")
    assert {"Credit cases": "credit case", "Payment plans": "payment plan"}[what] not in absent
