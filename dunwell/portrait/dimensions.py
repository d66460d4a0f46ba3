"""The dimensions of the portrait, each declared once: the frame and the page in docs/ are held equal to them."""

from __future__ import annotations

from dataclasses import dataclass

PAGE = "docs/reference/dimensions.md"
ON_THE_DAY = "on the day"


@dataclass(frozen=True, slots=True)
class Dimension:
    """One column of the portrait: what it means, in which unit, over which time, and what null says."""

    name: str
    en: str
    zh: str
    unit: str
    window: str = ON_THE_DAY
    null: str = "never null"


def _d(name: str, en: str, zh: str, unit: str, window: str = ON_THE_DAY, null: str = "never null") -> Dimension:
    return Dimension(name, en, zh, unit, window, null)


NOT_OVERDUE = "nothing is overdue"

MONEY = (
    _d("accounts", "Accounts", "账户数", "accounts"),
    _d("overdue_accounts", "Accounts with something overdue", "逾期账户数", "accounts"),
    _d("currencies", "Different currencies of the accounts", "账户币种数", "currencies"),
    _d(
        "product_line",
        "Product line of the account with the largest amount overdue (the first by name if none is)",
        "逾期金额最大账户的产品线（无逾期时取名称最前者）",
        "code",
    ),
    _d("creditor", "Creditor of that same account", "同一账户的债权人", "code"),
    _d(
        "outstanding_reference",
        "All that is owed, valued in the reference currency: to rank, not money",
        "欠款总额（按参考币种折算，仅用于排序）",
        "reference currency",
    ),
    _d(
        "overdue_reference",
        "All that is overdue, valued in the reference currency: to rank, not money",
        "逾期总额（按参考币种折算，仅用于排序）",
        "reference currency",
    ),
    _d(
        "past_due_days",
        "Days since the oldest unpaid due date, the most of all accounts; 0 on the due date itself",
        "逾期天数（取各账户最大值；到期当日为0）",
        "days",
    ),
    _d(
        "delinquent_days",
        "Days late without days of grace and holds, the most of all accounts",
        "扣除宽限与暂停后的逾期天数（取各账户最大值）",
        "days",
    ),
    _d("bucket", "Bucket of the delinquent days", "账龄阶段", "code"),
    _d(
        "utilisation",
        "Owed under credit limits, as a share of the limits",
        "授信使用率",
        "ratio",
        null="no account has a credit limit",
    ),
    _d(
        "tenure_months",
        "Whole months since he became a customer, or else since the oldest account was opened",
        "在网（在册）月数",
        "months",
        null="neither date is known",
    ),
)

PAYMENTS = (
    _d("payments_12m", "Payments that were not taken back", "近12个月有效付款次数", "payments", "12 months"),
    _d(
        "paid_on_time_share_12m",
        "Share of the charges that fell due which were paid off by their due date",
        "近12个月按时付清的账单比例",
        "ratio",
        "charges due in 12 months, up to yesterday",
        "no charge fell due",
    ),
    _d(
        "partial_payments_6m",
        "Payments that paid off no charge",
        "近6个月未能付清任何一笔账单的付款次数",
        "payments",
        "6 months",
    ),
    _d("days_since_payment", "Days since the last payment", "距上次付款天数", "days", "all time", "never paid"),
    _d("kept_promises_6m", "Promises to pay that were kept", "近6个月兑现的还款承诺", "promises", "6 months"),
    _d("broken_promises_6m", "Promises to pay that were broken", "近6个月违约的还款承诺", "promises", "6 months"),
    _d("failed_debits_3m", "Direct debits that failed", "近3个月扣款失败次数", "debits", "3 months"),
    _d(
        "peak_past_due_days_6m",
        "The most days that any charge was late",
        "近6个月最大逾期天数",
        "days",
        "charges unpaid at some time in 6 months",
    ),
    _d(
        "peak_past_due_days_12m",
        "The most days that any charge was late",
        "近12个月最大逾期天数",
        "days",
        "charges unpaid at some time in 12 months",
    ),
    _d(
        "usage_change_3m",
        "Change of the average use per report, against the 3 months before",
        "近3个月用量变化（与前3个月均值相比）",
        "ratio: -1 all gone, 0 the same",
        "3 months against 3 months",
        "no use reported in one of them, or none before",
    ),
)

