"""What search_invoices and summarize_overdue filter, group and add up, against a reckoning over the raw rows: in one
company, in the other and in both, while payments, part payments, labels and new invoices arrive between the calls.
"""

from __future__ import annotations

import datetime as dt
import random
import re
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Iterator
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from payt_mcp import steps
from payt_mcp.receivables import in_order, text_index
from payt_sandbox import World, build_world
from tests.answers import reckoning
from tests.answers.reckoning import NOTHING, STEPS, Ledger, amount
from tests.support.assistant import MAIN, NOON, SECOND, Assistant, Row, assistant, frozen, payt

pytestmark = pytest.mark.slow

GROUPS = ("debtor", "currency", "phase", "month", "label", "relation_manager")
SORTS = {"total_amount": "book_total_amount", "open_amount": "book_open_amount", "payment_date": "payment_date"}
REMINDERS = ("latest_reminder", "final_reminder", "reminder_4", "reminder_3", "reminder_2", "reminder_1")
ROUNDS = 24
NO_PHASES = {"open": {"paid"}, "overdue": {"paid", "not_due"}, "paid": {"not_due", "overdue", *STEPS}, "all": set()}


@pytest.fixture(scope="module", autouse=True)
def short_steps() -> Iterator[None]:
    """What is found among 260 is found in as many steps as among 100,000, and others have their turn after each."""
    with pytest.MonkeyPatch.context() as patched:
        for module, name, value in (
            (steps, "A_STEP", 7), (steps, "_A_TURN", 0.0), (in_order, "_SIZE", 4), (in_order, "_LOOKED_AT", 2),
            (in_order, "_MOST", 9), (text_index, "_SIZE", 11),
        ):  # fmt: skip
            patched.setattr(module, name, value)
        yield


@pytest.fixture(scope="module")
def world() -> World:
    """With credit notes that were set off against an invoice: nothing is open on them any more."""
    made = frozen(build_world(invoices=260, debtors=16, seed=11, today=NOON.date()))
    for administration in (MAIN, SECOND):
        debtors = made.rows(administration, "debtors")
        for number, total in enumerate(("-120.50", "-7.25", "-1000.00")):
            made.add_invoice(
                administration, total_amount=total, open_amount="0.00", debtor_id=int(debtors[number]["id"]),
                invoice_number=f"C{number}", payment_date=str(NOON.date() - dt.timedelta(days=10 * number)),
            )  # fmt: skip
    return made


@pytest.fixture(scope="module")
async def who(world: World) -> AsyncIterator[Assistant]:
    with payt(world) as handle:
        async with assistant(handle) as asked:
            yield asked


