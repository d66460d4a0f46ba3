"""Shares: of what counts for a creditor, what counts for one debt, one claim or one household, as a table.

It costs a join, so it is worked out only where a rule asks and both the candidates and the contacts tell it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import ibis
from ibis import Table, ifelse, literal
from ibis.expr.types import ArrayValue, Value

from dunwell.compliance.kinds.kind import Count, Fact, Latest

# The column of candidates and contacts that tells it; unknown counts for each.
TOLD_BY: Mapping[str, str] = {"debt": "debts", "claim": "claim", "household": "household"}
KEYS = ("party_id", "creditor", "mask_marks")


def without_wrong_numbers(tables: Mapping[str, Table]) -> Mapping[str, Table]:
    """This function will leave out contacts with a number that turned out to be somebody else's."""
    contacts = tables.get("contacts")
    if contacts is None or "wrong_number" not in contacts.columns:
        return tables
    return {**tables, "contacts": contacts.filter(~contacts.wrong_number.fill_null(False))}


def countable(fact: Fact, *, candidates: Table, tables: Mapping[str, Table]) -> Fact:
    """This function will count by creditor where nobody tells what the rule would count by."""
    if not isinstance(fact, Count | Latest) or fact.per not in TOLD_BY:
        return fact
    told = TOLD_BY[fact.per]
    if told in candidates.columns and told in tables["contacts"].columns:
        return fact
    return replace(fact, per="creditor")


def greatest_share(
    rows: Table, contacts: Table, *, per: str, values: Callable[[Table], Mapping[str, Value]]
) -> tuple[Table, Table]:
    """This function will work out the values for each of a row's debts (or the like) and take the greatest.

    The result is the rows with their `mask_marks`, and the values by party, creditor and marks.
    """
    marked = rows.mutate(mask_marks=_marks(rows, per=per))
    wanted = marked.select(*KEYS).distinct()
    nothing = ibis.array([literal(None, "string")])
    each = wanted.mutate(
        mask_mark=ifelse(wanted.mask_marks.length() == 0, nothing, wanted.mask_marks.unique()).unnest()
    )
    each = each.rename(mask_party="party_id", mask_creditor="creditor")
    told = contacts.mutate(mask_told=_marks(contacts, per=per))
    files = told.join(each, [told.party_id == each.mask_party, *_counts_for(told, each=each)])
    if per == "household":
        files = files.union(_of_housemates(told, each=each))
    found = values(files)
    shares = files.group_by(["mask_party", "mask_creditor", "mask_marks", "mask_mark"]).aggregate(**found)
    most = shares.group_by(["mask_party", "mask_creditor", "mask_marks"]).aggregate(
        **{name: shares[name].max() for name in found}
    )
    return marked, most.rename(party_id="mask_party", creditor="mask_creditor")


def _marks(rows: Table, *, per: str) -> ArrayValue:
    """This function will return what a row tells of its debts, claim or household, as a list; empty if nothing."""
    told = rows[TOLD_BY[per]]
    empty = literal([], "array<string>")
    if isinstance(told, ArrayValue):
        return told.fill_null(empty)
    return ifelse(told.isnull(), empty, ibis.array([told]))


def _counts_for(told: Table, *, each: Table) -> list[Value]:
    own = told.creditor.isnull() | (told.creditor == each.mask_creditor)
    unknown = each.mask_mark.isnull() | (told.mask_told.length() == 0)
    return [own, unknown | told.mask_told.contains(each.mask_mark)]


def _of_housemates(told: Table, *, each: Table) -> Table:
    """This function will find what was made with others of the household."""
    own = told.creditor.isnull() | (told.creditor == each.mask_creditor)
    return told.join(each, [told.household == each.mask_mark, told.party_id != each.mask_party, own])
