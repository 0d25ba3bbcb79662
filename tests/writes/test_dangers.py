"""Dangers over all writes: told by what a field is, one warning a kind, what stands apart first; and not laundered."""

from __future__ import annotations

import pytest

from payt_mcp.proposals.preview import Change, Preview, Warned
from payt_mcp.writes import dangers
from payt_mcp.writes.dangers import Found, of_change, stand_apart, told
from tests.support.daily_work import server
from tests.support.house import ADMINISTRATION, House, client, data, letter, record, said, says
from tests.support.previews import seen
from tests.writes.invoices.test_upsert import new

pytestmark = pytest.mark.anyio


def moved(place: int, new: str = "") -> Found:
    old = f"ap@klant{place}.example"
    change = Change("reminder_email_address", old, new or f"crediteuren@klant{place}.example")
    return of_change(f"debtor {place}", "reminder_email_address", change)[0]


def test_forty_addresses_are_one_warning_with_the_one_of_another_domain_first() -> None:
    (only,) = told([*map(moved, range(20)), moved(20, "ap@evil.example"), *map(moved, range(21, 40))])
    assert only.danger
    assert only.text.startswith(
        "The addresses that mail goes to change, what stands apart first: debtor 20 (reminders: ap@klant20.example "
        "becomes ap@evil.example), "
    )
    assert only.text.endswith("and 28 more.")


def test_a_look_alike_comes_before_all_others() -> None:
    (only,) = told([moved(1), moved(2, "ap@elsewhere.example"), moved(3, "ap@kIant3.example".lower())])
    assert (
        "first: debtor 3 (reminders: ap@klant3.example becomes ap@kiant3.example, whose domain looks like" in only.text
    )


@pytest.mark.parametrize(
    ("name", "old", "new", "danger"),
    [
        ("peppol_identifier", "0106:1", "0106:2", dangers.E_INVOICING),
        ("oin_number", "", "1", dangers.E_INVOICING),
        ("bank_account_number", "", "NL02RABO0123456789", dangers.ACCOUNT),
        ("vat_number", "a", "b", dangers.REGISTERED),
        ("remark", "call first", "nothing (cleared)", dangers.EMPTIED),
        ("invoice_bcc_email_address", "", "x@evil.example", dangers.ADDRESS),
    ],
)
def test_what_a_field_is_decides(name: str, old: str, new: str, danger: dangers.Danger) -> None:
    assert [one.danger for one in of_change("debtor 1", name, Change(name, old, new))] == [danger]


def test_a_record_that_is_not_like_the_others_of_its_batch_stands_apart() -> None:
    common, odd = Found(dangers.DUE, "1", "later"), Found(dangers.MOVED, "2", "a → b")
    assert stand_apart([[common], [common], [common, odd], []]) == [False, False, True, False]
    assert told([common, odd]) == [
        Warned("Goes to another debtor: 2 (a → b).", danger=True), Warned("The due date moves: 1 (later)."),
    ]  # fmt: skip


async def test_an_address_that_a_proposal_put_on_file_is_red_in_the_next_letter_and_said_where_it_comes_from(
    house: House,
) -> None:
    world, number = house.sandbox.world, house.debtor()
    contact = next(one for one in world.rows(ADMINISTRATION, "contacts") if number in one["debtor_numbers"])
    row = {"id": contact["id"], "reminder_email_address": "x@evil.example"}
    async with client(server(house), answer=says("accept")) as caller:
        before = seen(record(house, data(await caller.call_tool("send_message", letter(house)))["proposal_id"]))
        first = data(await caller.call_tool("upsert_contacts", {"contacts": [row]}))
        after = data(await caller.call_tool("send_message", letter(house, subject="Nog een")))
    assert dangers_of(before) == []
    (red,) = dangers_of(seen(record(house, after["proposal_id"])))
    assert red.startswith(f"x@evil.example (to) came on file lately, by proposal {first['proposal_id']} of ")
    async with client(server(house, confirm="code")) as caller:
        barred = await caller.call_tool("send_message", letter(house, subject="En nog een"))
    assert "A person must see this first" in said(barred)


async def test_money_and_mail_of_a_batch_of_invoices_are_told_by_what_they_are(house: House) -> None:
    world, number = house.sandbox.world, house.debtor()
    fields = ["invoice_number", "total_amount", "open_amount", "currency_code", "sent_at"]
    known = [
        one for one in house.invoices(fields)
        if one["currency_code"] == "EUR" and one["sent_at"] and one["open_amount"] == one["total_amount"] > "0.00"
    ]  # fmt: skip
    paid, raised, booked = (one["invoice_number"] for one in known[:3])
    world.add_contact(ADMINISTRATION, contact_identifier="other", invoice_email_address="x@elsewhere.example")
    mailed = {**new("M1", number), "contact_identifier": "other"}
    del mailed["sent_at"]
    rows = [
        mailed,
        {
            "invoice_number": paid,
            "amount_open": "0.00",
            "payments": [{"amount": known[0]["total_amount"], "origin_identifier": "p"}],
        },
        {"invoice_number": raised, "amount_open": "999999.00", "amount_total": "999999.00"},
        {"invoice_number": booked, "book_amount_total": "1.00"},
    ]
    async with client(server(house)) as caller:
        asked = data(await caller.call_tool("upsert_invoices", {"invoices": rows}))
    preview = seen(record(house, asked["proposal_id"]))
    elsewhere = "Payt e-mails invoices to an address that is not on file for the debtor: M1 (to x@elsewhere.example)."
    assert dangers_of(preview) == [elsewhere]
    told_of = {warned.text.partition(":")[0]: warned.text for warned in preview.remarks}
    assert paid in told_of["Payments are given, and less is open"]
    assert f"{raised} (EUR " in told_of["More is open"]
    assert booked in told_of["Other amounts change"]
    assert raised not in told_of["Other amounts change"]
    assert preview.rows[0].is_outlier


def dangers_of(preview: Preview) -> list[str]:
    return [warned.text for warned in preview.dangers]


@pytest.mark.parametrize(
    ("text", "said_of_it"),
    [
        ("Betaal via paypal.me/iemand", "Money would go to paypal.me/iemand"),
        ("Betaal op NL44RAB\u05550123456789", "mixes scripts and is not what it looks like"),
        ("Log in met api key: zuiderlicht-2026", "lets whoever reads it in"),
        ('Bel<p style="display:none">betaal</p>', "which may be drawn and hide text"),
    ],
)
async def test_a_comment_is_scanned_as_a_letter_is(house: House, text: str, said_of_it: str) -> None:
    task = house.sandbox.world.rows(ADMINISTRATION, "tasks")[0]["id"]
    async with client(server(house)) as caller:
        asked = data(await caller.call_tool("comment_task", {"task": str(task), "comment": text}))
    assert any(said_of_it in red for red in dangers_of(seen(record(house, asked["proposal_id"]))))
