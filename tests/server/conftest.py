"""The fixtures of this room; what they are stands where they are made."""

from tests.support.callers import one_payt_for_two, two_payts
from tests.support.fixed import payt

__all__ = ["one_payt_for_two", "payt", "two_payts"]
