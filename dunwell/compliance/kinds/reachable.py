"""Reachable: there is an address that can be used for the channel."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import ClassVar

from ibis import ifelse, literal
from ibis.expr.types import IntegerValue

from dunwell.compliance.kinds.kind import CHANNEL_BITS, UNKNOWN_BIT, Column, Finding, Kind, Row
from dunwell.compliance.kinds.question import CHANNELS, Customer, Question
from dunwell.ledger.kinds import Channel

# A visit goes to the address that a letter goes to.
SAME_ADDRESS = {Channel.VISIT.value: Channel.LETTER.value}


def address(channel: str) -> str:
    """This function will name the portrait's column that tells whether the channel has an address."""
    return f"reachable_{SAME_ADDRESS.get(channel, channel)}"


def reachable(customer: Customer, *, channel: str | None) -> bool | None:
    return None if channel is None else customer.reachable.get(SAME_ADDRESS.get(channel, channel))


class Reachable(Kind):
    name: ClassVar[str] = "reachable"
    about_en: ClassVar[str] = "There is a contact point that can be used for the channel (a visit needs the letter's)."
    about_zh: ClassVar[str] = "该渠道有可用的联系方式（上门使用信函地址）。"

    def portrait_columns(self) -> tuple[str, ...]:
        return tuple(sorted({address(channel) for channel in CHANNELS}))

    def judge(self, question: Question) -> Finding | None:
        if reachable(question.customer, channel=question.channel):
            return None
        return Finding("no address of the customer can be used for this channel", "该客户在此渠道没有可用的联系方式")

    def shuts(self, row: Row) -> IntegerValue:
        # Of an unknown address nobody can say that it can be used.
        shut = (ifelse(row.portrait(address(name)), 0, bit).cast("int32") for name, bit in CHANNEL_BITS.items())
        return reduce(or_, shut, literal(UNKNOWN_BIT, "int32"))

    def column(self, row: Row) -> Column:
        return Column(row.in_bits(self.shuts(row)))
