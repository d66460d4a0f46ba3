"""The first page, each role its own, and the lists behind each step of its funnel."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dunwell.access.kinds import Capability as Can
from dunwell.access.kinds import Role
from dunwell.access.rules import HOUSE, Person
from dunwell.batch.models import Plan, PlanRun
from dunwell.compliance.supervision.queries import switches
from dunwell.desk import plans, reach
from dunwell.desk.middleware import DeskRequest
from dunwell.desk.names import names
from dunwell.desk.page import language, page, signed_in
from dunwell.desk.parties import party_ids
from dunwell.desk.queue.filters import Filter, viewer
from dunwell.desk.queue.queries import count
from dunwell.desk.today import grouping, guards, people, queries
from dunwell.desk.today.asking import day_of
from dunwell.desk.today.board import Board, Today
from dunwell.facts.errors import DunwellError
from dunwell.ledger.models import Party
from dunwell.work.queries import held_by

BOARDS: Mapping[Role, Callable[[Board, Today], None]] = {
    Role.MANAGER: people.manager,
    Role.TEAM_LEAD: people.team_lead,
    Role.COLLECTOR: people.collector,
    Role.AGENCY_USER: people.collector,
    Role.COMPLIANCE: guards.compliance,
    Role.LEGAL: guards.legal,
    Role.FINANCE: guards.finance,
    Role.DATA_PROTECTION: guards.data_protection,
    Role.ANALYST: guards.analyst,
    Role.ADMINISTRATOR: guards.administrator,
    Role.AUDITOR: guards.auditor,
}
# These show one's own day and people; the figures of all others are those of the whole house.
PARTS = frozenset({Role.COLLECTOR, Role.AGENCY_USER, Role.TEAM_LEAD, Role.MANAGER})
STOPS_SEEN_BY = (Can.STOP_CONTACTS, Can.SEE_REPORTS, Can.CONTACT_CUSTOMERS)


@require_safe
@page()
def today(request: DeskRequest) -> HttpResponse:
    """This page will show what waits for whoever asks, and what the plan of the day has come to."""
    who, run = signed_in(request), plans.latest()
    board = _board(who, run, told=Today(who, run=run, at=request.at))
    seen: dict[str, Any] = {"run": run, "board": board, "nothing": not who.held}
    if run is not None and (who.can_somewhere(Can.SEE_CUSTOMERS) or who.can(Can.SEE_REPORTS)):
        seen["steps"] = queries.funnel(run, who=None if who.can(Can.SEE_REPORTS) else who)
        seen["most"] = seen["steps"][0].count
        seen["listed"] = who.can_somewhere(Can.SEE_CUSTOMERS)
    if any(who.can_somewhere(each) for each in STOPS_SEEN_BY):
        seen["stops"] = list(switches())
    if board.outlook is not None:
        seen["line"] = _line(board)
    return render(request, "desk/today.html", seen | _hands(who, request))


def _board(who: Person, run: PlanRun | None, *, told: Today) -> Board:
    """This function will put together what each of somebody's roles shows; what two of them show stands once."""
    board = Board(who=who, at=told.at, run=run)
    held = {one.role for one in who.held if one.scope == HOUSE or one.role in PARTS}
    for role, show in BOARDS.items():
        if role in held:
            show(board, told)
    if who.can_somewhere(Can.SEE_CUSTOMERS):
        people.alarms(board, told)
    board.tiles = list({tile.figure: tile for tile in reversed(board.tiles)}.values())[::-1]
    board.panels = list({panel.title: panel for panel in reversed(board.panels)}.values())[::-1]
    return board


def _line(board: Board) -> dict[str, Any]:
    """This function will give the chart of the month its numbers and words."""
    seen = board.outlook
    points = seen.points if seen else ()
    return {
        "days": [point.on.day for point in points],
        "cash": [None if point.expected else float(point.cash) for point in points],
        "expected": [float(point.cash) if point.on >= day_of(board.at) else None for point in points],
        "target": [float(point.target) for point in points],
        "names": _names(),
    }


def _names() -> dict[str, str]:
    if language() == "en":
        return {"cash": "Cash", "expected": "Projection", "target": "Target"}
    return {"cash": "回款", "expected": "预计", "target": "目标"}


def _hands(who: Person, request: DeskRequest) -> dict[str, Any]:
    """This function will show whom somebody has in his hands, and how many wait to be taken."""
    if not who.can_somewhere(Can.CONTACT_CUSTOMERS):
        return {}
    mine = held_by(who.code, at=request.at)
    within = reach.within((held.party_id for held in mine), who=who, capability=Can.SEE_CUSTOMERS)
    known = Party.objects.in_bulk(within)
    return {
        "mine": [(held, _name(known[held.party_id])) for held in mine if held.party_id in known],
        "queued": _queued(who, request),
    }


def _name(party: Party) -> str:
    return f"{party.source}/{party.external_id}"


def _queued(who: Person, request: DeskRequest) -> int:
    run = plans.latest()
    if run is None:
        return 0
    return count(run, told=Filter(free="1"), at=request.at, seen_by=viewer(who, on=day_of(request.at)))


# ---- the lists -------------------------------------------------------------------------------------------------------


@require_safe
@page(Can.SEE_CUSTOMERS)
def step(request: DeskRequest, step: str) -> HttpResponse:
    """This page will list the customers of one step of the plan, by the reasons of those who were left out."""
    run, who = plans.latest(), signed_in(request)
    if run is None or step not in queries.LISTS:
        raise Http404
    words = plans.Words(run, language())
    everybody = queries.at_step(run, step=step, who=who)
    by = request.GET.get("by", "") or grouping.BY.get(step, "")
    by = by if by in (*grouping.COLUMNS, grouping.RULE) else ""
    code = request.GET.get("is", "").strip()[:80] if by else ""
    rows = grouping.only(everybody, by=by, code=code) if code else everybody
    shown = Paginator(rows, queries.PAGE).get_page(request.GET.get("page"))
    seen = {
        "run": run,
        "step": step,
        "by": by,
        "chosen": code,
        "chosen_words": _said(words, by, code) if code else "",
        "address": urlencode({"by": by, "is": code}) if code else "",
        "groups": _groups(everybody, run, step=step, by=by, words=words, who=who),
        "rows": _rows(shown, words, who),
        "shown": shown,
    }
    return render(request, "desk/step.html", seen)


def _groups(rows: QuerySet[Plan], run: PlanRun, *, step: str, by: str, words: plans.Words, who: Person) -> list[Any]:
    """This function will count the step by its groups, with the words of each and its share of the largest."""
    if not by or step in ("attempted", "waiting"):
        return []
    found = grouping.groups(rows, run, step=step, by=by, who=who)
    most = max((group.customers for group in found), default=1)
    return [(group, _said(words, by, group.code), most) for group in found]


def _said(words: plans.Words, by: str, code: str) -> str:
    if by == grouping.RULE:
        try:
            return words.rule(code)
        except DunwellError:
            return code
    return words.treatment(code) if by == "treatment" else words.of(by, code)


def _rows(shown: Any, words: plans.Words, who: Person) -> list[dict[str, Any]]:
    parties = party_ids(plan.customer for plan in shown)
    known = names(parties.values(), roles=reach.listed(who, Can.SEE_CUSTOMERS))
    return [
        {
            "plan": plan,
            "party": parties.get(plan.customer),
            "name": known.get(parties.get(plan.customer, 0), ""),
            "treatment": words.treatment(plan.treatment),
            "grade": words.of("grade", plan.grade),
            "refused": words.refused(plan),
        }
        for plan in shown
    ]
