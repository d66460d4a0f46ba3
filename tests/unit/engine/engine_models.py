"""Builders for the engine's tests: DMN text from a few Python values, and both engines' answers side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import ibis
import pyarrow as pa
import pytest

from dunwell.engine import bulk, dmn, single
from dunwell.engine.model import DecisionModel, ModelError, Value

DMN = "https://www.omg.org/spec/DMN/20230324/MODEL/"
ARROW = {"string": pa.string(), "number": pa.decimal128(18, 3), "boolean": pa.bool_(), "date": pa.date32()}


def text(content: str) -> str:
    return f"<text>{escape(content)}</text>"


def requirements(names: Iterable[str], decisions: Sequence[str]) -> str:
    wanted = [f'<requiredInput href="#in_{name}"/>' for name in names]
    wanted += [f'<requiredDecision href="#d_{name}"/>' for name in decisions]
    return "".join(f"<informationRequirement>{one}</informationRequirement>" for one in wanted)


def table(
    name: str,
    *,
    rules: Sequence[Sequence[str]],
    inputs: Mapping[str, str],
    outputs: Mapping[str, str] | None = None,
    policy: str = "FIRST",
    needs: Iterable[str] | None = None,
    after: Sequence[str] = (),
    defaults: Mapping[str, str] | None = None,
    type_ref: str = "",
    extra: str = "",
) -> str:
    """This function will write a decision table; each rule lists its input entries, then its output entries."""
    outputs, defaults = outputs if outputs is not None else {"": "string"}, defaults or {}
    clauses = [
        f"<input><inputExpression{typed(kind)}>{text(expression)}</inputExpression></input>"
        for expression, kind in inputs.items()
    ]
    for output, kind in outputs.items():
        default = defaults.get(output)
        inner = f"<defaultOutputEntry>{text(default)}</defaultOutputEntry>" if default is not None else ""
        clauses.append(f"<output name={quoteattr(output)}{typed(kind)}>{inner}</output>")
    rows = "".join(row(number, cells, len(inputs)) for number, cells in enumerate(rules, 1))
    return (
        f'<decision name={quoteattr(name)} id="d_{escape(name)}"><variable name={quoteattr(name)}{typed(type_ref)}/>'
        f"{requirements(list(inputs) if needs is None else needs, after)}"
        f'<decisionTable hitPolicy="{policy}"{extra}>{"".join(clauses)}{rows}</decisionTable></decision>'
    )


def typed(kind: str) -> str:
    return f' typeRef="{kind}"' if kind else ""


def row(number: int, cells: Sequence[str], width: int) -> str:
    entries = [f"<inputEntry>{text(cell)}</inputEntry>" for cell in cells[:width]]
    entries += [f"<outputEntry>{text(cell)}</outputEntry>" for cell in cells[width:]]
    return f'<rule id="r{number}">{"".join(entries)}</rule>'


def formula(
    name: str, expression: str, *, needs: Iterable[str] = (), after: Sequence[str] = (), type_ref: str = ""
) -> str:
    return (
        f'<decision name={quoteattr(name)} id="d_{name}"><variable name={quoteattr(name)}{typed(type_ref)}/>'
        f"{requirements(needs, after)}<literalExpression>{text(expression)}</literalExpression></decision>"
    )


def definitions(*parts: str, inputs: Mapping[str, str] | None = None, namespace: str = DMN) -> str:
    data = "".join(
        f'<inputData name={quoteattr(name)} id="in_{name}"><variable name={quoteattr(name)}{typed(kind)}/></inputData>'
        for name, kind in (inputs or {}).items()
    )
    return f'<definitions xmlns="{namespace}" name="a model">{data}{"".join(parts)}</definitions>'


def load(folder: Path, *parts: str, inputs: Mapping[str, str] | None = None) -> DecisionModel:
    return written(folder, definitions(*parts, inputs=inputs))


def written(folder: Path, content: str | bytes, name: str = "case.dmn") -> DecisionModel:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return dmn.load(path)


def refused(folder: Path, content: str | bytes) -> str:
    """This function will return the words in which the file is refused."""
    with pytest.raises(ModelError) as error:
        written(folder, content)
    return str(error.value)


def as_table(model: DecisionModel, rows: Sequence[Mapping[str, Value]]) -> ibis.Table:
    """This function will make a table of the facts, with the row's number as `case`; numbers are DECIMAL(18, 3)."""
    arrays = {"case": pa.array(range(len(rows)), pa.int64())}
    for wanted in model.inputs:
        arrays[wanted.name] = pa.array([row[wanted.name] for row in rows], ARROW[wanted.type])
    return ibis.memtable(pa.table(arrays))


def run(table: ibis.Table) -> pa.Table:
    """This function will run the expression on a fresh DuckDB."""
    connection = ibis.duckdb.connect()
    found = connection.to_pyarrow(table)
    connection.disconnect()
    return found


def answers(table: ibis.Table) -> list[dict[str, Value]]:
    """This function will run the expression and return its rows in the order of the cases."""
    return run(table).sort_by("case").to_pylist()


def plain(value: Value) -> Value:
    """This function will make numbers comparable whatever type an engine gives them in."""
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value


def expected_row(model: DecisionModel, facts: Mapping[str, Value]) -> dict[str, Value]:
    """This function will say, from the judge's outcomes, what the wide table should hold for one case."""
    found: dict[str, Value] = {}
    for name, outcome in single.decide(model, facts).items():
        decision = model.decision(name)
        found |= outcome.outputs
        policy = getattr(decision.logic, "hit_policy", "")
        if policy in ("FIRST", "UNIQUE"):
            found[f"{name}_rule"] = outcome.rules[0] if outcome.status == "ok" else None
        if policy == "UNIQUE":
            found[f"{name}_status"] = outcome.status
    return found


def wide(model: DecisionModel, rows: Sequence[Mapping[str, Value]]) -> pa.Table:
    return run(bulk.decide(as_table(model, rows), model)).sort_by("case")


def differences(
    model: DecisionModel, rows: Sequence[Mapping[str, Value]], decided: pa.Table | None = None
) -> list[str]:
    """This function will list where the wide table and the judge disagree, over all rows; empty when they are one."""
    found = []
    for facts, got in zip(rows, (decided or wide(model, rows)).to_pylist(), strict=True):
        want = expected_row(model, facts)
        found += [
            f"{facts}: {name} is {got[name]!r} in bulk, {value!r} in single"
            for name, value in want.items()
            if plain(got[name]) != value
        ]
    return found


def collected(
    model: DecisionModel, name: str, rows: Sequence[Mapping[str, Value]], decided: pa.Table | None = None
) -> list[str]:
    """This function will list where a COLLECT table's long form and the judge disagree."""
    table = ibis.memtable(decided or wide(model, rows))
    got: dict[int, list[tuple[Value, ...]]] = {case: [] for case in range(len(rows))}
    for row in answers(bulk.collect(table, model, name, keys=["case"])):
        case = row.pop("case")
        rule = row.pop("rule")
        got[case].append((rule, *(plain(value) for value in row.values())))
    found = []
    for case, facts in enumerate(rows):
        outcome = single.decide(model, facts)[name]
        want = [(rule, *row.values()) for rule, row in zip(outcome.rules, outcome.rows, strict=True)]
        if sorted(want, key=lambda row: str(row[0])) != sorted(got[case], key=lambda row: str(row[0])):
            found.append(f"{facts}: {got[case]} in bulk, {want} in single")
    return found


DAY = date(2026, 3, 1)
