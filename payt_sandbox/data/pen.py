"""The pen that writes the letters of one thread."""

from typing import Final

from payt_sandbox.data.dice import Dice
from payt_sandbox.data.letters import OURS, Letters
from payt_sandbox.data.stories import AWAY, ODD

# What the subject of a thread is, by the letter it begins with.
_TOPICS: Final = {
    "when": "open",
    AWAY: "open",
    "copy_ask": "copy",
    "dispute": "dispute",
    "promise": "promise",
    "inst_ask": "instalments",
    "claimed": "claimed",
    "order_missing": "order",
    "email": "contact",
    "person": "contact",
    "statement_ask": "statement",
    "credit_ask": "credit",
    "costs_object": "costs",
    ODD: "question",
}


class Pen:
    """Writes our letters and a debtor's, each side in its language.

    `facts` are what letters name; what they are about is a `kind` of thing with a `number`, or the whole debtor.
    `habits` are numbers of the people who write, at the debtor's and of us: each greets and signs in a way of its own.
    """

    def __init__(
        self, ours: Letters, theirs: Letters, kind: str, facts: dict[str, str], words: Dice, habits: tuple[int, int]
    ) -> None:
        self._words = words
        self._subject = ""
        self._habits = habits
        mine = others = (ours, _named(ours, kind, facts))
        if theirs is not ours:
            others = (theirs, _named(theirs, kind, facts.copy()))
        self._sides = (others, mine)

    def note_date(self, name: str, day: str) -> None:
        """Lets letters name a date, given as `2026-11-13`, from now on."""
        for letters, facts in self._sides if self._sides[0] is not self._sides[1] else self._sides[:1]:
            facts[name] = letters.date(day)

    def begin(self, keys: tuple[str, ...]) -> None:
        """Chooses the subject of a thread of these letters: an odd one at its head takes that of the next."""
        opening = keys[1] if keys[0] == ODD and len(keys) > 1 else keys[0]
        letters, facts = self._sides[opening in OURS]
        self._subject = self._words.pick(letters.subjects[_TOPICS[opening]]).format_map(facts)
        if opening in OURS and keys[0] == ODD:
            self._subject = self._sides[False][0].reply + self._subject

    def subject(self, key: str, *, is_first: bool) -> str:
        """The subject of the next letter."""
        letters, _ = self._sides[key in OURS]
        if key == AWAY:
            return letters.automatic + self._subject
        is_answer = not is_first and not self._subject.startswith(letters.reply)
        return letters.reply + self._subject if is_answer else self._subject

    def letter(self, key: str) -> str:
        """The text of a letter; an empty one where only an attachment was sent."""
        is_ours = key in OURS
        letters, facts = self._sides[is_ours]
        habit = self._habits[is_ours]
        if is_ours:
            cores, salutations, closings = letters.ours[key], letters.our_salutations, letters.our_closings
        else:
            cores, salutations, closings = letters.theirs[key], letters.their_salutations, letters.their_closings
        core = self._words.pick(cores) if len(cores) > 1 else cores[0]
        if not core:
            return ""
        salutation = "" if key == AWAY else f"{salutations[habit // 2 % len(salutations)]}\n\n"
        return f"{salutation}{core}\n\n{closings[habit % len(closings)]}".format_map(facts)

    def quotation(self, text: str, day: str) -> str:
        """What a debtor's mail program puts under an answer: the letter it answers, line by line."""
        letters, _ = self._sides[False]
        lines = "\n".join(f"> {line}".rstrip() for line in text.splitlines())
        return f"\n\n{letters.wrote.format(letters.date(day))}\n{lines}"


def _named(letters: Letters, kind: str, facts: dict[str, str]) -> dict[str, str]:
    """The facts, with what they are about in the words of this language."""
    facts["about"] = letters.abouts[kind].format_map(facts)
    facts["ref"] = letters.refs[kind].format_map(facts)
    return facts
