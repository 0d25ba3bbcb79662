"""Payt's published contract as JSON Schema, loosened only where its facts say it is loose."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest

CONTRACT = Path(__file__).resolve().parents[3] / "shared" / "payt" / "openapi.json"


@cache
def contract() -> dict[str, Any]:
    """The parsed contract; the test is skipped where it is absent."""
    if not CONTRACT.exists():
        pytest.skip(f"the published contract is not at {CONTRACT}")
    parsed: dict[str, Any] = json.loads(CONTRACT.read_text())
    return parsed


def _schema(node: dict[str, Any], required: bool) -> dict[str, Any]:
    if "$ref" in node:
        return _schema(contract()["components"]["schemas"][node["$ref"].split("/")[-1]], required)
    if "allOf" in node:
        return _schema(node["allOf"][0], required)
    kind = node.get("type")
    if kind == "array":
        return {"type": ["array", "null"], "items": _schema(node["items"], required)}
    if kind == "object" or "properties" in node:
        made: dict[str, Any] = {"type": ["object", "null"]}
        if node.get("properties"):
            made["properties"] = {name: _schema(item, required) for name, item in node["properties"].items()}
            made["additionalProperties"] = False
            if required:
                made["required"] = node.get("required", [])
        return made
    types = {"string": ["string", "integer", "null"]}.get(kind or "", [kind, "null"])
    return {"type": types, "enum": [*node["enum"], None]} if "enum" in node else {"type": types}


def check(method: str, path: str, status: int, body: Any, required: bool = True) -> None:
    """Fails when a body is not what the contract promises for an operation, extra fields included."""
    responses = contract()["paths"][path][method.lower()]["responses"]
    content = responses[str(status)].get("content")
    if content is None:
        return
    jsonschema.validate(body, _schema(content["application/json"]["schema"], required))


def entity_fields(path: str) -> dict[str, Any]:
    """The fields of the records of a list, with their schema."""
    node = contract()["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    page = contract()["components"]["schemas"][node["$ref"].split("/")[-1]]
    name = page["properties"]["data"]["items"]["$ref"].split("/")[-1]
    fields: dict[str, Any] = contract()["components"]["schemas"][name]["properties"]
    return fields


def query_names(path: str) -> list[str]:
    """The query parameters of a list."""
    return [item["name"] for item in contract()["paths"][path]["get"]["parameters"] if item["in"] == "query"]


def operations() -> set[tuple[str, str]]:
    """Every (method, path) of the contract."""
    methods = {"get", "post", "patch", "put", "delete"}
    return {(name, path) for path, node in contract()["paths"].items() for name in node if name in methods}


def bodies(method: str, path: str) -> dict[str, dict[str, Any]]:
    """The declared bodies of an operation: the schema of the object by media type."""
    node = contract()["paths"][path][method]["requestBody"]
    if "$ref" in node:
        node = contract()["components"]["requestBodies"][node["$ref"].split("/")[-1]]
    found = {kind: item["schema"] for kind, item in node["content"].items()}
    known = contract()["components"]["schemas"]
    return {kind: known[item["$ref"].split("/")[-1]] if "$ref" in item else item for kind, item in found.items()}
