"""`dunwell staff …` and `dunwell strategy submit|approve|refuse|status` as people type them, in both languages."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from dunwell.access import actions, queries
from dunwell.access.kinds import Answer, RequestKind, Role
from dunwell.access.matrix import DEPARTMENT_OF
from dunwell.access.models import Grant, Request, Staff
from dunwell.access.objections import AccessRefusedError
from dunwell.cli import demo_staff, staff, strategy
from dunwell.cli.house import now, operator, today
from dunwell.cli.rulebooks import Language
from dunwell.cli.strategy_checks import digest_of, script_faults
from dunwell.database import ROOT
from dunwell.evidence.models import Leaf, Row
from dunwell.facts.errors import DunwellError

if TYPE_CHECKING:
    from .conftest import House

RUNNER = CliRunner()
FIRST = ("bootstrap", "--administrator", "ADM-1", "--compliance", "CMP-1", "--data-protection", "DPO-1")


@pytest.fixture(autouse=True)
def width(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staff.console, "width", 160)


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A copy of the house's strategies, which a test may change."""
    shutil.copytree(ROOT / "strategies", tmp_path / "strategies")
    return tmp_path / "strategies"


def said(*words: object) -> str:
    result = RUNNER.invoke(staff.app, [str(word) for word in words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def told(*words: object) -> str:
    result = RUNNER.invoke(strategy.app, [str(word) for word in words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


# Staff


def test_from_the_first_person_to_a_collector_and_back(db: None) -> None:
    assert "ADM-1 is the first administrator" in said(*FIRST)
    assert "without a role" in said("add", "COL-1", "--department", "collections", "--name", "张伟", "--by", "ADM-1")
    asked = said("grant", "COL-1", "collector", "--scope", "team:A", "--until", "2099-01-01", "--by", "ADM-1")
    number = re.search(r"request (\d+): two others", asked)
    assert number
    assert "give a role: COL-1 collector team:A" in said("requests")
    assert "授予角色: COL-1 催收员 team:A" in said("requests", "--lang", "zh")
    assert "open" in said("approve", number[1], "--by", "CMP-1")
    assert "approved" in said("approve", number[1], "--by", "DPO-1")
    listed = said("list")
    assert re.search(r"COL-1 .*张\* .*collections .*collector \(team A\)", listed)
    assert "催收员 (团队 A)" in said("list", "--lang", "zh")
    assert "COL-1" not in said("requests") and "COL-1" in said("requests", "--all")
    grant = Grant.objects.get(staff="COL-1")
    assert "take a role back" not in said("requests")
    said("revoke", grant.pk, "--by", "ADM-1")
    assert f"take a role back: COL-1 #{grant.pk}" in said("requests")
    latest = Request.objects.latest("id").pk
    assert "refused" in said("refuse", latest, "--by", "CMP-1", "--note", "he is needed")


def test_a_move_is_asked_for(db: None) -> None:
    said(*FIRST)
    said("add", "COL-1", "--department", "collections", "--by", "ADM-1")
    said("move", "COL-1", "legal", "--by", "ADM-1")
    assert "move to another department: COL-1 → legal" in said("requests")


def test_a_refusal_is_one_sentence_with_place_rule_and_cure_in_either_language(db: None) -> None:
    said(*FIRST)
    said("add", "COL-1", "--department", "collections", "--by", "ADM-1")
    said("grant", "COL-1", "collector", "--by", "ADM-1")
    number = Request.objects.latest("id").pk
    with pytest.raises(DunwellError) as english:
        said("approve", number, "--by", "ADM-1")
    with pytest.raises(DunwellError) as chinese:
        said("approve", number, "--by", "ADM-1", "--lang", "zh")
    assert str(english.value) == (
        f"request {number}: ADM-1 asked for this and cannot decide it (AC-OWN-REQUEST) -> let somebody else decide"
    )
    assert (
        str(chinese.value) == f"request {number}: ADM-1是申请人，不能审批自己的申请（AC-OWN-REQUEST） -> 请由他人审批"
    )
    rows = Row.objects.filter(action="access.refused")
    assert [row.detail["via"] for row in rows] == [operator()] * 2
    assert Leaf.objects.count() == Row.objects.count(), "what was recorded is sealed at once"


@pytest.mark.parametrize("scope", ["team", "team:", "house:A", "kitchen:1", ""])
def test_a_scope_that_is_none_is_refused_with_the_cure(db: None, scope: str) -> None:
    said(*FIRST)
    with pytest.raises(DunwellError, match="is not a scope -> write house"):
        said("grant", "CMP-1", "compliance", "--scope", scope, "--by", "ADM-1")


def test_a_strategy_is_not_decided_at_the_door_for_rights(house: House) -> None:
    request = house.staffed().submit()
    with pytest.raises(DunwellError, match="AC-NO-REQUEST"):
        said("approve", request, "--by", "CMP-1")


def test_every_command_gives_an_example() -> None:
    for group, app, commands in (
        ("staff", staff.app, ("bootstrap", "add", "grant", "revoke", "move", "approve", "refuse")),
        ("strategy", strategy.app, ("submit", "approve", "refuse", "status")),
    ):
        for command in commands:
            text = RUNNER.invoke(app, [command, "--help"]).output
            assert f"Example: dunwell {group} {command}" in " ".join(text.replace("│", " ").split())


# Strategies


def test_a_pack_is_submitted_approved_by_three_and_told(house: House, pack: Path) -> None:
    house.staffed()
    digest = digest_of(pack)
    assert f"submitted {digest}: 280 cases hold" in told("submit", pack, "--by", "ANA-1")
    assert "a draft: nothing of it may be sent" in told("status", pack)
    assert "草案" in told("status", pack, "--lang", "zh")
    assert "open" in told("approve", digest[:12], "--by", "CMP-1", "--note", "tone looked at")
    row = next(line for line in told("status", pack).splitlines() if digest[:12] in line and "CMP-1" in line)
    assert "CMP-1 (compliance officer)" in row and "legal officer, data protection officer" in row
    told("approve", digest[:12], "--by", "LEG-1")
    assert "approved" in told("approve", digest, "--by", "DPO-1")
    assert f"approved, {digest}" in " ".join(told("status", pack).split())
    assert queries.approved(kind="strategy", digest=digest)
    change(pack / "words.yaml", "en: evasion", "en: escape")
    assert "a draft" in told("status", pack), "one changed word is another version"


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_refused_pack_is_a_draft(house: House, pack: Path) -> None:
    house.staffed().later(days=(now() - house.at).days)  # The commands read the clock.
    house.submit(digest_of(pack))
    assert "refused" in told("refuse", digest_of(pack)[:8], "--by", "LEG-1", "--note", "names no deadline")
    assert "a draft" in told("status", pack)


def test_what_the_machine_faults_is_not_submitted(house: House, pack: Path) -> None:
    """A rule that never answers, cases that no longer hold, a table without cases, a script that is not there."""
    house.staffed()
    change(pack / "segment/segment.dmn", "<text>&gt; 90</text>", "<text>-</text>")
    change(pack / "treatments.yaml", "script: care\n", "script: threat\n")
    (pack / "eligibility" / "cases.csv").unlink()
    with pytest.raises(DunwellError, match="AC-CHECKS") as caught:
        told("submit", pack, "--by", "ANA-1")
    counts = {name: int(count) for name, count in re.findall(r"(\w+) (\d+)", caught.value.message)}
    assert counts["errors"] >= 1 and counts["failed_cases"] >= 1
    assert (counts["tables_without_cases"], counts["faults_of_scripts"], counts["cases"]) == (1, 1, 164)
    assert not Request.objects.filter(kind="strategy").exists()


def test_scripts_are_looked_for_beside_the_pack_and_in_both_languages(pack: Path) -> None:
    assert list(script_faults(pack, on=today())) == []
    shutil.copytree(ROOT / "scripts", pack.parent / "scripts")
    change(pack.parent / "scripts" / "care.yaml", "{name}", "")
    assert any("{name} stands in one language only" in fault for fault in script_faults(pack, on=today()))
    change(pack.parent / "scripts" / "care.yaml", "{amount}", "{amount} or you will go to jail,")
    assert any(fault.startswith("care, ") for fault in script_faults(pack, on=today()))
    (pack.parent / "scripts" / "care.yaml").unlink()
    [fault] = script_faults(pack, on=today())
    assert "care.yaml: there is no such script" in fault


def test_the_digest_of_a_pack_is_the_version_that_a_run_names(pack: Path) -> None:
    from dunwell.batch import definitions

    assert digest_of(pack) == digest_of(ROOT / "strategies") == definitions.load().versions["strategy"]
    (pack / "words.yaml").unlink()
    with pytest.raises(DunwellError, match=r"words\.yaml: a part of the strategies is missing"):
        digest_of(pack)


@pytest.mark.parametrize(("digest", "said_so"), [("ab", "too short"), ("ab" * 8, "AC-NOT-SUBMITTED")])
def test_a_digest_that_means_nothing_is_refused(house: House, digest: str, said_so: str) -> None:
    with pytest.raises(DunwellError, match=said_so):
        told("approve", digest, "--by", "CMP-1")


def test_a_digest_that_means_two_versions_is_refused(house: House) -> None:
    house.staffed()
    for last in "12":
        house.submit("ab" * 31 + f"0{last}")
    with pytest.raises(DunwellError, match="several versions begin so"):
        told("approve", "ab" * 8, "--by", "CMP-1")


# The demo's people


def test_the_demo_has_one_of_each_role_who_approve_the_strategies_once(
    db: None, capsys: pytest.CaptureFixture[str]
) -> None:
    demo_staff.bring_in()
    digest = digest_of(ROOT / "strategies")
    waiting = actions.submit_strategy(digest, checks={}, faults=0, by="DEMO-ANA-1", via=operator(), at=now())
    actions.vote(waiting.pk, answer=Answer.APPROVE, by="DEMO-LEG-1", via=operator(), at=now())
    for _turn in range(2):
        demo_staff.settle_in(Language.EN)
        assert "Demo staff, invented" in capsys.readouterr().out
    people = {one.person.code: one.person for one in queries.staff(at=now())}
    assert set(people) == set(demo_staff.CODES.values())
    for role, code in demo_staff.CODES.items():
        assert [held.role for held in people[code].held] == [role]
        assert people[code].department is DEPARTMENT_OF[role]
    assert queries.approved(kind=RequestKind.STRATEGY, digest=digest)
    assert Request.objects.filter(kind="strategy").count() == 1
    assert not Row.objects.filter(action="access.refused").exists()


def test_the_demo_goes_on_where_an_earlier_one_was_killed(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    votes = iter(range(5))
    vote = demo_staff.actions.vote

    def dying(*arguments: object, **more: object) -> object:
        if next(votes, None) is None:
            raise KeyboardInterrupt
        return vote(*arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(demo_staff.actions, "vote", dying)
    with pytest.raises(KeyboardInterrupt):
        demo_staff.bring_in()
    monkeypatch.undo()
    demo_staff.bring_in()
    assert len([one for one in queries.staff(at=now()) if one.person.held]) == len(Role)


def test_the_demo_touches_no_house_that_has_staff_of_its_own(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    demo_staff.settle_in(Language.EN)
    assert "adds nobody and approves nothing" in capsys.readouterr().out
    assert set(Staff.objects.values_list("code", flat=True)) == {"ADM-1", "CMP-1", "DPO-1"}
    assert not queries.approved(kind="strategy", digest=digest_of(ROOT / "strategies"))
    with pytest.raises(AccessRefusedError):
        house.submit(by="DEMO-ANA-1")


# As a process


def test_the_command_ends_with_2_and_no_traceback(dunwell: object) -> None:
    done = dunwell("staff", "approve", "1", "--by", "王伟")  # type: ignore[operator]
    assert done.returncode == 2
    assert "AC-NO-REQUEST" in done.stderr and "Traceback" not in done.stderr
    assert "王伟" not in done.stderr + done.stdout
    assert os.environ.get("DUNWELL_MASTER_KEY_FILE")
