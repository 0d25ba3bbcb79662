"""No answer to a question that was not asked: every argument is understood as it was meant, or refused in our words."""

import datetime as dt
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mcp.client import Client
from mcp.types import CallToolResult

from payt_mcp.errors import InputError
from payt_mcp.tools.arguments import accepted
from payt_mcp.tools.shared import parse_amount, parse_date, parse_moment
from payt_sandbox.server import Handle
from tests.support.fixed import ADMINISTRATION, server_for, text_of

REQUIRED = {"get_invoice": {"invoice": "2024000001"}, "get_debtor": {"debtor": "10002"},
            "get_credit_case": {"credit_case": "48216"}}  # fmt: skip
FOREIGN = ("pydantic", "validation error", "Error executing", "Traceback", "nobody foresaw", "input_value", "errors.")

MISSPELT = [
    ("search_invoices", "due_before", "due_"),
    ("search_invoices", "debtor", "'debtors'"),
    ("search_invoices", "max_amout", "'max_amount'"),
    ("search_invoices", "Status", "'status'"),
    ("summarize_overdue", "min_day", "'min_days'"),
    ("find_debtors", "querry", "'query'"),
    ("list_messages", "messageid", "'message_id'"),
    ("list_contacts", "contact", "'contacts'"),
    ("get_debtor", "debtors", "'debtor'"),
    ("get_credit_case", "creditcase", "'credit_case'"),
    ("list_administrations", "limit", "no arguments"),
]

WRONG: list[tuple[str, Any]] = [
    ("limit", 0), ("limit", 101), ("limit", -1), ("limit", 2.5), ("limit", "many"), ("limit", True), ("limit", [5]),
    ("limit", {"n": 5}), ("limit", 10**40), ("status", "unpaid"), ("status", "Open"), ("status", 1), ("status", True),
    ("status", ["open"]), ("sort", "amount"), ("sort", ["due_date"]), ("due_from", "21-11-2026"), ("due_from", True),
    ("due_from", "2026-02-30"), ("due_to", "tomorrow"), ("due_to", {"day": 1}), ("due_to", "2026-11-21T10:00:00"),
    ("min_amount", 1250.505), ("min_amount", 1e22), ("min_amount", 1e-7), ("min_amount", True), ("min_amount", "1 250"),
    ("min_amount", "\u0661\u0662"), ("min_amount", "1_250"), ("min_amount", 0.1 + 0.2),
    ("min_amount", "1,250.00"), ("min_amount", "1.250,00"),
    ("min_amount", "1e3"), ("min_amount", "EUR 5"), ("min_amount", "5.123"), ("min_amount", "NaN"),
    ("max_amount", ["5"]), ("max_amount", False), ("updated_after", "yesterday"), ("updated_after", 1.5),
    ("updated_after", "9999-12-31T23:59:59-14:00"), ("updated_after", "0001-01-01T00:00:00+14:00"),
    ("debtors", 10002.5), ("debtors", 1e22), ("debtors", [10002.5]),
    ("debtors", {"number": "10002"}), ("debtors", [["10002"]]), ("debtors", [None]),
    ("debtors", ["10002", ""]), ("debtors", [True]), ("debtors", '{"number": "10002"}'), ("debtors", ["x"] * 51),
    ("invoices", [1.5]), ("invoices", True), ("credit_cases", ["no such case"]), ("query", 1.5), ("query", ["a"]),
    ("query", "-- | --"), ("query", "\x00"), ("query", "half \ud800 pair"), ("fields", ["no_such_field"]),
    ("fields", [""]), ("cursor", "garbage"), ("cursor", 7), ("cursor", ["x"]), ("administration_id", "4712"),
    ("administration_id", 4711.5), ("administration_id", ["no such one"]),
]  # fmt: skip

