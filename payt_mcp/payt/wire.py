"""The protocol of Payt's API without any I/O: what to ask, and what an answer means.

Everything here is a pure function over values, so that `client.py` is left with nothing to decide.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from pydantic import ValidationError

from payt_mcp.errors import (
    BadValueError,
    ForbiddenError,
    GarbledError,
    MissingError,
    NotSentError,
    OutcomeUnknownError,
    PaytMcpError,
    RejectedError,
    UnauthorizedError,
)
from payt_mcp.payt.models import Entity, Stepped
from payt_mcp.words.text import clean

PER_PAGE = 500
"""The largest page Payt gives."""

_REASON_LENGTH = 200
_SHOWN = 60
_AT_A_TIME = 50
_PLAUSIBLE_YEARS = range(2020, 2100)
_PERMISSION = re.compile(r"Missing permission:\s*([a-z_]+:[a-z]+)", re.IGNORECASE)
_HALF = re.compile("[\ud800-\udfff]")
_HALF_SIGNS = (rb"\ud", rb"\uD", b"\xed")
_HALF_SIGN = re.compile(rb"\\u[dD][89a-fA-F]|\xed[\xa0-\xbf]")
"""Where an answer may hold half a sign, as an escape or as bytes: looking into every text would cost more."""

LONGEST_KEY = 400
"""Characters of what names a record: nothing Payt gives out is nearly as long, and no address may be."""

_UNPRINTABLE = re.compile(r"[^\x20-\x7e\u00a1-\u00ac\u00ae-\u024f]")

EntityT = TypeVar("EntityT", bound=Entity)
Fields = Sequence["str | Mapping[str, Sequence[str]]"]


@dataclass(frozen=True)
class Query:
    """One GET: `path` below the base URL, and query parameters that are sent as they stand. What `can_wait` leaves half
    of the rate to what somebody waits for.
    """

    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    can_wait: bool = False

    @property
    def target(self) -> str:
        """What is asked for, below the base URL, as it is sent."""
        return f"{self.path}?{urlencode(self.params)}" if self.params else self.path

    def with_params(self, **more: str) -> Query:
        return replace(self, params={**self.params, **more})


@dataclass(frozen=True)
class File:
    """A file part of a form: the field it stands in, its name, type and content."""

    field: str
    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True)
class Command:
    """One write: a JSON body, or with `files` a multipart form whose fields are `body`, or with `is_form` a plain form.

    In a form a list stands under a name that ends in `[]`: of a repeated plain name Payt keeps the last value alone.
    """

    path: str
    body: Mapping[str, Any]
    files: Sequence[File] = ()
    method: str = "POST"
    is_form: bool = False


def payload(command: Command) -> dict[str, Any]:
    """The body of a write, as the HTTP library takes it."""
    if command.is_form:
        return {"data": dict(command.body)}
    if not command.files:
        return {"json": command.body}
    files = [(file.field, (file.name, file.content, file.content_type)) for file in command.files]
    return {"data": dict(command.body), "files": files}


@dataclass(frozen=True)
class Page:
    """One page of a list: rows as Payt sent them, and the cursor of the next page (None on the last)."""

    rows: list[dict[str, Any]]
    cursor: str | None


class RetryableStatus(Exception):  # noqa: N818 - a signal between wire and client, not an error anyone is shown
    """Payt said 429 or 5xx: asking again may help."""

    def __init__(self, status: int) -> None:
        self.status = status
        super().__init__(f"it answered {status}")


def listing(resource: str, administration_id: str | None, *, fields: Fields = (), **filters: str | None) -> Query:
    """The query for a list such as `invoices` or `invoices/deleted`; filters that are None are left out."""
    params = {name: value for name, value in filters.items() if value is not None}
    if administration_id is not None:
        params["administration_id"] = administration_id
    if fields:
        params["fields"] = only(fields)
    params.setdefault("per_page", str(PER_PAGE))
    return Query(f"/v1/{resource}", params)


def record(resource: str, key: str, administration_id: str | None, *, key_type: str = "", fields: Fields = ()) -> Query:
    """The query for one record. `key_type` names what `key` is where it is not the internal id.

    Raises:
        MissingError: no record can have this key: in a path it would mean another place, or it fits into none.
    """
    if key in {".", ".."} or len(key) > LONGEST_KEY or _HALF.search(key):
        raise MissingError(named(resource, key))
    params = {} if administration_id is None else {"administration_id": administration_id}
    if key_type:
        params["identifier_type"] = key_type
    if fields:
        params["fields"] = only(fields)
    return Query(f"/v1/{resource}/{quote(key, safe='')}", params)


def named(kind: str, key: str) -> str:
    """A record in a sentence; what it is called by comes from outside."""
    return f"{kind} {clean(key, _SHOWN)}"


def only(fields: Fields) -> str:
    """Payt's sparse field selection: `{"only":["id",{"labels":["name"]}]}`."""
    return json.dumps({"only": list(fields)}, separators=(",", ":"))


