"""What changed between two versions of a decision model, in words; how it is spaced on the page is no change."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from dunwell.engine import matching
from dunwell.engine.matching import Columns, Pair
from dunwell.engine.model import (
    Decision,
    DecisionModel,
    DecisionTable,
    Formula,
    InputClause,
    InputData,
    OutputClause,
    Rule,
)
from dunwell.engine.wording import literal, written, written_test

T = TypeVar("T")
# Under these, of several rules that match the earlier goes first.
ORDERED_RULES = ("FIRST", "RULE ORDER")
# Under these, the leftmost output decides first which rule goes first.
ORDERED_OUTPUTS = ("PRIORITY", "OUTPUT ORDER")
TYPES_ZH = {
    "string": "文本", "number": "数值", "boolean": "是否", "date": "日期", "time": "时间", "date_time": "日期时间",
    "days_duration": "天时长", "months_duration": "月时长", "ratio": "比率",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Spot:
    """Where something changed; empty parts say that it is the whole of what stands before them."""

    decision: str = ""
    rule: str = ""
    column: str = ""

    def said(self, *, chinese: bool) -> str:
        """This function will write: decision 'grade', rule 3 (M1), column 'days overdue'."""
        words = ("决策“{}”", "规则{}", "列“{}”") if chinese else ("decision '{}'", "rule {}", "column '{}'")
        parts = [
            word.format(part) for word, part in zip(words, (self.decision, self.rule, self.column), strict=True) if part
        ]
        return ("，" if chinese else ", ").join(parts)


@dataclass(frozen=True, slots=True)
class Difference:
    """One change: where, what sort of thing, and the sentence about it in both languages."""

    kind: str
    spot: Spot
    en: str
    zh: str

    def sentence(self, language: str = "en") -> str:
        """This function will write place and change in the reader's language."""
        chinese = language.startswith("zh")
        where, what = self.spot.said(chinese=chinese), self.zh if chinese else self.en
        return f"{where}{'：' if chinese else ': '}{what}" if where else what


def differences(a: DecisionModel, b: DecisionModel) -> list[Difference]:
    """This function will list what `b` says otherwise than `a`: first the inputs, then each decision in its order."""
    found = [*_changed("name", Spot(), a.name, b.name, what=("the model's name", "模型名称"))]
    found += _inputs(a.inputs, b.inputs)
    pairs = matching.decisions(a.decisions, b.decisions)
    kept = {pair.a.name for pair in pairs}, {pair.b.name for pair in pairs}
    for decision in a.decisions:
        if decision.name not in kept[0]:
            found.append(Difference("decision", Spot(decision.name), "removed", "已删除"))
    for decision in b.decisions:
        if decision.name not in kept[1]:
            found.append(
                Difference("decision", Spot(decision.name), f"added{_size(decision)[0]}", f"新增{_size(decision)[1]}")
            )
    for pair in pairs:
        found += _decision(pair)
    return found


def _size(decision: Decision) -> tuple[str, str]:
    if isinstance(decision.logic, Formula):
        formula = written(decision.logic.expression)
        return f": {formula}", f"：{formula}"
    rules, policy = len(decision.logic.rules), _policy(decision.logic)
    return f": {policy}, {rules} rules", f"：{policy}，{rules}条规则"


def _changed(
    kind: str, spot: Spot, old: T, new: T, *, what: tuple[str, str], show: Callable[[T], str] = str
) -> Iterator[Difference]:
    """This function will tell of a value that is another now: «hit policy: FIRST → UNIQUE»."""
    if old != new:
        change = f"{show(old) or '—'} → {show(new) or '—'}"
        english, chinese = what
        yield Difference(
            kind, spot, f"{english}: {change}" if english else change, f"{chinese}：{change}" if chinese else change
        )


# Inputs


def _inputs(old: Sequence[InputData], new: Sequence[InputData]) -> Iterator[Difference]:
    before, after = {found.name: found for found in old}, {found.name: found for found in new}
    for name in (found.name for found in old if found.name not in after):
        yield Difference("input", Spot(), f"input '{name}' removed", f"输入“{name}”已删除")
    for name in (found.name for found in new if found.name not in before):
        kind = after[name].type
        yield Difference("input", Spot(), f"input '{name}' added ({kind})", f"新增输入“{name}”（{TYPES_ZH[kind]}）")
    for name in (found.name for found in new if found.name in before):
        what = (f"type of input '{name}'", f"输入“{name}”的类型")
        yield from _changed("input", Spot(), before[name].type, after[name].type, what=what)
        allowed = (f"allowed values of input '{name}'", f"输入“{name}”的允许值")
        yield from _changed("input", Spot(), before[name].domain, after[name].domain, what=allowed, show=_domain)


