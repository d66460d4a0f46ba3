"""Nobody is in two hands: the row decides, whoever comes at the same moment, and the evidence tells."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from django.db import IntegrityError, connection

from dunwell.access.models import Staff
from dunwell.evidence.models import Row
from dunwell.work.actions import HELD_FOR, give_back, take
from dunwell.work.models import Reservation
from dunwell.work.queries import held_by, holder, holders
from tests.integration.contact.conftest import AT, people

CROWD = 8


def staffed(*codes: str) -> None:
    for number, code in enumerate(codes):
        subject = f"00000000-0000-0000-0000-{number + 900:012d}"
        Staff.objects.create(code=code, subject=subject, added_at=AT, added_by="test")


@pytest.fixture
def party(db: None) -> int:
    staffed("COL-1", "COL-2")
    return people(1)[0]


def later(minutes: float) -> datetime:
    return AT + timedelta(minutes=minutes)


def test_who_comes_first_has_him_until_the_end(party: int) -> None:
    assert take(party, by="COL-1", at=AT)
    assert not take(party, by="COL-2", at=later(29.9))
    held = holder(party, at=later(29.9))
    assert held is not None
    assert (held.staff_id, held.until_at) == ("COL-1", AT + HELD_FOR)
    assert take(party, by="COL-2", at=later(30))
    assert Reservation.objects.count() == 1


def test_taking_again_holds_longer_and_keeps_the_beginning(party: int) -> None:
    take(party, by="COL-1", at=AT)
    assert take(party, by="COL-1", at=later(20))
    held = Reservation.objects.get(party=party)
    assert (held.taken_at, held.until_at) == (AT, later(20) + HELD_FOR)
    take(party, by="COL-1", at=later(120))
    assert Reservation.objects.get(party=party).taken_at == later(120)


def test_giving_back_frees_him_for_others_and_only_the_holder_can(party: int) -> None:
    take(party, by="COL-1", at=AT)
    assert not give_back(party, by="COL-2", at=later(1))
    assert give_back(party, by="COL-1", at=later(1))
    assert not give_back(party, by="COL-1", at=later(2))
    assert holder(party, at=later(1)) is None
    assert take(party, by="COL-2", at=later(1))


def test_every_change_leaves_its_evidence_and_a_refusal_changes_nothing(party: int) -> None:
    take(party, by="COL-1", at=AT)
    take(party, by="COL-2", at=later(1))
    take(party, by="COL-1", at=later(2))
    give_back(party, by="COL-1", at=later(3))
    rows = Row.objects.filter(subject=f"party/{party}").order_by("id").values_list("action", "by")
    assert list(rows) == [
        ("work.taken", "staff:COL-1"),
        ("work.taken", "staff:COL-1"),
        ("work.given_back", "staff:COL-1"),
    ]
    again = [row.detail.get("again") for row in Row.objects.filter(action="work.taken").order_by("id")]
    assert again == [False, True]


def test_lists_say_who_has_whom(db: None) -> None:
    staffed("COL-1", "COL-2")
    first, second, third = people(3)
    take(first, by="COL-1", at=AT)
    take(second, by="COL-1", at=later(5))
    take(third, by="COL-2", at=AT)
    assert [held.party_id for held in held_by("COL-1", at=later(10))] == [second, first]
    assert set(holders([first, second, third], at=later(32))) == {second}
    assert held_by("COL-2", at=later(30)) == []


def test_a_stranger_takes_nobody(transactional_db: None) -> None:
    staffed("COL-1")
    [party] = people(1)
    with pytest.raises(IntegrityError):
        take(party, by="NOBODY-9", at=AT)
    assert not Reservation.objects.exists()
    assert not Row.objects.filter(action="work.taken").exists()


def test_of_many_at_the_same_moment_one_gets_him(transactional_db: None) -> None:
    codes = [f"COL-{number}" for number in range(CROWD)]
    staffed(*codes)
    parties = people(3)
    start = Barrier(CROWD)

    def rush(code: str) -> list[bool]:
        start.wait()
        try:
            return [take(party, by=code, at=AT) for party in parties]
        finally:
            connection.close()

    with ThreadPoolExecutor(CROWD) as crowd:
        got = list(crowd.map(rush, codes))
    assert [sum(column) for column in zip(*got, strict=True)] == [1, 1, 1]
    assert Row.objects.filter(action="work.taken").count() == 3
