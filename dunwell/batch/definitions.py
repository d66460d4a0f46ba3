"""All that people decided beforehand and a run depends on: strategies, rulebooks, scorecards, capacity."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from importlib.metadata import version as installed_version
from pathlib import Path

from dunwell.compliance.rulebook.model import Rulebook
from dunwell.compliance.rulebook.reading import load as load_rulebook
from dunwell.database import ROOT
from dunwell.decide.rules import Capacity, Catalogue, Vocabulary, load_capacity, load_catalogue, load_vocabulary
from dunwell.engine.dmn import load as load_decisions
from dunwell.engine.model import DecisionModel
from dunwell.facts.definitions import version
from dunwell.facts.errors import DunwellError
from dunwell.portrait.rules import Terms, load_terms
from dunwell.score.rules import Scorecard, load_scorecard

# The folders and files that a run reads, beneath one root; a copy of them lies in every run's own folder.
STRATEGY = (
    "strategies/segment", "strategies/eligibility", "strategies/treatments.yaml", "strategies/positions.yaml",
    "strategies/words.yaml",
)  # fmt: skip
# The words belong to what is approved: other words are another strategy.
SCRIPTS = "scripts"
SCORECARD = ("scorecards/expert_v1.yaml",)
RULEBOOKS = ("rulebooks",)
CAPACITY = "strategies/capacity.yaml"
# The decisions whose answers stand in the plan, in its columns' order; a strategy may have any others beside them.
TOLD = ("grade", "cause", "arrears_type", "value_class", "care", "layer", "person", "legal_track", "tone")
NEEDED = (*TOLD, "script_family")


@dataclass(frozen=True, slots=True)
class Definitions:
    """The definitions of one run, and the version (a digest) of each part."""

    segment: DecisionModel
    eligibility: DecisionModel
    catalogue: Catalogue
    vocabulary: Vocabulary
    terms: Terms
    scorecard: Scorecard
    rulebook: Rulebook
    capacity: Capacity
    versions: dict[str, str]


def load(root: Path = ROOT, *, capacity: Path | None = None) -> Definitions:
    """This function will read every definition under the root; `capacity` names another capacity file."""
    chosen = capacity or root / CAPACITY
    return Definitions(
        segment=_segment(root / "strategies/segment/segment.dmn"),
        eligibility=load_decisions(root / "strategies/eligibility/eligibility.dmn"),
        catalogue=load_catalogue(root / "strategies/treatments.yaml"),
        vocabulary=load_vocabulary(root / "strategies/words.yaml"),
        terms=load_terms(root / "strategies/positions.yaml"),
        scorecard=load_scorecard(root / SCORECARD[0]),
        rulebook=load_rulebook([root / RULEBOOKS[0]]),
        capacity=load_capacity(chosen),
        versions={
            "dunwell": installed_version("dunwell"),
            "strategy": version(*(root / part for part in (*STRATEGY, SCRIPTS))),
            "rulebook": version(*(root / part for part in RULEBOOKS)),
            "scorecard": version(*(root / part for part in SCORECARD)),
            "capacity": version(chosen),
        },
    )


def _segment(path: Path) -> DecisionModel:
    """This function will read the segments, or refuse a strategy that does not answer what the plan tells."""
    model = load_decisions(path)
    answered = {output.name for decision in model.decisions for output in decision.outputs}
    if missing := [name for name in NEEDED if name not in answered]:
        cure = "add it to the table's file, or make the plan again if the definitions are those of an old run"
        raise DunwellError(f"the strategy lacks the decision '{missing[0]}'", place=str(path), cure=cure)
    return model


def keep(folder: Path, *, root: Path = ROOT, capacity: Path | None = None) -> None:
    """This function will copy the definitions into a run's folder: it can be replayed after they change."""
    for part in (*STRATEGY, SCRIPTS, *SCORECARD, *RULEBOOKS, CAPACITY):
        source, target = root / part, folder / part
        if part == CAPACITY and capacity is not None:
            source = capacity
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, dirs_exist_ok=True)
        else:
            shutil.copyfile(source, target)
