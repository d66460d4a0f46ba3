"""The first page of those who talk to customers and of those who lead them."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from django.urls import reverse
from psycopg import sql

from dunwell.access.kinds import Capability as Can
from dunwell.access.kinds import ScopeKind
from dunwell.access.rules import HOUSE
from dunwell.desk import reach
from dunwell.desk.templatetags import reading
from dunwell.desk.today import asking, cash, doings
from dunwell.desk.today.board import Board, Cell, Panel, Tile, Today, at_most, count, money, ratio, tile, whole
from dunwell.desk.today.doings import Sum
from dunwell.desk.today.figures import Both
from dunwell.desk.today.kept import kept
from dunwell.desk.words import word
from dunwell.work.models import Item
from dunwell.work.staffing.queries import teams as team_of

TEAM_MOST = 40
# Nobody waits, nobody late.
NOTHING = (0, 0)


def collector(board: Board, told: Today) -> None:
    """This function will show somebody his own day."""
    own, aims = doings.mine(told.who.code, at=told.at), told.targets.collector
    due, promises = doings.promises_due(told.who.code, on=told.on)
    seen = reach.within((one.party_id for one in promises), who=told.who, capability=Can.SEE_CUSTOMERS)
    mine = cash.of_staff([told.who.code], on=told.on, currency=told.targets.currency)
    board.tiles += _day(own, attempts=aims.attempts_day, talks=aims.conversations_day, promises=aims.promises_day)
    board.tiles += [
        money(
            "cash_mine",
            Decimal(mine.get(told.who.code, 0)),
            currency=told.targets.currency,
            target=aims.cash_month,
        ),
        count("promises_due", due),
        count("late_mine", late := _late(told), bad=bool(late)),
    ]
    board.panels.append(
        Panel(
            title=Both("My promises due today", "今日到期的我的承诺"),
            empty=Both("None comes due today.", "今日没有到期的承诺。"),
            head=(Both("Customer", "客户"), Both("Sum", "金额"), Both("Means", "方式")),
            numbers=(1,),
            rows=[
                (
                    Cell(f"{one.party.source}/{one.party.external_id}", reverse("customer", args=[one.party_id])),
                    Cell(reading.money(one.amount, one.account.currency), number=True),
                    Cell(_means(one.means)),
                )
                for one in promises
                if one.party_id in seen
            ],
        )
    )


def _late(told: Today) -> int:
    return Item.objects.filter(staff=told.who.code, due_at__lt=told.at).count()


def _means(code: str) -> str:
    from dunwell.settle.agreements.kinds import Means

    return reading.word(Means(code))


def _day(own: Sum, *, attempts: int | None, talks: int | None = None, promises: int | None = None) -> list[Tile]:
    """This function will show attempts, and what share of them became conversations and promises."""
    return [
        count("attempts", own.attempts, target=attempts),
        _share("conversations", own.conversations, own.attempts, target=talks),
        _share("promises", own.promises, own.conversations, target=promises),
    ]


def _share(name: str, part: int, of: int, *, target: int | None) -> Tile:
    told = count(name, part, target=target)
    if not of:
        return told
    rate = Both(f"share {ratio(part, of)}", f"占比 {ratio(part, of)}").said
    return tile(name, told.value, note=f"{rate} · {told.note}" if told.note else rate, reached=told.reached)


# ---- those who lead -------------------------------------------------------------------------------------------------


def team_lead(board: Board, told: Today) -> None:
    """This function will show a team person by person."""
    if told.who.can(Can.SEE_REPORTS):
        board.tiles += _day(doings.added(told.done), attempts=told.targets.house.attempts_day)
    board.team = board.team or team(told)
    board.hours = told.who.can(Can.SEE_REPORTS)


def manager(board: Board, told: Today) -> None:
    """This function will show the house: money, contacts, cost, complaints, and each collector."""
    team_lead(board, told)
    if not told.who.can(Can.SEE_REPORTS):
        return
    aims, currency = told.targets.house, told.targets.currency
    money_tiles(board, told)
    spent, received = doings.cost(told.month), told.outlook.so_far
    complaints, contacted = told.signals["complaint"], doings.contacted(at=told.at)
    kept, broken = told.signals["promise_kept"], told.signals["promise_broken"]
    per_100 = spent * 100 / received if received > 0 else None
    rate = Decimal(complaints) * 1_000 / contacted if contacted else None
    board.tiles += [
        tile("kept_share", ratio(kept, kept + broken), note=_at_least(aims.kept_share)),
        money("cost_month", spent, currency=currency),
        tile(
            "cost_per_100",
            ratio(spent * 100, max(received, Decimal(0)), form=reading.number),
            note=at_most(aims.cost_per_100),
            bad=per_100 is not None and per_100 > aims.cost_per_100,
        ),
        tile(
            "complaints",
            ratio(complaints * 1_000, contacted, form=reading.number),
            note=at_most(aims.complaints_per_1000),
            bad=rate is not None and rate > aims.complaints_per_1000,
        ),
    ]


def _at_least(share: float) -> str:
    return Both(f"target at least {reading.share(share)}", f"目标不低于 {reading.share(share)}").said


def money_tiles(board: Board, told: Today) -> None:
    """This function will show the money of today and of the month, and where the month is heading."""
    currency, aims = told.targets.currency, told.targets.house
    today = cash.by_currency(told.taken, since=told.on)
    month = cash.by_currency(told.taken, since=told.on.replace(day=1))
    board.outlook = told.outlook
    board.tiles += [
        money("cash_today", today.get(currency, Decimal(0)), currency=currency, note=_others(today, currency)),
        money("cash_month", month.get(currency, Decimal(0)), currency=currency, target=aims.cash_month),
        _expected(told),
    ]


def _others(sums: dict[str, Decimal], currency: str) -> str:
    return " + ".join(reading.money(amount, other) for other, amount in sums.items() if other != currency and amount)


def _expected(told: Today) -> Tile:
    currency, seen = told.targets.currency, told.outlook
    if seen.expected is None or seen.low is None or seen.high is None:
        return tile("cash_expected", Both("no earlier weeks", "无往期数据").said)
    low, high = whole(seen.low, currency), whole(seen.high, currency)
    return money("cash_expected", seen.expected, currency=currency, note=f"{low} – {high}")


# ---- the team -------------------------------------------------------------------------------------------------------

_QUEUES = """
    SELECT staff_id, count(*), count(*) FILTER (WHERE due_at < %(at)s) FROM work_item
    WHERE {} GROUP BY staff_id
