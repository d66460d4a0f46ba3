"""Sending a statement, and the two ends of a day by the house's clock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from psycopg import sql

from dunwell.ledger.zones import house_zone


def rows(statement: sql.Composable, told: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """This function will ask the database; what a reader tells comes as a parameter only."""
    with connection.cursor() as cursor:
        cursor.execute(statement, told)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def begins(on: date) -> datetime:
    """This function will give the moment at which a day begins by the house's clock."""
    return datetime.combine(on, time(), tzinfo=ZoneInfo(house_zone()))


def day_of(at: datetime) -> date:
    return at.astimezone(ZoneInfo(house_zone())).date()


def days_before(on: date, days: int) -> date:
    return on - timedelta(days=days)
