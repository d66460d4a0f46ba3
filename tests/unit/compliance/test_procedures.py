"""How an address or a number came to us, and refusals of one of them: procedures and opt-outs, contact by contact."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from compliance_population import DAY, Pair, a_rule, masked

from dunwell.compliance.kinds.question import Candidate, Consent, Customer
from dunwell.compliance.kinds.route import EmailRoute, PriorCollector, TextRoute
from dunwell.compliance.rulebook.model import Rule, Rulebook
from dunwell.compliance.rules import judge

EMAIL = Candidate(channel="email", creditor="a")
NOTICE = {"notice_sent_on": DAY - timedelta(days=36), "opt_out_until": DAY - timedelta(days=1), "public_domain": True}


def prior(name: str, properly: bool = False, used: bool = False) -> PriorCollector:
    return PriorCollector(name=name, properly=properly, used=used)


@pytest.mark.parametrize(
    ("told", "procedure"),
    [
        ({}, None),
        ({"used_by_customer": True}, "customer"),
        ({"consented": True}, "customer"),
        ({"consented": True, "opted_out": None}, None),
        ({"consented": True, "opted_out": True}, None),
        (NOTICE, "notice"),
        ({**NOTICE, "opted_out": True}, None),
        ({**NOTICE, "public_domain": False}, None),
        ({**NOTICE, "opt_out_until": DAY}, None),
        ({**NOTICE, "notice_sent_on": DAY - timedelta(days=35)}, None),
        ({**NOTICE, "notice_sent_on": None}, None),
        ({"before": (prior("ABC", properly=True, used=True),)}, "prior_collector"),
        ({"before": (prior("ABC", properly=True),)}, None),
        ({"before": (prior("ABC", used=True),)}, None),
        ({"before": (prior("ABC", properly=True), prior("EFG", used=True))}, "prior_collector"),
        ({"before": (prior("ABC", properly=True, used=True), prior("EFG"))}, None),
        ({"before": (prior("ABC", properly=True), prior("EFG", used=True)), "opted_out": None}, None),
    ],
)
def test_an_email_address_is_covered_by_one_of_three_procedures(told: dict[str, Any], procedure: str | None) -> None:
    assert EmailRoute(**{"opted_out": False, **told}).trusted(DAY, notice_days=35) == procedure


@pytest.mark.parametrize(
    ("told", "trusted"),
    [
        ({}, False),
        ({"texted_on": DAY}, True),
        ({"texted_on": DAY - timedelta(days=59)}, True),
        ({"texted_on": DAY - timedelta(days=60)}, False),
        ({"texted_on": DAY + timedelta(days=1)}, False),
        ({"consented_on": DAY - timedelta(days=400), "checked_on": DAY - timedelta(days=59)}, True),
        ({"consented_on": DAY - timedelta(days=400), "checked_on": DAY - timedelta(days=60)}, False),
        ({"consented_on": DAY - timedelta(days=400), "checked_on": DAY + timedelta(days=1)}, False),
        ({"checked_on": DAY}, False),
        ({"texted_on": DAY, "opted_out": None}, False),
        ({"texted_on": DAY, "opted_out": True}, False),
    ],
)
def test_a_number_is_trusted_while_something_renewed_it(told: dict[str, Any], trusted: bool) -> None:
    assert TextRoute(**{"opted_out": False, **told}).trusted(DAY, days=60) is trusted


EMAIL_RULE = a_rule("email_procedure", {"purposes": ["proper"], "notice_days": 35}, id="rule")
TEXT_RULE = a_rule("text_procedure", {"purposes": ["proper"], "days": 60}, id="rule")


def verdict(rule: Rule, contact: Candidate, *consents: Consent) -> Any:
    return judge(Rulebook.of([rule]), customer=Customer(consents=consents), candidate=contact, on=DAY)


@pytest.mark.parametrize(
    ("rule", "contact", "route"),
    [
        (EMAIL_RULE, EMAIL, {"email_route": EmailRoute(opted_out=False, consented=True)}),
        (TEXT_RULE, replace(EMAIL, channel="sms"), {"text_route": TextRoute(opted_out=False, texted_on=DAY)}),
    ],
)
def test_a_procedure_is_known_by_the_route_or_by_a_record(
    rule: Rule, contact: Candidate, route: dict[str, Any]
) -> None:
    record = Consent(stance="granted", granted_to="a", purpose="proper", valid_from=DAY)
    assert not verdict(rule, contact).allowed
    assert verdict(rule, replace(contact, **route)).allowed
    assert verdict(rule, contact, record).allowed
    assert not verdict(rule, contact, replace(record, granted_to="b")).allowed
    pairs = [Pair(Customer(), contact), Pair(Customer(consents=(record,)), contact)]
    rows = masked(pairs, rulebook=Rulebook.of([rule]), on=DAY)
    assert [row["allowed"] for row in rows] == [False, True]


def test_a_notice_that_still_runs_says_from_when_on_the_address_is_covered() -> None:
    runs = EmailRoute(**{**NOTICE, "opted_out": False, "opt_out_until": date(2026, 3, 12)})
    assert verdict(EMAIL_RULE, replace(EMAIL, email_route=runs)).earliest == date(2026, 3, 13)
    assert verdict(EMAIL_RULE, replace(EMAIL, email_route=replace(runs, opted_out=True))).earliest is None


# ---- one address -----------------------------------------------------------------------------------------------------

OPT_OUT = a_rule("opt_out", {}, id="rule")
NOT_THERE = Consent(stance="refused", channel="email", contact_point=7, valid_from=DAY)


@pytest.mark.parametrize(
    ("contact", "allowed"),
    [
        (replace(EMAIL, contact_point=7), False),
        (replace(EMAIL, contact_point=7, debts=("another",)), False),
        (replace(EMAIL, contact_point=8), True),
        (EMAIL, False),
        (replace(EMAIL, channel="sms", contact_point=7), True),
    ],
)
def test_an_address_that_was_refused_is_not_used_for_any_debt(contact: Candidate, allowed: bool) -> None:
    assert verdict(OPT_OUT, contact, NOT_THERE).allowed is allowed


def test_a_consent_for_one_address_opens_that_one_alone() -> None:
    there = Consent(stance="granted", granted_to="a", purpose="proper", contact_point=7, valid_from=DAY)
    assert verdict(EMAIL_RULE, replace(EMAIL, contact_point=7), there).allowed
    for point in (8, None):
        assert not verdict(EMAIL_RULE, replace(EMAIL, contact_point=point), there).allowed
    (row,) = masked([Pair(Customer(consents=(there,)), EMAIL)], rulebook=Rulebook.of([EMAIL_RULE]), on=DAY)
    assert row["allowed"] is False


REFUSALS = [
    (NOT_THERE, "one_way"),
    (replace(NOT_THERE, contact_point=None), "one_way"),
    (replace(NOT_THERE, channel=None), "one_way"),
    (replace(NOT_THERE, channel=None, contact_point=None), "everything"),
    (replace(NOT_THERE, channel="pigeon", contact_point=None), "everything"),
]


@pytest.mark.parametrize("kind", ["either", "one_way", "everything"])
def test_a_rule_may_be_about_one_way_or_about_everything(kind: str) -> None:
    rule = a_rule("opt_out", {"told_of": kind}, id="rule")
    expected = [kind not in ("either", told_of) for _, told_of in REFUSALS]
    pairs = [Pair(Customer(consents=(refusal,)), EMAIL) for refusal, _ in REFUSALS]
    assert [verdict(rule, EMAIL, refusal).allowed for refusal, _ in REFUSALS] == expected
    assert [row["allowed"] for row in masked(pairs, rulebook=Rulebook.of([rule]), on=DAY)] == expected
