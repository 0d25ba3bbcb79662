"""Arguments are refused in our own words, before anything is looked up.

The SDK drops unknown arguments silently; a misspelt filter would then give a wrong answer that looks right.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from payt_mcp.errors import BadValueError, InputError, UnknownArgumentError


def check_names(tool: str, schema: Mapping[str, Any], arguments: Mapping[str, Any]) -> None:
    """Every argument is one the tool has, and the required ones are there.

    Raises:
        UnknownArgumentError: naming the closest one the tool has.
        InputError: a required one is missing.
    """
    known = list(schema.get("properties", {}))
    for name in arguments:
        if name not in known:
            raise UnknownArgumentError(tool, name, known)
    missing = [name for name in schema.get("required", []) if arguments.get(name) in (None, "")]
    if missing:
        raise InputError(f"{tool} needs {' and '.join(missing)}. Nothing was looked up.")


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
    if kind == "integer":
        low, high = schema.get("minimum"), schema.get("maximum")
        return "a whole number" + (f" from {low} to {high}" if low is not None and high is not None else "")
    if kind == "array":
        return "a list, such as " + ('["A-1", "A-2"]' if schema.get("items", {}).get("type") == "string" else "[{...}]")
    return 'text, in quotes; amounts too, such as "1250.00"' if kind == "string" else "see the tool's schema"
