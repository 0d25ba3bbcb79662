"""What a reader of one answer could mistake: whose rows these are, which message answers which, and when it was."""

import datetime as dt
import re
from collections.abc import Iterator
from decimal import Decimal

import pytest

from payt_mcp.payt.models import Message
from payt_mcp.receivables.messages import replies_of
from payt_sandbox import World, build_world
from payt_sandbox.server import Handle
from tests.support.assistant import MAIN, NOON, SECOND, assistant, frozen, payt

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def world() -> World:
    """Read it only. One debtor has 21 invoices that no other query finds, one 22."""
    world = frozen(build_world(invoices=120, seed=5, today=NOON.date()))
    for number in range(43):
        word = "onemore" if number < 21 else "twomore"
        world.add_invoice(MAIN, description=word, due_date=NOON.date(), total_amount="10.00")
    return world


@pytest.fixture(scope="module")
def served(world: World) -> Iterator[Handle]:
    with payt(world) as handle:
        yield handle


async def test_one_last_row_is_shown_rather_than_a_cursor_for_it(served: Handle) -> None:
    async with assistant(served) as who:
        one = await who.ask("search_invoices", query="onemore")
        assert (await who.ask("search_invoices", query="onemore")) == one
        two = await who.ask("search_invoices", query="twomore")
        asked = await who.ask("search_invoices", query="onemore", limit=20)
    assert (len(one["invoices"]), one.get("next_cursor")) == (21, None)
    assert (len(two["invoices"]), bool(two.get("next_cursor"))) == (20, True)
    assert (len(asked["invoices"]), bool(asked.get("next_cursor"))) == (20, True)


async def test_of_two_companies_groups_are_counted_once_and_currencies_are_not_ranked_together(
    world: World, served: Handle
) -> None:
    async with assistant(served, administration_id="all") as who:
        months = await who.ask("search_invoices", group_by="month")
        managers = await who.ask("search_invoices", group_by="relation_manager")
        largest = await who.ask("search_invoices", sort="-open_amount")
        oldest = await who.ask("search_invoices", sort="due_date")
        debtors = await who.ask("find_debtors")
        overdue = await who.ask("summarize_overdue")
        work = await who.ask("get_worklist")
    names = {row["month"] for row in months["groups"]}
    assert len(names) < len(months["groups"])
    assert f"{len(names)} months in {len(months['groups'])} rows, one a company, by due date" in months["summary"]
    said = "EUR and GBP come in turn, not ranked together."
    for answer in (managers, largest, debtors, overdue, work):
        assert said in answer["summary"]
    for answer in (months, oldest):
        assert said not in answer["summary"]
    for key in (MAIN, SECOND):
        sums = [Decimal(row["open"]) for row in managers["groups"] if row["administration_id"] == key]
        assert sums == sorted(sums, reverse=True)


async def test_groups_are_in_the_order_of_the_amount_they_show_or_of_the_sort_they_are_given(served: Handle) -> None:
    async with assistant(served) as who:
        credits_ = await who.ask("search_invoices", group_by="debtor", max_amount="-0.01", limit=100)
        by_net = await who.ask("search_invoices", group_by="debtor", sort="-open_amount", limit=100)
        by_total = await who.ask("search_invoices", group_by="debtor", sort="total_amount", status="paid", limit=100)
        phases = await who.ask("search_invoices", group_by="phase", sort="open_amount")
        months = await who.ask("search_invoices", group_by="month", sort="-due_date")
        refused = await who.refused("search_invoices", group_by="debtor", sort="-due_date")
    owed = [Decimal(row["credits"]) for row in credits_["groups"]]
    assert len(owed) > 2
    assert owed == sorted(owed)
    assert re.match(r"\d+ open credits found \(open amount EUR -0\.01 or less\), EUR -[\d,.]+\.", credits_["summary"])
    net = [Decimal(row["open"]) + Decimal(row.get("credits", 0)) for row in by_net["groups"]]
    assert net == sorted(net, reverse=True)
    assert by_net["summary"].endswith(" debtors, by net open amount, largest first:")
    net = [Decimal(row["open"]) + Decimal(row.get("credits", 0)) for row in phases["groups"]]
    assert net == sorted(net)
    totals = [Decimal(row["total_amount"]) for row in by_total["groups"]]
    assert totals == sorted(totals)
    names = [row["month"] for row in months["groups"]]
    assert names == sorted(names, reverse=True)
    assert months["summary"].endswith(" months by due date, latest first:")
    possible = "open_amount, -open_amount, total_amount, -total_amount, invoices, -invoices"
    assert f"with group_by=debtor it is one of {possible}." in refused


