"""The keys of persons: made once, under any concurrency; destroyed for ever."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from dunwell.facts.errors import DunwellError
from dunwell.vault import queries
from dunwell.vault.actions import destroy_key, ensure_keys
from dunwell.vault.models import MasterKeyCheck, PersonKey
from dunwell.vault.queries import erased, keys

AT = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
LATER = AT + timedelta(days=1)
pytestmark = pytest.mark.django_db


def test_keys_are_made_once() -> None:
    subjects = [uuid4() for _ in range(5)]
    made = ensure_keys([*subjects, subjects[0]], at=AT)
    assert set(made) == set(subjects)
    assert len(set(made.values())) == 5
    assert ensure_keys(subjects, at=LATER) == made == keys(subjects)
    assert set(PersonKey.objects.values_list("created_at", flat=True)) == {AT}


def test_some_old_some_new() -> None:
    old, new = uuid4(), uuid4()
    first = ensure_keys([old], at=AT)
    both = ensure_keys([new, old], at=LATER)
    assert both[old] == first[old]
    assert set(both) == {old, new}


def test_nobody() -> None:
    assert ensure_keys([], at=AT) == {}
    assert keys([]) == {}
    assert erased([]) == set()
    assert keys([uuid4()]) == {}


def test_more_than_one_portion(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "PORTION", 3)
    subjects = {uuid4() for _ in range(10)}
    assert set(ensure_keys(subjects, at=AT)) == subjects == set(keys(subjects))


def test_what_is_stored_is_not_the_key() -> None:
    subject = uuid4()
    key = ensure_keys([subject], at=AT)[subject]
    assert key not in bytes(PersonKey.objects.get().wrapped_key or b"")
    assert len(bytes(MasterKeyCheck.objects.get().check_value)) == 8


def test_an_erased_person_has_no_key_and_gets_none() -> None:
    gone, stays = uuid4(), uuid4()
    made = ensure_keys([gone, stays], at=AT)
    assert destroy_key(gone, at=LATER)
    assert keys([gone, stays]) == {stays: made[stays]} == ensure_keys([gone, stays], at=LATER)
    assert erased([gone, stays]) == {gone}
    grave = PersonKey.objects.get(subject=gone)
    assert (grave.wrapped_key, grave.created_at, grave.erased_at) == (None, AT, LATER)


def test_erasing_twice_is_once() -> None:
    subject = uuid4()
    ensure_keys([subject], at=AT)
    assert destroy_key(subject, at=LATER)
    assert not destroy_key(subject, at=LATER + timedelta(days=1))
    assert PersonKey.objects.get().erased_at == LATER


def test_erasing_whoever_has_no_key_digs_a_grave() -> None:
    subject = uuid4()
    assert destroy_key(subject, at=AT)
    assert ensure_keys([subject], at=LATER) == {}


@pytest.mark.parametrize("columns", [{"wrapped_key": None}, {"erased_at": AT}])
def test_the_database_refuses_a_key_half_erased(columns: dict[str, object]) -> None:
    ensure_keys([uuid4()], at=AT)
    with pytest.raises(IntegrityError, match="erased_means_no_key"), transaction.atomic():
        PersonKey.objects.update(**columns)


def test_a_wrapped_key_moved_to_another_person_does_not_open() -> None:
    one, other = uuid4(), uuid4()
    ensure_keys([one, other], at=AT)
    PersonKey.objects.filter(subject=other).update(wrapped_key=PersonKey.objects.get(subject=one).wrapped_key)
    with pytest.raises(DunwellError, match="was altered") as caught:
        keys([other])
    assert str(other) in caught.value.place


@pytest.mark.django_db(transaction=True)
def test_imports_at_the_same_moment_get_the_same_keys() -> None:
    subjects = [uuid4() for _ in range(200)]
    barrier = Barrier(4)

    def ensure(turn: int) -> dict[UUID, bytes]:
        try:
            barrier.wait()
            return ensure_keys(subjects[turn * 10 :] if turn % 2 else reversed(subjects), at=AT)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(ensure, range(4)))
    stored = keys(subjects)
    assert len(stored) == 200
    assert all(found.items() <= stored.items() for found in results)


@pytest.mark.django_db(transaction=True)
def test_a_key_destroyed_while_an_import_goes_on_stays_destroyed() -> None:
    """The import holds the key and seals on; what it commits afterwards nobody can read."""
    subject = uuid4()
    ensure_keys([subject], at=AT)

    def erase() -> None:
        try:
            destroy_key(subject, at=LATER)
        finally:
            connection.close()

    with transaction.atomic():
        assert subject in ensure_keys([subject], at=AT)
        with ThreadPoolExecutor(1) as pool:
            pool.submit(erase).result(timeout=20)
    assert keys([subject]) == {}
    assert erased([subject]) == {subject}