class Facts:
    """The rows of one company with what a question asks about them, each worked out here."""

    def __init__(self, world: World, administration_id: str) -> None:
        self.ledger = Ledger(world, administration_id)
        self.currency = self.ledger.currency
        full = {row["id"]: row for row in world.rows(administration_id, "invoices", ["id", "labels"])}
        managers = world.rows(administration_id, "debtors", ["id", "relation_manager"])
        self.managers = {row["id"]: row["relation_manager"] or "" for row in managers}
        self.labels = {key: [one["name"] for one in row["labels"]] for key, row in full.items()}
        self.zone = ZoneInfo(world.book(administration_id).timezone)

    def phase(self, row: Row) -> str:
        open_ = amount(row["open_amount"])
        if open_ < 0:
            return ""
        if open_ == 0:
            return "paid"
        found = reckoning.phase(row)
        return found if found != "overdue" or self.ledger.is_overdue(row) else "not_due"

    def flags(self, row: Row) -> set[str]:
        ledger = self.ledger
        debtor = ledger.debtors.get(row["debtor_id"], {})
        case = ledger.cases.get(row["active_credit_case_id"] or "", {})
        live = {} if case.get("deactivated_at") else case
        open_ = amount(row["open_amount"])
        own = [one for one in ledger.invoices if one["debtor_id"] == row["debtor_id"]]
        named = {one["active_payment_plan_id"] for one in own}
        named |= {ledger.cases.get(one["active_credit_case_id"] or "", {}).get("active_payment_plan_id") for one in own}
        loose = any(plan["debtor_id"] == row["debtor_id"] and plan["id"] not in named for plan in ledger.plans)
        flags = {
            "payment_plan": row["active_payment_plan_id"]
            or case.get("active_payment_plan_id") or (loose and open_ > 0),
            "paused": row["paused_at"] or row["paused_by_user"] or live.get("paused_at")
            or debtor.get("paused_at") or debtor.get("reminding_paused_at"),
            "with_bailiff": self.phase(row) == "bailiff" or live.get("forwarded_to_bailiff_at"),
            "credit_open": open_ < 0 or (open_ > 0 and any(amount(one["open_amount"]) < 0 for one in own)),
        }  # fmt: skip
        return {name for name, is_set in flags.items() if is_set}

    def reminded_on(self, row: Row) -> str:
        """The day of its last reminder, where the company is; "" where there was none."""
        moments = [at for name in REMINDERS if (at := row.get(f"{name}_at")) and at <= row["now"]]
        return str(dt.datetime.fromisoformat(max(moments)).astimezone(self.zone).date()) if moments else ""

    def fits(self, row: Row, asked: dict[str, Any]) -> bool:
        open_, total = amount(row["open_amount"]), amount(row["total_amount"])
        booked = row["book_total_amount"] if open_ == 0 else row["book_open_amount"]
        status = _status(asked)
        is_of = {"open": open_ != 0, "overdue": self.ledger.is_overdue(row), "paid": open_ == 0, "all": True}
        return (
            is_of[status]
            and asked.get("currency", row["currency_code"]) == row["currency_code"]
            and ("phase" not in asked or self.phase(row) in asked["phase"])
            and ("attention" not in asked or bool(self.flags(row) & set(asked["attention"])))
            and ("labels" not in asked or bool(set(self.labels[row["id"]]) & set(asked["labels"])))
            and ("relation_manager" not in asked or self.managers.get(row["debtor_id"]) == asked["relation_manager"])
            and (not asked.get("partly_paid") or (0 < abs(open_) < abs(total) and open_ * total > 0))
            and (self.reminded_on(row) < asked.get("not_reminded_since", "9999"))
            and (open_ >= 0 or "not_reminded_since" not in asked)
            and _between(row["due_date"], asked, "due")
            and _between(row["invoice_date"], asked, "invoiced")
            and _between(row["payment_date"], asked, "paid")
            and _between(booked, asked, "amount")
            and _between(row["book_total_amount"], asked, "total")
        )

    def keys(self, row: Row, asked: dict[str, Any]) -> list[str]:
        by = asked["group_by"]
        is_paid = {"paid_from", "paid_to"} & asked.keys() or _status(asked) == "paid"
        is_invoiced = {"invoiced_from", "invoiced_to"} & asked.keys()
        date = row["payment_date" if is_paid else "invoice_date" if is_invoiced else "due_date"]
        found = {
            "debtor": [str(self.ledger.debtors[row["debtor_id"]]["debtor_number"])],
            "currency": [row["currency_code"]],
            "phase": [self.phase(row)],
            "month": [(date or "")[:7]],
            "label": self.labels[row["id"]] or [""],
            "relation_manager": [self.managers[row["debtor_id"]]],
        }
        return [key or "(none)" for key in found[by]]


def _status(asked: dict[str, Any]) -> str:
    """That of a question without one: payment dates, and the phase `paid`, are those of paid invoices."""
    if {"paid_from", "paid_to"} & asked.keys():
        return str(asked.get("status", "paid"))
    is_paid = {phase == "paid" for phase in asked.get("phase", ("not_due",))}
    return str(asked.get("status", "all" if len(is_paid) > 1 else "paid" if True in is_paid else "open"))


