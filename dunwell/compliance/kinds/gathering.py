"""Gathering: what the rules count, grouped once from the tables of facts and laid where it belongs.

Every fact a rule asks for becomes one column, named after the rule's number and the rule's own word for it. It has a
home: what counts for the customer whatever the contact is goes beside the customer; what belongs to one creditor goes
into a file, of which each customer has few; the rest goes beside the contact. Contacts of which nobody wrote down the
creditor count for each: they are added to every file, and stand alone beside contacts without one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Literal

import ibis
from ibis import Table, ifelse, literal
from ibis.expr.types import BooleanValue, Value

from dunwell.compliance.kinds.kind import CHANNEL_BITS, Count, Fact, Granted, Latest, Until, channel_bit
from dunwell.compliance.kinds.question import CHANNELS, DAYS_APART_MAX, NEVER
from dunwell.compliance.kinds.shares import TOLD_BY, greatest_share
from dunwell.ledger.kinds import ConsentStance, Direction

PARTY, CREDITOR, GRANTED_TO = "party_id", "creditor", "granted_to"
Home = Literal["person", "file", "contact"]


def home(fact: Fact) -> Home:
    """This function will tell where a fact belongs: to the customer, to his file with a creditor, or to a contact."""
    if isinstance(fact, Count | Latest):
        return {"number": "person", "person": "person", "creditor": "file"}.get(fact.per, "contact")  # type: ignore[return-value]
    return "person" if isinstance(fact, Until) and fact.among == "holds" else "contact"


@dataclass(frozen=True)
class Gathering:
    """What the rules of one day ask for, by the name of the column that will hold it."""

    tables: Mapping[str, Table]
    asked: Mapping[str, Fact]
    on: date

    def of_customers(self, persons: Table) -> Table:
        """This function will put beside each person (`party_id`) what counts for him whatever the contact is."""
        if counts := self._told_by("number"):
            persons = _beside(persons, "number", self._fullest(counts))
        if told := self._told_by("person"):
            persons = _beside(persons, "all", self._grouped(self._weighing, facts=told, by=(PARTY,)))
        if ends := self._ends("holds"):
            holds = _open(self.tables["holds"], start="from_on", end="until_on", on=self.on)
            persons = _beside(persons, "hold", _last(holds, ends=ends, end="until_on", by=(PARTY,)))
        if ends := self._ends("refusals"):
            everything = self._refusals.filter(~_of_one_channel(self._refusals))
            persons = _beside(persons, "every", _last(everything, ends=ends, end="valid_until", by=(PARTY,)))
        own = {name: fact for name, fact in self.asked.items() if home(fact) == "person"}
        return persons.mutate(**{name: _of_person(persons, name, fact=fact) for name, fact in own.items()})

    def files(self) -> Table | None:
        """This function will gather, by customer and creditor, what counts there and what was granted."""
        parts = []
        if told := self._told_by("creditor"):
            owned = self._weighing.filter(self._weighing.creditor.notnull())
            parts.append(self._grouped(owned, facts=told, by=(PARTY, CREDITOR)))
        if grants := self._grants:
            parts.append(_granted(self._consents, grants=grants).rename({CREDITOR: GRANTED_TO}))
        if not parts:
            return None
        files = parts[0] if len(parts) == 1 else _merged(parts, by=(PARTY, CREDITOR))
        strays = self._strays
        if strays is None:
            return files
        files = _beside(files, "stray", strays)
        sums = {name: _with_strays(files, name, fact=fact) for name, fact in told.items()}
        return files.mutate(**sums).drop([f"mask_stray_{column}" for column in strays.columns])

    @property
    def _strays(self) -> Table | None:
        """This function will gather, by customer, what of the files' facts counts for every creditor."""
        told = self._told_by("creditor")
        if not told:
            return None
        return self._grouped(self._weighing.filter(self._weighing.creditor.isnull()), facts=told, by=(PARTY,))

    def of_contacts(self, rows: Table, *, files: Table | None) -> Table:
        """This function will add what counts for the row's creditor or channel, and name what was asked for.

        What stands in its file stays under `mask_file_…`, null where there is no such file. A fact that the `files`
        no longer hold, because it was judged there, is told for creditors without a file.
        """
        if files is not None:
            rows = _beside(rows, "file", files, also={CREDITOR: CREDITOR})
        if (strays := self._strays) is not None:
            # As a rule there are none: then this join costs nothing, and beside each person it would.
            rows = _beside(rows, "stray", strays)
        if ends := self._ends("refusals"):
            one = self._refusals.filter(_of_one_channel(self._refusals))
            one = one.mutate(bit=channel_bit(one.channel))
            last = _last(one, ends=ends, end="valid_until", by=(PARTY, "bit"))
            rows = _beside(rows, "one", last, also={"bit": "mask_channel_bit"})
        for per in TOLD_BY:
            rows = self._of_shares(rows, per=per)
        others = {name: fact for name, fact in self.asked.items() if home(fact) != "person"}
        return rows.mutate(**{name: _of_contact(rows, name, fact=fact) for name, fact in others.items()})

    def _of_shares(self, rows: Table, *, per: str) -> Table:
        """This function will add the most that counts for one of the row's debts (its claim, its household)."""
        told = self._told_by(per)
        if not told:
            return rows
        marks = {"party_id": "party_id", CREDITOR: CREDITOR, "mask_marks": "mask_marks"}
        marked, most = greatest_share(rows, self._weighing, per=per, values=lambda made: self._values(made, facts=told))
        return _beside(marked, per, most, also=marks).drop("mask_marks")

    def _told_by(self, per: str) -> dict[str, Count | Latest]:
        facts = self.asked.items()
        return {name: fact for name, fact in facts if isinstance(fact, Count | Latest) and fact.per == per}

    def _ends(self, among: str) -> dict[str, Until]:
        return {name: fact for name, fact in self.asked.items() if isinstance(fact, Until) and fact.among == among}

    @property
    def _grants(self) -> dict[str, Granted]:
        return {name: fact for name, fact in self.asked.items() if isinstance(fact, Granted)}

    # ---- contacts ----------------------------------------------------------------------------------------------------

    @cached_property
    def _made(self) -> Table:
        """This function will keep the contacts of the days that count, or that may be; `day` is the last of these.

        Those whose day is written are filtered by that alone, so that files are not read where all are older.
        """
        contacts, apart, on = self.tables["contacts"], timedelta(days=DAYS_APART_MAX), literal(self.on)
        first = min(fact.first(self.on) for fact in self._counted.values())
        dated = contacts.filter(contacts.local_date.between(literal(first), on))
        near = contacts.happened_at.date().between(literal(first - apart), literal(self.on + apart)).fill_null(True)
        undated = contacts.filter(contacts.local_date.isnull(), near)
        # DuckDB adds days to a date and has a moment, which Ibis does not know: by way of one it is a date again.
        latest = ibis.least((undated.happened_at.date() + apart).cast("timestamp").cast("date").fill_null(on), on)
        return dated.mutate(day=dated.local_date).union(undated.mutate(day=latest))

    @cached_property
    def _counted(self) -> dict[str, Count | Latest]:
        return {name: fact for name, fact in self.asked.items() if isinstance(fact, Count | Latest)}

    @cached_property
    def _marks(self) -> dict[str, str]:
        """This function will name the column that marks what a fact counts; many count the same on other days."""
        columns: dict[object, str] = {}
        marks = {name: _marked(self._made, fact=fact).op() for name, fact in self._counted.items()}
        return {name: columns.setdefault(mark, f"mask_counts_{len(columns)}") for name, mark in marks.items()}

    @cached_property
    def _weighing(self) -> Table:
        """This function will mark what each of these contacts counts for, and leave out what nobody asks for."""
        keys = [PARTY, CREDITOR, "day"]
        keys += ["contact_point_id"] if self._told_by("number") else []
        keys += [column for per, column in TOLD_BY.items() if self._told_by(per)]
        marks = {self._marks[name]: _marked(self._made, fact=fact) for name, fact in self._counted.items()}
        return self._made.select(*keys, **marks)

    def _weighs(self, contacts: Table, name: str) -> BooleanValue:
        """This function will tell the contacts that a fact is about."""
        return contacts[self._marks[name]] & (contacts.day >= literal(self._counted[name].first(self.on)))

    def _grouped(self, contacts: Table, *, facts: Mapping[str, Count | Latest], by: tuple[str, ...]) -> Table:
        # By the day alone: a group that counts nothing costs less than to ask of every contact whether it counts.
        told = contacts.filter(contacts.day >= literal(min(fact.first(self.on) for fact in facts.values())))
        return told.group_by(list(by)).aggregate(**self._values(told, facts=facts))

    def _values(self, contacts: Table, *, facts: Mapping[str, Count | Latest]) -> dict[str, Value]:
        weighs = {name: self._weighs(contacts, name) for name in facts}
        return {
            name: contacts.day.max(where=weighs[name])
            if isinstance(fact, Latest)
            else contacts.count(where=weighs[name])
            for name, fact in facts.items()
        }

    def _fullest(self, counts: Mapping[str, Count | Latest]) -> Table:
        """This function will count by contact point and take the highest; a contact of no point counts for each."""
        points = self._grouped(self._weighing, facts=counts, by=(PARTY, "contact_point_id"))
        nowhere = points.contact_point_id.isnull()
        return points.group_by(PARTY).aggregate(
            **{
                name: points[name].max(where=~nowhere).fill_null(0) + points[name].max(where=nowhere).fill_null(0)
                for name in counts
            }
        )

    # ---- consents ----------------------------------------------------------------------------------------------------

    @property
    def _consents(self) -> Table:
        return _open(self.tables["consents"], start="valid_from", end="valid_until", on=self.on)

    @property
    def _refusals(self) -> Table:
        consents = self._consents
        return consents.filter((consents.stance != ConsentStance.GRANTED.value).fill_null(True))


