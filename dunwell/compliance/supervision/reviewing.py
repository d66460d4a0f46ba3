"""Reviewing drawn contacts: findings, the second reviewer of a grave one, the decision on it, and the score."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from dunwell.compliance.models import (
    BlacklistDecision,
    FindingSecond,
    Review,
    ReviewFinding,
    ReviewItem,
)
from dunwell.compliance.supervision import sampling, scoring
from dunwell.compliance.supervision.actions import Told, state
from dunwell.compliance.supervision.rules import BLACKLISTED, CODES, GRAVE, SEVERITIES, Collector, is_code
from dunwell.evidence.actions import record
from dunwell.facts.errors import DunwellError


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One finding: how bad, its code, and the rule of the rulebooks that it breaks, if one does."""

    severity: str
    code: str
    rule: str | None = None


@transaction.atomic
def review(item_id: int, *, findings: Iterable[Found], by: str, at: datetime) -> Review:
    """This function will close an item with what the reviewer found; without findings the contact is clean."""
    told = list(findings)
    place = f"review item {item_id}"
    _check_findings(told, place=place)
    item = ReviewItem.objects.select_for_update().filter(id=item_id).first()
    if item is None:
        raise DunwellError("there is no such item", place=place, cure="see dunwell reviews list")
    _check_other(by, than=[item.staff], place=place)
    if Review.objects.filter(item=item).exists():
        raise DunwellError("it was reviewed before", place=place, cure="see dunwell reviews list --all")
    made = Review.objects.create(item=item, by=by, at=at)
    for found in told:
        ReviewFinding.objects.create(review=made, severity=found.severity, code=found.code, rule=found.rule)
    said = [{"severity": found.severity, "code": found.code, "rule": found.rule} for found in told]
    record(action="compliance.reviewed", subject=f"item/{item_id}", by=by, at=at, detail={"findings": said})
    return made


def _check_findings(told: list[Found], *, place: str) -> None:
    for found in told:
        if found.severity not in SEVERITIES:
            cure = f"use one of {', '.join(SEVERITIES)}"
            raise DunwellError(f"{found.severity!r} is not a severity", place=place, cure=cure)
        if found.code not in CODES:
            raise DunwellError(f"{found.code!r} is not a code", place=place, cure=f"use one of {', '.join(CODES)}")
    if len({found.code for found in told}) != len(told):
        raise DunwellError("one code stands there twice", place=place, cure="give each code once, at its worst")


def _check_other(by: str, *, than: Iterable[str | None], place: str) -> None:
    if not is_code(by):
        raise DunwellError("it needs a reviewer", place="--by", cure="give the code of the person")
    if by in than:
        raise DunwellError(f"{by} is part of it", place=place, cure="let somebody else look at it")


def _grave(finding_id: int) -> ReviewFinding:
    """This function will hold a grave finding while something is said of it."""
    every = ReviewFinding.objects.select_for_update(of=("self",)).select_related("review__item")
    finding = every.filter(id=finding_id).first()
    if finding is None or finding.severity != GRAVE:
        wrong = "there is no such finding" if finding is None else "it is not grave and needs no second reviewer"
        raise DunwellError(wrong, place=f"finding {finding_id}", cure="see dunwell reviews grave")
    return finding


@transaction.atomic
def second(finding_id: int, *, confirmed: bool, by: str, at: datetime) -> FindingSecond:
    """This function will let a second reviewer confirm a grave finding, or not."""
    place = f"finding {finding_id}"
    finding = _grave(finding_id)
    _check_other(by, than=[finding.review.by, finding.review.item.staff], place=place)
    if FindingSecond.objects.filter(finding=finding).exists():
        raise DunwellError("a second reviewer has spoken", place=place, cure="see dunwell reviews grave")
    made = FindingSecond.objects.create(finding=finding, confirmed=confirmed, by=by, at=at)
    detail = {"confirmed": confirmed}
    record(action="compliance.finding_seconded", subject=f"finding/{finding_id}", by=by, at=at, detail=detail)
    return made


