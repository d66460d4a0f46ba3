"""Where the rules of style look, line by line: the edges that the examples beside each rule do not show."""

from __future__ import annotations

import ast

import pytest

from tools import tidy
from tools.tidying import code, naming, text
from tools.tidying.rule import Finding, Source, lines_matching

RULES = {rule.name: rule for rule in tidy.RULES}


def findings(rule: str, *, path: str, written: str) -> list[Finding]:
    return list(RULES[rule].findings(Source(path, written)))


def lines(rule: str, *, path: str, written: str) -> list[int]:
    return [line for line, _ in findings(rule, path=path, written=written)]


class TestSource:
    def test_a_last_line_without_end_is_a_line(self) -> None:
        assert Source("a.md", "one\ntwo").lines == ["one", "two"]
        assert Source("a.md", "one\ntwo\n").lines == ["one", "two"]

    def test_an_empty_file_has_one_empty_line(self) -> None:
        assert Source("a.md", "").lines == [""]

    def test_a_form_feed_does_not_break_a_line(self) -> None:
        assert Source("a.md", "one\x0ctwo\u2028three\n").lines == ["one\x0ctwo\u2028three"]

    def test_name_and_folders(self) -> None:
        source = Source("dunwell/ledger/rules.py")
        assert (source.name, source.folders) == ("rules.py", ("dunwell", "ledger"))


def test_a_pattern_reports_every_line_once() -> None:
    check = lines_matching(r"b+", say="found {}")
    assert list(check(Source("a", "abba b\n\nb\n"))) == [(1, "found bb"), (3, "found b")]


class TestText:
    def test_a_line_of_the_greatest_length_passes_and_one_more_does_not(self) -> None:
        assert lines("line-length", path="a.md", written="x" * 120) == []
        assert findings("line-length", path="a.md", written="x" * 121) == [(1, "121 characters, more than 120")]

    def test_chinese_is_counted_by_characters(self) -> None:
        assert lines("line-length", path="a.md", written="字" * 120) == []

    @pytest.mark.parametrize("path", ["plan.csv", "a.json", "strategies/segment/segment.dmn", "LICENSE", "a.py"])
    def test_what_is_not_written_by_hand_or_measured_elsewhere_is_left_alone(self, path: str) -> None:
        assert lines("line-length", path=path, written="x" * 500) == []

    def test_migrations_may_be_long(self) -> None:
        written = "x = 1\n" * 1000
        assert lines("file-length", path="dunwell/ledger/migrations/0001_initial.py", written=written) == []
        assert lines("file-length", path="tests/unit/ledger/test_rules.py", written=written) == [401]

    def test_a_listed_file_may_be_long(self) -> None:
        path = next(iter(text.LONG_FILES))
        assert lines("file-length", path=path, written="x = 1\n" * 1000) == []

    @pytest.mark.parametrize(("written", "expected"), [("", []), ("a\n", []), ("a", [1]), ("a\n\n", [2]), ("\n", [])])
    def test_the_last_line(self, written: str, expected: list[int]) -> None:
        assert lines("last-line", path="a.csv", written=written) == expected

    @pytest.mark.parametrize(
        "written",
        ["/var/lib/x", "dunwell/wo·rk/", "https://example.org/ro·ot/x", "a/ro·ot/b", "../work", "{root}/ro·ot/"],
    )
    def test_a_path_of_the_project_or_of_every_system_is_no_machine_path(self, written: str) -> None:
        assert lines("machine-path", path="a.md", written=written.replace("·", "")) == []

    @pytest.mark.parametrize("place", ["ro·ot", "wo·rk", "ho·me/ann", "Us·ers/ann", "tm·p/build"])
    def test_a_machine_path_is_seen_wherever_it_stands(self, place: str) -> None:
        path = f"/{place}/x".replace("·", "")
        for written in (path, f"`{path}`", f"cd {path}", f'"{path}"', f"({path})", f"DUNWELL_HOME={path}"):
            assert lines("machine-path", path="a.md", written=f"\n{written}\n") == [2]

    def test_a_key_that_stands_twice_is_seen_at_any_depth(self) -> None:
        written = "a:\n  b: 1\n  c: {d: 1, d: 2}\n"
        assert findings("yaml", path="strategies/a.yaml", written=written) == [(3, "the key 'd' stands twice")]

    def test_the_same_key_in_two_mappings_is_no_fault(self) -> None:
        assert lines("yaml", path="strategies/a.yaml", written="- {a: 1}\n- {a: 2}\n") == []

    def test_a_test_may_hold_broken_yaml(self) -> None:
        assert lines("yaml", path="tests/unit/intake/broken.yaml", written="a: [\n") == []


class TestNaming:
    @pytest.mark.parametrize(
        ("path", "word"),
        [
            ("dunwell/common/a.py", "common"),
            ("dunwell/ledger/Base.py", "Base.py"),
            ("docs/helpers.md", "helpers.md"),
            ("tests/unit/core/test_a.py", "core"),
            ("dunwell/ledger/money_helpers.py", "money_helpers.py"),
        ],
    )
    def test_an_empty_word_is_named(self, path: str, word: str) -> None:
        assert findings("empty-name", path=path, written="") == [(1, f"«{word}» says nothing about what is inside")]

    @pytest.mark.parametrize(
        "path", ["docs/customer_service.md", "dunwell/database.py", "corec/a.py", "scripts/basis.py"]
    )
    def test_a_word_that_only_looks_like_one_passes(self, path: str) -> None:
        assert findings("empty-name", path=path, written="") == []

    @pytest.mark.parametrize("chapter", sorted(naming.CHAPTERS))
    def test_every_chapter_may_hold_the_usual_files_and_no_other(self, chapter: str) -> None:
        for name in naming.CHAPTER_FILES:
            assert findings("chapter-file", path=f"dunwell/{chapter}/{name}", written="") == []
        assert lines("chapter-file", path=f"dunwell/{chapter}/calculator.py", written="") == [1]

    @pytest.mark.parametrize("part", ["cli", "lab", "batch", "engine", "facts"])
    def test_doors_cycle_and_pure_parts_name_their_files_freely(self, part: str) -> None:
        assert findings("chapter-file", path=f"dunwell/{part}/anything.py", written="") == []

    def test_every_extra_belongs_to_a_chapter(self) -> None:
        assert {extra.split("/")[0] for extra in naming.EXTRA} <= naming.CHAPTERS

    def test_a_folder_in_a_closed_folder_is_named_at_each_level(self) -> None:
        tree = frozenset({"dunwell/__init__.py"})
        found = list(RULES["package"].findings(Source("dunwell/a/b/c.py", "", tree)))
        assert [message.split("/ has")[0] for _, message in found] == ["dunwell/a/b", "dunwell/a"]


