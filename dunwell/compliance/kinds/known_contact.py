"""Known contact: the channel, the actor and the customer are ones we know. Every rulebook holds it, unasked."""

from __future__ import annotations

from typing import ClassVar

from dunwell.compliance.kinds.kind import Column, Finding, Kind, Row
from dunwell.compliance.kinds.question import Question


class KnownContact(Kind):
    name: ClassVar[str] = "known_contact"
    about_en: ClassVar[str] = "The channel and the actor are known ones and the customer is in the portrait."
    about_zh: ClassVar[str] = "渠道、执行者均为已知类型，且客户在画像中。"

    def judge(self, question: Question) -> Finding | None:
        missing = [
            words
            for words, present in (
                (("channel", "渠道"), question.channel),
                (("actor", "执行者"), question.actor),
                (("customer", "客户"), question.customer.known),
            )
            if not present
        ]
        if not missing:
            return None
        english, chinese = zip(*missing, strict=True)
        return Finding(
            f"the {' and the '.join(english)} of the contact is not known, so no rule can vouch for it",
            f"联系的{'、'.join(chinese)}未知，无法判断是否合规",
        )

    def column(self, row: Row) -> Column:
        return Column(~row.contact_known)
