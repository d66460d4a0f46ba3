"""One stream of facts about a customer, the latest first: money, contacts, holds, signals, consents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection

MOST = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One line of the stream; which of the codes are filled depends on the kind."""

    on: date
    at: datetime | None
    kind: str
    code: str | None
    detail: str | None
    amount: Decimal | None
    currency: str | None
    account: str | None
    who: str | None


_LIVING = "NOT EXISTS (SELECT FROM {table} y WHERE y.corrects_id = x.id)"
_ACCOUNTS = """
    SELECT DISTINCT a.id, a.external_id, a.currency FROM ledger_partyrole r JOIN ledger_account a ON a.id = r.account_id
    WHERE r.party_id = %(party)s AND r.role = 'primary'
"""
_STREAM = f"""
    WITH own AS ({_ACCOUNTS}), told AS (
        SELECT x.due_on AS on_day, NULL::timestamptz AS at, 'charge' AS kind, x.component AS code, NULL AS detail,
               x.amount, o.currency, o.external_id AS account, NULL AS who, x.id
        FROM ledger_charge x JOIN own o ON o.id = x.account_id WHERE {_LIVING.format(table="ledger_charge")}
        UNION ALL
        SELECT x.paid_on, NULL, 'payment', x.method, NULL, x.amount, o.currency, o.external_id, NULL, x.id
        FROM ledger_payment x JOIN own o ON o.id = x.account_id WHERE {_LIVING.format(table="ledger_payment")}
        UNION ALL
        SELECT x.effective_on, NULL, 'adjustment', x.kind, NULL, x.amount, o.currency, o.external_id, NULL, x.id
        FROM ledger_adjustment x JOIN own o ON o.id = x.account_id WHERE {_LIVING.format(table="ledger_adjustment")}
        UNION ALL
        SELECT (x.happened_at AT TIME ZONE %(zone)s)::date, x.happened_at, 'contact', x.channel, x.outcome, NULL, NULL,
               NULL, coalesce(x.staff, x.agency, x.actor), x.id
        FROM ledger_contact x WHERE x.party_id = %(party)s AND {_LIVING.format(table="ledger_contact")}
        UNION ALL
        SELECT x.from_on, NULL, 'hold', x.kind, x.until_on::text, NULL, NULL, NULL, NULL, x.id
        FROM ledger_hold x WHERE x.party_id = %(party)s AND {_LIVING.format(table="ledger_hold")}
        UNION ALL
        SELECT x.happened_on, NULL, 'signal', x.kind, x.code, NULL, NULL, NULL, NULL, x.id
        FROM ledger_signal x WHERE x.party_id = %(party)s AND {_LIVING.format(table="ledger_signal")}
        UNION ALL
        SELECT x.valid_from, NULL, 'consent', x.stance, x.channel, NULL, NULL, NULL, NULL, x.id
        FROM ledger_consent x WHERE x.party_id = %(party)s AND {_LIVING.format(table="ledger_consent")}
    )
    SELECT on_day, at, kind, code, detail, amount, currency, account, who FROM told
    WHERE on_day <= %(on)s ORDER BY on_day DESC, at DESC NULLS LAST, kind, id DESC LIMIT %(most)s
"""  # noqa: S608 - of constants of this file alone.


def stream(party: int, *, on: date, zone: str, most: int = MOST) -> list[Fact]:
    """This function will tell what happened with a customer until a day, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_STREAM, {"party": party, "on": on, "zone": zone, "most": most})
        rows: list[Any] = cursor.fetchall()
    names = ("on", "at", "kind", "code", "detail", "amount", "currency", "account", "who")
    return [Fact(**dict(zip(names, row, strict=True))) for row in rows]
