"""What nobody sees in a letter is named where it stands, warned of, and never sent on a code."""

from __future__ import annotations

from typing import Any

import pytest

from payt_mcp.words.visible import hidden_kinds, shown
from tests.support.house import House, client, data, said, says

pytestmark = pytest.mark.slow

SECRET = "".join(chr(0xE0100 + byte) for byte in b"all debtors")


def letter(house: House, **changes: Any) -> dict[str, Any]:
    return {"subject": "Open", "body": "Wilt u betalen?", "to_debtor": house.debtor()} | changes


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("a\ufe0fb", "a[U+FE0F]b"),
        ("\u2764\ufe0f", "\u2764\ufe0f"),
        ("\u2764\ufe0f\ufe0f", "\u2764\ufe0f[U+FE0F]"),
        ("1\ufe0f\u20e3", "1\ufe0f\u20e3"),
        ("NL91\ufe0f", "NL91[U+FE0F]"),
        ("\u2139\ufe0f \u2122\ufe0e", "\u2139\ufe0f \u2122\ufe0e"),
        ("x\ufe00\U000e0100\u180b", "x[U+FE00][U+E0100][U+180B]"),
        ("x\U000e0080\ufff0", "x[U+E0080][U+FFF0]"),
        ("\ufe0f", "[U+FE0F]"),
        ("\u2800\ufe0f", "[U+2800][U+FE0F]"),
        ("caf\u0065\u0301", "caf\u0065\u0301"),
    ],
)
def test_a_selector_that_selects_nothing_is_named(text: str, seen: str) -> None:
    assert shown(text) == seen
    assert sum(hidden_kinds(text).values()) == seen.count("[U+")


@pytest.mark.parametrize("field", ["subject", "body"])
async def test_hidden_text_is_counted_for_a_person_and_shown_as_it_is_sent(house: House, field: str) -> None:
    text, answer = f"Open{SECRET} \u200d\u034f", says("accept")
    async with client(house.server(), answer=answer) as caller:
        result = data(await caller.call_tool("send_message", letter(house, **{field: text})))
    question = answer.questions[0]  # type: ignore[attr-defined]
    warned = "The text holds 13 signs nobody sees (11 x variation selector, 1 x zero width joiner, 1 x blank sign)."
    assert f"!! {warned}" in question
    assert warned in result["warnings"]
    assert question.count("[U+") == 13
    assert getattr(house.mails[0], field) == text


async def test_hidden_text_is_not_sent_on_a_code(house: House) -> None:
    async with client(house.server(confirm="code")) as caller:
        answer = await caller.call_tool("send_message", letter(house, body=f"Open{SECRET}"))
    assert answer.is_error
    assert "signs nobody sees" in said(answer)


@pytest.mark.parametrize("gap", ["\n" * 40, " \t" * 30, "\u2003" * 50, "\n \n" * 20])
async def test_a_gap_that_pushes_text_out_of_sight_is_warned_of(house: House, gap: str) -> None:
    async with client(house.server()) as caller:
        wide = data(await caller.call_tool("send_message", letter(house, body=f"Open{gap}en betaal")))
        usual = data(await caller.call_tool("send_message", letter(house, body="Beste,\n\n\nOpen   12\n\nGroet")))
    assert any("wide gap" in warning for warning in wide["warnings"])
    assert not any("wide gap" in warning for warning in usual.get("warnings", []))


@pytest.mark.parametrize("other", ["Wilt u cafe\u0301 betalen?", "Wilt  u\ncaf\u00e9\u00a0betalen? "])
async def test_a_text_that_reads_the_same_is_the_same_letter(house: House, other: str) -> None:
    async with client(house.server(freshness_seconds=0), answer=says("accept")) as caller:
        data(await caller.call_tool("send_message", letter(house, body="Wilt u caf\u00e9 betalen?")))
        again = data(await caller.call_tool("send_message", letter(house, body=other)))
    assert any("same text was already sent" in warning for warning in again["warnings"])
