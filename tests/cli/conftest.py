"""The fixtures of this room; what they are stands where they are made."""

from tests.support.browsing import browser_program
from tests.support.fixed import payt
from tests.support.signin import _no_keyring, home, opener

__all__ = ["_no_keyring", "browser_program", "home", "opener", "payt"]
