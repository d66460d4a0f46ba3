"""What is to become of a staged event: new, the same as one known, or refused by a rule and a field of it."""

from __future__ import annotations

from functools import cache

from psycopg import sql

from dunwell.facts.money import PLACES_MAX, currencies, places
from dunwell.ledger.loading.content import SOURCE, staged_digest, table
from dunwell.ledger.loading.staging import Names, Q, listed
from dunwell.ledger.targets import Field, Target


def references(target: Target) -> list[Field]:
    return [field for field in (*target.own, *target.references) if field.type == "reference"]


def staged_joins(target: Target) -> sql.Composed:
    join = Q(
        "LEFT JOIN {table} AS {name} ON {name}.source = coalesce(s.{of}, {source}) AND {name}.external_id = s.{id}"
    )
    return Q(" ").join(
        join.format(
            table=table(field.to),
            name=sql.Identifier(f"r_{field.name}"),
            of=sql.Identifier(f"{field.name}_source"),
            id=sql.Identifier(field.name),
            source=SOURCE,
        )
        for field in references(target)
    )


def _when(condition: sql.Composable, *, rule: str, field: str) -> sql.Composed:
    return Q("WHEN {} THEN {}").format(condition, sql.Literal(f"{rule}:{field}"))


def _unknown(field: Field) -> sql.Composed:
    missing = Q("s.{} IS NOT NULL AND {}.id IS NULL").format(
        sql.Identifier(field.name), sql.Identifier(f"r_{field.name}")
    )
    rule = "unknown-corrected" if field.name == "corrects" else f"unknown-{field.to.replace('_', '-')}"
    return _when(missing, rule=rule, field=field.name)


def _other_account(name: str) -> sql.Composed:
    other = Q("{}.account_id <> r_account.id").format(sql.Identifier(f"r_{name}"))
    return _when(other, rule="other-account", field=name)


@cache
def _unusual_places() -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for code in sorted(currencies()):
        found.setdefault(min(places(code), PLACES_MAX), []).append(code)
    return {count: codes for count, codes in found.items() if count != 2}


def too_many_places(field: Field, *, account: str) -> sql.Composed:
    """This function will ask whether an amount has more places than the account's currency."""
    currency = sql.Identifier(account, "currency")
    cases = [
        Q("WHEN {} IN ({}) THEN {}").format(currency, listed(map(sql.Literal, codes)), sql.Literal(count))
        for count, codes in _unusual_places().items()
    ]
    amount = sql.Identifier("s", field.name)
    allowed = Q("CASE {} ELSE 2 END").format(Q(" ").join(cases))
    return _when(Q("{0} <> round({0}, {1})").format(amount, allowed), rule="too-many-places", field=field.name)


def _event_faults(target: Target) -> list[sql.Composed]:
    faults = [_unknown(field) for field in target.references]
    faults += [_other_account(name) for name in target.on_same_account]
    if "currency" in target.by_name and target.by_name["currency"].checked_only:
        faults.append(_when(Q("s.currency <> r_account.currency"), rule="currency-differs", field="currency"))
    if "account" in target.by_name:
        money = [field for field in target.fields if field.type == "money"]
        faults += [too_many_places(field, account="r_account") for field in money]
    return faults


def _correction_faults(target: Target) -> list[sql.Composed]:
    taken = Q("EXISTS (SELECT FROM {} AS other WHERE other.corrects_id = r_corrects.id)").format(table(target.name))
    twice = Q("s.corrects IS NOT NULL AND row_number() OVER (PARTITION BY s.corrects ORDER BY s.line, s.entry) > 1")
    return [
        _unknown(target.own[0]),
        _when(taken, rule="already-corrected", field="corrects"),
        _when(twice, rule="already-corrected", field="corrects"),
    ]


def event_verdict(target: Target, *, corrections: bool) -> sql.Composed:
    faults = _event_faults(target)
    if corrections:
        faults += _correction_faults(target)
    return Q("""
        CASE WHEN mine.content_digest = {digest} THEN 'same'
             WHEN mine.id IS NOT NULL OR again.how = 'reused' THEN 'external-id-reused:external_id'
             WHEN again.how = 'repeated' THEN {repeated}
             {faults}
             ELSE 'new' END
    """).format(
        digest=staged_digest(target),
        repeated=sql.Literal("same" if target.standing else "repeated-in-file:external_id"),
        faults=Q(" ").join(faults),
    )


def mark_repeated(target: Target, *, names: Names) -> sql.Composed:
    """This function will note the rows whose id an earlier row of the batch has: with equal content, or another."""
    return Q("""
        CREATE TEMP TABLE {repeated} ON COMMIT DROP AS
        WITH ids AS (SELECT external_id FROM {stage} GROUP BY external_id HAVING count(*) > 1),
        told AS (
            SELECT s.line, s.entry, s.external_id, {digest} AS digest FROM {stage} AS s JOIN ids USING (external_id)
        ),
        counted AS (
            SELECT line, entry, digest, first_value(digest) OVER turn AS first, row_number() OVER turn AS turn
            FROM told WINDOW turn AS (PARTITION BY external_id ORDER BY line, entry)
        )
        SELECT line, entry, CASE WHEN digest = first THEN 'repeated' ELSE 'reused' END AS how
        FROM counted WHERE turn > 1
    """).format(repeated=names.repeated(target), stage=names.stage(target), digest=staged_digest(target))
