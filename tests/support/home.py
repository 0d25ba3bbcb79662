"""A user's machine in a folder: its home, and the command line on it."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from payt_mcp.cli import run

TOKEN = "tok-7f3a9c-not-to-be-seen"


@dataclass
class Run:
    code: int
    out: str
    err: str


@dataclass
class Home:
    """`run` is the command line with this home and nothing of the real user's."""

    folder: Path
    capsys: pytest.CaptureFixture[str]

    @property
    def desktop(self) -> Path:
        return self.folder / ".config" / "Claude" / "claude_desktop_config.json"

    def environ(self, **more: str) -> dict[str, str]:
        return {"HOME": str(self.folder), "PATH": os.environ["PATH"], **more}

    def run(self, *args: str, **more: str) -> Run:
        self.capsys.readouterr()
        code = run(args, self.environ(**more))
        out, err = self.capsys.readouterr()
        return Run(code, out, err)

    def write(self, content: bytes | Mapping[str, Any]) -> Path:
        self.desktop.parent.mkdir(parents=True, exist_ok=True)
        self.desktop.write_bytes(content if isinstance(content, bytes) else json.dumps(content, indent=2).encode())
        return self.desktop

    def entry(self) -> Any:
        return json.loads(self.desktop.read_text())["mcpServers"]["payt"]


@pytest.fixture
def home(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Home:
    folder = tmp_path / "home"
    folder.mkdir()
    return Home(folder, capsys)
