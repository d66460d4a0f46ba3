"""One decision in words: the whole path from the facts to the plan, replayed on the run's own snapshot."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
from babel.dates import format_date
from babel.numbers import format_decimal, format_percent
from django.utils.translation import gettext as _
from django.utils.translation import override

from dunwell.batch import cycle, definitions
from dunwell.batch.report import CHANNELS, LANGUAGES, annotation
from dunwell.compliance.rulebook.model import Rulebook
from dunwell.engine.model import Decision
from dunwell.facts.errors import DunwellError
from dunwell.facts.money import Money
from dunwell.portrait.dimensions import DIMENSIONS, ON_THE_DAY

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Chapter:
    """One step of the path: its title and its sentences."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Path:
    """All rows of one customer along the way."""

    positions: list[Row]
    portrait: Row
    segmented: Row | None
    masked: list[Row]
    plan: Row | None


def explain(customer: str, *, folder: Path, language: str) -> list[Chapter]:
    """This function will tell the path of one customer's decision in the language (`en` or `zh-hans`)."""
    run = json.loads((folder / "run.json").read_text())
    as_of = date.fromisoformat(run["as_of"])
    chosen = definitions.load(folder / "definitions")
    path = _replay(customer, folder=folder, chosen=chosen, as_of=as_of)
    with override(language):
        words = _Words(chosen, language, as_of)
        chapters = [words.facts(path), words.portrait(path)]
        if path.segmented:
            chapters += [words.segments(path), words.treatments(path)]
        return [*chapters, words.decision(path), words.versions(run["versions"])]


def _replay(customer: str, *, folder: Path, chosen: definitions.Definitions, as_of: date) -> _Path:
    """This function will run the same expressions as the batch, over the facts of this customer alone."""
    engine = cycle.connect(threads=1)
    tables = cycle.read_snapshot(engine, folder / "snapshot")
    party = _find(tables["parties"], customer)
    accounts = tables["accounts"].filter(tables["accounts"].party_id == party)
    wanted = engine.create_table("wanted_accounts", accounts, temp=True)
    own = {
        name: table.filter(table.party_id == party)
        if "party_id" in table.columns
        else table.semi_join(wanted, "account_id")
        for name, table in tables.items()
    }
    own = {name: engine.create_table(f"own_{name}", table, temp=True) for name, table in own.items()}
    steps = cycle.walk(own, chosen, as_of=as_of, keep=lambda n, t: engine.create_table(f"kept_{n}", t, temp=True))
    portraits = _rows(steps.portrait)
    if not portraits:
        raise DunwellError(
            "this customer has no account", place=customer, cure="import an account and the role `primary` for it"
        )
    segmented = _rows(steps.segmented)
    return _Path(
        positions=sorted(_rows(steps.positions), key=lambda row: str(row["account"])),
        portrait=portraits[0],
        segmented=segmented[0] if segmented else None,
        masked=sorted(_rows(steps.masked), key=lambda row: (row["priority"], row["treatment"])),
        plan=_planned(folder / "plan.csv", str(portraits[0]["customer"])),
    )


def _find(parties: Any, customer: str) -> int:
    """This function will find the party by `source/id`, or by the id alone where only one source has it."""
    matches = parties.filter((parties.customer == customer) | parties.customer.endswith(f"/{customer}"))
    found = _rows(matches.select("party_id", "customer").order_by("customer"))
    if len(found) == 1:
        return int(found[0]["party_id"])
    if found:
        names = ", ".join(str(row["customer"]) for row in found)
        raise DunwellError(f"several customers fit: {names}", place=customer, cure="give the name with its source")
    raise DunwellError(
        "no such customer in this plan's data",
        place=customer,
        cure="look the id up in out/plan.csv, or import it first",
    )


def _rows(table: Any) -> list[Row]:
    return list(table.to_pyarrow().to_pylist())


def _planned(csv: Path, customer: str) -> Row | None:
    with duckdb.connect() as reader:
        found = reader.execute(
            "SELECT * FROM read_csv(?, header = true, all_varchar = true) WHERE customer = ?", [str(csv), customer]
        )
        names = [column[0] for column in found.description or ()]
        row = found.fetchone()
    return dict(zip(names, row, strict=True)) if row else None


