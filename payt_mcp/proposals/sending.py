"""What was claimed goes out: once, however often a connection is refused."""

from __future__ import annotations

import logging
from collections.abc import Callable

import anyio

from payt_mcp.errors import ForbiddenError, NotSentError, OutcomeUnknownError, PaytMcpError
from payt_mcp.proposals.attempt import Done, Writer
from payt_mcp.proposals.outcomes import unusable
from payt_mcp.proposals.records import Record
from payt_mcp.proposals.states import Status
from payt_mcp.words.said import say

logger = logging.getLogger("payt_mcp")

SENDING_BOUND = 40.0
"""Seconds after which what is being sent is recorded as of unknown outcome."""

_RETRIES = (0.5, 1.5, 4.0, 8.0)
_STOPPED = say("This server was stopped for too long while it was sending it.")


async def send(
    writer: Writer,
    record: Record,
    *,
    holds: Callable[[Record], bool],
    goes_on: Callable[[], bool],
    forbidden: Callable[[str], object],
) -> Done:
    """How it ended. `holds` says whether it is still this process's to send (see `contract.LedgerContract.holds`),
    `goes_on` whether what never reached Payt is tried again; `forbidden` is told what Payt says where the token may not
    write this.
    """
    with anyio.move_on_after(SENDING_BOUND):
        for pause in (*_RETRIES, None):
            if not holds(record):  # another process may have settled it meanwhile
                return Done(Status.FAILED, {"trouble": _STOPPED})
            try:
                return await _sent(writer, record, forbidden)
            except NotSentError as error:
                if pause is None or not goes_on():
                    return Done(Status.FAILED, {"trouble": str(error)})
                await anyio.sleep(pause)
    return Done(Status.OUTCOME_UNKNOWN, {"trouble": say("Payt gave no answer in time.")})


async def _sent(writer: Writer, record: Record, forbidden: Callable[[str], object]) -> Done:
    """Raises NotSentError where it can be tried again."""
    try:
        return await writer.send(record)
    except NotSentError:
        raise
    except OutcomeUnknownError as error:
        return Done(Status.OUTCOME_UNKNOWN, {"trouble": unusable(error)})
    except PaytMcpError as error:
        if isinstance(error, ForbiddenError):
            forbidden(str(error))
        return Done(Status.FAILED, {"trouble": str(error)})
    except Exception:  # the edge: what is out may have arrived, whatever broke here
        logger.exception("sending broke off", extra={"proposal": record.id})
        return Done(Status.OUTCOME_UNKNOWN, {"trouble": say("Sending broke off for a reason nobody foresaw.")})
