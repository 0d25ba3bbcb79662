"""Which collection phase an invoice or a credit case is in, and what must not be overlooked about it.

Neither has a phase field at Payt: the phase is the furthest step whose timestamp is filled
(`reminder_2_at`, `summons_1_at`, ...) and does not lie ahead. A phase is one of the words below, furthest last.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt

    from payt_mcp.payt.models import CreditCase, Invoice

_COLLECTION = (
    ("pre_summons", "pre_summons_at"),
    ("summons_1", "summons_1_at"),
    ("summons_2", "summons_2_at"),
    ("summons_3", "summons_3_at"),
    ("summons_4", "summons_4_at"),
    ("notice_of_default", "notice_of_default_at"),
    ("pre_judicial", "pre_judicial_at"),
)
_INVOICE_STEPS = (
    ("reminder_1", "reminder_1_at"),
    ("reminder_2", "reminder_2_at"),
    ("reminder_3", "reminder_3_at"),
    ("reminder_4", "reminder_4_at"),
    ("final_reminder", "final_reminder_at"),
    ("collectable", "collectable_at"),
    ("debt_collection", "debt_collection_at"),
    *_COLLECTION,
    ("bailiff", "bailiff_at"),
)
_CASE_STEPS = (*_COLLECTION, ("bailiff", "forwarded_to_bailiff_at"))

CASE_STAMPS = tuple(stamp for _, stamp in _CASE_STEPS)
"""The fields that tell the phase of a credit case."""
INVOICE_PHASES = ("not_due", "overdue", *(phase for phase, _ in _INVOICE_STEPS), "paid")
CASE_PHASES = ("new", *(phase for phase, _ in _CASE_STEPS), "deactivated")
ATTENTION = ("payment_plan", "paused", "with_bailiff", "credit_open")
"""What must not be overlooked: an active payment plan, follow-up paused, handed to a bailiff, an open credit."""

STEP_FIELDS = tuple(name for _, name in _INVOICE_STEPS)
"""The invoice fields a phase is read from."""

TOWARDS_COURT = frozenset(phase for phase, _ in _COLLECTION)
"""The steps between the reminders and a court or bailiff."""

IN_COLLECTION = TOWARDS_COURT | {"debt_collection"}
"""The phases in which a reminder would contradict the step that was taken; with a bailiff nobody is reminded at all."""

_REMINDER_FIELDS = (
    "latest_reminder_at", "final_reminder_at", "reminder_4_at", "reminder_3_at", "reminder_2_at", "reminder_1_at",
    "first_reminder_at",
)  # fmt: skip
_REMINDERS = attrgetter(*_REMINDER_FIELDS)
DEPRECATED_STEPS = {"reminder_1_at": "first_reminder_at", "summons_1_at": "first_summons_at"}
RANKS = {phase: rank for rank, phase in enumerate(INVOICE_PHASES)}
"""How far each phase is."""

_PLANNED = " (planned)"
WORDS = {"pre_judicial": "pre-court", "not_due": "not yet due"}
"""What people call a phase where that is not its own name."""


def invoice_step(invoice: Invoice) -> tuple[str, dt.datetime | None]:
    """The furthest collection step taken for an invoice, and when; `("", None)` where none was."""
    return _OF_INVOICE.furthest(invoice)


def step_before(invoice: Invoice, day: dt.date) -> str:
    """The furthest step that had been taken for an invoice before a day; "" where none was."""
    for phase, name in reversed(_INVOICE_STEPS):
        old = DEPRECATED_STEPS.get(name)
        moment = getattr(invoice, name) or (getattr(invoice, old) if old else None)
        if moment is not None and moment.date() < day:
            return phase
    return ""


def case_phase(case: CreditCase) -> str:
    """The phase of a credit case; `deactivated` wins over every step."""
    if _is_deactivated(case):
        return "deactivated"
    return _OF_CASE.furthest(case)[0] or "new"


def case_since(case: CreditCase) -> dt.datetime | None:
    """When a credit case came into its phase; `new` it is since it was started."""
    if _is_deactivated(case):
        return case.deactivated_at
    return _OF_CASE.furthest(case)[1] or case.started_at


def _is_deactivated(case: CreditCase) -> bool:
    return case.deactivated_at is not None and not case.is_ahead(case.deactivated_at)


def last_reminder(invoice: Invoice) -> dt.datetime | None:
    """When an invoice was last reminded of: the latest of all its reminders, whatever came after them."""
    moments = [moment for moment in _REMINDERS(invoice) if moment is not None and not invoice.is_ahead(moment)]
    return max(moments, default=None)


def step_name(record: Invoice | CreditCase, step: str, moment: dt.datetime) -> str:
    """A step of a timeline; one that is dated ahead has not been taken, and is in no phase."""
    return f"{step}{_PLANNED}" if record.is_ahead(moment) else step


class _Steps:
    """Steps of a record, furthest first, and all that tells of them in one go: there are 100,000 invoices."""

    def __init__(self, steps: Sequence[tuple[str, str]]) -> None:
        phases, names = zip(*reversed(steps), strict=True)
        old = [(place, DEPRECATED_STEPS[name]) for place, name in enumerate(names) if name in DEPRECATED_STEPS]
        self._phases: Sequence[str] = phases
        self._old = {place: len(names) + number for number, (place, _) in enumerate(old)}
        self._moments = attrgetter(*names, *(name for _, name in old))

    def furthest(self, record: Invoice | CreditCase) -> tuple[str, dt.datetime | None]:
        moments: Sequence[dt.datetime | None] = self._moments(record)
        for place, phase in enumerate(self._phases):
            moment = moments[place]
            if moment is None and place in self._old:
                moment = moments[self._old[place]]
            if moment is not None and not record.is_ahead(moment):
                return phase, moment
        return "", None


_OF_INVOICE, _OF_CASE = _Steps(_INVOICE_STEPS), _Steps(_CASE_STEPS)


def furthest(phases: Iterable[str]) -> str:
    """The furthest of several invoice phases; "" of none."""
    return max(phases, key=RANKS.__getitem__, default="")


def rank(phase: str) -> int:
    """Its place among the invoice phases; what is none of them comes last."""
    return RANKS.get(phase, len(RANKS))


def phase_named(value: str) -> str:
    """The phase that is called so, by its name or in words, `reminder 2`; "" where none is."""
    said = value.strip().casefold()
    names = {words(name): name for name in INVOICE_PHASES}
    found = names.get(said, said.replace(" ", "_").replace("-", "_"))
    return found if found in RANKS else ""


def words(phase: str) -> str:
    """A phase as a person says it: `reminder_2` is "reminder 2"."""
    name, planned, _ = phase.partition(_PLANNED)
    return WORDS.get(name, name.replace("_", " ")) + planned
