"""The prompts in `prompts/`: Markdown with front matter, so that people who do not program can read and change them.

Between two lines of `---` stand `title:`, `description:` (one sentence for the person who picks it) and `arguments:`
with an indented `name: what it is for` each; `name: [a, b] what it is for` offers a choice. The text after it uses an
argument as `{name}`; all are optional. A line that begins with `{?name}` stands there only where that argument is
given, one that begins with `{!name}` only where it is not. A folder of the user's own adds prompts, or replaces ours by
the same name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mcp.shared.exceptions import MCPError
from mcp.types import INVALID_PARAMS, GetPromptResult, Prompt, PromptArgument, PromptMessage, TextContent

from payt_mcp.errors import SettingsError

_FRONT = re.compile(r"\A\ufeff?---\n(.*?)\n---\n(.*)\Z", re.DOTALL)
_CHOICE = re.compile(r"\[([^\]]+)\]\s*(.*)\Z")
_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}\Z")
_CONDITION = re.compile(r"^\{([?!])(\w+)\} ?", re.MULTILINE)
_ARGUMENT_LENGTH = 200
KINDS = {"debtor": "debtors", "debtors": "debtors", "invoice": "invoices", "credit_case": "credit-cases"}
"""Arguments of these names complete from the open items, in the users' own prompts too."""


@dataclass(frozen=True)
class PromptText:
    """One prompt file: its front matter and its text. `choices` are what an argument can be, where that is fixed."""

    name: str
    title: str
    description: str
    arguments: dict[str, str]
    choices: dict[str, list[str]]
    text: str

    def filled(self, given: Mapping[str, str]) -> str:
        """The text with its arguments; one that was not given reads "(not given)"."""
        if not self.arguments:
            return self.text
        values = {name: " ".join(given.get(name, "").split())[:_ARGUMENT_LENGTH] for name in self.arguments}
        places = re.compile("|".join(re.escape("{" + name + "}") for name in self.arguments))
        lines = (_line(line, values) for line in self.text.splitlines(keepends=True))
        text = "".join(line for line in lines if line is not None)
        # in one go: what is given for one argument never asks for another
        return places.sub(lambda place: values[place[0][1:-1]] or "(not given)", text)


def _line(line: str, values: Mapping[str, str]) -> str | None:
    """A line without its condition; None where that is not met."""
    condition = _CONDITION.match(line)
    if condition is None:
        return line
    return line[condition.end() :] if bool(values[condition[2]]) == (condition[1] == "?") else None


def prompts_folder() -> Path:
    """Where the prompts are: beside this file in an installed package, else in the checkout."""
    installed = Path(__file__).parent / "_prompts"
    return installed if installed.is_dir() else Path(__file__).parent.parent / "prompts"


def read_prompt(path: Path) -> PromptText:
    """A prompt file. Raises ValueError where it is not written as described above."""
    found = _FRONT.match(path.read_text(encoding="utf-8"))
    if not found:
        raise ValueError("it does not begin with front matter between --- lines")
    if not _NAME.match(path.stem):
        raise ValueError("its name may have letters, digits, - and _ only")
    keys, given = _front_matter(found.group(1))
    missing = [key for key in ("title", "description") if not keys.get(key)]
    if missing:
        raise ValueError(f"its front matter has no {missing[0]}:")
    for _, name in _CONDITION.findall(found.group(2)):
        if name not in given:
            raise ValueError(f"a line depends on {name[:60]!r}, which is none of its arguments")
    choices = {name: _CHOICE.match(text) for name, text in given.items()}
    return PromptText(
        path.stem,
        keys["title"],
        keys["description"],
        {name: _described(text) for name, text in given.items()},
        {name: [one.strip() for one in found.group(1).split(",")] for name, found in choices.items() if found},
        found.group(2).strip() + "\n",
    )


def _front_matter(front: str) -> tuple[dict[str, str], dict[str, str]]:
    """Its keys, and its arguments. Raises ValueError."""
    keys: dict[str, str] = {}
    arguments: dict[str, str] = {}
    for line in front.splitlines():
        key, colon, value = line.partition(":")
        if not colon:
            raise ValueError(f"{line[:60]!r} is not `key: value`")
        target = arguments if line.startswith("  ") else keys
        target[key.strip()] = value.strip()
    return keys, arguments


def _described(text: str) -> str:
    """`[a, b] what it is for` as a person reads it."""
    found = _CHOICE.match(text)
    return f"{found.group(2)} One of: {found.group(1)}." if found else text


def read_prompts(own_folder: Path | None = None) -> dict[str, PromptText]:
    """Every prompt file, by name; those of the user's own folder win.

    Raises:
        SettingsError: a file in the user's own folder is not a prompt; says which and why.
    """
    prompts = {path.stem: read_prompt(path) for path in _files(prompts_folder())}
    for path in _files(own_folder) if own_folder else ():
        try:
            prompts[path.stem] = read_prompt(path)
        except (ValueError, OSError) as error:  # a UnicodeDecodeError is a ValueError
            reason = str(error) if type(error) is ValueError else "it cannot be read as UTF-8 text"
            raise SettingsError(f"PAYT_PROMPTS_DIR: {path.name} is not a prompt: {reason}.") from None
    return prompts


def _files(folder: Path) -> list[Path]:
    """The Markdown files in it, without hidden ones: macOS puts a `._name.md` beside what it copies to other disks."""
    return sorted(path for path in folder.glob("*.md") if not path.name.startswith("."))


def listed(prompt: PromptText) -> Prompt:
    """A prompt as `prompts/list` shows it."""
    return Prompt(
        name=prompt.name,
        title=prompt.title,
        description=prompt.description,
        arguments=[PromptArgument(name=name, description=text) for name, text in prompt.arguments.items()],
    )


def rendered(prompts: Mapping[str, PromptText], name: str, given: Mapping[str, str] | None) -> GetPromptResult:
    """A prompt with its arguments, as one message of the user.

    Raises:
        MCPError: there is no prompt, or no argument, of that name.
    """
    prompt = prompts.get(name)
    if prompt is None:
        raise MCPError(INVALID_PARAMS, f"There is no prompt {name[:60]!r}. The prompts are: {', '.join(prompts)}.")
    unknown = [argument for argument in given or {} if argument not in prompt.arguments]
    if unknown:
        takes = ", ".join(prompt.arguments) or "no arguments"
        raise MCPError(INVALID_PARAMS, f"{name} has no argument {unknown[0][:60]!r}. It takes: {takes}.")
    text = TextContent(type="text", text=prompt.filled(given or {}))
    return GetPromptResult(description=prompt.description, messages=[PromptMessage(role="user", content=text)])
