"""What is counted by debt, claim or household: one counter for each, and the creditor's where nobody tells them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import ibis
import pytest
from compliance_population import DAY, a_rule, disagreements, judged, masked, some_pair, tables
from hypothesis import given
from hypothesis import strategies as st

from dunwell.compliance.frame import mask
from dunwell.compliance.kinds.question import Candidate, Contact, Customer
from dunwell.compliance.rulebook.model import Rulebook
from dunwell.compliance.rules import judge, judge_moment

CALL = Candidate(channel="voice", creditor="a", actor="human")
COUNTS = {"counts": "attempts", "count_channels": "all"}
AFTER = {"after": "attempt", "days": 7, "day_one": "event_day", "count_channels": "all"}


def a_cap(per: str, most: int = 1) -> Rulebook:
    return Rulebook.of([a_rule("daily_cap", {"most": most, "per": per, **COUNTS})])


def a_lockout(per: str) -> Rulebook:
    return Rulebook.of([a_rule("lockout", {"per": per, **AFTER})])


def made(**told: Any) -> Contact:
    return Contact(**{"channel": "voice", "creditor": "a", "local_date": DAY, **told})


def refused(book: Rulebook, *contacts: Contact, housemates: tuple[Contact, ...] = (), **wanted: Any) -> bool:
    customer = Customer(time_zone="Asia/Shanghai", contacts=contacts, housemates=housemates)
    return not judge(book, customer=customer, candidate=replace(CALL, **wanted), on=DAY).allowed


SHARES = [
    # What the contact is of, what the one that is wished for is of, and whether the one counts for the other.
    ({"debts": ("d1",)}, {"debts": ("d1",)}, True),
    ({"debts": ("d1",)}, {"debts": ("d2",)}, False),
    ({"debts": ("d1", "d2")}, {"debts": ("d2",)}, True),
    ({"debts": ("d1",)}, {"debts": ("d2", "d1")}, True),
    ({"debts": ()}, {"debts": ("d2",)}, True),
    ({"debts": ("d1",)}, {"debts": ()}, True),
    ({"debts": ("d1",), "creditor": "b"}, {"debts": ("d1",)}, False),
    ({"debts": ("d1",), "creditor": None}, {"debts": ("d1",)}, True),
    ({"debts": ("d1",)}, {"debts": ("d2",), "creditor": None}, True),
]


@pytest.mark.parametrize(("contact", "wanted", "counts"), SHARES)
@pytest.mark.parametrize("build", [a_cap, a_lockout])
def test_a_contact_counts_for_the_debts_it_was_about_and_for_each_if_nobody_knows(
    build: Any, contact: dict[str, Any], wanted: dict[str, Any], counts: bool
) -> None:
    assert refused(build("debt"), made(**contact), **wanted) is counts


@pytest.mark.parametrize("field", ["claim", "household"])
@pytest.mark.parametrize(
    ("contact", "wanted", "counts"), [("x", "x", True), ("x", "y", False), (None, "x", True), ("x", None, True)]
)
def test_claims_and_households_are_told_apart_too(
    field: str, contact: str | None, wanted: str | None, counts: bool
) -> None:
    assert refused(a_cap(field), made(**{field: contact}), **{field: wanted}) is counts


def test_of_several_debts_the_one_that_is_fullest_counts() -> None:
    contacts = [made(debts=(debt,)) for debt in ("d1", "d2", "d2", "d3")]
    assert refused(a_cap("debt", most=2), *contacts, debts=("d1", "d2"))
    assert not refused(a_cap("debt", most=2), *contacts, debts=("d1", "d3"))
    assert refused(a_cap("debt", most=2), *contacts, made(), debts=("d1",))
    # One contact about a debt that is named twice is one contact.
    assert not refused(a_cap("debt", most=2), made(debts=("d1", "d1")), debts=("d1",))


@pytest.mark.parametrize(
    ("mate", "wanted", "counts"),
    [
        ({"household": "h1"}, "h1", True),
        ({"household": "h2"}, "h1", False),
        ({"household": None}, "h1", False),
        ({"household": "h1"}, None, False),
        ({"household": "h1", "creditor": "b"}, "h1", False),
        ({"household": "h1", "wrong_number": True}, "h1", False),
        ({"household": "h1", "local_date": date(2026, 1, 1)}, "h1", False),
    ],
)
def test_those_who_live_with_him_count_for_the_household_alone(
    mate: dict[str, Any], wanted: str | None, counts: bool
) -> None:
    assert refused(a_cap("household"), housemates=(made(**mate),), household=wanted) is counts
    for per in ("creditor", "person", "number", "debt", "claim"):
        assert not refused(a_cap(per), housemates=(made(**mate),), household=wanted)


@pytest.mark.parametrize("per", ["creditor", "number", "person", "debt", "claim", "household"])
def test_a_number_that_turned_out_to_be_somebody_elses_counts_for_nobody(per: str) -> None:
    """F05 of the official interpretation of Regulation F: learned on Thursday, the calls of Monday are no more."""
    assert refused(a_cap(per), made())
    assert not refused(a_cap(per), made(wrong_number=True))


@pytest.mark.parametrize(("told", "allowed"), [(("d1",), False), (("d2",), True), ((), False)])
def test_an_interval_is_kept_between_contacts_about_one_debt(told: tuple[str, ...], allowed: bool) -> None:
    at = datetime(2026, 3, 10, 6, tzinfo=UTC)
    book = Rulebook.of([a_rule("minimum_interval", {"minutes": 5, "per": "debt", **COUNTS})])
    contact = made(debts=told, happened_at=at - timedelta(minutes=1))
    customer = Customer(time_zone="Asia/Shanghai", contacts=(contact,))
    verdict = judge_moment(book, customer=customer, candidate=replace(CALL, debts=("d1",)), at=at)
    assert verdict.allowed is allowed


# ---- where the plan tells nothing ------------------------------------------------------------------------------------

CHANCE = Random(5)
PAIRS = [some_pair(CHANCE) for _ in range(500)]
BOOK = Rulebook.of(
    a_rule(kind, {**terms, "per": per}, id=f"{kind}.{per}".replace("_", "-"))
    for per in ("debt", "claim", "household")
    for kind, terms in (
        ("daily_cap", {"most": 2, **COUNTS}),
        ("rolling_cap", {"most": 2, "days": 7, "day_one": "event_day", **COUNTS}),
        ("period_cap", {"most": 3, "period": "month", **COUNTS}),
        ("lockout", {**AFTER, "after": "conversation"}),
    )
)


def test_the_mask_counts_every_share_as_the_judge_does() -> None:
    told, asked = masked(PAIRS, rulebook=BOOK, on=DAY), judged(PAIRS, rulebook=BOOK, on=DAY)
    assert disagreements(PAIRS, told=told, asked=asked) == []
    for rule in BOOK.rules[1:]:
        assert 0 < sum(rule.id in row["refused_rules"].split(";") for row in asked) < len(PAIRS)


@pytest.mark.parametrize("lacking", ["candidates", "contacts"])
def test_a_plan_that_tells_no_debts_counts_by_creditor(lacking: str) -> None:
    laid = tables(PAIRS)
    told = {**laid, lacking: laid[lacking].drop("debts", "claim", "household")}
    result = mask(told["candidates"], tables=told, portrait=told["portrait"], rulebook=BOOK, on=DAY)
    rows = result.order_by("row").to_pyarrow().to_pylist()
    unknown = [replace(pair, candidate=replace(pair.candidate, debts=(), claim=None, household=None)) for pair in PAIRS]
    assert disagreements(PAIRS, told=rows, asked=judged(unknown, rulebook=BOOK, on=DAY)) == []


def test_no_share_is_joined_where_no_rule_or_no_table_asks() -> None:
    laid = tables(PAIRS[:1])
    plain = {**laid, "contacts": laid["contacts"].drop("debts", "claim", "household", "wrong_number")}

    def asks(told: dict[str, ibis.Table], book: Rulebook) -> bool:
        result = mask(told["candidates"], tables=told, portrait=told["portrait"], rulebook=book, on=DAY)
        return "mask_marks" in str(ibis.to_sql(result))

    assert not asks(laid, a_cap("creditor"))
    assert not asks(plain, a_cap("debt"))
    assert asks(laid, a_cap("debt"))


@given(
    told=st.lists(st.sampled_from(((), ("d1",), ("d2",), ("d1", "d2"))), max_size=5),
    creditors=st.lists(st.sampled_from(("a", "b", None)), min_size=5, max_size=5),
    most=st.integers(1, 4),
    wanted=st.sampled_from((("d1",), ("d2",), ("d1", "d2"))),
)
def test_property_to_name_the_debts_never_forbids_more(
    told: list[tuple[str, ...]], creditors: list[str | None], most: int, wanted: tuple[str, ...]
) -> None:
    """What is counted by creditor, for want of better knowledge, is never less than what counts for one debt."""
    contacts = [made(debts=debts, creditor=owner) for debts, owner in zip(told, creditors, strict=False)]
    customer = Customer(time_zone="Asia/Shanghai", contacts=tuple(contacts))
    named, unnamed = (
        judge(a_cap("debt", most=most), customer=customer, candidate=replace(CALL, debts=debts), on=DAY).allowed
        for debts in (wanted, ())
    )
    assert named or not unnamed
