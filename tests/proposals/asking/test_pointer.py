"""Nothing moves under a pointer at rest: what lies there is what the person put it on, whatever happens meanwhile."""

from __future__ import annotations

import datetime as dt
from typing import Any

import anyio
import pytest

from payt_mcp.proposals.ledger.ledger import Ledger
from payt_sandbox.api.faults import Fault
from tests.support.browsing import LOOKS, awake, press
from tests.support.house import ADMINISTRATION, PAGE, House, client, data, edit, letter, record

pytestmark = [pytest.mark.slow, pytest.mark.anyio]

UNDER = """([x, y]) => {
  const button = document.elementFromPoint(x, y)?.closest("button");
  return button ? button.id : "";
}"""
STIR = """() => {
  let at = 0;
  const stir = () => { document.querySelector("h1").style.paddingBottom = `${1 + (at++ % 2)}px`; };
  window.stirring = setInterval(stir, 50);
}"""
"""A layout that changes all the time."""
WAKING = """() => new Promise((woken) => {
  clearInterval(window.stirring);
  document.querySelector("h1").style.paddingBottom = "9px";
  const from = performance.now();
  const rests = () => document.body.classList.contains("resting");
  const look = () => (rests() ? setTimeout(look, 5) : woken(performance.now() - from));
  requestAnimationFrame(() => requestAnimationFrame(look));
})"""
"""Milliseconds from a last change until the buttons are awake."""
TALL = {"width": 1000, "height": 3000}


async def wait_for(caller: Any, house: House, *subjects: str) -> list[str]:
    return [
        data(await caller.call_tool("send_message", letter(house, subject=subject)))["proposal_id"]
        for subject in subjects
    ]


async def middle(page: Any, button: str) -> list[float]:
    box = await page.locator(f"#{button}").bounding_box()
    return [box["x"] + box["width"] / 2, box["y"] + box["height"] / 2]


async def put_on(page: Any, button: str) -> list[float]:
    """Rest the pointer on the middle of a button, until the page takes a click there."""
    spot = await middle(page, button)
    await page.mouse.move(*spot)
    await awake(page)
    return spot


async def untaken(page: Any) -> str:
    """What the page says of a click that it did not take."""
    return "".join(await page.locator(".untaken").all_inner_texts())


async def under(page: Any, spot: list[float]) -> str:
    return str(await page.evaluate(UNDER, spot))


async def lies_under(page: Any, spot: list[float], button: str) -> None:
    """Wait until a button lies there, awake: one redraw may follow another."""
    await page.wait_for_function(f"([spot, button]) => ({UNDER})(spot) === button", arg=[spot, button], polling=LOOKS)


async def click(page: Any, spot: list[float]) -> None:
    """Click there without moving the pointer, once what rests is awake."""
    for _ in range(5):
        await awake(page)
        await page.mouse.click(*spot)
        if not await untaken(page):
            return
    raise AssertionError(await untaken(page))


async def settled(house: House, key: str, *statuses: str) -> None:
    with anyio.fail_after(60):
        while record(house, key).status not in statuses:  # noqa: ASYNC110 - another thread writes it
            await anyio.sleep(0.05)


async def test_a_second_click_after_an_approval_sends_no_other_letter(house: House, chromium: Any) -> None:
    """Three letters wait, and the first is approved: its place stays its own, and no other button comes there."""
    async with client(house.server()) as caller:
        keys = await wait_for(caller, house, "Een", "Twee", "Drie")
        page = await chromium.new_page(viewport=TALL)
        await page.goto(house.opened[0])
        spots = {key: await middle(page, f"approve-{key}") for key in keys[1:]}
        spot = await put_on(page, f"approve-{keys[0]}")
        decided: list[str] = []
        chromium.hear(
            page, "request", lambda request: decided.append(request.url) if request.method == "POST" else None
        )
        await click(page, spot)
        await settled(house, keys[0], "sent")
        await page.wait_for_selector("text=Sent at")
        await awake(page)
        for _ in range(3):
            assert await under(page, spot) == ""
            await page.mouse.click(*spot)
        assert await untaken(page) == ""  # nothing there that it could have meant
        assert len(decided) == 1
        for key, place in spots.items():
            assert await under(page, place) == f"approve-{key}"
    assert [mail.subject for mail in house.mails] == ["Een"]
    assert [record(house, key).status for key in keys[1:]] == ["proposed", "proposed"]


