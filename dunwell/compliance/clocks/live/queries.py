"""Reading the clocks of all accounts from the ledger: thousands at a time, each table asked once for them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, LiteralString
from zoneinfo import ZoneInfo

from django.db import connection

from dunwell.compliance.clocks.guarantee import Standing, standing
from dunwell.compliance.clocks.limitation import Limited, limitation
from dunwell.compliance.clocks.live import claims
from dunwell.compliance.clocks.live.claims import Charged, Contacted, Credited, Facts, Guarantor, Signalled
from dunwell.compliance.clocks.reading import guarantee_law, limitation_law
from dunwell.compliance.clocks.reasons import Reason, because
from dunwell.compliance.clocks.terms import Guarantee as GuaranteeTerms
from dunwell.compliance.clocks.terms import Law
from dunwell.compliance.clocks.terms import Limitation as LimitationTerms
from dunwell.ledger.models import Account
from dunwell.ledger.zones import house_zone

ACCOUNTS_PER_STEP = 5_000
# A fact that was corrected counts for no day at all. `%(ids)s` are accounts or parties, `%(on)s` is the day.
ACCOUNTS: LiteralString = """
    SELECT a.id, a.source || '/' || a.external_id, a.external_id, a.product_line, t.closed_on
    FROM ledger_account a
    LEFT JOIN LATERAL (
        SELECT closed_on FROM ledger_accountterms WHERE account_id = a.id
        ORDER BY (valid_from <= %(on)s) DESC, abs(valid_from - %(on)s), id DESC LIMIT 1
    ) t ON true
    WHERE a.id > %(after)s AND NOT EXISTS (SELECT FROM ledger_account c WHERE c.corrects_id = a.id)
    ORDER BY a.id LIMIT %(limit)s
"""
CHARGES: LiteralString = """
    SELECT account_id, id, due_on, amount FROM ledger_charge x
    WHERE account_id = ANY(%(ids)s) AND booked_on <= %(on)s
      AND NOT EXISTS (SELECT FROM ledger_charge c WHERE c.corrects_id = x.id)
"""
# A payment counts for what was not taken back of it by the day.
PAYMENTS: LiteralString = """
    SELECT x.account_id, x.charge_id, x.paid_on, x.amount - coalesce(b.amount, 0), true
    FROM ledger_payment x
    LEFT JOIN (
        SELECT payment_id, sum(amount) AS amount FROM ledger_adjustment j
        WHERE account_id = ANY(%(ids)s) AND payment_id IS NOT NULL AND effective_on <= %(on)s
          AND kind IN ('chargeback', 'reversal')
          AND NOT EXISTS (SELECT FROM ledger_adjustment c WHERE c.corrects_id = j.id)
        GROUP BY payment_id
    ) b ON b.payment_id = x.id
    WHERE x.account_id = ANY(%(ids)s) AND x.paid_on <= %(on)s
      AND NOT EXISTS (SELECT FROM ledger_payment c WHERE c.corrects_id = x.id)
"""
ADJUSTMENTS: LiteralString = """
    SELECT account_id, charge_id, effective_on,
           CASE WHEN kind IN ('chargeback', 'reversal') THEN -amount ELSE amount END, false
    FROM ledger_adjustment x
    WHERE account_id = ANY(%(ids)s) AND payment_id IS NULL AND effective_on <= %(on)s AND kind <> 'write_off'
      AND NOT EXISTS (SELECT FROM ledger_adjustment c WHERE c.corrects_id = x.id)
"""
ROLES: LiteralString = """
    SELECT r.account_id, r.party_id, p.source || '/' || p.external_id, r.role, r.valid_from
    FROM ledger_partyrole r JOIN ledger_party p ON p.id = r.party_id
    WHERE r.account_id = ANY(%(ids)s) AND r.role IN ('primary', 'co_debtor', 'guarantor') AND r.valid_from <= %(on)s
      AND NOT EXISTS (SELECT FROM ledger_partyrole c WHERE c.corrects_id = r.id)
    ORDER BY r.id
"""
CONTACTS: LiteralString = """
    SELECT x.party_id, x.happened_at, x.time_zones, x.channel, x.connected, x.answered_by, x.conversation,
           a.external_id, x.debts_intended, x.debts_discussed
    FROM ledger_contact x LEFT JOIN ledger_account a ON a.id = x.account_id
    WHERE x.party_id = ANY(%(ids)s) AND x.direction = 'outbound' AND x.purpose = 'collection'
      AND x.happened_at < (%(on)s::date + 2)
      AND NOT EXISTS (SELECT FROM ledger_contact c WHERE c.corrects_id = x.id)
"""
SIGNALS: LiteralString = """
    SELECT x.party_id, x.account_id, x.kind, x.happened_on FROM ledger_signal x
    WHERE x.party_id = ANY(%(ids)s) AND x.kind = ANY(%(kinds)s) AND x.happened_on <= %(on)s
      AND NOT EXISTS (SELECT FROM ledger_signal c WHERE c.corrects_id = x.id)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticking:
    """One clock of one account: its limitation, or the guarantee of one guarantor (named by his id)."""

    account: str
    product_line: str
    clock: str
    guarantor: str | None
    state: str
    last_day: date | None
    possibly_until: date | None
    certain: bool
    restarts: tuple[Reason, ...]
    reasons: tuple[Reason, ...]


def count_accounts() -> int:
    return Account.objects.count()