SAME: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("search_invoices", {"administration_id": 4711}, {}),
    ("search_invoices", {"debtors": 10002}, {"debtors": ["10002"]}),
    ("search_invoices", {"debtors": "10002"}, {"debtors": ["10002"]}),
    ("search_invoices", {"debtors": [10002]}, {"debtors": ["10002"]}),
    ("search_invoices", {"debtors": '["10002", "10026"]'}, {"debtors": ["10002", "10026"]}),
    ("search_invoices", {"debtors": "[10002]"}, {"debtors": ["10002"]}),
    ("search_invoices", {"debtors": ["10002", " 10002 "]}, {"debtors": ["10002"]}),
    ("search_invoices", {"invoices": "2024000001"}, {"invoices": ["2024000001"]}),
    ("search_invoices", {"credit_cases": 48216}, {"credit_cases": ["D2026-48216"]}),
    ("search_invoices", {"fields": "phase"}, {"fields": ["phase"]}),
    ("search_invoices", {"min_amount": 1250}, {"min_amount": "1250.00"}),
    ("search_invoices", {"min_amount": 1000.5}, {"min_amount": "1000.50"}),
    ("search_invoices", {"min_amount": 1000.0}, {"min_amount": "1000.00"}),
    ("search_invoices", {"min_amount": 0.1, "max_amount": 19.99}, {"min_amount": "0.10", "max_amount": "19.99"}),
    ("search_invoices", {"min_amount": -0.0}, {"min_amount": "0"}),
    ("search_invoices", {"min_amount": " 1250.00 "}, {"min_amount": "1250.00"}),
    ("search_invoices", {"administration_id": 4711.0}, {}),
    ("search_invoices", {"debtors": 10002.0}, {"debtors": ["10002"]}),
    ("search_invoices", {"debtors": [10002.0, "10026"]}, {"debtors": ["10002", "10026"]}),
    ("search_invoices", {"debtors": "[10002.0]"}, {"debtors": ["10002"]}),
    ("search_invoices", {"invoices": 2024000001.0}, {"invoices": ["2024000001"]}),
    ("search_invoices", {"limit": "7"}, {"limit": 7}),
    ("search_invoices", {"limit": 7.0}, {"limit": 7}),
    ("get_debtor", {"debtor": 10002}, {"debtor": "10002"}),
    ("get_debtor", {"debtor": "  10002 "}, {"debtor": "10002"}),
    ("get_debtor", {"debtor": 10002.0}, {"debtor": "10002"}),
    ("get_credit_case", {"credit_case": 48216.0}, {"credit_case": "48216"}),
    ("list_messages", {"message_id": 7400003.0}, {"message_id": "7400003"}),
    ("get_invoice", {"invoice": 2024000001}, {"invoice": "2024000001"}),
    ("get_credit_case", {"credit_case": 48216}, {"credit_case": "48216"}),
    ("list_messages", {"debtor": 10002}, {"debtor": "10002"}),
    ("list_messages", {"message_id": 7400003}, {"message_id": "7400003"}),
    ("list_contacts", {"contacts": "[]"}, {}),
    ("list_contacts", {"contacts": "null"}, {}),
]


@pytest.fixture(scope="module")
async def client(payt: Handle) -> AsyncIterator[Client]:
    async with Client(server_for(payt.url, PAYT_ADMINISTRATION_ID=ADMINISTRATION)) as connected:
        yield connected


async def _call(client: Client, tool: str, arguments: dict[str, Any]) -> CallToolResult:
    result = await client.call_tool(tool, REQUIRED.get(tool, {}) | arguments)
    assert isinstance(result, CallToolResult)
    return result


def _assert_refused(result: CallToolResult) -> str:
    text = text_of(result)
    assert result.is_error, text
    assert result.structured_content is None
    assert not any(word in text for word in FOREIGN), text
    assert text.endswith((".", "?")), text
    return text


def _facts(result: CallToolResult) -> dict[str, Any]:
    assert not result.is_error, text_of(result)
    assert result.structured_content
    return {name: value for name, value in result.structured_content.items() if name not in {"as_of", "next_cursor"}}


@pytest.mark.parametrize(("tool", "name", "hint"), MISSPELT)
async def test_a_misspelt_argument_names_the_closest(client: Client, tool: str, name: str, hint: str) -> None:
    text = _assert_refused(await _call(client, tool, {name: "5"}))
    assert repr(name) in text
    assert hint in text


@pytest.mark.parametrize(("name", "value"), WRONG, ids=lambda value: ascii(value)[:30])
async def test_a_wrong_value_is_refused(client: Client, name: str, value: Any) -> None:
    assert len(_assert_refused(await _call(client, "search_invoices", {name: value}))) < 600


@pytest.mark.parametrize("tool", ["search_invoices", "find_debtors", "list_contacts"])
async def test_a_query_without_words_does_not_list_everything(client: Client, tool: str) -> None:
    assert "query" in _assert_refused(await _call(client, tool, {"query": "***"}))


