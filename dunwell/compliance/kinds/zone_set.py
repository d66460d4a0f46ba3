"""Zone set: where a customer without a time zone may be; hours must then suit all of these zones."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field

from dunwell.compliance.kinds.kind import Column, Finding, Kind, Row, distinct
from dunwell.compliance.kinds.question import Question
from dunwell.compliance.kinds.windows import known_zone, zone_names


def zone(name: str) -> str:
    if name not in zone_names():
        raise ValueError(f"{name!r} is not a time zone of the IANA list, such as Asia/Shanghai")
    return name


class ZoneSet(Kind):
    name: ClassVar[str] = "zone_set"
    about_en: ClassVar[str] = (
        "A customer without a time zone is taken to be in any of the zones: hours are lawful only if they are so in "
        "all of them, and the rule speaks up so that somebody finds out."
    )
    about_zh: ClassVar[str] = "客户时区未知时，视其可能位于任一所列时区：须同时满足各时区，并提示核实。"

    possible: Annotated[tuple[Annotated[str, AfterValidator(zone)], ...], Field(min_length=1), AfterValidator(distinct)]

    def zones(self) -> tuple[str, ...]:
        return self.possible

    def judge(self, question: Question) -> Finding | None:
        if known_zone(question.customer.time_zone):
            return None
        zones = question.customer.possible_zones or self.possible
        return Finding(
            f"the customer's time zone is not known; the hours suit all of {', '.join(zones)}",
            f"客户时区未知；时段按{'、'.join(zones)}同时满足取最严",
        )

    def column(self, row: Row) -> Column:
        return Column(~row.zone_known)