def ticking(*, on: date, place: str, progress: Callable[[int], None] | None = None) -> Iterator[Ticking]:
    """This function will read the clocks of every account that still owes something, by the law of the place.

    `progress` is told how many accounts were looked at in each step.
    """
    laws = limitation_law(place), guarantee_law(place)
    after = 0
    while rows := _rows(ACCOUNTS, after=after, on=on, limit=ACCOUNTS_PER_STEP):
        after = rows[-1][0]
        for facts in gathered(rows, on=on):
            yield from clocks_of(facts, laws=laws, on=on)
        if progress:
            progress(len(rows))


def clocks_of(facts: Facts, *, laws: tuple[Law[LimitationTerms], Law[GuaranteeTerms]], on: date) -> Iterator[Ticking]:
    """This function will read the clocks of one account: none if nothing is owed."""
    limits, guarantees = laws
    terms = limits.entries[-1].parameters
    owed = claims.opened(facts, terms=terms)
    if owed is None:
        return
    limited = limitation(claims.claim(facts, owed=owed), law=limits, on=on)
    extra = _more(facts) if claims.more_to_come(facts, owed=owed, on=on, one_debt=terms.one_debt) else ()
    yield _limitation(facts, limited, extra=extra)
    for guarantor in facts.guarantors:
        told = claims.guarantee(facts, guarantor=guarantor, owed=owed)
        yield _guarantee(facts, standing(told, law=guarantees, limits=limits, on=on), who=guarantor.name, extra=extra)


def _more(facts: Facts) -> tuple[Reason, ...]:
    en = "the account is not closed: a later instalment may exist that was not told"
    return (because("", en=en, zh="账户未关闭：可能另有尚未告知的后续分期"),)


def _limitation(facts: Facts, limited: Limited, *, extra: tuple[Reason, ...]) -> Ticking:
    return Ticking(
        account=facts.account,
        product_line=facts.product_line,
        clock="limitation",
        guarantor=None,
        state=limited.state,
        last_day=limited.expires_on,
        possibly_until=limited.possibly_until,
        certain=limited.certain and not extra,
        restarts=limited.restarts,
        reasons=(*limited.reasons, *extra),
    )


def _guarantee(facts: Facts, found: Standing, *, who: str, extra: tuple[Reason, ...]) -> Ticking:
    return Ticking(
        account=facts.account,
        product_line=facts.product_line,
        clock="guarantee",
        guarantor=who,
        state=found.state,
        last_day=found.last_day,
        possibly_until=None,
        certain=found.certain and not extra,
        restarts=(),
        reasons=(*found.reasons, *extra),
    )


def gathered(accounts: list[tuple[Any, ...]], *, on: date) -> Iterator[Facts]:
    """This function will gather the facts of some accounts."""
    facts = {
        row[0]: Facts(account=row[1], external_id=row[2], product_line=row[3], closed_on=row[4]) for row in accounts
    }
    ids = list(facts)
    for account, charge, due_on, amount in _rows(CHARGES, ids=ids, on=on):
        facts[account].charges.append(Charged(id=charge, due_on=due_on, amount=amount))
    for statement in (PAYMENTS, ADJUSTMENTS):
        for account, charge, day, amount, payment in _rows(statement, ids=ids, on=on):
            facts[account].credits.append(Credited(charge=charge, on=day, amount=Decimal(amount), payment=payment))
    _people(facts, on=on)
    return iter(facts.values())


def _people(facts: dict[int, Facts], *, on: date) -> None:
    """This function will add who owes or stands for an account, and what happened to these people."""
    accounts_of: dict[int, set[int]] = defaultdict(set)
    for account, party, name, role, since in _rows(ROLES, ids=list(facts), on=on):
        accounts_of[party].add(account)
        if role == "guarantor":
            facts[account].guarantors.append(Guarantor(party=party, name=name, since=since))
        else:
            facts[account].debtors.add(party)
    parties = list(accounts_of)
    for row in _rows(CONTACTS, ids=parties, on=on):
        contact = _contact(row)
        for account in accounts_of[contact.party]:
            facts[account].contacts.append(contact)
    kinds = [*claims.PROMISES, *claims.SUITS]
    for party, named, kind, day in _rows(SIGNALS, ids=parties, on=on, kinds=kinds):
        for account in accounts_of[party] if named is None else accounts_of[party] & {named}:
            # What a guarantor promised, or was sued for, says nothing of the debtor's clock.
            if party in facts[account].debtors:
                facts[account].signals.append(Signalled(kind=kind, on=day, of_account=named is not None))


def _contact(row: tuple[Any, ...]) -> Contacted:
    party, at, zones, channel, connected, answered_by, conversation, account, intended, discussed = row
    told = {name.strip() for text in (account, intended, discussed) if text for name in text.split(",")}
    return Contacted(
        party=party,
        on=_local_day(at, zones=zones),
        channel=channel,
        connected=connected,
        answered_by=answered_by,
        conversation=conversation,
        accounts=frozenset(told),
    )


def _local_day(at: datetime, *, zones: str | None) -> date:
    """This function will give the day where the person is; of several places the one with the earliest day."""
    names = [name.strip() for name in zones.split(",")] if zones else [house_zone()]
    return min(at.astimezone(_zone(name)).date() for name in names)


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def _rows(statement: LiteralString, **parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def by_state(clocks: Iterable[Ticking]) -> dict[tuple[str, str], int]:
    """This function will count clocks by what they are and how they stand."""
    counts: dict[tuple[str, str], int] = defaultdict(int)
    for one in clocks:
        counts[one.clock, one.state] += 1
    return dict(sorted(counts.items()))
