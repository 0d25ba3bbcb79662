"""Arguments are refused in our own words, before anything is looked up.

The SDK drops unknown arguments silently; a misspelt filter would then give a wrong answer that looks right.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from payt_mcp.errors import BadValueError, InputError, UnknownArgumentError


def accepted(tool: str, schema: Mapping[str, Any], arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments that were really given: hosts send null, and models send "", for what they leave out.

    Raises:
        UnknownArgumentError: naming the closest one the tool has.
        InputError: a required one is missing.
        BadValueError: a truth value where another is wanted: 1 for true would be an answer.
        InputError: a value that could not even be named in an answer.
    """
    properties = schema.get("properties", {})
    for name in arguments:
        if name not in properties:
            raise UnknownArgumentError(tool, name, list(properties))
    filled = {name: value for name, value in arguments.items() if not _is_unset(value)}
    missing = [name for name in schema.get("required", []) if name not in filled]
    if missing:
        raise InputError(f"{tool} needs {' and '.join(missing)}. Nothing was looked up.")
    for name, value in filled.items():
        if isinstance(value, bool) and properties[name].get("type") != "boolean":
            raise BadValueError(name, value, allowed(properties[name]))
        if not _is_writable(value):
            raise InputError(f"{name} holds characters that are no text, or a number of absurd length.")
        if name == "query" and isinstance(value, str) and not any(map(str.isalnum, value)):
            raise BadValueError(name, value, "words or numbers to look for")  # nothing to compare would fit everything
    return filled


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
