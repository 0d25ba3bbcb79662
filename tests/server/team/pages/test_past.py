"""What is over is there for the same people, whether the database or the policy is asked."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import pytest

from payt_mcp.policy.team import Rights, Role, Standing
from payt_mcp.server.team.pages.past import past_ones
from payt_mcp.server.team.pages.seen_by import Member
from tests.server.team.pages.stage import Stage

pytestmark = [pytest.mark.slow, pytest.mark.anyio]

ROLES: tuple[Mapping[str, Role], ...] = (
    {},
    {"*": "reader"},
    {"*": "approver"},
    {"*": "admin", "4711": "reader"},
    {"*": "proposer", "4711": "approver"},
    {"4711": "approver"},
    {"4712": "proposer"},
    {"4711": "reader", "4712": "admin"},
)


async def test_the_database_and_the_policy_agree_who_sees_what(stage: Stage) -> None:
    records = [
        await stage.proposed(whose, administration=administration)
        for whose in ("piet", "ann", "carl")
        for administration in ("4711", "4712")
    ]
    waiting = await stage.proposed("piet")
    for record in records:
        await stage.ended(record, stage.acme if record.proposer != stage.who["carl"].id else stage.beta)
    for roles in ROLES:
        members = [
            Member(stage.who[key], tenant, Standing(stage.who[key].id, Rights(roles), tenant.policy))
            for key, tenant in (("ann", stage.acme), ("ann@beta", stage.beta))
        ]
        found = await stage.database.run(partial(past_ones, members=members, asked=1))
        wanted = {
            (member.tenant.id, record.id)
            for member in members
            for record in records
            if (record.proposer == stage.who["carl"].id) == (member.tenant == stage.beta) and member.sees(record)
        }
        assert {(member.tenant.id, row["id"]) for member, row in found.shown} == wanted, roles
        assert found.total == len(wanted), roles
        assert waiting.id not in {row["id"] for _, row in found.shown}
