"""What an answer means: any bytes give a value or one of our errors, and never anything else."""

import datetime as dt
import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payt_mcp.errors import (
    BadValueError,
    ForbiddenError,
    GarbledError,
    MissingError,
    PaytMcpError,
    RejectedError,
    UnauthorizedError,
    UpstreamError,
)
from payt_mcp.payt import models, wire
from payt_mcp.payt.wire import RetryableStatus

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
ENTITIES = [
    model
    for model in vars(models).values()
    if isinstance(model, type) and issubclass(model, models.Entity) and model.model_fields
]


@given(status=st.integers(100, 599), body=st.binary(max_size=60), kind=st.text(max_size=30))
def test_any_bytes_are_json_or_an_error_of_ours(status: int, body: bytes, kind: str) -> None:
    meaning = "an error"
    said = ""
    try:
        wire.read_json(status, kind, body, "invoices")
        meaning = "a value"
    except RetryableStatus:
        meaning = "try again"
    except UpstreamError as error:
        said = str(error)
    assert said.isprintable()
    assert len(said) < 600
    assert (meaning == "try again") == (status == 429 or status >= 500)
    assert meaning != "a value" or 200 <= status < 300


@given(JSON)
def test_any_json_is_a_page_or_an_error_of_ours(answer: Any) -> None:
    try:
        page = wire.read_page(answer, "invoices")
    except GarbledError:
        return
    assert page.rows == answer["data"]
    assert page.cursor is None or page.cursor


@given(model=st.sampled_from(ENTITIES), row=JSON)
def test_any_json_is_a_record_or_an_error_of_ours(model: type[models.Entity], row: Any) -> None:
    said = ""
    try:
        wire.read_entity(model, row, "it")
    except GarbledError as error:
        said = str(error)
    assert said.isprintable()


@given(model=st.sampled_from(ENTITIES), data=st.data())
def test_any_value_in_any_field_is_read_or_an_error_of_ours(model: type[models.Entity], data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(model.model_fields)))
    value = data.draw(JSON | st.decimals() | st.integers(-(10**40), 10**40) | st.text(alphabet="0123456789eE.-+ _"))
    said, read = "", None
    try:
        read = getattr(wire.read_entity(model, {"id": "1", name: value}, "it"), name)
    except GarbledError as error:
        said = str(error)
    assert not said or name in said
    assert not isinstance(read, float)
    if isinstance(read, Decimal):
        assert read.is_finite()
    if isinstance(read, dt.datetime):
        assert read.tzinfo is not None


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-sNaN", 1.5, True, "12,50", "", " ", "€5", [], {}])
def test_what_is_no_amount_is_never_read_as_none_or_as_a_number(value: Any) -> None:
    with pytest.raises(GarbledError, match="open_amount"):
        wire.read_entity(models.Invoice, {"id": 1, "open_amount": value}, "invoice")


@pytest.mark.parametrize("value", ["2026-02-30", "yesterday", True, [], "2026-11-21T10:00:00"])
def test_what_is_no_date_or_stamp_is_an_error(value: Any) -> None:
    with pytest.raises(GarbledError, match="updated_at"):
        wire.read_entity(models.Invoice, {"id": 1, "updated_at": value}, "invoice")


def test_amounts_sent_as_json_numbers_stay_exact() -> None:
    row = wire.read_json(
        200, "application/json", b'{"id": 1, "open_amount": 0.1, "total_amount": 12345678901.23}', "it"
    )
    invoice = wire.read_entity(models.Invoice, row, "invoice")
    assert (invoice.open_amount, invoice.total_amount) == (Decimal("0.1"), Decimal("12345678901.23"))


@pytest.mark.parametrize("body", [b"", b"{", b'{"data": [', b"<html>", b"\xff\xfe", b"[" * 100_000, b'"\\ud800"x'])
def test_a_body_that_is_no_json_says_so_without_showing_it(body: bytes) -> None:
    with pytest.raises(GarbledError) as caught:
        wire.read_json(200, "text/html; charset=utf-8", body, "invoices")
    assert "text/html" in str(caught.value)
    assert "<html>" not in str(caught.value)


