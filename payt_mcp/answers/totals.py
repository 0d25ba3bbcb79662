"""What invoices come to, as fields and as words: gross, credits and totals, in one currency each time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from payt_mcp.answers.amounts import most_first, unbooked_notes
from payt_mcp.receivables.sums import Sums, Totals, own_together
from payt_mcp.words import text as present

if TYPE_CHECKING:
    from payt_mcp.books.scope import Scope


def sums_row(sums: Sums, status: str) -> dict[str, Any]:
    """`open` and `overdue` are gross; `total_amount` is what the invoices were made out for, where that says more.
    Credits are apart, open ones and settled credit notes.
    """
    settled = {"settled_credits": present.plain(sums.settled) if sums.settled else None}
    if status == "paid":
        return present.filled({"total_amount": present.plain(sums.total), **settled})
    return present.filled(
        {
            "open": present.plain(sums.open),
            "overdue": None if status == "overdue" else present.plain(sums.overdue),
            "credits": present.plain(sums.credits) if sums.credits else None,
            "total_amount": present.plain(sums.total) if sums.total != sums.net else None,
            **settled,
        }
    )


def counts_row(totals: Totals) -> dict[str, Any]:
    """How many were found; credits are no invoices."""
    counts = {"credit_count": totals.credit_count or None, "settled_count": totals.settled_count or None}
    return {"invoices": totals.invoices, **present.filled(counts)}


def totals_data(totals: Totals, currency: str, status: str) -> dict[str, Any]:
    """The sums in the administration's currency, net of credits too."""
    net = {} if status == "paid" else {"total_open": present.plain(totals.booked.net)}
    said = {"currency": currency, **net, **sums_row(totals.booked, status)}
    if status == "all":
        said["total_amount"] = present.plain(totals.booked.total)
    elif status != "paid":
        said.pop("total_amount", None)
    return said if totals.booked.credits or status == "paid" else {k: v for k, v in said.items() if k != "open"}


def others(totals: Totals, currency: str) -> list[str]:
    """The currencies that were converted."""
    return sorted(present.code(one) for one in totals.own if one not in {"", currency})


def by_currency(own: Mapping[str, Sums], status: str) -> list[dict[str, Any]]:
    """What `own_words` say: in each currency itself, most invoices first."""
    rows = []
    for code in most_first(own):
        row = sums_row(own[code], status)
        if status == "all":
            row["total_amount"] = present.plain(own[code].total)
        elif status != "paid":
            row.pop("total_amount", None)
        if not own[code].overdue:
            row.pop("overdue", None)
        rows.append({"currency": present.code(code) or "none", **row})
    return rows


def add_totals(data: dict[str, Any], parts: Sequence[tuple[Scope, Totals]], status: str) -> None:
    """The totals of one administration; of several each apart, and together by currency."""
    if not any(part.own for _, part in parts):
        return  # a sum of nothing reads as if nothing were owed
    booked = [totals_data(part, scope.administration.currency_code or "", status) for scope, part in parts]
    if len(parts) == 1:
        data.update({name: amount for name, amount in booked[0].items() if name != "settled_credits"})
    if len(parts) > 1 or others(parts[0][1], booked[0]["currency"]):
        data["by_currency"] = by_currency(own_together(part for _, part in parts), status)
    if len(parts) > 1:
        data["administrations"] = [
            {
                "administration_id": scope.id,
                "name": present.outside(scope.administration.name, present.NAME_LENGTH),
                **counts_row(part),
                **sums,
            }
            for (scope, part), sums in zip(parts, booked, strict=True)
        ]


def first_line(
    parts: Sequence[tuple[Scope, Totals]], status: str, asked: Sequence[str] = (), *, by_currency: bool = True
) -> str:
    """How much was found and what it comes to; `asked` are conditions that the sums depend on, and `by_currency` is
    False where rows say that anyway.
    """
    found, where = sum(part.items for _, part in parts), f" ({'; '.join(asked)})" if asked else ""
    kind = "" if status == "all" else f"{status} "
    if not found:
        return f"0 {kind}invoices found{where}."
    together = own_together(part for _, part in parts)
    own = own_words(together, status, several=len(parts) > 1) if by_currency else ""
    if len(parts) == 1:
        ((scope, part),) = parts
        said = _found(part, scope.administration.currency_code or "", status, f" found{where}")
        is_converted = part.booked.items and others(part, scope.administration.currency_code or "")
        return f"{said}.{own if is_converted else ''}"
    line = f"{found:,} found{where} in {present.count(len(parts), 'administration')}."
    for scope, part in parts:
        name = present.outside(scope.administration.name, present.NAME_LENGTH)
        said = _found(part, scope.administration.currency_code or "", status) if part.own else "none"
        line += f" {name} ({scope.id}): {said}."
    return line + own


