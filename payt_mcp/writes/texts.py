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
from payt_mcp.scanning.disguises import markup_in, mixed_words
from payt_mcp.scanning.links import addresses_in, hosts_in
from payt_mcp.scanning.secrets import secrets_in
from payt_mcp.scanning.wallets import wallets_in
from payt_mcp.words.said import say, some, within
from payt_mcp.words.sentences import template
from payt_mcp.words.text import clean
from payt_mcp.writes.own import PAYT_HOSTS, own_hosts

_LONG = 8
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
    """What in the texts leads money or readers to somebody who is not known, or is not what it looks like."""
    kinds = (
        (
            bank_accounts,
            own.has_account,
            template("The bank account {hit} is not the administration's; it is named by {by}."),
        ),
        (
            wallets_in,
            _is_nobodys,
            template("Money would go to {hit}, which is no account of the administration's; it is in {by}."),
        ),
        (secrets_in, _is_nobodys, template("What begins with {hit} lets whoever reads it in; it is in {by}.")),
        (
            _disguised,
            _is_nobodys,
            template("The word {hit} mixes scripts and is not what it looks like; it is in {by}."),
        ),
        (hosts_in, own.has_host, template("A link leads to {hit}, which is not yours or Payt's; it is in {by}.")),
        (addresses_in, own.has_address, template("The address {hit} is neither yours nor on file; it is in {by}.")),
    )
    return [
        Warned(say(said, hit=hit, by=by), danger=True)
        for scan, is_own, said in kinds
        for hit, by in _named_in(texts, scan, is_own)
    ]


def drawn_otherwise(texts: Sequence[Written]) -> list[Warned]:
    """Markup in texts that colleagues read, where it may be drawn: what they see is not what stands there."""
    found = _named_in(texts, markup_in, _is_nobodys)
    if not found:
        return []
    tags, places = some((tag for tag, _ in found), most=3), some(dict.fromkeys(by for _, by in found))
    return [
        Warned(
            say("Markup ({tags}), which may be drawn and hide text, is in {places}.", tags=tags, places=places),
            danger=True,
        )
    ]


def _is_nobodys(_hit: str) -> bool:
    return False


def _disguised(text: str) -> list[str]:
    """Words of several scripts that are long enough to be an account or a name; `10Ω` is none."""
    return [word for word in mixed_words(text) if len(word) >= _LONG]


def _named_in(
    texts: Sequence[Written], scan: Callable[[str], list[str]], is_own: Callable[[str], bool]
) -> list[tuple[str, str]]:
    """What a scan finds that is not one's own, and what it is in."""
    found: dict[str, dict[str, None]] = {}
    for where, text in texts:
        for hit in scan(text):
            if not is_own(hit):
                found.setdefault(hit, {})[within(where, 40)] = None
    return [(clean(hit, 80), some(places)) for hit, places in found.items()]
