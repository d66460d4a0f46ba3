"""Why a row may be refused: every rule once, with its reason and its cure in both languages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """One reason to refuse a row."""

    id: str
    en: str
    zh: str
    cure_en: str
    cure_zh: str

    def reason(self, language: str = "en") -> str:
        """This function will say why, and what to do about it, in one line."""
        reason, cure = (self.zh, self.cure_zh) if language.startswith("zh") else (self.en, self.cure_en)
        return f"{reason} -> {cure}"


# By the rule: why (English, Chinese), and what to do about it.
_WORDS = {
    "wrong-cells": (
        "the row has more or fewer cells than the header", "该行的单元格数与表头不符",
        "put delimiters inside a cell into quotes, or fill the missing cells",
        "把单元格内的分隔符放入引号，或补齐缺少的单元格",
    ),
    "not-a-row": (
        "the line cannot be read as a row", "该行无法解析",
        "write one JSON object on the line", "每行写一个 JSON 对象",
    ),
    "required": (
        "a value that must be there is missing", "缺少必填的值",
        "fill it in", "请补填",
    ),
    "not-a-date": (
        "this is no date in any of the mapping's forms", "不是映射所列格式的日期",
        "write it in one of the mapping's forms, or as YYYY-MM-DD", "按映射所列格式或 YYYY-MM-DD 书写",
    ),
    "not-a-time": (
        "this is no date and time in any of the mapping's forms", "不是映射所列格式的日期时间",
        "write it in one of the mapping's forms, or as YYYY-MM-DD HH:MM:SS",
        "按映射所列格式或 YYYY-MM-DD HH:MM:SS 书写",
    ),
    "date-out-of-range": (
        "the date lies before 1900 or after 2199", "日期早于 1900 年或晚于 2199 年",
        "correct the year", "更正年份",
    ),
    "date-in-future": (
        "something that has happened cannot lie after the day of the import", "已发生的事不能晚于导入日",
        "correct the date, or import it when the day has come", "更正日期，或到期后再导入",
    ),
    "ends-before-start": (
        "the period ends before it starts", "期间的结束早于开始",
        "swap or correct the two dates", "更正两个日期",
    ),
    "not-a-number": (
        "this is no number", "不是数字",
        "write digits with a decimal point, thousands separated by commas or not at all",
        "用小数点书写，千分位用逗号或不分组",
    ),
    "number-out-of-range": (
        "the number is negative or too large for its field", "数字为负或超出范围",
        "correct the number", "更正数字",
    ),
    "amount-not-positive": (
        "the amount is zero or negative", "金额为零或负数",
        "send a credit as an adjustment, a refund as a reversal", "贷记请作为调整，退款请作为冲正",
    ),
    "amount-negative": (
        "the amount is negative", "金额为负数",
        "correct the amount", "更正金额",
    ),
    "amount-absurd": (
        "the amount is larger than the limit", "金额超过上限",
        "correct the amount, or raise at_most in the mapping", "更正金额，或在映射中提高 at_most",
    ),
    "too-many-places": (
        "the amount has more decimal places than its currency", "金额小数位数多于该币种",
        "correct the amount, or let the mapping round it with round_to", "更正金额，或在映射中用 round_to 取整",
    ),
    "unknown-currency": (
        "this is no currency of ISO 4217", "不是 ISO 4217 币种",
        "write a code such as CNY", "填写如 CNY 的代码",
    ),
    "currency-differs": (
        "the row names another currency than its account", "与账户币种不同",
        "correct the currency, or the account", "更正币种或账户",
    ),
    "unknown-value": (
        "this value is not in the list of the mapping or the ledger", "该值不在映射或账本的列表中",
        "correct it, or add it to the values of the mapping", "更正该值，或加入映射的 values",
    ),
    "too-long": (
        "the text is longer than its field", "文本超过字段长度",
        "shorten it", "请缩短",
    ),
    "not-text": (
        "the text holds a character that cannot be stored (NUL)", "文本含无法保存的字符 (NUL)",
        "remove the character", "删除该字符",
    ),
    "consent-missing": (
        "a special group is kept only with the person's consent", "特殊群体信息须经本人同意",
        "record the consent, or leave the group out", "登记同意，或去掉该信息",
    ),
    "external-id-reused": (
        "the same id was told before with other content", "同一编号此前内容不同",
        "give it an id of its own and name the old one in corrects", "使用新编号，并在 corrects 中注明旧编号",
    ),
    "repeated-in-file": (
        "an earlier row of this file says exactly the same", "本文件已有完全相同的一行",
        "remove it, or give it an id of its own if it happened twice", "删除；若确实发生两次，请使用不同编号",
    ),
    "version-told-before": (
        "this was told before for the same day and replaced since", "同日已报送过且已被替换",
        "tell it with a later day in valid_from", "用更晚的 valid_from 报送",
    ),
    "already-corrected": (
        "what it corrects has been corrected by another one", "被更正的事实已另有更正",
        "correct that correction instead", "请更正该更正",
    ),
    "other-account": (
        "what it refers to belongs to another account", "所指事实属于另一账户",
        "correct the reference or the account", "更正引用或账户",
    ),
    "unknown-party": (
        "no such party is known", "没有该当事人",
        "import the parties first, or correct the id", "先导入当事人，或更正编号",
    ),
    "unknown-account": (
        "no such account is known", "没有该账户",
        "import the accounts first, or correct the id", "先导入账户，或更正编号",
    ),
    "unknown-charge": (
        "no such charge is known", "没有该应收款",
        "import the charges first, or correct the id", "先导入应收款，或更正编号",
    ),
    "unknown-payment": (
        "no such payment is known", "没有该付款",
        "import the payments first, or correct the id", "先导入付款，或更正编号",
    ),
    "unknown-contact-point": (
        "no such contact point is known", "没有该联系方式",
        "import the contact points first, or correct the id", "先导入联系方式，或更正编号",
    ),
    "unknown-consent": (
        "no such consent is known", "没有该同意",
        "import the consents first, or correct the id", "先导入同意，或更正编号",
    ),
    "unknown-wish": (
        "no such wish is known", "没有该意愿",
        "import the wishes first, or correct the id", "先导入意愿，或更正编号",
    ),
    "unknown-hold": (
        "no such hold is known", "没有该暂停",
        "import the holds first, or correct the id", "先导入暂停，或更正编号",
    ),
    "unknown-corrected": (
        "what it corrects is not known", "被更正的事实不存在",
        "import that first, or correct the id", "先导入该事实，或更正编号",
    ),
    "erased-person": (
        "the person was erased: nothing personal may be stored again", "该人已被删除，不得再存其个人信息",
        "leave the person out of the file", "从文件中去掉该人",
    ),
}  # fmt: skip
RULES = {rule: Rule(rule, *words) for rule, words in _WORDS.items()}


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one cell: the column, and the rule that it breaks."""

    column: str
    rule: str


def masked(text: str | None, *, secret: bool = False) -> str:
    """This function will leave at most the first and the last character; of short and of secret values, none."""
    if not text:
        return ""
    return "…" if secret or len(text) < 5 else f"{text[0]}…{text[-1]}"
