"""Beforehand: rules that ask nothing of the contact itself are judged once, where their facts belong, as columns.

A hold is the customer's whatever is proposed to him, and a cap has been reached with a creditor or not: judged there,
such a rule costs one bit beside each contact, however much it had to count, and all together one day: the latest end.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import reduce
from operator import or_
from typing import Any, NamedTuple

import ibis
from ibis import Table, ifelse, literal
from ibis.expr.types import BooleanValue, DateValue, IntegerValue, Value

from dunwell.compliance.kinds.gathering import CREDITOR, PARTY, Home, home
from dunwell.compliance.kinds.kind import Column, Count, Fact, Granted, Row, only_if
from dunwell.compliance.kinds.question import NEVER
from dunwell.compliance.rulebook.model import Rule

# Bits of rules in one column: it stays a positive number of 64 bits.
WORD = 62
SAYS, ENDS, SHUTS, SPOKEN = "mask_says_", "mask_ends_", "mask_shuts_", "mask_spoken_"
# The name that stands in `binds` for the rules that bind every contact.
EVERY = "every"
# How the columns that were judged at a place are called beside the contacts.
PREFIXES: Mapping[Home, str] = {"person": "", "file": "mask_file_"}


def bits(numbers: Iterable[int]) -> dict[int, int]:
    """This function will turn the numbers of rules into words of bits."""
    words: dict[int, int] = {}
    for number in numbers:
        words[number // WORD] = words.get(number // WORD, 0) | 1 << number % WORD
    return words


def packed(told: Mapping[int, BooleanValue]) -> dict[int, IntegerValue]:
    """This function will turn the yes or no of rules, by number, into words of bits; who cannot tell says yes."""
    words: dict[int, Any] = {}
    for number, says in told.items():
        word, bit = divmod(number, WORD)
        own = ifelse(~says, literal(0, "int64"), literal(1 << bit, "int64"))
        words[word] = words[word] | own if word in words else own
    return words


def speaks(rows: Mapping[str, Value] | Table, numbers: Iterable[int], *, prefix: str = SPOKEN) -> BooleanValue:
    """This function will tell whether one of the rules speaks on the row, by the words that begin with the prefix."""
    said: Any = literal(False)
    for count, (word, mask) in enumerate(bits(numbers).items()):
        own = (rows[f"{prefix}{word}"] & literal(mask, "int64")) != 0
        said = said | own if count else own
    return said


class Spoken(NamedTuple):
    """The rows with words of the rules that speak on each, and the day on which all that refuses has ended."""

    rows: Table
    earliest: DateValue


@dataclass(frozen=True, slots=True)
class Beforehand:
    """The rules of one day by number, and what each of them asks for.

    `binds` gives the rules that do not bind every contact a name, one for all that bind the same contacts.
    """

    rules: Mapping[int, Rule]
    asked: Mapping[int, Mapping[str, Fact]]
    on: date
    binds: Mapping[int, str] = field(default_factory=dict)

    def place(self, number: int) -> Home:
        """This function will tell where a rule is judged."""
        # A consent that opens it is asked for beside what it counts, and says nothing of where that belongs.
        homes = {home(fact) for fact in self.asked[number].values() if not isinstance(fact, Granted)}
        if not self.rules[number].terms.by_facts or not homes <= {"person", "file"} or len(homes) > 1:
            return "contact"
        return homes.pop() if homes else "person"

    def of_customers(self, persons: Table) -> Table:
        """This function will judge customers and keep, of what was gathered for that, what others still ask for."""
        numbers, others = self._apart("person")
        told = {number: self.rules[number].terms.shuts(Row(persons, number, self.on)) for number in others}
        shuts = {f"{SHUTS}{number}": channels for number, channels in told.items() if channels is not None}
        others = [number for number in others if told[number] is None]
        wanted = {f"mask_of_{name}" for number in others for name in self.rules[number].terms.portrait_columns()}
        wanted |= {name for number in others for name, fact in self.asked[number].items() if home(fact) == "person"}
        wanted |= {"mask_zone_number"}
        kept = [name for name in persons.columns if name in wanted or name.startswith(("mask_in_", "mask_every_"))]
        return persons.select(PARTY, *kept, **shuts, **self._judged(persons, numbers))

    def of_files(self, files: Table) -> Table:
        """This function will judge files in the same way."""
        numbers, others = self._apart("file")
        wanted = {name for number in others for name, fact in self.asked[number].items() if home(fact) == "file"}
        wanted |= {name for asked in self.asked.values() for name, fact in asked.items() if isinstance(fact, Granted)}
        kept = [name for name in files.columns if name in wanted]
        return files.select(PARTY, CREDITOR, *kept, **self._judged(files, numbers))

    def _apart(self, place: Home) -> tuple[list[int], list[int]]:
        """This function will part the rules that are judged at a place from the others."""
        here = [number for number in self.rules if self.place(number) == place]
        return here, [number for number in self.rules if number not in here]

    def _judged(self, rows: Table, numbers: Iterable[int]) -> dict[str, Value]:
        return self._told({number: self._column(Row(rows, number, self.on)) for number in numbers})

    def _column(self, row: Row) -> Column:
        return self.rules[row.rule].terms.column(row)

    def _told(self, columns: Mapping[int, Column], *, ends: bool = True) -> dict[str, Value]:
        """This function will give the words of what rules say, and with `ends` the latest end of what refuses.

        One end is enough for all the rules that bind the same contacts.
        """
        words = packed({number: column.refuses for number, column in columns.items()})
        told: dict[str, list[DateValue]] = {}
        for number, column in columns.items():
            if ends and column.until is not None and self.rules[number].enforcement == "block":
                end = _end(column.refuses.fill_null(True), column.until)
                told.setdefault(f"{ENDS}{self.binds.get(number, EVERY)}", []).append(end)
        said = {f"{SAYS}{word}": says for word, says in words.items()}
        return said | {name: _latest(values) for name, values in told.items()}

    # ---- beside the contacts -----------------------------------------------------------------------------------------

    def of_contacts(self, rows: Table, *, persons: Table, bound: Mapping[str, BooleanValue]) -> Spoken:
        """This function will judge every contact; `persons`: the customers with all that was gathered of them.

        `bound` tells by the names of `binds` which contacts the rules bind.
        """
        own = {number: self._of_contact(rows, number, persons=persons) for number in self._apart("contact")[0]}
        parts, columns = [self._told(own, ends=False)], dict(own)
        for place in PREFIXES:
            nothing = {n: self._column(self._nothing(n, persons=persons)) for n in self._apart(place)[0]}
            parts.append(self._beside(rows, place, nothing=nothing))
            columns |= nothing
        rows = rows.mutate(
            **{f"{SPOKEN}{word}": self._word(word, parts=parts, bound=bound) for word in bits(self.rules)}
        )
        blocks = {n: column.until for n, column in columns.items() if self.rules[n].enforcement == "block"}
        ends = [
            _where_bound(name, end=end, bound=bound) for part in parts for name, end in part.items() if ENDS in name
        ]
        ends += [_end(speaks(rows, [n]), until) for n, until in blocks.items() if n in own and until is not None]
        endless = speaks(rows, [number for number, until in blocks.items() if until is None])
        # Most rows are refused nothing, or for ever: the ends are compared only for the others.
        ending = speaks(rows, blocks) & ~endless
        return Spoken(rows, only_if(ending, _latest(ends).nullif(literal(NEVER))))

    def _of_contact(self, rows: Table, number: int, *, persons: Table) -> Column:
        if (name := f"{SHUTS}{number}") not in rows.columns:
            return self._column(Row(rows, number, self.on))
        unknown = self.rules[number].terms.shuts(self._nothing(number, persons=persons))
        return Column(Row(rows, number, self.on).in_bits(rows[name].fill_null(unknown)))

    def _nothing(self, number: int, *, persons: Table) -> Row:
        """This function will show a rule a contact of which nothing is known but that it has a creditor."""
        asked = self.asked[number].items()
        facts = {name: literal(0) if isinstance(fact, Count) else literal(None, "date") for name, fact in asked}
        portrait = [f"mask_of_{column}" for column in self.rules[number].terms.portrait_columns()]
        unknown = {name: literal(None, persons.schema()[name]) for name in portrait}
        return Row({CREDITOR: literal(""), **facts, **unknown}, number, self.on)

    def _beside(self, rows: Table, place: Home, *, nothing: Mapping[int, Column]) -> dict[str, Value]:
        """This function will tell what was judged at a place, and where nothing was, what holds then.

        Of a customer whom nobody knows that is what is said of nothing; for a creditor without a file, what counts for
        all creditors, which is as a rule nothing: only where there is something, or no creditor, it is worked out.
        """
        said = self._told(nothing)
        if not said:
            return {}
        judged = rows[f"{PREFIXES[place]}{next(iter(said))}"].notnull()
        there = {name: rows[f"{PREFIXES[place]}{name}"] for name in said}
        if place == "person":
            return {name: ifelse(judged, there[name], said[name]) for name in said}
        for_all = self._judged(rows, nothing)
        alone = rows.mask_stray_party_id.isnull() & rows[CREDITOR].notnull()
        return {name: ibis.cases((judged, there[name]), (alone, said[name]), else_=for_all[name]) for name in said}

    def _word(self, word: int, *, parts: list[dict[str, Value]], bound: Mapping[str, BooleanValue]) -> IntegerValue:
        """This function will join the bits of what speaks, without those of the rules that do not bind the row."""
        name = f"{SAYS}{word}"
        says: Any = reduce(or_, (part[name] for part in parts if name in part))
        for like, binds in bound.items():
            partial = bits(number for number, own in self.binds.items() if own == like).get(word)
            if partial:
                says = says & ifelse(binds, literal(-1, "int64"), literal(~partial, "int64"))
        return says


def _where_bound(name: str, *, end: Value, bound: Mapping[str, BooleanValue]) -> Value:
    like = name.removeprefix(ENDS)
    return end if like == EVERY else only_if(bound[like], end)


def _end(speaking: BooleanValue, until: DateValue) -> DateValue:
    """This function will give the end of what speaks; what has none known ends never."""
    end: DateValue = only_if(speaking, until.fill_null(literal(NEVER)))
    return end


def _latest(ends: Iterable[DateValue]) -> DateValue:
    nothing = literal(None, "date")
    return ibis.greatest(nothing, nothing, *ends)
