"""The audit: what the gate let pass is compliant, what passed it by is judged by the rules of its own moment."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from supervision_ledger import NOON, Ledger

from dunwell.compliance.actions import obtain
from dunwell.compliance.kinds.question import CHANNELS, Candidate
from dunwell.compliance.models import Permit
from dunwell.compliance.proposal import Proposal
from dunwell.compliance.rulebook.model import KINDS, Rule, Rulebook
from dunwell.compliance.supervision.actions import Told, resume, state, stop
from dunwell.compliance.supervision.auditing import Audited, Summary, audit, lines
from dunwell.compliance.supervision.rules import Collector
from dunwell.ledger.models import ContactPoint, Hold, HoldRelease

ON = NOON.date()
HUMAN = {"actor": "human", "channel": "voice"}

pytestmark = pytest.mark.django_db


def rule(name: str, *, kind: str, valid_from: date = date(2000, 1, 1), **more: Any) -> Rule:
    about = {key: value for key, value in more.items() if key not in ("valid_until", "channels")}
    return Rule(
        id=name,
        kind=kind,
        terms=KINDS[kind].model_validate(about),
        valid_from=valid_from,
        source="test",
        certainty="SEED",
        enforcement="block",
        en="A rule for the tests.",
        zh="仅用于测试。",
        layer="test",
        **{key: more[key] for key in ("valid_until", "channels") if key in more},
    )


def cap(most: int, **more: Any) -> Rule:
    return rule("CAP", kind="daily_cap", most=most, counts="attempts", count_channels=CHANNELS, per="creditor", **more)


HOURS = rule("HOURS", kind="clock_window", quiet_from="21:00", quiet_until="08:00")
DISPUTED = rule("DISPUTED", kind="hold", holds=("dispute",))
FIRST = rule("FIRST", kind="first_contact_channel", first=("sms",))


def audited(*rules: Rule, first: date = ON, last: date = ON) -> list[Audited]:
    return list(audit(Rulebook.of(rules or (cap(3),)), first=first, last=last))


def broken(found: Iterable[Audited]) -> dict[int, list[str]]:
    """This function will name the broken rules of each contact that broke one."""
    return {one.made.id: [refusal.rule for refusal in one.breaches] for one in found if one.breaches}


def test_without_contacts_there_is_no_rate() -> None:
    summary = Summary()
    assert audited() == []
    assert (summary.all.contacts, summary.all.rate) == (0, None)


def test_contacts_beyond_the_cap_are_breaches_in_their_order(ledger: Ledger) -> None:
    made = ledger.contacts(ledger.party(), how_many=5, account=ledger.account())
    assert broken(audited()) == {made[3].id: ["CAP"], made[4].id: ["CAP"]}


def test_contacts_of_one_moment_are_told_apart_by_their_ids(ledger: Ledger) -> None:
    party, account = ledger.party(), ledger.account()
    made = [ledger.contact(party, account=account) for _ in range(4)]
    assert broken(audited(cap(2))) == {made[2].id: ["CAP"], made[3].id: ["CAP"]}


def test_a_contact_does_not_count_for_itself_nor_do_later_ones(ledger: Ledger) -> None:
    ledger.contacts(ledger.party(), how_many=1, account=ledger.account())
    assert broken(audited(cap(1))) == {}


def test_each_moment_has_the_rules_of_its_day(ledger: Ledger) -> None:
    """The cap was three until the 14th and is one from then on."""
    party, account = ledger.party(), ledger.account()
    old = ledger.contacts(party, how_many=2, account=account, at=NOON - timedelta(days=1))
    new = ledger.contacts(party, how_many=2, account=account)
    found = audited(cap(3, valid_until=ON), cap(1, valid_from=ON), first=ON - timedelta(days=1))
    assert [one.made.id for one in found] == [contact.id for contact in (*old, *new)]
    assert broken(found) == {new[1].id: ["CAP"]}


def test_the_hour_is_the_customers(ledger: Ledger) -> None:
    """Noon in Shanghai is midnight in New York."""
    here, there = ledger.party(), ledger.party(region="US", time_zone="America/New_York")
    ledger.contact(here)
    made = ledger.contact(there)
    assert broken(audited(HOURS)) == {made.id: ["HOURS"]}


def test_a_hold_that_was_open_then_and_is_closed_now(ledger: Ledger) -> None:
    party = ledger.party()
    hold = Hold.objects.create(**ledger._told(), party=party, kind="dispute", from_on=ON)
    HoldRelease.objects.create(**ledger._told(), hold=hold, released_on=ON + timedelta(days=1))
    before, during, after = (ledger.contact(party, at=NOON + timedelta(days=days)) for days in (-1, 0, 1))
    found = audited(DISPUTED, first=ON - timedelta(days=1), last=ON + timedelta(days=1))
    assert {one.made.id for one in found} == {before.id, during.id, after.id}
    assert broken(found) == {during.id: ["DISPUTED"]}


def test_an_outcome_counts_as_its_attempt(ledger: Ledger) -> None:
    """The correction is judged once, under the id of the attempt, and with the attempt's permit."""
    attempt = ledger.contact(ledger.party())
    ledger.permit(attempt)
    outcome = ledger.corrected(attempt, connected=True)
    [one] = audited()
    assert (one.made.id, one.made.first, one.made.permitted) == (outcome.id, attempt.id, True)


