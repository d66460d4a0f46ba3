"""The statements that load and verify facts, built from the declared targets; names are quoted, values are parameters.

Parameters throughout: `source` (the namespace of the batch's own ids) and `batch` (its id). `s` stands for a staged
row, `mine` for the ledger's row of the same id, `r_<field>` for what a reference leads to, `t` for a stored row.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

from psycopg import sql

from dunwell.facts.money import PLACES_MAX, currencies, places
from dunwell.ledger.targets import TARGETS, Field, Target

_Q = sql.SQL
_SOURCE = _Q("%(source)s::text")
# A chained digest of digests, bucket by bucket, so that no single aggregate grows with the batch.
_DIGEST_OF_ADDED = _Q("""
    SELECT encode(sha256(string_agg(digest, ''::bytea ORDER BY bucket)), 'hex')
    FROM (
        SELECT substr(content_digest, 1, 1) AS bucket,
               sha256(string_agg(content_digest, ''::bytea ORDER BY content_digest)) AS digest
        FROM {rows} GROUP BY 1
    ) AS buckets
""")


class Names:
    """The temporary tables of one batch."""

    def __init__(self, batch_id: int) -> None:
        self._batch_id = batch_id

    def stage(self, target: Target) -> sql.Identifier:
        return sql.Identifier(f"stage_{self._batch_id}_{target.name}")

    def repeated(self, target: Target) -> sql.Identifier:
        return sql.Identifier(f"repeated_{self._batch_id}_{target.name}")

    @property
    def refused(self) -> sql.Identifier:
        return sql.Identifier(f"refused_{self._batch_id}")


def _list(parts: Iterable[sql.Composable]) -> sql.Composed:
    return _Q(", ").join(parts)


def _columns(names: Iterable[str], *, of: str = "") -> list[sql.Composable]:
    return [sql.Identifier(of, name) if of else sql.Identifier(name) for name in names]


# ---- staging --------------------------------------------------------------------------------------------------------


def create_stage(target: Target, *, names: Names) -> sql.Composed:
    columns = [column for field in target.staged for column in field.stage_columns]
    return _Q("CREATE TEMP TABLE {} (line bigint, entry integer, external_id text, {}) ON COMMIT DROP").format(
        names.stage(target), _list(_Q("{} " + kind).format(sql.Identifier(name)) for name, kind in columns)
    )


def copy_stage(target: Target, *, names: Names, columns: Sequence[str]) -> sql.Composed:
    return _Q("COPY {} ({}) FROM STDIN (FORMAT CSV)").format(names.stage(target), _list(_columns(columns)))


def analyze(target: Target, *, names: Names) -> sql.Composed:
    """This function will let the planner know the staging table, or it would join a million rows one by one."""
    return _Q("ANALYZE {}").format(names.stage(target))


def drop_stage(target: Target, *, names: Names) -> sql.Composed:
    return _Q("DROP TABLE IF EXISTS {}, {}").format(names.stage(target), names.repeated(target))


def create_refused(names: Names) -> sql.Composed:
    return _Q(
        "CREATE TEMP TABLE {} (place bigserial, line bigint, entry integer, reason text) ON COMMIT DROP"
    ).format(names.refused)


def read_refused(names: Names) -> sql.Composed:
    return _Q("SELECT line, entry, reason FROM {} ORDER BY line, place").format(names.refused)


def count_refused_lines(names: Names) -> sql.Composed:
    return _Q("SELECT count(DISTINCT line) FROM {}").format(names.refused)


def drop_refused(names: Names) -> sql.Composed:
    return _Q("DROP TABLE {}").format(names.refused)


# ---- content --------------------------------------------------------------------------------------------------------


def _told(field: Field) -> sql.Composable:
    """This function will write a staged field as it enters the digest: references by source and id, secrets by digest."""
    if field.type == "reference":
        return _Q("coalesce(s.{}, {}) || '/' || s.{}").format(
            sql.Identifier(f"{field.name}_source"), _SOURCE, sql.Identifier(field.name)
        )
    if field.type == "sealed":
        return _Q("encode(s.{}, 'hex')").format(sql.Identifier(f"{field.name}_digest"))
    return sql.Identifier("s", field.name)


def _kept(field: Field) -> sql.Composable:
    """This function will write a stored field as it entered the digest."""
    if field.type == "reference":
        return _Q("{0}.source || '/' || {0}.external_id").format(sql.Identifier(f"r_{field.name}"))
    if field.type == "sealed":
        return _Q("encode(t.{}, 'hex')").format(sql.Identifier(f"{field.name}_digest"))
    return sql.Identifier("t", field.name)


def _digest(target: Target, *, source: sql.Composable, external_id: sql.Composable, values: Iterable[sql.Composable]) -> sql.Composed:
    """This function will write the content digest: SHA-256 over a JSON array, in which no two contents look alike."""
    return _Q("sha256(convert_to(json_build_array({})::text, 'UTF8'))").format(
        _list([sql.Literal(target.name), source, external_id, *values])
    )


def _staged_digest(target: Target) -> sql.Composed:
    return _digest(target, source=_SOURCE, external_id=_Q("s.external_id"), values=map(_told, target.content))


def _stored_digest(target: Target) -> sql.Composed:
    return _digest(target, source=_Q("t.source"), external_id=_Q("t.external_id"), values=map(_kept, target.content))


def _body(target: Target, *, staged: bool) -> sql.Composed:
    """This function will write a version's content without the day from which it holds."""
    fields = [field for field in target.content if field.name != "valid_from"]
    return _Q("json_build_array({})::text").format(_list(map(_told if staged else _kept, fields)))


