"""What a letter is about, and what is said of it: steps of Payt's own, terms of a plan, and that nothing is odd."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from payt_mcp.proposals.asking.page_view import cards
from tests.support.house import ADMINISTRATION, ERAS, House, client, data, letter, record, said, says
from tests.support.previews import flat, seen

pytestmark = [pytest.mark.slow, pytest.mark.anyio]
DUE = "2026-10-01"


def ago(house: House, **time: float) -> str:
    now = dt.datetime.fromisoformat(house.sandbox.world.now())
    return (now - dt.timedelta(**time)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def owing(house: House, *invoices: dict[str, Any]) -> str:
    """The number of a debtor who owes just these, overdue unless they say otherwise."""
    world = house.sandbox.world
    debtor = world.add_debtor(
        ADMINISTRATION, debtor_number="77001", name="Bakker", reminder_email_address="ap@bakker.example"
    )
    for invoice in invoices:
        world.add_invoice(ADMINISTRATION, debtor_id=int(debtor), **{"due_date": DUE} | invoice)
    return "77001"


def bill(place: int, amount: str, **more: Any) -> dict[str, Any]:
    return {"invoice_number": f"202600990{place}", "total_amount": amount} | more


async def proposed(house: House, body: str, *invoices: dict[str, Any], **changes: Any) -> tuple[dict[str, Any], Any]:
    """The answer to a letter, and the preview on record."""
    number = owing(house, *invoices)
    wish = letter(house, body=body, **changes or {"to_debtor": number})
    async with client(house.server()) as caller:
        answer = data(await caller.call_tool("send_message", wish))
    return answer, flat(seen(record(house, answer["proposal_id"])))


def dangers(preview: Any) -> list[str]:
    return [warned["text"] for warned in preview["warnings"] if warned["danger"]]


# Steps that Payt has on record.


async def test_steps_within_a_week_are_said_in_one_line(house: House) -> None:
    house.sandbox.world.administrations[int(ADMINISTRATION)]["timezone"] = "Pacific/Kiritimati"  # is a day ahead
    days = [dt.datetime.fromisoformat(ago(house, days=days)) + dt.timedelta(hours=14) for days in (1, 2, 3, 4)]
    answer, preview = await proposed(
        house,
        "Wilt u betalen?",
        bill(1, "10.00", reminder_1_at=ago(house, days=30), reminder_2_at=ago(house, days=2)),
        bill(2, "20.00", final_reminder_at=ago(house, days=1)),
        bill(3, "30.00", reminder_1_at=ago(house, days=4)),
        bill(4, "40.00", reminder_1_at=ago(house, days=3)),
        bill(5, "50.00", reminder_1_at=ago(house, days=7, minutes=5)),
        bill(6, "60.00", reminder_1_at=ago(house, days=4), collectable_at=ago(house, days=1)),
        bill(7, "70.00", reminder_1_at=ago(house, minutes=-30)),
        bill(8, "80.00", reminder_1_at="9999-12-31T23:59:59.000Z"),
    )
    steps = (
        f"final reminder on {days[0].date()} (invoice 2026009902), "
        f"reminder 2 on {days[1].date()} (invoice 2026009901), "
        f"reminder 1 on {days[2].date()} (invoice 2026009904)"
    )
    assert [text for text in answer["warnings"] if text.startswith("Payt's record")] == [
        f"Payt's record shows a step lately: {steps} and 1 more."
    ]
    assert dangers(preview) == []


async def test_a_message_at_the_end_of_time_does_not_stop_a_letter(house: House) -> None:
    number, words = owing(house, bill(1, "10.00")), {"subject": "Openstaand", "content": "Wilt u betalen?"}
    debtor = next(
        row["id"] for row in house.sandbox.world.rows(ADMINISTRATION, "debtors") if row["debtor_number"] == number
    )
    house.sandbox.world.add(
        ADMINISTRATION,
        "messages",
        debtor_id=int(debtor),
        sender_type="creditor",
        sent_at="9999-12-31T23:59:59.000Z",
        **words,
    )
    wish = letter(house, to_debtor=number, subject=words["subject"], body=words["content"])
    async with client(house.server()) as caller:
        answer = data(await caller.call_tool("send_message", wish))
    assert answer["warnings"] == ["The same text was already sent on 9999-12-31."]


async def test_only_steps_of_overdue_invoices_that_the_letter_is_about_are_named(house: House) -> None:
    lately = {"reminder_1_at": ago(house, days=1)}
    not_due = {"due_date": str(house.sandbox.world.today + dt.timedelta(days=9))}
    rows = bill(1, "10.00"), bill(2, "20.00", **lately), bill(3, "30.00", **lately, **not_due)
    answer, _ = await proposed(house, "Over factuur 2026009901 en 2026009903.", *rows)
    assert not any("a step lately" in text for text in answer.get("warnings", ()))


# The invoices that a letter is about.


@pytest.mark.parametrize(
    ("body", "changes", "named", "others"),
    [
        ("Over factuur 2026009901.", {}, "", ""),
        ("Over factuur 2026009902.", {}, "2026009902", ""),
        ("Wilt u betalen?", {}, "", "2026009902, 2026009903"),
        ("Wilt u betalen?", {"to_invoice": "2026009901"}, "", ""),
        ("Wilt u betalen?", {"to_invoice": "2026009903"}, "2026009903", ""),
        ("Uw credit 2026009904 staat open.", {}, "", "2026009902, 2026009903"),
        ("Over 2026009901 en alle andere, samen EUR 60,00.", {}, "", "2026009902, 2026009903"),
        ("Over 2026009902 en alle andere, samen EUR 60,00.", {}, "2026009902", "2026009903"),
        ("Wilt u EUR 60,00 betalen?", {"to_invoice": "2026009901"}, "", "2026009902, 2026009903"),
        ("Over 2026009901, EUR 10,00, en het totaal van EUR 20,00 dat u noemt.", {}, "", ""),
        ("Over 2026009901, 2026009902 en 7 andere.", {}, "2026009902", "2026009903"),
        ("Over 2026009901, 2026009902 en 2026009903.", {}, "2026009902, 2026009903", ""),
    ],
)
async def test_a_pause_is_named_where_the_letter_is_or_may_be_about_the_invoice(
    house: House, body: str, changes: dict[str, str], named: str, others: str
) -> None:
    paused = {"paused_at": ago(house, days=40)}
    not_due = str(house.sandbox.world.today + dt.timedelta(days=9))
    answer, preview = await proposed(
        house, body, bill(1, "10.00"), bill(2, "20.00", **paused), bill(3, "30.00", **paused), bill(4, "-5.00"),
        bill(5, "40.00", due_date=not_due, **paused), **changes,
    )  # fmt: skip
    number = f"{others.count(',') + 1} overdue invoice{'s' if ',' in others else ''}"
    wanted = [f"Follow-up is paused for invoice {named}."] if named else []
    wanted += [f"Follow-up is paused for {number} that the text does not name: {others}."] if others else []
    assert [text for text in answer.get("warnings", ()) if "paused" in text] == wanted
    assert dangers(preview) == []


async def test_of_many_paused_invoices_that_are_not_named_five_are(house: House) -> None:
    rows = [bill(at, f"{at}.00", paused_at=ago(house, days=40)) for at in range(10, 20)]
    answer, _ = await proposed(house, "Wilt u betalen?", bill(1, "1.00"), *rows)
    numbers = ", ".join(str(row["invoice_number"]) for row in rows[:5])
    said_of = f"10 overdue invoices that the text does not name: {numbers} and 5 more"
    assert answer["warnings"] == [f"Follow-up is paused for {said_of}."]


@pytest.mark.parametrize(
    ("step", "words", "danger"),
    [
        ("pre_summons_at", "pre summons", False),
        ("summons_4_at", "summons 4", False),
        ("notice_of_default_at", "notice of default", False),
        ("pre_judicial_at", "pre-court", True),
        ("debt_collection_at", "", False),
    ],
)
async def test_a_letter_about_an_invoice_on_its_way_to_court_is_warned_of(
    house: House, step: str, words: str, danger: bool
) -> None:
    rows = bill(1, "10.00", **{step: ago(house, days=60)}), bill(2, "20.00", summons_1_at=ago(house, days=60))
    answer, preview = await proposed(house, "Over factuur 2026009901 en 2026009903.", *rows, bill(3, "30.00"))
    said_of = f"On its way to court: invoice 2026009901 ({words}). A reminder may contradict the step taken."
    wanted = [said_of] if words else []
    assert [text for text in answer.get("warnings", ()) if "court" in text] == wanted
    assert (said_of in dangers(preview)) is danger


WITH = {"bailiff": {"bailiff_at": "2026-11-01T00:00:00.000Z"}, "plan": {"active_payment_plan_id": "5"}}


BOTH = "(2026009901, 2026009903)"


@pytest.mark.parametrize(
    ("body", "which", "flagged", "line"),
    [
        (
            "Over 2026009901.", "bailiff", [1],
            "Invoice 2026009901 is with a bailiff: contact about it goes through the bailiff.",
        ),
        ("Over 2026009901.", "bailiff", [1, 2, 3], "This debtor is with a bailiff: contact goes through the bailiff."),
        (
            "Over 2026009902.", "bailiff", [1],
            "1 of 3 overdue invoices is with a bailiff: contact about it goes through the bailiff (2026009901).",
        ),
        (
            "Wilt u betalen?", "bailiff", [1, 3],
            f"2 of 3 overdue invoices are with a bailiff: contact about them goes through the bailiff {BOTH}.",
        ),
        ("Over 2026009901.", "plan", [1], "Invoice 2026009901 is in a payment plan, and not to be chased."),
        (
            "Over 2026009901.", "plan", [1, 2, 3],
            "This debtor has an active payment plan; its invoices are not to be chased.",
        ),
        (
            "Over 2026009902.", "plan", [1, 3],
            f"2 of 3 overdue invoices are in an active payment plan, and not to be chased {BOTH}.",
        ),
        (
            "Over 2026009901.", "plan", [4],
            "1 of 4 open invoices is in an active payment plan, and not to be chased (2026009904).",
        ),
    ],
)  # fmt: skip
async def test_a_bailiff_or_a_plan_is_said_once_and_of_how_many(
    house: House, body: str, which: str, flagged: list[int], line: str
) -> None:
    not_due = {"due_date": str(house.sandbox.world.today + dt.timedelta(days=9))}
    rows = [bill(at, f"{at}0.00", **(WITH[which] if at in flagged else {})) for at in (1, 2, 3, 4)]
    _, preview = await proposed(house, body, *rows[:3], rows[3] | not_due, bill(5, "-5.00"))
    assert dangers(preview) == [line]


async def test_what_a_letter_names_is_shown_beside_what_is_overdue(house: House) -> None:
    body = "Over factuur 2026009902 en 2026009901; nogmaals 2026009902."
    answer, _ = await proposed(house, body, *(bill(at, f"{at}00.00") for at in (1, 2, 3)))
    line = "Named in the text: 2026009902 (EUR 200.00), 2026009901 (EUR 100.00)"
    assert f"\nOverdue: EUR 600.00\n{line}\n" in answer["preview"]
    page = cards([record(house, answer["proposal_id"])], {}, lambda _: "t", dt.UTC).html
    assert f"<dt>Named in the text</dt><dd>{line.partition(': ')[2]}</dd>" in page


async def test_of_many_invoices_named_ten_are_shown(house: House) -> None:
    rows = [bill(at, f"{at}.00") for at in range(10, 23)]
    answer, _ = await proposed(house, "\n".join(str(row["invoice_number"]) for row in rows), *rows)
    assert "20260099019 (EUR 19.00) and 3 more" in answer["preview"]
    assert "20260099020" not in answer["preview"]


@ERAS
@pytest.mark.parametrize("to_invoice", [True, False])
async def test_an_addressee_is_said_once(house: House, mode: str, to_invoice: bool) -> None:
    number = owing(house, bill(1, "10.00"))
    wish = {"to_invoice": "2026009901"} if to_invoice else {"to_debtor": number}
    line = "Debtor: Bakker (77001)" + (", about invoice 2026009901" if to_invoice else "")
    answer = says("decline")
    async with client(house.server(), mode, answer) as caller:
        result = data(await caller.call_tool("send_message", letter(house, **wish)))
    question = answer.questions[0]  # type: ignore[attr-defined]
    page = cards([record(house, result["proposal_id"])], {}, lambda _: "t", dt.UTC).html
    for text in (result["preview"], question):
        assert f"\n{line}\n" in text
    assert f"<dt>Debtor</dt><dd>{line.partition(': ')[2]}</dd>" in page


async def test_numbers_written_against_each_other_are_known(house: House) -> None:
    body = "Factuur 2026009901/2026009902 en factuurnr.2026009903,2026009904 staan open."
    answer, preview = await proposed(house, body, *(bill(at, f"{at}.00") for at in (1, 2, 3, 4)))
    assert "warnings" not in answer
    assert [words[:10] for words in preview["facts"]["Named in the text"].split(", ")] == [
        f"202600990{at}" for at in (1, 2, 3, 4)
    ]


async def test_a_letter_rests_on_the_numbers_in_a_list(house: House) -> None:
    not_due = str(house.sandbox.world.today + dt.timedelta(days=9))
    answer, _ = await proposed(
        house, "Over 2026009901,2026009902.", *(bill(at, "9.00", due_date=not_due) for at in (1, 2))
    )
    basis = record(house, answer["proposal_id"]).basis or {}
    assert sorted(item["number"] for item in basis["items"].values()) == ["2026009901", "2026009902"]


# Figures.


async def test_terms_that_add_up_stand_in_the_books(house: House) -> None:
    body = "Over 2026009901 en 2026009902, samen € 65.365,02:\n" + "\n".join(
        f"- Termijn {at}: € {figure}" for at, figure in enumerate(["16.341,25"] * 3 + ["16.341,27"], 1)
    )
    answer, preview = await proposed(house, body, bill(1, "60320.56"), bill(2, "5044.46"), bill(3, "7.00"))
    assert "warnings" not in answer
    assert dangers(preview) == []
    assert "\nSources: 5 of 5 typed by hand stand in the books." in answer["preview"]


async def test_what_is_not_in_the_books_is_a_plain_line(house: House) -> None:
    body = "Factuur 2026009901, € 100,00: drie keer € 33,33.\n€ 33,33\n€ 33,33\n€ 33,43"
    answer, _ = await proposed(house, body, bill(1, "100.00"))
    assert "warnings" not in answer
    not_there = "not there: amount € 33,33, amount € 33,43."
    assert f"\nSources: 2 of 4 typed by hand stand in the books; {not_there}" in answer["preview"]


async def test_amounts_that_changed_places_are_shown_in_red(house: House) -> None:
    body = "- Factuur 2026009901: EUR 45,00\n- Factuur 2026009902: EUR 54,00\n\nTotaal: EUR 99,00"
    answer, preview = await proposed(house, body, bill(1, "54.00"), bill(2, "45.00"), bill(3, "7.00"))
    assert answer["warnings"] == dangers(preview)
    assert answer["warnings"][0] == "The text puts EUR 45.00 beside invoice 2026009901, of which EUR 54.00 is open."


# What an answer says.


async def test_a_letter_without_warnings_says_so_while_it_waits(house: House) -> None:
    number = owing(house, bill(1, "54.00"))
    wish = {"to_debtor": number, "body": "Factuur 2026009901: EUR 54,00"}
    none = "No warnings: addresses, accounts, amounts, invoice numbers and links in it were compared with Payt."
    async with client(house.server()) as caller:
        result = await caller.call_tool("send_message", letter(house, **wish))
        again = await caller.call_tool("check_approval", {"proposal_id": data(result)["proposal_id"]})
        warned = await caller.call_tool(
            "send_message", letter(house, **wish | {"body": "Betaal op NL02 RABO 0123 4567 89."})
        )
    for answer in (result, again):
        assert data(answer)["preview"].endswith(f"\n{none}")
        assert none in said(answer)
        assert "warnings" not in data(answer)
    assert "No warnings" not in said(warned)


@pytest.mark.parametrize("browser", [True, False])
async def test_a_proposal_that_waits_says_where_and_until_when(house: House, browser: bool) -> None:
    async with client(house.server(browser=browser)) as caller:
        first = data(await caller.call_tool("send_message", letter(house)))
        later = data(await caller.call_tool("check_approval", {"proposal_id": first["proposal_id"]}))
    kept = record(house, first["proposal_id"])
    until_day = (kept.created_at + dt.timedelta(days=7)).astimezone(ZoneInfo("Europe/Amsterdam")).date()
    until = f" It waits until {until_day}."
    assert first["next_step"].endswith(f"You cannot approve it yourself.{until}")
    assert later["next_step"] == (
        f"The user decides on the approval page or with `payt-mcp approvals`; ask them.{until}"
    )


async def test_an_invoice_named_after_many_numbers_is_part_of_what_the_letter_rests_on(house: House) -> None:
    not_due = str(house.sandbox.world.today + dt.timedelta(days=9))
    words = " ".join(f"{10_000 + at}" for at in range(60))
    answer, preview = await proposed(house, f"{words} 2026009901", bill(1, "10.00", due_date=not_due))
    assert preview["facts"]["Named in the text"] == "2026009901 (EUR 10.00)"
    basis = record(house, answer["proposal_id"]).basis
    assert basis is not None
    assert [item["number"] for item in basis["items"].values()] == ["2026009901"]


async def test_mail_that_came_back_lately_is_told(house: House) -> None:
    world = house.sandbox.world
    debtors = {row["id"]: row for row in world.rows(ADMINISTRATION, "debtors")}
    since = (dt.datetime.now(dt.UTC) - dt.timedelta(days=89)).isoformat()
    bounced: dict[str, dict[str, Any]] = {}
    for row in world.rows(ADMINISTRATION, "notifications"):
        if row["notification_type"] == "mail_bounced" and row["created_at"] > since:
            bounced[row["debtor_id"]] = max(row, bounced.get(row["debtor_id"], row), key=lambda one: one["created_at"])
    told = {debtors[key]["debtor_number"]: row for key, row in bounced.items()}
    quiet = next(row["debtor_number"] for row in debtors.values() if row["debtor_number"] not in told)
    cases: list[tuple[str, dict[str, Any] | None]] = [*told.items(), (quiet, None)]
    async with client(house.server()) as caller:
        for number, last in cases:
            wish = {"subject": "Openstaand", "body": "Wilt u betalen?", "to_debtor": number, "email": "a@b.example"}
            warned = " ".join(data(await caller.call_tool("send_message", wish))["warnings"])
            assert ("bounced" in warned) == (last is not None)
            if last is not None:
                day = dt.datetime.fromisoformat(last["created_at"]).astimezone(ZoneInfo("Europe/Amsterdam")).date()
                assert f"Mail to this debtor bounced on {day} (55" in warned
    assert told
