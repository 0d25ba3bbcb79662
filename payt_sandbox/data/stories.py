"""What the threads of the correspondence tell: who writes what, on which day, and how much of it is answered.

A story is up to four letters long. A shorter thread tells only its beginning, so that many a question stays open.
"""

from bisect import bisect_right
from typing import Final, NamedTuple

from payt_sandbox.data.dice import Dice
from payt_sandbox.data.letters import OURS

ODD: Final = "odd"
AWAY: Final = "away"

_MOST_TURNS: Final = 4
_QUICK: Final = 5
_LONGEST_PROMISE: Final = 16


class Story(NamedTuple):
    """Letters and the days they are written on, counted from the first; -1 is the day of the payment, -2 the next one.

    `length` is how many days it takes, payments apart; `answered` letters come before our last one.
    """

    keys: tuple[str, ...]
    days: tuple[int, ...]
    length: int
    answered: int


class Setting(NamedTuple):
    """What a thread can be about, and when: it begins at most `first` days ago and ends at least `last` days ago.

    `kind` is a key of STORIES; `paid` is how many days ago what it is about was paid.
    """

    kind: str
    first: int
    last: int = 1
    paid: int | None = None


def _stories(*stories: str) -> tuple[Story, ...]:
    """Of `when:0 promise:1`, letters with their days; `paid_now:@0` counts from the payment."""
    return tuple(_story([turn.split(":") for turn in turns.split()]) for turns in stories)


def _story(turns: list[list[str]]) -> Story:
    days = tuple(-1 - int(day[1:]) if day[0] == "@" else int(day) for _, day in turns)
    return _of_turns(tuple(key for key, _ in turns), days)


def _of_turns(keys: tuple[str, ...], days: tuple[int, ...]) -> Story:
    return Story(keys, days, max(days), max((turn for turn, key in enumerate(keys) if key in OURS), default=0))


_PROMISES: Final = _stories(
    "when:0 promise:1 noted:2 broken:12",
    "when:0 promise_friday:1 noted:2 broken:12",
    "promise:0 noted:1 broken:11 promise_new:12",
    "when:0 when_again:8 promise:10 noted:11",
    "promise:0 broken:11 when_again:18 when_last:25",
)
_INSTALMENTS: Final = _stories(
    "inst_ask:0 inst_which:2 inst_terms:4 inst_passed:5",
    "when:0 inst_ask:2 inst_again:10 inst_refuse:12",
)
_CLAIMS: Final = _stories(
    "claimed:0 not_found:1 proof:3 other:5",
    "when:0 claimed:1 claimed_again:9 not_found:10",
    "claimed:0 claimed_again:7 proof:8 claimed_again:15",
)
_AWAY: Final = _stories("when:0 away:0 promise:9 noted:10", "away:0 when:9 promise:11 noted:12")
_SILENCE: Final = _stories("when:0 when_again:8 when_last:16 when_phone:23")
_COPIES: Final = _stories(
    "copy_ask:0 copy_sent:1 copy_thanks:2 noted:4", "copy_ask:0 copy_again:6 copy_late:8 thanks:9"
)
_DISPUTES: Final = _stories(
    "dispute:0 looking:1 dispute_again:10 credit_note:13",
    "dispute:0 dispute_again:8 dispute_last:15 dispute_lawyer:22",
)
_ORDERS: Final = _stories(
    "order_missing:0 order_which:1 order_number:3 order_noted:4",
    "order_missing:0 order_again:8 order_which:9 order_number:11",
)
_CONTACTS: Final = _stories(
    "email:0 contact_noted:1 contact_call:2 fine:3",
    "email:0 contact_again:14 contact_noted:15 contact_call:16",
    "person:0 contact_noted:1 contact_call:2 fine:3",
    "person:0 contact_again:14 contact_noted:15 contact_call:16",
)
_STATEMENTS: Final = _stories("statement_ask:0 statement_sent:1 statement_thanks:2 fine:3")
_REMINDED: Final = _stories(
    "when:0 copy_ask:1 copy_sent:2 copy_thanks:4",
    "when:0 dispute:1 answer_line:4 dispute_no:5",
)

