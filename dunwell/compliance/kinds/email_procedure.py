"""E-mail procedure: an address is used only if it came to us in a way that guards the customer's privacy."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, ClassVar

from pydantic import Field

from dunwell.compliance.kinds.kind import Column, Fact, Finding, Granted, Kind, Purposes, Row
from dunwell.compliance.kinds.question import Question


class EmailProcedure(Kind):
    name: ClassVar[str] = "email_procedure"
    about_en: ClassVar[str] = (
        "The address is the customer's by his own use or consent; or by the creditor's notice, once a time to opt out "
        "of at least `notice_days` has passed; or by a collector before us: any of them got it properly and the one "
        "immediately before us used it. What is on record as a consent for one of the `purposes` is enough; a plan "
        "knows nothing else."
    )
    about_zh: ClassVar[str] = (
        "电子邮箱须由客户本人使用或同意取得；或经债权人通知且不少于 notice_days 日的退出期已满；"
        "或由此前催收机构转来：其中任一机构合规取得，且紧邻的前一机构曾使用。"
        "已登记的 purposes 所列同意即可；计划阶段仅以此为据。"
    )

    purposes: Purposes
    notice_days: Annotated[int, Field(ge=0, le=366)]

    def judge(self, question: Question) -> Finding | None:
        route = question.candidate.email_route
        if question.granted(self.purposes):
            return None
        if route is not None and route.trusted(question.on, notice_days=self.notice_days):
            return None
        ends = None if route is None or route.opted_out is not False else route.notice_ends(self.notice_days)
        return Finding(
            "no procedure is on record by which this e-mail address may be trusted: find out how it came to us",
            "未记录该电子邮箱地址的合规取得程序：请核实其来源",
            None if ends is None else ends + timedelta(days=1),
        )

    def facts(self) -> Mapping[str, Fact]:
        return {"granted": Granted(self.purposes)}

    def column(self, row: Row) -> Column:
        return Column(~row.fact("granted"))
