"""The few words that stand around figures in a letter, in each language."""

from __future__ import annotations

from dataclasses import dataclass

from payt_mcp.words.languages import Language


@dataclass(frozen=True)
class Phrases:
    """`dated`, `due` and `owed` or `settled` follow the number of an invoice, where Payt says so much of it. `term` is
    one of a payment plan, `paid` and `left` what may follow it.
    """

    invoice: str
    credit: str
    dated: str
    due: str
    owed: str
    settled: str
    term: str
    paid: str
    left: str


PHRASES: dict[Language, Phrases] = {
    "nl": Phrases(
        invoice="Factuur {}", credit="Creditnota {}", dated=" van {}", due=", vervaldatum {}",
        owed=", open: {}", settled=", betaald",
        term="Termijn {place}, {day}: {amount}", paid=" (betaald)", left=" (nog open: {})",
    ),
    "de": Phrases(
        invoice="Rechnung {}", credit="Gutschrift {}", dated=" vom {}", due=", fällig am {}",
        owed=", offen: {}", settled=", bezahlt",
        term="Rate {place}, {day}: {amount}", paid=" (bezahlt)", left=" (noch offen: {})",
    ),
    "en": Phrases(
        invoice="Invoice {}", credit="Credit note {}", dated=" of {}", due=", due on {}",
        owed=", open: {}", settled=", paid",
        term="Instalment {place}, {day}: {amount}", paid=" (paid)", left=" (still open: {})",
    ),
    "fr": Phrases(
        invoice="Facture {}", credit="Avoir {}", dated=" du {}", due=", échéance le {}",
        owed=", solde : {}", settled=", soldée",
        term="Échéance {place}, {day} : {amount}", paid=" (payée)", left=" (reste dû : {})",
    ),
}  # fmt: skip
