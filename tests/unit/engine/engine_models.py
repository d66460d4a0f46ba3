"""Builders for the engine's tests: DMN text from a few Python values, and both engines' answers side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import ibis
import pyarrow as pa
import pytest

from dunwell.engine import bulk, dmn, evaluation, single
from dunwell.engine.columnar import columns
from dunwell.engine.model import DecisionModel, DecisionTable, ModelError, Type, Value

DMN = "https://www.omg.org/spec/DMN/20230324/MODEL/"
ARROW = {
    "string": pa.string(),
    "number": pa.decimal128(18, 3),
    "ratio": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "time": pa.int64(),
    "date_time": pa.timestamp("us"),
    "days_duration": pa.int64(),
    "months_duration": pa.int64(),
}


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


# Engines


class Duck:
    """A fresh DuckDB for each question."""

    def table(self, arrow: pa.Table) -> ibis.Table:
        return ibis.memtable(arrow)

    def run(self, expression: ibis.Table) -> pa.Table:
        connection = ibis.duckdb.connect()
        found = connection.to_pyarrow(expression)
        connection.disconnect()
        return found


class Spark:
    """A Spark session that is asked through the SQL that Ibis writes: the expression is the same as on DuckDB."""

    def __init__(self, session: Any) -> None:
        self.session = session
        self.backend = ibis.pyspark.connect(session)
        self.tables = 0

    def table(self, arrow: pa.Table) -> ibis.Table:
        self.tables += 1
        name = f"table_{self.tables}"
        self.session.createDataFrame(arrow).createOrReplaceTempView(name)
        return ibis.table(ibis.memtable(arrow).schema(), name=name)

    def run(self, expression: ibis.Table) -> pa.Table:
        return self.session.sql(self.backend.compile(expression)).toArrow()


DUCK = Duck()
Engine = Duck | Spark


def as_arrow(model: DecisionModel, rows: Sequence[Mapping[str, Value]]) -> pa.Table:
    """This function will make a table of the facts, with the row's number as `case`; numbers are DECIMAL(18, 3)."""
    arrays = {"case": pa.array(range(len(rows)), pa.int64())}
    for wanted in model.inputs:
        values = [columns.stored(row[wanted.name]) for row in rows]
        arrays[wanted.name] = pa.array(values, ARROW[wanted.type])
    return pa.table(arrays)


def as_table(model: DecisionModel, rows: Sequence[Mapping[str, Value]]) -> ibis.Table:
    return DUCK.table(as_arrow(model, rows))


def run(table: ibis.Table) -> pa.Table:
    """This function will run the expression on a fresh DuckDB."""
    return DUCK.run(table)


def answers(table: ibis.Table, engine: Engine = DUCK) -> list[dict[str, Value]]:
    """This function will run the expression and return its rows in the order of the cases."""
    return engine.run(table).sort_by("case").to_pylist()


def plain(value: Value) -> Value:
    """This function will make numbers comparable whatever type an engine gives them in."""
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value


# What the judge says, as columns


def kinds(model: DecisionModel) -> dict[str, Type]:
    """This function will return the type of every output; statuses and rule ids are not among them."""
    return {output.name: output.type for decision in model.decisions for output in decision.outputs}


def expected_row(model: DecisionModel, facts: Mapping[str, Value]) -> dict[str, Value]:
    """This function will say, from the judge's outcomes, what the wide table should hold for one case."""
    found: dict[str, Value] = {}
    for name, outcome in single.decide(model, facts).items():
        logic = model.decision(name).logic
        if not isinstance(logic, DecisionTable):
            found |= outcome.outputs
        elif not logic.gives_list:
            found |= {
                clause.name: outcome.outputs[clause.name]
                for clause in logic.outputs[: 1 if logic.aggregation else None]
            }
            if not logic.aggregation:
                found[f"{name}_rule"] = outcome.rules[0] if outcome.status == "ok" and outcome.rules else None
            if logic.hit_policy != "FIRST":
                found[f"{name}_status"] = outcome.status
    return found


def wide(model: DecisionModel, rows: Sequence[Mapping[str, Value]], engine: Engine = DUCK) -> pa.Table:
    return engine.run(bulk.decide(engine.table(as_arrow(model, rows)), model)).sort_by("case")


def differences(
    model: DecisionModel, rows: Sequence[Mapping[str, Value]], decided: pa.Table | None = None, engine: Engine = DUCK
) -> list[str]:
    """This function will list where the wide table and the judge disagree, over all rows; empty when they are one."""
    found, known = [], kinds(model)
    got_rows = (decided if decided is not None else wide(model, rows, engine)).to_pylist()
    for facts, got in zip(rows, got_rows, strict=True):
        for name, value in expected_row(model, facts).items():
            told = columns.restored(got[name], known.get(name, "string"))
            if not evaluation.same(told, value):
                found.append(f"{facts}: {name} is {told!r} in bulk, {value!r} in single")
    return found


def collected(
    model: DecisionModel,
    name: str,
    rows: Sequence[Mapping[str, Value]],
    decided: pa.Table | None = None,
    engine: Engine = DUCK,
) -> list[str]:
    """This function will list where a list's long form and the judge disagree."""
    table = engine.table(decided if decided is not None else wide(model, rows, engine))
    clauses = model.decision(name).outputs
    got: dict[int, list[tuple[Value, ...]]] = {case: [] for case in range(len(rows))}
    for row in engine.run(bulk.collect(table, model, name, keys=["case"])).sort_by("place").to_pylist():
        outputs = [columns.restored(row[clause.name], clause.type) for clause in clauses]
        got[row["case"]].append((row["place"], row["rule"], *outputs))
    found = []
    for case, facts in enumerate(rows):
        outcome = single.decide(model, facts)[name]
        rules = outcome.rules or (None,) * len(outcome.rows)
        want = [(at, rule, *row.values()) for at, (rule, row) in enumerate(zip(rules, outcome.rows, strict=True), 1)]
        if want != got[case]:
            found.append(f"{facts}: {got[case]} in bulk, {want} in single")
    return found


def contested(
    model: DecisionModel, rows: Sequence[Mapping[str, Value]], decided: pa.Table | None = None, engine: Engine = DUCK
) -> list[str]:
    """This function will list where the rules in conflict differ between the engines."""
    table = engine.table(decided if decided is not None else as_arrow(model, rows))
    got: dict[tuple[int, str], set[str]] = {}
    for row in engine.run(bulk.conflicts(table, model, keys=["case"])).to_pylist():
        got.setdefault((row["case"], row["decision"]), set()).add(row["rule"])
    shown = {decision.name for decision in model.decisions if not decision.auxiliary}
    want = {
        (case, name): set(outcome.rules)
        for case, facts in enumerate(rows)
        for name, outcome in single.decide(model, facts).items()
        if outcome.status == "conflict"
    }
    got = {key: rules for key, rules in got.items() if key[1] in shown}
    return [
        f"{rows[key[0]]}: {got.get(key)} in bulk, {want.get(key)} in single"
        for key in want | got
        if got.get(key) != want.get(key)
    ]


def disagreement(
    model: DecisionModel, rows: Sequence[Mapping[str, Value]], engine: Engine = DUCK, listing: str = "Many"
) -> list[str]:
    """This function will list all differences: of the wide table, of a list, and of the rules in conflict."""
    decided = wide(model, rows, engine)
    found = differences(model, rows, decided, engine) + collected(model, listing, rows, decided, engine)
    return found + contested(model, rows, decided, engine)


DAY = date(2026, 3, 1)
