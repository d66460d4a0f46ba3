"""The closed lists of relief: what is proposed, why, who may give it, and what became of it. Pure."""

from __future__ import annotations

from dunwell.access.kinds import Worded


class ReliefKind(Worded):
    """What is proposed: to let a part go at once, or the rest once a lump sum has come."""

    WAIVER = "waiver", "waiver", "减免"
    SETTLEMENT = "settlement", "lump-sum settlement", "一次性结清"


class ReliefReason(Worded):
    """Why relief is proposed; a code and never free text, because evidence holds no personal data."""

    HARDSHIP = "hardship", "economic hardship", "经济困难"
    OUR_FAULT = "our_fault", "a fault or delay of ours", "我方失误或延误"
    GOODWILL = "goodwill", "goodwill towards a loyal customer", "对老客户的善意减免"
    LUMP_SUM = "lump_sum", "pays the rest at once", "一次性付清其余欠款"
    DOUBTFUL = "doubtful", "recovery is doubtful or costly", "回收困难或成本过高"
    COMPLAINT = "complaint", "result of a complaint or mediation", "投诉或调解结果"


class Level(Worded):
    """Whose authority it is, the lowest first; the last needs two people of two departments."""

    COLLECTOR = "collector", "collector", "催收员"
    TEAM_LEAD = "team_lead", "team lead", "组长"
    MANAGER = "manager", "manager", "催收经理"
    JOINT = "joint", "manager and finance together", "催收经理与财务会签"


class Seat(Worded):
    """The side for which somebody approves."""

    ALONE = "alone", "within own authority", "本人权限内"
    LINE = "line", "collections", "催收条线"
    FINANCE = "finance", "finance", "财务"


class ReliefStep(Worded):
    """What was done with a proposal after it was made."""

    APPROVED = "approved", "approved", "同意"
    REFUSED = "refused", "refused", "否决"
    COUNTERED = "countered", "answered with a counter-offer", "提出反报价"
    ACCEPTED = "accepted", "counter-offer accepted", "接受反报价"
    DROPPED = "dropped", "dropped", "放弃"
    AGREED = "agreed", "settlement agreed", "和解达成"
    GRANTED = "granted", "granted", "已减免"
    LAPSED = "lapsed", "lapsed: the sum did not come", "失效：款项未到"


class ReliefState(Worded):
    """Where a proposal stands; computed from its steps, never stored."""

    OPEN = "open", "waits for approval", "待审批"
    OFFERED = "offered", "counter-offer: waits for an answer", "反报价待回复"
    REFUSED = "refused", "refused", "已否决"
    COUNTERED = "countered", "answered with a counter-offer", "已提出反报价"
    DROPPED = "dropped", "dropped", "已放弃"
    EXPIRED = "expired", "void: nobody decided in time", "逾期未审批，已作废"
    AWAITED = "awaited", "agreed: the sum is awaited", "已达成，待付款"
    LAPSED = "lapsed", "lapsed: the sum did not come", "已失效：款项未到"
    GRANTED = "granted", "granted", "已减免"


# Nothing more can come of these; a lapsed settlement is not among them, since its money may be told late.
ENDED = (
    ReliefState.REFUSED,
    ReliefState.COUNTERED,
    ReliefState.DROPPED,
    ReliefState.EXPIRED,
    ReliefState.GRANTED,
)
