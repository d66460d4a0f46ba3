"""The closed lists of supervision, in both languages, and what follows from them: which stop hits which contact."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import NamedTuple, Protocol, TypeVar

# What a stop switch can stop; the target is the code of the thing, '' for everything.
EVERYTHING = "everything"
SCOPES = {
    EVERYTHING: ("everything", "全部"),
    "channel": ("one channel", "单一渠道"),
    "treatment": ("one treatment of the strategy", "单一处置"),
    "agency": ("one agency", "单一委外机构"),
    "creditor": ("one creditor", "单一债权人"),
}
HOLDERS = {"staff": ("collector", "催收员"), "agency": ("agency", "委外催收机构")}
BLACKLISTED = "blacklisted"
# A fact told by mistake and by nothing replaced; it is never handed to a rule.
WITHDRAWN = "withdrawn"
STANDINGS = {
    "certified": ("certified", "持证"),
    "trained": ("trained", "已培训"),
    "contract": ("under contract", "合同有效"),
    BLACKLISTED: ("blacklisted for good", "永久禁入"),
    WITHDRAWN: ("withdrawn: was told by mistake", "撤回：登记有误"),
}
GRAVE = "grave"
SEVERITIES = {
    "minor": ("minor", "轻微"),
    "serious": ("serious", "严重"),
    GRAVE: ("grave", "重大"),
}
MONTH, SPOT = "month", "spot"
DRAWS = {
    MONTH: ("a tenth of each collector's contacts of a month", "每名催收员当月联系的十分之一"),
    SPOT: ("a day's spot check over all contacts", "当日全部联系的抽查"),
}
# What a reviewer may find; a code and never free text, which could tell about a person.
CODES = {
    "threat": ("threat or violence", "威胁或暴力"),
    "insult": ("insult", "侮辱"),
    "false_authority": ("claims an authority that he does not have", "冒充公权力"),
    "exaggeration": ("exaggerates the consequences", "夸大后果"),
    "disclosure": ("tells a third party of the debt", "向第三人泄露债务"),
    "unauthorised_data": ("uses data without authority", "使用未授权数据"),
    "harassment": ("too often, too long or at a barred time", "骚扰：过频、过长或禁催时段"),
    "ignored_objection": ("goes on after a dispute, hardship or stop", "无视异议、困难或停止请求"),
    "false_promise": ("promises what nobody granted", "虚假承诺"),
    "identity": ("does not confirm who is on the line", "未确认身份"),
    "amount": ("does not state what is owed", "未说明欠款金额"),
    "payment_way": ("does not say how and by when to pay", "未说明还款方式与期限"),
    "consequence": ("does not state the consequence", "未说明后果"),
    "recording": ("not recorded, or the recording is unusable", "未录音或录音不可用"),
    "note": ("the note does not say what happened", "催记不符合实际"),
}
# Who set the stop decides who may end it: what compliance stopped, only compliance resumes.
COMPLIANCE = "compliance"
CODE_LENGTH_MAX = 200
_CODE = re.compile(r"[^\s\x00-\x1f](?:[^\x00-\x1f]*[^\s\x00-\x1f])?")


def is_code(text: str) -> bool:
    """This function will tell whether a text can be the code of a thing: not empty, no white space around it."""
    return len(text) <= CODE_LENGTH_MAX and _CODE.fullmatch(text) is not None


class Stop(Protocol):
    @property
    def scope(self) -> str: ...
    @property
    def target(self) -> str: ...


AnyStop = TypeVar("AnyStop", bound=Stop)


def first_stop(
    stops: Iterable[AnyStop], *, channel: str | None, agency: str | None, creditor: str | None, treatment: str | None
) -> AnyStop | None:
    """This function will find the first of the stops that hits the contact, None if none does."""
    hit = {(EVERYTHING, ""), ("channel", channel), ("agency", agency), ("creditor", creditor), ("treatment", treatment)}
    return next((stop for stop in stops if (stop.scope, stop.target) in hit), None)


class Collector(NamedTuple):
    """Who made a contact: a member of our own staff, of an agency, or an agency that names nobody."""

    agency: str | None
    staff: str | None

    @property
    def name(self) -> str:
        """This function will name the collector so that no two have the same name, whatever their codes hold."""
        return json.dumps([self.agency, self.staff], ensure_ascii=False)

    @property
    def holder(self) -> tuple[str, str] | None:
        """This function will tell whose standing it touches: the person's where one is known, else the agency's."""
        if self.staff is not None:
            return "staff", self.staff
        return None if self.agency is None else ("agency", self.agency)
