"""Letters whose figures the server fills in: by debtor's language, what is refused, and what changed before the yes."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from mcp.types import ElicitResult

from payt_mcp.proposals.ledger.ledger import Ledger
from payt_mcp.proposals.records import Who
from tests.support.house import ADMINISTRATION, ERAS, House, client, data, said, says
from tests.support.previews import seen

pytestmark = [pytest.mark.slow, pytest.mark.anyio]

PAGE = Who("page")
PORTAL = f"https://portal.payt.example/{ADMINISTRATION}"
LETTERS = {
    "nl": (
        (
            "- Factuur 7001 van 1 september 2026, vervaldatum 1 oktober 2026, open: € 1.234,50\n"
            "- Factuur 7002, vervaldatum 3 november 2026, open: £ 900,00"
        ),
        "€ 1.234,50 en £ 900,00",
        "28 november 2026",
        "12 december 2026",
    ),
    "de": (
        (
            "- Rechnung 7001 vom 1. September 2026, fällig am 1. Oktober 2026, offen: 1.234,50 €\n"
            "- Rechnung 7002, fällig am 3. November 2026, offen: 900,00 £"
        ),
        "1.234,50 € und 900,00 £",
        "28. November 2026",
        "12. Dezember 2026",
    ),
    "en": (
        (
            "- Invoice 7001 of 1 September 2026, due on 1 October 2026, open: €1,234.50\n"
            "- Invoice 7002, due on 3 November 2026, open: £900.00"
        ),
        "€1,234.50 and £900.00",
        "28 November 2026",
        "12 December 2026",
    ),
    "fr": (
        (
            "- Facture 7001 du 1er septembre 2026, échéance le 1er octobre 2026, solde : 1 234,50 €\n"
            "- Facture 7002, échéance le 3 novembre 2026, solde : 900,00 £"
        ),
        "1 234,50 € et 900,00 £",
        "28 novembre 2026",
        "12 décembre 2026",
    ),
}
"""The lines, the sum, today and in a fortnight, as somebody who writes the language would."""


class Cast:
    """A debtor at a Payt where it is noon of 28 November 2026, with an invoice of each kind."""

    def __init__(self, house: House, **debtor: Any) -> None:
        self.world = house.sandbox.world
        self.now = dt.datetime(2026, 11, 28, 11, tzinfo=dt.UTC)
        self.world.clock = lambda: self.now
        company = {"bank_account_number": "NL91ABNA0417164300", "bank_account_name": "Noorderlicht Holding B.V."}
        self.world.administrations[int(ADMINISTRATION)].update(company)
        self.debtor = self.world.add_debtor(
            ADMINISTRATION,
            **{
                "debtor_number": "77001", "name": "Bakker & Zn. B.V.", "reminder_email_address": "ap@bakker.example",
                "language_code": "nl",
            }
            | debtor,
        )  # fmt: skip
        self.first = self.bill(
            "7001", "1500.00", open_amount="1234.50", due_date="2026-10-01", invoice_date="2026-09-01"
        )
        self.bill("7002", "900.00", currency_code="GBP", due_date="2026-11-03", invoice_date=None)
        self.bill("7003", "70.00", due_date="2026-12-24")
        self.bill("7004", "80.00", due_date="2026-10-05", paused_at=self.now - dt.timedelta(days=9))
        self.bill("7005", "90.00", open_amount="0.00", due_date="2026-10-05")

    def bill(self, number: str, total: str, **more: Any) -> str:
        given = {"invoice_number": number, "total_amount": total, "debtor_id": int(self.debtor)}
        return self.world.add_invoice(ADMINISTRATION, **{**given, **more})

    def contact(self, first: str, last: str, email: str) -> None:
        self.world.add_contact(
            ADMINISTRATION, firstname=first, lastname=last, default_email_address=email, debtor_numbers=["77001"]
        )

    def case(self, number: str, **more: Any) -> str:
        return self.world.add_credit_case(
            ADMINISTRATION, case_number=number, credit_case_number=f"D-{number}", debtor_id=int(self.debtor), **more
        )


def wish(body: str, subject: str = "Openstaand", **more: Any) -> dict[str, Any]:
    return {"subject": subject, "body": body, "to_debtor": "77001"} | more


def plain(text: str) -> str:
    """With the blanks that keep an amount on one line as others."""
    return text.replace("\u00a0", " ")


async def mailed(house: House, *wishes: dict[str, Any]) -> list[str]:
    """What the debtor reads of each letter; nothing in it is accused of being unknown."""
    async with client(house.server(freshness_seconds=0), answer=says("accept")) as caller:
        for one in wishes:
            answer = data(await caller.call_tool("send_message", one))
            assert answer["status"] == "sent"
            assert not [text for text in answer.get("warnings", ()) if "text" in text and "does not name" not in text]
    return [plain(f"{mail.subject}\n{mail.body}") for mail in house.mails]


@pytest.mark.parametrize("language", LETTERS)
async def test_figures_are_written_as_the_debtors_language_does(house: House, language: str) -> None:
    Cast(house, language_code=language)
    lines, total, today, later = LETTERS[language]
    (text,) = await mailed(house, wish("{invoices}\n{total}; {today}; {in 14 days}.", "{total}"))
    assert text == f"{total}\n{lines}\n{total}; {today}; {later}."


async def test_every_other_placeholder_is_filled(house: House) -> None:
    cast = Cast(house)
    cast.contact("Ria", "Bakker", "ria@bakker.example")
    cast.contact("Jan", "Smit", "ap@bakker.example")
    case = cast.case("501", interest_costs="12.30", debt_collection_costs="40.00", currency_code="EUR")
    cast.world.change_invoice(ADMINISTRATION, cast.first, active_credit_case_id=int(case))
    parts = " | ".join(f"{{invoice 7005.{part}}}" for part in ("number", "due", "open", "total"))
    ours, theirs, owed, others, single = await mailed(
        house,
        wish(f"{{debtor}}. {{contact}} {{sender}} {{iban}} {{account_holder}} {{payment_link}}\n{parts}"),
        wish("{case.number}: {case.interest} en {case.costs}; {invoices}", to_debtor="", to_credit_case="D-501"),
        wish("{invoices}\n{total}", about=["7005", "7003"]),
        wish("{total}", about=["-7002", " -7003"]),
        wish("{payment_link} {invoice 7001.date}.", to_debtor="", to_invoice="7001"),
    )
    assert others.splitlines()[1:] == ["€ 1.234,50"], "the pounds of 7002 are left out, and 7003 is not due anyway"
    assert single.splitlines()[1:] == [f"{PORTAL}/invoices/{cast.first} 1 september 2026."]
    assert ours.splitlines()[1:] == [
        (
            "Bakker & Zn. B.V. Jan Smit Noorderlicht Techniek B.V. NL91 ABNA 0417 1643 00 Noorderlicht Holding B.V. "
            f"{PORTAL}/debtors/{cast.debtor}"
        ),
        "7005 | 5 oktober 2026 | € 0,00 | € 90,00",
    ]
    assert theirs.partition("\n")[2].startswith("D-501: € 12,30 en € 40,00; - Factuur 7001 van 1 september 2026,")
    assert owed.splitlines()[1:] == [
        "- Factuur 7005 van 28 november 2026, vervaldatum 5 oktober 2026, betaald",
        "- Factuur 7003 van 28 november 2026, vervaldatum 24 december 2026, open: € 70,00",
        "€ 70,00",
    ]


async def test_terms_of_a_plan_are_listed(house: House) -> None:
    cast = Cast(house)
    terms = (
        (1, 50000, 0, "2026-11-01", "2026-11-01"),
        (2, 50000, 20000, "2026-12-01", None),
        (3, 23450, 23450, "2027-01-01", None),
    )
    plan = cast.world.add(
        ADMINISTRATION, "payment_plans", active=True, debtor_id=int(cast.debtor), payment_terms=terms,
        invoice_ids=(int(cast.first),),
    )  # fmt: skip
    cast.world.tie_plan(ADMINISTRATION, plan, [cast.first])
    (text,) = await mailed(house, wish("{plan}"))
    assert text.splitlines()[1:] == [
        "- Termijn 1, 1 november 2026: € 500,00 (betaald)",
        "- Termijn 2, 1 december 2026: € 500,00 (nog open: € 200,00)",
        "- Termijn 3, 1 januari 2027: € 234,50",
    ]


async def test_what_cannot_be_filled_is_refused_and_nothing_proposed(house: House) -> None:
    cast = Cast(house)
    cast.world.administrations[int(ADMINISTRATION)].update(bank_account_number=None, bank_account_name=None)
    other = cast.world.add_debtor(
        ADMINISTRATION, debtor_number="77002", name="Ander", reminder_email_address="a@ander.example"
    )
    cast.bill("7100", "5.00", debtor_id=int(other), debtor_number="77002")
    refusals = {
        "{totaal}": "There is no placeholder {totaal} (body). Did you mean {total}?",
        "{naam}": "There are: {invoices}, {total}, {invoice 2026001.open},",
        "{in 400 days}": "There is no placeholder {in 400 days}",
        "{invoice 7001}": "say which part: {invoice 2026001.open}",
        "{invoice 7999.open}": "There is no invoice with the number",
        "{invoice 7100.open}": "Invoice 7100 (the text) belongs to debtor 77002",
        "{iban}": "Payt has no bank account for this administration",
        "{account_holder}": "Payt has no holder of",
        "{contact}": "Payt has no contact of this debtor with a name",
        "{case.costs}": "Payt has no running credit case",
        "{plan}": "has no payment plan",
        "EUR {total}": "{total} writes its currency itself: leave out the EUR",
        "Offen: {invoice 7001.open} Euro.": "itself: leave out the Euro beside it",
    }
    async with client(house.server()) as caller:

        async def refused(**given: Any) -> str:
            result = await caller.call_tool("send_message", given)
            assert result.is_error, given
            assert said(result).endswith("Nothing was sent."), given
            return said(result)

        for body, sentence in refusals.items():
            assert sentence in await refused(**wish(body)), body
        assert "Use it in the body" in await refused(**wish("Zie boven.", "{invoices}"))
        assert "Invoice 7100 (about) belongs to debtor 77002" in await refused(**wish("{total}", about=["7100"]))
        assert "7999 (about, with a minus in front) is no open" in await refused(**wish("{total}", about=["-7999"]))
        assert "name either those" in await refused(**wish("{total}", about=["-7001", "7002"]))
        assert "nothing is left" in await refused(**wish("{total}", about=["-7001", "-7002"]))
        assert "about='' is not possible" in await refused(**wish("{total}", about=["7001", ""]))
        many = [f"8{place:03}" for place in range(21)]
        assert "21 of the invoices in about are no open ones" in await refused(**wish("{total}", about=[*many, "7001"]))
        number = await refused(**wish("{total}", to_debtor="77002"))
        assert "nothing of this debtor is overdue" in number
        cast.contact("Ria", "Bakker", "ria@bakker.example")
        cast.contact("Jan", "Smit", "jan@bakker.example")
        assert "several contacts (Ria Bakker, Jan Smit)" in await refused(**wish("{contact}"))
        for place, number in enumerate(("501", "502")):
            case = cast.case(number)
            bill = cast.bill(f"720{place}", "1.00", active_credit_case_id=int(case))
            assert bill
        assert "several credit cases (D-501, D-502)" in await refused(**wish("{case.number}"))
    ledger = Ledger(house.state)
    assert ledger.pending() == []
    ledger.close()


async def test_named_invoices_are_warned_of_and_the_rest_is_not(house: House) -> None:
    cast = Cast(house, language_code="es")
    cast.bill("7006", "30.00", due_date="2026-10-05", bailiff_at=cast.now - dt.timedelta(days=9))
    async with client(house.server()) as caller:
        ours = wish("Zie BTW {total}.", about=["7003", " 7004", "7005", "7006"])
        named = data(await caller.call_tool("send_message", ours))
        assert named["warnings"] == [
            "Invoice 7006 is with a bailiff: contact about it goes through the bailiff.",
            "Nothing is open on invoice 7005, which the letter is about.",
            "Follow-up is paused for invoice 7004.",
            "Not due yet: invoice 7003, which the letter is about.",
            "The debtor's language is es: dates and amounts that were filled in are written in English.",
        ]
        assert "\nText: as given and filled in, 16 characters\n{total}: €180.00" in plain(named["preview"])


async def test_what_is_filled_in_is_not_counted_as_typed(house: House) -> None:
    """And the day of a reminder that Payt has on record stands in the books."""
    cast = Cast(house)
    reminded = dt.datetime(2026, 10, 20, 9, tzinfo=dt.UTC)
    cast.bill("7006", "30.00", due_date="2026-10-05", first_reminder_at=reminded)
    bodies = (
        "Graag betaling:\n{invoices}\nSamen {total}.",
        "Graag betaling:\n{invoices}\nWij schreven u op 20 oktober 2026 over factuur 7006, en op 2 oktober 2026.",
    )
    async with client(house.server()) as caller:
        told = [data(await caller.call_tool("send_message", wish(body)))["preview"] for body in bodies]
    sources = [next(line for line in preview.splitlines() if line.startswith("Sources: ")) for preview in told]
    assert sources[0] == "Sources: 2 filled in by this server."
    assert sources[1] == (
        "Sources: 1 filled in by this server; 2 of 3 typed by hand stand in the books; not there: date 2 oktober 2026."
    )


async def pending(house: House) -> list[Any]:
    ledger = Ledger(house.state)
    found = [seen(record) for record in ledger.pending()]
    ledger.close()
    return found


def body_of(preview: Any) -> str:
    (body,) = (plain(section.body) for section in preview.sections if section.section == "letter")
    return body


@ERAS
async def test_a_yes_is_to_what_was_shown_and_another_figure_stops_it(house: House, mode: str) -> None:
    """A client of the newer protocol comes back with the answer, and the call is looked at anew: it is the same."""
    cast = Cast(house)
    questions = []

    async def pays(_context: Any, params: Any) -> ElicitResult:
        questions.append(params.message)
        cast.world.pay_invoice(ADMINISTRATION, cast.first, "234.50")
        return ElicitResult(action="accept", content={"approve": True})

    async with client(house.server(freshness_seconds=0), mode, pays) as caller:
        answer = data(await caller.call_tool("send_message", wish("Samen {total}.\n{invoices}")))
    assert (answer["status"], house.mails, len(questions)) == ("superseded", [], 1)
    moved = "{total} was € 1.234,50 en £ 900,00 and is € 1.000,00 en £ 900,00 now"
    assert moved in plain(answer["reason"])
    (anew,) = await pending(house)
    assert moved in map(plain, anew.because)
    assert body_of(anew).startswith("Samen € 1.000,00 en £ 900,00.\n- Factuur 7001 van 1 september 2026")


async def test_midnight_between_proposal_and_yes_is_another_day(house: House) -> None:
    cast = Cast(house)
    async with client(house.server(freshness_seconds=0)) as caller:
        key = data(await caller.call_tool("send_message", wish("Heden, {today}, voor {in 14 days}.")))["proposal_id"]
        cast.now += dt.timedelta(hours=12)
        ledger = Ledger(house.state)
        ledger.approve(key, PAGE)
        answer = data(await caller.call_tool("check_approval", {"proposal_id": key}))
        ledger.close()
    assert (answer["status"], house.mails) == ("superseded", [])
    assert "{today} was 28 november 2026 and is 29 november 2026 now" in answer["reason"]
    (anew,) = await pending(house)
    assert body_of(anew) == "Heden, 29 november 2026, voor 13 december 2026."


async def test_what_is_paid_meanwhile_is_no_longer_in_the_list(house: House) -> None:
    cast = Cast(house)
    async with client(house.server(freshness_seconds=0)) as caller:
        key = data(await caller.call_tool("send_message", wish("{invoices}")))["proposal_id"]
        cast.world.pay_invoice(ADMINISTRATION, cast.first)
        ledger = Ledger(house.state)
        ledger.approve(key, PAGE)
        answer = data(await caller.call_tool("check_approval", {"proposal_id": key}))
        ledger.close()
    assert "{invoices} is another list now, without Factuur 7001 van 1 september" in plain(answer["reason"])
    (anew,) = await pending(house)
    assert body_of(anew) == "- Factuur 7002, vervaldatum 3 november 2026, open: £ 900,00"
