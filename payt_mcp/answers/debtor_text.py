"""A debtor's file as lines of text: all its rows say, or as short as a decision needs it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from payt_mcp.answers.rows import INVOICE_COLUMNS, brief_plan_line, message_lines, plan_lines, worded
from payt_mcp.words import text as present

_ADDRESS_PARTS = ("street_1", "street_2", "postal_code", "city", "region", "country_code")
_COLUMNS = INVOICE_COLUMNS | {"phase_since": "phase since", "reminded_on": "reminded on", "labels": "labels"}
_PHASE_COLUMNS = {"phase": "phase", "invoices": "invoices", "amount": "amount", "may_be_reminded": "may be reminded"}
_BESIDE_ADDRESS = {"cannot_be_used": "cannot be used:", "reads": "reads"}
_MEANINGS = {
    "last_contact": "Last",
    "today": "today, where the administration is",
    "public_url": "public_url (the debtor's own portal)",
    "deeplink_url": "deeplink_url (in Payt, for you)",
    "internal_note_email_address": "internal_note_email_address (for colleagues, never for the debtor)",
}
"""Fields whose name does not say whom they are for."""

_IN_SUMMARY = frozenset({"debtor_number", "name", "open", "overdue", "credits", "oldest_days", "attention"})
_IN_OTHER_LINES = frozenset({"today", "phase", "messages_go_to"})
"""What the day of the answer, the phases and the addresses say too."""


def file_lines(data: Mapping[str, Any], invoices: str, *, whole: bool) -> list[str]:
    """The lines of a file (`tools.debtor.DebtorDetail`); `invoices` says which of the open ones its rows are."""
    debtor = {name: value for name, value in worded(data["debtor"]).items() if name not in _IN_SUMMARY}
    address, in_phases = debtor.pop("postal_address", {}), debtor.pop("overdue_by_phase", ())
    goes_to = debtor.get("messages_go_to", "")
    if not whole:
        debtor = {name: value for name, value in debtor.items() if name not in _IN_OTHER_LINES}
    text = [f"{_MEANINGS.get(name, name)}: {_value(value)}" for name, value in debtor.items()]
    if address:
        text.append(f"postal_address: {', '.join(address[part] for part in _ADDRESS_PARTS if part in address)}")
    text += [_address_line(row, "" if whole else goes_to) for row in data["addresses"]]
    text += _phases(in_phases)
    text += _titled(invoices, data["invoices"], _COLUMNS)
    if whole:
        text += _titled("Credit cases", data["cases"], {name: name for row in data["cases"] for name in row})
    else:
        text += map(_case_line, map(worded, data["cases"]))
    for plan in data["payment_plans"]:
        text += plan_lines(plan) if whole else [brief_plan_line(plan)]
    if data["messages"]:
        text.append("Last messages:")
        text += [line for row in data["messages"] for line in message_lines(row)]
    return text


def _address_line(row: Mapping[str, str], goes_to: str = "") -> str:
    here = " (messages go here)" if goes_to and row["email"] == goes_to else ""
    return f"e-mail ({row['for']}): {row['email']}{_beside(row)}{here}"


def _beside(row: Mapping[str, str]) -> str:
    said = [f" ({words} {row[name]})" for name, words in _BESIDE_ADDRESS.items() if name in row]
    return said[0] if said else ""


def _case_line(row: Mapping[str, Any]) -> str:
    amount = f", {row['open_amount']} {row.get('currency', '')}".rstrip() if "open_amount" in row else ""
    return f"Credit case {row['credit_case_number']}: {row['phase']}{amount}{', paused' if 'paused' in row else ''}"


def brief_plan(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row of a plan with the days of its proposal and approval alone."""
    return _day_alone(_day_alone(row, "approved_at"), "proposed_at")


def brief_message(message: Mapping[str, Any]) -> dict[str, Any]:
    """The row of a message with its day alone, as those shown come newest first; with what it is about only where its
    subject does not say; and its text in one line.
    """
    row = _day_alone(message, "sent_at")
    if "text" in row:
        row["text"] = row["text"].replace("\n> ", " ")
    if row.get("about", "-").rpartition(" ")[2] in row.get("subject", ""):
        del row["about"]
    return row


def _day_alone(row: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {**row, name: row[name][: len("2026-11-21")]} if name in row else dict(row)


def _phases(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """A table, or one line where only the numbers of invoices are told."""
    if not rows or "amount" in rows[0]:
        return _titled("Overdue by phase", rows, _PHASE_COLUMNS)
    told = (f"{row['invoices']} {row['phase']}" for row in map(worded, rows))
    return [f"Overdue by phase: {', '.join(told)}"]


def _value(value: Any) -> str:
    """A value alone on its line, where nothing in it can end a cell."""
    return value if isinstance(value, str) else present.cell(value)


def _titled(title: str, rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str]) -> list[str]:
    return [f"{title}:", *present.table([worded(row) for row in rows], columns)] if rows else []
