"""Payt's writes as commands. Building one sends nothing; `PaytClient.write` does, once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from payt_mcp.errors import OutcomeUnknownError
from payt_mcp.payt.wire import Command, File


def message(
    administration_id: str,
    addressee: tuple[str, str],
    *,
    subject: str,
    body: str,
    email: str,
    cc: str = "",
    bcc: str = "",
    attachments: Sequence[File] = (),
) -> Command:
    """A message to a debtor. `addressee` is a parameter of the contract (`debtor_number`, ...) and its value.

    Without attachments it goes as JSON, with them as a multipart form with nested names.
    """
    fields = {"subject": subject, "body": body, "email": email, "cc_email": cc, "bcc_email": bcc}
    letter = {name: value for name, value in fields.items() if value}
    head = {"administration_id": administration_id, addressee[0]: addressee[1]}
    if not attachments:
        return Command("/v1/messages", {**head, "message": letter})
    form = {**head, **{f"message[{name}]": value for name, value in letter.items()}}
    return Command("/v1/messages", form, attachments)


def invoices(administration_id: str, rows: Sequence[Mapping[str, Any]], *, partial: bool = False) -> Command:
    """An upsert of invoices, in Payt's own write names; `partial`: what is there takes the given fields alone."""
    body = {"administration_id": administration_id, "invoices": list(rows)}
    return Command("/v1/invoices", body, method="PATCH" if partial else "POST")


def files(administration_id: str, announced: Sequence[Mapping[str, Any]]) -> Command:
    """Files to come: `checksum` (base64 of SHA3-512), `byte_size`, `content_type` of each."""
    return Command("/v1/files", {"administration_id": administration_id, "files": list(announced)})


def plan_decision(administration_id: str, plan_id: str, decision: str) -> Command:
    """`approve`, `reject` or `deactivate` a payment plan."""
    path = f"/v1/payment_plans/{quote(plan_id, safe='')}/{decision}"
    return Command(path, {"administration_id": administration_id}, method="PATCH", is_form=True)


def complete_task(administration_id: str, task_id: str, how: Mapping[str, Any]) -> Command:
    """`how` are the fields of the contract that are given."""
    path = f"/v1/tasks/{quote(task_id, safe='')}/mark_completed"
    return Command(path, {"administration_id": administration_id, **how}, method="PATCH")


def comment_task(administration_id: str, task_id: str, comment: str) -> Command:
    path = f"/v1/tasks/{quote(task_id, safe='')}/comment"
    return Command(path, {"administration_id": administration_id, "comment": comment})


def follow_up(administration_id: str, action: str, keys: Mapping[str, Sequence[str]]) -> Command:
    """`block` or `resume` invoices; `keys` by `invoice_numbers` and `invoice_identifiers`."""
    named = {f"{name}[]": list(values) for name, values in keys.items() if values}
    body = {"administration_id": administration_id, **named}
    return Command(f"/v1/invoices/{action}", body, method="PATCH", is_form=True)


def upsert(administration_id: str, resource: str, rows: Sequence[Mapping[str, Any]]) -> Command:
    """An upsert of `debtors` or `contacts`, in Payt's own names."""
    return Command(f"/v1/{resource}", {"administration_id": administration_id, resource: list(rows)})


def message_id(answer: Any) -> str:
    """The id of the message in Payt's answer.

    Raises:
        OutcomeUnknownError: the answer is no message.
    """
    key = answer.get("id") if isinstance(answer, dict) else None
    if isinstance(key, bool) or not isinstance(key, str | int) or key == "":
        raise OutcomeUnknownError("its answer was not a message")
    return str(key)


def upload_urls(answer: Any) -> dict[str, str]:
    """Where to put each announced file, by checksum.

    Raises:
        OutcomeUnknownError: the answer says nothing of the kind.
    """
    rows = answer if isinstance(answer, list) else [answer]
    if not all(isinstance(row, dict) and isinstance(row.get("url"), str) for row in rows):
        raise OutcomeUnknownError("its answer names no place to upload to")
    return {str(row.get("checksum")): row["url"] for row in rows}


def bulk_result(answer: Any) -> tuple[int, dict[str, list[str]], dict[str, list[str]]]:
    """How many records went well, and the errors and warnings by record.

    Raises:
        OutcomeUnknownError: the answer is no such result.
    """
    count = answer.get("count") if isinstance(answer, dict) else None
    if isinstance(count, bool) or not isinstance(count, int):
        raise OutcomeUnknownError("its answer was not the result of a bulk write")
    return count, _by_record(answer.get("errors")), _by_record(answer.get("warnings"))


def _by_record(found: Any) -> dict[str, list[str]]:
    if not isinstance(found, dict):
        return {}
    return {
        str(key): [str(text) for text in (texts if isinstance(texts, list) else [texts])]
        for key, texts in found.items()
    }
