"""Where every account stands, and who every customer is: two Ibis expressions over the tables of a snapshot.

Ids only join rows; nothing is ordered by them. Two currencies never add up.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import ibis
from ibis import _

from dunwell.ledger.kinds import AdjustmentKind, SourceKind
from dunwell.portrait.dimensions import DIMENSIONS
from dunwell.portrait.gather.addresses import addresses
from dunwell.portrait.gather.contacts import contacts
from dunwell.portrait.gather.holds import holds
from dunwell.portrait.gather.signals import signals
from dunwell.portrait.gather.standing import standing
from dunwell.portrait.queue import MONEY, NOTHING, Queues, pay_offs, queues, whole
from dunwell.portrait.rules import COMPONENT_ORDER, Terms, months_before

Tables = Mapping[str, ibis.Table]

POSITION = (
    "party_id", "account_id", "customer", "account", "product_line", "creditor", "currency", "opened_on",
    "credit_limit", "outstanding", "outstanding_principal", "outstanding_interest", "outstanding_fee",
    "outstanding_penalty", "overdue", "unapplied", "oldest_unpaid_due_on", "past_due_days", "held_days",
    "delinquent_days", "bucket", "written_off", "open_charges", "charges_due_12m", "charges_on_time_12m",
    "payments_12m", "partial_payments_6m", "last_paid_on", "peak_past_due_days_6m", "peak_past_due_days_12m",
)  # fmt: skip
PEAKS = ("peak_past_due_days_6m", "peak_past_due_days_12m")
COSTS = tuple(f"outstanding_{component.value}" for component in COMPONENT_ORDER[:-1])
AMOUNTS = (*COSTS, "balance", "aside", "overdue")
COUNTS_OF_ACCOUNTS = (
    "open_charges", "charges_due_12m", "paid_12m", "paid_late_12m", "payments_12m", "free_payments_6m",
    "useful_payments_6m", "held_days", *PEAKS,
)  # fmt: skip


# ---- positions -------------------------------------------------------------------------------------------------------


def positions(tables: Tables, *, as_of: date, terms: Terms) -> ibis.Table:
    """This function will say where every account stands: what is owed, since when, how many days count, how it paid.

    `tables` hold only facts that have taken effect by `as_of`. One row an account, with or without charges. An amount
    is in the account's own currency. The rules are those of `rules.position`, which judges this expression.
    """
    lines = queues(tables, terms, as_of=as_of)
    totals = _totals(lines, as_of=as_of).alias("position_totals")
    late = _holds_of_accounts(tables, terms).join(totals.filter(_.oldest_unpaid_due_on < as_of), "account_id")
    accounts = _with_grace(tables["accounts"], terms)
    for beside in (
        totals,
        _paid_in_time(pay_offs(lines, since=months_before(as_of, months=12)), as_of=as_of),
        lines.pools,
        _aside(lines),
        _held_days(late, as_of=as_of),
        _written_off(tables),
    ):
        accounts = accounts.left_join(beside, "account_id").drop("account_id_right")
    accounts = accounts.join(tables["parties"].select("party_id", "customer"), "party_id")
    return _counted(accounts, as_of=as_of, terms=terms)


def _totals(lines: Queues, *, as_of: date) -> ibis.Table:
    """This function will sum up what an account owes; `balance`, its queue's end, is below zero if credit is over."""
    rows = lines.charges
    year = months_before(as_of, months=12)
    fell_due = (rows.due_on > year) & (rows.due_on < as_of)
    costs = {name: rows.rest.sum(where=rows["rank"] == rank).cast(MONEY) for rank, name in enumerate(COSTS)}
    return rows.group_by("account_id").agg(
        **costs,
        balance=rows.through.max(),
        overdue=rows.rest.sum(where=rows.due_on < as_of).cast(MONEY),
        oldest_unpaid_due_on=rows.due_on.min(where=(rows.rest > 0) & (rows.due_on <= as_of)),
        open_charges=rows.count(where=rows.rest > 0),
        charges_due_12m=rows.count(where=fell_due),
        paid_12m=rows.count(where=fell_due & (rows.rest == 0)),
    )


def _paid_in_time(rows: ibis.Table, *, as_of: date) -> ibis.Table:
    """This function will measure how late the charges were that are paid off."""
    half, year = (months_before(as_of, months=months) for months in (6, 12))
    days = rows.paid_off.delta(rows.due_on, unit="day")
    return rows.group_by("account_id").agg(
        paid_late_12m=rows.count(where=(days > 0) & (rows.due_on > year) & (rows.due_on < as_of)),
        useful_payments_6m=rows.count(where=rows.first & rows.payment & (rows.paid_off > half)),
        peak_past_due_days_6m=days.max(where=rows.paid_off > half),
        peak_past_due_days_12m=days.max(),
    )


