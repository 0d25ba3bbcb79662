"""The programs somebody let in, and how they are connected to Payt."""

from __future__ import annotations

import re

import pytest

from tests.server.team.pages.stage import Browser, Stage, hidden, let_in

pytestmark = [pytest.mark.slow, pytest.mark.anyio]

HERE = "/connections"


def forms(page: str) -> list[dict[str, str]]:
    """What each button to end a connection sends."""
    found = re.findall(rf'<form method="post" action="{HERE}">(.*?)</form>', page, re.DOTALL)
    return [dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', one)) for one in found]


async def test_somebody_sees_what_they_let_in_and_ends_it(stage: Stage) -> None:
    """And nobody else sees it, or ends it."""
    await let_in(stage, "bram", "<Claude>", "claude.ai", writes=True)
    await let_in(stage, "bram", "Cursor", "this computer", writes=False)
    brams, anns, nobody = await stage.browser("bram"), await stage.browser("ann"), Browser(stage.replicas[0].http, "")
    page = (await brams.get(HERE)).text
    assert "&lt;Claude&gt;" in page
    for part in ("claude.ai", "read only", "read, and propose what people approve"):
        assert part in page, part
    assert "claude.ai" not in (await anns.get(HERE)).text
    assert (await nobody.get(HERE, accept="text/html")).headers["location"] == "/signin?next=%2Fconnections"
    theirs = forms(page)
    assert len(theirs) == 2
    own = hidden((await anns.get(HERE)).text, "/signout")
    for sent in (theirs[0], theirs[0] | own, theirs[0] | own | {"person": stage.who["ann"].id}):
        assert (await anns.post(HERE, sent)).status_code in {403, 404}
    assert (await brams.post(HERE, theirs[0] | {"csrf": ""})).status_code == 403
    assert len(forms((await brams.get(HERE)).text)) == 2
    gone = next(one for one in theirs if "Claude" in one["connection"])
    assert (await brams.post(HERE, gone)).status_code == 303
    assert "Claude" not in (await (await stage.browser("bram", replica=1)).get(HERE)).text
    assert (await brams.post(HERE, gone)).status_code == 404


async def test_how_somebody_is_connected_to_payt(stage: Stage) -> None:
    async def told() -> str:
        return (await (await stage.browser("carl")).get(HERE)).text

    async def granted(key: str, person: str | None) -> None:
        values = (key, stage.beta.id, person)
        query = (
            "insert into payt_grants (id, tenant, person, login, client_id, sealed) values (%s, %s, %s, '', '', 'x')"
        )
        await stage.database.run(lambda c: c.execute(query, values))

    carl = stage.who["carl"].id
    assert "You are not connected to Payt" in await told()
    assert f'href="/connect?person={carl}&amp;next=%2Fconnections"' in await told()
    await granted("g-company", None)
    assert "Your company connected Payt for everybody, on 2" in await told()
    await granted("g-carl", carl)
    assert "You connected your Payt on 2" in await told()
