"""The SLA clock in words: how much is left, and why this customer comes next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from dunwell.ledger.zones import house_zone
from dunwell.work.clock.rules import Light, Reading, due, forward, reading
from dunwell.work.policy import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A clock for a line: its light, its time in words, and why the case stands where it does."""

    light: Light
    due_at: datetime
    left: str
    why: str


def shown(*, entered: datetime, until: datetime, worth: float | None, at: datetime, policy: Policy) -> Shown:
    read = reading(entered=entered, due=until, at=at, amber=policy.clock.amber)
    return Shown(light=read.light, due_at=until, left=left(read), why=_why(read, worth=worth, policy=policy))


def care(told_at: datetime, *, at: datetime, policy: Policy) -> Shown:
    """This function will show the clock of somebody who waits for a specialist."""
    until = due(told_at, target=policy.clock.specialist, clock=policy.clock, zone=house_zone())
    return shown(entered=told_at, until=until, worth=None, at=at, policy=policy)


def left(read: Reading) -> str:
    """This function will say what is left of a clock, or for how long it has been overdue."""
    span = lasting(abs(read.left))
    return (_("overdue by %(span)s") if read.light is Light.RED else _("%(span)s left")) % {"span": span}


def lasting(span: timedelta) -> str:
    """This function will write a length of time in its two largest units."""
    minutes = int(span.total_seconds() // 60)
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return _("%(days)s d %(hours)s h") % {"days": days, "hours": hours}
    return _("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": rest}


def _why(read: Reading, *, worth: float | None, policy: Policy) -> str:
    sooner = forward(worth, clock=policy.clock)
    if sooner < timedelta(minutes=1):
        return _("In the order of the clocks.")
    return _("Its worth draws it %(span)s forward in the order of the clocks.") % {"span": lasting(sooner)}
