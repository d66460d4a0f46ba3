"""Reading for those who want to contact somebody: who he is to the ledger, and what was tried and refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from dunwell.facts.errors import DunwellError
from dunwell.ledger.models import Account, Party


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressee:
    """A customer as a command or a page names him, with the account that the contact is about."""

    party: int
    account: int | None
    account_name: str | None
    creditor: str
    product_line: str | None


def addressee(customer: str, *, account: str | None = None) -> Addressee:
    """This function will find a customer by `SOURCE/EXTERNAL_ID`; without an account he must owe to one creditor only.

    Raises DunwellError where he, or what he owes to whom, cannot be told.
    """
    party, source = party_of(customer), customer.partition("/")[0]
    owed = Account.objects.filter(partyrole__party=party).distinct().order_by("id")
    if account is not None:
        name = account.removeprefix(f"{source}/")
        chosen = owed.filter(external_id=name).first()
        if chosen is None:
            raise _unknown(f"{customer} has no account {account!r}", f"name one of {_names(owed)}")
        return Addressee(
            party=party,
            account=chosen.id,
            account_name=chosen.external_id,
            creditor=chosen.creditor,
            product_line=chosen.product_line,
        )
    creditors = {one.creditor for one in owed}
    if len(creditors) != 1:
        raise _unknown(f"{customer} owes to {len(creditors)} creditors", f"say for which account: {_names(owed)}")
    lines = {one.product_line for one in owed}
    return Addressee(
        party=party,
        account=owed[0].id if len(owed) == 1 else None,
        account_name=owed[0].external_id if len(owed) == 1 else None,
        creditor=creditors.pop(),
        product_line=lines.pop() if len(lines) == 1 else None,
    )


def _names(accounts: Any) -> str:
    names = [one.external_id for one in accounts[:10]]
    return ", ".join(names) or "none: nobody has told of any"


def _unknown(problem: str, cure: str) -> DunwellError:
    return DunwellError(problem, place="contact", cure=cure)


def party_of(customer: str) -> int:
    """This function will find the party that a customer is; raises DunwellError where there is none."""
    source, _, external_id = customer.partition("/")
    party = Party.objects.filter(source=source, external_id=external_id).first()
    if party is None:
        raise _unknown(f"there is no customer {customer!r}", "write SOURCE/EXTERNAL_ID as the plan prints it")
    return party.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One line of the gate's history: an attempt with its permit, or a refusal with its rules."""

    at: datetime
    contact: int | None
    channel: str
    actor: str
    staff: str | None
    agency: str | None
    # "used", "unused", "none" for what outside systems told; rule ids, joined by `;`, for a refusal.
    permit: str
    rules: str
    outcome: str | None


_HISTORY = """
    SELECT * FROM (
        SELECT x.happened_at AS at, x.id AS contact, x.channel, x.actor, x.staff, x.agency,
               CASE WHEN u.permit_id IS NOT NULL THEN 'used' WHEN p.contact_id IS NOT NULL THEN 'unused'
                    ELSE 'none' END AS permit,
               '' AS rules, x.outcome
        FROM ledger_contact x
        LEFT JOIN compliance_permit p ON p.contact_id = coalesce(x.corrects_id, x.id)
        LEFT JOIN compliance_permituse u ON u.permit_id = p.contact_id
        WHERE x.party_id = %(party)s AND x.direction = 'outbound'
          AND NOT EXISTS (SELECT FROM ledger_contact c WHERE c.corrects_id = x.id)
        UNION ALL
        SELECT r.refused_at, NULL, r.channel, r.actor, r.staff, r.agency, '', r.rules, NULL
        FROM compliance_gaterefusal r WHERE r.party_id = %(party)s
    ) AS told ORDER BY at DESC LIMIT %(most)s
"""


def history(party: int, *, most: int = 50) -> list[Tried]:
    """This function will list what was tried and what was refused with a party, the latest first."""
    with connection.cursor() as cursor:
        cursor.execute(_HISTORY, {"party": party, "most": most})
        names = [column.name for column in cursor.description]
        return [Tried(**dict(zip(names, row, strict=True))) for row in cursor.fetchall()]
