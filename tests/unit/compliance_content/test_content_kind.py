"""The kind of rule about content: whom it binds, what it asks of a text, and what it says of one nobody knows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from compliance_population import DAY, a_rule
from pydantic import ValidationError

from dunwell.compliance.content.wording import load_wording
from dunwell.compliance.kinds.content import Content
from dunwell.compliance.kinds.question import Candidate, Contact, Customer, Question
from dunwell.compliance.rulebook.model import Rulebook
from dunwell.compliance.rules import judge

TEXT = "您好，王先生，这里是善收电信。"
SMS = Candidate(channel="sms", creditor="a", actor="robot", text=TEXT)


def reason(parameters: dict[str, Any], candidate: Candidate = SMS, customer: Customer | None = None) -> str | None:
    question = Question(customer=customer or Customer(), candidate=candidate, on=DAY)
    finding = Content.model_validate(parameters).judge(question)
    return finding and f"{finding.reason_en} | {finding.reason_zh}"


def of(**told: Any) -> Candidate:
    return replace(SMS, **told)


def test_what_is_required_is_named_where_it_is_missing() -> None:
    assert reason({"requires": ["identity"]}) is None
    told = reason({"requires": ["identity", "amount"]})
    assert told is not None
    assert "amount owed is missing" in told
    assert "缺少欠款金额" in told


def test_what_is_excluded_and_what_is_forbidden_is_named() -> None:
    assert "the debt must not stand here" in str(reason({"excludes": ["debt"]}, of(text=TEXT + "您有欠款。")))
    assert "禁用“坐牢”" in str(reason({"forbids": ["exaggeration"]}, of(text=TEXT + "不还就坐牢。")))
    assert reason({"forbids": ["abuse"]}, of(text=TEXT + "不还就坐牢。")) is None


@pytest.mark.parametrize("text", [None, "", "  \n"])
def test_a_text_nobody_knows_is_refused_unless_a_person_speaks(text: str | None) -> None:
    rule = {"forbids": ["abuse"]}
    for channel, actor in (("sms", "robot"), ("voice", "robot"), ("sms", "human"), ("voice", None), (None, "human")):
        assert "what will be said is not known" in str(reason(rule, of(text=text, channel=channel, actor=actor)))
    for channel in ("voice", "visit"):
        assert reason(rule, of(text=text, channel=channel, actor="human")) is None


def test_what_a_person_will_say_is_judged_if_it_is_known() -> None:
    assert reason({"forbids": ["abuse"]}, of(channel="voice", actor="human", text="你这个老赖。"))


def test_a_template_is_refused_before_it_is_filled_in() -> None:
    assert "{name}, {amount} was not filled in" in str(
        reason({"forbids": ["abuse"]}, of(text="{name} {amount} {name}"))
    )


def test_scripts_purposes_and_occasions_say_whom_it_binds() -> None:
    rule = {"requires": ["amount"]}
    assert reason({**rule, "scripts": ["care"]}) is None
    assert reason({**rule, "scripts": ["care"]}, of(script="care"))
    assert reason({**rule, "except_scripts": ["care"]}, of(script="care")) is None
    assert reason({**rule, "except_scripts": ["care"]}, of(script="reminder"))
    assert reason({**rule, "except_scripts": ["care"]})
    assert reason({**rule, "purposes": ["collection"]}, of(purpose="reply")) is None
    assert reason({**rule, "purposes": ["collection"]}, of(purpose="unheard_of"))


MADE = {"channel": "sms", "creditor": "a", "direction": "outbound", "connected": True, "local_date": DAY}


@pytest.mark.parametrize(
    ("made", "later"),
    [
        ({}, True),
        ({"connected": None}, False),
        ({"connected": False}, False),
        ({"creditor": "b"}, False),
        ({"creditor": None}, False),
        ({"direction": "inbound"}, False),
        ({"channel": "voice"}, False),
        ({"channel": "voice", "conversation": True}, True),
        ({"channel": "voice", "conversation": True, "direction": "inbound"}, True),
        ({"channel": "voice", "conversation": False}, False),
    ],
)
def test_the_first_communication_is_the_first_unless_one_is_known(made: dict[str, Any], later: bool) -> None:
    customer = Customer(contacts=(Contact(**{**MADE, **made}),))
    first = reason({"requires": ["amount"], "occasion": "first"}, customer=customer)
    after = reason({"requires": ["amount"], "occasion": "later"}, customer=customer)
    assert (first is None, after is None) == (later, not later)


def test_each_language_of_the_text_must_hold_what_is_required() -> None:
    rule = {"requires": ["collecting"], "each_language": True}
    english = "This is an attempt to collect a debt and the call is for you. "
    spanish = "Le habla Ana por su cuenta y la de su esposa, para usted."
    assert reason(rule, of(text=english)) is None
    assert "is missing in Spanish" in str(reason(rule, of(text=english + spanish)))
    assert reason(rule, of(text=english + spanish + " Es un intento de cobrar una deuda.")) is None
    # A language that no list knows is asked for English.
    assert "is missing in English" in str(reason(rule, of(text="Dzień dobry, proszę o kontakt.")))


def test_limited_content_is_left_on_the_debtors_own_line_only() -> None:
    text = "This is Robin Smith calling from ABC Inc. Please contact me at 1-800-555-1212."
    rule = {"limited_content": True}
    assert reason(rule, of(text=text)) is None
    for role in ("contact_person", "unheard_of"):
        assert "somebody else's line" in str(reason(rule, of(text=text, role=role)))
    assert "«debt» shows what it is about" in str(reason(rule, of(text=f"{text} It is about a debt.")))


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({}, "it asks nothing of a text"),
        ({"requires": ["charm"]}, "'charm' is not an element of a text that we know; known are amount|known are"),
        ({"forbids": ["jokes"]}, "'jokes' is not a list of forbidden words"),
        ({"requires": ["debt"], "excludes": ["debt"]}, "required and excluded at once"),
        ({"forbids": "all", "scripts": ["a"], "except_scripts": ["b"]}, "cannot stand together"),
        ({"forbids": "all", "purposes": ["fun"]}, "not a purpose of a contact"),
        ({"forbids": ["abuse", "abuse"]}, "stands there twice"),
        ({"forbids": "all", "wording": "0"}, "the lists of words are version"),
    ],
)
def test_parameters_that_make_no_sense_are_refused(parameters: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Content.model_validate(parameters)


def test_a_rule_names_the_version_of_the_lists_so_that_the_rulebook_does() -> None:
    rule = a_rule("content", {"forbids": "all"})
    assert isinstance(rule.terms, Content)
    assert rule.terms.wording == load_wording().version
    assert rule.terms.forbids == load_wording().groups
    assert load_wording().version in str(rule.model_dump())


def test_a_day_is_judged_without_it() -> None:
    book = Rulebook.of([a_rule("content", {"forbids": "all"})])
    assert judge(book, customer=Customer(), candidate=of(text=None), on=DAY).allowed
