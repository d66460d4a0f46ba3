"""Why access is refused, in both languages with the cure: declared once, told by rule id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dunwell.facts.errors import DunwellError


@dataclass(frozen=True, slots=True, kw_only=True)
class Objection:
    """One reason for which something is refused: its rule's id, the words, and what to do about it."""

    rule: str
    en: str
    zh: str
    cure_en: str = ""
    cure_zh: str = ""


class AccessRefusedError(DunwellError):
    """A refusal; the evidence of it is committed even though the change is not."""

    def __init__(self, objection: Objection, *, place: str) -> None:
        super().__init__(f"{objection.en} ({objection.rule})", place=place, cure=objection.cure_en)
        self.objection = objection

    def told(self, language: str) -> DunwellError:
        """This function will give the error in the reader's language."""
        if not language.startswith("zh"):
            return self
        words = self.objection
        return DunwellError(f"{words.zh}（{words.rule}）", place=self.place, cure=words.cure_zh)


# rule: (English, Chinese, cure in English, cure in Chinese); {names} are filled in.
_WORDS = {
    "AC-UNKNOWN": (
        "nobody of the staff has the code {code}",
        "没有代码为{code}的人员",
        "look it up: dunwell staff list",
        "请查看：dunwell staff list",
    ),
    "AC-CAPABILITY": (
        "{code} holds no role that can do this: {capability}",
        "{code}没有可执行此操作的角色：{capability}",
        "ask one of: {roles}",
        "请联系以下角色：{roles}",
    ),
    "AC-REACH": (
        "{code} can do this only within {scopes}, and this customer is not known to lie there: {capability}",
        "{code}仅可在{scopes}范围内执行此操作，该客户不在该范围内：{capability}",
        "ask whoever works there, or for a role with another scope",
        "请联系负责该范围的人员，或申请其他范围的角色",
    ),
    "AC-OWN-REQUEST": (
        "{code} asked for this and cannot decide it",
        "{code}是申请人，不能审批自己的申请",
        "let somebody else decide",
        "请由他人审批",
    ),
    "AC-OWN-RIGHTS": (
        "this is about the rights of {code}, who cannot decide it",
        "该申请涉及{code}本人的权限，本人不能审批",
        "let somebody else decide",
        "请由他人审批",
    ),
    "AC-ASKED-FOR-HIMSELF": (
        "{code} cannot ask for a change of rights of his own",
        "{code}不能为本人申请权限变更",
        "let somebody else ask",
        "请由他人申请",
    ),
    "AC-VOTED": (
        "{code} has decided this already",
        "{code}已对此表决",
        "let somebody else decide",
        "请由他人审批",
    ),
    "AC-SEAT": (
        "{seat} has approved already; the approvals must come from different sides",
        "{seat}已同意；须由不同方面分别审批",
        "still needed: {missing}",
        "尚缺：{missing}",
    ),
    "AC-EXPIRED": (
        "the request expired at {moment}",
        "该申请已于{moment}过期",
        "ask again",
        "请重新申请",
    ),
    "AC-DECIDED": (
        "the request is decided: {state}",
        "该申请已有结论：{state}",
        "ask again if it is still wanted",
        "如仍需要，请重新申请",
    ),
    "AC-NOTE": (
        "a refusal needs its reason",
        "否决须说明理由",
        "give it: --note",
        "请填写：--note",
    ),
    "AC-DEPARTMENT": (
        "the role {role} is held in the department {needed}, and {code} is in {department}",
        "角色{role}须属于{needed}，而{code}属于{department}",
        "ask for a move first: dunwell staff move",
        "请先申请调换部门：dunwell staff move",
    ),
    "AC-AGENCY-SCOPE": (
        "an agency user needs the scope of his agency",
        "机构用户须限定于其机构范围",
        "give it: --scope agency:CODE",
        "请填写：--scope agency:CODE",
    ),
    "AC-PERIOD": (
        "the role would end before it begins",
        "角色的结束时间早于开始时间",
        "give a later --until",
        "请填写更晚的--until",
    ),
    "AC-HELD": (
        "{code} holds this role already",
        "{code}已拥有该角色",
        "see: dunwell staff list",
        "请查看：dunwell staff list",
    ),
    "AC-STILL-HOLDS": (
        "{code} still holds roles of {department}",
        "{code}仍拥有{department}的角色",
        "revoke them first: dunwell staff revoke",
        "请先收回：dunwell staff revoke",
    ),
    "AC-SAME-DEPARTMENT": (
        "{code} is in {department} already",
        "{code}已在{department}",
        "name another department",
        "请填写其他部门",
    ),
    "AC-NO-GRANT": (
        "there is no grant {grant} in force",
        "没有有效的授权{grant}",
        "look it up: dunwell staff list",
        "请查看：dunwell staff list",
    ),
    "AC-LAST-ADMINISTRATOR": (
        "this is the last administrator without an end",
        "这是最后一位无期限的系统管理员",
        "grant the role to somebody else first",
        "请先将该角色授予他人",
    ),
    "AC-FOUNDED": (
        "this house has its first administrator already",
        "首位系统管理员已经设立",
        "ask for the role: dunwell staff grant",
        "请申请该角色：dunwell staff grant",
    ),
    "AC-DIFFERENT-PEOPLE": (
        "the first three must be three people",
        "首批三人必须是不同的人",
        "give three codes",
        "请填写三个不同的代码",
    ),
    "AC-CODE": (
        "{code!r} is not a code of staff",
        "{code!r}不是人员代码",
        "use letters, digits, dot, hyphen, with at least one digit: a code is not a name",
        "请使用字母、数字、点或连字符，且至少含一个数字：代码不是姓名",
    ),
    "AC-KNOWN": (
        "the code {code} is taken",
        "代码{code}已被占用",
        "choose another; a code is never given twice",
        "请另选；代码不重复使用",
    ),
    "AC-CHECKS": (
        "the machine's own checks are not clean: {found}",
        "机器检查未通过：{found}",
        "mend them first: dunwell strategy check, dunwell strategy test, dunwell scripts check",
        "请先修正：dunwell strategy check、dunwell strategy test、dunwell scripts check",
    ),
    "AC-SUBMITTED": (
        "this version is submitted already: {state}",
        "该版本已提交：{state}",
        "see: dunwell strategy status",
        "请查看：dunwell strategy status",
    ),
    "AC-NOT-SUBMITTED": (
        "no strategy with the digest {digest} was submitted",
        "没有提交过摘要为{digest}的策略",
        "see: dunwell strategy status",
        "请查看：dunwell strategy status",
    ),
    "AC-NO-REQUEST": (
        "there is no request {number}",
        "没有编号为{number}的申请",
        "see: dunwell staff requests",
        "请查看：dunwell staff requests",
    ),
    "AC-ERASED": (
        "the person was erased: nobody can read this",
        "该人员数据已删除，无法读取",
        "",
        "",
    ),
    "AC-NO-VALUE": (
        "nothing of the kind is known of this person",
        "没有该人员的此类信息",
        "",
        "",
    ),
}


def objection(rule: str, **filled: Any) -> Objection:
    """This function will word an objection; what has words in two languages is filled in with each."""
    told = _WORDS[rule]
    by_language = [{name: _word(value, language) for name, value in filled.items()} for language in ("en", "zh")]
    en, zh, cure_en, cure_zh = (text.format(**by_language[place % 2]) for place, text in enumerate(told))
    return Objection(rule=rule, en=en, zh=zh, cure_en=cure_en, cure_zh=cure_zh)


def _word(value: Any, language: str) -> Any:
    if isinstance(value, list | tuple):
        return (", " if language == "en" else "、").join(str(_word(one, language)) for one in value)
    return value.word(language) if hasattr(value, "word") else value


def words() -> Mapping[str, tuple[str, str, str, str]]:
    """This function will give every rule's words: English, Chinese, and the cure in both."""
    return _WORDS
