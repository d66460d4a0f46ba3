"""Wishes over a table: of every contact with a customer who has some, what they leave of its lawful hours.

A day is taken apart at every minute at which a wish or a window begins or ends; between two of them all minutes are
alike. Only customers with wishes take part, so the others cost one join and nothing more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from math import prod
from typing import Any

import ibis
from ibis import Table, ifelse, literal
from ibis.expr.types import BooleanValue, IntegerValue

from dunwell.compliance.kinds.kind import CHANNEL_BITS, UNKNOWN_BIT, any_of, channel_bits
from dunwell.compliance.kinds.windows import DAY_MINUTES, Window
from dunwell.compliance.kinds.wish import FAR, WEEKDAYS_OF
from dunwell.compliance.kinds.wishes import Wishes
from dunwell.ledger.kinds import Place, WishStance

KEYS = ("party_id", "mask_channel_bit", "mask_hours")
KEYS_MAX = 16
EVERY_DAY = 0b1111111
# A span of minutes as one number: the longest is the greatest, of equals the first.
_WEIGHT = 2 * DAY_MINUTES


@dataclass(frozen=True, slots=True)
class WishedDay:
    """The rules about wishes by number, and the hours that the other rules leave: one set for each `mask_hours`."""

    rules: Mapping[int, Wishes]
    windows: tuple[tuple[Window, ...], ...]
    on: date
    # The rules that bind every row.
    always: frozenset[int] = frozenset()

    def beside(self, rows: Table, *, wishes: Table, binds: Mapping[int, BooleanValue]) -> Table:
        """This function will add the longest span that is left, and for each rule whether it closes the day.

        `mask_left` is null where the customer has no wishes, `mask_span` where nothing is left. For each rule,
        `mask_<number>_shut`, and `mask_<number>_free`, the first later day of which its wishes leave something.
        """
        rows = rows.mutate(**{_bound(number): binds[number] for number in self.rules})
        near = self._near(wishes)
        spans = self._spans(rows, near=near)
        free = self._free(spans, near=near)
        days = free.rename(free_party="party_id", free_bit="mask_channel_bit")
        spans = spans.left_join(days, [spans.party_id == days.free_party, spans.mask_channel_bit == days.free_bit])
        keys = (*KEYS, *(_bound(number) for number in self.rules))
        told = spans.drop("free_party", "free_bit").rename({f"left_{key}": key for key in keys})
        # What is the same for every row need not be compared.
        same = {_bound(number) for number in self.always} | ({"mask_hours"} if len(self.windows) == 1 else set())
        rows = rows.left_join(told, [rows[key] == told[f"left_{key}"] for key in keys if key not in same])
        return rows.mutate(
            **{f"mask_{number}_shut": rows[f"mask_{number}_shut"].fill_null(False) for number in self.rules}
        )

    def _near(self, wishes: Table) -> Table:
        """This function will keep the wishes that hold on the day or later, in numbers that are never null.

        `weekdays` and `channels` (for each rule, since a place may not be in its reach) are sets of bits.
        """
        alive = wishes.filter(wishes.valid_until.isnull() | (wishes.valid_until > literal(self.on)))
        start, end = alive.from_minute.fill_null(0), alive.until_minute.fill_null(DAY_MINUTES)
        return alive.select(
            wish_party=alive.party_id,
            suits=(alive.stance == WishStance.CONVENIENT.value).fill_null(False),
            weekdays=_weekdays(alive),
            start=start.cast("int64"),
            end=end.cast("int64"),
            **{f"channels_{number}": _channels(alive, in_place=rule.in_place) for number, rule in self.rules.items()},
            valid_from=alive.valid_from,
            valid_until=alive.valid_until.fill_null(literal(date.max)),
        )

    # ---- the day itself ----------------------------------------------------------------------------------------------

    def _spans(self, rows: Table, *, near: Table) -> Table:
        keys = (*KEYS, *(_bound(number) for number in self.rules))
        today = near.filter(near.valid_from <= literal(self.on))
        edges = {edge for windows in self.windows for window in windows for edge in window} | {0, DAY_MINUTES}
        points, told = _minutes(today, edges=edges), self._keys(rows, today=today)
        moments = told.join(points, told.party_id == points.point_party)
        moments = moments.mutate(day=literal(self.on), weekday=literal(1 << self.on.weekday(), "int64"))
        moments = moments.drop("point_party")
        judged = self._judged(moments, near=near, by=(*keys, "day", "minute"))
        shut = any_of(judged[_bound(number)] & judged[f"shut_{number}"] for number in self.rules)
        judged = judged.mutate(lawful=self._lawful(judged.mask_hours, minute=judged.minute))
        judged = judged.mutate(left=judged.lawful & ~shut)
        window = ibis.window(group_by=list(keys), order_by="minute")
        judged = judged.mutate(
            until=judged.minute.lead().over(window), begins=~judged.left.lag().over(window).fill_null(False)
        )
        judged = judged.mutate(run=(judged.left & judged.begins).cast("int64").sum().over(_so_far(keys)))
        lengths = judged.group_by([*keys, "run"]).aggregate(
            span=_weight(judged.minute.min(where=judged.left), judged.until.max(where=judged.left)),
            **{
                f"takes_{number}": (judged.lawful & judged[f"shut_{number}"]).any() & literal(True)
                for number in self.rules
            },
        )
        day = lengths.group_by(list(keys)).aggregate(
            mask_span=lengths.span.max(),
            **{f"takes_{number}": lengths[f"takes_{number}"].any() for number in self.rules},
        )
        return day.select(
            *keys,
            "mask_span",
            mask_left=literal(True),
            **{f"mask_{number}_shut": day.mask_span.isnull() & day[f"takes_{number}"] for number in self.rules},
        )

    def _keys(self, rows: Table, *, today: Table) -> Table:
        """This function will list what may stand in the keys of the rows of customers with wishes.

        Where that is little, it is made up: to ask the rows would be to work them out twice.
        """
        parts = {
            "mask_channel_bit": [*CHANNEL_BITS.values(), UNKNOWN_BIT],
            "mask_hours": list(range(len(self.windows))),
        }
        parts |= {_bound(number): [True] if number in self.always else [True, False] for number in self.rules}
        if prod(map(len, parts.values())) > KEYS_MAX:
            return rows.select("party_id", *parts).distinct()
        keys = today.select(party_id=today.wish_party).distinct()
        for name, values in parts.items():
            kind = "boolean" if isinstance(values[0], bool) else "int32"
            keys = keys.mutate(**{name: ibis.array(values).unnest().cast(kind)})
        return keys

    def _lawful(self, hours: IntegerValue, *, minute: IntegerValue) -> BooleanValue:
        return any_of(
            (hours == number) & any_of((minute >= window.start) & (minute < window.end) for window in windows)
            for number, windows in enumerate(self.windows)
        )

    # ---- later days --------------------------------------------------------------------------------------------------

    def _free(self, spans: Table, *, near: Table) -> Table:
        """This function will find the first later day, of those that can be the first, that the wishes leave open."""
        refused = any_of(spans[f"mask_{number}_shut"] for number in self.rules)
        shut = spans.filter(refused).select("party_id", "mask_channel_bit").distinct()
        later = self._days(near)
        days = shut.join(later, shut.party_id == later.day_party).drop("day_party")
        points = _minutes(near, edges={0})
        points = points.filter(points.minute < DAY_MINUTES)
        moments = days.join(points, days.party_id == points.point_party).drop("point_party")
        by = ("party_id", "mask_channel_bit", "day", "minute")
        judged = self._judged(moments, near=near, by=by)
        return judged.group_by(["party_id", "mask_channel_bit"]).aggregate(
            **{f"mask_{number}_free": judged.day.min(where=~judged[f"shut_{number}"]) for number in self.rules}
        )

    def _days(self, near: Table) -> Table:
        """This function will list a week, and a week from each day on which a wish begins or ends."""
        turns = [literal(self.on), near.valid_from, near.valid_until]
        begun = near.select(day_party=near.wish_party, turn=ibis.array(turns).unnest())
        begun = begun.filter(begun.turn >= literal(self.on), begun.turn < literal(FAR)).distinct()
        week = ibis.array([begun.turn, *(begun.turn + timedelta(days=later) for later in range(1, 8))])
        days = begun.select("day_party", day=week.unnest().cast("date"))
        days = days.filter(days.day > literal(self.on)).distinct()
        return days.mutate(weekday=_weekday(days.day))

    # ---- one minute --------------------------------------------------------------------------------------------------

    def _judged(self, moments: Table, *, near: Table, by: tuple[str, ...]) -> Table:
        """This function will tell of each minute which rules' wishes close it."""
        pairs = moments.join(near, moments.party_id == near.wish_party)
        valid = (pairs.valid_from <= pairs.day) & (pairs.valid_until > pairs.day)
        named = ((pairs.weekdays & pairs.weekday) != 0) & _covers_minute(pairs)
        found: dict[str, Any] = {}
        for number in self.rules:
            bit = pairs.mask_channel_bit
            about = valid & ((bit == UNKNOWN_BIT) | ((pairs[f"channels_{number}"] & bit) != 0))
            found[f"barred_{number}"] = (about & ~pairs.suits & named).any()
            found[f"asks_{number}"] = (about & pairs.suits).any()
            found[f"suits_{number}"] = (about & pairs.suits & named).any()
        told = pairs.group_by(list(by)).aggregate(**found)
        return told.mutate(
            **{f"shut_{number}": _shut(told, number=number, rule=rule) for number, rule in self.rules.items()}
        )


