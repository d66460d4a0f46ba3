"""Recording: in the action's own transaction or not at all, and stored as it was digested."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from dunwell.evidence.actions import record
from dunwell.evidence.models import Row
from dunwell.evidence.queries import verify
from dunwell.evidence.rules import ROW_BYTES_MAX, RowContent, sha256, sm3

AT = datetime(2026, 3, 1, 8, 30, 0, 123456, tzinfo=UTC)
Tell = Callable[..., list[int]]
TOLD: dict[str, Any] = {"action": "test.told", "subject": "s", "by": "test", "at": AT, "detail": {}}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "detail",
    [
        {},
        {"n": 1, "no": None, "yes": True, "text": "\u00e9 \u4e2d \U0001f600 \"'\\ \n\t"},
        {"nested": {"list": [1, [2, {"deep": ["x"]}], {}], "b": {}, "a": []}},
        {"big": 2**63 - 1, "small": -(2**63) + 1},
        {"tuple": (1, "a")},
        {"é": 1, "e": 2, "\U0001f600": 3, "\uffff": 4},
    ],
)
def test_what_was_told_is_what_is_stored(detail: dict[str, Any]) -> None:
    number = record(**TOLD | {"detail": detail})
    row = Row.objects.get(id=number)
    canonical = RowContent(id=number, at=AT, by="test", action="test.told", subject="s", detail=detail).canonical()
    assert row.content().canonical() == canonical
    assert (bytes(row.sha256), bytes(row.sm3)) == (sha256(canonical), sm3(canonical))
    assert verify().whole


@pytest.mark.django_db
def test_a_time_of_another_zone_is_the_same_moment() -> None:
    record(**TOLD | {"at": AT.astimezone(timezone(timedelta(hours=8)))})
    assert Row.objects.get().at == AT
    assert verify().whole


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_it_is_refused() -> None:
    with pytest.raises(RuntimeError, match="in the transaction of the change"):
        record(**TOLD)
    assert not Row.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_what_is_undone_leaves_no_evidence(tell: Tell) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        record(**TOLD)
        1 / 0  # noqa: B018
    assert not Row.objects.exists()
    tell(1)
    assert verify().whole, "the id that was drawn and not used is no fault"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "error", "said"),
    [
        ({"detail": {"a": 1.5}}, TypeError, "no form for float"),
        ({"detail": {"a": Decimal("1.50")}}, TypeError, "no form for Decimal"),
        ({"detail": {"a": [date(2026, 3, 1)]}}, TypeError, "no form for date"),
        ({"detail": {1: "a"}}, TypeError, "keys of evidence"),
        ({"detail": {"a": 2**63}}, ValueError, "64 bits"),
        ({"detail": {"a": "x\0"}}, ValueError, "NUL"),
        ({"detail": {"a": "x" * ROW_BYTES_MAX}}, ValueError, "at most"),
        ({"at": datetime(2026, 3, 1)}, ValueError, "zone"),  # noqa: DTZ001
        ({"by": ""}, ValueError, "who did it"),
        ({"action": ""}, ValueError, "who did it"),
        ({"subject": ""}, ValueError, "who did it"),
    ],
)
def test_what_cannot_be_evidence_is_refused(change: dict[str, Any], error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        record(**TOLD | change)
    assert not Row.objects.exists()
