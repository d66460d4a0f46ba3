"""Writing the sample: nine files, and a manifest that tells what is in them."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from dunwell.facts.errors import DunwellError
from dunwell.lab.sample import calendar, dirt
from dunwell.lab.sample import proportions as share
from dunwell.lab.sample.forms import Sink
from dunwell.lab.sample.source import Source, Sums
from dunwell.lab.sample.sources import (
    app_behaviour,
    billing,
    contact_events,
    court,
    credit_bureau,
    crm,
    device_identity,
    payments,
    tickets,
)
from dunwell.lab.sample.story import BLOCK_ACCOUNTS, Story, tell

# In the order in which they are to be imported: people, then contracts, then what happened.
SOURCES: tuple[Source, ...] = (
    crm.SOURCE,
    billing.SOURCE,
    payments.SOURCE,
    contact_events.SOURCE,
    app_behaviour.SOURCE,
    credit_bureau.SOURCE,
    court.SOURCE,
    tickets.SOURCE,
    device_identity.SOURCE,
)
MANIFEST = "MANIFEST.json"
NAMESPACE = "sample"
# A workbook has room for 1,048,576 rows, and about one account in four brings a report of the bureau.
ACCOUNTS_MAX = 3_000_000
YEARS = (2000, 2100)


@dataclass
class Writing:
    """One file under way, and the tally of what went into it."""

    source: Source
    path: Path
    sink: Sink
    rows: int = 0
    facts: Counter[str] = field(default_factory=Counter)
    sums: Sums = field(default_factory=Counter)
    dirty: dict[tuple[str, str], list[int]] = field(default_factory=lambda: defaultdict(list))

    def add(self, story: Story) -> None:
        """This function will tell one block of the story to the file."""
        delivery = self.source.deliver(story)
        planted = dirt.plant(
            delivery.rows,
            kinds=self.source.dirt,
            identity=self.source.identity,
            block=story.block,
            dice=story.dice(f"dirt of {self.source.kind}"),
        )
        self.sink.write(planted)
        for index, kind in planted.faults.items():
            self.dirty[kind.fault, kind.rule].append(self.source.form.first_line + self.rows + index)
        self.rows += len(planted.rows[self.source.identity])
        self.facts += delivery.facts
        self.sums += delivery.sums

    def abandon(self) -> None:
        """This function will close and remove the file, unless it is finished."""
        if self.path.exists():
            self.sink.close()
            self.path.unlink()

    def finish(self) -> dict[str, Any]:
        """This function will close the file, give it its name and return its entry in the manifest."""
        self.sink.close()
        self.path.replace(self.path.with_name(self.source.file))
        sums: dict[str, dict[str, str]] = defaultdict(dict)
        for (what, currency), cents in sorted(self.sums.items()):
            sums[what][currency] = _money(cents)
        return {
            "file": self.source.file,
            "kind": self.source.kind,
            "mapping": self.source.mapping,
            "rows": self.rows,
            "facts": dict(sorted(self.facts.items())),
            "sums": dict(sums),
            "dirty_rows": sum(len(lines) for lines in self.dirty.values()),
            "dirty": [
                {"fault": fault, "rule": rule, "lines": lines} for (fault, rule), lines in sorted(self.dirty.items())
            ],
        }


@dataclass
class Tally:
    """The truth about the portfolio that no file tells: arrears types as they were drawn."""

    customers: int = 0
    products: Counter[str] = field(default_factory=Counter)
    accounts: Counter[tuple[str, str]] = field(default_factory=Counter)
    cents: Counter[tuple[str, str]] = field(default_factory=Counter)
    causes: Counter[str] = field(default_factory=Counter)

    def add(self, story: Story) -> None:
        """This function will count one block."""
        accounts, late = story.accounts, story.accounts.overdue
        self.customers += len(story.customers)
        self.products += _counts(share.PRODUCTS, accounts.product)
        ordinary = late & (accounts.type == share.NON_MALICIOUS)
        self.causes += _counts(share.CAUSES, accounts.cause[ordinary])
        for kind, name in enumerate(share.TYPES):
            for turn, currency in enumerate(share.CURRENCIES):
                chosen = late & (accounts.type == kind) & (accounts.currency == turn)
                self.accounts[name, currency] += int(chosen.sum())
                self.cents[name, currency] += int(accounts.target_cents[chosen].sum())

    def entry(self) -> dict[str, Any]:
        """This function will tell the manifest what is overdue, type by type and currency by currency."""
        return {
            "customers": self.customers,
            "products": dict(sorted(self.products.items())),
            "causes_non_malicious": dict(sorted(self.causes.items())),
            "overdue": {
                name: {
                    currency: {"accounts": self.accounts[name, currency], "amount": _money(self.cents[name, currency])}
                    for currency in share.CURRENCIES
                    if self.accounts[name, currency]
                }
                for name in share.TYPES
            },
        }


def _counts(names: tuple[str, ...], index: np.ndarray[Any, np.dtype[np.int64]]) -> Counter[str]:
    return Counter(dict(zip(names, map(int, np.bincount(index, minlength=len(names))), strict=True)))


def _money(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"


def write_sample(
    folder: Path, *, accounts: int, seed: int, as_of: date, progress: Callable[[int], object] | None = None
) -> dict[str, Any]:
    """This function will write the nine files and MANIFEST.json into the folder and return what the manifest says.

    The same accounts, seed and date give the same bytes. `progress` is told how many accounts each step has added.
    The manifest is written last: a folder without one holds an unfinished sample.
    """
    _check(accounts=accounts, seed=seed, as_of=as_of)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MANIFEST).unlink(missing_ok=True)
    tally = Tally()
    with ExitStack() as stack:
        files = [_begin(folder, source, stack=stack) for source in SOURCES]
        for story in _stories(accounts=accounts, seed=seed, as_of=calendar.number(as_of)):
            tally.add(story)
            for writing in files:
                writing.add(story)
            if progress:
                progress(len(story.accounts))
        told = [writing.finish() for writing in files]
    manifest = {
        "source": NAMESPACE,
        "accounts": accounts,
        "seed": seed,
        "as_of": as_of.isoformat(),
        "portfolio": tally.entry(),
        "files": told,
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return manifest


def _begin(folder: Path, source: Source, *, stack: ExitStack) -> Writing:
    path = folder / f"{source.file}.part"
    writing = Writing(source, path, source.form.open(path, source.columns))
    stack.callback(writing.abandon)
    return writing


def _stories(*, accounts: int, seed: int, as_of: int) -> Iterator[Story]:
    """This function will tell the blocks one after another: never more than one is held in memory."""
    for block, first in enumerate(range(0, accounts, BLOCK_ACCOUNTS)):
        yield tell(seed=seed, block=block, accounts=min(BLOCK_ACCOUNTS, accounts - first), as_of=as_of)


def _check(*, accounts: int, seed: int, as_of: date) -> None:
    if not 0 <= accounts <= ACCOUNTS_MAX:
        raise DunwellError(
            f"{accounts} accounts cannot be written", place="--accounts", cure=f"give a number from 0 to {ACCOUNTS_MAX}"
        )
    if seed < 0:
        raise DunwellError(f"{seed} is no seed", place="--seed", cure="give a whole number from 0 up")
    if not YEARS[0] <= as_of.year < YEARS[1]:
        raise DunwellError(
            f"{as_of} is out of range", place="--as-of", cure=f"give a date of the years {YEARS[0]} to {YEARS[1] - 1}"
        )
