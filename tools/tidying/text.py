"""Rules about the lines of any file, whatever language it is written in.

Each pattern has a letter in brackets, and each bad example a dot `·` (which `at` takes out) where it would otherwise
match itself: so these rules hold for this file as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from tools.tidying.rule import Finding, Rule, Source, at, everywhere, inside, lines_matching

LINE_LENGTH_MAX = 120
FILE_LENGTH_MAX = 400

# Files of more than FILE_LENGTH_MAX lines, each with the one reason why it is not two files.
LONG_FILES = {
    "dunwell/ledger/models.py": "the tier-1 tables are read together: one page shows every fact the house knows",
}

HAND_WRITTEN = (".py", ".md", ".yaml", ".yml", ".toml", ".in", ".sh", ".cfg", ".ini", "Makefile", ".importlinter")


FREE = (
    "scripts/",
    "docs/reference/cli.md",
    "docs/reference/dimensions.md",
    "docs/reference/feel.md",
    "docs/reference/rules.md",
    "docs/reference/content-rules.md",
    "docs/reference/catalogue.md",
)


def hand_written(source: Source) -> bool:
    return source.path.endswith(HAND_WRITTEN)


def breakable(source: Source) -> bool:
    # Python's lines are ruff's to measure, one judge a question. A message in scripts/ stays on one line: folded, a
    # Chinese text would get spaces between its words.
    # Pages written from the code are as wide as what the code says.
    return hand_written(source) and not source.path.endswith(".py") and not source.path.startswith(FREE)


def yaml_file(source: Source) -> bool:
    # Tests may hold broken files on purpose.
    return source.path.endswith((".yaml", ".yml")) and not source.path.startswith("tests/")


def long_lines(source: Source) -> Iterator[Finding]:
    for number, line in enumerate(source.lines, start=1):
        # A table row and an address cannot be broken in Markdown; prose can.
        unbreakable = source.path.endswith(".md") and (line.startswith("|") or "://" in line)
        if len(line) > LINE_LENGTH_MAX and not unbreakable:
            yield number, f"{len(line)} characters, more than {LINE_LENGTH_MAX}"


def long_file(source: Source) -> Iterator[Finding]:
    if len(source.lines) > FILE_LENGTH_MAX and source.path not in LONG_FILES:
        yield FILE_LENGTH_MAX + 1, f"{len(source.lines)} lines, more than {FILE_LENGTH_MAX}"


def last_line(source: Source) -> Iterator[Finding]:
    if source.text and not source.text.endswith("\n"):
        yield len(source.lines), "the last line is not ended"
    if source.text.endswith("\n\n"):
        yield len(source.lines), "empty lines at the end"


def unreleased(source: Source) -> Iterator[Finding]:
    if not any(line.startswith("## [Unreleased]") for line in source.lines):
        yield 1, "no section «## [Unreleased]»"


class StrictLoader(yaml.SafeLoader):
    """Reads YAML and refuses a key that stands twice, which YAML itself lets pass in silence."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.MarkedYAMLError(problem=f"the key {key!r} stands twice", problem_mark=key_node.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep)


def unreadable_yaml(source: Source) -> Iterator[Finding]:
    try:
        yaml.load(source.text, Loader=StrictLoader)  # noqa: S506
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        yield min(line, len(source.lines)), error.problem or "not YAML"
    except yaml.YAMLError as error:
        yield 1, f"not YAML: {str(error).splitlines()[0]}"


