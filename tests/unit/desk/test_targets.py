"""Targets are data that people own: the file holds, and a wrong one says where."""

from __future__ import annotations

from pathlib import Path

import pytest

from dunwell.desk.today.figures import FIGURES
from dunwell.desk.today.targets import FILE, targets
from dunwell.facts.errors import DunwellError


def test_the_file_of_the_house_is_read_and_says_that_it_is_a_hypothesis() -> None:
    told = targets()
    assert told.currency == "CNY"
    assert told.house.cash_month > told.collector.cash_month
    assert "hypothesis" in FILE.read_text(encoding="utf-8")
    assert "假设" in FILE.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("before", "after", "place"),
    [
        ("cash_month: 1200000", "cash_month: -1", "house.cash_month"),
        ("attempts_day: 120", "attempts_day: many", "house.attempts_day"),
        ("currency: CNY", "currency: yuan", "currency"),
        ("kept_share: 0.6", "kept_share: 60", "house.kept_share"),
        ("collector:", "collectors:", "collector"),
    ],
)
def test_a_wrong_entry_names_its_place(tmp_path: Path, before: str, after: str, place: str) -> None:
    file = tmp_path / "targets.yaml"
    file.write_text(FILE.read_text(encoding="utf-8").replace(before, after, 1), encoding="utf-8")
    with pytest.raises(DunwellError) as refused:
        targets(file)
    assert place in str(refused.value)


def test_a_change_of_the_file_is_seen_at_once(tmp_path: Path) -> None:
    import os

    file = tmp_path / "targets.yaml"
    text = FILE.read_text(encoding="utf-8")
    file.write_text(text, encoding="utf-8")
    assert targets(file).house.attempts_day == 120
    file.write_text(text.replace("attempts_day: 120", "attempts_day: 90"), encoding="utf-8")
    os.utime(file, ns=(1, 1))
    assert targets(file).house.attempts_day == 90


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_has_its_name_and_formula_in_both_languages(name: str) -> None:
    for said in FIGURES[name]:
        assert said.en.isascii() or set(said.en) - set(map(chr, range(128))) <= set("÷×−«»")
        assert any("\u4e00" <= sign <= "\u9fff" for sign in said.zh), said.zh
    assert FIGURES[name].name.en[0].isupper()


def test_no_two_figures_are_called_the_same() -> None:
    for side in ("en", "zh"):
        called = [getattr(figure.name, side) for figure in FIGURES.values()]
        assert len(set(called)) == len(called)
