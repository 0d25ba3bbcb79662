"""Right letters in Dutch, German, English and French: what a good credit controller may write, true to the books."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP as HALF_UP
from decimal import Decimal
from random import Random

from payt_mcp.writes.message.known import Entry
from tests.letters.books import DEBTOR, HOST, IBAN, NUMBER, TODAY, US, Books

LANGUAGES = ("nl", "de", "en", "fr")
_CENT = Decimal("0.01")
_MONTHS = {
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "en": "January February March April May June July August September October November December",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
}
_MARKS = {"nl": (".", ","), "de": (".", ","), "en": (",", "."), "fr": ("\u202f", ",")}
_GREETINGS = {
    "nl": ("Geachte heer, mevrouw,", f"Beste administratie van {DEBTOR},", "Goedemorgen,"),
    "de": ("Sehr geehrte Damen und Herren,", "Guten Tag,"),
    "en": ("Dear Sir or Madam,", f"Dear {DEBTOR},", "Hello,"),
    "fr": ("Madame, Monsieur,", "Bonjour,"),
}
_CLOSINGS = {
    "nl": "Met vriendelijke groet,\n{}", "de": "Mit freundlichen Grüßen\n{}", "en": "Kind regards,\n{}",
    "fr": "Cordialement,\n{}",
}  # fmt: skip
_SIGNATURE = (
    "Anouk Verbeek\nNoorderlicht Techniek B.V.\nHereweg 12, 9711 AB Groningen\nT +31 (0)50 123 45 67\n"
    "debiteuren@noorderlicht.example\nKvK 12345678 | btw NL001234567B01 | IBAN NL91 ABNA 0417 1643 00"
)
_PEOPLE = ("Anouk Verbeek", "Bram Kooistra", "Peter de Bank", _SIGNATURE)
_SENTENCES = {
    "nl": (
        "Factuur {n} van {dated} ten bedrage van {total} is op {due} vervallen; daarvan staat nog {open} open.",
        "Volgens onze administratie staat factuur {n} ({open}) nog open. De vervaldatum was {due}.",
        "Wilt u {open} voor factuur {n} vóór {deadline} overmaken op {iban} t.n.v. {us}?",
        "Voor factuur {n}, inmiddels {days} dagen over de vervaldatum, ontvingen wij nog geen betaling.",
        "Dit is onze tweede herinnering voor factuur {second}.",
        "Dank voor uw betaling van {paid_total} op factuur {paid}.",
        "Op factuur {part} ontvingen wij {part_paid} van {part_total}; er resteert {part_open}.",
        "Factuur {later} van {later_total} vervalt pas op {later_due}.",
        "U kunt factuur {n} betalen via {link}.",
        "Het totaal van uw vervallen facturen is {sum}.",
        "Factuur {n} bestaat uit {net} exclusief en {vat} btw (21%).",
        "U bereikt ons op werkdagen van 9.00 tot 17.30 uur op 050-1234567.",
        "Vermeld bij uw betaling debiteurnummer {debtor} en {n}. Alvast bedankt!",
        "Wij verzoeken u binnen 14 dagen te betalen. Heeft u al betaald, dan kunt u deze brief negeren.",
        "Naast {open} voor factuur {n} bent u {law_interest} wettelijke handelsrente verschuldigd (10,4% per jaar).",
        "Over uw vervallen facturen rekenen wij {law_costs} incassokosten. De rente van 10,40 % loopt door.",
    ),
    "de": (
        "Die Rechnung Nr. {n} vom {dated} über {total} war am {due} fällig; davon sind noch {open} offen.",
        "Die Rechnung {n} über {open} ist noch nicht bezahlt, sie war am {due} fällig.",
        "Bitte überweisen Sie {open} für Rechnung {n} bis zum {deadline} auf {iban}, Kontoinhaber: {us}.",
        "Rechnung {n} ist seit {days} Tagen überfällig.",
        "Dies ist unsere zweite Mahnung zur Rechnung {second}.",
        "Vielen Dank für Ihre Zahlung von {paid_total} zur Rechnung {paid}.",
        "Auf Rechnung {part} haben Sie {part_paid} von {part_total} gezahlt; offen sind {part_open}.",
        "Die Rechnung {later} über {later_total} wird erst am {later_due} fällig.",
        "Hier sehen Sie die Rechnung {n}: {link}",
        "Der Gesamtbetrag Ihrer überfälligen Rechnungen beträgt {sum}.",
        "Rechnung {n}: {net} netto zuzüglich {vat} MwSt. (21 %).",
        "Sie erreichen uns werktags von 9.00 bis 17.30 Uhr unter 050-1234567.",
        "Bitte geben Sie die Kundennummer {debtor} und {n} an.",
        "Wir bitten um Zahlung innerhalb von 14 Tagen. Sollten Sie bereits gezahlt haben, danken wir Ihnen.",
        "Zur Rechnung {n} kommen Verzugszinsen von {law_interest} hinzu (10,4 % im Jahr).",
        "Für die überfälligen Rechnungen berechnen wir {law_costs} Inkassokosten.",
    ),
    "en": (
        "Invoice {n} dated {dated} for {total} was due on {due}; {open} of it is still open.",
        "Our records show that invoice {n} ({open}) remains unpaid. It fell due on {due}.",
        "Please transfer {open} for invoice {n} by {deadline} to {iban} in the name of {us}.",
        "Invoice {n} is now {days} days overdue.",
        "This is our second reminder about invoice {second}.",
        "Thank you for your payment of {paid_total} on invoice {paid}.",
        "On invoice {part} you paid {part_paid} of {part_total}; {part_open} remains.",
        "Invoice {later} for {later_total} is not due until {later_due}.",
        "You can see and pay invoice {n} here: {link}.",
        "Your overdue invoices come to {sum} in total.",
        "Invoice {n} is made up of {net} net and {vat} VAT (21%).",
        "You can reach us on weekdays between 9.00 a.m. and 5.30 p.m. on 050-1234567.",
        "Please quote customer number {debtor} and {n}. Thank you in advance.",
        "Please pay within 14 days. If you have paid already, please disregard this letter.",
        "Statutory interest of {law_interest} has been added to invoice {n}, at 10.4% a year.",
        "On the overdue invoices we charge {law_costs} in collection costs, and reserve our interest in full.",
    ),
    "fr": (
        "La facture n° {n} du {dated} d'un montant de {total} était échue le {due} ; il reste dû {open}.",
        "Sauf erreur, la facture {n} ({open}) reste impayée. Son échéance était le {due}.",
        "Merci de régler {open} pour la facture {n} avant le {deadline} sur le compte {iban}, titulaire : {us}.",
        "La facture {n} est échue depuis {days} jours.",
        "Ceci est notre deuxième relance pour la facture {second}.",
        "Merci pour votre paiement de {paid_total} pour la facture {paid}.",
        "Sur la facture {part} vous avez payé {part_paid} sur {part_total} ; reste {part_open}.",
        "La facture {later} de {later_total} n'est pas encore échue : elle le sera le {later_due}.",
        "Vous pouvez consulter la facture {n} ici : {link}",
        "Le total de vos factures échues est de {sum}.",
        "Facture {n} : {net} HT et {vat} de TVA (21 %).",
        "Nous sommes joignables de 9.00 à 17.30 heures au 050-1234567.",
        "Merci de rappeler votre numéro de client {debtor} et la référence {n}. Merci d'avance.",
        "Merci de payer sous 14 jours. Si vous avez déjà payé, ne tenez pas compte de cette lettre.",
        "À la facture {n} s'ajoutent des intérêts de retard de {law_interest} (10,4 % par an).",
        "Pour les factures échues s'ajoutent des frais de recouvrement de {law_costs}.",
    ),
}
_HEADS = {
    "nl": ("De volgende facturen zijn vervallen:", "Factuur  Vervaldatum  Open", "Totaal"),
    "de": ("Die folgenden Rechnungen sind überfällig:", "Rechnung  Fällig  Offen", "Summe"),
    "en": ("The following invoices are overdue:", "Invoice  Due  Open", "Total"),
    "fr": ("Les factures suivantes sont échues :", "Facture  Échéance  Reste dû", "Total"),
}
_SUBJECTS = {
    "nl": ("Herinnering", "Openstaande facturen", "Tweede herinnering {second}", "Factuur {n}"),
    "de": ("Zahlungserinnerung", "Offene Rechnungen", "Zweite Mahnung {second}", "Rechnung {n}"),
    "en": ("Payment reminder", "Open invoices", "Second reminder {second}", "Invoice {n}"),
    "fr": ("Rappel", "Factures ouvertes", "Deuxième relance {second}", "Facture {n}"),
}


@dataclass(frozen=True)
class Hand:
    """How one letter writes its days, amounts and accounts: the same throughout, as people do."""

    language: str
    day: Callable[[dt.date], str]
    money: Callable[[Decimal], str]
    iban: str


def hand(random: Random, language: str) -> Hand:
    months = _MONTHS[language].split()
    thousands, cents = _MARKS[language]
    thousands = random.choice((thousands, "" if language != "fr" else "\u00a0"))
    pattern = random.choice(("€ {}", "EUR {}", "{} EUR", "{} €", "€{}") if language != "en" else ("€{}", "EUR {}"))
    in_words = {
        "nl": "{d} {m} {y}", "de": "{d}. {m} {y}", "en": random.choice(("{d} {m} {y}", "{m} {d}, {y}")),
        "fr": "{d} {m} {y}",
    }[language]  # fmt: skip

    def words(date: dt.date) -> str:
        return in_words.format(d=date.day, m=months[date.month - 1], y=date.year)

    figures = {"nl": "%d-%m-%Y", "de": "%d.%m.%Y", "en": "%d/%m/%Y", "fr": "%d/%m/%Y"}[language]
    day = random.choice((words, lambda date: date.strftime(figures), dt.date.isoformat))

    def money(amount: Decimal) -> str:
        figure = f"{amount:,.2f}".replace(",", "T").replace(".", cents).replace("T", thousands)
        return pattern.format(figure)

    groups = " ".join(IBAN[at : at + 4] for at in range(0, len(IBAN), 4))
    return Hand(language, day, money, random.choice((IBAN, groups, f"{groups} (BIC ABNANL2A)")))


def letter(random: Random, language: str, books: Books) -> tuple[str, str]:
    """Subject and body."""
    by = hand(random, language)
    said = random.sample(_SENTENCES[language], random.randint(2, 6))
    parts = [sentence.format_map(_figures(random, by, books)) for sentence in said]
    if random.random() < 0.4:
        parts.insert(random.randrange(len(parts) + 1), _table(by, books))
    closing = _CLOSINGS[language].format(random.choice(_PEOPLE))
    body = random.choice(("\n\n", "\n")).join([random.choice(_GREETINGS[language]), *parts, closing])
    subject = random.choice(_SUBJECTS[language]).format_map(_figures(random, by, books))
    return subject, body


def _table(by: Hand, books: Books) -> str:
    head, columns, total = _HEADS[by.language]
    rows = [f"{one.number}  {by.day(_due(one))}  {by.money(one.open_amount)}" for one in books.overdue]
    return "\n".join([head, "", columns, *rows, f"{total}  {by.money(_sum(books))}", ""])


def _figures(random: Random, by: Hand, books: Books) -> dict[str, str]:
    one = random.choice(books.overdue[:3])
    paid, part, later = random.choice(books.paid), books.overdue[3], random.choice(books.due_later)
    vat, net = list(one.parts)
    return {
        "n": one.number, "dated": by.day(one.invoice_date or TODAY), "due": by.day(_due(one)),
        "total": by.money(one.total_amount or Decimal(0)), "open": by.money(one.open_amount),
        "vat": by.money(vat), "net": by.money(net), "days": str((TODAY - _due(one)).days),
        "second": random.choice(books.overdue[:2]).number, "paid": paid.number,
        "paid_total": by.money(paid.total_amount or Decimal(0)), "part": part.number,
        "part_open": by.money(part.open_amount), "part_total": by.money(part.total_amount or Decimal(0)),
        "part_paid": by.money((part.total_amount or Decimal(0)) - part.open_amount), "later": later.number,
        "later_total": by.money(later.total_amount or Decimal(0)), "later_due": by.day(_due(later)),
        "sum": by.money(_sum(books)), "iban": by.iban, "us": US, "debtor": NUMBER,
        "deadline": by.day(TODAY + dt.timedelta(days=random.randint(5, 20))),
        "link": f"https://{HOST}/4711/invoices/{one.id}00",
        "law_interest": by.money(_interest(one)), "law_costs": by.money(_costs(_sum(books))),
    }  # fmt: skip


def _interest(one: Entry) -> Decimal:
    """Dutch, between businesses, of an invoice that fell due in 2026."""
    late, of_half_year = (TODAY - _due(one)).days, (TODAY - dt.date(2026, 6, 30)).days
    before, after = max(late - of_half_year, 0), min(late, of_half_year)
    return (one.open_amount * (before * Decimal("10.15") + after * Decimal("10.40")) / 36_500).quantize(_CENT, HALF_UP)


def _costs(owed: Decimal) -> Decimal:
    """The Dutch staircase, of less than a million."""
    stairs = ((0, "15"), (2_500, "10"), (5_000, "5"), (10_000, "1"), (200_000, "0.5"))
    lower = [Decimal(0), *(Decimal(share) for _, share in stairs)]
    steps = ((owed - begin) * (Decimal(share) - lower[at]) for at, (begin, share) in enumerate(stairs) if owed > begin)
    return max(sum(steps, Decimal(0)) / 100, Decimal(40)).quantize(_CENT, HALF_UP)


def _due(one: Entry) -> dt.date:
    assert one.due_date
    return one.due_date


def _sum(books: Books) -> Decimal:
    return sum((one.open_amount for one in books.overdue), Decimal(0))
