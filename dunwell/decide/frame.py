"""Portrait in, one treatment a customer out: candidates, then (after the compliance mask) the choice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ibis
import ibis.expr.datatypes as dt
from ibis import _

from dunwell.decide.rules import Capacity, Catalogue
from dunwell.engine import bulk
from dunwell.engine.model import DecisionModel, DecisionTable, Rule

# Bounds of the parts of a rank: 10,000,000.00 of expected value, 1,000 eligibility rules, and so 9,000 priorities.
VALUE_CENTS_MAX = 999_999_999
RULES_MAX = 1_000
CHOSEN = (
    "party_id", "treatment", "channel", "actor", "pool", "minutes", "expected_value", "eligible_rule", "window_from",
    "window_until", "window_zone", "warned_rules", "review_rules", "fell_back_from",
)  # fmt: skip

# What the choice and the plan tell of a customer, beside his segments.
CUSTOMER = (
    "party_id", "customer", "creditor", "overdue_reference", "pay_probability", "main_factors", "past_due_days",
    "delinquent_days",
)  # fmt: skip

# Why a customer is or is not in today's plan.
PLANNED, OVER_CAPACITY, NOT_WORTH_IT, NOT_ALLOWED, NOT_ELIGIBLE = (
    "planned",
    "over_capacity",
    "not_worth_it",
    "not_allowed",
    "not_eligible",
)


def segments(scored: ibis.Table, model: DecisionModel, eligibility: DecisionModel) -> ibis.Table:
    """This function will give every overdue customer his segments, each with the rule that gave it.

    Of the portrait only what is needed further on is kept, and what the segments looked at: wide rows are slow to join.
    """
    decided = bulk.decide(scored.filter(_.overdue_reference > 0), model)
    told = [name for name in decided.columns if name not in scored.columns]
    looked_at = [wanted.name for wanted in (*model.inputs, *eligibility.inputs)]
    needed = dict.fromkeys([*CUSTOMER, *told, *looked_at])
    return decided.select(*needed)


def worded(decided: ibis.Table, catalogue: Catalogue) -> ibis.Table:
    """This function will add the script of each customer's treatment, and set the tone of it.

    A treatment that has words of the customer's script family uses them, else its own. A person takes the tone that
    the strategy names for the customer; written words keep the tone they are written in.
    """
    chosen = [
        ((decided.treatment == t.id) & (decided.script_family == family), wording.script, wording.tone)
        for t in catalogue.treatments
        for family, wording in t.families.items()
    ]
    chosen += [(decided.treatment == t.id, t.script, t.tone) for t in catalogue.treatments]
    written = ibis.cases(*((holds, tone) for holds, _script, tone in chosen), else_=None)
    return decided.mutate(
        script=ibis.cases(*((holds, script) for holds, script, _tone in chosen), else_=None),
        tone=(decided.actor == "human").ifelse(decided.tone, written),
    )


def candidates(segmented: ibis.Table, model: DecisionModel, treatments: ibis.Table) -> ibis.Table:
    """This function will pair every customer with each of `treatments` he is eligible for, with its expected value.

    Expected value, in the reference currency: overdue × uplift × (1 − chance that he pays anyway) − cost − harm ×
    harm price; rounded to cents, so that the order of the plan never hangs on the last bit of a product. Where two
    rules make one treatment eligible, it stands here twice, once for each.
    """
    keys = ("party_id", "creditor", "overdue_reference", "pay_probability")
    eligible = bulk.collect(segmented, model, "eligible", keys=keys)
    joined = eligible.join(treatments, "treatment").rename(eligible_rule="rule")
    gain = joined.overdue_reference.cast("float64") * joined.uplift * (1 - joined.pay_probability)
    valued = joined.mutate(expected_value=(gain - joined.burden).round(2))
    ranked = valued.mutate(rank=_rank(valued, [rule.id for rule in _rules(model)]))
    return ranked.drop("uplift", "burden", "overdue_reference", "pay_probability")


def _rules(model: DecisionModel) -> tuple[Rule, ...]:
    logic = model.decision("eligible").logic
    assert isinstance(logic, DecisionTable)  # noqa: S101 - `collect` has refused anything else
    return logic.rules


def _rank(valued: ibis.Table, rules: Sequence[str]) -> Any:
    """This function will put a customer's candidates in order: the lowest rank goes first, and no two are equal.

    One whole number holds the priority, then the expected value in cents (the higher the earlier), then the place of
    the rule in its table: the least of it per customer is found several times faster than by sorting rows.
    """
    cents = (valued.expected_value * 100).round().cast("int64").clip(lower=0, upper=VALUE_CENTS_MAX)
    place = valued.eligible_rule.cases(*((rule, number) for number, rule in enumerate(rules)), else_=0)
    return (valued.priority * (VALUE_CENTS_MAX + 1) + (VALUE_CENTS_MAX - cents)) * RULES_MAX + place.cast("int64")


def treatments(catalogue: Catalogue) -> ibis.Table:
    """This function will lay out the catalogue, a row a treatment; `burden` is its cost and its harm at their price."""
    text = dict.fromkeys(("treatment", "channel", "actor", "pool"), "string")
    numbers = {"minutes": "int64", "priority": "int64", "uplift": "float64", "burden": "float64"}
    kind = dt.Struct(text | numbers)
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
    # Not `ibis.memtable`: it loads pandas, which takes a second and is needed for nothing else.
    return ibis.literal(rows, type=dt.Array(kind)).unnest().name("row").as_table().unpack("row")


def choose(masked: ibis.Table, customers: ibis.Table, capacity: Capacity) -> ibis.Table:
    """This function will choose at most one treatment a customer, and fill each pool with the highest values.

    The lower priority number goes first, then the higher expected value. A customer whose pool is full falls back
    to his best treatment that takes no limited pool; `fell_back_from` then names what he would have got.
    """
    worth = masked.filter(masked.allowed & (masked.expected_value > 0))
    limited = worth.pool.isin(list(capacity.pools)).fill_null(False) if capacity.pools else ibis.literal(False)
    best = worth.group_by("party_id").agg(first=_.rank.min(), free=_.rank.min(where=~limited))
    first = worth.join(best.select("party_id", rank="first"), ["party_id", "rank"])
    first = _within_capacity(first.join(customers.select("party_id", "customer"), "party_id"), capacity)
    spilled = first.filter(~_.fits).select("party_id", fell_back_from="treatment").join(best, "party_id")
    free = worth.join(spilled.select("party_id", "fell_back_from", rank="free"), ["party_id", "rank"])
    kept = first.filter(_.fits).mutate(fell_back_from=ibis.null("string")).drop("fits", "customer")
    return kept.select(CHOSEN).union(free.select(CHOSEN))


def _within_capacity(first: ibis.Table, capacity: Capacity) -> ibis.Table:
    """This function will mark with `fits` the rows that the day's capacity has room for, best value first."""
    if not capacity.pools:
        return first.mutate(fits=ibis.literal(True))
    limits = {name: pool.contacts if pool.minutes is None else pool.minutes for name, pool in capacity.pools.items()}
    counted = [name for name, pool in capacity.pools.items() if pool.contacts is not None]
    load = first.pool.isin(counted).fill_null(False).ifelse(1, first.minutes)
    queue = ibis.window(group_by="pool", order_by=[_.expected_value.desc(), _.customer], rows=(None, 0))
    taken = load.sum().over(queue)
    limit = first.pool.cases(*limits.items(), else_=None)
    return first.mutate(fits=(limit.isnull() | (taken <= limit)).fill_null(True))


