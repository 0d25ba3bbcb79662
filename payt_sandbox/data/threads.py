"""Notes, tasks, notifications, payments and deleted records of the data set."""

from payt_sandbox.data import names, texts
from payt_sandbox.data.dice import SLOTS, Calendar, Dice
from payt_sandbox.world.tables import Row


def picked(place: int, debtors: list[Row], invoices: list[Row], cases: list[Row], dice: Dice) -> tuple[str, Row]:
    """What a record hangs on: a "credit_case", an "invoice", or only a "debtor", and its row."""
    if place % 5 == 0 and cases:
        return "credit_case", dice.pick(cases)
    if place % 3 and invoices:
        return "invoice", dice.pick(invoices)
    return "debtor", dice.pick(debtors)


def references(kind: str, record: Row) -> Row:
    """The ids with which a record says what it hangs on."""
    if kind == "debtor":
        return {"debtor_id": record["id"]}
    return {"debtor_id": record["debtor_id"], f"{kind}_id": record["id"]}


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


def paid_invoices(invoices: list[Row]) -> list[Row]:
    """The invoices on which something was paid: each gets its payments."""
    return [row for row in invoices if row["open_amount"] != row["total_amount"]]


def make_payments(invoices: list[Row], first_ids: list[int], calendar: Calendar) -> list[Row]:
    """One to three payments per invoice that add up to what was paid; an id in `first_ids` starts each run."""
    rows: list[Row] = []
    for invoice, first in zip(invoices, first_ids, strict=True):
        paid = invoice["total_amount"] - invoice["open_amount"]
        booked = None
        if "book_total_amount" in invoice:
            booked = invoice["book_total_amount"] - invoice["book_open_amount"]
        count = 1 if invoice["open_amount"] == 0 else 1 + first % 3
        for part in range(count):
            last = part == count - 1
            row: Row = {
                "id": first + part,
                "invoice_id": invoice["id"],
                "origin_identifier": f"pay-{first + part}",
                "total_amount": paid - paid // count * (count - 1) if last else paid // count,
                "payment_date": invoice.get("payment_date") or _between(invoice, calendar),
                "transaction_type": "payment",
                "cost_type": "principal",
                "payment_method": "ideal" if first % 4 == 0 else "bank_transfer",
                "updated_at": invoice["updated_at"],
            }
            if booked is not None:
                row["total_book_amount"] = booked - booked // count * (count - 1) if last else booked // count
            rows.append(row)
    return rows


def _between(invoice: Row, calendar: Calendar) -> str:
    return (
        max(str(invoice["sent_at"][:10]), calendar.day(20))
        if invoice["sent_at"][:10] < calendar.day(1)
        else calendar.day(1)
    )


def make_deleted(kind: str, ids: list[int], owners: list[int], dice: Dice, calendar: Calendar) -> list[Row]:
    """Records deleted in the last 90 days; `owners` are debtor ids (invoice ids for payments)."""
    rows = []
    for place, record_id in enumerate(ids):
        ago = 1 + (place * 89 // max(1, len(ids)) + dice.below(3)) % 89
        row: Row = {"id": record_id, "deleted_at": calendar.at(ago, dice.below(SLOTS))}
        row["invoice_id" if kind == "payments" else "debtor_id"] = dice.pick(owners)
        if kind == "invoices":
            row |= {
                "invoice_number": f"{calendar.today.year}9{place:05d}",
                "origin_identifier": f"inv-{record_id * 17 + 3}",
            }
        if kind == "payments":
            row["origin_identifier"] = f"pay-{record_id}"
        rows.append(row)
    return rows
