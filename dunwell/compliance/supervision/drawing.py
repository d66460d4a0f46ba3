"""Drawing the contacts that a person reviews: a tenth of each collector's by month, some of all by day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from django.db import connection, transaction

from dunwell.compliance.models import ReviewDraw, ReviewItem, ReviewStratum
from dunwell.compliance.supervision import sampling
from dunwell.compliance.supervision.rules import MONTH, SPOT, Collector
from dunwell.compliance.supervision.sampling import Span
from dunwell.evidence.actions import record
from dunwell.evidence.models import Block
from dunwell.facts.errors import DunwellError

SPOT_MAX = 1_000
# "review" in ASCII: one drawing at a time.
_LOCK = 0x726576696577
# A contact is drawn under the id of its first event, with what the latest correction says of it. Those that an
# earlier drawing of the same month knew are left out; a robot's contacts are left to the spot checks.
_CONTACTS = """
    WITH RECURSIVE chain AS (
        SELECT x.id, x.corrects_id, x.agency, x.staff, x.recorded_at
        FROM ledger_contact x
        WHERE x.happened_at >= %(since)s AND x.happened_at < %(until)s
          AND (NOT %(by_collector)s OR x.actor = 'human')
          AND NOT EXISTS (SELECT FROM ledger_contact c WHERE c.corrects_id = x.id)
        UNION ALL
        SELECT x.id, x.corrects_id, chain.agency, chain.staff, greatest(chain.recorded_at, x.recorded_at)
        FROM chain JOIN ledger_contact x ON x.id = chain.corrects_id
    )
    SELECT chain.id, chain.agency, chain.staff, chain.recorded_at FROM chain
    WHERE chain.corrects_id IS NULL AND NOT EXISTS (
        SELECT FROM (
            SELECT unnest(s.contacts) AS id FROM compliance_reviewstratum s
            JOIN compliance_reviewdraw d ON d.id = s.draw_id
            WHERE %(by_collector)s AND d.kind = 'month' AND d.first_on = %(first)s
        ) known WHERE known.id = chain.id
    )
    ORDER BY chain.id
"""


@transaction.atomic
def announce(period: str, *, by: str, at: datetime) -> None:
    """This function will say in the evidence that somebody is going to draw, so that there is something to seal."""
    record(action="compliance.reviews_announced", subject=f"reviews/{period}", by=by, at=at, detail={})


@transaction.atomic
def draw_month(first: date, *, zone: str, by: str, at: datetime) -> ReviewDraw | None:
    """This function will draw a tenth of what each collector did in a month and no drawing has known yet.

    Run again, it draws only among what was recorded since, as a further drawing of the month; None if that is nothing.
    """
    span = sampling.month(first, zone=zone)
    _take_turn(span, at=at)
    told = _contacts(span, by_collector=True)
    if not told.contacts:
        return None
    made = _draw(MONTH, span=span, zone=zone, anchor=_anchor(span, told=told), by=by, at=at)
    for collector, known in sorted(told.contacts.items(), key=lambda entry: entry[0].name):
        seed = seed_of(made, collector=collector)
        drawn = sampling.draw(known, seed=seed, size=sampling.size_of(len(known)))
        _keep(made, collector=collector, known=known, drawn=[(contact, collector) for contact in drawn])
    _tell(made)
    return made


@transaction.atomic
def draw_spot(on: date, *, size: int, zone: str, by: str, at: datetime) -> ReviewDraw:
    """This function will draw so many of all contacts of a day, once; a second call gives the first one's drawing."""
    if not 1 <= size <= SPOT_MAX:
        raise DunwellError(f"{size} contacts are no spot check", place="--count", cure=f"draw 1 to {SPOT_MAX}")
    span = sampling.day(on, zone=zone)
    _take_turn(span, at=at)
    earlier = ReviewDraw.objects.filter(kind=SPOT, first_on=on).first()
    if earlier is not None:
        return earlier
    told = _contacts(span, by_collector=False)
    made = _draw(SPOT, span=span, zone=zone, anchor=_anchor(span, told=told), by=by, at=at)
    whose = {contact: who for who, known in told.contacts.items() for contact in known}
    drawn = sampling.draw(whose, seed=seed_of(made, collector=None), size=size)
    _keep(made, collector=None, known=sorted(whose), drawn=[(contact, whose[contact]) for contact in drawn])
    _tell(made)
    return made


