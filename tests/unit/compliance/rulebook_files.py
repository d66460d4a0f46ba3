"""Rulebooks for the tests, written out as files."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import yaml

ENTRY: dict[str, Any] = {
    "id": "X-1",
    "kind": "daily_cap",
    "parameters": {"most": 2, "counts": "attempts", "count_channels": "all", "per": "creditor"},
    "valid_from": date(2026, 1, 1),
    "source": "a law",
    "certainty": "Q1",
    "enforcement": "block",
    "en": "At most two a day.",
    "zh": "每日最多两次。",
}


def written(folder: Path, *entries: dict[str, Any], layer: str = "xx/test") -> Path:
    """This function will write a rulebook of the entries and return its file."""
    file = folder / layer / "rules.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(yaml.safe_dump({"about": {"en": "test"}, "rules": list(entries)}, allow_unicode=True), "utf-8")
    return file