RULES = (
    Rule(
        name="line-length",
        cure="break the line; a long text goes over several strings",
        place=breakable,
        check=long_lines,
        good=(
            *at("a.md", "word", "| " + "wide table " * 20, "see https://example.org/" + "a" * 120),
            *at("scripts/reminder.yaml", "zh: " + "字" * 130),
        ),
        bad=(*at("a.md", "word " * 30), *at("a.yaml", "a: " + "b" * 130), *at("Makefile", "# " * 70)),
    ),
    Rule(
        name="file-length",
        cure="split it where two ideas live in one file, or list it in tools/tidying/text.py with the reason",
        place=lambda source: source.path.endswith(".py") and "migrations" not in source.folders,
        check=long_file,
        good=at("dunwell/ledger/rules.py", "x = 1\n" * FILE_LENGTH_MAX),
        bad=at("dunwell/ledger/rules.py", "x = 1\n" * (FILE_LENGTH_MAX + 1)),
    ),
    Rule(
        name="trailing-space",
        cure="remove the spaces at the end of the line",
        place=hand_written,
        check=lines_matching(r"[ \t\r]+$", say="white space at the end"),
        good=at("a.md", "two words\n"),
        bad=(*at("a.md", "a line \n", "windows\r\n"), *at("Makefile", "all:\t\n")),
    ),
    Rule(
        name="last-line",
        cure="end the file with exactly one line break",
        place=everywhere,
        check=last_line,
        good=at("a.yaml", "a: 1\n", ""),
        bad=at("a.yaml", "a: 1", "a: 1\n\n"),
    ),
    Rule(
        name="unfinished",
        cure="do it, or open an issue and say nothing here",
        place=everywhere,
        check=lines_matching(r"\b(?:TO[D]O|FIX[M]E|HAC[K])\b|(?:#|//|<!--)\s*X[X]X\b", say="{} is not finished work"),
        good=at("a.py", "currency = 'XX·X'  # ISO 4217: no currency", "todos = []"),
        bad=(*at("a.py", "pass  # TO·DO later", "# XX·X"), *at("a.md", "FIX·ME: explain")),
    ),
    Rule(
        name="machine-path",
        cure="name the file from the root of the project, or take the folder as an argument",
        place=everywhere,
        check=lines_matching(
            r"(?<![\w.~*}])/(?:work|root)(?:/|\b(?![\w.-]))|(?<![\w.])/(?:home|Users|tmp)/[A-Za-z]\w*/",
            say="{} is a path of one machine",
        ),
        good=at("a.md", "see dunwell/settle/ and ../settle/", "data lies under /var/tmp", "/usr/share/doc", "~/ro·ot/"),
        bad=at("a.md", "cd /ro·ot/x", "`/wo·rk/a`", "/ho·me/ann/a.csv", "/tm·p/build/x"),
    ),
    Rule(
        name="registry-address",
        cure="lock versions and hashes only; where packages come from is each machine's own setting",
        place=everywhere,
        check=lines_matching(
            r"--(?:extra-)?index-ur[l]|--find-link[s]|pythonhosted\.or[g]|pypi\.org/simpl[e]|registry\.npm\w*\.\w+"
            r"|\"resolved\": *\"http|https?://\S+\.(?:whl|tgz|tar\.gz)\b",
            say="{} is the address of a registry",
        ),
        good=at("requirements/core.txt", "babel==2.18.0 --hash=sha256:00", "# see https://docs.djangoproject.com"),
        bad=at(
            "requirements/core.txt",
            "--index-·url https://example.org/simple",
            "a @ https·://example.org/a-1.0.whl",
            "https://files.python·hosted.org/a",
            '"resolved"·: "https://example.org/a"',
        ),
    ),
    Rule(
        name="about-the-author",
        cure="say what the thing is; who wrote it, and with what, is no part of the product",
        place=everywhere,
        check=lines_matching(
            r"(?i)\b(?:Cl[a]ude|Chat[G]PT|Anthropi[c]|Open[A]I|GitHub Copilo[t]|as an A[I]\b|A[I]-generated)"
            r"|Co-Authored-B[y]|@autho[r]\b|__author_[_]|\bin my opinio[n]|\b(?:I|we) (?:wrot[e]|was aske[d])",
            say="{} speaks of an author",
        ),
        good=at("a.md", "The author of a note is the team.", "How do I reach it?", "an AI calls for five days"),
        bad=at("a.py", "# I wro·te this", "__author·__ = 'Ann'", "# as an A·I", "Co-Authored-·By: x"),
    ),
    Rule(
        name="blanket-ignore",
        cure="name the rule that is set aside: «noqa: S101», «type: ignore[arg-type]»",
        place=lambda source: source.path.endswith(".py"),
        check=lines_matching(r"#\s*(?:noq[a](?!: [A-Z])|type: ignor[e](?!\[))", say="{} silences everything"),
        good=at("a.py", "x = f()  # noqa: S101", "x = f()  # type: ignore[arg-type]"),
        bad=at("a.py", "x = f()  # noq·a", "x = f()  # type: ignor·e"),
    ),
    Rule(
        name="yaml",
        cure="mend the file; a key stands once",
        place=yaml_file,
        check=unreadable_yaml,
        good=at("mappings/a.yaml", "a: 1\nb: {en: x, zh: 一}\n"),
        bad=at("mappings/a.yaml", "a: 1\na: 2\n", "a: [1\n", "a:\n\t- 1\n"),
    ),
    Rule(
        name="changelog",
        cure="add the section «## [Unreleased]» and tell there what changes for users",
        place=inside("CHANGELOG.md"),
        check=unreleased,
        good=at("CHANGELOG.md", "# Changes\n\n## [Unreleased]\n- new\n"),
        bad=at("CHANGELOG.md", "# Changes\n\n## [1.0.0]\n"),
    ),
)
