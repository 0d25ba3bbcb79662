"""The files there are: a workbook with all sheets, and each sheet as CSV."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from anyio import to_thread

from payt_mcp.books.scope import Scope
from payt_mcp.sheets import tables
from payt_mcp.sheets.as_csv import as_csv
from payt_mcp.sheets.as_xlsx import as_xlsx
from payt_mcp.sheets.companies import Company, read_companies
from payt_mcp.sheets.sheet import WHOSE_NAMES, Sheet
from payt_mcp.words.languages import Language
from payt_mcp.words.said import count, say

SHEETS: Mapping[str, Callable[[Sequence[Company]], Sheet]] = {
    "open-items": tables.open_items, "aging": tables.aging, "worklist": tables.worklist,
}  # fmt: skip

_BOOKED = say("Sums are in the currency of each company's books. Open items also have their own.")


async def csv_of(
    scopes: Sequence[Scope], name: str, shown: Callable[[str], str], *, most: int | None = None, beyond: str = ""
) -> str:
    """The sheet of that name as CSV. Raises as `read_companies`."""
    companies = await read_companies(scopes, worklist=name == "worklist", most=most, beyond=beyond)
    return await to_thread.run_sync(lambda: as_csv(SHEETS[name](companies), shown))


async def workbook_of(
    scopes: Sequence[Scope], language: Language = "en", *, most: int | None = None, beyond: str = ""
) -> bytes:
    """All sheets, behind a summary. Raises as `read_companies`, and as `as_xlsx`."""
    companies = await read_companies(scopes, worklist=True, most=most, beyond=beyond)
    return await to_thread.run_sync(partial(_workbook, companies, language))


def _workbook(companies: Sequence[Company], language: Language) -> bytes:
    is_one = len(companies) == 1
    title = companies[0].name if is_one else count(len(companies), "company", "companies")
    at = min(company.as_of for company in companies)
    sheets = [make(companies) for make in SHEETS.values()]
    if is_one:
        sheets = [sheet.without(WHOSE_NAMES) for sheet in sheets]
    remarks = (say("Receivables, as of {at}", at=f"{at:%Y-%m-%d %H:%M %Z}"), _BOOKED)
    return as_xlsx(title, remarks, tables.summary(companies), sheets, language)
