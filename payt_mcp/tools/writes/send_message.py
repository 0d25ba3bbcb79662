"""`send_message`: a message to a debtor, once a person has said yes to exactly this one."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from payt_mcp.tools.shared import Key, Keys, Text
from payt_mcp.tools.writing.factory import CodeAsGiven, write_tool


def send_message(
    subject: Key,
    body: Annotated[
        Key,
        Field(
            description="The whole text. {invoices}, {total}, {in 14 days}, {iban}, {payment_link}, {contact}, "
            "{sender}, {invoice 2026001.open} and others are filled from the books: never type such a figure."
        ),
    ],
    to_debtor: Annotated[Text, Field(description="Debtor number or name.")] = "",
    to_invoice: Annotated[Text, Field(description="Or its invoice.")] = "",
    to_credit_case: Annotated[Text, Field(description="Or its case.")] = "",
    email: Annotated[Text, Field(description="Overrides the debtor's address, on the user's word.")] = "",
    cc: Keys = (),
    bcc: Keys = (),
    about: Annotated[Keys, Field(description="Invoices; -2026001: all but it. Default: those to be reminded of.")] = (),
    attachments: Annotated[Keys, Field(description="Files below the user's attachments folder.")] = (),
) -> dict[str, Any]:
    return {
        "subject": subject,
        "body": body,
        "to_debtor": to_debtor,
        "to_invoice": to_invoice,
        "to_credit_case": to_credit_case,
        "email": email,
        "cc": cc,
        "bcc": bcc,
        "about": about,
        "attachments": [name for name in attachments if name.strip()],
    }


TOOL = write_tool(
    send_message,
    kind="message",
    title="Send message",
    description="Propose an e-mail to a debtor. Nothing is sent before a person saw it and said yes; you cannot. "
    "Read get_debtor first, and do not chase a debtor whose attention forbids it.",
    toolset="core",
    place=1,
    needs=(
        "administrations:read", "invoices:read", "debtors:read", "contacts:read", "messages:read", "messages:write",
    ),
    may_need=("credit_cases:read", "notes:read", "notifications:read", "payment_plans:read", "tasks:read"),
    code=CodeAsGiven,
)  # fmt: skip
