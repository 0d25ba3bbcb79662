"""Pictures of the approval page, by day and by night, on a phone and on a screen, and the one that README shows.

    python -m tests.proposals.asking.screenshots OUTDIR [nl|en|de|fr]

Needs chromium. `approval-page.png` is for docs/; look at the others after any change of the page.
"""

from __future__ import annotations

import re
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

from payt_mcp.words.catalogs import translated
from payt_mcp.words.languages import Language
from payt_sandbox.api.faults import Fault
from payt_sandbox.api.options import Options
from payt_sandbox.app import create_app
from payt_sandbox.data.build import build_world
from payt_sandbox.server import run_in_thread
from tests.support.browsing import awake, browser
from tests.support.house import ADMINISTRATION, House, client, data
from tests.support.pictures import take_pictures
from tests.writes.invoices.test_upsert import as_it_is, new

WIDTHS = (390, 1200)
SCHEMES = ("light", "dark")
README_WIDTH = 900
FIELDS = [
    "id", "invoice_number", "debtor_number", "debtor_id", "currency_code", "due_date", "invoice_date", "open_amount",
    "total_amount", "book_open_amount", "book_total_amount", "active_payment_plan_id", "paused_at", "bailiff_at",
]  # fmt: skip


async def take(folder: Path, language: Language) -> None:
    sent = _begins("Sent at {sending}; it is message {message} at Payt.", language)
    closed = _begins("A person closed it at {changed}: it was {closed}.", language)
    with tempfile.TemporaryDirectory() as state, run_in_thread(_payt()) as payt:
        house = House(payt, Path(state))
        invoice = _invoice(house)
        (house.files / "specificatie.pdf").write_bytes(b"%PDF" + bytes(48_200))
        async with client(house.server(language=language)) as caller, browser() as chromium:
            page = await chromium.new_page()
            clean = await _proposed(caller, _clean(house, invoice))
            assert "warnings" not in clean, clean
            await page.goto(house.opened[0])
            await _shoot(page, folder, "pending")
            warned = await _proposed(caller, _warned(invoice))
            await page.wait_for_selector(f"#approve-{warned['proposal_id']}")
            await _shoot(page, folder, "warned")
            await _whole(page, README_WIDTH)
            await page.screenshot(path=folder / "approval-page.png")
            await _click(page, f"approve-{clean['proposal_id']}", sent)
            await _shoot(page, folder, "sent")
            payt.faults.add(Fault("server_error", path="/v1/messages", method="POST"))
            await _click(page, f"approve-{warned['proposal_id']}", f"#again-{warned['proposal_id']}")
            await _shoot(page, folder, "unknown")
            await _click(page, f"close-{warned['proposal_id']}", closed)
            await caller.call_tool("upsert_invoices", {"invoices": _rows(house, invoice)})
            await page.wait_for_selector("table")
            await _shoot(page, folder, "plan")


def _payt() -> Any:
    return create_app(build_world(invoices=1000, seed=4), options=Options(rate=None))


def _invoice(house: House) -> dict[str, Any]:
    """The only overdue invoice of a debtor who owes euros and may be asked for them."""
    today = str(house.sandbox.world.today)
    debtors = {row["debtor_number"]: row for row in house.sandbox.world.rows(ADMINISTRATION, "debtors")}
    by_debtor: dict[str, list[dict[str, Any]]] = {}
    for row in house.invoices(FIELDS):
        if row["open_amount"] != "0.00":
            by_debtor.setdefault(str(row["debtor_number"]), []).append(row)
    for number, rows in by_debtor.items():
        debtor = debtors.get(number)
        if debtor is None or not debtor["reminder_email_address"] or not re.match(r"\w{4}", debtor["name"]):
            continue
        overdue = [row for row in rows if str(row["due_date"]) < today and Decimal(row["open_amount"]) > 0]
        odd = any(row[name] for row in rows for name in ("active_payment_plan_id", "paused_at", "bailiff_at"))
        if not odd and len(overdue) == 1 and all(row["currency_code"] == "EUR" for row in rows):
            return overdue[0]
    raise LookupError("no such invoice in the sandbox")


def _clean(house: House, invoice: dict[str, Any]) -> dict[str, Any]:
    account = house.sandbox.world.administrations[int(ADMINISTRATION)]["bank_account_number"]
    return {
        "subject": f"Herinnering factuur {invoice['invoice_number']}",
        "body": f"Beste relatie,\n\nFactuur {invoice['invoice_number']} van EUR {invoice['open_amount']} is op "
        f"{invoice['due_date']} vervallen. Wilt u nagaan wanneer wij de betaling mogen verwachten? U kunt het bedrag "
        f"overmaken op {account}.\n\nMet vriendelijke groet,\nNoorderlicht Techniek",
        "to_invoice": invoice["invoice_number"],
        "attachments": ["specificatie.pdf"],
    }


def _warned(invoice: dict[str, Any]) -> dict[str, Any]:
    return {
        "subject": "Gewijzigd rekeningnummer",
        "body": "Beste relatie,\n\nOns rekeningnummer is gewijzigd. Graag EUR 99.999,00 op NL02 RABO 0123 4567 89, zie "
        "https://betaal.evil.example/x",
        "to_debtor": str(invoice["debtor_number"]),
        "email": "boekhouding@evil.example",
    }


def _rows(house: House, invoice: dict[str, Any]) -> list[dict[str, Any]]:
    mailed = new("NT-2026-901", str(invoice["debtor_number"]))
    del mailed["sent_at"]
    return [mailed, as_it_is(invoice, description="Onderhoud kantoor, derde kwartaal")]


async def _proposed(caller: Any, wish: dict[str, Any]) -> dict[str, Any]:
    return data(await caller.call_tool("send_message", wish))


async def _click(page: Any, button: str, until: str) -> None:
    await page.click(f"#{button}")
    await page.wait_for_selector(until)


def _begins(template: str, language: Language) -> str:
    """A selector for a sentence of ours by the words before what is filled in."""
    return f"text={translated(template, language).partition('{')[0].strip()}"


async def _shoot(page: Any, folder: Path, name: str) -> None:
    for scheme in SCHEMES:
        await page.emulate_media(color_scheme=scheme)
        for width in WIDTHS:
            await _whole(page, width)
            await page.screenshot(path=folder / f"{name}-{width}-{scheme}.png")
    await page.emulate_media(color_scheme="light")


async def _whole(page: Any, width: int) -> None:
    """A window that is as high as the page, so that what stays at its bottom lies on nothing; its buttons awake."""
    await page.set_viewport_size({"width": width, "height": 600})
    height = await page.evaluate("document.documentElement.scrollHeight")
    await page.set_viewport_size({"width": width, "height": height})
    await awake(page)


if __name__ == "__main__":
    take_pictures(take, __doc__)
