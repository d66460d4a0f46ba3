"""How an e-mail address or a telephone number came to us, and whether that way is one that law trusts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar, Literal

from pydantic import ConfigDict

_FORBID = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorCollector:
    """A collector who had the debt before us.

    `properly`: it got the address from the customer's own use or consent, or after the creditor's notice. `used`: it
    wrote to the customer there about the debt. What nobody knows did not happen.
    """

    name: str
    properly: bool = False
    used: bool = False

    __pydantic_config__: ClassVar[ConfigDict] = _FORBID


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailRoute:
    """What is known of how the address came to us; collectors before us stand oldest first."""

    opted_out: bool | None = None
    used_by_customer: bool = False
    consented: bool = False
    notice_sent_on: date | None = None
    # The last day on which the customer could opt out by the creditor's notice.
    opt_out_until: date | None = None
    # Of the address: anybody can have one of its domain, and it is not the employer's.
    public_domain: bool = False
    before: tuple[PriorCollector, ...] = ()

    __pydantic_config__: ClassVar[ConfigDict] = _FORBID

    def trusted(self, on: date, *, notice_days: int) -> Literal["customer", "notice", "prior_collector"] | None:
        """This function will name the procedure that covers the address, None if none does."""
        if self.opted_out is not False:
            return None
        if self.used_by_customer or self.consented:
            return "customer"
        ends = self.notice_ends(notice_days)
        if ends is not None and ends < on:
            return "notice"
        # Any of them may have got it properly; the one immediately before us must have used it.
        handed_on = any(prior.properly for prior in self.before) and self.before[-1].used
        return "prior_collector" if handed_on else None

    def notice_ends(self, notice_days: int) -> date | None:
        """This function will return the last day to opt out by a sufficient notice, None if there is no such notice."""
        if self.notice_sent_on is None or self.opt_out_until is None or not self.public_domain:
            return None
        enough = self.opt_out_until >= self.notice_sent_on + timedelta(days=notice_days)
        return self.opt_out_until if enough else None


@dataclass(frozen=True, slots=True, kw_only=True)
class TextRoute:
    """What is known of how the number came to us, each the last day of its kind."""

    opted_out: bool | None = None
    texted_on: date | None = None
    consented_on: date | None = None
    # It was looked up in a complete database of reassigned numbers, and was not one.
    checked_on: date | None = None

    __pydantic_config__: ClassVar[ConfigDict] = _FORBID

    def trusted(self, on: date, *, days: int) -> bool:
        """This function will tell whether he texted or consented, and something renewed that within so many days."""
        his = [day for day in (self.texted_on, self.consented_on) if day is not None and day <= on]
        seen = [*his, *(day for day in [self.checked_on] if day is not None and day <= on)]
        return self.opted_out is False and bool(his) and on - max(seen) < timedelta(days=days)
