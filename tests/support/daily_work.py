"""The writes of the daily work as tests call them: one of each kind, and how often Payt carried it out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from payt_mcp.settings import TOOLSETS
from tests.support.house import ADMINISTRATION, House

COMMENT = "Gebeld, belt morgen terug.\nGeen toezegging."


@dataclass(frozen=True)
class Write:
    """A call of a tool, the request that carries it out, and how often that happened, as Payt shows it."""

    tool: str
    arguments: dict[str, Any]
    method: str
    path: str
    done: Callable[[], int]


def server(house: House, **changes: Any) -> Any:
    return house.server(toolsets=TOOLSETS, freshness_seconds=0, **changes)


def rows(house: House, kind: str, fields: list[str] | None = None) -> list[dict[str, Any]]:
    return house.sandbox.world.rows(ADMINISTRATION, kind, fields)


def row(house: House, kind: str, key: str, fields: list[str] | None = None) -> dict[str, Any]:
    return next(one for one in rows(house, kind, fields) if one["id"] == key)


def comments(house: House, task: str, text: str = COMMENT) -> list[str]:
    """The ids of the comments of this text."""
    found = row(house, "tasks", task, ["id", "comments"])["comments"]
    return [one["id"] for one in found if one["content"] == text]


def task(house: House) -> str:
    """A task that is not done."""
    return str(next(one["id"] for one in rows(house, "tasks") if not one["completed_at"]))


def plan(house: House, status: str = "pending") -> str:
    """A payment plan, pending or active."""
    for one in rows(house, "payment_plans"):
        ended = one["rejected_at"] or one["deactivated_at"]
        if bool(one["active"]) is (status == "active") and not ended:
            return str(one["id"])
    raise LookupError(status)


def free_invoices(house: House, number: int = 3) -> list[str]:
    """Numbers of open invoices that nobody paused."""
    fields = ["invoice_number", "paused_at", "open_amount"]
    found = [one for one in house.invoices(fields) if not one["paused_at"] and one["open_amount"][0] not in "-0"]
    return [one["invoice_number"] for one in found if "," not in one["invoice_number"]][:number]


def paused(house: House, numbers: list[str]) -> list[bool]:
    known = {one["invoice_number"]: bool(one["paused_at"]) for one in house.invoices(["invoice_number", "paused_at"])}
    return [known[number] for number in numbers]


def debtor(house: House, place: int = 0) -> dict[str, Any]:
    return rows(house, "debtors")[place]


def as_it_is(known: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A debtor of Payt's as `upsert_debtors` takes it, with changes."""
    return {name: known[name] for name in ("debtor_number", "debtor_identifier", "name")} | changes


def contact_with_debtors(house: House) -> dict[str, Any]:
    return next(one for one in rows(house, "contacts") if one["debtor_numbers"] and one["default_email_address"])


def writes(house: House) -> dict[str, Write]:
    """One of each kind, fit for `code` mode too."""
    to_do, wanted, free, known = task(house), plan(house), free_invoices(house), debtor(house, 3)
    other = next(one["id"] for one in rows(house, "tasks") if not one["completed_at"] and one["id"] != to_do)

    done = next(one["id"] for one in rows(house, "tasks") if one["completed_at"])

    def completed() -> int:
        is_done = row(house, "tasks", other)["completed_at"] is not None
        made = len(comments(house, other, "Betaald."))
        assert bool(made) is is_done
        return made

    return {
        "plan": Write(
            "decide_payment_plan", {"payment_plan": wanted, "decision": "approve"}, "PATCH", "/v1/payment_plans/",
            lambda: int(row(house, "payment_plans", wanted)["active"]),
        ),
        "completion": Write(
            "complete_task", {"task": other, "completed_status": "succeeded", "comment": "Betaald."}, "PATCH",
            "/v1/tasks/", completed,
        ),
        "comment": Write(
            "comment_task", {"task": to_do, "comment": COMMENT}, "POST", "/v1/tasks/",
            lambda: len(comments(house, to_do)),
        ),
        "reopening": Write(
            "reopen_task", {"task": done}, "PATCH", "/v1/tasks/",
            lambda: int(row(house, "tasks", done)["completed_at"] is None),
        ),
        "follow_up": Write(
            "change_follow_up", {"action": "block", "invoices": free}, "PATCH", "/v1/invoices/block",
            lambda: int(all(paused(house, free))),
        ),
        "debtors": Write(
            "upsert_debtors", {"debtors": [as_it_is(known, name="Nieuwe Naam B.V.", remark="Bel eerst.")]}, "POST",
            "/v1/debtors", lambda: int(row(house, "debtors", known["id"])["name"] == "Nieuwe Naam B.V."),
        ),
        "contacts": Write(
            "upsert_contacts", {"contacts": [{"contact_identifier": "new-1", "lastname": "Jansen"}]}, "POST",
            "/v1/contacts", lambda: sum(one["contact_identifier"] == "new-1" for one in rows(house, "contacts")),
        ),
    }  # fmt: skip


KINDS = ("plan", "completion", "comment", "reopening", "follow_up", "debtors", "contacts")
