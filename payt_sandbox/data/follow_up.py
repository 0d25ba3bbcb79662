"""Notes, tasks and notifications of the data set."""

from payt_sandbox.data import names, texts
from payt_sandbox.data.dice import SLOTS, Calendar, Dice
from payt_sandbox.data.subjects import picked, references
from payt_sandbox.world.tables import Row


def _about(place: int, debtors: list[Row], invoices: list[Row], cases: list[Row], dice: Dice) -> Row:
    return references(*picked(place, debtors, invoices, cases, dice))


def make_notes(
    debtors: list[Row], invoices: list[Row], cases: list[Row], ids: list[int], dice: Dice, calendar: Calendar
) -> list[Row]:
    """One internal note per id."""
    rows = []
    for place, record_id in enumerate(ids):
        made = calendar.at(1 + dice.below(120), dice.below(SLOTS))
        row: Row = {
            "id": record_id,
            **_about(place, debtors, invoices, cases, dice),
            "created_at": made,
            "updated_at": made,
        }
        row["content"] = texts.ODD_BODIES[1] if place % 37 == 12 else dice.pick(texts.NOTES)
        if place % 4:
            row["user"] = names.USERS[place % len(names.USERS)]
        else:
            row["from_email_address"] = "anouk@noorderlicht.example"
        if place % 6 == 5:
            row["completed_at"] = made
        rows.append(row)
    return rows


def make_tasks(
    debtors: list[Row], invoices: list[Row], cases: list[Row], ids: list[int], dice: Dice, calendar: Calendar
) -> list[Row]:
    """One task per id; a third is done, some carry comments."""
    rows = []
    for place, record_id in enumerate(ids):
        ago = 2 + dice.below(60)
        subject, description = texts.TASKS[place % len(texts.TASKS)]
        made = calendar.at(ago, 6)
        row: Row = {
            "id": record_id,
            **_about(place, debtors, invoices, cases, dice),
            "subject": subject,
            "description": description,
            "expiry_date": calendar.day(ago - 14),
            "created_at": made,
            "updated_at": made,
        }
        if place % 2:
            row["assigned_to_user"] = names.USERS[place % len(names.USERS)]
        if place % 3 == 2:
            row["completed_at"] = row["updated_at"] = calendar.at(ago - 1, 7)
        if place % 4 == 1:
            row["comments"] = ((record_id * 3, "Nog niet bereikt.", row["updated_at"]),)
        rows.append(row)
    return rows


def make_notifications(
    debtors: list[Row], invoices: list[Row], cases: list[Row], ids: list[int], dice: Dice, calendar: Calendar
) -> list[Row]:
    """One notification per id: bounced mails, and messages that came in."""
    rows = []
    for place, record_id in enumerate(ids):
        about = _about(place, debtors, invoices, cases, dice)
        ago = 1 + dice.below(60)
        made = calendar.at(ago, 4)
        row: Row = {"id": record_id, **about, "created_at": made, "updated_at": made}
        kind = "invoice" if "invoice_id" in about else "credit_case" if "credit_case_id" in about else "debtor"
        row["resource_type"] = kind
        row["notification_type"] = "mail_bounced" if place % 2 == 0 else "message_received"
        if place % 2 == 0:
            row["bounce_reason"] = texts.BOUNCES[place % len(texts.BOUNCES)]
        if place % 3 == 0:
            row["acknowledged_at"] = row["updated_at"] = calendar.at(ago, 9)
            row["acknowledged_by_user"] = names.USERS[place % len(names.USERS)]
        rows.append(row)
    return rows
