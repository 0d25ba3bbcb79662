"""The manifest of the bundle: what people wrote in `manifest.json`, and what the server says of itself."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import anyio

from payt_mcp import __version__, prompts
from payt_mcp.server.server import build_server
from payt_mcp.settings import Settings

WRITTEN = Path(__file__).parent / "manifest.json"


def manifest() -> dict[str, Any]:
    """`manifest.json` with the version, the tools and the prompts of the package beside it."""
    written: dict[str, Any] = json.loads(WRITTEN.read_text(encoding="utf-8"))
    return written | {"version": __version__, "tools": _tools(), "prompts": _prompts()}


def _tools() -> list[dict[str, str]]:
    """Every tool and the first sentence of its description: the rest of it is for the model."""
    listed = anyio.run(build_server(Settings.from_env({})).list_tools)
    return [{"name": tool.name, "description": first_sentence(tool.description or "")} for tool in listed]


def first_sentence(description: str) -> str:
    return re.split(r"(?<=\.) (?=[A-Z])", description)[0]


def _prompts() -> list[dict[str, Any]]:
    return [_prompt(prompt) for prompt in prompts.read_prompts().values()]


def _prompt(prompt: prompts.PromptText) -> dict[str, Any]:
    """A prompt with the manifest's way of writing an argument: `${arguments.name}` where its file has `{name}`."""
    return {
        "name": prompt.name,
        "description": prompt.description,
        "arguments": list(prompt.arguments),
        "text": prompt.filled({name: "${arguments." + name + "}" for name in prompt.arguments}),
    }