def _table(target: str) -> sql.Identifier:
    return sql.Identifier(TARGETS[target].table)


# ---- verdicts -------------------------------------------------------------------------------------------------------


def _references(target: Target) -> list[Field]:
    return [field for field in (*target.own, *target.references) if field.type == "reference"]


def _staged_joins(target: Target) -> sql.Composed:
    join = _Q("LEFT JOIN {table} AS {name} ON {name}.source = coalesce(s.{of}, {source}) AND {name}.external_id = s.{id}")
    return _Q(" ").join(
        join.format(
            table=_table(field.to),
            name=sql.Identifier(f"r_{field.name}"),
            of=sql.Identifier(f"{field.name}_source"),
            id=sql.Identifier(field.name),
            source=_SOURCE,
        )
        for field in _references(target)
    )


def _when(condition: sql.Composable, *, rule: str, field: str) -> sql.Composed:
    return _Q("WHEN {} THEN {}").format(condition, sql.Literal(f"{rule}:{field}"))


def _unknown(field: Field) -> sql.Composed:
    missing = _Q("s.{} IS NOT NULL AND {}.id IS NULL").format(
        sql.Identifier(field.name), sql.Identifier(f"r_{field.name}")
    )
    rule = "unknown-corrected" if field.name == "corrects" else f"unknown-{field.to.replace('_', '-')}"
    return _when(missing, rule=rule, field=field.name)


def _other_account(name: str) -> sql.Composed:
    other = _Q("{}.account_id <> r_account.id").format(sql.Identifier(f"r_{name}"))
    return _when(other, rule="other-account", field=name)


@cache
def _unusual_places() -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for code in sorted(currencies()):
        found.setdefault(min(places(code), PLACES_MAX), []).append(code)
    return {count: codes for count, codes in found.items() if count != 2}


def _too_many_places(field: Field, *, account: str) -> sql.Composed:
    """This function will ask whether an amount has more places than the account's currency."""
    currency = sql.Identifier(account, "currency")
    cases = [
        _Q("WHEN {} IN ({}) THEN {}").format(currency, _list(map(sql.Literal, codes)), sql.Literal(count))
        for count, codes in _unusual_places().items()
    ]
    amount = sql.Identifier("s", field.name)
    allowed = _Q("CASE {} ELSE 2 END").format(_Q(" ").join(cases))
    return _when(_Q("{0} <> round({0}, {1})").format(amount, allowed), rule="too-many-places", field=field.name)


def _event_faults(target: Target) -> list[sql.Composed]:
    faults = [_unknown(field) for field in target.references]
    faults += [_other_account(name) for name in target.on_same_account]
    if "currency" in target.by_name and target.by_name["currency"].checked_only:
        faults.append(_when(_Q("s.currency <> r_account.currency"), rule="currency-differs", field="currency"))
    if "account" in target.by_name:
        money = [field for field in target.fields if field.type == "money"]
        faults += [_too_many_places(field, account="r_account") for field in money]
    return faults


