"""A synthetic snapshot for the bench: the tables of the daily cycle, about ten facts an account, written by DuckDB alone.

It follows the schema of `dunwell.batch.snapshot` and nothing else: no ledger, no import. Every value hangs on the seed
and on the row's own number, never on the order of rows or threads, so the same seed gives the same snapshot. As in a
real ledger, rows lie in the order in which they arrived (month by month), not account by account.

    python bench/snapshot.py FOLDER [--accounts 1000000] [--seed 7] [--as-of 2026-11-20]
"""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path

import duckdb

# Hashed twice, because the low bits of a hash of several values are not independent. `draw(n, k)` is the k-th random number of row n in [0, 1); `whole(n, k, m)` one of 0 … m - 1; `cents` makes money of
# a whole number of cents; `pays` is how an account behaves: under 0.45 well, under 0.75 late or in part, else badly.
MACROS = """
CREATE MACRO whole(n, k, m) AS (hash(hash(n::BIGINT, k::INTEGER, getvariable('seed')::BIGINT)) % m::UBIGINT)::BIGINT;
CREATE MACRO draw(n, k) AS whole(n, k, 1000000) / 1000000;
CREATE MACRO pick(n, k, list) AS list[(whole(n, k, len(list)) + 1)::INTEGER];
CREATE MACRO cents(n) AS (n::DECIMAL(15,0) * 0.01::DECIMAL(3,2))::DECIMAL(18,3);
CREATE MACRO day(n) AS getvariable('as_of')::DATE - n::INTEGER;
CREATE MACRO owner(a) AS a - CASE WHEN a % 5 = 4 THEN 1 ELSE 0 END;
CREATE MACRO pays(a) AS draw(a, 1);
CREATE MACRO bill(a, n) AS cents(2000 + whole(a, 2, 12000) + whole(a * 100 + n, 3, 3000));
CREATE MACRO due(a, n) AS day(30 * n - 12 + whole(a, 4, 25));
CREATE MACRO bills(a) AS 1 + whole(a, 5, 7);
"""

ACCOUNTS = "range(1, getvariable('accounts') + 1) AS t(a)"
BILLS = f"{ACCOUNTS}, range(7) AS u(n) WHERE n < bills(a)"  # noqa: S608 - constants of this file

