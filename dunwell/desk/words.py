"""What the codes of the ledger are called on the pages, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping

from dunwell.batch.report import CHANNELS
from dunwell.work.rules import BY_CODE

Both = tuple[str, str]

_PRODUCTS: Mapping[str, Both] = {
    "mobile": ("Mobile", "移动"),
    "fixed": ("Fixed line", "固话"),
    "broadband": ("Broadband", "宽带"),
    "iot": ("IoT", "物联网"),
    "leased_line": ("Leased line", "专线"),
    "consumer_credit": ("Consumer credit", "消费信贷"),
    "instalment_loan": ("Instalment loan", "分期贷款"),
    "invoice": ("Invoice", "应收账款"),
}
_COMPONENTS: Mapping[str, Both] = {
    "principal": ("Principal", "本金"),
    "interest": ("Interest", "利息"),
    "fee": ("Fee", "费用"),
    "penalty": ("Penalty", "违约金"),
}
_ADJUSTMENTS: Mapping[str, Both] = {
    "credit_note": ("Credit note", "冲减"),
    "waiver": ("Waiver", "减免"),
    "write_off": ("Write-off", "核销"),
    "chargeback": ("Chargeback", "拒付退单"),
    "reversal": ("Reversal", "冲正"),
}
_HOLDS: Mapping[str, Both] = {
    "dispute": ("Dispute", "争议"),
    "hardship": ("Hardship", "经济困难"),
    "breathing_space": ("Breathing space", "喘息期"),
    "bereavement": ("Bereavement", "丧亲"),
    "represented": ("Represented by a lawyer", "已委托律师"),
    "bankrupt": ("Bankrupt", "破产"),
    "deceased": ("Deceased", "已故"),
    "minor": ("Minor", "未成年"),
    "in_hospital": ("In hospital", "住院"),
    "pause": ("Pause", "暂停"),
}
_SIGNALS: Mapping[str, Both] = {
    "dispute_opened": ("Dispute opened", "提出争议"),
    "dispute_closed": ("Dispute closed", "争议结案"),
    "hardship_asked": ("Asked for help", "申请困难帮扶"),
    "complaint": ("Complaint", "投诉"),
    "distress": ("Distress", "情绪危机"),
    "promise_made": ("Promise made", "作出还款承诺"),
    "promise_kept": ("Promise kept", "承诺已兑现"),
    "promise_broken": ("Promise broken", "承诺未兑现"),
    "debit_failed": ("Debit failed", "扣款失败"),
}
_OUTCOMES: Mapping[str, Both] = {
    **{code: (result.en, result.zh) for code, result in BY_CODE.items()},
    "delivered": ("Delivered", "已送达"),
    "replied": ("Replied", "已回复"),
    "voicemail_left": ("Voicemail left", "已留语音信箱"),
    "wrong_person": ("Wrong person", "非本人"),
}
_ACTORS: Mapping[str, Both] = {"human": ("Person", "人工"), "robot": ("Robot", "机器人")}
_QUALITIES: Mapping[str, Both] = {
    "verified": ("verified", "已核实"),
    "unverified": ("not verified", "未核实"),
    "invalid": ("wrong", "无效"),
}
_PERMITS: Mapping[str, Both] = {
    "used": ("permit used", "许可已使用"),
    "unused": ("permit", "已获许可"),
    "none": ("told from outside", "外部告知"),
}
_SCOPES: Mapping[str, Both] = {
    "everything": ("Everything", "全部"),
    "channel": ("Channel", "渠道"),
    "treatment": ("Treatment", "措施"),
    "agency": ("Agency", "机构"),
    "creditor": ("Creditor", "债权人"),
}
_STANCES: Mapping[str, Both] = {"granted": ("Consent", "同意联系"), "refused": ("Refusal of contact", "拒绝联系")}
_PLACEHOLDERS: Mapping[str, Both] = {
    "name": ("name", "姓名"),
    "deadline": ("deadline", "还款期限"),
    "pay_link": ("payment link", "付款链接"),
    "help_link": ("help link", "帮助链接"),
    "phone": ("telephone", "回电号码"),
    "amount": ("amount", "金额"),
    "account": ("account", "账户"),
    "due_on": ("due date", "到期日"),
    "creditor": ("creditor", "债权人"),
}
WORDS: Mapping[str, Mapping[str, Both]] = {
    "channel": CHANNELS,
    "product": _PRODUCTS,
    "component": _COMPONENTS,
    "adjustment": _ADJUSTMENTS,
    "hold": _HOLDS,
    "signal": _SIGNALS,
    "outcome": _OUTCOMES,
    "actor": _ACTORS,
    "quality": _QUALITIES,
    "permit": _PERMITS,
    "scope": _SCOPES,
    "stance": _STANCES,
    "placeholder": _PLACEHOLDERS,
}


def word(kind: str, code: str, *, language: str) -> str:
    """This function will say what a code is called; one that nobody has named is shown as it is, without its joints."""
    told = WORDS[kind].get(code)
    return told[language.startswith("zh")] if told else code.replace("_", " ")
