"""The fixtures of this room; what they are stands where they are made."""

from tests.support.signin import home

__all__ = ["home"]
