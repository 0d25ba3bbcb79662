"""What people write for an e-mail address, and the one address in it."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payt_mcp.errors import BadValueError
from payt_mcp.receivables.addresses import distinct, parse_many, parse_one, resembled
from payt_mcp.receivables.mailboxes import mailbox, parse, readable, split

MULLER = "info@xn--mller-kva.example"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("ap@x.example", "ap@x.example"),
        ("  AP@X.Example\u00a0\t", "AP@x.example"),
        ("Jan <jan@x.example>", "jan@x.example"),
        ('"Jansen, Piet" <piet@x.example>', "piet@x.example"),
        ("Jansen, Piet <piet@x.example>", "piet@x.example"),
        ("< jan@x.example >", "jan@x.example"),
        ("mailto:jan@x.example", "jan@x.example"),
        ("jan@x.example;", "jan@x.example"),
        ("info@m\u00fcller.example", MULLER),
        ("info@mu\u0308ller.example", MULLER),
        ("info@M\u00dcLLER.example", MULLER),
        ("info@XN--mller-kva.example", MULLER),
        ("info@stra\u00dfe.example", "info@xn--strae-oqa.example"),
        ("a@\u043f\u0440\u0438\u043c\u0435\u0440.\u0440\u0444", "a@xn--e1afmkfd.xn--p1ai"),
    ],
)
def test_one_address_is_read_however_it_is_written(text: str, address: str) -> None:
    assert parse_one("email", text) == address
    assert parse_one("email", address) == address


@pytest.mark.parametrize(
    "text",
    [
        "", "ap", "ap@", "@x.example", "ap@x", "ap@@x.example", "a b@x.example", "ap@x .example", "a..b@x.example",
        "ap@-x.example", "ap@x..example", "j\u00fcrgen@x.example", "ap@x\uff0eexample", "ap@x\u3002example",
        "ap@x.example\u200b", "a\u200bp@x.example", "a\u202ep@x.example", "ap@xn--a.example", "ap@xn--.example",
        "ap@\u2603.example", "cfo@x.example <evil@y.example>", "ap@x.example\nBcc: evil@y.example",
        "ap@x.example, cfo@x.example", "ap@x.example cfo@x.example", "<ap@x.example", "ap@" + "x" * 300 + ".example",
        "ap@b\u0430nk.example", "ap@xn--bnk-6cd.example", "ap@x.example>", "ap@x.123",
    ],
)  # fmt: skip
def test_what_is_no_single_address_is_refused(text: str) -> None:
    with pytest.raises(BadValueError):
        parse_one("email", text)


@pytest.mark.parametrize(
    "text",
    [
        "ap@x.example; cfo@x.example",
        "ap@x.example,cfo@x.example",
        "ap@x.example cfo@x.example",
        "ap@x.example\ncfo@x.example\n",
        "AP <ap@x.example>; The CFO <cfo@x.example>;",
        "Pay, Able <ap@x.example>, 'CFO' <cfo@x.example>",
        "ap@x.example; AP@X.example; cfo@x.example",
    ],
)
def test_several_are_read_whatever_stands_between_them(text: str) -> None:
    assert parse_many("cc", [text]) == ["ap@x.example", "cfo@x.example"]


def test_a_mailbox_counts_once() -> None:
    assert distinct(["Ap@x.example", "cfo@x.example", "ap@X.EXAMPLE", MULLER, readable(MULLER)]) == [
        "Ap@x.example", "cfo@x.example", MULLER,
    ]  # fmt: skip
    assert distinct(["ap@x.example"], ["AP@x.example"]) == []
    assert mailbox("Info@M\u00dcLLER.example") == mailbox(MULLER)


@pytest.mark.parametrize(
    ("host", "known"),
    [
        ("xn--mller-kva.example", "muller.example"),
        ("m\u00fcller.example", "muller.example"),
        ("b\u0430kker.example", "bakker.example"),
        ("xn--bkker-4ve.example", "bakker.example"),
        ("muller.example", "m\u00fcller.example"),
        ("m\u00fcl1er.example", "m\u00fcller.example"),
        ("bakker.examp1e", "bakker.example"),
        ("\u0142odz.example", "lodz.example"),
    ],
)
def test_a_domain_that_looks_like_another_is_known_for_it(host: str, known: str) -> None:
    assert resembled(host, [known]) == known


def test_one_domain_in_two_spellings_does_not_resemble_itself() -> None:
    assert not resembled("xn--mller-kva.example", ["m\u00fcller.example", "other.example"])


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_none(text: str) -> None:
    for part in split(text):
        try:
            found = parse(part)
        except ValueError:
            continue
        assert found.isascii()
        assert parse(found) == found
        assert parse(readable(found)) == found


@pytest.mark.parametrize("sign", ["a", "<", '"', ",", ";", " ", "@", "a@b.nl ", "a@b.nl,", "\u00fc.", "xn--", "."])
def test_a_text_of_any_length_costs_next_to_nothing(sign: str) -> None:
    began = time.process_time()
    for part in split(sign * (60_000 // len(sign))):
        try:
            parse(part)
        except ValueError:
            continue
    assert time.process_time() - began < 5
