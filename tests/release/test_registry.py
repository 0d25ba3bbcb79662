"""`server.json` is what the MCP registry takes, and says what the package says; and what a release asks of a tag."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest

from bundle.notes import notes
from bundle.registry import WRITTEN, kept_up
from payt_mcp import __version__
from payt_mcp.settings import FOR_A_TEAM, KNOWN, Secret, Settings
from tests.release.support import ROOT, environment, members

pytestmark = pytest.mark.slow

# Of github.com/modelcontextprotocol/static (MIT licence, Copyright (c) 2025 Model Context Protocol), where the registry
# serves it from: schemas/2025-12-11/server.schema.json.
SCHEMA = Path(__file__).parent / "server.schema.json"
NAME = "io.github.payt-mcp/payt-mcp"


def refused(entry: dict[str, Any]) -> list[str]:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    assert entry["$schema"] == schema["$id"]
    return [error.message for error in jsonschema.Draft7Validator(schema).iter_errors(entry)]


@pytest.fixture
def entry() -> dict[str, Any]:
    written: dict[str, Any] = json.loads(WRITTEN.read_text(encoding="utf-8"))
    return written


def test_it_is_up_to_date() -> None:
    """UPDATE_SNAPSHOTS=1 writes its version and its settings."""
    if os.environ.get("UPDATE_SNAPSHOTS") == "1":
        WRITTEN.write_text(kept_up(), encoding="utf-8", newline="\n")
    assert WRITTEN.read_text(encoding="utf-8") == kept_up()


def test_the_registry_takes_it(entry: dict[str, Any]) -> None:
    assert refused(entry) == []
    assert len(entry["description"]) <= 100
    assert entry["name"] == NAME
    del entry["packages"][0]["transport"]
    assert refused(entry)
    assert refused(entry | {"description": "x" * 101})


def test_it_installs_this_version_and_offers_every_setting(entry: dict[str, Any]) -> None:
    (package,) = entry["packages"]
    assert entry["version"] == package["version"] == __version__
    assert (package["registryType"], package["identifier"], package["runtimeHint"]) == ("pypi", "payt-mcp", "uvx")
    assert package["transport"] == {"type": "stdio"}
    offered = {variable["name"]: variable for variable in package["environmentVariables"]}
    assert {name: variable["description"] for name, variable in offered.items()} == {
        name: meaning for name, meaning in KNOWN.items() if name not in FOR_A_TEAM
    }
    assert not any(variable["isRequired"] for variable in offered.values())


def test_secrets_are_marked_as_secrets(entry: dict[str, Any]) -> None:
    words = {name for name in KNOWN.keys() - FOR_A_TEAM if "TOKEN" in name or "SECRET" in name or "PASSWORD" in name}
    marked = {
        variable["name"] for package in entry["packages"] for variable in package["environmentVariables"]
        if variable["isSecret"]
    }  # fmt: skip
    kept = vars(Settings.from_env(dict.fromkeys(words, "x" * 40)))
    assert marked == words == {f"PAYT_{name.upper()}" for name, value in kept.items() if isinstance(value, Secret)}


def test_the_readme_on_pypi_proves_whose_it_is(wheel: Path) -> None:
    readme = members(wheel)[f"payt_mcp-{__version__}.dist-info/METADATA"].decode()
    assert f"<!-- mcp-name: {NAME} -->" in readme.splitlines()


def test_a_release_adds_the_bundle_with_its_own_hash(tmp_path: Path) -> None:
    url = f"https://github.com/payt-mcp/payt-mcp/releases/download/v{__version__}/"
    command = [sys.executable, "-m", "bundle", "--out", str(tmp_path), "--url", url]
    subprocess.run(command, check=True, capture_output=True, cwd=ROOT, env=environment())
    entry = json.loads((tmp_path / "server.json").read_text(encoding="utf-8"))
    assert refused(entry) == []
    (bundle,) = tmp_path.glob("*.mcpb")
    found = entry["packages"][1]
    assert found["identifier"] == url + bundle.name
    assert found["fileSha256"] == hashlib.sha256(bundle.read_bytes()).hexdigest()
    assert entry["packages"][0]["registryType"] == "pypi"


TAG = f"v{__version__}"
CHANGES = f"""# Changelog

## [Unreleased]

- To come.

## [{__version__}] - 2026-12-01

- What is new.

## [0.0.1] - 2026-01-01

- What is old.
"""


def test_the_notes_of_a_release_are_its_section_of_the_changelog() -> None:
    assert notes(TAG, CHANGES, kept_up()) == "- What is new."


@pytest.mark.parametrize(
    ("tag", "changes", "entry", "why"),
    [
        ("v9.9.9", CHANGES, kept_up(), f"it would be {TAG}"),
        (__version__, CHANGES, kept_up(), f"it would be {TAG}"),
        (TAG, CHANGES.replace(f"[{__version__}]", "[0.0.9]"), kept_up(), "CHANGELOG.md says nothing"),
        (TAG, CHANGES.replace("- What is new.", ""), kept_up(), "CHANGELOG.md says nothing"),
        (TAG, CHANGES, kept_up().replace(f'"version": "{__version__}"', '"version": "0.0.0"'), "server.json"),
    ],
)
def test_a_tag_that_does_not_fit_is_refused(tag: str, changes: str, entry: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        notes(tag, changes, entry)