async def test_what_is_misnamed_is_told_with_what_there_is(served: Handle) -> None:
    async with assistant(served) as who:
        labels = await who.ask("search_invoices", labels=["betwist", "vip"])
        known = await who.ask("search_invoices", labels=["vip"])
        attention = await who.refused("search_invoices", attention=["disputed"])
        overdue = await who.ask("search_invoices", status="overdue")
        picture = await who.ask("summarize_overdue")
        grouped = await who.ask("search_invoices", group_by="label")
        by_phase = await who.ask("search_invoices", group_by="phase")
    disputes = "Disputed, or not to be chased, by label: “betwist gedeelte”, klacht."
    assert disputes in grouped["notes"]
    assert disputes not in by_phase["notes"]
    assert "No open invoice has the label betwist; the nearest is “betwist gedeelte”." in labels["notes"]
    assert any(note.startswith("Labels of open invoices: ") for note in labels["notes"])
    assert labels["total"] == known["total"] > 0
    assert not any("label" in note.casefold() for note in known.get("notes", []))
    assert "credit_open, of the invoice itself, its credit case or its debtor." in attention
    apart = overdue["total"] - picture["invoice_count"]
    said = "nor among those summarize_overdue counts"
    assert any(note.startswith(f"{apart} invoice") and said in note for note in overdue["notes"]) is bool(apart)


async def test_what_was_not_reminded_of_says_when_it_was_and_what_was_done_instead() -> None:
    world = frozen(build_world(invoices=60, seed=4, today=NOON.date()))
    of = {"due_date": NOON.date() - dt.timedelta(days=90), "description": "reminding"}
    debtor = {name: int(world.add_debtor(MAIN, debtor_number=name, name=name)) for name in ("88001", "88002")}
    for number, name, steps in (
        ("R-OLD", "88001", {"reminder_1_at": "2026-10-02T22:30:00Z"}),  # the day after, where the company is
        ("R-NEW", "88001", {"reminder_1_at": "2026-11-10T09:00:00Z"}),
        ("R-CASE", "88002", {"reminder_1_at": "2026-09-01T09:00:00Z", "summons_1_at": "2026-11-12T09:00:00Z"}),
        ("R-NEVER", "88002", {}),
    ):
        world.add_invoice(MAIN, invoice_number=number, debtor_id=debtor[name], **of, **steps)
    with payt(world) as handle:
        async with assistant(handle) as who:
            asked = {"query": "reminding", "not_reminded_since": "2026-11-01"}
            answer = await who.ask("search_invoices", **asked)
            _, text, _ = await who.call("search_invoices", **asked)
            plain = await who.ask("search_invoices", query="reminding")
    rows = {row["invoice_number"]: row["reminded_on"] for row in answer["invoices"]}
    assert rows == {"R-OLD": "2026-10-03", "R-CASE": "2026-09-01", "R-NEVER": "never"}
    assert "3 open invoices found (last reminded of before 2026-11-01, or never), " in answer["summary"]
    assert "1 of these went to collection or further since, no reminder: see the phase." in answer["notes"]
    assert "1 of these debtors had a reminder of another open invoice since." in answer["notes"]
    assert " | reminded on" in text
    assert not any("reminded_on" in row for row in plain["invoices"])


async def test_a_credit_is_called_one_and_what_was_converted_is_said(world: World, served: Handle) -> None:
    rows = [row for row in world.rows(MAIN, "invoices") if Decimal(row["open_amount"]) < 0]
    note = next(row for row in rows if Decimal(row["total_amount"]) < 0)
    overpaid = next(row for row in rows if Decimal(row["total_amount"]) > 0)
    async with assistant(served) as who:
        said = [(await who.ask("get_invoice", invoice=row["invoice_number"]))["summary"] for row in (note, overpaid)]
        overdue = await who.ask("summarize_overdue")
        _, paid, _ = await who.call("search_invoices", status="paid", group_by="debtor")
    assert said[0].startswith("Credit note ")
    assert said[1].startswith("Invoice ")
    assert f" open of {Decimal(overpaid['total_amount']):,.2f}, a credit: more was paid, due" in said[1]
    assert "more was paid" not in said[0]
    others = ", ".join(f"{code} {amount}" for code, amount in overdue["overdue_by_currency"].items())
    assert f"Of it converted from {others}." in overdue["summary"]
    assert "debtor | name | invoices | total\n" in paid


