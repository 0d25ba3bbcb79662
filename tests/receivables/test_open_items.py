"""Open items: whatever order pages and deltas come in, the same state is reached."""

import datetime as dt
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from payt_mcp.payt.models import Debtor, Invoice
from payt_mcp.receivables.entries import is_open, open_item
from payt_mcp.receivables.open_items import OpenItems

START = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
AMOUNTS = st.sampled_from(("0.00", "10.00", "-3.50", "99999999.99"))


def _invoice(number: int, version: int, amount: str, debtor: int) -> Invoice:
    moment = START + dt.timedelta(minutes=version)
    row = {"id": number, "updated_at": moment.isoformat(), "debtor_id": debtor, "invoice_number": f"I{number}"}
    return Invoice.model_validate(
        {**row, "open_amount": amount, "book_open_amount": amount, "total_amount": amount, "due_date": "2026-10-01"}
    )


# What happened to each invoice, in order: a reading of it (amount, debtor), or its deletion (None).
HISTORIES = st.lists(
    st.tuples(
        st.lists(st.tuples(AMOUNTS, st.integers(1, 3)), min_size=1, max_size=4),
        st.booleans(),
    ),
    min_size=1,
    max_size=6,
)


def _state(items: OpenItems) -> dict[str, tuple[Any, ...]]:
    return {key: (item.open_amount, item.debtor_id, item.updated_at) for key, item in items.invoices.items()}


def _is_whole(items: OpenItems) -> bool:
    """The index by debtor and the items say the same."""
    by_debtor = {key for debtor in items.debtor_ids() for key in (item.id for item in items.of_debtor(debtor))}
    fits = all(item.debtor_id == debtor for debtor in items.debtor_ids() for item in items.of_debtor(debtor))
    return by_debtor == set(items.invoices) and fits and all(any(items.of_debtor(key)) for key in items.debtor_ids())


@given(histories=HISTORIES, data=st.data())
def test_any_order_of_overlapping_deltas_followed_by_all_of_it_ends_in_the_same_state(
    histories: list[tuple[list[tuple[str, int]], bool]], data: st.DataObject
) -> None:
    readings = [
        [_invoice(number, version, amount, debtor) for version, (amount, debtor) in enumerate(versions)]
        for number, (versions, _) in enumerate(histories)
    ]
    expected = {
        str(number): (Decimal(versions[-1][0]), str(versions[-1][1]), readings[number][-1].updated_at)
        for number, (versions, is_deleted) in enumerate(histories)
        if not is_deleted and Decimal(versions[-1][0]) != 0
    }
    items = OpenItems("EUR")
    early = [reading for of in readings for reading in of]
    for reading in data.draw(st.lists(st.sampled_from(early), max_size=12)):
        items.put_invoice(reading)
        assert _is_whole(items)
    # The delta of each answer: the newest reading of every row, and every deletion, in any order, more than once.
    last: list[Any] = [of[-1] for of in readings] + [
        (str(number), START + dt.timedelta(days=1)) for number, (_, gone) in enumerate(histories) if gone
    ]
    order = data.draw(st.permutations(last))
    for _ in range(2):
        for change in order:
            if isinstance(change, Invoice):
                items.put_invoice(change)
            else:
                items.remove_invoice(*change)
        # Within one delta the deletions are taken last, as the books do.
        for change in last:
            if isinstance(change, tuple):
                items.remove_invoice(*change)
        assert _is_whole(items)
    assert _state(items) == expected


@given(st.permutations([0, 1, 2, 3]))
def test_an_older_reading_never_replaces_a_newer_one(order: list[int]) -> None:
    items = OpenItems("EUR")
    for version in order:
        items.put_invoice(_invoice(1, version, f"{version + 1}.00", version))
    assert items.invoices["1"].open_amount == Decimal("4.00")
    assert _is_whole(items)


def test_a_deletion_older_than_what_is_known_is_not_taken() -> None:
    items = OpenItems("EUR")
    items.put_invoice(_invoice(1, 10, "5.00", 1))
    items.remove_invoice("1", START)
    assert "1" in items.invoices
    items.remove_invoice("1", START + dt.timedelta(minutes=10))
    assert not items.invoices


def test_every_change_of_state_is_a_new_version() -> None:
    items = OpenItems("EUR")
    versions = [items.version]
    for change in ("5.00", "6.00", "0.00"):
        items.put_invoice(_invoice(1, len(versions), change, 1))
        versions.append(items.version)
    items.put_debtor(Debtor(id="1", name="One"))
    versions.append(items.version)
    assert len(set(versions)) == len(versions)


def test_without_an_open_amount_the_payment_date_decides() -> None:
    assert is_open(Invoice(id="1"))
    assert not is_open(Invoice(id="1", payment_date=dt.date(2026, 1, 1)))
    assert not is_open(Invoice(id="1", book_open_amount=Decimal(0)))
    assert is_open(Invoice(id="1", open_amount=Decimal("-0.01"), payment_date=dt.date(2026, 1, 1)))


def test_an_item_keeps_what_payt_says_and_guesses_nothing() -> None:
    item = open_item(Invoice(id="1", open_amount=Decimal("5.00")))
    assert (item.book_open, item.book_total, item.due_date, item.number) == (None, None, None, "")
    same = open_item(
        Invoice(
            id="1",
            open_amount=Decimal("5.00"),
            total_amount=Decimal("5.00"),
            book_open_amount=Decimal("5.00"),
            book_total_amount=Decimal("5.00"),
        )
    )
    assert same.open_amount is same.book_open
