"""What is dangerous about a write: one table over all of them. What a field is decides, not the tool that writes it.

What is red needs a person; what is not is only to be looked at. Finds of one kind are told as one, what stands apart
first. Pure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final

from payt_mcp.proposals.preview import Change, Warned
from payt_mcp.receivables.addresses import CONTACT_FIELDS, PLACES, domain, resembled
from payt_mcp.words.field_names import field_words
from payt_mcp.words.said import joined, say, some, term, within
from payt_mcp.words.sentences import Field
from payt_mcp.writes.bulk import CLEARED, UNSEEN

_MOST_NAMED = 12
_MOST_OWNERS = 3
_LENGTH = 240


@dataclass(frozen=True, eq=False)
class Danger:
    """A kind of danger: the words its warning begins with, and whether it is red, for what is there and for what is
    new; None where it is none.
    """

    head: str
    red: bool
    new: bool | None = None


ADDRESS = Danger(say("The addresses that mail goes to change"), red=True, new=True)
CONTACT = Danger(say("Gets another contact, and mail goes where that has it"), red=True)
ACCOUNT = Danger(say("A bank account is set, and Payt does not show what it was"), red=True, new=False)
E_INVOICING = Danger(say("Where e-invoices go changes"), red=True, new=False)
TAKEN_OVER = Danger(say("A record takes over another"), red=True)
RENUMBERED = Danger(say("The number of a debtor changes; its invoices and contacts follow"), red=True)
NAMESAKE = Danger(say("The name becomes that of another debtor"), red=True, new=False)
NAME = Danger(say("A name changes"), red=False)
REGISTERED = Danger(say("What identifies a company changes"), red=False)
MOVED = Danger(say("Goes to another debtor"), red=True)
MAILED = Danger(say("Payt e-mails invoices, as no sending date is given"), red=True, new=True)
MAILED_ELSEWHERE = Danger(
    say("Payt e-mails invoices to an address that is not on file for the debtor"), red=True, new=True
)
LESS = Danger(say("Less is open, and no payment is given for that"), red=True)
MORE = Danger(say("More is open"), red=False)
REOPENED = Danger(say("What was paid is open again"), red=True)
PAID = Danger(say("Payments are given, and less is open"), red=False)
AMOUNTS = Danger(say("Other amounts change"), red=False)
COLLECTED = Danger(say("How it is paid changes"), red=False)
CURRENCY = Danger(say("The currency changes"), red=False)
RECOINED = Danger(say("Paid in one currency and then another; Payt books what it makes of it"), red=False)
APART = Danger(say("Stands apart from the others by its amount"), red=False, new=False)
POSTAL = Danger(say("Where letters by post go changes"), red=False)
DUE = Danger(say("The due date moves"), red=False)
EMPTIED = Danger(say("Emptied"), red=True, new=False)
DROPPED = Danger(say("Taken off a list"), red=False)
DESTROYED = Danger(say("Files are destroyed"), red=True, new=True)

TABLE: Final = (
    MAILED_ELSEWHERE, ADDRESS, CONTACT, ACCOUNT, E_INVOICING, TAKEN_OVER, RENUMBERED, NAMESAKE, MOVED, LESS, REOPENED,
    DESTROYED, EMPTIED, MAILED, APART, MORE, PAID, AMOUNTS, CURRENCY, RECOINED, COLLECTED, DUE, NAME, REGISTERED,
    POSTAL, DROPPED,
)  # fmt: skip
"""All of them, in the order in which they are told."""

FIELDS: Final[Mapping[str, Danger]] = {
    **dict.fromkeys((*PLACES, *CONTACT_FIELDS), ADDRESS),
    **dict.fromkeys(("bank_account_name", "bank_account_number"), ACCOUNT),
    **dict.fromkeys(("peppol_identifier", "peppol_enabled", "oin_number"), E_INVOICING),
    **dict.fromkeys(("coc_number", "vat_number", "invoice_identifier"), REGISTERED),
    **dict.fromkeys((f"postal_address_{part}" for part in ("street_1", "street_2", "postal_code", "city")), POSTAL),
    **dict.fromkeys(("amount_total", "book_amount_total", "book_amount_open"), AMOUNTS),
    "payment_method": COLLECTED, "debtor_identifier": TAKEN_OVER, "debtor_number": RENUMBERED, "name": NAME,
    "due_date": DUE,
}  # fmt: skip
"""What the fields of records are, by Payt's names; the others endanger nobody, unless they are emptied."""


