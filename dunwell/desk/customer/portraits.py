"""The portrait that the plan was made from, dimension by dimension in words."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb
from babel.numbers import format_decimal, format_percent
from django.utils.translation import gettext as _

from dunwell.desk.templatetags.reading import day, locale
from dunwell.ledger.kinds import Channel
from dunwell.portrait.dimensions import DIMENSIONS, ON_THE_DAY, Dimension

# Said elsewhere on the page, or of no use to a reader.
LEFT_OUT = frozenset(
    {
        "completeness",
        "sources_seen",
        "accounts",
        "past_due_days",
        "delinquent_days",
        "creditor",
        "product_line",
        "bucket",
    }
    | {"overdue_accounts", "currencies", "outstanding_reference", "overdue_reference", "first_overdue_on"}
    | {"contacted_since_overdue", "peak_past_due_days_6m", "region", "time_zone", "kind", "overdue_cause"}
    | {f"reachable_{channel}" for channel in Channel.values}
)


def portrait(file: Path, *, customer: str, chinese: bool) -> list[tuple[str, str]]:
    """This function will tell the dimensions that say something; zeros and the unknown are left out."""
    if not file.exists():
        return []
    with _engine().cursor() as reader:
        found = reader.execute("SELECT * FROM read_parquet(?) WHERE customer = ? LIMIT 1", [str(file), customer])
        columns = [column[0] for column in found.description or ()]
        row = found.fetchone()
    values = dict(zip(columns, row, strict=True)) if row else {}
    told = [(dimension, values.get(dimension.name)) for dimension in DIMENSIONS if dimension.name not in LEFT_OUT]
    return [(_title(dimension, chinese), _value(dimension, value)) for dimension, value in told if _says(value)]


@lru_cache(maxsize=1)
def _engine() -> duckdb.DuckDBPyConnection:
    """This function will keep one engine for all readers: to start one takes longer than to find a customer.

    What it keeps of the files it has read stays small: a desk shares its machine.
    """
    return duckdb.connect(config={"threads": 1, "memory_limit": "256MB"})


def _says(value: Any) -> bool:
    return value not in (None, "", 0, False)


def column_title(name: str, *, chinese: bool) -> str:
    """This function will name a column of the portrait in words; one that is none by its code."""
    return next((_title(dimension, chinese) for dimension in DIMENSIONS if dimension.name == name), name)


def _title(dimension: Dimension, chinese: bool) -> str:
    """This function will keep the name of a dimension and leave out how it is counted."""
    if chinese:
        return dimension.zh.split("（")[0]
    name = dimension.en.split(";")[0].split(", the ")[0].split(" (")[0].split(":")[0]
    return name if dimension.window == ON_THE_DAY else f"{name} ({dimension.window})"


def _value(dimension: Dimension, value: Any) -> str:
    if value is True:
        return _("yes")
    if isinstance(value, date):
        return day(value)
    if dimension.unit == "ratio":
        return str(format_percent(value, format="0.#%", locale=locale()))
    if isinstance(value, (int, float)):
        return str(format_decimal(value, format="#,##0.##", locale=locale()))
    return str(value)
