"""Replay of a timeline: the story of one account as a list of events, and the days on which we ask where it stands.

Every ask becomes an account of its own with the events that have happened by then, and all its days are moved so that
every account is asked on the same day: so one run of `frame.positions`, the very expression of the batch, answers all.

An event counts from its `on`, wherever it stands in the list: one that stands late was told late. A day that is asked
once is seen at its close. A day that is asked n times is seen at n moments one after the other: of the m events on that
day, in the order of the list, the first ask sees none, the last all, and ask k (from 0) the first k·m ÷ (n−1).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, NoReturn

import ibis
import pyarrow as pa

from dunwell.facts.errors import DunwellError
from dunwell.facts.money import AMOUNT_MAX, PLACES_MAX
from dunwell.ledger.kinds import AdjustmentKind, Component, ProductLine
from dunwell.portrait.frame import positions
from dunwell.portrait.rules import TAKES_BACK, Terms

# The day on which every account is asked, once its own days are moved: the last but one of the calendar, so that there
# is room for any past, and whatever lies in the future may stop on the last.
ASKED_ON = date.max - timedelta(days=1)
PRODUCT_LINE = ProductLine.INSTALMENT_LOAN

MONEY, DAY, ID, TEXT = pa.decimal128(18, 3), pa.date32(), pa.int64(), pa.string()
SCHEMAS = {
    "parties": {"party_id": ID, "customer": TEXT},
    "accounts": {
        "account_id": ID, "party_id": ID, "account": TEXT, "product_line": TEXT, "creditor": TEXT, "currency": TEXT,
        "opened_on": DAY, "credit_limit": MONEY, "grace_days": pa.int32(), "closed_on": DAY,
    },
    "charges": {
        "charge_id": ID, "account_id": ID, "charge": TEXT, "booked_on": DAY, "due_on": DAY, "component": TEXT,
        "amount": MONEY,
    },
    "payments": {"payment_id": ID, "account_id": ID, "charge_id": ID, "paid_on": DAY, "amount": MONEY},
    "adjustments": {
        "account_id": ID, "charge_id": ID, "payment_id": ID, "effective_on": DAY, "kind": TEXT, "amount": MONEY,
    },
    "holds": {"party_id": ID, "account_id": ID, "kind": TEXT, "from_on": DAY, "until_on": DAY},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Event:
    """One event; `refers` is the place in the list of the charge or payment that it names."""

    on: date
    type: str
    amount: Decimal = Decimal(0)
    component: str = ""
    due_on: date | None = None
    start: date | None = None
    until: date | None = None
    refers: int | None = None


@dataclass(frozen=True, slots=True)
class Timeline:
    """The story of one account, and the days on which it is asked about."""

    name: str
    events: tuple[Event, ...]
    asks: tuple[date, ...]
    grace_days: int | None = None
    product_line: str = PRODUCT_LINE.value


def read(path: Path) -> list[Timeline]:
    """This function will read a file of timelines; a fault names the timeline, the event, the key and the cure."""
    try:
        # Amounts that are written as numbers stay exact.
        document = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal, parse_constant=_no_number)
    except OSError as error:
        raise DunwellError(error.strerror or "cannot be read", place=str(path), cure="check the name") from None
    except UnicodeDecodeError:
        raise DunwellError("not UTF-8 text", place=str(path), cure="save the file as UTF-8") from None
    except json.JSONDecodeError as error:
        cure = "mend the JSON there"
        raise DunwellError(error.msg, place=f"{path}, line {error.lineno}", cure=cure) from None
    if not isinstance(document, dict) or not isinstance(document.get("timelines"), list):
        raise DunwellError(
            "no list of timelines",
            place=str(path),
            cure='write {"timelines": [{"name": …, "events": […], "ask": […]}]}',
        )
    return [_Reader(place=str(path), number=n).timeline(raw) for n, raw in enumerate(document["timelines"], 1)]


def _no_number(text: str) -> NoReturn:
    raise DunwellError(f"{text} is no amount", place="a number in the file", cure="write amounts such as 250.00")


@dataclass(slots=True)
class _Reader:
    """Reads one timeline and keeps, for its errors, the place where it is."""

    place: str
    number: int
    name: str = ""
    spot: str = ""
    ids: dict[str, tuple[int, dict[str, Any]]] = field(default_factory=dict)

    def fail(self, message: str, *, cure: str) -> NoReturn:
        named = f"{self.place}: timeline {self.number}" + (f" ({self.name})" if self.name else "")
        raise DunwellError(message, place=f"{named}{self.spot}", cure=cure)

    def timeline(self, raw: object) -> Timeline:
        entry = self.entry(raw)
        self.name = self.text(entry, "name")
        told, asked = self.items(entry, "events"), self.items(entry, "ask")
        self.remember(told)
        events = tuple(self.event(number, item) for number, item in enumerate(told, 1))
        asks = tuple(self.ask(number, item) for number, item in enumerate(asked, 1))
        self.spot = ""
        grace, line = entry.get("grace_days"), entry.get("product_line", PRODUCT_LINE.value)
        if grace is not None and (not isinstance(grace, int) or isinstance(grace, bool) or not 0 <= grace <= 366):
            self.fail(f"«grace_days» is {grace!r}", cure="give whole days from 0 to 366")
        if line not in ProductLine.values:
            self.fail(f"«product_line» is {line!r}", cure=f"choose one of {', '.join(ProductLine.values)}")
        return Timeline(self.name, events, asks, grace, line)

    def items(self, entry: Mapping[str, Any], key: str) -> list[Any]:
        value = entry.get(key)
        if not isinstance(value, list):
            self.fail(f"«{key}» is not a list", cure=f'give "{key}": […]')
        return value

    def remember(self, events: list[Any]) -> None:
        """This function will note the ids of charges and payments, so that events may name them in any order."""
        for index, raw in enumerate(events):
            if isinstance(raw, dict) and "id" in raw:
                self.spot = f", event {index + 1}"
                name = self.text(raw, "id")
                if name in self.ids:
                    self.fail(f"«id» {name!r} is given twice", cure="give each event an id of its own")
                self.ids[name] = (index, raw)

    def event(self, number: int, raw: object) -> Event:
        self.spot = f", event {number}"
        kind = raw.get("type") if isinstance(raw, dict) else None
        if not isinstance(kind, str) or kind not in KEYS:
            self.fail(f"«type» is {kind!r}", cure=f"choose one of {', '.join(KEYS)}")
        entry = self.entry(raw, known=("type", "id", "note", *KEYS[kind]))
        event = Event(
            on=self.day(entry, "from" if kind == "pause" and "on" not in entry else "on"),
            type=kind,
            component=entry.get("component", Component.PRINCIPAL.value) if kind == "charge" else "",
            due_on=self.day(entry, "due_on") if kind == "charge" else None,
            start=self.day(entry, "from") if kind == "pause" else None,
            until=self.day(entry, "until") if entry.get("until") is not None else None,
            refers=self.reference(entry),
            amount=self.amount(entry, kind),
        )
        if kind == "charge" and event.component not in Component.values:
            self.fail(f"«component» is {event.component!r}", cure=f"choose one of {', '.join(Component.values)}")
        if event.start and event.until and event.until < event.start:
            self.fail("«until» lies before «from»", cure="a pause ends on or after the day it begins")
        return event

    def ask(self, number: int, raw: object) -> date:
        self.spot = f", ask {number}"
        return self.day(self.entry(raw), "as_of")

    def entry(self, raw: object, *, known: Iterable[str] | None = None) -> dict[str, Any]:
        """This function will accept an object; where `known` is given, a key beyond it could change the money."""
        if not isinstance(raw, dict):
            self.fail(f"{raw!r} is not an object", cure='write {"key": value, …}')
        if known is not None and (strange := sorted(set(raw) - set(known))):
            self.fail(f"«{strange[0]}» is not a key here", cure=f"known keys: {', '.join(known)}")
        return raw

    def text(self, entry: Mapping[str, Any], key: str) -> str:
        value = entry.get(key)
        if not isinstance(value, str | int) or isinstance(value, bool) or value == "":
            self.fail(f"«{key}» is {value!r}", cure="give a text")
        return str(value)

    def day(self, entry: Mapping[str, Any], key: str) -> date:
        value = entry.get(key)
        try:
            if not isinstance(value, str) or len(value) != len("2023-10-01"):
                raise ValueError
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"«{key}» is {value!r}", cure="give a day as YYYY-MM-DD")

    def amount(self, entry: Mapping[str, Any], kind: str) -> Decimal:
        if kind in ("pause", "resume") or (kind == AdjustmentKind.WRITE_OFF and "amount" not in entry):
            return Decimal(0)
        named = entry.get("payment") or entry.get("reverses")
        if "amount" not in entry and named is not None and self.reference(entry) is not None:
            # All of the payment is taken back.
            return self.amount(self.ids[str(named)][1], "payment")
        value = entry.get("amount")
        try:
            amount = Decimal(value) if isinstance(value, str | int | Decimal) else Decimal("NaN")
        except InvalidOperation:
            amount = Decimal("NaN")
        exponent = amount.as_tuple().exponent
        if (
            not amount.is_finite()
            or not 0 <= amount <= AMOUNT_MAX
            or not isinstance(exponent, int)
            or isinstance(value, bool)
        ):
            self.fail(f"«amount» is {value!r}", cure="give an amount such as 250.00, not below zero")
        if -exponent > PLACES_MAX:
            self.fail(f"«amount» {value} has too many decimal places", cure=f"give at most {PLACES_MAX}")
        return amount

    def reference(self, entry: Mapping[str, Any]) -> int | None:
        for key, wanted in (("charge", "charge"), ("payment", "payment"), ("reverses", "payment")):
            if entry.get(key) is not None:
                index, named = self.ids.get(self.text(entry, key), (None, {}))
                if named.get("type") != wanted:
                    self.fail(
                        f"«{key}»: there is no {wanted} with the id {entry[key]!r}", cure=f"give that {wanted} this id"
                    )
                return index
        return None


TAKING = ("on", "amount", "payment", "reverses")
LOWERING = ("on", "amount", "charge")
KEYS: dict[str, tuple[str, ...]] = {
    "charge": ("on", "due_on", "component", "amount"),
    "payment": LOWERING,
    "pause": ("on", "from", "until"),
    "resume": ("on",),
    AdjustmentKind.WAIVER.value: LOWERING,
    AdjustmentKind.CREDIT_NOTE.value: LOWERING,
    AdjustmentKind.WRITE_OFF.value: ("on", "amount"),
    AdjustmentKind.CHARGEBACK.value: TAKING,
    AdjustmentKind.REVERSAL.value: TAKING,
}


# ---- the answers -----------------------------------------------------------------------------------------------------


def replay(timelines: Sequence[Timeline], *, terms: Terms) -> Iterator[dict[str, Any]]:
    """This function will answer every ask of every timeline, in their order."""
    asked = [(timeline, ask) for timeline in timelines for ask in range(len(timeline.asks))]
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in SCHEMAS}
    for number, (timeline, ask) in enumerate(asked):
        for name, row in _facts(timeline, ask, account=number):
            rows[name].append(row)
    found = _stand(rows, terms=terms)
    for number, (timeline, ask) in enumerate(asked):
        yield _answer(timeline, timeline.asks[ask], found[number])


def _stand(rows: Mapping[str, list[dict[str, Any]]], *, terms: Terms) -> dict[int, dict[str, Any]]:
    tables = {
        name: ibis.memtable(pa.Table.from_pylist(rows[name], schema=pa.schema(columns.items())))
        for name, columns in SCHEMAS.items()
    }
    engine = ibis.duckdb.connect()
    try:
        stand = engine.to_pyarrow(positions(tables, as_of=ASKED_ON, terms=terms)).to_pylist()
    finally:
        engine.disconnect()
    return {row["account_id"]: row for row in stand}


def _answer(timeline: Timeline, as_of: date, row: Mapping[str, Any]) -> dict[str, Any]:
    oldest = row["oldest_unpaid_due_on"]
    return {
        "timeline": timeline.name,
        "as_of": as_of.isoformat(),
        "overdue": f"{row['overdue'].quantize(Decimal('0.01'))}",
        "past_due_days": row["past_due_days"],
        "delinquent_days": row["delinquent_days"],
        "oldest_unpaid_due_on": _moved(oldest, as_of - ASKED_ON).isoformat() if oldest else None,
    }


def seen(timeline: Timeline, ask: int) -> list[int]:
    """This function will list the events that an ask sees, by their place in the list, in the order of their days."""
    day = timeline.asks[ask]
    moments = [number for number, asked in enumerate(timeline.asks) if asked == day]
    order = sorted(range(len(timeline.events)), key=lambda index: timeline.events[index].on)
    before = [index for index in order if timeline.events[index].on < day]
    same = [index for index in order if timeline.events[index].on == day]
    if len(moments) > 1:
        same = same[: moments.index(ask) * len(same) // (len(moments) - 1)]
    return before + same


def _facts(timeline: Timeline, ask: int, *, account: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """This function will give the rows of the snapshot that an ask sees, as those of an account of its own."""
    shift = ASKED_ON - timeline.asks[ask]
    visible = seen(timeline, ask)
    own = {"account_id": account}
    yield "parties", {"party_id": account, "customer": timeline.name}
    yield "accounts", own | {
        "party_id": account, "account": timeline.name, "product_line": timeline.product_line, "creditor": "",
        "currency": "CNY", "grace_days": timeline.grace_days,
    }  # fmt: skip
    for index in visible:
        yield from _fact(timeline, index, own | {"amount": timeline.events[index].amount}, shift=shift)
    for first, until in _pauses([timeline.events[index] for index in visible]):
        yield "holds", own | {
            "party_id": account, "kind": "pause", "from_on": _moved(first, shift),
            "until_on": until and _moved(until, shift),
        }  # fmt: skip


def _fact(
    timeline: Timeline, index: int, row: dict[str, Any], *, shift: timedelta
) -> Iterator[tuple[str, dict[str, Any]]]:
    """This function will turn an event into its row; ids are unique because no timeline has a million events."""
    event, ids = timeline.events[index], row["account_id"] * 1_000_000
    on = _moved(event.on, shift)
    target = None if event.refers is None else ids + event.refers
    if event.type == "charge" and event.due_on:
        due_on = _moved(event.due_on, shift)
        yield "charges", row | {
            "charge_id": ids + index, "booked_on": on, "due_on": due_on, "component": event.component
        }  # fmt: skip
    elif event.type == "payment":
        yield "payments", row | {"payment_id": ids + index, "charge_id": target, "paid_on": on}
    elif event.type in AdjustmentKind.values:
        named = "payment_id" if event.type in TAKES_BACK else "charge_id"
        yield "adjustments", row | {named: target, "effective_on": on, "kind": event.type}


def _pauses(events: Iterable[Event]) -> list[tuple[date, date | None]]:
    """This function will let each resume end every pause that runs on its day."""
    pauses: list[tuple[date, date | None]] = []
    for event in events:
        if event.type == "pause" and event.start:
            pauses.append((event.start, event.until))
        elif event.type == "resume":
            pauses = [
                (start, event.on) if start <= event.on and (until is None or event.on < until) else (start, until)
                for start, until in pauses
            ]
    return pauses


def _moved(day: date, shift: timedelta) -> date:
    """This function will move a day, and stop where the calendar does."""
    return date.fromordinal(min(max(day.toordinal() + shift.days, 1), date.max.toordinal()))
