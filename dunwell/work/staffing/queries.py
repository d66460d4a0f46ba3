"""Reading the staff as the assignment sees it: abilities, absences, who is excluded."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from dunwell.access.kinds import Capability
from dunwell.access.matrix import CAPABILITIES
from dunwell.access.queries import in_force, person
from dunwell.compliance.supervision.queries import known_standings
from dunwell.work.assigning.rules import Worker
from dunwell.work.models import Ability, Absence
from dunwell.work.policy import CARE

CERTIFIED, BLACKLISTED = "certified", "blacklisted"


class Away(StrEnum):
    """Why somebody takes nothing on a day."""

    ABSENT = "absent"
    EXCLUDED = "excluded"
    LEFT = "left"


@dataclass(frozen=True, slots=True, kw_only=True)
class Colleague:
    """Somebody who was given an ability, as he stands on a day; `away` is None for who is there."""

    ability: Ability
    away: Away | None

    @property
    def code(self) -> str:
        return self.ability.staff_id

    def worker(self, *, other: int = 0, other_money: int = 0) -> Worker:
        return Worker(
            code=self.code,
            skills=_codes(self.ability.skills),
            languages=_codes(self.ability.languages),
            regions=_codes(self.ability.regions),
            agency=self.ability.agency,
            capacity=self.ability.capacity,
            there=self.away is None,
            other=other,
            other_money=other_money,
        )


def _codes(text: str) -> frozenset[str]:
    return frozenset(part for part in text.split(",") if part)


def abilities(*, on: date) -> dict[str, Ability]:
    """This function will find everybody's ability on a day: of several the latest, of a day the last told."""
    rows = Ability.objects.filter(from_on__lte=on).order_by("from_on", "id")
    return {row.staff_id: row for row in rows}


def teams(*, on: date) -> dict[str, str]:
    """This function will name everybody who was given an ability by a day, in order, with his team; empty for none."""
    latest = Ability.objects.filter(from_on__lte=on).order_by("staff", "-from_on", "-id").distinct("staff")
    return dict(latest.values_list("staff", "team"))


def ability(staff: str, *, on: date) -> Ability | None:
    return Ability.objects.filter(staff=staff, from_on__lte=on).order_by("-from_on", "-id").first()


def skilled(staff: str, *, skill: str, on: date) -> bool:
    found = ability(staff, on=on)
    return found is not None and skill in _codes(found.skills)


def specialist(staff: str, *, on: date, at: datetime) -> bool:
    """This function will tell whether somebody sees and takes the customers of the specialist queue.

    Those with the skill of special care do, and those who review contacts for compliance.
    """
    if skilled(staff, skill=CARE, on=on):
        return True
    who = person(staff, at=at)
    return who is not None and who.can_somewhere(Capability.REVIEW_CONTACTS)


def colleagues(*, on: date, at: datetime) -> list[Colleague]:
    """This function will list who has an ability, in the order of the codes, with why somebody is away."""
    calling = [role.value for role, able in CAPABILITIES.items() if Capability.CONTACT_CUSTOMERS in able]
    working = set(in_force(at=at).filter(role__in=calling).values_list("staff_id", flat=True))
    out, excluded = _absent(on), _excluded(on)
    found = []
    for code, row in sorted(abilities(on=on).items()):
        reasons = ((Away.LEFT, code not in working), (Away.EXCLUDED, code in excluded), (Away.ABSENT, code in out))
        found.append(Colleague(ability=row, away=next((why for why, holds in reasons if holds), None)))
    return found


def _absent(on: date) -> set[str]:
    told = {(row.staff_id, row.from_on): row.until_on for row in Absence.objects.order_by("id")}
    return {staff for (staff, from_on), until_on in told.items() if from_on <= on < until_on}


def _excluded(on: date) -> set[str]:
    """This function will find who is blacklisted, or was certified once and is no longer."""
    stands: dict[str, set[str]] = defaultdict(set)
    ever: set[str] = set()
    for row in known_standings().filter(holder="staff", from_on__lte=on):
        if row.kind == CERTIFIED:
            ever.add(row.code)
        if row.until_on is None or row.until_on > on:
            stands[row.code].add(row.kind)
    lost = {code for code in ever if CERTIFIED not in stands[code]}
    return lost | {code for code, kinds in stands.items() if BLACKLISTED in kinds}
