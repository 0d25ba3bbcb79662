"""Sheets for a host that can save one: the files that `payt-mcp report` writes, up to a size that a message takes."""

from __future__ import annotations

import logging

from mcp.server.lowlevel.helper_types import ReadResourceContents
from mcp.server.mcpserver.exceptions import ResourceError

from payt_mcp.errors import PaytMcpError
from payt_mcp.resources import SheetsAsked
from payt_mcp.sheets.files import csv_of, workbook_of
from payt_mcp.tools.shared import Ctx, scopes_of
from payt_mcp.words.text import NAME_LENGTH, outside

logger = logging.getLogger("payt_mcp")

MOST_ITEMS = 10_000
"""Open items in one message: as CSV they are 2 MB, as a workbook 1 MB."""

_ONE_COMPANY = (
    "end the address with ?administration_id=... of one company. Nothing was left out silently: there is no file."
)
_BEYOND = f"`payt-mcp report --xlsx FILE` in a terminal writes all of them; or {_ONE_COMPANY}"
_BEYOND_IN_TEAM = f"Ask for less: {_ONE_COMPANY}"


async def read_sheets(ctx: Ctx, asked: SheetsAsked) -> ReadResourceContents:
    """Raises ResourceError, with a sentence. A model may read a CSV: texts of others are marked as in answers."""
    try:
        scopes = await scopes_of(ctx, asked.administration_id, every=True)
        beyond = _BEYOND_IN_TEAM if any(scope.account.is_of_company for scope in scopes) else _BEYOND
        if not asked.file.sheet:
            workbook = await workbook_of(scopes, most=MOST_ITEMS, beyond=beyond)
            return ReadResourceContents(workbook, asked.file.mime_type)
        text = await csv_of(scopes, asked.file.sheet, _marked, most=MOST_ITEMS, beyond=beyond)
        return ReadResourceContents(text, asked.file.mime_type)
    except PaytMcpError as error:
        raise ResourceError(str(error)) from None
    except Exception:
        logger.exception("sheet crashed", extra={"sheet": asked.file.uri})
        raise ResourceError(
            "The sheet could not be made for a reason nobody foresaw; nothing was changed. The log of this server has "
            "the details; please report it."
        ) from None


def _marked(text: str) -> str:
    return outside(text, NAME_LENGTH)