def _found(totals: Totals, currency: str, status: str, found: str = "") -> str:
    """`2 open invoices found, EUR 90.00 (80.00 of it overdue)`; with credits, which are no invoices, `3 found: 2 open
    invoices, EUR 90.00 (80.00 of it overdue), and 1 open credit, EUR -10.00; net EUR 80.00`.
    """
    if not totals.booked.items:  # a sum of nothing reads as if nothing were owed
        kind = "" if status == "all" else f"{status} "
        own = ", ".join(_short(totals.own[code], code, status) for code in most_first(totals.own))
        return f"{present.count(totals.items, f'{kind}invoice')}{found}, without an amount in {currency}: {own}"
    foreign = others(totals, currency)
    converted = f", converted where it is in {', '.join(foreign)}" if foreign else ""
    made_out = f", made out for {present.money(totals.booked.total, currency)}" if status == "all" else ""
    kinds = _kinds(totals, currency, status)
    if len(kinds) == 1:
        ((counted, sums),) = kinds
        return f"{counted}{found}{made_out}, {sums}{converted}"
    made_out += ", credit notes taken off" if made_out else ""
    net = totals.booked.total if status == "paid" else totals.booked.net
    each = " and ".join(f"{counted}, {sums}," for counted, sums in kinds).rstrip(",")
    head = f"{totals.items:,}{found}{made_out}: " if found or made_out else ""
    still = " open" if status == "all" else ""
    return f"{head}{each}; net {present.money(net, currency)}{still}{converted}"


def _kinds(totals: Totals, currency: str, status: str) -> list[tuple[str, str]]:
    """The invoices found, the open credits and the settled credit notes, as far as there are any: how many, and what
    they come to in the books.
    """
    booked, kind = totals.booked, "" if status == "all" else f"{status} "
    late = f" ({present.money(booked.overdue)} of it overdue)" if status in {"open", "all"} else ""
    is_open = " open" if status == "all" else ""
    invoices = booked.total - booked.settled if status == "paid" else booked.open
    found = [
        (totals.invoices, f"{kind}invoice", f"{present.money(invoices, currency)}{is_open}{late}"),
        (totals.credit_count, "open credit", present.money(booked.credits, currency)),
        (totals.settled_count, "settled credit note", present.money(booked.settled, currency)),
    ]
    return [(present.count(number, noun), sums) for number, noun, sums in found if number]


def own_words(own: Mapping[str, Sums], status: str, *, several: bool = False) -> str:
    """` By currency, not converted: EUR 1000.00 open (80.00 overdue), GBP 5.00 open.`; of `several` administrations,
    which are together in it, that too.
    """
    parts = ", ".join(_short(own[code], code, status) for code in most_first(own))
    return f" By currency{' together' if several else ''}, not converted: {parts}."


def totals_notes(totals: Totals, currency: str, status: str) -> list[str]:
    """The invoices that are in no sum, or in it with an amount of their own."""
    where = ", nor among those summarize_overdue counts" if status == "overdue" else ""
    said = []
    if totals.unvalued:
        said.append(
            f"{present.count(len(totals.unvalued), 'invoice')} without an amount in {currency}, so in no sum in it"
            f"{where} (by currency, in its own)."
        )
    return said + unbooked_notes(totals.unbooked)


def _short(sums: Sums, code: str, status: str) -> str:
    """Figures as rows have them, without separators: there are many of them in one sentence."""
    currency = present.code(code) or "none"
    if status == "paid":
        return f"{currency} {sums.total:.2f}"
    made_out = f"{sums.total:.2f} in total, " if status == "all" else ""
    if sums.credits and not sums.open:
        return f"{currency} {made_out}{sums.credits:.2f} in credits"
    said = f"{currency} {made_out}{sums.open:.2f} open"
    beside = [f"{sums.overdue:.2f} overdue"] if sums.overdue and status != "overdue" else []
    beside += [f"credits {sums.credits:.2f}"] if sums.credits else []
    return f"{said} ({', '.join(beside)})" if beside else said
