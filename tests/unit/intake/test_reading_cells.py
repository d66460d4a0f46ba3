"""How single cells are read: a table of examples, which is the reference for docs/how-to/add-a-source.md."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

from dunwell.intake.mapping.recipe import Column
from dunwell.intake.refusals import RULES, masked
from dunwell.intake.rules import Value, read_cell

# A moment of UTC, without its zone, as the staging table takes it.
moment = datetime.fromisoformat

TEXT = Column(name="c", type="text")
STATUS = Column(name="c", type="text", values=(("1", "verified"), ("0", "unverified"), ("9", "")))
DAY = Column(name="c", type="date", formats=("%Y-%m-%d", "%d/%m/%Y", "%Y%m%d", "%d-%b-%Y"))
TIME = Column(name="c", type="time", formats=("%Y-%m-%d %H:%M:%S",), zone="Asia/Shanghai")
MONEY = Column(name="c", type="money")
CENTS = Column(name="c", type="money", unit=Decimal("0.01"))
ROUNDED = Column(name="c", type="money", round_to=2)
SMALL = Column(name="c", type="money", at_most=Decimal(1000))
INTEGER = Column(name="c", type="integer")
NUMBER = Column(name="c", type="number")
FLAG = Column(name="c", type="bool", values=(("Y", "true"), ("N", "false")))

READ = [
    (TEXT, "  张伟\u3000", "张伟"),
    (TEXT, "NULL", None),
    (TEXT, "Null", "Null"),  # A surname.
    (TEXT, "NA", "NA"),  # Namibia, and a surname.
    (TEXT, "nan", None),
    (TEXT, "#N/A", None),
    (TEXT, "\\N", None),
    (TEXT, "0", "0"),
    (STATUS, "1", "verified"),
    (STATUS, "9", None),
    (DAY, "2024-02-29", date(2024, 2, 29)),
    (DAY, "29/2/2024", date(2024, 2, 29)),
    (DAY, "20240229", date(2024, 2, 29)),
    (DAY, "29-Feb-2024", date(2024, 2, 29)),
    (DAY, "2024-02-29 00:00:00", date(2024, 2, 29)),  # As a spreadsheet keeps a day.
    (TIME, "2024-05-01 08:00:00", moment("2024-05-01T00:00")),
    (TIME, "2024-05-01T08:00:00Z", moment("2024-05-01T08:00")),
    (TIME, "2024-05-01T08:00:00.5+02:00", moment("2024-05-01T06:00:00.5")),
    (MONEY, "1,234.50", Decimal("1234.500")),
    (MONEY, "￥1，234.5元", Decimal("1234.500")),
    (MONEY, "1,00,000.00", Decimal("100000.000")),
    (MONEY, "-3", Decimal("-3.000")),
    (MONEY, "5e+05", Decimal("500000.000")),
    (MONEY, "12.3400000", Decimal("12.340")),
    (CENTS, "1999", Decimal("19.990")),
    (ROUNDED, "0.30000000000000004", Decimal("0.300")),
    (ROUNDED, "2.675", Decimal("2.680")),
    (INTEGER, "7.0", 7),
    (NUMBER, "1e-05", Decimal("0.000010")),
    (FLAG, "N", False),
]
REFUSED = [
    (TEXT, "a\0b", "not-text"),
    (STATUS, "2", "unknown-value"),
    (DAY, "2024-02-30", "not-a-date"),
    (DAY, "2024-1-5 13:00:00", "not-a-date"),
    (DAY, "24-01-05", "not-a-date"),
    (DAY, "1899-12-31", "date-out-of-range"),
    (DAY, "2200-01-01", "date-out-of-range"),
    (TIME, "soon", "not-a-time"),
    (TIME, "2024-05-01", "not-a-time"),
    (MONEY, "1,5", "not-a-number"),  # A decimal comma: read as 15 it would be ten times too much.
    (MONEY, "1.234,50", "not-a-number"),
    (MONEY, "12 apples", "not-a-number"),
    (MONEY, "1.2345", "too-many-places"),
    (MONEY, "1e-4", "too-many-places"),
    (MONEY, "9999999999999999.00", "amount-absurd"),
    (MONEY, "1e300", "not-a-number"),
    (MONEY, "1e30", "amount-absurd"),
    (SMALL, "1000.01", "amount-absurd"),
    (CENTS, "0.01", "too-many-places"),
    (INTEGER, "7.5", "not-a-number"),
    (INTEGER, "2147483648", "number-out-of-range"),
    (NUMBER, "1e13", "number-out-of-range"),
    (NUMBER, "abc", "not-a-number"),
    (FLAG, "maybe", "unknown-value"),
]


@pytest.mark.parametrize(("column", "cell", "value"), READ)
def test_a_cell_is_read(column: Column, cell: str, value: Value) -> None:
    assert read_cell(column, cell=cell) == (value, "")


@pytest.mark.parametrize(("column", "cell", "rule"), REFUSED)
def test_a_cell_is_refused(column: Column, cell: str, rule: str) -> None:
    assert read_cell(column, cell=cell) == (None, rule)


@pytest.mark.parametrize("cell", [None, "", "  ", "NaN", "NULL"])
def test_nothing_is_null_and_refused_only_where_it_is_required(cell: str | None) -> None:
    assert read_cell(MONEY, cell=cell) == (None, "")
    assert read_cell(Column(name="c", type="money", required=True), cell=cell) == (None, "required")


def test_an_unlisted_word_is_refused_kept_or_dropped() -> None:
    def column(otherwise: str) -> Column:
        return Column(name="c", type="text", values=(("a", "alpha"),), otherwise=otherwise)

    assert read_cell(column("refuse"), cell="b") == (None, "unknown-value")
    assert read_cell(column("keep"), cell="b") == ("b", "")
    assert read_cell(column("null"), cell="b") == (None, "")


@pytest.mark.parametrize(
    ("local", "utc"),
    [
        ("2024-03-10 02:30:00", moment("2024-03-10T07:30")),  # The hour that is left out in spring.
        ("2024-11-03 01:30:00", moment("2024-11-03T06:30")),  # The hour that comes twice in autumn.
    ],
)
def test_a_doubtful_hour_is_the_later_moment(local: str, utc: datetime) -> None:
    column = Column(name="c", type="time", formats=("%Y-%m-%d %H:%M:%S",), zone="America/New_York")
    assert read_cell(column, cell=local) == (utc, "")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("13800138000", "1…0"),
        ("张伟", "…"),
        ("王小明", "…"),
        ("ab", "…"),
        ("", ""),
        (None, ""),
        ("欧阳小明明", "欧…明"),
    ],
)
def test_a_masked_value_shows_at_most_its_ends(text: str | None, shown: str) -> None:
    assert masked(text) == shown


def test_a_secret_value_shows_nothing() -> None:
    assert masked("13800138000", secret=True) == "…"


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES.keys())
def test_every_rule_speaks_both_languages(rule: object) -> None:
    from dunwell.intake.refusals import Rule

    assert isinstance(rule, Rule)
    assert " -> " in rule.reason("en")
    assert rule.reason("en").isascii()
    assert any("\u4e00" <= letter <= "\u9fff" for letter in rule.reason("zh"))
