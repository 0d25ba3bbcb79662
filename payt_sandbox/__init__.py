"""An embedded Payt: the published API over an invented, deterministic data set."""

from payt_sandbox.data.build import build_world
from payt_sandbox.world.world import World

__all__ = ["World", "build_world"]
