"""The desk's clock: a door reads the time once for each request and hands it on."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    return datetime.now(UTC)
