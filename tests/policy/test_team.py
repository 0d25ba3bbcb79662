"""Who may do what, step by step: a table of role, policy and step, each refusal with its reason."""

from __future__ import annotations

from decimal import Decimal

import pytest

from payt_mcp.policy.approval import Needs, how_many, rule_above, yeses_above
from payt_mcp.policy.team import (
    ROLES,
    Day,
    Rights,
    Role,
    Standing,
    TenantPolicy,
    may_see,
    why_not_approve,
    why_not_propose,
    why_not_today,
)

HERE, THERE = "4711", "4739"
OPEN = TenantPolicy(read_only=False)
ROLE = "Your role in this administration"


def who(role: Role | None, policy: TenantPolicy = OPEN, *, writes: bool = True) -> Standing:
    return Standing("u-1", Rights({} if role is None else {HERE: role}), policy, writes)


# role, read only for all, connection that writes -> the beginning of the reason; "" where they may
PROPOSE: list[tuple[Role | None, bool, bool, str]] = [
    *[(role, True, True, "Your company has not switched writing on") for role in ROLES],
    *[(role, False, False, "This connection was allowed to read only") for role in ROLES],
    (None, False, True, ROLE),
    ("reader", False, True, ROLE),
    ("proposer", False, True, ""),
    ("approver", False, True, ""),
    ("admin", False, True, ""),
]


@pytest.mark.parametrize(("role", "read_only", "writes", "why"), PROPOSE)
def test_who_may_propose(role: Role | None, read_only: bool, writes: bool, why: str) -> None:
    asked = who(role, TenantPolicy(read_only=read_only), writes=writes)
    found = why_not_propose(asked, HERE)
    assert found.startswith(why)
    assert bool(found) is bool(why)
    assert asked.may_write is not bool(why)
    assert why_not_propose(asked, THERE)  # nobody may where they have no role


# role, their own, own yes allowed, read only -> the beginning of the reason
APPROVE: list[tuple[Role | None, bool, bool, bool, str]] = [
    *[(role, False, True, True, "Your company has switched writing off") for role in ROLES],
    *[(role, False, True, False, ROLE) for role in (None, *ROLES[:2])],
    *[(role, own, True, False, "") for role in ROLES[2:] for own in (True, False)],
    *[(role, True, False, False, "You proposed it") for role in ROLES[2:]],
    *[(role, False, False, False, "") for role in ROLES[2:]],
]


@pytest.mark.parametrize(("role", "own", "allowed", "read_only", "why"), APPROVE)
def test_whose_yes_is_taken(role: Role | None, own: bool, allowed: bool, read_only: bool, why: str) -> None:
    policy = TenantPolicy(read_only=read_only, own_approval=allowed)
    found = why_not_approve(who(role, policy), HERE, "u-1" if own else "u-2")
    assert found.startswith(why)
    assert bool(found) is bool(why)


def test_a_proposal_is_there_for_who_made_it_and_for_approvers_where_they_have_a_role() -> None:
    seen = {(role, own): may_see(who(role), HERE, "u-1" if own else "u-2") for role in ROLES for own in (True, False)}
    assert {key for key, is_there in seen.items() if not is_there} == {("reader", False), ("proposer", False)}
    assert not may_see(who("admin"), THERE, "u-1")
    assert not may_see(who(None), HERE, "u-1")


@pytest.mark.parametrize(
    ("amount", "above", "people"),
    [("", "10", 1), ("10.00", "10", 1), ("10.01", "10", 2), ("-10.01", "10", 2), ("99999", None, 1), ("0.01", "0", 2)],
)
def test_above_an_amount_two_people_must_say_yes(amount: str, above: str | None, people: int) -> None:
    needs = yeses_above(amount, None if above is None else Decimal(above), "EUR")
    assert needs.people == people
    assert ("two different people" in needs.reason) is (people == 2)
    assert needs.reason.count("EUR ") == (2 if people == 2 else 0)  # what it concerns, and the limit

    class Proposal:
        pass

    proposal = Proposal()
    proposal.amount, proposal.currency = amount, "EUR"  # type: ignore[attr-defined]
    assert rule_above(None if above is None else Decimal(above))(proposal) == needs  # type: ignore[arg-type]
    assert isinstance(needs, Needs)


def test_who_is_not_named_may_be_any_of_those_who_are() -> None:
    assert [how_many(said) for said in ([], [""], ["", "anouk"], ["anouk", "anouk"], ["anouk", "piet", ""])] == [
        0, 1, 1, 1, 2,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "message", "amount", "why"),
    [
        (Day(1, Decimal(50)), True, 50, ""),
        (Day(2, Decimal(50)), True, 1, "Your company sends at most 2 messages a day, and has sent 2 today"),
        (Day(2, Decimal(50)), False, 50, ""),
        (
            Day(0, Decimal(50)),
            False,
            51,
            "What is written in a day may concern at most EUR 100.00, today it was EUR 50",
        ),
        (Day(0, Decimal(500)), False, 0, ""),
    ],
)
def test_a_day_has_its_limits(before: Day, message: bool, amount: int, why: str) -> None:
    policy = TenantPolicy(daily_messages=2, daily_amount=Decimal(100))
    found = why_not_today(policy, before, is_message=message, amount=Decimal(amount), currency="EUR")
    assert found.startswith(why)
    assert found.endswith("not before tomorrow.") is bool(why)
    assert not why_not_today(TenantPolicy(), before, is_message=message, amount=Decimal(amount), currency="EUR")
