"""What is asked first is answered in few words and few requests, at the size a company has: 6,000 open invoices."""

from collections.abc import Iterator

import pytest

from payt_sandbox import build_world
from payt_sandbox.server import Handle
from tests.support.assistant import NOON, Assistant, assistant, frozen, payt
from tests.support.fixed import tokens

pytestmark = pytest.mark.slow

MOST_TOKENS = 900
MOST_REQUESTS = 4


@pytest.fixture(scope="module")
def served() -> Iterator[Handle]:
    with payt(frozen(build_world(invoices=6_000, seed=1, today=NOON.date()))) as handle:
        yield handle


async def file_of(who: Assistant, served: Handle, number: str) -> tuple[str, list[str]]:
    """What the short file of a debtor says, and what Payt was asked for it."""
    before = len(served.sandbox.requests)
    failed, text, _ = await who.call("get_debtor", debtor=number)
    assert not failed, text
    return text, [request.path for request in list(served.sandbox.requests)[before:]]


def _undated(text: str) -> str:
    """Without the moment at its end: the two are not asked for in one second."""
    return text[: text.rindex("(as of ")]


async def test_the_worklist_and_the_largest_debtors_are_short_and_cost_few_requests(served: Handle) -> None:
    async with assistant(served, PAYT_FRESHNESS_SECONDS="600") as cold:
        _, rows, _ = await cold.call("get_worklist")
        assert tokens(rows) <= MOST_TOKENS
        largest = await cold.ask("find_debtors", limit=5)
        for debtor in largest["debtors"]:
            text, asked = await file_of(cold, served, debtor["debtor_number"])
            has_plan = "Payment plan " in text
            assert tokens(text) <= MOST_TOKENS
            assert len(asked) <= MOST_REQUESTS + has_plan, asked
            assert "/v1/credit_cases" not in asked


async def test_fresh_books_tell_what_payt_tells(served: Handle) -> None:
    """Cases and plans that are not read again are those that are there: whoever has no books yet reads the same."""
    async with assistant(served, PAYT_FRESHNESS_SECONDS="600") as who:
        await who.ask("summarize_overdue")
        largest = (await who.ask("summarize_overdue", top=100))["debtors"]
        in_a_case = [row["debtor_number"] for row in largest if "bailiff" in row["phase"] or row.get("attention")][:12]
        known = {number: await file_of(who, served, number) for number in in_a_case}
    plans = 0
    async with assistant(served, PAYT_FRESHNESS_SECONDS="600") as stranger:
        for number, (text, _) in known.items():
            read, asked = await file_of(stranger, served, number)
            assert _undated(read) == _undated(text)
            plans += "/v1/payment_plans" in asked
    assert sum("Credit case" in text for text, _ in known.values()) > 3
    assert sum("Payment plan " in text for text, _ in known.values()) > 0
    assert plans == len(known)


async def test_a_debtor_who_is_called_by_its_number_costs_no_new_reading_of_old_books(served: Handle) -> None:
    async with assistant(served, PAYT_FRESHNESS_SECONDS="0") as who:
        row = (await who.ask("find_debtors", limit=1))["debtors"][0]
        _, asked = await file_of(who, served, row["debtor_number"])
        assert "/v1/invoices/deleted" not in asked
        assert asked.count("/v1/debtors") == 1
        refused = await who.refused("get_debtor", debtor="nobody at all")
        assert "There is no debtor" in refused
