"""The data set: the same every time, and with every case that a reader must survive."""

import datetime as dt
import time
import unicodedata
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from payt_sandbox import World, build_world
from payt_sandbox.data.build import make_world
from payt_sandbox.world.shapes import SHAPES
from tests.support.api import TODAY, Api

pytestmark = pytest.mark.slow

REMINDERS = [f"reminder_{step}_at" for step in (1, 2, 3, 4)]
SUMMONS = [
    "pre_summons_at",
    *(f"summons_{step}_at" for step in (1, 2, 3, 4)),
    "notice_of_default_at",
    "pre_judicial_at",
]


@pytest.fixture(scope="module")
def world() -> World:
    return build_world(invoices=6000, seed=1, today=TODAY)


def _rows(world: World, kind: str, book: str | None = None) -> list[dict[str, Any]]:
    return world.rows(book or world.main_id, kind)


def test_the_same_arguments_give_the_same_world() -> None:
    worlds = [make_world(200, 30, 9, TODAY) for _ in range(2)]
    worlds += [build_world(invoices=200, debtors=30, seed=9, today=TODAY) for _ in range(3)]
    other = build_world(invoices=200, debtors=30, seed=10, today=TODAY)
    for kind in SHAPES:
        assert all(_rows(world, kind) == _rows(worlds[0], kind) for world in worlds[1:])
    assert _rows(worlds[0], "invoices") != _rows(other, "invoices")
    assert len(_rows(worlds[0], "debtors")) == 30


def test_sizes(world: World) -> None:
    rows = _rows(world, "invoices")
    assert sum(row["open_amount"] != "0.00" for row in rows) == 6000
    assert len(rows) == 7800
    assert len(_rows(world, "debtors")) == 300
    assert len(_rows(world, "invoices", "4739")) == pytest.approx(780, rel=0.1)
    assert len(_rows(build_world(invoices=100, today=TODAY), "debtors")) == 25


def test_ids_are_sparse_numbers_of_their_own(world: World) -> None:
    mine = [int(row["id"]) for row in _rows(world, "invoices")]
    theirs = {int(row["id"]) for row in _rows(world, "invoices", "4739")}
    assert not theirs & set(mine)
    assert min(theirs) < mine[10]
    assert mine[-20] < max(theirs)
    assert max(mine) - min(mine) > 1.5 * len(mine)
    for kind in SHAPES:
        keys = [row["id"] for book in ("4711", "4739", "4652") for row in _rows(world, kind, book)]
        assert len(keys) == len(set(keys))


def test_stamps_are_in_their_order_and_in_the_past(world: World) -> None:
    midnight = f"{TODAY}T00:00:00.000Z"
    for kind in SHAPES:
        for row in _rows(world, kind):
            stamps = [value for name, value in row.items() if name.endswith("_at") and value]
            assert all(moment < midnight for moment in stamps), row
            assert kind == "vat_rates" or row["updated_at"] == max(stamps), row
    for row in _rows(world, "invoices"):
        if row["invoice_date"]:
            assert row["invoice_date"] <= row["sent_at"][:10]
        chain = [row["sent_at"], *(row[name] for name in REMINDERS if row[name])]
        assert chain == sorted(chain)
        if row["invoice_date"] and row["due_date"]:
            days = dt.date.fromisoformat(row["due_date"]) - dt.date.fromisoformat(row["invoice_date"])
            assert days.days in (14, 30, 60)


def test_every_state_of_an_invoice_occurs(world: World) -> None:
    rows = _rows(world, "invoices")
    for name in (
        *REMINDERS,
        *SUMMONS,
        *("pre_reminder_at", "final_reminder_at", "collectable_at", "debt_collection_at", "bailiff_at", "paused_at"),
        *("active_payment_plan_id", "active_credit_case_id", "purchase_order_number", "order_number"),
        *("end_of_service_at", "payment_date"),
    ):
        assert any(row[name] for row in rows), name
    for name in ("due_date", "invoice_date", "debtor_number", "book_open_amount", "book_total_amount"):
        assert 0 < sum(row[name] is None for row in rows) < 100, name
    assert {row["currency_code"] for row in rows} == {"EUR", "GBP", "USD", "CHF"}
    assert any(row["total_amount"].startswith("-") for row in rows)
    assert any(row["open_amount"].startswith("-") and not row["total_amount"].startswith("-") for row in rows)
    assert any(row["total_amount"] == "0.00" for row in rows)
    assert any("," in row["invoice_number"] for row in rows)
    assert any("/" in row["invoice_number"] for row in rows)
    assert any(row["paused_by_user"] for row in rows)
    assert any(
        row["latest_reminder_at"]
        and row["latest_reminder_at"] > max(row[name] or "" for name in (*REMINDERS, "final_reminder_at"))
        for row in rows
    )
    assert max(len(row["description"] or "") for row in rows) == 5000
    categories = {unicodedata.category(sign) for row in rows for sign in row["description"] or ""}
    assert {"Cc", "Cf"} <= categories


