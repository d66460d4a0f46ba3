"""Rules that never answer: none of their cases exists, or rules that go before them take all of these."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from operator import or_

from dunwell.engine.checks import showing
from dunwell.engine.checks.boxes import of_cell
from dunwell.engine.checks.finding import Finding, Kind
from dunwell.engine.checks.search import Point, TooMuchError, Work, indices
from dunwell.engine.checks.sheet import Sheet
from dunwell.engine.checks.showing import say
from dunwell.facts.definitions import Words

# For each rule, and for all rules of a table together.
WORK_MAX = 400_000
WORK_OF_TABLE_MAX = 10_000_000
# To name no more of those who take a rule's cases than need be named.
WORK_OF_NAMING_MAX = 100_000
ANSWERS_BY_RANK = ("FIRST", "PRIORITY")


class Idle:
    """What was found of the rules of one table; `lively` are those that can give an answer of their own."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.findings: list[Finding] = []
        self.given_up: list[int] = []
        self.left = WORK_OF_TABLE_MAX
        self.possible = [at for at in range(len(sheet.parts)) if self._asked(self._possible, at)]
        self.lively = [at for at in self.possible if self._asked(self._lively, at)]
        if self.given_up:
            self.findings.append(_incomplete(sheet, sorted(set(self.given_up))))

    def _asked(self, question: Callable[[int, Work], bool], rule: int) -> bool:
        """This function will put a question to a rule within its limit; one that cannot be judged is let pass."""
        allowed = min(WORK_MAX, self.left)
        work = Work(allowed)
        try:
            return question(rule, work)
        except TooMuchError:
            self.given_up.append(rule)
            return True
        finally:
            self.left -= allowed - max(work.left, 0)

    def _possible(self, rule: int, work: Work) -> bool:
        sheet = self.sheet
        if sheet.point(rule, covers=sheet.impossible, work=work) is not None:
            return True
        words = _why_impossible(sheet, rule)
        self.findings.append(sheet.finding("impossible", "error", words, rules=(rule,), point=_near(sheet, rule)))
        return False

    def _lively(self, rule: int, work: Work) -> bool:
        sheet = self.sheet
        before = [at for at in self.possible if at != rule and _goes_before(sheet, at, rule)]
        if not before or sheet.point(rule, covers=sheet.cover(before), work=work) is not None:
            return True
        shown = sheet.point(rule, covers=sheet.impossible, work=work)
        self.findings.append(_taken(sheet, rule, _takers(sheet, rule, before), shown))
        return False


def _goes_before(sheet: Sheet, at: int, rule: int) -> bool:
    """This function will say whether a rule, where both match, answers instead of the other or just as it would."""
    same = sheet.classes[at] == sheet.classes[rule] and at < rule
    if sheet.table.hit_policy not in ANSWERS_BY_RANK:
        return same and sheet.table.hit_policy != "UNIQUE"
    better: bool = sheet.ranks[at] < sheet.ranks[rule]  # type: ignore[operator]  # ranks of one table are alike
    return better or (same and sheet.ranks[at] == sheet.ranks[rule])


def _takers(sheet: Sheet, rule: int, before: Sequence[int]) -> list[int]:
    """This function will name one rule that takes all, else as few as will do: none of them can be left out."""
    covers = sheet.cover(before)
    held = [sheet.space.holding(box, among=covers) for box in sheet.parts[rule]]
    for at in before:
        if all(sheet.bits[at] & bits for bits in held):
            return [at]
    met = reduce(or_, (sheet.space.meeting(box, among=covers) for box in sheet.parts[rule]))
    return _fewest(sheet, rule, [at for at in before if sheet.bits[at] & met])


