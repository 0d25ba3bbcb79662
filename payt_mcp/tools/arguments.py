"""Arguments are refused in our own words, before anything is looked up.

The SDK drops unknown arguments silently; a misspelt filter would then give a wrong answer that looks right.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from payt_mcp.errors import BadValueError, InputError, UnknownArgumentError

_FILTERS = frozenset({"debtors", "invoices", "credit_cases", "contacts", "phase", "attention", "labels"})
_LONGEST_NAME = 300
_TEXTS = ("subject", "body", "message", "comment", "attachments", "cursor")
_LONGEST = {**dict.fromkeys(_TEXTS, sys.maxsize), **dict.fromkeys(("email", "cc", "bcc"), 2_000)}
"""Texts with checks of their own: what is written, and cursors, and lists of addresses; all others are looked up."""


def accepted(tool: str, schema: Mapping[str, Any], arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments that were really given: hosts send null, and models send "", for what they leave out.

    Raises:
        UnknownArgumentError: naming the closest one the tool has.
        InputError: a required one is missing.
        BadValueError: a truth value where another is wanted: 1 for true would be an answer; a text too long to be
            what anything is called.
        InputError: a value that could not even be named in an answer; a filter that is an empty list.
    """
    properties = schema.get("properties", {})
    for name in arguments:
        if name not in properties:
            raise UnknownArgumentError(tool, name, list(properties))
    arguments = _without_empty_filters(schema, arguments)
    filled = {name: value for name, value in arguments.items() if not _is_unset(value)}
    missing = [name for name in schema.get("required", []) if name not in filled]
    if missing:
        raise InputError(f"{tool} needs {' and '.join(missing)}. Nothing was looked up.")
    for name, value in filled.items():
        if isinstance(value, bool) and properties[name].get("type") != "boolean":
            raise BadValueError(name, value, allowed(properties[name]))
        if not _is_writable(value):
            raise InputError(f"{name} holds characters that are no text, or a number of absurd length.")
        if "string" in (properties[name].get("type"), properties[name].get("items", {}).get("type")):
            _check_length(name, value)
        if name == "query" and isinstance(value, str) and not any(map(str.isalnum, value)):
            raise BadValueError(name, value, "words or numbers to look for")  # nothing to compare would fit everything
    return filled


def _without_empty_filters(schema: Mapping[str, Any], arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    """A filter that names nobody is not one for everybody. Only a call that gives every argument there is, as hosts
    make it whose schemas know no optional ones, has no other way to leave a filter out.

    Raises:
        InputError: the filter is an empty list, or one of empty texts.
    """
    properties = schema.get("properties", {})
    empty = [name for name in arguments if name in _FILTERS and _names_nobody(arguments[name])]
    empty = [name for name in empty if name not in schema.get("required", ())]
    if empty and arguments.keys() != properties.keys():
        name = empty[0]
        raise InputError(
            f"{name} is an empty list, which names none and does not stand for all: leave {name} out for all of them, "
            "or name at least one. Nothing was looked up."
        )
    return {name: value for name, value in arguments.items() if name not in empty}


def _names_nobody(value: Any) -> bool:
    return isinstance(value, list) and all(_is_unset(one) for one in value)


def _check_length(name: str, value: Any) -> None:
    """Nothing that is looked up is called anything longer. Raises BadValueError."""
    most = _LONGEST.get(name, _LONGEST_NAME)
    for text in value if isinstance(value, list) else [value]:
        if isinstance(text, str) and len(text) > most:
            raise BadValueError(name, text, f"at most {most} characters, and it has {len(text):,}")


def _is_unset(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _is_writable(value: Any) -> bool:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except ValueError:  # half a surrogate pair, thousands of digits
        return False
    return True


def refusal(schema: Mapping[str, Any], arguments: Mapping[str, Any], error: ValidationError) -> InputError:
    """The first thing wrong in the values, as a sentence: which argument, and what it takes."""
    name = str(error.errors(include_url=False)[0]["loc"][0])
    return BadValueError(name, arguments.get(name), allowed(schema.get("properties", {}).get(name, {})))


def allowed(schema: Mapping[str, Any]) -> str:
    """What a property takes, in words."""
    if "enum" in schema:
        return "one of " + ", ".join(str(value) for value in schema["enum"])
    if "const" in schema:
        return f"only {schema['const']}"
    kind = schema.get("type")
    if kind == "boolean":
        return "true or false"
    if kind == "integer":
        low, high = schema.get("minimum"), schema.get("maximum")
        return "a whole number" + (f" from {low} to {high}" if low is not None and high is not None else "")
    if kind == "array":
        return "a list, such as " + ('["A-1", "A-2"]' if schema.get("items", {}).get("type") == "string" else "[{...}]")
    return 'text, in quotes; amounts too, such as "1250.00"' if kind == "string" else "see the tool's schema"
