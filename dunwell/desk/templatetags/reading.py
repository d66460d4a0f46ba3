"""Numbers, money, days and closed words in the reader's own form."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_time
from babel.numbers import format_decimal, format_percent
from django import template

from dunwell.access.kinds import Capability, Worded
from dunwell.access.rules import Person
from dunwell.desk import words
from dunwell.desk.page import language
from dunwell.facts.money import Money
from dunwell.ledger.zones import house_zone

register = template.Library()
LOCALES = {"en": "en", "zh-hans": "zh_Hans_CN"}


def locale() -> str:
    return LOCALES[language()]


@register.filter
def number(value: Any) -> str:
    """This function will write a number with its groups, two places at most."""
    return str(format_decimal(value, format="#,##0.##", locale=locale())) if value not in (None, "") else ""


@register.filter
def share(value: float | None) -> str:
    return str(format_percent(value, format="0.#%", locale=locale())) if value is not None else ""


@register.filter
def money(amount: Decimal, currency: str) -> str:
    """This function will write money as the reader does: Django's own Chinese groups no thousands."""
    return Money(amount, currency).read(locale())


@register.filter
def moneys(amounts: str) -> str:
    """This function will write «CNY 580.00; USD 20.00», as the plan tells it, in the reader's form."""
    parts = (part.split(" ") for part in amounts.split("; ") if part)
    return " + ".join(Money(Decimal(amount), currency).read(locale()) for currency, amount in parts)


@register.filter
def day(value: date | str | None) -> str:
    known = date.fromisoformat(value) if isinstance(value, str) and value else value
    return str(format_date(known, "medium", locale=locale())) if known else ""


@register.filter
def moment(value: datetime | None) -> str:
    """This function will write a moment by the house's clock, to the minute."""
    if value is None:
        return ""
    form = "d MMM y HH:mm" if locale() == "en" else "y年M月d日 HH:mm"
    return str(format_datetime(value.astimezone(ZoneInfo(house_zone())), form, locale=locale()))


@register.filter
def clock_time(value: datetime) -> str:
    return str(format_time(value.astimezone(ZoneInfo(house_zone())), "HH:mm", locale=locale()))


@register.filter
def word(value: Any) -> str:
    """This function will say a member of a closed list in the reader's language."""
    return value.word(language()) if isinstance(value, Worded) else str(value or "")


@register.filter
def called(value: Any, kind: str) -> str:
    """This function will say what a code of the ledger or the plan is called: `{{ row.channel|called:"channel" }}`."""
    return words.word(kind, str(value or ""), language=language())


@register.filter
def may(who: Person | None, capability: str) -> bool:
    """This function will tell whether somebody can do a thing in any part of the house: for ways into pages."""
    return who is not None and who.can_somewhere(Capability(capability))


@register.filter
def can(who: Person | None, capability: str) -> bool:
    """This function will tell whether somebody can do a thing here: for what a customer's own page offers."""
    return who is not None and who.can(Capability(capability))


@register.filter
def roles(who: Person | None) -> str:
    """This function will name the roles that somebody holds anywhere."""
    held = dict.fromkeys(one.role for one in who.held) if who else ()
    comma = "、" if language() != "en" else ", "
    return comma.join(role.word(language()) for role in held)
