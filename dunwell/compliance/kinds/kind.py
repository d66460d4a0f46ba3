"""What a kind of rule is: its parameters, a judgement of one contact, and the same judgement as columns of a table.

The judgement reads a `Question` in plain Python; the columns say the same in Ibis, over facts that the frame gathers
once for all rules. They share the parameters and nothing else, so that each can convict the other.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Literal

import ibis
from ibis import Table, ifelse, literal
from ibis.expr.types import BooleanValue, DateValue, IntegerValue, StringValue, Value
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from dunwell.compliance.kinds.question import ACTORS, CHANNELS, HOLDS, Question
from dunwell.compliance.kinds.windows import Hours, OpenHours

# Channels as bits, so that a table compares numbers and not texts.
CHANNEL_BITS = {channel: 1 << position for position, channel in enumerate(CHANNELS)}
# A channel that we do not know has a bit too, so that what is closed by every channel is closed by that one.
UNKNOWN_BIT = 1 << len(CHANNELS)
EVERY_BIT = 2 * UNKNOWN_BIT - 1


def channel_bits(channels: Iterable[str]) -> int:
    return sum(CHANNEL_BITS[channel] for channel in channels)


# Yes-or-no columns of the portrait that a rule may look at, each with its words in English and Chinese.
SIGNS = {
    "bankruptcy_signal_30d": ("a sign of bankruptcy in the last 30 days", "近30天内有破产迹象"),
    "dispute_open": ("an open dispute", "存在未决争议"),
    "hardship": ("a hardship that the customer told us of", "客户已申报困难"),
}


def one_of(known: Iterable[str], *, what: str) -> AfterValidator:
    """This function will build a check that a text of the rulebook is one of the known ones."""
    names = tuple(known)

    def check(value: str) -> str:
        if value not in names:
            raise ValueError(f"{value!r} is not a {what} that we know; known are {', '.join(names)}")
        return value

    return AfterValidator(check)


def distinct(values: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(values)) != len(values):
        raise ValueError("the same name stands there twice")
    return values


def everything(known: tuple[str, ...]) -> BeforeValidator:
    return BeforeValidator(lambda value: known if value == "all" else value)


Name = Annotated[str, Field(min_length=1)]
ChannelName = Annotated[str, one_of(CHANNELS, what="channel")]
Channels = Annotated[tuple[ChannelName, ...], Field(min_length=1), AfterValidator(distinct), everything(CHANNELS)]
NoOrSomeChannels = Annotated[tuple[ChannelName, ...], AfterValidator(distinct)]
ActorName = Annotated[str, one_of(ACTORS, what="actor")]
Actors = Annotated[tuple[ActorName, ...], Field(min_length=1), AfterValidator(distinct), everything(ACTORS)]
HoldName = Annotated[str, one_of(HOLDS, what="kind of hold")]
SignName = Annotated[str, one_of(SIGNS, what="sign in the portrait")]
Purposes = Annotated[tuple[Name, ...], Field(min_length=1), AfterValidator(distinct)]
# Whether the day of an event is the first of the days that it opens, or the day after it is.
DayOne = Literal["event_day", "next_day"]


def plain_date(value: Any) -> Any:
    """This function will let only a bare date of YAML pass, not a text or a moment that looks like one."""
    if value is not None and type(value) is not date:
        raise ValueError("write a date as 2025-02-28, without quotes or time")
    return value


PlainDate = Annotated[date, BeforeValidator(plain_date)]


@dataclass(frozen=True, slots=True)
class Finding:
    """Why a rule says no, and from when on it would not: None if nobody can know."""

    reason_en: str
    reason_zh: str
    earliest: date | None = None


PerEvent = Literal["creditor", "debt", "claim", "household", "person"]
Per = PerEvent | Literal["number"]
# What the frame gathers for a kind of rule. `where` takes the table of facts that is named and picks those that count.
Where = Callable[[Table], BooleanValue]


def the_day_itself(on: date) -> date:
    return on


@dataclass(frozen=True, slots=True)
class Count:
    """How many contacts we made from `first` up to the day, by default on the day alone.

    `per` says which: those for the contact's creditor, the most on any one contact point, or all with the person; of
    those for the creditor, the most for any of the contact's debts, those for its claim, or for its household.
    """

    per: Per
    where: Where
    first: Callable[[date], date] = the_day_itself


@dataclass(frozen=True, slots=True)
class Latest:
    """The last day, up to the day, of a contact from `first` on, whoever began it; null if there is none.

    One of which nobody wrote down the day was made on the last day on which it may have been.
    """

    per: PerEvent
    where: Where
    first: Callable[[date], date]


@dataclass(frozen=True, slots=True)
class Until:
    """The last end (NEVER if there is none) of what is open on the day; null if nothing is.

    Refusals are those for the channel of the contact and those for every channel.
    """

    among: Literal["holds", "refusals"]
    where: Where


@dataclass(frozen=True, slots=True)
class Granted:
    """Whether the customer granted the contact's creditor one of the purposes, for the contact's channel."""

    purposes: tuple[str, ...]


Fact = Count | Latest | Until | Granted


@dataclass(frozen=True, slots=True)
class Row:
    """The candidates with everything the rules asked for beside them, as one rule sees them."""

    table: Table | Mapping[str, Value]
    rule: int
    on: date

    @property
    def closed(self) -> BooleanValue:
        """This function will tell that the day has no lawful hour."""
        closed: BooleanValue = self.table["mask_closed"]
        return closed

    def by(self, channels: Iterable[str]) -> BooleanValue:
        """This function will tell whether the contact goes by one of the channels; an unknown one is none of them."""
        return self.in_bits(literal(channel_bits(channels), "int32"))

    def in_bits(self, channels: IntegerValue) -> BooleanValue:
        """This function will tell whether the contact goes by a channel whose bit is among these."""
        return (self.table["mask_channel_bit"] & channels) != 0

    @property
    def contact_known(self) -> BooleanValue:
        """This function will tell whether channel, actor and customer are ones we know."""
        return (self.table["mask_channel_bit"] != UNKNOWN_BIT) & self.table["mask_who_known"]

    @property
    def creditor(self) -> StringValue:
        return self.table["creditor"]

    @property
    def zone_known(self) -> BooleanValue:
        known: BooleanValue = self.table["mask_zone_number"].notnull()
        return known

    def fact(self, name: str) -> Value:
        """This function will return a fact the rule asked for under that name."""
        return self.table[f"mask_{self.rule}_{name}"]

    def portrait(self, column: str) -> Value:
        return self.table[f"mask_of_{column}"]


@dataclass(frozen=True, slots=True)
class Column:
    """The judgement over a table; `until` None: no row's earliest day is known. A null in `refuses` refuses."""

    refuses: BooleanValue
    until: DateValue | None = None


