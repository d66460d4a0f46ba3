"""The first page of those who guard the house: analysis, compliance, law, finance, data protection, audit …"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.urls import reverse

from dunwell.access.kinds import RequestKind, RevealReason
from dunwell.access.queries import requests
from dunwell.compliance.rulebook.model import Rulebook
from dunwell.compliance.supervision import counters, sampling
from dunwell.compliance.supervision.queries import switches
from dunwell.desk import plans
from dunwell.desk.customer.portraits import column_title
from dunwell.desk.page import language
from dunwell.desk.templatetags import reading
from dunwell.desk.today import cash, doings, waiting
from dunwell.desk.today.board import Board, Cell, Panel, Tile, Today, count, day, ratio, tile
from dunwell.desk.today.figures import Both
from dunwell.desk.today.kept import kept
from dunwell.desk.today.people import money_tiles
from dunwell.facts.errors import DunwellError
from dunwell.intake.queries import Waiting as Quarantined
from dunwell.ledger.zones import house_zone

RIGHTS = (RequestKind.GRANT, RequestKind.REVOKE, RequestKind.MOVE)
# Caps look back a month over all contacts: asked again after five minutes.
CAPS_SECONDS = 300


def open_requests(told: Today, *kinds: RequestKind) -> Tile:
    return count("requests", len(requests(at=told.at, kinds=kinds or tuple(RequestKind), open_only=True)))


# ---- analysis -------------------------------------------------------------------------------------------------------


def analyst(board: Board, told: Today) -> None:
    """This function will show how complete the data is and which versions decided."""
    board.hours = True
    waits = waiting.quarantine()
    board.tiles.append(count("quarantine", sum(one.rows for one in waits), bad=bool(waits)))
    if told.run is not None:
        counts = told.run.counts
        missing = waiting.undecided(told.run)
        board.tiles += [
            count("customers", counts["customers"]),
            count("overdue", sum(counts["statuses"].values())),
            count("planned", counts["statuses"].get("planned", 0)),
            count("undecided", len(missing)),
        ]
        board.panels += [_undecided(missing, told), _versions(told)]
    board.panels.append(_quarantine(waits))


def _undecided(missing: list[tuple[str, str, int]], told: Today) -> Panel:
    words = told.words
    overdue = sum(told.run.counts["statuses"].values()) if told.run else 0
    return Panel(
        title=Both("Columns without data", "缺数据的列"),
        empty=Both("Every column that a decision reads is filled.", "决策所需的列均已填写。"),
        head=(Both("Column", "列"), Both("Decision", "决策"), Both("Customers", "客户"), Both("Share", "占比")),
        numbers=(2, 3),
        rows=[
            (
                _named(column, decision, told),
                Cell(words.title(decision) if words and decision in words.chosen.vocabulary.decisions else decision),
                Cell(reading.number(nulls), number=True),
                Cell(ratio(nulls, overdue), number=True),
            )
            for decision, column, nulls in missing[:10]
        ],
    )


def _named(column: str, decision: str, told: Today) -> Cell:
    """This function will name a column as the portrait does, or as a value of the decision that reads it."""
    title = column_title(column, chinese=language() != "en")
    if title == column and told.words and decision in told.words.chosen.vocabulary.decisions:
        title = told.words.of(decision, column)
    return Cell(title, remark=column if title != column else "")


def _versions(told: Today) -> Panel:
    versions = sorted(told.run.versions.items()) if told.run else []
    return Panel(
        title=Both("Versions of the plan", "计划版本"),
        empty=Both("No plan has been made yet.", "尚未生成计划。"),
        rows=[(Cell(name), Cell(value[:12], number=True)) for name, value in versions],
        address=reverse("strategies"),
        door=Both("Strategy tables", "策略表"),
    )


def _quarantine(waits: list[Quarantined]) -> Panel:
    return Panel(
        title=Both("Quarantine", "隔离区"),
        empty=Both("No row waits to be mended.", "没有等待修正的数据行。"),
        head=(Both("Source", "来源"), Both("Rule", "规则"), Both("Rows", "行数")),
        numbers=(2,),
        rows=[
            (Cell(one.mapping), Cell(one.rule), Cell(reading.number(one.rows), number=True))
            for one in sorted(waits, key=lambda one: -one.rows)[:10]
        ],
    )


# ---- rules and law --------------------------------------------------------------------------------------------------


def compliance(board: Board, told: Today) -> None:
    """This function will show what the rules refused, who stands near a limit, and what waits for a reviewer."""
    refused, tried = waiting.refused(at=told.at), doings.added(told.done).attempts
    grave = waiting.grave()
    board.tiles += [
        count("attempts", tried),
        count("refusals", refused),
        tile("gate_block", ratio(refused, refused + tried)),
        count("reviews", waiting.reviews()),
        count("grave", grave, bad=bool(grave)),
        count("stops", switches().count()),
        count("complaints_count", told.signals["complaint"]),
        open_requests(told),
    ]
    board.panels += [by_rule(told), near_limits(told)]


def by_rule(told: Today) -> Panel:
    """This function will count today's refusals by rule, with the sentence of each."""
    book, found = plans.rulebook(), waiting.refused_by_rule(at=told.at)
    return Panel(
        title=Both("Refused today, by rule", "今日按规则拦截"),
        empty=Both("The gate has refused nobody today.", "今日没有拦截。"),
        head=(Both("Rule", "规则"), Both("Refused", "拦截")),
        numbers=(1,),
        rows=[(_rule(book, rule), Cell(reading.number(times), number=True)) for rule, times in found],
    )