def _between(value: Any, asked: dict[str, Any], what: str) -> bool:
    """`due_from`, `min_total`: dates as texts, amounts as numbers; what is not known is in no range."""
    low, high = asked.get(f"{what}_from", asked.get(f"min_{what}")), asked.get(f"{what}_to", asked.get(f"max_{what}"))
    if low is None and high is None:
        return True
    if value is None:
        return False
    if what in {"amount", "total"}:
        return (low is None or Decimal(value) >= Decimal(low)) and (high is None or Decimal(value) <= Decimal(high))
    return (low is None or value >= low) and (high is None or value <= high)


def _sums(rows: Iterable[Row], ledger: Ledger, prefix: str) -> dict[str, str]:
    """Gross, overdue, credits and totals of rows; `prefix` is `book_` for the books, "" for their own currency."""
    open_ = overdue = credit = total = settled = NOTHING
    for row in rows:
        counted = row["book_total_amount" if amount(row["open_amount"]) == 0 else "book_open_amount"]
        if prefix and counted is None:
            continue
        left, made_out = Decimal(row[f"{prefix}open_amount"]), Decimal(row[f"{prefix}total_amount"] or 0)
        total += made_out
        settled += made_out if is_settled(row) else 0
        if amount(row["open_amount"]) < 0:
            credit += left
        else:
            open_ += left
            overdue += left if ledger.is_overdue(row) else 0
    return {
        "open": f"{open_:.2f}",
        "overdue": f"{overdue:.2f}",
        "credits": f"{credit:.2f}",
        "total_amount": f"{total:.2f}",
        "settled_credits": f"{settled:.2f}",
    }


def is_settled(row: Row) -> bool:
    """A credit note on which nothing is open."""
    return amount(row["open_amount"]) == 0 and amount(row["total_amount"]) < 0


def _counts(rows: Iterable[Row]) -> dict[str, int]:
    """How many of them are invoices, open credits and settled credit notes; nothing of what there is none."""
    counts = {"invoices": 0, "credit_count": 0, "settled_count": 0}
    for row in rows:
        kind = "settled_count" if is_settled(row) else "credit_count" if amount(row["open_amount"]) < 0 else "invoices"
        counts[kind] += 1
    return {name: count for name, count in counts.items() if count or name == "invoices"}


def _counted(row: Row) -> dict[str, int]:
    return {name: row[name] for name in ("invoices", "credit_count", "settled_count") if name in row}


def _agree(said: Row, meant: dict[str, str]) -> None:
    """Every sum that is said is right; the credits are left out where there are none, a total that says no more too."""
    for name, value in meant.items():
        assert said.get(name, value) == value, (name, said, meant)
    if Decimal(meant["credits"]) and "open" in said:
        assert said["credits"] == meant["credits"]
    if "settled_count" in said:
        assert said["settled_credits"] == meant["settled_credits"]


def _questions(facts: Facts, dice: random.Random) -> Iterator[dict[str, Any]]:
    """All of each status, then some filters at random, with values that occur."""
    rows = facts.ledger.every
    yield from ({}, {"status": "paid"}, {"status": "all"}, {"status": "overdue"}, {"max_amount": "-0.01"})
    while True:
        row = dice.choice(rows)
        choices: dict[str, Any] = {
            "status": dice.choice(("open", "overdue", "paid", "all")),
            "currency": row["currency_code"],
            "phase": [facts.phase(row) or "not_due", dice.choice((*STEPS, "overdue", "paid"))],
            "attention": [dice.choice(("payment_plan", "paused", "with_bailiff", "credit_open"))],
            "labels": facts.labels[row["id"]] or ["vip"],
            "relation_manager": facts.managers[row["debtor_id"]],
            "partly_paid": True,
            "min_total": row["book_total_amount"],
            "max_total": row["book_total_amount"],
            "min_amount": row["book_open_amount"],
            "max_amount": row["book_open_amount"],
            "due_from": row["due_date"],
            "due_to": row["due_date"],
            "invoiced_from": row["invoice_date"],
            "invoiced_to": row["invoice_date"],
            "paid_from": row["payment_date"],
            "paid_to": row["payment_date"],
            "not_reminded_since": facts.reminded_on(row),
        }
        picked = {name: choices[name] for name in dice.sample(list(choices), dice.randint(0, 3)) if choices[name]}
        if set(picked.get("phase", ("any",))) <= NO_PHASES[picked.get("status", "all")]:
            del picked["phase"]  # of such a status, and so refused
        if _status(picked) == "paid":
            picked.pop("partly_paid", None)
        yield picked


