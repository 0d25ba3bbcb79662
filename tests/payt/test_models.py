"""The typed reading of Payt beside Payt's own contract: every field, every query parameter."""

import datetime as dt
import json
import typing
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from typing import Any, get_type_hints

import pytest
from pydantic import AwareDatetime

from payt_mcp.payt import models, resources
from payt_mcp.payt.fields import every
from payt_mcp.payt.models import Entity
from tests.support.contract import CONTRACT

pytestmark = pytest.mark.skipif(not CONTRACT.exists(), reason=f"Payt's contract is not at {CONTRACT}")

LISTS: dict[str, type[Entity]] = {
    "administrations": models.Administration,
    "invoices": models.Invoice,
    "debtors": models.Debtor,
    "contacts": models.Contact,
    "credit_cases": models.CreditCase,
    "messages": models.Message,
    "payment_plans": models.PaymentPlan,
    "tasks": models.Task,
    "notes": models.Note,
    "notifications": models.Notification,
    "invoices/deleted": models.DeletedInvoice,
    "credit_cases/deleted": models.DeletedCreditCase,
    "payment_plans/deleted": models.DeletedPaymentPlan,
}
SINGLES: dict[str, type[Entity]] = {
    "administrations": models.Administration,
    "invoices": models.Invoice,
    "debtors": models.Debtor,
    "credit_cases": models.CreditCase,
    "messages": models.Message,
    "payment_plans": models.PaymentPlan,
    "tasks": models.Task,
}
FILTERS = {
    "invoices": resources.InvoiceFilters,
    "debtors": resources.DebtorFilters,
    "contacts": resources.ContactFilters,
    "credit_cases": resources.CreditCaseFilters,
    "messages": resources.MessageFilters,
    "payment_plans": resources.PaymentPlanFilters,
    "payments": resources.PaymentFilters,
    "tasks": resources.TaskFilters,
    "notes": resources.NoteFilters,
    "notifications": resources.MessageFilters,
    "invoices/deleted": resources.DeletedFilters,
    "credit_cases/deleted": resources.DeletedFilters,
    "payment_plans/deleted": resources.DeletedFilters,
}
# What every list takes, and what our reads of a list pass by themselves.
COMMON = {"administration_id", "per_page", "cursor", "fields", "deleted_after"}


@cache
def _contract() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(CONTRACT.read_text(encoding="utf-8"))
    return loaded


def _resolved(node: Any) -> Any:
    while isinstance(node, dict) and "$ref" in node:
        found: Any = _contract()
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        node = found
    return node


def _operation(path: str) -> dict[str, Any]:
    operation: dict[str, Any] = _contract()["paths"][path]["get"]
    return operation


def _properties(schema: Any) -> dict[str, Any]:
    schema = _resolved(schema)
    found: dict[str, Any] = dict(schema.get("properties", {}))
    for part in schema.get("allOf", []):
        found |= _properties(part)
    return found


def _answer(path: str) -> Any:
    content = _resolved(_operation(path)["responses"]["200"])["content"]
    return _resolved(next(iter(content.values()))["schema"])


def _path_of_one(resource: str) -> str:
    paths: list[str] = [
        path for path in _contract()["paths"] if path.startswith(f"/v1/{resource}/{{") and path.count("/") == 3
    ]
    return next(path for path in paths if "get" in _contract()["paths"][path])


def _entities() -> Iterator[tuple[str, type[Entity], dict[str, Any]]]:
    if not CONTRACT.exists():
        return
    for resource, model in LISTS.items():
        data = _resolved(_properties(_answer(f"/v1/{resource}"))["data"])
        yield f"list {resource}", model, _properties(data["items"])
    for resource, model in SINGLES.items():
        answer = _properties(_answer(_path_of_one(resource)))
        yield f"one of {resource}", model, _properties(answer["data"]) if set(answer) == {"data"} else answer


def _nested(annotation: Any) -> type[Entity] | None:
    if isinstance(annotation, type) and issubclass(annotation, Entity):
        return annotation
    return next((found for part in typing.get_args(annotation) if (found := _nested(part))), None)


ENTITIES = list(_entities())


@pytest.mark.parametrize(("name", "model", "properties"), ENTITIES, ids=[name for name, _, _ in ENTITIES])
def test_every_field_of_the_contract_is_read_and_none_is_invented(
    name: str, model: type[Entity], properties: dict[str, Any]
) -> None:
    assert properties
    assert set(model.model_fields) == set(properties), name
    for field, schema in properties.items():
        inner = _nested(model.model_fields[field].annotation)
        listed = _resolved(_resolved(schema).get("items", {}))
        within = _properties(listed) or _properties(schema)
        if within and inner is not None:
            assert set(inner.model_fields) == set(within), f"{name}.{field}"
        elif within:
            assert field == "validation_errors", f"{name}.{field} has fields of its own that are not read"


@pytest.mark.parametrize(("name", "model", "properties"), ENTITIES, ids=[name for name, _, _ in ENTITIES])
def test_every_field_has_the_type_its_name_and_the_contract_say(
    name: str, model: type[Entity], properties: dict[str, Any]
) -> None:
    hints = get_type_hints(model)
    for field, schema in properties.items():
        kinds = {hints[field], *typing.get_args(hints[field])}
        form, kind = _resolved(schema).get("format", ""), _resolved(schema).get("type")
        if field.endswith("_at") or form == "date-time":
            assert AwareDatetime in kinds, f"{name}.{field}"
        elif field.endswith("_date") or form == "date":
            assert dt.date in kinds, f"{name}.{field}"
        elif field.endswith(("_amount", "_costs")):
            assert Decimal in kinds, f"{name}.{field}"
        elif kind == "boolean":
            assert bool in kinds, f"{name}.{field}"
        elif kind == "integer" and not field.endswith("id"):
            assert int in kinds, f"{name}.{field}"
        elif field == "id" or field.endswith("_id"):
            assert str in kinds, f"{name}.{field}"


@pytest.mark.parametrize("model", list(dict.fromkeys(LISTS.values())), ids=lambda model: model.__name__)
def test_a_record_with_nothing_but_its_id_and_one_full_of_nulls_are_read(model: type[Entity]) -> None:
    assert model.model_validate({"id": 7, "brand_new": {"x": [1]}}).model_dump()["id"] == "7"
    nulls = model.model_validate({**dict.fromkeys(model.model_fields), "id": "7"})
    assert all(value in (None, []) for value in nulls.model_dump(exclude={"id"}).values())


@pytest.mark.parametrize("resource", FILTERS)
def test_every_query_parameter_of_a_list_can_be_given_and_no_other(resource: str) -> None:
    operation = _operation(f"/v1/{resource}")
    names = {
        parameter["name"] for parameter in map(_resolved, operation.get("parameters", [])) if parameter["in"] == "query"
    }
    assert set(FILTERS[resource].__annotations__) == names - COMMON
    assert {"administration_id", "cursor", "per_page"} <= names


def test_every_order_of_invoices_can_be_asked_for() -> None:
    parameters = map(_resolved, _operation("/v1/invoices")["parameters"])
    order = next(parameter for parameter in parameters if parameter["name"] == "order")
    values = _resolved(order["schema"]).get("enum") or []
    assert set(typing.get_args(resources.InvoiceOrder)) == set(values)


@pytest.mark.parametrize("model", list(dict.fromkeys(LISTS.values())), ids=lambda model: model.__name__)
def test_every_field_can_be_asked_for_by_name(model: type[Entity]) -> None:
    names = {name if isinstance(name, str) else next(iter(name)) for name in every(model)}
    assert names == set(model.model_fields)
