"""Warnings about where a letter goes and where it leads: recipients, bank accounts, links, addresses in the text."""

from __future__ import annotations

from payt_mcp.proposals.preview import Warned
from payt_mcp.receivables.addresses import PLACES, SHARED_HOSTS, domain, is_below, resembled
from payt_mcp.receivables.mailboxes import mailbox, one_form, readable, shown
from payt_mcp.scanning.accounts import bank_accounts, is_part_of
from payt_mcp.scanning.links import addresses_in, hosts_in
from payt_mcp.words.text import clean
from payt_mcp.writes.message.facts import Facts
from payt_mcp.writes.message.letter import Letter
from payt_mcp.writes.own import PAYT_HOSTS

_MOST_NAMED = 5


def recipient_warnings(letter: Letter, facts: Facts) -> list[Warned]:
    known = {domain(entry.email) for entry in facts.on_file}
    found, outside = [], 0
    for recipient in letter.recipients:
        host = domain(recipient.email)
        outside += host not in known
        if recipient.source:
            if shown(recipient.email) != recipient.email:
                found.append(Warned(f"{recipient.email} reads {readable(recipient.email)}."))
            continue
        like = resembled(host, known)
        hint = f", and its domain looks like {like}, which is" if like else ""
        found.append(
            Warned(f"{shown(recipient.email)} ({recipient.field}) is not on file for this debtor{hint}.", True)
        )
    if outside > 1:
        found.append(Warned(f"{outside} recipients are outside the domains on file for this debtor.", True))
    return found + _left_out(letter, facts)


def _left_out(letter: Letter, facts: Facts) -> list[Warned]:
    """What stands beside the address that the letter goes to and is not written to: unusable, or one of several."""
    written = {mailbox(recipient.email) for recipient in letter.recipients}
    sources = {place.source: place.named for place in PLACES.values() if not place.is_copy}
    used = {entry.source for entry in facts.on_file if mailbox(entry.email) in written}
    beside = [
        f"On file, {sources[entry.source]} has {entry.email} too, which this letter does not go to."
        for entry in facts.on_file
        if entry.source in used & sources.keys() and mailbox(entry.email) not in written
    ]
    return [Warned(text) for text in (*(f"On file, {one}." for one in facts.unusable), *beside)]


def account_warnings(text: str, facts: Facts) -> list[Warned]:
    own = "".join(facts.bank_account.split()).upper()
    numbers = {facts.debtor_number, *(item.number for item in facts.items)}
    return [
        Warned(f"The text names the bank account {account}, which is not the administration's.", True)
        for account in bank_accounts(text)
        if account != own and not is_part_of(account, own) and account not in numbers
    ]


def link_warnings(text: str, facts: Facts) -> list[Warned]:
    """Hosts in the text that are neither ours nor the debtor's own. Where anybody may have a page, nobody's is."""
    own = {*PAYT_HOSTS, *facts.own_hosts} - SHARED_HOSTS
    theirs = {domain(entry.email) for entry in facts.on_file}
    named = (*hosts_in(facts.debtor), *hosts_in(facts.sender))  # a company may be called Example.com
    theirs |= set(map(one_form, named))
    hosts = hosts_in(text)
    foreign = [host for host in hosts if one_form(host.removeprefix("www.")) not in theirs and not is_below(host, own)]
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
        return clean(shown(host), 120)
    coded = (label if label.isascii() else f"xn--{label.encode('punycode').decode()}" for label in host.split("."))
    return f"{clean(host, 60)} (not in Latin letters: {clean('.'.join(coded), 80)})"


def address_warnings(text: str, letter: Letter, facts: Facts) -> list[Warned]:
    """Addresses in the text that an answer would go to, and that are not known."""
    emails = [entry.email for entry in facts.on_file] + [recipient.email for recipient in letter.recipients]
    known = set(map(mailbox, (*emails, *facts.own_addresses)))
    hosts = [host for host in (*PAYT_HOSTS, *facts.own_hosts) if host not in SHARED_HOSTS]
    return [
        Warned(f"The text names the address {clean(address, 80)}, which is neither yours nor on file.", True)
        for address in addresses_in(text)
        if mailbox(address) not in known and not is_below(domain(address), hosts)
    ][:_MOST_NAMED]
