"""Content: what is said holds the elements it must and nothing that it must not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from functools import lru_cache
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import AfterValidator, BeforeValidator, model_validator

from dunwell.compliance.content.elements import missing, placeholders, present
from dunwell.compliance.content.forbidden import forbidden, told_once
from dunwell.compliance.content.limited import limited_content
from dunwell.compliance.content.wording import load_wording
from dunwell.compliance.kinds.kind import AtGateOnly, Finding, Kind, Name, distinct, one_of
from dunwell.compliance.kinds.question import PURPOSES, Contact, Question
from dunwell.ledger.kinds import Channel, ContactActor, Direction, RoleKind

# Where a person speaks, what will be said is not known beforehand.
SPOKEN = (Channel.VOICE.value, Channel.VISIT.value)
# On whose own line a message is left with the debtor, and not with somebody else.
OWN_ROLES = (RoleKind.PRIMARY.value, RoleKind.CO_DEBTOR.value, RoleKind.GUARANTOR.value, RoleKind.REPRESENTATIVE.value)
Told = tuple[str, str]
# About two texts with the rules that ask about them, so that nobody's letter stays in memory for long.
FAULTS_KEPT = 32


def _known(values: tuple[str, ...], *, known: Iterable[str], what: str) -> tuple[str, ...]:
    if strange := [value for value in values if value not in known]:
        raise ValueError(f"{strange[0]!r} is not {what} that we know; known are {', '.join(known)}")
    return values


def _elements_known(values: tuple[str, ...]) -> tuple[str, ...]:
    return _known(values, known=[element.id for element in load_wording().elements], what="an element of a text")


def _groups_known(values: tuple[str, ...]) -> tuple[str, ...]:
    return _known(values, known=load_wording().groups, what="a list of forbidden words")


def _every_group(value: Any) -> Any:
    return load_wording().groups if value == "all" else value


Elements = Annotated[tuple[str, ...], AfterValidator(distinct), AfterValidator(_elements_known)]
Groups = Annotated[
    tuple[str, ...], AfterValidator(distinct), AfterValidator(_groups_known), BeforeValidator(_every_group)
]
PurposeName = Annotated[str, one_of(PURPOSES, what="purpose of a contact")]
Scripts = Annotated[tuple[Name, ...], AfterValidator(distinct)]


class Content(AtGateOnly, Kind):
    name: ClassVar[str] = "content"
    about_en: ClassVar[str] = (
        "What is said holds each element that it `requires` (with `each_language` in every language it is written in), "
        "none that it `excludes` and nothing that it `forbids`; with `limited_content` it says no more than such a "
        "message may and is left on the debtor's own line only. It binds contacts of the `purposes` (none named: all), "
        "of the `occasion` (the first communication or later ones; unknown is the first) and, where some are named, of "
        "the `scripts`. A text that is not known is refused, except where a person speaks. `wording` names the version "
        "of the lists."
    )
    about_zh: ClassVar[str] = (
        "内容须含 requires 所列要素（each_language 时每种所用语言均须具备），不得含 excludes 所列要素或 forbids "
        "所列禁语；limited_content 时仅可为有限内容留言，且只可留于本人线路。适用于 purposes（未列则全部）、"
        "occasion（首次或其后，未知视为首次）及所列 scripts。文本未知的不予放行，由人口述的除外。wording 为词表版本。"
    )

    requires: Elements = ()
    excludes: Elements = ()
    forbids: Groups = ()
    limited_content: bool = False
    each_language: bool = False
    occasion: Literal["any", "first", "later"] = "any"
    purposes: Annotated[tuple[PurposeName, ...], AfterValidator(distinct)] = ()
    scripts: Scripts = ()
    except_scripts: Scripts = ()
    wording: str = ""

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if not (self.requires or self.excludes or self.forbids or self.limited_content):
            raise ValueError("it asks nothing of a text: give requires, excludes, forbids or limited_content")
        if set(self.requires) & set(self.excludes):
            raise ValueError("an element cannot be required and excluded at once")
        if self.scripts and self.except_scripts:
            raise ValueError("scripts and except_scripts cannot stand together")
        return self

    @model_validator(mode="before")
    @classmethod
    def _versioned(cls, told: Any) -> Any:
        """This function will bind the rule to the lists as they stand, so that a rulebook's version covers them."""
        version = load_wording().version
        if isinstance(told, dict) and told.get("wording", version) != version:
            raise ValueError(f"the lists of words are version {version} and not {told['wording']}")
        return {**told, "wording": version} if isinstance(told, dict) else told

    def judge(self, question: Question) -> Finding | None:
        if not self.binds(question):
            return None
        text = question.candidate.text
        if text is None or not text.strip():
            return None if _spoken_by_a_person(question) else _unknown()
        told = [*_unfilled(text), *self._strange_line(question), *self.faults(text, on=question.on)]
        if not told:
            return None
        english, chinese = zip(*told, strict=True)
        return Finding("; ".join(english), "；".join(chinese))

    def binds(self, question: Question) -> bool:
        candidate = question.candidate
        by_script = not self.scripts or candidate.script in self.scripts
        excepted = candidate.script is not None and candidate.script in self.except_scripts
        by_purpose = not self.purposes or candidate.purpose in self.purposes or candidate.purpose not in PURPOSES
        return by_script and not excepted and by_purpose and self._on_occasion(question)

    def _on_occasion(self, question: Question) -> bool:
        if self.occasion == "any":
            return True
        creditor = question.candidate.creditor
        earlier = any(_communication(made, creditor=creditor) for made in question.customer.contacts)
        return earlier == (self.occasion == "later")

    def _strange_line(self, question: Question) -> Iterator[Told]:
        if self.limited_content and question.candidate.role not in OWN_ROLES:
            yield (
                "left on somebody else's line it is no limited-content message: leave it with the debtor only",
                "留于他人线路的不属于有限内容留言：仅可留给债务人本人",
            )

    def faults(self, text: str, *, on: date, template: bool = False) -> tuple[Told, ...]:
        """This function will say what is wrong with a text, or with a template before it is filled in."""
        return _faults(self, text, on, template)

    def _told(self, text: str, *, on: date, template: bool) -> Iterator[Told]:
        for lack in missing(text, elements=self.requires, template=template, each_language=self.each_language):
            yield lack.en, lack.zh
        for element in present(text, elements=self.excludes):
            yield f"{element.name.en} must not stand here: leave it out", f"此处不得出现{element.name.zh}：请删除"
        for claim in told_once(forbidden(text, on=on, groups=self.forbids)) if self.forbids else ():
            yield f"«{claim.words}» is forbidden: {claim.en}", f"禁用“{claim.words}”：{claim.zh}"
        for excess in limited_content(text) if self.limited_content else ():
            yield f"not a limited-content message: {excess.en}", f"非有限内容留言：{excess.zh}"


