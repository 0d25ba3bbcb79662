"""A letter to somebody who is not to be chased by what colleagues wrote into a label or the remark."""

from __future__ import annotations

from typing import Any

import pytest

from payt_mcp.proposals.preview import Preview
from tests.support.house import ADMINISTRATION, House, client, data, record
from tests.support.staging import Staged, stage

pytestmark = [pytest.mark.slow, pytest.mark.anyio]

OF_THE_DEBTOR = "This debtor is not to be chased just like that, by label or remark (“{text}”)."
OF_INVOICES = "Disputed, or not to be chased, by label: invoice I2 (“Betwist gedeelte”)."


def _staged(house: House, invoices: int = 1) -> Staged:
    staged = stage(house.sandbox.world, ADMINISTRATION, invoices=invoices)
    house.sandbox.world.change_debtor(ADMINISTRATION, staged.debtor, language_code="nl")
    return staged


async def _warnings(house: House, body: str, to: str = "") -> dict[str, bool]:
    """What the preview warns of, and whether that is in red."""
    async with client(house.server()) as caller:
        wish = {"subject": "Openstaand", "body": body} | ({"to_invoice": to} if to else {"to_debtor": "88001"})
        answer = data(await caller.call_tool("send_message", wish))
    shown = Preview.from_json(record(house, answer["proposal_id"]).preview or {})
    return {warned.text: warned.danger for warned in shown.warnings}


@pytest.mark.parametrize(
    "fields",
    [{"remark": "Faillissement uitgesproken 3-11"}, {"labels": ["vip", "Ne pas relancer"]}],
    ids=["remark", "label"],
)
async def test_a_debtor_whom_nobody_shall_chase_is_a_danger(house: House, fields: dict[str, Any]) -> None:
    staged = _staged(house)
    house.sandbox.world.change_debtor(ADMINISTRATION, staged.debtor, **fields)
    text = fields.get("remark") or fields["labels"][-1]
    assert await _warnings(house, "Wilt u betalen?") == {OF_THE_DEBTOR.format(text=text): True}


@pytest.mark.parametrize(("body", "is_danger"), [("Wilt u betalen?", False), ("Wilt u betalen:\n{invoices}", True)])
async def test_a_dispute_with_a_debtor_is_a_danger_where_the_letter_lists_what_to_pay(
    house: House, body: str, is_danger: bool
) -> None:
    staged = _staged(house)
    house.sandbox.world.change_debtor(ADMINISTRATION, staged.debtor, labels=["Klacht"])
    assert await _warnings(house, body) == {OF_THE_DEBTOR.format(text="Klacht"): is_danger}


@pytest.mark.parametrize(
    ("to", "body", "expected"),
    [
        ("", "Wilt u betalen:\n{invoices}", {OF_INVOICES: True}),  # we list it as what is to be paid
        ("I2", "Over uw klacht: wij komen erop terug.", {OF_INVOICES: False}),
        ("I1", "Wilt u betalen?", {}),
    ],
    ids=["listed", "about it", "about another"],
)
async def test_a_disputed_invoice_is_a_danger_where_the_letter_lists_it(
    house: House, to: str, body: str, expected: dict[str, bool]
) -> None:
    staged = _staged(house, invoices=2)
    house.sandbox.world.change_invoice(ADMINISTRATION, staged.invoices[1], labels=["Betwist gedeelte"])
    assert await _warnings(house, body, to) == expected


async def test_the_label_of_its_credit_case_counts_as_its_own(house: House) -> None:
    staged = _staged(house, invoices=2)  # of which the first is in the case
    house.sandbox.world.change_credit_case(ADMINISTRATION, staged.case, labels=["vip", "In geschil"])
    said = "Disputed, or not to be chased, by label: invoice I1 (“In geschil”)."
    assert await _warnings(house, "Wilt u betalen:\n{invoices}") == {said: True}
    assert await _warnings(house, "Wilt u betalen?", "I2") == {}


async def test_of_a_long_remark_the_part_that_speaks_against_it_is_shown(house: House) -> None:
    staged = _staged(house)
    remark = (
        "Klant sinds 1998, contact via de heer Jansen op maandag en dinsdag. Let op: niet aanmanen. Belt altijd terug."
    )
    house.sandbox.world.change_debtor(ADMINISTRATION, staged.debtor, remark=remark)
    assert await _warnings(house, "Wilt u betalen?") == {OF_THE_DEBTOR.format(text="Let op: niet aanmanen"): True}


async def test_what_says_that_it_is_over_speaks_against_nothing(house: House) -> None:
    staged = _staged(house)
    world = house.sandbox.world
    world.change_debtor(
        ADMINISTRATION, staged.debtor, remark="Niet meer in geschil, gewoon aanmanen.", labels=["Reclame"]
    )
    world.change_invoice(ADMINISTRATION, staged.invoices[0], labels=["geschil opgelost"])
    assert await _warnings(house, "Wilt u betalen:\n{invoices}") == {}
