"""Telling what somebody can be given, and when he is away; with evidence, and never changed afterwards."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from dunwell.access.actions import acting, deciding, named
from dunwell.access.kinds import Capability
from dunwell.access.models import Staff
from dunwell.access.queries import person
from dunwell.access.rules import Person
from dunwell.evidence.actions import record
from dunwell.facts.errors import DunwellError
from dunwell.work.models import Ability, Absence
from dunwell.work.policy import Policy


def assigner(by: str, *, at: datetime, place: str) -> Person:
    """This function will find who assigns work, in the whole house or a part of it, or refuse him aloud."""
    who = person(by, at=at)
    within = who.reach(Capability.ASSIGN_WORK) if who else ()
    return acting(by, capability=Capability.ASSIGN_WORK, at=at, place=place, within=within)


def tell_ability(
    staff: str,
    *,
    skills: Iterable[str] = (),
    languages: Iterable[str] = (),
    regions: Iterable[str] = (),
    team: str = "",
    agency: str = "",
    capacity: int | None = None,
    from_on: date,
    policy: Policy,
    by: str,
    via: str,
    at: datetime,
) -> Ability:
    """This function will say what somebody can be given from a day on; what is left out is the policy's usual.

    Raises AccessRefusedError for whoever may not assign work, DunwellError for a skill or a capacity that is none.
    """
    room = policy.capacity if capacity is None else capacity
    told: dict[str, Any] = {
        "skills": ",".join(sorted(set(skills))),
        "languages": ",".join(sorted(set(languages) or {policy.language})),
        "regions": ",".join(sorted(set(regions))),
        "team": team,
        "agency": agency,
        "capacity": room,
    }
    _check(staff, skills=set(skills), capacity=room, policy=policy)
    with deciding(by=by, via=via, at=at):
        assigner(by, at=at, place=f"work of {staff}")
        row = Ability.objects.create(staff_id=staff, from_on=from_on, told_at=at, by=by, **told)
        detail = {**told, "from_on": from_on.isoformat(), "via": via}
        record(action="work.ability_told", subject=f"staff {staff}", by=named(by), at=at, detail=detail)
        return row


def _check(staff: str, *, skills: set[str], capacity: int, policy: Policy) -> None:
    if unknown := sorted(skills - set(policy.skills)):
        raise DunwellError(
            f"no such skill: {', '.join(unknown)}", place=staff, cure=f"one of {', '.join(policy.skills)}"
        )
    if not 0 <= capacity <= policy.capacity_most:
        cure = f"0 to {policy.capacity_most} (strategies/assignment.yaml)"
        raise DunwellError(f"a capacity of {capacity:,} is outside the policy", place=staff, cure=cure)
    if not Staff.objects.filter(code=staff).exists():
        raise DunwellError("nobody has this code", place=staff, cure="dunwell staff list shows everybody")


def tell_absence(staff: str, *, from_on: date, until_on: date, by: str, via: str, at: datetime) -> Absence:
    """This function will say that somebody is away from a day up to another; the same day twice withdraws it."""
    if until_on < from_on:
        raise DunwellError("an absence ends before it begins", place=staff, cure="give the first day back as --until")
    if not Staff.objects.filter(code=staff).exists():
        raise DunwellError("nobody has this code", place=staff, cure="dunwell staff list shows everybody")
    with deciding(by=by, via=via, at=at):
        assigner(by, at=at, place=f"work of {staff}")
        row = Absence.objects.create(staff_id=staff, from_on=from_on, until_on=until_on, told_at=at, by=by)
        detail = {"from_on": from_on.isoformat(), "until_on": until_on.isoformat(), "via": via}
        record(action="work.absence_told", subject=f"staff {staff}", by=named(by), at=at, detail=detail)
        return row
