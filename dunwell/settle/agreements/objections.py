"""Why something is not agreed: the field that is wrong, the words, and how to mend it, in both languages. Pure."""

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
    "AG-ACCOUNT": ("account", "choose an account of this customer", "请选择该客户的账户"),
    "AG-NOTHING": ("account", "nothing is owed on this account", "该账户没有欠款"),
    "AG-AMOUNT": ("amount", "write a sum above zero, such as {example}", "请填写大于零的金额，例如{example}"),
    "AG-PLACES": ("amount", "{currency} has {places} decimal places", "{currency}最多{places}位小数"),
    "AG-TOO-MUCH": ("amount", "that is more than is owed: {owed}", "超过欠款金额：{owed}"),
    "AG-DAY": ("due_on", "choose a day", "请选择日期"),
    "AG-PAST": ("due_on", "this day has passed; the first possible is {first}", "该日期已过，最早为{first}"),
    "AG-FAR": ("due_on", "the policy allows {days} days ahead, until {last}", "最多可约定{days}天内，即{last}前"),
    "AG-MEANS": ("means", "choose how it will be paid", "请选择付款方式"),
    "AG-REASON": ("reason", "choose a reason", "请选择原因"),
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
    "AG-KEY": ("", "this form is not complete; open it again", "表单不完整，请重新打开"),
}  # fmt: skip


def objection(rule: str, **named: Any) -> Objection:
    """This function will word an objection; a pair of values is told as English and Chinese."""
    field, en, zh = _WORDS[rule]
    english, chinese = (
        {name: value[side] if isinstance(value, tuple) else value for name, value in named.items()} for side in (0, 1)
    )
    return Objection(field=field.format(**english), rule=rule, en=en.format(**english), zh=zh.format(**chinese))
