"""Gathering: what the rules count, grouped once from the tables of facts and joined to customers and contacts.

Every fact a rule asks for becomes one column, named after the rule's number and the rule's own word for it. What
belongs to one creditor or channel, and what belongs to none and so counts for each, are grouped and joined apart: a
join on a null never matches. What counts for the customer whatever the contact is goes beside the customer, of whom
there are fewer than contacts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import ibis
from ibis import Table, ifelse, literal
from ibis.expr.types import BooleanValue, Value

from dunwell.compliance.kinds.kind import CHANNEL_BITS, Count, Fact, Granted, Latest, Until, Where
from dunwell.compliance.kinds.question import CHANNELS, DAYS_APART_MAX, NEVER
from dunwell.compliance.kinds.shares import TOLD_BY, greatest_share
from dunwell.ledger.kinds import ConsentStance, Direction

PARTY, CREDITOR, GRANTED_TO = "party_id", "creditor", "granted_to"


@dataclass(frozen=True, slots=True)
class Gathering:
    """What the rules of one day ask for, by the name of the column that will hold it."""

    tables: Mapping[str, Table]
    asked: Mapping[str, Fact]
    on: date

    def of_customers(self, persons: Table) -> Table:
        """This function will put beside each person (`party_id`) what counts for him whatever the contact is."""
        if counts := self._counts("creditor"):
            stray = self._contacts.filter(self._contacts.creditor.isnull())
            persons = _beside(persons, "stray", _sums(stray, counts=counts, by=(PARTY,)))
        if counts := self._counts("number"):
            persons = _beside(persons, "number", _fullest(self._contacts, counts=counts))
        if counts := self._counts("person"):
            persons = _beside(persons, "all", _sums(self._contacts, counts=counts, by=(PARTY,)))
        if days := self._latest("creditor"):
            stray = self.tables["contacts"].filter(self.tables["contacts"].creditor.isnull())
            persons = _beside(persons, "event", self._last_day(stray, asked=days, by=(PARTY,)))
        if days := self._latest("person"):
            persons = _beside(persons, "any", self._last_day(self.tables["contacts"], asked=days, by=(PARTY,)))
        if ends := self._ends("holds"):
            holds = _open(self.tables["holds"], start="from_on", end="until_on", on=self.on)
            persons = _beside(persons, "hold", _last(holds, ends=ends, end="until_on", by=(PARTY,)))
        if ends := self._ends("refusals"):
            everything = self._refusals.filter(~_of_one_channel(self._refusals))
            persons = _beside(persons, "every", _last(everything, ends=ends, end="valid_until", by=(PARTY,)))
        return persons

    def of_contacts(self, rows: Table) -> Table:
        """This function will add what counts for the row's creditor or channel, and name what was asked for."""
        if counts := self._counts("creditor"):
            owned = self._contacts.filter(self._contacts.creditor.notnull())
            sums = _sums(owned, counts=counts, by=(PARTY, CREDITOR))
            rows = _beside(rows, "own", sums, also={CREDITOR: CREDITOR})
        if days := self._latest("creditor"):
            owned = self.tables["contacts"].filter(self.tables["contacts"].creditor.notnull())
            last = self._last_day(owned, asked=days, by=(PARTY, CREDITOR))
            rows = _beside(rows, "since", last, also={CREDITOR: CREDITOR})
        if ends := self._ends("refusals"):
            one = self._refusals.filter(_of_one_channel(self._refusals))
            one = one.mutate(bit=channel_bit(one.channel))
            last = _last(one, ends=ends, end="valid_until", by=(PARTY, "bit"))
            rows = _beside(rows, "one", last, also={"bit": "mask_channel_bit"})
        for per in TOLD_BY:
            rows = self._of_shares(rows, per=per)
        if grants := self._grants:
            rows = _beside(rows, "grant", _granted(self._consents, grants=grants), also={GRANTED_TO: CREDITOR})
        return rows.mutate(**{name: self._answer(rows, name) for name in self.asked})

    def _of_shares(self, rows: Table, *, per: str) -> Table:
        """This function will add the most that counts for one of the row's debts (its claim, its household)."""
        marks = {"party_id": "party_id", CREDITOR: CREDITOR, "mask_marks": "mask_marks"}
        if counts := self._counts(per):
            ours = self._contacts
            marked, most = greatest_share(rows, ours, per=per, values=lambda told: _amounts(told, counts=counts))
            rows = _beside(marked, per, most, also=marks).drop("mask_marks")
        if days := self._latest(per):
            near = self._near(self.tables["contacts"], asked=days)
            marked, last = greatest_share(rows, near, per=per, values=lambda told: self._last_days(told, asked=days))
            rows = _beside(marked, f"{per}_last", last, also=marks).drop("mask_marks")
        return rows

    def _answer(self, rows: Table, name: str) -> Value:
        """This function will put the two halves of a fact together."""
        fact = self.asked[name]
        if isinstance(fact, Granted):
            return (rows[f"mask_grant_{name}"].fill_null(0) & rows["mask_channel_bit"]) != 0
        if isinstance(fact, Until):
            if fact.among == "holds":
                return rows[f"mask_hold_{name}"]
            return ibis.greatest(rows[f"mask_one_{name}"], rows[f"mask_every_{name}"])
        if isinstance(fact, Latest):
            if fact.per in TOLD_BY:
                return rows[f"mask_{fact.per}_last_{name}"]
            if fact.per == "person":
                return rows[f"mask_any_{name}"]
            return ibis.greatest(rows[f"mask_since_{name}"], rows[f"mask_event_{name}"])
        if fact.per in TOLD_BY:
            return rows[f"mask_{fact.per}_{name}"].fill_null(0)
        if fact.per in ("number", "person"):
            return rows[f"mask_{'number' if fact.per == 'number' else 'all'}_{name}"].fill_null(0)
        return rows[f"mask_own_{name}"].fill_null(0) + rows[f"mask_stray_{name}"].fill_null(0)

    def _counts(self, per: str) -> dict[str, Where]:
        """This function will say, for each count, which of the contacts gathered are counted."""
        facts = {name: fact for name, fact in self.asked.items() if isinstance(fact, Count) and fact.per == per}
        return {name: self._counted(fact) for name, fact in facts.items()}

    def _counted(self, fact: Count) -> Where:
        first = fact.first(self.on)
        if first == self._first:
            return fact.where
        return lambda contacts: fact.where(contacts) & _may_be_since(contacts, first)

    @property
    def _first(self) -> date:
        """This function will return the first day that any count looks back to."""
        return min((fact.first(self.on) for fact in self.asked.values() if isinstance(fact, Count)), default=self.on)

    def _latest(self, per: str) -> dict[str, Latest]:
        return {name: fact for name, fact in self.asked.items() if isinstance(fact, Latest) and fact.per == per}

    def _last_day(self, contacts: Table, *, asked: Mapping[str, Latest], by: tuple[str, ...]) -> Table:
        """This function will find the last day, up to the day, of the contacts that each fact is about."""
        near = self._near(contacts, asked=asked)
        return near.group_by(list(by)).aggregate(**self._last_days(near, asked=asked))

    def _near(self, contacts: Table, *, asked: Mapping[str, Latest]) -> Table:
        """This function will keep the contacts up to the day that any fact is about, each with its `day`."""
        on, apart = literal(self.on), timedelta(days=DAYS_APART_MAX)
        begun = (contacts.happened_at.date() - apart <= on).fill_null(True)
        begun = ifelse(contacts.local_date.isnull(), begun, contacts.local_date <= on)
        first = min(fact.first(self.on) for fact in asked.values())
        near = contacts.filter(begun, _may_be_since(contacts, first))
        unwritten = ibis.least((near.happened_at.date() + apart).fill_null(on), on)
        return near.mutate(day=ifelse(near.local_date.isnull(), unwritten, near.local_date))

    def _last_days(self, near: Table, *, asked: Mapping[str, Latest]) -> dict[str, Value]:
        return {
            name: near.day.max(where=fact.where(near) & (near.day >= literal(fact.first(self.on))))
            for name, fact in asked.items()
        }

    def _ends(self, among: str) -> dict[str, Until]:
        return {name: fact for name, fact in self.asked.items() if isinstance(fact, Until) and fact.among == among}

    @property
    def _grants(self) -> dict[str, Granted]:
        return {name: fact for name, fact in self.asked.items() if isinstance(fact, Granted)}

    @property
    def _contacts(self) -> Table:
        """This function will keep the contacts that we made on the days that count, or may have."""
        contacts, apart = self.tables["contacts"], timedelta(days=DAYS_APART_MAX)
        first, last = literal(self._first - apart), literal(self.on + apart)
        near = contacts.happened_at.date().between(first, last).fill_null(True)
        day = ifelse(contacts.local_date.isnull(), near, self._on_days_that_count(contacts))
        return contacts.filter(day, (contacts.direction != Direction.INBOUND.value).fill_null(True))

    def _on_days_that_count(self, contacts: Table) -> BooleanValue:
        if self._first == self.on:
            return contacts.local_date == literal(self.on)
        return contacts.local_date.between(literal(self._first), literal(self.on))

    @property
    def _consents(self) -> Table:
        return _open(self.tables["consents"], start="valid_from", end="valid_until", on=self.on)

    @property
    def _refusals(self) -> Table:
        consents = self._consents
        return consents.filter((consents.stance != ConsentStance.GRANTED.value).fill_null(True))


