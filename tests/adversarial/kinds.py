"""In which words a danger may be told. A case asks for a kind, so that it holds whatever the sentence is."""

from __future__ import annotations

import re
from typing import Final

_ACCOUNT: Final = r"iban|bank|account|paypal|crypto|bitcoin|wallet|pay(ing|ment)? (in)?to"
_HIDDEN: Final = (
    r"invisible|control character|one line|line break|hidden|nobody (would )?sees?|cannot be seen|not seen|zero width|"
    r"U\+|selector|direction|markup|html|tag|style|white|drawn|look-?alike|script|letters|mix|entit|split|as it is"
)

_WORDS: Final = {
    "recipient": r"address|recipient|on file|e-?mail|mailbox|domain|stranger|goes to|sent to|\bcc\b|\bbcc\b",
    "account": _ACCOUNT,
    "link": r"link|url|page|site|domain|host|portal",
    "other_debtor": r"other|another|somebody else|someone else|different|belongs|not (of|by) this|debtor|customer",
    "other_company": r"other|another|administration|compan|not ours|belongs|differs|account",
    "amount": r"amount|open|total|sum|eur|gbp|balance|owe|figure|due",
    "paid": r"paid|settled|nothing (is )?open|no longer open|open (amount )?(is |: ?)?(eur )?0",
    "not_due": r"not (yet )?(due|overdue)|due (date|on|only|later|in)|falls due|until",
    "date": r"date|due|day|overdue|20\d\d-\d\d-\d\d",
    "credit": r"credit|negative|nothing",
    "costs": r"cost|interest|fee|charge|case",
    "currency": r"currenc|gbp|eur|usd|chf",
    "number": r"invoice|order|case|number|reference",
    "ordinal": r"remind|summons|step|phase|stage|notice|sent so far|times?",
    "plan": r"plan|instal+ment|terms?|arrangement",
    "dispute": r"disput|betwist|unread|replied|wrote|message|answer|incoming",
    "paused": r"paus|block|stopp|hold",
    "bailiff": r"bailiff|collection agency|legal|court",
    "insolvency": r"insolv|bankrupt|failliss|label",
    "note": r"note|remark|colleague|wrote",
    "task": r"task|to do",
    "bounce": r"bounc|undeliver|came back|returned|not delivered",
    "debit": r"debit|incasso|collected",
    "nothing_owed": r"nothing|no (open|overdue)|not overdue|owes|0\.00|paid",
    "hidden": _HIDDEN,
    "disguised": rf"{_HIDDEN}|{_ACCOUNT}",
    "placeholder": r"placeholder|template|not filled|unfilled|filled|blank|bracket",
    "internal": r"internal|note|colleague|remark|not for|own use",
    "many": r"names?|debtors|customers|others|numbers|\d+ ",
    "attachment": r"attach|file|document",
    "already": r"already|lately|was sent|sent to this|before|again|same|days? ago|earlier|last|twice|within|sent on|"
    r"waits|declined|unknown",
    "waits": r"wait|other proposal|another proposal|also proposed|already|propos|same debtor|letter",
    "mailed": r"e-?mail|mailed|sent to the debtor|sending date|sent_at",
    "money": r"amount|open|total|eur|owe|down|up|lower|higher|less|more|money|decreas|increas",
    "booked": r"book|payment",
    "due_moved": r"due",
    "emptied": r"empt|clear|remov|replac|deleted|list|would be gone|drop|taken away|nothing",
    "destroyed": r"destroy|delet|remov|gone|file|document",
    "identity": r"name|number|identif|chamber|vat|coc|peppol|oin",
    "e_invoicing": r"peppol|e-?invoic|oin|identif",
    "outlier": r"domain|other|differs|outlier|largest|odd|apart|compar|times|except",
    "resume": r"resum|follow-?up|remind|chas|block",
    "decide": r"plan|approv|reject|deactivat|end",
    "secret": r"token|secret|password|credential|key|code",
    "person": r"person",
    "any": r".",
}  # fmt: skip

KINDS: Final = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in _WORDS.items()}
