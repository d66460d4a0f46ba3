"""A customer's own wishes: times and places that do not suit him, or that do, and the hours they leave open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, ConfigDict

from dunwell.compliance.kinds.windows import DAY_MINUTES, WHOLE_DAY, Window, cut, minute
from dunwell.ledger.kinds import Channel, Place, WishDays, WishStance

WORKING = ("mon", "tue", "wed", "thu", "fri")
RESTING = ("sat", "sun")
# The weekdays (0 is Monday) of every name of days.
WEEKDAYS_OF: dict[str, tuple[int, ...]] = {
    **{name: (number,) for number, name in enumerate((*WORKING, *RESTING))},
    WishDays.WEEKDAYS.value: tuple(range(5)),
    WishDays.WEEKEND.value: (5, 6),
}
# A wish that ends after this day is taken to have no end.
FAR = date(9990, 1, 1)


def clock_or_minute(value: Any) -> Any:
    """This function will read a time written as "15:00"; elsewhere it is the minute of the day already."""
    return minute(value) if isinstance(value, str) else value


Minute = Annotated[int | None, BeforeValidator(clock_or_minute)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a customer said of a time or a place; hours are minutes of his own clock, and may run over midnight.

    What is left out is not limited; a name that nobody knows limits nothing for what he barred.
    """

    stance: str
    days: str | None = None
    from_minute: Minute = None
    until_minute: Minute = None
    place: str | None = None
    channel: str | None = None
    contact_point: int | None = None
    valid_from: date
    valid_until: date | None = None

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    @property
    def suits(self) -> bool:
        return self.stance == WishStance.CONVENIENT.value

    def valid(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_until is None or on < self.valid_until)

    def about(
        self, *, channel: str | None, place: str | None, contact_point: int | None, in_place: tuple[str, ...]
    ) -> bool:
        """This function will tell whether the wish is about such a contact, or may be.

        `in_place`: the channels that reach somebody where he is said to be, if nobody knows the place.
        """
        by_channel = self.channel not in Channel.values or channel in (None, self.channel)
        by_point = self.contact_point is None or contact_point in (None, self.contact_point)
        if self.place not in Place.values:
            return by_channel and by_point
        unknown = place not in Place.values and (channel is None or channel in in_place)
        return by_channel and by_point and (unknown or place == self.place)

    def hours(self, day: date) -> tuple[Window, ...]:
        """This function will return the minutes of a day that the wish speaks of."""
        if not self.valid(day) or not self._on(day.weekday()):
            return ()
        start = 0 if self.from_minute is None else self.from_minute
        end = DAY_MINUTES if self.until_minute is None else self.until_minute
        if start == end:
            return () if self.suits else WHOLE_DAY
        return (Window(start, end),) if start < end else (Window(0, end), Window(start, DAY_MINUTES))

    def _on(self, weekday: int) -> bool:
        if self.days is None or self.days in WEEKDAYS_OF:
            return self.days is None or weekday in WEEKDAYS_OF[self.days]
        return not self.suits


@dataclass(frozen=True, slots=True)
class WishedHours:
    """The hours that the wishes of one customer leave open; `only_convenient`: those that he called convenient.

    Where he called none convenient, all suit him but those he barred.
    """

    wishes: tuple[Wish, ...]
    only_convenient: bool = False

    def on(self, day: date) -> tuple[Window, ...]:
        left = cut(WHOLE_DAY, taken=[window for wish in self.wishes if not wish.suits for window in wish.hours(day)])
        suiting = [wish for wish in self.wishes if wish.suits and wish.valid(day)]
        if not self.only_convenient or not suiting:
            return left
        suits = [window for wish in suiting for window in wish.hours(day)]
        return cut(left, taken=cut(WHOLE_DAY, taken=suits))

    def days_after(self, day: date) -> list[date]:
        """This function will list the days, the given one first, among which the next open hour must be, if ever.

        Between two days on which a wish begins or ends every week is like the last.
        """
        starts = {day, *(start for start in self._turns() if day < start < FAR)}
        return sorted({start + timedelta(days=later) for start in starts for later in range(8)})

    def _turns(self) -> Iterator[date]:
        for wish in self.wishes:
            yield wish.valid_from
            if wish.valid_until is not None:
                yield wish.valid_until