def joined(argument: str, values: Sequence[str]) -> str:
    """A comma separated filter. Payt has no escape for a comma inside a value.

    Raises:
        BadValueError: a value contains a comma, so that asking would look for something else, or fits into no address.
    """
    for value in values:
        if len(value) > LONGEST_KEY or _HALF.search(value):
            raise BadValueError(argument, value, f"up to {LONGEST_KEY} characters, each of them whole")
        if "," in value:
            raise BadValueError(argument, value, "Payt cannot filter on a value that contains a comma")
    return ",".join(values)


def stamp(moment: datetime) -> str:
    """A UTC timestamp as Payt's filters take it, to the microsecond."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def read_json(status: int, content_type: str, body: bytes, what: str) -> Any:
    """Decide what a response means; returns the JSON of a success.

    Amounts that Payt sends as JSON numbers arrive as Decimal.

    Raises:
        RetryableStatus: 429 or 5xx.
        UpstreamError: every other failure, by its status or because the body is not JSON.
    """
    if 200 <= status < 300:
        return _decoded(body, content_type, what)
    if status == 429 or status >= 500:
        raise RetryableStatus(status)
    raise _failure(status, body, what)


def read_written(status: int, content_type: str, body: bytes, what: str) -> Any:
    """Decide what the answer to a write means; returns the JSON of one that was carried out, None where it is empty.

    Raises:
        NotSentError: 429, which Payt answers before it looks at a request: it may be sent again.
        OutcomeUnknownError: 5xx, 408, a redirect, or a success whose body cannot be read: it may not.
        UpstreamError: Payt refused it (other 4xx).
    """
    if 200 <= status < 300:
        if not body.strip():
            return None
        try:
            return _decoded(body, content_type, what)
        except GarbledError:
            raise OutcomeUnknownError("its answer could not be read") from None
    if status == 429:
        raise NotSentError("it allows no more requests now (429)")
    if status >= 500 or status < 400 or status == 408:
        raise OutcomeUnknownError(f"it answered {status}")
    raise _failure(status, body, what)


def read_page(answer: Any, what: str) -> Page:
    """The rows and the next cursor of a list answer.

    The last page may carry a null cursor, none at all, an empty one, or be followed by an empty page.

    Raises:
        GarbledError: it is not a list answer.
    """
    if not isinstance(answer, dict) or not isinstance(answer.get("data"), list):
        raise GarbledError(f"the list of {what} has no rows where rows belong")
    rows = answer["data"]
    if not all(isinstance(row, dict) for row in rows):
        raise GarbledError(f"the list of {what} holds something that is no record")
    return Page(rows, _cursor(answer.get("pagination"), what) if rows else None)


def read_entity(model: type[EntityT], row: Any, what: str, read_at: datetime | None = None) -> EntityT:
    """One record as its model; `read_at` is the time at Payt, which tells steps that are planned from those taken.

    Raises:
        GarbledError: it is no record, or a field holds what it cannot hold; the field is named, its value is not.
    """
    return _read(model, row, what, read_at, None)


def read_row(model: type[EntityT], row: Any, what: str, read_at: datetime | None = None) -> EntityT:
    """One record of a list, as `read_entity` reads it; but an amount that is none does not take the other records away:
    it is as good as missing, and named in the record's `unreadable`. Raises GarbledError for anything else.
    """
    unreadable: list[str] = []
    found = _read(model, row, what, read_at, unreadable)
    if unreadable:
        found.note_unreadable(unreadable)
    return found


def _read(model: type[EntityT], row: Any, what: str, read_at: datetime | None, unreadable: list[str] | None) -> EntityT:
    if not isinstance(row, dict):
        raise GarbledError(f"{what} is not a record")
    try:
        found = model.model_validate(row, context=unreadable)
    except ValidationError as error:
        wrong = ".".join(str(part) for part in error.errors(include_input=False)[0]["loc"])
        raise GarbledError(f"{what} has a field {wrong} that cannot be read") from None
    if isinstance(found, Stepped):
        found.read_at(read_at)
    return found


def read_date_header(value: str | None) -> datetime | None:
    """The server's clock from an HTTP `Date` header, or None where there is none that can be read."""
    if not value:
        return None
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    if moment.year not in _PLAUSIBLE_YEARS:
        return None  # a server that lost its clock would make everything overdue, or nothing
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _decoded(body: bytes, content_type: str, what: str) -> Any:
    try:
        answer = json.loads(body, parse_float=Decimal)
        return _whole_signs(answer) if any(sign in body for sign in _HALF_SIGNS) and _HALF_SIGN.search(body) else answer
    except (ValueError, RecursionError):
        kind = content_type.partition(";")[0].strip() or "no content type"
        raise GarbledError(f"instead of {what} as JSON came {len(body)} bytes of {_printable(kind)}") from None


