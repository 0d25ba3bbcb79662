"""The bundle as a file: what uv needs to run the server, nothing else, and the same bytes from the same sources."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

from bundle.manifest import manifest

ROOT = Path(__file__).parent.parent
_KINDS = frozenset({".py", ".typed", ".css", ".js", ".html", ".sql", ".svg", ".md", ".po"})
"""A file of the package of another kind is left out of the bundle, and a test says so."""

_WRITTEN_AT = (1980, 1, 1, 0, 0, 0)
_MODE = 0o100644 << 16
_UNIX = 3


def build(folder: Path) -> Path:
    """Write the bundle into a folder, and return where it is."""
    described = manifest()
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{described['name']}-{described['version']}.mcpb"
    text = json.dumps(described, ensure_ascii=False, indent=2) + "\n"
    with zipfile.ZipFile(target, "w") as archive:
        _add(archive, "manifest.json", text.encode())
        _add(archive, "icon.png", (ROOT / "bundle" / "icon.png").read_bytes())
        for path in sorted(_sources()):
            _add(archive, path.relative_to(ROOT).as_posix(), path.read_bytes())
    return target


def _sources() -> Iterator[Path]:
    yield from (ROOT / name for name in ("pyproject.toml", "README.md", "LICENSE"))
    for folder in ("payt_mcp", "payt_sandbox", "prompts"):
        for path in (ROOT / folder).rglob("*"):
            parts = path.relative_to(ROOT).parts
            if path.suffix in _KINDS and not any(part.startswith((".", "__pycache__")) for part in parts):
                yield path


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    """Stored, not deflated: every zlib packs in its own way, and then nobody else could build the same file."""
    entry = zipfile.ZipInfo(name, _WRITTEN_AT)
    entry.create_system = _UNIX
    entry.external_attr = _MODE
    archive.writestr(entry, content, zipfile.ZIP_STORED)
