"""The fixtures of this room; what they are stands where they are made."""

from tests.support.house import house

__all__ = ["house"]
