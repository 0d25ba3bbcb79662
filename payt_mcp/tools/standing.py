"""How a proposal stands, as the answer of a tool: after a person's word, or when it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from mcp.types import CallToolResult

from payt_mcp import patience
from payt_mcp.tools.shared import Answer

if TYPE_CHECKING:
    from payt_mcp.proposals.records import Record
    from payt_mcp.writes.outbox import Outbox

_PATIENCE = 25.0


async def decided(outbox: Outbox, key: str, step: Callable[..., Record], *said: Any) -> CallToolResult:
    """Put a person's answer on record, and tell what becomes of the proposal; where another call was first, of that.

    Raises:
        RefusedWriteError: it still waits, and this is no answer to it.
        LedgerError: the answer cannot be put on record.
    """
    from payt_mcp.errors import LedgerError, RefusedWriteError, said_unsent  # noqa: PLC0415 - with the ledger, not at the start
    from payt_mcp.proposals.states import Status  # noqa: PLC0415

    engine, scope = outbox.engine, outbox.ledger_scope
    try:
        record = await engine.on_ledger(step, key, *said, scope=scope)
    except (RefusedWriteError, LedgerError) as error:
        try:
            record = await engine.on_ledger(outbox.ledger.get, key, scope)
        except LedgerError:
            raise error from None
        if record.status is Status.PROPOSED:
            raise said_unsent(error) from None
    if record.status in (Status.APPROVED, Status.SENDING):
        record = await engine.carry_out(key, _left())
    return await standing(outbox, record)


async def standing(outbox: Outbox, record: Record, *, new: bool = True) -> CallToolResult:
    """How a proposal stands now; an unknown outcome is looked for, an approved one waited for."""
    from payt_mcp.proposals.states import Status  # noqa: PLC0415 - with the ledger, not at the start

    if record.status is Status.OUTCOME_UNKNOWN:
        record = await outbox.engine.look(record)
    elif record.status in (Status.APPROVED, Status.SENDING):
        record = await outbox.engine.carry_out(record.id, _left(), scope=record.scope)
    return await result_of(outbox, record, {}, new=new)


def _left() -> float:
    """How long an answer waits for what is being carried out; that goes on in any case."""
    return min(_PATIENCE, patience.left())


async def waiting(outbox: Outbox, record: Record, next_step: str) -> CallToolResult:
    from payt_mcp.answers.writes import waits_until  # noqa: PLC0415 - with the ledger, not at the start

    until = waits_until(record, await outbox.zone_of(record))
    return await result_of(outbox, record, {"next_step": f"{next_step} {until}"})


async def result_of(outbox: Outbox, record: Record, changes: dict[str, Any], *, new: bool = True) -> CallToolResult:
    from payt_mcp.answers.writes import write_data, write_lines  # noqa: PLC0415 - with the ledger, not at the start

    zone, trouble = await outbox.zone_of(record), outbox.engine.troubles.get(record.id, "")
    data = write_data(record, zone, trouble=trouble, new=new) | changes
    answer = Answer(data.pop("summary"), data)
    answer.lines = write_lines(data)
    return answer.result()
