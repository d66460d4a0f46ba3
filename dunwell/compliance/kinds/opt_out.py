"""Opt-out: the customer refused a channel, or all contact."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from ibis import Table, literal
from ibis.expr.types import BooleanValue
from pydantic import AfterValidator

from dunwell.compliance.kinds.kind import Column, Fact, Finding, Kind, Name, Row, Until, distinct
from dunwell.compliance.kinds.question import CHANNELS, NEVER, Question, end_or_never, known_end


class OptOut(Kind):
    name: ClassVar[str] = "opt_out"
    about_en: ClassVar[str] = (
        "No contact by a channel that the customer refused, and none at all if he refused without naming one, "
        "whomever he told it and whatever the debt; a refusal of one address or number is about that alone, and about "
        "every one while nobody knows which will be used. `told_of` takes only the refusals of one way (one_way) or "
        "only those of all contact (everything). Refusals for the `other_purposes` are not about collecting and do not "
        "count."
    )
    about_zh: ClassVar[str] = (
        "客户拒绝的渠道不得使用；未指明渠道的拒绝视为拒绝一切联系，无论向谁、就哪笔债务提出；仅拒绝某一地址或号码的，"
        "只限该地址或号码，拟用地址不明的视为该地址；"
        "told_of：只计对某一方式的拒绝（one_way）或对一切联系的拒绝（everything）；"
        "other_purposes 所列用途的拒绝与催收无关，不计。"
    )

    other_purposes: Annotated[tuple[Name, ...], AfterValidator(distinct)] = ()
    told_of: Literal["either", "everything", "one_way"] = "either"

    def judge(self, question: Question) -> Finding | None:
        refusals = [
            consent
            for consent in question.consents()
            if consent.refuses(question.channel, contact_point=question.candidate.contact_point)
            and consent.purpose not in self.other_purposes
            and self._meant(one_way=consent.channel in CHANNELS or consent.contact_point is not None)
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

    def _meant(self, *, one_way: bool) -> bool:
        return self.told_of == "either" or one_way == (self.told_of == "one_way")

    def _where(self, refusals: Table) -> BooleanValue:
        others = refusals.purpose.isin(self.other_purposes).fill_null(False) if self.other_purposes else literal(False)
        if self.told_of == "either":
            return ~others
        one_way = refusals.channel.isin(CHANNELS).fill_null(False)
        if "contact_point_id" in refusals.columns:
            one_way = one_way | refusals.contact_point_id.notnull()
        return ~others & (one_way == literal(self.told_of == "one_way"))

    def column(self, row: Row) -> Column:
        until = row.fact("until")
        return Column(until.notnull(), until.fill_null(literal(NEVER)))
