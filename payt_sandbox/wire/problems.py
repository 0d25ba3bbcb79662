"""The refusals of the API, in its one envelope `{"code", "message"}`."""

import json
from typing import Any

from starlette.responses import Response


class Problem(Exception):  # noqa: N818 - the word the API's own documentation suits best
    """A refusal with an HTTP status, a short code and a sentence."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


def unauthorized(message: str) -> Problem:
    """401: no token, or not a good one."""
    return Problem(401, "unauthorized", message)


def forbidden(message: str) -> Problem:
    """403: a good token that may not do this."""
    return Problem(403, "forbidden", message)


def not_found(what: str) -> Problem:
    """404: there is no such record."""
    return Problem(404, "not_found", f"{what} not found")


def invalid(message: str) -> Problem:
    """422: nothing was processed."""
    return Problem(422, "unprocessable_entity", message)


def json_response(content: Any, status: int = 200) -> Response:
    """A JSON answer as compact UTF-8."""
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(body, status, media_type="application/json")


def problem_response(problem: Problem) -> Response:
    """A refusal as a response."""
    return json_response({"code": problem.code, "message": problem.message}, problem.status)
