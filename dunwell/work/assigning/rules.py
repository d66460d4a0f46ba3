"""Who gets whom: customers in kinds, staff with what they can do, and a level that rises evenly. Pure; arrays.

Customers of one *kind* need the same skills, language, region and agency, so a kind and not a customer is compared with
the staff: a million customers with two thousand collectors are some thousand comparisons. In this order:

1. Whoever has a customer and may go on keeps him; above his capacity he keeps the dearest.
2. The kinds that fewest people can take come first; each fills the loads of those who can like water, from the lowest
   up, never above a capacity. Among people who can do the same nobody new gets one more than another who has fewer.
3. Whom nobody takes is told why: no such skill, language, region, agency, nobody there, or no room.

Ties are broken by digests under a seed. The same input gives the same output, whatever the order of its rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from heapq import heapify, heappop, heapreplace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
Balance = Literal["count", "money"]
NOBODY = -1


class Lack(StrEnum):
    """Why nobody took a customer: the first condition that nobody meets."""

    SKILL = "no_skill"
    LANGUAGE = "no_language"
    REGION = "no_region"
    AGENCY = "no_agency"
    AWAY = "nobody_there"
    CAPACITY = "no_capacity"


LACKS = tuple(Lack)


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """Somebody who can be given customers; no regions are all regions."""

    code: str
    skills: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()
    agency: str = ""
    capacity: int
    there: bool = True
    # What he has beside the customers of this run, and stays with him.
    other: int = 0
    other_money: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What a customer needs of whoever takes him; region and agency may be empty."""

    skills: frozenset[str] = frozenset()
    language: str
    region: str = ""
    agency: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cases:
    """The customers, one place each in every array: id, kind, money in hundredths, and who has him (-1: nobody)."""

    party: Numbers
    kind: Numbers
    money: Numbers
    holder: Numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What came of it: for each case its worker or -1, whether he had it before, and the index of the lack or -1."""

    worker: Numbers
    kept: NDArray[np.bool_]
    lack: Numbers


def meets(worker: Worker, *, kind: Kind) -> bool:
    return lack_of(worker, kind=kind) is None


def lack_of(worker: Worker, *, kind: Kind) -> Lack | None:
    """This function will name the first condition that a worker does not meet, his capacity aside."""
    if not kind.skills <= worker.skills:
        return Lack.SKILL
    if kind.language not in worker.languages:
        return Lack.LANGUAGE
    if worker.regions and kind.region not in worker.regions:
        return Lack.REGION
    if kind.agency != worker.agency:
        return Lack.AGENCY
    return None if worker.there else Lack.AWAY


def digest(text: str, *, seed: str) -> int:
    return int.from_bytes(sha256(f"{seed}\x00{text}".encode()).digest()[:8])


def shuffled(ids: Numbers, *, seed: str) -> NDArray[np.uint64]:
    """This function will give every id a number that looks drawn by lot: splitmix64 after the seed's digest."""
    mixed: NDArray[np.uint64] = ids.astype(np.uint64) ^ np.uint64(digest("parties", seed=seed))
    mixed = mixed + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


class _Hall:
    """Everybody's load while a run goes on."""

    def __init__(self, cases: Cases, kinds: Sequence[Kind], workers: Sequence[Worker], *, seed: str) -> None:
        self.cases, self.kinds, self.workers = cases, kinds, workers
        self.able = np.array([[meets(one, kind=kind) for one in workers] for kind in kinds], dtype=bool)
        self.able = self.able.reshape(len(kinds), len(workers))
        self.capacity = _numbers(one.capacity for one in workers)
        self.load = _numbers(one.other for one in workers)
        self.money = _numbers(one.other_money for one in workers)
        self.tie = np.array([digest(one.code, seed=seed) for one in workers], dtype=np.uint64)
        self.lot = shuffled(cases.party, seed=seed)
        self.worker = np.full(len(cases.party), NOBODY, dtype=np.int64)

    def give(self, places: Numbers, workers: Numbers) -> None:
        self.worker[places] = workers
        self.load += np.bincount(workers, minlength=len(self.workers))
        np.add.at(self.money, workers, self.cases.money[places])

    def dearest_first(self, places: Numbers) -> Numbers:
        return places[np.lexsort((self.lot[places], -self.cases.money[places]))]


def assign(
    cases: Cases, *, kinds: Sequence[Kind], workers: Sequence[Worker], balance: Balance = "count", seed: str = ""
) -> Given:
    """This function will say who takes each customer, or why nobody does."""
    hall = _Hall(cases, kinds, workers, seed=seed)
    _keep(hall)
    kept = hall.worker != NOBODY
    for kind, places in _waiting(hall, seed=seed):
        able = np.flatnonzero(hall.able[kind])
        if len(able):
            _by_money(hall, places, able) if balance == "money" else _by_count(hall, places, able)
    left = hall.worker == NOBODY
    lack = np.full(len(cases.party), NOBODY, dtype=np.int64)
    why = _numbers(LACKS.index(lack_for(kind, workers=workers)) for kind in kinds)
    lack[left] = why[cases.kind[left]]
    return Given(worker=hall.worker, kept=kept, lack=lack)


