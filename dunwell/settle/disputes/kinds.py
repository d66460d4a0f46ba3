"""The closed lists of disputes: what is not accepted, what is decided and why. Pure."""

from __future__ import annotations

from dunwell.access.kinds import Worded


class DisputeReason(Worded):
    """What a customer does not accept."""

    NOT_MINE = "not_mine", "not the customer's debt", "非本人欠款"
    AMOUNT = "amount", "the amount is wrong", "金额有误"
    PAID = "paid", "it was paid", "已付款"
    SERVICE = "service", "the service failed or was not ordered", "服务故障或未订购"
    CANCELLED = "cancelled", "the contract had ended", "合同已终止"
    FRAUD = "fraud", "identity theft or fraud", "身份被冒用或诈骗"
    OTHER = "other", "another reason", "其他原因"


class Proof(Worded):
    """What the customer is asked to send; nothing is held against him if he has none."""

    NONE = "none", "nothing", "无需提供"
    RECEIPT = "receipt", "receipt of the payment", "付款凭证"
    BILL = "bill", "the bill in question", "有争议的账单"
    CANCELLATION = "cancellation", "the notice of termination", "解约通知"
    POLICE_REPORT = "police_report", "a report to the police", "报案回执"


class Verdict(Worded):
    """What finance decides."""

    UPHELD = "upheld", "upheld", "成立"
    PARTLY = "partly", "upheld in part", "部分成立"
    REJECTED = "rejected", "rejected", "不成立"


class Ground(Worded):
    """Why it is decided so."""

    BILLING_ERROR = "billing_error", "billing error", "计费错误"
    PAYMENT_FOUND = "payment_found", "the payment was found", "已查实付款"
    NOT_PROVEN_BY_US = "not_proven_by_us", "we cannot prove the debt", "我方无法证明欠款"
    SERVICE_FAILED = "service_failed", "the service did fail", "服务确有故障"
    FRAUD_CONFIRMED = "fraud_confirmed", "fraud confirmed", "确认被冒用"
    BILL_CORRECT = "bill_correct", "the bill is correct", "账单无误"
    NO_PAYMENT = "no_payment", "no payment was found", "未查到付款"
    GOODWILL = "goodwill", "goodwill", "善意处理"


# What the customer is to be told, by verdict; the letter itself comes from the scripts.
TELL: dict[Verdict, tuple[str, str]] = {
    Verdict.UPHELD: (
        "Tell the customer: you were right; the disputed amount is taken off, nothing of it is collected.",
        "请告知客户：异议成立，争议金额已全部冲减，不再催收。",
    ),
    Verdict.PARTLY: (
        "Tell the customer: you were right in part; show what is taken off, what remains and why, and how to complain.",
        "请告知客户：异议部分成立；说明冲减金额、剩余金额及理由，以及投诉渠道。",
    ),
    Verdict.REJECTED: (
        "Tell the customer: the amount stands; give the proof and the reason, how to complain, and a plan if it helps.",
        "请告知客户：异议不成立；提供证明与理由、投诉渠道，如有需要可协商分期。",
    ),
}


class PauseReason(Worded):
    """Why contact may go on after distress, or why it may not yet."""

    SPOKEN = "spoken", "spoke with the customer, who agrees", "已与客户沟通，客户同意"
    SUPPORT = "support", "support is in place (family, doctor, adviser)", "已有支持（家人、医生、顾问）"
    MISTAKEN = "mistaken", "entered by mistake", "登记有误"
    STILL_IN_DISTRESS = "still_in_distress", "still in distress", "情绪危机尚未解除"
    NOT_REACHED = "not_reached", "not reached yet", "尚未取得联系"


# The reasons for which the rest goes on.
KEEPING = (PauseReason.STILL_IN_DISTRESS, PauseReason.NOT_REACHED)