@transaction.atomic
def decide(finding_id: int, *, blacklist: bool, reason: str, by: str, on: date, at: datetime) -> BlacklistDecision:
    """This function will decide on the blacklisting that a confirmed grave finding proposes: a person, no rule."""
    place = f"finding {finding_id}"
    finding = _grave(finding_id)
    item = finding.review.item
    _check_other(by, than=[item.staff], place=place)
    if not FindingSecond.objects.filter(finding=finding, confirmed=True).exists():
        raise DunwellError("no second reviewer has confirmed it", place=place, cure="run: dunwell reviews second")
    if BlacklistDecision.objects.filter(finding=finding).exists():
        raise DunwellError("it was decided before", place=place, cure="see dunwell reviews grave")
    if not reason.strip():
        raise DunwellError("a decision needs its reason", place="--reason", cure="say why, without names of customers")
    holder = Collector(item.agency, item.staff).holder
    if blacklist and holder is None:
        raise DunwellError("nobody is named as the collector", place=place, cure="decide without a blacklisting")
    standing = None
    if blacklist and holder is not None:
        told = Told(kind=BLACKLISTED, from_on=on, reason=reason)
        standing = state(holder[0], code=holder[1], told=told, by=by, at=at)
    detail = {"blacklist": blacklist, "standing": standing.id if standing else None}
    record(action="compliance.blacklisting_decided", subject=f"finding/{finding_id}", by=by, at=at, detail=detail)
    return BlacklistDecision.objects.create(finding=finding, standing=standing, reason=reason, by=by, at=at)


# ---- reading ---------------------------------------------------------------------------------------------------------


def items(*, kind: str | None = None, first: date | None = None, reviewed: bool = False) -> QuerySet[ReviewItem]:
    """This function will list what waits for a reviewer, the oldest drawing first; with `reviewed`, the rest too."""
    every = ReviewItem.objects.select_related("draw", "contact", "review").order_by("draw_id", "id")
    every = every.annotate(found=Count("review__findings"))
    if kind is not None:
        every = every.filter(draw__kind=kind)
    if first is not None:
        every = every.filter(draw__first_on=first)
    return every if reviewed else every.filter(review__isnull=True)


def grave_findings() -> QuerySet[ReviewFinding]:
    """This function will list the grave findings that still wait: for a second reviewer, or for a decision."""
    every = ReviewFinding.objects.filter(severity=GRAVE).select_related("review__item", "second", "decision")
    waiting = Q(second__isnull=True) | Q(second__confirmed=True, decision__isnull=True)
    return every.filter(waiting).order_by("id")


def scores(*, on: date, zone: str) -> dict[Collector, scoring.Score]:
    """This function will score every collector of whom a contact was reviewed in the year that ends with the day."""
    since, until = sampling.day(scoring.first_day(on), zone=zone).since, sampling.day(on, zone=zone).until
    reviews = Review.objects.filter(at__gte=since, at__lt=until).select_related("item")
    marked: dict[Collector, list[list[scoring.Finding]]] = {}
    for made in reviews.prefetch_related("findings__second").order_by("item_id"):
        findings = [_as_of(finding, until=until) for finding in made.findings.all()]
        marked.setdefault(Collector(made.item.agency, made.item.staff), []).append(findings)
    return {collector: scoring.score(reviewed, on=on) for collector, reviewed in marked.items()}


def _as_of(finding: ReviewFinding, *, until: datetime) -> scoring.Finding:
    """This function will read a finding as it stood then: a second reviewer who spoke later had not spoken."""
    spoken = getattr(finding, "second", None)
    confirmed = spoken.confirmed if spoken is not None and spoken.at < until else None
    return scoring.Finding(severity=finding.severity, confirmed=confirmed)
