"""What a debtor's file says beyond its balances: how much is in which phase, what may not be chased, what is labelled,
who waits for an answer, and what there is none of. Against the raw rows.
"""

import datetime as dt
import re
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from payt_mcp.payt.models import CreditCase
from payt_mcp.tools import credit_case
from payt_mcp.words.text import clean, outside
from payt_sandbox import World, build_world
from payt_sandbox.api.faults import Fault, Kind
from payt_sandbox.server import Handle
from payt_sandbox.signin.access import ALL_SCOPES, Token
from tests.answers import reckoning
from tests.answers.reckoning import Ledger
from tests.support.assistant import MAIN, NOON, SECOND, UNREAD, Assistant, Row, assistant, frozen, payt

pytestmark = pytest.mark.slow

COLLECTION = reckoning.STEPS[reckoning.STEPS.index("pre_judicial") : reckoning.STEPS.index("debt_collection") + 1]
_RECENTLY = dt.timedelta(days=45)


@pytest.fixture(scope="module")
def world() -> World:
    """Read it only. Somebody in it wrote more often than is shown, and somebody else we wrote to three times since."""
    world = frozen(build_world(invoices=1500, debtors=45, seed=4, today=NOON.date()))
    insistent, silent, *_ = dict.fromkeys(
        row["debtor_id"] for row in world.rows(MAIN, "messages") if row["sender_type"] == "debtor"
    )
    for hours in (5, 4, 3, 2):
        world.add_message(MAIN, debtor_id=insistent, **_sent(hours))
    for hours in (4, 3, 2):
        world.add_message(MAIN, debtor_id=silent, sender_type="creditor", **_sent(hours))
    return world


