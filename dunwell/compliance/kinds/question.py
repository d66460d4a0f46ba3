"""What a rule may ask about one contact: the contact, the customer, and the day or moment it is for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import ClassVar, Literal
from zoneinfo import ZoneInfo

from pydantic import ConfigDict

from dunwell.compliance.kinds.route import EmailRoute, TextRoute
from dunwell.compliance.kinds.windows import Window
from dunwell.compliance.kinds.wish import Wish
from dunwell.ledger.kinds import Answerer, Channel, ConsentStance, ContactActor, Direction, HoldKind, RoleKind

CHANNELS: tuple[str, ...] = tuple(Channel.values)
ACTORS: tuple[str, ...] = tuple(ContactActor.values)
HOLDS: tuple[str, ...] = tuple(HoldKind.values)
# Asked of every contact of a history, and an enumeration takes its time to answer.
INBOUND, DEBTOR = Direction.INBOUND.value, Answerer.DEBTOR.value
# Why a contact is made: `location` only to find the debtor, `reply` to a message of his, `confirmation` of an opt-out.
# `final_notice` that collecting ends or which remedy follows, `shown_on_request` by our own site or app in use.
PURPOSES = (
    "collection", "location", "reply", "required_by_law", "confirmation", "final_notice", "shown_on_request",
)  # fmt: skip
# How far the customer's own day can be from the day in UTC: for contacts whose local day nobody wrote down.
DAYS_APART_MAX = 1
# An end so far away says the same as no end at all.
NEVER = date(9999, 12, 31)

_FORBID = ConfigDict(extra="forbid")


def end_or_never(end: date | None) -> date:
    return NEVER if end is None else end


def known_end(ends: list[date]) -> date | None:
    """This function will return the day on which the last of the ends has come, None if one of them never comes."""
    last = max(ends, default=NEVER)
    return None if last >= NEVER else last


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A contact that was made; whatever nobody wrote down is read as if it counted."""

    channel: str | None
    creditor: str | None = None
    local_date: date | None = None
    happened_at: datetime | None = None
    direction: str | None = Direction.OUTBOUND.value
    connected: bool | None = None
    conversation: bool | None = None
    answered_by: str | None = None
    contact_point: int | None = None
    purpose: str | None = None
    # External ids of the accounts that it was about; empty: nobody wrote it down, so it counts for each.
    debts: tuple[str, ...] = ()
    claim: str | None = None
    household: str | None = None
    actor: str | None = None
    agency: str | None = None
    staff: str | None = None
    # What the person contacted is to the debt (`RoleKind`), and who that was, unless it was the debtor.
    role: str | None = None
    person: str | None = None
    voicemail: str | None = None
    in_reply: bool = False
    # It turned out that the contact point belongs to somebody else: from then on it counts for nobody.
    wrong_number: bool = False

    __pydantic_config__: ClassVar[ConfigDict] = _FORBID

    def made_between(self, first: date, last: date) -> bool:
        """This function will tell whether we made the contact on one of these days (or may have)."""
        earliest, latest = self.days
        return self.direction != INBOUND and earliest <= last and first <= latest

    @property
    def days(self) -> tuple[date, date]:
        """This function will return the first and the last day of the customer's on which it may have been."""
        if self.local_date is not None:
            return self.local_date, self.local_date
        if self.happened_at is None:
            return date.min, date.max
        day, apart = self.happened_at.date(), timedelta(days=DAYS_APART_MAX)
        return day - apart, day + apart

    @property
    def may_be_connected(self) -> bool:
        return self.connected is not False

    @property
    def may_be_effective(self) -> bool:
        """This function will tell whether it was, or may have been, a conversation with the debtor himself."""
        talked = self.may_be_connected and self.conversation is not False
        return talked and self.answered_by in (None, DEBTOR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    kind: str
    from_on: date
    until_on: date | None = None

    __pydantic_config__: ClassVar[ConfigDict] = _FORBID

    def open(self, on: date) -> bool:
        return self.from_on <= on < end_or_never(self.until_on)


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    stance: str
    granted_to: str | None = None
    purpose: str | None = None
    channel: str | None = None
    # The one address or number that it is about, if it is not about all.
    contact_point: int | None = None
    valid_from: date
    valid_until: date | None = None

    __pydantic_config__: ClassVar[ConfigDict] = _FORBID

    def grants(self, purposes: tuple[str, ...], *, to: str | None, channel: str | None) -> bool:
        """This function will tell whether this is a grant for one of the purposes, to the creditor, for the channel."""
        fits = self.stance == ConsentStance.GRANTED.value and self.purpose in purposes
        return fits and channel is not None and to is not None and self.granted_to == to and self.covers(channel)

    def for_address(self, contact_point: int | None) -> bool:
        """This function will tell whether this is for the address: for all, or for the very one."""
        return self.contact_point in (None, contact_point)

    def refuses(self, channel: str | None, *, contact_point: int | None) -> bool:
        """This function will tell whether this is a refusal of the channel and of the address, or may be."""
        there = self.contact_point is None or contact_point in (None, self.contact_point)
        by_channel = self.channel not in CHANNELS or self.covers(channel)
        return self.stance != ConsentStance.GRANTED.value and there and by_channel

    def covers(self, channel: str | None) -> bool:
        return self.channel is None or self.channel == channel

    def valid(self, on: date) -> bool:
        return self.valid_from <= on < end_or_never(self.valid_until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Whether a collector or an agency may work: from a day up to, not including, another."""

    holder: Literal["staff", "agency"]
    code: str
    kind: Literal["certified", "trained", "contract", "blacklisted"]
    from_on: date
    until_on: date | None = None

    __pydantic_config__: ClassVar[ConfigDict] = _FORBID

    def valid(self, on: date) -> bool:
        """This function will tell whether it holds on the day; who was blacklisted stays so, whatever end it names."""
        ends = NEVER if self.kind == "blacklisted" else end_or_never(self.until_on)
        return self.from_on <= on < ends


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """What is known of one customer; the names are those of the portrait and of the snapshot's tables."""

    known: bool = True
    # ISO 3166, country first and then ever smaller: `US`, `US-MA`, `US-NY-NYC`; anything else says nothing.
    region: str | None = None
    product_line: str | None = None
    time_zone: str | None = None
    # Where the data say that he may be, if they do not agree; without them and a time zone, the zone set says so.
    possible_zones: tuple[str, ...] = ()
    contacted_since_overdue: bool | None = None
    reachable: Mapping[str, bool | None] = field(default_factory=dict)
    signs: Mapping[str, bool | None] = field(default_factory=dict)
    special_groups: str | None = None
    contacts: tuple[Contact, ...] = ()
    # Contacts with others who live there, each with its household: they count for the household alone.
    housemates: tuple[Contact, ...] = ()
    # Contacts with others who have one of his numbers too, under his contact point: they count for the number alone.
    same_number: tuple[Contact, ...] = ()
    holds: tuple[Hold, ...] = ()
    consents: tuple[Consent, ...] = ()
    wishes: tuple[Wish, ...] = ()

    __pydantic_config__: ClassVar[ConfigDict] = _FORBID


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A contact that somebody would like to make."""

    channel: str | None
    creditor: str | None
    actor: str | None = ContactActor.ROBOT.value
    # One of PURPOSES.
    purpose: str = "collection"
    debts: tuple[str, ...] = ()
    claim: str | None = None
    household: str | None = None
    agency: str | None = None
    staff: str | None = None
    standings: tuple[Standing, ...] = ()
    recorded: bool | None = None
    contact_point: int | None = None
    # A `Place`: where it will reach the customer.
    place: str | None = None
    # How the e-mail address, or the number for texts, came to us.
    email_route: EmailRoute | None = None
    text_route: TextRoute | None = None
    text: str | None = None
    script: str | None = None
    # What the person to be contacted is to the debt (`RoleKind`), and who that is, unless it is the debtor.
    role: str = RoleKind.PRIMARY.value
    person: str | None = None
    # Of a person who is not the debtor; None: nobody knows, which is the unfavourable case.
    discloses_debt: bool | None = None
    asked_to_stop: bool | None = None
    # He asked us to contact him again, or what he said was wrong or incomplete.
    asked_back: bool = False
    # Of a guarantor: the last day of the guarantee, and whether he was asked to pay within it.
    guarantee_until: date | None = None
    guarantee_demanded: bool = False

    __pydantic_config__: ClassVar[ConfigDict] = _FORBID


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """May this contact be made to this customer on that day, or, where `at` is given, at that very moment?

    `windows` are the lawful hours of the day by all rules together, `left` what his own wishes leave of them; `zone`
    is the customer's, None if unknown: then `zones` are those in which he may be.
    """

    customer: Customer
    candidate: Candidate
    on: date
    windows: tuple[Window, ...] = ()
    left: tuple[Window, ...] = ()
    zone: ZoneInfo | None = None
    zones: tuple[str, ...] = ()
    at: datetime | None = None

    @property
    def channel(self) -> str | None:
        """This function will return the channel of the contact, None if it is not one we know."""
        return self.candidate.channel if self.candidate.channel in CHANNELS else None

    @property
    def actor(self) -> str | None:
        return self.candidate.actor if self.candidate.actor in ACTORS else None

    def granted(self, purposes: tuple[str, ...]) -> bool:
        to, point = self.candidate.creditor, self.candidate.contact_point
        return any(
            consent.for_address(point) and consent.grants(purposes, to=to, channel=self.channel)
            for consent in self.consents()
        )

    def consents(self) -> Iterator[Consent]:
        return (consent for consent in self.customer.consents if consent.valid(self.on))

    def contacts_since(self, first: date) -> Iterator[Contact]:
        """This function will give the contacts that we made on the day or, from `first` on, before it."""
        return (contact for contact in self.customer.contacts if contact.made_between(first, self.on))

    def holds(self, kinds: tuple[str, ...]) -> list[Hold]:
        """This function will give the open holds of these kinds; one of a kind we do not know is of every kind."""
        fitting = (hold for hold in self.customer.holds if hold.kind in kinds or hold.kind not in HOLDS)
        return [hold for hold in fitting if kinds and hold.open(self.on)]
