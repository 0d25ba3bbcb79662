"""The fixtures of this room; what they are stands where they are made."""

from tests.support.api import api, own, shared_world

__all__ = ["api", "own", "shared_world"]
