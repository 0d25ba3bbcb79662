"""What the doctor finds at Payt, over real TCP: tokens, permissions, administrations, speed and clocks."""

import datetime as dt
import socket
from typing import Any

import anyio
import pytest
from mcp.client import Client

from payt_mcp.doctor.access import Limits, check_access
from payt_mcp.doctor.credential import Credential, find_credential
from payt_mcp.doctor.permissions import ALWAYS, SOMETIMES, needed, tools_on
from payt_mcp.payt.signin import grants
from payt_mcp.payt.signin.tokens import StaticToken
from payt_mcp.server.server import build_server
from payt_mcp.settings import Secret, Settings
from payt_sandbox import build_world
from payt_sandbox.api.faults import Fault
from payt_sandbox.signin.access import ALL_SCOPES, Token
from tests.support.clinic import Opened

pytestmark = pytest.mark.slow


def test_where_all_is_well_it_says_so_with_exit_code_zero(clinic: Opened) -> None:
    found = clinic().doctor()
    assert (found.code, found.bad) == (0, {"hosts.configured": "warning"})
    assert found["token.present"]["message"].endswith("PAYT_API_TOKEN.")
    assert {
        tool["status"] for tool in found.json["tools"] if tool["tool"] not in {"send_message", "upsert_invoices"}
    } == {"ok"}
    assert found.tool("send_message")["status"] == "unknown"
    assert "cannot be known without writing" in found["permission.writes"]["message"]
    assert "4711" in found["administrations.active"]["message"]
    assert found.json["counts"]["warning"] == 1
    assert (found.json["schema"], found.json["status"]) == (1, "warning")


def test_no_question_costs_more_than_one_row_and_nothing_is_written(clinic: Opened) -> None:
    one = clinic()
    one.doctor()
    asked = list(one.payt.sandbox.requests)
    assert {request.method for request in asked} == {"GET"}
    assert all("per_page=1&" in f"{request.query}&" for request in asked if request.path != "/v1/administrations")
    assert len(asked) < 20


def test_a_token_that_payt_refuses_is_a_problem_with_a_way_out(clinic: Opened) -> None:
    found = clinic().doctor(PAYT_API_TOKEN="another-token")
    assert (found.code, found["token.accepted"]["status"]) == (1, "problem")
    assert "payt-mcp login" in found["token.accepted"]["remedy"]
    assert found.json["tools"] == []
    assert "another-token" not in found.text


def test_without_a_token_it_still_looks_at_all_the_rest(clinic: Opened) -> None:
    found = clinic().doctor(PAYT_API_TOKEN="")
    assert (found.code, found["token.present"]["status"]) == (1, "problem")
    assert {"record.folder", "machine.versions", "hosts.configured"} <= set(found.checks)


def test_the_sandbox_needs_none(clinic: Opened) -> None:
    found = clinic().doctor(PAYT_API_TOKEN="", PAYT_API_URL="sandbox")
    assert (found.code, found["token.present"]["status"]) == (0, "ok")


@pytest.mark.parametrize(
    ("missing", "lost", "partly"),
    [
        ("invoices:read", {"summarize_overdue", "get_debtor", "send_message"}, {"list_messages"}),
        ("credit_cases:read", {"get_credit_case"}, {"search_invoices", "get_debtor"}),
        ("contacts:read", {"list_contacts", "send_message"}, {"upsert_invoices"}),
        ("vat_rates:read", set(), {"upsert_invoices"}),
    ],
)
def test_a_missing_permission_is_named_with_the_tools_that_lose_by_it(
    clinic: Opened, missing: str, lost: set[str], partly: set[str]
) -> None:
    found = clinic(tokens={"few": ALL_SCOPES - {missing}}).doctor(PAYT_API_TOKEN="few")
    one = found[f"permission.{missing}"]
    assert (found.code, one["status"]) == ((1, "problem") if lost else (0, "warning"))
    assert all(tool in one["message"] for tool in lost | partly)
    assert lost <= {tool["tool"] for tool in found.json["tools"] if tool["status"] == "lacking"}
    assert all(missing in found.tool(tool)["missing"] for tool in lost | partly)
    assert found.tool("list_administrations")["status"] == "ok"


