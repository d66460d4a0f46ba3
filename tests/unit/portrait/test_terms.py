"""The terms by which money is counted: what the file says, and what is said when it is wrong."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from portrait_tables import ROOT, TERMS

from dunwell.facts.errors import DunwellError
from dunwell.ledger.kinds import ProductLine
from dunwell.portrait.rules import COMPONENT_ORDER, load_terms, months_before

FILE = ROOT / "strategies/positions.yaml"


def changed(folder: Path, **changes: Any) -> Path:
    content = yaml.safe_load(FILE.read_text(encoding="utf-8")) | changes
    (folder / "positions.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    return folder / "positions.yaml"


def test_the_terms_in_force() -> None:
    assert [bucket.name for bucket in TERMS.buckets] == ["M0", "M1", "M2", "M3", "M4", "M5", "M6", "M7+"]
    assert set(TERMS.products) == set(ProductLine)
    assert {product.allocation for product in TERMS.products.values()} == {"due_first"}
    assert TERMS.reference.rates[TERMS.reference.currency] == 1
    assert [component.value for component in COMPONENT_ORDER] == ["fee", "penalty", "interest", "principal"]


def test_rates_are_exact() -> None:
    assert TERMS.reference.rates["USD"] == Decimal("7.12")


def products(**changes: Any) -> dict[str, Any]:
    usual = {line.value: {"grace_days": 0, "allocation": "due_first"} for line in ProductLine}
    return {"products": {name: product for name, product in (usual | changes).items() if product}}


REFERENCE = {"currency": "CNY", "as_of": date(2025, 1, 1), "note": "x", "otherwise": 1, "rates": {"CNY": 1}}

FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "the first bucket begins later": ({"buckets": [{"name": "M1", "from_days": 1}]}, "begins at 0"),
    "no buckets": ({"buckets": []}, "begins at 0"),
    "buckets out of order": (
        {"buckets": [{"name": n, "from_days": d} for n, d in (("a", 0), ("b", 31), ("c", 30))]},
        "later than the one before",
    ),
    "two buckets of one name": ({"buckets": [{"name": "a", "from_days": d} for d in (0, 1)]}, "same name"),
    "a product line is missing": (products(iot=None), "iot"),
    "an unknown product line": (products(gas={"grace_days": 0, "allocation": "due_first"}), "products.gas"),
    "an unknown order": (products(iot={"grace_days": 0, "allocation": "newest_first"}), "products.iot.allocation"),
    "grace below zero": (products(iot={"grace_days": -1, "allocation": "due_first"}), "products.iot.grace_days"),
    "an unknown currency": ({"reference": REFERENCE | {"rates": {"CNY": 1, "XYZ": 2}}}, "XYZ"),
    "a rate of nothing": ({"reference": REFERENCE | {"rates": {"CNY": 1, "USD": 0}}}, "USD"),
    "the reference is not 1": ({"reference": REFERENCE | {"rates": {"CNY": 2}}}, "rate 1"),
    "a strange key": ({"discount": 3}, "discount"),
}


@pytest.mark.parametrize(("changes", "said"), FAULTS.values(), ids=FAULTS)
def test_a_fault_names_its_place(changes: dict[str, Any], said: str, tmp_path: Path) -> None:
    with pytest.raises(DunwellError, match=said) as caught:
        load_terms(changed(tmp_path, **changes))
    assert "positions.yaml" in caught.value.place
    assert caught.value.cure


def test_buckets_can_be_others(tmp_path: Path) -> None:
    steps = [{"name": "current", "from_days": 0}, {"name": "late", "from_days": 5}]
    terms = load_terms(changed(tmp_path, buckets=steps))
    assert [terms.bucket(days) for days in (0, 4, 5, 500)] == ["current", "current", "late", "late"]


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        ("2026-11-20", 6, "2026-05-20"),
        ("2026-11-20", 12, "2025-11-20"),
        ("2026-01-31", 2, "2025-11-30"),
        ("2026-08-31", 6, "2026-02-28"),
        ("2024-08-31", 6, "2024-02-29"),
        ("2026-03-15", 3, "2025-12-15"),
        ("2026-03-15", 0, "2026-03-15"),
    ],
)
def test_months_before(day: str, months: int, before: str) -> None:
    assert months_before(date.fromisoformat(day), months=months) == date.fromisoformat(before)
