"""The decision engine: a table of 40 rules over 6 columns, and a strategy of 12 chained tables, over 10,000,000 rows.

Compared in the same run: `bulk` on DuckDB, `single` on one core, and zen-engine (its JSON decision tables, hit policy
first, its fastest documented call: a static loader, then case by case in this process). All three
must answer alike on a sample. Each measurement is a process of its own, so that its peak memory is its own.

    python bench/engine.py [--rows 10000000] [--threads 2] [--repeat 3]
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.sax.saxutils import escape, quoteattr

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

DMN = "https://www.omg.org/spec/DMN/20191111/MODEL/"
GRADES, CAUSES, LINES = ("M0", "M1", "M2", "M3"), ("forgot", "cash_flow", "dispute"), ("card", "loan", "bnpl")
COLUMNS = {"past_due_days": "number", "overdue": "number", "score": "number", "grade": "string", "cause": "string",
           "line": "string"}  # fmt: skip
# What each column of the table is made of, by the row's number: whole numbers, cents, and one word in four null.
MADE = """
    SELECT dice[1] % 400 AS past_due_days, ((dice[2] % 900_000) / 100)::DECIMAL(18, 3) AS overdue,
        (300 + dice[3] % 550)::INTEGER AS score, ['M0', 'M1', 'M2', 'M3', NULL][1 + dice[4] % 5] AS grade,
        ['forgot', 'cash_flow', 'dispute', NULL][1 + dice[5] % 4] AS cause,
        ['card', 'loan', 'bnpl'][1 + dice[6] % 3] AS line
    FROM (
        SELECT [(hash(i * 6 + k) % 1_000_003)::BIGINT FOR k IN [0, 1, 2, 3, 4, 5]] AS dice FROM range({rows}) AS made(i)
    )
