"""What is left of each charge of a customer's accounts, by the ledger as it stands; and what was let go before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from dunwell.database import run
from dunwell.ledger.kinds import Component
from dunwell.ledger.models import Account, Charge
from dunwell.portrait import rules
from dunwell.portrait.queries import left_of_charges
from dunwell.settle.relief.rules import Line, Table, Unpaid

# What was granted in the period, told by whomever: an import's waivers count like the desk's. One that names no charge
# counts as principal, the strictest. Settlements that still await their sum count as given.
_BEFORE = """
    WITH own AS (
        SELECT DISTINCT a.id, a.currency FROM ledger_partyrole r JOIN ledger_account a ON a.id = r.account_id
        WHERE r.party_id = %(party)s AND r.role = 'primary'
          AND NOT EXISTS (SELECT FROM ledger_partyrole c WHERE c.corrects_id = r.id)
    )
    SELECT account, component, currency, sum(amount) FROM (
        SELECT x.account_id AS account, own.currency, coalesce(c.component, 'principal') AS component, x.amount
        FROM ledger_adjustment x JOIN own ON own.id = x.account_id LEFT JOIN ledger_charge c ON c.id = x.charge_id
        WHERE x.kind = 'waiver' AND x.effective_on > %(since)s
          AND NOT EXISTS (SELECT FROM ledger_adjustment y WHERE y.corrects_id = x.id)
        UNION ALL
        SELECT c.account_id, r.currency, c.component, l.amount
        FROM settle_relief r JOIN settle_reliefline l ON l.relief_id = r.id JOIN ledger_charge c ON c.id = l.charge_id
        WHERE r.party_id = %(party)s AND r.id <> %(but)s
          AND EXISTS (SELECT FROM settle_reliefact a WHERE a.relief_id = r.id AND a.step = 'agreed')
          AND NOT EXISTS (SELECT FROM settle_reliefact a WHERE a.relief_id = r.id AND a.step IN ('granted', 'lapsed'))
    ) given GROUP BY account, component, currency
"""


def unpaid(found: Iterable[Account], *, on: date) -> list[Unpaid]:
    """This function will list what is left of the accounts' charges, the oldest first."""
    left = [_left(charge, amount) for charge, amount in left_of_charges(list(found), on=on) if amount]
    return sorted(left, key=lambda one: (one.due_on, one.charge))


def _left(charge: Charge, amount: Decimal) -> Unpaid:
    return Unpaid(
        charge=charge.pk,
        account=charge.account_id,
        component=Component(charge.component),
        due_on=charge.due_on,
        amount=amount,
    )


def lines(
    party: int,
    *,
    left: Iterable[Unpaid],
    asked: Mapping[int, Decimal],
    currency: str,
    table: Table,
    on: date,
    but: int = 0,
) -> list[Line]:
    """This function will put together, component by component of each account, what the authority table judges.

    `asked` is by charge; `but` is the proposal itself, which does not count as earlier relief. What other currencies
    were worth is counted too; one that the table does not list counts one for one.
    """
    sums: dict[tuple[int, Component], list[Decimal]] = defaultdict(lambda: [Decimal(0)] * 3)
    rate = table.rate(currency) or Decimal(1)
    for one in left:
        here = sums[one.account, one.component]
        here[0] += asked.get(one.charge, Decimal(0)) * rate
        here[1] += one.amount * rate
    told = {"party": party, "since": rules.months_before(on, months=table.months), "but": but}
    for account, component, of, amount in run(_BEFORE, told):
        sums[account, Component(component)][2] += amount * (table.rate(of) or Decimal(1))
    return [
        Line(account=account, component=component, asked=here[0], owed=here[1], before=here[2])
        for (account, component), here in sorted(sums.items())
    ]