def test_inbound_contacts_are_not_judged(ledger: Ledger) -> None:
    ledger.contact(ledger.party(), direction="inbound", at=NOON)
    assert audited(HOURS) == []


def test_only_the_days_asked_for(ledger: Ledger) -> None:
    party = ledger.party()
    inside = [ledger.contact(party, at=at) for at in (NOON - timedelta(hours=12), NOON + timedelta(hours=11))]
    for at in (NOON - timedelta(hours=12, seconds=1), NOON + timedelta(hours=12)):
        ledger.contact(party, at=at)
    assert [one.made.id for one in audited()] == [contact.id for contact in inside]


# ---- what no record says ---------------------------------------------------------------------------------------------


def test_a_first_contact_is_known_for_certain(ledger: Ledger) -> None:
    made = ledger.contact(ledger.party(), channel="voice")
    [one] = audited(FIRST)
    assert broken([one]) == {made.id: ["FIRST"]}
    assert one.undecided == ()


def test_whether_a_later_one_was_the_first_of_the_arrears_is_left_open(ledger: Ledger) -> None:
    party = ledger.party()
    ledger.contact(party, at=NOON - timedelta(days=400))
    ledger.contact(party, channel="voice")
    [one] = audited(FIRST, HOURS)
    assert (one.breaches, one.undecided, one.compliant) == ((), ("FIRST",), True)


def test_what_is_open_hides_no_breach(ledger: Ledger) -> None:
    party = ledger.party()
    ledger.contact(party, at=NOON - timedelta(days=30))
    made = ledger.contact(party, channel="voice", at=NOON + timedelta(hours=10))
    [one] = audited(FIRST, HOURS)
    assert broken([one]) == {made.id: ["HOURS"]}
    assert one.undecided == ("FIRST",)


def test_what_the_gate_permitted_is_not_left_open(ledger: Ledger) -> None:
    party = ledger.party()
    ledger.contact(party, at=NOON - timedelta(days=30))
    ledger.permit(ledger.contact(party, channel="voice"))
    [one] = audited(FIRST, HOURS)
    assert one.undecided == ()


# ---- who may work, and what was stopped ------------------------------------------------------------------------------


def test_a_collector_without_standing_is_found(ledger: Ledger) -> None:
    needs = rule("CERTIFIED", kind="standing", staff=("certified",))
    party = ledger.party()
    told = Told(kind="certified", from_on=ON - timedelta(days=9), reason="exam")
    state("staff", code="S-1", told=told, by="M-1", at=NOON)
    ledger.contact(party, staff="S-1", **HUMAN)
    made = ledger.contact(party, staff="S-2", **HUMAN)
    assert broken(audited(needs)) == {made.id: ["CERTIFIED"]}


