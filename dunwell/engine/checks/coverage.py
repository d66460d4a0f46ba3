"""Gaps: what no rule of a table covers, where the table has to answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dunwell.engine.checks.finding import Finding, Severity
from dunwell.engine.checks.search import Box, Point, TooMuchError, Work
from dunwell.engine.checks.sheet import Sheet
from dunwell.engine.checks.showing import say

# So many gaps of a table are told one by one; one is enough where a gap is only worth a note.
GAPS_MAX = 12
WORK_MAX = 6_000_000


def gaps(sheet: Sheet) -> Iterator[Finding]:
    """This function will tell the gaps: first those among values, then those that only a null falls into.

    A null is a warning where nobody has declared what the column can be: it may never come.
    """
    if sheet.has_default or sheet.table.aggregation == "COUNT":
        return
    most = GAPS_MAX if sheet.answers_once else 1
    try:
        for told, (point, region) in enumerate(_holes(sheet, _boxes(sheet), Work(WORK_MAX))):
            if told == most:
                yield from _more(sheet)
                return
            yield _told(sheet, point, region)
    except TooMuchError:
        yield sheet.finding("incomplete", "warning", say(
            "The search for gaps was given up: the table is too intricate. There may be others than those told.",
            "缺口检查因表过于复杂而中止：除已列出的之外可能还有其他缺口。",
        ))  # fmt: skip


def _boxes(sheet: Sheet) -> list[Box]:
    """This function will return what surely can be, and what can be if nulls come that nobody has ruled out."""
    return [tuple(axis.whole & ~axis.supposed for axis in sheet.grid.axes), sheet.space.whole]


def _holes(sheet: Sheet, boxes: Sequence[Box], work: Work) -> Iterator[tuple[Point, Box]]:
    """This function will yield regions that no rule covers, until all of each box is in a rule or in one of them."""
    space, told = sheet.space, 0
    rules = sheet.cover(range(len(sheet.bits))) & ~sheet.impossible
    for box in boxes:
        while (point := space.hole(box, covers=rules | sheet.impossible | told, work=work)) is not None:
            region = space.widened(point, covers=rules | told, within=space.whole, first=sheet.doubtful)
            told |= space.add(region)
            yield _plainest(sheet, point, region), region


def _plainest(sheet: Sheet, point: Point, region: Box) -> Point:
    """This function will move within the region to a row of named values, without nulls that nobody declared."""
    limits = zip(sheet.grid.axes, region, strict=True)
    moved = tuple(axis.plainest(bits & ~axis.supposed or bits) for axis, bits in limits)
    return point if sheet.space.at(moved, among=sheet.impossible) else moved


def _told(sheet: Sheet, point: Point, region: Box) -> Finding:
    words, why = sheet.region(region), sheet.doubts(region)
    severity: Severity = ("warning" if why.en else "error") if sheet.answers_once else "note"
    text = say(f"No rule covers {words.en}{why.en}.", f"没有规则覆盖 {words.zh}{why.zh}。")
    return sheet.finding("gap", severity, text, point=point, bound=region)


def _more(sheet: Sheet) -> Iterator[Finding]:
    if sheet.answers_once:
        yield sheet.finding("incomplete", "note", say(
            f"There are more gaps than the {GAPS_MAX} that are told.", f"还有更多缺口，此处只列出{GAPS_MAX}处。"
        ))  # fmt: skip
