"""Whom a rulebook binds: by region, else by time zone, else by where he may be; and by the line of product."""

from __future__ import annotations

from random import Random

import pytest
from compliance_population import DAY, Pair, a_rule, disagreements, judged, masked, some_pair

from dunwell.compliance.kinds.question import Candidate, Customer
from dunwell.compliance.kinds.windows import known_zone
from dunwell.compliance.rulebook.model import Rulebook
from dunwell.compliance.rulebook.reading import RULEBOOKS, load, load_library
from dunwell.compliance.rulebook.scope import zones_like
from dunwell.compliance.rules import judge

STATE = {"regions": ["US-MA"], "zones": ["America/New_York"]}
SMS = Candidate(channel="sms", creditor="a")
RULE = a_rule("reachable", {}, applies=STATE)
CHINA = a_rule("zone_set", {"possible": ["Asia/Shanghai"]}, id="home", enforcement="warn")
EAST = a_rule("zone_set", {"possible": ["Asia/Shanghai", "America/New_York"]}, id="home", enforcement="warn")

PLACES: list[tuple[str | None, str | None, list[bool]]] = [
    # The region, the time zone, and whether the rule binds: without a zone set, with China's, with one of both.
    ("US-MA", None, [True, True, True]),
    ("US-MA-BOS", "Asia/Shanghai", [True, True, True]),
    ("US", None, [True, True, True]),
    ("US-TX", "America/New_York", [False, False, False]),
    ("US-M", "America/New_York", [False, False, False]),
    ("US-MAX", None, [False, False, False]),
    ("CN", "America/New_York", [False, False, False]),
    (None, "America/New_York", [True, True, True]),
    ("Massachusetts", "America/New_York", [True, True, True]),
    ("us-ma", "Asia/Shanghai", [False, False, False]),
    (None, "Asia/Shanghai", [False, False, False]),
    (None, None, [True, False, True]),
    ("华东", None, [True, False, True]),
    ("华东", "Mars/Olympus", [True, False, True]),
]


@pytest.mark.parametrize(("region", "time_zone", "bound"), PLACES)
def test_a_place_binds_those_who_are_there_or_may_be(
    region: str | None, time_zone: str | None, bound: list[bool]
) -> None:
    customer = Customer(region=region, time_zone=time_zone)
    books = [Rulebook.of([RULE]), Rulebook.of([RULE, CHINA]), Rulebook.of([RULE, EAST])]
    found = [not judge(book, customer=customer, candidate=SMS, on=DAY).allowed for book in books]
    assert found == bound


@pytest.mark.parametrize("others", [[], [CHINA], [EAST]])
def test_the_frame_places_them_alike(others: list[object]) -> None:
    book = Rulebook.of([RULE, *others])  # type: ignore[list-item]
    pairs = [Pair(Customer(region=region, time_zone=zone), SMS) for region, zone, _ in PLACES]
    pairs += [Pair(Customer(known=False), SMS)]
    assert (
        disagreements(pairs, told=masked(pairs, rulebook=book, on=DAY), asked=judged(pairs, rulebook=book, on=DAY))
        == []
    )


def test_his_own_data_say_where_he_may_be_before_the_zone_set_does() -> None:
    book = Rulebook.of([RULE, CHINA])
    moved = Customer(possible_zones=("Asia/Shanghai", "America/New_York"))
    assert not judge(book, customer=moved, candidate=SMS, on=DAY).allowed
    assert judge(book, customer=Customer(possible_zones=("Asia/Tokyo",)), candidate=SMS, on=DAY).allowed


@pytest.mark.parametrize(("product", "bound"), [("mobile", True), ("invoice", False), (None, True)])
def test_a_line_of_product_binds_its_customers_and_those_of_whom_nobody_knows_it(
    product: str | None, bound: bool
) -> None:
    book = Rulebook.of([a_rule("reachable", {}, applies={"product_lines": ["mobile"]})])
    assert judge(book, customer=Customer(product_line=product), candidate=SMS, on=DAY).allowed is not bound


def test_a_star_stands_for_every_zone_that_begins_so() -> None:
    assert zones_like("America/Indiana/*") >= {"America/Indiana/Indianapolis", "America/Indiana/Knox"}
    assert zones_like("Asia/Seoul") == {"Asia/Seoul"}
    assert zones_like("Asia/Pyong*") == {"Asia/Pyongyang"}
    assert zones_like("Mars/*") == frozenset()


def test_rulebooks_of_other_places_change_nothing_for_customers_in_china() -> None:
    """The whole library says of them what the house says, but for the rules on credit cards."""
    house, library = load(), load_library()
    chance = Random(5)
    pairs = [some_pair(chance) for _ in range(400)]
    count = 0
    for pair in pairs:
        customer = pair.customer
        here = customer.region in (None, "CN", "华东") and customer.time_zone == "Asia/Shanghai" and customer.known
        if not here:
            continue
        count += 1
        alone = judge(house, customer=customer, candidate=pair.candidate, on=DAY)
        among = judge(library, customer=customer, candidate=pair.candidate, on=DAY)
        assert among.refusals == alone.refusals
        assert among.warnings == alone.warnings
        assert among.windows == alone.windows
        assert {review.rule for review in among.reviews} - {review.rule for review in alone.reviews} <= {
            "CN-X13",
            "CN-I8",
        }
    assert count > 20


def test_every_scoped_rulebook_binds_its_own_place_and_no_other() -> None:
    scopes = {rule.layer: rule.applies for rule in load_library().rules if rule.applies and rule.applies.regions}
    assert set(scopes) == {
        file.parent.relative_to(RULEBOOKS).as_posix()
        for file in RULEBOOKS.rglob("rules.yaml")
        if file.parent.parent.name in ("us", "uk", "in", "kr", "ru")
    }
    for layer, scope in scopes.items():
        for pattern in scope.zones:
            assert all(known_zone(name) for name in zones_like(pattern)), (layer, pattern)
        assert "Asia/Shanghai" not in {name for pattern in scope.zones for name in zones_like(pattern)}
