"""The mask's rate: how many contacts a second are judged for a whole plan, by the rules that are in force.

    python -m bench.mask [--persons 1000000] [--ways 3] [--threads 2] [--repeat 5]

Persons with ten contacts each behind them in the order of their arrival, as a ledger has them, some holds, consents,
refusals and wishes; for each person as many contacts are proposed as there are ways. What is timed is DuckDB's work:
reading the tables, judging, and keeping the proposed contacts with their verdicts in numbers, as the daily cycle keeps
them: all that speaks, whether allowed, the hours, the zone, the earliest day. The cycle spells words for the rows that
it tells of; the second figure has them for every row. The third is of past contacts that lie in no order, so that every
block of them holds some of the last days.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import time
from datetime import date
from functools import partial
from typing import Any

import ibis

from dunwell.batch.cycle import connect, keep_as_numbers
from dunwell.compliance.frame import spelled, verdicts
from dunwell.compliance.rulebook.reading import load
from dunwell.database import ROOT

ON = date(2026, 11, 20)
RATE_MIN = 3_000_000
# The form that the daily cycle keeps, and for which the rate is asked.
AIMED = "in numbers"
CHANNELS = "['sms', 'app_push', 'voice', 'email', 'letter', 'social', 'visit']"
# Each table of the snapshot that a rule may look at, made by DuckDB out of numbers.
TABLES = {
    "contacts": """
        SELECT 1 + n // 10 AS party_id,
               TIMESTAMP '2026-11-20 04:00:00' - INTERVAL 1 HOUR * (7 * n % 2000) AS happened_at,
               DATE '2026-11-20' - CAST((7 * n % 2000) // 24 AS INTEGER) AS local_date, 12 AS local_hour,
               'outbound' AS direction, {channels}[1 + n % 3] AS channel, 'collection' AS purpose, 'robot' AS actor,
               n % 3 = 0 AS connected, n % 9 = 0 AS conversation, 'nobody' AS answered_by, NULL::VARCHAR AS outcome,
               n AS contact_point_id, 'telco' AS creditor
        FROM range({persons} * 10) AS r(n)
        ORDER BY happened_at
    """,
    "holds": """
        SELECT 1 + n * 50 AS party_id, NULL::BIGINT AS account_id, 'dispute' AS kind, DATE '2026-11-01' AS from_on,
               NULL::DATE AS until_on
        FROM range({persons} // 50) AS r(n)
    """,
    "consents": """
        SELECT 1 + n * 20 AS party_id, CASE n % 2 WHEN 0 THEN 'refused' ELSE 'granted' END AS stance,
               'telco' AS granted_to, 'collection' AS purpose, {channels}[1 + n % 3] AS channel,
               NULL::BIGINT AS contact_point_id, DATE '2026-01-01' AS valid_from, NULL::DATE AS valid_until
        FROM range({persons} // 20) AS r(n)
    """,
    "wishes": """
        SELECT 1 + n * 200 AS party_id, 'barred' AS stance, 'fri' AS days, NULL::INTEGER AS from_minute,
               NULL::INTEGER AS until_minute, NULL::VARCHAR AS place, NULL::VARCHAR AS channel,
               NULL::BIGINT AS contact_point_id, DATE '2026-01-01' AS valid_from, NULL::DATE AS valid_until
        FROM range({persons} // 200) AS r(n)
    """,
    "portrait": """
        SELECT 1 + n AS party_id, 'C' || n AS customer, 'CN' AS region, 'mobile' AS product_line,
               'Asia/Shanghai' AS time_zone, NULL::VARCHAR AS special_groups, n % 5 > 0 AS contacted_since_overdue,
               true AS reachable_sms, n % 2 = 0 AS reachable_app_push, n % 3 = 0 AS reachable_email,
               true AS reachable_voice, false AS reachable_social, n % 4 = 0 AS reachable_letter,
               n % 60 = 0 AS dispute_open, n % 80 = 0 AS hardship, false AS bankruptcy_signal_30d
        FROM range({persons}) AS r(n)
    """,
    "candidates": """
        SELECT 1 + n // {ways} AS party_id, 'telco' AS creditor, {channels}[1 + n % {ways}] AS channel,
               CASE n % 5 WHEN 0 THEN 'human' ELSE 'robot' END AS actor
        FROM range({persons} * {ways}) AS r(n)
    """,
}
# The cycle keeps these texts of candidates as numbers; all others, of the contacts too, are plain texts.
CODED = ("creditor", "channel", "actor")


def main() -> None:
    options = _options()
    engine = connect(threads=options.threads)
    for name, query in TABLES.items():
        told = query.format(persons=options.persons, ways=options.ways, channels=CHANNELS)
        engine.con.sql(told).create(name)
    for column in CODED:
        keep_as_numbers(engine.con, "candidates", column=column)
    engine.con.execute("CREATE TABLE scattered AS FROM contacts ORDER BY hash(party_id, happened_at)")
    tables: dict[str, Any] = {name: engine.table(name) for name in TABLES}
    rulebook = load((ROOT / "rulebooks",))
    begun = time.perf_counter()
    judge = partial(verdicts, tables["candidates"], portrait=tables["portrait"], rulebook=rulebook, on=ON)
    judged, scattered = judge(tables=tables), judge(tables=tables | {"contacts": engine.table("scattered")})
    told = {
        AIMED: judged,
        "in words": spelled(judged, rulebook=rulebook, on=ON),
        "in numbers, the past in no order": scattered,
    }
    statements = {form: ibis.to_sql(table, dialect="duckdb") for form, table in told.items()}
    print(f"written as SQL in {time.perf_counter() - begun:.1f} s, {len(rulebook.on(ON).rules)} rules in force")
    contacts = options.persons * options.ways
    rates: dict[str, list[float]] = {form: [] for form in statements}
    for _ in range(options.repeat):
        for form, statement in statements.items():
            seconds, cpu, allowed = _run(engine.con, statement)
            rates[form].append(contacts / seconds)
            print(
                f"{contacts:,} contacts {form} in {seconds:.2f} s ({cpu:.1f} s of processor), "
                f"{rates[form][-1]:,.0f} a second; {allowed:.0%} allowed, load {os.getloadavg()[0]:.1f}"
            )
    for form, those in rates.items():
        aim = f" (at least {RATE_MIN:,})" if form == AIMED else ""
        print(f"mask, {form}: median {statistics.median(those):,.0f} contacts a second{aim}")


def _run(con: Any, statement: str) -> tuple[float, float, float]:
    """This function will keep the verdicts, and tell the seconds, those of the processor, and the share allowed."""
    con.execute("DROP TABLE IF EXISTS verdicts")
    begun, used = time.perf_counter(), _cpu()
    kept = f"CREATE TABLE verdicts AS {statement}"
    con.execute(kept)
    seconds, cpu = time.perf_counter() - begun, _cpu() - used
    return seconds, cpu, con.execute("SELECT avg(allowed::INTEGER) FROM verdicts").fetchone()[0]


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--persons", type=int, default=1_000_000)
    parser.add_argument("--ways", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeat", type=int, default=5)
    return parser.parse_args()


if __name__ == "__main__":
    main()