def _sent(hours: int) -> dict[str, str]:
    moment = (NOON - dt.timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    return {"sent_at": moment, "received_at": moment}


@pytest.fixture(scope="module")
def served(world: World) -> Iterator[Handle]:
    with payt(world) as handle:
        yield handle


@pytest.fixture(scope="module")
async def who(served: Handle) -> AsyncIterator[Assistant]:
    """For all that only ask: one server, which reads the books once."""
    async with assistant(served, PAYT_FRESHNESS_SECONDS="60") as who:
        yield who


def moment(row: Row) -> str:
    when: str = row["sent_at"] or row["received_at"] or row["updated_at"]
    return when


AUTOMATIC = ("Automatic reply: ", "Automatisch antwoord: ", "Automatische Antwort: ", "Réponse automatique : ")


def is_automatic(message: Row) -> bool:
    """As the sandbox writes them; nobody of us is away in it."""
    return str(message["subject"]).startswith(AUTOMATIC)


def newest_first(rows: Iterable[Row]) -> list[Row]:
    return sorted(rows, key=moment, reverse=True)


def of_debtor(ledger: Ledger, key: str) -> list[Row]:
    return [row for row in ledger.invoices if row["debtor_id"] == key and ledger.is_overdue(row)]


REASONS = (
    "in a payment plan", "paused one by one", "in a paused credit case", "paused with the debtor", "with a bailiff",
    "in collection or on the way to court",
)  # fmt: skip


def reasons(row: Row, debtor: Row, cases: dict[str, Row]) -> list[str]:
    """Why an overdue invoice is no matter for a reminder."""
    case = cases.get(row["active_credit_case_id"] or "", {})
    true = (
        row["active_payment_plan_id"] or case.get("active_payment_plan_id"),
        row["paused_at"] or row["paused_by_user"],
        case.get("paused_at"),
        debtor["paused_at"] or debtor["reminding_paused_at"],
        row["bailiff_at"] or (case.get("forwarded_to_bailiff_at") and not case.get("deactivated_at")),
        reckoning.phase(row) in COLLECTION,
    )
    return [reason for reason, is_true in zip(REASONS, true, strict=True) if is_true]


def words(rows: list[Row], currency: str) -> str:
    """`2 overdue invoices of EUR 12.30`, as the file says it."""
    valued = [row for row in rows if row["book_open_amount"] is not None]
    plural = "" if len(valued) == 1 else "s"
    gap = len(rows) - len(valued)
    but = f" (and {gap} without an amount in the books)" if gap else ""
    return f"{len(valued)} overdue invoice{plural} of {currency} {reckoning.total(valued):,.2f}{but}"


@pytest.mark.parametrize("administration_id", [MAIN, SECOND])
async def test_the_overdue_amount_is_told_by_phase_to_the_cent(
    world: World, who: Assistant, administration_id: str
) -> None:
    ledger = Ledger(world, administration_id)
    cases = {row["id"]: row for row in world.rows(administration_id, "credit_cases")}
    seen = 0
    who = Assistant(who.client, administration_id)
    for key, debtor in ledger.debtors.items():
        expected: dict[str, tuple[int, Decimal]] = {}
        free: defaultdict[str, Decimal] = defaultdict(Decimal)
        apart = False
        for row in of_debtor(ledger, key):
            held = bool(reasons(row, debtor, cases))
            apart = apart or held
            if row["book_open_amount"] is not None:
                number, amount = expected.get(reckoning.phase(row), (0, Decimal(0)))
                expected[reckoning.phase(row)] = (number + 1, amount + Decimal(row["book_open_amount"]))
                free[reckoning.phase(row)] += Decimal(0) if held else Decimal(row["book_open_amount"])
        said = (await who.ask("get_debtor", whole=True, debtor=debtor["debtor_number"]))["debtor"]
        by_phase = {row["phase"]: (row["invoices"], Decimal(row["amount"])) for row in said.get("overdue_by_phase", ())}
        assert {phase: some for phase, some in by_phase.items() if some[0]} == expected
        chased = {row["phase"]: row.get("may_be_reminded") for row in said.get("overdue_by_phase", ())}
        assert {amount is not None for amount in chased.values()} <= {apart}
        assert not apart or all(Decimal(amount or 0) == free[phase] for phase, amount in chased.items())
        assert sum((some[1] for some in by_phase.values()), Decimal(0)) == Decimal(said["overdue"])
        order = [*reversed(reckoning.STEPS)]
        assert [*by_phase] == sorted(by_phase, key=lambda phase: order.index(phase) if phase in order else -1)
        seen += len(by_phase) > 1
    assert seen > 3


async def test_what_may_not_be_chased_is_named_and_summed_and_so_is_the_rest(world: World, who: Assistant) -> None:
    ledger = Ledger(world, MAIN)
    cases = {row["id"]: row for row in world.rows(MAIN, "credit_cases")}
    kinds: defaultdict[str, int] = defaultdict(int)
    for key, debtor in ledger.debtors.items():
        rows = of_debtor(ledger, key)
        why = {row["id"]: reasons(row, debtor, cases) for row in rows}
        apart = {kind: [row for row in rows if kind in why[row["id"]]] for kind in REASONS}
        left = [row for row in rows if not why[row["id"]]]
        notes = (await who.ask("get_debtor", whole=True, debtor=debtor["debtor_number"]))["notes"]
        for kind, some in apart.items():
            found = [note for note in notes if f" {kind}" in note]
            assert len(found) == bool(some), (kind, notes)
            if some:
                kinds[kind] += 1
                assert found[0].startswith(words(some, ledger.currency))
                assert clean(some[0]["invoice_number"], 40) in " ".join(found) or len(some) > 10
        rest = [note for note in notes if note.startswith("Without those: ")]
        assert len(rest) == bool(any(apart.values()) and left)
        if rest:
            assert rest[0].startswith(f"Without those: {words(left, ledger.currency)}")
            own: defaultdict[str, Decimal] = defaultdict(Decimal)
            for row in left:
                own[row["currency_code"]] += Decimal(row["open_amount"])
            if set(own) != {ledger.currency}:
                assert ", ".join(f"{code} {own[code]:,.2f}" for code in sorted(own)) in rest[0]
    assert set(kinds) >= set(REASONS) - {"in a paused credit case"}


async def test_each_invoice_says_since_when_it_is_in_its_phase(world: World, who: Assistant) -> None:
    """Payt's flow reminds by itself: that a debtor was reminded yesterday stands in no message."""
    ledger = Ledger(world, MAIN)
    raw = {row["invoice_number"]: row for row in ledger.invoices}
    seen = 0
    for debtor in list(ledger.debtors.values())[:15]:
        for row in (await who.ask("get_debtor", whole=True, debtor=debtor["debtor_number"])).get("invoices", ()):
            moment_ = raw[row["invoice_number"]].get(f"{row.get('phase', '')}_at")
            local = dt.datetime.fromisoformat(moment_).astimezone(ZoneInfo("Europe/Amsterdam")) if moment_ else None
            assert row.get("phase_since") == (local.date().isoformat() if local else None)
            seen += local is not None
            reminded = last_reminder(raw[row["invoice_number"]])
            day = (
                dt.datetime.fromisoformat(reminded).astimezone(ZoneInfo("Europe/Amsterdam")).date() if reminded else ""
            )
            credit = Decimal(row["open_amount"]) < 0
            assert row.get("reminded_on", "") == ("" if credit else str(day))
    assert seen > 20


async def test_what_payt_did_within_a_week_is_told_newest_first(world: World, who: Assistant) -> None:
    ledger = Ledger(world, MAIN)
    since = (NOON - dt.timedelta(days=7)).isoformat()
    seen = 0
    for key, debtor in list(ledger.debtors.items())[:20]:
        steps = []
        for row in of_debtor(ledger, key):
            step, reminded = reckoning.phase(row), last_reminder(row)
            taken = {reminded, row[f"{step}_at"] if step not in {"overdue", "collectable"} else None} - {None}
            for moment_ in (one for one in taken if one and one > since):
                said = step.replace("pre_judicial", "pre-court").replace("_", " ")
                steps.append((moment_, said if moment_ == row.get(f"{step}_at") else "reminded"))
        notes = (await who.ask("get_debtor", whole=True, debtor=debtor["debtor_number"]))["notes"]
        found = [note for note in notes if note.startswith("Reminders and steps on record within a week: ")]
        assert len(found) == bool(steps)
        if steps:
            latest = max(steps)
            day = dt.datetime.fromisoformat(latest[0]).astimezone(ZoneInfo("Europe/Amsterdam")).date()
            assert f"within a week: {latest[1]} on {day} (" in found[0]
            assert (f" and {len(steps) - 2} more." in found[0]) == (len(steps) > 2)
            seen += 1
    assert seen > 3


async def test_the_last_contact_is_told_with_what_there_never_was(world: World, who: Assistant) -> None:
    """When it was last reminded of an open invoice, and when it and we wrote last, from the raw rows."""
    ledger, messages = Ledger(world, MAIN), world.rows(MAIN, "messages")
    seen: set[str] = set()
    for key, debtor in ledger.debtors.items():
        owed = [row for row in ledger.invoices if row["debtor_id"] == key and is_owed(row)]
        own = newest_first(row for row in messages if row["debtor_id"] == key)
        theirs = [row for row in own if row["sender_type"] == "debtor"]
        incoming = [row for row in theirs if not is_automatic(row)]
        away = [row for row in theirs[:1] if is_automatic(row)]
        outgoing = [row for row in own if row["sender_type"] == "creditor" and row["sent_at"]]
        short, whole = [
            await who.ask("get_debtor", debtor=debtor["debtor_number"], whole=whole) for whole in (False, True)
        ]
        told = f"; from them {day_of(moment(incoming[0])) if incoming else 'never'}"
        told += ", unanswered" if incoming and waits(incoming[0], own) else ""
        told += f", automatic reply {day_of(moment(away[0]))}" if away else ""
        told += f"; to them {day_of(moment(outgoing[0])) if outgoing else 'never'}"
        for file in (short, whole):
            assert file["debtor"]["last_contact"].endswith(told)
        reminded = _reminded(owed)
        assert short["debtor"]["last_contact"].removesuffix(told) in reminded
        seen |= {"never"} if "reminded never" in reminded[0] else {"reminded"}
        seen |= {"then"} if ", then " in reminded[0] else set()
        seen |= {"unanswered"} if ", unanswered" in told else set()
        seen |= {"no message"} if "from them never" in told else set()
        seen |= {"away"} if away else set()
    assert seen == {"never", "reminded", "then", "unanswered", "no message", "away"}


def is_owed(row: Row) -> bool:
    return Decimal(row["open_amount"]) > 0


def _reminded(owed: list[Row]) -> list[str]:
    """What is said of the last reminder and what was done since; in several ways, where that was of several invoices at
    the same moment.
    """
    reminders = {row["id"]: last_reminder(row) for row in owed}
    steps = [(row, at) for row in owed if (at := row.get(f"{reckoning.phase(row)}_at"))]
    steps = [(row, at) for row, at in steps if reckoning.phase(row) != "collectable"]
    latest = max(filter(None, reminders.values()), default=None)
    since = (NOON - dt.timedelta(days=7)).isoformat()
    recent = {
        (row["id"], at) for row, at in [*steps, *((row, reminders[row["id"]]) for row in owed)] if at and at > since
    }
    more = f"{len(recent)} steps within a week" if len(recent) > 1 else ""
    heads = ["reminded never, of what is open"]
    if latest:
        heads = []
        for row in (row for row in owed if reminders[row["id"]] == latest):
            word = spoken(reckoning.phase(row))
            kind = f"{word}, " if row.get(f"{reckoning.phase(row)}_at") == latest and word != "collectable" else ""
            beside = "; ".join(filter(None, (f"{kind}{clean(row['invoice_number'], 40)}", more)))
            heads.append(f"reminded {day_of(latest)} ({beside})")
    elif more:
        heads[0] += f" ({more})"
    later = [(at, spoken(reckoning.phase(row))) for row, at in steps if not latest or at > latest]
    words_ = {f", then {step} {day_of(at)}" for at, step in later if at == max(later)[0]} or {""}
    return [f"{head}{then}" for head in heads for then in words_]


def spoken(step: str) -> str:
    return step.replace("pre_judicial", "pre-court").replace("_", " ")


async def test_a_plan_in_the_short_file_says_what_is_due_next_and_what_was_missed(world: World, who: Assistant) -> None:
    ledger = Ledger(world, MAIN)
    today, found = str(ledger.today), 0
    for plan in world.rows(MAIN, "payment_plans"):
        number = ledger.debtors[plan["debtor_id"]]["debtor_number"]
        _, text, file = await who.call("get_debtor", debtor=number)
        for row in (one for one in file.get("payment_plans", ()) if one["payment_plan_id"] == plan["id"]):
            terms = sorted(plan["payment_terms"], key=lambda term: term["due_date"])
            due = [term for term in terms if Decimal(term["amount_due"])]
            assert row["terms"] == len(terms)
            assert Decimal(row["total_amount"]) == sum(Decimal(term["total_amount"]) for term in terms)
            assert Decimal(row["still_due"]) == sum(Decimal(term["amount_due"]) for term in terms)
            ahead = [(term["due_date"], term["amount_due"]) for term in due if term["due_date"] >= today]
            assert (row.get("next_due"), row.get("next_amount")) == (ahead[0] if ahead else (None, None))
            missed = [term["due_date"] for term in due if term["due_date"] < today] if plan["active"] else []
            assert (row.get("missed", 0), row.get("missed_since")) == (len(missed), missed[0] if missed else None)
            assert f"{row['terms']} terms of {row['total_amount']} in all, {row['still_due']} still due" in text
            found += 1
    assert found


async def test_labels_of_invoices_stand_in_the_file(world: World, who: Assistant) -> None:
    """A dispute is nowhere else: Payt has no field for it."""
    ledger = Ledger(world, MAIN)
    labelled = {row["invoice_number"]: [outside(label["name"]) for label in row["labels"]] for row in ledger.invoices}
    seen = 0
    for debtor in list(ledger.debtors.values())[:15]:
        for row in (await who.ask("get_debtor", whole=True, debtor=debtor["debtor_number"])).get("invoices", ()):
            assert row.get("labels", []) == labelled[row["invoice_number"]]
            seen += "labels" in row
    assert seen


async def test_the_messages_that_matter_are_shown_and_the_others_counted(world: World, who: Assistant) -> None:
    """The last three, all that came in since our own last one, and the last that came in at all."""
    messages = world.rows(MAIN, "messages")
    ledger = Ledger(world, MAIN)
    beyond: set[str] = set()
    for key, debtor in ledger.debtors.items():
        own = newest_first(row for row in messages if row["debtor_id"] == key)
        theirs = [row for row in own if row["sender_type"] == "debtor"]
        incoming = [row for row in theirs if not is_automatic(row)]
        waiting = [row for row in incoming if waits(row, own)][:6]
        expected = {row["id"] for row in [*own[:3], *waiting, *incoming[:1]]}
        file = await who.ask("get_debtor", whole=True, debtor=debtor["debtor_number"])
        assert {row["message_id"] for row in file.get("messages", ())} == expected
        counted = [note for note in file["notes"] if "without a later one of ours about the same" in note]
        assert len(counted) == bool(own)
        if counted:
            plural = "" if len(own) == 1 else "s"
            shown = "all shown" if len(own) == len(expected) else f"{len(expected)} shown"
            assert counted[0].startswith(f"{len(own)} message{plural}, {shown}: {len(theirs)} from the debtor")
            away = len(theirs) - len(incoming)
            assert (f"from the debtor ({away} automatic), " in counted[0]) == bool(away)
            late = [row for row in incoming if waits(row, own)]
            first = f", the first on {day_of(moment(late[-1]))}" if late else ""
            how = f", {len(late) or 'none'} of them without a later one of ours about the same{first}."
            assert counted[0].endswith(how)
        beyond |= {"waiting"} if len(waiting) > 3 else set()
        beyond |= {"the last that came in"} if len(expected) > 3 and own[0]["sender_type"] == "creditor" else set()
    assert beyond == {"waiting", "the last that came in"}


async def test_the_invoices_of_the_messages_shown_are_shown_too(world: World, who: Assistant) -> None:
    """Whoever answers a message must know whether its invoice is open, how much of it, and since when."""
    ledger = Ledger(world, MAIN)
    raw = {row["id"]: row for row in world.rows(MAIN, "messages")}
    numbers = {row["id"]: row["invoice_number"] for row in ledger.every}
    opened = {row["id"] for row in ledger.invoices}
    beyond, settled = 0, 0
    for key, debtor in ledger.debtors.items():
        file = await who.ask("get_debtor", whole=True, debtor=debtor["debtor_number"])
        shown = [row["invoice_number"] for row in file.get("invoices", ())]
        for row in file.get("messages", ()):
            invoice = raw[row["message_id"]]["invoice_id"]
            if invoice in opened:
                assert numbers[invoice] in shown
                assert row["about"] == f"invoice {numbers[invoice]}"
            elif invoice:
                assert row["about"] == f"invoice {numbers[invoice]}, on which nothing is open"
                settled += 1
        own = [row for row in ledger.invoices if row["debtor_id"] == key]
        assert len(shown) == len(set(shown)) <= len(own)
        beyond += len(shown) > 20
    assert beyond
    assert settled


async def test_what_there_is_none_of_is_said(world: World, who: Assistant) -> None:
    ledger = Ledger(world, MAIN)
    messages = {row["debtor_id"] for row in world.rows(MAIN, "messages")}
    news = world.rows(MAIN, "notifications")
    bounced = {row["debtor_id"] for row in news if row["notification_type"] == "mail_bounced"}
    said = set()
    for key, debtor in ledger.debtors.items():
        own = [row for row in ledger.invoices if row["debtor_id"] == key]
        addresses = [value for name, value in debtor.items() if name.endswith("email_address") and value]
        missing = {
            "no e-mail address": not [value for value in addresses if value != debtor["internal_note_email_address"]],
            "no active payment plan": not any(row["active_payment_plan_id"] for row in own),
            "no active credit case": not any(row["active_credit_case_id"] for row in own),
            "no message": key not in messages,
            "no label": not any(row["labels"] for row in own),
            "no mail that bounced within 90 days": key not in bounced,
        }
        file = await who.ask("get_debtor", whole=True, debtor=debtor["debtor_number"])
        (sentence,) = [note for note in file["notes"] if note.startswith("There is no ")] or [""]
        assert {name for name in missing if name in sentence} == {name for name, true in missing.items() if true}
        said |= {name for name, true in missing.items() if true}
        alone = [row for row in own if (row["paused_at"] or row["paused_by_user"]) and is_owed(row)]
        if not file["debtor"].get("attention"):
            assert f"Attention: none{' for the debtor; paused by itself: ' if alone else '.'}" in file["summary"]
        if "credits" not in file["debtor"]:
            assert "No open credits." in file["summary"]
    assert len(said) == 6


async def test_messages_say_what_they_are_about_and_who_waits(world: World, who: Assistant) -> None:
    ledger = Ledger(world, MAIN)
    subject = _subjects(world, ledger)
    messages = world.rows(MAIN, "messages")
    raw = {row["id"]: row for row in messages}
    first = await who.ask("list_messages", limit=50)
    for row in first["messages"]:
        about = f" about {row['about']}" if "about" in row else ""
        assert about == subject(raw[row["message_id"]])
    recent = newest_first(row for row in messages if moment(row) >= (NOON - _RECENTLY).isoformat())
    waiting: dict[str, list[Row]] = {}
    for message in recent:
        if waits(message, recent):
            waiting.setdefault(message["debtor_id"], []).append(message)
    (note,) = [note for note in first["notes"] if note.startswith("Unanswered, nothing from us about the same since")]
    longest = sorted(waiting.items(), key=lambda one: moment(one[1][-1]))
    told = re.findall(
        r"\((\w+)\) since ([-0-9]{10})(?:, (\d+) messages, the last of [-0-9]{10})?, message_id (\d+)", note
    )
    assert told == [
        (
            ledger.debtors[key]["debtor_number"], day_of(moment(some[-1])),
            str(len(some)) if len(some) > 1 else "", some[0]["id"],
        )
        for key, some in longest[:20]
    ]  # fmt: skip
    assert all(outside(ledger.debtors[key]["name"], 60) in note for key, _ in longest[:20])
    key, some = longest[0]
    number, since = ledger.debtors[key]["debtor_number"], day_of(moment(some[-1]))
    assert f" messages of the last 45 days, newest first; {len(waiting)} debtors wait for" in first["summary"]
    assert first["summary"].endswith(f"({number}) since {since}.")
    rest = len(waiting) - 20
    assert (f"and {rest} debtor" in note) == (rest > 0)
    work = {row["debtor_number"]: row for row in await who.all("get_worklist", "debtors", step="answer_message")}
    assert work.keys() == {ledger.debtors[key]["debtor_number"] for key in waiting}
    for key, some in waiting.items():
        plural = "" if len(some) == 1 else "s"
        reason = f"{len(some)} message{plural} unanswered since {day_of(moment(some[-1]))}"
        assert work[ledger.debtors[key]["debtor_number"]]["reason"].startswith(reason)
    assert note.count("message_id") == min(20, len(waiting))
    wrote = {row["debtor_id"] for row in messages if row["sender_type"] == "debtor"}
    quiet = 0
    for key in sorted(wrote):
        of_one = await who.ask("list_messages", debtor=ledger.debtors[key]["debtor_number"])
        said = [note for note in of_one["notes"] if note.startswith("Unanswered, ")]
        assert bool(said) == (" unanswered." in of_one["summary"])
        assert len(said) == any(waits(row, messages) for row in messages if row["debtor_id"] == key)
        quiet += not said
    assert quiet


BOUNCES = {
    "550 5.1.1 mailbox unavailable": "550, no such mailbox",
    "552 mailbox full": "552, mailbox full",
    "554 rejected by policy": "554, refused",
}
"""In words of ours: those of a mail server could be anybody's."""


def day_of(stamp: str) -> str:
    return dt.datetime.fromisoformat(stamp).astimezone(ZoneInfo("Europe/Amsterdam")).date().isoformat()


async def test_mail_that_bounced_is_told_newest_first(world: World, who: Assistant) -> None:
    ledger = Ledger(world, MAIN)
    since = (NOON - dt.timedelta(days=90)).isoformat()
    news = [row for row in world.rows(MAIN, "notifications") if row["created_at"] > since]
    rows = [row for row in news if row["notification_type"] == "mail_bounced"]
    about = _subjects(world, ledger)
    seen = 0
    for key, debtor in ledger.debtors.items():
        own = sorted((row for row in rows if row["debtor_id"] == key), key=lambda r: r["created_at"], reverse=True)
        told = [f"{day_of(row['created_at'])}{about(row)} ({BOUNCES[row['details']['bounce_reason']]})" for row in own]
        notes = (await who.ask("get_debtor", whole=True, debtor=debtor["debtor_number"]))["notes"]
        found = [note for note in notes if note.startswith("Mail to this debtor bounced")]
        more = f" and {len(told) - 3} more" if len(told) > 3 else ""
        assert found == ([f"Mail to this debtor bounced within 90 days: {', '.join(told[:3])}{more}."] if told else [])
        seen += bool(told)
    assert seen


async def test_the_whole_file_has_the_open_tasks_first_due_first(world: World, who: Assistant) -> None:
    ledger = Ledger(world, MAIN)
    undone = [row for row in world.rows(MAIN, "tasks") if row["completed_at"] is None]
    busy = {key: [row for row in undone if row["debtor_id"] == key] for key in ledger.debtors}
    busy = {key: rows for key, rows in busy.items() if rows}
    for key, rows in [*busy.items(), *((key, []) for key in ledger.debtors if key not in busy)][: len(busy) + 2]:
        number = ledger.debtors[key]["debtor_number"]
        _, text, file = await who.call("get_debtor", whole=True, debtor=number)
        told = file.get("open_tasks", [])
        assert {row["id"] for row in rows[:3]} <= {row["task_id"] for row in told} or len(told) == 5
        assert [row.get("due_date", "9999") for row in told] == sorted(row.get("due_date", "9999") for row in told)
        assert all(f"Open task {row['task_id']}, due {row['due_date']}: " in text for row in told if "due_date" in row)
        assert "open_tasks" not in await who.ask("get_debtor", debtor=number)
    assert busy
    narrow = Token(ALL_SCOPES - {"tasks:read"})
    with payt(world, tokens={"narrow": narrow}) as handle:
        async with assistant(handle, PAYT_API_TOKEN="narrow") as other:
            notes = (await other.ask("get_debtor", whole=True, debtor=number))["notes"]
    assert any(note.startswith("Open tasks could not be read") for note in notes)


async def test_a_token_that_may_not_read_notifications_is_told_so(world: World) -> None:
    debtor = next(iter(Ledger(world, MAIN).debtors.values()))["debtor_number"]
    narrow = Token(ALL_SCOPES - {"notifications:read"})
    with payt(world, tokens={"narrow": narrow}) as handle:
        async with assistant(handle, PAYT_API_TOKEN="narrow") as who:
            notes = (await who.ask("get_debtor", whole=True, debtor=debtor))["notes"]
    assert "Whether mail bounced could not be read; the token may lack notifications:read." in notes


@pytest.mark.parametrize("kind", ["server_error", "not_json", "wrong_shape", "cut_off", "reset_after"])
async def test_what_only_adds_to_an_answer_takes_none_away(
    world: World, kind: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bounced mail, and what messages are about: where Payt fails at that, the rest is told."""
    monkeypatch.setattr("payt_mcp.books.scope._PATIENCE", 0.2)
    messages = world.rows(MAIN, "messages")
    key = next(row["debtor_id"] for row in newest_first(messages) if row["credit_case_id"])
    number = Ledger(world, MAIN).debtors[key]["debtor_number"]
    with payt(world) as handle:
        for path in ("/v1/notifications", "/v1/credit_cases"):
            handle.faults.add(Fault(kind, path=path, times=None))
        async with assistant(handle) as who:
            listed = await who.ask("list_messages", debtor=number)
            handle.faults.clear()
            handle.faults.add(Fault(kind, path="/v1/notifications", times=None))
            file = await who.ask("get_debtor", whole=True, debtor=number)
    assert len(listed["messages"]) == min(20, sum(row["debtor_id"] == key for row in messages))
    assert not any(row.get("about", "").startswith("credit case") for row in listed["messages"])
    assert "Whether mail bounced could not be read; the token may lack notifications:read." in file["notes"]


async def test_what_stands_on_the_debtor_or_a_case_holds_its_invoices_back() -> None:
    world = frozen(build_world(invoices=300, seed=3, today=NOON.date()))
    stamp = "2026-11-20T10:00:00.000Z"

    def owing(number: str, **debtor: Any) -> tuple[int, str]:
        key = world.add_debtor(MAIN, debtor_number=number, name=number, **debtor)
        invoice = world.add_invoice(
            MAIN, debtor_id=int(key), invoice_number=f"I{number}", total_amount="500.00", due_date="2026-10-01"
        )
        return int(key), invoice

    owing("88001")
    owing("88002", reminding_paused_at=stamp)
    cases = world.rows(MAIN, "credit_cases")
    bailiff = next(row for row in cases if row["forwarded_to_bailiff_at"])
    paused = next(row for row in cases if row["paused_at"] and not row["forwarded_to_bailiff_at"])
    for number, case in (("88003", bailiff), ("88004", paused)):
        _, invoice = owing(number)
        world.change_invoice(MAIN, invoice, active_credit_case_id=int(case["id"]))
    with payt(world) as handle:
        async with assistant(handle) as who:
            files = {n: await who.ask("get_debtor", whole=True, debtor=n) for n in ("88001", "88002", "88003", "88004")}
    phases = {number: file["debtor"]["overdue_by_phase"][0] for number, file in files.items()}
    assert [row.get("may_be_reminded") for row in phases.values()] == [None, "0.00", "0.00", "0.00"]
    said = {number: " ".join(file["notes"]) for number, file in files.items()}
    assert "paused with the debtor: I88002" in said["88002"]
    assert "with a bailiff: I88003" in said["88003"]
    assert "Attention: with bailiff (credit case " in files["88003"]["summary"]
    assert "in a paused credit case: I88004" in said["88004"]


async def test_a_token_that_may_not_read_cases_still_reads_messages(world: World) -> None:
    scopes = "administrations:read debtors:read messages:read"
    with payt(world, tokens={"narrow": Token(frozenset(scopes.split()))}) as handle:
        async with assistant(handle, PAYT_API_TOKEN="narrow") as who:
            rows = (await who.ask("list_messages", limit=50))["messages"]
    assert {row["about"] for row in rows if "about" in row} == {UNREAD}


def last_reminder(row: Row) -> str | None:
    names = ["final_reminder_at", *(f"reminder_{number}_at" for number in range(1, 5)), "latest_reminder_at"]
    return max((row[name] for name in names if row[name]), default=None)


def _subjects(world: World, ledger: Ledger) -> Callable[[Row], str]:
    """What a record is about, as it is told."""
    numbers = {row["id"]: f" about invoice {row['invoice_number']}" for row in ledger.every}
    cases = {row["id"]: f" about credit case {row['credit_case_number']}" for row in world.rows(MAIN, "credit_cases")}
    return lambda row: numbers.get(row["invoice_id"] or "") or cases.get(row["credit_case_id"] or "") or ""


def waits(message: Row, messages: list[Row]) -> bool:
    """Whether it came in and nothing of ours about the same, or about nothing in particular, was sent later."""
    about = message["invoice_id"] or message["credit_case_id"]
    later = [
        row["invoice_id"] or row["credit_case_id"]
        for row in messages
        if row["sender_type"] == "creditor"
        and row["debtor_id"] == message["debtor_id"]
        and moment(row) > moment(message)
    ]
    theirs = message["sender_type"] == "debtor" and not is_automatic(message)
    return theirs and not any(not other or not about or other == about for other in later)


async def test_debtors_without_a_contact_are_named(world: World, who: Assistant) -> None:
    ledger = Ledger(world, MAIN)
    numbers = [debtor["debtor_number"] for debtor in ledger.debtors.values()][:20]
    known = {number for row in world.rows(MAIN, "contacts") for number in row["debtor_numbers"]}
    nobody = [number for number in numbers if number not in known]
    assert 0 < len(nobody) < 20
    whole = await who.ask("list_contacts", debtors=numbers, limit=100)
    part = await who.ask("list_contacts", debtors=numbers, limit=2)
    narrow = await who.ask("list_contacts", debtors=numbers, query="contact", limit=100)
    assert f"No contact of debtor {', '.join(nobody)}." in whole["notes"]
    for answer in (part, narrow):  # a page, or a search, does not know
        assert not [note for note in answer.get("notes", ()) if "No contact" in note]


async def test_a_case_says_since_when_it_is_in_its_phase_and_what_it_has_not(world: World, who: Assistant) -> None:
    ledger = Ledger(world, MAIN)
    steps = {"new": "started", "bailiff": "forwarded_to_bailiff"}
    seen = set()
    for case in world.rows(MAIN, "credit_cases"):
        file = await who.ask("get_credit_case", credit_case=case["case_number"])
        phase = file["credit_case"]["phase"]
        moment = dt.datetime.fromisoformat(case[f"{steps.get(phase, phase)}_at"])
        day = moment.astimezone(ZoneInfo("Europe/Amsterdam")).date()
        assert f" since {day}" in file["summary"], file["summary"]
        (sentence,) = [note for note in file["notes"] if note.startswith("There is no ")] or [""]
        assert ("no pause" in sentence) == (case["paused_at"] is None)
        assert ("no label" in sentence) == (not case["labels"])
        own = [row for row in ledger.invoices if row["debtor_id"] == case["debtor_id"]]
        has_credit = any(Decimal(row["open_amount"]) < 0 for row in own)
        assert ("The debtor has open credits: get_debtor says how much." in file["notes"]) == has_credit
        assert "latest_summons" not in {step["step"] for step in file["timeline"]}  # it is the last of the four
        seen.add(phase)
    assert len(seen) > 3


def test_a_summons_after_the_fourth_is_a_step_of_its_own() -> None:
    fourth, fifth = (dt.datetime(2026, 11, day, tzinfo=dt.UTC) for day in (8, 20))
    case = CreditCase(id="1", summons_4_at=fourth, latest_summons_at=fifth)
    assert [step["step"] for step in credit_case._timeline(case, dt.UTC)] == ["summons_4", "latest_summons"]
