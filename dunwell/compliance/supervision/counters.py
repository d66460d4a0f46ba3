"""Live counters: what was attempted, permitted and refused, rule by rule, and who is close to a cap."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection

from dunwell.compliance.kinds.counting import Counted
from dunwell.compliance.kinds.daily_cap import DailyCap
from dunwell.compliance.kinds.period_cap import PeriodCap
from dunwell.compliance.kinds.question import DAYS_APART_MAX, Candidate, Customer, Question
from dunwell.compliance.kinds.rolling_cap import RollingCap
from dunwell.compliance.kinds.windows import known_zone
from dunwell.compliance.rulebook.model import Rule, Rulebook
from dunwell.compliance.supervision import sampling
from dunwell.ledger.zones import house_zone

# Attempts are those of whom nothing was corrected since, so an outcome that came later counts once.
_TALLIES = """
    SELECT channel, agency, staff, sum(attempts)::bigint, sum(permits)::bigint, sum(refusals)::bigint
    FROM (
        SELECT channel, agency, staff, 1 AS attempts, 0 AS permits, 0 AS refusals
        FROM ledger_contact x
        WHERE happened_at >= %(since)s AND happened_at < %(until)s AND direction <> 'inbound'
          AND NOT EXISTS (SELECT FROM ledger_contact c WHERE c.corrects_id = x.id)
        UNION ALL
        SELECT x.channel, x.agency, x.staff, 0, 1, 0
        FROM compliance_permit p JOIN ledger_contact x ON x.id = p.contact_id
        WHERE x.happened_at >= %(since)s AND x.happened_at < %(until)s
        UNION ALL
        SELECT channel, agency, staff, 0, 0, 1
        FROM compliance_gaterefusal WHERE refused_at >= %(since)s AND refused_at < %(until)s
    ) told
    GROUP BY channel, agency, staff ORDER BY channel, agency NULLS FIRST, staff NULLS FIRST
"""
_RULES = """
    SELECT rule, count(*) FILTER (WHERE what = 'refused'), count(*) FILTER (WHERE what = 'warned'),
           count(*) FILTER (WHERE what = 'reviewed'), min(latest), max(latest)
    FROM (
        SELECT 'refused' AS what, unnest(string_to_array(rules, ';')) AS rule, refused_at AS latest
        FROM compliance_gaterefusal WHERE refused_at >= %(since)s AND refused_at < %(until)s
        UNION ALL
        SELECT what, unnest(string_to_array(rules, ';')), x.happened_at
        FROM compliance_permit p
        JOIN ledger_contact x ON x.id = p.contact_id
        CROSS JOIN LATERAL (VALUES ('warned', p.warned_rules), ('reviewed', p.review_rules)) said(what, rules)
        WHERE x.happened_at >= %(since)s AND x.happened_at < %(until)s
    ) told
    WHERE rule <> ''
    GROUP BY rule ORDER BY 2 DESC, rule
"""
# How many contacts of a customer count, by the key that the rule counts by; those without a key count for each.
_NEAR = """
    WITH told AS (
        SELECT x.party_id, d.region, d.time_zone, a.product_line,
               CASE %(per)s WHEN 'person' THEN '' WHEN 'number' THEN x.contact_point_id::text ELSE a.creditor END AS key
        FROM ledger_contact x
        LEFT JOIN ledger_account a ON a.id = x.account_id
        LEFT JOIN LATERAL (
            SELECT region, time_zone FROM ledger_partydetail
            WHERE party_id = x.party_id
            ORDER BY (valid_from <= %(on)s) DESC, abs(valid_from - %(on)s), id DESC LIMIT 1
        ) d ON true
        WHERE x.happened_at >= %(since)s AND x.happened_at < %(until)s AND x.direction <> 'inbound'
          AND x.channel = ANY(%(channels)s)
          AND CASE %(counted)s
                WHEN 'unanswered' THEN x.connected IS NOT TRUE
                WHEN 'connected' THEN x.connected IS NOT FALSE
                WHEN 'effective' THEN x.connected IS NOT FALSE AND x.conversation IS NOT FALSE
                                      AND coalesce(x.answered_by, 'debtor') = 'debtor'
                ELSE true END
          AND (x.happened_at AT TIME ZONE coalesce(
                nullif(split_part(x.time_zones, ',', 1), ''), d.time_zone, %(zone)s))::date
              BETWEEN %(first)s AND %(on)s
          AND NOT EXISTS (SELECT FROM ledger_contact c WHERE c.corrects_id = x.id)
    ), keyed AS (
        SELECT party_id, region, time_zone, key, count(*) AS made,
               CASE WHEN count(product_line) = count(*) AND min(product_line) = max(product_line)
                    THEN min(product_line) END AS product_line
        FROM told GROUP BY party_id, region, time_zone, key
    ), summed AS (
        SELECT party_id, region, time_zone, product_line, key,
               made + coalesce(sum(made) FILTER (WHERE key IS NULL) OVER (PARTITION BY party_id), 0)
                    * (key IS NOT NULL)::int AS made,
               bool_or(key IS NOT NULL) OVER (PARTITION BY party_id) AS any_key
        FROM keyed
    ), fullest AS (
        SELECT DISTINCT ON (party_id) party_id, region, time_zone, product_line, made
        FROM summed WHERE key IS NOT NULL OR NOT any_key ORDER BY party_id, made DESC, product_line NULLS FIRST
    )
    SELECT region, time_zone, product_line, made, count(*) FROM fullest GROUP BY 1, 2, 3, 4