@pytest.mark.parametrize(("name", "value"), [("min_days", 0), ("min_days", 3651), ("min_days", True), ("top", 101)])
async def test_a_wrong_number_for_the_summary_is_refused(client: Client, name: str, value: Any) -> None:
    assert name in _assert_refused(await _call(client, "summarize_overdue", {name: value}))


@pytest.mark.parametrize("tool", REQUIRED)
@pytest.mark.parametrize("value", ["", "  ", None], ids=repr)
async def test_a_required_argument_is_asked_for(client: Client, tool: str, value: Any) -> None:
    (name,) = REQUIRED[tool]
    for arguments in ({}, {name: value}):
        result = await client.call_tool(tool, arguments)
        assert isinstance(result, CallToolResult)
        assert f"{tool} needs {name}" in _assert_refused(result)


@pytest.mark.parametrize("value", [["10002"], {"number": "10002"}, 1.5, True, False, 1e22], ids=repr)
@pytest.mark.parametrize("tool", REQUIRED)
async def test_a_required_argument_is_text(client: Client, tool: str, value: Any) -> None:
    (name,) = REQUIRED[tool]
    assert name in _assert_refused(await _call(client, tool, {name: value}))


@pytest.mark.parametrize(("tool", "given_", "meant"), SAME, ids=lambda value: ascii(value)[:40])
async def test_what_hosts_make_of_a_value_is_understood(
    client: Client, tool: str, given_: dict[str, Any], meant: dict[str, Any]
) -> None:
    assert _facts(await _call(client, tool, given_)) == _facts(await _call(client, tool, meant))


@pytest.mark.parametrize("unset", [None, "", " "], ids=repr)
async def test_every_optional_argument_may_be_sent_unset(client: Client, unset: str | None) -> None:
    """Hosts send null for what the model left out; each alone, and all at once."""
    for tool in (await client.list_tools()).tools:
        optional = [name for name in tool.input_schema["properties"] if name not in REQUIRED.get(tool.name, {})]
        plain = _facts(await _call(client, tool.name, {}))
        for names in (*([name] for name in optional), optional):
            assert _facts(await _call(client, tool.name, dict.fromkeys(names, unset))) == plain, (tool.name, names)


async def test_an_unset_filter_beside_a_cursor_is_no_other_query(client: Client) -> None:
    first = await _call(client, "search_invoices", {"limit": 2})
    assert first.structured_content
    cursor = first.structured_content["next_cursor"]
    again = await _call(client, "search_invoices", {"cursor": cursor, "debtors": None, "query": "", "status": None})
    assert not again.is_error, text_of(again)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=5,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(["limit", "status", "debtors", "due_from", "min_amount", "cursor", "fields"]), value=_JSON)
async def test_whatever_json_comes_the_answer_is_ours(client: Client, name: str, value: Any) -> None:
    text = text_of(await _call(client, "search_invoices", {name: value}))
    assert not any(word in text for word in FOREIGN), text


@given(value=_JSON)
def test_what_is_let_through_can_be_written(value: Any) -> None:
    schema = {"properties": {"debtor": {"type": "string"}}}
    try:
        passed = accepted("get_debtor", schema, {"debtor": value})
    except InputError as error:
        assert "debtor" in str(error)  # noqa: PT017 - a refusal is right too
    else:
        assert json.dumps(passed, ensure_ascii=False).encode()


@given(st.text(max_size=30) | st.datetimes().map(str) | st.dates().map(str) | st.decimals(places=2).map(str))
def test_parsers_answer_or_refuse(value: str) -> None:
    for parse in (parse_date, parse_moment, parse_amount):
        try:
            parse("argument", value)
        except InputError as error:
            assert str(error).startswith("argument=")  # noqa: PT017 - a refusal is right too


@given(st.datetimes(timezones=st.sampled_from([dt.UTC, dt.timezone(dt.timedelta(hours=14)), None])))
def test_a_moment_is_kept_in_utc(moment: dt.datetime) -> None:
    try:
        parsed = parse_moment("updated_after", moment.isoformat())
    except InputError:
        assert moment.year == 1
        return
    assert parsed is not None
    assert parsed.tzinfo is dt.UTC
    assert parsed == (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC))
