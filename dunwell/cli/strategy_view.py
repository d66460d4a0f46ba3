"""How strategies look in a terminal: tables, trees, findings, changes and cases."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from rich import box
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from dunwell.cli.house import console

if TYPE_CHECKING:
    from dunwell.engine.cases import Failure, Report
    from dunwell.engine.checks.finding import Finding
    from dunwell.engine.model import Decision, DecisionModel, DecisionTable, Rule
    from dunwell.lab.impact import Impact

WORDS = {
    "en": {
        "if": "if", "then": "then", "why": "why", "otherwise": "otherwise", "always": "always", "rules": "rules",
        "formula": "formula", "needs": "facts from outside", "part": "part of another decision",
    },
    "zh": {
        "if": "条件", "then": "结果", "why": "说明", "otherwise": "默认", "always": "任何情况", "rules": "条规则",
        "formula": "公式", "needs": "外部事实", "part": "其他决策的一部分",
    },
}  # fmt: skip
SEVERITIES = {"error": "red", "warning": "yellow", "note": "cyan"}
SEVERITIES_ZH = {"error": "错误", "warning": "警告", "note": "提示"}
COLUMN_LENGTH_MIN, COLUMN_LENGTH_MAX = 7, 24


def model(shown: DecisionModel, *, file: str, only: str = "", lang: str = "en") -> None:
    """This function will print a model: the tree of what requires what, then each decision."""
    console.print(f"[bold]{escape(shown.name)}[/]  [dim]{escape(file)}[/]", highlight=False)
    if not only:
        console.print(tree(shown, lang=lang), highlight=False)
    for decision in [shown.decision(only)] if only else shown.decisions:
        console.print()
        _decision(decision, lang=lang)


def tree(shown: DecisionModel, *, lang: str) -> Tree:
    """This function will hang each decision under those that use it, with the facts that it reads itself."""
    from dunwell.engine.model import names_in_logic

    decisions = {decision.name: decision for decision in shown.decisions}
    outside = {found.name for found in shown.inputs}
    seen: set[str] = set()

    def hang(branch: Tree, name: str) -> None:
        decision = decisions[name]
        facts = sorted(outside & names_in_logic(decision.logic))
        again = name in seen and decision.requires
        reads = f" [dim]← {escape(', '.join(facts))}[/]" if facts else ""
        grown = branch.add(f"[bold]{escape(name)}[/]{' [dim]…[/]' if again else reads}")
        for required in () if again else decision.requires:
            hang(grown, required)
        seen.add(name)

    used = {name for decision in shown.decisions for name in decision.requires}
    root = Tree(f"[dim]{len(decisions)} decisions, {len(outside)} {WORDS[lang]['needs']}[/]", guide_style="dim")
    for name in decisions:
        if name not in used:
            hang(root, name)
    return root


def _decision(decision: Decision, *, lang: str) -> None:
    from dunwell.engine.model import Formula
    from dunwell.engine.wording import written

    if isinstance(decision.logic, Formula):
        console.print(_title(decision, f"{WORDS[lang]['formula']} ({decision.logic.type})", lang), highlight=False)
        console.print(f"  {escape(written(decision.logic.expression))}", highlight=False)
        return
    logic = decision.logic
    policy = " ".join(filter(None, (logic.hit_policy, logic.aggregation)))
    console.print(_title(decision, f"{policy} · {len(logic.rules)} {WORDS[lang]['rules']}", lang), highlight=False)
    console.print(_grid(logic, lang=lang) if _fits(logic) else _list(logic, lang=lang))


def _title(decision: Decision, what: str, lang: str) -> str:
    part = f" · [dim]{WORDS[lang]['part']}[/]" if decision.auxiliary else ""
    return f"[bold]{escape(decision.name)}[/] · {what}{part}"


def _fits(logic: DecisionTable) -> bool:
    """Whether a column for each condition can be read on this terminal."""
    from dunwell.engine.wording import written

    width = 0
    for place, clause in enumerate(logic.inputs):
        longest = max([len(rule.cells[place].text) for rule in logic.rules])
        width += min(max(longest, len(clause.label) // 2, COLUMN_LENGTH_MIN), COLUMN_LENGTH_MAX) + 2
    for place, output in enumerate(logic.outputs):
        longest = max([len(written(rule.outputs[place])) for rule in logic.rules])
        width += min(max(longest, len(output.name) // 2, COLUMN_LENGTH_MIN), COLUMN_LENGTH_MAX) + 2
    return width + 30 <= console.width


def _new_table() -> Table:
    return Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold", show_lines=False)


def _grid(logic: DecisionTable, *, lang: str) -> Table:
    """This function will lay the table out as it was drawn: a column for each condition and each answer."""
    from dunwell.engine.wording import written

    table = _new_table()
    table.add_column("#", justify="right", style="dim", no_wrap=True)
    for clause in logic.inputs:
        table.add_column(escape(clause.label), overflow="fold", style="blue")
    for output in logic.outputs:
        table.add_column(escape(output.name), overflow="fold", style="green")
    told = any(_why(rule, lang) for rule in logic.rules)
    table.add_column(WORDS[lang]["why"] if told else "", style="dim", overflow="fold", ratio=1)
    for number, rule in enumerate(logic.rules, 1):
        cells = [escape(cell.text) for cell in rule.cells]
        answers = [escape(written(entry)) for entry in rule.outputs]
        table.add_row(str(number), *cells, *answers, escape(_why(rule, lang)))
    defaults = [written(output.default) for output in logic.outputs]
    if any(default != "null" for default in defaults):
        conditions = [WORDS[lang]["otherwise"], *[""] * len(logic.inputs)][: len(logic.inputs)]
        table.add_row("", *conditions, *map(escape, defaults), "")
    return table


def _list(logic: DecisionTable, *, lang: str) -> Table:
    """This function will tell each rule by the conditions that it sets; «-» is left out."""
    from dunwell.engine.model import Anything
    from dunwell.engine.wording import written

    table = _new_table()
    table.add_column("#", justify="right", style="dim", no_wrap=True)
    table.add_column(WORDS[lang]["if"], overflow="fold", style="blue", ratio=3)
    table.add_column(WORDS[lang]["then"], overflow="fold", style="green", ratio=2)
    table.add_column(WORDS[lang]["why"], overflow="fold", style="dim", ratio=2)
    for number, rule in enumerate(logic.rules, 1):
        tests = [
            f"{clause.label}: {cell.text}"
            for clause, cell in zip(logic.inputs, rule.cells, strict=True)
            if not isinstance(cell.test, Anything)
        ]
        said = _answers([written(entry) for entry in rule.outputs], logic)
        table.add_row(str(number), Text("\n".join(tests) or WORDS[lang]["always"]), Text(said), Text(_why(rule, lang)))
    defaults = [written(output.default) for output in logic.outputs]
    if any(default != "null" for default in defaults):
        table.add_row("", WORDS[lang]["otherwise"], Text(_answers(defaults, logic)), "")
    return table


def _answers(entries: Sequence[str], logic: DecisionTable) -> str:
    if len(entries) == 1:
        return entries[0]
    return "\n".join(f"{output.name}: {entry}" for output, entry in zip(logic.outputs, entries, strict=True))


def _why(rule: Rule, lang: str) -> str:
    words = rule.annotations
    return (words.zh or words.en) if lang == "zh" else (words.en or words.zh)


# Findings and changes


def findings(found: Sequence[Finding], *, file: str, lang: str) -> None:
    """This function will print what the checks found, worst first, each with the row that shows it."""
    from dunwell.engine.cases import show

    for one in sorted(found, key=lambda finding: finding.order):
        severity = SEVERITIES_ZH[one.severity] if lang == "zh" else one.severity
        words = one.words.zh if lang == "zh" else one.words.en
        place = f"{file}, {one.decision}"
        console.print(
            f"[bold {SEVERITIES[one.severity]}]{severity}[/] [dim]{one.kind}[/] {escape(place)}: {escape(words)}",
            highlight=False,
        )
        if one.example:
            row = ", ".join(f"{name} = {show(value) or 'null'}" for name, value in one.example.items())
            words_for = "例如" if lang == "zh" else "for example"
            console.print(Padding(Text(f"{words_for}: {row}", style="dim"), (0, 0, 0, 4)))


def changes(sentences: Iterable[str], *, indent: str = "  ") -> int:
    """This function will print one change a line and return how many there were."""
    told = list(sentences)
    for sentence in told:
        console.print(Padding(Text(sentence), (0, 0, 0, len(indent))))
    return len(told)


# Cases


def report(found: Report) -> None:
    """This function will print the cases that fail, each with what its rules saw, and the rules nobody tried."""
    for failure in found.failures:
        _failure(failure)
    for decision, rules in found.unreached.items():
        console.print(f"  [yellow]no case reaches[/] {escape(decision)}: {escape(', '.join(rules))}", highlight=False)
    colour = "red" if found.failures else "green"
    said = f"{len(found.cases)} cases, {found.failed} failed"
    console.print(f"[{colour}]{said}[/]  [dim]{escape(str(found.path))}[/]", highlight=False)


def _failure(failure: Failure) -> None:
    from dunwell.engine.cases import show

    place = f"line {failure.case.line} «{failure.case.name}»"
    console.print(f"[red]failed[/] [bold]{escape(place)}[/] [dim]{failure.engine}[/]", highlight=False)
    expected, found = failure.expected or "nothing", failure.found or "nothing"
    console.print(
        f"  {escape(failure.output)}: expected [green]{escape(expected)}[/], found [red]{escape(found)}[/]",
        highlight=False,
    )
    for trial in failure.trace if failure.engine == "single" else ():
        saw = (
            "matches" if trial.column is None else f"{trial.column} is {show(trial.found) or 'null'}, not {trial.test}"
        )
        console.print(Text(f"    {trial.rule}: {saw}", style="" if trial.column is None else "dim"))


# Impact

STATUSES_ZH = {
    "(not eligible)": "（无适用处置）", "(not allowed)": "（合规不允许）", "(not worth it)": "（得不偿失）",
    "(over capacity)": "（产能不足）",
}  # fmt: skip
TITLES = {
    "en": {
        "segments": ("Customers who change segment", ("decision", "from", "to", "customers", "overdue")),
        "treatments": ("Customers who change treatment", ("from", "to", "customers", "overdue", "value ±")),
        "totals": ("The whole day", ("", "A", "B", "difference")),
        "examples": ("For example", ("customer", "overdue", "what changes")),
    },
    "zh": {
        "segments": ("细分发生变化的客户", ("决策", "从", "到", "客户数", "逾期金额")),
        "treatments": ("处置发生变化的客户", ("从", "到", "客户数", "逾期金额", "期望价值±")),
        "totals": ("当日合计", ("", "甲", "乙", "差异")),
        "examples": ("示例", ("客户", "逾期金额", "变化")),
    },
}


def impact(found: Impact, *, lang: str) -> None:
    """This function will print who changes segment and treatment between two versions, and by how much money."""
    console.print(_headline(found, lang), highlight=False)
    for name in found.one_sided:
        words = "仅一方有此决策" if lang == "zh" else "only one version decides"
        console.print(f"[yellow]{words}[/] {escape(name)}", highlight=False)
    segments = [
        (one.decision, one.before, one.after, f"{one.customers:,}", _money(one.overdue)) for one in found.segments
    ]
    treatments = [
        (one.before, one.after, f"{one.customers:,}", _money(one.overdue), f"{one.value:+,.2f}")
        for one in found.treatments
    ]
    totals = [
        (
            line.zh if lang == "zh" else line.en,
            f"{line.before:,.{line.places}f}",
            f"{line.after:,.{line.places}f}",
            f"{line.after - line.before:+,.{line.places}f}",
        )
        for line in found.totals
    ]
    examples = [(one.customer, _money(one.overdue), "\n".join(one.changes)) for one in found.examples]
    _columns("segments", segments, lang)
    _columns("treatments", treatments, lang)
    _columns("totals", totals, lang)
    _columns("examples", examples, lang)


def _headline(found: Impact, lang: str) -> str:
    (segments, owed), (treatments, owing) = found.changed["segment"], found.changed["treatment"]
    money, other = (f"{found.currency} {_money(amount)}" for amount in (owed, owing))
    if lang == "zh":
        change = f"细分变化{segments:,}人（逾期{money}），处置变化{treatments:,}人（逾期{other}）"
        return f"逾期客户{found.customers:,}人：{change}"
    return (
        f"{found.customers:,} overdue customers: {segments:,} change segment (overdue {money}), "
        f"{treatments:,} change treatment (overdue {other})"
    )


def _columns(name: str, rows: Sequence[Sequence[str]], lang: str) -> None:
    if not rows:
        return
    title, heads = TITLES[lang][name]
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    for head in heads:
        figures = head in (
            "customers",
            "overdue",
            "value ±",
            "A",
            "B",
            "difference",
            *"甲乙",
            "客户数",
            "逾期金额",
            "期望价值±",
            "差异",
        )
        table.add_column(head, justify="right" if figures else "left", overflow="fold")
    for row in rows:
        table.add_row(*(escape(STATUSES_ZH.get(cell, cell) if lang == "zh" else cell) for cell in row))
    console.print(table)


def _money(amount: float) -> str:
    return f"{amount:,.0f}"
