"""The prompts in `prompts/`: Markdown with front matter, so that people who do not program can read and change them.

Between two lines of `---` stand `title:`, `description:` (one sentence for the person who picks it) and `arguments:`
with an indented `name: what it is for` each. The text after it uses an argument as `{name}`; all are optional.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mcp.shared.exceptions import MCPError
from mcp.types import INVALID_PARAMS, GetPromptResult, Prompt, PromptArgument, PromptMessage, TextContent

_FRONT = re.compile(r"\A---\n(.*?)\n---\n(.*)\Z", re.DOTALL)
_ARGUMENT_LENGTH = 200


@dataclass(frozen=True)
class PromptText:
    """One prompt file: its front matter and its text."""

    name: str
    title: str
    description: str
    arguments: dict[str, str]
    text: str

    def filled(self, given: Mapping[str, str]) -> str:
        """The text with its arguments; one that was not given reads "(not given)"."""
        text = self.text
        for name in self.arguments:
            value = " ".join(given.get(name, "").split())[:_ARGUMENT_LENGTH]
            text = text.replace("{" + name + "}", value or "(not given)")
        return text


def prompts_folder() -> Path:
    """Where the prompts are: beside this file in an installed package, else in the checkout."""
    installed = Path(__file__).parent / "_prompts"
    return installed if installed.is_dir() else Path(__file__).parent.parent / "prompts"


def read_prompt(path: Path) -> PromptText:
    """A prompt file. Raises ValueError where it is not written as described above."""
    found = _FRONT.match(path.read_text(encoding="utf-8"))
    if not found:
        raise ValueError(f"{path.name} does not begin with front matter between --- lines")
    keys: dict[str, str] = {}
    arguments: dict[str, str] = {}
    for line in found.group(1).splitlines():
        key, colon, value = line.partition(":")
        if not colon:
            raise ValueError(f"{path.name}: {line!r} is not `key: value`")
        target = arguments if line.startswith("  ") else keys
        target[key.strip()] = value.strip()
    return PromptText(path.stem, keys["title"], keys["description"], arguments, found.group(2).strip() + "\n")


def read_prompts() -> dict[str, PromptText]:
    """Every prompt file, by name."""
    return {path.stem: read_prompt(path) for path in sorted(prompts_folder().glob("*.md"))}


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
