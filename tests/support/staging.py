"""A debtor whose plan, pause or bailiff one kind of record alone tells of."""

from dataclasses import dataclass
from typing import Any

from payt_sandbox import World

STAMP = "2026-11-01T10:00:00.000Z"
LATE = "2026-10-01"
STAGES = [
    ("payment_plan", "invoice"), ("payment_plan", "credit_case"), ("payment_plan", "payment_plan"),
    ("paused", "invoice"), ("paused", "credit_case"), ("paused", "debtor"),
    ("with_bailiff", "invoice"), ("with_bailiff", "credit_case"),
]  # fmt: skip
"""Every flag that stops a reminder, and every record that can say so."""

_FIELDS: dict[tuple[str, str], dict[str, Any]] = {
    ("payment_plan", "invoice"): {"active_payment_plan_id": 555001},
    ("payment_plan", "credit_case"): {"active_payment_plan_id": 555001},
    ("paused", "invoice"): {"paused_at": STAMP},
    ("paused", "credit_case"): {"paused_at": STAMP},
    ("paused", "debtor"): {"reminding_paused_at": STAMP},
    ("with_bailiff", "invoice"): {"bailiff_at": STAMP},
    ("with_bailiff", "credit_case"): {"forwarded_to_bailiff_at": STAMP},
}


@dataclass(frozen=True)
class Staged:
    """The debtor 88001 and its overdue invoices I1, I2, ... of 1,000 each, of which the first `cased` are in a case,
    and a plan that nobody has decided on.
    """

    world: World
    administration_id: str
    debtor: str
    invoices: list[str]
    case: str
    plan: str

    def set(self, flag: str, source: str) -> None:
        """Have one record say so: the first invoice, the case, the debtor, or the plan."""
        world, where, fields = self.world, self.administration_id, _FIELDS.get((flag, source), {})
        if source == "invoice":
            world.change_invoice(where, self.invoices[0], **fields)
        elif source == "credit_case":
            world.change_credit_case(where, self.case, **fields)
        elif source == "debtor":
            world.change_debtor(where, self.debtor, **fields)
        else:
            world.change_payment_plan(where, self.plan, active=True, approved_at=STAMP)

    def record(self, source: str) -> str:
        """How the record is named to people; "" for the invoice and the debtor."""
        return {"credit_case": "credit case D2026-7", "payment_plan": f"payment plan {self.plan}"}.get(source, "")


def stage(
    world: World, administration_id: str, *, invoices: int = 1, cased: int = 1, amount: str = "1000.00"
) -> Staged:
    """A debtor nothing speaks against, in a case without steps."""
    debtor = world.add_debtor(
        administration_id, debtor_number="88001", name="Staged", reminder_email_address="ap@staged.example"
    )
    case = world.add_credit_case(
        administration_id, debtor_id=int(debtor), credit_case_number="D2026-7", case_number="70007", open_amount=amount
    )
    keys = [
        world.add_invoice(
            administration_id,
            debtor_id=int(debtor),
            invoice_number=f"I{place}",
            total_amount=amount,
            due_date=LATE,
            **({"active_credit_case_id": int(case)} if place <= cased else {}),
        )
        for place in range(1, invoices + 1)
    ]
    plan = world.add_payment_plan(administration_id, debtor_id=int(debtor), active=False, proposed_at=STAMP)
    return Staged(world, administration_id, debtor, keys, case, plan)
