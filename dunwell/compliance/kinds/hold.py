"""Hold: a dispute, a hardship, a breathing space … leaves the customer in peace until it ends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from ibis import Table, literal
from ibis.expr.types import BooleanValue
from pydantic import AfterValidator, Field

from dunwell.compliance.kinds.kind import (
    SIGNS,
    Column,
    Fact,
    Finding,
    HoldName,
    Kind,
    Row,
    SignName,
    Until,
    any_of,
    distinct,
    listed,
)
from dunwell.compliance.kinds.question import HOLDS, NEVER, Question, end_or_never, known_end


class Hold(Kind):
    name: ClassVar[str] = "hold"
    by_facts: ClassVar[bool] = True
    about_en: ClassVar[str] = (
        "No contact while a hold of one of the kinds is open, whichever account it is on: the debts of a person are "
        "one case. `signs` of the portrait stop too, as a hold without an end; a sign that is not known is one."
    )
    about_zh: ClassVar[str] = (
        "所列类型的暂停生效期间不得联系，无论其针对哪个账户（同一债务人的债务合并为一案）；"
        "signs 为画像中的标志，未知亦视为存在。"
    )

    holds: Annotated[tuple[HoldName, ...], Field(min_length=1), AfterValidator(distinct)]
    signs: Annotated[tuple[SignName, ...], AfterValidator(distinct)] = ()

    def portrait_columns(self) -> tuple[str, ...]:
        return self.signs

    def judge(self, question: Question) -> Finding | None:
        holds = question.holds(self.holds)
        # A sign tells what a hold tells too: where there is a hold, its end is the end.
        signs = [sign for sign in self.signs if not holds and question.customer.signs.get(sign) is not False]
        if not holds and not signs:
            return None
        end = known_end([end_or_never(hold.until_on) for hold in holds])
        english = [hold.kind.replace("_", " ") for hold in holds] + [SIGNS[sign][0] for sign in signs]
        chinese = [hold.kind for hold in holds] + [SIGNS[sign][1] for sign in signs]
        return Finding(
            f"the case rests because of {', '.join(english)}, {f'until {end}' if end else 'with no end known'}",
            f"案件暂停催收（{'、'.join(chinese)}），{f'至{end}' if end else '结束时间未知'}",
            end,
        )

    def facts(self) -> Mapping[str, Fact]:
        return {"until": Until("holds", self._where)}

    def _where(self, holds: Table) -> BooleanValue:
        return listed(holds.kind, names=self.holds, known=HOLDS)

    def column(self, row: Row) -> Column:
        until = row.fact("until")
        sign = any_of(row.portrait(sign).fill_null(True) for sign in self.signs)
        return Column(until.notnull() | sign, until.fill_null(literal(NEVER)))
