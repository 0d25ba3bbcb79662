"""What is known not to pass, committed beside the cases: none may get worse, and what got better comes off."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.adversarial.verdict import Verdict

PATH = Path(__file__).with_name("known.txt")
_HEAD = (
    "# Cases that do not pass yet. Written by `python -m tests.adversarial --record`; what is not here passes.\n"
    "# A line may be taken off, by making its case pass; none may be added to make a change pass.\n"
)


def known() -> dict[str, Verdict]:
    lines = PATH.read_text(encoding="utf-8").splitlines() if PATH.exists() else []
    pairs = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return {case_id: Verdict(verdict) for verdict, case_id in pairs}


def keep(found: Mapping[str, Verdict]) -> None:
    """The record as it is now, of every case."""
    lines = sorted(f"{one}\t{case_id}\n" for case_id, one in found.items() if one is not Verdict.PASS)
    PATH.write_text(_HEAD + "".join(lines), encoding="utf-8")
