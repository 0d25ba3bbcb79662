"""What in a text is another debtor's, or of another company of ours: numbers, cases, orders, names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from payt_mcp.payt.models import Administration, Debtor
from payt_mcp.receivables.entries import DebtorEntry
from payt_mcp.receivables.open_items import OpenItems
from payt_mcp.scanning.figures import Figures, Number
from payt_mcp.scanning.names import Names, beginnings, core_of
from payt_mcp.words.folding import normalized, searchable
from payt_mcp.words.plainly import unaccented
from payt_mcp.words.said import say
from payt_mcp.words.text import clean
from payt_mcp.writes.message.known import Foreign

_OF_DEBTOR = re.compile(
    r"(?:debiteur|debitor|debtor|klant|kunden?|customer|client|relatie|account)[\w-]*[ ]?(?:nummer|nr|no"
    r"|number|numero|n.)?"
    r"[\s.:#]*(?:is|ist|est|lautet)?[\s.:#]*\Z"
)
_CLOSING = re.compile(
    r"\b(?:groet(?:en)?|hoogachtend|grussen|grusse|hochachtungsvoll|regards|sincerely|faithfully|cordialement|salutations"
    r"|sentiments)\b"
)
_SIGNATURE = 160
_MOST_ORDERS = 40
_SHORTEST_WORD = 5
_COMMON = frozenset({
    "factuur", "facturen", "invoice", "invoices", "rechnung", "rechnungen", "facture", "factures", "overzicht",
    "statement", "kopie", "kopien", "copy", "copie", "herinnering", "reminder", "mahnung", "relance", "rappel",
    "aanmaning", "sommatie", "credit", "creditnota", "algemene", "voorwaarden", "general", "terms",
    "conditions", "allgemeine", "bedingungen", "generales", "bijlage", "anhang", "annexe", "attachment",
    "betaling", "betalingsregeling", "openstaande", "posten", "saldo", "bericht", "brief", "letter", "lettre",
    "document", "scan", "order", "bestelling", "contract", "offerte", "project",
})  # fmt: skip


@dataclass(frozen=True)
class Own:
    """Who the letter is to and from: ids of the debtor, and names that are never somebody else's."""

    debtor_id: str
    names: Sequence[str]

    def has(self, core: tuple[str, ...]) -> bool:
        """Whether a name is one of these, or a part of one."""
        return any(set(core) <= set(normalized(name).split()) for name in self.names)


@dataclass(frozen=True)
class Place:
    """Books that something of the text may stand in; `company` names them where they are not the letter's."""

    items: OpenItems
    company: str = ""


def own_of(administration: Administration, debtor: Debtor, contacts: Iterable[str]) -> Own:
    ours = (administration.name, administration.bank_account_name, administration.contact_name)
    names = [name for name in (*ours, debtor.name, debtor.relation_manager, *contacts) if name]
    return Own(debtor.id, names)


def foreign_in(figures: Figures, place: Place, own: Own) -> list[Foreign]:
    """What stands in the text and is another's in these books."""
    own_id = "" if place.company else own.debtor_id
    found = [*_debtor_numbers(figures, place, own_id), *_invoices(figures.others, place, own_id)]
    found += [
        *_cases(figures.others, place, own_id),
        *_orders(figures.others, place, own_id),
        *_names(figures.text, place, own),
    ]
    return found


def foreign_of_file(name: str, text: str, figures: Figures, place: Place, own: Own) -> list[Foreign]:
    """What the name of an attached file, or what can be read in it, says of others."""
    own_id = "" if place.company else own.debtor_id
    found = [*_invoices(figures.others, place, own_id), *_cases(figures.others, place, own_id)]
    found += _names(f"{name}\n{text}", place, own)
    return found or list(_by_first_word(name, place, own))


def _whose(place: Place, debtor_id: str, number: str = "") -> str:
    debtor = place.items.debtors.get(debtor_id)
    if debtor is None:
        return clean(number, 40) or say("another debtor")
    return say("{name} ({number})", name=clean(debtor.name, 60), number=clean(debtor.number, 40))


