"""The messages of the data set: threads that each tell a little story, in the language of their debtor."""

from bisect import bisect_left
from dataclasses import dataclass
from operator import itemgetter
from typing import Final

from payt_sandbox.data import names, texts
from payt_sandbox.data.dice import Calendar, Dice
from payt_sandbox.data.invoices import TERMS
from payt_sandbox.data.letters import ALSO, LETTERS, OURS
from payt_sandbox.data.pen import Pen
from payt_sandbox.data.stories import (
    AWAY,
    ODD,
    Setting,
    Story,
    days_ago,
    story_for,
    until_paid,
)
from payt_sandbox.data.subjects import picked, references
from payt_sandbox.world.tables import Row

_PROMISES: Final = frozenset({"promise", "promise_friday", "copy_thanks", "inst_terms"})
_NAMING_ADDRESSES: Final = frozenset({"email", "person", "contact_again", AWAY})
_NAMING_PAYMENT: Final = frozenset({"claimed", "found"})
_FRIDAY: Final = 4
_LONGEST_TERM: Final = max(TERMS)

# What is on an invoice as a label already is what its letters are about.
_LABELLED: Final = {"klacht": "disputed", "betwist gedeelte": "disputed", "inkoopnummer ontbreekt": "without order"}

# Every odd text comes once among the first messages, so that the smallest world has them all, and later now and then.
_EARLY_ODD: Final = 6
_LATER_ODD: Final = 40

# Percentages: of young invoices that are written about all the same, of debtors with an address they gave who are seen
# to give it, of threads in which a debtor does not write in the language on file, of answers with a quotation under
# them, of letters that were read (what we answer we have read).
_BEFORE_DUE: Final = 15
_NEW_ADDRESS: Final = 50
_OTHER_LANGUAGE: Final = 5
_QUOTING: Final = 15
_READ: Final = 45


@dataclass(frozen=True)
class MessageMaker:
    """Makes the messages of one administration, whose letters are signed for the `creditor`.

    How many there are and what they are about comes from the dice of the whole world, all else from the dice of the
    `words`: what is made after the messages is the same whatever is written in them. `open_invoices` are those of each
    debtor with something to pay, oldest first.
    """

    creditor: str
    words: Dice
    open_invoices: dict[int, list[Row]]

    def make(
        self, debtors: list[Row], invoices: list[Row], cases: list[Row], ids: list[int], dice: Dice, calendar: Calendar
    ) -> list[Row]:
        """One message per id, in threads of one to four."""
        owners = {row["id"]: row for row in debtors}
        rows: list[Row] = []
        while len(rows) < len(ids):
            kind, record = picked(len(rows), debtors, invoices, cases, dice)
            wanted = 2 + dice.below(200)
            places = range(len(rows), min(len(rows) + 1 + dice.below(4), len(ids)))
            _pass_over(places, dice)
            owner = owners[record["id" if kind == "debtor" else "debtor_id"]]
            if kind == "invoice":
                record = self._old_enough(record, wanted, calendar)
            setting = _setting(kind, record, calendar, self.words)
            if setting is None:
                kind, record = "debtor", owner
                setting = Setting(self._of_debtor(owner, calendar), wanted + 30)
            if not rows:
                setting = setting._replace(first=1)  # who looks at the latest meets one who writes to the assistant
            rows += _Thread(self, kind, record, owner, setting, calendar).rows(places, ids, wanted)
        return rows

    def _old_enough(self, invoice: Row, wanted: int, calendar: Calendar) -> Row:
        """The invoice, or where it was not due yet so many days ago one of the same debtor that was."""
        limit = calendar.day(wanted + _LONGEST_TERM)
        if invoice["sent_at"] < limit or self.words.chance(_BEFORE_DUE):
            return invoice
        candidates = self.open_invoices.get(invoice["debtor_id"], [])
        count = bisect_left(candidates, limit, key=itemgetter("sent_at"))
        return candidates[self.words.below(count)] if count else invoice

    def _of_debtor(self, owner: Row, calendar: Calendar) -> str:
        """The kind of setting of a debtor as a whole. Its invoices all have the same term: the oldest is due first."""
        if "debtor_provided_email_address" in owner and self.words.chance(_NEW_ADDRESS):
            return "debtor, new address"
        today = calendar.day(0)
        is_late = self.open_invoices.get(owner["id"], [{}])[0].get("due_date", today) < today
        return "debtor owes" if is_late else "debtor"


def _pass_over(places: range, dice: Dice) -> None:
    """The draws that chose words and readers when those came from the world's dice.

    They are still made: the second administration is drawn after them, and its amounts stand in tests and documents.
    """
    ours = places[0] % 2
    for place in places:
        odd = place % 17 == 6 or place < len(texts.ODD_BODIES)
        dice.random()
        if ours or not odd:
            dice.random()
        if dice.chance(60):
            dice.random()


