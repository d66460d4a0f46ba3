"""The queue of an account: its credit and its charges in one line, summed up once.

Everything about money hangs on two passes over one table of rows, a row a charge or a credit. First the credits stand
in front, the latest first and below zero, then the charges in the order of allocation: where the running sum is above
zero, a charge is unpaid. Then charges and credits are merged by what they reach together: the next credit after a
charge is the one that paid it off.

Whole numbers stand for places in the line because engines sort by one key fastest; money stays DECIMAL. Sums are cast
back at once: DuckDB widens them to 38 digits, which are slow to carry.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ibis
from ibis import _

from dunwell.portrait.rules import COMPONENT_ORDER, LOWERS, TAKES_BACK, Terms

Tables = Mapping[str, ibis.Table]

MONEY = "decimal(18,3)"
NOTHING = ibis.literal("0", type="string").cast(MONEY)
EPOCH = ibis.date("1970-01-01")

# What a row is: 0 … 3 a charge, by the rank of its component; then a payment, a payment that named its charge, other
# credit (a waiver), money taken back.
CHARGE_MAX = len(COMPONENT_ORDER) - 1
PAYMENT, DIRECTED_PAYMENT, OTHER_CREDIT, TAKEN_BACK = range(CHARGE_MAX + 1, CHARGE_MAX + 5)

# A place is a day (or a component, then a day), then an amount in thousandths: of two that else are equal the smaller
# goes first. Amounts above 549 million count as equal, so that the year 9999 and an amount share 62 bits.
AMOUNTS = 2**39
DAYS_MAX = 3_000_000
CREDITS = -(2**62)
LAST_CREDIT = -(2**61)
COLUMNS = ("account_id", "place", "net", "side", "day", "settled_on")


def resolved(tables: Tables, terms: Terms) -> ibis.Table:
    """This function will give one row for each charge and credit of every account, and what became of it.

    `side` says what it is and `day` when it is due or came. Of a charge: `rest`, what is unpaid, and `paid_off`, the
    day on which it was paid in full (null if never). Of a payment: `idle`, true if it paid off no charge. `net` is
    what the row adds to the account's balance.
    """
    directed = _directed(tables)
    rows = _charges(tables, terms, directed=directed)
    for more in (_payments(tables), _adjustments(tables), _moved(directed)):
        rows = rows.union(more)
    return _met(_allocated(rows))


def aside(tables: Tables) -> ibis.Table:
    """This function will sum up, account by account, what is directed at charges that are not booked yet."""
    waiting = _directed(tables).filter(~_.booked)
    sums = waiting.group_by("account_id").agg(aside=_.net.sum().cast(MONEY))
    return sums.filter(_.aside > 0)


def _directed(tables: Tables) -> ibis.Table:
    """This function will say how much of the credit directed at a charge the charge could take: `applied` of `net`."""
    columns = ("account_id", "charge_id", "amount", "day")
    payments = kept_payments(tables).filter(_.charge_id.notnull()).select("account_id", "charge_id", "amount", "day")
    adjusted = _signed(tables["adjustments"]).filter(_.charge_id.notnull()).select(*columns)
    nets = (
        payments.union(adjusted)
        .group_by("charge_id")
        .agg(account_id=_.account_id.max(), net=_.amount.sum().cast(MONEY), last=_.day.max(where=_.amount > 0))
    )
    charges = tables["charges"].select("charge_id", charged="amount")
    rows = nets.left_join(charges, "charge_id").drop("charge_id_right")
    applied = ibis.least(ibis.greatest(rows.net, NOTHING), rows.charged.fill_null(NOTHING))
    # An alias makes the engine work a table out once, although several others read it.
    return rows.mutate(applied=applied, booked=rows.charged.notnull()).alias("queue_directed")


def kept_payments(tables: Tables) -> ibis.Table:
    """This function will list the payments, less what was taken back of them by name."""
    back = tables["adjustments"].filter(_.kind.isin([kind.value for kind in TAKES_BACK]) & _.payment_id.notnull())
    named = back.group_by("payment_id").agg(back=_.amount.sum().cast(MONEY))
    rows = tables["payments"].left_join(named, "payment_id")
    kept = (rows.amount - rows.back.fill_null(NOTHING)).cast(MONEY)
    return rows.select("account_id", "charge_id", amount=kept, day=rows.paid_on)


def _signed(adjustments: ibis.Table) -> ibis.Table:
    """This function will list what lowers the debt (above zero) and what was taken back of no payment by name."""
    lowers, takes = ([kind.value for kind in kinds] for kinds in (LOWERS, TAKES_BACK))
    rows = adjustments.mutate(lowers=_.kind.isin(lowers), takes=_.kind.isin(takes) & _.payment_id.isnull())
    signed = rows.lowers.ifelse(rows.amount, -rows.amount).cast(MONEY)
    return rows.filter(rows.lowers | rows.takes).mutate(amount=signed, day=_.effective_on)


def _charges(tables: Tables, terms: Terms, *, directed: ibis.Table) -> ibis.Table:
    """This function will line up the charges; `net` is what directed credit has left of each."""
    taken = directed.filter(_.booked).select("charge_id", "applied", "last")
    rows = tables["charges"].left_join(taken, "charge_id")
    net = (rows.amount - rows.applied.fill_null(NOTHING)).cast(MONEY)
    side = _rank(rows.component)
    place = days(rows.due_on) * len(COMPONENT_ORDER) + side
    rows = rows.mutate(net=net, side=side, place=place, settled_on=ibis.ifelse(net > 0, None, rows.last))
    lines = [line.value for line, product in terms.products.items() if product.allocation == "component_first"]
    if lines:
        chosen = tables["accounts"].filter(_.product_line.isin(lines)).select("account_id", by_component=True)
        rows = rows.left_join(chosen, "account_id").drop("account_id_right")
        by_component = rows.side.cast("int64") * DAYS_MAX + days(rows.due_on)
        rows = rows.mutate(place=rows.by_component.fill_null(False).ifelse(by_component, rows.place))
    return rows.mutate(place=rows.place * AMOUNTS + _thousandths(rows.net), day=rows.due_on).select(*COLUMNS)


def _rank(component: Any) -> Any:
    """This function will number the components in the order in which they are paid."""
    *first, _last = (component_.value for component_ in COMPONENT_ORDER)
    places = [(name, ibis.literal(number, type="int8")) for number, name in enumerate(first)]
    return component.cases(*places, else_=ibis.literal(CHARGE_MAX, type="int8"))


def days(day: Any) -> Any:
    """This function will number the days, 1970 beginning with 0."""
    return day.delta(EPOCH, unit="day")


def _thousandths(amount: Any) -> Any:
    return ibis.least((amount * 1000).cast("int64"), AMOUNTS - 1)


def _payments(tables: Tables) -> ibis.Table:
    """This function will line up the payments; one that names its charge has nothing left to pay others."""
    rows = kept_payments(tables)
    bound = rows.charge_id.notnull()
    side = ibis.cases((rows.amount <= 0, TAKEN_BACK), (bound, DIRECTED_PAYMENT), else_=PAYMENT)
    return _in_front(rows.mutate(net=bound.ifelse(NOTHING, -rows.amount), side=side))


def _adjustments(tables: Tables) -> ibis.Table:
    """This function will line up the other credit, and what was taken back without the name of its payment."""
    rows = _signed(tables["adjustments"]).filter(_.charge_id.isnull())
    return _in_front(rows.mutate(net=-rows.amount, side=rows.lowers.ifelse(OTHER_CREDIT, TAKEN_BACK)))


def _moved(directed: ibis.Table) -> ibis.Table:
    """This function will line up what charges could not take of the credit directed at them: it is free for others."""
    rows = directed.filter(_.booked & (_.net != _.applied)).mutate(net=_.applied - _.net, day=_.last)
    return _in_front(rows.mutate(side=(rows.net < 0).ifelse(OTHER_CREDIT, TAKEN_BACK)))


def _in_front(rows: ibis.Table) -> ibis.Table:
    """This function will place credit in front of all charges, the latest first; what takes away stands behind it.

    Of two on one day the smaller came first, of two alike the payment.
    """
    came = (days(rows.day) * AMOUNTS + _thousandths(-rows.net)) * 2 + (rows.side != PAYMENT).cast("int64")
    return rows.mutate(
        place=(rows.side == TAKEN_BACK).ifelse(LAST_CREDIT, CREDITS - came),
        side=rows.side.cast("int8"),
        net=rows.net.cast(MONEY),
        settled_on=ibis.null("date"),
    ).select(*COLUMNS)


def _allocated(rows: ibis.Table) -> ibis.Table:
    """This function will let the credit pay the charges behind it, and say how far each row reaches.

    `reach` is the sum of charges up to a charge, and the sum of credit up to a credit in the order in which it came,
    both less all credit: a charge is paid off by the first credit that reaches as far. What can neither pay nor be paid
    from the line (a charge settled by its own credit, that credit, money taken back) reaches nothing: null.
    """
    running = ibis.window(group_by="account_id", order_by="place", rows=(None, 0))
    summed = rows.mutate(through=_.net.sum().over(running).cast(MONEY))
    charge = summed.side <= CHARGE_MAX
    rest = ibis.least(summed.net, ibis.greatest(summed.through, NOTHING))
    reach = ibis.cases(
        (charge & (summed.net > 0), summed.through),
        ((summed.side == PAYMENT) | (summed.side == OTHER_CREDIT), summed.through - summed.net),
        else_=None,
    )
    return summed.select(
        "account_id", "net", "side", "day", "settled_on",
        rest=charge.ifelse(rest, None).cast(MONEY),
        reach=reach.cast(MONEY),
    )  # fmt: skip


def _met(rows: ibis.Table) -> ibis.Table:
    """This function will let every charge meet the first credit that reaches as far as it does."""
    order = [rows.reach.asc(nulls_first=True), rows.side]
    ahead = ibis.window(group_by="account_id", order_by=order, rows=(0, None))
    line = ibis.window(group_by="account_id", order_by=order)
    in_line, charge = rows.reach.notnull(), rows.side <= CHARGE_MAX
    met = rows.mutate(came=(in_line & ~charge).ifelse(rows.day, None), waits=in_line & charge)
    met = met.mutate(next=met.came.min().over(ahead), paid_one=met.waits.lag().over(line))
    return met.select(
        "account_id", "net", "side", "day", "rest",
        paid_off=met.settled_on.coalesce(met.next),
        idle=~met.paid_one.fill_null(False),
    )  # fmt: skip
