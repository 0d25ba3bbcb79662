"""How far off forecasts were, and how often what came lay in their band."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from benchmarks.figures import markdown
from benchmarks.forecasts import NOTHING, Bands
from payt_mcp.receivables.insight.forecast import WEEKS


@dataclass(frozen=True)
class Made:
    """One forecast beside what came, week by week; `bands` are low and high of each week, and of all together last."""

    day: dt.date
    weeks: Sequence[Decimal]
    came: Sequence[Decimal]
    bands: Bands = ()


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


def tables(found: Mapping[str, Mapping[int, Sequence[Made]]]) -> str:
    """The scores by seed and over all; the errors by how far ahead a week is; and how the first one did over time."""
    lines, ahead = [], []
    for name, by_seed in found.items():
        together = score([one for those in by_seed.values() for one in those])
        lines += [_line(name, str(seed), score(those)) for seed, those in by_seed.items()]
        lines.append(_line(name, "all", together))
        ahead.append([name, *(_percent(error) for error in together.by_week)])
    heads = ("forecast", "seed", "error, week by week", "error, 13 weeks", "weeks in band", "13 weeks in band")
    weeks = ("error by week ahead", *(str(week + 1) for week in range(WEEKS)))
    return "\n\n".join([markdown(heads, lines), markdown(weeks, ahead), _over_time(*next(iter(found.items())))])


def _over_time(name: str, by_seed: Mapping[int, Sequence[Made]]) -> str:
    """What came in 13 weeks less what was expected, by the day it was expected on; a star where that left the band."""
    days = [[str(of_a_day[0].day), *map(_miss, of_a_day)] for of_a_day in zip(*by_seed.values(), strict=True)]
    return markdown((f"{name}, 13 weeks from", *(f"seed {seed}" for seed in by_seed)), days)


def _miss(one: Made) -> str:
    expected = sum(one.weeks, NOTHING)
    return f"{(sum(one.came, NOTHING) - expected) / expected:+.1%}{'' if _held(one)[WEEKS] else ' *'}"


def _line(name: str, seed: str, scored: Score) -> list[str]:
    figures = (scored.week, scored.whole, scored.held_weeks, scored.held_whole)
    return [name, seed, *("-" if figure is None else _percent(figure) for figure in figures)]


def _percent(part: Decimal) -> str:
    return f"{part:.0%}"