async def _approved(house: House, keys: list[str], _caller: Any) -> None:
    with_ledger(house, lambda ledger: ledger.approve(keys[0], PAGE))
    await settled(house, keys[0], "sent")


async def _declined(house: House, keys: list[str], _caller: Any) -> None:
    with_ledger(house, lambda ledger: ledger.decline(keys[0], PAGE))


async def _expired(house: House, keys: list[str], _caller: Any) -> None:
    later = dt.datetime.now(dt.UTC) + dt.timedelta(days=8)
    ledger = Ledger(house.state, lambda: later)
    try:
        ledger.pending()
    finally:
        ledger.close()
    assert record(house, keys[0]).status == "expired"


async def _proposed(house: House, _keys: list[str], caller: Any) -> None:
    await wait_for(caller, house, "Vier", "Vijf")


async def _unknown(house: House, keys: list[str], _caller: Any) -> None:
    house.payt.faults.add(Fault("server_error", path="/v1/messages", method="POST"))
    with_ledger(house, lambda ledger: ledger.approve(keys[0], PAGE))
    await settled(house, keys[0], "outcome_unknown")


async def _renewed(house: House, keys: list[str], _caller: Any) -> None:
    """Paid meanwhile: replaced, and proposed anew."""
    number = house.debtor()
    rows = house.invoices(["id", "debtor_number", "open_amount", "due_date"])
    today = str(house.sandbox.world.today)
    mine = [row for row in rows if row["debtor_number"] == number and row["open_amount"][0] not in "-0"]
    paid = next(row for row in mine if str(row["due_date"]) < today)
    house.sandbox.world.pay_invoice(ADMINISTRATION, paid["id"])
    with_ledger(house, lambda ledger: ledger.approve(keys[0], PAGE))
    await settled(house, keys[0], "superseded")


def with_ledger(house: House, act: Any) -> None:
    ledger = Ledger(house.state)
    try:
        act(ledger)
    finally:
        ledger.close()


@pytest.mark.parametrize("happens", [_approved, _declined, _expired, _proposed, _unknown, _renewed])
async def test_whatever_happens_above_it_a_button_stays_where_it_is(house: House, chromium: Any, happens: Any) -> None:
    async with client(house.server()) as caller:
        keys = await wait_for(caller, house, "Een", "Twee", "Drie")
        page = await chromium.new_page(viewport=TALL)
        await page.goto(house.opened[0])
        spots = {
            f"{action}-{key}": await middle(page, f"{action}-{key}") for key in keys for action in ("approve", "reject")
        }
        spot = await put_on(page, f"approve-{keys[1]}")
        before = await page.evaluate("document.body.dataset.changes + document.title + document.body.innerText")
        await happens(house, keys, caller)
        told = "document.body.dataset.changes + document.title + document.body.innerText"
        await page.wait_for_function(f"(before) => {told} !== before", arg=before, polling=LOOKS)
        await awake(page)
        for button, place in spots.items():
            assert await under(page, place) in {button, ""}
        if happens is not _expired:
            await lies_under(page, spot, f"approve-{keys[1]}")
            await click(page, spot)
            await settled(house, keys[1], "sent", "superseded")