def _aside(lines: Queues) -> ibis.Table:
    """This function will sum up what is directed at charges that are not booked yet."""
    waiting = lines.directed.filter(~_.booked)
    return waiting.group_by("account_id").agg(aside=_.net.sum().cast(MONEY)).filter(_.aside > 0)


def _written_off(tables: Tables) -> ibis.Table:
    marks = tables["adjustments"].filter(_.kind == AdjustmentKind.WRITE_OFF.value)
    return marks.select("account_id").distinct().mutate(written_off=ibis.literal(True))


def _with_grace(accounts: ibis.Table, terms: Terms) -> ibis.Table:
    """This function will give every account its days of grace: its own, else those of its product line."""
    grace = [(line.value, product.grace_days) for line, product in terms.products.items()]
    return accounts.select(
        "account_id", "party_id", "account", "product_line", "creditor", "currency", "opened_on",
        "credit_limit",
        grace=_.grace_days.fill_null(_.product_line.cases(*grace, else_=0)).cast("int64"),
    )  # fmt: skip


def _holds_of_accounts(tables: Tables, terms: Terms) -> ibis.Table:
    """This function will list the holds that stop the days: an account's own, and those of the whole case."""
    resting = tables["holds"].filter(_.kind.notin(sorted(kind.value for kind in terms.days_go_on) or [""]))
    holds = resting.select("party_id", "account_id", "from_on", "until_on")
    own = holds.filter(_.account_id.notnull()).drop("party_id")
    cases = holds.filter(_.account_id.isnull()).drop("account_id")
    whole = cases.join(tables["accounts"].select("party_id", "account_id"), "party_id").select(*own.columns)
    return own.union(whole)


def _held_days(late: ibis.Table, *, as_of: date) -> ibis.Table:
    """This function will count, account by account, the days of lateness on which at least one hold lies.

    Each hold is clipped to the days [oldest unpaid due date, as_of) and adds the days beyond the furthest end before
    it, in the order of their starts: overlapping, adjacent and contained holds count once.
    """
    clipped = late.select(
        "account_id",
        first=ibis.greatest(late.from_on, late.oldest_unpaid_due_on),
        last=ibis.least(late.until_on.fill_null(as_of), ibis.literal(as_of)),
    ).filter(_.first < _.last)
    earlier = ibis.window(group_by="account_id", order_by=["first", "last"], rows=(None, -1))
    ended = clipped.mutate(ended=_.last.max().over(earlier))
    begins = ibis.greatest(ended.first, ended.ended.fill_null(ended.first))
    days = ended.mutate(days=ibis.greatest(ended.last.delta(begins, unit="day"), 0))
    return days.group_by("account_id").agg(held_days=whole(_.days.sum()))


def _counted(rows: ibis.Table, *, as_of: date, terms: Terms) -> ibis.Table:
    """This function will count the days of lateness and name the columns as everybody knows them."""
    known = rows.mutate(
        **{name: rows[name].fill_null(NOTHING) for name in AMOUNTS},
        **{name: rows[name].fill_null(0) for name in COUNTS_OF_ACCOUNTS},
        past_due_days=ibis.literal(as_of).delta(rows.oldest_unpaid_due_on, unit="day").fill_null(0),
        written_off=rows.written_off.fill_null(False),
    )
    net = ibis.greatest(known.past_due_days - known.grace - known.held_days, 0)
    # The queue ends above zero by just what no credit has paid.
    outstanding = principal = ibis.greatest(known.balance, NOTHING)
    for name in COSTS:
        principal = principal - known[name]
    known = known.mutate(
        outstanding=outstanding.cast(MONEY),
        outstanding_principal=principal.cast(MONEY),
        unapplied=(ibis.greatest(-known.balance, NOTHING) + known.aside).cast(MONEY),
        delinquent_days=(known.past_due_days > known.grace).ifelse(net, 0),
        charges_on_time_12m=known.paid_12m - known.paid_late_12m,
        partial_payments_6m=known.free_payments_6m - known.useful_payments_6m,
        # What is still unpaid may be later than anything that was paid off.
        **{name: ibis.greatest(known[name], known.past_due_days) for name in PEAKS},
    )
    return known.mutate(bucket=bucket(known.delinquent_days, terms)).select(*POSITION)


def bucket(delinquent_days: Any, terms: Terms) -> Any:
    """This function will name the bucket that so many days fall into."""
    falling = [(delinquent_days >= step.from_days, step.name) for step in reversed(terms.buckets)]
    return ibis.cases(*falling, else_=terms.buckets[0].name)


# ---- portrait --------------------------------------------------------------------------------------------------------

IDENTITY = ("party_id", "customer", "kind", "region", "time_zone", "language", "tier", "special_groups")


