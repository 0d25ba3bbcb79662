"""`python -m tests.hosts.frameworks [NAME ...]`: installs each framework into an environment of its own, and puts it to
the work of `common.py` against the sandbox, over stdio and HTTP, without a model. PyPI and npm are needed to install.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import anyio

from payt_mcp.server.server import build_server
from payt_mcp.settings import Settings
from payt_sandbox.api.options import Options
from payt_sandbox.app import create_app
from payt_sandbox.server import run_in_thread
from tests.support.fixed import ADMINISTRATION, TOKEN, fixed_world
from tests.support.processes import environment, http

HERE = Path(__file__).parent
SETTINGS = {"PAYT_API_TOKEN": TOKEN, "PAYT_ADMINISTRATION_ID": ADMINISTRATION, "PAYT_CONFIRM": "code"}
_LONGEST = 300
"""Seconds a framework may work for; installing is not counted."""


def names() -> list[str]:
    """The frameworks there are."""
    return sorted([path.stem for path in (HERE / "requirements").glob("*.txt")] + ["vercel_ai"])


def _python(name: str, folder: Path) -> list[str]:
    subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
    python = folder / "venv" / ("Scripts" if os.name == "nt" else "bin") / "python"
    wanted = HERE / "requirements" / f"{name}.txt"
    subprocess.run([python, "-m", "pip", "install", "-qq", "--no-input", "-r", wanted], check=True)
    return [str(python), str(HERE / f"with_{name}.py")]


def _node(name: str, folder: Path) -> list[str]:
    for file in (*(HERE / name).iterdir(),):
        shutil.copy(file, folder)
    subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--silent"], cwd=folder, check=True)
    return ["node", str(folder / "run.mjs")]


def _environment(folder: Path, payt: str, url: str) -> Mapping[str, str]:
    """For a framework's script: the server to start, and one that listens at `url`, both for the Payt at `payt`."""
    tools = anyio.run(build_server(Settings.from_env(SETTINGS)).list_tools)
    return {
        **environment(payt, **SETTINGS, PAYT_STATE_DIR=str(folder / "state"), PAYT_READ_ONLY=""),
        "SERVER_COMMAND": json.dumps([sys.executable, "-m", "payt_mcp"]),
        "SERVER_URL": url,
        "EXPECTED_TOOLS": json.dumps([tool.name for tool in tools]),
    }


def run(name: str) -> None:
    """Raises CalledProcessError where it does not install, or does not get through its work."""
    with tempfile.TemporaryDirectory(prefix=f"{name}-") as made:
        folder = Path(made)
        command = _node(name, folder) if (HERE / name).is_dir() else _python(name, folder)
        with run_in_thread(create_app(fixed_world(), options=Options(rate=None))) as payt:
            served = environment(payt.url, **SETTINGS, PAYT_STATE_DIR=str(folder / "served"), PAYT_READ_ONLY="")
            with http(served) as server:
                env = _environment(folder, payt.url, server.url)
                subprocess.run(command, check=True, env=env, timeout=_LONGEST)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.hosts.frameworks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(names())}; none: all")
    failed = []
    for name in parser.parse_args().names or names():
        print(f"== {name}", flush=True)
        try:
            run(name)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            print(f"FAILED: {error}", flush=True)
            failed.append(name)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
