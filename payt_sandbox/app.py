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
from payt_sandbox.api.options import (
    Application,
    Options,
    Sandbox,
    Token,
)
from payt_sandbox.signin.authorize import sign_in_routes
from payt_sandbox.signin.token import token_route
from payt_sandbox.wire.problems import Problem, problem_response
from payt_sandbox.world.shapes import DELETED
from payt_sandbox.world.world import World
from payt_sandbox.writes import blocks as write_blocks
from payt_sandbox.writes import contacts as write_contacts
from payt_sandbox.writes import debtors as write_debtors
from payt_sandbox.writes import files as write_files
from payt_sandbox.writes import invoices as write_invoices
from payt_sandbox.writes import messages as write_messages
from payt_sandbox.writes import plans as write_plans
from payt_sandbox.writes import tasks as write_tasks

__all__ = ["Application", "Options", "Sandbox", "Token", "create_app"]

_SINGLES = ("credit_cases", "debtors", "invoices", "messages", "notifications", "payment_plans", "tasks")


def create_app(world: World, *, options: Options | None = None) -> Starlette:
    """The sandbox over a world. Its state is `app.state.sandbox`: `faults`, `requests`, `mails`, counters."""
    sandbox = Sandbox(world, options or Options())
    control = control_routes(sandbox) if sandbox.options.control else []
    app = Starlette(
        routes=[
            *control,
            *sign_in_routes(sandbox),
            token_route(sandbox),
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
        write("POST", "/v1/messages", write_messages.send),
        write("PATCH", "/v1/messages", write_messages.mark_read),
        write("POST", "/v1/invoices", write_invoices.upsert),
        write("PATCH", "/v1/invoices", write_invoices.update),
        write("PATCH", "/v1/invoices/block", write_blocks.block),
        write("PATCH", "/v1/invoices/resume", write_blocks.resume),
        write("POST", "/v1/debtors", write_debtors.upsert),
        write("POST", "/v1/contacts", write_contacts.upsert),
        write("POST", "/v1/files", write_files.announce),
        write("POST", "/v1/payment_plans", write_plans.create),
        write("PATCH", "/v1/payment_plans/{id}/approve", write_plans.approve),
        write("PATCH", "/v1/payment_plans/{id}/reject", write_plans.reject),
        write("PATCH", "/v1/payment_plans/{id}/deactivate", write_plans.deactivate),
        write("PATCH", "/v1/tasks/{id}/mark_completed", write_tasks.complete),
        write("PATCH", "/v1/tasks/{id}/unmark_completed", write_tasks.reopen),
        write("POST", "/v1/tasks/{id}/comment", write_tasks.comment),
        Route("/uploads/{key}", write_files.receiver(sandbox), methods=["PUT"]),
    ]


async def _on_problem(_request: Request, problem: Exception) -> Response:
    assert isinstance(problem, Problem)
    return problem_response(problem)


async def _on_http(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    names = {404: ("not_found", "Not found"), 405: ("method_not_allowed", "Method not allowed")}
    code, message = names.get(error.status_code, ("error", str(error.detail)))
    return problem_response(Problem(error.status_code, code, message))
