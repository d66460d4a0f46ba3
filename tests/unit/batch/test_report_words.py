"""A rule in words, as the page of the plan and the explanation show it."""

import pytest

from dunwell.batch import definitions
from dunwell.batch.report import annotation

CHOSEN = definitions.load()


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "Early: a polite reminder by SMS"), ("zh", "前期：短信礼貌提醒")],
)
def test_a_rule_is_told_in_both_languages(language: str, words: str) -> None:
    assert annotation(CHOSEN.eligibility.decision("eligible"), "eligible-sms", language=language) == words


def test_a_rule_that_is_no_more_tells_nothing() -> None:
    assert annotation(CHOSEN.segment.decision("grade"), "eligible-sms", language="en") == ""


def test_every_rule_of_the_house_is_told_in_both_languages() -> None:
    for model in (CHOSEN.segment, CHOSEN.eligibility):
        for decision in model.decisions:
            for rule in getattr(decision.logic, "rules", ()):
                assert annotation(decision, rule.id, language="en"), rule.id
                assert annotation(decision, rule.id, language="zh"), rule.id