"""

Cap = DailyCap | PeriodCap | RollingCap


class Tally(NamedTuple):
    """What happened on one channel, by one agency (None: ourselves) and one collector (None: nobody named)."""

    channel: str
    agency: str | None
    staff: str | None
    attempts: int
    permits: int
    refusals: int


class RuleCount(NamedTuple):
    """How often a rule refused, warned or asked for a person."""

    rule: str
    refused: int
    warned: int
    reviewed: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CapCount:
    """How many customers have had so much that one more contact is their last (near), or too much (reached)."""

    rule: str
    most: int
    contacted: int
    near: int
    reached: int

    @property
    def share_near(self) -> float:
        """This function will return which share of the customers contacted stands at or before the cap."""
        return (self.near + self.reached) / self.contacted if self.contacted else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """The counters between two moments; caps are those of the whole day `on`."""

    on: date
    since: datetime
    until: datetime
    tallies: tuple[Tally, ...]
    rules: tuple[RuleCount, ...]
    caps: tuple[CapCount, ...]

    def total(self, what: str) -> int:
        """This function will add up `attempts`, `permits` or `refusals`."""
        return sum(getattr(tally, what) for tally in self.tallies)


def watch(rulebook: Rulebook, *, on: date, since: datetime, until: datetime) -> Watch:
    """This function will count what happened between two moments, and how close customers are to the day's caps."""
    between = {"since": since, "until": until}
    return Watch(
        on=on,
        since=since,
        until=until,
        tallies=tuple(Tally(*row) for row in _rows(_TALLIES, between)),
        rules=tuple(RuleCount(*row) for row in _rows(_RULES, between)),
        caps=tuple(_caps(rulebook, on=on)),
    )


def _rows(statement: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


class _Counting(NamedTuple):
    """What a cap counts; caps that count the same are asked once."""

    per: str
    counted: Counted
    channels: tuple[str, ...]
    first: date


def _caps(rulebook: Rulebook, *, on: date) -> Iterator[CapCount]:
    book = rulebook.on(on)
    asked: dict[_Counting, list[tuple[Any, ...]]] = {}
    for rule in book.rules:
        if not isinstance(rule.terms, DailyCap | PeriodCap | RollingCap):
            continue
        counting = _counting(rule.terms, on=on)
        if counting not in asked:
            asked[counting] = _near(counting, on=on)
        yield _count(rule, asked[counting], zones=book.zones, on=on)


def _counting(cap: Cap, *, on: date) -> _Counting:
    first = on if isinstance(cap, DailyCap) else cap.first(on)
    return _Counting(cap.per, cap.counts, tuple(sorted(cap.count_channels)), first)


def _near(counting: _Counting, *, on: date) -> list[tuple[Any, ...]]:
    zone = house_zone()
    # A day of the customer's own begins and ends up to a day before or after that of the house.
    apart = timedelta(days=DAYS_APART_MAX)
    span = sampling.day(counting.first, zone=zone).since - apart, sampling.day(on, zone=zone).until + apart
    asked = {"since": span[0], "until": span[1], "on": on, "zone": zone, "channels": list(counting.channels)}
    return _rows(_NEAR, {**asked, "per": counting.per, "counted": counting.counted, "first": counting.first})


def _count(rule: Rule, groups: Iterable[tuple[Any, ...]], *, zones: tuple[str, ...], on: date) -> CapCount:
    """This function will count the customers whom the rule binds by how much of the cap is used up."""
    assert isinstance(rule.terms, DailyCap | PeriodCap | RollingCap)  # noqa: S101 - chosen by the caller.
    customers: Counter[int] = Counter()
    for region, time_zone, product_line, made, count in groups:
        if _bound(rule, Customer(region=region, time_zone=time_zone, product_line=product_line), zones=zones, on=on):
            customers[made] += count
    most = rule.terms.most
    return CapCount(
        rule=rule.id,
        most=most,
        contacted=customers.total(),
        near=customers[most - 1],
        reached=sum(count for made, count in customers.items() if made >= most),
    )


def _bound(rule: Rule, customer: Customer, *, zones: tuple[str, ...], on: date) -> bool:
    if rule.applies is None:
        return True
    zone = known_zone(customer.time_zone)
    candidate = Candidate(channel=None, creditor=None)
    return rule.applies.binds(Question(customer=customer, candidate=candidate, on=on, zone=zone, zones=zones))
