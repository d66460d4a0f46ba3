"""The queue of an account: its free credit stands in front of its charges and pays them in their order.

One running sum over that queue says all about what is owed: where it is above zero, a charge is unpaid. A second one,
over the credit alone, says when: both count from the end of the credit, so a charge was paid off by the one credit in
whose range its sum lies.

Whole numbers stand for places in the queue because engines sort by one key fastest; money stays DECIMAL. Sums are cast
back at once: DuckDB widens them to 38 digits, which are slow to carry.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis
from ibis import _

from dunwell.portrait.rules import COMPONENT_ORDER, LOWERS, TAKES_BACK, Terms, months_before

Tables = Mapping[str, ibis.Table]

MONEY = "decimal(18,3)"
NOTHING = ibis.literal("0", type="string").cast(MONEY)
EPOCH = ibis.date("1970-01-01")

# A place is a day (or a component, then a day), then an amount in thousandths: of two that else are equal the smaller
# goes first. Amounts above 549 million count as equal, so that the year 9999 and an amount share 62 bits.
AMOUNTS = 2**39
DAYS_MAX = 3_000_000
HEAD = -(2**62)


@dataclass(frozen=True, slots=True)
class Queues:
    """The tables of all queues; each is worked out once although several others read it (that is what aliases do).

    `charges`: one row a charge (and one of `rank` null for the free credit in front): `due_on`, `net` of its own
    credit, `rest`, what is unpaid, `through`, the running sum, `settled_on`, the day its own credit paid it in full.
    `credits`: one row a credit: `day`, `amount` (below zero: taken back), `free` to pay any charge, `payment` or not.
    `pools`: one row an account with credit: `pool`, the sum of what is free, `taken`, true if some was taken back
    unnamed, and how often and when he paid.
    `directed`: one row a charge that credit names: `net` of it, `applied` to it, `booked` or not yet.
    """

    charges: ibis.Table
    credits: ibis.Table
    pools: ibis.Table
    directed: ibis.Table


def queues(tables: Tables, terms: Terms, *, as_of: date) -> Queues:
    """This function will line up the charges and credits of every account and let the credit pay."""
    came = _came(tables)
    directed = _directed(tables["charges"], came).alias("queue_directed")
    bound = came.select("account_id", "day", "amount", "payment", free=_.charge_id.isnull())
    credits = bound.union(_moved(directed)).alias("queue_credits")
    pools = _pools(credits, as_of=as_of).alias("queue_pools")
    charges = _charges(tables, terms, directed=directed)
    return Queues(_paid(charges.union(_heads(pools))).alias("queue_charges"), credits, pools, directed)


def _came(tables: Tables) -> ibis.Table:
    """This function will list the credit, each payment less what was taken back of it by name."""
    lowers, takes = ([kind.value for kind in kinds] for kinds in (LOWERS, TAKES_BACK))
    adjustments = tables["adjustments"]
    back = adjustments.filter(_.kind.isin(takes) & _.payment_id.notnull())
    named = back.group_by("payment_id").agg(back=_.amount.sum().cast(MONEY))
    rows = tables["payments"].left_join(named, "payment_id")
    kept = (rows.amount - rows.back.fill_null(NOTHING)).cast(MONEY)
    payments = rows.select("account_id", "charge_id", amount=kept, day=rows.paid_on, payment=True)
    signed = adjustments.kind.isin(lowers).ifelse(adjustments.amount, -adjustments.amount).cast(MONEY)
    unnamed = adjustments.kind.isin(lowers) | (adjustments.kind.isin(takes) & adjustments.payment_id.isnull())
    other = adjustments.filter(unnamed).select(
        "account_id", "charge_id", amount=signed, day=adjustments.effective_on, payment=False
    )
    return payments.union(other)


def _directed(charges: ibis.Table, came: ibis.Table) -> ibis.Table:
    """This function will say how much of the credit directed at a charge the charge could take."""
    named = came.filter(_.charge_id.notnull())
    nets = named.group_by("charge_id").agg(
        account_id=_.account_id.max(), net=_.amount.sum().cast(MONEY), day=_.day.max(where=_.amount > 0)
    )
    rows = nets.left_join(charges.select("charge_id", charged="amount"), "charge_id").drop("charge_id_right")
    applied = ibis.least(ibis.greatest(rows.net, NOTHING), rows.charged.fill_null(NOTHING))
    return rows.select("charge_id", "account_id", "net", "day", applied=applied, booked=rows.charged.notnull())


def _moved(directed: ibis.Table) -> ibis.Table:
    """This function will list the directed credit that its charge could not take: it is free for others."""
    rows = directed.filter(_.booked & (_.net != _.applied))
    return rows.select("account_id", "day", amount=(rows.net - rows.applied).cast(MONEY), payment=False, free=True)


def _charges(tables: Tables, terms: Terms, *, directed: ibis.Table) -> ibis.Table:
    """This function will give every charge its `place` in the queue of its account, and what it still needs, `net`."""
    taken = directed.filter(_.booked).select("charge_id", "applied", "day")
    rows = tables["charges"].left_join(taken, "charge_id")
    net = (rows.amount - rows.applied.fill_null(NOTHING)).cast(MONEY)
    rank = _rank(rows.component)
    place = days(rows.due_on) * len(COMPONENT_ORDER) + rank
    rows = rows.mutate(net=net, rank=rank, place=place, settled_on=(net > 0).ifelse(None, rows.day))
    lines = [line.value for line, product in terms.products.items() if product.allocation == "component_first"]
    if lines:
        chosen = tables["accounts"].filter(_.product_line.isin(lines)).select("account_id", by_component=True)
        rows = rows.left_join(chosen, "account_id").drop("account_id_right")
        by_component = rows["rank"].cast("int64") * DAYS_MAX + days(rows.due_on)
        rows = rows.mutate(place=rows.by_component.fill_null(False).ifelse(by_component, rows.place))
    placed = rows.mutate(place=rows.place * AMOUNTS + _thousandths(rows.net))
    return placed.select("account_id", "place", "due_on", "rank", "net", "settled_on")


def _rank(component: Any) -> Any:
    """This function will number the components in the order in which they are paid."""
    *first, _last = (component_.value for component_ in COMPONENT_ORDER)
    places = [(name, ibis.literal(number, type="int8")) for number, name in enumerate(first)]
    return component.cases(*places, else_=ibis.literal(len(first), type="int8"))


def days(day: Any) -> Any:
    """This function will number the days, 1970 beginning with 0."""
    return day.delta(EPOCH, unit="day")


def whole(total: Any) -> Any:
    """This function will bring a sum of counts back to 64 bits: DuckDB makes it 128 wide, and Ibis does not know."""
    return total.cast("int32").cast("int64")


def _thousandths(amount: Any) -> Any:
    return ibis.least((amount * 1000).cast("int64"), AMOUNTS - 1)


def _pools(credits: ibis.Table, *, as_of: date) -> ibis.Table:
    """This function will sum up the credit of every account in one pass."""
    half, year = (months_before(as_of, months=months) for months in (6, 12))
    paid = credits.payment & (credits.amount > 0)
    return credits.group_by("account_id").agg(
        pool=_.amount.sum(where=_.free).cast(MONEY),
        taken=_.count(where=_.free & (_.amount <= 0)) > 0,
        payments_12m=credits.count(where=paid & (credits.day > year)),
        free_payments_6m=credits.count(where=paid & credits.free & (credits.day > half)),
        last_paid_on=credits.day.max(where=paid),
    )


def _heads(pools: ibis.Table) -> ibis.Table:
    """This function will put all free credit of an account in front of its charges, below zero.

    It is never above zero: no more can be taken back than came.
    """
    return pools.filter(_.pool > 0).select(
        "account_id",
        place=ibis.literal(HEAD, type="int64"),
        due_on=ibis.null("date"),
        rank=ibis.null("int8"),
        net=(-_.pool).cast(MONEY),
        settled_on=ibis.null("date"),
    )


def _paid(queue: ibis.Table) -> ibis.Table:
    """This function will let the credit pay: a charge is unpaid as far as the running sum lies above zero."""
    running = ibis.window(group_by="account_id", order_by="place", rows=(None, 0))
    summed = queue.mutate(through=_.net.sum().over(running).cast(MONEY))
    rest = ibis.least(summed.net, ibis.greatest(summed.through, NOTHING))
    return summed.select(
        "account_id", "due_on", "rank", "net", "settled_on", "through",
        rest=summed["rank"].notnull().ifelse(rest, None).cast(MONEY),
    )  # fmt: skip


# ---- when a charge was paid off --------------------------------------------------------------------------------------


def pay_offs(queues: Queues, *, since: date) -> ibis.Table:
    """This function will say which charge was paid off on which day after `since`, one row each.

    `payment` says whether a payment from the pool did it, and `first` whether it is the first that this credit paid
    off. Money taken back without the name of its payment counts as the first that came.
    """
    credits = _ranges(queues.credits, since=since)
    charges = queues.charges.filter((_.rest == 0) & (_.net > 0)).select("account_id", "due_on", "net", "through")
    inside = [
        charges.account_id == credits.account_id,
        charges.through > credits.start,
        charges.through <= credits.end,
    ]
    # One row a charge: the ranges of an account's credits do not overlap.
    rows = charges.join(credits, inside).drop("account_id_right")
    # Where money was taken back, only what is left of the credit pays: its range ends where the pool does.
    spent = queues.pools.filter(_.taken).select("account_id", spent=-_.pool)
    rows = rows.left_join(spent, "account_id").drop("account_id_right")
    begun = rows.through - rows.net <= ibis.greatest(rows.start, rows.spent.fill_null(rows.start))
    met = rows.select("account_id", "due_on", paid_off="day", payment="payment", first=begun)
    settled = queues.charges.filter(_.settled_on > since)
    return met.union(settled.select("account_id", "due_on", paid_off="settled_on", payment=False, first=False))


def _ranges(credits: ibis.Table, *, since: date) -> ibis.Table:
    """This function will give each credit the range of what it paid, counted from the end of all credit, below zero.

    Of two on one day the smaller came first, of two alike the payment.
    """
    rows = credits.filter(_.free & (_.amount > 0) & (_.day > since))
    latest_first = -((days(rows.day) * AMOUNTS + _thousandths(rows.amount)) * 2 + (~rows.payment).cast("int64"))
    rows = rows.mutate(latest_first=latest_first)
    running = ibis.window(group_by="account_id", order_by="latest_first", rows=(None, 0))
    summed = rows.mutate(start=(-rows.amount.sum().over(running)).cast(MONEY))
    return summed.select("account_id", "day", "payment", "start", end=(summed.start + summed.amount).cast(MONEY))
