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
    "promise": ("Promise to pay", "承诺还款"),
    "plan": ("Instalment plan", "分期计划"),
    "deferral": ("Deferral", "延期"),
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
    "promise_reopened": ("Promise runs again", "承诺恢复履行"),
    "plan_agreed": ("Instalment plan agreed", "达成分期计划"),
    "plan_kept": ("Instalment plan kept", "分期计划已履行完毕"),
    "plan_broken": ("Instalment plan broken", "分期计划违约"),
    "plan_reopened": ("Instalment plan runs again", "分期计划恢复履行"),
    "deferral_agreed": ("Due day moved", "已延期"),
    "deferral_kept": ("Paid by the moved due day", "延期后已付清"),
    "deferral_broken": ("Not paid by the moved due day", "延期后仍未付"),
    "deferral_reopened": ("Deferral runs again", "延期恢复"),
    "debit_failed": ("Debit failed", "扣款失败"),
    "distress_over": ("Distress is over", "情绪危机解除"),
    "relief_proposed": ("Relief proposed", "提出减免"),
    "relief_refused": ("Relief refused", "减免被否决"),
    "relief_granted": ("Relief granted", "减免生效"),
    "settlement_agreed": ("Settlement agreed", "和解达成"),
    "settlement_lapsed": ("Settlement lapsed", "和解失效"),
    "complaint_acknowledged": ("Complaint acknowledged", "投诉已确认"),
    "complaint_answered": ("Complaint answered", "投诉已答复"),
    "complaint_closed": ("Complaint closed", "投诉已结案"),
    "complaint_mediation_offered": ("Mediation offered", "提出独立调解"),
    "complaint_mediation_accepted": ("Mediation accepted", "客户接受调解"),
    "complaint_mediation_declined": ("Mediation declined", "客户拒绝调解"),
    "complaint_mediation_result": ("Mediation ended", "调解结束"),
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
# The work list: how a clock stands, the tabs, why somebody decides by hand, and why one was left as he is.
_LIGHTS: Mapping[str, Both] = {
    "green": ("in time", "未到期"),
    "amber": ("soon due", "即将到期"),
    "red": ("overdue", "已超时"),
}
_TABS: Mapping[str, Both] = {
    "mine": ("Mine", "我的"),
    "team": ("Team", "团队"),
    "free": ("Free", "待领取"),
}
_ASSIGNED: Mapping[str, Both] = {
    "assigned": ("by the rules", "按规则分派"),
    "returned": ("was his before", "回到原催收员"),
    "load": ("to even out the load", "平衡工作量"),
    "absence": ("somebody is away", "人员缺勤"),
    "language": ("for the language", "语言需要"),
    "skill": ("for the skill", "技能需要"),
    "customer_wish": ("the customer asked for it", "客户要求"),
    "conflict_of_interest": ("conflict of interest", "利益冲突"),
    "complaint": ("after a complaint", "投诉后调整"),
    "better_later": ("better later", "稍后处理更合适"),
}
_LEFT: Mapping[str, Both] = {
    "not_listed": ("not in the work list", "不在作业清单中"),
    "in_hand": ("somebody has the customer in hand now", "他人正在处理"),
    "has_him_already": ("this person has the customer already", "该人员已负责此客户"),
    "nobody_has_him": ("nobody had the customer", "原本无人负责"),
    "no_skill": ("this person lacks the skill", "该人员缺少所需技能"),
    "no_agency": ("placed with an agency", "已委外"),
    "no_capacity": ("this person has no room", "该人员已满额"),
}
WORDS: Mapping[str, Mapping[str, Both]] = {
    "light": _LIGHTS,
    "tab": _TABS,
    "assigned": _ASSIGNED,
    "left": _LEFT,
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
