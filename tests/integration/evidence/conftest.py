"""Evidence to work with."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import transaction

from dunwell.evidence.actions import record

AT = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
Tell = Callable[..., list[int]]


@pytest.fixture
def tell(transactional_db: None) -> Tell:
    """This fixture will give a way to record rows, each in a transaction of its own, and returns their ids."""

    def write(count: int = 1, **detail: Any) -> list[int]:
        return [once(number, detail) for number in range(count)]

    def once(number: int, detail: dict[str, Any]) -> int:
        with transaction.atomic():
            return record(action="test.told", subject=f"s{number}", by="test", at=AT, detail={"n": number} | detail)

    return write