def _domain(domain: object) -> str:
    return written_test(domain) if domain is not None else ""  # type: ignore[arg-type]  # an AnyOf or nothing


# Decisions


def _decision(pair: Pair[Decision]) -> Iterator[Difference]:
    old, new = pair.a, pair.b
    spot = Spot(new.name)
    yield from _changed("decision", spot, old.name, new.name, what=("renamed", "已改名"))
    yield from _changed("decision", spot, old.id, new.id, what=("id", "编号"))
    yield from _requirements(old, new, spot)
    if isinstance(old.logic, DecisionTable) and isinstance(new.logic, DecisionTable):
        yield from _table(old.logic, new.logic, spot)
    elif isinstance(old.logic, Formula) and isinstance(new.logic, Formula):
        yield from _changed("type", spot, old.logic.type, new.logic.type, what=("type", "类型"))
        formulas = (old.logic.expression, new.logic.expression)
        yield from _changed("formula", spot, *formulas, what=("formula", "公式"), show=written)
    else:
        table = isinstance(new.logic, DecisionTable)
        english = "a formula became a table" if table else "the table became a formula"
        yield Difference(
            "decision", spot, english + _size(new)[0], ("公式改为表" if table else "表改为公式") + _size(new)[1]
        )


def _requirements(old: Decision, new: Decision, spot: Spot) -> Iterator[Difference]:
    for name in sorted({*old.requires} - {*new.requires}):
        yield Difference("requirement", spot, f"no longer requires decision '{name}'", f"不再依赖决策“{name}”")
    for name in sorted({*new.requires} - {*old.requires}):
        yield Difference("requirement", spot, f"now requires decision '{name}'", f"新增对决策“{name}”的依赖")


# Tables


def _policy(table: DecisionTable) -> str:
    return f"{table.hit_policy} {table.aggregation}" if table.aggregation else table.hit_policy


def _table(old: DecisionTable, new: DecisionTable, spot: Spot) -> Iterator[Difference]:
    yield from _changed("hit policy", spot, _policy(old), _policy(new), what=("hit policy", "命中策略"))
    columns = matching.columns(old, new)
    yield from _columns(old.inputs, new.inputs, columns.inputs, spot, words=("input column", "输入列"))
    yield from _columns(old.outputs, new.outputs, columns.outputs, spot, words=("output column", "输出列"))
    for at, to in columns.inputs:
        yield from _input(old.inputs[at], new.inputs[to], replace(spot, column=new.inputs[to].label))
    for at, to in columns.outputs:
        yield from _output(old.outputs[at], new.outputs[to], replace(spot, column=new.outputs[to].name))
    outputs = [at for at, _to in columns.outputs]
    if new.hit_policy in ORDERED_OUTPUTS and outputs != sorted(outputs):
        names = ", ".join(output.name for output in new.outputs)
        yield Difference("column", spot, f"order of the outputs: {names}", f"输出列的顺序：{names}")
    yield from _rules(old, new, columns, spot)


def _title(clause: InputClause | OutputClause) -> str:
    return clause.label if isinstance(clause, InputClause) else clause.name


def _columns(
    old: Sequence[InputClause | OutputClause],
    new: Sequence[InputClause | OutputClause],
    pairs: Iterable[tuple[int, int]],
    spot: Spot,
    *,
    words: tuple[str, str],
) -> Iterator[Difference]:
    kept = {at for at, _to in pairs}, {to for _at, to in pairs}
    for at, clause in enumerate(old):
        if at not in kept[0]:
            where = replace(spot, column=_title(clause))
            yield Difference("column", where, f"{words[0]} removed", f"{words[1]}已删除")
    for to, clause in enumerate(new):
        if to not in kept[1]:
            where = replace(spot, column=_title(clause))
            yield Difference("column", where, f"{words[0]} added", f"新增{words[1]}")


