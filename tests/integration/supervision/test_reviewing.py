"""Reviews: closed once, by somebody else, grave findings by two; the score follows, and a person bars."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from supervision_ledger import LATER, NOON, Ledger

from dunwell.compliance.models import Review, ReviewFinding, ReviewItem, Standing
from dunwell.compliance.supervision.drawing import draw_month, draw_spot
from dunwell.compliance.supervision.reviewing import (
    Found,
    decide,
    grave_findings,
    items,
    review,
    scores,
    second,
)
from dunwell.compliance.supervision.rules import Collector
from dunwell.evidence.actions import record, seal
from dunwell.evidence.models import Row
from dunwell.facts.errors import DunwellError

ZONE = "Asia/Shanghai"
ON = date(2100, 1, 31)
S_1 = Collector(None, "S-1")
MINOR, SERIOUS = Found(severity="minor", code="payment_way"), Found(severity="serious", code="identity", rule="CN-P1")
GRAVE = Found(severity="grave", code="threat")

pytestmark = pytest.mark.django_db


@pytest.fixture
def drawn(ledger: Ledger) -> list[ReviewItem]:
    """This fixture will give three contacts of S-1 to review."""
    return draw_of(ledger, how_many=25, staff="S-1")


def draw_of(ledger: Ledger, *, how_many: int, **who: str) -> list[ReviewItem]:
    ledger.contacts(ledger.party(), how_many=how_many, actor="human", channel="voice", **who)
    with transaction.atomic():
        record(action="test.told", subject="s", by="test", at=LATER, detail={})
    seal(at=LATER)
    made = draw_month(date(2026, 10, 1), zone=ZONE, by="C-1", at=LATER)
    assert made is not None
    return list(made.items.order_by("id"))


def closed(item: ReviewItem, *findings: Found, by: str = "Q-1", at: datetime = LATER) -> Review:
    return review(item.id, findings=findings, by=by, at=at)


def grave(item: ReviewItem) -> ReviewFinding:
    return closed(item, GRAVE).findings.get()


def value(*, on: date = ON) -> Decimal | None:
    return scores(on=on, zone=ZONE)[S_1].value


def test_a_clean_contact_is_closed_without_findings(drawn: list[ReviewItem]) -> None:
    made = closed(drawn[0])
    assert made.findings.count() == 0
    assert [item.id for item in items()] == [item.id for item in drawn[1:]]
    assert [item.id for item in items(reviewed=True)] == [item.id for item in drawn]


def test_items_are_listed_by_period(ledger: Ledger, drawn: list[ReviewItem]) -> None:
    spot = draw_spot(NOON.date(), size=2, zone=ZONE, by="C-1", at=LATER)
    assert [item.draw_id for item in items(kind="spot", first=NOON.date())] == [spot.id] * 2
    assert [item.id for item in items(kind="month", first=date(2026, 10, 1))] == [item.id for item in drawn]
    assert not items(kind="month", first=date(2026, 9, 1)).exists()


def test_findings_are_kept_with_their_rule(drawn: list[ReviewItem]) -> None:
    made = closed(drawn[0], MINOR, SERIOUS)
    told = list(made.findings.order_by("id").values_list("severity", "code", "rule"))
    assert told == [("minor", "payment_way", None), ("serious", "identity", "CN-P1")]
    row = Row.objects.get(action="compliance.reviewed")
    assert (row.subject, row.by) == (f"item/{drawn[0].id}", "Q-1")
    assert row.detail["findings"][1] == {"severity": "serious", "code": "identity", "rule": "CN-P1"}


@pytest.mark.parametrize(
    ("findings", "problem"),
    [
        ([Found(severity="bad", code="threat")], "not a severity"),
        ([Found(severity="minor", code="he shouted at Mr Wang")], "not a code"),
        ([MINOR, Found(severity="serious", code="payment_way")], "twice"),
    ],
)
def test_only_what_is_on_the_lists_is_found(drawn: list[ReviewItem], findings: list[Found], problem: str) -> None:
    with pytest.raises(DunwellError, match=problem):
        closed(drawn[0], *findings)
    assert not Review.objects.exists()


def test_nobody_reviews_himself(drawn: list[ReviewItem]) -> None:
    with pytest.raises(DunwellError, match="S-1 is part of it"):
        closed(drawn[0], by="S-1")


def test_an_item_is_reviewed_once(drawn: list[ReviewItem]) -> None:
    closed(drawn[0])
    with pytest.raises(DunwellError, match="reviewed before"):
        closed(drawn[0], GRAVE, by="Q-2")


def test_an_item_that_is_not_there() -> None:
    with pytest.raises(DunwellError, match="no such item"):
        review(99, findings=(), by="Q-1", at=LATER)


def test_a_reviewer_has_a_code(drawn: list[ReviewItem]) -> None:
    with pytest.raises(DunwellError, match="needs a reviewer"):
        closed(drawn[0], by="")


# ---- grave findings --------------------------------------------------------------------------------------------------


def test_a_grave_finding_waits_for_a_second_and_then_for_a_decision(drawn: list[ReviewItem]) -> None:
    finding = grave(drawn[0])
    assert list(grave_findings()) == [finding]
    second(finding.id, confirmed=True, by="Q-2", at=LATER)
    assert list(grave_findings()) == [finding]
    decide(finding.id, blacklist=False, reason="a single slip", by="M-1", on=ON, at=LATER)
    assert not grave_findings().exists()
    assert not Standing.objects.exists()


def test_what_the_second_denies_waits_no_longer(drawn: list[ReviewItem]) -> None:
    finding = grave(drawn[0])
    second(finding.id, confirmed=False, by="Q-2", at=LATER)
    assert not grave_findings().exists()
    with pytest.raises(DunwellError, match="no second reviewer has confirmed"):
        decide(finding.id, blacklist=True, reason="threat", by="M-1", on=ON, at=LATER)


@pytest.mark.parametrize("by", ["Q-1", "S-1"])
def test_the_second_is_somebody_else(drawn: list[ReviewItem], by: str) -> None:
    finding = grave(drawn[0])
    with pytest.raises(DunwellError, match="is part of it"):
        second(finding.id, confirmed=True, by=by, at=LATER)


def test_the_second_speaks_once(drawn: list[ReviewItem]) -> None:
    finding = grave(drawn[0])
    second(finding.id, confirmed=False, by="Q-2", at=LATER)
    with pytest.raises(DunwellError, match="has spoken"):
        second(finding.id, confirmed=True, by="Q-3", at=LATER)


def test_lesser_findings_need_no_second(drawn: list[ReviewItem]) -> None:
    finding = closed(drawn[0], MINOR).findings.get()
    with pytest.raises(DunwellError, match="needs no second reviewer"):
        second(finding.id, confirmed=True, by="Q-2", at=LATER)
    with pytest.raises(DunwellError, match="no such finding"):
        second(99, confirmed=True, by="Q-2", at=LATER)


def test_no_blacklisting_without_a_second_and_a_person(drawn: list[ReviewItem]) -> None:
    finding = grave(drawn[0])
    with pytest.raises(DunwellError, match="no second reviewer"):
        decide(finding.id, blacklist=True, reason="threat", by="M-1", on=ON, at=LATER)
    second(finding.id, confirmed=True, by="Q-2", at=LATER)
    assert not Standing.objects.exists(), "a confirmed finding proposes; it bars nobody"
    with pytest.raises(DunwellError, match="is part of it"):
        decide(finding.id, blacklist=False, reason="I did not", by="S-1", on=ON, at=LATER)
    with pytest.raises(DunwellError, match="needs its reason"):
        decide(finding.id, blacklist=True, reason=" ", by="M-1", on=ON, at=LATER)


def test_the_decision_bars_the_collector_for_good(drawn: list[ReviewItem]) -> None:
    finding = grave(drawn[0])
    second(finding.id, confirmed=True, by="Q-2", at=LATER)
    made = decide(finding.id, blacklist=True, reason="threatened a customer", by="M-1", on=ON, at=LATER)
    barred = Standing.objects.get()
    assert made.standing == barred
    assert (barred.holder, barred.code, barred.kind, barred.from_on) == ("staff", "S-1", "blacklisted", ON)
    with pytest.raises(DunwellError, match="decided before"):
        decide(finding.id, blacklist=False, reason="regret", by="M-2", on=ON, at=LATER)
    actions = list(Row.objects.order_by("id").values_list("action", flat=True))
    assert actions[-2:] == ["compliance.standing", "compliance.blacklisting_decided"]


@pytest.mark.parametrize(
    ("who", "holder"),
    [({"agency": "A-1"}, ("agency", "A-1")), ({"agency": "A-1", "staff": "T-1"}, ("staff", "T-1"))],
)
def test_an_agency_that_names_nobody_is_barred_itself(
    ledger: Ledger, who: dict[str, str], holder: tuple[str, str]
) -> None:
    [item] = draw_of(ledger, how_many=1, **who)
    finding = grave(item)
    second(finding.id, confirmed=True, by="Q-2", at=LATER)
    decide(finding.id, blacklist=True, reason="threat", by="M-1", on=ON, at=LATER)
    assert Standing.objects.values_list("holder", "code").get() == holder


def test_nobody_is_barred_where_nobody_is_named(ledger: Ledger) -> None:
    [item] = draw_of(ledger, how_many=1)
    finding = grave(item)
    second(finding.id, confirmed=True, by="Q-2", at=LATER)
    with pytest.raises(DunwellError, match="nobody is named"):
        decide(finding.id, blacklist=True, reason="threat", by="M-1", on=ON, at=LATER)


@pytest.mark.parametrize("code", ["threat", "Mr Wang cried"])
def test_the_database_itself_takes_codes_only(drawn: list[ReviewItem], code: str) -> None:
    made = closed(drawn[0])
    if code == "threat":
        ReviewFinding.objects.create(review=made, severity="grave", code=code)
        return
    with pytest.raises(IntegrityError):
        ReviewFinding.objects.create(review=made, severity="grave", code=code)


# ---- the score -------------------------------------------------------------------------------------------------------


def test_the_score_follows_the_reviews(drawn: list[ReviewItem]) -> None:
    assert scores(on=ON, zone=ZONE) == {}
    closed(drawn[0])
    assert value() == Decimal("100.0")
    closed(drawn[1], MINOR)
    assert value() == Decimal("95.0")
    closed(drawn[2], SERIOUS, MINOR)
    assert value() == Decimal("80.0")
    assert scores(on=ON, zone=ZONE)[S_1].says_little


def test_a_grave_finding_weighs_as_its_second_says(drawn: list[ReviewItem]) -> None:
    for item in drawn[:2]:
        closed(item)
    finding = grave(drawn[2])
    assert value() == Decimal("86.7")
    second(finding.id, confirmed=True, by="Q-2", at=LATER + timedelta(days=40))
    assert value() == Decimal("86.7"), "on that day nobody had seconded it"
    assert value(on=ON + timedelta(days=30)) == Decimal("50.0")


def test_a_review_counts_for_a_year_from_its_own_day(drawn: list[ReviewItem]) -> None:
    closed(drawn[0], SERIOUS)
    told_on = LATER.date()
    assert scores(on=told_on - timedelta(days=1), zone=ZONE) == {}
    assert value(on=told_on) == value(on=told_on + timedelta(days=364)) == Decimal("60.0")
    assert scores(on=told_on + timedelta(days=365), zone=ZONE) == {}
