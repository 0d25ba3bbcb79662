"""Every read endpoint against the published contract, in every mode of answering."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from payt_sandbox.signin.access import ALL_SCOPES
from tests.support.api import BEARER, Api
from tests.support.contract import bodies, check, contract, entity_fields, operations, query_names

# What the contract has beside the work of a credit controller, and the sandbox does not play.
NOT_PLAYED = {
    ("post", "/v1/administrations"),
    ("post", "/v1/orders"),
    ("get", "/v1/order_lines"),
    ("post", "/v1/payment_conditions"),
    ("post", "/v1/psp_mandates"),
    ("get", "/v1/psp_mandates"),
    ("delete", "/v1/psp_mandates"),
    ("get", "/v1/psp_mandates/deleted"),
    ("get", "/v1/psp_transactions"),
    ("get", "/v1/psp_transactions/{id}"),
    ("post", "/v1/sign_up"),
    ("post", "/v1/vat_rates"),
}
LISTS = [
    "contacts",
    "credit_cases",
    "debtors",
    "invoices",
    "messages",
    "notes",
    "notifications",
    "payment_plans",
    "payments",
    "tasks",
    "vat_rates",
]
SINGLES = ["credit_cases", "debtors", "invoices", "messages", "notifications", "payment_plans", "tasks"]
DELETED = ["credit_cases", "invoices", "payments", "payment_plans"]
MODES: list[dict[str, Any]] = [
    {},
    {"ids": "integer", "cursors": "opaque", "last_page": "extra_page"},
    {"nulls": "absent", "last_page": "absent"},
]


@pytest.mark.parametrize("mode", MODES, ids=["default", "integers", "absent"])
def test_every_list_and_record_keeps_the_contract(own: Callable[..., Api], mode: dict[str, Any]) -> None:
    api = own(**mode)
    required = mode.get("nulls") != "absent" and mode.get("last_page") != "absent"
    for kind in LISTS:
        answer = api.get(f"/v1/{kind}", per_page=500)
        check("get", f"/v1/{kind}", answer.status_code, answer.json(), required)
        assert answer.json()["data"], kind
    for kind in SINGLES:
        key = api.get(f"/v1/{kind}", per_page=1).json()["data"][0]["id"]
        answer = api.get(f"/v1/{kind}/{key}")
        check("get", f"/v1/{kind}/{{id}}", answer.status_code, answer.json(), required)
        assert answer.json()["id"] == key
    for kind in DELETED:
        answer = api.get(f"/v1/{kind}/deleted", deleted_after="2026-01-01T00:00:00Z")
        check("get", f"/v1/{kind}/deleted", answer.status_code, answer.json(), required)
        assert answer.json()["data"], kind
    answer = api.get("/v1/administrations")
    check("get", "/v1/administrations", answer.status_code, answer.json(), required)
    answer = api.get(f"/v1/administrations/{api.main}")
    check("get", "/v1/administrations/{administration_id}", answer.status_code, answer.json(), required)


@pytest.mark.parametrize("kind", [kind for kind in LISTS if kind != "vat_rates"])
def test_every_field_of_the_contract_comes_when_asked(api: Api, kind: str) -> None:
    fields = entity_fields(f"/v1/{kind}")
    answer = api.get(f"/v1/{kind}", fields=json.dumps({"only": [*fields, "no_such_field"]}), per_page=200)
    check("get", f"/v1/{kind}", answer.status_code, answer.json(), required=False)
    assert set(answer.json()["data"][0]) == set(fields)


@pytest.mark.parametrize("kind", [kind for kind in LISTS if kind != "vat_rates"])
def test_fields_on_request_do_not_come_unasked(api: Api, kind: str) -> None:
    fields = entity_fields(f"/v1/{kind}")
    on_request = {name for name, item in fields.items() if "request with" in item.get("description", "")}
    assert set(api.get(f"/v1/{kind}").json()["data"][0]) == set(fields) - on_request


def test_every_field_of_the_contract_is_filled_somewhere(api: Api) -> None:
    for kind in ("invoices", "debtors", "credit_cases", "messages", "payment_plans", "notes", "tasks"):
        fields = entity_fields(f"/v1/{kind}")
        rows = api.walk(f"/v1/{kind}", fields=json.dumps({"only": list(fields)}), per_page=500)
        never = {name for name in fields if all(row[name] in (None, [], {}) for row in rows)}
        assert not never, (kind, never)


def test_every_query_parameter_of_the_contract_is_known(api: Api) -> None:
    """A filter that matches nothing must change the answer: an ignored one would not."""
    for kind in LISTS:
        for name in query_names(f"/v1/{kind}"):
            if name in ("administration_id", "fields", "cursor", "per_page", "paid", "order"):
                continue
            value = {"updated_after": "2999-01-01T00:00:00Z", "book_amount_total_lte": "-99999999"}.get(
                name, "999999999"
            )
            answer = api.get(f"/v1/{kind}", **{name: value})
            assert answer.status_code == 200, (kind, name, answer.text)
            assert answer.json()["data"] == [], (kind, name)


def test_companies_take_the_credentials_of_an_application(api: Api) -> None:
    assert api.get("/v1/companies").status_code == 401
    headers = {"Authorization": "Basic c2FuZGJveC1hcHA6c2FuZGJveC1hcHAtc2VjcmV0"}
    answer = api.call("GET", "/v1/companies", headers=headers)
    check("get", "/v1/companies", answer.status_code, answer.json())
    key = answer.json()["data"][0]["id"]
    answer = api.call("GET", f"/v1/companies/{key}", headers=headers)
    check("get", "/v1/companies/{id}", answer.status_code, answer.json())


def test_fields_are_nested(api: Api) -> None:
    fields = json.dumps({"only": ["id", {"postal_address": ["city"]}, {"labels": ["name"]}]})
    row = api.get("/v1/debtors", fields=fields).json()["data"][0]
    assert set(row) == {"id", "postal_address", "labels"}
    assert set(row["postal_address"]) == {"city"}


def test_invoice_lines_add_up(api: Api) -> None:
    fields = json.dumps({"only": ["total_amount", "invoice_lines"]})
    for row in api.get("/v1/invoices", fields=fields, per_page=300).json()["data"]:
        cents = [int(line["total_incl_tax_amount"].replace(".", "")) for line in row["invoice_lines"]]
        assert sum(cents) == int(row["total_amount"].replace(".", ""))


def test_the_date_comes_from_the_clock_of_the_world(api: Api) -> None:
    answer = api.get("/v1/invoices")
    assert answer.headers.get_list("date")[0].startswith("Sat, 21 Nov 2026")
    assert len(answer.headers.get_list("date")) == 1


def test_the_sandbox_plays_operations_of_the_contract_and_no_others(api: Api) -> None:
    paths = {(name.lower(), route.path.replace(":path}", "}")) for route in api.app.routes for name in route.methods}  # type: ignore[attr-defined]
    played = {(name, path) for name, path in paths if path.startswith("/v1/") and name != "head"}
    assert operations() - played == NOT_PLAYED
    assert played <= operations()


Body = dict[str, Any]


def _open_invoices(api: Api) -> list[dict[str, Any]]:
    rows = [row for row in api.world.rows(api.main, "invoices") if not row["active_payment_plan_id"]]
    return [row for row in rows if row["open_amount"][0] not in "-0" and row["active_credit_case_id"]]


def _block_body(api: Api) -> Body:
    first, second = _open_invoices(api)[:2]
    return {"invoice_numbers": [first["invoice_number"]], "invoice_identifiers": [second["invoice_identifier"]]}


def _resume_body(api: Api) -> Body:
    for row in _open_invoices(api)[:2]:
        api.world.change_invoice(api.main, row["id"], blocked_by_api=True)
    return _block_body(api)


def _plan_body(api: Api) -> Body:
    rows = _open_invoices(api)
    cases = {row["id"]: row for row in api.world.rows(api.main, "credit_cases")}
    case = cases[rows[0]["active_credit_case_id"]]
    mine = [row for row in rows if row["active_credit_case_id"] == case["id"]]
    return {
        "cc_email_address": "boss@creditor.example",
        "invoice_numbers": [row["invoice_number"] for row in mine],
        "invoice_identifiers": [row["invoice_identifier"] for row in mine],
        "credit_case_numbers": [case["credit_case_number"]],
        "terms": [{"amount": 100.5, "due_date": "2026-12-20"}, {"amount": 20, "due_date": "2027-01-20"}],
    }


def _debtor_body(_api: Api) -> Body:
    names = contract()["components"]["schemas"]["postV1Debtors"]["properties"]["debtors"]["items"]["properties"]
    record = dict.fromkeys(names, "EN")
    odd = {"contact_identifier": "c-odd", "language_code": "en", "labels": ["a", "b"]}
    return {"debtors": [{**record, **odd, "is_company": True, "peppol_enabled": False}]}


def _contact_body(_api: Api) -> Body:
    names = contract()["components"]["schemas"]["postV1Contacts"]["properties"]["contacts"]["items"]["properties"]
    record = {name: "a@b.example" if "email" in name else "NL" for name in names if name != "id"}
    odd = {"gender": "female", "birth_date": "1980-02-29", "call_phone_number": "0501234567"}
    return {"contacts": [{**record, **odd, "sms_phone_number": "+31612345678"}]}


def _done_body(_api: Api) -> Body:
    texts = dict.fromkeys(("completed_status_message", "comment"), "Gedaan")
    return {"completed_status": "succeeded", "resume_dossiers": True, **texts}


WRITES: dict[tuple[str, str], Callable[[Api], Body]] = {
    ("patch", "/v1/invoices/block"): _block_body,
    ("patch", "/v1/invoices/resume"): _resume_body,
    ("post", "/v1/debtors"): _debtor_body,
    ("post", "/v1/contacts"): _contact_body,
    ("post", "/v1/payment_plans"): _plan_body,
    ("patch", "/v1/payment_plans/{id}/approve"): lambda _api: {},
    ("patch", "/v1/payment_plans/{id}/reject"): lambda _api: {},
    ("patch", "/v1/payment_plans/{id}/deactivate"): lambda _api: {},
    ("patch", "/v1/tasks/{id}/mark_completed"): _done_body,
    ("patch", "/v1/tasks/{id}/unmark_completed"): lambda _api: {},
    ("post", "/v1/tasks/{id}/comment"): lambda _api: {"comment": "Teruggebeld"},
}
JSON, FORM = "application/json", "application/x-www-form-urlencoded"


def _rack(value: Any, name: str = "") -> list[tuple[str, str]]:
    """A body as the pairs of a form with nested names."""
    if isinstance(value, dict):
        return [pair for key, item in value.items() for pair in _rack(item, f"{name}[{key}]" if name else key)]
    if isinstance(value, list):
        return [pair for item in value for pair in _rack(item, f"{name}[]")]
    return [(name, str(value).lower() if isinstance(value, bool) else str(value))]


def _write(api: Api, method: str, path: str, kind: str, body: Body) -> httpx.Response:
    active = path.endswith("deactivate")
    if "payment_plans/" in path:
        plans = [row for row in api.world.rows(api.main, "payment_plans") if row["active"] == active]
        key = next(row["id"] for row in plans if active or not (row["rejected_at"] or row["deactivated_at"]))
    else:
        key = api.world.rows(api.main, "tasks")[0]["id"]
    sent = {"json": body} if kind == JSON else {"content": urlencode(_rack(body))}
    headers = {**BEARER, "Content-Type": kind}
    return api.call(method.upper(), path.replace("{id}", key), headers=headers, **sent)


@pytest.mark.parametrize(("method", "path"), WRITES)
@pytest.mark.parametrize("kind", [JSON, FORM])
def test_every_write_takes_what_the_contract_declares(
    own: Callable[..., Api], method: str, path: str, kind: str
) -> None:
    api = own()
    api.world.add_contact(api.main, contact_identifier="c-odd")
    declared = bodies(method, path)
    body = {"administration_id": api.main, **WRITES[method, path](api)}
    fields = {"fields": '{"only":["id"]}'} if "fields" in declared[FORM]["properties"] else {}
    assert {*body, *fields} == set(declared[FORM]["properties"])
    answer = _write(api, method, path, kind, body)
    if kind not in declared:
        assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")
        return
    status = min(int(code) for code in contract()["paths"][path][method]["responses"])
    assert answer.status_code == status, answer.text
    check(method, path, status, answer.json())
    assert not answer.json().get("errors"), answer.text
    assert not answer.json().get("warnings"), answer.text
    if fields and "id" in answer.json():
        short = _write(own(), method, path, kind, {**body, **fields})
        assert list(short.json()) == ["id"]


def _everything(api: Api) -> dict[str, Any]:
    return {kind: api.world.rows(api.main, kind) for kind in LISTS}


@pytest.mark.parametrize(("method", "path"), WRITES)
def test_a_write_without_what_is_required_changes_nothing(own: Callable[..., Api], method: str, path: str) -> None:
    api = own()
    api.world.add_contact(api.main, contact_identifier="c-odd")
    schema = bodies(method, path)[FORM]
    body = {"administration_id": api.main, **WRITES[method, path](api)}
    wrong = [{name: value for name, value in body.items() if name != missing} for missing in schema["required"]]
    for name, value in body.items():
        items = schema["properties"][name].get("items", {})
        wrong += [
            {**body, name: [{key: item for key, item in value[0].items() if key != missing}]}
            for missing in items.get("required", [])
        ]
    before = _everything(api)
    for given in wrong:
        answer = _write(api, method, path, FORM, given)
        assert (answer.status_code, set(answer.json())) == (422, {"code", "message"})
    assert wrong
    assert _everything(api) == before
    assert api.sandbox.mails == []


EARLIER = [("post", "/v1/invoices"), ("patch", "/v1/invoices"), ("post", "/v1/messages"), ("patch", "/v1/messages")]


@pytest.mark.parametrize(("method", "path"), [*WRITES, *EARLIER, ("post", "/v1/files")])
def test_every_write_needs_its_scope(own: Callable[..., Api], method: str, path: str) -> None:
    scope = f"{path.split('/')[2]}:write"
    api = own(tokens={"without": ALL_SCOPES - {scope}, "with": frozenset({scope})})
    for token, allowed in (("without", False), ("with", True)):
        headers = {"Authorization": f"Bearer {token}"}
        answer = api.call(method.upper(), path.replace("{id}", "1"), headers=headers)
        assert (answer.json()["message"] != f"Missing permission: {scope}") == allowed
        assert (answer.status_code == 403) != allowed
