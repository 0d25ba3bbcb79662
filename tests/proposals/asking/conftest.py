"""The browser of this room: one for all its modules, as one costs two seconds to start."""

from tests.support.browsing import browser_program, chromium, windows

__all__ = ["browser_program", "chromium", "windows"]
