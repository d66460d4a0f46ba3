"""The statements that add facts: one for each table and kind, which judges, adds, refuses and counts."""

from __future__ import annotations

from psycopg import sql

from dunwell.ledger.loading.content import DIGEST_OF_ADDED, SOURCE, body, staged_digest, table
from dunwell.ledger.loading.staging import Names, Q, columns_of, listed
from dunwell.ledger.loading.verdicts import event_verdict, references, staged_joins, too_many_places
from dunwell.ledger.targets import Target

NOTHING = Q("")


def _added_columns(target: Target) -> list[str]:
    own = [column for field in target.own for column in field.columns]
    anchor = [f"{target.version_of}_id"] if target.version_of else []
    return [*own, *anchor, *(column for field in target.fields for column in field.columns)]


def _insert(target: Target, *, judged: sql.Composable, names: Names, rest: sql.Composable = NOTHING) -> sql.Composed:
    """This function will add what is judged new, note what is refused, and count all three; `rest` joins the CTEs."""
    columns = _added_columns(target)
    return Q("""
        WITH judged AS MATERIALIZED ({judged}),
        added AS (
            INSERT INTO {table} (batch_id, source, external_id, content_digest, {columns})
            SELECT %(batch)s, {source}, external_id, digest, {columns} FROM judged WHERE verdict = 'new'
            RETURNING content_digest
        ),
        refused AS (
            INSERT INTO {refused} (line, entry, reason)
            SELECT line, entry, verdict FROM judged
            WHERE verdict NOT IN ('new', 'same', 'unknown-corrected:corrects') ORDER BY line, entry
            RETURNING 1
        )
        {rest}
        SELECT (SELECT count(*) FROM added), (SELECT count(*) FROM judged WHERE verdict = 'same'),
               (SELECT count(*) FROM refused), ({digest})
    """).format(
        judged=judged,
        table=table(target.name),
        columns=listed(columns_of(columns)),
        source=SOURCE,
        refused=names.refused,
        rest=rest,
        digest=DIGEST_OF_ADDED.format(rows=Q("added")),
    )


def _values(target: Target) -> list[sql.Composable]:
    """This function will name the columns that a judged row brings for `_added_columns`."""
    ids = [
        Q("{}.id AS {}").format(sql.Identifier(f"r_{f.name}"), sql.Identifier(f"{f.name}_id"))
        for f in references(target)
    ]
    plain = [field for field in target.staged if field.type != "reference"]
    return [*ids, *(sql.Identifier("s", column) for field in plain for column in field.columns)]


def insert_events(target: Target, *, names: Names, corrections: bool) -> sql.Composed:
    """This function will judge the staged events, or those that correct others, and add the new ones."""
    judged = Q("""
        SELECT s.line, s.entry, s.external_id, {digest} AS digest, {values}, {verdict} AS verdict
        FROM {stage} AS s
        LEFT JOIN {table} AS mine ON mine.source = {source} AND mine.external_id = s.external_id
        LEFT JOIN {repeated} AS again ON again.line = s.line AND again.entry = s.entry
        {joins}
        WHERE (s.corrects IS NOT NULL) = {corrections}
    """).format(
        digest=staged_digest(target),
        values=listed(_values(target)),
        verdict=event_verdict(target, corrections=corrections),
        stage=names.stage(target),
        table=table(target.name),
        source=SOURCE,
        repeated=names.repeated(target),
        joins=staged_joins(target),
        corrections=sql.Literal(corrections),
    )
    return _insert(target, judged=judged, names=names, rest=_forget(target, names=names) if corrections else NOTHING)


def _forget(target: Target, *, names: Names) -> sql.Composed:
    """This function will take settled corrections off the stage; those whose original is not found yet wait there."""
    return Q("""
        , settled AS (
            DELETE FROM {stage} AS s USING judged
            WHERE s.line = judged.line AND s.entry = judged.entry AND verdict <> 'unknown-corrected:corrects'
        )
    """).format(stage=names.stage(target))


def count_corrections(target: Target, *, names: Names) -> sql.Composed:
    return Q("SELECT count(*) FROM {} WHERE corrects IS NOT NULL").format(names.stage(target))


def refuse_corrections(target: Target, *, names: Names) -> sql.Composed:
    """This function will refuse the corrections whose original never came."""
    return Q("""
        WITH rest AS (
            INSERT INTO {refused} (line, entry, reason)
            SELECT line, entry, 'unknown-corrected:corrects' FROM {stage} WHERE corrects IS NOT NULL
            RETURNING 1
        )
        SELECT count(*) FROM rest
    """).format(refused=names.refused, stage=names.stage(target))


def insert_versions(target: Target, *, names: Names) -> sql.Composed:
    """This function will add the versions that differ from the one before them, in the ledger or in the batch."""
    judged = Q("""
        SELECT s.line, s.entry, s.external_id, {digest} AS digest, anchor.id AS {anchor_id}, {values},
               CASE WHEN told.body <> told.first_of_day THEN 'external-id-reused:external_id'
                    WHEN told.body = told.before THEN 'same'
                    WHEN mine.id IS NOT NULL THEN 'version-told-before:valid_from'
                    WHEN anchor.id IS NULL THEN {unknown}
                    {faults}
                    ELSE 'new' END AS verdict
        FROM {stage} AS s
        JOIN ({history}) AS told ON told.line = s.line AND told.entry = s.entry
        LEFT JOIN {anchor} AS anchor ON anchor.source = {source} AND anchor.external_id = s.external_id
        LEFT JOIN {table} AS mine ON mine.source = {source} AND mine.external_id = s.external_id
             AND mine.valid_from = s.valid_from AND mine.content_digest = {digest}
    """).format(
        digest=staged_digest(target),
        anchor_id=sql.Identifier(f"{target.version_of}_id"),
        values=listed(_values(target)),
        unknown=sql.Literal(f"unknown-{target.version_of}:external_id"),
        faults=Q(" ").join(_version_faults(target)),
        stage=names.stage(target),
        history=_history(target, names=names),
        anchor=table(target.version_of),
        table=table(target.name),
        source=SOURCE,
    )
    return _insert(target, judged=judged, names=names)


def _version_faults(target: Target) -> list[sql.Composed]:
    money = [field for field in target.fields if field.type == "money"]
    return [too_many_places(field, account="anchor") for field in money] if target.version_of == "account" else []


def _history(target: Target, *, names: Names) -> sql.Composed:
    """This function will line up the versions known and the versions told, each with the one before it."""
    return Q("""
        SELECT line, entry, body, lag(body) OVER days AS before, first_value(body) OVER day AS first_of_day
        FROM (
            SELECT s.line, s.entry, s.external_id, s.valid_from, {told} AS body, 1 AS fresh, s.line AS place
            FROM {stage} AS s
            UNION ALL
            SELECT NULL, NULL, t.external_id, t.valid_from, {kept}, 0, t.id
            FROM {table} AS t
            WHERE t.source = {source} AND t.external_id IN (SELECT external_id FROM {stage})
        ) AS versions
        WINDOW days AS (PARTITION BY external_id ORDER BY valid_from, fresh, place, entry),
               day AS (PARTITION BY external_id, valid_from, fresh ORDER BY place, entry)
    """).format(
        told=body(target, staged=True),
        kept=body(target, staged=False),
        stage=names.stage(target),
        table=table(target.name),
        source=SOURCE,
    )