def _minutes(near: Table, *, edges: set[int]) -> Table:
    """This function will list, by customer, the minutes at which a wish begins or ends, and these others."""
    points = ibis.array([near.start, near.end, *(literal(edge, "int64") for edge in sorted(edges))])
    return near.select(point_party=near.wish_party, minute=points.unnest()).distinct()


def _bound(number: int) -> str:
    return f"mask_bound_{number}"


def _shut(told: Table, *, number: int, rule: Wishes) -> BooleanValue:
    barred: BooleanValue = told[f"barred_{number}"]
    if not rule.only_convenient:
        return barred
    return barred | (told[f"asks_{number}"] & ~told[f"suits_{number}"])


def _so_far(keys: tuple[str, ...]) -> Any:
    return ibis.cumulative_window(group_by=list(keys), order_by="minute")


def _weekdays(wishes: Table) -> IntegerValue:
    """This function will write the weekdays of a wish as bits; of unknown days what he barred is on each."""
    known = ((wishes.days == name, sum(1 << number for number in numbers)) for name, numbers in WEEKDAYS_OF.items())
    unknown = ifelse((wishes.stance == WishStance.CONVENIENT.value).fill_null(False), 0, EVERY_DAY)
    return ibis.cases((wishes.days.isnull(), EVERY_DAY), *known, else_=unknown).cast("int64")


