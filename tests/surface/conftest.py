"""The fixtures of this room; what they are stands where they are made."""

from tests.support.fixed import payt

__all__ = ["payt"]
