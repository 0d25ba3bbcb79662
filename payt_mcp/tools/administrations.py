"""`list_administrations`: which companies this token reaches."""

from __future__ import annotations

from typing import Annotated

from mcp.types import CallToolResult
from typing_extensions import TypedDict  # pydantic cannot read nested ones of typing before 3.12

from payt_mcp.tools.shared import Answer, Ctx, Listed, ToolSpec, account_of
from payt_mcp.words import text as present


class AdministrationRow(TypedDict, total=False):
    administration_id: str
    name: str
    currency: str
    status: str
    timezone: str


class Administrations(Listed, total=False):
    administrations: list[AdministrationRow]


async def list_administrations(ctx: Ctx) -> Annotated[CallToolResult, Administrations]:
    account = await account_of(ctx)
    found = await account.administrations()
    rows = [
        present.filled(
            {
                "administration_id": administration.id,
                "name": present.clean(administration.name, present.NAME_LENGTH),
                "currency": present.code(administration.currency_code),
                "status": present.code(administration.status),
                "timezone": present.code(administration.timezone),
            }
        )
        for administration in found
    ]
    active = sum(administration.status == "active" for administration in found)
    columns = {"administration_id": "id", "name": "name", "currency": "currency", "status": "status"}
    return Answer(
        f"{present.count(len(found), 'administration')}, {active} active.",
        {"administrations": rows},
        present.table(rows, columns | {"timezone": "time zone"}),
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