CURSORS: list[tuple[Any, str | None]] = [
    ({"cursor": None}, None),
    ({"cursor": ""}, None),
    ({}, None),
    (None, None),
    ({"cursor": 2603755}, "2603755"),
    ({"cursor": "2603755"}, "2603755"),
    ({"cursor": 0}, "0"),
]


@pytest.mark.parametrize(("pagination", "cursor"), CURSORS)
def test_each_way_to_write_a_cursor(pagination: Any, cursor: str | None) -> None:
    assert wire.read_page({"data": [{"id": 1}], "pagination": pagination}, "invoices").cursor == cursor


def test_a_list_without_pagination_has_one_page_and_an_empty_page_is_the_last() -> None:
    assert wire.read_page({"data": [{"id": 1}]}, "invoices").cursor is None
    assert wire.read_page({"data": [], "pagination": {"cursor": "5"}}, "invoices").cursor is None


@pytest.mark.parametrize(
    "answer",
    [None, [], "text", {}, {"data": None}, {"data": {"0": {}}}, {"data": ["row"]}, {"data": [{"id": 1}, None]}],
    ids=str,
)
def test_what_is_no_list_of_records_is_an_error_and_not_an_empty_list(answer: Any) -> None:
    with pytest.raises(GarbledError, match="invoices"):
        wire.read_page(answer, "invoices")


@pytest.mark.parametrize("cursor", [True, 1.5, [], {}])
def test_a_cursor_of_another_kind_is_an_error_and_not_the_end(cursor: Any) -> None:
    with pytest.raises(GarbledError, match="cursor"):
        wire.read_page({"data": [{"id": 1}], "pagination": {"cursor": cursor}}, "invoices")


def _failure(status: int, body: Any) -> PaytMcpError:
    with pytest.raises(UpstreamError) as caught:
        wire.read_json(status, "application/json", json.dumps(body).encode(), "invoices")
    return caught.value


def test_each_refusal_has_its_own_error() -> None:
    assert isinstance(_failure(401, {}), UnauthorizedError)
    assert isinstance(_failure(404, {}), MissingError)
    assert isinstance(_failure(422, {}), RejectedError)
    forbidden = _failure(403, {"code": "forbidden", "message": "Missing permission: invoices:write"})
    assert isinstance(forbidden, ForbiddenError)
    assert forbidden.permission == "invoices:write"
    other = _failure(403, {"message": ["Missing permission: invoices:write"]})
    assert isinstance(other, ForbiddenError)
    assert other.permission is None


@given(st.text(max_size=400))
def test_the_reason_of_a_refusal_is_cut_and_printable(reason: str) -> None:
    text = str(_failure(422, {"message": reason}))
    assert text.isprintable()
    assert len(text) < 300


@given(st.lists(st.text(max_size=9), max_size=5))
def test_a_comma_is_never_sent_inside_a_filter(values: list[str]) -> None:
    if any("," in value for value in values):
        with pytest.raises(BadValueError, match="comma"):
            wire.joined("invoices", values)
    else:
        assert wire.joined("invoices", values).split(",") == (values or [""])


@given(st.text(max_size=40))
def test_a_date_header_is_a_moment_or_nothing(value: str) -> None:
    moment = wire.read_date_header(value)
    assert moment is None or moment.tzinfo is not None


def test_a_date_header_is_read_as_utc() -> None:
    moment = dt.datetime(2026, 11, 21, 9, 30, tzinfo=dt.UTC)
    assert wire.read_date_header("Sat, 21 Nov 2026 09:30:00 GMT") == moment
    assert wire.stamp(moment) == "2026-11-21T09:30:00.000000Z"


@given(st.text(min_size=1, max_size=20))
def test_a_key_in_a_path_cannot_leave_its_place(key: str) -> None:
    try:
        path = wire.record("invoices", key, "1").path
    except PaytMcpError:
        return
    assert path.startswith("/v1/invoices/")
    rest = path.removeprefix("/v1/invoices/")
    assert not set(rest) & set("/?# \\")
    assert rest not in {".", ".."}
