"""The fixtures of this room; what they are stands where they are made."""

from tests.support.browsing import browser_program
from tests.support.fixed import payt
from tests.support.signin import home, opener

__all__ = ["browser_program", "home", "opener", "payt"]
