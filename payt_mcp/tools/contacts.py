"""`list_contacts`: whom to write to or call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from mcp.types import CallToolResult
from pydantic import Field
from typing_extensions import TypedDict  # pydantic cannot read nested ones of typing before 3.12

from payt_mcp.tools.shared import (
    PAGE,
    AdministrationId,
    Answer,
    Ctx,
    Cursor,
    Fields,
    Keys,
    Limit,
    Listed,
    Text,
    ToolSpec,
    at_most,
    begun,
    check_fields,
    given,
    parse_moment,
    resumed,
    scope_of,
    shown,
)
from payt_mcp.words import text as present

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from payt_mcp.books.scope import Scope
    from payt_mcp.payt.models import Contact


class ContactRow(TypedDict, total=False):
    contact_identifier: str
    name: str
    email: str
    phone: str
    debtor_numbers: list[str]


class Contacts(Listed, total=False):
    contacts: list[ContactRow]


async def list_contacts(
    ctx: Ctx,
    debtors: Annotated[Keys, Field(description="Debtor numbers, or names that can mean one debtor only.")] = (),
    contacts: Annotated[Keys, Field(description="Contact identifiers.")] = (),
    query: Annotated[Text, Field(description="Part of a name, address or phone number.")] = "",
    updated_after: Annotated[Text, Field(description="Date or UTC timestamp.")] = "",
    limit: Limit = PAGE,
    cursor: Cursor = "",
    fields: Fields = (),
    administration_id: AdministrationId = "",
) -> Annotated[CallToolResult, Contacts]:
    from payt_mcp.books.contacts import ContactQuestion, continue_search, start_search  # noqa: PLC0415 - the client

    args = given(
        debtors=debtors, contacts=contacts, query=query, updated_after=updated_after, fields=fields,
        administration_id=administration_id,
    )  # fmt: skip
    asked: Sequence[str] = ()
    if cursor:
        scope, page = await resumed(ctx, cursor, "list_contacts", args, limit)
    else:
        scope = await scope_of(ctx, administration_id)
        check_fields(fields, tuple(ContactRow.__annotations__), "contacts")
        question = ContactQuestion(
            at_most("debtors", debtors),
            at_most("contacts", contacts),
            query,
            parse_moment("updated_after", updated_after),
        )
        chain = await start_search(scope, question)
        asked = () if question.query or question.contacts or question.updated_after else chain.debtors
        page = begun(scope, "list_contacts", args, [], limit, chain=chain)
    listing = page.listing
    read = await continue_search(scope, listing, page.offset, listing.size)
    found = read.contacts
    page = shown(listing, page.offset, listing.size)
    rows = [_row(found[key], listing.args.get("fields", ()), scope) for key in page.ids if key in found]
    answer = _answer(rows, page.total, page.next_cursor, len(page.ids) - len(rows), scope.as_of)
    if not page.next_cursor:
        answer.notes += _without(asked, found.values())
    if page.total == 0 and listing.args:
        answer.notes.append("Nobody fits all of this. Contact identifiers must be exact; query takes a part of a name.")
        if read.similar:
            named = present.some(present.outside(name, present.NAME_LENGTH) for name in read.similar)
            answer.notes.append(f"Similar names: {named}.")
        answer.notes += await _debtors_of_that_name(scope, listing.args.get("query", ""))
    return answer.result()


TOOL = ToolSpec(
    list_contacts,
    "List contacts",
    "Contact persons: name, e-mail address, phone number and the debtors they belong to. get_debtor has the addresses "
    "of the debtor itself.",
    toolset="core",
    place=8,
    needs=("administrations:read", "contacts:read"),
    may_need=("debtors:read",),
)

_COLUMNS = {
    "contact_identifier": "contact",
    "name": "name",
    "email": "e-mail",
    "phone": "phone",
    "debtor_numbers": "debtors",
}


def _without(asked: Sequence[str], contacts: Iterable[Contact]) -> list[str]:
    """Which of the debtors that were asked for have nobody; only where all of their contacts are on this page."""
    known = {number for contact in contacts for number in contact.debtor_numbers}
    missing = [present.code(number) for number in asked if number not in known]
    return [f"No contact of debtor {present.some(missing, most=20)}."] if missing else []


async def _debtors_of_that_name(scope: Scope, query: str) -> list[str]:
    """A name that no contact has may be a debtor's; only where the debtors are known already."""
    books = scope.account.books(scope.administration)
    if not query or not books.is_loaded:
        return []
    from payt_mcp.answers.names import debtor_names  # noqa: PLC0415 - needed where nobody was found
    from payt_mcp.receivables import matching  # noqa: PLC0415 - see above

    debtors = (await books.fresh(scope.progress)).debtors.values()
    named = matching.by_name(query, debtors)
    if named:
        return [f"Debtors of that name: {debtor_names(named)}. Pass debtors for their contacts."]
    similar = matching.resembling(query, debtors)
    return [f"Debtors of similar names: {debtor_names(similar)}."] if similar else []


def _row(contact: Contact, fields: list[str], scope: Scope) -> dict[str, Any]:
    from payt_mcp.answers.raw import raw_fields  # noqa: PLC0415 - listing tools does without it
    from payt_mcp.answers.rows import contact_row  # noqa: PLC0415 - see above

    row = contact_row(contact)
    if not fields:
        return row
    own = [name for name in fields if name not in _COLUMNS]
    kept = {"contact_identifier", *fields}
    chosen = {name: value for name, value in row.items() if name in kept}
    return chosen | raw_fields(contact.model_dump(), own, scope.zone)


def _answer(rows: list[dict[str, Any]], total: int | None, next_cursor: str | None, gone: int, now: Any) -> Answer:
    counted = present.count(total, "contact") if total is not None else f"{present.count(len(rows), 'contact')} here"
    more = "" if total is not None else ", more on the next page"
    columns = _COLUMNS | {name: name for row in rows for name in row if name not in _COLUMNS}
    answer = Answer(f"{counted}{more}.", {"contacts": rows}, present.table(rows, columns))
    answer.total, answer.next_cursor, answer.as_of = total, next_cursor, now
    if gone:
        answer.notes.append(f"{present.count(gone, 'contact')} of this page no longer there.")
    return answer