def _beside(rows: Table, name: str, facts: Table, *, also: Mapping[str, str] | None = None) -> Table:
    """This function will join facts by party, and by their columns that mean the same as others of the rows."""
    renamed = facts.rename(lambda column: f"mask_{name}_{column}")
    keys = {PARTY: PARTY, **(also or {})}
    return rows.left_join(renamed, [rows[own] == renamed[f"mask_{name}_{key}"] for key, own in keys.items()])


def _open(facts: Table, *, start: str, end: str, on: date) -> Table:
    """This function will keep what is open on the day and give an end to what has none."""
    ended = facts.mutate(**{end: facts[end].fill_null(literal(NEVER))})
    return ended.filter(ended[start] <= literal(on), ended[end] > literal(on))


def _of_one_channel(refusals: Table) -> BooleanValue:
    """This function will tell the refusals of one channel from those of all (or of one that we do not know)."""
    return refusals.channel.isin(CHANNELS).fill_null(False)


def _may_be_since(contacts: Table, first: date) -> BooleanValue:
    """This function will tell the contacts that were made from a day on, or may have been."""
    unwritten = (contacts.happened_at.date() + timedelta(days=DAYS_APART_MAX) >= literal(first)).fill_null(True)
    return ifelse(contacts.local_date.isnull(), unwritten, contacts.local_date >= literal(first))