def _rule(book: Rulebook, rule: str) -> Cell:
    try:
        return Cell(book.sentence(rule, language=language()), remark=rule)
    except (KeyError, IndexError, DunwellError):
        return Cell(rule)


def near_limits(told: Today) -> Panel:
    """This function will show how many customers have one contact left, or none."""
    book = plans.rulebook()
    span = sampling.day(told.at.astimezone(ZoneInfo(house_zone())).date(), zone=house_zone())
    caps = kept(
        f"caps/{span.first}",
        seconds=CAPS_SECONDS,
        ask=lambda: counters.watch(book, on=span.first, since=span.since, until=span.until).caps,
    )
    return Panel(
        title=Both("Close to a limit today", "今日接近上限"),
        empty=Both("Nobody is.", "没有客户接近上限。"),
        head=(Both("Rule", "规则"), Both("one left", "仅剩一次"), Both("none left", "已用完")),
        numbers=(1, 2),
        rows=[
            (_rule(book, cap.rule), *(Cell(reading.number(told), number=True) for told in (cap.near, cap.reached)))
            for cap in caps
            if cap.near + cap.reached
        ],
    )


def legal(board: Board, told: Today) -> None:
    """This function will show whose limitation ends soon and how many cases are open for legal means."""
    if told.run is not None:
        tracks, ends = waiting.legal(told.run), waiting.endings(told.run, on=told.on)
        doors = {track: f"{reverse('step', args=['overdue'])}?by=legal_track&is={track}" for track in tracks}
        board.tiles += [
            count(f"legal_{track}", tracks.get(track, 0), address=doors.get(track, ""))
            for track in ("open", "prepare", "examine")
        ]
        board.tiles.append(count("clocks", len(ends), bad=bool(ends)))
        board.panels.append(_clocks(ends, told))
    board.tiles.append(open_requests(told, RequestKind.STRATEGY))


def _clocks(ends: list[waiting.Ending], told: Today) -> Panel:
    soon = told.on + timedelta(days=30)
    return Panel(
        title=Both("Limitation ends soon", "时效即将届满"),
        empty=Both("None of the largest cases ends within 180 days.", "金额最大的案件中，180天内无时效届满。"),
        head=(Both("Account", "账户"), Both("Last day", "最后一日")),
        numbers=(1,),
        rows=[
            (
                Cell(one.account, reverse("customer", args=[one.party])),
                Cell(reading.day(one.last_day), number=True, badge="bg-red-lt" if one.last_day <= soon else ""),
            )
            for one in ends[:10]
        ],
    )


