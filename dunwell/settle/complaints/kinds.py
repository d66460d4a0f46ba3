"""The closed lists of complaints: what about, which steps there are, and where a dossier stands. Pure."""

from __future__ import annotations

from dunwell.access.kinds import Worded


class Topic(Worded):
    """What somebody complains of."""

    CONDUCT = "conduct", "conduct of a collector", "催收人员行为"
    FREQUENCY = "frequency", "too many or untimely contacts", "联系过于频繁或时间不当"
    THIRD_PARTY = "third_party", "others were told", "向第三方泄露"
    DEBT = "debt", "the debt itself", "欠款本身"
    DATA = "data", "use of personal data", "个人信息使用"
    SERVICE = "service", "other service", "其他服务问题"


class ComplaintStep(Worded):
    """What was done in a dossier."""

    ACKNOWLEDGED = "acknowledged", "acknowledged", "已确认收到"
    ANSWERED = "answered", "answered", "已答复"
    CLOSED = "closed", "closed", "已结案"
    MEDIATION_OFFERED = "mediation_offered", "independent mediation offered", "已提出独立调解"
    MEDIATION_ACCEPTED = "mediation_accepted", "mediation accepted", "客户接受调解"
    MEDIATION_DECLINED = "mediation_declined", "mediation declined", "客户拒绝调解"
    MEDIATION_RESULT = "mediation_result", "result of the mediation", "调解结果"


class ComplaintState(Worded):
    """Where a dossier stands; computed from its steps."""

    RECEIVED = "received", "received", "已收到"
    ACKNOWLEDGED = "acknowledged", "acknowledged", "已确认收到"
    ANSWERED = "answered", "answered", "已答复"
    OFFERED = "offered", "mediation offered", "已提出调解"
    MEDIATION = "mediation", "in mediation", "调解中"
    CLOSED = "closed", "closed", "已结案"


class Finding(Worded):
    """What a step found: whether the complaint is right, or how the mediation ended."""

    UPHELD = "upheld", "upheld", "成立"
    PARTLY = "partly", "upheld in part", "部分成立"
    NOT_UPHELD = "not_upheld", "not upheld", "不成立"
    SETTLED = "settled", "settled", "达成一致"
    NOT_SETTLED = "not_settled", "not settled", "未达成一致"


VERDICTS = (Finding.UPHELD, Finding.PARTLY, Finding.NOT_UPHELD)
RESULTS = (Finding.SETTLED, Finding.NOT_SETTLED)
