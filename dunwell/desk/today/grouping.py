"""The customers of a step counted by rule, treatment, grade or legal means; a group is chosen by the address."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.db.models import Count, QuerySet
from psycopg import sql

from dunwell.access.rules import Person
from dunwell.batch.models import Plan, PlanRun
from dunwell.desk.today import asking
from dunwell.desk.today.kept import RUN_SECONDS, kept
from dunwell.desk.today.queries import LOST, everywhere, lines

COLUMNS = ("grade", "treatment", "legal_track")
# What tells most about each step; the lists that change with every call are not counted.
BY = {"overdue": "grade", "fits": "grade", "lawful": "treatment", "worth": "treatment", "planned": "treatment"} | {
    "not_eligible": "grade",
    "not_allowed": "rule",
    "not_worth_it": "treatment",
    "over_capacity": "treatment",
}
RULE = "rule"
# A row tells «treatment: rule;rule | treatment: rule»: between its joints stands each rule by itself.
_JOINTS = r"(?:: |;)([^;|:\s]+)"
_RULES = """
    SELECT rule, count(*) FROM (
        SELECT DISTINCT l.id, found[1] AS rule
        FROM plan l, LATERAL regexp_matches(l.refused, %(joints)s, 'g') AS found
        WHERE l.run_id = %(run)s AND l.status = %(status)s AND {}
    ) told GROUP BY rule ORDER BY 2 DESC, 1
"""


class Group(NamedTuple):
    """A group of a step: its code, and how many customers are in it; by rule one may be in several."""

    code: str
    customers: int


def groups(rows: QuerySet[Plan], run: PlanRun, *, step: str, by: str, who: Person) -> list[Group]:
    """This function will count a step by its groups, the largest first; for the whole house once a run."""
    if not everywhere(who):
        return _count(rows, run, step=step, by=by, who=who)
    key = f"step/{run.inputs_digest}/{step}/{by}"
    return kept(key, seconds=RUN_SECONDS, ask=lambda: _count(rows, run, step=step, by=by, who=who))


def _count(rows: QuerySet[Plan], run: PlanRun, *, step: str, by: str, who: Person) -> list[Group]:
    if by == RULE:
        return _by_rule(run, step=step, who=who)
    counted = rows.exclude(**{by: None}).order_by().values_list(by).annotate(customers=Count("id"))
    return [Group(*row) for row in counted.order_by("-customers", by)]


def _by_rule(run: PlanRun, *, step: str, who: Person) -> list[Group]:
    if step not in LOST.values():
        return []
    mine, told = lines(who)
    given: dict[str, Any] = {"run": run.pk, "status": step, "joints": _JOINTS, **told}
    return [Group(*row) for row in asking.rows(sql.SQL(_RULES).format(mine), given)]


def only(rows: QuerySet[Plan], *, by: str, code: str) -> QuerySet[Plan]:
    """This function will keep one group of a step."""
    if by != RULE:
        return rows.filter(**{by: code})
    plain = "';' || replace(replace(refused, ': ', ';'), ' | ', ';') || ';'"
    return rows.extra(where=[f"strpos({plain}, %s) > 0"], params=[f";{code};"])  # noqa: S610 - a constant and a parameter.