# ---- the answers -----------------------------------------------------------------------------------------------------


def _of_person(persons: Table, name: str, *, fact: Fact) -> Value:
    if isinstance(fact, Until):
        return persons[f"mask_hold_{name}"]
    if isinstance(fact, Latest):
        return persons[f"mask_all_{name}"]
    assert isinstance(fact, Count)  # noqa: S101 - a grant is nobody's own: it is for a creditor.
    return persons[f"mask_{'number' if fact.per == 'number' else 'all'}_{name}"].fill_null(0)


def _with_strays(files: Table, name: str, *, fact: Count | Latest) -> Value:
    if isinstance(fact, Latest):
        return ibis.greatest(files[name], files[f"mask_stray_{name}"])
    return files[name].fill_null(0) + files[f"mask_stray_{name}"].fill_null(0)


def _of_contact(rows: Table, name: str, *, fact: Fact) -> Value:
    if isinstance(fact, Granted):
        return ((rows[f"mask_file_{name}"] & rows["mask_channel_bit"]) != 0).fill_null(False)
    if isinstance(fact, Until):
        return ibis.greatest(rows[f"mask_one_{name}"], rows[f"mask_every_{name}"])
    if fact.per in TOLD_BY:
        told = rows[f"mask_{fact.per}_{name}"]
        return told if isinstance(fact, Latest) else told.fill_null(0)
    told = rows[f"mask_stray_{name}"]
    if f"mask_file_{name}" in rows.columns:
        told = ibis.coalesce(rows[f"mask_file_{name}"], told)
    return told if isinstance(fact, Latest) else told.fill_null(0)


