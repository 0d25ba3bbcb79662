"""Where a letter goes, by what Payt has on file and what people write for an address."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.house import ADMINISTRATION, ERAS, House, client, data, letter, record, said, says
from tests.support.previews import flat, seen

pytestmark = [pytest.mark.slow, pytest.mark.anyio]

MULLER = "info@xn--mller-kva.example"


def debtor(house: House, **fields: Any) -> str:
    house.sandbox.world.add_debtor(ADMINISTRATION, debtor_number="85001", name="Adressen", **fields)
    return "85001"


async def proposed(house: House, **wish: Any) -> Any:
    """The preview of a letter to that debtor."""
    async with client(house.server()) as caller:
        answer = data(await caller.call_tool("send_message", letter(house, **{"to_debtor": "85001"} | wish)))
    return flat(seen(record(house, answer["proposal_id"])))


def recipients(preview: Any) -> list[tuple[str, str]]:
    return [(one["field"], one["email"]) for one in preview["recipients"]]


def warnings(preview: Any, *, danger: bool = False) -> list[str]:
    return [one["text"] for one in preview["warnings"] if one["danger"] == danger]


@pytest.mark.parametrize(
    ("on_file", "email"),
    [
        ("ap@x.example", "ap@x.example"),
        ("\u00a0Jan <ap@x.example> ", "ap@x.example"),
        ("info@m\u00fcller.example", MULLER),
        (MULLER, MULLER),
    ],
)
async def test_an_address_on_file_is_read_as_it_is_meant(house: House, on_file: str, email: str) -> None:
    debtor(house, reminder_email_address=on_file)
    preview = await proposed(house)
    assert recipients(preview) == [("to", email)]
    assert warnings(preview, danger=True) == []
    reads = "info@xn--mller-kva.example reads info@m\u00fcller.example."
    assert (reads in warnings(preview)) == (email == MULLER)


async def test_one_of_several_on_file_is_written_to_and_the_others_are_named(house: House) -> None:
    debtor(house, reminder_email_address="ap@x.example; CFO <cfo@x.example>")
    preview = await proposed(house)
    assert recipients(preview) == [("to", "ap@x.example")]
    assert any("the address for reminders has cfo@x.example too" in one for one in warnings(preview))
    preview = await proposed(house, cc=["cfo@x.example"])
    assert recipients(preview) == [("to", "ap@x.example"), ("cc", "cfo@x.example")]
    assert not any("cfo@x.example" in one for one in warnings(preview))


@ERAS
async def test_what_cannot_be_used_is_named_and_not_passed_over(house: House, mode: str) -> None:
    debtor(house, reminder_email_address="ap@@x.example", primary_email_address="info@x.example")
    preview = await proposed(house)
    assert recipients(preview) == [("to", "info@x.example")]
    assert any("the address for reminders cannot be used: ap@@x.example" in one for one in warnings(preview))
    async with client(house.server(), mode) as caller:
        result = await caller.call_tool("get_debtor", {"debtor": "85001"})
        file = data(result)
        assert any("the address for reminders cannot be used: ap@@x.example" in note for note in file["notes"])
        assert file["addresses"][0]["cannot_be_used"]
        assert file["debtor"]["messages_go_to"] == "info@x.example"
        assert "e-mail (reminders): ap@@x.example (cannot be used:" in said(result)


async def test_where_none_can_be_used_the_refusal_says_why(house: House) -> None:
    debtor(house, reminder_email_address="ap@", primary_email_address="j\u00fcrgen@x.example")
    async with client(house.server()) as caller:
        refused = said(await caller.call_tool("send_message", letter(house, to_debtor="85001")))
    assert "the address for reminders cannot be used: ap@" in refused
    assert "the primary address cannot be used: j\u00fcrgen@x.example" in refused
    assert house.mails == []


async def test_a_mailbox_in_to_cc_and_bcc_gets_one_letter(house: House) -> None:
    debtor(house, reminder_email_address="ap@x.example")
    answer = says("accept")
    async with client(house.server(), answer=answer) as caller:
        wish = letter(
            house, to_debtor="85001", cc=["AP@X.example", "Cfo@x.example"], bcc=["cfo@X.example; ap@x.example"]
        )
        sent = data(await caller.call_tool("send_message", wish))
    assert sent["status"] == "sent"
    (mail,) = house.mails
    assert "AP@X" not in str(mail)
    assert str(mail).lower().count("cfo@x.example") == 1


@pytest.mark.parametrize("email", ["info@muller.example", "info@m\u00fcl1er.example", "info@mu\u0308lier.example"])
async def test_a_domain_that_looks_like_one_on_file_stays_red(house: House, email: str) -> None:
    debtor(house, reminder_email_address="info@m\u00fcller.example")
    (danger,) = warnings(await proposed(house, email=email), danger=True)
    assert "is not on file" in danger
    assert "looks like xn--mller-kva.example" in danger


async def test_an_address_in_the_text_is_compared_in_one_form(house: House) -> None:
    debtor(house, reminder_email_address=MULLER)
    for body in ("Antwoord aan info@m\u00fcller.example.", "Zie https://www.m\u00fcller.example/betalen"):
        assert not [one for one in warnings(await proposed(house, body=body), danger=True) if "neither yours" in one]
        assert not [one for one in warnings(await proposed(house, body=body), danger=True) if "links to" in one]
    found = warnings(await proposed(house, body="Zie https://muller.example/betalen"), danger=True)
    assert any("links to muller.example" in one for one in found)
