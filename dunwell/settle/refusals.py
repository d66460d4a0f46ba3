"""Why something is not agreed or done: the field, the words, and how to mend it, in both languages. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dunwell.facts.errors import DunwellError


@dataclass(frozen=True, slots=True, kw_only=True)
class Objection:
    """One reason against one field of a form; an empty field is the form as a whole."""

    field: str
    rule: str
    en: str
    zh: str

    def told(self, language: str) -> str:
        return self.zh if language.startswith("zh") else self.en


class NotAgreedError(DunwellError):
    """What was asked for lies outside of the policy, or cannot be."""

    def __init__(self, objections: Sequence[Objection], *, place: str) -> None:
        said = "; ".join(f"{one.en} ({one.rule})" for one in objections)
        super().__init__(said, place=place, cure="change what is named, or ask for what the policy allows")
        self.objections = tuple(objections)

    def by_field(self, language: str) -> dict[str, str]:
        """This function will give the words field by field, the first of each."""
        found: dict[str, str] = {}
        for one in self.objections:
            found.setdefault(one.field, one.told(language))
        return found


# rule: (field, English, Chinese); {names} are filled in.
_WORDS = {
    # of any form
    "ST-ACCOUNT": ("account", "choose an account of this customer", "请选择该客户的账户"),
    "ST-REASON": ("reason", "choose a reason", "请选择原因"),
    "ST-AMOUNT": ("{field}", "write a sum above zero, such as {example}", "请填写大于零的金额，例如{example}"),
    "ST-PLACES": ("{field}", "{currency} has {places} decimal places", "{currency}最多{places}位小数"),
    "ST-KEY": ("", "this form is not complete; open it again", "表单不完整，请重新打开"),
    # of an agreement
    "AG-NOTHING": ("account", "nothing is owed on this account", "该账户没有欠款"),
    "AG-TOO-MUCH": ("amount", "that is more than is owed: {owed}", "超过欠款金额：{owed}"),
    "AG-DAY": ("due_on", "choose a day", "请选择日期"),
    "AG-PAST": ("due_on", "this day has passed; the first possible is {first}", "该日期已过，最早为{first}"),
    "AG-FAR": ("due_on", "the policy allows {days} days ahead, until {last}", "最多可约定{days}天内，即{last}前"),
    "AG-MEANS": ("means", "choose how it will be paid", "请选择付款方式"),
    "AG-OPEN": (
        "",
        "a {kind} runs on this account already; change or cancel it first",
        "该账户已有进行中的{kind}，请先调整或取消",
    ),
    "AG-COUNT": ("count", "from 2 to {most} instalments", "期数须为2至{most}期"),
    "AG-INTERVAL": ("interval", "choose how often", "请选择还款间隔"),
    "AG-FIRST-SHARE": (
        "first",
        "the first payment lies between {least} and {most}",
        "首期金额须在{least}与{most}之间",
    ),
    "AG-STATEMENT": (
        "statement",
        "more than {most} instalments need an income and expenditure statement",
        "超过{most}期须填写收支表",
    ),
    "AG-AFFORD": (
        "count",
        "an instalment of {amount} is more than the month allows; {count} instalments of {lowest} can be afforded",
        "每期{amount}超出可承受范围；可分{count}期，每期{lowest}",
    ),
    "AG-HARDSHIP-FIRST": (
        "count",
        "no plan within the policy can be afforded: hardship comes first",
        "政策内没有可承受的分期方案，请先办理困难帮扶",
    ),
    "AG-REPLANS": (
        "",
        "this plan was changed {most} times already, as often as allowed",
        "该计划已调整{most}次，达到上限",
    ),
    "AG-NOT-OPEN": ("", "this agreement is over: {state}", "该协议已结束：{state}"),
    "AG-NOTHING-LATE": ("account", "nothing is overdue on this account", "该账户没有逾期"),
    "AG-PER-YEAR": (
        "",
        "this account was deferred {most} times within a year, as often as allowed",
        "该账户一年内已延期{most}次，达到上限",
    ),
    "AG-SMALL": ("count", "the sum is too small for {count} instalments", "金额过小，无法分{count}期"),
    "AG-LINE": ("{line}", "write a sum, or leave it empty", "请填写金额，或留空"),
    "AG-LINES": ("salary", "write at least one line of income or expenditure", "请至少填写一项收入或支出"),
    "AG-DEPENDANTS": ("dependants", "a whole number from 0 to 30", "请填写0至30的整数"),
    "AG-CAUSE": ("cause", "choose a cause", "请选择原因"),
    "AG-DURATION": ("duration", "choose how long", "请选择预计时长"),
    "AG-ERASED": ("", "the personal data of this customer was erased", "该客户的个人数据已删除"),
    # of a case
    "CS-CURRENCIES": ("account", "choose accounts of one currency and creditor", "请选择同一币种、同一债权人的账户"),
    "CS-NOTHING": ("amounts", "write how much is let go of at least one component", "请至少填写一项减免金额"),
    "CS-TOO-MUCH": ("{field}", "no more than {owed} is owed", "超过欠款金额：{owed}"),
    "CS-ORDER": (
        "{field}",
        "first let all of the {name_en} go: {owed} of it is owed",
        "请先全额减免{name_zh}：尚欠{owed}",
    ),
    "CS-POLICY": (
        "{field}",
        "above the policy: nobody may let this much go. {limit_en}",
        "超出政策上限，任何人都无权减免。{limit_zh}",
    ),
    "CS-CURRENCY": ("account", "no limits are written for {currency}", "权限表未列出币种{currency}"),
    "CS-DAY": ("pay_by", "choose a day from {first} to {last}", "请选择{first}至{last}之间的日期"),
    "CS-LUMP": (
        "pay_amount",
        "less than what is owed ({owed}), so that something is let go",
        "须低于欠款总额（{owed}）",
    ),
    "CS-OPEN": (
        "",
        "another proposal for this customer waits; decide or drop it first",
        "该客户已有待处理的减免提案，请先处理",
    ),
    "CS-OWN": ("", "nobody approves his own proposal: let somebody else decide", "不得审批自己的提案，请由他人审批"),
    "CS-SEAT": ("", "this needs {level_en}: leave it to them", "此提案须由{level_zh}审批"),
    "CS-VOTED": ("", "your side has approved it; the other has not yet", "本方已审批，等待另一方"),
    "CS-STATE": (
        "",
        "this was decided meanwhile: {state_en}; open it again",
        "该提案状态已变更：{state_zh}，请重新打开",
    ),
    "CS-CHANGED": (
        "",
        "what is owed has changed since it was proposed; refuse it and propose anew",
        "提案后欠款已发生变化，请否决后重新提案",
    ),
    "CS-RISEN": (
        "",
        "with other relief given since, this now needs {level_en}; refuse it and propose anew",
        "因期间已有其他减免，现须由{level_zh}审批，请否决后重新提案",
    ),
    "CS-LESS": (
        "amounts",
        "a counter-offer lets less go than was asked; else approve",
        "反报价须低于原提案，否则请直接同意",
    ),
    "CS-PROPOSER": ("", "only who proposed it answers a counter-offer or drops it", "仅提案人可答复反报价或放弃提案"),
    "CS-RIGHT": ("", "you lack the right: {right_en}", "您没有权限：{right_zh}"),
    "CS-DISPUTED": ("", "a dispute about this is open already", "已有未决异议"),
    "CS-CHARGES": ("charges", "choose what is disputed, or write an amount", "请选择有争议的款项或填写金额"),
    "CS-PROOF": ("proof", "choose what the customer is asked for", "请选择需客户提供的材料"),
    "CS-DECIDED": ("", "this dispute has been decided: {state_en}", "该异议已裁定：{state_zh}"),
    "CS-VERDICT": ("verdict", "choose what is decided", "请选择裁定结果"),
    "CS-GROUND": ("ground", "choose why", "请选择裁定理由"),
    "CS-CREDIT": (
        "amounts",
        "write how much of which charge is credited; for a rejected dispute nothing",
        "请填写各款项的冲减金额；异议不成立时不得填写",
    ),
    "CS-NOTE": ("note", "keep it within {most} characters", "请勿超过{most}个字"),
    "CS-TOPIC": ("topic", "choose what it is about", "请选择投诉内容"),
    "CS-ABOUT": ("", "the complaint is about you: somebody else handles it", "投诉涉及您本人，须由他人处理"),
    "CS-STEP": ("", "this step cannot follow: the dossier is {state_en}", "当前状态为{state_zh}，不能执行此步骤"),
    "CS-FINDING": ("finding", "choose what was found", "请选择结论"),
    "CS-STAFF": ("staff", "nobody of the staff has this code", "没有该工号的人员"),
    "CS-RELEASED": ("", "this rest has ended already", "该暂停已解除"),
    "CS-SPECIALIST": ("reason", "choose a reason that fits: {reasons_en}", "请选择适用的理由：{reasons_zh}"),
}  # fmt: skip


def objection(rule: str, *, field: str = "amount", **named: Any) -> Objection:
    """This function will word an objection; a pair of values is told as English and Chinese.

    `field` is the place of the form for a rule that is asked of several.
    """
    where, en, zh = _WORDS[rule]
    english, chinese = (
        {name: value[side] if isinstance(value, tuple) else value for name, value in named.items()} for side in (0, 1)
    )
    where = where.format(field=field, **english)
    return Objection(field=where, rule=rule, en=en.format(**english), zh=zh.format(**chinese))


def refused(rule: str, *, place: str, **named: Any) -> NotAgreedError:
    """This function will build the refusal of a rule, ready to be raised."""
    return NotAgreedError([objection(rule, **named)], place=place)
