"""The fixtures of this room; what they are stands where they are made."""

from tests.support.app_host import bridge
from tests.support.browsing import browser_program, chromium, windows
from tests.support.house import house

__all__ = ["bridge", "browser_program", "chromium", "house", "windows"]
