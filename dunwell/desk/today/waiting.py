"""What waits for those who guard the house: counts that each come from an index and not from reading the past."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Max, Q
from psycopg import sql

from dunwell.batch.models import Plan, PlanRun
from dunwell.compliance.models import GateRefusal, ReviewItem
from dunwell.compliance.supervision import reviewing
from dunwell.desk.today import asking
from dunwell.desk.today.kept import EARLIER_SECONDS, RUN_SECONDS, kept
from dunwell.evidence.models import Block, Leaf, Row
from dunwell.intake import queries as intake
from dunwell.ledger.models import Batch
from dunwell.settle.models import Relief

_DISPUTES = """
    SELECT count(*), min(h.from_on) FROM ledger_hold h
    WHERE h.kind = 'dispute' AND h.from_on <= %(on)s AND (h.until_on IS NULL OR h.until_on > %(on)s)
      AND NOT EXISTS (SELECT FROM ledger_hold c WHERE c.corrects_id = h.id)
      AND NOT EXISTS (SELECT FROM ledger_holdrelease r WHERE r.hold_id = h.id AND r.released_on <= %(on)s)
"""
_REASONS = """
    SELECT coalesce(detail ->> 'reason', ''), count(*) FROM evidence_row
    WHERE action = 'access.revealed' AND at >= %(since)s AND at <= %(until)s GROUP BY 1 ORDER BY 2 DESC, 1
"""
_REFUSED = """
    SELECT rule, count(*) FROM compliance_gaterefusal, unnest(string_to_array(rules, ';')) AS rule
    WHERE refused_at >= %(since)s AND refused_at <= %(until)s AND rule <> ''
    GROUP BY rule ORDER BY 2 DESC, rule LIMIT 12
