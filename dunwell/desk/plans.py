"""The latest plan and its words: what each code of a row means, by the very definitions that the run was made from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from dunwell.batch import actions, definitions
from dunwell.batch.models import Plan, PlanRun
from dunwell.batch.report import annotation
from dunwell.compliance.rulebook.model import Rulebook
from dunwell.compliance.rulebook.reading import load
from dunwell.database import ROOT
from dunwell.facts.errors import DunwellError

RULEBOOKS = ROOT / "rulebooks"


def latest() -> PlanRun | None:
    return PlanRun.objects.order_by("-as_of", "-made_at", "-id").first()


def folder(run: PlanRun) -> Path:
    return actions.runs() / f"{run.as_of}-{run.inputs_digest[:12]}"


def rulebook() -> Rulebook:
    """This function will give the rulebooks as they stand on disk now; reading them takes a second, so once a state."""
    return _rulebook(max(file.stat().st_mtime_ns for file in RULEBOOKS.rglob("*.yaml")))


@lru_cache(maxsize=1)
def _rulebook(changed: int) -> Rulebook:
    return load((RULEBOOKS,))


@lru_cache(maxsize=2)
def _definitions(folder: Path) -> definitions.Definitions:
    return definitions.load(folder)


@dataclass(frozen=True, slots=True)
class Refusing:
    """A treatment that was not chosen, and the sentences of the rules that stood against it."""

    treatment: str
    reasons: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Words:
    """The plan's codes in one language."""

    run: PlanRun
    language: str

    @property
    def side(self) -> str:
        return "zh" if self.language.startswith("zh") else "en"

    @cached_property
    def chosen(self) -> definitions.Definitions:
        """This property will read the definitions that lie in the run's own folder, or today's if that is gone."""
        kept = folder(self.run) / "definitions"
        try:
            return _definitions(kept if kept.exists() else ROOT)
        except (DunwellError, OSError):
            return _definitions(ROOT)

    def treatment(self, code: str | None) -> str:
        try:
            return str(getattr(self.chosen.catalogue[code or ""].name, self.side))
        except StopIteration:
            return code or ""

    def of(self, decision: str, code: str | None) -> str:
        return self.chosen.vocabulary[decision].value(code, language=self.side) if code else ""

    def title(self, decision: str) -> str:
        return str(getattr(self.chosen.vocabulary[decision], self.side))

    def rule(self, code: str) -> str:
        """This function will say a rule in words; one that the rulebooks of today no longer have is its id."""
        try:
            return self.chosen.rulebook.sentence(code, language=self.side)
        except (KeyError, IndexError):
            return code

    def reason(self, rules: str) -> str:
        """This function will tell in words the rule that made the treatment eligible: the last of a row's rules."""
        return annotation(self.chosen.eligibility.decision("eligible"), rules.split(";")[-1], language=self.side)

    def why(self, plan: Plan) -> list[str]:
        """This function will tell why this treatment: the rule that made it eligible, then those of each segment."""
        rules = [rule for rule in plan.rules.split(";") if rule]
        told = [annotation(each, rule, language=self.side) for each in self.chosen.segment.decisions for rule in rules]
        return [sentence for sentence in dict.fromkeys([self.reason(plan.rules), *told]) if sentence]

    def refused(self, plan: Plan) -> list[Refusing]:
        """This function will tell which treatments the rules refused, and with which words."""
        return [self._refusing(part) for part in (plan.refused or "").split(" | ") if part]

    def _refusing(self, part: str) -> Refusing:
        treatment, _, rules = part.partition(": ")
        told = tuple((rule, self.rule(rule)) for rule in rules.replace(" ", "").split(";") if rule)
        return Refusing(self.treatment(treatment), told)