def _channels(wishes: Table, *, in_place: tuple[str, ...]) -> IntegerValue:
    """This function will write as bits the channels that a wish is about, or may be: a plan knows no place."""
    everything, reaching = sum(CHANNEL_BITS.values()), channel_bits(in_place)
    named = ibis.cases(*((wishes.channel == name, bit) for name, bit in CHANNEL_BITS.items()), else_=everything)
    placed = wishes.place.isin(sorted(Place.values)).fill_null(False)
    return (named & ifelse(placed, reaching, everything)).cast("int64")


def _weekday(day: Any) -> IntegerValue:
    """This function will write the weekday of a day as a bit."""
    number = day.day_of_week.index()
    return ibis.cases(*((number == weekday, 1 << weekday) for weekday in range(7)), else_=0).cast("int64")


def _covers_minute(pairs: Table) -> BooleanValue:
    after, before = pairs.minute >= pairs.start, pairs.minute < pairs.end
    over_midnight = (pairs.start > pairs.end) & (after | before)
    return (after & before) | over_midnight | ((pairs.start == pairs.end) & ~pairs.suits)


def _weight(start: IntegerValue, end: IntegerValue) -> IntegerValue:
    return (end - start) * _WEIGHT + (DAY_MINUTES - start)


def span_minute(rows: Table, *, end: bool) -> IntegerValue:
    """This function will give the first minute of the span, or the one after its last; null where nothing is left."""
    start = DAY_MINUTES - rows.mask_span % _WEIGHT
    minute: IntegerValue = (start + (rows.mask_span // _WEIGHT if end else 0)).cast("int16")
    return minute
