"""Asking for changes: each form is one action of access; what it refuses is said at the field, and nothing is lost."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from dunwell.access import actions
from dunwell.access.kinds import Answer, Department, Role, ScopeKind
from dunwell.access.kinds import Capability as Can
from dunwell.access.objections import AccessRefusedError
from dunwell.access.rules import HOUSE, Scope
from dunwell.desk.middleware import DeskRequest
from dunwell.desk.page import VIA, forbidden, language, page, signed_in
from dunwell.desk.rights.views import READERS, shown_person, shown_request
from dunwell.ledger.zones import house_zone

# The field of the form that a rule speaks of; what is not named here stands above the form.
FIELD_OF: Mapping[str, str] = {
    "AC-DEPARTMENT": "role",
    "AC-HELD": "role",
    "AC-AGENCY-SCOPE": "scope_kind",
    "AC-PERIOD": "until",
    "AC-SAME-DEPARTMENT": "department",
    "AC-STILL-HOLDS": "department",
    "AC-NO-GRANT": "grant",
    "AC-LAST-ADMINISTRATOR": "grant",
    "AC-CODE": "code",
    "AC-KNOWN": "code",
    "AC-NOTE": "note",
}
VALUE_MAX = 80


class FaultError(Exception):
    """What is wrong with one field, in the reader's language."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(words)
        self.field, self.words = field, words


def _told(refused: AccessRefusedError) -> dict[str, str]:
    """This function will put a refusal at the field it speaks of, with the rule's id."""
    found = refused.objection
    words, cure = (found.en, found.cure_en) if language() == "en" else (found.zh, found.cure_zh)
    return {FIELD_OF.get(found.rule, "form"): f"{words} ({found.rule})" + (f" → {cure}" if cure else "")}


def _day(told: str, *, field: str) -> datetime | None:
    """This function will read a day as the moment at which it begins by the house's clock."""
    if not told.strip():
        return None
    try:
        return datetime.combine(date.fromisoformat(told.strip()), time(), tzinfo=ZoneInfo(house_zone()))
    except ValueError:
        raise FaultError(field, _("Write the day as 2026-12-31.")) from None


def _scope(kind: str, value: str) -> Scope:
    if kind not in set(ScopeKind):
        raise FaultError("scope_kind", _("Choose where the role holds."))
    if kind == ScopeKind.HOUSE:
        return HOUSE
    if not 0 < len(value) <= VALUE_MAX:
        raise FaultError("scope_value", _("Name it as the data do, in 80 signs at most: CN-GD, TEAM-A, the creditor."))
    return Scope(kind=ScopeKind(kind), value=value)


def _role(told: str) -> Role:
    if told not in set(Role):
        raise FaultError("role", _("Choose a role."))
    return Role(told)


def _department(told: str) -> Department:
    if told not in set(Department):
        raise FaultError("department", _("Choose a department."))
    return Department(told)


@require_POST
@page(Can.ASK_RIGHTS, whole=True)
def grant(request: DeskRequest, code: str) -> HttpResponse:
    """This page will ask that somebody gets a role."""
    form, by = request.POST, signed_in(request).code
    try:
        asked = actions.ask_grant(
            code,
            role=_role(form.get("role", "")),
            scope=_scope(form.get("scope_kind", ""), form.get("scope_value", "").strip()),
            from_at=_day(form.get("from", ""), field="from"),
            until_at=_day(form.get("until", ""), field="until"),
            by=by,
            via=VIA,
            at=request.at,
        )
    except FaultError as fault:
        return shown_person(request, code, faults={fault.field: fault.words}, typed=form, status=400)
    except AccessRefusedError as refused:
        return shown_person(request, code, faults=_told(refused), typed=form, status=409)
    return redirect("rights_request", number=asked.pk)


@require_POST
@page(Can.ASK_RIGHTS, whole=True)
def revoke(request: DeskRequest, code: str) -> HttpResponse:
    """This page will ask that one of somebody's roles ends."""
    told, by = request.POST.get("grant", ""), signed_in(request).code
    if not told.isdecimal():
        return shown_person(request, code, faults={"grant": _("Choose a role.")}, status=400)
    try:
        asked = actions.ask_revoke(int(told), by=by, via=VIA, at=request.at)
    except AccessRefusedError as refused:
        return shown_person(request, code, faults=_told(refused), status=409)
    return redirect("rights_request", number=asked.pk)


@require_POST
@page(Can.ASK_RIGHTS, whole=True)
def move(request: DeskRequest, code: str) -> HttpResponse:
    """This page will ask that somebody goes to another department."""
    by = signed_in(request).code
    try:
        department = _department(request.POST.get("department", ""))
        asked = actions.ask_move(code, department=department, by=by, via=VIA, at=request.at)
    except FaultError as fault:
        return shown_person(request, code, faults={fault.field: fault.words}, typed=request.POST, status=400)
    except AccessRefusedError as refused:
        return shown_person(request, code, faults=_told(refused), typed=request.POST, status=409)
    return redirect("rights_request", number=asked.pk)


@require_http_methods(["GET", "POST"])
@page(Can.ASK_RIGHTS, whole=True)
def add(request: DeskRequest) -> HttpResponse:
    """This page will make somebody known, who holds no role until others approve one."""
    if request.method == "GET":
        return _adding(request)
    code, by = request.POST.get("code", "").strip().upper(), signed_in(request).code
    try:
        department, name = _department(request.POST.get("department", "")), request.POST.get("name", "").strip()
        actions.add_staff(code, department=department, name=name[:VALUE_MAX], by=by, via=VIA, at=request.at)
    except FaultError as fault:
        return _adding(request, faults={fault.field: fault.words}, status=400)
    except AccessRefusedError as refused:
        return _adding(request, faults=_told(refused), status=409)
    return redirect("rights_person", code=code)


def _adding(request: DeskRequest, *, status: int = 200, **seen: object) -> HttpResponse:
    shown = {"departments": list(Department), "typed": request.POST, **seen}
    return render(request, "desk/rights/add.html", shown, status=status)


@require_POST
@page(*READERS, whole=True)
def vote(request: DeskRequest, number: int) -> HttpResponse:
    """This page will count the reader's answer to a request."""
    answer, note, by = request.POST.get("answer", ""), request.POST.get("note", "").strip(), signed_in(request).code
    if answer not in set(Answer):
        return shown_request(request, number, faults={"form": _("Approve or refuse.")}, note=note, status=400)
    try:
        actions.vote(number, answer=Answer(answer), by=by, via=VIA, at=request.at, note=note)
    except AccessRefusedError as refused:
        if refused.objection.rule == "AC-CAPABILITY":
            return forbidden(request, refused)
        if refused.objection.rule == "AC-NO-REQUEST":
            return forbidden(request, refused, status=404)
        status = 400 if refused.objection.rule == "AC-NOTE" else 409
        return shown_request(request, number, faults=_told(refused), note=note, status=status)
    return redirect("rights_request", number=number)
