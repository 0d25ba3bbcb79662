"""What is left of the deleted records of the data set."""

from payt_sandbox.data.dice import SLOTS, Calendar, Dice
from payt_sandbox.world.tables import Row


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
