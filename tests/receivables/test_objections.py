"""What colleagues write into labels and remarks in four languages: who is to be left in peace by it, and who not."""

from __future__ import annotations

import pytest

from payt_mcp.payt.models import Debtor
from payt_mcp.receivables.entries import debtor_entry
from payt_mcp.receivables.objections import objection_in, speaks_against

AGAINST = [
    # a dispute
    "Dispuut factuur", "Betwist gedeelte", "In geschil", "klacht", "Reclamatie loopt", "bezwaar gemaakt",
    "Onenigheid over prijs",
    "Oneens met factuur", "Niet akkoord met 2026001", "Garantieclaim", "Disputed", "Dispute over delivery",
    "In query",
    "Complaint", "Does not agree with the price", "Streitfall", "2026001 bestritten", "Widerspruch", "reklamiert",
    "Beanstandung offen", "Mängelrüge", "Nicht einverstanden", "Litige", "Réclamation en cours", "facture contestée",
    "Pas d'accord avec la facture",
    # not settled, or not all of it
    "Klacht nog niet opgelost", "Geschil opgelost?", "Geschil deels opgelost", "Dispute not yet resolved",
    "Wait until dispute resolved", "2026001 no longer disputed, 2026002 is disputed", "geen reactie op geschil",
    "Litige non réglé",
    # insolvent, dead, before a court
    "Faillissement uitgesproken 3-11, curator mr. De Boer.", "Surseance van betaling", "Surséance", "WSNP",
    "Schuldsanering loopt", "Bankrupt since May", "Company in administration", "Insolvenzverfahren eröffnet",
    "Liquidation judiciaire prononcée", "Overleden", "Advocaat ingeschakeld, contact via mr. Bos", "Rechtszaak loopt",
    "Rechtsstreit läuft", "Klage eingereicht", "Procès en cours",
    # nobody is to write
    "niet mailen", "Niet meer mailen", "niet aanmanen t/m 1-12", "Geen herinneringen sturen", "Geen aanmaningen aub",
    "do not contact", "Please don't chase", "Please don\u2019t chase", "no dunning", "Stop reminders", "nicht mahnen",
    "Keine Mahnungen senden", "Mahnsperre", "Mahnstopp", "Ne pas relancer : voir la direction",
    "Ne plus envoyer de relances",
    "Pas de rappels", "Stop aux relances",
]  # fmt: skip
FREE = [
    # it is denied
    "geen geschil", "Niet meer in geschil, gewoon aanmanen.", "Niet betwist", "Onbetwist", "Geen klachten",
    "Geschil: nee",
    "No longer in dispute - chase as normal.", "No disputes", "Kein Streitfall", "Nicht bestritten", "Unbestritten",
    "Pas de litige", "Sans litige", "Incontesté", "Niet failliet",
    # it is over
    "Klacht afgehandeld", "Geschil opgelost", "Betwisting ingetrokken", "Dispute resolved", "Dispute settled 12-10",
    "Reklamation erledigt", "Mahnsperre aufgehoben", "Litige réglé",
    # words that begin alike
    "Reclame", "Reclamebureau", "Reklame", "Geschilderd", "Advocaten", "Contest", "All queries to accounts@x.example",
    # what is said of reminders without forbidding them
    "Reageert niet op herinneringen", "Heeft geen herinnering ontvangen", "Geen mail ontvangen",
    "Niet vergeten te herinneren",
    "Betaalt pas na tweede aanmaning", "Pas een herinnering gestuurd", "Betaalt altijd zonder herinnering",
    "Pays only after reminders", "Zahlt immer ohne Mahnung", "Ne paie qu'après relance", "Pas de rappel reçu",
    "Belt liever dan mailt.", "Geen incasso afgegeven", "No contact person", "vip", "",
]  # fmt: skip


@pytest.mark.parametrize("text", AGAINST)
def test_what_speaks_against_a_reminder_is_seen(text: str) -> None:
    assert speaks_against(["vip", text])


@pytest.mark.parametrize("text", FREE)
def test_what_only_looks_like_it_is_not(text: str) -> None:
    assert not speaks_against(["vip", text])


def test_one_clause_does_not_speak_for_another() -> None:
    assert not speaks_against(["Geschil opgelost; klacht afgehandeld"])
    assert speaks_against(["Geschil opgelost; nieuwe klacht"])
    assert speaks_against(["Geen geschil, wel surseance"])


def test_what_was_added_at_the_end_of_a_long_remark_is_kept() -> None:
    remark = "Klant sinds 1998, contact via de heer Jansen. " * 12 + "Let op: niet aanmanen."
    kept = debtor_entry(Debtor(id="1", remark=remark)).remark
    assert speaks_against([kept])
    assert objection_in(kept) == "Let op: niet aanmanen"
    assert objection_in("Klacht afgehandeld. Belt liever.") == ""