TABLES = {
    "parties": f"""
        SELECT a AS party_id, 'bench/C' || lpad(a::VARCHAR, 9, '0') AS customer,
               CASE WHEN draw(a, 10) < 0.93 THEN 'person' ELSE 'company' END AS kind,
               pick(a, 11, ['CN-BJ', 'CN-SH', 'CN-GD', 'CN-SC', 'CN-HB', 'CN-XJ']) AS region,
               'Asia/Shanghai' AS time_zone, CASE WHEN draw(a, 12) < 0.9 THEN 'zh' ELSE 'en' END AS language,
               pick(a, 13, ['gold', 'silver', 'bronze', 'bronze', NULL]) AS tier,
               CASE WHEN draw(a, 14) < 0.03 THEN 'elderly' END AS special_groups,
               day(30 + whole(a, 15, 4000)) AS customer_since
        FROM {ACCOUNTS} WHERE owner(a) = a""",
    "accounts": f"""
        SELECT a AS account_id, owner(a) AS party_id, 'bench/A' || lpad(a::VARCHAR, 9, '0') AS account,
               pick(a, 20, ['mobile', 'mobile', 'broadband', 'fixed', 'iot', 'leased_line', 'consumer_credit',
                            'instalment_loan', 'invoice']) AS product_line,
               pick(a, 21, ['bench-telecom', 'bench-telecom', 'bench-bank']) AS creditor,
               CASE WHEN draw(a, 22) < 0.98 THEN 'CNY' ELSE 'USD' END AS currency,
               day(300 + whole(a, 23, 3000)) AS opened_on,
               CASE WHEN draw(a, 24) < 0.4 THEN cents(100000 + whole(a, 25, 4000000)) END AS credit_limit,
               CASE WHEN draw(a, 26) < 0.2 THEN 3 END::INTEGER AS grace_days,
               CASE WHEN draw(a, 27) < 0.02 THEN day(whole(a, 28, 200)) END AS closed_on
        FROM {ACCOUNTS}""",
    "charges": f"""
        SELECT a * 10 + n AS charge_id, a AS account_id, 'B' || (a * 10 + n)::VARCHAR AS charge,
               due(a, n) - 25 AS booked_on, due(a, n) AS due_on, 'principal' AS component, bill(a, n) AS amount
        FROM {BILLS} AND due(a, n) - 25 <= day(0)
        UNION ALL
        SELECT a * 10 + 8, a, 'F' || a::VARCHAR, due(a, 1) + 5, due(a, 1) + 10, pick(a, 30, ['fee', 'penalty', 'interest']),
               cents(200 + whole(a, 31, 1500))
        FROM {ACCOUNTS} WHERE draw(a, 32) < 0.4 AND bills(a) > 1""",
    "payments": f"""
        SELECT a * 10 + n AS payment_id, a AS account_id,
               CASE WHEN draw(a * 10 + n, 40) < 0.15 THEN a * 10 + n END AS charge_id,
               due(a, n) + CASE WHEN pays(a) < 0.45 THEN whole(a * 10 + n, 41, 12) - 9
                                ELSE whole(a * 10 + n, 42, 45) - 4 END::INTEGER AS paid_on,
               CASE WHEN pays(a) < 0.45 OR draw(a * 10 + n, 43) < 0.6 THEN bill(a, n)
                    ELSE cents(500 + whole(a * 10 + n, 44, 4000)) END AS amount
        FROM {BILLS} AND draw(a * 10 + n, 45) < CASE WHEN pays(a) < 0.45 THEN 0.97 WHEN pays(a) < 0.75 THEN 0.6
                                                     ELSE 0.15 END
             AND due(a, n) + CASE WHEN pays(a) < 0.45 THEN whole(a * 10 + n, 41, 12) - 9
                                  ELSE whole(a * 10 + n, 42, 45) - 4 END::INTEGER <= day(0)""",
    "adjustments": f"""
        SELECT a AS account_id, CASE WHEN draw(a, 50) < 0.3 THEN a * 10 + 1 END AS charge_id, NULL::BIGINT AS payment_id,
               day(whole(a, 51, 120)) AS effective_on,
               pick(a, 52, ['credit_note', 'waiver', 'waiver', 'reversal', 'chargeback', 'write_off']) AS kind,
               cents(500 + whole(a, 53, 3000)) AS amount
        FROM {ACCOUNTS} WHERE draw(a, 54) < 0.12""",
    "holds": f"""
        SELECT owner(a) AS party_id, CASE WHEN draw(a, 60) < 0.5 THEN a END AS account_id,
               pick(a, 61, ['dispute', 'hardship', 'breathing_space', 'pause']) AS kind,
               day(10 + whole(a, 62, 90)) AS from_on,
               CASE WHEN draw(a, 63) < 0.8 THEN day(10 + whole(a, 62, 90)) + whole(a, 64, 60)::INTEGER END AS until_on
        FROM {ACCOUNTS} WHERE draw(a, 65) < 0.04""",
    "contacts": f"""
        SELECT *, happened_at::DATE AS local_date, (extract(hour FROM happened_at) + 8)::INTEGER % 24 AS local_hour
        FROM (
            SELECT owner(a) AS party_id,
                   day(whole(a * 10 + n, 70, 100))::TIMESTAMP + INTERVAL 1 MINUTE * whole(a * 10 + n, 71, 720) AS happened_at,
                   CASE WHEN draw(a * 10 + n, 72) < 0.9 THEN 'outbound' ELSE 'inbound' END AS direction,
                   pick(a * 10 + n, 73, ['sms', 'sms', 'app_push', 'voice', 'voice', 'email', 'letter']) AS channel,
                   'collection' AS purpose, pick(a * 10 + n, 74, ['robot', 'robot', 'human']) AS actor,
                   draw(a * 10 + n, 75) < 0.5 AS connected, draw(a * 10 + n, 75) < 0.2 AS conversation,
                   CASE WHEN draw(a * 10 + n, 75) < 0.2 THEN 'debtor' WHEN draw(a * 10 + n, 75) < 0.5 THEN 'voicemail'
                        ELSE 'nobody' END AS answered_by,
                   pick(a * 10 + n, 76, ['no_answer', 'promise', 'delivered', 'refused']) AS outcome,
                   owner(a) * 2 AS contact_point_id, pick(a, 21, ['bench-telecom', 'bench-telecom', 'bench-bank']) AS creditor
            FROM {ACCOUNTS}, range(4) AS u(n) WHERE pays(a) > 0.45 AND draw(a * 10 + n, 77) < 0.55
        )""",
    "contact_points": f"""
        SELECT a * 2 + n AS contact_point_id, a AS party_id,
               CASE WHEN n = 0 THEN pick(a, 80, ['sms', 'voice']) ELSE pick(a, 81, ['email', 'app_push', 'letter']) END
                   AS channel,
               pick(a * 2 + n, 82, ['verified', 'verified', 'unverified', 'invalid']) AS quality,
               day(20 + whole(a * 2 + n, 83, 2000)) AS valid_from, NULL::DATE AS valid_until
        FROM {ACCOUNTS}, range(2) AS u(n) WHERE owner(a) = a AND (n = 0 OR draw(a, 84) < 0.4)""",
    "consents": f"""
        SELECT a AS party_id, CASE WHEN draw(a, 90) < 0.9 THEN 'granted' ELSE 'refused' END AS stance,
               'bench' AS granted_to, 'collection' AS purpose,
               pick(a, 91, ['sms', 'voice', 'email', NULL]) AS channel,
               day(whole(a, 92, 900)) AS valid_from, NULL::DATE AS valid_until
        FROM {ACCOUNTS} WHERE owner(a) = a AND draw(a, 93) < 0.12""",
    "signals": f"""
        SELECT owner(a) AS party_id, a AS account_id,
               CASE WHEN draw(a * 10 + n, 100) < 0.5 THEN 'app_behaviour' WHEN draw(a * 10 + n, 100) < 0.8 THEN 'crm'
                    ELSE 'credit_bureau' END AS source_kind,
               CASE WHEN draw(a * 10 + n, 100) < 0.5 THEN pick(a * 10 + n, 101, ['usage', 'login', 'app_session'])
                    WHEN draw(a * 10 + n, 100) < 0.8
                    THEN pick(a * 10 + n, 102, ['promise_made', 'promise_kept', 'promise_broken', 'debit_failed',
                                                'complaint', 'dispute_opened', 'hardship_asked', 'overdue_cause'])
                    ELSE pick(a * 10 + n, 103, ['bureau_score', 'bureau_overdue_elsewhere', 'bureau_inquiry']) END AS kind,
               day(whole(a * 10 + n, 104, 200)) AS happened_on,
               (300 + whole(a * 10 + n, 105, 550))::DECIMAL(18,6) AS number,
               CASE WHEN draw(a * 10 + n, 100) BETWEEN 0.5 AND 0.8
                    THEN pick(a * 10 + n, 106, ['forgot', 'cash_flow', 'dispute', 'failed_debit']) END AS code
        FROM {ACCOUNTS}, range(3) AS u(n) WHERE draw(a * 10 + n, 107) < 0.45""",
}
FACTS = ("charges", "payments", "adjustments", "holds", "contacts", "contact_points", "consents", "signals")


def write_snapshot(folder: Path, *, accounts: int, seed: int, as_of: date) -> dict[str, int]:
    """This function will write every table of a snapshot into the folder and return how many rows each has."""
    with duckdb.connect() as engine:
        for name, value in {"accounts": accounts, "seed": seed, "as_of": as_of}.items():
            engine.execute("SET VARIABLE " + name + " = $1", [value])
        engine.execute(MACROS)
        return {name: _write(engine, name, folder) for name in TABLES}


def _write(engine: duckdb.DuckDBPyConnection, name: str, folder: Path) -> int:
    target = folder / f"{name}.parquet"
    engine.sql(TABLES[name]).write_parquet(str(target), compression="zstd")
    return int(engine.read_parquet(str(target)).count("*").fetchall()[0][0])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--accounts", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--as-of", type=date.fromisoformat, default=date(2026, 11, 20))
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    rows = write_snapshot(options.folder, accounts=options.accounts, seed=options.seed, as_of=options.as_of)
    for name, count in rows.items():
        print(f"{name:<15}{count:>12,}")
    print(f"{'facts/account':<15}{sum(rows[name] for name in FACTS) / options.accounts:>12.1f}")


if __name__ == "__main__":
    main()
