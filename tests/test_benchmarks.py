"""The benchmark's processes find each other. What they measure is no business of a test."""

import sys

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="the benchmark reads other processes as Linux tells them"),
]


def test_a_server_of_the_benchmark_is_answered_by_its_payt() -> None:
    from benchmarks.processes import OURS, Payt, Server

    with Payt(100) as payt, payt.listening() as heard, Server(OURS, payt.settings) as server:
        server.greet()
        figures = server.call("summarize_overdue")["structuredContent"]
    assert figures["invoice_count"] > 0
    assert any(path.startswith("/v1/invoices?") for path in heard)
