"""`get_debtor`: all that a reminder needs to know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from mcp.types import CallToolResult
from pydantic import Field
from typing_extensions import TypedDict  # pydantic cannot read nested ones of typing before 3.12

from payt_mcp.tools.shared import AdministrationId, Answer, Ctx, Key, ToolSpec, scope_of
from payt_mcp.words import text as present

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from payt_mcp.books.debtor import Correspondence, DebtorFile
    from payt_mcp.books.scope import Scope
    from payt_mcp.payt.models import Debtor, Message, Task
    from payt_mcp.receivables.addresses import Written
    from payt_mcp.receivables.entries import OpenItem
    from payt_mcp.receivables.overdue_parts import OverdueParts


_DETAILS = (
    "language_code", "call_phone_number", "relation_manager", "credit_limit_amount", "remark", "paused_at",
    "reminding_paused_at",
)  # fmt: skip
_MORE_DETAILS = (
    "debtor_identifier", *_DETAILS[:2], "sms_phone_number", "relation_manager", "coc_number", "vat_number",
    "credit_limit_amount", "peppol_identifier", *_DETAILS[4:], "public_url", "deeplink_url",
    "internal_note_email_address", "postal_address",
)  # fmt: skip
_OF_MANY = " (the oldest, and those of the messages below)"


@dataclass(frozen=True)
class _Form:
    """How much of the file is told: invoices beside those of the messages, messages and their characters, the fields
    of the debtor, and which fields of rows are left out. `is_whole` where nothing is left out that another call tells.
    """

    invoices: int
    messages: int
    characters: int
    details: Sequence[str]
    without: frozenset[str] = frozenset()
    is_whole: bool = False

    def rows(self, rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
        return [{name: value for name, value in row.items() if name not in self.without} for row in rows]


_SHORT = _Form(
    invoices=2, messages=3, characters=80, details=_DETAILS,
    without=frozenset({
        "invoice_date", "days_overdue", "total_amount", "phase_since", "read_at", "read_by", "amount",
        "may_be_reminded",
    }),
)  # fmt: skip
_WHOLE = _Form(invoices=20, messages=15, characters=400, details=_MORE_DETAILS, is_whole=True)


class DebtorDetail(TypedDict, total=False):
    summary: str
    currency: str
    debtor: dict[str, Any]
    addresses: list[dict[str, str]]
    invoices: list[dict[str, Any]]
    cases: list[dict[str, Any]]
    payment_plans: list[dict[str, Any]]
    messages: list[dict[str, Any]]
    open_tasks: list[dict[str, Any]]
    as_of: str
    notes: list[str]


async def get_debtor(
    ctx: Ctx,
    debtor: Annotated[Key, Field(description="Number, identifier, id, or a name only one debtor can have.")],
    whole: Annotated[bool, Field(description="More of each; open tasks, links.")] = False,
    administration_id: AdministrationId = "",
) -> Annotated[CallToolResult, DebtorDetail]:
    from payt_mcp.answers import debtor as debtor_words  # noqa: PLC0415 - listing tools does without it
    from payt_mcp.answers.debtor_text import file_lines  # noqa: PLC0415
    from payt_mcp.books.debtor import file_and_letters  # noqa: PLC0415 - brings the client along
    from payt_mcp.receivables.overdue_parts import overdue_parts  # noqa: PLC0415

    form = _WHOLE if whole else _SHORT

    scope = await scope_of(ctx, administration_id)
    file, letters = await file_and_letters(scope, debtor.strip(), whole=whole)
    parts = overdue_parts(file.books, file.debtor.id, scope.today)
    answer = Answer(debtor_words.summary(scope, file, parts, whole=whole), as_of=scope.as_of)
    answer.data = _data(scope, file, letters, parts, form)
    shown = len(answer.data["invoices"])
    answer.lines = file_lines(
        answer.data, f"Open invoices{_OF_MANY if shown < len(file.open_items) else ''}", whole=whole
    )
    answer.notes += [*scope.caveats, *(await _add_tasks(answer, scope, file) if whole else [])]
    answer.notes += debtor_words.notes(
        scope, file, letters, parts,
        whole=whole, invoices=shown, addresses=len(answer.data["addresses"]), messages=len(answer.data["messages"]),
    )  # fmt: skip
    return answer.result()


TOOL = ToolSpec(
    get_debtor,
    "Get debtor",
    "One debtor's file, before a reminder or a call: balances, addresses, oldest invoices, cases, payment plan, last "
    "messages.",
    toolset="core",
    place=6,
    needs=("administrations:read", "invoices:read", "debtors:read", "messages:read"),
    may_need=("credit_cases:read", "notifications:read", "payment_plans:read", "tasks:read"),
)


async def _add_tasks(answer: Answer, scope: Scope, file: DebtorFile) -> list[str]:
    """What colleagues are to do about the debtor, as a person sees it beside a letter. It only adds to the file."""
    from payt_mcp.answers.open_tasks import task_line, task_notes, task_rows  # noqa: PLC0415 - see above
    from payt_mcp.books.colleagues import open_tasks_of  # noqa: PLC0415
    from payt_mcp.books.scope import optional  # noqa: PLC0415

    tasks: list[Task] | None = None
    async with optional():
        tasks = await open_tasks_of(scope, file)
    answer.data["open_tasks"] = task_rows(tasks or [])
    answer.lines += map(task_line, answer.data["open_tasks"])
    return task_notes(tasks)


def _data(scope: Scope, file: DebtorFile, letters: Correspondence, parts: OverdueParts, form: _Form) -> dict[str, Any]:
    from payt_mcp.answers.debtor_text import brief_message, brief_plan  # noqa: PLC0415 - listing tools does without it
    from payt_mcp.answers.rows import brief_plan_row, message_row, plan_row  # noqa: PLC0415

    messages = letters.messages[: form.messages]
    rows = [message_row(m, form.characters, scope.zone, about=_about(file, letters, m)) for m in messages]
    plans = [*file.plans, *file.pending]
    return {
        "currency": scope.administration.currency_code or "",
        "debtor": _debtor(scope, file, letters, parts, form),
        "addresses": _addresses(file.debtor, form),
        "invoices": form.rows(_invoice(scope, file, item) for item in _shown(file, messages, form.invoices)),
        "cases": _cases(scope, file, form),
        "payment_plans": [
            plan_row(plan, scope.zone) if form.is_whole else brief_plan(brief_plan_row(plan, scope.zone, scope.today))
            for plan in plans
        ],
        "messages": form.rows(rows if form.is_whole else map(brief_message, rows)),
    }


def _cases(scope: Scope, file: DebtorFile, form: _Form) -> list[dict[str, Any]]:
    from payt_mcp.answers.rows import brief_case_row, case_row  # noqa: PLC0415 - listing tools does without it

    if form.is_whole:
        return [case_row(case, scope.zone) for case in file.cases]
    return [brief_case_row(case) for case in file.books.cases]


def _shown(file: DebtorFile, messages: Sequence[Message], most: int) -> list[OpenItem]:
    """The oldest invoices, and those that the messages shown are about."""
    asked = {message.invoice_id for message in messages}
    return [*file.open_items[:most], *(item for item in file.open_items[most:] if item.id in asked)]


def _about(file: DebtorFile, letters: Correspondence, message: Message) -> str | None:
    about = letters.about.get(message.id)
    settled = message.invoice_id and message.invoice_id not in file.books.invoices
    return f"{about}, on which nothing is open" if about and settled and "nothing is open" not in about else about


def _debtor(
    scope: Scope, file: DebtorFile, letters: Correspondence, parts: OverdueParts, form: _Form
) -> dict[str, Any]:
    from payt_mcp.answers.last_contact import last_contact  # noqa: PLC0415 - listing tools does without it
    from payt_mcp.answers.raw import raw_fields  # noqa: PLC0415
    from payt_mcp.books.scope import administration_name  # noqa: PLC0415 - brings the client along
    from payt_mcp.receivables import aging  # noqa: PLC0415
    from payt_mcp.receivables.addresses import default_address  # noqa: PLC0415

    balance = aging.balance(file.open_items, scope.today)
    goes_to = default_address(file.debtor)
    debtor = {
        "debtor_number": present.code(file.debtor.debtor_number),
        "name": present.outside(file.debtor.name, present.NAME_LENGTH),
        "administration": administration_name(scope),
        "last_contact": last_contact(scope, file, letters, whole=form.is_whole),
        "today": scope.today.isoformat(),
        "open": present.plain(balance.open),
        "overdue": present.plain(balance.overdue),
        "credits": present.plain(balance.credits) if balance.credits else None,
        "oldest_days": balance.oldest_days or None,
        "phase": balance.phase,
        "overdue_by_phase": form.rows(_in_phase(phase, parts) for phase in parts.by_phase),
        "attention": file.attention(scope.today).flags,
        "labels": [present.outside(label.name, present.NAME_LENGTH) for label in file.debtor.labels],
        "messages_go_to": goes_to.email if goes_to else None,
        **raw_fields(file.debtor.model_dump(), form.details, scope.zone),
    }
    return present.filled(debtor)


def _in_phase(phase: str, parts: OverdueParts) -> dict[str, Any]:
    """Overdue invoices in one phase, in the administration's currency (those without an amount in it left out), and
    what of it is a matter for a reminder, where not all is.
    """
    from payt_mcp.receivables.overdue_parts import Tally  # noqa: PLC0415 - listing tools does without it

    some, rest = parts.by_phase[phase], parts.others_by_phase.get(phase, Tally())
    row = {"phase": phase, "invoices": some.counted, "amount": present.plain(some.booked)}
    return row | ({"may_be_reminded": present.plain(rest.booked)} if parts.apart else {})


def _invoice(scope: Scope, file: DebtorFile, item: OpenItem) -> dict[str, Any]:
    """A row with the days its phase began and it was last reminded of, and its labels."""
    from payt_mcp.answers.rows import invoice_row_within  # noqa: PLC0415 - listing tools does without it

    days = {"phase_since": item.step_at, "reminded_on": file.reminded.get(item.id)}
    told = {} if item.is_credit else {name: scope.day(moment) for name, moment in days.items()}
    labels = [present.outside(label, present.NAME_LENGTH) for label in item.labels]
    return invoice_row_within(item, scope.today, file.books) | present.filled({**told, "labels": labels})


def _addresses(debtor: Debtor, form: _Form) -> list[dict[str, str]]:
    """Every e-mail address on file once, with what it is for, in the order a reminder would look for one; one that
    cannot be used as it stands there, and why not. Short of the whole only those that a message would go to,
    and those that are odd.
    """
    from payt_mcp.receivables.addresses import default_address, written  # noqa: PLC0415 - listing tools does without it

    found: dict[str, dict[str, str]] = {}
    for row in map(_address, written(debtor)):
        known = found.setdefault(row["email"], row)
        if known is not row:
            known["for"] += f"; {row['for']}"
    goes_to = default_address(debtor)
    if form.is_whole or goes_to is None:
        return list(found.values())
    return [row for row in found.values() if row["email"] == goes_to.email or "reminders" in row["for"] or len(row) > 2]


def _address(one: Written) -> dict[str, str]:
    from payt_mcp.receivables.mailboxes import readable as as_it_reads  # noqa: PLC0415 - listing tools does without it

    row = {"email": one.email or present.outside(one.text, present.LINE_LENGTH), "for": one.place.use}
    if one.why_not:
        return row | {"cannot_be_used": one.why_not}
    reads = as_it_reads(one.email)
    return row if reads == one.email else row | {"reads": reads}