def test_buckets_and_skew(world: World) -> None:
    still_open = [row for row in _rows(world, "invoices") if row["open_amount"] != "0.00" and row["due_date"]]
    late = Counter(
        min(max((TODAY - dt.date.fromisoformat(row["due_date"])).days + 29, 0) // 30, 4) for row in still_open
    )
    assert all(late[bucket] > 300 for bucket in range(5))
    owners = Counter(row["debtor_id"] for row in still_open)
    assert owners.most_common(1)[0][1] > 200
    assert sum(count <= 2 for count in owners.values()) > 20
    assert len(owners) < 280


def test_equal_and_recent_stamps(world: World) -> None:
    stamps = Counter(row["updated_at"] for row in _rows(world, "invoices"))
    assert stamps.most_common(1)[0][1] > 100
    yesterday = f"{TODAY - dt.timedelta(days=1)}"
    assert 0 < sum(count for moment, count in stamps.items() if moment > yesterday) < 0.3 * sum(stamps.values())


def test_debtors(world: World) -> None:
    rows = _rows(world, "debtors")
    names = [row["name"] for row in rows]
    assert len(set(names)) == len(names)
    for part in (
        "Bakker Bouw",
        "Jansen & Zn",
        "Jansen en Zonen",
        "Café Brûlée",
        "Müller GmbH",
        "\u202e",
        "\n",
        "<script>",
    ):
        assert any(part in name for name in names), part
    assert {row["language_code"] for row in rows} == {"nl", "fr", "de", "en"}
    assert {row["postal_address"]["country_code"] for row in rows} == {"NL", "BE", "DE", "GB"}
    addresses = [
        sum(
            row[name] is not None
            for name in ("primary_email_address", "reminder_email_address", "invoice_email_address")
        )
        for row in rows
    ]
    assert {0, 1, 2, 3} == set(addresses)
    assert {row["debtor_number"] for row in _rows(world, "debtors", "4739")} <= {row["debtor_number"] for row in rows}
    assert max(len(row["debtor_numbers"]) for row in _rows(world, "contacts")) == 3


def test_cases_and_plans(world: World) -> None:
    cases = _rows(world, "credit_cases")
    phases = Counter(
        next((name for name in ("forwarded_to_bailiff_at", *SUMMONS[::-1]) if row[name]), "new") for row in cases
    )
    assert set(phases) == {"new", *SUMMONS, "forwarded_to_bailiff_at"}
    assert any(row["deactivated_at"] for row in cases)
    assert any(row["paused_at"] for row in cases)
    assert all(row["credit_case_number"].endswith("-" + row["case_number"]) for row in cases)
    assert any(row["interest_costs"] != "0.00" for row in cases)
    invoices = _rows(world, "invoices")
    known = {row["id"]: row for row in cases}
    tied = [row for row in invoices if row["active_credit_case_id"]]
    assert all(known[row["active_credit_case_id"]]["debtor_id"] == row["debtor_id"] for row in tied)
    assert not any(known[row["active_credit_case_id"]]["deactivated_at"] for row in tied)
    plans = {row["id"]: row for row in _rows(world, "payment_plans")}
    for name in ("proposed_at", "rejected_at", "deactivated_at", "approved_at"):
        assert any(row[name] for row in plans.values())
    held = {row["active_payment_plan_id"] for row in invoices} - {None}
    assert held == {key for key, row in plans.items() if row["active"]}
    for row in plans.values():
        terms = sum(int(term["amount_due"].replace(".", "")) for term in row["payment_terms"])
        assert terms > 0


def test_payments_add_up(world: World) -> None:
    paid: Counter[str] = Counter()
    for row in _rows(world, "payments"):
        paid[row["invoice_id"]] += int(row["total_amount"].replace(".", ""))
    for row in _rows(world, "invoices"):
        total, left = (int(row[name].replace(".", "")) for name in ("total_amount", "open_amount"))
        assert paid[row["id"]] == total - left
    assert any(count > 1 for count in Counter(row["invoice_id"] for row in _rows(world, "payments")).values())


def test_messages(world: World) -> None:
    rows = _rows(world, "messages")
    assert {row["sender_type"] for row in rows} == {"creditor", "debtor"}
    assert any("evil.example" in row["content"] for row in rows if row["sender_type"] == "debtor")
    assert max(len(row["content"]) for row in rows) > 20_000
    assert any("\u202e" in row["content"] for row in rows)
    assert any(row["read_by_user"] for row in rows)
    assert any(row["read_at"] is None for row in rows)
    for name in ("credit_case_id", "invoice_id"):
        assert any(row[name] for row in rows)
    assert all(row["debtor_id"] for row in rows)


def test_the_clock_is_shifted_to_today() -> None:
    world = build_world(invoices=30, today=dt.date(2031, 2, 3))
    assert world.clock().date() == dt.date(2031, 2, 3)
    assert build_world(invoices=30).clock().date() == dt.datetime.now(dt.UTC).date()


def test_mutators_touch_and_index(own: Callable[..., Api]) -> None:
    api = own()
    world, main = api.world, api.main
    before = world.now()
    debtor = world.add_debtor(
        main, name="Nieuw", debtor_number="777", postal_address={"city": "Goes", "country_code": "NL"}
    )
    case = world.add_credit_case(main, debtor_id=debtor, open_amount="100.00", total_amount="100.00")
    invoice = world.add_invoice(main, debtor_id=debtor, total_amount="100.00", active_credit_case_id=case)
    plan = world.add_payment_plan(main, [invoice], debtor_id=debtor)
    message = world.add_message(main, debtor_id=debtor, subject="Hoi")
    contact = world.add_contact(main, lastname="Nieuw", debtor_numbers=["777"])
    row = api.get(f"/v1/invoices/{invoice}").json()
    assert (row["debtor_number"], row["book_open_amount"], row["payment_plan_id"]) == ("777", "100.00", plan)
    assert row["updated_at"] >= before
    assert [item["id"] for item in api.walk("/v1/messages", debtor_ids=debtor)] == [message]
    assert [item["id"] for item in api.walk("/v1/contacts", debtor_numbers="777")] == [contact]
    world.pay_invoice(main, invoice, "40.00")
    row = api.get(f"/v1/invoices/{invoice}").json()
    assert (row["open_amount"], row["book_open_amount"], row["payment_date"]) == ("60.00", "60.00", None)
    assert api.get(f"/v1/credit_cases/{case}").json()["open_amount"] == "60.00"
    world.pay_invoice(main, invoice)
    row = api.get(f"/v1/invoices/{invoice}").json()
    assert (row["open_amount"], row["payment_date"]) == ("0.00", str(TODAY))
    assert len(api.walk("/v1/payments", invoice_numbers=row["invoice_number"])) == 2
    world.delete_credit_case(main, case)
    world.change_payment_plan(main, plan, active=False)
    row = api.get(f"/v1/invoices/{invoice}").json()
    assert (row["active_credit_case_id"], row["active_payment_plan_id"]) == (None, None)
    world.change_credit_case(main, world.add_credit_case(main, debtor_id=debtor), paused_at=before)
    assert [item["paused_at"] for item in api.walk("/v1/credit_cases", updated_after=before)] == [before]
    world.delete_payment_plan(main, world.add_payment_plan(main, [invoice], debtor_id=debtor))
    assert api.get(f"/v1/invoices/{invoice}").json()["active_payment_plan_id"] is None
    assert len(api.walk("/v1/payment_plans/deleted", deleted_after=before)) == 1
    world.change_debtor(main, debtor, debtor_number="778")
    assert api.walk("/v1/debtors", debtor_numbers="777") == []
    assert [item["id"] for item in api.walk("/v1/debtors", debtor_numbers="778")] == [debtor]
    assert [item["id"] for item in api.walk("/v1/credit_cases/deleted", deleted_after=before)] == [case]
    world.delete_debtor(main, debtor)
    assert api.walk("/v1/debtors", debtor_numbers="778") == []
    with pytest.raises(KeyError):
        world.change_invoice(main, "1", description="nothing")


def test_a_large_world_builds() -> None:
    """50,000 open invoices; 200,000 take four times as long and about 360 MB. The bound is a generous one."""
    started = time.process_time()
    world = build_world(invoices=50_000, today=TODAY)
    assert time.process_time() - started < 20
    assert len(world.book(world.main_id).tables["invoices"].open_ids) == 50_000
