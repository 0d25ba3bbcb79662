"""Interest and costs in a letter: what the law does not support is warned of, what it supports left in peace."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from payt_mcp.payt.models import Debtor
from payt_mcp.proposals.preview import Warned
from payt_mcp.writes.message.facts import Facts
from payt_mcp.writes.message.figures import OwedItem
from payt_mcp.writes.message.known import Entry, Known
from payt_mcp.writes.message.lawful import Lawful, lawful_of
from payt_mcp.writes.message.letter import Letter
from payt_mcp.writes.message.source import Source
from payt_mcp.writes.message.sources import sources_of, summary_of, warnings_in
from tests.support.assistant import NOON, frozen
from tests.support.house import ADMINISTRATION, House, client, data

TODAY = dt.date(2026, 11, 28)
COMPANY, PERSON = "Smit Groothandel B.V.", "Jan Smit"
ENTRY = Entry(
    "1", "261001", "EUR", Decimal("36500.00"), Decimal("36500.00"), dt.date(2026, 10, 9), dt.date(2026, 11, 8),
    is_overdue=True,
)  # fmt: skip
"""20 days at 10.40 are 208.00 of interest, and the staircase gives 1,140.00 of costs."""


def lawful(
    name: str = COMPANY, country: str = "NL", *, ours: str = "NL", since: dt.date | None = None
) -> Lawful | None:
    debtor = Debtor.model_validate({"id": "1", "name": name, "postal_address": {"country_code": country}})
    return lawful_of(TODAY, ours, debtor, [ENTRY], since)


def table(body: str, law: Lawful | None, *, costs: str = "") -> list[Source]:
    amounts = [("EUR", Decimal(costs), "costs of credit case 7")] if costs else []
    item = OwedItem("1", "261001", "EUR", ENTRY.open_amount, ENTRY.total_amount, True, [], ENTRY.due_date)
    facts = Facts(
        sender="Ons Bedrijf B.V.", currency="EUR", bank_account="NL91ABNA0417164300", own_hosts=[], debtor=COMPANY,
        debtor_number="1017", attention=[], on_file=[], items=[item], holder="Ons Bedrijf B.V.",
        known=Known(TODAY, (ENTRY,), amounts=amounts, lawful=law, has_costs=bool(costs)),
    )  # fmt: skip
    return sources_of(Letter("", "Bericht", body, []), facts)


def warned(body: str, law: Lawful | None, *, costs: str = "") -> list[Warned]:
    return warnings_in(table(body, law, costs=costs))


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("U bent EUR 5.000,00 incassokosten verschuldigd.", "EUR 5.000,00 as costs of recovery"),
        ("De buitengerechtelijke incassokosten bedragen € 1.500,00.", "€ 1.500,00 as costs of recovery"),
        ("Mahngebühren in Höhe von 1.500,00 EUR sind fällig.", "1.500,00 EUR as costs of recovery"),
        ("Collection fees of EUR 1,500.00 have been added.", "EUR 1,500.00 as costs of recovery"),
        ("Des frais de recouvrement de 1 500,00 EUR s'ajoutent.", "as costs of recovery"),
        ("Wettelijke rente: EUR 2.080,00.", "EUR 2.080,00 as interest"),
        ("Verzugszinsen von 900,00 EUR.", "900,00 EUR as interest"),
        ("We charge EUR 900.00 in late payment interest.", "EUR 900.00 as interest"),
        ("Intérêts de retard : 900,00 EUR.", "900,00 EUR as interest"),
        ("Wij rekenen 12% rente.", "interest of 12%; by law it is at most 10.4 % a year"),
        ("Interest of 1% per month applies.", "interest of 1% per month"),
        ("Wir berechnen Verzugszinsen von 15 Prozent.", "interest of 15 Prozent"),
        ("Un intérêt de retard de 12 % par an est dû.", "interest of 12 %"),
    ],
)
def test_what_is_above_the_law_is_warned_of_in_four_languages(body: str, said: str) -> None:
    (found,) = warned(body, lawful())
    assert said in found.text
    assert "more only if it was agreed" in found.text
    assert not found.danger


def test_what_the_law_supports_is_left_in_peace_and_says_so() -> None:
    for body in (
        "U bent EUR 1.140,00 incassokosten en EUR 208,00 wettelijke handelsrente verschuldigd.",
        "Rente van 10,4% per jaar, of 0,8% per maand.",
        "We charge interest at 8% above the base rate.",
        "Met incassokosten is het totaal EUR 37.640,00.",
        "Het totaal inclusief rente en incassokosten is EUR 37.848,00.",
        "Bij betaling van EUR 36.500,00 voor 261001 vervallen de incassokosten van EUR 1.140,00.",
        "Wij geven 15% korting, ook op de rente.",
        "Do you have an interest in 20% of our shares?",
        "Anders rekenen wij € 40,00 incassokosten.",
    ):
        assert not warned(body, lawful()), body
    said = summary_of(table("Incassokosten: EUR 1.140,00. Handelsrente: EUR 208,00.", lawful()), 0, [])
    assert "EUR 1.140,00 (costs by art. 6:96 BW and Besluit BIK)" in said
    assert "EUR 208,00 (interest by art. 6:119a BW, as of today)" in said


def test_what_payt_has_booked_is_right_whatever_the_law_says() -> None:
    body = "De incassokosten zijn EUR 2.655,00."
    assert warned(body, lawful())
    assert not warned(body, lawful(), costs="2655.00")
    assert not warned(body, lawful(PERSON), costs="2655.00")


def test_costs_of_who_may_be_a_consumer_wait_for_a_letter_that_gave_a_fortnight() -> None:
    claim = "Factuur 261001 is vervallen. Wij brengen u EUR 1.140,00 incassokosten in rekening."
    assert not warned(claim, lawful())
    (found,) = warned(claim, lawful(PERSON))
    assert "only after a letter that gave 14 days and said the costs: none is among our letters" in found.text
    (runs,) = warned(claim, lawful(PERSON, since=TODAY + dt.timedelta(days=3)))
    assert "ours runs until 2026-11-30" in runs.text
    assert not warned(claim, lawful(PERSON, since=TODAY))
    announced = "Betaalt u niet binnen 15 dagen, dan bent u EUR 1.140,00 incassokosten verschuldigd."
    assert not warned(announced, lawful(PERSON))
    assert not warned("Wij hopen dat incassokosten niet nodig zijn.", lawful(PERSON))
    belgian = "Factuur 261001 is vervallen. De schadevergoeding bedraagt EUR 40,00."
    (free,) = warned(belgian, lawful(PERSON, "BE", ours="BE"))
    assert "14 days after a first reminder, which is free: Payt has none on record" in free.text
    assert not warned(belgian, lawful(COMPANY, "BE", ours="BE"))
    assert not warned(belgian, lawful(PERSON, "BE", since=TODAY))  # by one of the two laws they are owed


def test_another_law_has_other_figures_and_without_a_table_nobody_is_accused() -> None:
    claim = "Inkassokosten: 50,00 EUR. Verzugszinsen: 10,52 %."
    (costs,) = warned(claim, lawful(country="DE", ours="DE"))
    assert "at most EUR 40.00 (DE, § 288(5) BGB)" in costs.text
    assert not warned(claim, lawful(country="DE"))  # by Dutch law more may be owed, and the contract decides
    assert not warned("Interest: 25%. Costs: EUR 9,000.00 collection costs.", lawful(country="FR"))
    assert lawful(country="GB") is None  # nothing is owed in pounds


def test_after_the_last_day_of_the_table_nobody_is_accused() -> None:
    debtor = Debtor.model_validate({"id": "1", "name": COMPANY})
    assert lawful_of(dt.date(2027, 1, 15), "NL", debtor, [ENTRY], None) is None
    assert lawful_of(dt.date(2026, 12, 31), "NL", debtor, [ENTRY], None)


async def test_a_person_is_shown_it_by_the_country_the_name_and_the_letters_of_the_debtor(house: House) -> None:
    """The same letter to a company, to a person, and to one whom we gave a fortnight three weeks ago."""
    world, found = frozen(house.sandbox.world), []  # on a day that the table has rates for, whatever day this is
    for number, name in (("W-1", "Bos Retail B.V."), ("W-2", "Jan Bos"), ("W-3", "Anna Bos")):
        debtor = world.add_debtor(
            ADMINISTRATION, debtor_number=number, name=name, reminder_email_address=f"{number}@bos.example",
            postal_address={"country_code": "NL"},
        )  # fmt: skip
        due = (NOON.date() - dt.timedelta(days=40)).isoformat()
        made = {"total_amount": "1000.00", "open_amount": "1000.00", "currency_code": "EUR", "due_date": due}
        world.add_invoice(ADMINISTRATION, debtor_id=debtor, invoice_number=f"F-{number}", **made)
        if number == "W-3":
            text = "Betaal binnen 15 dagen, anders volgen € 150,00 incassokosten."
            sent = f"{NOON.date() - dt.timedelta(days=21)}T09:00:00Z"
            world.add_message(
                ADMINISTRATION, debtor_id=debtor, sender_type="creditor", subject="x", content=text, sent_at=sent
            )
        body = f"Factuur F-{number} is vervallen. Wij rekenen EUR 150,00 incassokosten en 14% rente per jaar."
        async with client(house.server()) as caller:
            given = {"subject": "Herinnering", "body": body, "to_debtor": number}
            found.append("\n".join(data(await caller.call_tool("send_message", given))["warnings"]))
    company, person, reminded = found
    assert "interest of 14%; by law it is at most 10.4 % a year" in company
    assert "14 days" not in company + reminded
    assert "only after a letter that gave 14 days" in person
    assert "as costs of recovery" not in company + person + reminded
