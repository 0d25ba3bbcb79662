"""`upsert_debtors`: debtors into Payt, once a person has seen the plan and said yes."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, WithJsonSchema

from payt_mcp.tools.schemas import TEXT, list_of, one_of, record, text
from payt_mcp.tools.writing.factory import write_tool

_REQUIRED = ("debtor_identifier", "debtor_number", "name")
_TEXTS = (
    *_REQUIRED, "country_code", "language_code", "remark", "relation_manager", "category", "coc_number", "vat_number",
    "oin_number", "peppol_identifier", "bank_account_name", "bank_account_number",
)  # fmt: skip
_ROW = record(
    dict.fromkeys(_TEXTS, TEXT)
    | {
        "contact_identifier": text("It gets the addresses of this contact."),
        "labels": list_of(TEXT, description="Replaces all."),
        "peppol_enabled": one_of("true", "false"),
        "is_company": one_of("true", "false"),
        "clear": list_of(TEXT),
    },
    _REQUIRED,
)
_ABOUT = "Only what changes; clear names what to empty."
Rows = Annotated[Any, WithJsonSchema(list_of(_ROW, maxItems=500)), Field(description=_ABOUT)]


def upsert_debtors(debtors: Rows) -> dict[str, Any]:
    return {"debtors": debtors}


TOOL = write_tool(
    upsert_debtors,
    kind="debtors",
    title="Upsert debtors",
    description="Propose to create or change debtors, by identifier, else number. upsert_contacts changes addresses.",
    toolset="flow",
    place=2,
    needs=("administrations:read", "debtors:read", "debtors:write"),
    may_need=("contacts:read",),
)
