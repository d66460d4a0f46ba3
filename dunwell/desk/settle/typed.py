"""What was typed into a form, read as it is meant; what cannot be read is None and stays in the field."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TypeVar

from dunwell.access.kinds import Worded

Kind = TypeVar("Kind", bound=Worded)
KEY = re.compile(r"[0-9a-f]{32}")
# Thousands in either form, full-width digits as they come from Chinese keyboards, a currency's sign in front.
_AMOUNT = re.compile(r"\d{1,15}(\.\d{1,6})?")
_GROUPS = str.maketrans("", "", ",， \u00a0\u202f¥￥$€£元")


def amount(form: Mapping[str, str], name: str) -> Decimal | None:
    """This function will read a sum such as 1,234.50."""
    text = form.get(name, "").strip().translate(_GROUPS).replace("．", ".")
    try:
        return Decimal(text) if _AMOUNT.fullmatch(text) else None
    except InvalidOperation:
        return None


def day(form: Mapping[str, str], name: str) -> date | None:
    try:
        return date.fromisoformat(form.get(name, "").strip())
    except ValueError:
        return None


def whole(form: Mapping[str, str], name: str) -> int | None:
    text = form.get(name, "").strip()
    return int(text) if text.isdecimal() and len(text) <= 18 else None


def chosen(form: Mapping[str, str], name: str, kinds: type[Kind]) -> Kind | None:
    return next((one for one in kinds if one.value == form.get(name)), None)


def empty(form: Mapping[str, str], name: str) -> bool:
    return not form.get(name, "").strip()


def key(form: Mapping[str, str]) -> str:
    """This function will read the key that makes a form count once; another than ours is none."""
    text = form.get("key", "")
    return f"desk/{text}" if KEY.fullmatch(text) else ""
