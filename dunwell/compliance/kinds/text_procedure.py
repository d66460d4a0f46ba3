"""Text procedure: a number is texted only while it is known to be still the customer's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from dunwell.compliance.kinds.kind import Column, Fact, Finding, Granted, Kind, Purposes, Row
from dunwell.compliance.kinds.question import Question


class TextProcedure(Kind):
    name: ClassVar[str] = "text_procedure"
    about_en: ClassVar[str] = (
        "The customer texted from the number or consented to texts, and within `days` days he did so again or the "
        "number was looked up in a complete database of reassigned ones. What is on record as a consent for one of the "
        "`purposes` is enough; a plan knows nothing else."
    )
    about_zh: ClassVar[str] = (
        "客户曾以该号码发送短信或同意接收短信，且 days 日内再次如此或经完整的号码转让数据库核验。"
        "已登记的 purposes 所列同意即可；计划阶段仅以此为据。"
    )

    purposes: Purposes
    days: Annotated[int, Field(ge=1, le=366)]

    def judge(self, question: Question) -> Finding | None:
        route = question.candidate.text_route
        if question.granted(self.purposes) or (route is not None and route.trusted(question.on, days=self.days)):
            return None
        return Finding(
            f"nothing within {self.days} days shows that this number is still the customer's: check it first",
            f"{self.days}日内无记录表明该号码仍为客户本人使用：请先核验",
        )

    def facts(self) -> Mapping[str, Fact]:
        return {"granted": Granted(self.purposes)}

    def column(self, row: Row) -> Column:
        return Column(~row.fact("granted"))
