"""What would be released, built once; and the tools it is checked with, which not every machine has."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.release.support import ROOT, Mcpb, built, environment, wheel_and_sdist
from tests.support.browsing import browser_program

__all__ = ["browser_program"]


@pytest.fixture(scope="session")
def distributions(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return wheel_and_sdist(ROOT, tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="session")
def wheel(distributions: tuple[Path, Path]) -> Path:
    return distributions[0]


@pytest.fixture(scope="session")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(ROOT, tmp_path_factory.mktemp("bundle"))


@pytest.fixture(scope="session")
def tool() -> Callable[[str, str], str]:
    """Where a program is. Without it a test is skipped, or fails where RELEASE_TOOLS=required says it must be there."""

    def found(name: str, how: str) -> str:
        path = shutil.which(name)
        if path is None:
            missing = f"{name} is not on the PATH ({how})"
            if os.environ.get("RELEASE_TOOLS") == "required":
                pytest.fail(missing)
            pytest.skip(missing)
        return path

    return found


@pytest.fixture(scope="session")
def uv(tool: Callable[[str, str], str]) -> str:
    return tool("uv", "pip install uv; it fetches the dependencies from the network")


@pytest.fixture(scope="session")
def mcpb(tool: Callable[[str, str], str]) -> Mcpb:
    return Mcpb(
        tool("mcpb", "npm ci --prefix bundle, and bundle/node_modules/.bin on the PATH"),
        tool("node", "nodejs.org has it"),
    )


@pytest.fixture(scope="session")
def unpacked(mcpb: Mcpb, bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("unpacked")
    mcpb.run("unpack", str(bundle), str(folder))
    return folder


@pytest.fixture
def manifest(bundle: Path, tmp_path: Path) -> dict[str, Any]:
    shutil.unpack_archive(bundle, tmp_path / "read", "zip")
    read: dict[str, Any] = json.loads((tmp_path / "read" / "manifest.json").read_text(encoding="utf-8"))
    return read


@pytest.fixture(scope="session")
def installed(uv: str, wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the programs of an environment in which only the wheel was installed."""
    folder = tmp_path_factory.mktemp("clean") / "venv"
    for arguments in (("venv", str(folder)), ("pip", "install", "--python", str(folder), str(wheel))):
        python = ("--python", sys.executable) if arguments[0] == "venv" else ()
        subprocess.run([uv, "--no-config", *arguments, *python], check=True, capture_output=True, env=environment())
    return folder / ("Scripts" if sys.platform == "win32" else "bin")
