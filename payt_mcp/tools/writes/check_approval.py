"""`check_approval`: what became of a proposal."""

from __future__ import annotations

from typing import Annotated

from mcp.types import CallToolResult

from payt_mcp.errors import LedgerError, UntoldError
from payt_mcp.tools.shared import Ctx, Key, ToolSpec
from payt_mcp.tools.writing.factory import WriteResult


async def check_approval(ctx: Ctx, proposal_id: Key) -> Annotated[CallToolResult, WriteResult]:
    from payt_mcp.proposals.outcomes import of_this_attempt  # noqa: PLC0415 - with the ledger, not at the start
    from payt_mcp.tools.writing.call import looked_up, outbox_of  # noqa: PLC0415

    key = proposal_id.strip()
    try:
        outbox = await outbox_of(ctx)
        record = await outbox.look_up(key)
    except LedgerError as error:  # which says that nothing was sent: true of this call alone
        raise UntoldError(key, of_this_attempt(str(error))) from None
    return await looked_up(outbox, record)


TOOL = ToolSpec(
    check_approval,
    "Check approval",
    "Whether a person said yes to a proposal, and what became of it.",
    toolset="core",
    place=3,
    writes=True,
    page="proposal",
)
