"""What the machine looks at before a strategy is submitted: its version, its tables, their cases, the scripts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from dunwell.batch.definitions import STRATEGY
from dunwell.cli.pack import dmn_files
from dunwell.compliance.content.scripts import SCRIPTS, Use, check_script, read_scripts
from dunwell.compliance.rulebook.reading import load as load_rulebook
from dunwell.database import ROOT
from dunwell.decide.rules import load_catalogue
from dunwell.engine import cases, dmn
from dunwell.engine.checks.check import check
from dunwell.facts.definitions import version
from dunwell.facts.errors import DunwellError


@dataclass(frozen=True, slots=True, kw_only=True)
class Checks:
    """What the machine's own checks counted in a pack."""

    errors: int
    cases: int
    failed_cases: int
    tables_without_cases: int
    faults_of_scripts: int
    # The version of the scripts that were looked at; the strategies' own covers them too.
    scripts: str

    @property
    def faults(self) -> int:
        return self.errors + self.failed_cases + self.tables_without_cases + self.faults_of_scripts


def digest_of(pack: Path) -> str:
    """This function will compute a pack's version, as the runs of the daily cycle name it."""
    parts = [pack / Path(part).relative_to("strategies") for part in STRATEGY]
    for part in parts:
        if not part.exists():
            cure = "name a folder that holds all that `strategies` holds"
            raise DunwellError("a part of the strategies is missing", place=str(part), cure=cure)
    return version(*parts, scripts_of(pack))


def checked(pack: Path, *, on: date) -> Checks:
    """This function will run the machine's own checks: tables, their cases, and the scripts by that day's rules."""
    files = dmn_files(pack)
    found = [finding for file in files for finding in check(dmn.load(file))]
    beside = {file: cases.beside(file) for file in files}
    reports = [cases.run(file, told) for file, told in beside.items() if told is not None]
    return Checks(
        errors=sum(finding.severity == "error" for finding in found),
        cases=sum(len(report.cases) for report in reports),
        failed_cases=sum(report.failed for report in reports),
        tables_without_cases=len(files) - len(reports),
        faults_of_scripts=len(list(script_faults(pack, on=on))),
        scripts=version(scripts_of(pack)),
    )


def scripts_of(pack: Path) -> Path:
    """This function will find the scripts beside a pack, else those of the house."""
    own = pack.parent / "scripts"
    return own if own.is_dir() else SCRIPTS


def script_faults(pack: Path, *, on: date) -> Iterator[str]:
    """This function will name what is wrong with the scripts that a pack's treatments name, where they use them."""
    folder, rulebook = scripts_of(pack), load_rulebook([ROOT / "rulebooks"])
    for name, uses in sorted(_uses(pack).items()):
        try:
            [script] = read_scripts(folder / f"{name}.yaml")
        except DunwellError as error:
            yield str(error)
            continue
        for fault in check_script(script, rulebook=rulebook, uses=sorted(uses), on=on):
            yield f"{name}, {fault.language}: {fault.en} ({fault.rule})"


def _uses(pack: Path) -> dict[str, set[Use]]:
    """This function will tell by which channel, and by whom, the pack's treatments say each script."""
    found: dict[str, set[Use]] = {}
    for one in load_catalogue(pack / "treatments.yaml").treatments:
        for script in (one.script, *(wording.script for wording in one.families.values())):
            found.setdefault(script, set()).add((one.channel, one.actor))
    return found
