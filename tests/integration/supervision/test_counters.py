"""Live counters: attempts, permits, refusals, and customers close to a cap as the caps themselves count them."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from random import Random

import pytest
from supervision_ledger import NOON, Ledger

from dunwell.compliance.kinds.daily_cap import DailyCap
from dunwell.compliance.kinds.question import CHANNELS, Candidate, Question
from dunwell.compliance.queries import case_files
from dunwell.compliance.rulebook.model import Rule, Rulebook
from dunwell.compliance.rulebook.reading import load
from dunwell.compliance.rulebook.scope import Scope
from dunwell.compliance.supervision.counters import CapCount, Watch, watch

ON = NOON.date()

pytestmark = pytest.mark.django_db


def rule(name: str, *, kind: str = "daily_cap", applies: Scope | None = None, **parameters: object) -> Rule:
    from dunwell.compliance.rulebook.model import KINDS

    about = {"counts": "attempts", "count_channels": CHANNELS, "per": "creditor"} | parameters
    return Rule(
        id=name,
        kind=kind,
        terms=KINDS[kind].model_validate(about),
        valid_from=date(2000, 1, 1),
        source="test",
        certainty="SEED",
        enforcement="block",
        applies=applies,
        en="A rule for the tests.",
        zh="仅用于测试。",
        layer="test",
    )


def counted(*rules: Rule, on: date = ON) -> Watch:
    book = Rulebook.of(rules or (rule("CAP", most=3),))
    return watch(book, on=on, since=NOON - timedelta(hours=12), until=NOON + timedelta(hours=12))


def cap(*rules: Rule, on: date = ON) -> CapCount:
    [found] = counted(*rules, on=on).caps
    return found


def test_nothing_happened() -> None:
    found = counted()
    assert (found.tallies, found.rules) == ((), ())
    assert cap().share_near == 0.0


def test_attempts_permits_and_refusals_are_counted_by_who_and_how(ledger: Ledger) -> None:
    party = ledger.party()
    ledger.permit(ledger.contact(party))
    ledger.contact(party)
    ledger.contact(party, channel="voice", actor="human", agency="A-1", staff="S-1")
    ledger.refusal(party, rules="CN-T1")
    ledger.refusal(party, rules="CN-T1", channel="voice", agency="A-1", staff="S-1")
    ledger.refusal(party, rules="CN-T1", channel="letter")
    found = counted()
    assert [tuple(row) for row in found.tallies] == [
        ("letter", None, None, 0, 0, 1),
        ("sms", None, None, 2, 1, 1),
        ("voice", "A-1", "S-1", 1, 0, 1),
    ]
    assert [found.total(what) for what in ("attempts", "permits", "refusals")] == [3, 1, 3]


def test_only_the_time_between_counts(ledger: Ledger) -> None:
    party = ledger.party()
    for at in (NOON - timedelta(hours=12, seconds=1), NOON + timedelta(hours=12)):
        ledger.contact(party, at=at)
        ledger.refusal(party, rules="CN-T1", at=at)
    assert counted().tallies == ()
    ledger.contact(party, at=NOON - timedelta(hours=12))
    assert counted().total("attempts") == 1


def test_what_came_of_an_attempt_is_no_second_attempt(ledger: Ledger) -> None:
    attempt = ledger.contact(ledger.party())
    ledger.permit(attempt)
    ledger.corrected(attempt, connected=True)
    found = counted()
    assert (found.total("attempts"), found.total("permits")) == (1, 1)
    assert cap().contacted == 1


def test_inbound_contacts_are_no_attempts(ledger: Ledger) -> None:
    ledger.contact(ledger.party(), direction="inbound")
    assert counted().total("attempts") == 0
    assert cap().contacted == 0


def test_each_rule_has_its_own_counter(ledger: Ledger) -> None:
    party = ledger.party()
    ledger.refusal(party, rules="CN-T1;G1-cap")
    ledger.refusal(party, rules="G1-cap", at=NOON + timedelta(minutes=5))
    ledger.permit(ledger.contact(party), warned="CN-F9;CN-F8")
    told = {row.rule: tuple(row[1:4]) for row in counted().rules}
    assert told == {"G1-cap": (2, 0, 0), "CN-T1": (1, 0, 0), "CN-F8": (0, 1, 0), "CN-F9": (0, 1, 0)}
    first = counted().rules[0]
    assert (first.rule, first.first_at, first.last_at) == ("G1-cap", NOON, NOON + timedelta(minutes=5))


# ---- caps ------------------------------------------------------------------------------------------------------------


def test_who_has_one_contact_left_is_near(ledger: Ledger) -> None:
    account = ledger.account()
    for how_many in (1, 2, 2, 3, 4):
        ledger.contacts(ledger.party(), how_many=how_many, account=account)
    found = cap()
    assert (found.contacted, found.near, found.reached, found.share_near) == (5, 2, 2, 0.8)


def test_a_contact_for_nobody_knows_whom_counts_for_each_creditor(ledger: Ledger) -> None:
    party = ledger.party()
    ledger.contact(party, account=ledger.account(creditor="telco"))
    ledger.contact(party, account=ledger.account(creditor="bank"))
    assert cap().near == 0
    ledger.contact(party)
    assert cap().near == 1


def test_the_day_is_the_customers_own(ledger: Ledger) -> None:
    """In the morning in Shanghai it is the evening before in New York."""
    ledger.contacts(ledger.party(time_zone="America/New_York"), how_many=2, at=NOON - timedelta(hours=2))
    assert cap().contacted == 0
    assert cap(on=ON - timedelta(days=1)).near == 1


def test_a_rulebook_counts_those_whom_it_binds(ledger: Ledger) -> None:
    for region, zone in (("CN", "Asia/Shanghai"), ("US-MA", "America/New_York"), (None, None)):
        ledger.contacts(ledger.party(region=region, time_zone=zone), how_many=2, time_zones="Asia/Shanghai")
    here = Scope(regions=("US-MA",), zones=("America/*",))
    assert cap(rule("CAP", most=3, applies=here)).contacted == 2, "where he is nobody knows, so he may be there"
    assert cap(rule("CAP", most=3)).contacted == 3


def test_a_line_of_product_that_is_mixed_is_unknown(ledger: Ledger) -> None:
    one, other = ledger.account(product_line="mobile"), ledger.account(product_line="invoice")
    ledger.contact(mixed := ledger.party(), account=one)
    ledger.contact(mixed, account=other)
    ledger.contact(ledger.party(), account=other)
    bound = cap(rule("CAP", most=3, applies=Scope(product_lines=("mobile",))))
    assert (bound.contacted, bound.near) == (1, 1)


@pytest.mark.parametrize(
    ("kind", "parameters", "near"),
    [
        ("daily_cap", {}, 0),
        ("rolling_cap", {"days": 7, "day_one": "event_day"}, 1),
        ("rolling_cap", {"days": 2, "day_one": "event_day"}, 0),
        ("rolling_cap", {"days": 3, "day_one": "event_day"}, 1),
        ("rolling_cap", {"days": 2, "day_one": "next_day"}, 1),
        ("period_cap", {"period": "week"}, 1),
        ("period_cap", {"period": "month"}, 1),
    ],
)
def test_longer_caps_look_back(ledger: Ledger, kind: str, parameters: dict[str, object], near: int) -> None:
    """14 October 2026 is a Wednesday: contacts on Monday and today."""
    party = ledger.party()
    ledger.contact(party, at=NOON - timedelta(days=2))
    ledger.contact(party)
    assert cap(rule("CAP", kind=kind, most=3, **parameters)).near == near


def test_the_house_has_caps_to_watch() -> None:
    caps = [found.rule for found in watch(load(), on=ON, since=NOON, until=NOON + timedelta(days=1)).caps]
    assert "G1-cap" in caps
    assert len(caps) == len(set(caps))


COUNTS = ("attempts", "unanswered", "connected", "effective")


@pytest.mark.parametrize("per", ["creditor", "number", "person"])
@pytest.mark.parametrize("counts", COUNTS)
def test_the_table_counts_what_the_judge_counts(ledger: Ledger, per: str, counts: str) -> None:
    """Random customers, each cap; what has been used up is asked of the judge, creditor by creditor."""
    parties = _random_day(ledger, seed=COUNTS.index(counts))
    about = {"counts": counts, "count_channels": ("voice", "sms"), "per": per}
    cases = case_files(parties, at=NOON, looks_back=1)
    used = Counter(_used(DailyCap(most=0, **about), customer=cases[party].customer) for party in parties)  # type: ignore[arg-type]
    for most in (2, 3, 4):
        found = cap(rule("CAP", most=most, **about))
        assert found.near == used[most - 1]
        assert found.reached == sum(count for made, count in used.items() if made >= most)


def _random_day(ledger: Ledger, *, seed: int) -> list[int]:
    draw = Random(seed)
    accounts = [None, ledger.account(creditor="telco"), ledger.account(creditor="bank")]
    parties = []
    for _ in range(40):
        party = ledger.party(time_zone=draw.choice(["Asia/Shanghai", "America/New_York", None]))
        parties.append(party.id)
        for _ in range(draw.randrange(7)):
            ledger.contact(
                party,
                at=NOON + timedelta(hours=draw.randrange(-20, 20)),
                account=draw.choice(accounts),
                channel=draw.choice(["voice", "sms", "email"]),
                direction=draw.choice(["outbound"] * 5 + ["inbound"]),
                connected=draw.choice([True, False, None]),
                conversation=draw.choice([True, False, None]),
                answered_by=draw.choice(["debtor", "third_party", None]),
            )
    return parties


def _used(terms: DailyCap, *, customer: object) -> int:
    """This function will ask the judge how much is used up, for the creditor who has used most."""
    made = []
    for creditor in ("telco", "bank", "nobody"):
        candidate = Candidate(channel="sms", creditor=creditor)
        question = Question(customer=customer, candidate=candidate, on=ON)  # type: ignore[arg-type]
        levels = (DailyCap(**(terms.model_dump() | {"most": most})) for most in range(1, 12))
        made.append(next(most for most, level in enumerate(levels) if level.judge(question) is None))
    return max(made)
