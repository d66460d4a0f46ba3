"""The plan as a page: one file with figures and charts, in English and Chinese, that opens without network."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
from babel.dates import format_date
from babel.numbers import format_decimal, format_percent
from django.template.loader import render_to_string
from django.utils.translation import override

from dunwell.batch.definitions import Definitions
from dunwell.engine.model import Decision, DecisionTable
from dunwell.facts.money import Money

LANGUAGES = {"en": "en", "zh-hans": "zh_Hans_CN"}
TOP = 25


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a chart: its label, the value as a reader writes it, its share of the longest bar in percent."""

    label: str
    value: str
    width: float
    note: str = ""


def write_page(folder: Path, target: Path, *, as_of: date, digest: str, chosen: Definitions, language: str) -> None:
    """This function will write the page of a run's plan; the reader may switch the language in it."""
    plan = duckdb.connect().read_csv(str(folder / "plan.csv"), header=True, all_varchar=True)
    funnel = json.loads((folder / "funnel.json").read_text())
    pages = []
    for code in LANGUAGES:
        with override(code):
            pages.append((code, render_to_string("batch/plan_body.html", _context(plan, funnel, as_of, chosen, code))))
    whole = {"pages": pages, "language": language, "as_of": as_of, "digest": digest}
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(render_to_string("batch/plan.html", whole), encoding="utf-8")


def _context(plan: Any, funnel: Mapping[str, Any], as_of: date, chosen: Definitions, code: str) -> dict[str, Any]:
    words = _Words(chosen, code)
    statuses = funnel["statuses"]
    return {
        "as_of": format_date(as_of, "long", locale=LANGUAGES[code]),
        "tiles": _tiles(plan, funnel, words),
        "funnel": _funnel(statuses, funnel["customers"], words),
        "grades": _bars(
            plan, "grade", words.number, words.of("grade"), "grade IS NOT NULL", order="label = 'current' DESC, label"
        ),
        "treatments": _bars(plan, "treatment", words.number, words.treatment, "status = 'planned'"),
        "channels": _bars(plan, "channel", words.number, words.channel, "status = 'planned'"),
        "causes": _bars(plan, "cause", words.number, words.of("cause"), "cause IS NOT NULL"),
        "types": _bars(plan, "arrears_type", words.number, words.of("arrears_type"), "arrears_type IS NOT NULL"),
        "layers": _bars(plan, "layer", words.number, words.of("layer"), "layer IS NOT NULL"),
        "refusals": _refusals(plan, words),
        "rows": _rows(plan, words),
        "empty": not sum(statuses.values()),
        "draft": not funnel.get("approved", False),
    }


class _Words:
    """How things are called and written in one language."""

    def __init__(self, chosen: Definitions, code: str) -> None:
        self.code, self.locale, self.chosen = code, LANGUAGES[code], chosen
        self.side = "zh" if code.startswith("zh") else "en"

    def number(self, value: Any) -> str:
        return str(format_decimal(value, locale=self.locale))

    def share(self, value: float) -> str:
        return str(format_percent(value, format="0%" if value >= 0.01 or value == 0 else "0.0%", locale=self.locale))

    def of(self, decision: str) -> Callable[[str], str]:
        """This function will give what names the values of a decision."""
        segment = self.chosen.vocabulary[decision]
        return lambda code: _begun(segment.value(code, language=self.side))

    def money(self, amounts: str) -> str:
        """This function will write «CNY 580.00; USD 20.00» in the reader's form."""
        parts = (part.split(" ") for part in amounts.split("; "))
        return " + ".join(Money(Decimal(amount), currency).read(self.locale) for currency, amount in parts)

    def treatment(self, code: str) -> str:
        return str(getattr(self.chosen.catalogue[code].name, self.side))

    def channel(self, code: str) -> str:
        return _named(CHANNELS, code, self.side)

    def reason(self, rules: str) -> str:
        """This function will tell in words the rule that made the treatment eligible: the last of a row's rules."""
        return annotation(self.chosen.eligibility.decision("eligible"), rules.split(";")[-1], language=self.side)

    def rule(self, code: str) -> str:
        return f"{self.chosen.rulebook.sentence(code, language=self.side)} ({code})"


