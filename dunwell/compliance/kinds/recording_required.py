"""Recording required: the contact is recorded."""

from __future__ import annotations

from typing import ClassVar

from dunwell.compliance.kinds.kind import AtGateOnly, Finding, Kind
from dunwell.compliance.kinds.question import Question


class RecordingRequired(AtGateOnly, Kind):
    name: ClassVar[str] = "recording_required"
    about_en: ClassVar[str] = (
        "The contact is recorded; one of which nobody says so is not. Which contacts must be is said by the rule's "
        "`channels` and `actors`."
    )
    about_zh: ClassVar[str] = "联系须录音；未说明是否录音的视为未录音。须录音的联系由规则的 channels 和 actors 指定。"

    def judge(self, question: Question) -> Finding | None:
        recorded = question.candidate.recorded
        if recorded:
            return None
        english, chinese = (
            ("it is not known whether", "未知是否") if recorded is None else ("it was said that not", "已知未")
        )
        return Finding(
            f"the contact must be recorded, and {english}: start the recording and say so (`recorded`)",
            f"该联系须录音，{chinese}录音：请开启录音并注明（recorded）",
        )
