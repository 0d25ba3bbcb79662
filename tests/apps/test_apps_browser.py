"""The pages of the apps in a real browser, in a sandboxed frame, behind the official bridge of a host.

`APP_BRIDGE` names the bridge as one script (`CONTRIBUTING.md` says how it is made); without it these tests skip, and
fail where `CI_BROWSER` is set.
"""

from __future__ import annotations

from decimal import Decimal

import pytest

from payt_mcp.apps.pages import OVERDUE, PROPOSAL
from tests.support.app_host import host, shown
from tests.support.browsing import Windows, awake
from tests.support.house import ADMINISTRATION, House, data, letter

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(("width", "theme"), [(1100, "light"), (390, "light"), (760, "dark")])
async def test_the_overview_shows_the_figures_of_the_answer(
    house: House, width: int, theme: str, chromium: Windows, bridge: str
) -> None:
    async with host(house.server()) as client:
        result = await client.call_tool("summarize_overdue", {"administration_id": ADMINISTRATION})
        async with shown(chromium, bridge, client, OVERDUE, result, width=width, theme=theme) as app:
            text = await app.text()
            widths = await app.frame.eval_on_selector_all("rect", "all => all.map(one => one.getAttribute('width'))")
            ground = await app.frame.evaluate("getComputedStyle(document.querySelector('section')).backgroundColor")
            assert await app.out_of_sight() == []
            assert await app.page.evaluate("window.sizes.length") > 0
    figures = data(result)
    for name in ("overdue_gross", "overdue_credits", "overdue_net"):
        assert f"{figures['currency']} {Decimal(figures[name]):,.2f}" in text
    for row in figures["debtors"]:
        assert row["name"] in text
        assert f"{Decimal(row['overdue']):,.2f}" in text
    amounts = [Decimal(bucket["amount"]) for bucket in figures["buckets"]]
    assert [
        abs(Decimal(w.rstrip("%")) - 100 * amount / max(amounts)) < Decimal("0.02")
        for w, amount in zip(widths, amounts, strict=True)
    ] == [True] * 4
    assert ground == ("rgb(26, 33, 42)" if theme == "dark" else "rgb(255, 255, 255)")
    assert app.loaded[1:] in ([], ["about:srcdoc"])
    assert app.errors == []
    assert app.asked == []


async def test_a_refusal_is_shown_as_its_sentence(house: House, chromium: Windows, bridge: str) -> None:
    async with host(house.server()) as client:
        result = await client.call_tool("summarize_overdue", {"administration_id": "1"})
        async with shown(chromium, bridge, client, OVERDUE, result) as app:
            assert "There is no administration '1'" in await app.text()


@pytest.mark.parametrize(("label", "status", "mails"), [("Approve", "Sent", 1), ("Reject", "Rejected", 0)])
async def test_a_click_on_the_card_decides_once(
    house: House, label: str, status: str, mails: int, chromium: Windows, bridge: str
) -> None:
    async with host(house.server(app_approval=True)) as client:
        result = await client.call_tool("send_message", letter(house, email="x@evil.example"))
        async with shown(chromium, bridge, client, PROPOSAL, result) as app:
            assert await app.frame.inner_text(".quoted") == "Wilt u deze betalen?"
            color = await app.frame.evaluate("getComputedStyle(document.querySelector('.danger')).color")
            assert color == "rgb(161, 26, 26)"
            await app.frame.dblclick(f"text={label}")
            await app.frame.wait_for_selector(f".badge:text-is('{status}')")
            assert await app.frame.query_selector("button") is None
            assert app.errors == []
        assert [call["name"] for call in app.asked] == ["decide_proposal"]
        checked = data(await client.call_tool("check_approval", {"proposal_id": data(result)["proposal_id"]}))
    assert checked["status"] == {"Sent": "sent", "Rejected": "declined"}[status]
    assert len(house.mails) == mails


async def test_the_pages_are_in_the_persons_language(house: House, chromium: Windows, bridge: str) -> None:
    async with host(house.server(app_approval=True, language="nl")) as client:
        overdue = await client.call_tool("summarize_overdue", {"administration_id": ADMINISTRATION})
        async with shown(chromium, bridge, client, OVERDUE, overdue) as app:
            text = await app.text()
            assert "Naar dagen na de vervaldatum" in text
            assert " facturen" in text
            assert app.errors == []
        result = await client.call_tool("send_message", letter(house, email="x@evil.example"))
        async with shown(chromium, bridge, client, PROPOSAL, result) as app:
            assert "x@evil.example (aan) is niet bij deze debiteur bekend." in await app.text()
            await awake(app.frame)
            await app.frame.click(f"#approve-{data(result)['proposal_id']}")
            await app.frame.wait_for_selector(".badge:text-is('Verstuurd')")
            assert "Goedgekeurd, versturen aan" in await app.text()
            assert "Verstuurd op" in await app.text()
            assert app.errors == []
    assert len(house.mails) == 1


