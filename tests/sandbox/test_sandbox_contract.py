"""Every read endpoint against the published contract, in every mode of answering."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from .conftest import Api
from .contract import check, entity_fields, query_names

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
