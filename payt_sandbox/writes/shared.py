"""What the write endpoints share: the body, the record meant, bulk answers."""

from dataclasses import dataclass, field
from typing import Any, Final

from starlette.responses import Response

from payt_sandbox.api.calls import Call
from payt_sandbox.wire.forms import parse_body
from payt_sandbox.wire.problems import (
    Problem,
    invalid,
    json_response,
    not_found,
)
from payt_sandbox.world.book import Book
from payt_sandbox.world.tables import Row
from payt_sandbox.world.values import whole

MOST_RECORDS: Final = 500
MOST_NAMED: Final = 1000


@dataclass
class Outcome:
    """The result of a bulk write: how many records went well, and what was wrong with the others."""

    count: int = 0
    errors: dict[str, list[str]] = field(default_factory=dict)
    warnings: dict[str, list[str]] = field(default_factory=dict)

    def add(self, key: str, errors: list[str], warnings: list[str]) -> None:
        """Notes what became of one record: it counts unless it has errors."""
        if errors:
            self.errors.setdefault(key, []).extend(errors)
            return
        self.count += 1
        if warnings:
            self.warnings.setdefault(key, []).extend(warnings)

    def answer(self, status: int) -> Response:
        """The bulk answer of the contract with an HTTP status."""
        body = {"success": True, "count": self.count, "errors": self.errors, "warnings": self.warnings}
        return json_response(body, status)


def read_body(call: Call) -> None:
    """Adds the parameters of the body to those of the query."""
    call.params |= parse_body(call.request.headers.get("content-type", ""), call.content)


def read_form(call: Call) -> None:
    """The same where the contract declares a form and nothing else: 415 for another encoding."""
    kind = call.request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if call.content and kind != "application/x-www-form-urlencoded":
        raise Problem(415, "unsupported_media_type", "The content type is not supported")
    read_body(call)


def record_of_path(call: Call, kind: str) -> tuple[Book, Row]:
    """The record whose id stands in the path; 404 when there is none."""
    book = call.book()
    row = book.tables[kind].rows.get(whole(call.path("id")) or 0)
    if row is None:
        raise not_found(kind.removesuffix("s").replace("_", " ").capitalize())
    return book, row


def shown(call: Call, book: Book, kind: str, key: int, status: int) -> Response:
    """The answer that shows one record as it is now."""
    return json_response(call.render([book.tables[kind].rows[key]], call.columns(kind), book)[0], status)


def listed_records(call: Call, name: str, required: tuple[str, ...]) -> list[dict[str, Any]]:
    """The list of objects of a bulk write; 422, and nothing processed, when it or a required field is missing."""
    given = call.params.get(name)
    if not isinstance(given, list) or not all(isinstance(item, dict) for item in given):
        raise invalid(f"{name} is missing or invalid")
    if len(given) > MOST_RECORDS:
        raise invalid(f"{name} may hold at most {MOST_RECORDS} records")
    for position, item in enumerate(given):
        for field_name in required:
            if item.get(field_name) is None:
                raise invalid(f"{name}[{position}][{field_name}] is missing")
    return given


def check_choice(record: dict[str, Any], name: str, allowed: tuple[str, ...]) -> None:
    """422 when a given value is not in the contract's list."""
    if record.get(name) is not None and record[name] not in allowed:
        raise invalid(f"{name} does not have a valid value")


def listed_texts(call: Call, name: str) -> list[str]:
    """A list of texts, as Rack and a list parameter read them: a single plain value is a list of one."""
    given = call.params.get(name)
    if given is None:
        return []
    values = given if isinstance(given, list) else [given]
    if len(values) > MOST_NAMED:
        raise invalid(f"{name} may hold at most {MOST_NAMED} values")
    if not all(isinstance(value, str | int) for value in values):
        raise invalid(f"{name} is invalid")
    return [str(value) for value in values]
