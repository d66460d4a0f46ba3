"""Reading the ledger: is every fact still what it was when it came in?"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection
from psycopg import sql

from dunwell.ledger.loading import verifying
from dunwell.ledger.models import Account, Batch, PartyRole
from dunwell.ledger.targets import TARGETS, Target

# So many altered facts are named; the first one is enough to begin a search.
NAMED_MAX = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchFault:
    """What no longer agrees: where, and what is wrong there."""

    batch: int
    place: str
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchVerification:
    """The result of recomputing every batch from the stored facts."""

    batches: int
    facts: int
    faults: tuple[BatchFault, ...]

    @property
    def sound(self) -> bool:
        return not self.faults


def verify_batches() -> BatchVerification:
    """This function will recompute each fact's digest and each batch's from the stored columns, and name what differs.

    A fact is held against the digest stored beside it, the facts of a batch against the batch, and the batch against
    its row of evidence: so a change that mends one of them still breaks the next, up to the sealed chain.
    """
    connection.ensure_connection()
    batches = {batch.id: batch for batch in Batch.objects.order_by("id")}
    recomputed = {target.name: _recomputed(target) for target in TARGETS.values()}
    faults = [
        *(fault for target in TARGETS.values() for fault in _altered(target)),
        *(fault for batch in batches.values() for fault in _against_facts(batch, recomputed=recomputed)),
        *_strangers(set(batches), recomputed=recomputed),
        *_against_evidence(),
    ]
    facts = sum(count for found in recomputed.values() for count, _ in found.values())
    return BatchVerification(batches=len(batches), facts=facts, faults=tuple(faults))


def _rows(statement: sql.Composed, parameters: dict[str, int] | None = None) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        # The text of dates and times is part of the digest.
        cursor.execute("SET TIME ZONE 'UTC'")
        cursor.execute("SET datestyle = 'ISO'")
        cursor.execute(statement, parameters)
        rows: list[tuple[object, ...]] = cursor.fetchall()
        return rows


def _recomputed(target: Target) -> dict[int, tuple[int, str]]:
    return {
        int(str(batch)): (int(str(count)), str(digest))
        for batch, count, digest in _rows(verifying.digests_of_batches(target))
    }


def _altered(target: Target) -> list[BatchFault]:
    return [
        BatchFault(
            batch=int(str(batch)),
            place=f"{target.table} {source}/{external_id}",
            problem="its columns were altered: they no longer give the digest stored beside them",
        )
        for batch, source, external_id in _rows(verifying.altered(target), {"limit": NAMED_MAX})
    ]


def _against_facts(batch: Batch, *, recomputed: dict[str, dict[int, tuple[int, str]]]) -> list[BatchFault]:
    faults = []
    for name, target in TARGETS.items():
        told = batch.content.get(name, {"added": 0, "digest": ""})
        count, digest = recomputed[name].get(batch.id, (0, ""))
        if count != told["added"]:
            problem = f"holds {count:,} facts, the batch brought {told['added']:,}"
        elif digest != told["digest"]:
            problem = "holds as many facts as the batch brought, but not the same ones"
        else:
            continue
        faults.append(BatchFault(batch=batch.id, place=target.table, problem=problem))
    return faults


def _strangers(known: set[int], *, recomputed: dict[str, dict[int, tuple[int, str]]]) -> list[BatchFault]:
    return [
        BatchFault(batch=batch, place=TARGETS[name].table, problem="facts of a batch that does not exist")
        for name, found in recomputed.items()
        for batch in sorted(found.keys() - known)
    ]


# Every batch beside the evidence of it: what differs, or stands there twice or not at all.
_AGAINST_EVIDENCE = sql.SQL("""
    SELECT b.id, e.rows
    FROM ledger_batch b
    LEFT JOIN (
        SELECT subject, count(*) AS rows, min(detail::text)::jsonb AS detail
        FROM evidence_row WHERE subject LIKE 'batch/%' AND detail ? 'content' GROUP BY subject
    ) e ON e.subject = 'batch/' || b.id
    WHERE e.rows IS DISTINCT FROM 1
       OR e.detail -> 'content' IS DISTINCT FROM b.content
       OR e.detail ->> 'origin_digest' IS DISTINCT FROM b.origin_digest
       OR (e.detail -> 'rows_read')::bigint IS DISTINCT FROM b.rows_read
    ORDER BY b.id
""").format()


def _against_evidence() -> list[BatchFault]:
    return [
        BatchFault(
            batch=int(str(batch)),
            place=f"ledger_batch {batch}",
            problem="differs from its evidence" if rows else "has no evidence",
        )
        for batch, rows in _rows(_AGAINST_EVIDENCE)
    ]


def accounts_without_customer(source: str) -> int:
    """This function will count the accounts of a source for which nobody holds the role `primary`."""
    answered = PartyRole.objects.filter(role="primary").values("account")
    return Account.objects.filter(source=source).exclude(id__in=answered).count()
