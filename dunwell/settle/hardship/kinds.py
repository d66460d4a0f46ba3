"""The closed lists of hardship: why somebody cannot pay, what is asked, what is offered. Pure."""

from __future__ import annotations

from dunwell.access.kinds import Worded


class Cause(Worded):
    """Why somebody cannot pay for now; a code and never free text."""

    JOB_LOSS = "job_loss", "lost work or income", "失业或收入减少"
    ILLNESS = "illness", "illness or an accident", "患病或意外"
    FAMILY = "family", "a birth, a death or a separation", "家庭变故"
    DISASTER = "disaster", "a disaster", "自然灾害"
    OVER_INDEBTED = "over_indebted", "too many debts", "负债过多"
    BUSINESS = "business", "the business is in trouble", "经营困难"
    OTHER = "other", "another cause", "其他原因"


class Duration(Worded):
    """How long the trouble is expected to last."""

    SHORT = "short", "up to three months", "三个月以内"
    LONG = "long", "longer than three months", "三个月以上"
    UNKNOWN = "unknown", "nobody knows", "无法预计"


class Relief(Worded):
    """What follows from an application."""

    REST = "rest", "rest: no collection contacts for a while", "停催：一段时间内不再联系"
    PLAN = "plan", "an instalment plan that can be afforded", "可承受的分期计划"
    DEFERRAL = "deferral", "the due day is moved", "延期还款"
    WAIVER = "waiver", "rest, and a waiver is proposed", "停催并提出减免"
    NONE = "none", "no relief: the statement shows that it can be paid", "不予减缓：收支表明可以还款"


class Band(Worded):
    """How much is left of a month, as evidence may say it: a band against what is owed, never the sum."""

    NEGATIVE = "negative", "less than nothing is left", "入不敷出"
    NOTHING = "nothing", "nothing to speak of is left", "几乎无结余"
    SOME = "some", "some is left, less than what is owed", "略有结余，不足清偿"
    ENOUGH = "enough", "what is owed is left within a month", "一月结余足以清偿"