def _debtor_numbers(figures: Figures, place: Place, own_id: str) -> Iterator[Foreign]:
    called = {one.written for one in figures.others if _is_called_debtor(figures.text, one)}
    for debtor in place.items.debtors.values() if called else ():
        if debtor.number in called and debtor.id != own_id:
            yield Foreign(debtor.number, say("debtor number"), _whose(place, debtor.id), place.company)


def _is_called_debtor(text: str, number: Number) -> bool:
    return bool(_OF_DEBTOR.search(unaccented(text[max(0, number.at - 40) : number.at])))


def _invoices(numbers: Sequence[Number], place: Place, own_id: str) -> Iterator[Foreign]:
    written = {one.written for one in numbers}
    for item in place.items.invoices.values() if written else ():
        if item.debtor_id != own_id and item.is_called(written):
            said = item.number if item.number in written else item.identifier
            yield Foreign(said, "invoice", _whose(place, item.debtor_id, item.debtor_number), place.company)


def _cases(numbers: Sequence[Number], place: Place, own_id: str) -> Iterator[Foreign]:
    written = {one.written for one in numbers}
    for case in place.items.cases if written else ():
        if case.debtor_id != own_id and not written.isdisjoint({case.credit_case_number, case.case_number} - {""}):
            said = case.credit_case_number if case.credit_case_number in written else case.case_number
            yield Foreign(said, say("credit case"), _whose(place, case.debtor_id), place.company)


def _orders(numbers: Sequence[Number], place: Place, own_id: str) -> Iterator[Foreign]:
    """Numbers that are neither an invoice's nor a case's, among the references of open invoices."""
    wanted = {
        f" {searchable(one.written)} ": one.written for one in numbers[:_MOST_ORDERS] if not one.written.isdigit()
    }
    owners: dict[str, set[str]] = {}
    for item in place.items.invoices.values() if wanted else ():
        text = f" {item.text} "
        for key, said in wanted.items():
            if key in text and item.number != said:
                owners.setdefault(said, set()).add(item.debtor_id)
    for said, ids in owners.items():
        if own_id not in ids:
            yield Foreign(said, "reference", _whose(place, min(ids)), place.company)


def _names(text: str, place: Place, own: Own) -> Iterator[Foreign]:
    begins = beginnings(text)  # of thousands of names few are anywhere near
    near = (debtor for debtor in place.items.debtors.values() if debtor.words.partition(" ")[0] in begins)
    names: Names[DebtorEntry] = Names((debtor.words, debtor) for debtor in near)
    own_id = "" if place.company else own.debtor_id
    closing = [match.start() for match in _CLOSING.finditer(unaccented(text))]
    for named in names.find(text):
        debtor = named.whose
        is_person = core_of(debtor.words) == tuple(debtor.words.split())
        signs = is_person and any(0 < named.at - at < _SIGNATURE for at in closing)
        if debtor.id != own_id and not signs and not own.has(core_of(debtor.words)):
            yield Foreign(named.written, "name", _whose(place, debtor.id), place.company)


def _by_first_word(name: str, place: Place, own: Own) -> Iterator[Foreign]:
    """A file is named after a debtor by the first word of its name, where only one is called so."""
    words = {
        word for word in normalized(name.rpartition(".")[0]).split() if len(word) >= _SHORTEST_WORD and word.isalpha()
    }
    words -= _COMMON | {word for one in own.names for word in normalized(one).split()}
    called: Mapping[str, list[DebtorEntry]] = {word: [] for word in words}
    for debtor in place.items.debtors.values() if words else ():
        for word in words.intersection(debtor.words.split()):
            called[word].append(debtor)
    for word, debtors in called.items():
        if len(debtors) == 1 and core_of(debtors[0].words)[:1] == (word,) and debtors[0].id != own.debtor_id:
            yield Foreign(word.capitalize(), "name", _whose(place, debtors[0].id), place.company)
