"""Standing: who makes the contact may work; a collector is certified, an agency under contract, nobody blacklisted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, model_validator

from dunwell.compliance.kinds.kind import AtGateOnly, Finding, Kind, distinct
from dunwell.compliance.kinds.question import Question
from dunwell.compliance.kinds.question import Standing as Standing
from dunwell.ledger.kinds import ContactActor

Needed = Annotated[tuple[Literal["certified", "trained", "contract"], ...], AfterValidator(distinct)]
HOLDERS: dict[str, tuple[str, str]] = {"staff": ("the collector", "催收员"), "agency": ("the agency", "催收机构")}
KIND_WORDS = {
    "certified": ("certified", "持证"),
    "trained": ("trained", "完成培训"),
    "contract": ("under contract", "签约"),
}


class InStanding(AtGateOnly, Kind):
    name: ClassVar[str] = "standing"
    about_en: ClassVar[str] = (
        "A person who makes the contact holds every standing that `staff` names, and an agency that makes it, by "
        "person or robot, every one that `agency` names; whoever was blacklisted is out for good. A person of whom "
        "nobody knows who it is may not; a robot of our own needs none."
    )
    about_zh: ClassVar[str] = (
        "实施联系的催收员须具备 staff 所列全部资格；机构实施的（人工或机器人），机构须具备 agency 所列全部资格；"
        "列入黑名单的永久不得联系。执行人员不明的不得联系；我方自有机器人无需资格。"
    )

    staff: Needed = ()
    agency: Needed = ()

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.staff and not self.agency:
            raise ValueError("asks for nothing: give staff or agency the standings that they need")
        return self

    def judge(self, question: Question) -> Finding | None:
        candidate = question.candidate
        if candidate.staff is None and question.actor != ContactActor.ROBOT.value:
            return Finding(
                "it is not known which collector would make the contact: assign it, then ask again",
                "未知由哪位催收员实施联系：请先分派",
            )
        faults = list(self._faults(question))
        if not faults:
            return None
        english, chinese, starts = zip(*faults, strict=True)
        known = [start for start in starts if start is not None]
        earliest = max(known) if len(known) == len(starts) else None
        return Finding("; ".join(english), "；".join(chinese), earliest)

    def _faults(self, question: Question) -> Iterator[tuple[str, str, date | None]]:
        """This function will name what is amiss with whom, and from when on it will not be, None if nobody knows."""
        candidate = question.candidate
        for holder, code, needed in (("staff", candidate.staff, self.staff), ("agency", candidate.agency, self.agency)):
            if code is None:
                continue
            who, name = HOLDERS[holder]
            told = [one for one in candidate.standings if one.holder == holder and one.code == code]
            if any(one.kind == "blacklisted" and one.valid(question.on) for one in told):
                yield f"{who} {code} is blacklisted, for good", f"{name}{code}已被列入黑名单，永久不得联系", None
                continue
            for kind in needed:
                held = [one for one in told if one.kind == kind]
                if not any(one.valid(question.on) for one in held):
                    english, chinese = KIND_WORDS[kind]
                    start = _next_start(held, after=question.on)
                    said, later = (f", only from {start}", f"，自{start}起方可") if start else ("", "")
                    yield f"{who} {code} is not {english}{said}", f"{name}{code}未{chinese}{later}", start


def _next_start(held: Iterable[Standing], *, after: date) -> date | None:
    return min((one.from_on for one in held if one.from_on > after and one.valid(one.from_on)), default=None)
