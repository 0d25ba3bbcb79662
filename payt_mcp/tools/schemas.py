"""Schemas as every host reads them.

Hosts choke on `$defs` and `$ref`, and on optional fields written as `anyOf [.., null]`; titles and empty defaults are
tokens that tell a model nothing. The SDK derives all of these; here they are taken out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

_PREFIX = "#/$defs/"
_DROPPED = frozenset({"title", "$defs"})
_EMPTY: tuple[Any, ...] = ("", None, [], ())

TEXT: Mapping[str, Any] = {"type": "string"}


def text(about: str) -> dict[str, Any]:
    """Text of which more is to be said. Choices, numbers and truth values of a record are text as well: hosts whose
    strict mode wants every field there is need a value that says "not given", and text has one.
    """
    return {**TEXT, "description": about}


def one_of(*choices: str) -> dict[str, Any]:
    return text("|".join(choices))


def record(properties: Mapping[str, Any], required: Sequence[str] = ()) -> dict[str, Any]:
    """An object of these fields and no others: strict modes drop or refuse one that does not say which it has."""
    needed = {"required": list(required)} if required else {}
    return {"type": "object", "properties": dict(properties), **needed, "additionalProperties": False}


def list_of(items: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "array", "items": dict(items), **more}


def flat(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The same schema without references, titles and empty defaults."""
    return _flattened(schema, schema.get("$defs", {}))


def _flattened(node: Mapping[str, Any], defs: Mapping[str, Any]) -> dict[str, Any]:
    reference = node.get("$ref")
    if isinstance(reference, str) and reference.startswith(_PREFIX):
        siblings = {name: value for name, value in node.items() if name != "$ref"}
        return _flattened({**defs[reference.removeprefix(_PREFIX)], **siblings}, defs)
    kept: dict[str, Any] = {}
    for name, value in node.items():
        if name in _DROPPED or (name == "default" and value in _EMPTY):
            continue
        if name == "properties":
            kept[name] = {key: _flattened(part, defs) for key, part in value.items()}
        elif isinstance(value, Mapping):
            kept[name] = _flattened(value, defs)
        elif name == "enum":
            kept[name] = [choice for choice in value if choice not in _EMPTY]
        else:
            kept[name] = value
    return kept
