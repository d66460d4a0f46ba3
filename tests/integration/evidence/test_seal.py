"""Sealing: nothing lost, nobody waits, whatever order rows commit in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier, Event

import pytest
from django.db import connection, transaction

from dunwell.evidence.actions import record, seal
from dunwell.evidence.models import Block, Leaf, Row
from dunwell.evidence.queries import verify
from dunwell.evidence.rules import NOTHING, sha256, sm3
from dunwell.evidence.tree import root

AT = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
Tell = Callable[..., list[int]]
# Long enough for anything that does not wait for another's transaction, far below a lock's.
SECONDS_MAX = 20

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    """This fixture will give threads; Django opens a connection for each, which is closed at the end of each work."""
    with ThreadPoolExecutor(8) as threads:
        yield threads


def apart(pool: ThreadPoolExecutor, work: Callable[[], object]) -> Future[object]:
    """This function will start the work in a thread, on a connection of its own."""

    def run() -> object:
        try:
            return work()
        finally:
            connection.close()

    return pool.submit(run)


def test_nothing_to_seal() -> None:
    assert seal(at=AT) is None
    assert not Block.objects.exists()


def test_the_first_block(tell: Tell) -> None:
    ids = tell(5)
    block = seal(at=AT)
    assert block is not None
    assert (block.number, block.rows, block.sealed_at, bytes(block.previous_hash)) == (1, 5, AT, NOTHING)
    assert list(Leaf.objects.order_by("position").values_list("row", flat=True)) == ids
    rows = list(Row.objects.order_by("id"))
    assert bytes(block.merkle_root_sha256) == root((bytes(row.sha256) for row in rows), digest=sha256)
    assert bytes(block.merkle_root_sm3) == root((bytes(row.sm3) for row in rows), digest=sm3)
    assert bytes(block.hash) == block.content().hash()
    assert seal(at=AT) is None


def test_blocks_name_each_other(tell: Tell) -> None:
    blocks = [tell(2) and seal(at=AT + timedelta(hours=hour)) for hour in range(3)]
    first, second, third = (block for block in blocks if block)
    assert bytes(second.previous_hash) == bytes(first.hash)
    assert bytes(third.previous_hash) == bytes(second.hash)
    assert verify().head == bytes(third.hash)


def test_inside_a_transaction_it_is_refused(tell: Tell) -> None:
    """There it would seal rows that may yet be undone."""
    tell(1)
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        seal(at=AT)


def test_an_open_transaction_holds_up_nobody(tell: Tell, pool: ThreadPoolExecutor) -> None:
    """The slow writer's row has the lowest id, and is sealed in the block after."""
    told, go_on = Event(), Event()

    def slow() -> int:
        with transaction.atomic():
            number = record(action="test.slow", subject="s", by="test", at=AT, detail={})
            told.set()
            assert go_on.wait(SECONDS_MAX)
        return number

    writer = apart(pool, slow)
    assert told.wait(SECONDS_MAX)
    others = tell(3)
    first = apart(pool, lambda: seal(at=AT)).result(timeout=SECONDS_MAX)
    assert isinstance(first, Block)
    assert first.rows == 3
    more = tell(1)
    assert not writer.done()
    go_on.set()
    late = writer.result(timeout=SECONDS_MAX)
    assert isinstance(late, int)
    assert late < min(others)
    second = seal(at=AT)
    assert second is not None
    assert list(second.leaves.order_by("position").values_list("row", flat=True)) == [late, *more]
    assert verify().whole


def test_a_sealer_at_work_holds_up_no_writer(tell: Tell, pool: ThreadPoolExecutor) -> None:
    """The sealer's transaction is held open by hand just before it commits."""
    tell(2)
    sealed, go_on = Event(), Event()

    def slow_sealer() -> None:
        from dunwell.evidence import actions

        with transaction.atomic():
            actions._wait_for_turn()
            assert actions._link(1) == 2
            actions._close(1, at=AT, previous=NOTHING)
            sealed.set()
            assert go_on.wait(SECONDS_MAX)

    sealer = apart(pool, slow_sealer)
    assert sealed.wait(SECONDS_MAX)
    writers = [apart(pool, lambda: tell(1)) for _ in range(3)]
    for writer in writers:
        writer.result(timeout=SECONDS_MAX)
    assert not sealer.done()
    assert verify().unsealed == 5
    go_on.set()
    sealer.result(timeout=SECONDS_MAX)
    second = seal(at=AT)
    assert second is not None
    assert second.rows == 3
    assert verify().whole


def test_a_second_sealer_waits_its_turn(tell: Tell, pool: ThreadPoolExecutor) -> None:
    tell(20)
    barrier = Barrier(4)

    def race() -> Block | None:
        barrier.wait()
        return seal(at=AT)

    blocks = [future.result(timeout=SECONDS_MAX) for future in [apart(pool, race) for _ in range(4)]]
    assert len([block for block in blocks if block]) == 1
    assert Leaf.objects.count() == 20
    assert verify().whole


def test_writers_and_sealers_together_lose_nothing(tell: Tell, pool: ThreadPoolExecutor) -> None:
    begun, done = Event(), Event()

    def write() -> None:
        tell(10)
        assert begun.wait(SECONDS_MAX)
        tell(50)

    def keep_sealing() -> int:
        blocks = 0
        while not done.is_set():
            if seal(at=AT) is not None:
                blocks += 1
                begun.set()
        return blocks

    def keep_verifying() -> bool:
        whole = True
        while not done.is_set():
            whole = whole and verify().whole
        return whole

    sealers = [apart(pool, keep_sealing) for _ in range(2)]
    verifier = apart(pool, keep_verifying)
    writers = [apart(pool, write) for _ in range(4)]
    for writer in writers:
        writer.result(timeout=60)
    done.set()
    blocks = sum(int(str(sealer.result(timeout=SECONDS_MAX))) for sealer in sealers)
    assert verifier.result(timeout=SECONDS_MAX) is True, "a chain that grows is whole at every moment"
    blocks += seal(at=AT) is not None
    found = verify()
    assert found.whole
    assert (found.rows, found.unsealed, found.blocks) == (240, 0, blocks)
    assert blocks > 1
