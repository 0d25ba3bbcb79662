"""The application: `create_app(world)` answers as Payt's API does, in-process or behind a server."""

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from payt_sandbox.api import reads
from payt_sandbox.api.calls import Handler, basic_endpoint, endpoint
from payt_sandbox.api.control import control_routes
from payt_sandbox.api.gate import Gate
from payt_sandbox.api.lists import FILTERS
from payt_sandbox.api.options import Options
from payt_sandbox.api.sandbox import Sandbox
from payt_sandbox.signin.authorize import sign_in_routes
from payt_sandbox.signin.token import token_route
from payt_sandbox.wire.problems import Problem, problem_response
from payt_sandbox.world.shapes import DELETED
from payt_sandbox.world.world import World
from payt_sandbox.writes import blocks, contacts, debtors, files, invoices, messages, plans, tasks

_SINGLES = ("credit_cases", "debtors", "invoices", "messages", "notifications", "payment_plans", "tasks")


def create_app(world: World, *, options: Options | None = None) -> Starlette:
    """The sandbox over a world. Its state is `app.state.sandbox`: `faults`, `requests`, `mails`, counters."""
    sandbox = Sandbox(world, options or Options())
    control = control_routes(sandbox) if sandbox.options.control else []
    app = Starlette(
        routes=[
            *control,
            *sign_in_routes(sandbox.sign_in),
            token_route(sandbox.sign_in, nulls=sandbox.options.nulls == "null"),
            *_write_routes(sandbox),
            *_read_routes(sandbox),
        ],
        middleware=[Middleware(Gate, sandbox=sandbox)],
        exception_handlers={Problem: _on_problem, HTTPException: _on_http},
    )
    app.state.sandbox = sandbox
    return app


def _read_routes(sandbox: Sandbox) -> list[Route]:
    def get(path: str, handler: Handler, resource: str) -> Route:
        return Route(path, endpoint(sandbox, handler, f"{resource}:read"), methods=["GET"])

    routes = [
        get("/v1/administrations", reads.administrations, "administrations"),
        get("/v1/administrations/{administration_id}", reads.administration, "administrations"),
        Route("/v1/companies", basic_endpoint(sandbox, reads.companies), methods=["GET"]),
        Route("/v1/companies/{id}", basic_endpoint(sandbox, reads.company), methods=["GET"]),
    ]
    routes += [get(f"/v1/{kind}", reads.listing(kind), kind) for kind in FILTERS]
    routes += [get("/v1/vat_rates", reads.vat_rates, "vat_rates")]
    routes += [get(f"/v1/{kind}/deleted", reads.deleted(kind), kind) for kind in DELETED]
    routes += [get(f"/v1/{kind}/{{id:path}}", reads.single(kind), kind) for kind in _SINGLES]
    return routes


def _write_routes(sandbox: Sandbox) -> list[Route]:
    def write(method: str, path: str, handler: Handler) -> Route:
        resource = path.split("/")[2]
        return Route(path, endpoint(sandbox, handler, f"{resource}:write"), methods=[method])

    return [
        write("POST", "/v1/messages", messages.send),
        write("PATCH", "/v1/messages", messages.mark_read),
        write("POST", "/v1/invoices", invoices.upsert),
        write("PATCH", "/v1/invoices", invoices.update),
        write("PATCH", "/v1/invoices/block", blocks.block),
        write("PATCH", "/v1/invoices/resume", blocks.resume),
        write("POST", "/v1/debtors", debtors.upsert),
        write("POST", "/v1/contacts", contacts.upsert),
        write("POST", "/v1/files", files.announce),
        write("POST", "/v1/payment_plans", plans.create),
        write("PATCH", "/v1/payment_plans/{id}/approve", plans.approve),
        write("PATCH", "/v1/payment_plans/{id}/reject", plans.reject),
        write("PATCH", "/v1/payment_plans/{id}/deactivate", plans.deactivate),
        write("PATCH", "/v1/tasks/{id}/mark_completed", tasks.complete),
        write("PATCH", "/v1/tasks/{id}/unmark_completed", tasks.reopen),
        write("POST", "/v1/tasks/{id}/comment", tasks.comment),
        Route("/uploads/{key}", files.receiver(sandbox), methods=["PUT"]),
    ]


async def _on_problem(_request: Request, problem: Exception) -> Response:
    assert isinstance(problem, Problem)
    return problem_response(problem)


async def _on_http(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    names = {404: ("not_found", "Not found"), 405: ("method_not_allowed", "Method not allowed")}
    code, message = names.get(error.status_code, ("error", str(error.detail)))
    return problem_response(Problem(error.status_code, code, message))
