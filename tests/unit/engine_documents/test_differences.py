"""What changed between two versions, in words; and that spacing, quoting style and drawing are no change."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from engine_models import definitions, formula, table, written

from dunwell.engine import matching
from dunwell.engine.differences import differences
from dunwell.engine.model import DecisionModel

IN = {"n": "number", "s": "string"}
RULES = [["> 90", "-", '"M3"'], ["[31..60]", "-", '"M1"'], ["[1..30]", '"x", "y"', '"M0"'], ["-", "-", '"none"']]
OUT = {"grade": "string"}


def model(folder: Path, *parts: str, inputs: dict[str, str] | None = None) -> DecisionModel:
    return written(folder, definitions(*parts, inputs=IN if inputs is None else inputs))


def grade(rules: list[list[str]] | None = None, **options: object) -> str:
    return table("grade", **({"rules": rules or RULES, "inputs": IN, "outputs": OUT} | options))  # type: ignore[arg-type]


def said(folder: Path, old: str, new: str, language: str = "en") -> list[str]:
    found = differences(model(folder, old), model(folder, new))
    return [difference.sentence(language) for difference in found]


def replaced(place: int, column: int, text: str) -> list[list[str]]:
    rules = [list(row) for row in RULES]
    rules[place][column] = text
    return rules


# What is no difference


def test_a_model_does_not_differ_from_itself(tmp_path: Path) -> None:
    assert said(tmp_path, grade(), grade()) == []


@pytest.mark.parametrize(
    ("place", "column", "text"),
    [(1, 0, "[ 31 .. 60 ]"), (0, 0, ">90"), (2, 1, '"x","y"'), (3, 2, ' "none" '), (3, 0, "")],
)
def test_spacing_is_no_difference(place: int, column: int, text: str, tmp_path: Path) -> None:
    assert said(tmp_path, grade(), grade(replaced(place, column, text))) == []


# Cells, outputs, rules


def test_a_changed_cell_is_told_with_decision_rule_and_column(tmp_path: Path) -> None:
    new = grade(replaced(1, 0, "[31..45]"))
    assert said(tmp_path, grade(), new) == ["decision 'grade', rule 2 (r2), column 'n': [31..60] → [31..45]"]
    assert said(tmp_path, grade(), new, "zh") == ["决策“grade”，规则2 (r2)，列“n”：[31..60] → [31..45]"]


def test_a_changed_output_is_told(tmp_path: Path) -> None:
    new = grade(replaced(1, 2, '"M2"'))
    assert said(tmp_path, grade(), new) == ["decision 'grade', rule 2 (r2), column 'grade': \"M1\" → \"M2\""]


def test_changed_words_are_told(tmp_path: Path) -> None:
    words = "<annotationEntry><text>late</text></annotationEntry><annotationEntry><text>逾期</text></annotationEntry>"
    new = grade().replace("</rule>", f"{words}</rule>", 1)
    assert said(tmp_path, grade(), new) == [
        "decision 'grade', rule 1 (r1): note (en): — → late",
        "decision 'grade', rule 1 (r1): note (zh): — → 逾期",
    ]


def renumbered(rows: list[tuple[str, list[str]]], policy: str = "FIRST") -> str:
    text = grade([row for _key, row in rows], policy=policy)
    for number in range(len(rows), 0, -1):
        text = text.replace(f'<rule id="r{number}">', f'<rule id="key-{rows[number - 1][0]}">')
    return text


KEYED = list(zip("abcd", RULES, strict=True))


def test_added_and_removed_rules_are_told(tmp_path: Path) -> None:
    new = [("e", ["> 120", '"z"', '"M4"']), *KEYED[:2], *KEYED[3:]]
    assert said(tmp_path, renumbered(KEYED), renumbered(new)) == [
        'decision \'grade\', rule 3 (key-c): removed: [1..30] | "x", "y" ⇒ "M0"',
        'decision \'grade\', rule 1 (key-e): added: > 120 | "z" ⇒ "M4"',
    ]


@pytest.mark.parametrize(("policy", "told"), [("FIRST", 1), ("UNIQUE", 0), ("COLLECT", 0), ("RULE ORDER", 1)])
def test_moving_matters_where_the_order_does(policy: str, told: int, tmp_path: Path) -> None:
    new = [*KEYED[1:3], KEYED[0], KEYED[3]]
    found = said(tmp_path, renumbered(KEYED, policy), renumbered(new, policy))
    assert found == ["decision 'grade', rule 3 (key-a): moved: was rule 1, now after key-c"][:told]


def test_a_rule_under_another_id_is_known_by_its_likeness(tmp_path: Path) -> None:
    new = [("new", ["> 95", "-", '"M3"']), *KEYED[1:]]
    assert said(tmp_path, renumbered(KEYED), renumbered(new)) == [
        "decision 'grade', rule 1 (key-new): id: key-a → key-new",
        "decision 'grade', rule 1 (key-new), column 'n': > 90 → > 95",
    ]


def test_rules_that_are_only_counted_are_known_by_what_they_say(tmp_path: Path) -> None:
    def bare(rules: list[list[str]]) -> str:
        text = grade(rules)
        for number in range(1, len(rules) + 1):
            text = text.replace(f'<rule id="r{number}">', "<rule>")
        return text

    found = said(tmp_path, bare(RULES), bare([["> 120", "-", '"M4"'], *RULES]))
    assert found == ["decision 'grade', rule 1 (grade_rule_1): added: > 120 | - ⇒ \"M4\""]


# Tables, columns, decisions, inputs


def test_hit_policy_default_and_types_are_told(tmp_path: Path) -> None:
    new = grade(policy="UNIQUE", defaults={"grade": '"M9"'})
    assert said(tmp_path, grade(), new) == [
        "decision 'grade': hit policy: FIRST → UNIQUE",
        "decision 'grade', column 'grade': default: null → \"M9\"",
    ]


def test_columns_are_told_and_rules_still_compared(tmp_path: Path) -> None:
    narrow = grade([[row[0], row[2]] for row in RULES], inputs={"n": "number"})
    changed = grade(replaced(0, 0, "> 100"))
    assert said(tmp_path, narrow, changed) == [
        "decision 'grade', column 's': input column added",
        "decision 'grade', rule 1 (r1), column 'n': > 90 → > 100",
    ]
    assert said(tmp_path, changed, narrow)[0] == "decision 'grade', column 's': input column removed"


def test_another_expression_under_the_same_label_is_told(tmp_path: Path) -> None:
    old = grade().replace("<input>", '<input label="days">', 1)
    new = old.replace("<text>n</text>", "<text>n + 1</text>", 1)
    assert said(tmp_path, old, new) == ["decision 'grade', column 'days': looks at: n → n + 1"]


def test_a_renamed_output_is_told_once(tmp_path: Path) -> None:
    assert said(tmp_path, grade(), grade(outputs={"class": "string"})) == [
        "decision 'grade', column 'class': renamed: grade → class"
    ]


def test_allowed_values_are_told(tmp_path: Path) -> None:
    listed = '<output name="grade" typeRef="string"><outputValues><text>"M3", "M1", "M0", "none"</text></outputValues>'
    new = grade().replace('<output name="grade" typeRef="string">', listed)
    assert said(tmp_path, grade(), new) == [
        'decision \'grade\', column \'grade\': allowed values: — → "M3", "M1", "M0", "none"'
    ]


def test_formulas_requirements_and_inputs_are_told(tmp_path: Path) -> None:
    old = model(tmp_path, formula("x", "n * 2", needs=["n"]), formula("y", "1"))
    new = model(tmp_path, formula("x", "n * (2 + y)", needs=["n"], after=["y"]), formula("y", "1"),
                inputs={"n": "number", "m": "date"})  # fmt: skip
    assert [difference.sentence() for difference in differences(old, new)] == [
        "input 's' removed",
        "input 'm' added (date)",
        "decision 'x': now requires decision 'y'",
        "decision 'x': formula: n * 2 → n * (2 + y)",
    ]


def test_decisions_added_removed_and_renamed_are_told(tmp_path: Path) -> None:
    kept = grade().replace('name="grade" id="d_grade"', 'name="level" id="d_grade"', 1)
    kept = kept.replace('<variable name="grade"/>', '<variable name="level"/>')
    old, new = model(tmp_path, grade(), formula("x", "1")), model(tmp_path, kept, formula("y", "2"))
    assert [difference.sentence() for difference in differences(old, new)] == [
        "decision 'x': removed",
        "decision 'y': added: 2",
        "decision 'level': renamed: grade → level",
    ]


def test_a_formula_that_became_a_table_is_told(tmp_path: Path) -> None:
    assert said(tmp_path, formula("grade", '"a"'), grade()) == [
        "decision 'grade': a formula became a table: FIRST, 4 rules"
    ]


# Properties


@pytest.mark.parametrize("seed", range(20))
def test_the_fewest_moves_explain_any_order(seed: int) -> None:
    """Taking out what is said to have moved must leave the rest in order, and no larger rest may be."""
    order = random.Random(seed).sample(range(7), 7)
    still = matching.longest_rise(order)
    rest = [number for number in order if number in still]
    assert rest == sorted(rest)
    longest = max(
        bin(mask).count("1")
        for mask in range(128)
        if (kept := [number for at, number in enumerate(order) if mask >> at & 1]) == sorted(kept)
    )
    assert len(rest) == longest