async def test_limits_say_in_which_currency_they_were_compared(served: Handle) -> None:
    async with assistant(served) as who:
        one = await who.ask("search_invoices", min_total="500")
        pounds = await who.ask("search_invoices", min_amount="20.5", max_amount="900", currency="GBP")
        paid = await who.ask("search_invoices", max_amount="900", status="paid")
        both = await who.ask("search_invoices", min_total="500", administration_id="all")
    assert re.search(r"found \(total EUR 500\.00 or more\)[,:]", one["summary"])
    assert "found (open amount EUR 20.50 to 900.00)" in pounds["summary"]
    assert "found (total EUR 900.00 or less), " in paid["summary"]
    assert " found (total 500.00 or more in EUR or GBP, as the books of each are) in 2 adm" in both["summary"]


async def test_groups_of_companies_in_one_currency_are_in_one_order() -> None:
    world = frozen(build_world(invoices=120, seed=5, today=NOON.date()))
    world.administrations[int(SECOND)]["currency_code"] = "EUR"
    with payt(world) as handle:
        async with assistant(handle, administration_id="all") as who:
            answer = await who.ask("search_invoices", group_by="relation_manager", limit=100)
    sums = [Decimal(row["open"]) for row in answer["groups"]]
    assert len({row["administration_id"] for row in answer["groups"]}) == 2
    assert sums == sorted(sums, reverse=True)
    assert "ranked" not in answer["summary"]
    assert ",," not in answer["summary"]


async def test_the_time_of_an_answer_about_several_companies_is_on_the_clocks_of_the_first() -> None:
    world = frozen(build_world(invoices=120, seed=5, today=NOON.date()))
    with payt(world) as handle:
        async with assistant(handle, PAYT_FRESHNESS_SECONDS="3600") as who:
            await who.ask("search_invoices", administration_id=SECOND)
            frozen(world, NOON + dt.timedelta(seconds=60))
            await who.ask("search_invoices", administration_id=MAIN)  # so the other's books are the older ones
            for tool in ("search_invoices", "find_debtors", "summarize_overdue", "get_worklist"):
                of_both = await who.ask(tool, administration_id=f"{MAIN},{SECOND}")
                assert of_both["as_of"].endswith("+01:00"), tool
                of_both = await who.ask(tool, administration_id=f"{SECOND},{MAIN}")
                assert of_both["as_of"].endswith(("Z", "+00:00")), tool


async def test_an_invoice_says_whose_it_is_and_a_paid_one_when(served: Handle) -> None:
    async with assistant(served) as who:
        paid = await who.ask("search_invoices", status="paid", limit=5)
        row = paid["invoices"][0]
        invoice = await who.ask("get_invoice", invoice=row["invoice_number"])
        refused = await who.refused("search_invoices", administration_id=None)
    assert all(one["payment_date"] for one in paid["invoices"])
    assert invoice["invoice"]["administration"].startswith("Noorderlicht")
    assert f"paid on {row['payment_date']}." in invoice["summary"]
    assert '"all" for all of them' in refused


async def test_a_reply_says_what_it_answers_wherever_its_page_ends(served: Handle) -> None:
    async with assistant(served) as who:
        alone = await who.all("list_messages", "messages", limit=1)
        together = await who.all("list_messages", "messages", limit=100)
    assert sum("reply_to" in row for row in together) > 3
    assert alone == together


def test_a_reply_belongs_to_the_last_message_of_the_other_side_with_its_subject() -> None:
    told = [  # newest first
        ("9", "7", "creditor", "AW: Re: Rekening 5"),
        ("8", "7", "debtor", "Re: Rekening 6"),
        ("7", "8", "debtor", "Re: Rekening 5"),
        ("6", "7", "debtor", "RE: rekening 5 "),
        ("5", "7", "debtor", "Rekening 5"),
        ("4", "7", "creditor", "Rekening 5"),
        ("3", "7", "creditor", "Rekening 5"),
        ("2", "7", "debtor", "Re:"),
    ]
    newest = [Message(id=key, debtor_id=debtor, sender_type=side, subject=said) for key, debtor, side, said in told]
    assert replies_of(newest) == {"9": "6", "6": "4"}
