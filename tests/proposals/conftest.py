"""The fixtures of this room; what they are stands where they are made."""

from tests.support.browsing import browser_process, browser_program, chromium
from tests.support.house import clock, house, ledger

__all__ = ["browser_process", "browser_program", "chromium", "clock", "house", "ledger"]