def outcomes(segmented: ibis.Table, masked: ibis.Table, chosen: ibis.Table) -> ibis.Table:
    """This function will say for every overdue customer what was decided, and what was refused by which rules."""
    summary = masked.group_by("party_id").agg(
        lawful=_.allowed.any(),
        worth=(_.allowed & (_.expected_value > 0)).any(),
        earliest_on=_.earliest_on.min(where=~_.allowed),
    )
    joined = segmented.left_join(summary, "party_id").drop("party_id_right")
    joined = joined.left_join(_refused(masked), "party_id").drop("party_id_right")
    joined = joined.left_join(chosen, "party_id").drop("party_id_right")
    status = ibis.cases(
        (joined.treatment.notnull(), PLANNED),
        (joined.lawful.isnull(), NOT_ELIGIBLE),
        (~joined.lawful, NOT_ALLOWED),
        (~joined.worth, NOT_WORTH_IT),
        else_=OVER_CAPACITY,
    )
    return joined.mutate(status=status)


def _refused(masked: ibis.Table) -> ibis.Table:
    """This function will write what was refused to a customer: «treatment: rule;rule | treatment: rule»."""
    told = masked.filter(~_.allowed).select("party_id", line=_.treatment + ": " + _.refused_rules)
    return told.group_by("party_id").agg(refused=_.line.collect(distinct=True).sort().join(" | "))
