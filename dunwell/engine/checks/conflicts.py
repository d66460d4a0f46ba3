"""Overlaps: rows that several rules match and on which their hit policy cannot choose."""

from __future__ import annotations

from collections.abc import Iterator
from operator import and_

from dunwell.engine.checks.finding import Finding, Severity
from dunwell.engine.checks.search import Box, Point, TooMuchError, Work
from dunwell.engine.checks.sheet import Sheet
from dunwell.engine.checks.showing import say

CHOOSES_ONE = ("UNIQUE", "ANY", "PRIORITY")
OVERLAPS_MAX = 60
WORK_MAX = 6_000_000


def overlaps(sheet: Sheet) -> Iterator[Finding]:
    """This function will tell each pair of rules that contradict each other on some row.

    That is a row which both match, no rule of a better rank does, and for which they give different answers; under
    UNIQUE two rules contradict each other even if they agree.
    """
    if sheet.table.hit_policy not in CHOOSES_ONE:
        return
    work, told = Work(WORK_MAX), 0
    try:
        for one, other in _rivals(sheet):
            if (found := _met(sheet, one, other, work)) is None:
                continue
            if told == OVERLAPS_MAX:
                yield sheet.finding("incomplete", "note", say(
                    f"There are more overlaps than the {OVERLAPS_MAX} that are told.",
                    f"还有更多冲突，此处只列出{OVERLAPS_MAX}处。",
                ))  # fmt: skip
                return
            told += 1
            yield _told(sheet, one, other, *found)
    except TooMuchError:
        yield sheet.finding("incomplete", "warning", say(
            "The search for overlaps was given up: the table is too intricate. There may be others than those told.",
            "冲突检查因表过于复杂而中止：除已列出的之外可能还有其他冲突。",
        ))  # fmt: skip


def _rivals(sheet: Sheet) -> Iterator[tuple[int, int]]:
    """This function will pair rules of the same rank and different classes that share something."""
    for one in range(len(sheet.parts)):
        later = range(one + 1, len(sheet.parts))
        among = sheet.cover(later) & ~sheet.impossible
        shared = 0
        for box in sheet.parts[one]:
            shared |= sheet.space.meeting(box, among=among)
        for other in later:
            rivals = sheet.ranks[one] == sheet.ranks[other] and sheet.classes[one] != sheet.classes[other]
            if rivals and sheet.bits[other] & shared:
                yield one, other


def _met(sheet: Sheet, one: int, other: int, work: Work) -> tuple[Point, Box] | None:
    """This function will return a row on which the two contradict each other, and a region of such rows around it."""
    rank = sheet.ranks[one]
    covers = sheet.cover(at for at in range(len(sheet.parts)) if sheet.ranks[at] < rank)  # type: ignore[operator]  # alike
    for left in sheet.parts[one]:
        for right in sheet.parts[other]:
            shared = tuple(map(and_, left, right))
            if (point := sheet.space.hole(shared, covers=covers, work=work)) is not None:
                better = covers & ~sheet.impossible
                return point, sheet.space.widened(point, covers=better, within=shared, first=sheet.doubtful)
    return None


def _told(sheet: Sheet, one: int, other: int, point: Point, region: Box) -> Finding:
    words, why = sheet.region(region), sheet.doubts(region)
    text = say(
        f"Rows {one + 1} and {other + 1} can both match and contradict each other: {words.en}{why.en}.",
        f"第{one + 1}行与第{other + 1}行可能同时命中而互相矛盾：{words.zh}{why.zh}。",
    )
    severity: Severity = "warning" if why.en else "error"
    return sheet.finding("overlap", severity, text, rules=(one, other), point=point, bound=region)
