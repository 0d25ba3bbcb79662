"""`payt-mcp uninstall HOST`: our entry out of a host's settings again, and nothing else."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

from payt_mcp.cli.install import parser_of
from payt_mcp.hosts.catalog import HOSTS, NAME, config_path, own_folders
from payt_mcp.hosts.machine import Machine


def run(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    """Take the entry out; 0 also where there is none.

    Raises:
        HostConfigError: the file cannot be used; nothing was changed.
    """
    args = parser_of("uninstall", "Take Payt out of an assistant's settings again.").parse_args(argv)
    host = HOSTS[args.host]
    from payt_mcp.hosts.files import change, forget, forget_folders, load
    from payt_mcp.hosts.steps import uninstall

    file = load(args.path or config_path(host, Machine(sys.platform, environ)))
    result = uninstall(file, host)
    if result is None:
        print(f'{host.title} has no entry "{NAME}" in {file.named}. Nothing was changed.')
        return 0
    copy = change(file, result.text)
    if copy is None:
        forget(result.copies)
        if args.path is None:
            forget_folders(own_folders(host, file.path))
        print(f"{file.named} held nothing but Payt, and was removed.")
    else:
        state = "The file is as it was before, to the byte." if result.as_before else "The rest stays as it is."
        print(f"Payt was taken out of the settings of {host.title}: {file.named}. {state}")
        print(f"What was there before is kept in {copy}")
    print(f"{host.title} lets go of it when it is restarted. Your sign-in and the record of writes stay.")
    return 0
