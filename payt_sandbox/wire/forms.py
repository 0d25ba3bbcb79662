"""Request bodies as a Rack server reads them: JSON, form pairs with nested names, and multipart."""

import json
import re
from dataclasses import dataclass
from decimal import Decimal
from email import message_from_bytes
from typing import Any, Final
from urllib.parse import parse_qsl

from payt_sandbox.wire.problems import Problem, invalid

_NAME: Final = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)\Z")


@dataclass(frozen=True)
class SentFile:
    """A file part of a multipart body."""

    filename: str
    content_type: str
    content: bytes


def parse_body(content_type: str, content: bytes) -> dict[str, Any]:
    """The parameters of a body; JSON numbers with a fraction become Decimal. 415 and 422 for what cannot be read."""
    kind = content_type.partition(";")[0].strip().lower()
    if not content:
        return {}
    if kind == "application/json":
        return _json(content)
    if kind == "application/x-www-form-urlencoded":
        try:
            pairs = parse_qsl(content.decode(), keep_blank_values=True)
        except UnicodeDecodeError:
            raise invalid("The body is not valid UTF-8") from None
        return nest(list(pairs))
    if kind == "multipart/form-data":
        return nest(_parts(content_type, content))
    raise Problem(415, "unsupported_media_type", "The content type is not supported")


def _json(content: bytes) -> dict[str, Any]:
    try:
        parsed = json.loads(content, parse_float=Decimal)
    except ValueError:
        raise invalid("The body is not valid JSON") from None
    if not isinstance(parsed, dict):
        raise invalid("The body must be a JSON object")
    return parsed


def nest(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Form pairs as nested parameters.

    A repeated plain name keeps its last value, `a[]` collects a list, `a[b]` makes an object, and `a[][b]`
    a list of objects in which a name that comes again begins the next object.
    """
    found: dict[str, Any] = {}
    for name, value in pairs:
        match = _NAME.match(name)
        if match is None:
            found[name] = value
            continue
        keys = [match[1], *re.findall(r"\[([^\[\]]*)\]", match[2])]
        _put(found, keys, value)
    return found


def _put(target: dict[str, Any], keys: list[str], value: Any) -> None:
    head, rest = keys[0], keys[1:]
    if not rest:
        target[head] = value
    elif rest[0]:
        inner = target.setdefault(head, {})
        if not isinstance(inner, dict):
            raise invalid(f"{head} is an object and something else")
        _put(inner, rest, value)
    else:
        items = target.setdefault(head, [])
        if not isinstance(items, list):
            raise invalid(f"{head} is a list and something else")
        _append(items, rest[1:], value)


def _append(items: list[Any], keys: list[str], value: Any) -> None:
    if not keys:
        items.append(value)
        return
    if not items or not isinstance(items[-1], dict) or (keys[0] in items[-1] and len(keys) == 1):
        items.append({})
    _put(items[-1], keys, value)


def _parts(content_type: str, content: bytes) -> list[tuple[str, Any]]:
    header = message_from_bytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n")
    boundary = header.get_param("boundary")
    if not isinstance(boundary, str):
        raise invalid("The multipart body has no boundary")
    pairs: list[tuple[str, Any]] = []
    for piece in (b"\r\n" + content).split(b"\r\n--" + boundary.encode())[1:]:
        if piece.startswith(b"--"):
            break
        head, _, body = piece.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        pairs.append(_part(head, body))
    return pairs


def _part(head: bytes, body: bytes) -> tuple[str, Any]:
    fields = message_from_bytes(head + b"\r\n\r\n")
    name = fields.get_param("name", header="content-disposition")
    if not isinstance(name, str):
        raise invalid("A part of the multipart body has no name")
    filename = fields.get_filename()
    if filename is not None:
        return name, SentFile(filename, fields.get_content_type(), body)
    try:
        return name, body.decode()
    except UnicodeDecodeError:
        raise invalid(f"{name} is not valid UTF-8") from None
