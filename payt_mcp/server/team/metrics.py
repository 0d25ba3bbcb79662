"""Figures for Prometheus: of this replica, without the name or the id of a person, a company or a debtor."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from typing import Any

from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.types import CallToolResult
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from payt_mcp.database.database import Database
from payt_mcp.errors import DatabaseError

logger = logging.getLogger("payt_mcp")

_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_STATES = "select status, count(*) as proposals from proposals group by status"
_OTHER = "other"


class Metrics:
    """What is counted, and how it is told.

    Args:
        tools: the names a call is counted under; whatever else a client asks for is "other".
    """

    def __init__(self, tools: Iterable[str]) -> None:
        self.registry = CollectorRegistry()
        self._tools = frozenset(tools)
        self._calls = Counter("payt_mcp_calls", "Tool calls answered", ("tool", "outcome"), registry=self.registry)
        self._seconds = Histogram(
            "payt_mcp_call_seconds", "Seconds a tool call took", ("tool",), buckets=_SECONDS, registry=self.registry
        )
        self._payt = Counter("payt_mcp_payt_requests", "Requests to Payt", registry=self.registry)
        self._payt_wait = Counter(
            "payt_mcp_payt_wait_seconds", "Seconds that requests to Payt waited for their turn", registry=self.registry
        )
        self._books = Gauge("payt_mcp_books_bytes", "Open items held in memory, estimated", registry=self.registry)
        ProcessCollector(registry=self.registry)

    async def counting(self, ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        """Middleware of the MCP server: every tool call, how it ended, how long it took; a line in the log, too."""
        if ctx.method != "tools/call":
            return await call_next(ctx)
        named = (ctx.params or {}).get("name")
        tool = named if isinstance(named, str) and named in self._tools else _OTHER
        begun, outcome = time.perf_counter(), "refused"
        try:
            result = await call_next(ctx)
            outcome = _outcome(result)
            return result
        finally:
            seconds = time.perf_counter() - begun
            self._calls.labels(tool, outcome).inc()
            self._seconds.labels(tool).observe(seconds)
            logger.info("tool call", extra={"tool": tool, "outcome": outcome, "seconds": round(seconds, 3)})

    def to_payt(self, waited: float) -> None:
        """A request goes out to Payt, held back for so many seconds."""
        self._payt.inc()
        self._payt_wait.inc(waited)

    def of_books(self, held: Callable[[], float]) -> None:
        """Bytes of all that is held in memory, whenever somebody asks."""
        self._books.set_function(held)

    def of_database(self, database: Database) -> None:
        """What the database says is told as well, whenever somebody asks."""
        self.registry.register(_OfDatabase(database))

    def serve(self, host: str, port: int) -> AbstractContextManager[None]:
        """`/metrics` at an address of its own. Raises OSError where it cannot be had."""
        return _Served(self.registry, host, port)


class _Served(AbstractContextManager[None]):
    def __init__(self, registry: CollectorRegistry, host: str, port: int) -> None:
        self._server, self._thread = start_http_server(port, host, registry)

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _OfDatabase(Collector):
    def __init__(self, database: Database) -> None:
        self._database = database

    def collect(self) -> Iterator[Metric]:
        waits = self._database.waits()
        yield CounterMetricFamily("payt_mcp_database_uses", "Times a connection was asked for", waits.uses)
        yield CounterMetricFamily("payt_mcp_database_wait_seconds", "Seconds waited for a connection", waits.seconds)
        states = GaugeMetricFamily("payt_mcp_proposals", "Proposals on record by state", labels=("state",))
        try:
            with self._database.transaction() as connection:
                for row in connection.execute(_STATES).fetchall():
                    states.add_metric((row["status"],), row["proposals"])
        except DatabaseError:
            return  # no figure is better than an old one
        yield states


def _outcome(result: HandlerResult) -> str:
    told = result.model_dump(by_alias=True) if isinstance(result, CallToolResult) else result
    if not isinstance(told, dict):
        return "asked"
    if told.get("resultType") == "input_required":
        return "asked"
    return "error" if told.get("isError") else "answered"
