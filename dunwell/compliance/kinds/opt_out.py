"""Opt-out: the customer refused a channel, or all contact."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from ibis import Table, literal
from ibis.expr.types import BooleanValue
from pydantic import AfterValidator

from dunwell.compliance.kinds.kind import Column, Fact, Finding, Kind, Name, Row, Until, distinct
from dunwell.compliance.kinds.question import CHANNELS, NEVER, Question, end_or_never, known_end
from dunwell.ledger.kinds import ConsentStance


class OptOut(Kind):
    name: ClassVar[str] = "opt_out"
    about_en: ClassVar[str] = (
        "No contact by a channel that the customer refused, and none at all if he refused without naming one, "
        "whomever he told it; refusals for the `other_purposes` are not about collecting and do not count."
    )
    about_zh: ClassVar[str] = (
        "客户拒绝的渠道不得使用；未指明渠道的拒绝视为拒绝一切联系，无论向谁提出；"
        "other_purposes 所列用途的拒绝与催收无关，不计。"
    )

    other_purposes: Annotated[tuple[Name, ...], AfterValidator(distinct)] = ()

    def judge(self, question: Question) -> Finding | None:
        refusals = [
            consent
            for consent in question.consents()
            if consent.stance != ConsentStance.GRANTED.value
            and consent.purpose not in self.other_purposes
            and (consent.channel not in CHANNELS or consent.covers(question.channel))
        ]
        if not refusals:
            return None
        end = known_end([end_or_never(consent.valid_until) for consent in refusals])
        return Finding(
            f"the customer refused this, {f'until {end}' if end else 'with no end'}",
            f"客户已拒绝此类联系，{f'至{end}' if end else '未设期限'}",
            end,
        )

    def facts(self) -> Mapping[str, Fact]:
        return {"until": Until("refusals", self._where)}

    def _where(self, refusals: Table) -> BooleanValue:
        return ~refusals.purpose.isin(self.other_purposes).fill_null(False) if self.other_purposes else literal(True)

    def column(self, row: Row) -> Column:
        until = row.fact("until")
        return Column(until.notnull(), until.fill_null(literal(NEVER)))
