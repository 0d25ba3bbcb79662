"""What the scripts of the apps say, handed to them in the language of whoever looks."""

from __future__ import annotations

import json
from collections.abc import Mapping

from payt_mcp.proposals.asking.script_words import UNTAKEN
from payt_mcp.receivables import phases
from payt_mcp.words.catalogs import translated
from payt_mcp.words.formats import separators
from payt_mcp.words.languages import Language
from payt_mcp.words.said import say, term
from payt_mcp.words.sentences import spoken

_BOTH = {
    "untaken": UNTAKEN,
    "all": say("Show all"),
    "cancelled": say("The call was cancelled."),
    "nothing": say("There is nothing to show."),
}
_PROPOSAL = {
    **_BOTH,
    **dict.fromkeys(("awaiting_approval", "confirmation_required"), say("Waiting for a yes")),
    "approved": say("Approved, about to be sent"),
    "sending": say("Being sent"),
    "sent": say("Sent"),
    "applied": say("Done"),
    "partly_applied": say("Partly done"),
    "failed": say("Not sent"),
    "outcome_unknown": say("May have been sent"),
    "declined": say("Rejected"),
    "expired": say("Expired"),
    "superseded": say("Replaced: something changed"),
    "unchanged": say("Nothing to do"),
    "elsewhere": say(
        "Approve or reject it on the approval page in your browser, or with payt-mcp approvals in a terminal."
    ),
    "colleague": say("Whoever may approve it decides."),
    "page": say("Approve or reject it on its page, after signing in: {address}"),
    "approve": say("Approve and {deed}"),
    "reject": say("Reject"),
    "done": say("Approved, {deed}."),
    "undone": say("Rejected, not to {deed}."),
    "lost": say(
        "The host did not pass this on: {error}. Nothing is known to have been sent. Look at the approval page, or ask "
        "the assistant to check the proposal."
    ),
}
_OVERDUE = {
    **_BOTH,
    "days": say("{days} days"),
    "at": say("{name}, overdue as of {at}"),
    "overdue": say("Overdue"),
    "credits": say("Open credits past due"),
    "net": say("Net"),
    "Invoices": say("Invoices"),
    "Debtors": say("Debtors"),
    "bars": say("By days past the due date"),
    "some": say("{shown} of {all} debtors"),
    "nobody": say("Nobody on this page."),
    "debtor": say("Debtor"),
    "name": say("Name"),
    "in": say("Overdue, {currency}"),
    "oldest": say("Oldest, days"),
    "phase": say("Phase"),
    "attention": say("Attention"),
}
_WORDS: Mapping[str, Mapping[str, str]] = {"proposal": _PROPOSAL, "overdue": _OVERDUE}


def app_words(app: str, language: Language) -> str:
    """JSON for the app of this name: its sentences, the words of phases, and how the language parts figures."""
    names = [*phases.INVOICE_PHASES, *phases.CASE_PHASES, *phases.ATTENTION] if app == "overdue" else []
    told: dict[str, object] = {name: spoken(text, language) for name, text in _WORDS[app].items()}
    if app == "overdue":
        told |= {"invoice": _invoices(1, language), "invoices": _invoices(2, language)}
    told["codes"] = {name: spoken(term(phases.words(name)), language) for name in names if _is_other(name, language)}
    told["signs"] = separators(language)
    return json.dumps(told, ensure_ascii=False)


def _invoices(number: int, language: Language) -> str:
    return translated("{number} invoice", language, "{number} invoices", number)


def _is_other(name: str, language: Language) -> bool:
    """Whether it is said otherwise than its own name reads."""
    return spoken(term(phases.words(name)), language) != name.replace("_", " ")
