"""Planting: the good rows stay whole and in order, and every dirty row is where the list says."""

from __future__ import annotations

from collections import Counter

import pytest

from dunwell.intake.refusals import RULES
from dunwell.lab.sample.chance import Dice
from dunwell.lab.sample.columns import texts
from dunwell.lab.sample.dirt import DIRTY_SHARE, Dirt, Planted, missing, plant, retold, unknown, wrong_cells
from dunwell.lab.sample.write import SOURCES

KINDS = (missing("id"), unknown("of", what="party", among=("kind", "a")), retold("kind", "z"), *wrong_cells())


def rows(n: int) -> dict[str, list[str | None]]:
    return {
        "id": [f"i{place}" for place in range(n)],
        "kind": ["a" if place % 3 == 0 else "b" for place in range(n)],
        "of": [f"p{place}" for place in range(n)],
    }


def planted(n: int, *, kinds: tuple[Dirt, ...] = KINDS, block: int = 0) -> Planted:
    columns = {name: texts(cells) for name, cells in rows(n).items()}
    return plant(columns, kinds=kinds, identity="id", block=block, dice=Dice(seed=5, block=block, name="dirt"))


@pytest.mark.parametrize("n", [1, 2, 7, 1_000, 5_000])
def test_good_rows_stay_whole_and_in_order(n: int) -> None:
    found = planted(n)
    good = [place for place in range(len(found.rows["id"])) if place not in found.faults]
    for name, cells in rows(n).items():
        mixed = found.rows[name].to_pylist()
        assert [mixed[place] for place in good] == cells


def test_every_sort_is_planted_in_the_first_block() -> None:
    assert {kind.fault for kind in planted(50).faults.values()} == {kind.fault for kind in KINDS}


def test_the_share_holds_in_later_blocks() -> None:
    found = planted(10_000, block=3)
    assert len(found.faults) == round(10_000 * DIRTY_SHARE)
    counts = Counter(kind.fault for kind in found.faults.values())
    assert max(counts.values()) - min(counts.values()) <= 1


def test_a_small_later_block_may_have_no_dirt() -> None:
    assert planted(20, block=2).faults == {}


def test_no_rows_no_dirt() -> None:
    found = planted(0)
    assert found.faults == {}
    assert len(found.rows["id"]) == 0


def test_a_dirty_row_has_the_fault_that_is_listed() -> None:
    found = planted(2_000)
    cells = {name: column.to_pylist() for name, column in found.rows.items()}
    originals = set(rows(2_000)["id"])
    for place, kind in found.faults.items():
        if kind.fault == "missing id":
            assert cells["id"][place] is None
        elif kind.fault == "repeated id":
            assert cells["id"].index(cells["id"][place]) < place, "the first told comes first"
            assert cells["kind"][place] == "z"
        else:
            assert cells["id"][place] not in originals
        if kind.fault == "unknown party":
            assert (cells["of"][place], cells["kind"][place]) == ("Z999999999", "a")


def test_shapes_are_listed_for_the_writer() -> None:
    found = planted(2_000)
    spoilt = {place for place, kind in found.faults.items() if kind.shape}
    assert spoilt
    assert set(found.shapes) == spoilt


def test_no_dirty_row_opens_a_file() -> None:
    assert all(place > 0 for n in (1, 2, 3, 500) for place in planted(n).faults)


def test_a_sort_without_a_base_is_left_out() -> None:
    found = planted(40, kinds=(unknown("of", what="party", among=("kind", "nowhere")), missing("id")))
    assert {kind.fault for kind in found.faults.values()} == {"missing id"}


def test_new_numbers_are_never_given_twice() -> None:
    given = []
    for found in (planted(4_000, block=block) for block in range(3)):
        fresh = [found.rows["id"][place].as_py() for place, kind in found.faults.items() if not kind.twin]
        given += [cell for cell in fresh if cell is not None]
    assert len(given) == len(set(given)) > 30


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.kind)
def test_every_fault_names_a_rule_of_the_importer(source: object) -> None:
    for kind in source.dirt:  # type: ignore[attr-defined]
        assert kind.rule in RULES, kind.fault
        assert set(kind.change) <= set(source.columns), kind.fault  # type: ignore[attr-defined]
        assert kind.among is None or kind.among[0] in source.columns  # type: ignore[attr-defined]


def test_the_kinds_of_faults_are_many() -> None:
    planted_rules = {kind.rule for source in SOURCES for kind in source.dirt}
    assert planted_rules >= {
        "required", "not-a-date", "not-a-time", "not-a-number", "date-in-future", "date-out-of-range",
        "amount-not-positive", "amount-absurd", "too-many-places", "unknown-currency", "currency-differs",
        "unknown-value", "unknown-party", "unknown-account", "unknown-charge", "unknown-payment",
        "unknown-contact-point", "wrong-cells", "not-a-row", "external-id-reused", "consent-missing",
        "ends-before-start",
    }  # fmt: skip
