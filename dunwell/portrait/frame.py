"""Where every account stands, and who every customer is: two Ibis expressions over the tables of a snapshot.

Money stays DECIMAL throughout: DuckDB widens sums to 38 digits, which are slow to carry, so they are cast back at
once. Ids only join rows; nothing is ordered by them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import ibis
from ibis import _

from dunwell.ledger.kinds import AdjustmentKind
from dunwell.portrait.rules import COMPONENT_ORDER, LOWERS, TAKES_BACK, Terms

MONEY = "decimal(18,3)"
NOTHING = ibis.literal("0", type="string").cast(MONEY)
# A place in a queue is a day (or a component, then a day), then an amount in thousandths: of two that else are equal the
# smaller goes first. Amounts above 549 million count as equal, so that year 9999 and the amount share 63 bits.
AMOUNTS = 2**39
DAYS_MAX = 3_000_000
HEAD = -(2**62)

Tables = Mapping[str, ibis.Table]


# ---- positions -------------------------------------------------------------------------------------------------------


def positions(tables: Tables, *, as_of: date, terms: Terms) -> ibis.Table:
    """This function will say where every account stands: what is owed, since when, and how many days count.

    `tables` hold only facts that have taken effect by `as_of`. One row an account, with or without charges. An amount
    is in the account's own currency. The rules are those of `rules.position`, which judges this expression.
    """
    credits = signed_credits(tables)
    directed = _directed(tables["charges"], credits)
    free, aside = _pools(credits, directed)
    unpaid = _allocated(_queues(tables, terms, directed=directed, free=free))
    # An alias makes the engine work a table out once, although two others read it.
    totals = unpaid.group_by("account_id").agg(**_totals(unpaid, as_of=as_of)).alias("position_totals")
    held = _held_days(_holds_of_accounts(tables), totals, as_of=as_of)
    rows = _with_grace(tables["accounts"], terms)
    for beside in (totals, aside, held, _written_off(tables)):
        rows = rows.left_join(beside, "account_id").drop("account_id_right")
    rows = rows.join(tables["parties"].select("party_id", "customer"), "party_id")
    return _counted(rows, as_of=as_of, terms=terms)


def signed_credits(tables: Tables) -> ibis.Table:
    """This function will list what lowers the debt (above zero) and what was taken back again (below)."""
    payments = tables["payments"].select("account_id", "charge_id", "amount")
    adjustments = tables["adjustments"]
    lowers, takes = ([kind.value for kind in kinds] for kinds in (LOWERS, TAKES_BACK))
    signed = adjustments.filter(_.kind.isin([*lowers, *takes])).select(
        "account_id", "charge_id", amount=_.kind.isin(lowers).ifelse(_.amount, -_.amount).cast(MONEY)
    )
    return payments.union(signed)


def _directed(charges: ibis.Table, credits: ibis.Table) -> ibis.Table:
    """This function will say how much of the credit directed at a charge the charge could take: `applied` of `net`."""
    nets = credits.filter(_.charge_id.notnull()).group_by("charge_id").agg(net=_.amount.sum().cast(MONEY))
    rows = nets.join(charges.select("charge_id", "account_id", "amount"), "charge_id")
    applied = ibis.least(ibis.greatest(rows.net, NOTHING), rows.amount)
    return rows.select("charge_id", "account_id", "net", applied=applied).alias("position_directed")


def _pools(credits: ibis.Table, directed: ibis.Table) -> tuple[ibis.Table, ibis.Table]:
    """This function will sum up, account by account, the credit that is free to pay any charge, and what lies aside.

    Free is what was directed at no charge and what a charge could not take; never below zero, for no more can be taken
    back than came. Aside lies what is directed at charges that are not booked yet.
    """
    bound = credits.charge_id.notnull()
    came = credits.select(
        "account_id", free=bound.ifelse(NOTHING, credits.amount), aside=bound.ifelse(credits.amount, NOTHING)
    )
    moved = directed.select("account_id", free=(_.net - _.applied).cast(MONEY), aside=(-_.net).cast(MONEY))
    pools = came.union(moved).group_by("account_id").agg(free=_.free.sum().cast(MONEY), aside=_.aside.sum().cast(MONEY))
    pools = pools.alias("position_pools")
    return pools.filter(_.free > 0).drop("aside"), pools.filter(_.aside > 0).drop("free")


def _queues(tables: Tables, terms: Terms, *, directed: ibis.Table, free: ibis.Table) -> ibis.Table:
    """This function will line up what each account owes and can spend: one row a charge, one for its free credit.

    `unpaid` is what a charge's own, directed credit has left of it. The free credit stands first, below zero.
    """
    rows = tables["charges"].left_join(directed.select("charge_id", "applied"), "charge_id")
    rows = rows.mutate(unpaid=(rows.amount - rows.applied.fill_null(NOTHING)).cast(MONEY))
    charges = in_line(rows, accounts=tables["accounts"], terms=terms)
    head = free.select(
        "account_id",
        place=ibis.literal(HEAD, type="int64"),
        due_on=ibis.null("date"),
        rank=ibis.null("int8"),
        unpaid=(-free.free).cast(MONEY),
    )
    return charges.select(*head.columns).union(head)


def in_line(charges: ibis.Table, *, accounts: ibis.Table, terms: Terms) -> ibis.Table:
    """This function will give each charge its `place` in the queue of its account, and the `rank` of its component.

    The place is one whole number, because engines sort by one key fastest: the due date and the rank, in the order of
    the product line, then the amount, so that of two charges that are else equal the smaller goes first.
    """
    day = charges.due_on.delta(ibis.date("1970-01-01"), unit="day")
    rank = _rank(charges.component)
    rows = charges.mutate(rank=rank, place=day * len(COMPONENT_ORDER) + rank)
    lines = [line.value for line, product in terms.products.items() if product.allocation == "component_first"]
    if lines:
        chosen = accounts.filter(_.product_line.isin(lines)).select("account_id", by_component=True)
        rows = rows.left_join(chosen, "account_id").drop("account_id_right")
        day = rows.due_on.delta(ibis.date("1970-01-01"), unit="day")
        by_component = rows["rank"].cast("int64") * DAYS_MAX + day
        rows = rows.mutate(place=rows.by_component.fill_null(False).ifelse(by_component, rows.place))
    amount = ibis.least((rows.unpaid * 1000).cast("int64"), AMOUNTS - 1)
    return rows.mutate(place=rows.place * AMOUNTS + amount)


def _rank(component: Any) -> Any:
    """This function will number the components in the order in which they are paid."""
    *first, last = (component_.value for component_ in COMPONENT_ORDER)
    places = [(name, ibis.literal(number, type="int8")) for number, name in enumerate(first)]
    return component.cases(*places, else_=ibis.literal(len(first), type="int8"))


def _allocated(queues: ibis.Table) -> ibis.Table:
    """This function will let the credit at the head of each queue pay: `rest` is what is left of each charge.

    A charge is unpaid as far as the running sum of its queue lies above zero.
    """
    running = ibis.window(group_by="account_id", order_by="place", rows=(None, 0))
    summed = queues.mutate(through=_.unpaid.sum().over(running).cast(MONEY))
    rest = ibis.least(summed.unpaid, ibis.greatest(summed.through, NOTHING))
    return summed.mutate(rest=summed["rank"].notnull().ifelse(rest, NOTHING))


def _totals(unpaid: ibis.Table, *, as_of: date) -> dict[str, Any]:
    """This function will sum up the queue of an account; `balance`, its end, is what it owes, below zero what is over."""
    costs = {
        f"outstanding_{component.value}": unpaid.rest.sum(where=unpaid["rank"] == number).fill_null(NOTHING).cast(MONEY)
        for number, component in enumerate(COMPONENT_ORDER[:-1])
    }
    return {
        **costs,
        "balance": unpaid.through.max(),
        "overdue": unpaid.rest.sum(where=unpaid.due_on < as_of).fill_null(NOTHING).cast(MONEY),
        "oldest_unpaid_due_on": unpaid.due_on.min(where=(unpaid.rest > 0) & (unpaid.due_on <= as_of)),
        "open_charges": unpaid.count(where=unpaid.rest > 0),
    }


def _written_off(tables: Tables) -> ibis.Table:
    marks = tables["adjustments"].filter(_.kind == AdjustmentKind.WRITE_OFF.value)
    return marks.select("account_id").distinct().mutate(written_off=ibis.literal(True))


def _with_grace(accounts: ibis.Table, terms: Terms) -> ibis.Table:
    """This function will give every account its days of grace: its own, else those of its product line."""
    grace = [(line.value, product.grace_days) for line, product in terms.products.items()]
    return accounts.select(
        "account_id", "party_id", "account", "product_line", "creditor", "currency", "credit_limit",
        grace=_.grace_days.fill_null(_.product_line.cases(*grace, else_=0)).cast("int64"),
    )  # fmt: skip


def _holds_of_accounts(tables: Tables) -> ibis.Table:
    """This function will list the holds account by account: its own, and those of the whole case."""
    holds = tables["holds"].select("party_id", "account_id", "from_on", "until_on")
    own = holds.filter(_.account_id.notnull()).drop("party_id")
    cases = holds.filter(_.account_id.isnull()).drop("account_id")
    whole = cases.join(tables["accounts"].select("party_id", "account_id"), "party_id").select(*own.columns)
    return own.union(whole)


def _held_days(holds: ibis.Table, totals: ibis.Table, *, as_of: date) -> ibis.Table:
    """This function will count, account by account, the days of lateness on which at least one hold lies.

    Each hold is clipped to the days [oldest unpaid due date, as_of) and adds the days beyond the furthest end before it,
    in the order of their starts: overlapping, adjacent and contained holds count once.
    """
    late = totals.filter(_.oldest_unpaid_due_on < as_of).select("account_id", "oldest_unpaid_due_on")
    rows = holds.join(late, "account_id")
    clipped = rows.select(
        "account_id",
        first=ibis.greatest(rows.from_on, rows.oldest_unpaid_due_on),
        last=ibis.least(rows.until_on.fill_null(as_of), ibis.literal(as_of)),
    ).filter(_.first < _.last)
    earlier = ibis.window(group_by="account_id", order_by=["first", "last"], rows=(None, -1))
    ended = clipped.mutate(ended=_.last.max().over(earlier))
    begins = ibis.greatest(ended.first, ended.ended.fill_null(ended.first))
    days = ended.mutate(days=ibis.greatest(ended.last.delta(begins, unit="day"), 0))
    return days.group_by("account_id").agg(held_days=_.days.sum())


def _counted(rows: ibis.Table, *, as_of: date, terms: Terms) -> ibis.Table:
    """This function will count the days of lateness and name the columns as everybody knows them."""
    costs = [f"outstanding_{component.value}" for component in COMPONENT_ORDER[:-1]]
    known = rows.mutate(
        **{name: rows[name].fill_null(NOTHING) for name in (*costs, "balance", "aside", "overdue")},
        past_due_days=ibis.literal(as_of).delta(rows.oldest_unpaid_due_on, unit="day").fill_null(0),
        held_days=rows.held_days.fill_null(0),
    )
    known = known.mutate(
        outstanding=ibis.greatest(known.balance, NOTHING),
        unapplied=(ibis.greatest(-known.balance, NOTHING) + known.aside).cast(MONEY),
        delinquent_days=(known.past_due_days > known.grace).ifelse(
            ibis.greatest(known.past_due_days - known.grace - known.held_days, 0), 0
        ),
    )
    principal = known.outstanding
    for name in costs:
        principal = principal - known[name]
    return known.select(
        "party_id", "account_id", "customer", "account", "product_line", "creditor", "currency", "credit_limit",
        "outstanding",
        outstanding_principal=principal.cast(MONEY),
        outstanding_interest=known.outstanding_interest,
        outstanding_fee=known.outstanding_fee,
        outstanding_penalty=known.outstanding_penalty,
        overdue=known.overdue,
        unapplied=known.unapplied,
        oldest_unpaid_due_on=known.oldest_unpaid_due_on,
        past_due_days=known.past_due_days,
        held_days=known.held_days,
        delinquent_days=known.delinquent_days,
        bucket=bucket(known.delinquent_days, terms),
        written_off=known.written_off.fill_null(False),
        open_charges=known.open_charges.fill_null(0),
    )  # fmt: skip


def bucket(delinquent_days: Any, terms: Terms) -> Any:
    """This function will name the bucket that so many days fall into."""
    falling = [(delinquent_days >= step.from_days, step.name) for step in reversed(terms.buckets)]
    return ibis.cases(*falling, else_=terms.buckets[0].name)
