"""Beforehand: rules that ask nothing of the contact itself are judged once, where their facts belong, as columns.

A hold is the customer's whatever is proposed to him, and a cap has been reached with a creditor or not: judged there,
such a rule costs one bit and one day beside each contact, however much it had to count.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from ibis import Table, ifelse, literal
from ibis.expr.types import BooleanValue, DateValue, IntegerValue

from dunwell.compliance.kinds.gathering import CREDITOR, PARTY, Home, home
from dunwell.compliance.kinds.kind import Column, Count, Fact, Granted, Row, any_of
from dunwell.compliance.rulebook.model import Rule

# Bits of rules in one column: it stays a positive number of 64 bits.
WORD = 62
SAYS = "mask_says_"
# How the columns that were judged at a place are called beside the contacts.
PREFIXES: Mapping[Home, str] = {"person": "", "file": "mask_file_"}


def packed(told: Mapping[int, BooleanValue]) -> dict[int, IntegerValue]:
    """This function will turn the yes or no of rules, by number, into words of bits; who cannot tell says yes."""
    words: dict[int, Any] = {}
    for number, says in told.items():
        word, bit = divmod(number, WORD)
        own = ifelse(~says, literal(0, "int64"), literal(1 << bit, "int64"))
        words[word] = words[word] | own if word in words else own
    return words


class Spoken(NamedTuple):
    """The rows with what the rules say of each, and until when each of them does.

    `words` names the column of bits in which a rule speaks that binds every row and was judged beforehand; any other
    has a column of its own.
    """

    rows: Table
    words: Mapping[int, str]
    until: Mapping[int, DateValue | None]

    def speaks(self, numbers: Iterable[int]) -> BooleanValue:
        """This function will tell whether one of the rules speaks on the row."""
        masks: dict[str, int] = {}
        own = []
        for number in numbers:
            if number in self.words:
                masks[self.words[number]] = masks.get(self.words[number], 0) | 1 << number % WORD
            else:
                own.append(self.rows[f"mask_refuses_{number}"])
        return any_of([*((self.rows[word] & literal(mask, "int64")) != 0 for word, mask in masks.items()), *own])


@dataclass(frozen=True, slots=True)
class Beforehand:
    """The rules of one day by number, and what each of them asks for."""

    rules: Mapping[int, Rule]
    asked: Mapping[int, Mapping[str, Fact]]
    on: date

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
        wanted = {f"mask_of_{name}" for number in others for name in self.rules[number].terms.portrait_columns()}
        wanted |= {name for number in others for name, fact in self.asked[number].items() if home(fact) == "person"}
        wanted |= {"mask_here", "mask_zone"}
        kept = [name for name in persons.columns if name in wanted or name.startswith(("mask_in_", "mask_every_"))]
        return self._judged(persons, numbers, keep=[PARTY, *kept])

    def of_files(self, files: Table) -> Table:
        """This function will judge files in the same way."""
        numbers, others = self._apart("file")
        wanted = {name for number in others for name, fact in self.asked[number].items() if home(fact) == "file"}
        wanted |= {name for asked in self.asked.values() for name, fact in asked.items() if isinstance(fact, Granted)}
        return self._judged(files, numbers, keep=[PARTY, CREDITOR, *(name for name in files.columns if name in wanted)])

    def _apart(self, place: Home) -> tuple[list[int], list[int]]:
        """This function will part the rules that are judged at a place from the others."""
        here = [number for number in self.rules if self.place(number) == place]
        return here, [number for number in self.rules if number not in here]

    def _judged(self, table: Table, numbers: Iterable[int], *, keep: list[str]) -> Table:
        told = self._columns(table, numbers)
        words = packed({number: column.refuses for number, column in told.items()})
        says = {f"{SAYS}{word}": bits for word, bits in words.items()}
        ends = {_ends(number): column.until for number, column in told.items() if column.until is not None}
        return table.select(*keep, **says, **ends)

    def _columns(self, table: Table, numbers: Iterable[int]) -> dict[int, Column]:
        return {number: self.rules[number].terms.column(Row(table, number, self.on)) for number in numbers}

    def of_contacts(self, rows: Table, *, persons: Table, binds: Mapping[int, BooleanValue]) -> Spoken:
        """This function will judge every contact; `persons`: the customers with all that was gathered of them.

        `binds` tells of the rules that do not bind every row which they bind. A contact with a customer whom nobody
        knows, or with a creditor without a file, is judged by what is known then: nothing, or what counts for all.
        """
        counts = {name for asked in self.asked.values() for name, fact in asked.items() if isinstance(fact, Count)}
        missing = [name for name in persons.columns if name.startswith("mask_") and name not in rows.columns]
        nothing = {name: 0 if name in counts else None for name in missing}
        rows = rows.mutate(**{name: literal(value, persons.schema()[name]) for name, value in nothing.items()})
        told = self._columns(rows, self.rules)
        judged = {number: self.place(number) for number in told if self.place(number) != "contact"}
        rows = rows.mutate(**self._words(rows, told, judged=judged))
        # Not by `isnull`: of a negation Ibis writes NOT … IS NULL, which asks something else.
        own = {n: column.refuses.fill_null(True) for n, column in told.items() if n not in judged}
        own |= {n: (rows[_word(n, place)] & literal(1 << n % WORD, "int64")) != 0 for n, place in judged.items()}
        alone = {n: own[n] & binds[n] if n in binds else own[n] for n in told if n in binds or n not in judged}
        until = {number: self._until(rows, number, column) for number, column in told.items()}
        rows = rows.mutate(**{f"mask_refuses_{number}": refuses for number, refuses in alone.items()})
        return Spoken(rows, {n: _word(n, place) for n, place in judged.items() if n not in alone}, until)

    def _words(self, rows: Table, told: Mapping[int, Column], *, judged: Mapping[int, Home]) -> dict[str, IntegerValue]:
        """This function will give the words of what was judged beforehand; where nothing was, what holds then."""
        words = {}
        for place in PREFIXES:
            here = packed({number: told[number].refuses for number, where in judged.items() if where == place})
            for word, says in here.items():
                words[f"mask_{place}_{word}"] = rows[f"{PREFIXES[place]}{SAYS}{word}"].fill_null(says)
        return words

    def _until(self, rows: Table, number: int, column: Column) -> DateValue | None:
        place = self.place(number)
        if column.until is None or place == "contact":
            return column.until
        judged = rows[f"{PREFIXES[place]}{SAYS}{number // WORD}"].notnull()
        until: DateValue = ifelse(judged, rows[f"{PREFIXES[place]}{_ends(number)}"], column.until)
        return until


def _word(number: int, place: Home) -> str:
    return f"mask_{place}_{number // WORD}"


def _ends(number: int) -> str:
    return f"mask_ends_{number}"
