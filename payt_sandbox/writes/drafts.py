"""One record of a bulk write on its way in: its fields, and what came up about them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from payt_sandbox.wire.problems import invalid
from payt_sandbox.world.tables import Row
from payt_sandbox.world.values import mailable

_COUNTRY: Final = re.compile(r"[A-Z]{2}\Z")
_PHONE: Final = re.compile(r"\+?[0-9 ()./-]{6,24}\Z", re.ASCII)
_FLAGS: Final = {"true": True, "1": True, "false": False, "0": False}


@dataclass
class Draft:
    """`fields` are what would be stored; a record with errors changes nothing, one with warnings loses a field."""

    record: dict[str, Any]
    fields: Row = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def take_texts(self, names: Iterable[str]) -> None:
        """Takes the texts that are given; null stays null. 422 for what is no text or number."""
        for name in names:
            if name in self.record:
                value = self.record[name]
                if value is not None and (isinstance(value, bool) or not isinstance(value, str | int)):
                    raise invalid(f"{name} is invalid")
                self.fields[name] = None if value is None else str(value)

    def take_flags(self, names: Iterable[str]) -> None:
        """Takes the booleans that are given, as JSON or as form text; 422 for anything else."""
        for name in names:
            if name in self.record:
                value = self.record[name]
                if value is not None and str(value).lower() not in _FLAGS:
                    raise invalid(f"{name} is invalid")
                self.fields[name] = None if value is None else _FLAGS[str(value).lower()]

    def check_country(self, name: str) -> None:
        """A country is two capital letters; anything else is an error of the record."""
        if self.fields.get(name) and not _COUNTRY.match(self.fields[name]):
            self.errors.append(f"{spoken(name)} is invalid")

    def check_addresses(self, names: Iterable[str]) -> None:
        """E-mail addresses, several in a (blind) copy; a bad one is an error of the record."""
        for name in names:
            given = self.fields.get(name) or ""
            parts = given.split(",") if "cc_" in name else [given]
            if given and not all(mailable(part) for part in parts):
                self.errors.append(f"{spoken(name)} is invalid")

    def check_phones(self, names: Iterable[str]) -> None:
        """A number nobody can call is left out, with a warning."""
        for name in names:
            if self.fields.get(name) and not _PHONE.match(self.fields[name]):
                del self.fields[name]
                self.warnings.append(f"{spoken(name)} is invalid and was not changed")


def spoken(name: str) -> str:
    """The name of a field as errors say it: `due_date` is `Due date`."""
    return name.replace("_", " ").capitalize()
