"""The ledger as of a date, written as Parquet files that the rest of the daily cycle reads.

Only facts effective on or before the date go in; corrected events are left out, and of versions the latest one
valid on the date (or, where the ledger only learnt of a thing later, the earliest it has). No name, number,
address or free text leaves the database.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, LiteralString

import duckdb
from django.db import connection, transaction
from psycopg import sql

from dunwell.ledger.models import Batch
from dunwell.ledger.zones import house_zone

MONEY = "DECIMAL(18,3)"

# Each table of the snapshot: its columns with their DuckDB types, and the query that fills them. `%(as_of)s` is the
# date, `%(zone)s` the time zone of customers whose own is not known.
TABLES: dict[str, tuple[dict[str, str], LiteralString]] = {
    "parties": (
        {
            "party_id": "BIGINT",
            "customer": "VARCHAR",
            "kind": "VARCHAR",
            "region": "VARCHAR",
            "time_zone": "VARCHAR",
            "language": "VARCHAR",
            "tier": "VARCHAR",
            "special_groups": "VARCHAR",
            "customer_since": "DATE",
        },
        """
        SELECT p.id, p.source || '/' || p.external_id, p.kind, d.region, d.time_zone, d.language, d.tier,
               d.special_groups, d.customer_since
        FROM ledger_party p
        LEFT JOIN (
            SELECT DISTINCT ON (party_id) * FROM ledger_partydetail
            ORDER BY party_id, (valid_from <= %(as_of)s) DESC, abs(valid_from - %(as_of)s), id DESC
        ) d ON d.party_id = p.id
        """,
    ),
    "accounts": (
        {
            "account_id": "BIGINT",
            "party_id": "BIGINT",
            "account": "VARCHAR",
            "product_line": "VARCHAR",
            "creditor": "VARCHAR",
            "currency": "VARCHAR",
            "opened_on": "DATE",
            "credit_limit": MONEY,
            "grace_days": "INTEGER",
            "closed_on": "DATE",
        },
        """
        SELECT a.id, r.party_id, a.source || '/' || a.external_id, a.product_line, a.creditor, a.currency,
               a.opened_on, t.credit_limit, t.grace_days, t.closed_on
        FROM ledger_account a
        JOIN (
            SELECT DISTINCT ON (account_id) account_id, party_id FROM ledger_partyrole r
            WHERE role = 'primary' AND (valid_until IS NULL OR valid_until > %(as_of)s)
              AND NOT EXISTS (SELECT FROM ledger_partyrole c WHERE c.corrects_id = r.id)
            ORDER BY account_id, (valid_from <= %(as_of)s) DESC, valid_from DESC, external_id
        ) r ON r.account_id = a.id
        LEFT JOIN (
            SELECT DISTINCT ON (account_id) * FROM ledger_accountterms
            ORDER BY account_id, (valid_from <= %(as_of)s) DESC, abs(valid_from - %(as_of)s), id DESC
        ) t ON t.account_id = a.id
        """,
    ),
    "charges": (
        {
            "charge_id": "BIGINT",
            "account_id": "BIGINT",
            "charge": "VARCHAR",
            "booked_on": "DATE",
            "due_on": "DATE",
            "component": "VARCHAR",
            "amount": MONEY,
        },
        """
        SELECT x.id, x.account_id, x.external_id, x.booked_on, x.due_on, x.component, x.amount
        FROM ledger_charge x WHERE x.booked_on <= %(as_of)s
          AND NOT EXISTS (SELECT FROM ledger_charge c WHERE c.corrects_id = x.id)
        """,
    ),
    "payments": (
        {
            "payment_id": "BIGINT",
            "account_id": "BIGINT",
            "charge_id": "BIGINT",
            "paid_on": "DATE",
            "amount": MONEY,
        },
        """
        SELECT x.id, x.account_id, x.charge_id, x.paid_on, x.amount
        FROM ledger_payment x WHERE x.paid_on <= %(as_of)s
          AND NOT EXISTS (SELECT FROM ledger_payment c WHERE c.corrects_id = x.id)
        """,
    ),
    "adjustments": (
        {
            "account_id": "BIGINT",
            "charge_id": "BIGINT",
            "payment_id": "BIGINT",
            "effective_on": "DATE",
            "kind": "VARCHAR",
            "amount": MONEY,
        },
        """
        SELECT x.account_id, coalesce(x.charge_id, p.charge_id), x.payment_id, x.effective_on, x.kind, x.amount
        FROM ledger_adjustment x LEFT JOIN ledger_payment p ON p.id = x.payment_id
        WHERE x.effective_on <= %(as_of)s
          AND NOT EXISTS (SELECT FROM ledger_adjustment c WHERE c.corrects_id = x.id)
          AND NOT EXISTS (SELECT FROM ledger_payment c WHERE c.corrects_id = x.payment_id)
        """,
    ),
    "holds": (
        {
            "party_id": "BIGINT",
            "account_id": "BIGINT",
            "kind": "VARCHAR",
            "from_on": "DATE",
            "until_on": "DATE",
        },
        """
        SELECT x.party_id, x.account_id, x.kind, x.from_on, least(x.until_on, r.released_on)
        FROM ledger_hold x
        LEFT JOIN (
            SELECT hold_id, min(released_on) AS released_on FROM ledger_holdrelease r
            WHERE released_on <= %(as_of)s AND NOT EXISTS (SELECT FROM ledger_holdrelease c WHERE c.corrects_id = r.id)
            GROUP BY hold_id
        ) r ON r.hold_id = x.id
        WHERE x.from_on <= %(as_of)s AND NOT EXISTS (SELECT FROM ledger_hold c WHERE c.corrects_id = x.id)
        """,
    ),
    "contacts": (
        {
            "party_id": "BIGINT",
            "happened_at": "TIMESTAMP",
            "local_date": "DATE",
            "local_hour": "INTEGER",
            "direction": "VARCHAR",
            "channel": "VARCHAR",
            "purpose": "VARCHAR",
            "actor": "VARCHAR",
            "connected": "BOOLEAN",
            "conversation": "BOOLEAN",
            "answered_by": "VARCHAR",
            "outcome": "VARCHAR",
            "contact_point_id": "BIGINT",
            "creditor": "VARCHAR",
        },
        """
        SELECT * FROM (
            SELECT x.party_id, x.happened_at AT TIME ZONE 'UTC',
                   (x.happened_at AT TIME ZONE z.zone)::date AS local_date,
                   extract(hour FROM x.happened_at AT TIME ZONE z.zone)::int, x.direction, x.channel, x.purpose,
                   x.actor, x.connected, x.conversation, x.answered_by, x.outcome, x.contact_point_id, a.creditor
            FROM ledger_contact x
            LEFT JOIN ledger_account a ON a.id = x.account_id
            LEFT JOIN (
                SELECT DISTINCT ON (party_id) party_id, time_zone FROM ledger_partydetail
                ORDER BY party_id, (valid_from <= %(as_of)s) DESC, abs(valid_from - %(as_of)s), id DESC
            ) d ON d.party_id = x.party_id
            CROSS JOIN LATERAL (
                SELECT coalesce(nullif(split_part(x.time_zones, ',', 1), ''), d.time_zone, %(zone)s) AS zone
            ) z
            WHERE NOT EXISTS (SELECT FROM ledger_contact c WHERE c.corrects_id = x.id)
        ) dated WHERE local_date <= %(as_of)s
        """,
    ),
    "contact_points": (
        {
            "contact_point_id": "BIGINT",
            "party_id": "BIGINT",
            "channel": "VARCHAR",
            "quality": "VARCHAR",
            "valid_from": "DATE",
            "valid_until": "DATE",
        },
        """
        SELECT x.id, x.party_id, x.channel, x.quality, x.valid_from, x.valid_until
        FROM ledger_contactpoint x
        WHERE NOT EXISTS (SELECT FROM ledger_contactpoint c WHERE c.corrects_id = x.id)
        """,
    ),
    "consents": (
        {
            "party_id": "BIGINT",
            "stance": "VARCHAR",
            "granted_to": "VARCHAR",
            "purpose": "VARCHAR",
            "channel": "VARCHAR",
            "contact_point_id": "BIGINT",
            "valid_from": "DATE",
            "valid_until": "DATE",
        },
        """
        SELECT x.party_id, x.stance, x.granted_to, x.purpose, coalesce(x.channel, p.channel), x.contact_point_id,
               x.valid_from, least(x.valid_until, r.revoked_on)
        FROM ledger_consent x
        LEFT JOIN ledger_contactpoint p ON p.id = x.contact_point_id
        LEFT JOIN (
            SELECT consent_id, min(revoked_on) AS revoked_on FROM ledger_consentrevocation r
            WHERE revoked_on <= %(as_of)s
              AND NOT EXISTS (SELECT FROM ledger_consentrevocation c WHERE c.corrects_id = r.id)
            GROUP BY consent_id
        ) r ON r.consent_id = x.id
        WHERE x.valid_from <= %(as_of)s AND NOT EXISTS (SELECT FROM ledger_consent c WHERE c.corrects_id = x.id)
        """,
    ),
    "wishes": (
        {
            "party_id": "BIGINT",
            "stance": "VARCHAR",
            "days": "VARCHAR",
            "from_minute": "INTEGER",
            "until_minute": "INTEGER",
            "place": "VARCHAR",
            "channel": "VARCHAR",
            "contact_point_id": "BIGINT",
            "valid_from": "DATE",
            "valid_until": "DATE",
        },
        # Wishes of days to come are told too: they say on which day a contact will be lawful.
        """
        SELECT x.party_id, x.stance, x.days, x.from_minute, x.until_minute, x.place, coalesce(x.channel, p.channel),
               x.contact_point_id, x.valid_from, least(x.valid_until, r.revoked_on)
        FROM ledger_wish x
        LEFT JOIN ledger_contactpoint p ON p.id = x.contact_point_id
        LEFT JOIN (
            SELECT wish_id, min(revoked_on) AS revoked_on FROM ledger_wishrevocation r
            WHERE revoked_on <= %(as_of)s
              AND NOT EXISTS (SELECT FROM ledger_wishrevocation c WHERE c.corrects_id = r.id)
            GROUP BY wish_id
        ) r ON r.wish_id = x.id
        WHERE NOT EXISTS (SELECT FROM ledger_wish c WHERE c.corrects_id = x.id)
        """,
    ),
    "signals": (
        {
            "party_id": "BIGINT",
            "account_id": "BIGINT",
            "source_kind": "VARCHAR",
            "kind": "VARCHAR",
            "happened_on": "DATE",
            "number": "DECIMAL(18,6)",
            "code": "VARCHAR",
        },
        """
        SELECT x.party_id, x.account_id, x.source_kind, x.kind, x.happened_on, x.number, x.code
        FROM ledger_signal x WHERE x.happened_on <= %(as_of)s
          AND NOT EXISTS (SELECT FROM ledger_signal c WHERE c.corrects_id = x.id)
        """,
    ),
}


def data_version() -> str:
    """This function will return a digest of all that was ever loaded, whatever the order it came in."""
    digest = sha256()
    seen = Batch.objects.values_list("source", "origin_digest", "mapping_digest", "content")
    for line in sorted(repr(batch) for batch in seen):
        digest.update(line.encode())
    return digest.hexdigest()


def write(folder: Path, *, as_of: date, progress: Callable[[str], object] = lambda table: None) -> None:
    """This function will write every table as of the date; all of them show one and the same moment of the ledger."""
    with transaction.atomic(), duckdb.connect() as converter, TemporaryDirectory(dir=folder) as spool:
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        for name, (columns, query) in TABLES.items():
            progress(name)
            csv = Path(spool) / f"{name}.csv"
            _copy_out(csv, query, {"as_of": as_of, "zone": house_zone()})
            _to_parquet(converter, csv, folder / f"{name}.parquet", columns)
            csv.unlink()


def _copy_out(csv: Path, query: LiteralString, parameters: dict[str, Any]) -> None:
    statement = sql.SQL("COPY ({}) TO STDOUT (FORMAT CSV)").format(sql.SQL(query))
    with connection.cursor() as cursor, csv.open("wb") as out, cursor.copy(statement, parameters) as copy:
        for block in copy:
            out.write(block)


def _to_parquet(converter: duckdb.DuckDBPyConnection, csv: Path, target: Path, columns: dict[str, str]) -> None:
    """This function will turn what PostgreSQL wrote into a Parquet file; nothing about its form is guessed."""
    converter.execute(
        """
        COPY (SELECT * FROM read_csv($csv, columns = $columns, header = false, auto_detect = false,
                                     delim = ',', quote = '"', escape = '"', nullstr = ''))
        TO $target (FORMAT parquet, COMPRESSION zstd)
        """,
        {"csv": str(csv), "columns": columns, "target": str(target)},
    )
