"""The fixtures of this room; what they are stands where they are made."""

from tests.support.house import browser_process, chromium, house

__all__ = ["browser_process", "chromium", "house"]