def test_a_token_for_nothing_is_told_from_a_wrong_one(clinic: Opened) -> None:
    found = clinic(tokens={"none": frozenset()}).doctor(PAYT_API_TOKEN="none")
    assert found["token.accepted"]["status"] == "ok"
    assert found["permission.administrations:read"]["status"] == "problem"


def test_what_a_sign_in_may_write_is_known_from_its_scopes(clinic: Opened) -> None:
    one = clinic()
    settings = Settings.from_env(one.environ())
    reading = frozenset(scope for scope in ALL_SCOPES if scope.endswith(":read"))
    credential = Credential(StaticToken(Secret("sandbox-token")), "a sign-in", scopes=reading)
    access = anyio.run(check_access, settings, credential)
    by_tool = {tool.tool: tool for tool in access.tools}
    assert (by_tool["send_message"].status, by_tool["send_message"].missing) == ("lacking", ("messages:write",))
    assert "invoices:write" in by_tool["upsert_invoices"].missing
    everything = Credential(StaticToken(Secret("sandbox-token")), "a sign-in", scopes=ALL_SCOPES)
    assert {tool.status for tool in anyio.run(check_access, settings, everything).tools} == {"ok"}


def test_read_only_asks_for_no_permission_to_write(clinic: Opened) -> None:
    found = clinic(tokens={"few": ALL_SCOPES - {"contacts:read"}}).doctor(PAYT_API_TOKEN="few", PAYT_READ_ONLY="1")
    assert "send_message" not in found["permission.contacts:read"]["message"]
    assert "send_message" not in {tool["tool"] for tool in found.json["tools"]}
    assert found["record.needed"]["status"] == "ok"


def test_an_administration_that_is_not_reached_is_a_problem(clinic: Opened) -> None:
    found = clinic().doctor(PAYT_ADMINISTRATION_ID="1")
    assert (found.code, found["administrations.chosen"]["status"]) == (1, "problem")
    found = clinic(tokens={"none": Token(administrations=frozenset())}).doctor(PAYT_API_TOKEN="none")
    assert (found.code, found["administrations.active"]["status"]) == (1, "problem")


def test_of_several_active_ones_it_says_that_one_can_be_chosen(clinic: Opened) -> None:
    found = clinic().doctor(PAYT_ADMINISTRATION_ID="")
    assert found["administrations.chosen"]["status"] == "ok"
    assert "PAYT_ADMINISTRATION_ID" in found["administrations.chosen"]["remedy"]


@pytest.mark.parametrize("zone", ["Mars/Olympus", None])
def test_a_time_zone_this_machine_does_not_know_is_named(clinic: Opened, zone: str | None) -> None:
    one = clinic()
    world = build_world(invoices=20, seed=5)
    world.administrations[4711]["timezone"] = zone
    one.payt.sandbox.world = world
    found = one.doctor()
    assert found["administrations.timezone"]["status"] == "warning"
    assert "Noorderlicht Techniek B.V." in found["administrations.timezone"]["message"]


def test_a_slow_payt_is_a_warning(clinic: Opened) -> None:
    one = clinic(latency_ms=20)
    settings = Settings.from_env(one.environ())
    credential = find_credential(settings)
    for slow, status in ((0.01, "warning"), (5.0, "ok")):
        access = anyio.run(check_access, settings, credential, Limits(slow=slow))
        assert {found.check: found.status for found in access.findings}["payt.latency"] == status


def test_a_payt_that_never_ends_is_left_in_the_end(clinic: Opened) -> None:
    one = clinic(latency_ms=700)
    settings = Settings.from_env(one.environ())
    credential = find_credential(settings)
    access = anyio.run(lambda: check_access(settings, credential, Limits(whole=1.0)))
    assert [(one.check, one.status) for one in access.findings][-1] == ("payt.slow", "warning")


