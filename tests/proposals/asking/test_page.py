"""The approval page as a person uses it, in a real browser: by mouse, by keyboard, without JavaScript, on a phone."""

from __future__ import annotations

import re
from typing import Any

import anyio
import pytest

from payt_mcp.proposals.ledger.ledger import Ledger
from payt_sandbox.api.faults import Fault
from tests.support.browsing import press
from tests.support.daily_work import contact_with_debtors, row, task
from tests.support.daily_work import server as server_of_all_sets
from tests.support.house import PAGE, House, client, data, known_invoice, letter, record
from tests.writes.invoices.test_upsert import as_it_is

pytestmark = [pytest.mark.slow, pytest.mark.anyio]

UNREADABLE = """() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = (colour) => rgba(colour).slice(0, 3).map((part) => part / 255)
    .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
    .reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0);
  const behind = (node) => {
    const colour = getComputedStyle(node).backgroundColor;
    return rgba(colour)[3] === 255 || !node.parentElement ? colour : behind(node.parentElement);
  };
  const nodes = [...document.body.querySelectorAll("*")].filter((node) =>
    [...node.childNodes].some((part) => part.nodeType === 3 && part.textContent.trim()));
  const ratios = nodes.map((node) => {
    const [one, other] = [light(getComputedStyle(node).color), light(behind(node))].sort((a, b) => b - a);
    return [(one + 0.05) / (other + 0.05), node.textContent];
  });
  return { seen: nodes.length, poor: ratios.filter(([ratio]) => ratio < 4.5) };
}"""
"""Texts whose contrast with what is behind them is below what WCAG 2 asks for (AA)."""


async def opened(chromium: Any, house: House, **options: Any) -> Any:
    page = await chromium.new_page(**options)
    await page.goto(house.opened[0])
    return page


async def focused(page: Any) -> str:
    return str(await page.evaluate("document.activeElement.id"))


async def tab_to(page: Any, wanted: str) -> None:
    for _ in range(10):
        await page.keyboard.press("Tab")
        if await focused(page) == wanted:
            return
    raise AssertionError(f"{wanted} is not reached by the keyboard")


async def test_a_click_in_a_real_browser_sends_it_once_and_the_page_says_so(house: House, chromium: Any) -> None:
    async with client(house.server()) as caller:
        proposed = data(await caller.call_tool("send_message", letter(house)))
        page = await chromium.new_page()
        errors = chromium.errors(page)
        await page.goto(house.opened[0])
        assert "Wilt u deze betalen?" in await page.inner_text("main")
        assert house.mails == []
        await page.dblclick("text=Approve and send")
        await page.wait_for_selector("text=Sent at")
        checked = data(await caller.call_tool("check_approval", {"proposal_id": proposed["proposal_id"]}))
        assert f"message {checked['message_id']} at Payt" in await page.inner_text("main")
        assert errors == []
    assert checked["status"] == "sent"
    assert len(house.mails) == 1


async def test_the_page_shows_what_happens_while_it_is_open(house: House, chromium: Any) -> None:
    """A proposal that comes, and a yes given elsewhere; the page is not loaded again, and the focus stays."""
    async with client(house.server()) as caller:
        first = data(await caller.call_tool("send_message", letter(house)))["proposal_id"]
        page = await opened(chromium, house)
        await page.evaluate("window.sameDocument = true")
        await tab_to(page, f"reject-{first}")
        second = data(await caller.call_tool("send_message", letter(house, subject="Een tweede")))["proposal_id"]
        await page.wait_for_selector("text=Een tweede")
        assert await focused(page) == f"reject-{first}"
        assert await page.title() == "2 proposals waiting - Payt approvals"
        assert len(house.opened) == 1
        ledger = Ledger(house.state)
        ledger.approve(second, PAGE)
        ledger.close()
        await page.wait_for_selector("text=Sent at")
        assert await page.title() == "1 proposal waiting - Payt approvals"
        assert await page.evaluate("window.sameDocument")
        assert await page.locator(f"#approve-{second}").count() == 0
    assert [mail.subject for mail in house.mails] == ["Een tweede"]


