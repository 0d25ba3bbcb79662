"""The fixtures of this room; what they are stands where they are made."""

from tests.support.house import clock, house, ledger

__all__ = ["clock", "house", "ledger"]
