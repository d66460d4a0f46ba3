"""The monthly tenth and the daily spot check: exact, repeatable, late contacts apart, nobody's choice."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from supervision_ledger import LATER, NOON, Ledger

from dunwell.compliance.models import ReviewDraw, ReviewItem, ReviewStratum
from dunwell.compliance.supervision import drawing, sampling
from dunwell.compliance.supervision.drawing import draw_month, draw_spot, drawn_again
from dunwell.compliance.supervision.rules import Collector
from dunwell.evidence.actions import record, seal
from dunwell.evidence.models import Row
from dunwell.facts.errors import DunwellError

OCTOBER, ZONE = date(2026, 10, 1), "Asia/Shanghai"
HUMAN = {"actor": "human", "channel": "voice"}

pytestmark = pytest.mark.django_db


def sealed(*, at: datetime = LATER) -> None:
    """This function will seal a block, with a row of evidence in it."""
    with transaction.atomic():
        record(action="test.told", subject="s", by="test", at=at, detail={"at": at.isoformat()})
    seal(at=at)


def drawn(*, at: datetime = LATER) -> ReviewDraw:
    made = draw_month(OCTOBER, zone=ZONE, by="C-1", at=at)
    assert made is not None
    return made


def contacts_of(made: ReviewDraw, **who: str | None) -> list[int]:
    return list(made.items.filter(**who).order_by("id").values_list("contact_id", flat=True))


def sizes(made: ReviewDraw) -> dict[tuple[str | None, str | None], tuple[int, int]]:
    return {(row.agency, row.staff): (row.population, row.drawn) for row in made.strata.all()}


def test_each_collector_has_a_tenth_drawn_rounded_up(ledger: Ledger) -> None:
    party = ledger.party()
    for staff, how_many in (("S-1", 1), ("S-2", 10), ("S-3", 21)):
        ledger.contacts(party, how_many=how_many, staff=staff, **HUMAN)
    ledger.contacts(party, how_many=11, agency="A-1", staff="S-1", **HUMAN)
    ledger.contacts(party, how_many=2, agency="A-1", **HUMAN)
    sealed()
    made = drawn()
    assert sizes(made) == {
        (None, "S-1"): (1, 1),
        (None, "S-2"): (10, 1),
        (None, "S-3"): (21, 3),
        ("A-1", "S-1"): (11, 2),
        ("A-1", None): (2, 1),
    }
    assert made.items.count() == 8
    assert len(contacts_of(made, agency=None, staff="S-3")) == 3


def test_robots_and_other_months_are_left_out(ledger: Ledger) -> None:
    party = ledger.party()
    ledger.contacts(party, how_many=30)
    # The last minute of September and the first of November, in Shanghai.
    for at in (datetime(2026, 9, 30, 15, 59, tzinfo=UTC), datetime(2026, 10, 31, 16, tzinfo=UTC)):
        ledger.contact(party, at=at, staff="S-1", **HUMAN)
    inside = [
        ledger.contact(party, at=at, staff="S-1", **HUMAN).id
        for at in (datetime(2026, 9, 30, 16, tzinfo=UTC), datetime(2026, 10, 31, 15, 59, tzinfo=UTC))
    ]
    sealed()
    made = drawn()
    assert ReviewStratum.objects.get(draw=made).contacts == inside


def test_an_inbound_call_is_conduct_too(ledger: Ledger) -> None:
    ledger.contact(ledger.party(), direction="inbound", staff="S-1", **HUMAN)
    sealed()
    assert drawn().items.count() == 1


def test_a_second_run_draws_nothing_new(ledger: Ledger) -> None:
    ledger.contacts(ledger.party(), how_many=30, staff="S-1", **HUMAN)
    sealed()
    made = drawn()
    before = contacts_of(made)
    assert draw_month(OCTOBER, zone=ZONE, by="C-2", at=LATER) is None
    assert contacts_of(made) == before
    assert ReviewDraw.objects.count() == 1


def test_the_same_is_drawn_again_from_what_was_written_down(ledger: Ledger) -> None:
    party = ledger.party()
    for staff in ("S-1", "S-2"):
        ledger.contacts(party, how_many=45, staff=staff, **HUMAN)
    sealed()
    made = drawn()
    for stratum in made.strata.select_related("draw__anchor"):
        assert drawn_again(stratum) == contacts_of(made, staff=stratum.staff)


def test_what_is_recorded_late_is_drawn_apart(ledger: Ledger) -> None:
    party = ledger.party()
    ledger.contacts(party, how_many=20, staff="S-1", **HUMAN)
    sealed()
    first = drawn()
    before = contacts_of(first)
    late = [contact.id for contact in ledger.contacts(party, how_many=15, staff="S-1", **HUMAN)]
    late.append(ledger.contact(party, staff="S-9", **HUMAN).id)
    second = drawn(at=LATER + timedelta(days=1))
    assert (first.number, second.number) == (1, 2)
    assert sizes(second) == {(None, "S-1"): (15, 2), (None, "S-9"): (1, 1)}
    assert set(contacts_of(second)) <= set(late)
    assert contacts_of(first) == before
    assert draw_month(OCTOBER, zone=ZONE, by="C-1", at=LATER) is None


def test_an_outcome_that_comes_later_is_no_new_contact(ledger: Ledger) -> None:
    """A contact is drawn under its first event; the correction that tells its outcome is the same contact."""
    attempt = ledger.contact(ledger.party(), staff="S-1", **HUMAN)
    sealed()
    made = drawn()
    ledger.corrected(attempt, connected=True)
    assert draw_month(OCTOBER, zone=ZONE, by="C-1", at=LATER) is None
    assert contacts_of(made) == [attempt.id]


def test_a_corrected_contact_is_counted_once_and_for_the_right_collector(ledger: Ledger) -> None:
    attempt = ledger.contact(ledger.party(), staff="S-1", **HUMAN)
    outcome = ledger.corrected(attempt, staff="S-2")
    ledger.corrected(outcome, connected=True)
    sealed()
    made = drawn()
    assert sizes(made) == {(None, "S-2"): (1, 1)}
    assert contacts_of(made) == [attempt.id]


# ---- nobody's choice -------------------------------------------------------------------------------------------------


def test_a_month_that_is_not_over_is_not_drawn(ledger: Ledger) -> None:
    with pytest.raises(DunwellError, match="not over yet"):
        drawn(at=datetime(2026, 10, 31, 15, 59, tzinfo=UTC))


def test_without_a_later_block_nothing_decides(ledger: Ledger) -> None:
    """A block that was sealed before the last contact was told could have been known when it was."""
    ledger.contact(ledger.party(), staff="S-1", **HUMAN)
    sealed(at=datetime(2026, 11, 1, tzinfo=UTC))
    with pytest.raises(DunwellError, match="nothing decides") as caught:
        drawn()
    assert "dunwell evidence seal" in caught.value.cure
    assert not ReviewDraw.objects.exists()


def test_the_first_block_after_it_decides_not_the_latest(ledger: Ledger) -> None:
    ledger.contacts(ledger.party(), how_many=30, staff="S-1", **HUMAN)
    for hours in range(3):
        sealed(at=LATER + timedelta(hours=hours))
    assert drawn(at=LATER + timedelta(days=1)).anchor_id == 1


def test_a_late_drawing_is_decided_by_a_later_block(ledger: Ledger, tampering: object) -> None:
    """Who tells a contact late could know the block that decided the month; so another one decides about it."""
    party = ledger.party()
    ledger.contact(party, staff="S-1", **HUMAN)
    sealed()
    assert drawn().anchor_id == 1
    late = ledger.contact(party, staff="S-1", **HUMAN)
    with tampering():  # type: ignore[operator]
        type(late).objects.filter(id=late.id).update(recorded_at=LATER + timedelta(hours=1))
    with pytest.raises(DunwellError, match="nothing decides"):
        drawn(at=LATER + timedelta(days=1))
    sealed(at=LATER + timedelta(hours=2))
    assert drawn(at=LATER + timedelta(days=1)).anchor_id == 2


def test_the_drawing_is_in_the_evidence(ledger: Ledger) -> None:
    ledger.contacts(ledger.party(), how_many=12, staff="S-1", **HUMAN)
    sealed()
    made = drawn()
    row = Row.objects.get(action="compliance.reviews_drawn")
    known = ReviewStratum.objects.get().contacts
    assert known is not None
    assert (row.subject, row.by) == (f"draw/{made.id}", "C-1")
    assert row.detail == {
        "kind": "month",
        "first_on": "2026-10-01",
        "number": 1,
        "anchor": 1,
        "strata": 1,
        "population": 12,
        "known_sha256": sampling.digest_of_texts([sampling.digest_of(known)]),
        "drawn": 2,
        "drawn_sha256": sampling.digest_of(contacts_of(made)),
    }


def test_a_drawing_is_never_changed(ledger: Ledger) -> None:
    ledger.contact(ledger.party(), staff="S-1", **HUMAN)
    sealed()
    drawn()
    for table in (ReviewDraw, ReviewStratum, ReviewItem):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            table._default_manager.all()._raw_delete("default")


# ---- spot checks -----------------------------------------------------------------------------------------------------


def test_a_spot_check_draws_so_many_of_all(ledger: Ledger) -> None:
    party = ledger.party()
    robots = ledger.contacts(party, how_many=25)
    ledger.contacts(party, how_many=5, staff="S-1", **HUMAN)
    ledger.contact(party, at=NOON - timedelta(days=1))
    sealed()
    made = draw_spot(NOON.date(), size=7, zone=ZONE, by="C-1", at=LATER)
    assert made.items.count() == 7
    stratum = made.strata.get()
    assert (stratum.population, stratum.drawn, stratum.contacts) == (30, 7, None)
    everybody = [*(contact.id for contact in robots), *range(robots[-1].id + 1, robots[-1].id + 6)]
    assert stratum.contacts_digest == sampling.digest_of(everybody)
    seed = drawing.seed_of(made, collector=None)
    assert contacts_of(made) == sampling.draw(everybody, seed=seed, size=7)
    with pytest.raises(ValueError, match="only the digest"):
        drawn_again(stratum)


def test_a_day_is_checked_once_whatever_is_asked_for_later(ledger: Ledger) -> None:
    ledger.contacts(ledger.party(), how_many=25)
    sealed()
    first = draw_spot(NOON.date(), size=3, zone=ZONE, by="C-1", at=LATER)
    again = draw_spot(NOON.date(), size=20, zone=ZONE, by="C-2", at=LATER)
    assert again == first
    assert again.items.count() == 3


def test_a_day_with_fewer_contacts_is_checked_whole(ledger: Ledger) -> None:
    ledger.contacts(ledger.party(), how_many=2)
    sealed()
    assert draw_spot(NOON.date(), size=20, zone=ZONE, by="C-1", at=LATER).items.count() == 2


def test_a_spot_check_does_not_disturb_the_month(ledger: Ledger) -> None:
    ledger.contacts(ledger.party(), how_many=10, staff="S-1", **HUMAN)
    sealed()
    draw_spot(NOON.date(), size=10, zone=ZONE, by="C-1", at=LATER)
    assert sizes(drawn()) == {(None, "S-1"): (10, 1)}


@pytest.mark.parametrize("size", [0, 1_001])
def test_a_spot_check_has_a_size(size: int) -> None:
    with pytest.raises(DunwellError, match="no spot check"):
        draw_spot(NOON.date(), size=size, zone=ZONE, by="C-1", at=LATER)


def test_the_seed_names_month_number_and_collector(ledger: Ledger) -> None:
    ledger.contact(ledger.party(), staff="S-1", **HUMAN)
    sealed()
    made = drawn()
    collector = Collector(None, "S-1")
    anchor = bytes(made.anchor.hash)
    assert drawing.seed_of(made, collector=collector) == sampling.seed_of(
        "2026-10/1", collector=collector, anchor=anchor
    )
