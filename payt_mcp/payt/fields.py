"""Which fields there are: Payt sends some only when they are asked for by name."""

from __future__ import annotations

import typing
from collections.abc import Mapping, Sequence
from functools import cache
from types import UnionType
from typing import Annotated, Any, Union

from payt_mcp.payt.models import Entity


@cache
def every(model: type[Entity]) -> tuple[str | Mapping[str, Sequence[str]], ...]:
    """Every field of an entity, nested ones with their own fields, as `fields` takes them."""
    return tuple(selection(model, name) for name in model.model_fields)


def selection(model: type[Entity], name: str) -> str | Mapping[str, Sequence[str]]:
    """One field as `fields` takes it: a nested record with all of its fields."""
    nested = _entity_in(model.model_fields[name].annotation)
    return {name: tuple(nested.model_fields)} if nested else name


def _entity_in(annotation: Any) -> type[Entity] | None:
    if isinstance(annotation, type) and issubclass(annotation, Entity):
        return annotation
    if typing.get_origin(annotation) in {Union, UnionType, Annotated, list}:
        found = (_entity_in(part) for part in typing.get_args(annotation))
        return next((entity for entity in found if entity), None)
    return None
