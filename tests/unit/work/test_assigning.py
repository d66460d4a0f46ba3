"""Who gets whom: hard conditions, stickiness, an even level, and the fairness that the documents promise."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunwell.work.assigning.rules import (
    LACKS,
    NOBODY,
    Balance,
    Cases,
    Given,
    Kind,
    Lack,
    Worker,
    assign,
    digest,
    fill,
    lack_for,
    meets,
    shuffled,
)

SEED = "test"
SKILLS, LANGUAGES, REGIONS = ("senior", "care"), ("zh", "en"), ("", "NORTH", "SOUTH")
ZH = frozenset({"zh"})


def numbers(values: list[int]) -> np.ndarray:
    return np.array(values, dtype=np.int64)


def cases(kind: list[int], *, money: list[int] | None = None, holder: list[int] | None = None) -> Cases:
    many = len(kind)
    return Cases(
        party=numbers([1000 + 7 * number for number in range(many)]),
        kind=numbers(kind),
        money=numbers(money or [100] * many),
        holder=numbers(holder or [NOBODY] * many),
    )


def people(many: int, *, capacity: int = 400, **told: object) -> list[Worker]:
    return [Worker(code=f"COL-{number}", languages=ZH, capacity=capacity, **told) for number in range(many)]  # type: ignore[arg-type]


def loads(done: Given, workers: list[Worker]) -> list[int]:
    count = Counter(done.worker[done.worker >= 0].tolist())
    return [worker.other + count[number] for number, worker in enumerate(workers)]


PLAIN = [Kind(language="zh")]


def test_equal_people_get_equally_many() -> None:
    workers = people(7)
    done = assign(cases([0] * 100), kinds=PLAIN, workers=workers, seed=SEED)
    assert sorted(loads(done, workers)) == [14] * 5 + [15] * 2
    assert not done.kept.any()


def test_whoever_has_fewer_gets_more_until_all_are_level() -> None:
    workers = [replace(one, other=other) for one, other in zip(people(3), (10, 0, 4), strict=True)]
    done = assign(cases([0] * 8), kinds=PLAIN, workers=workers, seed=SEED)
    assert loads(done, workers) == [10, 6, 6]


def test_by_money_the_dearest_go_to_whoever_has_least() -> None:
    workers = people(2)
    done = assign(cases([0] * 4, money=[900, 500, 300, 100]), kinds=PLAIN, workers=workers, balance="money", seed=SEED)
    first, *others = done.worker.tolist()
    assert others == [1 - first] * 3


def test_whoever_has_a_customer_keeps_him_however_uneven_that_is() -> None:
    workers = people(3)
    done = assign(cases([0] * 10, holder=[0] * 10), kinds=PLAIN, workers=workers, seed=SEED)
    assert loads(done, workers) == [10, 0, 0]
    assert done.kept.all()


def test_above_his_capacity_he_keeps_the_dearest() -> None:
    workers = [replace(one, capacity=capacity) for one, capacity in zip(people(2), (2, 400), strict=True)]
    done = assign(cases([0] * 4, money=[5, 80, 70, 6], holder=[0] * 4), kinds=PLAIN, workers=workers, seed=SEED)
    assert done.worker.tolist() == [1, 0, 0, 1]
    assert done.kept.tolist() == [False, True, True, False]


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"there": False}, Kind(language="zh")),
        ({}, Kind(language="en")),
        ({}, Kind(language="zh", skills=frozenset({"senior"}))),
        ({"regions": frozenset({"NORTH"})}, Kind(language="zh", region="SOUTH")),
        ({"agency": "AG-1"}, Kind(language="zh")),
        ({}, Kind(language="zh", agency="AG-1")),
    ],
)
def test_who_does_not_meet_a_condition_loses_even_his_own_customer(change: dict[str, object], kind: Kind) -> None:
    holder = replace(people(1)[0], **change)  # type: ignore[arg-type]
    every = frozenset(SKILLS)
    other = Worker(code="B", languages=frozenset(LANGUAGES), skills=every, agency=kind.agency, capacity=9)
    done = assign(cases([0], holder=[0]), kinds=[kind], workers=[holder, other], seed=SEED)
    assert done.worker.tolist() == [1]
    assert not done.kept.any()


@pytest.mark.parametrize(
    ("workers", "kind", "lack"),
    [
        ([], Kind(language="zh"), Lack.AWAY),
        (people(2), Kind(language="zh", skills=frozenset({"care"})), Lack.SKILL),
        (people(2), Kind(language="en"), Lack.LANGUAGE),
        (people(2, regions=frozenset({"NORTH"})), Kind(language="zh", region="SOUTH"), Lack.REGION),
        (people(2), Kind(language="zh", agency="AG-1"), Lack.AGENCY),
        (people(2, there=False), Kind(language="zh"), Lack.AWAY),
        (people(2, capacity=0), Kind(language="zh"), Lack.CAPACITY),
        # One lacks the skill, the other has it and not the language: the second is nearer, his lack is told.
        ([*people(1), replace(people(2)[1], skills=frozenset({"care"}))],
         Kind(language="en", skills=frozenset({"care"})), Lack.LANGUAGE),
    ],
)  # fmt: skip
def test_whom_nobody_takes_is_told_why(workers: list[Worker], kind: Kind, lack: Lack) -> None:
    done = assign(cases([0, 0]), kinds=[kind], workers=workers, seed=SEED)
    assert done.worker.tolist() == [NOBODY, NOBODY]
    assert [LACKS[number] for number in done.lack] == [lack, lack]


def test_where_room_ends_the_dearest_are_taken() -> None:
    done = assign(cases([0] * 4, money=[1, 9, 8, 2]), kinds=PLAIN, workers=people(1, capacity=2), seed=SEED)
    assert done.worker.tolist() == [NOBODY, 0, 0, NOBODY]


def test_rare_skills_are_left_to_those_who_need_them() -> None:
    senior = Worker(code="S", skills=frozenset({"senior"}), languages=ZH, capacity=3)
    kinds = [Kind(language="zh"), Kind(language="zh", skills=frozenset({"senior"}))]
    done = assign(cases([0, 0, 0, 1, 1, 1]), kinds=kinds, workers=[senior, *people(1)], seed=SEED)
    assert done.worker.tolist() == [1, 1, 1, 0, 0, 0]


def test_ties_follow_the_seed_and_not_the_names() -> None:
    first = {seed: assign(cases([0]), kinds=PLAIN, workers=people(50), seed=seed).worker[0] for seed in "abcdefgh"}
    assert len(set(first.values())) > 4
    assert digest("COL-1", seed="a") != digest("COL-1", seed="b")


def test_the_lot_is_spread_evenly() -> None:
    drawn = shuffled(np.arange(100_000), seed=SEED)
    assert len(np.unique(drawn)) == 100_000
    shares = np.bincount((drawn >> np.uint64(60)).astype(np.int64)) / 100_000
    assert shares.min() > 0.06
    assert shares.max() < 0.065


# ---- the slow judge, and properties ----------------------------------------------------------------------------------


def judge(case: Cases, *, kinds: list[Kind], workers: list[Worker], balance: Balance) -> Given:
    """This function will say the same with plain loops over every pair, the least loaded first."""
    lot = shuffled(case.party, seed=SEED)
    count, money = [one.other for one in workers], [one.other_money for one in workers]
    worker, kept = [NOBODY] * len(case.party), [False] * len(case.party)
    dearest = sorted(range(len(worker)), key=lambda at: (-case.money[at], lot[at]))

    def room(one: int) -> bool:
        return count[one] < workers[one].capacity

    def give(at: int, one: int) -> None:
        worker[at] = one
        count[one] += 1
        money[one] += int(case.money[at])

    for at in dearest:
        one = int(case.holder[at])
        if one >= 0 and meets(workers[one], kind=kinds[case.kind[at]]) and room(one):
            give(at, one)
            kept[at] = True
    able = {
        number: [at for at, one in enumerate(workers) if meets(one, kind=kind)] for number, kind in enumerate(kinds)
    }
    named = {number: "\x00".join((",".join(sorted(kind.skills)), kind.language, kind.region, kind.agency))
             for number, kind in enumerate(kinds)}  # fmt: skip
    order = sorted(able, key=lambda number: (len(able[number]), digest(named[number], seed=SEED), number))
    for number in order:
        for at in dearest:
            if worker[at] != NOBODY or case.kind[at] != number:
                continue
            load = money if balance == "money" else count
            free = [one for one in able[number] if room(one)]
            if free:
                give(at, min(free, key=lambda one: (load[one], digest(workers[one].code, seed=SEED))))
    lack = [
        NOBODY if worker[at] != NOBODY else LACKS.index(lack_for(kinds[case.kind[at]], workers=workers))
        for at in range(len(worker))
    ]
    return Given(worker=numbers(worker), kept=np.array(kept, dtype=bool), lack=numbers(lack))


some_skills = st.frozensets(st.sampled_from(SKILLS))
a_kind = st.builds(
    Kind,
    skills=some_skills,
    language=st.sampled_from(LANGUAGES),
    region=st.sampled_from(REGIONS),
    agency=st.sampled_from(["", "", "AG-1"]),
)
a_worker = st.builds(
    Worker,
    code=st.uuids().map(str),
    skills=some_skills,
    languages=st.frozensets(st.sampled_from(LANGUAGES), min_size=1),
    regions=st.frozensets(st.sampled_from(REGIONS[1:])),
    agency=st.sampled_from(["", "", "AG-1"]),
    capacity=st.integers(0, 8),
    there=st.sampled_from([True, True, True, False]),
    other=st.integers(0, 4),
    other_money=st.integers(0, 500),
)


@st.composite
def houses(draw: st.DrawFn) -> tuple[Cases, list[Kind], list[Worker]]:
    kinds = draw(st.lists(a_kind, min_size=1, max_size=4, unique=True))
    workers = draw(st.lists(a_worker, max_size=6, unique_by=lambda one: one.code))
    rows = draw(
        st.lists(
            st.tuples(
                st.integers(0, len(kinds) - 1), st.integers(1, 900), st.integers(NOBODY, len(workers) - 1)
            ),
            max_size=40,
        )
    )  # fmt: skip
    kind, money, holder = (list(column) for column in zip(*rows, strict=True)) if rows else ([], [], [])
    return cases(kind, money=money, holder=holder), kinds, workers


balances = st.sampled_from(["count", "money"])


@given(houses(), balances)
def test_equal_to_the_judge(house: tuple[Cases, list[Kind], list[Worker]], balance: Balance) -> None:
    case, kinds, workers = house
    done = assign(case, kinds=kinds, workers=workers, balance=balance, seed=SEED)
    judged = judge(case, kinds=kinds, workers=workers, balance=balance)
    assert loads(done, workers) == loads(judged, workers)
    assert done.kept.tolist() == judged.kept.tolist()
    assert done.lack.tolist() == judged.lack.tolist()
    if balance == "money":
        assert done.worker.tolist() == judged.worker.tolist()


@given(houses(), balances)
def test_no_capacity_is_exceeded_and_every_condition_holds(
    house: tuple[Cases, list[Kind], list[Worker]], balance: Balance
) -> None:
    case, kinds, workers = house
    done = assign(case, kinds=kinds, workers=workers, balance=balance, seed=SEED)
    for load, worker in zip(loads(done, workers), workers, strict=True):
        assert load <= max(worker.capacity, worker.other)
    for at, one in enumerate(done.worker.tolist()):
        assert (one == NOBODY) == (done.lack[at] >= 0), "somebody or a reason, and never both"
        if one != NOBODY:
            assert meets(workers[one], kind=kinds[case.kind[at]])
        elif LACKS[done.lack[at]] is Lack.CAPACITY:
            able = [w for w, worker in enumerate(workers) if meets(worker, kind=kinds[case.kind[at]])]
            assert all(loads(done, workers)[w] >= workers[w].capacity for w in able), "nobody with room was passed over"


@given(houses(), balances)
def test_the_order_of_the_rows_changes_nothing(house: tuple[Cases, list[Kind], list[Worker]], balance: Balance) -> None:
    case, kinds, workers = house
    done = assign(case, kinds=kinds, workers=workers, balance=balance, seed=SEED)
    turned = slice(None, None, -1)
    back = Cases(
        party=case.party[turned],
        kind=len(kinds) - 1 - case.kind[turned],
        money=case.money[turned],
        holder=np.where(case.holder[turned] >= 0, len(workers) - 1 - case.holder[turned], NOBODY),
    )
    again = assign(back, kinds=kinds[turned], workers=workers[turned], balance=balance, seed=SEED)
    theirs = [workers[one].code if one >= 0 else None for one in done.worker]
    ours = [workers[turned][one].code if one >= 0 else None for one in again.worker]
    assert theirs == ours[turned]


@given(houses(), a_worker, balances)
def test_a_new_colleague_takes_nobody_away_from_whoever_has_him(
    house: tuple[Cases, list[Kind], list[Worker]], newcomer: Worker, balance: Balance
) -> None:
    case, kinds, workers = house
    before = assign(case, kinds=kinds, workers=workers, balance=balance, seed=SEED)
    after = assign(case, kinds=kinds, workers=[*workers, newcomer], balance=balance, seed=SEED)
    assert after.kept.tolist() == before.kept.tolist()
    assert (after.worker[after.kept] == before.worker[before.kept]).all()
    assert (after.worker != NOBODY).sum() >= before.kept.sum()


@given(st.lists(st.integers(0, 3), min_size=1, max_size=60), st.lists(st.integers(0, 3), min_size=2, max_size=9))
def test_among_equally_able_people_nobody_has_two_more_than_another(kind: list[int], ability: list[int]) -> None:
    """The bound of the documents: by count, and without customers who stay where they were."""
    skills = [frozenset(), frozenset({"senior"}), frozenset({"care"}), frozenset(SKILLS)]
    kinds = [Kind(language="zh", skills=one) for one in skills]
    workers = [
        Worker(code=f"W{number}", skills=skills[one], languages=ZH, capacity=20) for number, one in enumerate(ability)
    ]
    done = assign(cases(kind), kinds=kinds, workers=workers, seed=SEED)
    equals = defaultdict(list)
    for load, one in zip(loads(done, workers), ability, strict=True):
        equals[one].append(load)
    for some in equals.values():
        assert max(some) - min(some) <= 1


@given(st.lists(st.integers(1, 900), min_size=1, max_size=60), st.integers(2, 9))
def test_by_money_equals_differ_by_one_customer_at_most(money: list[int], many: int) -> None:
    workers = people(many)
    done = assign(cases([0] * len(money), money=money), kinds=PLAIN, workers=workers, balance="money", seed=SEED)
    sums = [
        sum(worth for worth, one in zip(money, done.worker, strict=True) if one == number) for number in range(many)
    ]
    assert max(sums) - min(sums) <= max(money)


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=12), st.integers(0, 400),
)  # fmt: skip
def test_the_level_rises_evenly(rows: list[tuple[int, int]], amount: int) -> None:
    load, capacity = (numbers(list(column)) for column in zip(*rows, strict=True))
    room = int(np.maximum(capacity - load, 0).sum())
    amount = min(amount, room)
    more = fill(load, capacity=capacity, amount=amount, tie=np.arange(len(rows), dtype=np.uint64))
    assert (more >= 0).all()
    assert int(more.sum()) == amount
    assert (load + more <= np.maximum(load, capacity)).all()
    risen = [after for after, added in zip(load + more, more, strict=True) if added]
    waiting = [after for after, most in zip(load + more, capacity, strict=True) if after < most]
    if risen and waiting:
        assert max(risen) <= min(waiting) + 1, "nobody rises above another who has room"


def test_a_run_after_a_run_moves_nobody() -> None:
    workers = people(5, capacity=30)
    first = assign(cases([0] * 123), kinds=PLAIN, workers=workers, seed=SEED)
    again = assign(cases([0] * 123, holder=first.worker.tolist()), kinds=PLAIN, workers=workers, seed=SEED)
    assert again.worker.tolist() == first.worker.tolist()
    assert again.kept.all()


def test_a_hundred_thousand_customers_take_no_time() -> None:
    from time import process_time

    begun = process_time()
    kinds = [Kind(language="zh", region=f"R{number}") for number in range(30)]
    rows = [number % 30 for number in range(100_000)]
    done = assign(cases(rows), kinds=kinds, workers=people(300), seed=SEED)
    assert (done.worker != NOBODY).all()
    assert process_time() - begun < 5
    counted = sorted(loads(done, people(300)))
    assert all(one - other <= 1 for other, one in pairwise((counted[0], counted[-1])))
