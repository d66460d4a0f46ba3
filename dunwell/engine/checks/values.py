"""Values beside the rules: constants that a column cannot have, outputs that none gives, inputs that none looks at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dunwell.engine.checks import axes, showing
from dunwell.engine.checks.finding import Finding
from dunwell.engine.checks.produced import Knowledge, Produced, union
from dunwell.engine.checks.sheet import Sheet
from dunwell.engine.checks.showing import say
from dunwell.engine.model import AnyOf, Anything, Compare, Constant, Value, compares


def outside(sheet: Sheet, knowledge: Knowledge) -> Iterator[Finding]:
    """This function will tell the constants in cells that their column cannot have."""
    for column, clause in enumerate(sheet.table.inputs):
        axis = sheet.grid.axes[sheet.grid.columns[column]]
        domains = axes.domains_of([clause], knowledge)
        for at, rule in enumerate(sheet.table.rules):
            strange = [one for one in compares(rule.cells[column].test) if _outside(one, domains)]
            if strange:
                listed = ", ".join(dict.fromkeys(showing.expression(one.operand) for one in strange))
                words = axis.shown(axis.whole)
                yield sheet.finding("outside", "warning", say(
                    f"Row {at + 1} looks for {listed}, which the column cannot be ({words.en}).",
                    f"第{at + 1}行要求 {listed}，但该列不会取此值（{words.zh}）。",
                ), rules=(at,))  # fmt: skip


def _outside(test: Compare, domains: Sequence[AnyOf]) -> bool:
    return isinstance(test.operand, Constant) and any(_strange(test, test.operand.value, one) for one in domains)


def _strange(test: Compare, value: Value, domain: AnyOf) -> bool:
    """This function will say whether a constant is a slip: the end of a range may stand on the domain's own end.

    Beside a list of values, only what is looked for by itself can be one.
    """
    if axes.allows(domain, value):
        return False
    if test.comparison in ("=", "!="):
        return True
    ends = list(compares(domain))
    listed = all(one.comparison == "=" for one in ends)
    return not listed and all(one.operand != Constant(value) for one in ends)


def produced(sheet: Sheet, lively: Sequence[int], knowledge: Knowledge) -> dict[str, Produced | None]:
    """This function will return what each output can be: what rules that answer give, and the default."""
    given: dict[str, Produced | None] = {}
    for index, output in enumerate(sheet.table.outputs):
        entries = [sheet.table.rules[at].outputs[index] for at in lively]
        entries += [output.default] if sheet.has_default else []
        found = union([knowledge.produced(entry) for entry in entries])
        given[output.name] = None if sheet.table.aggregation else found
    return given


def unproduced(sheet: Sheet, given: dict[str, Produced | None]) -> Iterator[Finding]:
    """This function will tell the allowed values of an output that no rule can give."""
    for output in sheet.table.outputs:
        found = given[output.name]
        missing = [value for value in output.values if found is not None and value not in found]
        if missing:
            listed = ", ".join(showing.value(value) for value in missing)
            yield sheet.finding("unproduced", "warning", say(
                f"No rule can give {listed}, which '{output.name}' allows.",
                f"“{output.name}”允许 {listed}，但没有规则会给出。",
            ))  # fmt: skip


def untested(sheet: Sheet) -> Iterator[Finding]:
    """This function will tell the columns in which every rule has «-»."""
    for column, clause in enumerate(sheet.table.inputs):
        if all(isinstance(rule.cells[column].test, Anything) for rule in sheet.table.rules):
            yield sheet.finding("untested", "note", say(
                f"No rule tests the column {clause.label}.", f"没有规则检查“{clause.label}”列。"
            ))  # fmt: skip
