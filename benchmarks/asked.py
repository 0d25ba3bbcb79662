"""How often each tool asks Payt: of a server that has read nothing yet, of one whose books are fresh, and of one whose
books are older than the freshness. What every server asks once, for the administrations, is not counted.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.figures import markdown
from benchmarks.processes import OURS, SECOND, Payt, Server

_INVOICES = 1_000
_FRESH, _OLD = {"PAYT_FRESHNESS_SECONDS": "3600"}, {"PAYT_FRESHNESS_SECONDS": "1"}
_Call = tuple[str, dict[str, Any]]
_EVERY_SET = {"PAYT_TOOLSETS": "all"}

_BEFORE = {
    "summarize_overdue": "5, 0, 4",
    "get_worklist": "10, 0, 12",
    "find_debtors": "5, 0, 4",
    "search_invoices": "5, 0, 4",
    "search_invoices(status=paid)": "3, 1, 5",
    "get_debtor": "6, 6, 10",
    "get_debtor(whole=true)": "6, 6, 13",
    "get_invoice": "5, 5, 5",
    "list_contacts": "2, 1, 5",
    "list_messages": "4, 2, 6",
    "list_payment_plans": "5, 4, 8",
    "list_tasks": "7, 4, 15",
}
"""At commit e074725 on 2026-11-29: nothing read, fresh books, old books."""


@dataclass(frozen=True)
class Asked:
    """The requests of one call."""

    call: str
    cold: int
    fresh: int
    old: int

    def __str__(self) -> str:
        return f"{self.cold}, {self.fresh}, {self.old}"


def measured() -> list[Asked]:
    with Payt(_INVOICES) as payt:
        calls = _calls(payt)
        cold = [_first(payt, tool, arguments) for tool, arguments in calls.values()]
        fresh, old = _following(payt, _FRESH, calls.values()), _following(payt, _OLD, calls.values())
    return [Asked(*row) for row in zip(calls, cold, fresh, old, strict=True)]


def table(found: Sequence[Asked]) -> str:
    """Before and now side by side."""
    lines = [(f"`{one.call}`", _BEFORE.get(one.call, "-"), str(one)) for one in found]
    return markdown(("requests: nothing read, fresh books, old books", "before", "now"), lines)


def _calls(payt: Payt) -> dict[str, _Call]:
    """What is asked, by how it is called in the table: of the debtor that owes most."""
    with _server(payt, _FRESH) as server:
        debtor = server.call("find_debtors", limit=1)["structuredContent"]["debtors"][0]["debtor_number"]
        of_it = server.call("search_invoices", debtors=[debtor], limit=1)["structuredContent"]
    invoice = of_it["invoices"][0]["invoice_number"]
    time.sleep(SECOND)
    return {
        "summarize_overdue": ("summarize_overdue", {}),
        "get_worklist": ("get_worklist", {}),
        "find_debtors": ("find_debtors", {"query": "b.v."}),
        "search_invoices": ("search_invoices", {}),
        "search_invoices(status=paid)": ("search_invoices", {"status": "paid"}),
        "get_debtor": ("get_debtor", {"debtor": debtor}),
        "get_debtor(whole=true)": ("get_debtor", {"debtor": debtor, "whole": True}),
        "get_invoice": ("get_invoice", {"invoice": invoice}),
        "list_contacts": ("list_contacts", {"debtors": [debtor]}),
        "list_messages": ("list_messages", {"debtor": debtor}),
        "list_payment_plans": ("list_payment_plans", {}),
        "list_tasks": ("list_tasks", {"debtor": debtor}),
    }


def _first(payt: Payt, tool: str, arguments: Mapping[str, Any]) -> int:
    with _server(payt, _FRESH) as server:
        return _requests(payt, server, tool, arguments)


def _following(payt: Payt, freshness: Mapping[str, str], calls: Iterable[_Call]) -> list[int]:
    """Of a server that has its books; each is made twice, so that what is kept besides is there too."""
    found = []
    with _server(payt, freshness) as server:
        server.call("summarize_overdue")
        for tool, arguments in calls:
            for _ in range(2):
                time.sleep(SECOND)
                asked = _requests(payt, server, tool, arguments)
            found.append(asked)
    return found


def _requests(payt: Payt, server: Server, tool: str, arguments: Mapping[str, Any]) -> int:
    with payt.listening() as heard:
        server.call(tool, **arguments)
    return len(heard)


def _server(payt: Payt, freshness: Mapping[str, str]) -> Server:
    server = Server(OURS, {**payt.settings, **freshness, **_EVERY_SET})
    server.greet()
    server.call("list_administrations")
    return server
