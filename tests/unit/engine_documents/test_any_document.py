"""Random strategies: the form is stable, keeps the meaning, and every change of meaning is told as a difference."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from workbooks import LITERALS, models

from dunwell.engine import dmn
from dunwell.engine.differences import differences
from dunwell.engine.model import DecisionModel, DecisionTable, ModelError
from dunwell.engine.writing.canonical import canonical

QUICK = settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
ENTRY = re.compile(r"(<(?:inputEntry|outputEntry)[^>]*>)<text>[^<]*</text>")
ENTRIES = ["-", "null", *LITERALS["n"], *(text.replace("<", "&lt;") for text in LITERALS["s"]), "true"]


def loaded(content: str) -> DecisionModel:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "case.dmn"
        path.write_text(content, encoding="utf-8")
        return dmn.load(path)


def form(content: str) -> str:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "case.dmn"
        path.write_text(content, encoding="utf-8")
        return canonical(path)


def meaning(model: DecisionModel) -> DecisionModel:
    """The model without the words in which its cells are written."""
    decisions = []
    for decision in model.decisions:
        logic = decision.logic
        if isinstance(logic, DecisionTable):
            rules = [replace(rule, cells=tuple(replace(cell, text="") for cell in rule.cells)) for rule in logic.rules]
            logic = replace(logic, rules=tuple(rules))
        decisions.append(replace(decision, logic=logic))
    return replace(model, decisions=tuple(decisions))


@QUICK
@given(models())
def test_the_form_is_stable_and_means_the_same(content: str) -> None:
    text = form(content)
    assert form(text) == text
    assert loaded(text) == loaded(content)


@QUICK
@given(models())
def test_ids_are_told_apart_and_do_not_hang_on_spacing(content: str) -> None:
    text = form(content)
    keys = Counter(re.findall(r' id="([^"]*)"', text))
    assert max(keys.values()) == 1
    assert form(text.replace("\n", "\n    ").replace("><", "> <")) == text


@QUICK
@given(models(), st.data())
def test_a_changed_entry_is_a_difference_exactly_if_it_means_something_else(content: str, data: st.DataObject) -> None:
    text = form(content)
    spots = list(ENTRY.finditer(text))
    spot = data.draw(st.sampled_from(spots))
    entry = data.draw(st.sampled_from(ENTRIES))
    other = f"{text[: spot.start()]}{spot[1]}<text>{entry}</text>{text[spot.end() :]}"
    try:
        old, new = loaded(text), loaded(other)
    except ModelError:
        assume(False)
    found = differences(old, new)
    assert bool(found) == (meaning(old) != meaning(new))
    assert len(found) <= 1
    lines = zip(text.splitlines(), form(other).splitlines(), strict=True)
    assert sum(before != after for before, after in lines) == (text != other)


@QUICK
@given(models(), st.randoms())
def test_moved_rules_are_told_where_their_order_matters_and_nothing_else_is(content: str, random: object) -> None:
    model = loaded(form(content))
    moved = []
    for decision in model.decisions:
        logic = decision.logic
        if isinstance(logic, DecisionTable):
            rules = list(logic.rules)
            random.shuffle(rules)  # type: ignore[attr-defined]  # Hypothesis gives a random.Random
            logic = replace(logic, rules=tuple(rules))
        moved.append(replace(decision, logic=logic))
    for difference in differences(model, replace(model, decisions=tuple(moved))):
        assert difference.kind == "order"
        logic = model.decision(difference.spot.decision).logic
        assert isinstance(logic, DecisionTable)
        assert logic.hit_policy in ("FIRST", "RULE ORDER")


@QUICK
@given(models(), models())
def test_every_difference_has_its_sentence_in_both_languages(one: str, other: str) -> None:
    for difference in differences(loaded(one), loaded(other)):
        assert difference.en and difference.zh
        assert difference.sentence("en") != difference.sentence("zh")
