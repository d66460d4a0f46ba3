"""Cases beside the law of clocks, and whether they come true; what `dunwell clocks check` looks at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import TypeAdapter

from dunwell.compliance.clocks.documents import Question, answer, checked, plain
from dunwell.compliance.clocks.reading import CASES_ENDING, FOLDER, files, place_of, read_law
from dunwell.compliance.rulebook.model import RulebookError
from dunwell.compliance.rulebook.reading import RULEBOOKS, read_yaml
from dunwell.facts.errors import DunwellError


class Case(NamedTuple):
    """One example: what is asked, and some of what the answer must say."""

    place: str
    question: Question
    expect: Mapping[str, Any]


class Checked(NamedTuple):
    """How much was looked at, and everything that is wrong."""

    laws: int
    rules: int
    cases: int
    faults: tuple[DunwellError, ...]


def read_cases(root: Path = RULEBOOKS) -> list[Case]:
    """This function will read the cases beside every law: limitation_cases.yaml beside limitation.yaml."""
    return [case for file in sorted(root.glob(f"*/{FOLDER}/*{CASES_ENDING}")) for case in _read_file(file)]


def _read_file(file: Path) -> Iterator[Case]:
    told = read_yaml(file)
    if not isinstance(told, Mapping) or set(told) != {"cases"} or not isinstance(told["cases"], list):
        raise RulebookError(
            "it must hold the key cases, with a list", place=str(file), cure="see another file of cases"
        )
    clock, adapter = file.name.removesuffix(CASES_ENDING), TypeAdapter(Question)
    for told_case in told["cases"]:
        place = f"{file}, case «{told_case.get('name')}»"
        given, expect = told_case.get("given"), told_case.get("expect")
        if not isinstance(expect, Mapping) or not expect or set(told_case) != {"name", "on", "given", "expect"}:
            raise RulebookError("a case holds name, on, given and expect", place=place, cure="write all four")
        raw = {"id": told_case["name"], "clock": clock, "place": place_of(file), "on": told_case["on"], "given": given}
        yield Case(place, checked(adapter, raw, place=place), expect)


def differences(case: Case, *, root: Path = RULEBOOKS) -> Iterator[DunwellError]:
    """This function will say where the answer is not the one expected; a case of several debtors names each."""
    answers = {str(one.get("debtor")): one for one in answer(case.question, root=root)}
    by_debtor = case.expect.get("by_debtor")
    wanted = by_debtor if isinstance(by_debtor, Mapping) else {next(iter(answers)): case.expect}
    for debtor, expected in wanted.items():
        got = answers.get(str(debtor), {})
        for key, value in expected.items():
            if (found := _found(got, key=key)) != plain(value):
                message = f"{key}: expected {plain(value)}, got {found}"
                yield RulebookError(message, place=case.place, cure="mend the law or what the case expects")


def _found(got: Mapping[str, Any], *, key: str) -> Any:
    """This function will look a key up; `rules` are those of all reasons, in their order."""
    if key == "rules":
        told = [*got.get("restarts", ()), *got.get("reasons", ())]
        return [reason["rule"] for reason in told if reason["rule"]]
    if key == "limitation_ends_on":
        return (got.get("limitation") or {}).get("expires_on")
    return got.get(key, "nothing of that name")


def check(root: Path = RULEBOOKS) -> Checked:
    """This function will look at all laws and cases of a folder; what does not load ends the check with that fault."""
    try:
        laws = [(file, read_law(file)) for file in files(root)]
        cases = read_cases(root)
        faults = [fault for case in cases for fault in differences(case, root=root)]
    except RulebookError as fault:
        return Checked(0, 0, 0, (fault,))
    tried = {(case.question.place, case.question.clock) for case in cases}
    faults.extend(
        RulebookError("no case tries it", place=str(file), cure=f"write {law.clock}{CASES_ENDING} beside it")
        for file, law in laws
        if (law.place, law.clock) not in tried
    )
    faults.extend(fault for file, law in laws for fault in _untranslated(file, law=law))
    rules = {rule.id for _, law in laws for entry in law.entries for rule in entry.rules}
    return Checked(len(laws), len(rules), len(cases), tuple(faults))


def _untranslated(file: Path, *, law: Any) -> Iterator[DunwellError]:
    """This function will find sentences that stand there in the wrong language."""
    for entry in law.entries:
        for rule in entry.rules:
            for name, text, chinese in (("en", rule.en, False), ("zh", rule.zh, True)):
                if any("\u4e00" <= letter <= "\u9fff" for letter in text) is not chinese:
                    place = f"{file}, rule {rule.id}, key {name}"
                    yield RulebookError("the sentence is not in its language", place=place, cure="translate it")
