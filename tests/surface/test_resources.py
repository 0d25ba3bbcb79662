"""Resources and completion, as a client of either protocol revision gets them."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote

import pytest
from mcp.client import Client
from mcp.shared.exceptions import MCPError
from mcp.types import PromptReference, ResourceTemplateReference, TextResourceContents

from payt_mcp.books import completion
from payt_mcp.receivables import phases
from payt_mcp.server.server import build_server
from payt_mcp.settings import Settings
from payt_mcp.words import folding
from payt_sandbox.server import Handle
from tests.support.fixed import ADMINISTRATION, server_for, text_of

pytestmark = pytest.mark.slow

ERAS = ("auto", "legacy")
HERE = f"?administration_id={ADMINISTRATION}"
RECORDS = {
    "payt://debtors/10026": ("get_debtor", {"debtor": "10026"}),
    "payt://invoices/2024000001": ("get_invoice", {"invoice": "2024000001"}),
    "payt://credit-cases/D2026-48225": ("get_credit_case", {"credit_case": "D2026-48225"}),
}


@pytest.fixture(params=ERAS)
async def client(payt: Handle, request: pytest.FixtureRequest) -> AsyncIterator[Client]:
    async with Client(server_for(payt.url), mode=request.param) as connected:
        yield connected


async def _read(client: Client, uri: str) -> str:
    (content,) = (await client.read_resource(uri)).contents
    assert isinstance(content, TextResourceContents)
    return content.text


async def test_what_is_listed_can_be_read(client: Client) -> None:
    listed = {resource.uri: resource for resource in (await client.list_resources()).resources}
    assert list(listed)[:2] == ["payt://administrations", "payt://glossary"]
    assert all(uri.startswith("payt://sheets/") for uri in list(listed)[2:])
    assert "Noorderlicht Techniek B.V." in await _read(client, "payt://administrations")
    assert (await _read(client, "payt://glossary")).startswith("# Glossary")
    templates = {template.uri_template for template in (await client.list_resource_templates()).resource_templates}
    assert templates == {
        "payt://debtors/{debtor_number}",
        "payt://invoices/{invoice_number}",
        "payt://credit-cases/{case_number}",
    }


@pytest.mark.parametrize("uri", RECORDS)
async def test_a_record_says_what_its_tool_says(client: Client, uri: str) -> None:
    tool, arguments = RECORDS[uri]
    said = text_of(await client.call_tool(tool, {**arguments, "administration_id": ADMINISTRATION}))
    read = await _read(client, uri + HERE)
    assert read.rpartition("(as of")[0] == said.rpartition("(as of")[0] != ""


async def _read_the_books(client: Client) -> None:
    """Whoever completes waits a moment for them and no longer, which on a busy machine is too short."""
    await client.call_tool("search_invoices", {"limit": 1, "administration_id": ADMINISTRATION})


async def test_a_number_with_a_slash_is_one_number(client: Client) -> None:
    await _read_the_books(client)
    found = await client.complete(
        ResourceTemplateReference(uri="payt://invoices/{invoice_number}"),
        {"name": "invoice_number", "value": "2024"},
    )
    (odd,) = [value for value in found.completion.values if "/" in value]
    assert f"Invoice {odd} of " in await _read(client, f"payt://invoices/{quote(odd, safe='')}{HERE}")


@pytest.mark.parametrize(
    ("uri", "sentence"),
    [
        ("payt://debtors/10026", "administration_id could mean more than one"),
        (f"payt://debtors/nobody{HERE}", "There is no debtor with the number"),
        ("payt://debtors/", "There is no resource 'payt://debtors/'. The resources are: payt://administrations"),
        ("payt://debtors/1/2", "There is no resource"),
        ("payt://payments/1", "There is no resource"),
        ("payt://debtors/10026?token=1", "There is no resource"),
        ("file:///etc/passwd", "There is no resource"),
    ],
)
async def test_what_cannot_be_read_says_why(client: Client, uri: str, sentence: str) -> None:
    with pytest.raises(MCPError, match=sentence.replace("?", r"\?").replace("(", r"\(")):
        await client.read_resource(uri)


async def test_the_glossary_explains_every_phase_and_flag(client: Client) -> None:
    text = await _read(client, "payt://glossary")
    words = {*phases.INVOICE_PHASES, *phases.CASE_PHASES, *phases.ATTENTION}
    assert [word for word in words if f"`{word}`" not in text] == []


async def _completed(client: Client, prompt: str, argument: str, typed: str) -> list[str]:
    await _read_the_books(client)
    return (await client.complete(PromptReference(name=prompt), {"name": argument, "value": typed})).completion.values


async def test_a_debtor_completes_by_name_and_by_number(client: Client) -> None:
    named = await _completed(client, "prepare-call", "debtor", "Bakk")
    assert named[0].startswith("Bakker ")
    assert named[0].endswith(")")
    numbered = await _completed(client, "prepare-call", "debtor", "10026")
    assert [value.partition(" ")[0] for value in numbered] == ["10026"]
    inner = await _completed(client, "prepare-call", "debtor", "bouwmat")
    assert inner
    assert all("bouwmat" in value.casefold() for value in inner)


async def test_what_was_completed_means_one_debtor(client: Client) -> None:
    for typed in ("Bakker Bouw", "10026"):
        (value, *_) = await _completed(client, "draft-reminder", "debtor", typed)
        result = await client.call_tool("get_debtor", {"debtor": value, "administration_id": ADMINISTRATION})
        assert not result.is_error, result


async def test_cases_and_choices_complete(client: Client) -> None:
    cases = await _completed(client, "credit-case-brief", "credit_case", "D2026-482")
    assert cases
    assert all(case.startswith("D2026-482") for case in cases)
    every = await _completed(client, "credit-case-brief", "credit_case", "")
    assert all("D2026-" in case for case in every)
    assert len(set(every)) == len(every)  # each once; two administrations may share a number
    for typed in ("D2026-482", cases[0].partition(" ")[2][:8], cases[0].partition(" ")[0].removeprefix("D2026-")):
        (value, *_) = await _completed(client, "credit-case-brief", "credit_case", typed)
        result = await client.call_tool("get_credit_case", {"credit_case": value, "administration_id": ADMINISTRATION})
        assert not result.is_error, result
    assert await _completed(client, "draft-reminder", "tone", "F") == ["friendly", "firm"]
    assert await _completed(client, "draft-reminder", "language", "") == ["Dutch", "English", "German", "French"]


async def test_the_last_of_several_debtors_completes(client: Client) -> None:
    (value, *_) = await _completed(client, "clean-up-contacts", "debtors", "10026, Bakker Bouwm")
    assert re.fullmatch(r"10026, Bakker Bouwm.+ \(10002\)", value)


async def test_a_name_that_was_cut_to_be_offered_still_means_its_debtor(client: Client) -> None:
    for number in ("10002", "10016"):
        whole = await client.call_tool("get_debtor", {"debtor": number, "administration_id": ADMINISTRATION})
        assert whole.structured_content is not None
        cut = f"{whole.structured_content['debtor']['name'][:9]}\u2026 ({number})"
        again = await client.call_tool("get_debtor", {"debtor": cut, "administration_id": ADMINISTRATION})
        assert again.structured_content is not None, again
        assert again.structured_content["debtor"]["debtor_number"] == number
    other = await client.call_tool("get_debtor", {"debtor": "Wagner (10002)", "administration_id": ADMINISTRATION})
    assert other.is_error


async def test_an_address_completes_to_bare_numbers(client: Client) -> None:
    await _read_the_books(client)
    found = await client.complete(
        ResourceTemplateReference(uri="payt://debtors/{debtor_number}"), {"name": "debtor_number", "value": "bakker"}
    )
    assert found.completion.values
    assert all(value.isdigit() for value in found.completion.values)


async def test_long_completions_are_cut_and_counted(client: Client) -> None:
    await _read_the_books(client)
    found = await client.complete(
        ResourceTemplateReference(uri="payt://invoices/{invoice_number}"), {"name": "invoice_number", "value": ""}
    )
    assert len(found.completion.values) == 50
    assert found.completion.total is not None
    assert found.completion.total > 50
    assert found.completion.has_more


@pytest.mark.parametrize(
    ("prompt", "argument"), [("no-such-prompt", "debtor"), ("prepare-call", "nonsense"), ("overdue-review", "focus")]
)
async def test_what_has_no_values_completes_to_nothing(client: Client, prompt: str, argument: str) -> None:
    assert await _completed(client, prompt, argument, "a") == []


async def test_nobody_who_types_sees_an_error(payt: Handle) -> None:
    async with Client(server_for(payt.url, PAYT_API_TOKEN="not-the-token")) as client:
        assert await _completed(client, "prepare-call", "debtor", "a") == []
        assert (await client.call_tool("summarize_overdue", {})).is_error


async def test_a_folder_of_own_prompts_adds_and_replaces(payt: Handle, tmp_path: Path) -> None:
    arguments = "arguments:\n  debtor: Whom.\n  mood: [calm, brisk] How.\n"
    own = f"---\ntitle: Ours\ndescription: Our way.\n{arguments}---\nDo {{debtor}}.\n"
    (tmp_path / "our-way.md").write_text(own, encoding="utf-8")
    (tmp_path / "prepare-call.md").write_text(own, encoding="utf-8")
    (tmp_path / "notes.txt").write_text("not a prompt", encoding="utf-8")
    async with Client(server_for(payt.url, PAYT_PROMPTS_DIR=str(tmp_path))) as client:
        prompts = {prompt.name: prompt for prompt in (await client.list_prompts()).prompts}
        assert prompts["our-way"].title == prompts["prepare-call"].title == "Ours"
        assert prompts["our-way"].arguments is not None
        assert prompts["our-way"].arguments[1].description == "How. One of: calm, brisk."
        (message,) = (await client.get_prompt("our-way", {"debtor": "10026"})).messages
        assert message.content.text == "Do 10026.\n"  # type: ignore[union-attr]
        assert (await _completed(client, "our-way", "debtor", "10026"))[0].startswith("10026 ")
        assert await _completed(client, "our-way", "mood", "b") == ["brisk"]


async def test_who_types_without_an_account_is_offered_nothing_and_no_error(tmp_path: Path) -> None:
    settings = Settings.from_env({"PAYT_STATE_DIR": str(tmp_path)})
    async with Client(build_server(settings)) as nobody:
        assert await _completed(nobody, "prepare-call", "debtor", "Bakk") == []


async def test_a_text_of_any_length_is_compared_in_part(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert await _completed(client, "prepare-call", "debtor", "Bakk")
    compared: list[int] = []

    def measured(text: str) -> str:
        compared.append(len(text))
        return folding.normalized(text)

    monkeypatch.setattr(completion, "normalized", measured)
    await _completed(client, "prepare-call", "debtor", "Bakk " * 100_000)
    assert 0 < max(compared) <= 200
