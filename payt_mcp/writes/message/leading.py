"""Where a text leads money and readers: bank accounts, links and e-mail addresses in it, ours and others'."""

from __future__ import annotations

import re
from collections.abc import Iterator

from payt_mcp.receivables.addresses import SHARED_HOSTS, domain, is_below
from payt_mcp.receivables.mailboxes import mailbox, one_form, shown
from payt_mcp.scanning.accounts import bank_accounts, is_part_of
from payt_mcp.scanning.links import addresses_in, hosts_in
from payt_mcp.scanning.wallets import wallets_in
from payt_mcp.words.said import say
from payt_mcp.words.text import clean
from payt_mcp.writes.message.facts import Facts
from payt_mcp.writes.message.letter import Letter
from payt_mcp.writes.message.source import Source, wrong
from payt_mcp.writes.own import PAYT_HOSTS

_MOST_NAMED = 5


def leading(text: str, letter: Letter, facts: Facts) -> list[Source]:
    """`text` is what was typed of the letter."""
    return [*_accounts(text, facts), *_links(text, facts), *_addresses(text, letter, facts)]


def _accounts(text: str, facts: Facts) -> Iterator[Source]:
    own = "".join(facts.bank_account.split()).upper()
    numbers = {facts.debtor_number, *facts.known.by_number(), *facts.known.names}
    digits = numbers | {re.sub(r"\D", "", one) for one in numbers}
    for account in bank_accounts(text, numbers):
        if account == own or is_part_of(account, own):
            yield Source(account, "account", "right", say("the administration's"))
        elif account not in digits:
            said = say("The text names the bank account {account}, which is not the administration's.", account=account)
            yield wrong(account, "account", say("not the administration's"), said)
    for wallet in wallets_in(text):
        said = clean(wallet, 100)
        told = say("The text asks for payment to {said}, which is no account of the administration.", said=said)
        yield wrong(said, "account", say("not the administration's"), told)


def _links(text: str, facts: Facts) -> Iterator[Source]:
    """Hosts that are neither ours nor the debtor's own. Where anybody may have a page, nobody's is."""
    own = {*PAYT_HOSTS, *facts.own_hosts} - SHARED_HOSTS
    theirs = {domain(entry.email) for entry in facts.on_file}
    named = (*hosts_in(facts.debtor), *hosts_in(facts.sender))  # a company may be called Example.com
    theirs |= set(map(one_form, named))
    hosts = hosts_in(text)
    foreign = [host for host in hosts if one_form(host.removeprefix("www.")) not in theirs and not is_below(host, own)]
    for host in foreign[:_MOST_NAMED]:
        words = _host_words(host)
        yield wrong(
            words,
            "link",
            say("not yours or Payt's"),
            say("The text links to {words}, which is not yours or Payt's.", words=words),
        )
    more = len(foreign) - _MOST_NAMED
    if more > 0:
        said = say("The text links to {more} more hosts that are not yours or Payt's.", more=more)
        yield wrong(say("{more} more hosts", more=more), "link", say("not yours or Payt's"), said)


def _host_words(host: str) -> str:
    """A host as it reads, and where that deceives also as it is."""
    if host.isascii():
        return clean(shown(host), 120)
    coded = (label if label.isascii() else f"xn--{label.encode('punycode').decode()}" for label in host.split("."))
    return say("{host} (not in Latin letters: {coded})", host=clean(host, 60), coded=clean(".".join(coded), 80))


def _addresses(text: str, letter: Letter, facts: Facts) -> Iterator[Source]:
    """Addresses that an answer would go to, and that are not known."""
    emails = [entry.email for entry in facts.on_file] + [recipient.email for recipient in letter.recipients]
    known = set(map(mailbox, (*emails, *facts.own_addresses)))
    hosts = [host for host in (*PAYT_HOSTS, *facts.own_hosts) if host not in SHARED_HOSTS]
    strange = 0
    for address in addresses_in(text):
        said = clean(address, 80)
        if mailbox(address) in known or is_below(domain(address), hosts):
            yield Source(said, say("e-mail address"), "right", say("yours or on file"))
        elif strange < _MOST_NAMED:
            strange += 1
            told = say("The text names the address {said}, which is neither yours nor on file.", said=said)
            yield wrong(said, say("e-mail address"), say("neither yours nor on file"), told)
