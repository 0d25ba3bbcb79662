"""What invoices come to, as fields and as words: gross, credits and totals, in one currency each time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from payt_mcp.answers.amounts import unbooked_notes
from payt_mcp.receivables.sums import Sums, Totals, own_together
from payt_mcp.words import text as present

if TYPE_CHECKING:
    from payt_mcp.books.scope import Scope


def sums_row(sums: Sums, status: str) -> dict[str, Any]:
    """`open` and `overdue` are gross; `total_amount` is what the invoices were made out for, where that says more."""
    if status == "paid":
        return {"total_amount": present.plain(sums.total)}
    return present.filled(
        {
            "open": present.plain(sums.open),
            "overdue": None if status == "overdue" else present.plain(sums.overdue),
            "credits": present.plain(sums.credits) if sums.credits else None,
            "total_amount": present.plain(sums.total) if sums.total != sums.net else None,
        }
    )


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
    for code in _most_first(own):
        row = sums_row(own[code], status)
        if status == "all":
            row["total_amount"] = present.plain(own[code].total)
        elif status != "paid":
            row.pop("total_amount", None)
        if not own[code].overdue:
            row.pop("overdue", None)
        rows.append({"currency": present.code(code) or "none", **row})
    return rows


def _most_first(own: Mapping[str, Sums]) -> list[str]:
    return sorted(own, key=lambda code: (-own[code].invoices, code))


def add_totals(data: dict[str, Any], parts: Sequence[tuple[Scope, Totals]], status: str) -> None:
    """The totals of one administration; of several each apart, and together by currency."""
    if not any(part.own for _, part in parts):
        return  # a sum of nothing reads as if nothing were owed
    booked = [totals_data(part, scope.administration.currency_code or "", status) for scope, part in parts]
    if len(parts) == 1:
        data.update(booked[0])
    if len(parts) > 1 or others(parts[0][1], booked[0]["currency"]):
        data["by_currency"] = by_currency(own_together(part for _, part in parts), status)
    if len(parts) > 1:
        data["administrations"] = [
            {
                "administration_id": scope.id,
                "name": present.outside(scope.administration.name, present.NAME_LENGTH),
                "invoices": part.invoices,
                **sums,
            }
            for (scope, part), sums in zip(parts, booked, strict=True)
        ]


def words(parts: Sequence[tuple[Scope, Totals]], status: str, *, by_currency: bool = True) -> str:
    """What was found comes to, after how many it was; `by_currency` where no rows say that anyway."""
    own = own_words(own_together(part for _, part in parts), status) if by_currency else ""
    if len(parts) == 1:
        ((scope, part),) = parts
        currency = scope.administration.currency_code or ""
        return f", {booked_words(part, currency, status)}.{own if others(part, currency) else ''}"
    said = f" in {present.count(len(parts), 'administration')}."
    for scope, part in parts:
        name = present.outside(scope.administration.name, present.NAME_LENGTH)
        sums = booked_words(part, scope.administration.currency_code or "", status)
        said += f" {name} ({scope.id}): {f'{part.invoices:,}, {sums}' if part.own else 'none'}."
    return said + own


def booked_words(totals: Totals, currency: str, status: str) -> str:
    """`EUR 90.00 open in total, converted where it is in GBP, net of credits (invoices 100.00, credits -10.00), 80.00
    of it overdue`.
    """
    foreign = others(totals, currency)
    converted = f", converted where it is in {', '.join(foreign)}" if foreign else ""
    return _sums_words(totals.booked, currency, status, converted)


def own_words(own: Mapping[str, Sums], status: str) -> str:
    """` By currency: EUR 1000.00 open (80.00 overdue), GBP 5.00 open.`"""
    parts = ", ".join(_short(own[code], code, status) for code in _most_first(own))
    return f" By currency: {parts}."


def totals_notes(totals: Totals, currency: str, status: str) -> list[str]:
    """The invoices that are in no sum, or in it with an amount of their own."""
    where = ", nor among those summarize_overdue counts" if status == "overdue" else ""
    said = []
    if totals.unvalued:
        said.append(
            f"{present.count(len(totals.unvalued), 'invoice')} without an amount in {currency} in no sum{where}."
        )
    return said + unbooked_notes(totals.unbooked)


def _sums_words(sums: Sums, currency: str, status: str, converted: str) -> str:
    if status == "paid":
        return f"{present.money(sums.total, currency)} in total{converted}"
    made_out = f"made out for {present.money(sums.total, currency)}, " if status == "all" else ""
    said = f"{made_out}{present.money(sums.net, currency)} open in total{converted}"
    if sums.credits:
        said += f", net of credits (invoices {present.money(sums.open)}, credits {present.money(sums.credits)})"
    return said if status == "overdue" else f"{said}, {present.money(sums.overdue)} of it overdue"


def _short(sums: Sums, code: str, status: str) -> str:
    """Figures as rows have them, without separators: there are many of them in one sentence."""
    currency = present.code(code) or "none"
    if status == "paid":
        return f"{currency} {sums.total:.2f}"
    made_out = f"{sums.total:.2f} in total, " if status == "all" else ""
    said = f"{currency} {made_out}{sums.open:.2f} open"
    beside = [f"{sums.overdue:.2f} overdue"] if sums.overdue and status != "overdue" else []
    beside += [f"credits {sums.credits:.2f}"] if sums.credits else []
    return f"{said} ({', '.join(beside)})" if beside else said
