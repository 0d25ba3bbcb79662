"""Interest and costs by law against examples that others worked out in public, each named with where it stands."""

import datetime as dt
import re
from decimal import ROUND_CEILING, Decimal
from pathlib import Path

from payt_mcp.receivables.law.charges import Charges, Late, charges
from payt_mcp.receivables.law.costs import belgian_consumer, dutch
from payt_mcp.receivables.law.countries import BE, DE, GB, KNOWN_UNTIL, NL
from payt_mcp.receivables.law.interest import Balance, Terms, accrued
from payt_mcp.receivables.law.rates import Rates, rates
from payt_mcp.receivables.law.regime import Law, Regime


def day(written: str) -> dt.date:
    return dt.date.fromisoformat(written)


def interest(owed: str, percent: str, days: int, *, since: str = "2021-03-01") -> str:
    """Of an example that gives its own rate and its days."""
    flat = Rates(((dt.date.min, Decimal(percent)),), dt.date(2999, 12, 31))
    last = day(since) + dt.timedelta(days=days - 1)
    return str(accrued(Balance(Decimal(owed)), day(since), last, Terms(flat)).interest)


def charged(law: Law, regime: Regime, owed: str, due: str, as_of: str) -> Charges:
    late = Late("1", law.currency, day(due), Balance(Decimal(owed)))
    return charges([late], law, regime, day(as_of))


def test_dutch_interest() -> None:
    # go-figure.nl, "Wanbetalers!": 11 days late on 1,000 at 8 % are 2.41
    late = charged(NL, NL.business, "1000.00", "2021-05-01", "2021-05-12").rows[0]
    assert (str(late.interest), late.accrued.days) == ("2.41", 11)
    # rentetool on GitHub, "08 Expertcontrole": 1,648.58 from 12 Dec 2014 to 29 May 2015, 20 days at 3 % (2.71) and
    # 148 at 2 % (13.37); 51 days of 2023 at 12 % and 182 of a leap year at 12.5 %, each of them one of 365
    assert str(charged(NL, NL.consumer, "1648.58", "2014-12-11", "2015-05-28").rows[0].interest) == "16.08"
    assert str(charged(NL, NL.business, "3796.99", "2023-11-10", "2023-12-31").rows[0].interest) == "63.66"
    assert str(charged(NL, NL.business, "3796.99", "2023-12-31", "2024-06-30").rows[0].interest) == "236.66"


def test_dutch_costs() -> None:
    # das.nl, "Wat is de hoogte van de incassokosten": 375 + 250 + 250 on 10,000
    assert dutch(Decimal(10_000)) == Decimal("875.00")
    assert [str(dutch(Decimal(owed))) for owed in (2_500, 5_000)] == ["375.00", "625.00"]
    # luxis on GitHub, session 230, case IN100082: 15 % all through would be 4,908.21, the staircase gives 1,102.21
    assert dutch(Decimal("4908.21") / Decimal("0.15")) == Decimal("1102.21")
    # wetten.overheid.nl BWBR0031432, art. 2: at least 40, at most 6,775, which a million reaches
    assert [str(dutch(Decimal(owed))) for owed in (100, 999_999, 1_000_000, 2_000_000)] == [
        "40.00", "6775.00", "6775.00", "6775.00"
    ]  # fmt: skip
    assert dutch(Decimal(999_000)) == Decimal("6770.00")


def test_belgian_interest() -> None:
    # xando.pro, "Verwijlintresten berekenen": 1,000 at 10 % for 60 days are 16.4
    assert interest("1000.00", "10", 60) == "16.44"
    # etaamb 2023041019 (Moniteur of 17 March 2023): 10.5 % for the first half of 2023; schoups.be: 12 % for the second
    # fiduciairedelacense.be, leuropeinfo.eu, embuild.be: 12, 12.5, 12.5, 11.5, 10.5 and 10.5 %
    halves = ("2023-01-01", "2023-07-01", "2024-01-01", "2024-07-01", "2025-01-01", "2025-07-01", "2026-01-01")
    assert BE.business.terms
    assert BE.consumer.terms
    assert [str(BE.business.terms.rates.at(day(since))) for since in halves] == [
        "10.5", "12.0", "12.5", "12.5", "11.5", "10.5", "10.5"
    ]  # fmt: skip
    # immospector.kluwer.be, leuropeinfo.eu, embuild.be: the legal rate of consumers
    years = [str(BE.consumer.terms.rates.at(dt.date(year, 6, 1))) for year in range(2020, 2027)]
    assert years == ["1.75", "1.75", "1.50", "5.25", "5.75", "4.50", "4.50"]


def test_the_belgian_rate_between_businesses_is_the_dutch_one_rounded_up_to_the_half() -> None:
    """Art. 5 of the law of 2 August 2002: both are the rate of the ECB and eight points."""
    assert BE.business.terms
    assert NL.business.terms
    for since in (dt.date(year, month, 1) for year in range(2017, 2027) for month in (1, 7)):
        dutch_rate, belgian = NL.business.terms.rates.at(since), BE.business.terms.rates.at(since)
        assert dutch_rate
        assert belgian == (dutch_rate * 2).to_integral_value(ROUND_CEILING) / 2, since