CONTACTS = (
    _d("contacts_today", "Attempts to reach him", "当日触达次数", "contacts", "the day itself, his own date"),
    _d("contacts_7d", "Attempts to reach him", "近7天触达次数", "contacts", "7 days with today"),
    _d("days_since_contact", "Days since the last attempt", "距上次触达天数", "days", "all time", "never tried"),
    _d(
        "first_overdue_on",
        "The day from which the oldest unpaid charge is overdue",
        "本次逾期起始日",
        "date",
        null=NOT_OVERDUE,
    ),
    _d(
        "contacted_since_overdue",
        "An attempt was made since that day",
        "本次逾期以来是否已触达",
        "yes/no",
        "since first_overdue_on",
    ),
    _d(
        "voice_answer_rate_90d",
        "Share of our calls that a person took",
        "近90天电话接通率",
        "ratio",
        "90 days",
        "no call was made",
    ),
    _d(
        "message_answer_rate_90d",
        "Share of our messages that were answered",
        "近90天消息回复率",
        "ratio",
        "90 days",
        "no message was sent",
    ),
    _d(
        "best_hour",
        "The hour of his day at which he answered most often (the earliest of equals)",
        "最常应答的时段（本地小时）",
        "hour, 0 to 23",
        "12 months",
        "he never answered",
    ),
    _d(
        "preferred_channel",
        "The channel by which he answered or wrote most often",
        "最常应答或主动联系的渠道",
        "code",
        "12 months",
        "he never answered nor wrote",
    ),
    _d(
        "right_party_contacts_30d",
        "Conversations with the debtor himself",
        "近30天本人有效通话次数",
        "contacts",
        "30 days",
    ),
    _d(
        "contact_point_changes_90d",
        "Addresses and numbers added, ended or reported as changed, after the first ones",
        "近90天联系方式变更次数",
        "changes",
        "90 days",
    ),
    _d("reachable_sms", "Has a usable number for SMS", "可短信触达", "yes/no"),
    _d("reachable_app_push", "Can be notified in the app", "可APP推送", "yes/no"),
    _d("reachable_email", "Has a usable e-mail address", "可邮件触达", "yes/no"),
    _d("reachable_voice", "Has a usable number for calls", "可电话触达", "yes/no"),
    _d("reachable_social", "Has a usable social account", "可社交账号触达", "yes/no"),
    _d("reachable_letter", "Has a usable postal address", "可信函触达", "yes/no"),
)

SIGNALS = (
    _d("complaints_6m", "Complaints", "近6个月投诉次数", "complaints", "6 months"),
    _d("disputes_12m", "Disputes opened", "近12个月异议次数", "disputes", "12 months"),
    _d("dispute_open", "A dispute is open, by a hold or by the latest signal", "是否有未结异议", "yes/no"),
    _d(
        "hardship",
        "A hardship or breathing space is on record, or was asked for",
        "是否有经济困难登记或申请",
        "yes/no",
        "on the day; asked for in 90 days",
    ),
    _d(
        "bureau_score",
        "The latest score of the credit bureau",
        "最近一次征信评分",
        "points",
        "all time",
        "none was reported",
    ),
    _d(
        "overdue_elsewhere",
        "Debts overdue elsewhere, as the bureau last reported",
        "最近报告的他处逾期",
        "as the bureau counts",
        "12 months",
        "none was reported",
    ),
    _d("court_cases_24m", "Court cases and enforcements", "近24个月涉诉与执行次数", "cases", "24 months"),
    _d(
        "bankruptcy_signal_30d",
        "A search or a filing for bankruptcy",
        "近30天破产相关信号",
        "yes/no",
        "30 days",
    ),
    _d(
        "identity_risk_signals_12m",
        "New devices, virtual numbers, one identity with many cards",
        "近12个月身份风险信号数",
        "signals",
        "12 months",
    ),
    _d("app_sessions_30d", "Log-ins and sessions in the app", "近30天APP登录与使用次数", "sessions", "30 days"),
    _d(
        "rival_interest_30d",
        "Asked about a rival's service or how to leave",
        "近30天咨询竞争对手业务",
        "yes/no",
        "30 days",
    ),
    _d(
        "overdue_cause",
        "The latest cause that was found: cash_flow, dispute, evasion, failed_debit, forgot, lost_contact",
        "最近认定的逾期原因",
        "code",
        "all time",
        "no cause is known",
    ),
    _d("service_suspended", "The service is suspended", "业务是否已停", "yes/no", "latest signal"),
    _d("written_off", "An account was written off; the debt remains", "是否有已核销账户", "yes/no", "all time"),
)

COVERAGE = (
    _d("completeness", "Share of the nine kinds of source that told something", "画像完整度", "ratio", "all time"),
    _d(
        "sources_seen",
        "The kinds of source that told something, sorted",
        "已有数据的来源类别",
        "codes, separated by commas",
        "all time",
    ),
)

CHAPTERS = {
    "What is owed · 欠款": MONEY,
    "How he pays · 付款习惯": PAYMENTS,
    "How he is reached · 触达": CONTACTS,
    "What else is known · 其他信号": SIGNALS,
    "How much is known · 完整度": COVERAGE,
}
DIMENSIONS: tuple[Dimension, ...] = tuple(dimension for chapter in CHAPTERS.values() for dimension in chapter)

HEAD = """# Dimensions of the portrait

What is known of a customer on a day, over all his accounts. The page is written from `dunwell/portrait/dimensions.py`
by `python tools/docs_check.py --write`.

A window of days or months holds the days after the same date so long before, up to and with the day of the portrait.
Counts are 0 and yes/no is no where nothing is known; other dimensions are then null. `completeness` says how many of
the nine kinds of source have told anything of a customer: accounts stand for billing, payments for payments, region,
tier, language or the date he came for CRM, contacts for contact events, and signals for the kind that brought them.
"""


def markdown() -> str:
    """This function will write the page of the dimensions."""
    parts = [HEAD]
    for title, dimensions in CHAPTERS.items():
        rows = [f"| `{d.name}` | {d.en} | {d.zh} | {d.unit} | {d.window} | {d.null} |" for d in dimensions]
        table = "\n".join(
            ["| Dimension | Meaning | 中文 | Unit | Window | Null means |", "|---|---|---|---|---|---|", *rows]
        )
        parts.append(f"## {title}\n\n{table}\n")
    return "\n".join(parts)
