"""What a part of a letter says of an invoice, in Dutch, German, English and French: open, overdue, paid, a credit."""

from __future__ import annotations

import re
from typing import Final

from payt_mcp.words.plainly import unaccented

_THANKS_AHEAD = re.compile(
    r"(?:bij voorbaat|alvast|vooraf) (?:hartelijk )?(?:dank|bedankt)|dank (?:u )?bij voorbaat|in advance"
    r"|im voraus|vorab"
    r"|par avance|d.avance"
)
_NOT_YET: Final = (
    r"\b(?:nog )?(?:niet|geen|nooit|not|no|never|nicht|keine?n?|nie|pas|aucune?|rien|jamais|n't)\b[^.;]{0,40}?"
)
_UNPAID = re.compile(
    rf"{_NOT_YET}(?:betaald|voldaan|ontvangen|betaling\w*|paid|settled|received|payments?|bezahlt|beglichen|erhalten"
    r"|eingegangen|zahlung\w*|gezahlt|reglee?s?|payee?s?|recue?s?|paiements?|reglements?)\b"
    r"|\b(?:onbetaald|unpaid|unbezahlt|unbeglichen|impayee?s?)\b"
)
_OPEN = re.compile(
    r"\b(?:open(?:staan\w*|stehen\w*)?|openstaat|staat|staan|offene?[nrs]?|ausstehend\w*|outstanding|owing|owed?|resteert"
    r"|restant|resterend\w*|remain\w*|verschuldigd\w*|schuldig|dues?|reste(?:nt)?|ouvertes?|ouverts?|solde|balance"
    r"|te betalen|betaal|betalen|betaling van"
    r"|(?:mis|missen|vermissen|missing) (?:wij |we )?(?:nog |noch |still )?(?:uw|de|your|the|ihre|die)"
    r"|voldoen|voldoe|overmaken|maak|pay(?:ment of|able)?|settle|transfer|remit"
    r"|zahlen|zahlung|uberweisen|begleichen|begleichung|ausgleich\w*|regler|payer|reglement de|paiement de|regularis\w*"
    r"|herinner\w*|reminders?|mahnung\w*|zahlungserinnerung\w*|erinner\w*|relances?|rappels?|aanman\w*|sommatie\w*"
    r"|vorder\w*|forderung\w*|bedrag|betrag|montant|amount)\b"
)
_PAID = re.compile(
    r"\b(?:dank|bedankt|danken|thanks?|danke|merci|remerci\w*|betaald|betaalde|voldaan|ontvangen|ontvingen|paid|received"
    r"|settled|bezahlt\w*|beglichen\w*|erhalten|eingegangen\w*|paye(?:e|s|es)?|reglee?s?|recue?s?|verrekend|afgeboekt"
    r"|cleared|kopie|kopien|copy|copie|niets|nothing|nichts|rien|vervalt hiermee|gecrediteerd|storniert|credited)\b"
)
_IN_PART = re.compile(
    r"\b(?:deel\w*|gedeelte\w*|termijn\w*|aanbetaling\w*|korting\w*|rente|kosten|incassokosten|btw|vat|mwst|ust|tva"
    r"|instal\w*|part(?:s|ial\w*)?|discount\w*|interest|costs?|fees?|raten?|teil\w*|zinsen|gebuhr\w*|rabatt|skonto"
    r"|acompte\w*|partie\w*|partiel\w*|echeances?|interets?|frais|remise|regeling|voorstel|exclusief|excl|netto|net|ht|ttc"
    r"|inclusief|incl|bruto|brutto|gross|inkl|zuzuglich|schikking|coulance|tegemoet\w*|offer|arrangement|plan\w*)\b"
)
_CREDIT = re.compile(
    r"\b(?:credit\w*|gutschrift\w*|avoirs?|tegoed\w*|guthaben|verreken\w*|refund\w*|terugbetal\w*|remboursement\w*)"
)
_OVERDUE = re.compile(
    r"\b(?:vervallen|verlopen|verstreken|overschreden|achterstallig\w*|te laat|over tijd|overdue|past due"
    r"|late|in arrears"
    r"|uberfallig\w*|fallig(?:e[nrs]?)?|in verzug|im verzug|echue?s?|en retard|depassee?s?|expired?)\b"
)
_SHOULD_HAVE = re.compile(
    r"\b(?:had(?:den)? .{0,30}moeten (?:betalen|voldoen|zijn|worden)|should have (?:been )?(?:paid|settled)"
    r"|hatten? .{0,40}(?:sollen|mussen)|auraient? du etre (?:payee?s?|reglee?s?))\b"
)
_AHEAD = re.compile(
    r"\b(?:nog niet|noch nicht|not yet|pas encore|niet|not|nicht|binnenkort|soon|demnachst|bald|bientot|zal"
    r"|zullen|will|wird"
    r"|werden|sera|seront|shall|voordat|before|bevor|avant|sobald|zodra|once|wanneer|when|wenn|als|if|falls|si|quand)\b"
)
_TOTAL = re.compile(r"\b(?:totaal\w*|factuurbedrag|oorspronkelijk\w*|total\w*|originally|original|gesamt\w*"
                    r"|rechnungsbetrag"
                    r"|ursprunglich\w*|initial\w*|montant de la facture|samen|together|zusammen|ensemble"
                    r"|soit)\b")  # fmt: skip


class Claims:
    """What is said, in a text folded once."""

    def __init__(self, text: str) -> None:
        folded = _THANKS_AHEAD.sub("", unaccented(text))
        self.is_unpaid = bool(_UNPAID.search(folded))
        rest = _UNPAID.sub(" ", folded)
        self.is_paid = bool(_PAID.search(rest))
        self.is_open = self.is_unpaid or bool(_OPEN.search(rest))
        is_late = bool(_OVERDUE.search(rest)) and not _AHEAD.search(rest)
        self.is_overdue = is_late or bool(_SHOULD_HAVE.search(folded))
        self.is_in_part = bool(_IN_PART.search(folded))
        self.is_credit = bool(_CREDIT.search(folded))
        self.is_total = bool(_TOTAL.search(folded))
