"""The strategies' decision tables, to read: drawn by dmn-js, and the same as a table of the page itself.

Nothing is saved here: strategies change in their files and are approved by three roles.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dunwell.access.kinds import Capability as Can
from dunwell.database import ROOT
from dunwell.desk import plans
from dunwell.desk.middleware import POLICY, DeskRequest
from dunwell.desk.page import language, page
from dunwell.engine import dmn
from dunwell.engine.model import Decision, DecisionModel, DecisionTable, Formula, OutputClause, Rule
from dunwell.engine.wording import written

# dmn-js writes its maker's mark with two inline styles, these and no others; on this page alone they are let through by
# their digests. Everything else that is inline stays forbidden here too.
MARKS = ("sha256-r3vOsuepBDg6tz/cOusiNJ9Y4Lp9hGQTT7pzDks1Xxc=", "sha256-CA/eh4+2R0J7cEQ14gBMtx834RIOjzMUqCM+evtrkp4=")
HASHED = " ".join(("'unsafe-hashes'", *(f"'{mark}'" for mark in MARKS)))
LOOSENED = POLICY.replace("style-src 'self'", f"style-src 'self' {HASHED}")
# The one decision that is no segment, so that strategies/words.yaml has no name for it.
ELIGIBLE = ("Eligible treatments", "适用措施")
FILES = {name: ROOT / "strategies" / name / f"{name}.dmn" for name in ("segment", "eligibility")}


@lru_cache(maxsize=4)
def _model(file: Path, changed: int) -> DecisionModel:
    return dmn.load(file)


def model(name: str) -> DecisionModel:
    """This function will read a strategy as it stands on disk now; a file of hundreds of rules once a change."""
    return _model(FILES[name], FILES[name].stat().st_mtime_ns)


@require_safe
@page(Can.SEE_REPORTS, Can.MAKE_PLANS, whole=True)
def strategies(request: DeskRequest) -> HttpResponse:
    """This page will show one decision of a strategy, and the names of all."""
    name = request.GET.get("file", "segment")
    if name not in FILES:
        raise Http404
    decisions = {decision.name: decision for decision in model(name).decisions}
    chosen = decisions.get(request.GET.get("decision", ""), next(iter(decisions.values())))
    run = plans.latest()
    words = plans.Words(run, language()) if run else None
    seen = {
        "files": [(code, model(code).name, _listed(code, words)) for code in FILES],
        "name": name,
        "decision": chosen,
        "title": _titled(chosen, words),
        "formula": written(chosen.logic.expression) if isinstance(chosen.logic, Formula) else "",
        "table": _table(chosen.logic) if isinstance(chosen.logic, DecisionTable) else None,
    }
    answer = render(request, "desk/strategies.html", seen)
    answer["Content-Security-Policy"] = LOOSENED
    return answer


def _listed(name: str, words: plans.Words | None) -> list[tuple[str, str]]:
    return [(one.name, _titled(one, words)) for one in model(name).decisions if not one.auxiliary]


def _titled(decision: Decision, words: plans.Words | None) -> str:
    """This function will say what a decision is called in the reader's language, where the strategy has words."""
    if decision.name == "eligible":
        return ELIGIBLE[language() != "en"]
    known = words is not None and decision.name in words.chosen.vocabulary.decisions
    return words.title(decision.name) if words is not None and known else decision.name


def _table(logic: DecisionTable) -> dict[str, Any]:
    """This function will lay a decision table out: conditions, answers, and why each rule stands there."""
    return {
        "policy": " ".join(filter(None, (logic.hit_policy, logic.aggregation))),
        "inputs": [clause.label for clause in logic.inputs],
        "outputs": [output.name for output in logic.outputs],
        "rules": [_line(rule) for rule in logic.rules],
        "otherwise": _otherwise(logic.outputs),
        "width": len(logic.inputs),
    }


def _line(rule: Rule) -> tuple[list[str], list[str], str]:
    said = rule.annotations.zh if language() != "en" else rule.annotations.en
    return [cell.text for cell in rule.cells], [written(entry) for entry in rule.outputs], said


def _otherwise(outputs: tuple[OutputClause, ...]) -> list[str]:
    defaults = [written(output.default) for output in outputs]
    return defaults if any(default != "null" for default in defaults) else []


@require_safe
@page(Can.SEE_REPORTS, Can.MAKE_PLANS, whole=True)
def strategy_file(request: DeskRequest, name: str) -> HttpResponse:
    """This page will give the file itself, as any tool of the DMN standard reads it."""
    if name not in FILES:
        raise Http404
    answer = HttpResponse(FILES[name].read_bytes(), content_type="application/xml")
    answer["Content-Disposition"] = f'inline; filename="{name}.dmn"'
    return answer
