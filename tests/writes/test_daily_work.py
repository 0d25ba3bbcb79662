"""What a person is shown of the daily work, what stops it, and what Payt makes of it record by record."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from typing import Any

import pytest

from payt_mcp.errors import OutcomeUnknownError
from payt_mcp.payt import wire
from payt_mcp.payt import writes as commands
from payt_mcp.proposals.ledger.ledger import Ledger
from payt_mcp.writes import contacts, debtors
from tests.support.contract import CONTRACT
from tests.support.daily_work import (
    as_it_is,
    contact_with_debtors,
    debtor,
    free_invoices,
    paused,
    plan,
    row,
    rows,
    server,
    task,
    writes,
)
from tests.support.fixed import tokens
from tests.support.house import ADMINISTRATION, PAGE, House, client, data, record, said, says
from tests.support.previews import flat, seen

pytestmark = [pytest.mark.slow, pytest.mark.anyio]


async def proposed(house: House, tool: str, arguments: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The answer to a call nobody has said yes to, and the preview on record."""
    async with client(server(house)) as caller:
        answer = data(await caller.call_tool(tool, arguments))
    return answer, flat(seen(record(house, answer["proposal_id"])))


async def carried_out(house: House, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
    async with client(server(house), answer=says("accept")) as caller:
        return data(await caller.call_tool(tool, arguments))


async def refused(house: House, tool: str, arguments: dict[str, Any], **settings: Any) -> str:
    async with client(server(house, **settings), answer=None) as caller:
        result = await caller.call_tool(tool, arguments)
    assert result.is_error
    return said(result)


# What changed since.


async def test_what_changed_since_the_preview_stops_each_and_says_why(house: House) -> None:
    every, world = writes(house), house.sandbox.world
    by_hand: dict[str, Callable[[], Any]] = {
        "plan": lambda: world.change_payment_plan(
            ADMINISTRATION, every["plan"].arguments["payment_plan"], payment_terms=()
        ),
        "completion": lambda: world.change(
            ADMINISTRATION, "tasks", every["completion"].arguments["task"], subject="Iets anders"
        ),
        "comment": lambda: world.change(
            ADMINISTRATION, "tasks", every["comment"].arguments["task"], completed_at=world.now()
        ),
        "reopening": lambda: world.change(
            ADMINISTRATION, "tasks", every["reopening"].arguments["task"], completed_at=world.now()
        ),
        "follow_up": lambda: world.pay_invoice(
            ADMINISTRATION, _id_of(house, every["follow_up"].arguments["invoices"][1])
        ),
        "debtors": lambda: world.change_debtor(ADMINISTRATION, debtor(house, 3)["id"], remark="Anders"),
        "contacts": lambda: world.add_contact(ADMINISTRATION, contact_identifier="new-1", lastname="Pietersen"),
    }
    why = {
        "plan": "Terms was 3 terms", "completion": "Task was", "comment": "looked out for",
        "reopening": "Completed was",
        "follow_up": f"at Payt changed since: {every['follow_up'].arguments['invoices'][1]}",
        "debtors": f"at Payt changed since: {debtor(house, 3)['debtor_number']}",
        "contacts": "at Payt changed since: new-1",
    }  # fmt: skip
    async with client(server(house)) as caller:
        ledger = Ledger(house.state)
        for kind, write in every.items():
            key = data(await caller.call_tool(write.tool, write.arguments))["proposal_id"]
            by_hand[kind]()
            ledger.approve(key, PAGE)
            answer = data(await caller.call_tool("check_approval", {"proposal_id": key}))
            assert (kind, answer["status"]) == (kind, "superseded")
            assert write.done() == (kind == "contacts")  # which somebody else made
            assert why[kind] in answer["reason"]
            renewed = ledger.pending()[-1]
            assert (renewed.kind, renewed.status) == (ledger.get(key).kind, "proposed")
            assert seen(renewed).because
        ledger.close()


def _id_of(house: House, number: str) -> str:
    return next(str(one["id"]) for one in house.invoices(["id", "invoice_number"]) if one["invoice_number"] == number)


async def test_a_decision_somebody_else_took_meanwhile_is_not_taken_again(house: House) -> None:
    wanted = plan(house)
    async with client(server(house)) as caller:
        answer = data(await caller.call_tool("decide_payment_plan", {"payment_plan": wanted, "decision": "approve"}))
        house.sandbox.world.change_payment_plan(ADMINISTRATION, wanted, rejected_at=house.sandbox.world.now())
        ledger = Ledger(house.state)
        ledger.approve(answer["proposal_id"], PAGE)
        answer = data(await caller.call_tool("check_approval", {"proposal_id": answer["proposal_id"]}))
        assert ledger.pending() == []
        ledger.close()
    assert answer["status"] == "superseded"
    assert "is rejected: approve is not possible" in answer["reason"]


# Payment plans.


async def test_a_plan_is_shown_with_debtor_terms_invoices_and_what_is_missed(house: House) -> None:
    wanted = plan(house, "active")
    raw = house.sandbox.world.raw(ADMINISTRATION, "payment_plans", wanted)
    first, *rest = raw["payment_terms"]
    terms = ((first[0], 10_000, 4_000, "2026-01-15", None), *rest)
    house.sandbox.world.change_payment_plan(ADMINISTRATION, wanted, payment_terms=terms)
    _answer, preview = await proposed(house, "decide_payment_plan", {"payment_plan": wanted, "decision": "deactivate"})
    facts = dict(preview["facts"])
    owner = row(house, "debtors", str(raw["debtor_id"]))
    every = house.invoices(["invoice_number", "active_payment_plan_id"])
    numbers = sorted(one["invoice_number"] for one in every if one["active_payment_plan_id"] == wanted)
    assert facts["Debtor"] == f"{owner['debtor_number']} {owner['name']}"
    assert facts["Term 1"] == "2026-01-15: EUR 100.00, EUR 40.00 still due, MISSED"
    assert facts["Missed"] == "EUR 40.00 since 2026-01-15"
    assert facts["Invoices covered"] == ", ".join(numbers)
    assert len([name for name in facts if name.startswith("Term ")]) == len(terms)
    assert preview["warnings"] == []


@pytest.mark.parametrize(
    ("status", "decision", "said_of_it"),
    [("active", "reject", "is active: reject is not possible"), ("pending", "deactivate", "nobody has decided")],
)
async def test_a_decision_a_plan_does_not_stand_for_is_refused(
    house: House, status: str, decision: str, said_of_it: str
) -> None:
    arguments = {"payment_plan": plan(house, status), "decision": decision}
    text = await refused(house, "decide_payment_plan", arguments)
    assert said_of_it in text
    assert "Nothing was sent" in text


async def test_what_is_so_already_is_unchanged_and_asks_nobody(house: House) -> None:
    done = next(one["id"] for one in rows(house, "tasks") if one["completed_at"])
    answer = says("accept")
    async with client(server(house), answer=answer) as caller:
        for tool, arguments in (
            ("decide_payment_plan", {"payment_plan": plan(house, "active"), "decision": "approve"}),
            ("complete_task", {"task": done}),
            ("change_follow_up", {"action": "resume", "invoices": free_invoices(house)}),
            ("upsert_debtors", {"debtors": [as_it_is(debtor(house))]}),
        ):
            assert (tool, data(await caller.call_tool(tool, arguments))["status"]) == (tool, "unchanged")
    assert answer.questions == []  # type: ignore[attr-defined]


# Follow-up.


async def test_blocking_three_invoices_blocks_three(house: House) -> None:
    numbers = free_invoices(house)
    assert len(numbers) == 3
    answer = await carried_out(house, "change_follow_up", {"action": "block", "invoices": numbers})
    assert (answer["status"], paused(house, numbers)) == ("applied", [True] * 3)
    answer = await carried_out(house, "change_follow_up", {"action": "resume", "invoices": numbers})
    assert (answer["status"], paused(house, numbers)) == ("applied", [False] * 3)


async def test_invoices_are_named_by_number_identifier_or_id_with_a_comma_too(house: House) -> None:
    fields = ["id", "invoice_number", "invoice_identifier", "paused_at", "open_amount"]
    free = [one for one in house.invoices(fields) if not one["paused_at"] and one["open_amount"][0] not in "-0"]
    comma = house.sandbox.world.add_invoice(ADMINISTRATION, invoice_number="A,1")
    named = [free[0]["invoice_number"], free[1]["invoice_identifier"], free[2]["id"], "A,1", "nowhere"]
    answer = await carried_out(house, "change_follow_up", {"action": "block", "invoices": named})
    assert answer["status"] == "partly_applied"
    assert answer["records"] == {"nowhere": "error: not posted, because not found at Payt"}
    ids = [*(one["id"] for one in free[:3]), comma]
    held = {str(one["id"]) for one in house.invoices(["id", "paused_at"]) if one["paused_at"]}
    assert {str(key) for key in ids} <= held


async def test_a_number_that_several_invoices_carry_is_not_blocked(house: House) -> None:
    world, (free, *_rest) = house.sandbox.world, free_invoices(house)
    ids = [world.add_invoice(ADMINISTRATION, invoice_number="TWICE") for _ in range(2)]
    answer = await carried_out(house, "change_follow_up", {"action": "block", "invoices": ["TWICE", free]})
    assert "2 invoices carry that number" in answer["records"]["TWICE"]
    assert paused(house, [free]) == [True]
    assert not [one for one in house.invoices(["id", "paused_at"]) if str(one["id"]) in ids and one["paused_at"]]


async def test_the_preview_of_a_resume_says_what_would_not_be_resumed(house: House) -> None:
    world, (blocked, by_user, free) = house.sandbox.world, free_invoices(house)
    await carried_out(house, "change_follow_up", {"action": "block", "invoices": [blocked]})
    world.change_invoice(ADMINISTRATION, _id_of(house, by_user), paused_at=world.now(), paused_by_user=True)
    arguments = {"action": "resume", "invoices": [blocked, by_user, free]}
    answer, preview = await proposed(house, "change_follow_up", arguments)
    actions = {one["key"]: one["action"] for one in preview["rows"]}
    assert actions == {blocked: "resumed", by_user: "stays paused", free: "not resumed"}
    assert f"Would not be resumed, because a user paused them: {by_user}." in answer["warnings"]
    answer = await carried_out(house, "change_follow_up", arguments)
    assert (answer["status"], paused(house, [blocked, by_user, free])) == ("partly_applied", [False, True, False])
    assert answer["records"] == {by_user: "error: not_blocked"}


# Debtors and contacts.


async def test_a_plan_of_debtors_is_what_payt_then_does(house: House) -> None:
    first, second, third = (debtor(house, place) for place in range(3))
    before = rows(house, "debtors")
    batch = [
        as_it_is(first, name="Anders B.V.", labels=["spoed"], country_code="BE", clear=["vat_number"]),
        as_it_is(second),
        as_it_is(third, debtor_number=second["debtor_number"] + "x"),
        {"debtor_number": "N1", "debtor_identifier": "n-1", "name": "Nieuw", "contact_identifier": "nobody"},
        {
            "debtor_number": "N2",
            "debtor_identifier": "n-2",
            "name": "Nieuw",
            "bank_account_number": "NL02RABO0123456789",
        },
    ]
    async with client(server(house), answer=says("accept")) as caller:
        answer = data(await caller.call_tool("upsert_debtors", {"debtors": json.dumps(batch)}))
    preview = flat(seen(record(house, answer["proposal_id"])))
    actions = {one["key"]: one["action"] for one in preview["rows"]}
    number = second["debtor_number"] + "x"
    assert actions == {
        first["debtor_number"]: "updated", second["debtor_number"]: "unchanged", number: "updated", "N1": "refused",
        "N2": "created",
    }  # fmt: skip
    changes = {change["field"]: (change["old"], change["new"]) for change in preview["rows"][0]["changes"]}
    assert changes["name"] == (first["name"], "Anders B.V.")
    assert changes["country_code"] == (first["postal_address"]["country_code"], "BE")
    assert changes["vat_number"] == (first["vat_number"] or "", "nothing (cleared)")
    assert answer["status"] == "partly_applied"
    assert answer["records"] == {"N1": "error: not posted, because its contact is not known to Payt"}
    after = {one["id"]: one for one in rows(house, "debtors")}
    changed = after[first["id"]]
    assert (changed["name"], changed["labels"], changed["vat_number"]) == ("Anders B.V.", [{"name": "spoed"}], None)
    assert changed["postal_address"] == first["postal_address"] | {"country_code": "BE"}
    assert after[second["id"]] == second
    assert after[third["id"]]["debtor_number"] == number
    assert [one["debtor_number"] for one in after.values() if one["id"] not in {b["id"] for b in before}] == ["N2"]


def _dangers(preview: dict[str, Any]) -> list[str]:
    return [one["text"] for one in preview["warnings"] if one["danger"]]


def _risky(house: House) -> dict[str, tuple[str, dict[str, Any], str]]:
    """Changes that only a person may say yes to, and how they are shown in red."""
    known, contact, world = debtor(house), contact_with_debtors(house), house.sandbox.world
    link = world.add_contact(ADMINISTRATION, contact_identifier="evil", default_email_address="x@evil.example")
    assert link
    number, mail = contact["debtor_numbers"][0], contact["default_email_address"]
    alike = mail.replace(".example", "s.example")
    return {
        "reminder address": (
            "upsert_contacts",
            {"contacts": [{"contact_identifier": contact["contact_identifier"], "reminder_email_address": alike}]},
            f"debtor {number} ",
        ),
        "default address": (
            "upsert_contacts", {"contacts": [{"id": contact["id"], "default_email_address": alike}]},
            f"{mail} becomes {alike}, whose domain looks like",
        ),
        "address cleared": (
            "upsert_contacts", {"contacts": [{"id": contact["id"], "clear": ["default_email_address"]}]},
            f"{mail} becomes nothing (cleared)",
        ),
        "another contact": (
            "upsert_debtors", {"debtors": [as_it_is(known, contact_identifier="evil")]}, "x@evil.example",
        ),
        "bank account": (
            "upsert_debtors", {"debtors": [as_it_is(known, bank_account_number="NL02RABO0123456789")]},
            "A bank account is set, and Payt does not show what it was: debtor",
        ),
        "taken over": (
            "upsert_debtors", {"debtors": [as_it_is(known, debtor_identifier="mine")]},
            f"A record takes over another: debtor {known['debtor_number']}",
        ),
        "renumbered": (
            "upsert_debtors", {"debtors": [as_it_is(known, debtor_number="Z1")]}, "becomes Z1).",
        ),
    }  # fmt: skip


async def test_changed_addresses_bank_data_and_records_taken_over_are_red_and_refused_in_code_mode(
    house: House,
) -> None:
    before = rows(house, "debtors")
    for name, (tool, arguments, red) in _risky(house).items():
        _answer, preview = await proposed(house, tool, arguments)
        assert [text for text in _dangers(preview) if red in text], (name, preview["warnings"])
        text = await refused(house, tool, arguments, confirm="code")
        assert "A person must see this first" in text, name
    assert rows(house, "debtors") == before


async def test_a_record_with_the_number_of_another_debtor_is_refused(house: House) -> None:
    first, second = debtor(house), debtor(house, 1)
    row_of_it = as_it_is(first, debtor_number=second["debtor_number"])
    async with client(server(house)) as caller:
        answer = data(await caller.call_tool("upsert_debtors", {"debtors": [row_of_it]}))
    assert answer["status"] == "failed"
    assert "its number is that of debtor" in answer["records"][second["debtor_number"]]


async def test_the_debtors_of_a_contact_follow_as_the_plan_says(house: House) -> None:
    contact = contact_with_debtors(house)
    wish = {"contacts": [{"id": contact["id"], "reminder_email_address": "New@Debtor.example", "clear": ["firstname"]}]}
    before = {one["debtor_number"]: one for one in rows(house, "debtors")}
    answer = await carried_out(house, "upsert_contacts", wish)
    preview = flat(seen(record(house, answer["proposal_id"])))
    assert answer["status"] == "applied"
    planned = {change["field"]: change for change in preview["rows"][0]["changes"]}
    after = {one["debtor_number"]: one for one in rows(house, "debtors")}
    for number in contact["debtor_numbers"]:
        assert after[number]["reminder_email_address"] == "New@debtor.example"
        told = planned[f"debtor {number} reminder_email_address"]
        assert (told["old"], told["new"]) == (before[number]["reminder_email_address"] or "", "New@debtor.example")
    moved = {
        number
        for number in after
        if after[number]["reminder_email_address"] != before[number]["reminder_email_address"]
    }
    assert moved == set(contact["debtor_numbers"])
    assert row(house, "contacts", contact["id"])["firstname"] is None


async def test_an_answer_without_a_word_is_read_back(house: House) -> None:
    house.sandbox.options = dataclasses.replace(house.sandbox.options, contacts_answer="empty")
    answer = await carried_out(
        house, "upsert_contacts", {"contacts": [{"contact_identifier": "c-1", "lastname": "Ek"}]}
    )
    assert answer["status"] == "applied"
    wish = {"contacts": [{"contact_identifier": "c-2", "birth_date": "1980-02-01"}]}
    assert (await carried_out(house, "upsert_contacts", wish))["status"] == "outcome_unknown"


def test_an_empty_answer_is_no_message_and_no_result() -> None:
    answer = wire.read_written(201, "", b"", "such")
    for read in (commands.message_id, commands.bulk_result, commands.upload_urls):
        with pytest.raises(OutcomeUnknownError):
            read(answer)


@pytest.mark.parametrize(
    ("tool", "arguments", "why"),
    [
        ("upsert_contacts", {"contacts": [{"lastname": "X"}]}, "needs contact_identifier or id"),
        (
            "upsert_contacts",
            {"contacts": [{"id": "1", "reminder_email_address": "a@b.example,c@d.example"}]},
            "one plain",
        ),
        ("upsert_contacts", {"contacts": [{"id": "1", "email": "a@b.example"}]}, "has no field 'email'"),
        ("upsert_contacts", {"contacts": [{"id": "1"}, {"id": "1"}]}, "each record once"),
        ("upsert_debtors", {"debtors": [{"debtor_number": "1", "name": "X"}]}, "needs debtor_identifier"),
        ("upsert_debtors", {"debtors": []}, "1 to 500"),
        ("change_follow_up", {"action": "block", "invoices": [" "]}, "1 to 500"),
        ("comment_task", {"task": "0", "comment": "x"}, "no task 0"),
        ("comment_task", {"task": "", "comment": "x"}, "needs task"),
        ("complete_task", {"task": "1", "resume": "perhaps"}, "resume='perhaps' is not possible: true or false"),
    ],
)
async def test_what_cannot_be_meant_is_refused_in_words(
    house: House, tool: str, arguments: dict[str, Any], why: str
) -> None:
    assert why in await refused(house, tool, arguments)


# Tasks.


async def test_completing_with_resume_says_which_invoices_and_resumes_them(house: House) -> None:
    world, (number, *_rest) = house.sandbox.world, free_invoices(house)
    key = task(house)
    world.change(ADMINISTRATION, "tasks", key, invoice_id=_id_of(house, number))
    await carried_out(house, "change_follow_up", {"action": "block", "invoices": [number]})
    wish = {"task": key, "completed_status": "failed", "message": "Geen gehoor.", "resume": True}
    _answer, preview = await proposed(house, "complete_task", wish)
    assert dict(preview["facts"])["Resumes, where the API blocked it"] == number
    await carried_out(house, "complete_task", wish)
    raw = world.raw(ADMINISTRATION, "tasks", key)
    assert (raw["completed_status"], raw["completed_status_message"]) == ("failed", "Geen gehoor.")
    assert paused(house, [number]) == [False]


# What a model is told.


@pytest.mark.skipif(not CONTRACT.exists(), reason="the published contract is not on this machine")
async def test_every_field_of_the_contract_is_in_the_schemas_and_taken(house: House) -> None:
    schemas = _contract()
    async with client(server(house)) as caller:
        tools = {tool.name: tool.input_schema["properties"] for tool in (await caller.list_tools()).tools}
    for resource, taken in (("debtors", debtors.FIELDS), ("contacts", contacts.FIELDS)):
        theirs = schemas[f"postV1{resource.capitalize()}"]["properties"][resource]["items"]
        ours = tools[f"upsert_{resource}"][resource]["items"]
        assert set(ours["properties"]) - {"clear"} == set(theirs["properties"]) == set(taken)
        assert ours.get("required", []) == sorted(theirs.get("required", []))
    assert {"task", "completed_status", "message", "comment", "resume"} <= tools["complete_task"].keys()


def _contract() -> dict[str, Any]:
    schemas: dict[str, Any] = json.loads(CONTRACT.read_text())["components"]["schemas"]
    return schemas


async def test_the_writes_of_the_sets_keep_their_budget(house: House) -> None:
    names = {write.tool for write in writes(house).values()}
    async with client(server(house)) as caller:
        tools = [tool for tool in (await caller.list_tools()).tools if tool.name in names]
    assert len(tools) == len(names)
    told = [tool.model_dump(by_alias=True, exclude_none=True) for tool in tools]
    assert tokens(told) <= 2_300
    assert all(tool.annotations and not tool.annotations.read_only_hint for tool in tools)