class TestCode:
    @pytest.mark.parametrize(
        ("written", "name"),
        [
            ("now()", "now"),
            ("datetime.now()", "datetime.now"),
            ("dt.datetime.now()", "datetime.now"),
            ("f().now()", "now"),
            ("f()()", ""),
        ],
    )
    def test_what_is_called_is_named_by_its_last_two_words(self, written: str, name: str) -> None:
        call = ast.parse(written).body[0]
        assert isinstance(call, ast.Expr)
        assert isinstance(call.value, ast.Call)
        assert code.dotted(call.value.func) == name

    @pytest.mark.parametrize(
        ("written", "loose"),
        [
            ("'a'", False),
            ("f'a'", False),
            ("f'{a}'", True),
            ("'a' + 'b'", False),
            ("'a' + b", True),
            ("'%s' % b", True),
            ("'{}'.format(b)", True),
            ("' '.join(b)", True),
            ("a.format(b)", False),
            ("SQL('a').format(b)", False),
            ("a", False),
            ("1 - b", False),
        ],
    )
    def test_a_text_put_together_from_parts(self, written: str, loose: bool) -> None:
        assert code.put_together(ast.parse(written, mode="eval").body) is loose

    def test_loose_sql_is_found_where_the_call_begins(self) -> None:
        written = "x = 1\ncursor.execute(\n    f'select {a}',\n    [b],\n)\n"
        assert lines("loose-sql", path="dunwell/ledger/queries.py", written=written) == [2]

    def test_a_reason_on_any_line_of_the_call_excuses_it(self) -> None:
        written = "cursor.execute(\n    f'select {a}'  # noqa: S608 - a is one of three names written above\n)\n"
        assert lines("loose-sql", path="dunwell/ledger/queries.py", written=written) == []

    def test_a_test_may_put_sql_together(self) -> None:
        assert lines("loose-sql", path="tests/integration/a/test_b.py", written="c.execute(f'select {a}')") == []

    @pytest.mark.parametrize("door", ["cli", "desk", "portal", "api"])
    def test_only_the_doors_read_the_clock(self, door: str) -> None:
        assert lines("clock", path=f"dunwell/{door}/a.py", written="datetime.now(UTC)") == []
        assert lines("clock", path="dunwell/batch/a.py", written="datetime.now(UTC)") == [1]
        assert lines("clock", path="dunwell/settings.py", written="\ntime.time()") == [2]

    def test_a_clock_in_a_text_is_no_clock(self) -> None:
        assert lines("clock", path="dunwell/batch/a.py", written='"""Never datetime.now() here."""') == []

    def test_an_import_inside_a_function_is_seen(self) -> None:
        written = "def f():\n    from pickle import loads\n"
        assert findings("unsafe", path="dunwell/score/a.py", written=written) == [
            (2, "pickle.loads can run what it reads")
        ]

    def test_a_relative_import_is_not_taken_for_a_foreign_package(self) -> None:
        assert lines("unsafe", path="dunwell/score/a.py", written="from . import pickle") == []

    def test_a_shell_that_may_be_true_is_refused(self) -> None:
        assert lines("unsafe", path="a.py", written="run(x, shell=wanted)") == [1]
        assert lines("unsafe", path="a.py", written="run(x, shell=False)") == []

    @pytest.mark.parametrize(
        ("written", "expected"),
        [
            ("def f(a, *, b): ...", []),
            ("def f(a, /, b): ...", [1]),
            ("def f(*, a, b): ...", []),
            ("def f(*values): ...", []),
            ("@cache\ndef f(a, b): ...", [2]),
            ("if x:\n    def f(a, b): ...", []),
        ],
    )
    def test_one_argument_by_position(self, written: str, expected: list[int]) -> None:
        assert lines("keyword-only", path="dunwell/ledger/actions.py", written=written) == expected

    def test_frames_take_their_tables_by_position(self) -> None:
        assert lines("keyword-only", path="dunwell/portrait/frame.py", written="def f(a, b): ...") == []

    def test_an_init_outside_the_product_may_be_empty(self) -> None:
        assert lines("init", path="tests/unit/__init__.py", written="") == []
        assert lines("init", path="dunwell/ledger/migrations/__init__.py", written="") == []

    def test_a_question_is_a_sentence(self) -> None:
        assert lines("init", path="dunwell/compliance/__init__.py", written='"""May we?"""\n') == []

    def test_integration_tests_open_databases_and_unit_tests_do_not(self) -> None:
        written = "async def test_a(transactional_db): ...\n"
        assert lines("unit-database", path="tests/unit/a/test_b.py", written=written) == [1]
        assert lines("unit-database", path="tests/spec/a/test_b.py", written=written) == [1]
        assert lines("unit-database", path="tests/integration/a/test_b.py", written=written) == []
