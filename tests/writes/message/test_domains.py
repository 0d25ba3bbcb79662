"""A domain is named though it is no link; an abbreviation, a file or a sentence is not taken for one."""

from __future__ import annotations

from typing import Any

import pytest

from payt_mcp.scanning.links import addresses_in, hosts_in
from tests.support.house import House, client, data


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("ga naar evil.example", "evil.example"),
        ("www.evil.example", "www.evil.example"),
        ("Betaal via evil.nl.", "evil.nl"),
        ("Betaal via evil.nl.Dank u", "evil.nl"),
        ("...evil.com!", "evil.com"),
        ("(pay.evil.co.uk)", "pay.evil.co.uk"),
        ("_evil.com_", "evil.com"),
        ("EVIL.NL", "evil.nl"),
        ("evil[.]com", "evil.com"),
        ("evil (punt) com", "evil.com"),
        ("evil\u3002com", "evil.com"),
        ("evil\u200b.\u2060com", "evil.com"),
        ("evil.com:8080/x", "evil.com"),
        ("a.b.c.d.e.f.g.h.i.j.k.evil.com", "a.b.c.d.e.f.g.h.i.j.k.evil.com"),
        ("xn--80ak6aa92e.com", "xn--80ak6aa92e.com"),
        ("incl.de/betaal", "incl.de"),
        ("https://evil.com.", "evil.com"),
        ("factuur.zip", "factuur.zip"),
    ],
)
def test_named_hosts(text: str, host: str) -> None:
    assert hosts_in(text) == [host]


@pytest.mark.parametrize(
    "text",
    [
        "incl.btw", "excl.btw.", "i.v.m.", "t.a.v. Jan", "t.a.v.de directie", "d.d. 12", "incl.de kosten", "o.a.de",
        "m.b.t.in", "om 9.am", "betalen.Wij verzoeken", "Co.KG", "Jansen B.V.Utrecht", "Holding.BV", "nr.5", "tel.020",
        "factuur.pdf", "zie factuur-2024.xlsx.", "factuur.nl.pdf", "1.234,56", "12.11.2026", "v.1.2",
    ],
)  # fmt: skip
def test_what_is_no_host(text: str) -> None:
    assert hosts_in(text) == []


@pytest.mark.parametrize(
    "text", ["mail X@Evil.example", "x (at) evil [dot] example", "<x@evil.example>.", "mailto:x@evil.example"]
)
def test_an_address_is_no_link_but_an_address(text: str) -> None:
    assert addresses_in(text) == ["x@evil.example"]
    assert hosts_in(text) == []


async def _warnings(house: House, body: str) -> list[str]:
    wish = {"subject": "Open", "body": body, "to_debtor": house.debtor()}
    async with client(house.server()) as caller:
        found: list[str] = data(await caller.call_tool("send_message", wish)).get("warnings", [])
    return found


async def test_a_strange_host_or_address_is_warned_of(house: House) -> None:
    said = await _warnings(house, "Ga naar evil.nl of \u0430pp.payt.example en mail x@evil.example.")
    assert "The text links to evil.nl, which is not yours or Payt's." in said
    assert any("(not in Latin letters: xn--pp-6kc.payt.example)" in warning for warning in said)
    assert "The text names the address x@evil.example, which is neither yours nor on file." in said


async def test_ones_own_hosts_and_addresses_and_the_debtors_are_no_warning(house: House) -> None:
    row: dict[str, Any] = next(
        row for row in house.sandbox.world.rows("4711", "debtors") if row["debtor_number"] == house.debtor()
    )
    theirs = row["reminder_email_address"]
    body = f"Zie app.payt.example. of debiteuren@noorderlicht.example; wij schreven {theirs}, {theirs.split('@')[1]}."
    assert [warning for warning in await _warnings(house, body) if "text" in warning] == []


async def test_a_page_at_a_provider_that_the_debtor_shares_is_warned_of(house: House) -> None:
    world = house.sandbox.world
    row = next(row for row in world.rows("4711", "debtors") if row["debtor_number"] == house.debtor())
    world.change_debtor("4711", row["id"], reminder_email_address="jan@xs4all.nl")
    assert "The text links to evil.xs4all.nl, which is not yours or Payt's." in await _warnings(house, "evil.xs4all.nl")


async def test_what_anybody_may_have_at_ones_own_provider_is_warned_of(house: House) -> None:
    house.sandbox.world.administrations[4711]["email_address"] = "wij@xs4all.nl"
    warned = await _warnings(house, "Mail wij@xs4all.nl, niet evil@xs4all.nl. Zie evil.xs4all.nl")
    assert "The text links to evil.xs4all.nl, which is not yours or Payt's." in warned
    assert [w for w in warned if "address" in w] == [
        "The text names the address evil@xs4all.nl, which is neither yours nor on file."
    ]


async def test_many_hosts_do_not_bury_the_account(house: House) -> None:
    many = " ".join(f"evil{number}.example" for number in range(40))
    said = await _warnings(house, f"{many} NL02 RABO 0123 4567 89")
    assert "NL02RABO0123456789" in said[0]
    assert "The text links to 35 more hosts that are not yours or Payt's." in said
