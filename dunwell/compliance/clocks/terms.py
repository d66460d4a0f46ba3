"""What a law says of a clock, as data: dated entries, each saying where every part of it comes from and how sure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Generic, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

from dunwell.compliance.clocks.days import Calendar
from dunwell.compliance.clocks.workdays import Workdays
from dunwell.compliance.kinds.kind import PlainDate
from dunwell.compliance.rulebook.model import Certainty

Months = Annotated[int, Field(ge=1, le=1200)]
Days = Annotated[int, Field(ge=0, le=3660)]
# What a clock is told of: in English and in Chinese.
EVENTS: Mapping[str, tuple[str, str]] = {
    "demand": ("demand", "催告"),
    "deduction": ("deduction from an account", "从账户扣收"),
    "public_notice": ("notice in a newspaper", "公告催收"),
    "payment": ("payment", "还款"),
    "promise": ("promise to pay", "还款承诺"),
    "security": ("security given", "提供担保"),
    "proceedings": ("suit, arbitration or the like", "诉讼、仲裁或同等程序"),
    "assignment_notice": ("notice of assignment", "债权转让通知"),
    "acknowledgement": ("acknowledgement of the debt", "债务承认"),
    "signed_notice": ("signature on a notice", "在催收通知上签字"),
    "obstacle": ("obstacle to suing", "行使请求权的障碍"),
    "suit_against_debtor": ("suit against the debtor", "对债务人起诉或申请仲裁"),
    "enforcement_failed": ("enforcement against the debtor failed", "对债务人强制执行未果"),
    "new_contract": ("new contract of guarantee", "新的保证合同"),
}


class Terms(BaseModel):
    """What every part of the data is: frozen, and unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(Terms):
    """One rule: what it says in both languages, where that is written and how sure we are of it."""

    id: Annotated[str, Field(pattern=r"^[A-Z]{2}-[A-Za-z0-9-]+$")]
    source: Annotated[str, Field(min_length=3)]
    certainty: Certainty
    en: Annotated[str, Field(min_length=10)]
    zh: Annotated[str, Field(min_length=4)]


class Effect(Terms):
    """What an event does to a clock, by which rule; `needs` says what must be known of it first."""

    rule: str
    needs: Literal["nothing", "arrival"] = "nothing"
    # Proceedings: while they last nothing runs, and it starts afresh from their end.
    lasts: bool = False


class AfterExpiry(Terms):
    """What an event after the last day does: it waives the defence, or a person has to say."""

    rule: str
    does: Literal["waives", "person"]


class Suspension(Terms):
    """An obstacle in the last months stops the clock, which ends so many months after it is gone."""

    rule: str
    last_months: Months
    months_after: Months


class Limitation(Terms):
    """How long a claim may be sued for, and what starts that afresh."""

    years: Annotated[int, Field(ge=1, le=30)]
    absolute_years: Annotated[int, Field(ge=1, le=60)] | None = None
    # From which of several instalments of one debt the period runs.
    instalments: Literal["first", "last"]
    rolls: bool
    period: str
    counting: str
    instalment: str
    restarts: dict[str, Effect]
    suspension: Suspension | None = None
    after_expiry: dict[str, AfterExpiry] = {}
    # Whether what one joint debtor does or is told counts for all of them, by which rule.
    joint_debtors: str | None = None
    # Product lines whose charges are the instalments of one debt; elsewhere each charge is a debt of its own.
    one_debt: tuple[str, ...] = ()

    def named(self) -> Iterator[str]:
        yield from (self.period, self.counting, self.instalment)
        yield from (effect.rule for effect in self.restarts.values())
        yield from (after.rule for after in self.after_expiry.values())
        if self.joint_debtors:
            yield self.joint_debtors
        if self.suspension:
            yield self.suspension.rule

    def events(self) -> Iterator[str]:
        yield from (*self.restarts, *self.after_expiry)


class Guarantee(Terms):
    """How long a guarantor may be asked, and what keeps the guarantee alive beyond that."""

    unstated_kind: Literal["general", "joint"]
    months: Months
    rolls: bool
    period: str
    kind: str
    asked: str
    keeps: str
    after: str
    revival: str
    changes: str
    assignment: str

    def named(self) -> Iterator[str]:
        yield from (self.period, self.kind, self.asked, self.keeps, self.after, self.revival)
        yield from (self.changes, self.assignment)

    def events(self) -> Iterator[str]:
        return iter(())


