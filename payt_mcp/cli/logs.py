"""Logs: one JSON object a line on stderr, without personal data or secrets.

stdout belongs to the protocol. What a library logs about requests can carry addresses with debtor numbers in them, so
only warnings of libraries get through, by logger and level alone; our own records carry the fields listed here.
"""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from pathlib import PurePath

_FIELDS = (
    "tool", "seconds", "outcome", "host", "port", "rows", "requests", "differences", "late", "resource", "corrected",
    "request", "tenant", "person",
)  # fmt: skip


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        own = record.name.startswith("payt_mcp")
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage() if own else "library warning",
        }
        line |= {name: getattr(record, name) for name in _FIELDS if hasattr(record, name)}
        if record.exc_info and record.exc_info[1] is not None:
            error = root_of(record.exc_info[1])
            line["error"] = type(error).__name__
            line["at"] = where(error)
        return json.dumps(line, ensure_ascii=True)


def root_of(error: BaseException) -> BaseException:
    """The exception it all began with; what it was wrapped in comes from the SDK."""
    while True:
        if isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        elif error.__cause__ is not None:
            error = error.__cause__
        else:
            return error


def where(error: BaseException) -> str:
    """Where an exception came from, as file and line: its text could hold anything."""
    trace = error.__traceback__
    places = []
    while trace is not None:
        places.append(f"{PurePath(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}")
        trace = trace.tb_next
    return " > ".join(places[-6:])


def configure(ids: logging.Filter | None = None) -> None:
    """Log to stderr from here on; nothing else does. `ids` puts on a record which request it is about."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JsonLines())
    if ids is not None:
        handler.addFilter(ids)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("payt_mcp").setLevel(logging.INFO)
