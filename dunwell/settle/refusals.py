"""Why something is not done with a case: the field, the words, and how to mend it, in both languages. Pure."""

from __future__ import annotations

from typing import Any

from dunwell.settle.agreements.objections import NotAgreedError, Objection

# rule: (field, English, Chinese); {names} are filled in.
_WORDS = {
    "CS-ACCOUNT": ("account", "choose an account of this customer", "请选择该客户的账户"),
    "CS-CURRENCIES": ("account", "choose accounts of one currency and creditor", "请选择同一币种、同一债权人的账户"),
    "CS-REASON": ("reason", "choose a reason", "请选择原因"),
    "CS-AMOUNT": ("{field}", "write a sum above zero, such as {example}", "请填写大于零的金额，例如{example}"),
    "CS-PLACES": ("{field}", "{currency} has {places} decimal places", "{currency}最多{places}位小数"),
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
    "CS-KEY": ("", "open the form again: it is not complete", "表单不完整，请重新打开"),
}


def refused(rule: str, *, place: str, **values: Any) -> NotAgreedError:
    """This function will build the refusal of a rule, ready to be raised."""
    field, en, zh = (text.format(**values) for text in _WORDS[rule])
    return NotAgreedError([Objection(field=field, rule=rule, en=en, zh=zh)], place=place)
