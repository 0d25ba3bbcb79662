"""One authenticated call: who asks, about which administration, with which parameters."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from payt_sandbox.api.sandbox import Sandbox
from payt_sandbox.signin.access import Token
from payt_sandbox.wire.problems import forbidden, invalid
from payt_sandbox.world.book import Book
from payt_sandbox.world.render import (
    Columns,
    columns_of,
    ident_for,
    parse_fields,
    render,
)
from payt_sandbox.world.tables import Row
from payt_sandbox.world.values import (
    parse_decimal,
    parse_stamp,
    stamp,
    whole,
)

LARGEST_PAGE = 500
_FLAGS = {"true": True, "1": True, "false": False, "0": False}


@dataclass
class Call:
    """A request after authentication; `params` are the query (or body) parameters, the last of each name."""

    sandbox: Sandbox
    request: Request
    token: Token
    params: dict[str, Any]
    content: bytes = b""
    ident: Callable[[int], str | int] = field(init=False)

    def __post_init__(self) -> None:
        self.ident = ident_for(self.sandbox.options.ids)

    def path(self, name: str) -> str:
        """A part of the path."""
        return str(self.request.path_params[name])

    def book(self) -> Book:
        """The administration asked about: 422 without one, 403 when it is unknown or out of reach."""
        given = self.params.get("administration_id")
        if given is None or str(given) == "":
            raise invalid("administration_id is missing")
        return self.reach(str(given))

    def reach(self, administration_id: str) -> Book:
        """The book of an administration; 403 when it is unknown or out of reach."""
        known = self.sandbox.world.books.get(whole(administration_id) or 0)
        if known is None or not self.token.reaches(known.administration_id):
            raise forbidden("Access to this administration is not authorized")
        return known

    def columns(self, kind: str) -> Columns:
        """The fields to answer with; 422 when `fields` is malformed."""
        text = self.params.get("fields")
        if not text:
            return columns_of(kind, None)
        try:
            return columns_of(kind, parse_fields(str(text)))
        except ValueError:
            raise invalid("fields is invalid") from None

    def per_page(self) -> int:
        """The size of a page, 1 to 500 rows; 422 otherwise."""
        size = whole(str(self.params.get("per_page", "100")))
        if size is None or not 1 <= size <= LARGEST_PAGE:
            raise invalid(f"per_page does not have a valid value, it must be 1..{LARGEST_PAGE}")
        return size

    def flag(self, name: str) -> bool | None:
        """A boolean parameter; None when it is not given, 422 when it is not one."""
        text = self.params.get(name)
        if text is None:
            return None
        if str(text).lower() not in _FLAGS:
            raise invalid(f"{name} is invalid")
        return _FLAGS[str(text).lower()]

    def number(self, name: str) -> Decimal | None:
        """A decimal parameter; None when it is not given, 422 when it is not one."""
        number: Decimal | None = self._parsed(name, parse_decimal)
        return number

    def moment(self, name: str) -> str | None:
        """A timestamp parameter as a 24-character stamp; 422 when it is not ISO 8601."""
        text: str | None = self._parsed(name, lambda given: stamp(parse_stamp(given)))
        return text

    def _parsed(self, name: str, parse: Callable[[str], Any]) -> Any:
        text = self.params.get(name)
        if text is None:
            return None
        try:
            return parse(str(text))
        except (ValueError, OverflowError):
            raise invalid(f"{name} is invalid") from None

    def render(self, rows: list[Row], columns: Columns, book: Book) -> list[dict[str, Any]]:
        """Rows in wire form, with ids and nulls as the options say."""
        return render(rows, columns, book, self.ident, nulls=self.sandbox.options.nulls == "null")


Handler = Callable[[Call], Response]
Endpoint = Callable[[Request], Awaitable[Response]]


def endpoint(sandbox: Sandbox, handler: Handler, scope: str) -> Endpoint:
    """An async endpoint around a handler: authenticates, checks the scope, and holds the world's lock."""

    async def run(request: Request) -> Response:
        content = await request.body()
        with sandbox.world.lock:
            token = sandbox.bearer(request.headers.get("authorization", ""))
            sandbox.permit(token, scope)
            return handler(Call(sandbox, request, token, dict(request.query_params), content))

    return run


def basic_endpoint(sandbox: Sandbox, handler: Handler) -> Endpoint:
    """The same for an endpoint with Basic authentication, which has no scopes."""

    async def run(request: Request) -> Response:
        with sandbox.world.lock:
            sandbox.basic(request.headers.get("authorization", ""))
            return handler(Call(sandbox, request, Token(), dict(request.query_params)))

    return run
