"""Opening the user's browser, without letting it near our standard streams: they belong to the protocol."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

_PATIENCE = 3.0


def browse(url: str) -> bool:
    """Open an address in the user's browser; False where there is none."""
    if sys.platform == "win32":
        try:
            os.startfile(url)  # noqa: S606 - an address of ours, to the user's own browser
        except OSError:
            return False
        return True
    opener = shutil.which("open" if sys.platform == "darwin" else "xdg-open")
    return opener is not None and _started(opener, url)


def _started(opener: str, url: str) -> bool:
    try:
        process = subprocess.Popen(  # noqa: S603 - the platform's opener, with an address of ours
            [opener, url],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError:
        return False
    try:
        return process.wait(_PATIENCE) == 0
    except subprocess.TimeoutExpired:
        return True  # some openers stay with the browser they started
