"""What a language brings to the correspondence: its words for every turn that a story can take."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Letters:
    """The texts of one language, for ourselves and for debtors.

    `ours` and `theirs` have one or more wordings for each kind of letter; what they are about stands in `{about}`.
    `refs` (for subjects) and `abouts` (the object of a sentence) say what that is for an "invoice" or "credit_case"
    with its `{number}`, and for a "debtor". `subjects` are those of a thread, by what it begins with. A salutation and
    a closing stand around every letter. `day` and `first` write a date; `clerks` are people of debtors.
    """

    months: tuple[str, ...]
    day: str
    first: str
    refs: dict[str, str]
    abouts: dict[str, str]
    subjects: dict[str, tuple[str, ...]]
    reply: str
    automatic: str
    wrote: str
    our_salutations: tuple[str, ...]
    their_salutations: tuple[str, ...]
    our_closings: tuple[str, ...]
    their_closings: tuple[str, ...]
    ours: dict[str, tuple[str, ...]]
    theirs: dict[str, tuple[str, ...]]
    clerks: tuple[str, ...]

    def date(self, day: str) -> str:
        """`2026-11-13` as people of this language write it in a letter: `13 november`."""
        number = day[8:].lstrip("0")
        return self.day.format(self.first if number == "1" else number, self.months[int(day[5:7]) - 1])