@pytest.mark.parametrize("javascript", [True, False])
@pytest.mark.parametrize(("action", "mails"), [("approve", 1), ("reject", 0)])
async def test_the_keyboard_is_enough(house: House, chromium: Any, action: str, mails: int, javascript: bool) -> None:
    async with client(house.server()) as caller:
        key = data(await caller.call_tool("send_message", letter(house)))["proposal_id"]
        page = await opened(chromium, house, java_script_enabled=javascript)
        assert await page.title() == "1 proposal waiting - Payt approvals"
        for _ in range(2 if action == "reject" else 1):
            await page.keyboard.press("Tab")
        assert await page.locator(f"#{action}-{key}").evaluate("node => node.matches(':focus-visible')")
        if javascript:
            await page.keyboard.press("Enter")
        else:
            async with page.expect_navigation():
                await page.keyboard.press("Enter")
        with anyio.fail_after(120):
            while record(house, key).status not in {"sent", "declined"}:  # noqa: ASYNC110 - another thread writes it
                await anyio.sleep(0.05)
        await page.reload()
        await page.wait_for_selector("text=Sent at" if mails else "text=A person said no")
    assert len(house.mails) == mails


async def test_a_click_rejects_and_nothing_is_sent(house: House, chromium: Any) -> None:
    async with client(house.server()) as caller:
        key = data(await caller.call_tool("send_message", letter(house)))["proposal_id"]
        page = await opened(chromium, house)
        await press(page, f"#reject-{key}")
        await page.wait_for_selector("text=A person said no")
        assert await page.title() == "Nothing waiting - Payt approvals"
    assert record(house, key).status == "declined"
    assert house.mails == []


async def test_an_address_that_is_not_on_file_is_shown_in_red(house: House, chromium: Any) -> None:
    async with client(house.server()) as caller:
        await caller.call_tool("send_message", letter(house, email="x@evil.example"))
        page = await opened(chromium, house)
        for place in ("li.danger", ".foreign", "button[value=approve]"):
            colour = await page.eval_on_selector(place, "node => getComputedStyle(node).color")
            red, green, blue = map(int, re.findall(r"\d+", colour)[:3])
            assert red > 2 * max(green, blue), place
        assert "x@evil.example" in await page.inner_text(".foreign")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_it_is_readable_by_day_and_by_night_and_fits_a_phone(house: House, chromium: Any, scheme: Any) -> None:
    wide = {"subject": "W" * 150, "email": f"{'w' * 60}@{'evil-' * 8}s.example", "body": "x" * 900}
    async with client(house.server()) as caller:
        await caller.call_tool("send_message", letter(house, **wide))
        await caller.call_tool("send_message", letter(house, body="EUR 99.999,00"))
        declined = data(await caller.call_tool("send_message", letter(house, subject="Nee")))["proposal_id"]
        ledger = Ledger(house.state)
        ledger.decline(declined, PAGE)
        ledger.close()
        page = await opened(chromium, house, color_scheme=scheme, viewport={"width": 390, "height": 844})
        found = await page.evaluate(UNREADABLE)
        assert found["poor"] == []
        assert found["seen"] > 30
        dark = await page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
        assert dark is (scheme == "dark")
        assert await page.evaluate("document.documentElement.scrollWidth") == 390


async def test_markup_in_a_proposal_is_only_text(house: House, chromium: Any) -> None:
    body = "<script>document.title='owned'</script><img src=x onerror=alert(1)>"
    async with client(house.server()) as caller:
        await caller.call_tool("send_message", letter(house, subject="<b>fett</b>", body=body))
        page = await opened(chromium, house)
        assert body in await page.inner_text("main")
        assert await page.title() == "1 proposal waiting - Payt approvals"


