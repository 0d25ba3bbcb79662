"""What Python and pytest make of a source is kept, and made once: the processes that collect all tests at one moment
would each make all of it, and every process that a test starts would make the package anew.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable
from importlib.util import cache_from_source
from pathlib import Path

HALVES = 2
FEW = 20
"""So many files are compiled sooner than processes for them have started."""


def keep() -> None:
    """Also where whoever runs the tests keeps none, as many containers say."""
    sys.dont_write_bytecode = False
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def make(places: Iterable[Path]) -> None:
    """Have pytest read the tests below these places, in two processes, where it has not read them before."""
    files = {file for place in places for file in ([place] if place.is_file() else place.rglob("test_*.py"))}
    missing = sorted(file for file in files if not _is_made(file) and os.access(file.parent, os.W_OK))
    if len(missing) <= FEW:
        return
    reading = [
        subprocess.Popen(
            [sys.executable, "-m", "pytest", "-q", "--collect-only", "-p", "no:xdist", "-p", "no:cacheprovider", *half],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        for half in (missing[start::HALVES] for start in range(HALVES))
    ]  # fmt: skip
    for process in reading:
        process.wait()  # what is wrong with a file is said by those who run it


def _is_made(file: Path) -> bool:
    """pytest names its own with a word more: `test_x.cpython-311-pytest-9.1.pyc`."""
    kept = Path(cache_from_source(str(file)))
    made_at = [one.stat().st_mtime for one in kept.parent.glob(f"{kept.stem}-pytest-*.pyc")]
    return max(made_at, default=0.0) >= file.stat().st_mtime