def _setting(kind: str, record: Row, calendar: Calendar, words: Dice) -> Setting | None:
    """When a thread can be about this, and in which way; None where it has to be about the debtor as a whole."""
    if kind == "credit_case":
        kind = "case, in a plan" if "active_payment_plan_id" in record else "case"
        return Setting(kind, calendar.days_since(record["started_at"]))
    if kind == "debtor" or record["total_amount"] == 0:
        return None
    sent = calendar.days_since(record["sent_at"])
    if sent <= 1:
        return None
    if record["total_amount"] < 0 or record["open_amount"] < 0:
        return Setting("credit", sent - 1)
    if record["open_amount"] == 0:
        paid = calendar.days_since(record["payment_date"])
        before = until_paid(sent, paid) if words.chance(60) else None
        return before or Setting("after payment", paid, paid=paid)
    due = calendar.days_since(record["due_date"]) if "due_date" in record else 0
    label = record.get("labels", ("",))[0]
    kind = "not due" if due <= 1 else "overdue, in a plan" if "active_payment_plan_id" in record else "overdue"
    return Setting(_LABELLED.get(label, kind), (due if due > 1 else sent) - 1)


class _Thread:
    """One thread while it is written."""

    def __init__(
        self, maker: MessageMaker, kind: str, record: Row, owner: Row, setting: Setting, calendar: Calendar
    ) -> None:
        self.words, self.creditor, self.calendar = maker.words, maker.creditor, calendar
        self.kind, self.record, self.owner, self.setting = kind, record, owner, setting
        self.references = references(kind, record)

    def rows(self, places: range, ids: list[int], wanted: int) -> list[Row]:
        """The messages at these places, oldest first; the first one about `wanted` days ago."""
        odd, odd_text = _odd(places[0])
        story = story_for(self.setting, len(places), self.words, odd)
        days = days_ago(self.setting, story, wanted)
        who = places[0] % len(names.USERS)
        user, pen = names.USERS[who], self._pen(story, who)
        pen.begin(story.keys)
        paid = self.setting.paid or days[0] + 3
        rows: list[Row] = []
        for turn, (key, place, ago) in enumerate(zip(story.keys, places, days, strict=True)):
            slot = 6 + turn * 3 + place % 3
            self._note_dates(pen, key, ago, paid)
            row = {"id": ids[place], **self.references, "subject": pen.subject(key, is_first=turn == 0)}
            row["sent_at"] = row["updated_at"] = self.calendar.at(ago, slot)
            is_ours = key in OURS
            if is_ours:
                row["sender_type"], row["content"] = "creditor", pen.letter(key)
            else:
                text = odd_text if key == ODD else self._their_text(pen, key, rows)
                row["sender_type"], row["content"] = "debtor", text
                row["received_at"] = row["sent_at"]
            if (turn < story.answered and not is_ours) or self.words.chance(_READ):
                row["read_at"] = row["updated_at"] = self.calendar.at(ago, slot + 1 + place % 2)
                if not is_ours:
                    row["read_by_user"] = user
            rows.append(row)
        return rows

    def _their_text(self, pen: Pen, key: str, earlier: list[Row]) -> str:
        text = pen.letter(key)
        is_answer = earlier and earlier[-1]["sender_type"] == "creditor" and key != AWAY
        if text and is_answer and self.words.chance(_QUOTING):
            return text + pen.quotation(earlier[-1]["content"], earlier[-1]["sent_at"][:10])
        return text

    def _note_dates(self, pen: Pen, key: str, ago: int, paid: int) -> None:
        """The dates that this letter names and later ones come back to; they say that they paid `paid` days ago."""
        if key in _PROMISES:
            soonest = 1 if key == "promise_friday" else 3
            friday = ago - soonest - (_FRIDAY - self.calendar.today.weekday() + ago - soonest) % 7
            is_kept = self.setting.kind == "before payment" and key == "promise"
            pen.note_date("promise", self.calendar.day(paid if is_kept else friday))
        elif key in _NAMING_PAYMENT:
            pen.note_date("paid", self.calendar.day(paid))
        elif key == AWAY:
            pen.note_date("back", self.calendar.day(ago - 7))

    def _pen(self, story: Story, who: int) -> Pen:
        """A pen that knows all that the letters of this story name, dates apart."""
        owner, record = self.owner, self.record
        language = owner["language_code"]
        ours = LETTERS[language]
        theirs = LETTERS[ALSO[language]] if self.words.chance(_OTHER_LANGUAGE) else ours
        clerk = owner["id"] % len(ours.clerks)
        facts = {
            "us": names.USERS[who][1],
            "house": self.creditor,
            "person": ours.clerks[clerk],
            "number": record.get("invoice_number") or record.get("credit_case_number", ""),
        }
        if not _NAMING_ADDRESSES.isdisjoint(story.keys):
            host = owner.get("primary_email_address", f"@debtor{owner['debtor_number']}.example").partition("@")[2]
            facts["leaver"] = ours.clerks[clerk - 1]
            facts["email"] = owner.get("debtor_provided_email_address", f"boekhouding@{host}")
            facts["colleague"] = f"administratie@{host}"
        if "order_number" in story.keys:
            facts["order"] = f"PO-{4_500_000_000 + record['id'] % 99_991}"
        return Pen(ours, theirs, self.kind, facts, self.words, (clerk, who))


def _odd(place: int) -> tuple[int, str]:
    """How far from a place the next odd text is, and which."""
    step = _EARLY_ODD if place < _EARLY_ODD * len(texts.ODD_BODIES) else _LATER_ODD
    ahead = -place % step
    return ahead, texts.ODD_BODIES[(place + ahead) // step % len(texts.ODD_BODIES)]