def _input(old: InputClause, new: InputClause, spot: Spot) -> Iterator[Difference]:
    yield from _changed("column", spot, old.label, new.label, what=("label", "标签"))
    yield from _changed("column", spot, old.expression, new.expression, what=("looks at", "取值"), show=written)
    yield from _changed("type", spot, old.type, new.type, what=("type", "类型"))
    yield from _changed("allowed values", spot, old.domain, new.domain, what=("allowed values", "允许值"), show=_domain)


def _output(old: OutputClause, new: OutputClause, spot: Spot) -> Iterator[Difference]:
    yield from _changed("column", spot, old.name, new.name, what=("renamed", "已改名"))
    yield from _changed("type", spot, old.type, new.type, what=("type", "类型"))
    yield from _changed("default", spot, old.default, new.default, what=("default", "默认值"), show=written)
    yield from _changed(
        "allowed values", spot, old.values, new.values, what=("allowed values", "允许值"),
        show=lambda values: ", ".join(map(literal, values)),
    )  # fmt: skip


# Rules


def _named(rule: Rule, place: int) -> str:
    return f"{place + 1} ({rule.id})"


def _rules(old: DecisionTable, new: DecisionTable, columns: Columns, spot: Spot) -> Iterator[Difference]:
    pairs = matching.rules(old, new, columns)
    kept = {at for at, _to in pairs}, {to for _at, to in pairs}
    for at, rule in enumerate(old.rules):
        if at not in kept[0]:
            says = _says(rule)
            yield Difference("rule", replace(spot, rule=_named(rule, at)), f"removed: {says}", f"已删除：{says}")
    for to, rule in enumerate(new.rules):
        if to not in kept[1]:
            says = _says(rule)
            yield Difference("rule", replace(spot, rule=_named(rule, to)), f"added: {says}", f"新增：{says}")
    if new.hit_policy in ORDERED_RULES:
        yield from _moves(new, pairs, spot)
    for at, to in pairs:
        where = replace(spot, rule=_named(new.rules[to], to))
        if not (matching.counted(old.rules[at], at) and matching.counted(new.rules[to], to)):
            yield from _changed("rule", where, old.rules[at].id, new.rules[to].id, what=("id", "编号"))
        yield from _rule(old, new, (old.rules[at], new.rules[to]), columns, where)


def _says(rule: Rule) -> str:
    """This function will write a rule on one line: its cells, an arrow, its outputs."""
    tests = " | ".join(written_test(cell.test) for cell in rule.cells)
    return f"{tests} ⇒ {' | '.join(map(written, rule.outputs))}"


def _moves(table: DecisionTable, pairs: Sequence[tuple[int, int]], spot: Spot) -> Iterator[Difference]:
    """This function will name the fewest rules whose moving explains the new order."""
    order = sorted(pairs, key=lambda pair: pair[1])
    still = matching.longest_rise([at for at, _to in order])
    for at, to in order:
        if at not in still:
            behind, ahead = table.rules[to - 1].id if to else "", table.rules[to].id
            english = f"now after {behind}" if behind else "now the first"
            chinese = f"现位于{behind}之后" if behind else "现为第一条"
            where = replace(spot, rule=f"{to + 1} ({ahead})")
            yield Difference(
                "order", where, f"moved: was rule {at + 1}, {english}", f"已移动：原为第{at + 1}条，{chinese}"
            )


def _rule(
    old: DecisionTable, new: DecisionTable, rules: tuple[Rule, Rule], columns: Columns, spot: Spot
) -> Iterator[Difference]:
    before, after = rules
    for at, to in columns.inputs:
        where = replace(spot, column=new.inputs[to].label)
        yield from _changed(
            "cell", where, before.cells[at].test, after.cells[to].test, what=("", ""), show=written_test
        )
    for at, to in columns.outputs:
        where = replace(spot, column=new.outputs[to].name)
        yield from _changed("output", where, before.outputs[at], after.outputs[to], what=("", ""), show=written)
    old_words, new_words = before.annotations, after.annotations
    yield from _changed("words", spot, old_words.en, new_words.en, what=("note (en)", "说明（英文）"))
    yield from _changed("words", spot, old_words.zh, new_words.zh, what=("note (zh)", "说明（中文）"))