# The gate asks each rule again for every moment it tries; `terms` holds the version of the lists.
@lru_cache(FAULTS_KEPT)
def _faults(terms: Content, text: str, on: date, template: bool) -> tuple[Told, ...]:
    return tuple(terms._told(text, on=on, template=template))


def _spoken_by_a_person(question: Question) -> bool:
    return question.channel in SPOKEN and question.actor == ContactActor.HUMAN.value


def _communication(made: Contact, *, creditor: str | None) -> bool:
    """This function will tell whether the contact surely was a communication about the debt with this creditor.

    A voicemail of limited content is none; of a message nobody knows to have arrived, nobody knows it either.
    """
    spoke = made.conversation is True
    written = made.channel not in SPOKEN and made.connected is True and made.direction == Direction.OUTBOUND.value
    return made.creditor == creditor and creditor is not None and (spoke or written)


def _unknown() -> Finding:
    return Finding(
        "what will be said is not known: hand over the rendered text (`text`) before it is sent",
        "发送内容未知：发送前须提交渲染后的文本（text）",
    )


def _unfilled(text: str) -> Iterator[Told]:
    if open_places := placeholders(text):
        names = ", ".join(open_places)
        yield f"{names} was not filled in: render the script before it is sent", f"{names}未填充：发送前须渲染"