def _named(names: Mapping[str, tuple[str, str]], code: str, side: str) -> str:
    return names.get(code, (code, code))[side == "zh"]


CHANNELS = {
    "sms": ("SMS", "短信"),
    "app_push": ("App push", "应用推送"),
    "email": ("E-mail", "邮件"),
    "voice": ("Call", "电话"),
    "social": ("Social messaging", "社交消息"),
    "letter": ("Letter", "信函"),
    "visit": ("Visit", "上门"),
}
# What a rule's words name for those who read the requirements too: «send it itemised [D3]».
REQUIREMENT = re.compile(r" \[[A-Z]\d+\]")


def _begun(text: str) -> str:
    return text[:1].upper() + text[1:]


def annotation(decision: Decision, rule_id: str, *, language: str) -> str:
    """This function will give a rule of a decision table in words (`en` or `zh`); nothing if there is no such rule."""
    rules = decision.logic.rules if isinstance(decision.logic, DecisionTable) else ()
    told = next((str(getattr(rule.annotations, language)) for rule in rules if rule.id == rule_id), "")
    return REQUIREMENT.sub("", told)


def _bars(plan: Any, column: str, number: Any, name: Any, where: str, order: str = "n DESC, label") -> list[Bar]:
    counted = plan.filter(where).aggregate(f"{column} AS label, count(*) AS n").order(order).fetchall()
    longest = max((n for _label, n in counted), default=1)
    return [Bar(name(label), number(n), round(100 * n / longest, 1)) for label, n in counted]


def _funnel(statuses: Mapping[str, int], customers: int, words: _Words) -> list[Bar]:
    from django.utils.translation import gettext as _

    overdue = sum(statuses.values())
    eligible = overdue - statuses.get("not_eligible", 0)
    lawful = eligible - statuses.get("not_allowed", 0)
    worth = lawful - statuses.get("not_worth_it", 0)
    steps = [
        (_("In the portfolio"), customers),
        (_("Overdue"), overdue),
        (_("A treatment fits"), eligible),
        (_("Lawful today"), lawful),
        (_("Worth it"), worth),
        (_("Planned (within capacity)"), statuses.get("planned", 0)),
    ]
    whole = max(customers, 1)
    return [Bar(label, words.number(n), round(100 * n / whole, 1), words.share(n / whole)) for label, n in steps]


def _tiles(plan: Any, funnel: Mapping[str, Any], words: _Words) -> list[tuple[str, str]]:
    from django.utils.translation import gettext as _

    planned = (
        plan.filter("status = 'planned'").aggregate("count(*), coalesce(sum(expected_value::DOUBLE), 0)").fetchone()
    )
    return [
        (_("Customers in the portfolio"), words.number(funnel["customers"])),
        (_("Overdue customers"), words.number(sum(funnel["statuses"].values()))),
        (_("Planned today"), words.number(planned[0])),
        (_("Expected value (reference currency)"), words.number(round(planned[1]))),
    ]


def _refusals(plan: Any, words: _Words) -> list[Bar]:
    """This function will count the customers to whom each rule refused at least one treatment today."""
    named = plan.filter("refused IS NOT NULL").project(
        "customer, unnest(regexp_extract_all(refused, '[:;] ?([A-Za-z]+[A-Za-z0-9]*-?[A-Za-z0-9.-]*)', 1)) AS rule"
    )
    counted = named.aggregate("rule, count(DISTINCT customer) AS n").order("n DESC, rule").fetchall()
    longest = max((n for _rule, n in counted), default=1)
    return [Bar(words.rule(rule), words.number(n), round(100 * n / longest, 1)) for rule, n in counted]


def _rows(plan: Any, words: _Words) -> list[dict[str, str]]:
    names = plan.columns
    rows = [dict(zip(names, row, strict=True)) for row in plan.limit(TOP).fetchall()]
    for row in rows:
        row["treatment_name"] = words.treatment(row["treatment"]) if row["treatment"] else ""
        row["channel_name"] = words.channel(row["channel"]) if row["channel"] else ""
        row["grade_name"] = words.of("grade")(row["grade"]) if row["grade"] else ""
        row["money"] = words.money(row["amounts"])
        row["value"] = words.number(float(row["expected_value"])) if row["expected_value"] else ""
        row["reason"] = words.reason(row["rules"])
    return rows
