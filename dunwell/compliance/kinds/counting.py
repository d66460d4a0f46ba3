"""What caps count: which contacts, and what is counted together. In plain Python and, beside it, in Ibis."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Literal

from ibis import Table, literal
from ibis.expr.types import BooleanValue, DateValue

from dunwell.compliance.kinds.kind import Column, DayOne, Finding, Per, Row, channel_bit, channel_bits, only_if
from dunwell.compliance.kinds.question import CHANNELS, Candidate, Contact, Question
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
    "all its agencies; debts and claims of one creditor are counted together, so never too few), debt (of those, for "
    "one of the debts that the contact is about), claim, household (with all who live there), number (one contact "
    "point; at the gate with whoever else has it) or person (whoever the creditor is). What nobody wrote down "
    "counts: a contact of unknown debts for each; "
    "and one that may be about any debt, as where the plan tells none, is counted per creditor, which is stricter."
)
ABOUT_ZH = (
    "counts：计入全部尝试、未接通、已接通或有效通话；count_channels：计入的渠道；"
    "per：按债务人×债权人（含其全部委外机构，同一债权人的各笔债务合并计算）、其中按单笔债务（debt）、债权（claim）或"
    "住户（household，含同住者），或按号码（闸门处含共用该号码的其他人）、按债务人合计。缺失信息一律计入：所涉债务不明的联系计入每一笔；"
    "计划未载明债务的，按债权人合计，从严。"
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
    others = channel_bits(set(CHANNELS) - set(channels))
    return what & ((channel_bit(contacts.channel) & others) == 0) if others else what


def weighs(days: int, *, day_one: DayOne) -> int:
    """This function will return on how many days, its own the first, something counts for `days` days."""
    return days if day_one == "event_day" else days + 1


def per_creditor(row: Row, *, per: Per, reached: BooleanValue, until: DateValue) -> Column:
    """This function will refuse what is reached until a day; for no day, where what is counted by is not known."""
    if per in ("number", "person"):
        return Column(reached, until)
    return Column(row.creditor.isnull() | reached, only_if(row.creditor.notnull(), until))


def shares(of: Contact | Candidate, *, per: Per) -> tuple[str, ...]:
    """This function will return what a contact is counted by within its creditor; empty: for all, or nobody knows."""
    if per == "debt":
        return of.debts
    told = {"claim": of.claim, "household": of.household}.get(per)
    return () if told is None else (told,)


def in_file(question: Question, *, per: Per) -> Iterator[Contact]:
    """This function will give the contacts that may be counted together: with housemates, or on the same number."""
    yield from question.customer.contacts
    if per == "number":
        yield from question.customer.same_number
    home = question.candidate.household
    if per == "household" and home is not None:
        yield from (contact for contact in question.customer.housemates if contact.household == home)


def together(contact: Contact, *, per: Per, candidate: Candidate) -> bool:
    """This function will tell whether the contact counts for the one that somebody would like to make."""
    if per in ("number", "person"):
        return True
    own, wanted = shares(contact, per=per), shares(candidate, per=per)
    for_creditor = candidate.creditor is None or contact.creditor in (None, candidate.creditor)
    return for_creditor and (not own or not wanted or not set(own).isdisjoint(wanted))


def made(question: Question, *, since: date, per: Per, counted: Counted, channels: tuple[str, ...]) -> int | None:
    """This function will count what we made from a day up to the question's; None: not known what to count by."""
    told = (contact for contact in in_file(question, per=per) if contact.made_between(since, question.on))
    weighing = (contact for contact in told if counts(contact, counted=counted, channels=channels))
    return tally(weighing, per=per, candidate=question.candidate)


def tally(contacts: Iterable[Contact], *, per: Per, candidate: Candidate) -> int | None:
    """This function will count contacts together: of several debts (or the like) the most; None if it cannot tell."""
    if per not in ("number", "person") and candidate.creditor is None:
        return None
    told = [contact for contact in contacts if together(contact, per=per, candidate=candidate)]
    if per == "number":
        points = [contact.contact_point for contact in told]
        return points.count(None) + max((points.count(point) for point in points if point is not None), default=0)
    wanted = shares(candidate, per=per)
    own = [shares(contact, per=per) for contact in told]
    return max((sum(not share or mark in share for share in own) for mark in wanted), default=len(told))