def _meddle(world: World, dice: random.Random) -> None:
    administration = dice.choice((MAIN, SECOND))
    rows = [row for row in world.rows(administration, "invoices") if Decimal(row["open_amount"] or 0) > 1]
    row = dice.choice(rows)
    way = dice.randrange(5)
    if way == 0:
        world.pay_invoice(administration, row["id"])
    elif way == 1:
        world.pay_invoice(administration, row["id"], "0.37")
    elif way == 2:
        world.change_invoice(administration, row["id"], labels=[{"name": "vip"}, {"name": "nieuw"}])
    elif way == 3:
        world.add_invoice(
            administration, due_date=NOON.date() - dt.timedelta(days=dice.randrange(1, 90)), total_amount="812.34"
        )
    else:
        world.change_debtor(administration, row["debtor_id"], relation_manager="Noor Nieuw")


@pytest.mark.parametrize("whose", [MAIN, SECOND, "all"])
async def test_filters_groups_and_totals_are_those_of_the_raw_rows(world: World, who: Assistant, whose: str) -> None:
    dice = random.Random(f"questions {whose}")
    companies = [MAIN, SECOND] if whose == "all" else [whose]
    nonempty = 0
    questions = _questions(Facts(world, companies[0]), dice)
    for turn in range(ROUNDS):
        asked = next(questions)
        if turn % 3 == 0:
            _meddle(world, dice)
        found = {key: Facts(world, key) for key in companies}
        fitting = {key: [row for row in facts.ledger.every if facts.fits(row, asked)] for key, facts in found.items()}
        if "relation_manager" in asked:  # a company that knows no such person is left out, and says so
            named = {key: asked["relation_manager"] in facts.managers.values() for key, facts in found.items()}
            if not any(named.values()):
                continue
        nonempty += any(fitting.values())
        group_by = GROUPS[turn % len(GROUPS)]
        await _check_rows(who, whose, asked, found, fitting)
        await _check_groups(who, whose, {**asked, "group_by": group_by}, found, fitting)
    assert nonempty > ROUNDS // 3, "the questions find something"


async def _check_rows(
    who: Assistant, whose: str, asked: dict[str, Any], found: dict[str, Facts], fitting: dict[str, list[Row]]
) -> None:
    pages = [page async for page in who.pages("search_invoices", administration_id=whose, limit=100, **asked)]
    said = [
        (row.get("administration_id", whose), row["invoice_number"])
        for page in pages
        for row in page.get("invoices", [])
    ]
    meant = [(key, row["invoice_number"]) for key, rows in fitting.items() for row in rows]
    assert sorted(said) == sorted(meant), asked
    first = pages[0]
    assert first["total"] == len(meant)
    for page in pages[1:]:
        assert not {"total_open", "open", "overdue", "by_currency", "administrations"} & page.keys()
    if not meant:
        return
    several = "administrations" in first  # where one alone knows the person that is named, it is the whole answer
    totals = {row["administration_id"]: row for row in first.get("administrations", [])}
    totals = totals or {key: first for key, rows in fitting.items() if rows}
    assert len(totals) == (len(found) if several else 1)
    for key, rows in fitting.items():
        if key in totals and rows:
            _agree(totals[key], _sums(rows, found[key].ledger, "book_"))
            _check_line(first["summary"], rows, found[key].ledger, asked)
            if several:
                assert _counted(totals[key]) == _counts(rows)
    by_currency: dict[str, list[dict[str, str]]] = defaultdict(list)
    for key, rows in fitting.items():
        for code in {row["currency_code"] for row in rows}:
            by_currency[code].append(_sums((r for r in rows if r["currency_code"] == code), found[key].ledger, ""))
    for row in first.get("by_currency", []):
        parts = by_currency.pop(row["currency"])
        _agree(row, {name: str(sum((Decimal(part[name]) for part in parts), NOTHING)) for name in parts[0]})
    assert len(by_currency) <= 1 if not several else not by_currency, "every currency is told where there are several"