def test_a_payt_that_cannot_be_reached_is_a_finding_and_soon(clinic: Opened) -> None:
    one = clinic()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        free = f"http://127.0.0.1:{taken.getsockname()[1]}"
    found = one.doctor(PAYT_API_URL=free)
    assert (found.code, found["payt.reached"]["status"]) == (1, "problem")
    assert "127.0.0.1" in found["payt.reached"]["message"]
    assert found["machine.versions"]["status"] == "ok"


@pytest.mark.parametrize("kind", ["timeout_before", "not_json", "unavailable", "reset_before", "cut_off"])
def test_a_payt_that_answers_badly_is_a_finding(clinic: Opened, kind: Any) -> None:
    one = clinic()
    one.payt.faults.add(Fault(kind, times=None))
    settings, credential = Settings.from_env(one.environ()), find_credential(Settings.from_env(one.environ()))
    access = anyio.run(lambda: check_access(settings, credential, Limits(patience=0.3)))
    assert [(one.check, one.status) for one in access.findings] == [("payt.reached", "problem")]


def test_one_resource_that_gives_no_answer_is_not_taken_for_forbidden(clinic: Opened) -> None:
    one = clinic()
    one.payt.faults.add(Fault("timeout_before", path="/v1/messages", times=None))
    settings, credential = Settings.from_env(one.environ()), find_credential(Settings.from_env(one.environ()))
    access = anyio.run(lambda: check_access(settings, credential, Limits(patience=0.5)))
    found = {finding.check: finding for finding in access.findings}
    assert found["permission.unknown"].status == "warning"
    assert "messages:read" in found["permission.unknown"].message
    assert {tool.tool: tool.status for tool in access.tools}["list_messages"] == "unknown"


@pytest.mark.parametrize(("minutes", "said"), [(40, "behind"), (-40, "ahead of")])
def test_a_clock_that_is_off_is_a_warning_that_says_which_way(clinic: Opened, minutes: int, said: str) -> None:
    one = clinic()
    world = build_world(invoices=20, seed=5)
    world.clock = lambda: dt.datetime.now(dt.UTC) + dt.timedelta(minutes=minutes)
    one.payt.sandbox.world = world
    found = one.doctor()
    assert found["payt.clock"]["status"] == "warning"
    assert said in found["payt.clock"]["message"]
    assert "0:40:0" in found["payt.clock"]["message"] or "0:39:5" in found["payt.clock"]["message"]


NEW = {
    "invoice_number": "NEW-1", "debtor_number": "DEBTOR", "invoice_date": "2026-11-01", "due_date": "2026-12-01",
    "currency_code": "EUR", "amount_total": "121.00", "amount_open": "121.00", "book_amount_total": "121.00",
    "book_amount_open": "121.00", "sent_at": "2026-11-01T08:00:00Z",
    "invoice_lines": [{"description": "x", "vat_rate_code": "H21", "total_excl_tax_amount": "100.00"}],
}  # fmt: skip
TASK = {"task": "TASK"}
CALLS: list[tuple[str, dict[str, Any]]] = [
    ("list_administrations", {}), ("get_worklist", {}), ("summarize_overdue", {}), ("search_invoices", {}),
    ("search_invoices", {"status": "paid"}),
    ("search_invoices", {"credit_cases": ["CASE"]}), ("get_invoice", {"invoice": "INVOICE"}), ("find_debtors", {}),
    ("get_debtor", {"debtor": "DEBTOR"}), ("get_credit_case", {"credit_case": "CASE"}), ("list_contacts", {}),
    ("list_contacts", {"debtors": ["DEBTOR"]}), ("list_messages", {}), ("list_messages", {"credit_case": "CASE"}),
    ("list_messages", {"invoice": "INVOICE"}), ("send_message", {"subject": "x", "body": "y", "to_debtor": "DEBTOR"}),
    ("send_message", {"subject": "x", "body": "y", "to_credit_case": "CASE"}),
    ("upsert_invoices", {"invoices": [NEW]}), ("list_payments", {}), ("list_payments", {"credit_case": "CASE"}),
    ("list_payment_plans", {}), ("list_payment_plans", {"debtor": "DEBTOR"}), ("list_tasks", {}),
    ("list_tasks", {"invoice": "INVOICE"}), ("list_notes", {}), ("list_notes", {"credit_case": "CASE"}),
    ("collection_figures", {}), ("payment_behaviour", {"debtor": "DEBTOR"}), ("expected_receipts", {}),
    ("interest_and_costs", {"debtor": "DEBTOR", "consumer": "yes"}),
    ("decide_payment_plan", {"payment_plan": "PLAN", "decision": "deactivate"}),
    ("comment_task", TASK | {"comment": "x"}),
    ("reopen_task", TASK), ("complete_task", TASK | {"resume": True}),
    ("change_follow_up", {"action": "block", "invoices": ["INVOICE"]}),
    ("upsert_debtors", {"debtors": [{"debtor_identifier": "N1", "debtor_number": "N1", "name": "x"}]}),
    ("upsert_contacts", {"contacts": [{"id": "CONTACT", "lastname": "x", "default_email_address": "x@example.com"}]}),
]  # fmt: skip


