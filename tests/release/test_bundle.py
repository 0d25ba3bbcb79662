"""The bundle for Claude Desktop: what is in it, what its manifest says, and that it starts as it says."""

import json
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from mcp.client import Client
from mcp.types import TextContent

from payt_mcp import __version__
from payt_mcp.server.server import build_server
from payt_mcp.settings import KNOWN, Settings
from tests.release.support import ROOT, Mcpb, built, listed, members

pytestmark = pytest.mark.slow

SOURCES = ("payt_mcp", "payt_sandbox", "prompts", "bundle")
FILES = ("pyproject.toml", "README.md", "LICENSE", "server.json")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the sources, of another age and with what lies about in a checkout."""
    root = tmp_path / "checkout"
    for name in SOURCES:
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
    for name in FILES:
        shutil.copy(ROOT / name, root)
    for junk in (".git/config", ".env", "payt_mcp/.env", "payt_mcp/notes.txt", "prompts/.DS_Store", "tests/test_a.py"):
        (root / junk).parent.mkdir(exist_ok=True)
        (root / junk).write_text("secret", encoding="utf-8")
    for path in root.rglob("*"):
        os.utime(path, (1_000_000_000, 1_000_000_000))
    return root


def test_the_same_sources_give_the_same_bytes(bundle: Path, checkout: Path, tmp_path: Path) -> None:
    again = built(checkout, tmp_path / "again", TZ="Asia/Tokyo", PYTHONHASHSEED="7")
    assert again.name == bundle.name == f"payt-mcp-{__version__}.mcpb"
    assert again.read_bytes() == bundle.read_bytes()


def test_it_holds_what_the_wheel_is_made_of_and_nothing_else(bundle: Path, wheel: Path) -> None:
    package = {name for name in members(wheel) if name.startswith(("payt_mcp/", "payt_sandbox/"))}
    package = {name for name in package if "/_prompts/" not in name}
    prompts = {f"prompts/{path.name}" for path in (ROOT / "prompts").glob("*.md")}
    beside = {"manifest.json", "icon.png", "pyproject.toml", "README.md", "LICENSE"}
    assert members(bundle).keys() == package | prompts | beside


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_the_manifest_lists_what_the_server_lists(manifest: dict[str, Any], mode: str) -> None:
    async with Client(build_server(Settings.from_env({})), mode=mode) as client:
        tools = (await client.list_tools()).tools
        prompts = (await client.list_prompts()).prompts
        texts = []
        for prompt in prompts:
            given = {argument.name: f"[{argument.name}]" for argument in prompt.arguments or []}
            content = (await client.get_prompt(prompt.name, given)).messages[0].content
            assert isinstance(content, TextContent)
            texts.append(content.text)
    assert [tool["name"] for tool in manifest["tools"]] == [tool.name for tool in tools]
    for told, tool in zip(manifest["tools"], tools, strict=True):
        assert len(told["description"]) > 20
        assert (tool.description or "").startswith(told["description"])
    assert [(told["name"], told["description"], told["arguments"]) for told in manifest["prompts"]] == [
        (prompt.name, prompt.description, [argument.name for argument in prompt.arguments or []]) for prompt in prompts
    ]
    filled = [re.sub(r"\$\{arguments\.(\w+)\}", r"[\1]", told["text"]) for told in manifest["prompts"]]
    assert filled == texts
    assert manifest["version"] == __version__


def test_what_the_user_sets_are_settings_and_secrets_are_kept_secret(manifest: dict[str, Any]) -> None:
    env: dict[str, str] = manifest["server"]["mcp_config"]["env"]
    asked: dict[str, Any] = manifest["user_config"]
    assert set(env) <= set(KNOWN)
    assert sorted(env.values()) == sorted(f"${{user_config.{name}}}" for name in asked)
    secret = {name for name, setting in env.items() if asked[setting[14:-1]].get("sensitive")}
    assert secret == {name for name in env if "TOKEN" in name or "SECRET" in name} == {"PAYT_API_TOKEN"}
    assert asked["attachments_dir"]["type"] == "directory"


def test_what_the_user_leaves_out_counts_as_unset(manifest: dict[str, Any]) -> None:
    """Whether the host passes on what it did not fill in, or nothing at all."""
    env: dict[str, str] = manifest["server"]["mcp_config"]["env"]
    assert Settings.from_env(env) == Settings.from_env(dict.fromkeys(env, "")) == Settings.from_env({})


def test_the_environments_are_those_the_setting_takes(manifest: dict[str, Any]) -> None:
    named = re.findall(r"\b(production|demo|sandbox)\b", manifest["user_config"]["environment"]["description"])
    assert [*dict.fromkeys(named)] == ["production", "demo", "sandbox"]
    default = manifest["user_config"]["environment"]["default"]
    assert Settings.from_env({"PAYT_API_URL": default}) == replace(Settings.from_env({}))


def test_the_icon_is_a_square_of_512(bundle: Path) -> None:
    png = members(bundle)["icon.png"]
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    assert (int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")) == (512, 512)


def test_the_official_tools_take_it(mcpb: Mcpb, bundle: Path, unpacked: Path, tmp_path: Path) -> None:
    assert "validation passes" in mcpb.run("validate", str(unpacked / "manifest.json")).stdout
    assert bundle.name in mcpb.run("info", str(bundle)).stdout
    found = {path.relative_to(unpacked).as_posix(): path.read_bytes() for path in unpacked.rglob("*") if path.is_file()}
    assert found == members(bundle)
    mcpb.run("pack", str(unpacked), str(tmp_path / "packed.mcpb"))
    assert members(tmp_path / "packed.mcpb") == members(bundle)


def _without_command(manifest: dict[str, Any]) -> None:
    del manifest["server"]["mcp_config"]


def _of_the_past(manifest: dict[str, Any]) -> None:
    manifest["manifest_version"] = "0.3"


def _with_a_typing_error(manifest: dict[str, Any]) -> None:
    manifest["user_config"]["api_token"]["sensitiv"] = True


def _without_icon(manifest: dict[str, Any]) -> None:
    manifest["icon"] = "gone.png"


@pytest.mark.parametrize("damage", [_without_command, _of_the_past, _with_a_typing_error, _without_icon])
def test_a_broken_manifest_is_caught(
    mcpb: Mcpb, unpacked: Path, tmp_path: Path, damage: Callable[[dict[str, Any]], None]
) -> None:
    folder = tmp_path / "broken"
    folder.mkdir()
    for name in ("manifest.json", "icon.png"):
        shutil.copy(unpacked / name, folder)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert mcpb.run("validate", str(folder)).returncode == 0
    damage(manifest)
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    assert mcpb.run("validate", str(folder), check=False).returncode != 0


def test_it_starts_as_the_manifest_says(mcpb: Mcpb, uv: str, unpacked: Path, manifest: dict[str, Any]) -> None:
    config = mcpb.as_the_host_starts_it(unpacked, {"environment": "sandbox", "api_token": ""})
    assert config["command"] == "uv"
    assert config["env"]["PAYT_ATTACHMENTS_DIR"] == "${user_config.attachments_dir}"
    found = listed([uv, *config["args"]], **config["env"])
    assert found.version == __version__
    assert found.tools == [tool["name"] for tool in manifest["tools"]]
    assert found.prompts == [prompt["name"] for prompt in manifest["prompts"]]
    assert re.match(r"\d+ administrations, \d+ active of the built-in sandbox", found.administrations)

    entry = [uv, "run", "--quiet", "--directory", str(unpacked), manifest["server"]["entry_point"]]
    assert listed(entry, **config["env"]) == found  # hosts may run the entry point with an uv of their own

    read_only = mcpb.as_the_host_starts_it(unpacked, {"environment": "sandbox", "read_only": True})
    fewer = listed([uv, *read_only["args"]], **read_only["env"])
    assert set(found.tools) - set(fewer.tools) == {"send_message", "upsert_invoices", "check_approval"}