def _numbers(values: Iterator[int] | Any) -> Numbers:
    return np.fromiter(values, dtype=np.int64)


def lack_for(kind: Kind, *, workers: Sequence[Worker]) -> Lack:
    """This function will say why a kind finds nobody: the last condition that the best of all still misses."""
    missed = [lack_of(one, kind=kind) for one in workers]
    if None in missed:
        return Lack.CAPACITY
    return max((one for one in missed if one), key=LACKS.index, default=Lack.AWAY)


def _keep(hall: _Hall) -> None:
    """This function will leave customers with whoever has them, as far as he may go on and has room."""
    held = np.flatnonzero(hall.cases.holder >= 0)
    if not len(held):
        return
    holder = hall.cases.holder[held]
    held = held[hall.able[hall.cases.kind[held], holder]]
    order = held[np.lexsort((hall.lot[held], -hall.cases.money[held], hall.cases.holder[held]))]
    holder = hall.cases.holder[order]
    first = np.searchsorted(holder, holder)
    room = np.maximum(hall.capacity - hall.load, 0)
    stays = np.arange(len(order)) - first < room[holder]
    hall.give(order[stays], holder[stays])


def _waiting(hall: _Hall, *, seed: str) -> Iterator[tuple[int, Numbers]]:
    """This function will give the kinds with who waits in each, those first that fewest people can take."""
    places = np.flatnonzero(hall.worker == NOBODY)
    places = places[np.argsort(hall.cases.kind[places], kind="stable")]
    starts = np.searchsorted(hall.cases.kind[places], np.arange(len(hall.kinds) + 1))
    people = hall.able.sum(axis=1)
    rank = [(int(people[number]), digest(_named(kind), seed=seed), number) for number, kind in enumerate(hall.kinds)]
    for _, _, kind in sorted(rank):
        if starts[kind] < starts[kind + 1]:
            yield kind, places[starts[kind] : starts[kind + 1]]


def _named(kind: Kind) -> str:
    return "\x00".join((",".join(sorted(kind.skills)), kind.language, kind.region, kind.agency))


def _by_count(hall: _Hall, places: Numbers, able: Numbers) -> None:
    """This function will raise the lowest loads first; the customers are dealt by lot."""
    room = int(np.maximum(hall.capacity[able] - hall.load[able], 0).sum())
    taken = hall.dearest_first(places)[:room] if room < len(places) else places
    more = fill(hall.load[able], capacity=hall.capacity[able], amount=len(taken), tie=hall.tie[able])
    dealt = taken[np.argsort(hall.lot[taken], kind="stable")]
    hall.give(dealt, np.repeat(able, more))


def fill(load: Numbers, *, capacity: Numbers, amount: int, tie: NDArray[np.uint64]) -> Numbers:
    """This function will pour an amount over loads: the lowest rise first, none above its capacity.

    `amount` is at most the room there is. The last few, too few for a whole level, go by the tie.
    """
    top = np.maximum(capacity, load)
    low, high = int(load.min(initial=0)), int(top.max(initial=0))
    while low < high:  # The highest level that the amount reaches everywhere.
        level = (low + high + 1) // 2
        low, high = (level, high) if int((np.clip(level, load, top) - load).sum()) <= amount else (low, level - 1)
    after = np.clip(low, load, top)
    left = amount - int((after - load).sum())
    next_ones = np.flatnonzero((after == low) & (top > low))
    after[next_ones[np.argsort(tie[next_ones], kind="stable")[:left]]] += 1
    return np.asarray(after - load, dtype=np.int64)


def _by_money(hall: _Hall, places: Numbers, able: Numbers) -> None:
    """This function will give the dearest first, each to whoever has least money among those with room."""
    room = {int(one): int(hall.capacity[one] - hall.load[one]) for one in able}
    heap = [(int(hall.money[one]), int(hall.tie[one]), int(one)) for one in able if room[int(one)] > 0]
    heapify(heap)
    order, money = hall.dearest_first(places), hall.cases.money
    chosen: list[int] = []
    for worth in money[order].tolist():
        if not heap:
            break
        load, tie, one = heap[0]
        chosen.append(one)
        room[one] -= 1
        heapreplace(heap, (load + worth, tie, one)) if room[one] else heappop(heap)
    hall.give(order[: len(chosen)], np.array(chosen, dtype=np.int64))
