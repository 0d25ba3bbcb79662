"""The fixtures of this room; what they are stands where they are made."""

from tests.support.browsing import browser_program, chromium, windows
from tests.support.house import clock, house, ledger

__all__ = ["browser_program", "chromium", "clock", "house", "ledger", "windows"]