_ZERO = Decimal(0)


@dataclass(frozen=True)
class Found:
    """A danger of one record. `whose` names the record, `label` the field, `said` is what exactly; `odd` is the higher
    the more it stands apart from its like. `is_new`: the record is.
    """

    danger: Danger
    whose: str
    said: str
    label: str = ""
    odd: Decimal = _ZERO
    is_new: bool = False
    old: str = field(default="", compare=False)
    new: str = field(default="", compare=False)


def of_change(whose: str, name: str, change: Change, *, is_new: bool = False) -> list[Found]:
    """What a changed field of a record is; `name` as Payt has it."""
    danger = EMPTIED if change.old and change.new in {"", CLEARED, "none"} else FIELDS.get(name)
    if danger is None or (is_new and danger.new is None):
        return []
    label = _use(name) if danger is ADDRESS else Field(field_words(change.field))
    new = _seen(change.new)
    was = (
        say("{old} becomes {new}", old=change.old, new=new)
        if change.old
        else new
        if is_new
        else say("{new}, where there was none", new=new)
    )
    said = within(was if new == change.new else new, _LENGTH)
    return [Found(danger, whose, said, label, is_new=is_new, old=change.old, new=new)]


def _seen(new: str) -> str:
    """What is set, without the remark that Payt does not show what was."""
    return new.removesuffix(UNSEEN).rstrip() if new.endswith(UNSEEN) else new


def told(found: Iterable[Found]) -> list[Warned]:
    """A warning for each kind that was found, the red ones first."""
    kinds: dict[tuple[Danger, bool], list[Found]] = {}
    for one in found:
        is_red = one.danger.new if one.is_new else one.danger.red
        kinds.setdefault((one.danger, bool(is_red)), []).append(one)
    ordered = sorted(kinds, key=lambda kind: (not kind[1], TABLE.index(kind[0])))
    return [Warned(_sentence(danger, kinds[danger, is_red]), is_red) for danger, is_red in ordered]


def stand_apart(found: Sequence[Sequence[Found]]) -> list[bool]:
    """Whether a record has a danger that most others of its batch do not have, for each record."""
    common = Counter(danger for of_one in found for danger in {one.danger for one in of_one})
    return [any(common[one.danger] * 2 <= len(found) for one in of_one) for of_one in found]


def _sentence(danger: Danger, found: Sequence[Found]) -> str:
    judged = _judged(found) if danger is ADDRESS else found
    ranked = sorted(judged, key=lambda one: -one.odd)
    same: dict[str, list[Found]] = {}
    for one in ranked:
        same.setdefault(one.said, []).append(one)
    parts = [_part(said, of_it) for said, of_it in same.items()]
    apart = say(", what stands apart first") if len(parts) > 1 and ranked[0].odd > ranked[-1].odd else ""
    return say("{head}{apart}: {parts}.", head=danger.head, apart=apart, parts=some(parts, most=_MOST_NAMED))


def _part(said: str, found: Sequence[Found]) -> str:
    """`debtor 1017 (Smit) (reminders, invoices: a@x.example becomes b@x.example)`."""
    labels = joined(dict.fromkeys(one.label for one in found if one.label))
    owners = dict.fromkeys(one.whose for one in found)
    return say(
        "{owners} ({labels}{what}{said})",
        owners=some(owners, most=_MOST_OWNERS),
        labels=labels,
        what=": " if labels else "",
        said=said,
    )


def _use(name: str) -> str:
    """What an address is for, in the words of the debtors that take it over."""
    return term(PLACES[CONTACT_FIELDS.get(name, name)].use)


def _judged(found: Sequence[Found]) -> list[Found]:
    """Addresses that change, each with how far it is from the address before it and from the others."""
    hosts = Counter(domain(one.new) for one in found)
    kept = sum(domain(one.new) == domain(one.old) for one in found)
    judged = []
    for one in found:
        new, old = domain(one.new), domain(one.old)
        alike = resembled(new, [old]) if old else ""
        hint = say(", whose domain looks like {alike} and is another", alike=alike) if alike else ""
        strange = Decimal(0 if new == old else 1 + (kept - hosts[new]) / Decimal(len(found)))
        odd = Decimal(3) if alike else strange
        judged.append(replace(one, said=say("{said}{hint}", said=one.said, hint=hint), odd=odd))
    return judged
