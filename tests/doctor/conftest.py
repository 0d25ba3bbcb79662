"""The fixtures of this room; what they are stands where they are made."""

from tests.support.clinic import clinic, world
from tests.support.home import home

__all__ = ["clinic", "home", "world"]