def _correction_faults(target: Target) -> list[sql.Composed]:
    taken = _Q("EXISTS (SELECT FROM {} AS other WHERE other.corrects_id = r_corrects.id)").format(_table(target.name))
    twice = _Q("s.corrects IS NOT NULL AND row_number() OVER (PARTITION BY s.corrects ORDER BY s.line, s.entry) > 1")
    return [
        _unknown(target.own[0]),
        _when(taken, rule="already-corrected", field="corrects"),
        _when(twice, rule="already-corrected", field="corrects"),
    ]


def _event_verdict(target: Target, *, corrections: bool) -> sql.Composed:
    faults = _event_faults(target)
    if corrections:
        faults += _correction_faults(target)
    return _Q("""
        CASE WHEN mine.content_digest = {digest} THEN 'same'
             WHEN mine.id IS NOT NULL OR again.how = 'reused' THEN 'external-id-reused:external_id'
             WHEN again.how = 'repeated' THEN {repeated}
             {faults}
             ELSE 'new' END
    """).format(
        digest=_staged_digest(target),
        repeated=sql.Literal("same" if target.standing else "repeated-in-file:external_id"),
        faults=_Q(" ").join(faults),
    )


def mark_repeated(target: Target, *, names: Names) -> sql.Composed:
    """This function will note the rows whose id an earlier row of the batch has: with equal content, or another."""
    return _Q("""
        CREATE TEMP TABLE {repeated} ON COMMIT DROP AS
        WITH ids AS (SELECT external_id FROM {stage} GROUP BY external_id HAVING count(*) > 1),
        told AS (SELECT s.line, s.entry, s.external_id, {digest} AS digest FROM {stage} AS s JOIN ids USING (external_id)),
        counted AS (
            SELECT line, entry, digest, first_value(digest) OVER turn AS first, row_number() OVER turn AS turn
            FROM told WINDOW turn AS (PARTITION BY external_id ORDER BY line, entry)
        )
        SELECT line, entry, CASE WHEN digest = first THEN 'repeated' ELSE 'reused' END AS how FROM counted WHERE turn > 1
    """).format(repeated=names.repeated(target), stage=names.stage(target), digest=_staged_digest(target))


# ---- into the ledger ------------------------------------------------------------------------------------------------


def _added_columns(target: Target) -> list[str]:
    own = [column for field in target.own for column in field.columns]
    anchor = [f"{target.version_of}_id"] if target.version_of else []
    return [*own, *anchor, *(column for field in target.fields for column in field.columns)]


def _insert(target: Target, *, judged: sql.Composable, names: Names, rest: sql.Composable = _Q("")) -> sql.Composed:
    """This function will add what is judged new, note what is refused, and count all three; `rest` joins the CTEs."""
    columns = _added_columns(target)
    return _Q("""
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
        table=_table(target.name),
        columns=_list(_columns(columns)),
        source=_SOURCE,
        refused=names.refused,
        rest=rest,
        digest=_DIGEST_OF_ADDED.format(rows=_Q("added")),
    )


def _values(target: Target) -> list[sql.Composable]:
    """This function will name the columns that a judged row brings for `_added_columns`."""
    ids = [_Q("{}.id AS {}").format(sql.Identifier(f"r_{f.name}"), sql.Identifier(f"{f.name}_id")) for f in _references(target)]
    plain = [field for field in target.staged if field.type != "reference"]
    return [*ids, *(sql.Identifier("s", column) for field in plain for column in field.columns)]


def insert_events(target: Target, *, names: Names, corrections: bool) -> sql.Composed:
    """This function will judge the staged events, or those that correct others, and add the new ones."""
    judged = _Q("""
        SELECT s.line, s.entry, s.external_id, {digest} AS digest, {values}, {verdict} AS verdict
        FROM {stage} AS s
        LEFT JOIN {table} AS mine ON mine.source = {source} AND mine.external_id = s.external_id
        LEFT JOIN {repeated} AS again ON again.line = s.line AND again.entry = s.entry
        {joins}
        WHERE (s.corrects IS NOT NULL) = {corrections}
    """).format(
        digest=_staged_digest(target),
        values=_list(_values(target)),
        verdict=_event_verdict(target, corrections=corrections),
        stage=names.stage(target),
        table=_table(target.name),
        source=_SOURCE,
        repeated=names.repeated(target),
        joins=_staged_joins(target),
        corrections=sql.Literal(corrections),
    )
    return _insert(target, judged=judged, names=names, rest=_forget(target, names=names) if corrections else _Q(""))


def _forget(target: Target, *, names: Names) -> sql.Composed:
    """This function will take settled corrections off the stage; those whose original is not found yet wait there."""
    return _Q("""
        , settled AS (
            DELETE FROM {stage} AS s USING judged
            WHERE s.line = judged.line AND s.entry = judged.entry AND verdict <> 'unknown-corrected:corrects'
        )
    """).format(stage=names.stage(target))


def count_corrections(target: Target, *, names: Names) -> sql.Composed:
    return _Q("SELECT count(*) FROM {} WHERE corrects IS NOT NULL").format(names.stage(target))


def refuse_corrections(target: Target, *, names: Names) -> sql.Composed:
    """This function will refuse the corrections whose original never came."""
    return _Q("""
        WITH rest AS (
            INSERT INTO {refused} (line, entry, reason)
            SELECT line, entry, 'unknown-corrected:corrects' FROM {stage} WHERE corrects IS NOT NULL
            RETURNING 1
        )
        SELECT count(*) FROM rest
    """).format(refused=names.refused, stage=names.stage(target))


def insert_versions(target: Target, *, names: Names) -> sql.Composed:
    """This function will add the versions that differ from the one before them, in the ledger or in the batch."""
    judged = _Q("""
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
        digest=_staged_digest(target),
        anchor_id=sql.Identifier(f"{target.version_of}_id"),
        values=_list(_values(target)),
        unknown=sql.Literal(f"unknown-{target.version_of}:external_id"),
        faults=_Q(" ").join(_version_faults(target)),
        stage=names.stage(target),
        history=_history(target, names=names),
        anchor=_table(target.version_of),
        table=_table(target.name),
        source=_SOURCE,
    )
    return _insert(target, judged=judged, names=names)


