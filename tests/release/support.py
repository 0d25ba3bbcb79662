"""Building what is released as a release does, and looking into it."""

import json
import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import Any, NamedTuple

from tests.support.processes import stdio

ROOT = Path(__file__).parents[2]


def environment(**more: str) -> dict[str, str]:
    """The environment of this process without what would reach into another one of Python or uv."""
    foreign = ("PAYT_", "VIRTUAL_ENV", "PYTHONPATH")
    return {name: value for name, value in os.environ.items() if not name.startswith(foreign)} | more


def wheel_and_sdist(root: Path, target: Path) -> tuple[Path, Path]:
    """As `python -m build` makes them, the wheel from the sources and not from the sdist; without the network."""
    command = [
        sys.executable,
        "-m",
        "build",
        "--no-isolation",
        "--wheel",
        "--sdist",
        "--outdir",
        str(target),
        str(root),
    ]
    subprocess.run(command, check=True, capture_output=True, env=environment())
    (wheel,), (sdist,) = target.glob("*.whl"), target.glob("*.tar.gz")
    return wheel, sdist


def built(root: Path, target: Path, **env: str) -> Path:
    """The bundle, built by its one command in a checkout."""
    command = [sys.executable, "-m", "bundle", "--out", str(target)]
    subprocess.run(command, check=True, capture_output=True, cwd=root, env=environment(**env))
    (bundle,) = target.glob("*.mcpb")
    return bundle


def members(archive: Path) -> dict[str, bytes]:
    """The files in a zip or a tar, by name."""
    if archive.suffix == ".gz":
        with tarfile.open(archive) as opened:
            files = [member for member in opened.getmembers() if member.isfile()]
            return {file.name: reader.read() for file in files if (reader := opened.extractfile(file))}
    with zipfile.ZipFile(archive) as opened_zip:
        return {name: opened_zip.read(name) for name in opened_zip.namelist()}


class Listed(NamedTuple):
    """What a server that was just started says it has."""

    version: str
    tools: list[str]
    prompts: list[str]
    administrations: str


def listed(command: list[str], **settings: str) -> Listed:
    """Start a server as a host would, over stdio, and ask it for all it has and for one answer."""
    with stdio(environment(**settings), tuple(command)) as server:
        version = server.begin()["result"]["serverInfo"]["version"]
        tools = [tool["name"] for tool in server.ask("tools/list")["result"]["tools"]]
        prompts = [prompt["name"] for prompt in server.ask("prompts/list")["result"]["prompts"]]
        answer = server.call("list_administrations", {})["content"][0]["text"].splitlines()[0]
        server.end(None)
    return Listed(version, tools, prompts, answer)


_AS_THE_HOST = """
import { pathToFileURL } from "node:url";
const [library, manifest, folder, config] = process.argv.slice(1);
const { getMcpConfigForManifest } = await import(pathToFileURL(library).href);
const found = await getMcpConfigForManifest({
  manifest: JSON.parse(manifest), extensionPath: folder, systemDirs: {}, userConfig: JSON.parse(config),
  pathSeparator: "/",
});
console.log(JSON.stringify(found));
"""


class Mcpb:
    """The command line and the library of `@anthropic-ai/mcpb`."""

    def __init__(self, command: str, node: str) -> None:
        self._command, self._node = command, node

    def run(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self._command, *arguments], capture_output=True, text=True, encoding="utf-8", check=check, timeout=300
        )

    def as_the_host_starts_it(self, folder: Path, config: dict[str, Any]) -> dict[str, Any]:
        """The command and its environment, with what the user set put in as Claude Desktop does."""
        library = Path(self._command).resolve().parents[1] / "node.js"
        manifest = (folder / "manifest.json").read_text(encoding="utf-8")
        command = [self._node, "--input-type=module", "-e", _AS_THE_HOST]
        done = subprocess.run(
            [*command, str(library), manifest, str(folder), json.dumps(config)],
            capture_output=True, text=True, encoding="utf-8", check=True, timeout=300,
        )  # fmt: skip
        found: dict[str, Any] = json.loads(done.stdout)
        return found
