"""What a mail program answers for somebody who is away is no message that waits, and is called what it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator
from typing import Any

import pytest

from payt_mcp.payt.models import Message
from payt_mcp.receivables.messages import is_automatic
from payt_sandbox import World, build_world
from tests.support.assistant import MAIN, NOON, Assistant, assistant, frozen, payt

AUTOMATIC = (
    "Automatisch antwoord: Factuur 12", "automatisch antwoord", "Afwezig", "Afwezig tot en met 3 december",
    "Afwezig: factuur 12", "Afwezigheidsbericht", "Automatic reply: Re: Invoice 12", "Out of Office: invoice",
    "Out of the office until Monday", "OOO", "[Auto-Reply] Invoice 12", "Autoreply", "Abwesenheitsnotiz: Rechnung",
    "Abwesend bis 12.01.", "Automatische Antwort: AW: Rechnung", "Réponse automatique : Facture 12",
    "Re\u0301ponse automatique : Facture", "Absence", "Absence du bureau", "Absence du 3 au 12 mars",
    "Message d\u2019absence",
)  # fmt: skip
BY_PEOPLE = (
    "Re: Automatisch antwoord: Factuur 12", "AW: Abwesenheitsnotiz", "Absence de facture 12", "Absence de réponse",
    "Absence du fournisseur, facture 2026001", "Automatische incasso mislukt", "Automatic payment failed",
    "Afwezigheid van een inkoopnummer", "Factuur 12", "Antwoord op uw automatische herinnering", "", None,
)  # fmt: skip


@pytest.mark.parametrize("subject", AUTOMATIC)
def test_a_subject_as_mail_programs_begin_theirs_is_an_automatic_reply(subject: str) -> None:
    assert is_automatic(Message(id="1", subject=subject))


@pytest.mark.parametrize("subject", BY_PEOPLE)
def test_a_subject_of_a_person_is_none(subject: str | None) -> None:
    assert not is_automatic(Message(id="1", subject=subject))


def _ago(days: int) -> str:
    return (NOON - dt.timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _put(world: World, number: str, *messages: tuple[str, int, str]) -> None:
    """A debtor with something long overdue, and what was written: by whom, how many days ago, with which subject."""
    debtor = int(world.add_debtor(MAIN, debtor_number=number, name=number, reminder_email_address="ap@staged.example"))
    world.add_invoice(MAIN, debtor_id=debtor, invoice_number=f"{number}-1", total_amount="90.00", due_date="2026-10-20")
    for sender, days, subject in messages:
        sent = {"sent_at": _ago(days), "received_at": _ago(days)}
        world.add_message(MAIN, debtor_id=debtor, sender_type=sender, subject=subject, **sent)


@pytest.fixture(scope="module")
async def who() -> AsyncIterator[Assistant]:
    world = frozen(build_world(invoices=60, seed=4, today=NOON.date()))
    _put(world, "AWAY", ("creditor", 12, "Nog open"), ("debtor", 12, "Automatisch antwoord: Nog open"))
    _put(world, "BOTH", ("debtor", 9, "Vraag"), ("debtor", 2, "Automatic reply: your letter"))
    _put(world, "OURS", ("debtor", 4, "Vraag"), ("creditor", 3, "Automatisch antwoord: Vraag"))
    with payt(world) as handle:
        async with assistant(handle) as asked:
            yield asked


pytestmark = pytest.mark.slow


async def test_the_worklist_says_to_answer_people_alone(who: Assistant) -> None:
    rows = {row["debtor_number"]: row for row in await who.all("get_worklist", "debtors", top=50)}
    assert rows["AWAY"]["step"] == "remind", "an automatic reply is no promise either"
    assert "automatic reply on 2026-11-09" in rows["AWAY"]["facts"]
    assert (rows["BOTH"]["step"], rows["BOTH"]["reason"]) == (
        "answer_message", "1 message unanswered since 2026-11-12"
    )  # fmt: skip
    assert rows["OURS"]["step"] == "answer_message", "our own mail program has answered nothing"


async def test_lists_of_messages_count_people_alone_and_say_what_is_automatic(who: Assistant) -> None:
    failed, text, alone = await who.call("list_messages", debtor="AWAY")
    assert not failed
    assert "unanswered" not in alone["summary"]
    assert [row.get("automatic_reply") for row in alone["messages"]].count(True) == 1
    assert " incoming, automatic reply: Automatisch" in text.replace("“", "")
    both: dict[str, Any] = await who.ask("list_messages", debtor="BOTH")
    assert both["summary"] == "2 messages, newest first; 1 unanswered."
    every = await who.ask("list_messages")
    (note,) = [note for note in every["notes"] if note.startswith("Unanswered")]
    assert "AWAY" not in note
    assert "BOTH (BOTH) since 2026-11-12" in note


@pytest.mark.parametrize("whole", [False, True])
async def test_a_file_tells_an_automatic_reply_apart(who: Assistant, whole: bool) -> None:
    away = await who.ask("get_debtor", debtor="AWAY", whole=whole)
    assert away["debtor"]["last_contact"].endswith("; from them never, automatic reply 2026-11-09; to them 2026-11-09")
    assert f"1 {'from the debtor (1 automatic)' if whole else 'theirs'}, none " in " ".join(away["notes"])
    both = await who.ask("get_debtor", debtor="BOTH", whole=whole)
    assert (
        "; from them 2026-11-12, unanswered, automatic reply 2026-11-19; to them never"
        in (both["debtor"]["last_contact"])
    )
    assert f"{', the first on' if whole else ' unanswered since'} 2026-11-12." in " ".join(both["notes"])
    assert [row.get("automatic_reply") for row in both["messages"]] == [True, None]
