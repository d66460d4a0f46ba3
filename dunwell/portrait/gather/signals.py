"""What behaviour says: promises, debits, use, the bureau, courts, complaints, signs of risk."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import ibis

from dunwell.ledger.kinds import SourceKind
from dunwell.portrait.queue import days
from dunwell.portrait.rules import CAUSES, months_before

# The latest of several is found as the maximum of one whole number: the day, then the value.
VALUES = 10**13
LIFTED = ("lifted", "off", "restored")


def signals(signals: ibis.Table, *, as_of: date) -> ibis.Table:
    """This function will gather every customer's signals in one pass."""
    rows = _Signals(signals, as_of)
    counted = signals.group_by("party_id").agg(
        **_behaviour(rows), **_disputes(rows), **_outside(rows), **_latest(rows), signals_seen=rows.seen()
    )
    usage = counted.usage_sum / counted.usage_count
    before = counted.usage_sum_before / (counted.usage_sum_before > 0).ifelse(counted.usage_count_before, None)
    return counted.mutate(
        usage_change_3m=usage / before - 1,
        bureau_score=counted.bureau_latest % VALUES / 1000.0,
        overdue_elsewhere=counted.elsewhere_latest % VALUES / 1000.0,
        overdue_cause=(counted.cause_latest % len(CAUSES)).cases(*enumerate(CAUSES), else_=None),
        service_suspended=(counted.suspended_latest % 2 == 1).fill_null(False),
        dispute_unanswered=(
            (counted.dispute_opened_on > counted.dispute_closed_on)
            | (counted.dispute_opened_on.notnull() & counted.dispute_closed_on.isnull())
        ).fill_null(False),
    ).drop(*SCRATCH)


SCRATCH = (
    "usage_sum", "usage_count", "usage_sum_before", "usage_count_before", "bureau_latest", "elsewhere_latest",
    "cause_latest", "suspended_latest", "dispute_opened_on", "dispute_closed_on",
)  # fmt: skip


def times(holds: Any) -> Any:
    """This function will count the rows for which something holds.

    It counts what is not null: with as many questions as here, a filter of its own for each takes half as long again.
    """
    return holds.ifelse(True, None).count()


class _Signals:
    """The questions that are asked of signals again and again."""

    def __init__(self, table: ibis.Table, as_of: date) -> None:
        self.table, self.as_of = table, as_of

    def since(self, *, days: int = 0, months: int = 0) -> Any:
        start = months_before(self.as_of, months=months) - timedelta(days=days)
        return self.table.happened_on > start

    def of(self, *kinds: str) -> Any:
        return self.table.kind.isin(kinds) if len(kinds) > 1 else self.table.kind == kinds[0]

    def count(self, *kinds: str, days: int = 0, months: int = 0) -> Any:
        return times(self.of(*kinds) & self.since(days=days, months=months))

    def any(self, *kinds: str, days: int = 0, months: int = 0) -> Any:
        return self.count(*kinds, days=days, months=months) > 0

    def latest(self, value: Any, where: Any, *, room: int = VALUES) -> Any:
        return where.ifelse(ibis.greatest(days(self.table.happened_on), 0) * room + value, None).max()

    def seen(self) -> Any:
        """This expression will hold one bit for each kind of source that told something."""
        bits = [(kind, 1 << place) for place, kind in enumerate(sorted(SourceKind.values))]
        return self.table.source_kind.cases(*bits, else_=0).cast("int64").bit_or()


def _behaviour(rows: _Signals) -> dict[str, Any]:
    usage = rows.of("usage") & rows.table.number.notnull()
    last, before = usage & rows.since(months=3), usage & rows.since(months=6) & ~rows.since(months=3)
    number = rows.table.number
    return {
        "kept_promises_6m": rows.count("promise_kept", months=6),
        "broken_promises_6m": rows.count("promise_broken", months=6),
        "failed_debits_3m": rows.count("debit_failed", months=3),
        "app_sessions_30d": rows.count("app_session", "login", days=30),
        "usage_sum": last.ifelse(number, None).sum().cast("float64"),
        "usage_count": times(last),
        "usage_sum_before": before.ifelse(number, None).sum().cast("float64"),
        "usage_count_before": times(before),
    }


def _disputes(rows: _Signals) -> dict[str, Any]:
    on = rows.table.happened_on
    return {
        "complaints_6m": rows.count("complaint", months=6),
        "disputes_12m": rows.count("dispute_opened", months=12),
        "dispute_opened_on": rows.of("dispute_opened").ifelse(on, None).max(),
        "dispute_closed_on": rows.of("dispute_closed").ifelse(on, None).max(),
        "hardship_asked": rows.any("hardship_asked", days=90),
    }


def _outside(rows: _Signals) -> dict[str, Any]:
    return {
        "court_cases_24m": rows.count("court_case", "court_enforcement", months=24),
        "bankruptcy_signal_30d": rows.any("bankruptcy_search", "bankruptcy_filing", days=30),
        "identity_risk_signals_12m": rows.count("device_new", "virtual_number", "identity_many_cards", months=12),
        "contact_details_changed": rows.count("contact_detail_changed", days=90),
        "rival_interest_30d": rows.any("rival_service_asked", days=30),
    }


def _latest(rows: _Signals) -> dict[str, Any]:
    number = ibis.least(ibis.greatest(rows.table.number * 1000, 0).cast("int64"), VALUES - 1)
    known = rows.table.number.notnull()
    return {
        "bureau_latest": rows.latest(number, rows.of("bureau_score") & known),
        "elsewhere_latest": rows.latest(number, rows.of("bureau_overdue_elsewhere") & known & rows.since(months=12)),
        "cause_latest": rows.latest(
            _place(rows.table.code, CAUSES), rows.of("overdue_cause") & rows.table.code.isin(CAUSES), room=len(CAUSES)
        ),
        "suspended_latest": rows.latest(
            rows.table.code.isin(LIFTED).fill_null(False).ifelse(0, 1), rows.of("service_suspended"), room=2
        ),
    }


def _place(code: Any, codes: Sequence[str]) -> Any:
    return code.cases(*((name, place) for place, name in enumerate(codes)), else_=0)