def _version_faults(target: Target) -> list[sql.Composed]:
    money = [field for field in target.fields if field.type == "money"]
    return [_too_many_places(field, account="anchor") for field in money] if target.version_of == "account" else []


def _history(target: Target, *, names: Names) -> sql.Composed:
    """This function will line up the versions known and the versions told, each with the one before it."""
    return _Q("""
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
        told=_body(target, staged=True),
        kept=_body(target, staged=False),
        stage=names.stage(target),
        table=_table(target.name),
        source=_SOURCE,
    )


# ---- verifying ------------------------------------------------------------------------------------------------------


def _stored_joins(target: Target) -> sql.Composed:
    return _Q(" ").join(
        _Q("LEFT JOIN {} AS {} ON {}.id = t.{}").format(
            _table(field.to),
            sql.Identifier(f"r_{field.name}"),
            sql.Identifier(f"r_{field.name}"),
            sql.Identifier(f"{field.name}_id"),
        )
        for field in _references(target)
    )


def _recomputed(target: Target) -> sql.Composed:
    return _Q("SELECT t.batch_id, t.id, t.source, t.external_id, t.content_digest AS claimed, {} AS content_digest FROM {} AS t {}").format(
        _stored_digest(target), _table(target.name), _stored_joins(target)
    )


def digests_of_batches(target: Target) -> sql.Composed:
    """This function will recompute, from the stored columns, how many facts of each batch there are and their digest."""
    return _Q("""
        SELECT batch_id, sum(facts)::bigint, encode(sha256(string_agg(digest, ''::bytea ORDER BY bucket)), 'hex')
        FROM (
            SELECT batch_id, substr(content_digest, 1, 1) AS bucket, count(*) AS facts,
                   sha256(string_agg(content_digest, ''::bytea ORDER BY content_digest)) AS digest
            FROM ({rows}) AS recomputed GROUP BY 1, 2
        ) AS buckets GROUP BY batch_id
    """).format(rows=_recomputed(target))


def altered(target: Target) -> sql.Composed:
    """This function will name the facts whose columns no longer give the digest that was stored with them."""
    return _Q("""
        SELECT batch_id, source, external_id FROM ({}) AS recomputed
        WHERE claimed <> content_digest ORDER BY id LIMIT %(limit)s
    """).format(_recomputed(target))


def digest_of_batch(target: Target) -> sql.Composed:
    """This function will digest what the batch added after the given id."""
    rows = _Q("(SELECT content_digest FROM {} WHERE id > %(after)s AND batch_id = %(batch)s) AS added").format(
        _table(target.name)
    )
    return _DIGEST_OF_ADDED.format(rows=rows)


def last_id(target: Target) -> sql.Composed:
    return _Q("SELECT coalesce(max(id), 0) FROM {}").format(_table(target.name))