class Floor(Terms):
    """Until when records must be kept (or, with `most`, by when they must go), and which records."""

    records: tuple[str, ...]
    products: tuple[str, ...] = ()
    counts_from: Literal["last_action", "made", "conduct_ended", "settled"]
    months: Annotated[int, Field(ge=0, le=1200)]
    # Only what law itself demands may be stored against a person's wish that it be deleted.
    rank: Literal["law", "regulator", "company", "draft"]
    most: bool = False


class Retention(Terms):
    """Every floor and ceiling of one place, by the rule that sets it."""

    floors: dict[str, Floor]
    # The rule by which what is no longer needed is deleted; nothing where the place has none.
    deletion: str | None = None
    # Whether an open claim keeps its records until its limitation is over.
    claim: str | None = None

    def named(self) -> Iterator[str]:
        yield from self.floors
        yield from (rule for rule in (self.deletion, self.claim) if rule)

    def events(self) -> Iterator[str]:
        return iter(())


class Validation(Terms):
    """When a validation notice is due, when it counts as received, and how long the consumer may answer."""

    send_within_days: Days
    assumed_receipt_working_days: Days
    period_days: Days
    sending: str
    period: str

    def named(self) -> Iterator[str]:
        yield from (self.sending, self.period)

    def events(self) -> Iterator[str]:
        return iter(())


class Reporting(Terms):
    """When a debt may be told to a bureau, and until when an objection must be answered."""

    # Days after a message was sent in which it may come back; a talk needs no waiting.
    wait_days: Days
    told: str
    talk_suffices: bool
    bounce_voids: bool
    answer_within_days: Days | None = None
    answer: str | None = None

    def named(self) -> Iterator[str]:
        yield from (rule for rule in (self.told, self.answer) if rule)

    def events(self) -> Iterator[str]:
        return iter(())


class Demands(Terms):
    """Which demands make an overdraft malicious: how many days apart, and how many months unpaid after them."""

    gap_days: Days
    unpaid_months: Months
    rule: str

    def named(self) -> Iterator[str]:
        yield self.rule

    def events(self) -> Iterator[str]:
        return iter(())


KINDS: Mapping[str, type[Limitation | Guarantee | Retention | Validation | Reporting | Demands]] = {
    "limitation": Limitation,
    "guarantee": Guarantee,
    "retention": Retention,
    "validation": Validation,
    "reporting": Reporting,
    "demands": Demands,
}
Parameters = TypeVar("Parameters", Limitation, Guarantee, Retention, Validation, Reporting, Demands)


class Entry(Terms, Generic[Parameters]):
    """What holds from one day up to, not including, another."""

    valid_from: PlainDate
    valid_until: PlainDate | None = None
    parameters: Parameters
    rules: tuple[Source, ...]

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if self.valid_until is not None and self.valid_until <= self.valid_from:
            raise ValueError("valid_until is not after valid_from (the last day does not belong to the entry)")
        told = [rule.id for rule in self.rules]
        if len(set(told)) < len(told):
            raise ValueError("a rule stands there twice")
        if missing := sorted(set(self.parameters.named()) - set(told)):
            raise ValueError(f"the parameters name rules that are not told: {', '.join(missing)}")
        if strange := sorted(set(self.parameters.events()) - set(EVENTS)):
            raise ValueError(f"these events do not exist: {', '.join(strange)}; use some of {', '.join(EVENTS)}")
        return self

    def valid(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_until is None or on < self.valid_until)

    def rule(self, identifier: str) -> Source:
        return next(rule for rule in self.rules if rule.id == identifier)


class CalendarTerms(Terms):
    """Which days are days of rest; see `Workdays` for the meaning."""

    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    published_through: Annotated[int, Field(ge=2000, le=2100)] | None = None
    reach_days: Annotated[int, Field(ge=0, le=31)] = 14

    def workdays(self) -> Workdays:
        return Workdays(country=self.country, published_through=self.published_through, reach_days=self.reach_days)


@dataclass(frozen=True, kw_only=True)
class Law(Generic[Parameters]):
    """All that a place says of one kind of clock, over time."""

    place: str
    clock: str
    entries: tuple[Entry[Parameters], ...]
    calendar: Calendar | None

    def on(self, day: date) -> Entry[Parameters] | None:
        """This function will return the entry in force that day, None if nobody wrote it down."""
        return next((entry for entry in self.entries if entry.valid(day)), None)