"""


TEAM_HEAD = (
    Both("Person", "人员"),
    Both("Attempts", "联系"),
    Both("Conversations", "本人接通"),
    Both("Promises", "承诺"),
    Both("Cash this month", "本月回款"),
    Both("Queue left", "剩余队列"),
    Both("Past its SLA time", "已超时限"),
)


class Member(NamedTuple):
    """One person's day."""

    code: str
    team: str
    done: Sum
    cash: Decimal
    left: int
    late: int


def team(told: Today) -> Panel:
    """This function will show who did what today, those with most to do first."""
    members = _members(told)
    return Panel(
        title=Both("The team today", "团队今日"),
        empty=Both(
            "Nobody has customers in his care or has tried to reach one today.", "今日尚无人负责客户，也无联系。"
        ),
        head=TEAM_HEAD,
        numbers=(1, 2, 3, 4, 5, 6),
        rows=[_line(one, told) for one in members[:TEAM_MOST]],
        note=_more(len(members)),
        wide=True,
    )


def _more(people: int) -> str:
    if people <= TEAM_MOST:
        return ""
    return Both(f"The first {TEAM_MOST} of {people}.", f"共 {people} 人，显示前 {TEAM_MOST} 人。").said


def _line(one: Member, told: Today) -> list[Cell]:
    numbers = (one.done.attempts, one.done.conversations, one.done.promises)
    return [
        Cell(one.code, remark=one.team),
        *(Cell(reading.number(number), number=True) for number in numbers),
        Cell(reading.money(one.cash, told.targets.currency), number=True),
        Cell(reading.number(one.left), number=True),
        Cell(reading.number(one.late), number=True, badge="bg-red-lt" if one.late else ""),
    ]


def _members(told: Today) -> list[Member]:
    teams = team_of(on=told.on)
    mine = _mine(teams, told)
    queues, done = _queues(mine, told), doings.by_staff(at=told.at)
    codes = {*queues, *done, *teams} if mine is None else mine

    def first(code: str) -> tuple[int, int, int, str]:
        """This function will put those first who are late, then those with most to do."""
        left, late = queues.get(code, NOTHING)
        return -late, -left, -done.get(code, Sum()).attempts, code

    ranked = sorted(codes, key=first)
    brought = cash.of_staff(ranked[:TEAM_MOST], on=told.on, currency=told.targets.currency)
    return [
        Member(
            code, teams.get(code, ""), done.get(code, Sum()), Decimal(brought.get(code, 0)), *queues.get(code, NOTHING)
        )
        for code in ranked
    ]  # fmt: skip


def _queues(mine: set[str] | None, told: Today) -> dict[str, tuple[int, int]]:
    """This function will count whom each has before him, and of them the late; for the whole house once a minute."""

    def ask() -> dict[str, tuple[int, int]]:
        some = sql.SQL("staff_id IS NOT NULL" if mine is None else "staff_id = ANY(%(mine)s)")
        rows = asking.rows(sql.SQL(_QUEUES).format(some), {"at": told.at, "mine": sorted(mine or ())})
        return {code: (left, late) for code, left, late in rows}

    return ask() if mine is not None else kept("queues", seconds=60, ask=ask)


def _mine(teams: dict[str, str], told: Today) -> set[str] | None:
    """This function will name the people of one's own teams; None are all, where one leads the whole house."""
    reach = told.who.reach(Can.ASSIGN_WORK) or told.who.reach(Can.SEE_REPORTS)
    if HOUSE in reach:
        return None
    mine = {scope.value for scope in reach if scope.kind is ScopeKind.TEAM}
    return {code for code, team in teams.items() if team in mine}


def alarms(board: Board, told: Today) -> None:
    """This function will list whose distress or complaint waits for an answer."""
    from dunwell.desk.page import language
    from dunwell.desk.today.queries import alarms as waiting

    board.panels.append(
        Panel(
            title=Both("Need an answer", "需要答复"),
            empty=Both("Nobody waits for an answer.", "没有等待答复的客户。"),
            rows=[
                (
                    Cell(
                        word("signal", one.kind, language=language()),
                        badge="bg-red-lt" if one.kind == "distress" else "bg-orange-lt",
                    ),
                    Cell(one.customer, reverse("customer", args=[one.party])),
                    Cell(reading.day(one.on), number=True),
                )
                for one in waiting(at=told.at, who=told.who)
            ],
        )
    )