"""
RULES, CHAIN, SAMPLE, ZEN_ROWS, SINGLE_ROWS = 40, 12, 5_000, 50_000, 1_000_000
Row = list[str]


def main() -> None:
    options = _options()
    if options.mode:
        print(json.dumps(MODES[options.mode](Path(options.folder), options)))
        return
    with TemporaryDirectory(prefix="dunwell-bench-") as folder:
        (Path(folder) / "table.dmn").write_text(_definitions([_table("Treatment", _rules(), COLUMNS)]))
        (Path(folder) / "chain.dmn").write_text(_definitions(list(_chain())))
        alike = _in_own_process("alike", folder, options)
        runs = {mode: _best(mode, folder, options) for mode in ("bulk", "chain", "single", "zen")}
    _tell(alike, runs, options)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--mode", choices=MODES, help=argparse.SUPPRESS)
    parser.add_argument("--folder", help=argparse.SUPPRESS)
    return parser.parse_args()


def _tell(alike: dict[str, float], runs: dict[str, dict[str, float]], options: argparse.Namespace) -> None:
    rates = {mode: run["rows"] / run["seconds"] for mode, run in runs.items()}
    zen = rates["zen"]
    print(f"a FIRST table of {RULES} rules and {len(COLUMNS)} columns; equal on {alike['rows']:,.0f} rows by all three")
    print(f"  {'':<26}{'rows':>12}{'seconds':>9}{'rows/s':>12}{'x zen':>7}  asked")
    asked = {"bulk": "5,000,000/s and 40 x zen", "single": "1,000,000/s", "zen": ""}
    names = {"bulk": f"bulk, DuckDB, {options.threads} threads", "single": "single, one core", "zen": "zen-engine"}
    for mode, name in names.items():
        run = runs[mode]
        told = f"{run['rows']:>12,.0f}{run['seconds']:>9.2f}{rates[mode]:>12,.0f}{rates[mode] / zen:>7.1f}"
        print(f"  {name:<26}{told}  {asked[mode]}")
    chain = runs["chain"]
    print(
        f"a strategy of {CHAIN} chained tables over {chain['rows']:,.0f} rows: {chain['seconds']:.1f} s (under 20), ",
        end="",
    )
    print(f"peak {chain['peak_mb'] / 1024:.1f} GB (under 6)")


def _in_own_process(mode: str, folder: str, options: argparse.Namespace) -> dict[str, float]:
    command = [sys.executable, __file__, "--mode", mode, "--folder", folder]
    command += ["--rows", str(options.rows), "--threads", str(options.threads)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _best(mode: str, folder: str, options: argparse.Namespace) -> dict[str, float]:
    runs = [_in_own_process(mode, folder, options) for _turn in range(options.repeat)]
    return min(runs, key=lambda run: run["seconds"])


# The models


def _rules() -> list[Row]:
    """This function will write 40 rules of 6 cells and one output: half of the cells test something."""
    dice = random.Random(5)  # noqa: S311 - no secret
    rules: list[Row] = []
    for number in range(RULES - 1):
        days, money, points = dice.randrange(0, 360, 30), dice.randrange(0, 9_000, 500), dice.randrange(300, 800, 50)
        cells = [
            dice.choice([f"[{days}..{days + 60}]", f">= {days}"]),
            dice.choice([f"> {money}.5", f"[{money}..{money + 2_000})"]),
            f"< {points}",
            dice.choice([f'"{dice.choice(GRADES)}"', '"M2", "M3"']),
            dice.choice([f'"{dice.choice(CAUSES)}"', 'not("dispute")']),
            f'"{dice.choice(LINES)}"',
        ]
        kept = dice.sample(range(len(cells)), dice.randint(3, 5))
        rules.append([cell if at in kept else "-" for at, cell in enumerate(cells)] + [f'"treatment {number}"'])
    return [*rules, ["-"] * len(COLUMNS) + ['"none"']]


def _chain() -> Iterator[str]:
    """This function will write 12 tables, each of which looks at the answer of the one before it."""
    dice = random.Random(6)  # noqa: S311 - no secret
    for number in range(CHAIN):
        before = {f"Step {number - 1}": "string"} if number else {}
        inputs = before | {"past_due_days": "number", "overdue": "number", "cause": "string"}
        rules = []
        for step in range(12):
            told = [f'"s{dice.randrange(12)}", "s{dice.randrange(12)}"'] if before else []
            days, money = dice.randrange(0, 360, 20), dice.randrange(0, 9_000, 500)
            rules.append(
                [*told, f">= {days}", f"< {money}", dice.choice(["-", f'"{dice.choice(CAUSES)}"']), f'"s{step}"']
            )
        yield _table(f"Step {number}", [*rules, ["-"] * len(inputs) + ['"s0"']], inputs)


def _table(name: str, rules: Sequence[Row], inputs: dict[str, str]) -> str:
    wanted = "".join(_requirement(one) for one in inputs)
    columns = "".join(
        f'<input><inputExpression typeRef="{kind}"><text>{one}</text></inputExpression></input>'
        for one, kind in inputs.items()
    )
    rows = ""
    for number, row in enumerate(rules):
        cells = "".join(f"<inputEntry><text>{escape(cell)}</text></inputEntry>" for cell in row[:-1])
        output = f"<outputEntry><text>{escape(row[-1])}</text></outputEntry>"
        rows += f'<rule id="{name.replace(" ", "_")}-{number}">{cells}{output}</rule>'
    table = f'<decisionTable hitPolicy="FIRST">{columns}<output typeRef="string"/>{rows}</decisionTable>'
    head = f"<decision name={quoteattr(name)} id={quoteattr(_id(name))}><variable name={quoteattr(name)}/>"
    return f"{head}{wanted}{table}</decision>"


def _requirement(name: str) -> str:
    kind = "requiredDecision" if name.startswith("Step") else "requiredInput"
    return f'<informationRequirement><{kind} href="#{_id(name)}"/></informationRequirement>'


def _id(name: str) -> str:
    return "_" + name.replace(" ", "_")


def _definitions(decisions: Sequence[str]) -> str:
    data = "".join(
        f'<inputData name="{name}" id="{_id(name)}"><variable name="{name}" typeRef="{kind}"/></inputData>'
        for name, kind in COLUMNS.items()
        if any(f"#{_id(name)}" in decision for decision in decisions)
    )
    return f'<definitions xmlns="{DMN}" name="bench">{data}{"".join(decisions)}</definitions>'


def _zen_content() -> str:
    """This function will write the same table as zen-engine's JSON."""
    inputs = [{"id": f"i{at}", "name": name, "field": name, "type": "expression"} for at, name in enumerate(COLUMNS)]
    rules = [
        {"_id": f"r{number}", "o": row[-1], **{f"i{at}": _zen_cell(cell) for at, cell in enumerate(row[:-1])}}
        for number, row in enumerate(_rules())
    ]
    outputs = [{"id": "o", "name": "Treatment", "field": "Treatment", "type": "expression"}]
    table = {"hitPolicy": "first", "inputs": inputs, "outputs": outputs, "rules": rules}
    nodes = [
        {"id": "in", "type": "inputNode", "name": "in", "position": {"x": 0, "y": 0}},
        {"id": "table", "type": "decisionTableNode", "name": "table", "position": {"x": 1, "y": 0}, "content": table},
        {"id": "out", "type": "outputNode", "name": "out", "position": {"x": 2, "y": 0}},
    ]
    edges = [
        {"id": f"{a}{b}", "sourceId": a, "targetId": b, "type": "edge"} for a, b in (("in", "table"), ("table", "out"))
    ]
    return json.dumps({"contentType": "application/vnd.gorules.decision", "nodes": nodes, "edges": edges})


