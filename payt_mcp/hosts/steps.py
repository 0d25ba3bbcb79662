"""What installing and uninstalling do to the text of a host's settings. Nothing is written here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from payt_mcp.errors import HostConfigError
from payt_mcp.hosts import edits
from payt_mcp.hosts.catalog import NAME, Host
from payt_mcp.hosts.entry import Merged, merge, of_the_sandbox
from payt_mcp.hosts.files import ConfigFile, backups
from payt_mcp.hosts.jsonc import BOM, Document, SyntaxTroubleError, read

_BY_HAND = "It was left as it is. Put that right and run this again, or add `--print` to see the entry and paste it."


@dataclass(frozen=True)
class Installing:
    """`text` is the new text; None where there is nothing to do (`same`) or a person must decide (`differs`).
    `cleaned`: only a byte order mark goes.
    """

    outcome: Literal["added", "replaced", "cleaned", "same", "differs"]
    entry: Mapping[str, Any]
    text: str | None = None
    old: Any = None
    merged: Merged | None = None


@dataclass(frozen=True)
class Uninstalling:
    """`text` is the text without our entry; None where the file held nothing else and may go with it. `copies` are
    those of the file that hold nothing but our entry either.
    """

    text: str | None
    as_before: bool
    copies: tuple[Path, ...] = ()


def install(
    file: ConfigFile, host: Host, entry: Mapping[str, Any], *, replace: bool, drop: Iterable[str] = ()
) -> Installing:
    """How our entry gets into the file. A byte order mark does not stay: with it Claude Desktop reads no server at all.

    Raises:
        HostConfigError: the file is not one that an entry can be put into.
    """
    document = _usable(file, host)
    member = edits.entry_of(document, host.container, NAME)
    if member is None:
        text = edits.added(document, host.container, NAME, entry)
        return Installing("added", entry, _checked(file, text, _with(document, host, entry)))
    old = member.node.value
    merged = merge(old, entry, drop=(*drop, *of_the_sandbox(old, entry)))
    if merged.entry == old:
        if file.has_mark:
            return Installing("cleaned", old, _checked(file, document.text, _with(document, host, old)))
        return Installing("same", merged.entry)
    if not replace:
        return Installing("differs", merged.entry, old=old, merged=merged)
    text = edits.replaced(document, member, merged.entry)
    return Installing("replaced", merged.entry, _checked(file, text, _with(document, host, merged.entry)), old, merged)


def uninstall(file: ConfigFile, host: Host) -> Uninstalling | None:
    """How our entry gets out of the file; None where it is not in it.

    Where the file is one of its own backups with our entry added and nothing else, it becomes that backup again: only
    that tells `{}` from a container that was not there.

    Raises:
        HostConfigError: the file is not one that an entry can be taken out of.
    """
    document = _usable(file, host)
    member = edits.entry_of(document, host.container, NAME)
    if member is None or document.root is None:
        return None
    text = document.text.removeprefix(BOM)
    copies = list(backups(file))
    for _, before in copies:
        if _is_before(text, before.removeprefix(BOM), host):
            return Uninstalling(before.removeprefix(BOM), as_before=not before.startswith(BOM))
    if _is_before(text, "", host):
        ours = tuple(path for path, held in copies if _is_before(held.removeprefix(BOM), "", host))
        return Uninstalling(None, as_before=True, copies=ours)
    owner = document.root.named(host.container)[0].node
    text = edits.removed(document, owner, member)
    kept = {name: value for name, value in owner.value.items() if name != NAME}
    return Uninstalling(_checked(file, text, {**document.root.value, host.container: kept}), as_before=False)


def _is_before(text: str, before: str, host: Host) -> bool:
    try:
        return edits.without(text, before, host.container, NAME)
    except SyntaxTroubleError:
        return False


def _usable(file: ConfigFile, host: Host) -> Document:
    """The document, if our entry has one place in it. Raises HostConfigError."""
    document = file.document()
    if document.root is None:
        return document
    if not document.root.is_object:
        raise HostConfigError(f"{file.named} holds something else than settings (no object in braces). {_BY_HAND}")
    held = document.root.named(host.container)
    if len(held) > 1:
        raise HostConfigError(f'{file.named} has "{host.container}" more than once, and hosts take but one. {_BY_HAND}')
    if held and not held[0].node.is_object:
        raise HostConfigError(f'In {file.named} "{host.container}" is not an object in braces. {_BY_HAND}')
    if held and len(held[0].node.named(NAME)) > 1:
        raise HostConfigError(f'{file.named} has "{NAME}" more than once in "{host.container}". {_BY_HAND}')
    return document


def _with(document: Document, host: Host, entry: Mapping[str, Any]) -> dict[str, Any]:
    root = document.root.value if document.root else {}
    return {**root, host.container: {**root.get(host.container, {}), NAME: dict(entry)}}


def _checked(file: ConfigFile, text: str, expected: Mapping[str, Any]) -> str:
    """The text, read once more: what is written must say what was meant, and nothing else."""
    text = text.removeprefix(BOM)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise HostConfigError(
            f"The entry for {file.named} would hold what is no text: a path that is not UTF-8, or half a character in "
            f"its old settings. {_BY_HAND}"
        ) from None
    try:
        found = read(text).root
    except SyntaxTroubleError:
        found = None
    if found is None or found.value != expected:
        raise HostConfigError(f"{file.named} is written in a way that cannot be changed safely. {_BY_HAND}")
    return text