def _filled(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, list):
        return [_filled(one, names) for one in value]
    if isinstance(value, dict):
        return {name: _filled(one, names) for name, one in value.items()}
    return names.get(value, value) if isinstance(value, str) else value


async def test_the_permissions_of_a_tool_are_those_it_really_asks_for(clinic: Opened) -> None:
    one = clinic()
    rows = one.payt.sandbox.world.rows
    invoice = next(row for row in rows("4711", "invoices", ["invoice_number", "active_credit_case_id"]))
    names = {
        "INVOICE": str(invoice["invoice_number"]), "DEBTOR": str(rows("4711", "debtors")[0]["debtor_number"]),
        "CASE": str(rows("4711", "credit_cases")[0]["case_number"]), "TASK": str(rows("4711", "tasks")[0]["id"]),
        "PLAN": str(rows("4711", "payment_plans")[0]["id"]), "CONTACT": str(rows("4711", "contacts")[0]["id"]),
    }  # fmt: skip
    asked: dict[str, set[str]] = {}
    for tool, arguments in CALLS:
        began = one.payt.sandbox.world.clock()  # what the server before left under way may be logged late
        settings = Settings.from_env(one.environ(PAYT_STATE_DIR=str(one.home.folder / "state"), PAYT_TOOLSETS="all"))
        async with Client(build_server(settings)) as client:
            given = {name: _filled(value, names) for name, value in arguments.items()}
            assert not (await client.call_tool(tool, given)).is_error, tool
            listed = {tool.name for tool in (await client.list_tools()).tools}
        paths = {request.path.split("/")[2] for request in one.payt.sandbox.requests if request.time >= began}
        asked.setdefault(tool, set()).update(f"{resource}:read" for resource in paths)
        allowed = {*ALWAYS[tool], *SOMETIMES.get(tool, ())}
        assert {f"{resource}:read" for resource in paths} <= allowed, tool
    assert set(asked) == set(ALWAYS) == listed - {"check_approval"}
    assert "vat_rates:read" in asked["upsert_invoices"]
    for tool, permissions in asked.items():
        assert {name for name in ALWAYS[tool] if name.endswith(":read")} <= permissions, tool


@pytest.mark.parametrize("sets", ["core", "upserts", "payments", "plans", "tasks", "flow", "insight"])
def test_a_sign_in_asks_for_what_the_tools_need_and_no_more(sets: str) -> None:
    on = ("core", sets)
    assert set(grants.reading(on)) == set(needed(tools_on(on, read_only=True)))
    assert {*grants.reading(on), *grants.writing(on)} == set(needed(tools_on(on, read_only=False)))
