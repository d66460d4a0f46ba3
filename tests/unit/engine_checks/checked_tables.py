"""Builders for the checks' tests: tables from a few words, and what the judge says of a row.

Cells are written as in a table, but dates plainly (2026-03-01) and names bare. They become model values here and not by
the reader, so that thousands of random tables can be made in a second and the checks alone are tested.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import product

from dunwell.engine import single
from dunwell.engine.checks import axes
from dunwell.engine.checks.check import Finding, check
from dunwell.engine.evaluation import passes
from dunwell.engine.model import (
    Aggregation,
    Annotations,
    AnyOf,
    Anything,
    Cell,
    Compare,
    Constant,
    Decision,
    DecisionModel,
    DecisionTable,
    Expression,
    Formula,
    HitPolicy,
    InputClause,
    InputData,
    Months,
    Name,
    Not,
    OutputClause,
    Rule,
    Test,
    Type,
    Value,
    Within,
    compares,
)

D = Decimal
DAY = date(2026, 3, 1)
NULL = Constant(None)
RANGE = re.compile(r"([\[(])(.+?)\.\.(.+?)([\])])")
COMPARISON = re.compile(r"(<=|>=|!=|<|>|=)\s*(.+)")
LITERALS: Sequence[tuple[str, object]] = (
    (r'"([^"]*)"', str),
    (r"-?\d+(?:\.\d+)?", lambda text: Decimal(text)),
    (r"\d{4}-\d{2}-\d{2}", date.fromisoformat),
    (r"\d{2}:\d{2}:\d{2}", time.fromisoformat),
    (r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}", datetime.fromisoformat),
    (r"P(\d+)D", lambda text: timedelta(days=int(text))),
    (r"P(\d+)M", lambda text: Months(int(text))),
)
WORDS: Mapping[str, Value] = {"true": True, "false": False, "null": None}


def operand(text: str) -> Expression:
    """This function will read a literal; anything else is the name of a number."""
    text = text.strip()
    if text in WORDS:
        return Constant(WORDS[text])
    for pattern, read in LITERALS:
        if found := re.fullmatch(pattern, text):
            return Constant(read(found[found.lastindex or 0]))  # type: ignore[operator]
    return Name(text, "number")


def cell_test(text: str) -> Test:
    if text == "-":
        return Anything()
    if text.startswith("not("):
        return Not(any_of(text[4:-1]))
    return any_of(text)


def any_of(text: str) -> AnyOf:
    return AnyOf(tuple(positive(part.strip()) for part in text.split(",")))


def positive(text: str) -> Compare | Within:
    if found := RANGE.fullmatch(text):
        opening, low, high, closing = found.groups()
        lower = Compare(">=" if opening == "[" else ">", operand(low))
        return Within(lower, Compare("<=" if closing == "]" else "<", operand(high)))
    if found := COMPARISON.fullmatch(text):
        return Compare(found[1], operand(found[2]))  # type: ignore[arg-type]
    return Compare("=", operand(text))


def column(label: str, kind: Type, domain: str = "", expression: Expression | None = None) -> InputClause:
    return InputClause(label, expression or Name(label, kind), kind, any_of(domain) if domain else None)


def table(
    policy: HitPolicy,
    columns: Sequence[InputClause],
    rows: Iterable[Sequence[str]],
    *,
    values: str = "",
    default: str = "null",
    aggregation: Aggregation | None = None,
    name: str = "T",
) -> Decision:
    """This function will make a table of one output; each row lists its cells, then what it gives."""
    rules = []
    for number, row in enumerate(rows, 1):
        *cells, given = row
        tests = tuple(Cell(text, cell_test(text)) for text in cells)
        rules.append(Rule(f"r{number}", tests, (operand(given),), Annotations("", "")))
    listed = tuple(operand(text).value for text in values.split(",")) if values else ()  # type: ignore[union-attr]
    output = OutputClause(name, "string", operand(default), listed)
    logic = DecisionTable(policy, tuple(columns), (output,), tuple(rules), aggregation)
    return Decision(f"d_{name}", name, (), logic)


def model(*decisions: Decision, extra: Sequence[InputData] = ()) -> DecisionModel:
    """This function will make a model whose inputs are the plain names of the columns that no decision gives."""
    given = {decision.name for decision in decisions} | {wanted.name for wanted in extra}
    wanted = {
        clause.expression.key: InputData(clause.expression.key, clause.type)
        for decision in decisions
        if isinstance(decision.logic, DecisionTable)
        for clause in decision.logic.inputs
        if isinstance(clause.expression, Name) and clause.expression.key not in given
    }
    return DecisionModel("a model", (*wanted.values(), *extra), decisions)


def formula(name: str, expression: Expression, kind: Type = "string") -> Decision:
    return Decision(f"d_{name}", name, (), Formula(name, kind, expression))


def found(*decisions: Decision, extra: Sequence[InputData] = (), kind: str = "") -> list[Finding]:
    """This function will return the findings of one kind, or all of them."""
    findings = check(model(*decisions, extra=extra))
    return [finding for finding in findings if not kind or finding.kind == kind]


def told(findings: Iterable[Finding]) -> list[tuple[str, str, tuple[int, ...]]]:
    return [(finding.severity, finding.kind, finding.places) for finding in findings]


# The judge


def judged(decision: Decision, row: Mapping[str, Value]) -> single.Outcome:
    """This function will let the judge decide one row of a table whose columns are plain names."""
    return single.decide(model(decision), row)[decision.name]


def matching(decision: Decision, row: Mapping[str, Value]) -> list[int]:
    """This function will return the places, from 1, of the rules that match a row."""
    logic = decision.logic
    assert isinstance(logic, DecisionTable)
    return [
        number
        for number, rule in enumerate(logic.rules, 1)
        if all(passes(cell.test, row[clause.label], row) for clause, cell in zip(logic.inputs, rule.cells, strict=True))
    ]


def every_row(decision: Decision) -> list[dict[str, Value]]:
    """This function will return one row for each combination of values: whatever can happen in the table, happens."""
    logic = decision.logic
    assert isinstance(logic, DecisionTable)
    clauses = {clause.label: clause for clause in logic.inputs}
    values = [representatives(logic, clause) for clause in clauses.values()]
    return [dict(zip(clauses, row, strict=True)) for row in product(*values)]


def representatives(logic: DecisionTable, clause: InputClause) -> list[Value]:
    """This function will list values of a column among which no cell tells more: by stepping off, not by cutting."""
    own = [at for at, other in enumerate(logic.inputs) if other.label == clause.label]
    tests = [rule.cells[at].test for rule in logic.rules for at in own]
    compared = [one for test in (*tests, clause.domain or Anything()) for one in compares(test)]
    constants = {one.operand.value for one in compared if isinstance(one.operand, Constant)} - {None}
    candidates = [*constants, *(value for one in constants for value in around(one)), *SOME[clause.type]]
    allowed = [one for one in candidates if clause.domain is None or axes.allows(clause.domain, one)]
    return list(dict.fromkeys([*allowed, *([None] if clause.nullable else [])]))


SOME: Mapping[str, Sequence[Value]] = {"number": [D(0)], "string": ["?"], "boolean": [True, False], "date": [DAY]}


def around(value: Value) -> list[Value]:
    """This function will step off a value by less than the tests' constants differ by."""
    match value:
        case bool() | None:
            return []
        case Decimal():
            return [value - D("0.25"), value + D("0.25")]
        case str():
            return [value + "!", value[:-1]]
        case date():
            return [value - timedelta(days=1), value + timedelta(days=1)]
    raise AssertionError(value)
