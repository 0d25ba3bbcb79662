"""Paging, filters, orders, deltas and deleted lists, each against the raw rows."""

import json
import random
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from payt_sandbox import World
from payt_sandbox.world.tables import Table
from tests.support.api import TODAY, Api

PAGING: list[dict[str, Any]] = [
    {"cursors": cursors, "last_page": last, "ids": ids}
    for cursors in ("record_id", "opaque")
    for last, ids in (("null", "string"), ("absent", "integer"), ("empty", "string"), ("extra_page", "integer"))
]
SMALL = json.dumps({"only": ["id", "due_date", "open_amount", "updated_at"]})


def _raw(api: Api, kind: str = "invoices") -> list[dict[str, Any]]:
    return api.world.rows(api.main, kind)


@pytest.mark.parametrize("mode", PAGING, ids=lambda mode: "-".join(mode.values()))
@pytest.mark.parametrize("order", [None, "due_date_asc", "invoice_date_desc"])
def test_paging_visits_every_row_once(own: Callable[..., Api], mode: dict[str, Any], order: str | None) -> None:
    api = own(**mode)
    params = {"order": order} if order else {}
    seen = [str(row["id"]) for row in api.walk("/v1/invoices", per_page=37, fields=SMALL, **params)]
    assert sorted(seen) == sorted(row["id"] for row in _raw(api))
    if order is None:
        assert (seen == sorted(seen)) == (mode["cursors"] == "record_id")


def test_last_pages(own: Callable[..., Api]) -> None:
    endings = {
        last: own(last_page=last).get("/v1/tasks", per_page=500).json()["pagination"]
        for last in ("null", "absent", "empty")
    }
    assert endings == {"null": {"cursor": None}, "absent": {}, "empty": {"cursor": ""}}
    api = own(last_page="extra_page")
    cursor = api.get("/v1/tasks", per_page=500).json()["pagination"]["cursor"]
    assert api.get("/v1/tasks", per_page=500, cursor=cursor).json()["data"] == []


def test_any_number_is_a_cursor_with_record_ids(api: Api) -> None:
    ids = [int(row["id"]) for row in _raw(api)]
    gap = next(low + 1 for low, high in pairwise(ids) if high - low > 1)
    first = api.get("/v1/invoices", cursor=gap, per_page=1).json()["data"][0]["id"]
    assert int(first) == min(key for key in ids if key > gap)
    assert api.get("/v1/invoices", cursor="abc").status_code == 422


def test_opaque_cursors_are_on_no_page_and_guarded(own: Callable[..., Api]) -> None:
    api = own(cursors="opaque")
    cursor = api.get("/v1/invoices", per_page=5).json()["pagination"]["cursor"]
    assert cursor not in {row["id"] for row in _raw(api)}
    assert api.get("/v1/invoices", cursor=_raw(api)[3]["id"]).status_code == 422
    assert api.get("/v1/debtors", cursor=cursor).status_code == 422
    assert api.get("/v1/invoices", cursor=cursor, order="due_date_asc").status_code == 422


@pytest.mark.parametrize("field", ["due_date", "invoice_date"])
def test_orders_put_missing_dates_last_and_first(api: Api, field: str) -> None:
    fields = json.dumps({"only": ["id", field]})
    up = [row[field] for row in api.walk("/v1/invoices", order=f"{field}_asc", per_page=97, fields=fields)]
    down = [row[field] for row in api.walk("/v1/invoices", order=f"{field}_desc", per_page=97, fields=fields)]
    assert up[-1] is None
    assert down[0] is None
    dated = [day for day in up if day]
    assert dated == sorted(dated)
    assert [day for day in down if day] == dated[::-1]


def test_paid_means_nothing_open(api: Api) -> None:
    still_open = api.walk("/v1/invoices", paid="false", per_page=500)
    assert {row["id"] for row in still_open} == {row["id"] for row in _raw(api) if row["open_amount"] != "0.00"}
    assert any(row["open_amount"].startswith("-") for row in still_open)
    paid = api.walk("/v1/invoices", paid="true", per_page=500)
    assert {row["open_amount"] for row in paid} == {"0.00"}
    assert len(paid) + len(still_open) == len(_raw(api))


def test_book_amounts_never_match_a_missing_one(api: Api) -> None:
    found = api.walk("/v1/invoices", book_amount_total_gte="100.5", book_amount_total_lte="900", per_page=500)
    assert found
    assert all(100.5 <= float(row["book_total_amount"]) <= 900 for row in found)
    everything = api.walk("/v1/invoices", book_amount_total_gte="-99999999", per_page=500)
    assert len(everything) == sum(row["book_total_amount"] is not None for row in _raw(api)) < len(_raw(api))


