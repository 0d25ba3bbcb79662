"""A record that somebody altered in the database: it is named, cannot be approved, and takes no other with it."""

from __future__ import annotations

import re

import pytest

from payt_mcp.proposals.records import Record
from payt_mcp.proposals.states import Status
from tests.server.team.pages.stage import Stage, hidden
from tests.server.team.pages.test_approvals import path, text

pytestmark = [pytest.mark.slow, pytest.mark.anyio]

WAYS = {
    "another letter": "content = replace(content, 'betalen', 'sterven')",
    "over by what it says now": "created_at = '2020-01-01T00:00:00.000000+00:00'",
    "unreadable": "outcome = 'x'",
    "another state": "status = 'approved', approved_at = '2020-01-01T00:00:00.000000+00:00'",
    "what nobody can show": "preview = '{}'",
    "over and unreadable": "status = 'declined', baseline = '7'",
}


async def alter(stage: Stage, record: Record, how: str) -> None:
    query = f"update proposals set {how} where id = %s"
    await stage.database.run(lambda c: c.execute(query.encode(), (record.id,)))


@pytest.mark.parametrize("way", WAYS)
async def test_what_was_altered_is_named_and_the_others_are_decided(stage: Stage, way: str) -> None:
    bad, good = await stage.proposed("piet"), await stage.proposed("piet")
    anns, piets = await stage.browser("ann"), await stage.browser("piet", replica=1)
    form = hidden((await anns.get(path(bad))).text, path(bad)) | {"action": "approve"}
    await alter(stage, bad, WAYS[way])
    page = await anns.get("/approvals")
    assert page.status_code == 200, page.text
    said = text(page.text)
    assert f"Altered by something other than this server: {bad.id}." in said or f", {bad.id}" in said.split("It is")[0]
    assert "`payt-mcp team export`" in said
    assert page.text.index('role="alert"') < page.text.index("<section>")
    assert re.findall(rf'href="/approvals/({bad.id}|{good.id})"', page.text) == [good.id]
    own = await piets.get("/approvals")
    assert own.status_code == 200
    assert bad.id not in own.text
    for there in (path(bad), f"{path(bad)}/changes"):
        shown = await anns.get(there)
        assert shown.status_code == 409, shown.text
        assert f"Proposal {bad.id} was altered, and cannot be approved." in shown.text
        assert "approvals verify" not in shown.text
        assert (await piets.get(there)).status_code == 404
    assert (await anns.post(path(bad), form)).status_code == 409
    await anns.press(path(good), "approve")
    assert (await stage.now(good)).status is Status.APPROVED
    (row,) = await stage.database.run(
        lambda c: c.execute("select yeses, status from proposals where id = %s", (bad.id,)).fetchall()
    )
    assert row["yeses"] == "[]"
    assert row["status"] != "expired"
    await stage.database.run(lambda c: c.execute("delete from proposals where id = %s", (bad.id,)))
    assert "Altered by" not in text((await anns.get("/approvals")).text)
