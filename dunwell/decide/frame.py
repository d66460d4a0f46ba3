"""Portrait in, one treatment a customer out: candidates, then (after the compliance mask) the choice."""

from __future__ import annotations

from typing import Any

import ibis
from ibis import _

from dunwell.decide.rules import Capacity, Catalogue
from dunwell.engine import bulk
from dunwell.engine.model import DecisionModel

# What the mask and the choice need of a customer.
CUSTOMER = ("party_id", "customer", "creditor")

# Why a customer is or is not in today's plan.
PLANNED, OVER_CAPACITY, NOT_WORTH_IT, NOT_ALLOWED, NOT_ELIGIBLE = (
    "planned",
    "over_capacity",
    "not_worth_it",
    "not_allowed",
    "not_eligible",
)


def segments(scored: ibis.Table, model: DecisionModel) -> ibis.Table:
    """This function will add the segments of every overdue customer, each with the rule that gave it."""
    return bulk.decide(scored.filter(_.overdue_reference > 0), model)


def candidates(segmented: ibis.Table, model: DecisionModel, catalogue: Catalogue) -> ibis.Table:
    """This function will pair every customer with each treatment he is eligible for, with its expected value.

    Expected value, in the reference currency: overdue × uplift × (1 − chance that he pays anyway) − cost − harm ×
    harm price. Rounded to cents, so that the order of the plan never hangs on the last bit of a sum.
    """
    keys = (*CUSTOMER, "overdue_reference", "pay_probability")
    eligible = bulk.collect(segmented, model, "eligible", keys=keys).rename(eligible_rule="rule")
    # Two rules may make one treatment eligible: the first of the table is the one that is named.
    eligible = eligible.group_by([*keys, "treatment"]).agg(eligible_rule=_.eligible_rule.min())
    joined = eligible.join(_treatments(catalogue), "treatment")
    gain = joined.overdue_reference.cast("float64") * joined.uplift * (1 - joined.pay_probability)
    return joined.mutate(expected_value=(gain - joined.burden).round(2)).drop("uplift", "burden")


def _treatments(catalogue: Catalogue) -> ibis.Table:
    rows = [
        {
            "treatment": t.id,
            "channel": t.channel,
            "actor": t.actor,
            "pool": t.pool,
            "minutes": t.minutes,
            "priority": t.priority,
            "uplift": t.uplift,
            "burden": float(t.cost) + t.harm * float(catalogue.harm_price),
        }
        for t in catalogue.treatments
    ]
    types = {"pool": "string", "uplift": "float64", "burden": "float64", "minutes": "int64", "priority": "int64"}
    text = dict.fromkeys(("treatment", "channel", "actor"), "string")
    return ibis.memtable(rows, schema=ibis.schema({name: (text | types)[name] for name in rows[0]}))


def choose(masked: ibis.Table, capacity: Capacity) -> ibis.Table:
    """This function will choose at most one treatment a customer, and fill each pool with the highest values.

    The lower priority number goes first, then the higher expected value. A customer whose pool is full falls back
    to his best treatment that takes no limited pool; `fell_back_from` then names what he would have got.
    """
    worth = masked.filter(masked.allowed & (masked.expected_value > 0))
    limited = worth.pool.isin(list(capacity.pools)) if capacity.pools else ibis.literal(False)
    order = [_.priority, _.expected_value.desc(), _.treatment]
    ranked = worth.mutate(limited=limited.fill_null(False))
    ranked = ranked.mutate(
        choice=ibis.row_number().over(group_by="party_id", order_by=order),
        free_choice=ibis.row_number().over(group_by=["party_id", "limited"], order_by=order),
    )
    first = _within_capacity(ranked.filter(_.choice == 0), capacity)
    spilled = first.filter(~_.fits).select("party_id", fell_back_from="treatment")
    free = ranked.filter(~_.limited & (_.free_choice == 0)).join(spilled, "party_id")
    kept = first.filter(_.fits).mutate(fell_back_from=ibis.null("string"))
    columns = [name for name in kept.columns if name not in ("fits", "choice", "free_choice", "limited")]
    return kept.select(columns).union(free.select(columns))


def _within_capacity(first: ibis.Table, capacity: Capacity) -> ibis.Table:
    """This function will mark with `fits` the rows that the day's capacity has room for, best value first."""
    if not capacity.pools:
        return first.mutate(fits=True)
    limit: Any = ibis.cases(
        *((first.pool == name, pool.minutes if pool.minutes is not None else pool.contacts) for name, pool in capacity.pools.items()),
        else_=None,
    )
    counted = [name for name, pool in capacity.pools.items() if pool.contacts is not None]
    load = first.pool.isin(counted).ifelse(1, first.minutes) if counted else first.minutes
    window = ibis.window(
        group_by="pool", order_by=[_.expected_value.desc(), _.customer], rows=(None, 0)
    )
    used = first.mutate(limit=limit, load=load)
    used = used.mutate(used=used.load.sum().over(window))
    return used.mutate(fits=(used.limit.isnull() | (used.used <= used.limit))).drop("limit", "load", "used")


def outcomes(segmented: ibis.Table, masked: ibis.Table, chosen: ibis.Table) -> ibis.Table:
    """This function will say for every overdue customer what was decided, and why not more.

    The best refused treatment (by priority) speaks for the customer: its rules and its earliest day are shown.
    """
    summary = masked.group_by("party_id").agg(
        lawful=_.allowed.any(),
        worth=(_.allowed & (_.expected_value > 0)).any(),
        refused=(~_.allowed).ifelse(_.treatment + ": " + _.refused_rules, None).group_concat(
            sep=" | ", order_by=[_.priority, _.treatment]
        ),
        earliest_on=(~_.allowed).ifelse(_.earliest_on, None).min(),
    )
    picked = chosen.select(
        "party_id", "treatment", "channel", "actor", "pool", "minutes", "expected_value", "eligible_rule",
        "window_from", "window_until", "fell_back_from",
    )
    joined = segmented.left_join(summary, "party_id").drop("party_id_right")
    joined = joined.left_join(picked, "party_id").drop("party_id_right")
    status = ibis.cases(
        (joined.treatment.notnull(), PLANNED),
        (joined.lawful.isnull(), NOT_ELIGIBLE),
        (~joined.lawful, NOT_ALLOWED),
        (~joined.worth, NOT_WORTH_IT),
        else_=OVER_CAPACITY,
    )
    return joined.mutate(status=status)