def test_contacts_during_a_stop_are_found(ledger: Ledger) -> None:
    party = ledger.party()
    made = stop("channel", target="sms", reason="wrong text", by="S-1", department="legal", at=NOON)
    resume(made.id, reason="mended", by="S-1", department="legal", at=NOON + timedelta(minutes=10))
    before, during, after = (ledger.contact(party, at=NOON + timedelta(minutes=minutes)) for minutes in (-1, 0, 10))
    ledger.contact(party, channel="email", at=NOON + timedelta(minutes=5))
    found = audited(HOURS)
    assert {before.id, after.id} < {one.made.id for one in found}
    assert broken(found) == {during.id: ["STOP"]}
    [text] = [refusal.reason_en for one in found for refusal in one.breaches]
    assert text == f"stop {made.id} was in force since 2026-10-14 04:00 UTC"


# ---- the gate and the audit agree ------------------------------------------------------------------------------------


def test_whatever_the_gate_permits_the_audit_finds_compliant(ledger: Ledger) -> None:
    """Proposals at many hours, one after the other: those permitted break nothing, those refused are not there."""
    book = Rulebook.of([cap(2), HOURS, DISPUTED])
    account = ledger.account()
    permitted = []
    for number in range(6):
        party = ledger.party(time_zone=["Asia/Shanghai", "America/New_York", None][number % 3])
        _reachable(ledger, party=party)
        if number == 5:
            Hold.objects.create(**ledger._told(), party=party, kind="dispute", from_on=ON)
        for hours in range(-10, 12, 3):
            told = Proposal(
                party=party.id,
                candidate=Candidate(channel="sms", creditor="telco"),
                account=account.id,
                product_line="mobile",
                overdue_since=date(2026, 9, 1),
            )
            at = NOON + timedelta(hours=hours)
            permitted += [
                answer.contact_id
                for answer in obtain([told], rulebook=book, by="robot", at=at)
                if isinstance(answer, Permit)
            ]
    found = list(audit(book, first=ON - timedelta(days=1), last=ON + timedelta(days=1)))
    assert len(permitted) >= 8
    assert sorted(one.made.first for one in found) == sorted(permitted)
    assert broken(found) == {}
    assert all(one.made.permitted for one in found)


def _reachable(ledger: Ledger, *, party: Any) -> None:
    ContactPoint.objects.create(
        **ledger._told(),
        party=party,
        channel="sms",
        quality="verified",
        valid_from=date(2020, 1, 1),
        value_sealed=b"s",
        value_digest=b"d",
    )


# ---- in numbers ------------------------------------------------------------------------------------------------------


def test_the_summary_counts_by_rule_collector_and_agency(ledger: Ledger) -> None:
    party, account = ledger.party(), ledger.account()
    ledger.permit(ledger.contact(party, account=account))
    ledger.contact(party, account=account, agency="A-1", staff="T-1", **HUMAN)
    ledger.contact(party, account=account, agency="A-1", staff="T-2", **HUMAN)
    ledger.contact(party, account=account, agency="A-1", staff="T-2", at=NOON + timedelta(hours=11), **HUMAN)
    summary = Summary()
    for one in audited(cap(2), HOURS):
        summary.add(one)
    assert (summary.all.contacts, summary.all.compliant, summary.all.rate) == (4, 2, 0.5)
    assert summary.breaches == {"CAP": 2, "HOURS": 1}
    assert summary.without_permit == 3
    assert {who: tally.rate for who, tally in summary.collectors.items()} == {
        Collector(None, None): 1.0,
        Collector("A-1", "T-1"): 1.0,
        Collector("A-1", "T-2"): 0.0,
    }
    assert summary.agencies["A-1"].contacts == 3


def test_each_breach_and_each_missing_permit_is_a_line(ledger: Ledger) -> None:
    party = ledger.party()
    late = ledger.contact(party, at=datetime(2026, 10, 14, 15, tzinfo=UTC), staff="S-1", **HUMAN)
    ledger.permit(ledger.contact(party))
    told = [line for one in audited(HOURS) for line in lines(one)]
    assert [(line["contact"], line["rule"], line["permit"]) for line in told] == [
        (late.id, "HOURS", "no"),
        (late.id, "NO-PERMIT", "no"),
    ]
    assert told[0]["happened_at"] == "2026-10-14T15:00:00+00:00"
    assert told[0]["staff"] == "S-1"
