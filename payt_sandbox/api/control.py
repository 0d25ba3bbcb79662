"""`/_sandbox/`: the test's side of a sandbox that runs in another process. Off unless asked for."""

import dataclasses
from collections.abc import Callable
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from payt_sandbox.api.faults import Fault
from payt_sandbox.api.sandbox import Sandbox
from payt_sandbox.wire.forms import parse_body
from payt_sandbox.wire.problems import (
    Problem,
    invalid,
    json_response,
    not_found,
)

MUTATORS: Final = frozenset(
    [
        "add",
        "change",
        "delete",
        "add_invoice",
        "change_invoice",
        "pay_invoice",
        "delete_invoice",
        "add_debtor",
        "change_debtor",
        "delete_debtor",
        "add_contact",
        "change_contact",
        "add_credit_case",
        "change_credit_case",
        "delete_credit_case",
        "add_message",
        "change_message",
        "add_payment_plan",
        "change_payment_plan",
        "delete_payment_plan",
        "add_payment",
        "delete_payment",
    ]
)
ENDINGS: Final = frozenset(["expire_access_tokens", "revoke_refresh_tokens"])


def control_routes(sandbox: Sandbox) -> list[Route]:
    """POST faults (a rule, or `{"clear": true}`), GET requests, mails, rows and grants, POST grants and act."""

    def faults(_request: Request, body: dict[str, Any]) -> Any:
        if body.pop("clear", False):
            sandbox.faults.clear()
        if body:
            sandbox.faults.add(Fault(**body))
        return {"hits": sandbox.faults.hits}

    def requests(_request: Request, _body: dict[str, Any]) -> Any:
        log = [{**dataclasses.asdict(entry), "time": entry.time.isoformat()} for entry in sandbox.requests]
        return {"requests": log, "rate_limited_count": sandbox.rate_limited_count}

    def mails(_request: Request, _body: dict[str, Any]) -> Any:
        return {"mails": [dataclasses.asdict(mail) for mail in sandbox.mails]}

    def rows(request: Request, _body: dict[str, Any]) -> Any:
        query = request.query_params
        return {"rows": sandbox.world.rows(query["administration_id"], query["kind"])}

    def act(_request: Request, body: dict[str, Any]) -> Any:
        """`{"name": "pay_invoice", "args": ["4711", "2600123"], "fields": {"amount": "10.00"}}`"""
        if body.get("name") not in MUTATORS:
            raise not_found("Mutator")
        return {"result": getattr(sandbox.world, body["name"])(*body.get("args", ()), **body.get("fields", {}))}

    return [
        _route("/_sandbox/faults", faults, "POST"),
        _route("/_sandbox/requests", requests, "GET"),
        _route("/_sandbox/mails", mails, "GET"),
        _route("/_sandbox/rows", rows, "GET"),
        *_grant_routes(sandbox),
        _route("/_sandbox/act", act, "POST"),
    ]


def _grant_routes(sandbox: Sandbox) -> list[Route]:
    """What was asked of the grants; POST `{"name": "expire_access_tokens"}` ends what was given out."""

    def counts(_request: Request, _body: dict[str, Any]) -> Any:
        return dataclasses.asdict(sandbox.grants.counts)

    def end(_request: Request, body: dict[str, Any]) -> Any:
        if body.get("name") not in ENDINGS:
            raise not_found("Ending")
        return {"ended": getattr(sandbox.grants, body["name"])()}

    return [_route("/_sandbox/grants", counts, "GET"), _route("/_sandbox/grants", end, "POST")]


def _route(path: str, handler: Callable[[Request, dict[str, Any]], Any], method: str) -> Route:
    async def run(request: Request) -> Response:
        try:
            body = parse_body("application/json", await request.body())
            return json_response(handler(request, body))
        except Problem:
            raise
        except (KeyError, TypeError, ValueError) as error:
            raise invalid(f"{type(error).__name__}: {error}") from None

    return Route(path, run, methods=[method])