_OVERDUE: Final = (*_PROMISES, *_CLAIMS, *_AWAY, *_SILENCE, *_COPIES, *_DISPUTES, *_ORDERS, *_REMINDED, *_CONTACTS[:1])
_IN_A_CASE: Final = (
    *(*_PROMISES, *_CLAIMS, *_AWAY, *_SILENCE, *_STATEMENTS),
    *_stories("costs_object:0 costs_explain:2 costs_still:4 costs_final:7"),
)
STORIES: Final[dict[str, tuple[Story, ...]]] = {
    "overdue": (*_OVERDUE, *_INSTALMENTS),
    "overdue, in a plan": _OVERDUE,
    "not due": (*_COPIES, *_DISPUTES, *_ORDERS, *_CONTACTS),
    "disputed": _DISPUTES,
    "without order": _ORDERS,
    "before payment": (
        *_stories("when:0 promise:1 noted:2 paid_now:@0", "promise:0 noted:1 paid_now:@0 found:@1"),
        *(*_COPIES, *_ORDERS[:1]),
    ),
    "after payment": _stories("claimed:0 found:1 thanks:2 fine:3", "claimed:0 claimed_again:7 found:8 thanks:9"),
    "credit": _stories(
        "credit_ask:0 credit_answer:1 credit_choice:2 fine:3",
        "credit_ask:0 credit_again:9 credit_answer:10 credit_choice:12",
    ),
    "case": (*_IN_A_CASE, *_INSTALMENTS),
    "case, in a plan": _IN_A_CASE,
    "debtor owes": (
        *(*_PROMISES[:2], *_INSTALMENTS, *_CLAIMS[1:], *_AWAY, *_SILENCE, *_STATEMENTS, *_CONTACTS),
        *_stories("when:0 email:1 contact_noted:2 contact_again:20", "when:0 person:1 contact_noted:2 contact_call:2"),
    ),
    "debtor": (*_STATEMENTS, *_CONTACTS),
    "debtor, new address": _CONTACTS[:2],
}


def _begun(stories: tuple[Story, ...], size: int) -> list[Story]:
    return sorted((_of_turns(story.keys[:size], story.days[:size]) for story in stories), key=_length)


def _length(story: Story) -> int:
    return story.length


_BEGUN: Final = {
    (kind, size): _begun(stories, size) for kind, stories in STORIES.items() for size in range(1, _MOST_TURNS + 1)
}


def story_for(setting: Setting, size: int, dice: Dice, odd: int) -> Story:
    """A story of that many letters that fits into its time, a hurried one where none does; letter number `odd`, if
    there is one, has nothing to do with it.
    """
    if odd < size:
        return _interrupted(story_for(setting, size - 1, dice, size), odd) if size > 1 else _of_turns((ODD,), (0,))
    stories = _BEGUN[setting.kind, size]
    fitting = bisect_right(stories, setting.first - setting.last, key=_length)
    fitting = fitting or bisect_right(stories, _QUICK, key=_length) or len(stories)
    return stories[dice.below(fitting)]


def _interrupted(story: Story, odd: int) -> Story:
    day = story.days[odd - 1] if odd else 0
    return _of_turns((*story.keys[:odd], ODD, *story.keys[odd:]), (*story.days[:odd], day, *story.days[odd:]))


def days_ago(setting: Setting, story: Story, wanted: int) -> list[int]:
    """How many days ago each letter was written: the first `wanted` days ago if the setting allows that, else rather
    early in it.
    """
    latest = setting.last + story.length
    first = wanted
    if latest > setting.first:
        first = setting.first
    elif not latest <= wanted <= setting.first:
        days = setting.first - latest + 1
        first = latest + max(wanted % days, wanted * 13 % days)
    paid = setting.paid or 1
    return [max(setting.last, first - day) if day >= 0 else max(1, paid + 1 + day) for day in story.days]


def until_paid(sent: int, paid: int) -> Setting | None:
    """The days between sending and payment, not so early that a promise would be for weeks later; None without any."""
    first = min(sent - 1, paid + _LONGEST_PROMISE)
    return Setting("before payment", first, paid + 1, paid) if first > paid else None
