"""The desk with a million customers in its work list: how long the server takes for each page, and how often it asks.

    python -m bench.desk [--customers 1000000] [--collectors 2500] [--readers 4] [--rounds 40]

A database of its own is filled set by set: every customer with an account, charges, payments, a contact and his place
in the plan. Then the work list is made and assigned as every night, and a collector asks for the pages, then some
readers at once, a process each, through the whole stack of the server but the socket. The aim is p95 < 200 ms for queue
and customer.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import psycopg

from bench.gate import database

AT = datetime(2026, 11, 20, 4, tzinfo=UTC)
DAY = date(2026, 11, 20)
AIM_MS = 200
STATEMENTS_MOST = 25

FILL = """
    INSERT INTO ledger_batch (id, recorded_at, by, source, source_kind, mapping, mapping_digest, origin,
                              origin_digest, rows_read, rows_refused, content)
    VALUES (1, '2026-11-20 01:00Z', 'bench', 'bench', 'crm', '', '', 'bench', '', 0, 0, '{}'),
           (2, '2026-11-20 03:00Z', 'bench', 'bench', 'crm', '', '2', 'bench2', '', 0, 0, '{}');
    SELECT setval(pg_get_serial_sequence('ledger_batch', 'id'), 2);
    INSERT INTO ledger_party (id, batch_id, source, external_id, content_digest, kind, subject)
    SELECT n, 1, 'bench', 'C' || lpad(n::text, 9, '0'), '', 'person', gen_random_uuid()
    FROM generate_series(1, %(customers)s) n;
    INSERT INTO ledger_partydetail (batch_id, source, external_id, content_digest, party_id, valid_from, region,
                                    language, time_zone)
    SELECT 1, 'bench', 'D' || n, '', n, date '2020-01-01', 'R' || n %% 31,
           CASE WHEN n %% 20 = 0 THEN 'en' ELSE 'zh-CN' END, 'Asia/Shanghai' FROM generate_series(1, %(customers)s) n;
    INSERT INTO ledger_account (id, batch_id, source, external_id, content_digest, product_line, creditor, currency)
    SELECT n, 1, 'bench', 'A' || n, '', 'mobile', 'telco', 'CNY' FROM generate_series(1, %(customers)s) n;
    INSERT INTO ledger_partyrole (batch_id, source, external_id, content_digest, party_id, account_id, role, valid_from)
    SELECT 1, 'bench', 'O' || n, '', n, n, 'primary', date '2020-01-01' FROM generate_series(1, %(customers)s) n;
    INSERT INTO ledger_charge (batch_id, source, external_id, content_digest, account_id, booked_on, due_on, component,
                               amount)
    SELECT 1, 'bench', 'B' || n || '/' || m, '', n, date '2026-11-01' - m * 30, date '2026-11-10' - m * 30 - n %% 60,
           'principal', 50 + n %% 950 FROM generate_series(1, %(customers)s) n, generate_series(1, 3) m;
    INSERT INTO ledger_payment (batch_id, source, external_id, content_digest, account_id, paid_on, amount)
    SELECT 1, 'bench', 'P' || n, '', n, date '2026-09-01', 20 FROM generate_series(1, %(customers)s) n WHERE n %% 3 = 0;
    INSERT INTO ledger_contact (batch_id, source, external_id, content_digest, party_id, account_id, happened_at,
                                direction, channel, purpose, actor, staff, connected, answered_by)
    SELECT 1, 'bench', 'K' || n, '', n, n, timestamptz '2026-11-18 04:00Z' - n %% 30 * interval '1 day', 'outbound',
           'voice', 'collection', 'human', 'COL-' || n %% 2500, false, 'nobody'
    FROM generate_series(1, %(customers)s) n WHERE n %% 2 = 0;
    INSERT INTO ledger_hold (batch_id, source, external_id, content_digest, party_id, kind, from_on, until_on)
    SELECT 1, 'bench', 'H' || n, '', n, 'pause', date '2026-11-19', NULL::date FROM generate_series(1, %(customers)s) n
    WHERE n %% 20000 = 0;
    INSERT INTO ledger_hold (batch_id, source, external_id, content_digest, party_id, kind, from_on, until_on)
    SELECT CASE WHEN n %% 2000 = 7 THEN 2 ELSE 1 END, 'bench', 'Q' || n, '', n, 'promise', date '2026-11-19',
           date '2026-11-26' FROM generate_series(1, %(customers)s) n WHERE n %% 20 = 7;
    INSERT INTO ledger_signal (batch_id, source, external_id, content_digest, party_id, source_kind, kind, happened_on)
    SELECT 1, 'bench', 'S' || n, '', n, 'app_behaviour', CASE WHEN n %% 20000 = 0 THEN 'distress' ELSE 'login' END,
           date '2026-11-19' FROM generate_series(1, %(customers)s) n WHERE n %% 4 = 0;
    INSERT INTO access_staff (code, subject, added_at, added_by)
    SELECT 'COL-' || n, gen_random_uuid(), timestamptz '2026-01-01', 'bench' FROM generate_series(1, %(collectors)s) n
    UNION ALL SELECT 'TL-1', gen_random_uuid(), timestamptz '2026-01-01', 'bench'
    UNION ALL SELECT 'MAN-1', gen_random_uuid(), timestamptz '2026-01-01', 'bench';
    INSERT INTO access_posting (staff_id, department, from_at)
    SELECT code, 'collections', timestamptz '2026-01-01' FROM access_staff;
    INSERT INTO access_grant (staff_id, role, scope_kind, scope_value, from_at)
    SELECT code, CASE WHEN code LIKE 'COL-%%' THEN 'collector' WHEN code = 'TL-1' THEN 'team_lead' ELSE 'manager' END,
           CASE WHEN code = 'TL-1' THEN 'team' ELSE 'house' END, CASE WHEN code = 'TL-1' THEN 'T1' ELSE '' END,
           timestamptz '2026-01-01' FROM access_staff;
    INSERT INTO work_ability (staff_id, from_on, skills, languages, regions, team, agency, capacity, told_at, by)
    SELECT 'COL-' || n, date '2026-01-01', CASE WHEN n %% 2 = 0 THEN 'business,care,senior' ELSE '' END, 'en,zh', '',
           'T' || n %% 100, '', 390, timestamptz '2026-01-01', 'bench' FROM generate_series(1, %(collectors)s) n;
    INSERT INTO desk_login (password, staff_id, last_login)
    SELECT '', code, NULL::timestamptz FROM access_staff WHERE code IN ('COL-2', 'COL-3', 'TL-1', 'MAN-1');
    INSERT INTO plan_run (id, as_of, made_at, by, inputs_digest, plan_digest, versions, counts)
    VALUES (1, '2026-11-20', '2026-11-20 02:00Z', 'bench', 'bench', '', '{}', %(counts)s);
    INSERT INTO plan (run_id, customer, status, treatment, channel, actor, script, window_from, window_until,
                      window_zone, accounts, amounts, past_due_days, delinquent_days, grade, value_class, care, person,
                      expected_value, pay_probability, rules, versions)
    SELECT 1, 'bench/C' || lpad(n::text, 9, '0'), 'planned',
           (ARRAY['human_call', 'senior_call', 'care_call', 'gold_call'])[1 + n %% 4], 'voice', 'human', 'reminder',
           '08:00', '20:00', 'Asia/Shanghai', 'A' || n, 'CNY ' || (150 + n %% 2850) || '.00', n %% 120, n %% 120,
           (ARRAY['M1', 'M1', 'M1', 'M2', 'M2', 'M3+'])[1 + n %% 6], (ARRAY['A', 'B', 'B', 'B', 'C'])[1 + n %% 5],
           CASE WHEN n %% 50 = 0 THEN 'health' ELSE 'none' END, CASE WHEN n %% 25 = 0 THEN 'within_24h' ELSE 'none' END,
           exp(random() * 7), 0.3, 'r', '' FROM generate_series(1, %(customers)s) n;
    ANALYZE;
