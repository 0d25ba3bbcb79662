"""The approval pages of a team: who sees what, who decides, and that a click is what it seems."""

from __future__ import annotations

import re
from html import unescape

import pytest
from anyio.to_thread import run_sync

from payt_mcp.policy.team import TenantPolicy
from payt_mcp.proposals.preview import Warned
from payt_mcp.proposals.records import Record
from payt_mcp.proposals.states import Status
from tests.server.team.pages.stage import PUBLIC, Browser, Stage, hidden

pytestmark = [pytest.mark.slow, pytest.mark.anyio]


def path(record: Record) -> str:
    return f"/approvals/{record.id}"


def text(page: str) -> str:
    """What a person reads."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))


async def test_a_letter_is_proposed_by_one_and_approved_by_another_on_any_replica(stage: Stage) -> None:
    record = await stage.proposed("piet", body="Wilt u <b>nu</b> betalen?")
    anns, piets = await stage.browser("ann"), await stage.browser("piet", replica=1)
    listed = text((await anns.get("/approvals")).text)
    assert re.search(r"Waiting for you 1 .*Message to Smit Groothandel .* waiting for you Piet Post, ", listed), listed
    own = text((await piets.get("/approvals")).text)
    assert "Nothing waits for you." in own
    assert re.search(r"Proposed by you 1 .* waiting Piet Post", own), own
    shown = await anns.get(path(record))
    said = text(shown.text)
    for part in (
        "Wilt u <b>nu</b> betalen?",
        "boekhouding@smit.example",
        "Proposed by Piet Post",
        "Through Claude 1.2",
        "Company Acme B.V.",
        "Approve and send to Smit Groothandel",
    ):
        assert part in said, part
    assert "<b>nu</b>" not in shown.text
    assert "approve-" not in (await piets.get(path(record))).text
    answer = await anns.press(path(record), "approve")
    assert (answer.status_code, answer.headers["location"]) == (303, path(record))
    now = await stage.now(record)
    assert now.status is Status.APPROVED
    assert [(yes.channel, yes.approver) for yes in now.yeses] == [("page", stage.who["ann"].id)]
    after = text((await (await stage.browser("bram", replica=1)).get(path(record))).text)
    assert "Approved; not sent yet." in after
    assert "Yes Ann Aal, " in after
    ledger = await stage.ledger(stage.acme)
    looks = [event for event in await run_sync(ledger.history, record.id) if '"seen":true' in event.detail]
    seen_by = {person for person in stage.who.values() if any(person.id in event.who for event in looks)}
    assert {person.name for person in seen_by} == {"Ann Aal", "Piet Post", "Bram de Boer"}


async def test_above_the_amount_two_different_people_must_say_yes(stage: Stage) -> None:
    record = await stage.proposed("ann", amount="2500.00")
    anns, brams = await stage.browser("ann"), await stage.browser("bram", replica=1)
    said = "It concerns EUR 2,500.00, which is more than EUR 1,000.00: two different people must say yes."
    assert said in text((await anns.get(path(record))).text)
    form = hidden((await anns.get(path(record))).text, path(record))
    await anns.press(path(record), "approve")
    assert "You said yes. It waits for the yes of 1 more." in text((await anns.get(path(record))).text)
    assert f'id="approve-{record.id}"' not in (await anns.get(path(record))).text
    await anns.post(path(record), form | {"action": "approve"})  # the button that was there before
    now = await stage.now(record)
    assert (now.status, len(now.yeses)) == (Status.PROPOSED, 1)
    assert "Yes Ann Aal" in text((await brams.get(path(record))).text)
    await brams.press(path(record), "approve")
    assert (await stage.now(record)).status is Status.APPROVED


async def test_a_no_may_have_a_reason_and_whoever_proposed_may_say_it(stage: Stage) -> None:
    record = await stage.proposed("piet")
    piets = await stage.browser("piet")
    await piets.press(path(record), "reject", why="Bel eerst\n<b>even</b>")
    now = await stage.now(record)
    assert (now.status, now.outcome["why"]) == (Status.DECLINED, "Bel eerst <b>even</b>")
    said = (await piets.get(path(record))).text
    assert "The reason given: Bel eerst <b>even</b>" in text(said)
    assert "<b>even" not in said


async def test_what_is_not_for_somebody_is_as_if_it_were_not_there(stage: Stage) -> None:
    """Of another company, of an administration one may not approve in, of nobody: one answer to all, byte by byte."""
    theirs, elsewhere = await stage.proposed("piet"), await stage.proposed("carl")
    form = hidden((await (await stage.browser("ann")).get(path(theirs))).text, path(theirs))
    for who, record in (("rita", theirs), ("carl", theirs), ("bram", elsewhere), ("ann", elsewhere)):
        browser = await stage.browser(who)
        unknown = re.sub(r'name="csrf" value="\w+"', "", (await browser.get("/approvals/p-aaaaaaaaaa")).text)
        for there in (path(record), "/approvals/%00", "/approvals/" + "x" * 300):
            answer = await browser.get(there)
            assert answer.status_code == 404
            assert re.sub(r'name="csrf" value="\w+"', "", answer.text) == unknown
        assert (await browser.get(path(record) + "/changes")).status_code == 404
        page = (await browser.get("/approvals")).text
        assert record.id not in page
        csrf = hidden(page, "/signout")["csrf"]
        answer = await browser.post(path(record), form | {"csrf": csrf, "action": "approve"})
        assert answer.status_code == 404
        tenant = stage.beta if record is elsewhere else stage.acme
        assert (await stage.now(record, tenant)).status is Status.PROPOSED


async def test_only_the_form_of_this_session_and_this_state_decides(stage: Stage) -> None:
    record, other = await stage.proposed("ann"), await stage.proposed("ann")
    anns, brams = await stage.browser("ann"), await stage.browser("bram")
    form = hidden((await anns.get(path(record))).text, path(record)) | {"action": "approve"}
    others = hidden((await anns.get(path(other))).text, path(other)) | {"action": "approve"}
    brams_form = hidden((await brams.get(path(record))).text, path(record)) | {"action": "approve"}
    refused = [
        await anns.post(path(record), {"action": "approve"}),
        await anns.post(path(record), form | {"csrf": "x"}),
        await anns.post(path(record), form | {"token": "x"}),
        await anns.post(path(record), others),  # a click can never hit another letter
        await anns.post(path(record), brams_form),
        await anns.post(path(record), form, origin="https://evil.example"),
        await anns.post(path(record), form, **{"content-type": "text/plain"}),
        await anns.post(path(record), form, **{"sec-fetch-dest": "iframe"}),
        await anns.get(path(record), **{"sec-fetch-dest": "iframe"}),
    ]
    assert [answer.status_code for answer in refused] == [403] * len(refused)
    nobody = Browser(stage.replicas[0].http, "")
    answer = await nobody.post(path(record), form, accept="text/html")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/signin?next=%2Fapprovals%2F{record.id}")
    assert (await nobody.get(path(record) + "/changes", accept="*/*")).status_code == 401
    for one in (record, other):
        assert (await stage.now(one)).status is Status.PROPOSED
    await anns.post(path(record), form)
    await anns.post(path(record), form | {"action": "reject"})  # of a state that is over
    assert (await stage.now(record)).status is Status.APPROVED


async def test_what_a_browser_is_told_and_no_secret_in_an_address(stage: Stage) -> None:
    record = await stage.proposed("ann")
    anns = await stage.browser("ann")
    for there in ("/approvals", path(record), "/connections", "/approvals/p-none", "/approvals/assets/team.css"):
        answer = await anns.get(there)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["cache-control"] == "no-store"
        assert "unsafe" not in policy
        for address in re.findall(r'(?:href|src|action|data-look)="([^"]*)"', answer.text):
            assert address.startswith("/"), address
            assert len(address) < 60, address
            assert "token" not in address
    assert (await anns.get("/approvals/assets/../frame.py")).status_code == 404
    assert (await anns.get("/approvals/assets/page.py")).status_code == 404


async def test_roles_and_policy_are_read_anew_where_somebody_decides(stage: Stage) -> None:
    record = await stage.proposed("piet")
    anns = await stage.browser("ann")
    form = hidden((await anns.get(path(record))).text, path(record)) | {"action": "approve"}
    policy = stage.acme.policy
    try:
        await stage.people.set_policy(stage.acme.id, TenantPolicy())
        await anns.post(path(record), form)
        assert (await stage.now(record)).status is Status.PROPOSED
        said = text((await anns.get(path(record))).text)
        assert "Your company has switched writing off for this server." in said
        await stage.people.set_policy(stage.acme.id, policy)
        await stage.people.set_role(stage.who["ann"].id, "reader")
        assert (await anns.post(path(record), form)).status_code == 404
        assert (await stage.now(record)).status is Status.PROPOSED
    finally:
        await stage.people.set_policy(stage.acme.id, policy)
        await stage.people.set_role(stage.who["ann"].id, "approver")
    await anns.post(path(record), form)
    assert (await stage.now(record)).status is Status.APPROVED


async def test_who_works_for_two_companies_sees_both_apart(stage: Stage) -> None:
    record = await stage.proposed("carl")
    own = await stage.proposed("ann@beta")
    anns = await stage.browser("ann")
    page = (await anns.get("/approvals")).text
    assert record.id not in page
    item = re.search(rf'<li><a href="/approvals/{own.id}">.*?</li>', page)
    assert item is not None
    assert "Beta N.V." in item[0]
    assert "does not allow approving" in text((await anns.get(path(own))).text)


async def test_an_unknown_outcome_is_looked_for_and_decided_by_who_may_approve(stage: Stage) -> None:
    record = await stage.proposed("piet")
    anns, piets = await stage.browser("ann"), await stage.browser("piet")
    await anns.press(path(record), "approve")
    ledger = await stage.ledger(stage.acme)
    await run_sync(lambda: ledger.claim(record.id))
    await run_sync(
        lambda: ledger.finish(record.id, Status.OUTCOME_UNKNOWN, {"trouble": "Payt gave no answer in time."})
    )
    shown = (await piets.get(path(record))).text
    assert "Payt gave no answer in time." in shown
    assert [one for one in ("look", "again", "close", "done") if f'id="{one}-' in shown] == ["look"]
    await piets.press(path(record), "look")
    assert stage.replicas[0].desk.carried.looked == [record.id]
    form = hidden(shown, path(record))
    await piets.post(path(record), form | {"action": "close"})
    assert (await stage.now(record)).status is Status.OUTCOME_UNKNOWN
    await anns.press(path(record), "again")
    assert (await stage.now(record)).status is Status.APPROVED


async def test_the_page_tells_news_and_troubles(stage: Stage) -> None:
    record = await stage.proposed("piet")
    anns = await stage.browser("ann")
    page = (await anns.get(path(record))).text
    known = re.search(r'data-changes="(\w+)"', page)
    assert known is not None

    async def state(replica: int = 0) -> str:
        answer = await (await stage.browser("ann", replica)).get(path(record) + "/changes")
        return str(answer.json()["changes"])

    assert await state() == known[1] == await state(1)
    await anns.press(path(record), "approve")
    after = await state()
    assert after != known[1]
    stage.replicas[0].desk.carried.troubles[record.id] = "Payt cannot be reached."
    assert await state() != after
    assert "Payt cannot be reached." in (await anns.get(path(record))).text


async def test_the_past_is_told_in_pages_and_every_page_in_the_language_of_the_browser(stage: Stage) -> None:
    before = text((await (await stage.browser("carl")).get("/approvals")).text)
    assert "The last 30 days" not in before
    for _ in range(27):
        await stage.ended(await stage.proposed("carl"), stage.beta)
    carls = await stage.browser("carl")
    first, second = [(await carls.get(f"/approvals?page={page}")).text for page in (1, 2)]
    assert "The last 30 days 27" in text(first)
    assert "Page 1 of 2" in text(first)
    shown = [set(re.findall(r'href="/approvals/(p-\w+)"[^§]*?badge ([a-z]*)"', page)) for page in (first, second)]
    past = [{key for key, kind in page if kind == ""} for page in shown]
    assert [len(page) for page in past] == [25, 2]
    assert not past[0] & past[1]
    for odd in ("0", "-1", "x", "99999", "٣"):
        assert (await carls.get(f"/approvals?page={odd}")).status_code == 200
    dutch = text((await carls.get("/approvals", **{"accept-language": "nl"})).text)
    assert "The last" not in dutch
    assert "De laatste 30 dagen 27" in dutch


async def test_a_warning_is_red_and_first(stage: Stage) -> None:
    danger = Warned("The address is not on file.", danger=True)
    record = await stage.proposed("piet", warnings=(danger,))
    page = (await (await stage.browser("ann")).get(path(record))).text
    assert page.index('class="danger">The address is not on file.') < page.index("Wilt u factuur")
    assert PUBLIC not in page
