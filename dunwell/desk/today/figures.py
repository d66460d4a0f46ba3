"""What each figure of the first page is called and how it is computed, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from dunwell.desk.page import language


class Both(NamedTuple):
    """Words in English and Chinese."""

    en: str
    zh: str

    @property
    def said(self) -> str:
        """This property will say it in the reader's language."""
        return self.en if language() == "en" else self.zh


class Figure(NamedTuple):
    """A figure: its name and its formula."""

    name: Both
    formula: Both


def _figure(en: str, zh: str, formula_en: str, formula_zh: str) -> Figure:
    return Figure(Both(en, zh), Both(formula_en, formula_zh))


_CASH = ("payments received − chargebacks and reversals", "实收还款 − 拒付退单与冲正")
_NOW = ("as of now", "截至当前时刻")
FIGURES: Mapping[str, Figure] = {
    # ---- money
    "cash_today": _figure(
        "Cash today",
        "今日回款",
        f"{_CASH[0]} of today",
        f"今日{_CASH[1]}",
    ),
    "cash_month": _figure(
        "Cash this month",
        "本月回款",
        f"{_CASH[0]}, from the 1st to today",
        f"自本月1日至今{_CASH[1]}",
    ),
    "cash_expected": _figure(
        "Month's end, projected",
        "月末预计",
        "cash so far + for each day to come the mean of its weekday in the last 8 weeks; the range holds 4 times in 5 "
        "if days vary as they did",
        "本月已回款 + 余下各日按近8周同一星期几的均值；若日间波动不变，实际值约有八成机会落在区间内",
    ),
    "payments_today": _figure(
        "Payments today",
        "今日还款笔数",
        "payments dated today",
        "还款日为今日的笔数",
    ),
    "cash_mine": _figure(
        "Cash of my customers",
        "我的客户本月回款",
        "payments of this month on accounts of the customers in one's care now",
        "目前由本人负责的客户，其账户本月还款之和",
    ),
    # ---- contacts
    "attempts": _figure(
        "Attempts today",
        "今日联系次数",
        "outbound contacts of today, answered or not",
        "今日主动联系次数，含未接通",
    ),
    "conversations": _figure(
        "Conversations today",
        "今日本人接通",
        "attempts with a conversation with the debtor; share = conversations ÷ attempts",
        "与债务人本人通话的联系；占比 = 本人接通 ÷ 联系次数",
    ),
    "promises": _figure(
        "Promises today",
        "今日承诺",
        "conversations that ended in a promise to pay; share = promises ÷ conversations",
        "通话结果为承诺还款；承诺率 = 承诺 ÷ 本人接通",
    ),
    "kept_share": _figure(
        "Promises kept",
        "承诺兑现率",
        "promises kept ÷ (kept + broken), by number, in the last 30 days",
        "近30天 已兑现 ÷（已兑现 + 未兑现），按笔数",
    ),
    "promises_due": _figure(
        "My promises due today",
        "今日到期的我的承诺",
        "promises that one took and that come due today",
        "本人达成且今日到期的承诺",
    ),
    "cost_month": _figure(
        "Cost of contacts this month",
        "本月联系成本",
        "contacts × mean cost of the treatments of their channel and actor: an estimate",
        "联系次数 × 该渠道与执行方的措施平均成本（估算）",
    ),
    "cost_per_100": _figure(
        "Cost per 100 collected",
        "每回收100元成本",
        "cost of contacts ÷ cash × 100, this month",
        "本月 联系成本 ÷ 回款 × 100",
    ),
    "complaints": _figure(
        "Complaints per 1,000",
        "千户投诉率",
        "complaints ÷ accounts contacted × 1,000, last 30 days",
        "近30天 投诉 ÷ 被联系账户数 × 1,000",
    ),
    "complaints_count": _figure(
        "Complaints, 30 days",
        "近30天投诉",
        "complaints told of in the last 30 days",
        "近30天登记的投诉",
    ),
    # ---- work
    "late_mine": _figure(
        "Mine past their SLA time",
        "我的超时限客户",
        "customers in one's care whose SLA clock has run out",
        "由本人负责且已超过处理时限的客户",
    ),
    "requests": _figure(
        "Requests that wait for approval",
        "待审批申请",
        f"open requests, {_NOW[0]}",
        f"{_NOW[1]}未决的申请",
    ),
    # ---- what the rules did
    "refusals": _figure(
        "Refused by the gate today",
        "今日被拦截",
        "attempts that the gate refused today",
        "今日被合规拦截的联系",
    ),
    "gate_block": _figure(
        "Gate-block rate",
        "拦截率",
        "refused ÷ (attempts + refused), today",
        "今日 拦截 ÷（联系 + 拦截）",
    ),
    "reviews": _figure(
        "Reviews waiting",
        "待质检",
        "drawn contacts that nobody has reviewed",
        "已抽样、尚无人质检的联系",
    ),
    "grave": _figure(
        "Grave findings waiting",
        "严重问题待处理",
        "grave findings without second reviewer or decision",
        "尚待复核或裁定的严重问题",
    ),
    "stops": _figure(
        "Stop switches pulled",
        "停催开关",
        "stops in force now",
        "当前生效的停催开关",
    ),
    "disputes": _figure(
        "Disputes waiting",
        "待处理争议",
        "holds of kind dispute that are not released",
        "尚未解除的争议暂停",
    ),
    "waivers": _figure(
        "Waivers waiting",
        "待审批减免",
        "proposals that wait for a decision",
        "等待审批的减免申请",
    ),
    # ---- law
    "legal_open": _figure(
        "Legal means open",
        "可启动法律手段",
        "customers of the plan whose legal track is open",
        "计划中法律手段为“可启动”的客户",
    ),
    "legal_prepare": _figure(
        "Evidence to prepare",
        "需准备证据",
        "customers of the plan whose legal track is «prepare»",
        "计划中法律手段为“准备证据”的客户",
    ),
    "legal_examine": _figure(
        "A person must examine",
        "需人工核查",
        "customers of the plan whose legal track is «examine»",
        "计划中法律手段为“人工核查”的客户",
    ),
    "clocks": _figure(
        "Limitation ends within 180 days",
        "180天内时效届满",
        "running limitation clocks of the 200 largest cases for legal means whose last day is near",
        "金额最大的200个可用法律手段的案件中，时效进行中且即将届满的账户",
    ),
    # ---- data and evidence
    "opened": _figure(
        "Values opened today",
        "今日查看遮蔽数据",
        "masked values that somebody opened for a reason, today",
        "今日有理由查看的遮蔽数据",
    ),
    "denied": _figure(
        "Access refused today",
        "今日访问被拒",
        "pages and values refused to somebody, today",
        "今日被拒绝的页面与数据访问",
    ),
    "erased": _figure(
        "Persons erased this month",
        "本月删除个人",
        "persons whose key was destroyed this month",
        "本月密钥被销毁的个人",
    ),
    "quarantine": _figure(
        "Rows in quarantine",
        "隔离行",
        "refused rows that wait to be mended",
        "被拒收、等待修正的数据行",
    ),
    "customers": _figure(
        "Customers",
        "客户",
        "customers of the portfolio at the plan's day",
        "计划日资产包中的客户",
    ),
    "overdue": _figure(
        "Overdue customers",
        "逾期客户",
        "customers with anything overdue at the plan's day",
        "计划日有逾期欠款的客户",
    ),
    "planned": _figure(
        "Planned contacts",
        "计划联系",
        "customers with a treatment within capacity",
        "在产能内安排了措施的客户",
    ),
    "undecided": _figure(
        "Columns without data",
        "缺数据的列",
        "columns that a decision reads and that are empty for some customers",
        "决策需要而部分客户为空的列",
    ),
    "last_import": _figure(
        "Last import",
        "最近导入",
        "the latest batch that came from a file or source",
        "最近一次来自文件或数据源的批次",
    ),
    "last_plan": _figure(
        "Last plan",
        "最近计划",
        "the day of the latest plan",
        "最近一次计划的日期",
    ),
    "last_seal": _figure(
        "Last seal",
        "最近封存",
        "when the latest block of evidence was sealed",
        "最近一个证据区块的封存时间",
    ),
    "unsealed": _figure(
        "Rows not sealed yet",
        "未封存证据",
        "rows of evidence after the latest block",
        "最近区块之后的证据行",
    ),
    "blocks": _figure(
        "Blocks of evidence",
        "证据区块",
        "number of the latest block of the chain",
        "证据链最新区块的序号",
    ),
}
