"""The time zone of customers whose own is not known."""

from __future__ import annotations

import os
from zoneinfo import ZoneInfo


def house_zone() -> str:
    """This function will name the time zone of customers whose own is unknown (`DUNWELL_TIME_ZONE`)."""
    return ZoneInfo(os.environ.get("DUNWELL_TIME_ZONE", "Asia/Shanghai")).key
