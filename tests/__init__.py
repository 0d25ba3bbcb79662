"""Rooms as in `payt_mcp`, `payt_sandbox` beside them; a file of the package that has no room is tested here.

Across the rooms: `answers`, what is said about a Payt against its raw rows; `surface`, all that a host and its model
see, pinned in snapshots; `architecture`, what may import what; `readme`, `examples` and `release`, what a newcomer and
a release hold in hand. `support` has what several rooms share: worlds, servers, people, processes. A room's `conftest`
imports the fixtures it wants from there, by name.
"""