def channel_bit(channel: Value) -> IntegerValue:
    """This function will turn a channel into its bit."""
    # The numbers of DuckDB's own CASE have 32 bits; one type everywhere, and no row is converted.
    return ibis.cases(*((channel == name, bit) for name, bit in CHANNEL_BITS.items()), else_=UNKNOWN_BIT).cast("int32")


def listed(column: StringValue, *, names: Iterable[str], known: Iterable[str]) -> BooleanValue:
    """This function will tell where the column holds one of the names, or nothing that we know."""
    among, all_known = set(names), set(known)
    if among >= all_known:
        return literal(True)
    return ~column.isin(sorted(all_known - among)).fill_null(False)


def any_of(columns: Iterable[BooleanValue]) -> BooleanValue:
    found: Any = literal(False)
    for column in columns:
        found = found | column
    return found


def only_if(condition: BooleanValue, value: Value) -> Value:
    """This function will return the value where the condition holds, else null."""
    return ifelse(condition, value, literal(None).cast(value.type()))


class Kind(BaseModel, ABC):
    """The parameters of one rule; subclasses are the kinds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: ClassVar[str]
    at_gate_only: ClassVar[bool] = False
    # Whether `column` reads no more than its facts, the portrait and whether the creditor is known. Such a rule is
    # judged once where its facts belong, for the customer or for his file with a creditor, not for each contact again.
    by_facts: ClassVar[bool] = False
    about_en: ClassVar[str]
    about_zh: ClassVar[str]

    @abstractmethod
    def judge(self, question: Question) -> Finding | None:
        """This function will say why the contact may not be made, None if this rule has nothing against it."""

    @abstractmethod
    def column(self, row: Row) -> Column:
        """This function will say the same of every row, for a day."""

    def shuts(self, row: Row) -> IntegerValue | None:
        """This function will give the bits of the channels that the portrait alone closes to the customer.

        None: the rule asks for more than that. One that does not is judged once for the customer, whatever the channel.
        """
        return None

    def facts(self) -> Mapping[str, Fact]:
        """This function will name what the frame must gather for `column`."""
        return {}

    def portrait_columns(self) -> tuple[str, ...]:
        """This function will name what `column` reads of the portrait."""
        return ()

    def windows(self) -> Hours | None:
        """This function will return the hours of the day that the rule leaves open, None if it is not about hours."""
        return None

    # Whether it takes hours from the day that are those of one customer alone: see `hours_of`.
    personal: ClassVar[bool] = False

    @property
    def about_hours(self) -> bool:
        return self.personal or self.windows() is not None

    def hours_of(self, question: Question) -> OpenHours | None:
        """This function will return the hours that the rule leaves open to this customer, None if it takes none."""
        return None

    def since(self, question: Question) -> datetime | None:
        """This function will return when the time began that the rule bars, None if it is not about a time."""
        return None

    def looks_back(self) -> int:
        """This function will return on how many days before a day contacts still weigh."""
        return 0

    def zones(self) -> tuple[str, ...]:
        """This function will return the zones in which a customer without one may be."""
        return ()


class AtGateOnly:
    """What a kind inherits beside `Kind` if a day's plan does not know what it asks: who will call, is it recorded.

    Such rules are left out of the day, by its judge and by the mask alike; they are judged at the moment of the
    contact, where the facts exist.
    """

    at_gate_only: ClassVar[bool] = True

    def column(self, row: Row) -> Column:
        """This function will refuse nothing: of a day such a rule has nothing to say."""
        return Column(literal(False))