"""


def disputes(on: date) -> tuple[int, date | None]:
    """This function will count the disputes that are not released, with the day of the oldest."""
    found = asking.rows(sql.SQL(_DISPUTES), {"on": on})[0]
    return int(found[0]), found[1]


# After one of these nobody has to decide on a proposal any more.
_DECIDED = ("granted", "lapsed", "refused", "dropped", "countered", "agreed")


def waivers(*, at: datetime) -> int:
    """This function will count the waivers and settlements on which somebody has to decide; offers wait for others."""
    open_now = Relief.objects.filter(expires_at__gt=at).exclude(acts__step__in=_DECIDED)
    return open_now.filter(Q(counters=None) | Q(acts__step="accepted")).distinct().count()


def refused(*, at: datetime) -> int:
    return GateRefusal.objects.filter(refused_at__gte=_morning(at), refused_at__lte=at).count()


def refused_by_rule(*, at: datetime) -> list[tuple[str, int]]:
    """This function will count the refusals of today by rule; one refusal may be by several."""
    found = asking.rows(sql.SQL(_REFUSED), {"since": _morning(at), "until": at})
    return [(str(rule), int(count)) for rule, count in found]


def reviews() -> int:
    return ReviewItem.objects.filter(review__isnull=True).count()


def grave() -> int:
    return reviewing.grave_findings().count()


# ---- evidence --------------------------------------------------------------------------------------------------------


def opened_by_reason(*, at: datetime) -> list[tuple[str, int]]:
    """This function will count the masked values that were opened today by the reason told."""
    found = asking.rows(sql.SQL(_REASONS), {"since": _morning(at), "until": at})
    return [(str(reason), int(count)) for reason, count in found]


def told(action: str, *, since: datetime, until: datetime) -> int:
    return Row.objects.filter(action=action, at__gte=since, at__lte=until).count()


def denied(*, at: datetime) -> int:
    return told("access.refused", since=_morning(at), until=at)


def erased(*, at: datetime) -> int:
    return told("person.erased", since=asking.begins(asking.day_of(at).replace(day=1)), until=at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """How the chain of evidence stands."""

    blocks: int
    sealed_at: datetime | None
    unsealed: int


def chain() -> Chain:
    """This function will read the end of the chain; rows are sealed in the order of their ids."""
    block = Block.objects.order_by("-number").first()
    last = Leaf.objects.aggregate(last=Max("row_id"))["last"] or 0
    unsealed = Row.objects.filter(id__gt=last).count()
    return Chain(blocks=block.number if block else 0, sealed_at=block.sealed_at if block else None, unsealed=unsealed)


# ---- data ------------------------------------------------------------------------------------------------------------


def last_import() -> Batch | None:
    """This function will find the latest batch from outside; what the desk tells itself has no mapping."""
    return Batch.objects.exclude(mapping="").order_by("-id").first()


def quarantine() -> list[intake.Waiting]:
    return intake.summary()


def undecided(run: PlanRun) -> list[tuple[str, str, int]]:
    """This function will name the columns that a decision reads and that were empty, and for how many customers."""
    found = {(one["decision"], one["column"]): int(one["nulls"]) for one in run.counts.get("null_hits", [])}
    return sorted(((*name, nulls) for name, nulls in found.items()), key=lambda one: (-one[2], one[:2]))


def legal(run: PlanRun) -> dict[str, int]:
    """This function will count the plan by legal means, once a run."""

    def ask() -> dict[str, Any]:
        rows = Plan.objects.filter(run=run).exclude(legal_track=None).values_list("legal_track")
        return dict(rows.annotate(customers=Count("id")).order_by())

    return kept(f"legal/{run.inputs_digest}", seconds=RUN_SECONDS, ask=ask)


def _morning(at: datetime) -> datetime:
    return asking.begins(asking.day_of(at))


# ---- limitation ------------------------------------------------------------------------------------------------------

NEAR_DAYS, CASES_MOST = 180, 200
_CASES = """
    WITH largest AS (
        SELECT p.id FROM (
            SELECT l.customer FROM plan l
            WHERE l.run_id = %(run)s AND l.legal_track IN ('open', 'prepare', 'examine')
            ORDER BY l.expected_value DESC NULLS LAST, l.id LIMIT %(most)s
        ) l {of_plan}
    )
    SELECT a.id, a.source || '/' || a.external_id, a.external_id, a.product_line, t.closed_on, min(g.id)
    FROM largest g JOIN ledger_partyrole r ON r.party_id = g.id AND r.role = 'primary'
    JOIN ledger_account a ON a.id = r.account_id
    LEFT JOIN LATERAL (
        SELECT closed_on FROM ledger_accountterms WHERE account_id = a.id
        ORDER BY (valid_from <= %(on)s) DESC, abs(valid_from - %(on)s), id DESC LIMIT 1
    ) t ON true
    WHERE NOT EXISTS (SELECT FROM ledger_account c WHERE c.corrects_id = a.id)
      AND NOT EXISTS (SELECT FROM ledger_partyrole c WHERE c.corrects_id = r.id)
    GROUP BY a.id, t.closed_on ORDER BY a.id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """A limitation that ends soon."""

    party: int
    account: str
    last_day: date


def endings(run: PlanRun, *, on: date) -> list[Ending]:
    """This function will find whose limitation ends soon among the largest cases for legal means, the nearest first."""
    return kept(f"clocks/{run.inputs_digest}/{on}", seconds=EARLIER_SECONDS, ask=lambda: _endings(run, on=on))


def _endings(run: PlanRun, *, on: date) -> list[Ending]:
    from dunwell.compliance.clocks.live.queries import clocks_of, gathered
    from dunwell.compliance.clocks.reading import guarantee_law, limitation_law
    from dunwell.desk.today.queries import OF_PLAN

    statement = sql.SQL(_CASES).format(of_plan=sql.SQL(OF_PLAN))
    cases = asking.rows(statement, {"run": run.pk, "most": CASES_MOST, "on": on})
    party_of = {row[1]: row[5] for row in cases}
    laws = limitation_law("cn"), guarantee_law("cn")
    facts = gathered([row[:5] for row in cases], on=on) if cases else iter(())
    clocks = [clock for each in facts for clock in clocks_of(each, laws=laws, on=on)]
    soon = [
        Ending(party=party_of[clock.account], account=clock.account, last_day=clock.last_day)
        for clock in clocks
        if clock.clock == "limitation" and clock.state == "running" and clock.last_day is not None
        and on <= clock.last_day <= asking.days_before(on, -NEAR_DAYS)
    ]  # fmt: skip
    return sorted(soon, key=lambda one: (one.last_day, one.account))
