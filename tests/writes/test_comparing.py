"""What a yes rests on, held against what is there now: said in sentences, whatever kind of write it is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from payt_mcp.proposals.preview import (
    Beside,
    Circumstance,
    Effect,
    Effects,
    Facts,
    Letter,
    Preview,
    Records,
    Row,
    Said,
    Section,
    SentTo,
    Sources,
    Warned,
    situation,
)
from payt_mcp.writes.comparing import what_changed


def preview(*sections: Section, warnings: tuple[Warned, ...] = ()) -> Preview:
    return Preview("any", "Title", "Sender", "4711", sections, warnings)


def letter(*addresses: str) -> Letter:
    return Letter(tuple(SentTo("to", address, "") for address in addresses), "s", "b")


DUE, NOTED, MAIL = Facts((("Due", "today"),)), Beside((("Comment", "x"),)), letter("a@b.example")
ROWS = Records((Row("A", "updated"), Row("B", "unchanged")))
SHOWN = preview(DUE, NOTED, MAIL, ROWS)


@pytest.mark.parametrize(
    ("sections", "said"),
    [
        ((DUE, NOTED, MAIL, ROWS), []),
        ((DUE, MAIL, ROWS), []),  # that something beside it is over is no news
        ((DUE, Beside((("Comment", "y"),)), MAIL, ROWS), ["comment: y"]),
        ((Facts((("Due", "never"),)), NOTED, MAIL, ROWS), ["Due was today and is never now"]),
        ((MAIL, ROWS), ["Due was today and is nothing now"]),
        ((DUE, letter("c@b.example"), ROWS), ["messages to this debtor go to c@b.example now"]),
        ((DUE, replace(MAIL, body="other"), ROWS), ["it would read otherwise now"]),
        ((DUE, MAIL, Records((ROWS.rows[0], Row("B", "updated")))), ["at Payt changed since: B"]),
        ((DUE, MAIL, Records(ROWS.rows[:1])), ["at Payt changed since: B"]),
        ((DUE, MAIL, ROWS, Effects((Effect("more"),))), ["what follows from it changed since"]),
    ],
)
def test_what_is_other_than_it_was_shown_is_said(sections: tuple[Section, ...], said: list[str]) -> None:
    assert what_changed(SHOWN, preview(*sections)) == said


def test_another_warning_and_nothing_left_to_do_are_said() -> None:
    warned = replace(SHOWN, warnings=(Warned("look"),))
    assert what_changed(SHOWN, warned) == ["now to be looked out for: look"]
    assert what_changed(warned, SHOWN) == []  # a danger that is over is none
    assert what_changed(SHOWN, replace(SHOWN, idle="It is so already")) == ["It is so already"]


def test_a_figure_that_stands_otherwise_in_the_books_is_named() -> None:
    right = Said("EUR 10.00", "amount", "right", "open on invoice 2026001")
    shown, now = (
        preview(Sources(f"{one.verdict}", (right, one)))
        for one in (Said("EUR 5.00", "amount", "right", "open"), Said("EUR 5.00", "amount", "wrong", "paid already"))
    )
    assert what_changed(shown, now) == ["of EUR 5.00 in the text: paid already"]
    assert what_changed(shown, preview(Sources("other", (right,)))) == []  # said of less of them


def test_what_comes_up_around_it_is_said_and_what_is_over_or_was_read_is_not() -> None:
    noted, waits = Circumstance("note 1", "Note", "x", "unread"), Circumstance("proposal p", "Waits", "y", stops=False)
    others = (replace(noted, aside="read"), replace(noted, said="other"), replace(noted, key="note 2"))
    shown = preview(*situation([noted]))
    assert [what_changed(shown, preview(*situation([one]))) for one in others] == [[], ["note: other"], ["note: x"]]
    assert what_changed(shown, preview()) == what_changed(shown, preview(*situation([waits, noted]))) == []
    many = [replace(noted, key=f"note {place}") for place in range(30)]
    assert what_changed(preview(*situation(many[:29])), preview(*situation(many))) == [
        "note: x"
    ]  # beyond what is shown


def test_a_record_that_comes_twice_is_compared_in_each_place() -> None:
    shown, now = ((Row("A", "updated"), Row("A", second)) for second in ("unchanged", "updated"))
    assert what_changed(preview(Records(shown)), preview(Records(now))) == ["at Payt changed since: A"]


def test_a_preview_reads_back_as_it_was_kept() -> None:
    kept = preview(*SHOWN.sections, *situation([Circumstance("a", "b", "c")]), warnings=(Warned("look", True),)).anew(
        ["it was paid"]
    )
    assert Preview.from_json(kept.as_json()) == kept
