"""Looking a value up in what a page was given."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any

from django import template

register = template.Library()


@register.filter
def at(values: Mapping[Any, Any], key: Any) -> Any:
    """This function will give the value beside a key, or nothing."""
    return values.get(key, "")


@register.filter
def holds(values: Container[str], value: Any) -> bool:
    return str(value) in values


@register.filter(name="is")
def same(value: Any, other: Any) -> bool:
    return str(value) == str(other)