def _check_line(line: str, rows: list[Row], ledger: Ledger, asked: dict[str, Any]) -> None:
    """The sentence of one company has the invoices, the open credits and the settled ones, each with its number and
    sum, and where there are several kinds what they come to together.
    """
    sums, counts = {name: Decimal(value) for name, value in _sums(rows, ledger, "book_").items()}, _counts(rows)
    status = _status(asked)
    invoices = sums["total_amount"] - sums["settled_credits"] if status == "paid" else sums["open"]
    told = {
        "invoices": ("" if status == "all" else f"{status} ") + "invoice",
        "credit_count": "open credit",
        "settled_count": "settled credit note",
    }
    amounts = {"invoices": invoices, "credit_count": sums["credits"], "settled_count": sums["settled_credits"]}
    kinds = [name for name in counts if counts[name]]
    for name in kinds:
        noun = told[name] + ("" if counts[name] == 1 else "s")
        between = r"(?: found)?(?: \([^)]*\))?(?:, made out for \S+ \S+)?"
        said = rf"\b{counts[name]:,} {noun}{between}, {ledger.currency} {re.escape(f'{amounts[name]:,.2f}')}(?!\d)"
        assert re.search(said, line), (said, line)
    net = sums["total_amount"] if status == "paid" else sums["open"] + sums["credits"]
    assert (f"; net {ledger.currency} {net:,.2f}" in line) == (len(kinds) > 1), line
    if status in {"open", "all"} and counts["invoices"]:
        assert f" ({sums['overdue']:,.2f} of it overdue)" in line


async def _check_groups(
    who: Assistant, whose: str, asked: dict[str, Any], found: dict[str, Facts], fitting: dict[str, list[Row]]
) -> None:
    by = asked["group_by"]
    pages = [page async for page in who.pages("search_invoices", administration_id=whose, limit=7, **asked)]
    said = {
        (row.get("administration_id", whose), row["debtor_number"] if by == "debtor" else row[by].strip("“”")): row
        for page in pages
        for row in page.get("groups", [])
    }
    meant: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for key, rows in fitting.items():
        for row in rows:
            for group in found[key].keys(row, asked):
                meant[key, group].append(row)
    assert said.keys() == meant.keys(), asked
    assert pages[0]["invoice_count"] == sum(_counts(rows)["invoices"] for rows in fitting.values())
    for (key, group), rows in meant.items():
        assert _counted(said[key, group]) == _counts(rows)
        _agree(said[key, group], _sums(rows, found[key].ledger, "" if by == "currency" else "book_"))


def _check_picture(got: dict[str, Any], owed: list[Row], ledger: Ledger) -> None:
    """The buckets and the debtors of a picture, from the rows that are counted in it."""
    for bucket, (days, low, high) in zip(got["buckets"], reckoning.BUCKETS, strict=True):
        inside = [row for row in owed if low <= ledger.late(row) <= high]
        assert (bucket["days"], bucket["invoices"]) == (days, len(inside))
        assert Decimal(bucket["amount"]) == reckoning.total(inside)
    of_debtor: dict[str, list[Row]] = defaultdict(list)
    for row in owed:
        of_debtor[ledger.debtors[row["debtor_id"]]["debtor_number"]].append(row)
    assert {
        row["debtor_number"]: (Decimal(row["overdue"]), row["invoices"], row["oldest_days"])
        for row in got.get("debtors", ())
    } == {number: (reckoning.total(rows), len(rows), max(map(ledger.late, rows))) for number, rows in of_debtor.items()}


