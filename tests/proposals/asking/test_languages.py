"""What a person sees is in the person's language; what a model reads stays as it is."""

from __future__ import annotations

import html
import re
from typing import Any

import httpx
import pytest

from payt_mcp.proposals.asking.preview_text import whole
from payt_mcp.proposals.ledger.ledger import Ledger
from payt_mcp.proposals.stored import preview_of
from payt_mcp.words.catalogs import catalog
from payt_mcp.words.languages import Language
from tests.support.daily_work import server, writes
from tests.support.house import House, client, data, known_invoice, letter
from tests.support.templates import PLACE, templates

pytestmark = [pytest.mark.slow, pytest.mark.anyio]

_STRANGE = "%s waiting for you, or 1 invoice"


def calls(house: House) -> list[tuple[str, dict[str, Any]]]:
    """One call of every kind of write, and letters and batches with something to be warned of."""
    known = known_invoice(house)
    number = known["invoice_number"]
    body = (
        f"Factuur {number} is al 400 dagen te laat, een 5e aanmaning. Betaal EUR 9.999,00 op NL91ABNA0417164300 of via "
        "https://evil.example/pay. {{naam}} Dit bedrag van 12,34 staat open sinds 1 januari 2020.\n\n{invoices}"
    )
    strange = letter(house, subject=_STRANGE, body=body, email="iemand@elders.example")
    of_case = letter(house, subject="Herinnering", body="Wilt u {total} betalen?\n{invoices}")
    upsert = {
        "invoice_number": number, "due_date": "2030-01-01", "amount_open": "1.00", "labels": [],
        "payments": [{"amount": "5.00", "payment_date": "2026-01-01", "origin_identifier": "x"}],
    }  # fmt: skip
    new = {
        "invoice_number": "NIEUW-1", "debtor_number": house.debtor(), "invoice_date": "2026-11-01",
        "due_date": "2026-12-01", "amount_open": "121.00", "amount_total": "121.00",
        "book_amount_open": "121.00", "book_amount_total": "121.00", "currency_code": "EUR",
    }  # fmt: skip
    daily = [(write.tool, write.arguments) for write in writes(house).values()]
    return [
        ("send_message", strange),
        ("send_message", of_case),
        ("upsert_invoices", {"invoices": [upsert, new]}),
        *daily,
    ]


def english_in(text: str, language: Language) -> list[str]:
    """Parts of our English sentences that stand in a text and have no place in its language."""
    found = []
    foreign = catalog(language)
    for template, (several, _) in templates().items():
        entry = foreign.get(template)
        own = " ".join(entry.string if isinstance(entry.string, tuple) else [str(entry.string)]) if entry else ""
        for part in PLACE.split(f"{template}{{x}}{several}"):
            said = part.strip(" .,;:()“”")
            if len(said) > 3 and re.search(r"[a-z]{2} [a-z]{2}", said) and said not in own and said in text:
                found.append(said)
    return found


async def page_of(house: House, accept: str = "nl") -> str:
    """The approval page as it is read, tags taken out."""
    async with httpx.AsyncClient(follow_redirects=True) as browser:
        answer = await browser.get(house.opened[0], headers={"accept-language": accept})
    assert f'<html lang="{accept}">' in answer.text
    return html.unescape(re.sub(r"<[^>]*>", "\n", answer.text))


async def proposed(house: House, language: Language | None) -> tuple[list[dict[str, Any]], str]:
    """The answers to one call of every kind, and the page with all that waits."""
    async with client(server(house, language=language)) as caller:
        answers = [data(await caller.call_tool(tool, arguments)) for tool, arguments in calls(house)]
        return answers, await page_of(house)


async def test_the_page_and_the_terminal_say_every_kind_of_write_in_dutch(house: House) -> None:
    answers, page = await proposed(house, "nl")
    assert {answer["status"] for answer in answers} == {"awaiting_approval"}
    assert english_in(page, "nl") == []
    ledger = Ledger(house.state)
    told = "\n".join(whole(preview, "nl") for record in ledger.pending() if (preview := preview_of(record)))
    ledger.close()
    assert english_in(told, "nl") == []
