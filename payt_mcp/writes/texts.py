"""The texts of a write that is no letter: descriptions, remarks, names, comments. What in them leads money or readers
elsewhere is told by one scanner, whichever tool writes it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from payt_mcp.payt.models import Administration, Debtor
from payt_mcp.proposals.preview import Warned
from payt_mcp.receivables.addresses import PLACES, SHARED_HOSTS, domain, is_below
from payt_mcp.receivables.mailboxes import mailbox, mailboxes_in
from payt_mcp.scanning.accounts import bank_accounts, is_part_of
from payt_mcp.scanning.links import addresses_in, hosts_in
from payt_mcp.words.text import clean, some
from payt_mcp.writes.own import PAYT_HOSTS, own_hosts

Written = tuple[str, str]
"""A text, and what it is written into, in words."""


@dataclass(frozen=True)
class Own:
    """What a text may lead to: the administration's account and hosts, and the mailboxes that are known."""

    account: str
    hosts: frozenset[str]
    addresses: frozenset[str]

    @classmethod
    def of(cls, administration: Administration, debtors: Iterable[Debtor] = ()) -> Own:
        """The administration's own, and that of the debtors the texts are about."""
        on_file = {one for debtor in debtors for one in mailboxes_of(debtor)}
        ours = mailboxes_in(administration.email_address or "")
        # a company may be called Example.com; where anybody may have a page or an address, nobody's is one's own
        named = hosts_in(administration.name or administration.id)
        hosts = {*PAYT_HOSTS, *own_hosts(administration), *named, *map(domain, on_file)}
        return cls(
            account="".join((administration.bank_account_number or "").split()).upper(),
            hosts=frozenset(hosts - SHARED_HOSTS),
            addresses=frozenset((*ours, *on_file)),
        )

    def has_account(self, account: str) -> bool:
        return account == self.account or is_part_of(account, self.account)

    def has_host(self, host: str) -> bool:
        return is_below(host, self.hosts)

    def has_address(self, mail: str) -> bool:
        return mailbox(mail) in self.addresses or is_below(domain(mail), self.hosts)


def mailboxes_of(debtor: Debtor) -> list[str]:
    """Every mailbox on file for a debtor."""
    return [one for name in PLACES for one in mailboxes_in(getattr(debtor, name) or "")]


def leading_elsewhere(texts: Sequence[Written], own: Own) -> list[Warned]:
    """Bank accounts, links and e-mail addresses in the texts that are nobody's that is known."""
    accounts = _named_in(texts, bank_accounts, own.has_account)
    links = _named_in(texts, hosts_in, own.has_host)
    mails = _named_in(texts, addresses_in, own.has_address)
    said = [
        *(f"The bank account {account} is not the administration's; it is named by {by}." for account, by in accounts),
        *(f"A link leads to {host}, which is not yours or Payt's; it is in {by}." for host, by in links),
        *(f"The address {mail} is neither yours nor on file; it is in {by}." for mail, by in mails),
    ]
    return [Warned(text, danger=True) for text in said]


def _named_in(
    texts: Sequence[Written], scan: Callable[[str], list[str]], is_own: Callable[[str], bool]
) -> list[tuple[str, str]]:
    """What a scan finds that is not one's own, and what it is in."""
    found: dict[str, dict[str, None]] = {}
    for where, text in texts:
        for hit in scan(text):
            if not is_own(hit):
                found.setdefault(hit, {})[clean(where, 40)] = None
    return [(clean(hit, 80), some(places)) for hit, places in found.items()]
