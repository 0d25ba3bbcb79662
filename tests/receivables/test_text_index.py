"""What the index of texts finds is what is found by looking at every open item, after every change."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payt_mcp.payt.models import Debtor, Invoice
from payt_mcp.receivables import running, text_index
from payt_mcp.receivables.matching import TextFilter
from payt_mcp.receivables.open_items import OpenItems
from payt_mcp.receivables.text_index import TextIndex
from payt_mcp.steps import at_once
from payt_mcp.words.folding import wanted
from tests.receivables.test_running import change

QUERIES = ("12", "Müller", "paint", "12 paint", "bv", "M-3", "9001", "nothing")

_invoice = st.builds(
    Invoice,
    id=st.integers(1, 12).map(str),
    invoice_number=st.sampled_from(["12", "312", "M-3", "Ü-12"]),
    debtor_id=st.integers(1, 4).map(str) | st.just(""),
    debtor_number=st.sampled_from(["", "9001", "9002"]),
    description=st.sampled_from(["", "Paint", "12 doors\nand paint", "für Mueller"]),
    open_amount=st.sampled_from([5, 5, 5, 0]),
)
_debtor = st.builds(
    Debtor,
    id=st.integers(1, 4).map(str),
    name=st.sampled_from(["Müller B.V.", "Paint 12", "Jansen"]),
    debtor_number=st.sampled_from(["9001", "77"]),
)
Steps = st.lists(_invoice | _debtor | st.integers(1, 12).map(str), max_size=40)


@pytest.mark.parametrize(("recalled", "size"), [(300, 1_000), (300, 2), (2, 2)])
@given(first=Steps, steps=Steps, skipped=st.integers(1, 4))
def test_words_find_what_looking_at_every_item_finds(
    recalled: int, size: int, first: list[Any], steps: list[Any], skipped: int
) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(running, "_WORTHWHILE", recalled)
        patched.setattr(text_index, "_SIZE", size)
        patched.setattr(text_index, "_MOST_FOLLOWED", 3 * size)
        items = OpenItems("EUR")
        for step in first:
            change(items, step)
        index = TextIndex(items)
        for place, step in enumerate(steps):
            change(items, step)
            if place % skipped:
                continue  # several changes at once
            for query in QUERIES:
                looked_at = TextFilter(query, items.debtors).choose(list(items.invoices.values()))
                assert at_once(index.having(wanted(query))) == set(looked_at), query