def _sums(contacts: Table, *, counts: Mapping[str, Where], by: tuple[str, ...]) -> Table:
    return contacts.group_by(list(by)).aggregate(**_amounts(contacts, counts=counts))


def _amounts(contacts: Table, *, counts: Mapping[str, Where]) -> dict[str, Value]:
    return {name: contacts.count(where=where(contacts)) for name, where in counts.items()}


def _fullest(contacts: Table, *, counts: Mapping[str, Where]) -> Table:
    """This function will count by contact point and take the highest; a contact of no point counts for each."""
    points = _sums(contacts, counts=counts, by=(PARTY, "contact_point_id"))
    nowhere = points.contact_point_id.isnull()
    return points.group_by(PARTY).aggregate(
        **{
            name: points[name].max(where=~nowhere).fill_null(0) + points[name].max(where=nowhere).fill_null(0)
            for name in counts
        }
    )


def _last(facts: Table, *, ends: Mapping[str, Until], end: str, by: tuple[str, ...]) -> Table:
    return facts.group_by(list(by)).aggregate(
        **{name: facts[end].max(where=fact.where(facts)) for name, fact in ends.items()}
    )


def _granted(consents: Table, *, grants: Mapping[str, Granted]) -> Table:
    """This function will gather, for each creditor, the channels that were granted, one bit each."""
    purposes = sorted({purpose for fact in grants.values() for purpose in fact.purposes})
    told = consents.filter(consents.stance == ConsentStance.GRANTED.value, consents.purpose.isin(purposes))
    if "contact_point_id" in told.columns:
        # A grant for one address opens no other, and a plan does not know yet which address it will be.
        told = told.filter(told.contact_point_id.isnull())
    return told.group_by([PARTY, GRANTED_TO]).aggregate(
        **{name: _granted_bits(told, purposes=fact.purposes) for name, fact in grants.items()}
    )


def _granted_bits(told: Table, *, purposes: tuple[str, ...]) -> Value:
    # Spark has no aggregate that joins bits, so each channel has its own.
    found: Value = literal(0)
    for name, bit in CHANNEL_BITS.items():
        covered = told.purpose.isin(purposes) & (told.channel.isnull() | (told.channel == name))
        found = found + ifelse(covered, bit, 0).max()
    return found


def channel_bit(channel: Value) -> Value:
    """This function will turn a channel into its bit, an unknown one or none into 0."""
    return ibis.cases(*((channel == name, bit) for name, bit in CHANNEL_BITS.items()), else_=0)
