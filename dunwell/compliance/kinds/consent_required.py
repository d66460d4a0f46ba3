"""Consent required: the channel is open only to a creditor to whom the customer granted it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from dunwell.compliance.kinds.kind import Column, Fact, Finding, Granted, Kind, Purposes, Row
from dunwell.compliance.kinds.question import Question


class ConsentRequired(Kind):
    name: ClassVar[str] = "consent_required"
    about_en: ClassVar[str] = (
        "The customer granted this very creditor one of the `purposes`, for the channel of the contact or for all."
    )
    about_zh: ClassVar[str] = "须有客户向该债权人就所列用途（purposes）作出的同意，且适用于该渠道或全部渠道。"

    purposes: Purposes

    def judge(self, question: Question) -> Finding | None:
        if question.granted(self.purposes):
            return None
        return Finding(
            f"the customer has not granted this creditor a consent for {' or '.join(self.purposes)} by this channel",
            f"客户未就该渠道向该债权人作出同意（{'、'.join(self.purposes)}）",
        )

    def facts(self) -> Mapping[str, Fact]:
        return {"granted": Granted(self.purposes)}

    def column(self, row: Row) -> Column:
        return Column(~row.fact("granted"))
