"""`interest_and_costs`: whose law, against whom, what was paid meanwhile, and what the answer cannot tell."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from payt_mcp.receivables.law.letters import costs_owed_from, gives_a_fortnight
from payt_sandbox import World, build_world
from payt_sandbox.server import Handle
from tests.support.assistant import MAIN, NOON, Assistant, assistant, frozen, payt
from tests.support.fixed import tokens

pytestmark = pytest.mark.slow

ERAS = ("auto", "legacy")
KNOWN_BUSINESS = {"coc_number": "12345678"}
LETTER = "Betaal binnen vijftien dagen, anders bent u € 4.208,00 incassokosten verschuldigd."


def _debtor(world: World, number: str, country: str, **more: Any) -> str:
    return world.add_debtor(
        MAIN, debtor_number=number, name=f"Late {number}", postal_address={"country_code": country}, **more
    )


def _invoice(world: World, debtor: str, number: str, due: str, **more: Any) -> str:
    made = {"total_amount": "36500.00", "open_amount": "36500.00", "currency_code": "EUR", **more}
    return world.add_invoice(MAIN, debtor_id=debtor, invoice_number=number, due_date=due, **made)


@pytest.fixture(scope="module")
def served() -> Iterator[Handle]:
    """Debtors named after what they are: 36,500 at 10.40 % are 10.40 a day."""
    world = frozen(build_world(invoices=60, seed=4, today=NOON.date()))
    for number, country in (("NL", "NL"), ("BE", "BE"), ("DE", "DE"), ("GB", "GB"), ("FR", "FR")):
        debtor = _debtor(world, f"L-{number}", country, **KNOWN_BUSINESS)
        _invoice(world, debtor, f"I-{number}", "2026-11-11", currency_code="GBP" if number == "GB" else "EUR")
    nobody = _debtor(world, "L-WHO", "NL")
    _invoice(world, nobody, "I-WHO", "2026-11-11")
    unwritten = _debtor(world, "L-UNWRITTEN", "NL")
    _invoice(world, unwritten, "I-UNWRITTEN", "2026-10-01")
    for name, sent in (("L-RAN", "2026-11-05T09:00:00Z"), ("L-RUNS", "2026-11-06T09:00:00Z")):
        written = _debtor(world, name, "NL")
        _invoice(world, written, f"I-{name}", "2026-10-01")
        world.add_message(MAIN, debtor_id=written, sender_type="creditor", subject="x", content=LETTER, sent_at=sent)
        world.add_message(MAIN, debtor_id=written, sender_type="debtor", content=LETTER, sent_at="2026-10-02T09:00:00Z")
    parts = _debtor(world, "L-PARTS", "NL", **KNOWN_BUSINESS)
    for number, amount in (("I-PARTS", "18250.00"), ("I-GAP", "10000.00")):
        part = _invoice(world, parts, number, "2026-11-11", open_amount="18250.00")
        booked = {"invoice_id": part, "total_book_amount": amount, "transaction_type": "payment"}
        world.add_payment(MAIN, total_amount=amount, payment_date="2026-11-15", **booked)
        if number == "I-PARTS":  # came and went: Payt does not say whether that is booked once or twice
            world.add_payment(
                MAIN, total_amount="900.00", payment_date="2026-11-13", **booked | {"reversal_code": "MD06"}
            )
    whole = _invoice(world, parts, "I-PAID", "2026-11-01", open_amount="0.00", payment_date="2026-11-05")
    world.add_payment(
        MAIN, invoice_id=whole, total_amount="36500.00", payment_date="2026-11-05", transaction_type="payment"
    )
    money = _debtor(world, "L-MONEY", "NL", **KNOWN_BUSINESS)
    _invoice(world, money, "I-EUR", "2026-11-11")
    _invoice(world, money, "I-USD", "2026-11-11", currency_code="USD")
    _invoice(world, money, "I-CREDIT", "2026-11-11", total_amount="-100.00", open_amount="-100.00")
    _invoice(world, money, "I-AHEAD", "2026-11-21")
    many = _debtor(world, "L-MANY", "NL")
    for place in range(40):
        _invoice(
            world, many, f"2026-000{place:03}", "2024-02-11", currency_code=("EUR", "USD", "GBP", "CHF")[place % 4]
        )
    belgian = _debtor(world, "L-CONSUMER", "BE")
    _invoice(world, belgian, "I-REMINDED", "2026-10-01", reminder_1_at="2026-10-08T07:00:00Z")
    _invoice(world, belgian, "I-NEVER", "2026-10-01")
    with payt(world) as handle:
        yield handle


def _sum(answer: dict[str, Any], place: int = 0) -> tuple[str, str]:
    row = answer["sums"][place]
    return row["interest"], row.get("costs", "")


def _notes(answer: dict[str, Any]) -> str:
    return "\n".join(answer["notes"])


@pytest.mark.parametrize("mode", ERAS)
async def test_each_country_has_its_law_and_an_unknown_one_is_refused(served: Handle, mode: str) -> None:
    async with assistant(served, mode=mode) as who:
        dutch = await who.ask("interest_and_costs", debtor="L-NL")
        assert dutch["sums"] == [
            {"currency": "EUR", "open": "36500.00", "interest": "104.00", "costs": "1140.00", "total": "37744.00"}
        ]
        assert dutch["invoices"] == [
            {
                "invoice_number": "I-NL", "due_date": "2026-11-11", "open": "36500.00", "days": 10, "percent": "10.40",
                "interest": "104.00",
            }
        ]  # fmt: skip
        assert "art. 6:119a BW" in _notes(dutch)
        assert "rijksoverheid.nl" in _notes(dutch)
        assert "A figure, not a claim" in dutch["summary"]
        assert _sum(await who.ask("interest_and_costs", debtor="L-BE")) == ("105.00", "40.00")
        german = await who.ask("interest_and_costs", invoices=["I-DE"])
        assert _sum(german) == ("105.20", "40.00")
        assert "the debtor's address, while we are in NL" in _notes(german)
        assert _sum(await who.ask("interest_and_costs", debtor="L-GB")) == ("117.50", "100.00")
        text = await who.refused("interest_and_costs", debtor="L-FR")
        assert "FR" in text
        assert "NL, BE, DE, GB" in text
        assert _sum(await who.ask("interest_and_costs", debtor="L-FR", country="nl")) == ("104.00", "1140.00")
        assert "country='FR'" in await who.refused("interest_and_costs", debtor="L-NL", country="FR")


async def test_where_nothing_says_who_it_is_both_figures_are_given(served: Handle) -> None:
    async with assistant(served) as who:
        both = await who.ask("interest_and_costs", debtor="L-WHO")
        assert [row["if"] for row in both["sums"]] == ["business", "consumer"]
        assert [_sum(both, place) for place in (0, 1)] == [("104.00", "1140.00"), ("40.00", "")]
        assert both["invoices"][0] == {
            "invoice_number": "I-WHO", "due_date": "2026-11-11", "open": "36500.00", "interest_business": "104.00",
            "interest_consumer": "40.00",
        }  # fmt: skip
        assert "pass consumer" in _notes(both)
        business = await who.ask("interest_and_costs", debtor="L-WHO", consumer="no")
        assert _sum(business) == ("104.00", "1140.00")
        assert "nothing at Payt says so" in _notes(business)


async def test_a_dutch_consumer_owes_costs_once_a_letter_gave_a_fortnight(served: Handle) -> None:
    async with assistant(served) as who:
        without = await who.ask("interest_and_costs", debtor="L-UNWRITTEN", consumer="yes")
        assert _sum(without) == ("204.00", "")
        assert "EUR 1,140.00 once a 14-day letter ran out: none is among our letters" in _notes(without)
        ran_out = await who.ask("interest_and_costs", debtor="L-RAN", consumer="yes")
        assert _sum(ran_out) == ("204.00", "1140.00")
        runs = await who.ask("interest_and_costs", debtor="L-RUNS", consumer="yes")
        assert _sum(runs) == ("204.00", "")
        assert "our letter counts from 2026-11-22" in _notes(runs)
        later = await who.ask("interest_and_costs", debtor="L-RUNS", consumer="yes", as_of="2026-11-22")
        assert _sum(later) == ("208.00", "1140.00")


async def test_a_belgian_consumer_without_a_first_reminder_owes_nothing_yet(served: Handle) -> None:
    async with assistant(served) as who:
        found = await who.ask("interest_and_costs", debtor="L-CONSUMER", consumer="yes")
    assert [(row["invoice_number"], row["interest"]) for row in found["invoices"]] == [
        ("I-NEVER", "0.00"), ("I-REMINDED", "135.00"),  # 30 days at 4.50 from 23 October on
    ]  # fmt: skip
    assert "No first reminder of 1 invoice is on record" in _notes(found)
    assert "costs of at most EUR 1,865.00, only if agreed" in _notes(found)


async def test_what_was_paid_meanwhile_counts_until_its_day(served: Handle) -> None:
    async with assistant(served) as who:
        parts = await who.ask("interest_and_costs", invoices=["I-PARTS"])
        assert parts["invoices"][0]["interest"] == "72.80"  # four days of 10.40 and six of 5.20
        gap = await who.ask("interest_and_costs", invoices=["I-GAP"])
        assert gap["invoices"][0]["interest"] == "52.00"
        assert "when I-GAP was paid in part" in _notes(gap)
        paid = await who.ask("interest_and_costs", invoices=["I-PAID"])
        assert (paid["invoices"][0]["interest"], paid["invoices"][0]["days"]) == ("41.60", 4)
        assert paid["sums"][0]["open"] == "0.00"
        open_ones = await who.ask("interest_and_costs", debtor="L-PARTS")
        assert [row["invoice_number"] for row in open_ones["invoices"]] == ["I-GAP", "I-PARTS"]


async def test_currencies_and_credits_stand_apart_and_what_is_not_late_is_left_out(served: Handle) -> None:
    async with assistant(served) as who:
        found = await who.ask("interest_and_costs", debtor="L-MONEY")
    assert {row["currency"]: (row["interest"], row.get("costs")) for row in found["sums"]} == {
        "EUR": ("104.00", "1140.00"), "USD": ("104.00", None)
    }  # fmt: skip
    assert [row["invoice_number"] for row in found["invoices"]] == ["I-EUR", "I-USD"]
    assert "Credits of EUR -100.00 are not set off" in _notes(found)
    assert "No costs in USD" in _notes(found)


async def test_a_table_past_its_date_says_so_and_counts_nothing_more(served: Handle) -> None:
    async with assistant(served) as who:
        last = await who.ask("interest_and_costs", debtor="L-NL", as_of="2026-12-31")
        assert "outdated" not in _notes(last)
        after = await who.ask("interest_and_costs", debtor="L-NL", as_of="2027-01-10")
        assert after["sums"][0]["interest"] == last["sums"][0]["interest"] == "520.00"
        assert "The table of rates is outdated: it ends on 2026-12-31." in _notes(after)
        assert "10 days without a rate" in _notes(after)
        early = await who.ask("interest_and_costs", debtor="L-NL", as_of="2026-11-11")
        assert early["summary"] == "Nothing of Late L-NL is overdue on 2026-11-11."
        consumer = await who.ask("interest_and_costs", debtor="L-GB", consumer="yes")
        assert _sum(consumer) == ("0.00", "")
        assert "by contract or a court only" in _notes(consumer)


async def test_an_answer_is_short_whatever_the_debtor_owes(served: Handle) -> None:
    async with assistant(served) as who:
        failed, text, found = await who.call("interest_and_costs", debtor="L-MANY", as_of="2027-02-01")
    assert not failed
    assert len(found["sums"]) == 8
    assert "The 2 oldest are shown; the sums are of all 40." in _notes(found)
    assert tokens(text) <= 700


async def test_a_call_that_cannot_be_answered_says_what_would_be_right(served: Handle) -> None:
    async def refused(who: Assistant, **arguments: Any) -> str:
        return await who.refused("interest_and_costs", **arguments)

    async with assistant(served) as who:
        assert "needs debtor or invoices" in await refused(who)
        assert "of several debtors" in await refused(who, invoices=["I-NL", "I-BE"])
        assert "of another debtor" in await refused(who, invoices=["I-NL"], debtor="L-BE")
        assert "a day at most a year ahead" in await refused(who, debtor="L-NL", as_of="9999-12-31")
        assert "a date such as" in await refused(who, debtor="L-NL", as_of="tomorrow")
        assert "yes, no" in await refused(who, debtor="L-NL", consumer="perhaps")
        assert "There is no invoice" in await refused(who, invoices=["I-NONE"])
    allowed = {"narrow": ("administrations:read", "debtors:read", "invoices:read")}
    with payt(served.sandbox.world, tokens=allowed) as narrow:
        async with assistant(narrow, PAYT_API_TOKEN="narrow") as who:
            found = await who.ask("interest_and_costs", debtor="L-PARTS", consumer="yes")
            assert found["sums"][0]["interest"] == "40.00"
            assert "Payt did not tell: payments, our letters." in _notes(found)


def test_a_letter_that_gives_a_fortnight_is_known_in_four_languages() -> None:
    for text in (
        LETTER,
        "Bij uitblijven van betaling binnen 14 dagen brengen wij € 40,00 aan buitengerechtelijke kosten in rekening.",
        "If you do not pay within 14 days, collection costs of EUR 40.00 are due.",
        "Zahlen Sie nicht binnen 14 Tagen, werden Inkassokosten von 40 EUR fällig.",
        "À défaut de paiement sous 15 jours, des frais de recouvrement de 40 € seront dus.",
    ):
        assert gives_a_fortnight(text), text
    for text in (
        "Wilt u binnen 14 dagen betalen?",
        "Wij brengen incassokosten in rekening, betaal binnen 7 dagen.",
        "De rente loopt door.",
    ):
        assert not gives_a_fortnight(text), text
    first = dt.date(2026, 11, 5)
    assert costs_owed_from([(first, LETTER), (first - dt.timedelta(9), "x")]) == dt.date(2026, 11, 21)
    assert costs_owed_from([(dt.date.max, LETTER)]) is None
