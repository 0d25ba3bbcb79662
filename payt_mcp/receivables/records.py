"""Credit cases and payment plans as far as attention depends on them, by id and by debtor."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from sys import intern
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from payt_mcp.receivables.phases import CASE_STAMPS, case_phase
from payt_mcp.receivables.plans import is_paid

if TYPE_CHECKING:
    from payt_mcp.payt.models import CreditCase, PaymentPlan

CASE_FIELDS: tuple[str | Mapping[str, Sequence[str]], ...] = (
    "id", "case_number", "credit_case_number", "debtor_id", "active_payment_plan_id", "paused_at",
    "open_amount", "currency_code", *CASE_STAMPS, "deactivated_at", "updated_at",
    {"labels": ("name",)},
)  # fmt: skip
PLAN_FIELDS: tuple[str | Mapping[str, Sequence[str]], ...] = (
    "id", "debtor_id", "active", "updated_at", {"payment_terms": ("total_amount", "amount_due", "payment_date")},
)  # fmt: skip


class _Kept(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def debtor_id(self) -> str: ...
    @property
    def updated_at(self) -> dt.datetime | None: ...


KeptT = TypeVar("KeptT", bound=_Kept)


@dataclass(frozen=True, slots=True, eq=False)
class CaseEntry:
    """A credit case. One that was deactivated is neither paused nor with a bailiff; a plan on it is still a plan."""

    id: str
    case_number: str
    credit_case_number: str
    debtor_id: str
    plan_id: str
    paused: bool
    with_bailiff: bool
    updated_at: dt.datetime | None
    phase: str = ""
    """One of `phases.CASE_PHASES`."""
    open_amount: Decimal | None = None
    currency: str = ""
    labels: tuple[str, ...] = ()

    @property
    def number(self) -> str:
        """The number that people and messages use."""
        return self.credit_case_number or self.case_number or self.id


@dataclass(frozen=True, slots=True, eq=False)
class PlanEntry:
    """A payment plan. Payt does not say on it which invoices it is for. One whose terms are all paid is not active any
    more, whatever Payt still calls it: it is kept for no other invoice.
    """

    id: str
    debtor_id: str
    active: bool
    updated_at: dt.datetime | None


class Records(Generic[KeptT]):
    """Records of one kind, by id and by debtor. `version` grows with every record that is taken in or out.

    What is stamped earlier than what is known is taken in, or out, only where it is `surely` newer; else the answer is
    False, and nobody can tell without asking Payt for that record: stamps need not be in the order of what they stamp.
    """

    def __init__(self, records: Iterable[KeptT] = ()) -> None:
        self.version = 0
        self._by_id: dict[str, KeptT] = {}
        self._by_debtor: dict[str, dict[str, KeptT]] = {}
        for record in records:
            self.put(record)

    def __iter__(self) -> Iterator[KeptT]:
        return iter(self._by_id.values())

    def __len__(self) -> int:
        return len(self._by_id)

    def get(self, key: str) -> KeptT | None:
        return self._by_id.get(key)

    def of_debtor(self, debtor_id: str) -> Iterable[KeptT]:
        return self._by_debtor.get(debtor_id, {}).values()

    def put(self, record: KeptT, *, surely: bool = False) -> bool:
        known = self._by_id.get(record.id)
        if known is not None:
            if not surely and is_older(record.updated_at, known.updated_at):
                return False
            if content(known) == content(record):
                return True
            del self._by_debtor[known.debtor_id][known.id]
        self._by_id[record.id] = record
        self._by_debtor.setdefault(record.debtor_id, {})[record.id] = record
        self.version += 1
        return True

    def remove(self, key: str, at: dt.datetime | None = None, *, surely: bool = False) -> bool:
        """Take a record out that was deleted `at` a moment."""
        known = self._by_id.get(key)
        if known is None:
            return True
        if not surely and is_older(at, known.updated_at):
            return False
        del self._by_id[key], self._by_debtor[known.debtor_id][key]
        self.version += 1
        return True


def case_entry(case: CreditCase) -> CaseEntry:
    is_live = case.deactivated_at is None
    return CaseEntry(
        case.id,
        case.case_number or "",
        case.credit_case_number or "",
        case.debtor_id or "",
        case.active_payment_plan_id or "",
        is_live and case.paused_at is not None,
        is_live and case.forwarded_to_bailiff_at is not None,
        case.updated_at,
        case_phase(case),
        case.open_amount,
        intern(case.currency_code or ""),
        tuple(intern(label.name) for label in case.labels if label.name),
    )


def plan_entry(plan: PaymentPlan) -> PlanEntry:
    return PlanEntry(plan.id, plan.debtor_id or "", bool(plan.active) and not is_paid(plan), plan.updated_at)


def is_older(moment: dt.datetime | None, known: dt.datetime | None) -> bool:
    return moment is not None and known is not None and moment < known


def content(record: Any) -> list[object]:
    """What a record of these says, to be compared."""
    return [getattr(record, name) for name in record.__slots__]
