"""`payt-mcp` and `python -m payt_mcp`."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run the command line, with this process's arguments and environment."""
    from payt_mcp.cli import run

    sys.exit(run(sys.argv[1:], os.environ))


if __name__ == "__main__":
    main()
