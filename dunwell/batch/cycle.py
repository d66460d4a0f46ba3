"""The daily cycle over one snapshot: portrait, score, decide, mask, choose. No database, no clock."""

from __future__ import annotations

import gc
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import ibis
from babel.numbers import get_currency_precision
from ibis import _

from dunwell.batch.definitions import TOLD, Definitions
from dunwell.compliance.frame import spelled, verdicts
from dunwell.decide import frame as decide
from dunwell.engine import bulk
from dunwell.facts.money import currencies
from dunwell.portrait.frame import portrait, positions
from dunwell.score.frame import probabilities

TABLES = (
    "parties", "accounts", "charges", "payments", "adjustments", "holds", "contacts", "contact_points", "consents",
    "wishes", "signals",
)  # fmt: skip

# The columns of the plan, in the order of the file and of the database's table.
PLAN = (
    "customer", "status", "treatment", "channel", "actor", "script", "tone", "window_from", "window_until",
    "window_zone", "accounts", "amounts", "past_due_days", "delinquent_days", "grade", "cause", "arrears_type",
    "value_class", "care", "layer", "person", "legal_track", "pay_probability", "expected_value", "rules", "factors",
    "warned", "review", "refused", "earliest_on", "fell_back_from", "versions",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Walk:
    """The tables of one walk, chapter by chapter; each is one row an account, a customer or a candidate."""

    positions: ibis.Table
    portrait: ibis.Table
    segmented: ibis.Table
    masked: ibis.Table
    chosen: ibis.Table
    plan: ibis.Table


def connect(*, threads: int | None = None, memory_gb: int = 3) -> Any:
    """This function will open the engine of the batch; it spills to disk rather than take more memory."""
    # DuckDB merges nested queries in no time; Ibis takes longer to do so than to write all the rest of the SQL.
    ibis.options.sql.fuse_selects = False
    options = {"memory_limit": f"{memory_gb}GB", "preserve_insertion_order": False}
    return ibis.duckdb.connect(**options, **({"threads": threads} if threads else {}))


def read_snapshot(engine: Any, folder: Path) -> dict[str, ibis.Table]:
    """This function will open the snapshot's files as tables."""
    return {name: engine.read_parquet(folder / f"{name}.parquet", table_name=name) for name in TABLES}


def walk(
    tables: Mapping[str, ibis.Table],
    definitions: Definitions,
    *,
    as_of: date,
    keep: Callable[[str, ibis.Table], ibis.Table] = lambda name, table: table,
) -> Walk:
    """This function will carry the snapshot through every chapter; `keep` may materialise a chapter's table."""
    by_account = keep("positions", positions(tables, as_of=as_of, terms=definitions.terms))
    by_customer = keep("portrait", portrait(tables, by_account, as_of=as_of, terms=definitions.terms))
    scored = probabilities(by_customer, definitions.scorecard)
    segmented = keep("segmented", decide.segments(scored, definitions.segment, definitions.eligibility))
    treatments = keep("treatments", decide.treatments(definitions.catalogue))
    candidates = decide.candidates(segmented, definitions.eligibility, treatments)
    # Only who owes is asked about, so the mask has the less to join.
    debtors = by_customer.filter(_.overdue_reference > 0)
    rulebook = definitions.rulebook
    judged = verdicts(candidates, tables=tables, portrait=debtors, rulebook=rulebook, on=as_of)
    # Kept in numbers: most verdicts are never read in words, and words are slow to write.
    masked = spelled(keep("masked", judged), rulebook=rulebook, on=as_of)
    chosen = keep("chosen", decide.choose(masked, segmented, definitions.capacity))
    outcomes = decide.outcomes(segmented, masked, chosen)
    plan = _plan(outcomes, by_account, definitions)
    return Walk(by_account, by_customer, segmented, masked, chosen, plan)


def _plan(outcomes: ibis.Table, by_account: ibis.Table, definitions: Definitions) -> ibis.Table:
    owed = _owed(by_account)
    joined = outcomes.join(owed, "party_id")
    rules = [joined[f"{name}_rule"] for name in TOLD]
    named = decide.worded(joined, definitions.catalogue).mutate(
        rules=ibis.literal(";").join([*rules, joined.eligible_rule]),
        factors=joined.main_factors,
        warned=joined.warned_rules.nullif(""),
        review=joined.review_rules.nullif(""),
    )
    return named.select(*PLAN[:-1])


def _ordered(plan: ibis.Table) -> ibis.Table:
    """This function will put those first for whom something is done, the most valuable at the head."""
    return plan.order_by(plan.status != "planned", plan.expected_value.desc(nulls_first=False), plan.customer)


def _owed(by_account: ibis.Table) -> ibis.Table:
    """This function will tell, customer by customer, the overdue accounts and what is overdue in each currency.

    Lists are slow to make, so only those who have several such accounts get one.
    """
    overdue = by_account.filter(_.overdue > 0).select("party_id", "account", "currency", "overdue")
    rows = overdue.join(overdue.group_by("party_id").agg(times=_.count()), "party_id")
    single = rows.filter(_.times == 1).select(
        "party_id", accounts=_.account, amounts=_.currency + " " + _written(_.overdue, _.currency)
    )
    by_currency = (
        rows.filter(_.times > 1)
        .group_by("party_id", "currency")
        .agg(overdue=_.overdue.sum().cast("decimal(18,3)"), accounts=_.account.collect())
    )
    several = by_currency.group_by("party_id").agg(
        accounts=_.accounts.collect().flatten().sort().join(";"),
        amounts=(_.currency + " " + _written(_.overdue, _.currency)).collect().sort().join("; "),
    )
    return single.union(several)


def _written(amount: Any, currency: Any) -> Any:
    """This function will write an amount with the places of its own currency."""
    odd = {p: sorted(c for c in currencies() if get_currency_precision(c) == p) for p in (0, 3)}
    return ibis.cases(
        (currency.isin(odd[0]), amount.cast("decimal(18,0)").cast("string")),
        (currency.isin(odd[3]), amount.cast("string")),
        else_=amount.cast("decimal(18,2)").cast("string"),
    )


def version_line(versions: Mapping[str, str]) -> str:
    """This function will name the versions on one short line, as every row of the plan carries it."""
    return " ".join(f"{name}={value[:12]}" for name, value in sorted(versions.items()))


@contextmanager
def _garbage_waits() -> Iterator[None]:
    """This function will keep Python from looking for garbage meanwhile.

    An expression is many thousand small objects that all live to the end of the run: to search them again and again
    takes a third of the time in which they are made.
    """
    searched = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if searched:
            gc.enable()


@_garbage_waits()
def write_plan(
    folder: Path,
    chosen: Definitions,
    *,
    as_of: date,
    versions: Mapping[str, str],
    threads: int | None = None,
    progress: Callable[[str], object] = lambda step: None,
) -> None:
    """This function will run the cycle over `folder/snapshot` and write plan.csv and funnel.json."""
    engine = connect(threads=threads)

    def keep(name: str, table: ibis.Table) -> ibis.Table:
        progress(name)
        return _kept(engine, name, table, folder=folder)

    tables = read_snapshot(engine, folder / "snapshot")
    steps = walk(tables, chosen, as_of=as_of, keep=keep)
    progress("plan")
    _ordered(steps.plan).mutate(versions=ibis.literal(version_line(versions))).to_csv(folder / "plan.csv")
    funnel = _funnel(engine, steps, folder) | {
        "null_hits": _null_hits(engine, steps.segmented, chosen),
        "conflicts": _conflicts(engine, steps.segmented, chosen),
    }
    (folder / "funnel.json").write_text(json.dumps(funnel, indent=2, ensure_ascii=False) + "\n")
    engine.disconnect()


# The tables of tier 2 stay as files of the run, for anyone to query; what comes between lives as long as the run.
TIER_2 = ("positions", "portrait")
# Texts of few values that many rows repeat: stored as numbers of a list, they are quick to join, compare and copy.
CODED = {"segmented": ("creditor",), "treatments": ("channel", "actor", "pool")}
# Half of what DuckDB takes by itself: rows as wide as these then leave the processor's cache less often.
GROUP_ROWS = 61_440


def _kept(engine: Any, name: str, table: ibis.Table, *, folder: Path) -> ibis.Table:
    """This function will compute a chapter's table once and give it back as it was stored.

    In DuckDB's own words, because Ibis's `create_table` writes everything twice.
    """
    if name not in TIER_2:
        created = f"CREATE TABLE {name} AS {engine.compile(table)}"
        engine.con.execute(created)
        for column in CODED.get(name, ()):
            keep_as_numbers(engine.con, name, column=column)
        return engine.table(name)
    rows = engine.con.sql(engine.compile(table))
    file = folder / f"{name}.parquet"
    rows.project(_whole_numbers(rows)).write_parquet(str(file), row_group_size=GROUP_ROWS)
    return engine.read_parquet(file, table_name=name)


def keep_as_numbers(connection: duckdb.DuckDBPyConnection, table: str, *, column: str) -> None:
    """This function will store a column of texts as numbers into a list of them (an ENUM); it is read as before.

    The list stands in the order of the alphabet, because such a column sorts by its numbers.
    """
    kind = f"{table}_{column}"
    listed = f"CREATE TYPE {kind} AS ENUM (FROM {table} SELECT DISTINCT {column} WHERE {column} NOT NULL ORDER BY ALL)"
    numbered = f"ALTER TABLE {table} ALTER {column} TYPE {kind}"
    for statement in (listed, numbered):
        connection.execute(statement)


def _whole_numbers(rows: duckdb.DuckDBPyRelation) -> str:
    """This function will list the columns so that whole numbers stay whole in Parquet, which has no 128 bits."""
    wide = [name for name, kind in zip(rows.columns, rows.types, strict=True) if str(kind) == "HUGEINT"]
    return f"* REPLACE ({', '.join(f'{name}::BIGINT AS {name}' for name in wide)})" if wide else "*"


def _funnel(engine: Any, steps: Walk, folder: Path) -> dict[str, Any]:
    """This function will count accounts, customers, and the customers of every status of the plan."""
    accounts = steps.positions.agg(accounts=_.count(), overdue_accounts=(_.overdue > 0).sum().fill_null(0))
    customers = steps.portrait.agg(customers=_.count())
    text = dict.fromkeys(PLAN, "VARCHAR")
    # Nothing about the file's form is guessed.
    written = engine.con.read_csv(str(folder / "plan.csv"), header=True, dtype=text, sep=",", quotechar='"')
    return {
        **_row(engine, accounts),
        **_row(engine, customers),
        "statuses": dict(written.aggregate("status, count(*)").order("status").fetchall()),
    }


def _null_hits(engine: Any, segmented: ibis.Table, chosen: Definitions) -> list[dict[str, Any]]:
    """This function will count, for each column that a decision tests, the customers of whom it is not known."""
    hits = (bulk.null_hits(segmented, model) for model in (chosen.segment, chosen.eligibility))
    rows = [row for table in hits for row in engine.con.sql(engine.compile(table)).fetchall()]
    return [{"decision": row[0], "column": row[1], "nulls": row[2]} for row in rows if row[2]]


def _conflicts(engine: Any, segmented: ibis.Table, chosen: Definitions) -> list[dict[str, Any]]:
    """This function will name the rules that contradicted each other, and count the customers they left unanswered."""
    table = bulk.conflicts(segmented, chosen.segment, keys=["party_id"])
    rows = (
        engine.con.sql(engine.compile(table)).aggregate("decision, rule, count(*)").order("decision, rule").fetchall()
    )
    return [{"decision": row[0], "rule": row[1], "customers": row[2]} for row in rows]


def _row(engine: Any, table: ibis.Table) -> dict[str, Any]:
    """This function will fetch a table's only row; Ibis's own ways load pandas, which takes a second."""
    values = engine.con.sql(engine.compile(table)).fetchone()
    return dict(zip(table.columns, values, strict=True))