async def test_the_card_names_what_is_approved_rests_and_keeps_its_height(
    house: House, chromium: Windows, bridge: str
) -> None:
    async with host(house.server(app_approval=True)) as client:
        result = await client.call_tool("send_message", letter(house))
        other = await client.call_tool("send_message", letter(house, subject="Een ander"))
        async with shown(chromium, bridge, client, PROPOSAL, result) as app:
            key = data(result)["proposal_id"]
            approve = app.frame.locator(f"#approve-{key}")
            assert f"({house.debtor()})" in await approve.inner_text()
            box = await approve.bounding_box()
            assert box is not None
            spot = (box["x"] + 20, box["y"] + 20)
            await app.page.mouse.move(*spot)
            await awake(app.frame)
            wire = other.model_dump(mode="json", by_alias=True, exclude_none=True)
            await app.page.evaluate(
                "(result) => window.bridge.sendToolResult(result)", wire
            )  # another one in its place
            await app.frame.wait_for_selector(f"#approve-{data(other)['proposal_id']}")
            for _ in range(2):
                await app.page.mouse.click(*spot)
                assert await app.frame.is_visible(".untaken")
                await awake(app.frame)
            assert app.asked == []
            height = await app.frame.evaluate(HEIGHT)
            await app.page.mouse.move(spot[0] + 10, spot[1])
            await app.page.mouse.click(spot[0] + 10, spot[1])
            assert not await app.frame.is_visible(".untaken")
            await app.frame.wait_for_selector(".badge:text-is('Sent')")
            assert "Approved, send to" in await app.text()
            assert abs(await app.frame.evaluate(HEIGHT) - height) <= 1
            assert app.errors == []
    assert [mail.subject for mail in house.mails] == ["Een ander"]


async def test_without_the_setting_the_card_only_shows(house: House, chromium: Windows, bridge: str) -> None:
    async with host(house.server()) as client:
        result = await client.call_tool("send_message", letter(house))
        async with shown(chromium, bridge, client, PROPOSAL, result, width=390, theme="dark") as app:
            assert await app.frame.query_selector("button") is None
            assert "Approve or reject it on the approval page" in await app.text()
            assert await app.out_of_sight() == []
    assert house.mails == []


async def test_what_debtors_are_called_stays_text(house: House, chromium: Windows, bridge: str) -> None:
    evil = "<img src=x onerror=alert(1)>"
    async with host(house.server()) as client:
        result = await client.call_tool("summarize_overdue", {"administration_id": ADMINISTRATION})
        assert result.structured_content is not None
        result.structured_content["debtors"][0]["name"] = evil
        async with shown(chromium, bridge, client, OVERDUE, result) as app:
            assert evil in await app.text()
            assert await app.frame.query_selector("img") is None


HEIGHT = "document.documentElement.getBoundingClientRect().height"
TOKENS = {
    "--color-background-primary": "rgb(250, 240, 230)",
    "--font-sans": "Georgia",
    "--evil": "url(http://x.example)",
}


async def test_at_first_it_is_no_higher_than_an_assistant_shows_and_a_button_shows_all(
    house: House, chromium: Windows, bridge: str
) -> None:
    async with host(house.server()) as client:
        result = await client.call_tool("summarize_overdue", {"administration_id": ADMINISTRATION, "top": 30})
        for width in (760, 390):
            async with shown(chromium, bridge, client, OVERDUE, result, width=width) as app:
                await app.frame.wait_for_selector(".all")
                assert await app.frame.evaluate(HEIGHT) <= 500
                box = await app.frame.locator(".all").bounding_box()
                assert box is not None
                assert min(box["width"], box["height"]) >= 44
                await app.frame.click("text=Show all")
                assert await app.frame.evaluate(HEIGHT) > 700
                assert await app.frame.query_selector(".all") is None
                assert app.errors == []


async def test_a_long_proposal_shows_its_text_in_a_box_at_first_and_all_of_it_at_a_click(
    house: House, chromium: Windows, bridge: str
) -> None:
    body = "\n".join(f"Regel {number}" for number in range(60))
    async with host(house.server(app_approval=True)) as client:
        result = await client.call_tool("send_message", {**letter(house), "body": body})
        async with shown(chromium, bridge, client, PROPOSAL, result) as app:
            assert await app.frame.evaluate(HEIGHT) <= 500
            for label in ("Show all", "Approve", "Reject"):
                box = await app.frame.locator(f"text={label}").last.bounding_box()
                assert box is not None
                assert min(box["width"], box["height"]) >= 44
            await app.frame.click("text=Show all")
            assert await app.frame.evaluate(HEIGHT) > 1000
            assert await app.frame.is_visible("text=Regel 59")


async def test_the_colours_of_the_host_are_taken_and_nothing_is_loaded_for_them(
    house: House, chromium: Windows, bridge: str
) -> None:
    async with host(house.server()) as client:
        result = await client.call_tool("summarize_overdue", {"administration_id": ADMINISTRATION})
        async with shown(chromium, bridge, client, OVERDUE, result) as app:
            context = {"styles": {"variables": TOKENS}}
            message = {"jsonrpc": "2.0", "method": "ui/notifications/host-context-changed", "params": context}
            await app.page.evaluate(
                "(m) => document.querySelector('iframe').contentWindow.postMessage(m, '*')", message
            )
            ground = "getComputedStyle(document.querySelector('section')).backgroundColor"
            await app.frame.wait_for_function(f"{ground} === 'rgb(250, 240, 230)'")
            assert await app.frame.evaluate("getComputedStyle(document.body).fontFamily") == "Georgia"
            assert app.loaded[1:] in ([], ["about:srcdoc"])
