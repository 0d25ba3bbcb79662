"""An administration that keeps the cases of many years: the old ones are read where something needs them."""

import datetime as dt

import pytest

from payt_sandbox import build_world
from tests.answers.test_attention import TOOLS, seen_by
from tests.support.assistant import MAIN, NOON, assistant, frozen, payt, requests_for
from tests.support.staging import STAMP, stage

pytestmark = pytest.mark.slow

YEARS = 3


async def test_closed_cases_of_years_ago_are_not_read_and_a_live_one_of_then_is_seen() -> None:
    world = frozen(build_world(invoices=60, seed=4, today=NOON.date()))
    debtor = stage(world, MAIN, amount="9000000.00")
    long_ago = (NOON - dt.timedelta(days=365 * YEARS)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    for place in range(1_600):
        world.add_credit_case(
            MAIN, credit_case_number=f"D2020-{place}", case_number=f"2020{place:05}", deactivated_at=long_ago,
            updated_at=long_ago,
        )  # fmt: skip
    world.change_credit_case(MAIN, debtor.case, paused_at=STAMP, updated_at=long_ago)
    with payt(world) as handle:
        async with assistant(handle) as who:
            found = {tool: (await seen_by(who, tool))[0] for tool in TOOLS if tool != "get_credit_case"}
            assert set(map(tuple, found.values())) == {("paused",)}
            asked = [one.query for one in list(handle.sandbox.requests) if one.path == "/v1/credit_cases"]
            assert asked
            assert not any("cursor=" in query for query in asked)  # not four pages
            old = await who.ask("get_credit_case", credit_case="D2020-1234")
            assert old["credit_case"]["case_number"] == "202001234"
            assert "among 1,6" in await who.refused("get_credit_case", credit_case="D2020-99999")
            whole = requests_for(handle, "/v1/credit_cases")
            assert "There is no credit case" in await who.refused("get_credit_case", credit_case="D2020-99998")
            assert requests_for(handle, "/v1/credit_cases") == whole


async def test_an_old_case_is_read_when_an_invoice_comes_to_name_it() -> None:
    world = frozen(build_world(invoices=60, seed=4, today=NOON.date()))
    debtor = stage(world, MAIN, amount="9000000.00", cased=0)
    long_ago = (NOON - dt.timedelta(days=365 * YEARS)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    world.change_credit_case(MAIN, debtor.case, paused_at=STAMP, updated_at=long_ago)
    with payt(world) as handle:
        async with assistant(handle, PAYT_FRESHNESS_SECONDS="0") as who:
            assert (await seen_by(who, "search_invoices"))[0] == []
            world.change_invoice(MAIN, debtor.invoices[0], active_credit_case_id=int(debtor.case))
            assert (await seen_by(who, "search_invoices"))[0] == ["paused"]