async def test_an_unknown_outcome_is_a_persons_to_decide(house: House, chromium: Any) -> None:
    house.payt.faults.add(Fault("server_error", path="/v1/messages", method="POST"))
    async with client(house.server()) as caller:
        key = data(await caller.call_tool("send_message", letter(house)))["proposal_id"]
        page = await opened(chromium, house)
        await press(page, f"#approve-{key}")
        await page.wait_for_selector("text=not on the timeline yet")
        assert house.mails == []
        await press(page, f"#again-{key}")
        status = ""
        with anyio.fail_after(120):
            while status != "sent":
                status = data(await caller.call_tool("check_approval", {"proposal_id": key}))["status"]
    assert len(house.mails) == 1
    ledger = Ledger(house.state)
    assert [event.status for event in ledger.history(key)] == [
        "proposed", "approved", "sending", "outcome_unknown", "approved", "sending", "sent",
    ]  # fmt: skip
    ledger.close()


async def test_a_person_may_close_what_was_not_sent(house: House, chromium: Any) -> None:
    house.payt.faults.add(Fault("server_error", path="/v1/messages", method="POST"))
    async with client(house.server()) as caller:
        key = data(await caller.call_tool("send_message", letter(house)))["proposal_id"]
        page = await opened(chromium, house)
        await press(page, f"#approve-{key}")
        await page.wait_for_selector("text=not on the timeline yet")
        await press(page, f"#close-{key}")
        await page.wait_for_selector("text=A person closed it")
    assert record(house, key).status == "failed"
    assert house.mails == []


async def test_a_person_may_close_a_batch_as_carried_out(house: House, chromium: Any) -> None:
    rows = [as_it_is(known_invoice(house), payments=[{"amount": "1.00", "origin_identifier": "q"}])]
    house.payt.faults.add(Fault("reset_after", path="/v1/invoices", method="POST"))
    async with client(house.server()) as caller:
        key = data(await caller.call_tool("upsert_invoices", {"invoices": rows}))["proposal_id"]
        page = await opened(chromium, house)
        await press(page, f"#approve-{key}")
        await press(page, f"#done-{key}")
        await page.wait_for_selector("text=A person closed it")
    assert record(house, key).status == "applied"


async def test_the_page_shows_redirected_mail_in_red_and_a_click_carries_it_out(house: House, chromium: Any) -> None:
    contact = contact_with_debtors(house)
    wish = {"contacts": [{"id": contact["id"], "default_email_address": "x@evil.example"}]}
    async with client(server_of_all_sets(house)) as caller:
        key = data(await caller.call_tool("upsert_contacts", wish))["proposal_id"]
        remark = {"task": task(house), "comment": "Regel <b>een</b>\nregel twee"}
        data(await caller.call_tool("comment_task", remark))
        page = await opened(chromium, house)
        red = await page.locator("li.danger").all_inner_texts()
        assert len(red) == 2
        (markup,) = [text for text in red if "Markup (<b>, </b>)" in text]
        red.remove(markup)
        assert all(name in red[0] for name in ("x@evil.example", "contact ", *contact["debtor_numbers"]))
        assert await page.inner_text(".body") == remark["comment"]
        assert f"default_email_address: {contact['default_email_address']} → x@evil.example" in await page.inner_text(
            "table"
        )
        await page.click(f"#approve-{key}")
        await page.wait_for_selector("text=Carried out at")
    assert record(house, key).status == "applied"
    assert row(house, "contacts", contact["id"])["default_email_address"] == "x@evil.example"


async def test_a_page_whose_server_ended_says_so_and_takes_no_click(house: House, chromium: Any) -> None:
    async with client(house.server()) as caller:
        key = data(await caller.call_tool("send_message", letter(house)))["proposal_id"]
        page = await chromium.new_page(for_once=True)
        await page.clock.install()  # before the page sets its first timer
        await page.goto(house.opened[0])
    closed = page.locator("text=This page has closed")
    with anyio.fail_after(120):
        while not await closed.is_visible():  # its clock runs on; its answers take as long as they take
            await page.clock.run_for(1000)
    assert await page.is_disabled(f"#approve-{key}")
    assert house.mails == []
