"""The page of the S-FEEL profile: complete, computed, and true."""

from __future__ import annotations

import pytest

from dunwell.engine import single
from dunwell.engine.functions import FUNCTIONS, PROPERTIES
from dunwell.engine.model import Decision, DecisionModel, Formula, InputData, Place, Value
from dunwell.engine.reading.items import BASE
from dunwell.engine.reading.sfeel import parse_expression
from dunwell.engine.reading.tables import AGGREGATIONS, HIT_POLICIES
from dunwell.engine.types import type_of
from tools.documents import feel

PAGE = feel.feel_page()


def test_every_type_function_property_and_policy_is_told() -> None:
    told = [f"`{name}`" for name in BASE]
    told += [f"`….{name}`" for name in PROPERTIES]
    told += [f"`{name}(…)`" for name in FUNCTIONS.keys() - {"day of", "time of", *PROPERTIES}]
    told += [f"`{name}`" for name in HIT_POLICIES]
    assert [name for name in told if name not in PAGE] == []
    assert all(name in PAGE for name in AGGREGATIONS)


def test_every_function_has_an_example() -> None:
    examples = " ".join(feel.CALLS + feel.EXPRESSIONS)
    missing = [name for name in FUNCTIONS.keys() - {"day of", "time of", *PROPERTIES} if f"{name}(" not in examples]
    assert missing == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("balance / 0", None),
        ("-2 ** 2", 4.0),
        ('if score > 30 then "good" else "bad"', "bad"),
        ("date(2024, 2, 30)", None),
    ],
)
def test_examples_are_computed(text: str, value: Value) -> None:
    assert text in feel.EXPRESSIONS
    assert feel.computed(text) == value
    assert f"| `{text}` | {feel.shown(value)} |" in PAGE


@pytest.mark.parametrize("text", feel.EXPRESSIONS + feel.CALLS)
def test_a_case_gives_what_the_page_says(text: str) -> None:
    """The page computes with `evaluation`; what runs is compiled."""
    expression = parse_expression(text, scope=feel.SCOPE, place=Place("feel.dmn"))
    inputs = tuple(InputData(name, kind) for name, (kind, _) in feel.FACTS.items())
    decision = Decision("id", "f", (), Formula("f", type_of(expression) or "string", expression))
    found = single.decide(DecisionModel("page", inputs, (decision,)), feel.KNOWN)["f"]
    assert found.outputs == {"f": feel.computed(text)}


@pytest.mark.parametrize(("text", "kind"), feel.REFUSED)
def test_what_is_refused_says_what_to_write(text: str, kind: feel.Type | None) -> None:
    error = feel.refusal(text, kind)
    assert error.cure
    assert feel.code(text) in PAGE


def test_what_is_allowed_is_not_told_as_refused() -> None:
    with pytest.raises(AssertionError, match="1 \\+ 1 is not refused"):
        feel.refusal("1 + 1", None)


def test_the_page_speaks_both_languages() -> None:
    assert "中文摘要" in PAGE
    assert PAGE.count("\n## ") == 11
