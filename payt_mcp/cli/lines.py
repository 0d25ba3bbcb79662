"""What a host writes on stdin, line by line: a message of JSON-RPC, or why it is none.

The SDK drops a line it cannot read without a word, and whoever wrote it waits for ever. Here every line that is no
message gets its error, with the id of its request where that can be read, or an entry in the log where none may be
answered: a notification, or an answer to something the server had asked.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import anyio
from mcp.types import INVALID_PARAMS, INVALID_REQUEST, PARSE_ERROR, RequestId, jsonrpc_message_adapter
from pydantic import ValidationError

logger = logging.getLogger("payt_mcp")

_BOM = b"\xef\xbb\xbf"
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}:,]|[^\s"\[\]{}:,]+')
_DEEPER = {"{": 1, "[": 1, "}": -1, "]": -1}


@dataclass(frozen=True)
class Refusal:
    """Why a line is no message. `is_answered` is False where the protocol allows no answer."""

    code: int
    reason: str
    request_id: RequestId | None = None
    is_answered: bool = True


Answer = Callable[[Refusal], Awaitable[None]]


class Lines:
    """The lines that are messages, in their order; the others are refused on the way.

    `answer` sends a refusal; lines are held back until `answers_go_to` has said where they go.
    """

    def __init__(self, source: AsyncIterable[bytes]) -> None:
        self._source = source
        self._answer: Answer | None = None
        self._ready = anyio.Event()
        self.count = 0

    def answers_go_to(self, answer: Answer) -> None:
        self._answer = answer
        self._ready.set()

    async def __aiter__(self) -> AsyncIterator[str]:
        async for line in self._source:
            self.count += 1
            text = line.removeprefix(_BOM) if self.count == 1 else line
            if not text.strip():
                logger.info("an empty line on stdin was passed over")
                continue
            refused = refusal(text)
            if refused is None:
                yield text.decode()
                continue
            logger.warning("a line on stdin is no message: %s", refused.reason, extra={"outcome": str(refused.code)})
            await self._ready.wait()
            if refused.is_answered and self._answer is not None:
                await self._answer(refused)


def refusal(line: bytes) -> Refusal | None:
    """Why a line is no message of the protocol; None where it is one."""
    try:
        text = line.decode()
    except UnicodeDecodeError:
        return Refusal(PARSE_ERROR, "Parse error: the line is not UTF-8.", _id_in(line.decode(errors="replace")))
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        return Refusal(PARSE_ERROR, "Parse error: the line is not one whole JSON value.", _id_in(text))
    if not isinstance(message, dict):
        what = "several messages in one line" if isinstance(message, list) else "no object"
        return Refusal(INVALID_REQUEST, f"Invalid request: {what}; each line is one JSON object.")
    return _shape(message) or _unread(text, message)


def _shape(message: Mapping[str, Any]) -> Refusal | None:
    """What is wrong with its members."""
    given = _usable(message.get("id"))
    if "method" not in message and ("result" in message or "error" in message):
        return None  # an answer: whether it can be read is seen next
    if "id" in message and given is None:
        return Refusal(INVALID_REQUEST, "Invalid request: the id is neither a text nor a whole number.")
    if message.get("jsonrpc") != "2.0":
        return Refusal(INVALID_REQUEST, 'Invalid request: jsonrpc must be "2.0".', given)
    if not isinstance(message.get("method"), str):
        return Refusal(INVALID_REQUEST, "Invalid request: the method is missing or no text.", given)
    if not isinstance(message.get("params", {}), dict | None):
        reason = "Invalid params: they must be an object."
        return Refusal(INVALID_PARAMS, reason, given, is_answered="id" in message)
    return None


def _unread(text: str, message: Mapping[str, Any]) -> Refusal | None:
    """What the SDK cannot read of it though it is JSON: half a character in a text, an answer without its parts."""
    try:
        jsonrpc_message_adapter.validate_json(text, by_name=False)
    except ValidationError as error:
        is_request = "method" in message
        given = _usable(message.get("id")) if is_request else None
        if any(one["type"] == "json_invalid" for one in error.errors(include_url=False, include_input=False)):
            reason = "Parse error: a text in it cannot be read, such as half a character (\\ud83d alone)."
            return Refusal(PARSE_ERROR, reason, given, is_answered=not is_request or "id" in message)
        return Refusal(INVALID_REQUEST, "Invalid request: no message of JSON-RPC 2.0.", given, is_answered=is_request)
    return None


def _usable(value: Any) -> RequestId | None:
    """An id that can be answered to."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    try:
        str(value).encode()
    except ValueError:  # half a character, or thousands of digits
        return None
    return value


def _id_in(text: str) -> RequestId | None:
    """The id of a request that is not whole: it must stand in the outermost object, beside a method."""
    names: dict[str, str] = {}
    depth, tokens = 0, [found[0] for found in _TOKEN.finditer(text)]
    for name, colon, value in zip(tokens, tokens[1:], tokens[2:], strict=False):
        depth += _DEEPER.get(name, 0)
        if depth == 1 and colon == ":" and name.startswith('"'):
            names[name] = value
    if '"method"' not in names or '"result"' in names or '"error"' in names:
        return None
    try:
        return _usable(json.loads(names.get('"id"', "null")))
    except ValueError:
        return None
