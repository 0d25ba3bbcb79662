"""`list_administrations`: which companies this token reaches."""

from __future__ import annotations

from typing import Annotated

from mcp.types import CallToolResult
from typing_extensions import TypedDict  # pydantic cannot read nested ones of typing before 3.12

from payt_mcp.tools.shared import Answer, Ctx, Listed, ToolSpec, account_of
from payt_mcp.words import text as present

_FOR_OWN_BOOKS = (
    "Invented data (PAYT_API_URL=sandbox): no figure is anybody's. For the user's own books, in a terminal: "
    "`payt-mcp login --token`, then `payt-mcp install HOST --replace` for this assistant."
)


class AdministrationRow(TypedDict, total=False):
    administration_id: str
    name: str
    currency: str
    status: str
    timezone: str
    bank_account: str


class Administrations(Listed, total=False):
    administrations: list[AdministrationRow]


async def list_administrations(ctx: Ctx) -> Annotated[CallToolResult, Administrations]:
    account = await account_of(ctx)
    found = await account.administrations()
    rows = [
        present.filled(
            {
                "administration_id": administration.id,
                "name": present.outside(administration.name, present.NAME_LENGTH),
                "currency": present.code(administration.currency_code),
                "status": present.code(administration.status),
                "timezone": present.code(administration.timezone),
                "bank_account": present.code(administration.bank_account_number),
            }
        )
        for administration in found
    ]
    active = sum(administration.status == "active" for administration in found)
    columns = {"administration_id": "id", "name": "name", "currency": "currency", "status": "status"}
    invented = " of the built-in sandbox: all of it is invented data" if account.is_invented else ""
    return Answer(
        f"{present.count(len(found), 'administration')}, {active} active{invented}.",
        {"administrations": rows},
        present.table(rows, columns | {"timezone": "time zone", "bank_account": "own bank account"}),
        [*filter(None, [account.why_none]), *([_FOR_OWN_BOOKS] if account.is_invented else [])],
        as_of=account.now(),
        total=len(rows),
    ).result()


TOOL = ToolSpec(
    list_administrations,
    "List administrations",
    "The administrations (companies) in Payt this user reaches, with currency and status. Needed only when another "
    "tool asks which administration is meant.",
    toolset="core",
    place=1,
    needs=("administrations:read",),
)