# ---- money ----------------------------------------------------------------------------------------------------------


def finance(board: Board, told: Today) -> None:
    """This function will show what came in and what waits for finance's word."""
    money_tiles(board, told)
    open_disputes, oldest = waiting.disputes(told.on)
    since = Both(f"oldest {day(oldest)}", f"最早 {day(oldest)}").said if oldest else ""
    board.tiles += [
        count("payments_today", cash.payments(told.taken, on=told.on)),
        count("disputes", open_disputes, note=since),
        count("waivers", waiting.waivers(at=told.at)),
    ]
    board.panels.append(_currencies(told))


def _currencies(told: Today) -> Panel:
    first = told.on.replace(day=1)
    today, month = cash.by_currency(told.taken, since=told.on), cash.by_currency(told.taken, since=first)
    none = Decimal(0)
    return Panel(
        title=Both("Cash by currency", "按币种回款"),
        empty=Both("Nothing has come in this month.", "本月尚无回款。"),
        head=(Both("Currency", "币种"), Both("Today", "今日"), Both("This month", "本月")),
        numbers=(1, 2),
        rows=[
            (
                Cell(currency),
                Cell(reading.money(today.get(currency, none), currency), number=True),
                Cell(reading.money(month[currency], currency), number=True),
            )
            for currency in month
        ],
    )  # fmt: skip


# ---- data and evidence ----------------------------------------------------------------------------------------------


def data_protection(board: Board, told: Today) -> None:
    """This function will show which masked values were opened and why, who was erased, and which rights wait."""
    opened = waiting.opened_by_reason(at=told.at)
    board.tiles += [
        count("opened", sum(times for _reason, times in opened)),
        count("denied", waiting.denied(at=told.at)),
        count("erased", waiting.erased(at=told.at)),
        open_requests(told),
    ]
    board.panels.append(_opened(opened))


def _opened(opened: list[tuple[str, int]]) -> Panel:
    known = {reason.value: reason for reason in RevealReason}
    return Panel(
        title=Both("Opened today, by reason", "今日查看，按理由"),
        empty=Both("Nobody has opened a masked value today.", "今日无人查看遮蔽数据。"),
        head=(Both("Reason", "理由"), Both("Times", "次数")),
        numbers=(1,),
        rows=[
            (
                Cell(known[reason].word(language()) if reason in known else reason or "—"),
                Cell(reading.number(times), number=True),
            )
            for reason, times in opened
        ],
    )


def administrator(board: Board, told: Today) -> None:
    """This function will show whether the house runs: imports, the plan, the seal. No customer."""
    batch, waits = waiting.last_import(), waiting.quarantine()
    board.tiles += [
        tile("last_import", day(batch.recorded_at if batch else None), note=batch.source if batch else ""),
        tile("last_plan", day(told.run.as_of if told.run else None), note=told.run.by if told.run else ""),
        *_sealed(waiting.chain()),
        count("quarantine", sum(one.rows for one in waits), bad=bool(waits)),
        open_requests(told, *RIGHTS),
    ]
    board.panels.append(_quarantine(waits))


def _sealed(chain: waiting.Chain) -> list[Tile]:
    return [tile("last_seal", day(chain.sealed_at)), count("unsealed", chain.unsealed)]


def auditor(board: Board, told: Today) -> None:
    """This function will show how the chain stands and what it was told today."""
    chain = waiting.chain()
    opened = waiting.opened_by_reason(at=told.at)
    board.tiles += [
        count("blocks", chain.blocks),
        *_sealed(chain),
        count("opened", sum(times for _reason, times in opened)),
        count("denied", waiting.denied(at=told.at)),
        count("refusals", waiting.refused(at=told.at)),
        count("stops", switches().count()),
    ]
    board.panels += [
        Panel(
            title=Both("Verify the chain", "校验证据链"),
            empty=Both("On the machine itself: dunwell evidence verify", "请在服务器上运行：dunwell evidence verify"),
        ),
        by_rule(told),
        _opened(opened),
    ]
