"""Party state: a person who died, is a minor, went bankrupt … is not chased until a person has looked at the case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Self

from ibis import Table, ifelse, literal
from ibis.expr.types import BooleanValue
from pydantic import AfterValidator, model_validator

from dunwell.compliance.kinds.kind import (
    SIGNS,
    Column,
    Fact,
    Finding,
    HoldName,
    Kind,
    Name,
    Row,
    SignName,
    Until,
    any_of,
    distinct,
    listed,
)
from dunwell.compliance.kinds.question import HOLDS, Question


class PartyState(Kind):
    name: ClassVar[str] = "party_state"
    by_facts: ClassVar[bool] = True
    about_en: ClassVar[str] = (
        "No contact with a person in one of these states: told by an open hold (`states`), by a code of the special "
        "groups (`groups`) or by a sign of the portrait (`signs`; one that is not known counts). No earliest day: a "
        "person decides."
    )
    about_zh: ClassVar[str] = (
        "处于所列状态的当事人不得联系：以暂停记录（states）、特殊群体代码（groups）或画像标志（signs，未知视为存在）为据；何时恢复由人工决定。"
    )

    states: Annotated[tuple[HoldName, ...], AfterValidator(distinct)] = ()
    groups: Annotated[tuple[Name, ...], AfterValidator(distinct)] = ()
    signs: Annotated[tuple[SignName, ...], AfterValidator(distinct)] = ()

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.states and not self.groups and not self.signs:
            raise ValueError("names no state: give at least one of states, groups, signs")
        return self

    def portrait_columns(self) -> tuple[str, ...]:
        return (*self.signs, *(("special_groups",) if self.groups else ()))

    def judge(self, question: Question) -> Finding | None:
        customer = question.customer
        codes = (customer.special_groups or "").split(",")
        found = [hold.kind for hold in question.holds(self.states)] + [code for code in self.groups if code in codes]
        signs = [sign for sign in self.signs if customer.signs.get(sign) is not False]
        if not found and not signs:
            return None
        return Finding(
            f"the person's state ({', '.join(found + [SIGNS[sign][0] for sign in signs])}) asks for a decision by hand",
            f"当事人状态（{'、'.join(found + [SIGNS[sign][1] for sign in signs])}）须人工决定",
        )

    def facts(self) -> Mapping[str, Fact]:
        return {"until": Until("holds", self._where)} if self.states else {}

    def _where(self, holds: Table) -> BooleanValue:
        return listed(holds.kind, names=self.states, known=HOLDS)

    def column(self, row: Row) -> Column:
        state = row.fact("until").notnull() if self.states else literal(False)
        signs = [row.portrait(sign).fill_null(True) for sign in self.signs]
        return Column(any_of([state, *signs, *self._groups(row)]))

    def _groups(self, row: Row) -> list[BooleanValue]:
        if not self.groups:
            return []
        told = row.portrait("special_groups")
        codes = literal(",") + told + literal(",")
        # Few customers belong to a group; only their codes are looked through.
        return [ifelse(told.isnull(), False, codes.contains(f",{code},")) for code in self.groups]
