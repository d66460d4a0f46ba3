"""Reading rights: what waits for an answer, the staff with their roles, and one person's history."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from dunwell.access import queries
from dunwell.access.four_eyes import missing, seat_or_objection
from dunwell.access.kinds import Answer, Department, RequestKind, Role, ScopeKind, State
from dunwell.access.kinds import Capability as Can
from dunwell.access.models import Grant, Staff
from dunwell.access.objections import Objection
from dunwell.access.queries import Told
from dunwell.access.rules import Held, Person, Scope
from dunwell.desk.middleware import DeskRequest
from dunwell.desk.page import language, page, signed_in

PAGE = 50
# Whoever decides, and whoever checks, sees what was asked for; staff are seen by their codes.
READERS = (Can.APPROVE_RIGHTS, Can.APPROVE_STRATEGY, Can.SEE_EVIDENCE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A request as a reader sees it: what is wanted, who still has to answer, and why he himself may not."""

    told: Told
    # What is asked for: a role somewhere, the end of one that is held, or another department.
    role: Role | None
    scope: Scope | None
    held: Held | None
    department: Department | None
    missing: tuple[Role | Department, ...]
    voters: list[tuple[str, Role | Department, Answer]]
    barred: str
    rule: str
    own: bool

    @property
    def kind(self) -> RequestKind:
        return self.told.case.kind

    @property
    def open(self) -> bool:
        return self.told.state is State.OPEN

    @property
    def votable(self) -> bool:
        return self.open and not self.barred


def line(told: Told, *, who: Person, request: DeskRequest) -> Line:
    """This function will put a request into the form of the pages."""
    asked, seat = told.request, seat_or_objection(told.case, voter=who, answer=Answer.APPROVE, at=request.at)
    barred = seat if isinstance(seat, Objection) else None
    sides = Role if told.case.kind is RequestKind.STRATEGY else Department
    return Line(
        told=told,
        role=Role(asked.role) if asked.role else None,
        scope=Scope(kind=ScopeKind(asked.scope_kind), value=asked.scope_value or "") if asked.scope_kind else None,
        department=Department(asked.department) if asked.department else None,
        held=queries.held(asked.grant) if asked.grant else None,
        missing=missing(told.case),
        voters=[(ballot.voter, sides(ballot.seat), ballot.answer) for ballot in told.case.ballots],
        barred=in_words(barred) if barred else "",
        rule=barred.rule if barred else "",
        own=who.code in (told.case.asked_by, told.case.about),
    )


def in_words(found: Objection) -> str:
    return found.en if language() == "en" else found.zh


@require_GET
@page(*READERS, whole=True)
def rights(request: DeskRequest) -> HttpResponse:
    """This page will show what waits for approval, first what waits for the reader, and the staff below."""
    who, text = signed_in(request), request.GET.get("text", "").strip()[:32]
    waiting = [line(told, who=who, request=request) for told in queries.requests(at=request.at, open_only=True)]
    codes = Staff.objects.filter(added_at__lte=request.at, code__icontains=text).order_by("code")
    shown = Paginator(codes.values_list("code", flat=True), PAGE).get_page(request.GET.get("page"))
    seen = {
        "waiting": sorted(waiting, key=lambda one: not one.votable),
        "for_me": sum(one.votable for one in waiting),
        "people": queries.staff(at=request.at, codes=shown.object_list),
        "shown": shown,
        "text": text,
        "address": f"text={text}" if text else "",
    }
    return render(request, "desk/rights/rights.html", seen)


@require_GET
@page(*READERS, whole=True)
def person(request: DeskRequest, code: str) -> HttpResponse:
    """This page will show one person's roles now, all there ever were, and what was asked for him."""
    return shown_person(request, code)


def shown_person(request: DeskRequest, code: str, *, status: int = 200, **seen: object) -> HttpResponse:
    """This function will show a person's page, with what is wrong in a form and what was typed there."""
    found = queries.staff(at=request.at, codes=[code])
    if not found:
        raise Http404
    who = signed_in(request)
    grants, postings = queries.history(code)
    told = queries.requests(at=request.at, about=code)
    ever = [(grant, queries.held(grant), _ends(grant, request)) for grant in grants]
    shown = {
        "standing": found[0],
        "grants": [one for one in ever if one[2] in ("holds", "later")],
        "past": [one for one in ever if one[2] not in ("holds", "later")],
        "postings": [(Department(one.department), one.from_at) for one in postings],
        "requests": [line(one, who=who, request=request) for one in told],
        "roles": list(Role),
        "departments": list(Department),
        "scope_kinds": list(ScopeKind),
        "may_ask": who.can(Can.ASK_RIGHTS) and who.code != code,
    }
    return render(request, "desk/rights/person.html", shown | seen, status=status)


def _ends(grant: Grant, request: DeskRequest) -> str:
    """This function will say how a grant stands now."""
    if getattr(grant, "revocation", None) is not None:
        return "revoked"
    if grant.until_at is not None and grant.until_at <= request.at:
        return "ended"
    return "later" if grant.from_at > request.at else "holds"


@require_GET
@page(*READERS, whole=True)
def one_request(request: DeskRequest, number: int) -> HttpResponse:
    """This page will show one request: what is wanted, the answers so far, and the reader's own."""
    return shown_request(request, number)


def shown_request(request: DeskRequest, number: int, *, status: int = 200, **seen: object) -> HttpResponse:
    """This function will show a request's page, with what is wrong in the answer and what was typed there."""
    told = queries.request(number, at=request.at)
    if told is None:
        raise Http404
    one = line(told, who=signed_in(request), request=request)
    return render(request, "desk/rights/request.html", {"one": one, **seen}, status=status)
