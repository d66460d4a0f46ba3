"""First contact channel: the first contact about an arrears is a gentle one."""

from __future__ import annotations

from typing import ClassVar

from ibis import ifelse
from ibis.expr.types import IntegerValue

from dunwell.compliance.kinds.kind import (
    EVERY_BIT,
    Channels,
    Column,
    Finding,
    Kind,
    NoOrSomeChannels,
    Row,
    any_of,
    channel_bits,
)
from dunwell.compliance.kinds.question import Question
from dunwell.compliance.kinds.reachable import address, reachable


class FirstContactChannel(Kind):
    name: ClassVar[str] = "first_contact_channel"
    about_en: ClassVar[str] = (
        "Until we have contacted the customer once since he fell overdue, only the `first` channels are open; the "
        "`stand_in` channels too where none of the first can reach him."
    )
    about_zh: ClassVar[str] = (
        "客户逾期后尚未被联系过时，只可使用 first 所列渠道；若这些渠道均无法触达，可用 stand_in 所列渠道代替。"
    )

    first: Channels
    stand_in: NoOrSomeChannels = ()

    def portrait_columns(self) -> tuple[str, ...]:
        return ("contacted_since_overdue", *(address(channel) for channel in self.first))

    def judge(self, question: Question) -> Finding | None:
        if question.customer.contacted_since_overdue or question.channel in self.first:
            return None
        reach = [reachable(question.customer, channel=channel) for channel in self.first]
        if question.channel in self.stand_in and all(can is False for can in reach):
            return None
        return Finding(
            f"nobody has contacted the customer since he fell overdue, and the first contact goes by "
            f"{' or '.join(self.first)}",
            f"客户逾期后尚未被联系，首次联系须通过{'或'.join(self.first)}",
        )

    def shuts(self, row: Row) -> IntegerValue:
        contacted = row.portrait("contacted_since_overdue").fill_null(False)
        reach = any_of(row.portrait(address(channel)).fill_null(True) for channel in self.first)
        others, last = (EVERY_BIT & ~channel_bits(open_) for open_ in (self.first, {*self.first, *self.stand_in}))
        return ifelse(contacted, 0, ifelse(reach, others, last)).cast("int32")

    def column(self, row: Row) -> Column:
        return Column(row.in_bits(self.shuts(row)))
