"""A message to a debtor: its content, the warnings about it, and its preview. Pure; the facts are passed in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from payt_mcp.proposals import preview
from payt_mcp.proposals.preview import Warned
from payt_mcp.receivables.addresses import (
    SHARED_HOSTS,
    OnFile,
    Recipient,
    domain,
    is_below,
    resembled,
)
from payt_mcp.receivables.phases import TOWARDS_COURT, words
from payt_mcp.words.text import (
    clean,
    count,
    cut,
    money,
    some,
)
from payt_mcp.words.visible import hidden_kinds
from payt_mcp.writes.message import scanning
from payt_mcp.writes.message.figures import (
    OwedItem,
    may_be_about_more,
    meant,
    named_words,
    numbers_of,
    warnings_about,
)
from payt_mcp.writes.own import PAYT_HOSTS

_MOST_NAMED = 5
_MOST_STEPS = 3
_STANDING = {"paused": "paused", "payment_plan": "in a payment plan", "with_bailiff": "with a bailiff"}
_FORBIDDING = frozenset(_STANDING)
_DEBTORS = {
    "with_bailiff": "This debtor is with a bailiff: contact goes through the bailiff.",
    "payment_plan": "This debtor has an active payment plan; its invoices are not to be chased.",
    "paused": "Follow-up of this debtor is paused.",
}
_NAMED = {
    "with_bailiff": "Invoice {} is with a bailiff: contact about it goes through the bailiff.",
    "payment_plan": "Invoice {} is in a payment plan, and not to be chased.",
    "paused": "Follow-up is paused for invoice {}.",
}
_OTHERS = {
    "with_bailiff": "with a bailiff: contact about {} goes through the bailiff",
    "payment_plan": "in an active payment plan, and not to be chased",
}


@dataclass(frozen=True)
class Attachment:
    """A file that goes along. `path` is below the attachments folder; `sha256` pins its content, `size` in bytes."""

    name: str
    path: str
    size: int
    content_type: str
    sha256: str


@dataclass(frozen=True)
class Letter:
    """What the debtor would read, and where it goes. `about` is the invoice or case that it goes with, "" where it is
    the debtor itself.
    """

    about: str
    subject: str
    body: str
    recipients: Sequence[Recipient]
    attachments: Sequence[Attachment] = ()

    @property
    def text(self) -> str:
        """All that the debtor would read."""
        return f"{self.subject}\n{self.body}"


@dataclass(frozen=True)
class Facts:
    """What Payt says about the debtor at the moment of proposing."""

    sender: str
    currency: str
    bank_account: str
    own_hosts: Sequence[str]
    debtor: str
    debtor_number: str
    attention: Sequence[str]
    on_file: Sequence[OnFile]
    items: Sequence[OwedItem]
    invoice_id: str = ""
    settled: str = ""
    case: str = ""
    case_amounts: Sequence[Decimal] = ()
    other_amounts: Sequence[Decimal] = ()
    foreign_invoices: Mapping[str, str] = field(default_factory=dict)
    unknown_invoices: Sequence[str] = ()
    recent: Sequence[tuple[dt.date, str]] = ()
    bounced: str = ""
    same_text: Sequence[tuple[str, dt.date]] = ()
    own_addresses: Sequence[str] = ()


def warnings_of(letter: Letter, facts: Facts) -> list[Warned]:
    """What a person should look at, dangers first."""
    text = letter.text
    named = meant(text, facts.items, facts.invoice_id)
    chased = named or [item for item in facts.items if item.is_overdue]
    found = [
        *_addresses(letter, facts),
        *_accounts(text, facts),
        *_standing(facts, named),
        *_paused_beside(text, facts, named),
        *_history(facts),
        *_steps(chased),
        *_invoices(facts),
        *warnings_about(text, facts.items, (*facts.case_amounts, *facts.other_amounts)),
        *_links(text, facts),
        *_mentioned_addresses(text, letter, facts),
        *_unseen(text),
    ]
    return sorted(found, key=lambda warned: not warned.danger)


def _addresses(letter: Letter, facts: Facts) -> list[Warned]:
    known = {domain(entry.email) for entry in facts.on_file}
    found, outside = [], 0
    for recipient in letter.recipients:
        host = domain(recipient.email)
        outside += host not in known
        if recipient.source:
            continue
        like = resembled(host, known)
        hint = f", and its domain looks like {like}, which is" if like else ""
        found.append(Warned(f"{recipient.email} ({recipient.field}) is not on file for this debtor{hint}.", True, True))
    if outside > 1:
        found.append(Warned(f"{outside} recipients are outside the domains on file for this debtor.", True))
    return found


def _accounts(text: str, facts: Facts) -> list[Warned]:
    own = "".join(facts.bank_account.split()).upper()
    numbers = {facts.debtor_number, *(item.number for item in facts.items)}
    return [
        Warned(f"The text names the bank account {account}, which is not the administration's.", True, True)
        for account in scanning.bank_accounts(text)
        if account != own and not scanning.is_part_of(account, own) and account not in numbers
    ]


def _standing(facts: Facts, named: Sequence[OwedItem]) -> list[Warned]:
    found = [warned for flag in _DEBTORS for warned in _flagged(flag, facts, named)]
    if facts.settled:
        found.append(Warned(f"Nothing is open on invoice {clean(facts.settled, 40)}.", True))
    elif not any(item.is_overdue for item in facts.items):
        found.append(Warned("Nothing of this debtor is overdue."))
    return found


def _flagged(flag: str, facts: Facts, named: Sequence[OwedItem]) -> list[Warned]:
    """What is set for the debtor or for all its overdue invoices, else for invoices that are named, else for some."""
    overdue = [item for item in facts.items if item.is_overdue]
    is_of_overdue = any(flag in item.attention for item in overdue)
    of = overdue if is_of_overdue else [item for item in facts.items if item.owed >= 0]
    flagged = [item for item in of if flag in item.attention]
    meant_ones = [item for item in named if flag in item.attention]
    is_set, is_of_case = flag in facts.attention, flag == "with_bailiff" and facts.case.startswith("bailiff")
    if is_set and (is_of_case or flag == "paused" or len(flagged) in (0, len(of))):
        return [Warned(_DEBTORS[flag], True)]
    if meant_ones:
        return [Warned(_NAMED[flag].format(numbers_of(meant_ones)), flag != "paused")]
    if not is_set:
        return []
    kind = "overdue invoices" if is_of_overdue else "open invoices"
    are, them = ("is", "it") if len(flagged) == 1 else ("are", "them")
    what = f"{len(flagged):,} of {len(of):,} {kind} {are} {_OTHERS[flag].format(them)}"
    return [Warned(f"{what} ({numbers_of(flagged)}).", True)]


def _paused_beside(text: str, facts: Facts, named: Sequence[OwedItem]) -> list[Warned]:
    """Paused invoices that are not named, where the letter may be about them all the same. It may as well not be."""
    paused = [item for item in facts.items if item.is_overdue and "paused" in item.attention and item not in named]
    if not paused or "paused" in facts.attention or not may_be_about_more(text, facts.items, named):
        return []
    what = f"{count(len(paused), 'overdue invoice')} that the text does not name"
    return [Warned(f"Follow-up is paused for {what}: {numbers_of(paused)}.")]


def _steps(chased: Sequence[OwedItem]) -> list[Warned]:
    """Steps on record, whoever took them: they may contradict a letter, or have said the same a day ago. That one may
    be collected told the debtor nothing.
    """
    formal = [item for item in chased if item.owed > 0 and item.step in TOWARDS_COURT]
    lately = [(item.lately, item.number, item.step) for item in chased if item.is_overdue and item.lately]
    lately = [one for one in lately if one[2] != "collectable"]
    found = []
    if formal:
        said = some(f"{clean(item.number, 40)} ({words(item.step)})" for item in formal)
        last = any(item.step == "pre_judicial" for item in formal)
        found.append(Warned(f"On its way to court: invoice {said}. A reminder may contradict the step taken.", last))
    if lately:
        steps = (f"{words(step)} on {day} (invoice {clean(n, 40)})" for day, n, step in sorted(lately, reverse=True))
        found.append(Warned(f"Payt's record shows a step lately: {some(steps, most=_MOST_STEPS)}."))
    return found


def _history(facts: Facts) -> list[Warned]:
    found = [Warned(f"The same text was already sent on {moment}.", True) for _, moment in facts.same_text[:1]]
    if facts.recent and not found:
        moment, subject = facts.recent[0]
        found.append(Warned(f"A message was sent to this debtor on {moment}: {clean(subject, 80)}."))
    if facts.bounced:
        found.append(Warned(f"Mail to this debtor bounced on {facts.bounced}."))
    return found


def _invoices(facts: Facts) -> list[Warned]:
    found = [
        Warned(f"Invoice {clean(number, 40)} in the text belongs to another debtor ({clean(owner, 40)}).", True)
        for number, owner in list(facts.foreign_invoices.items())[:_MOST_NAMED]
    ]
    return found + [
        Warned(f"There is no invoice {clean(number, 40)}, which the text names.")
        for number in facts.unknown_invoices[:_MOST_NAMED]
    ]


def _links(text: str, facts: Facts) -> list[Warned]:
    """Hosts in the text that are neither ours nor the debtor's own. Where anybody may have a page, nobody's is."""
    own = {*PAYT_HOSTS, *facts.own_hosts} - SHARED_HOSTS
    theirs = {domain(entry.email) for entry in facts.on_file}
    theirs |= {*scanning.links(facts.debtor), *scanning.links(facts.sender)}  # a company may be called Example.com
    hosts = scanning.links(text)
    foreign = [host for host in hosts if host.removeprefix("www.") not in theirs and not is_below(host, own)]
    found = [
        Warned(f"The text links to {_host_words(host)}, which is not yours or Payt's.", True)
        for host in foreign[:_MOST_NAMED]
    ]
    more = len(foreign) - len(found)
    return found + (
        [Warned(f"The text links to {more} more hosts that are not yours or Payt's.", True)] if more else []
    )


def _host_words(host: str) -> str:
    """A host as it reads, and where that deceives also as it is."""
    if host.isascii():
        return clean(host, 60)
    coded = (label if label.isascii() else f"xn--{label.encode('punycode').decode()}" for label in host.split("."))
    return f"{clean(host, 60)} (not in Latin letters: {clean('.'.join(coded), 80)})"


def _mentioned_addresses(text: str, letter: Letter, facts: Facts) -> list[Warned]:
    """Addresses in the text that an answer would go to, and that are not known."""
    known = {entry.email.lower() for entry in facts.on_file} | {address.lower() for address in facts.own_addresses}
    known |= {recipient.email.lower() for recipient in letter.recipients}
    hosts = [host for host in (*PAYT_HOSTS, *facts.own_hosts) if host not in SHARED_HOSTS]
    return [
        Warned(f"The text names the address {clean(address, 80)}, which is neither yours nor on file.", True)
        for address in scanning.addresses(text)
        if address not in known and not is_below(domain(address), hosts)
    ][:_MOST_NAMED]


def _unseen(text: str) -> list[Warned]:
    """What a person would overlook: signs nobody sees, and gaps that push text out of sight."""
    found = []
    kinds = hidden_kinds(text)
    if kinds:
        said = some(f"{number} x {kind}" for kind, number in kinds.items())
        found.append(Warned(f"The text holds {sum(kinds.values())} signs nobody sees ({said}).", True, True))
    if scanning.has_wide_gap(text):
        found.append(Warned("The text has a wide gap; look for what comes after it.", True))
    return found


def title_of(letter: Letter, facts: Facts) -> str:
    return cut(f"Message to {clean(facts.debtor, 60)} ({facts.debtor_number}): {clean(letter.subject, 80)}", 160)


def sections_of(letter: Letter, facts: Facts) -> list[preview.Section]:
    """What a person is shown, whole."""
    about = f", about {letter.about}" if letter.about else ""
    owed = ", ".join(money(value, currency) for currency, value in sorted(_overdue(facts).items()))
    said = [
        ("From", facts.sender),
        ("Debtor", f"{clean(facts.debtor, 80)} ({facts.debtor_number}){about}"),
        ("Overdue", owed),
        ("Named in the text", named_words(letter.text, facts.items)),
    ]
    text = preview.Letter(
        recipients=tuple(preview.SentTo(one.field, one.email, one.source) for one in letter.recipients),
        subject=letter.subject,
        body=letter.body,
        attachments=tuple(preview.Attached(one.name, one.size) for one in letter.attachments),
    )
    return [*preview.facts([fact for fact in said if fact[1]]), text]


def _overdue(facts: Facts) -> dict[str, Decimal]:
    totals: dict[str, Decimal] = {}
    for item in facts.items:
        if item.is_overdue and item.open_amount is not None:
            totals[item.currency] = totals.get(item.currency, Decimal(0)) + item.open_amount
    return totals


def basis_of(facts: Facts, text: str, about: str = "") -> dict[str, Any]:
    """The state a letter rests on: what is overdue or named in it by number or due date, and whether the debtor may be
    chased. `about` is the number of the invoice that the letter goes with.
    """
    numbers, dates = {about, *scanning.words(text)}, scanning.dates(text)
    numbers |= scanning.numbers_among(text, {item.number for item in facts.items}).keys()
    items = [item for item in facts.items if item.is_overdue or item.number in numbers or item.due_date in dates]
    return {
        "attention": sorted(_FORBIDDING & set(facts.attention)),
        "case": facts.case,
        "bank_account": facts.bank_account,
        "addresses": sorted({entry.email.lower() for entry in facts.on_file}),
        "items": {
            item.id: {
                "number": item.number,
                "open": str(item.open_amount),
                "overdue": item.is_overdue,
                "due": _due(item),
                "attention": sorted(_FORBIDDING & set(item.attention)),
            }
            for item in items
        },
        "same_text": [key for key, _ in facts.same_text],
    }


def _due(item: OwedItem) -> str:
    return item.due_date.isoformat() if item.due_date else ""


def _item_changes(was: Mapping[str, Any], item: OwedItem) -> list[str]:
    """What is another amount, falls due on another day, or may no longer be chased."""
    found, name = [], f"invoice {clean(was['number'], 40)}"
    if str(item.open_amount) != was["open"]:
        found.append(f"the open amount of {name} went from {was['open']} to {item.open_amount}")
    if _due(item) != was.get("due", _due(item)):
        found.append(f"the due date of {name} went from {was['due'] or 'none'} to {_due(item) or 'none'}")
    if item.is_overdue != was.get("overdue", item.is_overdue):
        found.append(f"{name} is {'now' if item.is_overdue else 'no longer'} overdue")
    flags = _FORBIDDING & set(item.attention)
    return found + [f"{name} is now {_STANDING[flag]}" for flag in sorted(flags - set(was.get("attention", ())))]


def what_changed(basis: Mapping[str, Any], facts: Facts, recipients: Sequence[str]) -> list[str]:
    """What is no longer as it was when the letter was proposed, in sentences; nothing where it may go."""
    found = []
    now = {item.id: item for item in facts.items}
    for key, was in basis["items"].items():
        item = now.get(key)
        found += _item_changes(was, item) if item else [f"invoice {clean(was['number'], 40)} is no longer open"]
    flags = _FORBIDDING & set(facts.attention)
    found += [f"the debtor is now {_STANDING[flag]}" for flag in sorted(flags - set(basis["attention"]))]
    if facts.case != basis["case"]:
        found.append(f"the credit case is now: {facts.case or 'gone'}")
    if facts.bank_account != basis["bank_account"]:
        found.append("the administration has another bank account")
    gone = set(basis["addresses"]) - {entry.email.lower() for entry in facts.on_file}
    found += [f"{email} is no longer on file" for email in recipients if email.lower() in gone]
    if {key for key, _ in facts.same_text} - set(basis["same_text"]):
        found.append("the same text was sent to this debtor meanwhile")
    return found