"""
PAGES = {
    "today": "/",
    "queue": "/queue/",
    "queue, free": "/queue/?tab=free",
    "queue, team": "/queue/?tab=team",
    "queue, filter": "/queue/?tab={wide}&grade=M2&light=green",
    "queue, number": "/queue/?tab={wide}&text=C000500000",
    "queue, by value": "/queue/?tab={wide}&sort=value",
    "queue, page 40": "/queue/?tab={wide}&page=40",
    "customer": "/customer/{party}/",
    "customer, a call now": "/customer/{party}/lights/voice/",
}


def main() -> None:
    options = _options()
    if options.reader is not None:
        _read(options)
        return
    with database() as address, TemporaryDirectory() as home:
        os.environ |= {"DATABASE_URL": address, "DUNWELL_HOME": home, "DJANGO_SETTINGS_MODULE": "dunwell.settings"}
        _timed("fill the tables", lambda: _fill(address, options))
        _nightly()
        _timed("paint the portraits", lambda: _paint(options))
        for readers in (1, options.readers):
            _report(_readers(options, readers=readers), options, readers=readers)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--collectors", type=int, default=2_500)
    parser.add_argument("--readers", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--reader", type=int, help=argparse.SUPPRESS)
    return parser.parse_args()


def _timed(what: str, work: Callable[[], Any]) -> Any:
    begun = time.perf_counter()
    done = work()
    print(f"{what}: {time.perf_counter() - begun:.1f} s", flush=True)
    return done


def _fill(address: str, options: argparse.Namespace) -> None:
    counts = psycopg.types.json.Jsonb({"customers": options.customers, "statuses": {"planned": options.customers}})
    told = {"customers": options.customers, "collectors": options.collectors, "counts": counts}
    with psycopg.connect(address, autocommit=True) as connection, psycopg.ClientCursor(connection) as cursor:
        cursor.execute("SET synchronous_commit = off")
        cursor.execute(FILL, told)


_VALUES = {"yes/no": "random() < 0.2", "date": "DATE '2026-01-01' + (random() * 300)::INT"}
_TEXTS = ("code", "codes, separated by commas", "currencies")


def _paint(options: argparse.Namespace) -> None:
    """This function will write what the daily cycle leaves of every portrait, in no order, as it does."""
    from dunwell.batch.actions import runs
    from dunwell.batch.cycle import GROUP_ROWS
    from dunwell.portrait.dimensions import DIMENSIONS

    columns = ["'bench/C' || lpad(n::text, 9, '0') AS customer"]
    for one in DIMENSIONS:
        value = "'c' || (random() * 5)::INT" if one.unit in _TEXTS else _VALUES.get(one.unit, "(random() * 90)::BIGINT")
        columns.append(f"CASE WHEN random() < 0.7 THEN {value} END AS {one.name}")
    folder = runs() / f"{DAY}-bench"
    folder.mkdir()
    numbers = duckdb.table_function("range", [1, options.customers + 1]).project("range AS n")
    rows = numbers.project(", ".join(columns)).order("random()")
    rows.write_parquet(str(folder / "portrait.parquet"), row_group_size=GROUP_ROWS)


def _nightly() -> None:
    """This function will make the work list and assign it, as after every plan."""
    import django

    django.setup()
    from django.db import connection

    from dunwell.batch.models import PlanRun
    from dunwell.batch.work_list import list_work, sweep
    from dunwell.work import policy
    from dunwell.work.assigning.actions import distribute

    run = PlanRun.objects.get()
    _timed("make the work list", lambda: list_work(run, by="bench", at=run.made_at))
    told = {"policy": policy.load(), "on": DAY, "by": "bench", "at": run.made_at}
    done = _timed("assign it", lambda: distribute(**told))
    print(f"  {done.given:,} given, with nobody: {done.lacking}")
    _timed("assign it again", lambda: distribute(**told))
    _timed("sweep up", sweep)
    connection.close()


def _readers(options: argparse.Namespace, *, readers: int) -> dict[str, list[tuple[float, int]]]:
    """This function will let all readers ask at once, and gather their milliseconds and statements by page."""
    command = [
        sys.executable,
        "-m",
        "bench.desk",
        "--rounds",
        str(options.rounds),
        "--customers",
        str(options.customers),
    ]
    started = [
        subprocess.Popen([*command, "--reader", str(number)], stdout=subprocess.PIPE, text=True)
        for number in range(readers)
    ]
    told: dict[str, list[tuple[float, int]]] = {}
    for process in started:
        for line in process.communicate()[0].splitlines():
            page, spent, asked = line.rsplit("\t", 2)
            told.setdefault(page, []).append((float(spent), int(asked)))
    return told


def _read(options: argparse.Namespace) -> None:
    """This function will be one reader: a collector, a team lead or a manager, by turns of the readers."""
    import django

    django.setup()
    from django.test import Client, override_settings

    from dunwell.desk import clock
    from dunwell.desk.models import Login

    clock.now = lambda: AT
    code = ("COL-2", "TL-1", "COL-3", "MAN-1")[options.reader % 4]
    plain = {"SESSION_COOKIE_SECURE": False, "CSRF_COOKIE_SECURE": False, "ALLOWED_HOSTS": ["testserver"]}
    with override_settings(**plain):
        client = Client()
        backend = "dunwell.desk.signing_in.backend.TwoFactors"
        client.force_login(Login.objects.get(staff=code), backend=backend)
        asked = _count_statements()
        own = _own(code)
        for turn in range(options.rounds + 2):
            for name, pattern in PAGES.items():
                wide = "team" if code in ("TL-1", "MAN-1") else "free"
                address = pattern.format(party=own[turn % len(own)], wide=wide)
                _one(name, turn, asked, lambda address=address: client.get(address))
            _one("next customer", turn, asked, lambda: client.post("/queue/next/"))


def _own(code: str) -> list[int]:
    """This function will find customers that a reader may open."""
    from dunwell.work.models import Item

    rows = Item.objects.all() if code == "MAN-1" else Item.objects.filter(team="T1") if code == "TL-1" else None
    found = rows if rows is not None else Item.objects.filter(staff=code)
    return list(found.order_by("turn_at").values_list("party", flat=True)[:200])


def _one(name: str, turn: int, asked: list[int], work: Callable[[], Any]) -> None:
    asked[0] = 0
    begun = time.perf_counter()
    answer = work()
    spent = 1000 * (time.perf_counter() - begun)
    if answer.status_code not in (200, 302):
        raise SystemExit(f"{name}: status {answer.status_code}")
    if turn >= 2:  # The first two warm what a server that has been running holds ready.
        print(f"{name}\t{spent:.2f}\t{asked[0]}", flush=True)


def _count_statements() -> list[int]:
    execute, count = psycopg.Cursor.execute, [0]

    def counted(self: Any, *arguments: Any, **named: Any) -> Any:
        count[0] += 1
        return execute(self, *arguments, **named)

    psycopg.Cursor.execute = counted  # type: ignore[method-assign]
    return count


def _report(told: dict[str, list[tuple[float, int]]], options: argparse.Namespace, *, readers: int) -> None:
    print(f"\n{options.customers:,} customers, {readers} reading at once, load {os.getloadavg()[0]:.1f}")
    print(f"{'page':<20}{'p50 ms':>9}{'p95 ms':>9}{'asked':>7}   aim p95 < {AIM_MS} ms, at most {STATEMENTS_MOST}")
    for page, rows in told.items():
        spent = sorted(row[0] for row in rows)
        p95 = statistics.quantiles(spent, n=20)[-1]
        asked = max(row[1] for row in rows)
        verdict = "ok" if p95 < AIM_MS and asked <= STATEMENTS_MOST else "MISSED"
        print(f"{page:<20}{statistics.median(spent):>9.1f}{p95:>9.1f}{asked:>7}   {verdict}")


if __name__ == "__main__":
    main()
