"""The daily review: what became of agreements is told as signals, and holds that are no longer due are ended."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from dunwell.database import run
from dunwell.evidence.actions import record
from dunwell.evidence.rules import Detail
from dunwell.settle.agreements import queries, telling
from dunwell.settle.agreements.kinds import State
from dunwell.settle.agreements.policy import policy
from dunwell.settle.agreements.queries import Agreement

PORTION = 2_000
# One review at a time: a second waits and then finds everything told.
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('dunwell/settle/review', 0))"
# The latest that was told of each agreement, and how often.
_TOLD = """
    SELECT w.name, count(s.id), max(s.id), (array_agg(s.kind || '/' || coalesce(s.code, '') ORDER BY s.id DESC))[1],
           max(s.happened_on)
    FROM unnest(%(names)s::text[]) AS w(name)
    JOIN ledger_signal s ON s.source = %(source)s AND s.external_id >= w.name || '/' AND s.external_id < w.name || '0'
    GROUP BY w.name
"""
# Holds that still run on the day.
_HELD = """
    SELECT h.id FROM ledger_hold h
    WHERE h.id = ANY(%(holds)s) AND h.until_on > %(on)s
      AND NOT EXISTS (SELECT FROM ledger_holdrelease r WHERE r.hold_id = h.id)
"""
_WORDS = {State.KEPT: "kept", State.BROKEN: "broken", State.PARTIAL: "broken", State.OPEN: "reopened"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """What a review came to: how many agreements were looked at, and what was told of them."""

    looked_at: int = 0
    kept: int = 0
    broken: int = 0
    reopened: int = 0
    released: int = 0

    def __add__(self, other: Reviewed) -> Reviewed:
        names = Reviewed.__dataclass_fields__
        return Reviewed(**{name: getattr(self, name) + getattr(other, name) for name in names})

    @property
    def told(self) -> int:
        return self.kept + self.broken + self.reopened


def review(*, as_of: date, by: str, at: datetime) -> Reviewed:
    """This function will tell what became of the agreements by the end of the day before `as_of`, or kept until now.

    A broken one is told on the first day after its tolerance; a payment that comes to light later corrects what was
    told. Run twice, the second time tells nothing. Portions of it commit by themselves.
    """
    total = Reviewed()
    since = as_of - timedelta(days=policy().looks_back_days)
    after = ("", 0)
    while True:
        with transaction.atomic():
            _lock()
            portion = queries.to_review(on=as_of, since=since, after=after, most=PORTION)
            total += _tell(portion, as_of=as_of, by=by, at=at)
        if len(portion) < PORTION:
            return total
        after = (portion[-1].kind.value, portion[-1].id)


def _lock() -> None:
    run(_LOCK, {})


def _name(agreement: Agreement) -> str:
    return f"{agreement.kind.value}/{agreement.id}/state"


def _tell(portion: Sequence[Agreement], *, as_of: date, by: str, at: datetime) -> Reviewed:
    signals = list(_signals(portion, as_of=as_of))
    telling.told("signal", signals, by=by, at=at, action="settle.review")
    over = [agreement for agreement in portion if agreement.standing.over]
    running = {row[0] for row in run(_HELD, {"holds": [one.hold for one in over], "on": as_of})} if over else set()
    releases = [telling.release(f"{_name(one)}/release", one.hold, on=as_of) for one in over if one.hold in running]
    telling.told("hold_release", releases, by=by, at=at, action="settle.release")
    words = [signal["kind"].rsplit("_", 1)[1] for signal in signals]
    counted = {word: words.count(word) for word in ("kept", "broken", "reopened")}
    found = Reviewed(looked_at=len(portion), released=len(releases), **counted)
    if signals or releases:
        detail: dict[str, Detail] = {"as_of": as_of.isoformat(), **counted, "released": len(releases)}
        record(action="settle.reviewed", subject=f"day/{as_of}", by=by, at=at, detail=detail)
    return found


def _signals(portion: Sequence[Agreement], *, as_of: date) -> Iterator[dict[str, Any]]:
    """This function will word what is new: what was never told, and what was told otherwise.

    A review of an earlier day takes nothing back that was told of a later one.
    """
    names = [_name(agreement) for agreement in portion]
    rows = run(_TOLD, {"names": names, "source": telling.SOURCE}) if names else []
    known = {row[0]: row[1:] for row in rows}
    for agreement in portion:
        count, last, said, day = known.get(_name(agreement), (0, None, None, as_of))
        state = agreement.standing.state
        word, code = f"{agreement.kind.value}_{_WORDS[state]}", "partial" if state is State.PARTIAL else None
        if day > as_of or said == f"{word}/{code or ''}" or (said is None and state is State.OPEN):
            continue
        yield dict(
            telling.signal(
                f"{_name(agreement)}/{count + 1}",
                word,
                party=agreement.party,
                account=agreement.account,
                on=agreement.standing.since,
                number=agreement.standing.paid if state is not State.OPEN else agreement.total,
                code=code,
                corrects=last,
            )
        )
