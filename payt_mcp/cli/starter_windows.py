"""Which program started us, on Windows: there a process keeps its parent's number after the parent has ended, and the
number may be given away again, so a handle is held from the start.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection

if sys.platform == "win32":
    import ctypes
    import os
    from ctypes import wintypes

    _SNAPSHOT_OF_PROCESSES = 0x2
    _SYNCHRONIZE = 0x0010_0000
    _ENDED = 0
    _MOST_BETWEEN = 4
    _NO_HANDLE = ctypes.c_void_p(-1).value

    class _Entry(ctypes.Structure):
        _fields_ = (
            ("size", wintypes.DWORD), ("usage", wintypes.DWORD), ("pid", wintypes.DWORD),
            ("heap", ctypes.c_size_t), ("module", wintypes.DWORD), ("threads", wintypes.DWORD),
            ("parent", wintypes.DWORD), ("priority", wintypes.LONG), ("flags", wintypes.DWORD),
            ("name", wintypes.WCHAR * 260),
        )  # fmt: skip

    def gone_check(launchers: Collection[str]) -> Callable[[], bool] | None:
        """What tells whether the program above all `launchers` is gone; None where it cannot be watched."""
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        kernel.CreateToolhelp32Snapshot.restype = kernel.OpenProcess.restype = wintypes.HANDLE
        kernel.WaitForSingleObject.argtypes = (wintypes.HANDLE, wintypes.DWORD)
        known = _processes(kernel)
        starter = os.getppid()
        for _ in range(_MOST_BETWEEN):
            name, above = known.get(starter, ("", 0))
            if name not in launchers or above not in known:
                break
            starter = above
        handle = kernel.OpenProcess(_SYNCHRONIZE, False, starter)
        if not handle:
            return None
        return lambda: kernel.WaitForSingleObject(handle, 0) == _ENDED

    def _processes(kernel: ctypes.WinDLL) -> dict[int, tuple[str, int]]:
        """The name and the parent of every process."""
        snapshot = kernel.CreateToolhelp32Snapshot(_SNAPSHOT_OF_PROCESSES, 0)
        if snapshot in (None, _NO_HANDLE):
            return {}
        found, entry = {}, _Entry(size=ctypes.sizeof(_Entry))
        more = kernel.Process32FirstW(wintypes.HANDLE(snapshot), ctypes.byref(entry))
        while more:
            found[entry.pid] = (entry.name.lower().removesuffix(".exe"), entry.parent)
            more = kernel.Process32NextW(wintypes.HANDLE(snapshot), ctypes.byref(entry))
        kernel.CloseHandle(wintypes.HANDLE(snapshot))
        return found

else:

    def gone_check(launchers: Collection[str]) -> Callable[[], bool] | None:  # noqa: ARG001 - the other one's signature
        """Nothing to watch with: this is no Windows."""
        return None