def _zen_cell(cell: str) -> str:
    if cell == "-":
        return ""
    if cell.startswith("not("):  # of null it is true in FEEL
        return f"$ != {cell[4:-1]}"
    return cell


# The measurements


def _cases(rows: int) -> list[dict[str, object]]:
    import duckdb

    return duckdb.sql(MADE.format(rows=rows)).to_arrow_table().to_pylist()


def _on_duckdb(path: Path, options: argparse.Namespace, rows: int) -> tuple[float, list[dict[str, object]]]:
    """This function will decide the rows of a table that DuckDB holds, and write the answer to another one."""
    import ibis

    from dunwell.engine import bulk, dmn

    engine = ibis.duckdb.connect(threads=options.threads, memory_limit="6GB")
    engine.create_table("cases", engine.sql(MADE.format(rows=rows)))
    started = time.perf_counter()
    decided = bulk.decide(engine.table("cases"), dmn.load(path))
    answers = [name for name in decided.columns if name not in COLUMNS]
    engine.create_table("decided", decided.select(*answers))
    seconds = time.perf_counter() - started
    return seconds, engine.table("decided").limit(SAMPLE).to_pyarrow().to_pylist() if rows <= SAMPLE else []


def _bulk(folder: Path, options: argparse.Namespace) -> dict[str, float]:
    return _measured(_on_duckdb(folder / "table.dmn", options, options.rows)[0], options.rows)


def _chained(folder: Path, options: argparse.Namespace) -> dict[str, float]:
    return _measured(_on_duckdb(folder / "chain.dmn", options, options.rows)[0], options.rows)


def _single(folder: Path, options: argparse.Namespace) -> dict[str, float]:
    """This function will decide case by case what has been read before, as a loop of a caller would."""
    from dunwell.engine import dmn, single

    compiled = single.compile(dmn.load(folder / "table.dmn"))
    cases = [tuple(compiled.read(case)) for case in _cases(min(SINGLE_ROWS, options.rows))]
    compiled.run(cases[:1])
    started = time.perf_counter()
    compiled.run(cases)
    return _measured(time.perf_counter() - started, len(cases))


def _zen(folder: Path, options: argparse.Namespace) -> dict[str, float]:
    decide, cases = _zen_decision(), [_plain(case) for case in _cases(min(ZEN_ROWS, options.rows))]
    decide(cases[0])
    started = time.perf_counter()
    for case in cases:
        decide(case)
    return _measured(time.perf_counter() - started, len(cases))


def _zen_decision() -> Callable[[dict[str, object]], str]:
    """This function will return zen-engine's fastest way: a static loader; `create_decision` is 30 times slower."""
    import zen

    engine = zen.ZenEngine({"loader": {"type": "static", "content": {"table": json.loads(_zen_content())}}})
    return lambda case: str(engine.evaluate("table", case)["result"]["Treatment"])


def _plain(case: dict[str, object]) -> dict[str, object]:
    return {name: float(value) if isinstance(value, Decimal) else value for name, value in case.items()}


def _alike(folder: Path, options: argparse.Namespace) -> dict[str, float]:
    """This function will have all three decide the same rows, and fail if they differ in one."""
    from dunwell.engine import dmn, single

    cases, zen = _cases(SAMPLE), _zen_decision()
    compiled = single.compile(dmn.load(folder / "table.dmn"))
    _, decided = _on_duckdb(folder / "table.dmn", options, SAMPLE)
    for case, ours in zip(cases, decided, strict=True):
        alone = compiled.decide(case)["Treatment"].outputs["Treatment"]
        assert ours["Treatment"] == alone == zen(_plain(case)), (case, ours, alone, zen(_plain(case)))
    assert len({row["Treatment"] for row in decided}) > RULES / 2, "the sample reaches too few of the rules"
    return {"rows": len(cases)}


def _measured(seconds: float, rows: int) -> dict[str, float]:
    return {"seconds": seconds, "rows": rows, "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


MODES = {"bulk": _bulk, "chain": _chained, "single": _single, "zen": _zen, "alike": _alike}

if __name__ == "__main__":
    main()