async def test_pictures_follow_payments_in_each_company_and_in_all(world: World, who: Assistant) -> None:
    """Asked again after every change, of one company and of all at once, with and without a filter."""
    dice = random.Random("pictures")
    for turn in range(12):
        _meddle(world, dice)
        asked: dict[str, Any] = ({}, {"currency": "USD"}, {"phase": ["overdue", "collectable"]}, {"min_days": 31})[
            turn % 4
        ]
        together = await who.ask("summarize_overdue", administration_id="all", top=100, **asked)
        parts = {row["administration_id"]: row for row in together["administrations"]}
        rows: dict[str, list[Row]] = defaultdict(list)
        for row in together.get("debtors", ()):
            rows[row["administration_id"]].append(row)
        for key in (MAIN, SECOND):
            facts = Facts(world, key)
            late = [row for row in facts.ledger.invoices if facts.ledger.late(row) >= asked.get("min_days", 1)]
            chosen = [row for row in late if asked.get("currency", row["currency_code"]) == row["currency_code"]]
            chosen = [row for row in chosen if "phase" not in asked or facts.phase(row) in asked["phase"]]
            valued = [row for row in chosen if row["book_open_amount"] is not None]
            owed = [row for row in valued if amount(row["open_amount"]) > 0]
            alone = await who.ask("summarize_overdue", administration_id=key, top=100, **asked)
            for got in (alone, parts[key]):
                assert Decimal(got["overdue_gross"]) == reckoning.total(owed), (turn, key)
                credits_ = reckoning.total(row for row in valued if amount(row["open_amount"]) < 0)
                assert Decimal(got["overdue_credits"]) == credits_
            _check_picture(alone, owed, facts.ledger)
            _check_picture({**parts[key], "debtors": rows[key]}, owed, facts.ledger)


async def test_the_overdue_picture_by_currency_phase_and_manager(world: World, who: Assistant) -> None:
    everything = await who.ask("summarize_overdue", administration_id=None, top=5)
    assert [row["administration_id"] for row in everything["administrations"]] == [MAIN, SECOND]
    assert "overdue_gross" not in everything, "nothing is added up across companies but by currency"
    own: dict[str, Decimal] = defaultdict(lambda: NOTHING)
    for key in (MAIN, SECOND):
        facts = Facts(world, key)
        late = [row for row in facts.ledger.invoices if facts.ledger.late(row) >= 1]
        for row in late:
            own[row["currency_code"]] += max(amount(row["open_amount"]), NOTHING)
        for asked, chosen in (
            ({"currency": "EUR"}, [row for row in late if row["currency_code"] == "EUR"]),
            ({"phase": ["reminder 1", "bailiff"]}, [r for r in late if facts.phase(r) in {"reminder_1", "bailiff"}]),
            ({"relation_manager": "noor nieuw"}, [r for r in late if facts.managers[r["debtor_id"]] == "Noor Nieuw"]),
        ):  # fmt: skip
            if "relation_manager" in asked and "Noor Nieuw" not in facts.managers.values():
                assert "There are:" in await who.refused("summarize_overdue", administration_id=key, **asked)
                continue
            got = await who.ask("summarize_overdue", administration_id=key, top=100, **asked)
            valued = [row for row in chosen if row["book_open_amount"] is not None]
            owed = [row for row in valued if amount(row["open_amount"]) > 0]
            assert Decimal(got["overdue_gross"]) == reckoning.total(owed)
            assert Decimal(got["overdue_credits"]) == reckoning.total(r for r in valued if amount(r["open_amount"]) < 0)
            assert got["invoice_count"] == len(owed)
            _check_picture(got, owed, facts.ledger)
    assert {code: Decimal(value) for code, value in everything["overdue_by_currency"].items()} == own


