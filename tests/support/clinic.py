"""A user's machine, a Payt over TCP, and the doctor between them."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from payt_sandbox import World, build_world
from payt_sandbox.api.options import Options
from payt_sandbox.app import create_app
from payt_sandbox.server import Handle, run_in_thread
from tests.support.home import Home


@pytest.fixture(scope="module")
def world() -> World:
    """Read it only."""
    return build_world(invoices=120, seed=5)


@dataclass
class Diagnosis:
    """What the doctor found, by the names of the checks."""

    code: int
    text: str
    json: dict[str, Any]

    def __getitem__(self, check: str) -> dict[str, str]:
        (found,) = [one for one in self.json["findings"] if one["check"] == check]
        return dict(found)

    @property
    def checks(self) -> dict[str, str]:
        return {one["check"]: one["status"] for one in self.json["findings"]}

    @property
    def bad(self) -> dict[str, str]:
        return {check: status for check, status in self.checks.items() if status != "ok"}

    def tool(self, name: str) -> dict[str, Any]:
        (found,) = [one for one in self.json["tools"] if one["tool"] == name]
        return dict(found)


@dataclass
class Clinic:
    home: Home
    payt: Handle

    def environ(self, **more: str) -> dict[str, str]:
        given = {"PAYT_API_URL": self.payt.url, "PAYT_API_TOKEN": "sandbox-token", "PAYT_RATE": "100"}
        return {**given, "PAYT_ADMINISTRATION_ID": "4711", **more}

    def doctor(self, **more: str) -> Diagnosis:
        """With these settings; an empty one is unset."""
        done = self.home.run("doctor", "--json", **self.environ(**more))
        return Diagnosis(done.code, done.out, json.loads(done.out))


Opened = Callable[..., Clinic]


@pytest.fixture
def clinic(home: Home, world: World) -> Iterator[Opened]:
    """Opens a clinic whose Payt has these options."""
    handles = []

    def opened(**options: Any) -> Clinic:
        handles.append(run_in_thread(create_app(world, options=Options(**{"rate": None, **options}))))
        return Clinic(home, handles[-1])

    yield opened
    for handle in handles:
        handle.close()