class _Words:
    """The sentences of the path, in one language."""

    def __init__(self, chosen: definitions.Definitions, language: str, as_of: date) -> None:
        self.chosen, self.as_of = chosen, as_of
        self.side = "zh" if language.startswith("zh") else "en"
        self.locale = LANGUAGES[language]

    def day(self, value: Any) -> str:
        day = date.fromisoformat(value) if isinstance(value, str) else value
        return str(format_date(day, "medium", locale=self.locale))

    def money(self, amount: Decimal, currency: str) -> str:
        return Money(amount, currency).read(self.locale)

    def facts(self, path: _Path) -> Chapter:
        lines = [self._account(row) for row in path.positions]
        return Chapter(_("What is owed on %(day)s") % {"day": self.day(self.as_of)}, tuple(lines))

    def _account(self, row: Row) -> str:
        known = {
            "account": row["account"],
            "overdue": self.money(row["overdue"], row["currency"]),
            "outstanding": self.money(row["outstanding"], row["currency"]),
        }
        if not row["overdue"]:
            return _("%(account)s: nothing overdue; %(outstanding)s outstanding.") % known
        known |= {"since": self.day(row["oldest_unpaid_due_on"]), "days": row["past_due_days"]}
        known |= {"net": row["delinquent_days"], "bucket": row["bucket"]}
        return (
            _(
                "%(account)s: %(overdue)s overdue of %(outstanding)s outstanding, the oldest since %(since)s: "
                "%(days)s days late, %(net)s after days of grace and holds (bucket %(bucket)s)."
            )
            % known
        )

    def portrait(self, path: _Path) -> Chapter:
        told = [self._dimension(dimension, path.portrait[dimension.name]) for dimension in DIMENSIONS]
        lines = [line for line in told if line]
        lines.append(
            _("Completeness of the portrait: %(share)s.") % {"share": self._share(path.portrait["completeness"])}
        )
        return Chapter(_("Who the customer is"), tuple(lines))

    def _dimension(self, dimension: Any, value: Any) -> str:
        """This function will tell a dimension that says something; zeros and unknowns are left out."""
        if value in (None, "", 0, False) or dimension.name == "completeness":
            return ""
        meaning = getattr(dimension, self.side)
        written = _("yes") if value is True else self._number(value) if isinstance(value, float) else str(value)
        window = f" ({dimension.window})" if self.side == "en" and dimension.window != ON_THE_DAY else ""
        return f"{meaning}{window}: {written}"

    def _number(self, value: float) -> str:
        return str(format_decimal(value, format="#,##0.##", locale=self.locale))

    def _share(self, value: float) -> str:
        return str(format_percent(value, locale=self.locale))

    def segments(self, path: _Path) -> Chapter:
        row = path.segmented or {}
        lines = [self._segment(decision, row) for decision in self.chosen.segment.decisions]
        chance = self._share(row["pay_probability"])
        lines.append(_("Chance of a payment within 30 days without any contact: %(chance)s.") % {"chance": chance})
        return Chapter(_("Which segments he belongs to"), tuple(lines))

    def _segment(self, decision: Decision, row: Row) -> str:
        """This function will tell one decision: what it is called, its answer, and the rule that gave it, in words."""
        told = self.chosen.vocabulary[decision.name]
        values = [told.value(str(row[output.name]), language=self.side) for output in decision.outputs]
        rule = row.get(f"{decision.name}_rule") or ""
        answer = f"{getattr(told, self.side)}{COLON[self.side]}{', '.join(values)}"
        return f"{answer} — {self._annotation(decision, rule)} ({rule})" if rule else answer

    def _annotation(self, decision: Decision, rule_id: str) -> str:
        return annotation(decision, rule_id, language=self.side)

    def treatments(self, path: _Path) -> Chapter:
        lines = [line for row in path.masked for line in self._candidate(row)]
        return Chapter(_("What may be done, and what the rules say"), tuple(lines or [_("No treatment fits.")]))

    def _candidate(self, row: Row) -> list[str]:
        treatment = self.chosen.catalogue[row["treatment"]]
        eligible = self.chosen.eligibility.decision("eligible")
        head = (
            f"{getattr(treatment.name, self.side)} ({_named(CHANNELS, treatment.channel, self.side)}): "
            f"{self._annotation(eligible, row['eligible_rule'])} ({row['eligible_rule']})"
        )
        if row["allowed"]:
            known = {"from": row["window_from"], "until": row["window_until"], "value": row["expected_value"]}
            return [head, "  ✓ " + _("allowed from %(from)s to %(until)s; expected value %(value)s") % known]
        return [head, *(f"  ✗ {line}" for line in self._refusals(row, self.chosen.rulebook))]

    def _refusals(self, row: Row, rulebook: Rulebook) -> list[str]:
        ids = [rule for rule in row["refused_rules"].split(";") if rule]
        lines = [f"{rulebook.sentence(rule, language=self.side)} ({rule})" for rule in ids]
        if row["earliest_on"]:
            lines.append(_("earliest allowed: %(day)s") % {"day": self.day(row["earliest_on"])})
        return lines

    def decision(self, path: _Path) -> Chapter:
        return Chapter(_("What was decided"), tuple(self._decided(path.plan)))

    def _decided(self, plan: Row | None) -> list[str]:
        if plan is None:
            return [_("Not in the plan: nothing is overdue.")]
        if plan["status"] != "planned":
            return [STATUSES[self.side][plan["status"]]]
        treatment = self.chosen.catalogue[plan["treatment"]]
        known = {
            "treatment": getattr(treatment.name, self.side),
            "channel": _named(CHANNELS, plan["channel"], self.side),
            "from": plan["window_from"],
            "until": plan["window_until"],
            "script": plan["script"],
            "tone": self.chosen.vocabulary["tone"].value(plan["tone"], language=self.side),
            "value": plan["expected_value"],
            "zone": plan["window_zone"],
        }
        lines = [
            _(
                "%(treatment)s (%(channel)s), between %(from)s and %(until)s (%(zone)s); "
                "script %(script)s, tone: %(tone)s."
            )
            % known,
            _("It has the best priority of what is allowed and worth it; expected value %(value)s.") % known,
        ]
        for rule in (plan["warned"] or "").split(";") + (plan["review"] or "").split(";"):
            if rule:
                lines.append(f"{self.chosen.rulebook.sentence(rule, language=self.side)} ({rule})")
        lines += [self._told(name, plan[name]) for name in ("person", "legal_track") if plan[name] not in QUIET]
        if plan["fell_back_from"]:
            first = self.chosen.catalogue[plan["fell_back_from"]]
            lines.append(
                _("%(first)s would have come first, but today's capacity went to higher values.")
                % {"first": getattr(first.name, self.side)}
            )
        return lines

    def _told(self, decision: str, value: str) -> str:
        told = self.chosen.vocabulary[decision]
        return f"{getattr(told, self.side)}{COLON[self.side]}{told.value(value, language=self.side)}"

    def versions(self, versions: dict[str, str]) -> Chapter:
        lines = [f"{name} {value[:12]}" for name, value in sorted(versions.items())]
        return Chapter(_("With which versions"), tuple(lines))


COLON = {"en": ": ", "zh": "："}
# Answers that ask nothing of anybody.
QUIET = (None, "", "none", "barred")

STATUSES = {
    "en": {
        "over_capacity": "Not planned: today's capacity went to customers with a higher expected value.",
        "not_worth_it": "Not planned: no allowed treatment is expected to bring more than it costs, harm included.",
        "not_allowed": "Not planned: the rules refuse every treatment that fits (see above).",
        "not_eligible": "Not planned: no treatment fits the segments (for example inside the days of grace).",
    },
    "zh": {
        "over_capacity": "未列入计划：今日产能已分配给预期价值更高的客户。",
        "not_worth_it": "未列入计划：任何合规措施的预期收益均不高于其成本（含对客户的影响）。",
        "not_allowed": "未列入计划：所有适用措施均被规则拒绝（见上）。",
        "not_eligible": "未列入计划：没有适用的措施（例如仍在宽限期内）。",
    },
}


def _named(names: Any, code: str, side: str) -> str:
    return str(names.get(code, (code, code))[side == "zh"])