def seed_of(made: ReviewDraw, *, collector: Collector | None) -> bytes:
    """This function will make the seed of a drawing, for whoever draws or wants to see that it was drawn so."""
    period = f"{made.first_on:%Y-%m}/{made.number}" if made.kind == MONTH else made.first_on.isoformat()
    return sampling.seed_of(period, collector=collector, anchor=bytes(made.anchor.hash))


def drawn_again(stratum: ReviewStratum) -> list[int]:
    """This function will draw once more among the contacts that a month's drawing knew: the same must come out."""
    if stratum.contacts is None:
        raise ValueError("a spot check keeps only the digest of the contacts among which was drawn")
    seed = seed_of(stratum.draw, collector=Collector(stratum.agency, stratum.staff))
    return sampling.draw(stratum.contacts, seed=seed, size=sampling.size_of(len(stratum.contacts)))


class _Told(NamedTuple):
    """The contacts of a span by collector, and when the last of them was written down."""

    contacts: dict[Collector, list[int]]
    last_at: datetime | None


def _take_turn(span: Span, *, at: datetime) -> None:
    """This function will wait until nobody else draws."""
    if at < span.until:
        cure = f"draw after {span.until:%Y-%m-%d %H:%M %Z}"
        raise DunwellError("it is not over yet", place=f"reviews draw {span.first}", cure=cure)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _anchor(span: Span, *, told: _Told) -> Block:
    """This function will find the block that decides: the first that was sealed after all of the contacts were told.

    So whoever writes a contact down, on time or late, cannot know whether it will be drawn.
    """
    since = max(span.until, told.last_at) if told.last_at else span.until
    anchor = Block.objects.filter(sealed_at__gte=since).order_by("number").first()
    if anchor is None:
        raise DunwellError(
            "no evidence was sealed since, so nothing decides who is drawn",
            place=f"reviews draw {span.first}",
            cure="run: dunwell evidence seal",
        )
    return anchor


def _contacts(span: Span, *, by_collector: bool) -> _Told:
    """This function will list the contacts of a span that are not yet known to a drawing."""
    found: dict[Collector, list[int]] = {}
    last_at: datetime | None = None
    with connection.cursor() as cursor:
        cursor.execute(_CONTACTS, {**span._asdict(), "by_collector": by_collector})
        for contact, agency, staff, told_at in cursor.fetchall():
            found.setdefault(Collector(agency, staff), []).append(contact)
            last_at = max(last_at or told_at, told_at)
    return _Told(found, last_at)


def _draw(kind: str, *, span: Span, zone: str, anchor: Block, by: str, at: datetime) -> ReviewDraw:
    number = ReviewDraw.objects.filter(kind=kind, first_on=span.first).count() + 1
    told = {"kind": kind, "first_on": span.first, "number": number, "time_zone": zone}
    return ReviewDraw.objects.create(**told, anchor=anchor, by=by, at=at)


def _keep(
    made: ReviewDraw, *, collector: Collector | None, known: list[int], drawn: Iterable[tuple[int, Collector]]
) -> None:
    items = [
        ReviewItem(draw=made, contact_id=contact, agency=whose.agency, staff=whose.staff) for contact, whose in drawn
    ]
    ReviewStratum.objects.create(
        draw=made,
        agency=collector.agency if collector else None,
        staff=collector.staff if collector else None,
        contacts=known if collector else None,
        contacts_digest=sampling.digest_of(known),
        population=len(known),
        drawn=len(items),
    )
    ReviewItem.objects.bulk_create(items)


def _tell(made: ReviewDraw) -> None:
    """This function will write the drawing into the evidence, with a digest over whom it knew and whom it drew."""
    strata = list(made.strata.order_by("id"))
    record(
        action="compliance.reviews_drawn",
        subject=f"draw/{made.id}",
        by=made.by,
        at=made.at,
        detail={
            "kind": made.kind,
            "first_on": made.first_on.isoformat(),
            "number": made.number,
            "anchor": made.anchor_id,
            "strata": len(strata),
            "population": sum(stratum.population for stratum in strata),
            "known_sha256": sampling.digest_of_texts(stratum.contacts_digest for stratum in strata),
            "drawn": made.items.count(),
            "drawn_sha256": sampling.digest_of(made.items.values_list("contact_id", flat=True)),
        },
    )
