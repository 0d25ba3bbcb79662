"""What colleagues put into a label or a remark that speaks against a reminder: a dispute, an insolvency, a lawyer, or
the plain wish that nobody writes; in Dutch, English, German and French.

Such words are often there to say that it is over: `no longer in dispute`, `geschil opgelost`, `Mahnsperre aufgehoben`.
So a clause that denies its dispute, or calls it settled, is none. In doubt it is one: a debtor who is left in peace
without need costs a look, one who is chased in an insolvency costs more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from payt_mcp.words.folding import normalized

_LABEL_LENGTH = 80
_BEFORE = 60
"""How many signs before a dispute may deny it."""

_CLAUSE = re.compile(r"[.;,!\n]+|(?<=\?)|\s[-\u2013\u2014]\s|\b(?:maar|but|aber|mais)\b", re.IGNORECASE)

# All below look at words as `normalized` leaves them: lower case, no accents or signs, one blank between two.


def _words(*patterns: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(patterns)})\b")


_DISPUTE = _words(
    r"disput\w*|dispuut\w*|disagree\w*|complain\w*|warranty claims?|counterclaims?",
    r"(?:in|on|under|open) query|query (?:open|raised|outstanding|pending)|queried",
    r"bezwaar\w*|bezware\w*|onenig\w*|oneens|betwist\w*|geschil(?:len|punt\w*)?|klacht\w*|reclamati\w*|gereclameerd",
    r"(?:garantie|schade)claims?|opschort\w*|opgeschort|contestatie",
    r"widerspr[uo]ch\w*|(?:rechts)?streit(?:ig\w*|fall\w*)?|strittig\w*|bestritten\w*|reklami\w*|reklamation\w*",
    r"beanstand\w*|mangelrugen?|mangelanzeigen?|einwand|einwande|einwendung\w*|gegenforderung\w*|meinungsverschieden\w*",
    r"litig\w*|contest(?:e|ee|es|ees|er|ed|ing|ation|ations)|reclamations?|desaccords?",
    # to object, said by a denial
    r"(?:niet|not|nicht|pas|does ?nt|do ?nt) (?:mee )?(?:akkoord|eens|agree\w*|einverstanden|daccord)",
    # a block, which can be taken off
    r"mahn(?:sperre|stopp?|verbot)\w*|aanmaan(?:stop|blokkade)|(?:reminder|dunning) (?:block|stop|hold)",
)
_OTHERS = _words(
    # whoever is insolvent or dead is not to be pressed for payment
    r"failliet\w*|faillissement\w*|faillites?|surs[ea]+nce|schuldsanering\w*|wsnp|bewindvoer\w*|schuldhulp\w*|curator",
    r"insolv\w*|konkurs\w*|bankrupt\w*|(?:in|under) (?:administration|receivership)|winding up|wound up",
    r"liquidati\w*|(?:redressement|reglement|mandataire) judiciaire|zwangsverwalt\w*",
    r"overleden|verstorben|deceased|decede|decedee",
    # who has a lawyer, or is before a court
    r"advocaat|rechtsanwalt|anwalt|lawyer|solicitor|avocat",
    r"rechts(?:zaak|geding)|dagvaarding|klage|klageverfahren|gerichtsverfahren|lawsuits?|court case|in court",
    r"proces en cours|en proces|tribunal",
)
_FILLED = (
    r"(?: (?:meer|langer|nog|automatisch\w*|te|gaan|per|e?mail|mit|een|enkele|any|more|further|automatic|the|send|"
    r"sending|to|mehr|weitere\w*|keine|eine|de|des|les|la|d|plus|pas|envoyer|sturen|versturen))*"
)
_RECEIVED = r"(?! (?:ontvangen|gekregen|gehad|nodig|received|needed|required|sent|erhalten|bekommen|notig|recue?s?))"
_NO_REMINDERS = _words(
    rf"(?:niet|nooit|not|dont|never|stop|nicht|nie|niemals|ne|jamais){_FILLED} "
    r"(?:e?mailen|aanmanen|herinneren|aanschrijven|benaderen|rappelleren|sommeren|mail|e?mail|chase|chasing|contact|"
    r"remind|reminding|dun|dunning|pursue|mahnen|anmahnen|erinnern|anschreiben|kontaktieren|relancer|contacter)",
    rf"(?:geen|stop|no|kein|keine|keinen){_FILLED} "
    r"(?:herinnering(?:en)?|betalingsherinnering(?:en)?|aanmaning(?:en)?|sommaties?|reminders?|dunning|chasing|"
    r"mahnung(?:en)?|zahlungserinnerung(?:en)?|mahnschreiben)" + _RECEIVED,
    r"(?:pas|plus|aucune?|stop)(?: (?:de|d|des|les|aux|envoyer))* (?:relances?|rappels?)" + _RECEIVED,
)
_DENIED = re.compile(
    r"\b(?:geen|niet|nooit|zonder|no|not|never|without|kein|keine|keinen|nicht|ohne|pas|plus|sans|aucune?)"
    r"(?: (?:meer|langer|longer|more|mehr|in|im|een|a|any|the|het|ein|eine|de|d|du|en|sprake|van|open|openstaande?|"
    r"lopende?|offene[rn]?|current|under))*$"
)
"""What stands before a dispute and denies it, with nothing else between."""

_NO = re.compile(r" (?:nee|neen|no|nein|non)$")
_SETTLED = _words(
    r"opgelost|afgehandeld\w*|afgesloten|gesloten|verholpen|ingetrokken|beeindigd|voorbij|opgeheven",
    r"resolved|solved|settled|closed|withdrawn|ended|lifted|removed",
    r"erledigt|gelost|geklart|beendet|zuruckgezogen|abgeschlossen|beigelegt|aufgehoben",
    r"reglee?s?|resolue?s?|close?s?|terminee?s?|levee?s?|retiree?s?",
)
_NOT_YET = _words(
    r"niet|nog|not|yet|nicht|noch|pas|non|until|till|tot|totdat|bis|jusqu\w*|once|zodra|sobald|when|wanneer|if|als|indien",
    r"wenn|falls|si|moet|must|muss|doit|wordt|worden|will|to be|wird|werden|sera|be|being|pending",
    r"deels|gedeeltelijk|partly|partially|teilweise|partiellement|almost|bijna|fast|presque",
)


def speaks_against(texts: Iterable[str]) -> bool:
    """Whether a label or a remark says that something is disputed, or that its debtor must not be chased just like
    that.
    """
    return any(_of_label(text) if len(text) <= _LABEL_LENGTH else bool(objection_in(text)) for text in texts)


@lru_cache(maxsize=4096)  # the same few labels are on a hundred thousand invoices
def _of_label(text: str) -> bool:
    return bool(objection_in(text))


def objection_in(text: str) -> str:
    """The clause of a text that speaks against a reminder, as it stands there; the first of them, or ""."""
    return next((clause.strip() for clause in _CLAUSE.split(text) if _objects(clause)), "")


def forbids(clause: str) -> bool:
    """Whether it says more than that something is disputed: an insolvency, a lawyer, or that nobody shall write."""
    words = normalized(clause)
    return bool(_NO_REMINDERS.search(words)) or any(not _is_denied(found, words) for found in _OTHERS.finditer(words))


def _objects(clause: str) -> bool:
    words = normalized(clause)
    if not words:
        return False
    if forbids(clause):
        return True
    disputes = [found for found in _DISPUTE.finditer(words) if not _is_denied(found, words)]
    return bool(disputes) and (clause.rstrip().endswith("?") or not _is_settled(words))


def _is_denied(found: re.Match[str], words: str) -> bool:
    begin = found.start()
    return bool(_DENIED.search(words[max(0, begin - _BEFORE) : begin].rstrip()) or _NO.match(words, found.end()))


def _is_settled(words: str) -> bool:
    return bool(_SETTLED.search(words)) and not _NOT_YET.search(words)
