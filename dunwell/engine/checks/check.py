"""`check(model)`: every finding of every decision table, by sweeping the whole domain rather than by trying rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dunwell.engine.checks import conflicts, coverage, values
from dunwell.engine.checks.finding import Finding, Kind, Severity
from dunwell.engine.checks.idle import Idle
from dunwell.engine.checks.produced import Knowledge, Null
from dunwell.engine.checks.search import TooMuchError
from dunwell.engine.checks.sheet import Sheet, lay_out
from dunwell.engine.checks.showing import say
from dunwell.engine.model import Decision, DecisionModel, DecisionTable

__all__ = ["Finding", "Kind", "Severity", "check"]


def check(model: DecisionModel) -> list[Finding]:
    """This function will return what is wrong with the tables of a model: table by table, the worst first.

    A search that takes too much is given up, and an `incomplete` finding says which; nothing is left out in silence.
    """
    knowledge = Knowledge(model)
    return [finding for decision in model.decisions for finding in _checked(decision, knowledge)]


def _checked(decision: Decision, knowledge: Knowledge) -> list[Finding]:
    logic = decision.logic
    if not isinstance(logic, DecisionTable):
        knowledge.learn_formula(decision, logic)
        return []
    try:
        sheet = lay_out(decision, logic, knowledge)
    except TooMuchError:
        knowledge.learn(decision, {})
        return [_given_up(decision)]
    return sorted(_findings(sheet, knowledge), key=lambda finding: finding.order)


def _findings(sheet: Sheet, knowledge: Knowledge) -> Iterator[Finding]:
    idle = Idle(sheet)
    open_cases = [*coverage.gaps(sheet), *conflicts.overlaps(sheet)]
    given = values.produced(sheet, idle.lively, knowledge)
    yield from open_cases
    yield from idle.findings
    yield from values.outside(sheet, knowledge)
    yield from values.unproduced(sheet, given)
    yield from values.untested(sheet)
    knowledge.learn(sheet.decision, given, null=_null(open_cases))


def _null(open_cases: Sequence[Finding]) -> Null:
    """This function will say whether the next tables may meet a null: where no rule answers, or rules contradict."""
    if any(finding.severity == "error" for finding in open_cases):
        return "surely"
    return "perhaps" if open_cases else "never"


def _given_up(decision: Decision) -> Finding:
    words = say(
        "The table was not checked: cells that list many names make its rules too intricate.",
        "该表未检查：单元格列出的名称过多，规则过于复杂。",
    )
    return Finding("incomplete", "warning", decision.name, words)