def test_belgian_costs() -> None:
    # farys.be, standaard.be of 19 Aug 2023, clinique-reding.be: 20 up to 150; 30 and 10 % of what is above 150; 65 and
    # 5 % of what is above 500, at most 2,000
    owed = ("0", "150", "150.01", "500", "600", "39200", "100000")
    assert [str(belgian_consumer(Decimal(one))) for one in owed] == [
        "0", "20", "30.00", "65.00", "70.00", "2000.00", "2000.00"
    ]  # fmt: skip
    # tests of a Belgian invoicing app on GitHub, "rappels B2C (Livre XIX)": 20 on 100, 55 on 400, 115 on 1,500, 2,000
    # on a million; a reminder mailed on 2 March 2026 gives until 16 March
    found = [str(belgian_consumer(Decimal(one))) for one in ("100", "400", "1500", "1000000")]
    assert found == ["20", "55.00", "115.00", "2000.00"]
    reminded = Late("1", "EUR", day("2026-03-01"), Balance(Decimal(100)), day("2026-03-02"))
    assert charges([reminded], BE, BE.consumer, day("2026-03-31")).rows[0].since == day("2026-03-17")
    # law of 2 August 2002, art. 6: 40 of each invoice between businesses
    two = [Late(number, "EUR", day("2026-01-05"), Balance(Decimal(100))) for number in "12"]
    assert charges(two, BE, BE.business, day("2026-02-01")).sums["EUR"].costs == 80


def test_german_interest() -> None:
    # anleiter.de, "Wie berechnet man Verzugszinsen": 1,000 for 25 days at 5.12 % are 3.51
    assert interest("1000.00", "5.12", 25) == "3.51"
    # forderungsmanagement24.info: 1,000 for 30 days at 5 % are 4.11
    assert interest("1000.00", "5", 30) == "4.11"
    # ameax/bgb-interest on GitHub, README: 10,000 for 167 days at 10.62 % and 183 at 12.12 %
    assert [interest("10000.00", "10.62", 167), interest("10000.00", "12.12", 183)] == ["485.90", "607.66"]
    # digineo/verzugszinsen on GitHub, README: 1,500 from 15 Sep 2009 to 17 Feb 2012, eight points above the base rate
    # of then: 297.50, a day of 2012 being one of 366
    table = rates("2012-12-31", "2009-07-01 0.12, 2011-07-01 0.37, 2012-01-01 0.12", "8")
    whole = accrued(Balance(Decimal(1500)), day("2009-09-15"), day("2012-02-17"), Terms(table, actual=True))
    assert (str(whole.interest), whole.days) == ("297.50", 886)
    # kleverbill.de: 4.12 % against consumers in 2019; several on GitHub: 10.52 and 6.52 % since July 2026
    assert DE.business.terms
    assert DE.consumer.terms
    assert str(DE.consumer.terms.rates.at(day("2019-02-01"))) == "4.12"
    assert [str(one.terms.rates.at(day("2026-07-01"))) for one in (DE.business, DE.consumer) if one.terms] == [
        "10.52", "6.52"
    ]  # fmt: skip


def test_british_interest_and_costs() -> None:
    # danielssilverman.co.uk: 1,000 for 30 days at 12 % are 9.86; invoify-web.pages.dev: at 12.5 % 10.27, and 30.82 for
    # 90 days
    assert interest("1000.00", "12", 30) == "9.86"
    assert [interest("1000.00", "12.5", days) for days in (30, 90)] == ["10.27", "30.82"]
    # gov.uk, "Late commercial payments": at 8.5 % a year of 1,000 costs 85
    assert interest("1000.00", "8.5", 365) == "85.00"
    # tools.gera.services: 12,000 that are 90 days late at 13 % (second half of 2023) come near 12,484 with the sum
    found = charged(GB, GB.business, "12000.00", "2023-07-10", "2023-10-08").sums["GBP"]
    assert (str(found.interest), str(found.costs), str(found.total)) == ("384.66", "100", "12484.66")
    # usewolfx.com: 10,000 at 11.75 % (first half of 2026) are about 3.22 a day
    assert str(charged(GB, GB.business, "10000.00", "2026-03-01", "2026-03-02").rows[0].interest) == "3.22"
    # payontime.co.uk, table of reference rates
    halves = [dt.date(year, month, 1) for year in (2020, 2021, 2022, 2023, 2024) for month in (1, 7)][:9]
    assert GB.business.terms
    assert [str(GB.business.terms.rates.at(since)) for since in halves] == [
        "8.75", "8.10", "8.10", "8.10", "8.25", "9.25", "11.50", "13.00", "13.25"
    ]  # fmt: skip
    sizes = ("999.99", "1000.00", "9999.99", "10000.00")
    assert GB.business.costs
    assert [GB.business.costs(Decimal(owed)) for owed in sizes] == [40, 70, 70, 100]


def test_the_documentation_has_the_rates_of_the_table() -> None:
    page = (Path(__file__).parents[3] / "docs" / "interest.md").read_text(encoding="utf-8")
    assert f"**{KNOWN_UNTIL}**" in page
    rows = re.findall(r"^\| (20\d\d-0[17]-01) \| (.+) \|$", page, re.MULTILINE)
    regimes = (NL.business, NL.consumer, BE.business, BE.consumer, DE.business, GB.business)
    points = (0, 0, 0, 0, 9, 8)
    tables = [regime.terms.rates for regime in regimes if regime.terms]
    written = {day(since): [Decimal(one) for one in cells.split(" | ")] for since, cells in rows}
    first = min(written)
    assert {since for table in tables for since, _ in table.steps if since >= first} <= written.keys()
    for since, percents in written.items():
        kept = [(table.at(since) or 0) - more for table, more in zip(tables, points, strict=True)]
        assert kept == percents, since
