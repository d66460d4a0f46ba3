"""The closed lists of access: roles, departments, what a role can do, and how much of a value it sees. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Worded(StrEnum):
    """A member of a closed list: its code, and what people call it in English and Chinese."""

    en: str
    zh: str

    def __new__(cls, code: str, en: str = "", zh: str = "") -> Self:
        member = str.__new__(cls, code)
        member._value_ = code
        member.en, member.zh = en, zh
        return member

    def word(self, language: str = "en") -> str:
        return self.zh if language.startswith("zh") else self.en


class Department(Worded):
    COLLECTIONS = "collections", "collections", "催收部"
    COMPLIANCE = "compliance", "compliance", "合规部"
    LEGAL = "legal", "legal", "法务部"
    FINANCE = "finance", "finance", "财务部"
    DATA_PROTECTION = "data_protection", "data protection", "数据安全部"
    ANALYTICS = "analytics", "analytics", "数据分析部"
    TECHNOLOGY = "technology", "technology", "信息技术部"
    AUDIT = "audit", "audit", "审计部"
    AGENCY = "agency", "outside agency", "外部机构"


class Role(Worded):
    COLLECTOR = "collector", "collector", "催收员"
    TEAM_LEAD = "team_lead", "team lead", "组长"
    MANAGER = "manager", "manager", "催收经理"
    ANALYST = "analyst", "analyst", "分析师"
    COMPLIANCE = "compliance", "compliance officer", "合规专员"
    LEGAL = "legal", "legal officer", "法务专员"
    FINANCE = "finance", "finance officer", "财务专员"
    DATA_PROTECTION = "data_protection", "data protection officer", "数据保护专员"
    ADMINISTRATOR = "administrator", "administrator", "系统管理员"
    AGENCY_USER = "agency_user", "agency user", "机构用户"
    AUDITOR = "auditor", "auditor", "审计员"


class ScopeKind(Worded):
    """Where a role holds: in the whole house, or only where it is known that something lies inside."""

    HOUSE = "house", "the whole house", "全公司"
    REGION = "region", "region", "地区"
    TEAM = "team", "team", "团队"
    PORTFOLIO = "portfolio", "portfolio", "资产包"
    AGENCY = "agency", "agency", "机构"


class DataClass(Worded):
    """How grave it is if somebody sees a value (S1 1.3): high-risk values are opened by legal officers alone."""

    OPERATIONAL = "operational", "operational: amounts, days, codes", "业务数据：金额、日期、代码"
    GENERAL = "general", "general collections data", "一般催收数据"
    HIGH_RISK = "high_risk", "high-risk sensitive data", "高风险敏感数据"


class Masking(Worded):
    """How much of a value is hidden [T1]."""

    FULL = "full", "hidden", "全部遮蔽"
    PARTIAL = "partial", "partly hidden", "部分遮蔽"
    NONE = "none", "in the clear", "不遮蔽"


class Field(Worded):
    """The kinds of value that speak of a person, and amounts beside them."""

    AMOUNT = "amount", "amount, day, code", "金额、日期、代码"
    NAME = "name", "name", "姓名"
    PHONE = "phone", "telephone number", "电话号码"
    EMAIL = "email", "e-mail address", "电子邮箱"
    ACCOUNT_NAME = "account_name", "name of an account elsewhere", "其他平台账号"
    ADDRESS = "address", "postal address", "通讯地址"
    IDENTITY = "identity", "identity number", "证件号码"
    BANK_CARD = "bank_card", "bank card", "银行卡号"
    NOTE = "note", "free text", "自由文本"


class Capability(Worded):
    """What a role can do; a role without it is refused aloud."""

    SEE_CUSTOMERS = "see_customers", "see customers and cases", "查看客户与案件"
    REVEAL_GENERAL = "reveal_general", "open a masked value of general data", "查看被遮蔽的一般数据"
    REVEAL_HIGH_RISK = "reveal_high_risk", "open a masked high-risk value", "查看被遮蔽的高风险数据"
    CONTACT_CUSTOMERS = "contact_customers", "contact customers, enter outcomes", "联系客户并登记结果"
    ASSIGN_WORK = "assign_work", "assign and recall cases", "分派与收回案件"
    PLACE_CASES = "place_cases", "place cases with agencies", "委外派案"
    AGREE_PLANS = "agree_plans", "agree promises and plans", "达成承诺与分期"
    APPROVE_WAIVERS = "approve_waivers", "approve waivers", "审批减免"
    DECIDE_DISPUTES = "decide_disputes", "decide disputes", "裁定争议"
    HANDLE_COMPLAINTS = "handle_complaints", "handle complaints", "处理投诉"
    RELEASE_RESTS = "release_rests", "let contact go on after distress", "解除情绪危机后的暂停"
    IMPORT_DATA = "import_data", "import files, mend the quarantine", "导入数据与处理隔离行"
    MAKE_PLANS = "make_plans", "make the plan of the day", "生成作业计划"
    SUBMIT_STRATEGY = "submit_strategy", "submit a strategy", "提交策略"
    APPROVE_STRATEGY = "approve_strategy", "approve a strategy", "审批策略"
    STOP_CONTACTS = "stop_contacts", "pull a stop switch", "启用停催开关"
    RESUME_CONTACTS = "resume_contacts", "release a stop switch", "解除停催开关"
    REVIEW_CONTACTS = "review_contacts", "review contacts and recordings", "质检联系与录音"
    BLACKLIST = "blacklist", "exclude a collector or agency", "列入黑名单"
    ERASE_PERSONS = "erase_persons", "erase a person", "删除个人数据"
    ASK_RIGHTS = "ask_rights", "add staff, ask for a change of rights", "新增人员、申请权限变更"
    APPROVE_RIGHTS = "approve_rights", "approve a change of rights", "审批权限变更"
    SEE_REPORTS = "see_reports", "see reports", "查看报表"
    SEE_EVIDENCE = "see_evidence", "see evidence, verify the chain", "查看证据与校验链"


class RevealReason(Worded):
    """Why a masked value was opened; a code and never free text, because evidence holds no personal data."""

    IDENTITY_CHECK = "identity_check", "to make sure who is speaking", "核实身份"
    CONTACT_BY_HAND = "contact_by_hand", "to make a contact that the system cannot make", "手工联系"
    COMPLAINT = "complaint", "to answer a complaint", "处理投诉"
    CORRECTION = "correction", "to correct what is wrong", "更正信息"
    LEGAL_ACTION = "legal_action", "to prepare legal action", "准备法律行动"
    REQUEST_OF_PERSON = "request_of_person", "asked for by the person", "本人请求"
    AUDIT = "audit", "to audit", "审计"


class RequestKind(Worded):
    """What is asked for; all but the last change somebody's rights."""

    GRANT = "grant", "give a role", "授予角色"
    REVOKE = "revoke", "take a role back", "收回角色"
    MOVE = "move", "move to another department", "调换部门"
    STRATEGY = "strategy", "let a strategy run", "启用策略"


class Answer(Worded):
    APPROVE = "approve", "approved", "同意"
    REFUSE = "refuse", "refused", "否决"


class State(Worded):
    """What became of a request; computed from its votes, never stored."""

    OPEN = "open", "open", "待审批"
    APPROVED = "approved", "approved", "已通过"
    REFUSED = "refused", "refused", "已否决"
    EXPIRED = "expired", "expired", "已过期"
