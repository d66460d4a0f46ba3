"""The authority table: monotone in rank, never above policy, not to be cheated by splitting, and nobody's own judge."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from dunwell.access.kinds import Role
from dunwell.facts.definitions import read
from dunwell.facts.errors import DunwellError
from dunwell.ledger.kinds import Component
from dunwell.settle.relief import rules
from dunwell.settle.relief.kinds import Level, ReliefState, ReliefStep, Seat
from dunwell.settle.relief.policy import AUTHORITY
from dunwell.settle.relief.rules import LADDER, Line, Proposal, Step, Table, exceeded, lowest

TABLE = read(AUTHORITY, Table)
AT = datetime(2026, 11, 20, 4, tzinfo=UTC)
SUMS = st.integers(min_value=0, max_value=3_000_000).map(lambda cents: Decimal(cents) / 100)


@st.composite
def asked(draw: Any) -> list[Line]:
    """This strategy will draw what is asked of a customer of one to three accounts, never more than is owed."""
    lines = []
    for account in range(draw(st.integers(1, 3))):
        for component in Component:
            owed = draw(SUMS)
            part = draw(st.integers(0, 100))
            lines.append(
                Line(
                    account=account,
                    component=component,
                    asked=(owed * part / 100).quantize(Decimal("0.01")),
                    owed=owed,
                    before=draw(st.sampled_from([Decimal(0), Decimal(50), Decimal(900)])),
                )
            )
    return lines


def rank(level: Level | None) -> int:
    return len(LADDER) if level is None else LADDER.index(level)


@given(asked())
def test_whoever_stands_higher_may_at_least_as_much(lines: list[Line]) -> None:
    allowed = [not exceeded(lines, authority=TABLE.levels[level]) for level in LADDER]
    assert allowed == sorted(allowed)


@given(asked())
def test_nothing_is_ever_given_above_the_policy(lines: list[Line]) -> None:
    """An oracle of its own: every sum and share against the top of the table, written out."""
    top = TABLE.levels[Level.JOINT]
    over = False
    for component in Component:
        own = [line for line in lines if line.component == component]
        limit = top.components.get(component)
        if any(line.asked for line in own):
            over |= limit is None or sum(line.asked + line.before for line in own) > limit.sum
            for line in own:
                if limit and line.asked:
                    over |= (line.asked + line.before) / (line.owed + line.before) > limit.share
    over |= sum(line.asked + line.before for line in lines) > top.total.sum
    for account in {line.account for line in lines if line.asked}:
        own = [line for line in lines if line.account == account]
        gone, whole = sum(x.asked + x.before for x in own), sum(x.owed + x.before for x in own)
        over |= gone / whole > top.total.share
    assert (lowest(lines, table=TABLE) is None) is over


@given(asked(), st.data())
def test_splitting_never_helps(lines: list[Line], data: Any) -> None:
    """However an amount is cut into pieces, by time, account or component, one piece needs the level of the whole."""
    whole = rank(lowest(lines, table=TABLE))
    needed, given_ = 0, [Decimal(0)] * len(lines)
    pieces = data.draw(st.integers(2, 3))
    for piece in range(pieces):
        now = []
        for number, line in enumerate(lines):
            left = line.asked - given_[number]
            cut = left if piece == pieces - 1 else (left * data.draw(st.integers(0, 4)) / 4).quantize(Decimal("0.01"))
            now.append(
                Line(
                    account=line.account,
                    component=line.component,
                    asked=cut,
                    owed=line.owed - given_[number],
                    before=line.before + given_[number],
                )
            )
            given_[number] += cut
        if any(line.asked for line in now):
            needed = max(needed, rank(lowest(now, table=TABLE)))
    if any(line.asked for line in lines):
        assert needed >= whole


@given(asked(), st.integers(1, 10))
def test_earlier_relief_never_lowers_the_level(lines: list[Line], more: int) -> None:
    later = [
        Line(account=x.account, component=x.component, asked=x.asked, owed=x.owed, before=x.before + more)
        for x in lines
    ]
    top = TABLE.levels[Level.JOINT]
    sums = [one for one in exceeded(lines, authority=top) if one.measure == "sum"]
    assert len([one for one in exceeded(later, authority=top) if one.measure == "sum"]) >= len(sums)


def line(component: Component, asked_: object, owed: object, before: object = 0, *, account: int = 1) -> Line:
    return Line(
        account=account, component=component, asked=Decimal(str(asked_)), owed=Decimal(str(owed)),
        before=Decimal(str(before)),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("lines", "level"),
    [
        ([line(Component.PENALTY, 100, 100), line(Component.PRINCIPAL, 0, 400)], Level.COLLECTOR),
        ([line(Component.PENALTY, 201, 201), line(Component.PRINCIPAL, 0, 800)], Level.TEAM_LEAD),
        # The strictest limit counts: the sum is small, but the share of everything is not.
        ([line(Component.PENALTY, 100, 100), line(Component.PRINCIPAL, 0, 100)], Level.MANAGER),
        # 150 more after 100 some weeks ago is 250.
        ([line(Component.PENALTY, 150, 150, before=100), line(Component.PRINCIPAL, 0, 900)], Level.TEAM_LEAD),
        ([line(Component.PRINCIPAL, 100, 1000)], Level.MANAGER),
        ([line(Component.PRINCIPAL, 400, 1000)], Level.JOINT),
        ([line(Component.PRINCIPAL, 900, 1000)], None),
        # Another account of the same customer counts with the sum.
        (
            [
                line(Component.PENALTY, 150, 150), line(Component.PRINCIPAL, 0, 900),
                line(Component.PENALTY, 0, 0, before=100, account=2),
            ],
            Level.TEAM_LEAD,
        ),
    ],
)  # fmt: skip
def test_amounts_and_their_level(lines: list[Line], level: Level | None) -> None:
    assert lowest(lines, table=TABLE) is level


def test_a_later_component_waits_for_the_earlier() -> None:
    lines = [line(Component.PENALTY, 50, 100), line(Component.PRINCIPAL, 10, 400)]
    assert rules.out_of_order(lines, table=TABLE) is Component.PENALTY
    whole = [line(Component.PENALTY, 100, 100), line(Component.PRINCIPAL, 10, 400)]
    assert rules.out_of_order(whole, table=TABLE) is None
    assert rules.out_of_order([line(Component.PENALTY, 50, 100)], table=TABLE) is None


# ---- people ----------------------------------------------------------------------------------------------------------


def proposal(*steps: Step, level: Level = Level.MANAGER, answers: str | None = None) -> Proposal:
    return Proposal(
        proposed_by="COL-1", expires_at=AT + timedelta(days=14), level=level, answers=answers, steps=tuple(steps)
    )


def approved(by: str, seat: Seat = Seat.LINE, at: datetime = AT) -> Step:
    return Step(step=ReliefStep.APPROVED, by=by, at=at, seat=seat)


@given(st.sampled_from(LADDER), st.lists(st.sampled_from(["COL-1", "MAN-1", "FIN-1"]), max_size=3))
def test_nobody_approves_his_own(level: Level, voters: list[str]) -> None:
    steps = [approved(by, seat) for by, seat in zip(voters, (Seat.LINE, Seat.FINANCE, Seat.LINE), strict=False)]
    told = proposal(*steps, level=level)
    if told.complete:
        assert "COL-1" not in told.approvers.values()
        assert len(set(told.approvers.values())) >= len(rules.seats_needed(level))


def test_joint_needs_two_people_of_two_departments() -> None:
    for one in (approved("MAN-1"), approved("FIN-1", Seat.FINANCE)):
        assert not proposal(one, level=Level.JOINT).complete
    assert proposal(approved("MAN-1"), approved("FIN-1", Seat.FINANCE), level=Level.JOINT).complete
    assert not proposal(approved("MAN-1"), approved("MAN-1", Seat.FINANCE), level=Level.JOINT).complete


@pytest.mark.parametrize("level", LADDER)
def test_each_level_is_approved_by_it_or_above(level: Level) -> None:
    seats = {role: rules.seat_of([role], level=level) for role in Role}
    able = {role for role, seat in seats.items() if seat}
    wanted = {
        Level.COLLECTOR: {Role.COLLECTOR, Role.TEAM_LEAD, Role.MANAGER},
        Level.TEAM_LEAD: {Role.TEAM_LEAD, Role.MANAGER},
        Level.MANAGER: {Role.MANAGER},
        Level.JOINT: {Role.MANAGER, Role.FINANCE},
    }
    assert able == wanted[level]


def test_an_agency_or_an_analyst_may_only_propose() -> None:
    assert rules.own_level([Role.AGENCY_USER]) is None
    assert rules.own_level([Role.COLLECTOR, Role.TEAM_LEAD]) is Level.TEAM_LEAD


# ---- states ----------------------------------------------------------------------------------------------------------


def step(kind: ReliefStep, by: str = "MAN-1") -> Step:
    return Step(step=kind, by=by, at=AT)


@pytest.mark.parametrize(
    ("steps", "reached"),
    [
        ((), ReliefState.OPEN),
        ((approved("MAN-1"),), ReliefState.OPEN),
        ((approved("MAN-1"), step(ReliefStep.GRANTED)), ReliefState.GRANTED),
        ((step(ReliefStep.REFUSED),), ReliefState.REFUSED),
        ((step(ReliefStep.DROPPED, "COL-1"),), ReliefState.DROPPED),
        ((step(ReliefStep.COUNTERED),), ReliefState.COUNTERED),
        ((step(ReliefStep.AGREED),), ReliefState.AWAITED),
        ((step(ReliefStep.AGREED), step(ReliefStep.LAPSED)), ReliefState.LAPSED),
        ((step(ReliefStep.AGREED), step(ReliefStep.LAPSED), step(ReliefStep.GRANTED)), ReliefState.GRANTED),
    ],
)
def test_where_a_proposal_stands(steps: tuple[Step, ...], reached: ReliefState) -> None:
    assert rules.state(proposal(*steps), at=AT) is reached


def test_a_counter_offer_waits_for_its_answer_and_an_old_proposal_is_void() -> None:
    offered = proposal(approved("MAN-1"), answers="COL-1")
    assert rules.state(offered, at=AT) is ReliefState.OFFERED
    assert not offered.complete
    taken = proposal(approved("MAN-1"), step(ReliefStep.ACCEPTED, "COL-1"), answers="COL-1")
    assert taken.complete
    assert rules.state(proposal(), at=AT + timedelta(days=14)) is ReliefState.EXPIRED
    assert not proposal(approved("MAN-1", at=AT + timedelta(days=15))).complete


# ---- the file --------------------------------------------------------------------------------------------------------


def spoilt(tmp_path: Path, change: Any) -> Path:
    told = yaml.safe_load(AUTHORITY.read_text(encoding="utf-8"))
    change(told)
    file = tmp_path / "authority.yaml"
    file.write_text(yaml.safe_dump(told), encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda t: t["levels"]["manager"]["total"].update(sum=10), "may less than team_lead"),
        (lambda t: t["levels"]["manager"]["components"].pop("fee"), "may less than team_lead"),
        (lambda t: t["levels"].pop("joint"), "no limits for joint"),
        (lambda t: t.update(order=["penalty"]), "every component once"),
        (lambda t: t.update(currency="XXY"), "no currencies"),
        (lambda t: t["worth"].update(USD=0), "above zero"),
        (lambda t: t["levels"]["collector"]["total"].update(share=1.5), "less than or equal to 1"),
        (lambda t: t.update(unknown=1), "not permitted"),
    ],
)
def test_a_table_that_contradicts_itself_is_refused_with_its_place(tmp_path: Path, change: Any, says: str) -> None:
    with pytest.raises(DunwellError, match=says) as error:
        read(spoilt(tmp_path, change), Table)
    assert "authority.yaml" in error.value.place


def test_the_house_table_rises_from_level_to_level() -> None:
    for lower, higher in pairwise(LADDER):
        assert TABLE.levels[higher].total.holds(TABLE.levels[lower].total)
    assert TABLE.rate("CNY") == 1
    assert TABLE.rate("VND") is None
