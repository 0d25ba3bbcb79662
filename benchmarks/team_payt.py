"""A Payt of a group of companies, and an identity provider, in a process of its own: `python -m benchmarks.team_payt`.

Every administration has the same records under another id: what is measured does not look at them, and to make them
takes a while.
"""

from __future__ import annotations

import argparse

from payt_sandbox import World, build_world
from payt_sandbox.api.options import Options
from payt_sandbox.app import create_app
from payt_sandbox.provider import Someone, create_provider
from payt_sandbox.server import Served, serve
from payt_sandbox.signin.access import Application

APP, APP_SECRET = "payt-app", "payt-app-secret"
PROVIDER_APP, PROVIDER_SECRET = "payt-mcp", "provider-secret"


def a_group(administrations: int, invoices: int) -> World:
    world = build_world(invoices=invoices, debtors=invoices // 7)
    main = world.administrations[int(world.main_id)]
    book = world.book(world.main_id)
    for other in [key for key in world.administrations if key != main["id"]]:
        del world.administrations[other], world.books[other]
    for number in range(1, administrations):
        more = world.add_administration(main | {"id": main["id"] + 10_000 + number, "name": f"Dochter {number} B.V."})
        for kind, table in book.tables.items():
            more.tables[kind] = table
    return world


def someone(number: int) -> Someone:
    return Someone(f"sub-{number}", f"person{number}@acme.example", f"Person {number:03}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--provider-port", type=int, required=True)
    parser.add_argument("--redirect", required=True)
    parser.add_argument("--people", type=int, required=True)
    parser.add_argument("--administrations", type=int, required=True)
    parser.add_argument("--invoices", type=int, required=True)
    given = parser.parse_args()
    application = Application("Payt", APP_SECRET, (given.redirect,))
    options = Options(control=True, applications={APP: application})
    provider = create_provider(
        [someone(number) for number in range(given.people)],
        f"http://127.0.0.1:{given.provider_port}",
        clients={PROVIDER_APP: PROVIDER_SECRET},
    )
    with Served(provider, given.provider_port).start():
        serve(create_app(a_group(given.administrations, given.invoices), options=options), port=given.port)


if __name__ == "__main__":
    main()
