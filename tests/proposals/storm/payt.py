"""The embedded Payt in its own process, and the test's side of it."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import time
from contextlib import suppress
from typing import Any

import httpx

from tests.proposals.storm.cases import Run
from tests.proposals.storm.client import closed_port

ADMINISTRATION = "4711"
CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload([f"{__package__}.warm"])  # where the tests are not on the path, each loads it by itself
_AGO = {"minutes": dt.timedelta(minutes=2), "days": dt.timedelta(days=3)}
_MAILED = ("reminder_email_address", "primary_email_address", "debtor_provided_email_address")


def serve(port: int) -> None:
    from payt_sandbox.api.options import Options
    from payt_sandbox.app import create_app
    from payt_sandbox.data.build import build_world
    from payt_sandbox.server import serve as serve_app

    serve_app(create_app(build_world(invoices=150, seed=5), options=Options(rate=None, control=True)), port=port)


class Payt:
    """One embedded Payt; close it with `close`."""

    def __init__(self) -> None:
        port = closed_port()
        self.url = f"http://127.0.0.1:{port}"
        self._process = CONTEXT.Process(target=serve, args=(port,), daemon=True)
        self._process.start()
        self._http = httpx.Client(base_url=self.url, timeout=120)
        self._wait()
        self.debtors = self._debtors()

    def _wait(self) -> None:
        for _ in range(600):
            with suppress(httpx.TransportError):
                self._http.get("/_sandbox/mails")
                return
            time.sleep(0.05)
        raise RuntimeError("the sandbox did not start")

    def _debtors(self) -> list[tuple[str, str]]:
        """Debtors that can be mailed, each with one of its open invoices."""
        mailed = {r["debtor_number"] for r in self.rows("debtors") if any(r.get(name) for name in _MAILED)}
        found: dict[str, str] = {}
        for row in self.rows("invoices"):
            if row["debtor_number"] in mailed and row["open_amount"] not in {None, "0.00"}:
                found.setdefault(row["debtor_number"], row["invoice_number"])
        return sorted(found.items())

    def close(self) -> None:
        self._http.close()
        self._process.kill()
        self._process.join()

    def fault(self, **rule: Any) -> None:
        self._http.post("/_sandbox/faults", json=rule).raise_for_status()

    def clear(self) -> None:
        self.fault(clear=True)

    def mails(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._http.get("/_sandbox/mails").json()["mails"]
        return found

    def rows(self, kind: str) -> list[dict[str, Any]]:
        rows = self._http.get("/_sandbox/rows", params={"administration_id": ADMINISTRATION, "kind": kind}).json()
        found: list[dict[str, Any]] = rows["rows"]
        return found

    def act(self, name: str, *args: str, **fields: Any) -> str:
        done = self._http.post("/_sandbox/act", json={"name": name, "args": [ADMINISTRATION, *args], "fields": fields})
        return str(done.raise_for_status().json()["result"])

    def older(self, run: Run) -> str:
        """An identical message that stood there before."""
        debtor = next(row for row in self.rows("debtors") if row["debtor_number"] == run.debtor)
        wish = run.wishes[0]
        moment = (dt.datetime.now(dt.UTC) - _AGO[run.older]).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        return self.act(
            "add_message", debtor_id=int(debtor["id"]), sender_type="creditor", subject=wish.subject,
            content=wish.body, sent_at=moment,
        )  # fmt: skip
