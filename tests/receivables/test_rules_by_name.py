"""The rules that can be switched off are those of the worklist, by the same names."""

from payt_mcp.receivables.worklist import rules
from payt_mcp.settings.thresholds import RULES


def test_the_rules_file_switches_off_the_rules_there_are() -> None:
    assert len(RULES) == len(set(RULES))
    assert {*RULES, *rules._ALWAYS} == rules._ALL.keys()
    assert not rules._ALWAYS & {*RULES}, "what must not be chased at all is no matter of taste"
    assert {*rules._WAITS} <= rules._ALL.keys()
    assert rules._ALL.keys() >= rules.MUST_NOT_BE_CHASED
