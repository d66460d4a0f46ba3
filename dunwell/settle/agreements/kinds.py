"""The closed lists of agreements: what is agreed, how it is to be paid, how it stands and how it ends. Pure."""

from __future__ import annotations

from dunwell.access.kinds import Worded


class Agreed(Worded):
    """What sort of agreement it is; each has a hold of its own."""

    PROMISE = "promise", "promise to pay", "承诺还款"
    PLAN = "plan", "instalment plan", "分期计划"
    DEFERRAL = "deferral", "deferral", "延期"


class Means(Worded):
    """How a customer says he will pay."""

    ONLINE = "online", "online or in the app", "线上支付"
    TRANSFER = "transfer", "bank transfer", "银行转账"
    DIRECT_DEBIT = "direct_debit", "direct debit", "代扣"
    CARD = "card", "card by telephone", "电话刷卡"
    COUNTER = "counter", "at a counter", "柜台缴费"
    OTHER = "other", "another way", "其他方式"


class Interval(Worded):
    """How far one instalment lies from the next."""

    MONTH = "month", "every month", "每月"
    FORTNIGHT = "fortnight", "every two weeks", "每两周"


class DeferralReason(Worded):
    """Why the due day is moved; a code and never free text, because evidence holds no personal data."""

    SALARY_LATE = "salary_late", "salary or benefit comes later", "工资或补助延后发放"
    BILL_LATE = "bill_late", "our bill came late or was unclear", "账单迟到或有误"
    ILLNESS = "illness", "illness or an accident", "患病或意外"
    TRAVEL = "travel", "travelling", "出差或旅行"
    PAYMENT_TROUBLE = "payment_trouble", "a payment failed", "支付未成功"
    BUSINESS = "business", "a customer of the business pays late", "对方客户延迟付款"


class Ending(Worded):
    """Why an agreement ended otherwise than by being kept or broken."""

    CANCELLED = "cancelled", "cancelled", "已取消"
    REPLACED = "replaced", "replaced", "已被替换"


class State(Worded):
    """How an agreement stands; computed from its row, the payments and its end, never stored."""

    OPEN = "open", "running", "履行中"
    KEPT = "kept", "kept", "已履约"
    PARTIAL = "partial", "partly kept", "部分履约"
    BROKEN = "broken", "broken", "已违约"
    CANCELLED = "cancelled", "cancelled", "已取消"
    REPLACED = "replaced", "replaced", "已被替换"


class InstalmentState(Worded):
    """How one instalment of a plan stands."""

    TO_COME = "to_come", "to come", "未到期"
    DUE = "due", "due now", "应付"
    PAID = "paid", "paid", "已付"
    LATE = "late", "late", "逾期"
