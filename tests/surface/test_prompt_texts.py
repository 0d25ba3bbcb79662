"""A prompt sends a model to tools that exist, with arguments they take, and never past a person."""

import re
import shutil
from pathlib import Path

import pytest
from mcp.client import Client

from payt_mcp.errors import SettingsError
from payt_mcp.prompts import PromptText, prompts_folder, read_prompts
from payt_mcp.server.server import build_server
from payt_mcp.settings import Settings
from payt_mcp.writes.message.placeholders import KNOWN

PROMPTS = read_prompts()
_CALL = re.compile(r"\b([a-z]+(?:_[a-z]+)+)(?:\(([^)]*)\))?")
_ARGUMENT = re.compile(r"(\w+)=")
_NO_TOOLS = {
    "payment_plan",
    "with_bailiff",
    "credit_open",
    "min_days",
    "total_open",
    "next_cursor",
    "to_debtor",
    "first_date",
}
_NO_TOOLS |= {"credit_case", "max_amount", "open_amount", "to_invoice", "updated_after", "total_amount", "due_date"}
_NO_TOOLS |= {"payment_date", "payment_method"}


def _without_those_of_letters(text: str) -> str:
    """What `send_message` fills in stays in a prompt as it is."""
    known = "|".join(re.escape("{" + name + "}") for name in KNOWN if name != "debtor")
    return re.sub(known, "", text)


@pytest.mark.parametrize("prompt", PROMPTS.values(), ids=PROMPTS)
async def test_it_names_only_tools_and_arguments_there_are(prompt: PromptText) -> None:
    async with Client(build_server(Settings.from_env({"PAYT_API_URL": "sandbox"}))) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    named = [
        (name, given) for name, given in _CALL.findall(_without_those_of_letters(prompt.text)) if name not in _NO_TOOLS
    ]
    assert named
    for name, given in named:
        assert name in tools, name
        assert set(_ARGUMENT.findall(given)) <= set(tools[name].input_schema["properties"])


@pytest.mark.parametrize("prompt", PROMPTS.values(), ids=PROMPTS)
def test_every_argument_is_used_and_every_placeholder_is_an_argument(prompt: PromptText) -> None:
    assert set(re.findall(r"\{([^?!{}][^{}]*)\}", _without_those_of_letters(prompt.text))) == set(prompt.arguments)
    assert all(re.match(r"\{[?!]\w+\}", line) for line in prompt.text.splitlines() if re.search(r"\{[?!]", line))


@pytest.mark.parametrize("prompt", PROMPTS.values(), ids=PROMPTS)
def test_it_says_what_to_read_and_what_never_to_do(prompt: PromptText) -> None:
    assert re.search(r"\b(get_|search_|summarize_|find_)", prompt.text)
    assert re.search(r"\b(never|Do not|do not|nothing)\b", prompt.text)
    if "send_message" not in prompt.text:
        assert re.search(r"(send|change) nothing|(Write|write) to nobody|Send nothing|Change\s+nothing", prompt.text)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("no front matter", "mine.md is not a prompt: it does not begin with front matter"),
        ("---\ntitle: A\n---\nx\n", "its front matter has no description:"),
        ("---\ntitle\n---\nx\n", "'title' is not `key: value`"),
        ("---\ntitle: A\ndescription: B\n---\n{?who} x\n", "a line depends on 'who', which is none of its arguments"),
    ],
)
def test_a_prompt_of_ones_own_that_is_none_stops_the_start(tmp_path: Path, text: str, sentence: str) -> None:
    (tmp_path / "mine.md").write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=re.escape(sentence)):
        build_server(Settings.from_env({"PAYT_PROMPTS_DIR": str(tmp_path)}))


async def test_what_macos_leaves_beside_a_prompt_is_no_prompt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ours, own = tmp_path / "ours", tmp_path / "own"
    shutil.copytree(prompts_folder(), ours)
    own.mkdir()
    (own / "mine.md").write_text("---\ntitle: A\ndescription: B.\n---\nx\n", encoding="utf-8")
    for folder in (ours, own):
        (folder / "._mine.md").write_bytes(b"\x00\x05\x16\x07\xff")
    monkeypatch.setattr("payt_mcp.prompts.prompts_folder", lambda: ours)
    async with Client(build_server(Settings.from_env({"PAYT_PROMPTS_DIR": str(own)}))) as client:
        names = {prompt.name for prompt in (await client.list_prompts()).prompts}
    assert names == {path.stem for path in prompts_folder().glob("*.md")} | {"mine"}


def test_a_folder_that_is_not_there_stops_the_start() -> None:
    with pytest.raises(SettingsError, match="PAYT_PROMPTS_DIR names no folder"):
        Settings.from_env({"PAYT_PROMPTS_DIR": "/no/such/folder"})


def test_what_is_given_for_one_argument_asks_for_no_other() -> None:
    prompt = PromptText("p", "T", "D", {"a": "", "b": ""}, {}, "Write {a} to {b}.")
    assert prompt.filled({"a": "{b}", "b": "{a}"}) == "Write {b} to {a}."
    assert prompt.filled({"a": "x"}) == "Write x to (not given)."


def test_a_line_may_stand_only_where_its_argument_is_given_or_is_not() -> None:
    text = "{?who} Write to {who}\n{!who}Ask me whom.\nBe brief, {who}."
    prompt = PromptText("p", "T", "D", {"who": ""}, {}, text)
    assert prompt.filled({"who": "{!who}"}) == "Write to {!who}\nBe brief, {!who}."
    assert prompt.filled({"who": " \n "}) == "Ask me whom.\nBe brief, (not given)."


@pytest.mark.parametrize("prompt", PROMPTS.values(), ids=PROMPTS)
def test_filled_or_not_it_leaves_nothing_of_the_template(prompt: PromptText) -> None:
    """A model that reads "(not given)" or two full stops is told about a form, and not about the work."""
    for given in ({}, dict.fromkeys(prompt.arguments, "Bakker B.V.")):
        text = _without_those_of_letters(prompt.filled(given))
        assert not re.search(r"[{}]|not given|(?<!\.)\.\.(?!\.)", text)
        assert all(len(line) <= 140 for line in text.splitlines())
