"""Every rule of style praises its good examples and refuses its bad ones, and the runner shows where."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tools import tidy
from tools.tidying import naming, text
from tools.tidying.rule import Rule, Source

GOOD = [pytest.param(rule, one, id=f"{rule.name}-{n}") for rule in tidy.RULES for n, one in enumerate(rule.good)]
BAD = [pytest.param(rule, one, id=f"{rule.name}-{n}") for rule in tidy.RULES for n, one in enumerate(rule.bad)]
PRINTED = "dunwell/a.py:3: print: print() below the doors -> return it, raise it, or let the door show it\n"


@pytest.mark.parametrize(("rule", "example"), GOOD)
def test_a_good_example_passes(rule: Rule, example: Source) -> None:
    assert list(rule.findings(example)) == []


@pytest.mark.parametrize(("rule", "example"), BAD)
def test_a_bad_example_is_refused(rule: Rule, example: Source) -> None:
    findings = list(rule.findings(example))
    assert findings
    assert all(1 <= line <= len(example.lines) and message for line, message in findings)


@pytest.mark.parametrize("rule", tidy.RULES, ids=lambda rule: rule.name)
def test_a_rule_has_examples_of_both_kinds_and_a_cure(rule: Rule) -> None:
    assert rule.good
    assert rule.bad
    assert rule.cure


def test_names_of_rules_are_unique() -> None:
    assert len({rule.name for rule in tidy.RULES}) == len(tidy.RULES)


def tree(root: Path, files: dict[str, str]) -> Path:
    """This function will make a git tree with these files, none of them added yet."""
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content.encode())
    return root


def test_a_fault_is_shown_with_its_place_and_its_cure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = tree(tmp_path, {"dunwell/__init__.py": '"""A house."""\n', "dunwell/a.py": "x = 1\n\nprint(x)\n"})
    assert tidy.main(root) == 1
    shown = capsys.readouterr()
    assert shown.out == PRINTED
    assert "2 files" in shown.err
    assert "1 faults" in shown.err


def test_a_clean_tree_ends_with_zero(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = tree(tmp_path, {"README.md": "# A house\n", "requirements/core.txt": "babel==2.18.0\n"})
    assert tidy.main(root) == 0
    assert capsys.readouterr().out == ""


def test_ignored_and_deleted_files_are_left_out(tmp_path: Path) -> None:
    root = tree(tmp_path, {".gitignore": "out/\n", "out/plan.csv": "x", "kept.md": "x\n", "gone.md": "x\n"})
    subprocess.run(["git", "add", "gone.md"], cwd=root, check=True)
    (root / "gone.md").unlink()
    assert tidy.listed(root) == [".gitignore", "kept.md"]


def test_a_name_in_chinese_is_listed_as_it_is(tmp_path: Path) -> None:
    root = tree(tmp_path, {"docs/善收.md": "x\n"})
    assert tidy.listed(root) == ["docs/善收.md"]


def test_broken_python_is_one_fault_and_does_not_stop_the_others(tmp_path: Path) -> None:
    root = tree(tmp_path, {"dunwell/__init__.py": '"""A house."""\n', "dunwell/a.py": "def f(:\n", "a.md": "x \n"})
    found = [fault for source in tidy.read(root, paths=tidy.listed(root)) for fault in tidy.faults(source)]
    assert {(fault.path, fault.rule) for fault in found} == {("a.md", "trailing-space"), ("dunwell/a.py", "syntax")}


def test_a_foreign_line_end_is_seen(tmp_path: Path) -> None:
    root = tree(tmp_path, {"a.md": "one\r\ntwo\n"})
    found = [fault for source in tidy.read(root, paths=tidy.listed(root)) for fault in tidy.faults(source)]
    assert [(fault.line, fault.rule) for fault in found] == [(1, "trailing-space")]


def test_pictures_are_not_read_as_text(tmp_path: Path) -> None:
    tree(tmp_path, {"docs/flow.png": "\x89PNG no line end"})
    assert [source.text for source in tidy.read(tmp_path, paths=["docs/flow.png"])] == [""]


@pytest.mark.parametrize("table", [text.LONG_FILES, naming.EXTRA, naming.MEANT], ids=["long", "extra", "meant"])
def test_every_exemption_has_its_reason(table: dict[str, str]) -> None:
    assert all(len(reason) > 15 for reason in table.values())


def test_every_extra_of_a_chapter_is_there() -> None:
    missing = [extra for extra in naming.EXTRA if not (tidy.ROOT / "dunwell" / extra).exists()]
    assert missing == [], "take them off the list in tools/tidying/naming.py"


def test_no_file_is_exempt_from_its_length_without_need() -> None:
    for path in text.LONG_FILES:
        lines = (tidy.ROOT / path).read_text().count("\n")
        assert lines > text.FILE_LENGTH_MAX * 0.9, f"{path} has {lines} lines: take it off the list"


def test_the_tree_is_tidy() -> None:
    """The house keeps its own rules: the same run as `make check`."""
    sources = tidy.read(tidy.ROOT, paths=tidy.listed(tidy.ROOT))
    assert [str(fault) for source in sources for fault in tidy.faults(source)] == []
