"""What the forecast of receipts is worth: made on days of the past, with what was known then, against what came.

The embedded Payt invents the past; the forecast knows nothing of how. What came of the invoices that were open on such
a day, payments less what was booked back, is what was forecast. Beside it stand forecasts made by hand.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from benchmarks.figures import markdown
from benchmarks.forecasts import FORECASTS, NOTHING, WEEK, Bands, Forecast
from payt_mcp.receivables.insight.delays import Delay
from payt_mcp.receivables.insight.forecast import WEEKS, Owed
from payt_sandbox import World, build_world

SEEDS = (1, 2, 3)
TODAY = dt.date(2026, 11, 21)
MONTHS, DEBTORS, INVOICES = 24, 200, 12_000
_CUTS_EVERY = 4 * WEEK
_FIRST_CUT = TODAY - dt.timedelta(weeks=52)
_MONEY = frozenset({"payment", "reversal"})


@dataclass
class Known:
    """An invoice with an amount in the books, and what was booked on it: (day, amount, whether money moved)."""

    debtor_id: str
    day: dt.date
    due: dt.date
    total: Decimal
    entries: list[tuple[dt.date, Decimal, bool]] = field(default_factory=list)

    def open_before(self, day: dt.date) -> Decimal:
        return self.total - sum((amount for booked, amount, _ in self.entries if booked < day), NOTHING)


@dataclass(frozen=True)
class Made:
    """One forecast beside what came, week by week; `bands` are low and high of each week, and of all together last."""

    weeks: Sequence[Decimal]
    came: Sequence[Decimal]
    bands: Bands = ()


def invoices_of(world: World) -> list[Known]:
    """Those of the main administration that a forecast can be made of."""
    known: dict[str, Known] = {}
    for row in world.rows(world.main_id, "invoices"):
        if row["book_total_amount"] and row["due_date"] and row["invoice_date"]:
            day, due = dt.date.fromisoformat(row["invoice_date"]), dt.date.fromisoformat(row["due_date"])
            known[row["id"]] = Known(row["debtor_id"], day, due, Decimal(row["book_total_amount"]))
    for row in world.rows(world.main_id, "payments"):
        if row["invoice_id"] in known:
            day, is_money = dt.date.fromisoformat(row["payment_date"]), row["transaction_type"] in _MONEY
            known[row["invoice_id"]].entries.append((day, Decimal(row["total_book_amount"]), is_money))
    return [invoice for invoice in known.values() if invoice.total > 0]


def cuts() -> Iterable[dt.date]:
    """The days on which forecasts are made: every fourth week, as long as all the weeks after are past."""
    cut = _FIRST_CUT
    while cut + WEEKS * WEEK <= TODAY:
        yield cut
        cut += _CUTS_EVERY


def made(invoices: Sequence[Known], cut: dt.date, forecast: Forecast) -> Made:
    """A forecast made on the morning of a day, and what came in the weeks from then on."""
    delays, owed, came = [], [], [NOTHING] * WEEKS
    for invoice in invoices:
        if invoice.day >= cut:
            continue
        still_open = invoice.open_before(cut)
        booked = [day for day, _, _ in invoice.entries if day < cut]
        delays.append(Delay(invoice.debtor_id, invoice.due, None if still_open else booked[-1]))
        if still_open <= 0:
            continue
        owed.append(Owed(invoice.debtor_id, invoice.due, still_open))
        for day, amount, is_money in invoice.entries:
            if is_money and cut <= day < cut + WEEKS * WEEK:
                came[(day - cut) // WEEK] += amount
    weeks, bands = forecast(delays, owed, cut)
    return Made(weeks, came, bands)


@dataclass(frozen=True)
class Score:
    """Errors are sums of absolute differences by what came in all, from 0; `held` counts what lay in its band."""

    by_week: Sequence[Decimal]
    week: Decimal
    whole: Decimal
    held_weeks: Decimal | None
    held_whole: Decimal | None


def score(all_made: Sequence[Made]) -> Score:
    """Over several forecasts."""
    came = sum((sum(one.came, NOTHING) for one in all_made), NOTHING)
    misses = [[abs(weeks - came) for weeks, came in zip(one.weeks, one.came, strict=True)] for one in all_made]
    whole = sum((abs(sum(one.weeks, NOTHING) - sum(one.came, NOTHING)) for one in all_made), NOTHING)
    held = [_held(one) for one in all_made if one.bands]
    return Score(
        [
            sum((miss[place] for miss in misses), NOTHING) / sum((one.came[place] for one in all_made), NOTHING)
            for place in range(WEEKS)
        ],
        sum((sum(miss, NOTHING) for miss in misses), NOTHING) / came,
        whole / came,
        _share([inside for one in held for inside in one[:WEEKS]]),
        _share([one[WEEKS] for one in held]),
    )


def _held(one: Made) -> list[bool]:
    came = (*one.came, sum(one.came, NOTHING))
    return [low <= amount <= high for amount, (low, high) in zip(came, one.bands, strict=True)]


def _share(inside: Sequence[bool]) -> Decimal | None:
    return Decimal(sum(inside)) / len(inside) if inside else None


def backtest(seeds: Sequence[int] = SEEDS) -> dict[str, dict[int, list[Made]]]:
    """Every forecast of every seed, by its name."""
    found: dict[str, dict[int, list[Made]]] = {name: {} for name in FORECASTS}
    for seed in seeds:
        world = build_world(
            invoices=0, debtors=DEBTORS, seed=seed, today=TODAY, history=MONTHS, history_invoices=INVOICES
        )
        invoices = invoices_of(world)
        for name, forecast in FORECASTS.items():
            found[name][seed] = [made(invoices, cut, forecast) for cut in cuts()]
    return found


def tables(found: dict[str, dict[int, list[Made]]]) -> str:
    """The scores by seed and over all, and the errors by how far ahead a week is."""
    lines, ahead = [], []
    for name, by_seed in found.items():
        together = score([one for those in by_seed.values() for one in those])
        lines += [_line(name, str(seed), score(those)) for seed, those in by_seed.items()]
        lines.append(_line(name, "all", together))
        ahead.append([name, *(_percent(error) for error in together.by_week)])
    heads = ("forecast", "seed", "error, week by week", "error, 13 weeks", "weeks in band", "13 weeks in band")
    weeks = ("error by week ahead", *(str(week + 1) for week in range(WEEKS)))
    return f"{markdown(heads, lines)}\n\n{markdown(weeks, ahead)}"


def _line(name: str, seed: str, scored: Score) -> list[str]:
    figures = (scored.week, scored.whole, scored.held_weeks, scored.held_whole)
    return [name, seed, *("-" if figure is None else _percent(figure) for figure in figures)]


def _percent(part: Decimal) -> str:
    return f"{part:.0%}"