# ---- grouping --------------------------------------------------------------------------------------------------------


def _beside(rows: Table, name: str, facts: Table, *, also: Mapping[str, str] | None = None) -> Table:
    """This function will join facts by party, and by their columns that mean the same as others of the rows."""
    renamed = facts.rename(lambda column: f"mask_{name}_{column}")
    keys = {PARTY: PARTY, **(also or {})}
    return rows.left_join(renamed, [rows[own] == renamed[f"mask_{name}_{key}"] for key, own in keys.items()])


def _merged(parts: list[Table], *, by: tuple[str, ...]) -> Table:
    """This function will lay tables with the same keys and other columns beside each other."""
    types = {column: kind for part in parts for column, kind in part.schema().items()}
    whole = [
        part.select(
            **{name: part[name] if name in part.columns else literal(None, kind) for name, kind in types.items()}
        )
        for part in parts
    ]
    rows = ibis.union(*whole)
    return rows.group_by(list(by)).aggregate(**{name: rows[name].max() for name in types if name not in by})


def _open(facts: Table, *, start: str, end: str, on: date) -> Table:
    """This function will keep what is open on the day and give an end to what has none."""
    ended = facts.mutate(**{end: facts[end].fill_null(literal(NEVER))})
    return ended.filter(ended[start] <= literal(on), ended[end] > literal(on))


def _of_one_channel(refusals: Table) -> BooleanValue:
    """This function will tell the refusals of one channel from those of all (or of one that we do not know)."""
    return refusals.channel.isin(CHANNELS).fill_null(False)


def _marked(contacts: Table, *, fact: Count | Latest) -> BooleanValue:
    """This function will tell the contacts that a fact counts, whenever they were made."""
    counted = fact.where(contacts)
    if isinstance(fact, Latest):
        return counted
    return counted & (contacts.direction != Direction.INBOUND.value).fill_null(True)


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
    return found.cast("int32")
