"""One thing found in a decision table: what, how bad, where, in words, and a row that shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from dunwell.engine.model import Value
from dunwell.facts.definitions import Words

# In the order in which the findings of one table are told, within the same severity.
Kind = Literal[
    "gap", "overlap", "impossible", "masked", "subsumed", "duplicate", "outside", "unproduced", "untested", "incomplete"
]
Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found.

    `rules` are rule ids, the one that the finding is about first; `places` their row numbers, counted from 1. The
    `example` gives a value for every input, under the column's label and, where the column is a plain name, under that
    name; it is empty for what no row can show (outputs never produced, inputs never tested, incomplete checks).
    """

    kind: Kind
    severity: Severity
    decision: str
    words: Words
    rules: tuple[str, ...] = ()
    places: tuple[int, ...] = ()
    example: Mapping[str, Value] = field(default_factory=dict, hash=False)

    @property
    def order(self) -> tuple[int, int, tuple[int, ...], str]:
        """The worst first, then by kind, then from the top of the table down."""
        return (
            get_args(Severity).index(self.severity),
            get_args(Kind).index(self.kind),
            self.places,
            self.words.en,
        )
