"""What caps count: which contacts, and what is counted together. In plain Python and, beside it, in Ibis."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from ibis import Table, literal
from ibis.expr.types import BooleanValue, DateValue

from dunwell.compliance.kinds.kind import Column, DayOne, Finding, Per, Row, listed, only_if
from dunwell.compliance.kinds.question import CHANNELS, Contact
from dunwell.ledger.kinds import Answerer

Counted = Literal["attempts", "unanswered", "connected", "effective"]
WORDS: dict[Counted, tuple[str, str]] = {
    "attempts": ("contacts", "次联系"),
    "unanswered": ("unanswered attempts", "次未接通尝试"),
    "connected": ("connected contacts", "次接通联系"),
    "effective": ("conversations with the debtor", "次与债务人的有效通话"),
}
UNCOUNTED = Finding(
    "it is not known for which creditor the contact is, so it cannot be counted",
    "未知联系所属债权人，无法计数",
)
ABOUT_EN = (
    "`counts` says which contacts count: attempts, unanswered, connected, effective (a conversation with the debtor); "
    "`count_channels` of which channels; `per` what is counted together: creditor (the person and the creditor with "
    "all its agencies; debts and claims of one creditor are counted together, so never too few), number (one contact "
    "point) or person (whoever the creditor is). What nobody wrote down counts."
)
ABOUT_ZH = (
    "counts：计入全部尝试、未接通、已接通或有效通话；count_channels：计入的渠道；"
    "per：按债务人×债权人（含其全部委外机构，同一债权人的各笔债务合并计算）、按号码或按债务人合计。缺失信息一律计入。"
)


def counts(contact: Contact, *, counted: Counted, channels: tuple[str, ...]) -> bool:
    """This function will tell whether a contact is one of those that are counted."""
    if contact.channel in CHANNELS and contact.channel not in channels:
        return False
    return {
        "attempts": True,
        "unanswered": contact.connected is not True,
        "connected": contact.may_be_connected,
        "effective": contact.may_be_effective,
    }[counted]


def where(contacts: Table, *, counted: Counted, channels: tuple[str, ...]) -> BooleanValue:
    """This function will say the same of a table."""
    connected = contacts.connected.fill_null(True)
    debtor = (contacts.answered_by == Answerer.DEBTOR.value).fill_null(True)
    what = {
        "attempts": literal(True),
        "unanswered": ~contacts.connected.fill_null(False),
        "connected": connected,
        "effective": connected & contacts.conversation.fill_null(True) & debtor,
    }[counted]
    return what & listed(contacts.channel, names=channels, known=CHANNELS)


def weighs(days: int, *, day_one: DayOne) -> int:
    """This function will return on how many days, its own the first, something counts for `days` days."""
    return days if day_one == "event_day" else days + 1


def per_creditor(row: Row, *, per: Per, reached: BooleanValue, until: DateValue) -> Column:
    """This function will refuse what is reached until a day; for no day, where what is counted by is not known."""
    if per != "creditor":
        return Column(reached, until)
    return Column(row.creditor.isnull() | reached, only_if(row.creditor.notnull(), until))


def tally(contacts: Iterable[Contact], *, per: Per, creditor: str | None) -> int | None:
    """This function will count contacts together; None if it is not known what to count by."""
    told = list(contacts)
    if per == "person":
        return len(told)
    if per == "creditor":
        return None if creditor is None else sum(contact.creditor in (None, creditor) for contact in told)
    points = [contact.contact_point for contact in told]
    return points.count(None) + max((points.count(point) for point in points if point is not None), default=0)