async def test_a_button_that_comes_to_lie_under_a_pointer_at_rest_takes_no_click(house: House, chromium: Any) -> None:
    async with client(house.server()) as caller:
        (first,) = await wait_for(caller, house, "Een")
        page = await chromium.new_page(viewport=TALL)
        placed = anyio.Event()

        async def later(route: Any) -> None:
            await placed.wait()
            await route.continue_()

        await page.route("**/changes", later)
        await page.goto(house.opened[0])
        (second,) = await wait_for(caller, house, "Twee")
        ahead = await chromium.new_page(viewport=TALL)
        await ahead.goto(page.url)
        spot = await middle(ahead, f"reject-{second}")
        await page.mouse.move(*spot)
        placed.set()
        await page.wait_for_selector(f"#reject-{second}")
        await awake(page)
        await lies_under(page, spot, f"reject-{second}")
        await page.mouse.click(*spot)
        assert "not taken" in await untaken(page)
        assert record(house, second).status == "proposed"
        await page.mouse.move(spot[0] + 8, spot[1])
        await page.mouse.click(spot[0] + 8, spot[1])
        assert await untaken(page) == ""
        await settled(house, second, "declined")
    assert record(house, first).status == "proposed"


async def test_buttons_rest_a_second_after_a_change_and_the_keyboard_does_not(house: House, chromium: Any) -> None:
    async with client(house.server()) as caller:
        keys = await wait_for(caller, house, "Een", "Twee")
        page = await chromium.new_page(viewport=TALL)
        await page.goto(house.opened[0])
        spot = await put_on(page, f"reject-{keys[0]}")
        await page.evaluate(STIR)
        await page.wait_for_selector("body.resting")
        await page.mouse.click(*spot)
        assert "not taken" in await untaken(page)
        await page.focus(f"#reject-{keys[1]}")
        await page.keyboard.press("Enter")
        await settled(house, keys[1], "declined")
        assert record(house, keys[0]).status == "proposed"
        await page.wait_for_selector("text=A person said no")
        assert await page.evaluate(WAKING) > 900


async def test_a_button_that_comes_back_under_the_pointer_takes_the_next_click(house: House, chromium: Any) -> None:
    """It is gone while its click is answered; a hand shakes meanwhile, and the page may scroll."""
    async with client(house.server()) as caller:
        (key,) = await wait_for(caller, house, "Een")
        page = await chromium.new_page(viewport=TALL)
        answered = anyio.Event()

        async def late(route: Any) -> None:
            await answered.wait()
            await route.continue_()

        await page.route("**/decide", late)
        await page.goto(house.opened[0])
        spot = await put_on(page, f"approve-{key}")
        edit(house.state, "UPDATE proposals SET owner = 'x'")
        await page.mouse.click(*spot)
        await page.wait_for_selector("text=passed on")
        await page.mouse.move(spot[0] + 1, spot[1])
        await page.evaluate("dispatchEvent(new Event('scroll'))")
        answered.set()
        await page.wait_for_selector("#alert li.danger")
        edit(house.state, "UPDATE proposals SET owner = ''")
        await click(page, spot)
        await settled(house, key, "sent")


async def test_a_click_says_what_it_approves_and_what_it_did(house: House, chromium: Any) -> None:
    debtor = next(
        row
        for row in house.sandbox.world.rows(ADMINISTRATION, "debtors")
        if str(row["debtor_number"]) == house.debtor()
    )
    named = f"{debtor['name']} ({debtor['debtor_number']})"
    async with client(house.server()) as caller:
        (key,) = await wait_for(caller, house, "Een")
        page = await chromium.new_page(viewport=TALL)
        await page.goto(house.opened[0])
        assert await page.inner_text(f"#approve-{key}") == f"Approve and send to {named}"
        told = page.wait_for_selector(f"text=Approved, send to {named}")
        await press(page, f"#approve-{key}")
        await told


async def test_without_javascript_the_answer_to_a_click_has_no_other_button(house: House, chromium: Any) -> None:
    async with client(house.server()) as caller:
        keys = await wait_for(caller, house, "Een", "Twee", "Drie")
        page = await chromium.new_page(viewport=TALL, java_script_enabled=False)
        await page.goto(house.opened[0])
        await page.click(f"#approve-{keys[0]}")
        await page.wait_for_url("**/?only=*")
        assert await page.locator("article").count() == 1
        assert await page.locator("button[value=approve]").count() == 0
        await page.click("text=Back to what waits")
        assert await page.locator("button[value=approve]").count() == 2
