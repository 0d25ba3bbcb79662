"""`upsert_contacts`: contacts into Payt, once a person has seen the plan and said yes."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, WithJsonSchema

from payt_mcp.tools.schemas import TEXT, list_of, one_of, record
from payt_mcp.tools.writing.factory import write_tool

_TEXTS = (
    "contact_identifier", "id", "firstname", "middlename", "infix", "lastname", "prefix", "birth_date",
    "call_phone_number", "sms_phone_number", "default_email_address", "invoice_email_address",
    "invoice_cc_email_address", "invoice_bcc_email_address", "reminder_email_address", "reminder_cc_email_address",
    "reminder_bcc_email_address", "postal_address_street_1", "postal_address_street_2", "postal_address_postal_code",
    "postal_address_city", "postal_address_region", "postal_address_country_code",
)  # fmt: skip
_ROW = record(
    dict.fromkeys(_TEXTS, TEXT) | {"gender": one_of("female", "male", "male_female"), "clear": list_of(TEXT)},
)
_ABOUT = "By contact_identifier or id. Only what changes; clear names what to empty."
Rows = Annotated[Any, WithJsonSchema(list_of(_ROW, maxItems=500)), Field(description=_ABOUT)]


def upsert_contacts(contacts: Rows) -> dict[str, Any]:
    return {"contacts": contacts}


TOOL = write_tool(
    upsert_contacts,
    kind="contacts",
    title="Upsert contacts",
    description="Propose to create or change contacts. The debtors of a contact take over its addresses.",
    toolset="flow",
    place=3,
    needs=("administrations:read", "contacts:read", "contacts:write"),
    may_need=("debtors:read",),
)