def _fewest(sheet: Sheet, rule: int, takers: list[int]) -> list[int]:
    """This function will leave out those without whom the others still take all, the last first."""
    work = Work(WORK_OF_NAMING_MAX)
    try:
        views = [sheet.space.view(box, covers=sheet.cover(takers), work=work) for box in sheet.parts[rule]]
        for at in reversed(takers):
            rest = [other for other in takers if other != at]
            if all(view.hole(covers=sheet.cover(rest), work=work) is None for view in views):
                takers = rest
    except TooMuchError:
        # It is known that they take all; only how few of them would do is not.
        return takers
    return takers


def _near(sheet: Sheet, rule: int) -> Point | None:
    """This function will return a row that fails the rule only where no row can pass it."""
    box = list(sheet.space.whole)
    for axis, cell in zip(sheet.grid.columns, sheet.table.rules[rule].cells, strict=True):
        for limits in of_cell(cell.test, axis, sheet.grid)[:1]:
            for at, bits in limits.items():
                box[at] = box[at] & bits or box[at]
    return tuple(next(indices(bits)) for bits in box) if all(box) else None


# Words


def _why_impossible(sheet: Sheet, rule: int) -> Words:
    row = rule + 1
    for axis, cell in zip(sheet.grid.columns, sheet.table.rules[rule].cells, strict=True):
        if not any(all(limits.values()) for limits in of_cell(cell.test, axis, sheet.grid)):
            values = sheet.grid.axes[axis].shown(sheet.grid.axes[axis].whole)
            return say(
                f"Row {row} can never match: nothing fits «{cell.text}» among what the column can be ({values.en}).",
                f"第{row}行永远不会命中：该列可能的取值（{values.zh}）都不符合“{cell.text}”。",
            )
    twice = [at for at in dict.fromkeys(sheet.grid.columns) if sheet.grid.columns.count(at) > 1]
    names = ", ".join(sheet.grid.axes[at].label for at in twice)
    where = say(f" on {names}", f"（{names}）") if names else say("", "")
    return say(
        f"Row {row} can never match: its cells{where.en} contradict each other.",
        f"第{row}行永远不会命中：其条件{where.zh}互相矛盾。",
    )


def _taken(sheet: Sheet, rule: int, takers: list[int], point: Point | None) -> Finding:
    """This function will tell a rule whose cases others take: an error if its answer will be missed."""
    table = sheet.table
    agree = all(table.rules[at].outputs == table.rules[rule].outputs for at in takers)
    kind: Kind = "masked" if len(takers) > 1 else "subsumed"
    if table.hit_policy not in ANSWERS_BY_RANK:
        kind = "duplicate"
    shown = sheet.rules_at(point, takers)[:1] if point is not None else []
    rules = (rule, *shown, *(at for at in takers if at not in shown))
    words = _taken_words(kind, rule, takers, agree)
    return sheet.finding(kind, "warning" if agree else "error", words, rules=rules, point=point)


def _taken_words(kind: Kind, rule: int, takers: list[int], agree: bool) -> Words:
    row, others = rule + 1, showing.rows(at + 1 for at in takers)
    if kind == "duplicate":
        return say(
            f"Row {row} only repeats {others.en}: the same answer wherever it matches.",
            f"第{row}行只是重复{others.zh}：凡命中之处结论相同。",
        )
    verb, together = ("takes", "") if len(takers) == 1 else ("take", " together")
    same = say(", with the same answer", "，且结论相同") if agree else say("", "")
    return say(
        f"Row {row} never answers: {others.en} {verb} all its cases{together}{same.en}.",
        f"第{row}行永远不会生效：其全部情形已由{others.zh}{'共同' if together else ''}先行命中{same.zh}。",
    )


def _incomplete(sheet: Sheet, rules: list[int]) -> Finding:
    rows = showing.rows(at + 1 for at in rules)
    return sheet.finding("incomplete", "warning", say(
        f"Whether {rows.en} can ever answer was not found out: the table is too intricate.",
        f"表过于复杂，未能判定{rows.zh}是否会生效。",
    ), rules=rules)  # fmt: skip
