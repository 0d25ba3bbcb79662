"""Draws `icon.png` from `icon.svg` with a Chromium: `python -m bundle.draw_icon /usr/bin/chromium`."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
SIZE = 512


def draw(chromium: str, target: Path) -> None:
    """Photograph the SVG as a page of its own size, on nothing, so that the corners stay transparent."""
    with tempfile.TemporaryDirectory() as profile:
        subprocess.run(
            [
                chromium, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--hide-scrollbars",
                "--disable-background-networking", "--disable-component-update", "--disable-sync",
                f"--user-data-dir={profile}", "--default-background-color=00000000", f"--window-size={SIZE},{SIZE}",
                f"--screenshot={target}", (HERE / "icon.svg").as_uri(),
            ],
            check=True,
            timeout=60,
        )  # fmt: skip


if __name__ == "__main__":
    draw(sys.argv[1], HERE / "icon.png")
