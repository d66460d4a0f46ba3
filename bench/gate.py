"""The gate's throughput: permits a second against the same connections that only lock a row, insert one and commit.

    python -m bench.gate [--connections 8] [--seconds 8] [--rounds 3]

All are measured by turns in one run, on a database of their own: every connection is a process, each with persons of
its own, under the house's rules; the gate once with one contact a transaction, as people ask, and once with a hundred,
as the jobs of channels do. A second table tells what one contact costs the judge, with ten contacts behind it and
with two years of them, by the rules in force and by the whole library.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

PERSONS = 2_000
# Contacts in a transaction of the second form: a job of a channel carries a batch.
AT_ONCE = 100
AIM = "at least 50%"
AT = datetime(2026, 3, 2, 4, tzinfo=UTC)
# The script `reminder`, as a customer receives it.
TEXT = (
    "您好，王先生，这里是telco。您的账户A1有580.00元已于2026-01-01到期。请于2026-03-20前通过https://pay.example/7支付，"
    "逾期可能按合同产生滞纳金。如已支付，请忽略本提醒，谢谢。"
)
# Persons with an account, an address for messages and a time zone, written straight into the tables.
FILL = """
    CREATE TABLE bench_attempt (
        id bigserial PRIMARY KEY, party_id bigint NOT NULL REFERENCES ledger_party, at timestamptz, channel text
    );
    CREATE INDEX ON bench_attempt (party_id);
    INSERT INTO ledger_batch (id, recorded_at, by, source, source_kind, mapping, mapping_digest, origin,
                              origin_digest, rows_read, rows_refused, content)
    VALUES (1, now(), 'bench', 'bench', 'crm', '', '', 'bench', '', 0, 0, '{}');
    SELECT setval(pg_get_serial_sequence('ledger_batch', 'id'), 1);
    INSERT INTO ledger_party (id, batch_id, source, external_id, content_digest, kind, subject)
    SELECT n, 1, 'bench', 'P' || n, '', 'person', gen_random_uuid() FROM generate_series(1, %(persons)s) AS n;
    INSERT INTO ledger_account (id, batch_id, source, external_id, content_digest, product_line, creditor, currency)
    SELECT n, 1, 'bench', 'A' || n, '', 'mobile', 'telco', 'CNY' FROM generate_series(1, %(persons)s) AS n;
    INSERT INTO ledger_partydetail (batch_id, source, external_id, content_digest, party_id, valid_from, time_zone)
    SELECT 1, 'bench', 'P' || n, '', n, '2020-01-01', 'Asia/Shanghai' FROM generate_series(1, %(persons)s) AS n;
    INSERT INTO ledger_contactpoint (batch_id, source, external_id, content_digest, party_id, channel, value_sealed,
                                     value_digest, quality, valid_from)
    SELECT 1, 'bench', 'C' || n, '', n, 'sms', '', n::text::bytea, 'verified', '2020-01-01'
    FROM generate_series(1, %(persons)s) AS n;
    INSERT INTO ledger_contact (batch_id, source, external_id, content_digest, party_id, account_id, contact_point_id,
                                happened_at, direction, channel, purpose, actor, connected, answered_by)
    SELECT 1, 'bench', 'K' || n || '/' || turn, '', n, n, p.id,
           timestamptz '2026-02-20 04:00Z' - turn * interval '9 days', 'outbound', 'sms', 'collection', 'robot', false,
           'nobody'
    FROM generate_series(1, %(persons)s) AS n, generate_series(1, 10) AS turn, ledger_contactpoint p
    WHERE p.party_id = n;
    INSERT INTO ledger_consent (batch_id, source, external_id, content_digest, party_id, stance, granted_to, purpose,
                                valid_from)
    SELECT 1, 'bench', 'G' || n, '', n, 'granted', 'telco', 'collection', '2020-01-01'
    FROM generate_series(1, %(persons)s) AS n;
    INSERT INTO ledger_hold (batch_id, source, external_id, content_digest, party_id, kind, from_on, until_on)
    SELECT 1, 'bench', 'H' || n, '', n, 'pause', '2025-01-01', '2025-02-01' FROM generate_series(1, %(persons)s) AS n;
    INSERT INTO ledger_signal (batch_id, source, external_id, content_digest, party_id, source_kind, kind, happened_on)
    SELECT 1, 'bench', 'S' || n || '/' || turn, '', n, 'app_behaviour', 'login', date '2026-02-20' - turn
    FROM generate_series(1, %(persons)s) AS n, generate_series(1, 10) AS turn;
    ANALYZE;
