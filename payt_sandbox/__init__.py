"""An embedded Payt: the API as published, over an invented company, for trying the product and for testing it.

It promises to answer as Payt's contract and the observed traps of its API tell: the same endpoints, refusals, pages and
forms. The same seed and date give the same records on every machine. It is a second reading of the contract and imports
nothing of `payt_mcp`, so that a mistake in one of the two shows. Nothing leaves it: mails are noted and not sent.

In a program: `app = create_app(build_world(invoices=200, seed=4))` of `payt_sandbox.app` is an ASGI application, and
`with run_in_thread(app) as payt:` of `payt_sandbox.server` serves it at `payt.url`. On the command line: `payt-mcp
sandbox`. A test changes the data through the world (`world.pay_invoice(...)`), makes requests fail with
`payt.faults.add(Fault("timeout_after"))`, and reads what arrived in `payt.sandbox.requests` and what would have been
mailed in `payt.sandbox.mails`; from another process it does so through `/_sandbox/` (`api/control.py`).

Where to add something:

- an endpoint that reads: a handler in `api/reads.py` and its route in `app.py`; the fields of a new kind of record in
  `world/shapes.py`, what it is looked up by in `world/book.py`, its filters in `api/lists.py`
- an endpoint that writes: a module of `writes/`, its route in `app.py`, and a check in the form of `writes/drafts.py`
- a fault: its name in `api/faults.py`, what it does in `api/gate.py`
- another limit on how often may be asked: `_meter` of `api/sandbox.py`; what it is set to: `api/options.py`
- behaviour that the contract leaves open: a field of `api/options.py`
- how debtors paid in the past (`build_world(history=24)`): a habit in `data/past/habits.py`
- invented data: a module of `data/`, called in `data/build.py` after all others, so that what they draw stays as it is
- what an identity provider does, for a team server: `provider/`, which knows nothing of the rest
- a change that tests can make to a world: `world/mutators.py`, and its name in `api/control.py`
"""

from payt_sandbox.data.build import build_world
from payt_sandbox.world.world import World

__all__ = ["World", "build_world"]