async def test_a_cursor_alone_goes_on_with_the_rows_and_the_order_it_began_with(who: Assistant) -> None:
    for tool, rows, size in (
        ("search_invoices", "invoices", {"limit": 33, "sort": "-total_amount", "status": "overdue"}),
        ("summarize_overdue", "debtors", {"top": 3}),
        ("find_debtors", "debtors", {"limit": 3}),
        ("list_messages", "messages", {"limit": 3}),
    ):
        first = await who.ask(tool, **size)
        second = await who.ask(tool, cursor=first["next_cursor"], administration_id=None)
        count = size.get("limit", size.get("top"))
        assert len(first[rows]) == count
        assert len(second[rows]) == min(count, first["total"] - count), tool
        assert second["total"] == first["total"]
    part = await who.ask("search_invoices", limit=5, status="overdue", sort="-days_overdue")
    more = await who.ask("search_invoices", cursor=part["next_cursor"], administration_id=None, status="overdue")
    days = [row["days_overdue"] for page in (part, more) for row in page["invoices"]]
    assert days == sorted(days, reverse=True)
    assert "another query" in await who.refused("search_invoices", cursor=part["next_cursor"], status="paid")


async def test_a_wrong_name_of_a_field_is_answered_by_the_nearest_by_meaning(who: Assistant) -> None:
    for wrong, meant in (("paid_at", "payment_date"), ("paid_on", "payment_date"), ("outstanding", "open_amount"),
                         ("customer_number", "debtor_number"), ("tags", "labels"), ("pdf_url", "document_url"),
                         ("last_reminder_at", "latest_reminder_at"), ("open_amout", "open_amount")):  # fmt: skip
        said = await who.refused("search_invoices", fields=[wrong])
        first, second = said.split("\n")
        assert meant in first, said
        assert second.startswith("Fields: ")


@pytest.mark.parametrize("group_by", ["", "label", "currency"])
async def test_notes_about_several_companies_say_whose_they_are(who: Assistant, group_by: str) -> None:
    notes = (await who.ask("search_invoices", administration_id="all", group_by=group_by))["notes"]
    assert notes
    assert [note for note in notes if not note.startswith((f"{MAIN}: ", f"{SECOND}: "))] == []


@pytest.mark.parametrize(
    "asked",
    [
        {"partly_paid": True, "paid_from": "2026-01-01"},
        {"status": "open", "paid_to": "2026-01-31"},
        {"status": "overdue", "paid_from": "2026-01-01"},
        {"sort": "-payment_date"},
    ],
    ids=str,
)
async def test_payment_dates_of_what_has_none_are_refused_and_not_answered_by_nothing(
    who: Assistant, asked: dict[str, Any]
) -> None:
    asked = {"status": "", **asked}
    said = await who.refused("search_invoices", **{name: value for name, value in asked.items() if value})
    assert "payment date" in said or "list_payments" in said


async def test_amounts_that_are_asked_for_come_with_their_currency(who: Assistant) -> None:
    rows = (await who.ask("search_invoices", administration_id="all", fields=["open"], limit=100))["invoices"]
    assert len({row["currency"] for row in rows}) > 1
    (bare,) = (await who.ask("search_invoices", fields=["due_date"], limit=1))["invoices"]
    assert "currency" not in bare


async def test_a_tool_of_one_company_says_so_where_several_are_named(who: Assistant) -> None:
    for several in ("all", f"{MAIN},{SECOND}"):
        said = await who.refused("list_messages", administration_id=several)
        assert "one at a time" in said
        assert MAIN in said


async def test_disputes_are_looked_for_among_the_labels(who: Assistant) -> None:
    assert "group_by=label" in await who.refused("search_invoices", attention=["disputed"])
