"""Allowed party: with whom one may speak about a debt, and on what terms somebody else may be asked for the debtor."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, ClassVar, Self

from pydantic import AfterValidator, Field, model_validator

from dunwell.compliance.kinds.kind import AtGateOnly, Channels, Finding, Kind, distinct, one_of
from dunwell.compliance.kinds.question import CHANNELS, PURPOSES, Contact, Question
from dunwell.ledger.kinds import Answerer, Channel, Direction, HoldKind, RoleKind

ROLES = frozenset(RoleKind.values)
RoleName = Annotated[str, one_of(RoleKind.values, what="role")]
PurposeName = Annotated[str, one_of(PURPOSES, what="purpose of a contact")]
# «Once» looks back over every contact that was ever made: a hundred years of them.
EVER_DAYS = 36_525
# In these states the debtor himself cannot be spoken to.
ABSENT = (HoldKind.DECEASED.value, HoldKind.MINOR.value)
# Moments are compared with moments of the same day; one that nobody knows stands before or after all of them.
FIRST, LAST = (datetime(year, 1, 1) for year in (1, 9999))  # noqa: DTZ001 - all are in UTC


class AllowedParty(AtGateOnly, Kind):
    name: ClassVar[str] = "allowed_party"
    about_en: ClassVar[str] = (
        "One may speak about the debt with persons in one of the `roles`; where `guarantee_alive`, with a guarantor "
        "only up to the last day of the guarantee, or later if he was asked to pay within it. `others_for`: anybody "
        "else may be contacted for these purposes only, without any detail of the debt, and never after he asked us "
        "to stop. `others_once`: once per person, unless he asked us back. `others_after_failed`: only if the debtor's "
        "own numbers are invalid, he died or is a minor, or so many attempts in a row, within `failed_within_days` and "
        "by `failed_channels`, did not reach him. What nobody wrote down refuses: a person decides."
    )
    about_zh: ClassVar[str] = (
        "仅可与 roles 所列身份的人谈及债务；guarantee_alive：仅可在保证期间内（含最后一日）联系保证人，"
        "期间内已要求其承担责任的除外。others_for：其他人仅可出于所列目的联系，不得透露债务信息，"
        "其要求停止后不得再联系。others_once：每人仅一次，其要求回电的除外。"
        "others_after_failed：仅在债务人本人号码失效、死亡、未成年，或在 failed_within_days 日内以 "
        "failed_channels 连续多次未能联系到本人后。缺失信息一律不得联系，由人工决定。"
    )

    roles: Annotated[tuple[RoleName, ...], Field(min_length=1), AfterValidator(distinct)]
    guarantee_alive: bool = False
    others_for: Annotated[tuple[PurposeName, ...], AfterValidator(distinct)] | None = None
    others_once: bool = False
    others_after_failed: Annotated[int | None, Field(ge=1, le=20)] = None
    failed_within_days: Annotated[int | None, Field(ge=1, le=366)] = None
    failed_channels: Channels | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.others_for is None and not (self.guarantee_alive or self.others_once or self.others_after_failed):
            raise ValueError("asks for nothing: give guarantee_alive, others_for, others_once or others_after_failed")
        row = (self.others_after_failed, self.failed_within_days, self.failed_channels)
        if any(row) and not all(row):
            raise ValueError("others_after_failed, failed_within_days and failed_channels go together")
        return self

    @property
    def _channels(self) -> tuple[str, ...]:
        return self.failed_channels or ()

    def looks_back(self) -> int:
        return EVER_DAYS if self.others_once else self.failed_within_days or 0

    def judge(self, question: Question) -> Finding | None:
        """This function will say what is against it; no day ends that by itself, so there is no earliest."""
        candidate = question.candidate
        if candidate.role not in ROLES:
            return _for_a_person("it is not known what the person is to the debt", "未知该人与债务的关系")
        if candidate.role not in self.roles:
            return next(self._against_others(question), None)
        return self._of_guarantor(question) if candidate.role == RoleKind.GUARANTOR.value else None

    def _of_guarantor(self, question: Question) -> Finding | None:
        candidate = question.candidate
        if not self.guarantee_alive or candidate.guarantee_demanded:
            return None
        if candidate.guarantee_until is None:
            return _for_a_person("it is not known until when the guarantee lasts", "保证期间届满日不明")
        if question.on <= candidate.guarantee_until:
            return None
        return Finding(
            f"the guarantor is released: the guarantee ended on {candidate.guarantee_until} without a demand on him",
            f"保证期间已于{candidate.guarantee_until}届满且期间内未向保证人主张，保证责任免除",
        )

    def _against_others(self, question: Question) -> Iterator[Finding]:
        if self.others_for is not None:
            yield from self._against_purpose(question, allowed=self.others_for)
        if self.others_once and not question.candidate.asked_back and self._asked_before(question):
            yield Finding(
                "the person was asked once already, and did not ask us back", "已联系过该人一次，且其未要求回电"
            )
        if self.others_after_failed and not self._unreachable(question, failed=self.others_after_failed):
            yield Finding(
                f"the debtor may still be reached: his numbers are not known to be invalid, and the last "
                f"{self.others_after_failed} attempts did not all fail",
                f"债务人本人仍可能联系到：号码未失效，且最近{self.others_after_failed}次尝试并非均未成功",
            )

    def _against_purpose(self, question: Question, *, allowed: tuple[str, ...]) -> Iterator[Finding]:
        candidate = question.candidate
        if candidate.purpose not in allowed:
            told = " or ".join(allowed) or "nothing"
            yield Finding(
                f"the person is not a party to the debt and may be contacted for {told}, not for {candidate.purpose}",
                f"该人并非债务当事人，不得以此目的（{candidate.purpose}）联系",
            )
        if candidate.discloses_debt is not False:
            yield _for_a_person(
                "nobody says that the contact gives away no detail of the debt", "未确认该联系不会透露债务信息"
            )
        if candidate.asked_to_stop is not False:
            yield _for_a_person(
                "the person asked us to stop, or nobody says that he did not", "该人已要求停止联系，或情况不明"
            )

    def _asked_before(self, question: Question) -> bool:
        person = question.candidate.person
        made = (contact for contact in question.contacts_since(date.min) if contact.role not in self.roles)
        others = (contact for contact in made if contact.answered_by != Answerer.DEBTOR.value)
        return any(None in (person, contact.person) or contact.person == person for contact in others)

    def _unreachable(self, question: Question, *, failed: int) -> bool:
        numbers_invalid = question.customer.reachable.get(Channel.VOICE.value) is False
        absent = any(hold.kind in ABSENT for hold in question.holds(ABSENT))
        return numbers_invalid or absent or self._failed_in_a_row(question) >= failed

    def _failed_in_a_row(self, question: Question) -> int:
        """This function will count the attempts on the debtor since he was last reached, or may have been."""
        first = question.on - timedelta(days=(self.failed_within_days or 1) - 1)
        contacts = [contact for contact in question.customer.contacts if contact.days[0] <= question.on]
        reached = (_at_the_latest(contact, on=question.on) for contact in contacts if self._may_have_reached(contact))
        since = max(reached, default=(date.min, FIRST))
        failed = (contact for contact in contacts if contact.local_date is not None and self._failed(contact))
        return sum(contact.days[0] >= first and _at_the_earliest(contact) > since for contact in failed)

    def _may_have_reached(self, contact: Contact) -> bool:
        if contact.role not in (None, RoleKind.PRIMARY.value):
            return False
        if contact.direction == Direction.INBOUND.value:
            return True
        by = contact.channel in self._channels or contact.channel not in CHANNELS
        return by and contact.may_be_connected and contact.answered_by in (None, Answerer.DEBTOR.value)

    def _failed(self, contact: Contact) -> bool:
        ours = contact.direction == Direction.OUTBOUND.value and contact.role == RoleKind.PRIMARY.value
        return ours and contact.channel in self._channels and not self._may_have_reached(contact)


def _for_a_person(english: str, chinese: str) -> Finding:
    return Finding(f"{english}: a person decides", f"{chinese}：须人工决定")


def _at_the_earliest(contact: Contact) -> tuple[date, datetime]:
    return contact.days[0], _moment(contact) or FIRST


def _at_the_latest(contact: Contact, *, on: date) -> tuple[date, datetime]:
    return min(contact.days[1], on), _moment(contact) or LAST


def _moment(contact: Contact) -> datetime | None:
    moment = contact.happened_at
    return moment if moment is None or moment.tzinfo is None else moment.astimezone(UTC).replace(tzinfo=None)
