"""The page that shows the decision tables of the strategies, rule by rule, in words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from textwrap import fill
from xml.etree.ElementTree import Element  # a type only: defusedxml parses

from defusedxml import ElementTree

from tools.documents.catalogue import load, one_line

STRATEGIES_PAGE = "docs/reference/strategies.md"
HEAD = """# The decision tables

What decides whom to contact and how, rule by rule, in the order in which it is asked. This page is written from the
tables themselves by `python tools/docs_check.py --write`; [how to change one](../how-to/add-a-strategy.md).

Names in `code` are dimensions of [the portrait](dimensions.md), answers of earlier tables, or
`pay_probability`, the score. What no rule says of a customer does not matter to it; a value that is not known fits no
comparison. Amounts, days and shares that part the rules are hypotheses set by hand, as are effect and harm of the
treatments: hold-outs measure them.
"""
POLICIES = {
    "FIRST": "the first rule that fits answers",
    "UNIQUE": "exactly one rule fits",
    "COLLECT": "every rule that fits adds its answer",
}
WIDTH = 118
RANGE = re.compile(r"[\[(\]](\S+)\.\.(\S+?)([\])\[])")
Names = Mapping[str, tuple[str, str]]


def strategies_page(root: Path, *, tree: frozenset[str]) -> str:
    """This function will write the page of all decision tables under strategies/."""
    paths = sorted(path for path in tree if path.startswith("strategies/") and path.endswith(".dmn"))
    # Segments before what builds on them: the file with most decisions first.
    models = sorted(
        ((path, read(root / path)) for path in paths), key=lambda found: -len(found[1].findall("{*}decision"))
    )
    names = vocabulary(root)
    return HEAD + "".join(section(path, model, names) for path, model in models)


def read(path: Path) -> Element:
    model = ElementTree.parse(path).getroot()
    assert model is not None  # noqa: S101 - a file that was parsed has a root
    return model


def vocabulary(root: Path) -> dict[str, Names]:
    """This function will give what decisions («») and their answers are called, in English and Chinese."""
    found: dict[str, dict[str, tuple[str, str]]] = {"": {}}
    for decision, told in load(root / "strategies/words.yaml").get("decisions", {}).items():
        found[""][decision] = told["en"], told["zh"]
        found[decision] = {code: (words["en"], words["zh"]) for code, words in told.get("values", {}).items()}
    treatments = load(root / "strategies/treatments.yaml").get("treatments", [])
    found["treatment"] = {str(data["id"]): (data["name"]["en"], data["name"]["zh"]) for data in treatments}
    return dict(found)


def section(path: str, model: Element, names: Mapping[str, Names]) -> str:
    """This function will show one file: where it lies, and its tables in their order."""
    tables = [shown for node in model.findall("{*}decision") for shown in decision(node, names)]
    return f"\n## {model.get('name')}\n\nFile: [{path}](../../{path}), cases beside it.\n" + "".join(tables)


def decision(node: Element, names: Mapping[str, Names]) -> Iterator[str]:
    """This function will show one decision table; what is decided by anything else is not shown."""
    table, name = node.find("{*}decisionTable"), node.get("name", "")
    if table is None:
        return
    title = f"{name} · {names[''][name][1]}" if name in names[""] else name
    asked = [clause.get("label") or text(clause, "{*}inputExpression/{*}text") for clause in table.findall("{*}input")]
    policy = POLICIES.get(table.get("hitPolicy", "UNIQUE"), str(table.get("hitPolicy")).lower())
    about = f"{text(node, '{*}description')} Looks at {listed(asked)}; {policy}."
    yield f"\n### {title}\n\n{fill(about, WIDTH, break_on_hyphens=False)}\n"
    yield "\n| Rule | When | Answer | Why | 理由 |\n|---|---|---|---|---|\n"
    outputs = [clause.get("name") or name for clause in table.findall("{*}output")]
    for rule in table.findall("{*}rule"):
        yield row(rule, asked, [names.get(output, {}) for output in outputs])


def row(rule: Element, asked: list[str], answers: list[Names]) -> str:
    cells = [text(entry, "{*}text") for entry in rule.findall("{*}inputEntry")]
    when = "; ".join(f"`{name}` {condition(cell)}" for name, cell in zip(asked, cells, strict=True) if cell != "-")
    values = [text(entry, "{*}text").strip('"') for entry in rule.findall("{*}outputEntry")]
    then = ", ".join(called(value, names) for value, names in zip(values, answers, strict=True))
    english, chinese = ([text(entry, "{*}text") for entry in rule.findall("{*}annotationEntry")] + ["", ""])[:2]
    return f"| `{rule.get('id')}` | {when or 'otherwise'} | {then} | {english} | {chinese} |\n"


def called(value: str, names: Names) -> str:
    """This function will write an answer's code with what people call it."""
    return f"`{value}` {names[value][1]}" if value in names else f"`{value}`"


def condition(cell: str) -> str:
    """This function will write a cell as people say it: 61 to 90, not none, M0 or M1."""
    if cell in ("not(null)", 'not(null, "")'):
        return "known"
    if cell.startswith("not("):
        return f"not {condition(cell.removeprefix('not(').removesuffix(')'))}"
    told = RANGE.sub(lambda found: f"{found[1]} to {'' if found[3] == ']' else 'below '}{found[2]}", cell)
    told = " or ".join(part.strip().strip('"') or "empty" for part in told.split(","))
    return told.replace("null", "not known")


def listed(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def text(node: Element, path: str) -> str:
    return one_line(node.findtext(path) or "")
