"""A host shows its model the text, another the structure: whoever reads one knows what the other says."""

import re
from collections.abc import AsyncIterator, Iterator
from decimal import Decimal
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from mcp.client import Client

from payt_sandbox.server import Handle
from tests.support.fixed import ANSWERS, answer_of, compact, server_for, text_of

pytestmark = pytest.mark.slow

# What a text says in words of its own: README documents these for `phase`, `attention` and the timeline.
_OWN_WORDS = {"pre_judicial": "pre-court", "not_due": "not yet due"}
_CODED = {"phase", "attention", "step"}
_FIGURE = re.compile(r"-?\d[\d,]*(?:\.\d+)?")


@pytest.fixture
async def client(payt: Handle) -> AsyncIterator[Client]:
    async with Client(server_for(payt.url)) as connected:
        yield connected


def _scalars(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """The scalars of a value, each with the name of the field it is in; rows below it are told apart."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _scalars(part, key)
    elif isinstance(value, list):
        for part in value:
            if not isinstance(part, dict):
                yield from _scalars(part, name)
    else:
        yield name, value


def _rows(value: Any) -> Iterator[dict[str, Any]]:
    """Every record in a structured content: rows, rows of rows, and objects that are fields."""
    if isinstance(value, dict):
        for part in value.values():
            if isinstance(part, dict):
                yield part
            yield from _rows(part)
    elif isinstance(value, list):
        for part in value:
            if isinstance(part, dict):
                yield part
            yield from _rows(part)


_IN_A_SENTENCE = frozenset({"open", "overdue", "credits"})
"""Sums that the summary alone may say."""


def _says(text: str, name: str, value: Any) -> bool:
    if isinstance(value, bool):
        names = [one if value else f"not {one}" for one in (name, name.replace("_", " "))]
        return any(one in text for one in names) or f"{name}: {value}" in text
    said = str(value)
    forms = {said, said.replace("|", "/").replace("\n", " ")}
    if name in _IN_A_SENTENCE:
        forms.add(f"{Decimal(said):,.2f}")
    if name in _CODED:
        forms |= {said.replace("_", " "), _OWN_WORDS.get(said, said)}
    return any(form in text for form in forms)


def _blocks(text: str) -> list[str]:
    """The text in pieces that belong together: a line with the quotation below it."""
    blocks: list[str] = []
    for line in text.splitlines():
        if blocks and line.startswith(("> ", "(")) and not line.startswith(("(total", "(as of")):
            blocks[-1] += "\n" + line
        else:
            blocks.append(line)
    return blocks


@pytest.mark.parametrize("name", ANSWERS)
async def test_the_text_says_all_the_structure_says(client: Client, name: str) -> None:
    result = await answer_of(client, ANSWERS[name])
    text, structured = text_of(result), result.structured_content
    assert structured
    flat = "".join(part.removeprefix("> ") for part in text.splitlines(keepends=True))
    for field, value in _scalars(structured):
        figure = f"{float(value):,.2f}" if re.fullmatch(r"-?\d+\.\d\d", str(value)) else ""
        assert _says(text, field, value) or (figure and figure in text), f"{field}={value!r} is not in the text"
    for row in _rows(structured):
        for field, value in _scalars(row):
            if field == "text":
                assert value.replace("> ", "") in flat
            else:
                assert _says(text, field, value), f"{field}={value!r} is not in the text"


@pytest.mark.parametrize("name", ANSWERS)
async def test_each_row_of_a_list_is_one_piece_of_the_text(client: Client, name: str) -> None:
    """All facts of a row stand together, so that no fact of one row is read as another's."""
    result = await answer_of(client, ANSWERS[name])
    assert result.structured_content
    rows = [row for part in result.structured_content.values() if isinstance(part, list) for row in part]
    blocks = _blocks(text_of(result))
    for row in (row for row in rows if isinstance(row, dict)):
        assert any(all(_says(block, *fact) for fact in _scalars(row)) for block in blocks), row


@pytest.mark.parametrize("name", ANSWERS)
async def test_the_structure_has_every_figure_of_the_text(client: Client, name: str) -> None:
    """Dates, amounts, counts and numbers of the text; thousands separators are the text's own."""
    result = await answer_of(client, ANSWERS[name])
    structured = compact(result.structured_content)
    known = {figure.replace(",", "") for figure in _FIGURE.findall(structured)} | set(_FIGURE.findall(structured))
    for figure in _FIGURE.findall(text_of(result)):
        assert figure in known or figure.replace(",", "") in known, figure


@pytest.mark.parametrize("name", ANSWERS)
async def test_the_structure_is_what_its_schema_promises(client: Client, name: str) -> None:
    result = await answer_of(client, ANSWERS[name])
    (tool,) = [tool for tool in (await client.list_tools()).tools if tool.name == ANSWERS[name].tool]
    assert tool.output_schema is not None
    jsonschema.validate(result.structured_content, tool.output_schema)


@pytest.mark.parametrize("name", [name for name, call in ANSWERS.items() if not call.arguments.get("fields")])
async def test_the_schema_names_every_field_there_is(client: Client, name: str) -> None:
    """A field the schema does not name is one a host may drop; details name only what is theirs."""
    result = await answer_of(client, ANSWERS[name])
    (tool,) = [tool for tool in (await client.list_tools()).tools if tool.name == ANSWERS[name].tool]
    assert tool.output_schema is not None
    assert result.structured_content
    for field, value in result.structured_content.items():
        schema = tool.output_schema["properties"][field]
        for row in value if isinstance(value, list) else []:
            if "properties" in schema["items"]:
                assert row.keys() <= schema["items"]["properties"].keys(), field
