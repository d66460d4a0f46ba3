"""How far somebody's roles reach: which customers he sees, by region, team, portfolio and agency [T2].

A customer lies in the region of his latest details, in the portfolio of each creditor to whom he owes as `primary`, and
in the team and the agency that have him in their care: the open assignment of `work`. Whom nobody has in his care lies
in no team and no agency. A customer is seen whole: a portfolio opens all his accounts, because contacts are counted
for the person and not for the debt.

Whoever works in a part of the house gets one answer, a refusal with its evidence, for a customer elsewhere and for a
number that nobody has, after the same two statements: else he could count the house's customers by trying numbers.
Whoever has the whole house reads that there is nobody.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.http import Http404
from django.shortcuts import get_object_or_404
from psycopg import sql

from dunwell.access.actions import deciding, refuse
from dunwell.access.four_eyes import beyond
from dunwell.access.kinds import Capability, DataClass, Role, ScopeKind
from dunwell.access.rules import HOUSE, Person, Scope
from dunwell.desk import clock
from dunwell.desk.middleware import DeskRequest, today
from dunwell.desk.page import VIA, signed_in
from dunwell.ledger.models import Party
from dunwell.ledger.zones import house_zone

# Each says of a party `p` that it lies in one of the values; `on` is the day by the house's clock.
_LATEST = """
    SELECT FROM ledger_partydetail d
    WHERE d.party_id = p.id AND d.valid_from <= %(reach_on)s AND d.region = ANY(%(reach_region)s) AND NOT EXISTS (
        SELECT FROM ledger_partydetail e
        WHERE e.party_id = d.party_id AND e.valid_from <= %(reach_on)s AND (e.valid_from, e.id) > (d.valid_from, d.id)
    )
"""
_OWES = """
    r.role = 'primary' AND r.valid_from <= %(reach_on)s AND (r.valid_until IS NULL OR r.valid_until > %(reach_on)s)
    AND NOT EXISTS (SELECT FROM ledger_partyrole c WHERE c.corrects_id = r.id)
"""
_CREDITORS = f"""
    SELECT FROM ledger_partyrole r JOIN ledger_account a ON a.id = r.account_id
    WHERE r.party_id = p.id AND a.creditor = ANY(%(reach_portfolio)s) AND {_OWES}
"""
_CARE = "SELECT FROM work_assignment w WHERE w.party_id = p.id AND w.until_at IS NULL"
_LIES = {
    ScopeKind.REGION: f"EXISTS ({_LATEST})",
    ScopeKind.PORTFOLIO: f"EXISTS ({_CREDITORS})",
    ScopeKind.TEAM: f"EXISTS ({_CARE} AND w.team = ANY(%(reach_team)s))",
    ScopeKind.AGENCY: f"EXISTS ({_CARE} AND w.agency = ANY(%(reach_agency)s))",
}
# A line `i` of the work list says itself in whose care its customer is; of one team it is read in the list's order.
_LINE_LIES = {
    ScopeKind.TEAM: ("i.team = %(reach_only_team)s", "i.team = ANY(%(reach_team)s)"),
    ScopeKind.AGENCY: ("i.agency = %(reach_only_agency)s", "i.agency = ANY(%(reach_agency)s)"),
}
_SCOPES = f"""
    (SELECT 'region', d.region FROM ledger_partydetail d WHERE d.party_id = %(party)s AND d.valid_from <= %(reach_on)s
     ORDER BY d.valid_from DESC, d.id DESC LIMIT 1)
    UNION
    SELECT 'portfolio', a.creditor FROM ledger_partyrole r JOIN ledger_account a ON a.id = r.account_id
    WHERE r.party_id = %(party)s AND {_OWES}
    UNION
    SELECT care.kind, care.value FROM work_assignment w,
        LATERAL (VALUES ('team', w.team), ('agency', w.agency)) AS care (kind, value)
    WHERE w.party_id = %(party)s AND w.until_at IS NULL
"""  # noqa: S608 - of constants of this file alone.


def customer(request: DeskRequest, party: int, *, capability: Capability) -> Party:
    """This function will find a customer within the reader's reach, or refuse him aloud.

    From then on `request.who` is the reader as he stands towards this customer: `can` and `roles` speak of what holds
    here; `request.within` are the scopes for an action that asks for them. Raises Http404 and AccessRefusedError.
    """
    who = signed_in(request)
    if all(one.scope == HOUSE for one in who.held):
        return get_object_or_404(Party, pk=party)
    found, lying = Party.objects.filter(pk=party).first(), scopes(party, on=today(request))
    here = who.towards(lying)
    if not here.can(capability):
        with deciding(by=who.code, via=VIA, at=request.at):
            refuse(beyond(who, capability=capability), place=f"party/{party}")
    if found is None:
        raise Http404
    request.who, request.within = here, lying
    return found


def scopes(party: int, *, on: date) -> tuple[Scope, ...]:
    """This function will name the parts of the house in which a customer lies on a day."""
    with connection.cursor() as cursor:
        cursor.execute(_SCOPES, {"party": party, "reach_on": on})
        rows: list[Any] = cursor.fetchall()
    return tuple(Scope(kind=ScopeKind(kind), value=value) for kind, value in sorted(rows, key=str) if value)


def condition(
    who: Person, capability: Capability, *, on: date | None = None, of_list: bool = False
) -> tuple[sql.Composable, dict[str, Any]]:
    """This function will write the condition that a party, `p` in the statement, lies within somebody's reach.

    The values come as parameters, whose names begin with `reach_`. `on` is today by the house's clock if not told.
    A statement `of_list` reads the work list, `i`, beside the party.
    """
    reach = who.reach(capability)
    if HOUSE in reach:
        return sql.SQL("TRUE"), {}
    if not reach:
        return sql.SQL("FALSE"), {}
    values: dict[ScopeKind, list[str]] = {}
    for scope in reach:
        values.setdefault(scope.kind, []).append(scope.value)
    lies = [
        sql.SQL(_LINE_LIES[kind][len(found) > 1] if of_list and kind in _LINE_LIES else _LIES[kind])
        for kind, found in values.items()
    ]
    told: dict[str, Any] = {f"reach_{kind.value}": found for kind, found in values.items()}
    told |= {f"reach_only_{kind.value}": found[0] for kind, found in values.items() if kind in _LINE_LIES}
    return sql.SQL("({})").format(sql.SQL(" OR ").join(lies)), {**told, "reach_on": on or _today()}


def _today() -> date:
    return clock.now().astimezone(ZoneInfo(house_zone())).date()


def within(parties: Iterable[int], *, who: Person, capability: Capability, on: date | None = None) -> set[int]:
    """This function will keep those of some customers whom somebody's reach holds, in one statement at most."""
    wanted = set(parties)
    if not wanted or HOUSE in who.reach(capability):
        return wanted
    lies, told = condition(who, capability, on=on)
    statement = sql.SQL("SELECT p.id FROM ledger_party p WHERE p.id = ANY(%(reach_of)s) AND {}").format(lies)
    with connection.cursor() as cursor:
        cursor.execute(statement, {**told, "reach_of": list(wanted)})
        return {row[0] for row in cursor.fetchall()}


def listed(who: Person, capability: Capability, *, data_class: DataClass = DataClass.GENERAL) -> tuple[Role, ...]:
    """This function will name the roles by which a list of customers is masked: those that see least in his reach."""
    return who.least(capability, data_class=data_class)
