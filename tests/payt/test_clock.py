"""Which delta can be trusted, and where it begins."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payt_mcp.payt.clock import OVERLAP, Reading, ServerTime, watermark

START = dt.datetime(2026, 11, 21, 12, 0, tzinfo=dt.UTC)
HERE = Reading(1_000.0, 1_795_262_400.0)


def _later(seconds: float, *, server: float | None = None, asleep: bool = False, set_back: bool = False) -> ServerTime:
    """Payt's time `seconds` later by this machine's clocks, one of which may not have moved."""
    monotonic = HERE.monotonic if asleep else HERE.monotonic + seconds
    wall = HERE.wall - 7200 if set_back else HERE.wall + seconds
    passed = seconds if server is None else server
    return ServerTime(START + dt.timedelta(seconds=passed), Reading(monotonic, wall))


def _covers(now: ServerTime | None) -> bool:
    mark = watermark(ServerTime(START, HERE), None, 5.0)
    assert mark is not None
    return mark.covers(now)


DAY = 86_400.0


@given(st.floats(0, 79 * DAY))
def test_a_delta_is_trusted_while_the_clocks_agree(seconds: float) -> None:
    assert _covers(_later(seconds))
    assert _covers(_later(seconds, asleep=True))
    assert _covers(_later(seconds, set_back=True))


def test_a_delta_over_more_days_than_deletions_are_remembered_is_not() -> None:
    assert _covers(_later(79.9 * DAY))
    assert not _covers(_later(80 * DAY))
    assert not _covers(_later(200 * DAY))


@pytest.mark.parametrize("server", [-121.0, -DAY, 721.0, DAY])
def test_a_clock_of_payts_that_jumped_is_not_trusted(server: float) -> None:
    assert not _covers(_later(600.0 if server > 0 else 0.0, server=server))


@pytest.mark.parametrize("server", [-119.0, 0.0, 119.0])
def test_small_differences_are_no_jump(server: float) -> None:
    assert _covers(_later(0.0, server=server))


def test_a_payt_that_stops_or_begins_to_send_its_time_is_not_trusted() -> None:
    assert not _covers(None)
    unfixed = watermark(None, START, 1.0)
    assert unfixed is not None
    assert unfixed.covers(None)
    assert not unfixed.covers(ServerTime(START, HERE))


@given(st.floats(0, 3600))
def test_a_delta_begins_before_the_reading_did(seconds: float) -> None:
    by_server = watermark(ServerTime(START, HERE), None, seconds)
    by_data = watermark(None, START, seconds)
    assert by_server is not None
    assert by_data is not None
    assert by_server.moment == START - OVERLAP
    # The newest stamp lies before the end of the reading, so its length is taken off.
    assert by_data.moment <= START - dt.timedelta(seconds=seconds) - OVERLAP + dt.timedelta(milliseconds=1)


def test_without_any_time_there_is_no_watermark() -> None:
    assert watermark(None, None, 1.0) is None


def test_time_goes_on_by_whichever_clock_moved_further() -> None:
    stood = ServerTime(START, HERE)
    assert stood.now(Reading(HERE.monotonic, HERE.wall + 60)) == START + dt.timedelta(seconds=60)
    assert stood.now(Reading(HERE.monotonic + 60, HERE.wall - 9999)) == START + dt.timedelta(seconds=60)
    assert stood.now(Reading(HERE.monotonic - 1, HERE.wall - 1)) == START