def portrait(tables: Tables, positions: ibis.Table, *, as_of: date, terms: Terms) -> ibis.Table:
    """This function will draw every customer who has an account: one row each, `IDENTITY` and all DIMENSIONS."""
    rows = standing(positions, as_of=as_of, terms=terms).join(tables["parties"], "party_id")
    for beside in (
        contacts(tables["contacts"], as_of=as_of),
        signals(tables["signals"], as_of=as_of),
        addresses(tables["contact_points"], as_of=as_of),
        holds(tables["holds"], as_of=as_of),
    ):
        rows = rows.left_join(beside, "party_id").drop("party_id_right")
    rows = rows.mutate(seen=_seen(rows)).join(_sources(), "seen")
    known = _known(rows)
    drawn = known.mutate(**_derived(known, as_of=as_of, terms=terms))
    return drawn.select(*IDENTITY, *(dimension.name for dimension in DIMENSIONS))


# What says nothing where nothing is known.
COUNTS = (
    "contacts_today", "contacts_7d", "right_party_contacts_30d", "kept_promises_6m", "broken_promises_6m",
    "failed_debits_3m", "complaints_6m", "disputes_12m", "court_cases_24m", "identity_risk_signals_12m",
    "app_sessions_30d", "contact_details_changed", "points_changed",
)  # fmt: skip
FLAGS = (
    "reachable_sms", "reachable_app_push", "reachable_email", "reachable_voice", "reachable_social",
    "reachable_letter", "dispute_unanswered", "disputed", "hardship_asked", "in_hardship", "bankruptcy_signal_30d",
    "rival_interest_30d", "service_suspended",
)  # fmt: skip


def _known(rows: ibis.Table) -> ibis.Table:
    return rows.mutate(
        **{name: rows[name].fill_null(0) for name in COUNTS},
        **{name: rows[name].fill_null(False) for name in FLAGS},
        # A day and an interval make a moment on DuckDB, whatever Ibis says: so it goes there and back by name.
        first_overdue_on=(rows.oldest_overdue_due_on.cast("timestamp") + ibis.interval(days=1)).cast("date"),
        since=rows.customer_since.coalesce(rows.first_opened_on),
    )


def _derived(rows: ibis.Table, *, as_of: date, terms: Terms) -> dict[str, Any]:
    today = ibis.literal(as_of)
    months = (as_of.year - rows.since.year()) * 12 + as_of.month - rows.since.month()
    # The month is whole on the same day of the month. Engines leave nulls out of `greatest`, so they are kept apart.
    months = ibis.greatest((months - (rows.since.day() > as_of.day).cast("int64")).cast("int64"), 0)
    due = (rows.charges_due_12m > 0).ifelse(rows.charges_due_12m, None)
    return {
        "bucket": bucket(rows.delinquent_days, terms),
        "tenure_months": rows.since.isnull().ifelse(None, months),
        "paid_on_time_share_12m": rows.charges_on_time_12m.cast("float64") / due.cast("float64"),
        "days_since_contact": today.delta(rows.last_tried_on, unit="day"),
        "contacted_since_overdue": (rows.last_tried_on >= rows.first_overdue_on).fill_null(False),
        "contact_point_changes_90d": rows.points_changed + rows.contact_details_changed,
        "dispute_open": rows.dispute_unanswered | rows.disputed,
        "hardship": rows.hardship_asked | rows.in_hardship,
    }


KINDS = sorted(SourceKind.values)


def _seen(rows: ibis.Table) -> Any:
    """This function will hold one bit for each kind of source that told something of the customer."""
    crm = rows.region.notnull() | rows.tier.notnull() | rows.language.notnull() | rows.customer_since.notnull()
    bits = {
        SourceKind.BILLING: ibis.literal(True),
        SourceKind.PAYMENTS: rows.days_since_payment.notnull(),
        SourceKind.CRM: crm,
        SourceKind.CONTACT_EVENTS: rows.contacts_7d.notnull(),
    }
    seen = rows.signals_seen.fill_null(0)
    for kind, told in bits.items():
        seen = seen | told.ifelse(1 << KINDS.index(kind.value), 0)
    return seen


def _sources() -> ibis.Table:
    """This function will name every set of kinds beforehand: 512 rows to join, not a text put together per row."""
    sets = ibis.range(1 << len(KINDS)).unnest().name("seen").as_table()
    count, names = ibis.literal(0), ibis.literal("")
    for place, kind in enumerate(KINDS):
        told = (sets.seen.cast("int64") & (1 << place)) > 0
        count = count + told.cast("int64")
        names = names + told.ifelse(f",{kind}", "")
    return sets.select(
        seen=_.seen.cast("int64"), completeness=count.cast("float64") / len(KINDS), sources_seen=names.substr(1)
    )