@pytest.mark.parametrize("inclusive", [False, True])
def test_updated_after(own: Callable[..., Api], inclusive: bool) -> None:
    api = own(inclusive_updated_after=inclusive)
    rows = _raw(api)
    stamps = sorted(row["updated_at"] for row in rows)
    for since in (stamps[3], stamps[len(stamps) // 2], stamps[-4]):
        expected = {r["id"] for r in rows if r["updated_at"] > since or (inclusive and r["updated_at"] == since)}
        assert {row["id"] for row in api.walk("/v1/invoices", updated_after=since, per_page=50)} == expected
        open_ones = api.walk("/v1/invoices", updated_after=since, per_page=50, paid="false")
        assert {row["id"] for row in open_ones} == {
            row["id"] for row in rows if row["id"] in expected and row["open_amount"] != "0.00"
        }


def test_every_list_has_a_delta(own: Callable[..., Api]) -> None:
    api = own()
    kinds = [
        "invoices",
        "debtors",
        "contacts",
        "credit_cases",
        "messages",
        "payment_plans",
        "payments",
        "notes",
        "tasks",
        "notifications",
    ]
    before = api.world.now()
    assert all(api.walk(f"/v1/{kind}", updated_after=before) == [] for kind in kinds)
    for kind in kinds:
        api.world.change(api.main, kind, _raw(api, kind)[2]["id"])
        assert [row["id"] for row in api.walk(f"/v1/{kind}", updated_after=before)] == [_raw(api, kind)[2]["id"]]


@pytest.mark.parametrize(
    ("path", "name", "field"),
    [
        ("invoices", "ids", "id"),
        ("invoices", "invoice_numbers", "invoice_number"),
        ("invoices", "invoice_identifiers", "invoice_identifier"),
        ("invoices", "debtor_ids", "debtor_id"),
        ("invoices", "credit_case_ids", "active_credit_case_id"),
        ("debtors", "debtor_numbers", "debtor_number"),
        ("debtors", "debtor_identifiers", "debtor_identifier"),
        ("messages", "debtor_ids", "debtor_id"),
        ("messages", "invoice_ids", "invoice_id"),
        ("messages", "credit_case_ids", "credit_case_id"),
        ("contacts", "contact_identifiers", "contact_identifier"),
    ],
)
def test_filters_by_value(api: Api, path: str, name: str, field: str) -> None:
    rows = _raw(api, path)
    values = sorted({row[field] for row in rows if row[field] and "," not in row[field]})[:40:7]
    found = api.walk(f"/v1/{path}", **{name: ",".join(values), "per_page": 100})
    assert {row["id"] for row in found} == {row["id"] for row in rows if row[field] in values}
    assert found


def test_filters_through_other_records(api: Api) -> None:
    debtors = {row["debtor_number"]: row for row in _raw(api, "debtors")}
    number = next(row["debtor_number"] for row in _raw(api) if row["debtor_number"])
    by_number = api.walk("/v1/invoices", debtor_numbers=number)
    assert {row["debtor_id"] for row in by_number} == {debtors[number]["id"]}
    case = next(row for row in _raw(api, "credit_cases") if row["deactivated_at"] is None)
    tied = {row["id"] for row in _raw(api) if row["active_credit_case_id"] == case["id"]}
    expected = {row["id"] for row in _raw(api, "payments") if row["invoice_id"] in tied}
    for value in (case["case_number"], case["credit_case_number"]):
        assert {row["id"] for row in api.walk("/v1/payments", credit_case_numbers=value)} == expected
    contact = api.walk("/v1/contacts", debtor_numbers="10003")
    assert "10003" in contact[0]["debtor_numbers"]
    plan = _raw(api, "payment_plans")[0]
    owner = next(row["debtor_number"] for row in debtors.values() if row["id"] == plan["debtor_id"])
    assert plan["id"] in {row["id"] for row in api.walk("/v1/payment_plans", debtor_numbers=owner)}


def test_a_number_with_a_comma_cannot_be_asked_for_in_a_list(api: Api) -> None:
    row = next(row for row in _raw(api) if "," in row["invoice_number"])
    assert api.walk("/v1/invoices", invoice_numbers=row["invoice_number"]) == []
    single = api.get(f"/v1/invoices/{row['invoice_number']}", identifier_type="invoice_number")
    assert single.json()["id"] == row["id"]


def test_records_by_other_identifiers(api: Api) -> None:
    slashed = next(row for row in _raw(api) if "/" in row["invoice_number"])
    path = "/v1/invoices/" + slashed["invoice_number"].replace("/", "%2F")
    assert api.get(path, identifier_type="invoice_number").json()["id"] == slashed["id"]
    debtor = _raw(api, "debtors")[4]
    for how in ("debtor_number", "debtor_identifier"):
        assert api.get(f"/v1/debtors/{debtor[how]}", identifier_type=how).json()["id"] == debtor["id"]
    assert api.get("/v1/debtors/1", identifier_type="name").status_code == 422
    for kind in ("invoices", "debtors", "credit_cases", "messages", "payment_plans", "tasks", "notifications"):
        missing = api.get(f"/v1/{kind}/1")
        assert (missing.status_code, missing.json()["code"]) == (404, "not_found")


def test_deleted_lists(own: Callable[..., Api]) -> None:
    api = own()
    assert api.get("/v1/invoices/deleted").status_code == 422
    before = api.world.now()
    invoice = _raw(api)[0]
    api.world.delete_invoice(api.main, invoice["id"])
    [gone] = api.walk("/v1/invoices/deleted", deleted_after=before)
    assert gone["origin_identifier"] == invoice["invoice_identifier"]
    assert gone["id"] == invoice["id"]
    assert api.get(f"/v1/invoices/{invoice['id']}").status_code == 404
    everything = api.walk("/v1/invoices/deleted", deleted_after="2000-01-01T00:00:00Z", per_page=2)
    assert len({row["id"] for row in everything}) == len(everything) > 5
    earlier = api.walk("/v1/invoices/deleted", deleted_after="2000-01-01T00:00:00Z", deleted_before=before)
    assert len(earlier) == len(everything) - 1


def test_a_page_follows_changes(own: Callable[..., Api]) -> None:
    api = own()
    first = api.get("/v1/invoices", paid="false", order="due_date_asc", per_page=1).json()["data"][0]
    api.world.pay_invoice(api.main, first["id"])
    again = api.get("/v1/invoices", paid="false", order="due_date_asc", per_page=1).json()["data"][0]
    assert again["id"] != first["id"]
    new = api.world.add_invoice(api.main, due_date="1999-01-01", total_amount="12.50")
    assert api.get("/v1/invoices", paid="false", order="due_date_asc", per_page=1).json()["data"][0]["id"] == new
    api.world.change_invoice(api.main, new, due_date=None)
    assert api.get("/v1/invoices", order="due_date_desc", per_page=500).json()["data"][0]["due_date"] is None


@pytest.mark.parametrize(
    "params",
    [
        {"per_page": 0},
        {"per_page": 501},
        {"per_page": "x"},
        {"paid": "maybe"},
        {"updated_after": "yesterday"},
        {"updated_after": "2026-13-01"},
        {"book_amount_total_gte": "much"},
        {"order": "amount_desc"},
        {"fields": "{only}"},
        {"fields": "[]"},
        {"fields": '{"only": "id"}'},
        {"fields": '{"only": [1]}'},
        {"administration_id": ""},
        {"per_page": "9" * 5000},
        {"cursor": "9" * 5000},
        {"cursor": "²"},
        {"book_amount_total_lte": "1e999999"},
        {"updated_after": "2026-11-20T10:00:00 01:00"},
    ],
    ids=lambda params: str(params)[:40],
)
def test_bad_parameters(api: Api, params: dict[str, Any]) -> None:
    answer = api.get("/v1/invoices", **params)
    assert answer.status_code == 422
    assert set(answer.json()) == {"code", "message"}


def test_raw_rows_agree_with_the_lists(shared_world: World, api: Api) -> None:
    row = shared_world.rows(api.main, "invoices", ["id", "open_amount", "due_date", "updated_at"])
    assert row == [
        {name: item[name] for name in row[0]} for item in api.walk("/v1/invoices", fields=SMALL, per_page=500)
    ]


def _disturb(api: Api) -> None:
    rng = random.Random(8)
    for _ in range(120):
        key = rng.choice(_raw(api))["id"]
        match rng.randrange(5):
            case 0:
                api.world.pay_invoice(api.main, key)
            case 1:
                api.world.add_invoice(
                    api.main, open_amount=rng.choice([0, 5, -5]), updated_at="2026-01-02T03:04:05.000Z"
                )
            case 2:
                api.world.delete_invoice(api.main, key)
            case 3:
                api.world.change_invoice(api.main, key, due_date="2026-05-05", open_amount="1.00")
            case _:
                api.world.change_invoice(api.main, key, updated_at="2020-01-02T03:04:05.000Z", debtor_id="310001")


def test_indexes_stay_right_through_many_changes(own: Callable[..., Api]) -> None:
    api = own()
    _disturb(api)
    table = api.world.book(api.main).tables["invoices"]
    fresh = Table(tuple(table.indexes))
    fresh.load(table.rows.values())
    for name in ("ids", "open_ids", "paid_ids", "_open", "_moments", "_changes"):
        assert getattr(table, name) == getattr(fresh, name), name
    for name, index in table.indexes.items():
        for value in {row[name] for row in table.rows.values() if name in row} | {310001}:
            assert index.get(value) == fresh.indexes[name].get(value), (name, value)


@pytest.mark.parametrize("since", ["2019-01-01T00:00:00Z", "2026-10-01T00:00:00Z", f"{TODAY}T00:00:00Z"])
@pytest.mark.parametrize("paid", ["true", "false"])
def test_deltas_follow_many_changes(own: Callable[..., Api], since: str, paid: str) -> None:
    api = own()
    _disturb(api)
    found = api.walk("/v1/invoices", updated_after=since, paid=paid, per_page=60)
    rows = [row for row in _raw(api) if (row["open_amount"] == "0.00") == (paid == "true")]
    assert {row["id"] for row in found} == {row["id"] for row in rows if row["updated_at"] > since}
