"""What a source declares: its file, its form, its columns, the faults planted in it, and how it tells a story."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from dunwell.lab.sample.chance import Ints
from dunwell.lab.sample.dirt import Dirt, Rows
from dunwell.lab.sample.forms import Form
from dunwell.lab.sample.proportions import CURRENCIES
from dunwell.lab.sample.story import Story

# Sums of money by what they are (charge, payment, adjustment kind) and currency, in hundredths.
Sums = Counter[tuple[str, str]]


@dataclass(frozen=True)
class Delivery:
    """The good rows of one block, and what they must become: facts by target, sums by kind and currency."""

    rows: Rows
    facts: Counter[str]
    sums: Sums = field(default_factory=Counter)


@dataclass(frozen=True)
class Source:
    """One of the nine kinds of source [C1], as a file."""

    kind: str
    file: str
    form: Form
    # The column that holds the number of a row.
    identity: str
    columns: tuple[str, ...]
    dirt: tuple[Dirt, ...]
    deliver: Callable[[Story], Delivery]

    @property
    def mapping(self) -> str:
        return f"sample_{self.kind}"


def add_up(sums: Sums, *, what: str, currency: Ints, cents: Ints) -> None:
    """This function will add amounts to the sums of their currencies."""
    totals = np.zeros(len(CURRENCIES), dtype=np.int64)
    np.add.at(totals, currency, cents)
    for code, total in zip(CURRENCIES, totals, strict=True):
        if total:
            sums[what, code] += int(total)


def counted(**facts: int) -> Counter[str]:
    """This function will count facts by their target, leaving out what there is none of."""
    return Counter({target: int(count) for target, count in facts.items() if count})