"""


@contextmanager
def database() -> Iterator[str]:
    """This function will give the address of a database of its own, with every table and nothing in it."""
    from dunwell.database import url

    server, name = url(), f"bench_gate_{os.getpid()}"
    address = urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    try:
        command = [sys.executable, "-m", "django", "migrate", "--verbosity", "0"]
        environment = os.environ | {"DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "dunwell.settings"}
        subprocess.run(command, check=True, env=environment)
        yield address
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def main() -> None:
    options = _options()
    if options.worker is not None:
        print(WORKERS[options.mode](options))
        return
    with database() as address:
        with psycopg.connect(address, autocommit=True) as connection, psycopg.ClientCursor(connection) as cursor:
            cursor.execute(FILL, {"persons": PERSONS * options.connections})
        rates: dict[str, list[float]] = {"bare": [], "one": [], "batch": []}
        for turn in range(options.rounds):
            for mode, told in rates.items():
                told.append(_round(mode, address=address, turn=turn, options=options))
                print(f"round {turn + 1}, {mode}: {told[-1]:,.0f} a second, load {os.getloadavg()[0]:.1f}", flush=True)
    bare = statistics.median(rates["bare"])
    print(f"{options.connections} connections: lock + insert + commit {bare:,.0f} a second")
    for mode, what in (("one", "one contact a transaction"), ("batch", f"{AT_ONCE} contacts a transaction")):
        ratio = statistics.median(gate / bare for bare, gate in zip(rates["bare"], rates[mode], strict=True))
        print(f"gate, {what}: {statistics.median(rates[mode]):,.0f} permits a second, {ratio:.0%} of it ({AIM})")
    _judge()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--mode", choices=WORKERS, help=argparse.SUPPRESS)
    parser.add_argument("--worker", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--turn", type=int, help=argparse.SUPPRESS)
    return parser.parse_args()


def _round(mode: str, *, address: str, turn: int, options: argparse.Namespace) -> float:
    """This function will let every connection work for the same seconds and add up what they did."""
    command = [sys.executable, "-m", "bench.gate", "--mode", mode, "--seconds", str(options.seconds)]
    told = [
        subprocess.Popen(
            [*command, "--turn", str(turn), "--worker", str(worker)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "dunwell.settings"},
        )
        for worker in range(options.connections)
    ]
    for process in told:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    for process in told:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    return sum(float(process.communicate()[0]) for process in told)


def _when_told() -> float:
    print("ready", flush=True)
    sys.stdin.readline()
    return time.perf_counter()


def _bare(options: argparse.Namespace) -> float:
    lock = "SELECT id FROM ledger_party WHERE id = %s FOR NO KEY UPDATE"
    insert = "INSERT INTO bench_attempt (party_id, at, channel) VALUES (%s, %s, 'sms')"
    done = 0
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        begun = _when_told()
        while time.perf_counter() - begun < options.seconds:
            party = options.worker * PERSONS + done % PERSONS + 1
            connection.execute(lock, (party,))
            connection.execute(insert, (party, AT))
            connection.commit()
            done += 1
        return done / (time.perf_counter() - begun)


def _gate(options: argparse.Namespace, *, at_once: int = 1) -> float:
    import django

    django.setup()
    from dunwell.compliance.kinds.question import Candidate
    from dunwell.compliance.proposal import Proposal, Refused
    from dunwell.compliance.rulebook.reading import load
    from dunwell.contact.actions import attempt_many
    from dunwell.database import ROOT

    rulebook = load((ROOT / "rulebooks",))
    candidate = Candidate(channel="sms", creditor="telco", text=TEXT, script="reminder")

    def attempts(first: int, *, day: int) -> int:
        persons = (options.worker * PERSONS + (first + more) % PERSONS + 1 for more in range(at_once))
        proposals = [
            Proposal(party=one, account=one, candidate=candidate, overdue_since=date(2026, 1, 1)) for one in persons
        ]
        at = AT + timedelta(days=options.turn * 100 + day)
        answers = attempt_many(proposals, rulebook=rulebook, by="bench", at=at)
        if refused := sum(isinstance(answer, Refused) for answer in answers):
            raise SystemExit(f"{refused} of {at_once} attempts were refused: they would not measure permits")
        return at_once

    # At its first contacts a process reads its rules, and its connection plans the statements: a server has done so.
    for day in range(-9, 0):
        attempts(0, day=day)
    done = 0
    begun = _when_told()
    while time.perf_counter() - begun < options.seconds:
        done += attempts(done, day=done // PERSONS)
    return done / (time.perf_counter() - begun)


WORKERS = {"bare": _bare, "one": _gate, "batch": partial(_gate, at_once=AT_ONCE)}


# ---- the judge alone -------------------------------------------------------------------------------------------------


def _judge() -> None:
    from dunwell.compliance.kinds.question import CHANNELS, Candidate, Contact, Customer
    from dunwell.compliance.rulebook.reading import load, load_library
    from dunwell.compliance.rules import judge_moment

    root = Path(__file__).resolve().parent.parent / "rulebooks"
    candidate = Candidate(channel="sms", creditor="telco", text=TEXT, script="reminder")
    history = tuple(
        Contact(
            channel=CHANNELS[day % len(CHANNELS)],
            creditor="telco",
            happened_at=AT.replace(tzinfo=None) - timedelta(days=day),
            local_date=AT.date() - timedelta(days=day),
            connected=bool(day % 3),
            conversation=False,
            contact_point=1,
        )
        for day in range(1, 731)
    )
    for name, rulebook in (("in force", load((root,))), ("the whole library", load_library((root,)))):
        for contacts in (history[:10], history):
            customer = Customer(
                region="CN-BJ",
                product_line="mobile",
                time_zone="Asia/Shanghai",
                contacted_since_overdue=True,
                reachable=dict.fromkeys(CHANNELS, True),
                signs=dict.fromkeys(("dispute_open", "hardship", "bankruptcy_signal_30d"), False),
                contacts=contacts,
            )
            judge = partial(judge_moment, rulebook, customer=customer, candidate=candidate, at=AT)
            best = min(_seconds(judge) for _ in range(7))
            print(f"judge, {len(rulebook.rules)} rules ({name}), {len(contacts)} contacts behind: {best * 1e3:.2f} ms")


def _seconds(work: Callable[[], object], times: int = 50) -> float:
    begun = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - begun) / times


if __name__ == "__main__":
    main()
