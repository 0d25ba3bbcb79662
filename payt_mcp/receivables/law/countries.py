"""The countries there is a table for. docs/interest.md says where each figure comes from, and how to renew it."""

from __future__ import annotations

from payt_mcp.receivables.law.costs import belgian_consumer, by_size, dutch, flat
from payt_mcp.receivables.law.interest import Terms
from payt_mcp.receivables.law.rates import rates
from payt_mcp.receivables.law.regime import Law, Regime

KNOWN_UNTIL = "2026-12-31"
"""The day after which the table calls itself outdated: rates change on 1 January and 1 July."""

_ECB_PLUS_8 = rates(
    KNOWN_UNTIL,
    "2016-07-01 8.00, 2023-01-01 10.50, 2023-07-01 12.00, 2024-01-01 12.50, 2024-07-01 12.25, 2025-01-01 11.15, "
    "2025-07-01 10.15, 2026-07-01 10.40",
)
_ECB_PLUS_8_ROUNDED_UP = rates(
    KNOWN_UNTIL,
    "2016-07-01 8.0, 2023-01-01 10.5, 2023-07-01 12.0, 2024-01-01 12.5, 2025-01-01 11.5, 2025-07-01 10.5",
)
_DUTCH_CIVIL = rates(
    KNOWN_UNTIL,
    "2012-07-01 3, 2015-01-01 2, 2023-01-01 4, 2023-07-01 6, 2024-01-01 7, 2025-01-01 6, 2026-01-01 4",
)
_BELGIAN_CIVIL = rates(
    KNOWN_UNTIL,
    "2017-01-01 2.00, 2020-01-01 1.75, 2022-01-01 1.50, 2023-01-01 5.25, 2024-01-01 5.75, 2025-01-01 4.50",
)
_BASISZINSSATZ = (
    "2016-07-01 -0.88, 2023-01-01 1.62, 2023-07-01 3.12, 2024-01-01 3.62, 2024-07-01 3.37, 2025-01-01 2.27, "
    "2025-07-01 1.27, 2026-07-01 1.52"
)
_BANK_RATE = (
    "2019-01-01 0.75, 2020-07-01 0.10, 2022-01-01 0.25, 2022-07-01 1.25, 2023-01-01 3.50, 2023-07-01 5.00, "
    "2024-01-01 5.25, 2025-01-01 4.75, 2025-07-01 4.25, 2026-01-01 3.75"
)
"""On the 30 June or 31 December before: fixed for whatever falls due in the half-year."""

_AGREED = "the due date is one both agreed on"
_NO_OTHER = "no other interest was agreed"

NL = Law(
    "NL", "EUR", "https://www.rijksoverheid.nl/onderwerpen/schulden/vraag-en-antwoord/hoogte-wettelijke-rente",
    Regime(
        "art. 6:119a BW", "art. 6:96 BW and Besluit BIK",
        Terms(_ECB_PLUS_8, compound=True), dutch, costs_of="debtor", depends=(_AGREED, _NO_OTHER),
    ),
    Regime(
        "art. 6:119 BW", "art. 6:96(5)-(7) BW and Besluit BIK",
        Terms(_DUTCH_CIVIL, compound=True), dutch, costs_of="debtor", costs_need="letter", depends=(_AGREED,),
    ),
)  # fmt: skip
BE = Law(
    "BE", "EUR", "https://www.publicprocurement.be/nl/overheidsopdrachten/regelgeving/verwijlintresten",
    Regime(
        "art. 5 law of 2 Aug 2002", "art. 6 law of 2 Aug 2002", Terms(_ECB_PLUS_8_ROUNDED_UP), flat(40),
        depends=(_NO_OTHER,),
    ),
    Regime(
        "art. 5.240 BW, XIX.2 WER", "art. XIX.4 WER", Terms(_BELGIAN_CIVIL), belgian_consumer,
        starts="first_reminder", costs_of="debtor", costs_need="clause",
        depends=("no other interest was agreed (at most the rate between businesses)",),
    ),
    next_working_day=True,
)  # fmt: skip
DE = Law(
    "DE", "EUR", "https://www.bundesbank.de/de/bundesbank/organisation/agb-und-regelungen/basiszinssatz-607820",
    Regime(
        "§ 288(2) BGB", "§ 288(5) BGB", Terms(rates(KNOWN_UNTIL, _BASISZINSSATZ, "9"), actual=True), flat(40),
        depends=("the due date is agreed, or a reminder made it late (§ 286 BGB)",
                 "the 40 is set against costs of lawyers"),
    ),
    Regime(
        "§ 288(1) BGB", "no flat sum for consumers", Terms(rates(KNOWN_UNTIL, _BASISZINSSATZ, "5"), actual=True),
        depends=("the due date is agreed, or a reminder made it late (§ 286 BGB)",),
    ),
    next_working_day=True,
)  # fmt: skip
GB = Law(
    "GB", "GBP", "https://www.gov.uk/late-commercial-payments-interest-debt-recovery",
    Regime(
        "Late Payment of Commercial Debts (Interest) Act 1998", "s. 5A of the same Act",
        Terms(rates(KNOWN_UNTIL, _BANK_RATE, "8"), fixed=True), by_size(((1_000, 40), (10_000, 70)), 100),
        depends=("the contract has no substantial remedy of its own",),
    ),
    Regime("by contract or a court only", "by contract or a court only"),
)  # fmt: skip

LAWS = {law.country: law for law in (NL, BE, DE, GB)}
