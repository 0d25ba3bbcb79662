"""The fixtures of this room; what they are stands where they are made."""

from tests.support.app_host import bridge
from tests.support.browsing import browser_process, browser_program, chromium
from tests.support.house import house

__all__ = ["bridge", "browser_process", "browser_program", "chromium", "house"]
