"""What a person sees is in the person's language; what a model reads stays as it is."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from mcp.types import ElicitResult

from payt_mcp.apps.extension import SPOKEN
from payt_mcp.cli import approvals
from payt_mcp.errors import SettingsError
from payt_mcp.proposals.asking.preview_text import whole
from payt_mcp.proposals.ledger.ledger import Ledger
from payt_mcp.proposals.preview import Preview
from payt_mcp.settings import Settings
from payt_mcp.words.catalogs import catalog
from payt_mcp.words.languages import Language
from payt_sandbox.api.options import Options
from payt_sandbox.app import create_app
from payt_sandbox.data.build import build_world
from payt_sandbox.server import run_in_thread
from tests.support.app_host import host
from tests.support.daily_work import server, writes
from tests.support.house import House, client, data, invoice_of, known_invoice, letter
from tests.support.templates import PLACE, templates

pytestmark = [pytest.mark.slow, pytest.mark.anyio]

_OTHERS: tuple[Language, ...] = ("de", "fr")
_OURS = "waiting for you"
_STRANGE = f"%s {_OURS}, or 1 invoice"


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


async def page_of(house: House, accept: str) -> str:
    """The approval page as a browser that likes a language reads it, tags taken out."""
    async with httpx.AsyncClient(follow_redirects=True) as browser:
        answer = await browser.get(house.opened[-1], headers={"accept-language": accept})
        return html.unescape(re.sub(r"<[^>]*>", "\n", answer.text))


def terminal(house: House, capsys: pytest.CaptureFixture[str], *args: str, **environ: str) -> str:
    """What `payt-mcp approvals` prints."""
    assert approvals.run(args, {"PAYT_STATE_DIR": str(house.state), **environ}) == 0
    return capsys.readouterr().out


def alike(results: list[Any]) -> list[str]:
    """Answers as they go over the wire, without what differs between two servers."""
    texts = [result.model_dump_json(exclude={"meta"}) for result in results]
    return [re.sub(r"\bp-[a-z0-9]{3,10}|\d\d:\d\d(:\d\d)?", "*", text) for text in texts]


async def test_every_kind_of_write_is_in_the_persons_language_and_in_english_for_the_model(
    house: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with host(server(house, language="nl")) as caller:
        results = [await caller.call_tool(tool, arguments) for tool, arguments in calls(house)]
        page = await page_of(house, "en")
    answers = [data(result) for result in results]
    assert {answer["status"] for answer in answers} == {"awaiting_approval"}
    assert english_in(page, "nl") == [_OURS]  # what an outsider wrote stands as it is
    assert "Goedkeuren en versturen aan" in page

    cards = [(result.meta or {})[SPOKEN] for result in results]
    card = "\n".join(f"{one['summary']}\n{one['whole']}\n{one['warnings']}" for one in cards)
    assert english_in(card, "nl") == [_OURS]
    assert all("secret" not in one for one in cards)

    told = terminal(house, capsys, LANG="nl_NL.UTF-8")
    for answer in answers:
        told += terminal(house, capsys, "show", answer["proposal_id"], PAYT_LANGUAGE="nl")
    assert english_in(told, "nl") == [_OURS]
    ledger = Ledger(house.state)
    previews = [Preview.from_json(record.preview or {}) for record in ledger.pending()]
    ledger.close()
    for language in _OTHERS:
        assert english_in("\n".join(whole(one, language) for one in previews), language) == [_OURS]
    assert re.search(r"vervaldatum: \d+ [a-z]+ 20\d\d -> 1 januari 2030", told)

    (tmp_path / "other").mkdir()
    with run_in_thread(create_app(build_world(invoices=200, seed=4), options=Options(rate=None))) as handle:
        other = House(handle, tmp_path / "other")
        async with client(server(other)) as caller:
            english = [await caller.call_tool(tool, arguments) for tool, arguments in calls(other)]
    assert alike(results) == alike(english)


async def test_the_question_and_its_form_are_in_the_persons_language(house: House) -> None:
    forms: list[Any] = []

    async def answer(_context: Any, params: Any) -> ElicitResult:
        forms.append(params)
        return ElicitResult(action="decline")

    async with client(house.server(language="de"), "auto", answer) as caller:
        result = data(await caller.call_tool("send_message", letter(house)))
    (asked,) = forms
    assert english_in(asked.message, "de") == []
    assert "Soll das geschehen?" in asked.message
    assert asked.requested_schema["properties"]["approve"]["title"] == "Genehmigen"
    assert result["summary"] == "A person said no; nothing was sent."


async def test_without_the_setting_the_page_goes_by_the_browser(house: House) -> None:
    async with client(server(house, system_language="de")) as caller:
        await caller.call_tool("send_message", letter(house))
        async with httpx.AsyncClient(follow_redirects=True) as browser:
            first = await browser.get(house.opened[0], headers={"accept-language": "fr-CA,fr;q=0.9,en;q=0.5"})
            spanish, english = [
                (await browser.get(first.url, headers={"accept-language": one})).text for one in ("es", "en")
            ]
    assert '<html lang="fr">' in first.text
    assert "Approuver et envoyer à" in html.unescape(first.text)
    assert "Genehmigen und an" in html.unescape(spanish)
    assert "Approve and send to" in html.unescape(english)


@pytest.mark.parametrize(
    ("language", "about"), [("de", "zu Rechnung"), ("nl", "over factuur"), ("fr", "sur la facture")]
)
async def test_what_a_letter_is_about_is_in_the_persons_language(house: House, language: str, about: str) -> None:
    number = invoice_of(house)
    async with client(server(house)) as caller:
        await caller.call_tool("send_message", letter(house, to_invoice=number))
        assert f", {about} {number}" in await page_of(house, language)


async def test_what_an_older_version_kept_is_shown_in_english(house: House) -> None:
    async with client(server(house)) as caller:
        await caller.call_tool("send_message", letter(house))
    ledger = Ledger(house.state)
    (record,) = ledger.pending()
    ledger.close()
    assert record.preview is not None
    kept = {name: part for name, part in record.preview.items() if name != "said"}
    assert "Message to" in whole(Preview.from_json(kept), "nl") or "Onderwerp: " in whole(Preview.from_json(kept), "nl")
    altered = Preview.from_json({**record.preview, "said": {"title": ["say", "Another title", {}, "", 1], "kind": 7}})
    assert altered.title == record.preview["title"]


def test_a_language_there_is_none_of_stops_the_start() -> None:
    with pytest.raises(SettingsError, match=r"^PAYT_LANGUAGE='dutch' is not possible: one of nl \(Dutch\), en"):
        Settings.from_env({"PAYT_LANGUAGE": "dutch"})
    assert Settings.from_env({"PAYT_LANGUAGE": "DE"}).language_for("nl") == "de"
    assert Settings.from_env({"LC_ALL": "fr_BE.UTF-8", "LANG": "nl_NL"}).language_for() == "fr"
    assert Settings.from_env({"LANG": "C.UTF-8"}).language_for("nl;q=0.5, de") == "de"
    assert Settings.from_env({"LC_MESSAGES": "pt_PT"}).language_for("es") == "en"