def _whole_signs(value: Any) -> Any:
    """The same without halves of signs (an emoji that something cut in two): no answer and no address can hold one."""
    if isinstance(value, str):
        return _HALF.sub("\ufffd", value)
    if isinstance(value, list):
        return [_whole_signs(part) for part in value]
    if isinstance(value, dict):
        return {_whole_signs(name): _whole_signs(part) for name, part in value.items()}
    return value


def _cursor(pagination: Any, what: str) -> str | None:
    if pagination is None:
        return None
    if not isinstance(pagination, dict):
        raise GarbledError(f"the list of {what} has an unreadable pagination")
    cursor = pagination.get("cursor")
    if cursor is None or cursor == "":
        return None
    if isinstance(cursor, bool) or not isinstance(cursor, str | int):
        raise GarbledError(f"the list of {what} has an unreadable cursor")
    return str(cursor)


def _failure(status: int, body: bytes, what: str) -> PaytMcpError:
    message = _message(body)
    if status == 401:
        return UnauthorizedError()
    if status == 403:
        found = _PERMISSION.search(message)
        return ForbiddenError(found.group(1) if found else None)
    if status == 404:
        return MissingError(what)
    return RejectedError(status, message)


def _message(body: bytes) -> str:
    """The `message` of Payt's error envelope, cut and without odd characters; anything else is not passed on."""
    try:
        envelope = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    message = envelope.get("message") if isinstance(envelope, dict) else None
    return _printable(message)[:_REASON_LENGTH] if isinstance(message, str) else ""


def _printable(text: str) -> str:
    return _UNPRINTABLE.sub(" ", text)


def parts(rows: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """The rows of a page, as many at a time as are read within a few milliseconds."""
    return (rows[start : start + _AT_A_TIME] for start in range(0, len(rows), _AT_A_TIME))
