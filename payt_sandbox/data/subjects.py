"""What messages, notes, tasks and notifications are about."""

from payt_sandbox.data.dice import Dice
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
