"""What somebody wants to see of the queue, and what he may: read from the address, written as conditions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Self

from psycopg import sql

from dunwell.access.kinds import Capability as Can
from dunwell.access.kinds import ScopeKind
from dunwell.access.rules import HOUSE, Person
from dunwell.desk import reach
from dunwell.work.clock.rules import Light
from dunwell.work.policy import CARE
from dunwell.work.staffing.queries import ability

MINE, TEAM, FREE, SPECIALIST = "mine", "team", "free", "specialist"
TABS = (MINE, TEAM, FREE, SPECIALIST)
DEFAULT_SORT = "turn"
SORTS = {
    "turn": sql.SQL("i.turn_at, i.party_id"),
    "value": sql.SQL("i.expected_value DESC NULLS LAST, i.party_id"),
    "late": sql.SQL("i.past_due_days DESC, i.party_id"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What somebody wants to see of the queue; it stands in the address and can be kept as a bookmark."""

    tab: str = ""
    treatment: str = ""
    channel: str = ""
    grade: str = ""
    light: str = ""
    staff: str = ""
    text: str = ""
    sort: str = DEFAULT_SORT
    free: str = ""

    @classmethod
    def read(cls, told: Mapping[str, str]) -> Self:
        """This function will take what is known of an address and leave the rest."""
        known = {field.name: told.get(field.name, "").replace("\x00", "").strip()[:80] for field in fields(cls)}
        known["sort"] = known["sort"] if known["sort"] in SORTS else DEFAULT_SORT
        known["light"] = known["light"] if known["light"] in set(Light) else ""
        known["tab"] = known["tab"] if known["tab"] in TABS else ""
        return cls(**known)

    def parameters(self) -> dict[str, str]:
        """This function will write the filter as an address does, without what says nothing."""
        told = {field.name: str(getattr(self, field.name)) for field in fields(self)}
        return {name: value for name, value in told.items() if value and (name, value) != ("sort", DEFAULT_SORT)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Who looks at the queue: what he may see of it, and what he can take."""

    code: str
    assigns: bool
    # Empty: every team that lies in his reach.
    teams: tuple[str, ...]
    # None: whatever it needs.
    skills: tuple[str, ...] | None
    within: tuple[sql.Composable, dict[str, Any]]
    # Whether the specialist queue is open to him.
    cares: bool = False

    @property
    def tabs(self) -> tuple[str, ...]:
        return (MINE, TEAM, FREE) if self.assigns else (MINE, FREE)


def viewer(who: Person, *, on: date) -> Viewer:
    """This function will tell what somebody sees of the queue and can take from it."""
    found, scopes = ability(who.code, on=on), who.reach(Can.ASSIGN_WORK)
    teams = tuple(scope.value for scope in scopes if scope.kind is ScopeKind.TEAM)
    if HOUSE in scopes and found is not None and found.team:
        teams = (found.team,)
    return Viewer(
        code=who.code,
        assigns=bool(scopes),
        teams=teams,
        skills=None if found is None else tuple(filter(None, found.skills.split(","))),
        within=reach.condition(who, Can.CONTACT_CUSTOMERS, on=on, of_list=True),
        cares=(found is not None and CARE in found.skills.split(",")) or who.can_somewhere(Can.REVIEW_CONTACTS),
    )


_FREE = sql.SQL("(i.staff_id IS NULL AND string_to_array(nullif(i.skills, ''), ',') <@ %(skills)s::text[])")
_FREE_OF_ANY = sql.SQL("i.staff_id IS NULL")
_FITS = {
    "treatment": sql.SQL("i.treatment = %(treatment)s"),
    "channel": sql.SQL("i.channel = %(channel)s"),
    "grade": sql.SQL("i.grade = %(grade)s"),
    "staff": sql.SQL("i.staff_id = %(staff)s"),
    "free": sql.SQL("r.party_id IS NULL"),
    "text": sql.SQL("(i.customer LIKE %(prefix)s OR i.customer = ANY(%(named)s::text[]))"),
}
_SHORT = sql.SQL("(i.due_at - %(at)s::timestamptz) < (i.due_at - i.entered_at) * %(amber)s")
_LIGHTS = {
    Light.RED: sql.SQL("i.due_at <= %(at)s"),
    Light.AMBER: sql.SQL("i.due_at > %(at)s AND {}").format(_SHORT),
    Light.GREEN: sql.SQL("i.due_at > %(at)s AND NOT {}").format(_SHORT),
}


def conditions(told: Filter, seen_by: Viewer | None) -> list[sql.Composable]:
    """This function will write the conditions of a filter; without a viewer the whole list is meant."""
    found: list[sql.Composable] = [condition for name, condition in _FITS.items() if getattr(told, name)]
    if told.light:
        found.append(_LIGHTS[Light(told.light)])
    if seen_by is None:
        return found
    return [*found, _tab(told.tab, seen_by), seen_by.within[0]]


def _tab(tab: str, who: Viewer) -> sql.Composable:
    """This function will say whose customers a tab shows; without the right to assign only one's own and the free."""
    mine, free = sql.SQL("i.staff_id = %(me)s"), _FREE_OF_ANY if who.skills is None else _open_to()
    if tab == MINE:
        return mine
    if tab == FREE:
        return free
    if not who.assigns:
        return sql.SQL("({} OR {})").format(mine, free)
    if tab != TEAM or not who.teams:
        return sql.SQL("TRUE")
    # Of one team the list can be read in its order; of several it has to be put in order.
    return sql.SQL("i.team = %(team)s" if len(who.teams) == 1 else "i.team = ANY(%(teams)s)")


def _open_to() -> sql.Composable:
    needs_nothing = sql.SQL("(i.staff_id IS NULL AND i.skills = '')")
    return sql.SQL("({} OR {})").format(needs_nothing, _FREE)


def parameters(told: Filter, seen_by: Viewer | None, *, sources: tuple[str, ...]) -> dict[str, Any]:
    """This function will give what the conditions speak of."""
    given: dict[str, Any] = dict(told.parameters())
    if told.text:
        escaped = told.text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        given |= {"prefix": f"{escaped}%", "named": [f"{source}/{told.text}" for source in sources]}
    if seen_by is not None:
        given |= {
            "me": seen_by.code,
            "teams": list(seen_by.teams),
            "team": "".join(seen_by.teams[:1]),
            "skills": list(seen_by.skills or ()),
        }
        given |= seen_by.within[1]
    return given
