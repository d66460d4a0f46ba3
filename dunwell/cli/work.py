"""`dunwell work`: who has which customer, how full everybody is, and giving customers to collectors."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer
from rich.table import Table

from dunwell.cli.house import console, now, open_house, operator, seal_evidence, today
from dunwell.cli.plan import AsOf, read_day
from dunwell.cli.rulebooks import Language
from dunwell.cli.staff import By, Lang, acting, say

if TYPE_CHECKING:
    from dunwell.work.assigning.actions import Distributed
    from dunwell.work.assigning.queries import Load

app = typer.Typer(help="Work: who has which customer, how full everybody is, who can be given what.")
staff = typer.Typer(help="What the staff can be given, and who is away.")
app.add_typer(staff, name="staff")

DAYS = ["%Y-%m-%d"]
BAR = 20
Code = Annotated[str, typer.Argument(metavar="CODE", help="The code of who it is about.")]


@app.command()
def assign(as_of: AsOf = "", lang: Lang = Language.EN) -> None:
    """Give every customer of the work list to whoever fits best; who is well placed stays where he is.

    Example: dunwell work assign --as-of 2026-11-20
    """
    day = read_day(as_of)
    open_house()
    from dunwell.batch.work_list import refresh, sweep
    from dunwell.work import policy
    from dunwell.work.assigning.actions import distribute

    with console.status("work: assigning"):
        refresh(by=operator(), at=now())
        done = distribute(policy=policy.load(), on=day, by=operator(), at=now())
        sweep()
    seal_evidence()
    _tell(done, lang)


@app.command()
def recall(as_of: AsOf = "", lang: Lang = Language.EN) -> None:
    """Recall the customers whom their collector has not tried within the idle days of the policy.

    Example: dunwell work recall
    """
    day = read_day(as_of)
    open_house()
    from dunwell.work import policy
    from dunwell.work.assigning.actions import recall as recall_idle

    done = recall_idle(policy=policy.load(), on=day, by=operator(), at=now())
    seal_evidence()
    _tell(done, lang)


def _tell(done: Distributed, lang: Language) -> None:
    say(
        en=f"batch {done.batch}: {done.kept:,} stay, {done.given:,} given, {sum(done.ended.values()):,} ended, "
        f"{sum(done.lacking.values()):,} with nobody",
        zh=f"批次{done.batch}：保留{done.kept:,}，新分派{done.given:,}，结束{sum(done.ended.values()):,}，"
        f"无人负责{sum(done.lacking.values()):,}",
        lang=lang,
    )
    words = _WORDS_ZH if lang is Language.ZH else _WORDS
    for why, count in sorted({**done.ended, **done.lacking}.items()):
        console.print(f"  {count:>9,}  {words.get(why, why)}", highlight=False, markup=False)


_WORDS = {
    "left_the_list": "ended: stands in no list any more",
    "idle": "recalled: not tried within the idle days",
    "absent": "ended: the collector is away",
    "excluded": "ended: the collector is excluded",
    "left": "ended: the collector works here no longer",
    "over_capacity": "ended: the collector has no room",
    "no_skill": "nobody has the skill",
    "no_language": "nobody speaks the language",
    "no_region": "nobody works in the region",
    "no_agency": "nobody of the agency",
    "nobody_there": "who could take them is away",
    "no_capacity": "who could take them has no room",
}
_WORDS_ZH = {
    "left_the_list": "结束：已不在作业清单",
    "idle": "收回：超过空闲天数未联系",
    "absent": "结束：催收员缺勤",
    "excluded": "结束：催收员被禁入",
    "left": "结束：催收员已离岗",
    "over_capacity": "结束：催收员已满额",
    "no_skill": "无人具备所需技能",
    "no_language": "无人会该语言",
    "no_region": "无人负责该地区",
    "no_agency": "该机构无人",
    "nobody_there": "可承接人员均缺勤",
    "no_capacity": "可承接人员均已满额",
}


@app.command("list")
def list_work(
    code: Annotated[str, typer.Option("--staff", help="Only the customers of this collector.")] = "",
    most: Annotated[int, typer.Option(min=1, max=10_000, help="So many lines.")] = 20,
    lang: Lang = Language.EN,
) -> None:
    """List the work list in its order: whose turn it is, until when, and whose he is.

    Example: dunwell work list --staff DEMO-COL-1
    """
    open_house()
    from dunwell.ledger.zones import house_zone
    from dunwell.work.models import Item

    zh = lang is Language.ZH
    heads = (
        ("客户", "措施", "到期", "剩余小时", "催收员")
        if zh
        else ("customer", "treatment", "due", "hours left", "collector")
    )
    table, at = Table(*heads, header_style="bold"), now()
    rows = Item.objects.order_by("turn_at", "party")
    for row in (rows.filter(staff=code) if code else rows)[:most]:
        left = (row.due_at - at).total_seconds() / 3600
        due = row.due_at.astimezone(ZoneInfo(house_zone()))
        table.add_row(row.customer, row.treatment or "", f"{due:%Y-%m-%d %H:%M}", f"{left:.1f}", row.staff_id or "")
    console.print(table, markup=False)


@app.command()
def load(team: Annotated[str, typer.Option(help="Only this team.")] = "", lang: Lang = Language.EN) -> None:
    """Show how full everybody is, with a bar for each, and how many of his clocks ran out.

    Example: dunwell work load --team A
    """
    open_house()
    from dunwell.work.assigning.queries import loads

    zh = lang is Language.ZH
    heads = (
        ("代码", "团队", "缺勤", "客户数", "容量", "", "超时") if zh
        else ("code", "team", "away", "customers", "capacity", "", "overdue")
    )  # fmt: skip
    table = Table(*heads, header_style="bold")
    for one in loads(on=today(), at=now(), team=team or None):
        table.add_row(*_row(one))
    console.print(table, markup=False)


def _row(one: Load) -> tuple[str, ...]:
    full = min(BAR, round(BAR * one.count / one.capacity)) if one.capacity else 0
    bar = "█" * full + "·" * (BAR - full)
    return one.code, one.team, one.away or "", f"{one.count:,}", f"{one.capacity:,}", bar, f"{one.overdue:,}"


# ---- staff -----------------------------------------------------------------------------------------------------------


@staff.command()
def able(
    code: Code,
    by: By,
    skill: Annotated[list[str] | None, typer.Option(help="A skill of the policy; give it again for more.")] = None,
    language: Annotated[list[str] | None, typer.Option(help="A language, as zh; give it again for more.")] = None,
    region: Annotated[list[str] | None, typer.Option(help="Only this region; give it again for more.")] = None,
    team: Annotated[str, typer.Option(help="His team.")] = "",
    agency: Annotated[str, typer.Option(help="The agency whose cases alone he takes.")] = "",
    capacity: Annotated[
        int | None, typer.Option(help="So many customers at most; the policy's usual if omitted.")
    ] = None,
    start: Annotated[
        datetime | None, typer.Option("--from", formats=DAYS, help="From this day on; else today.")
    ] = None,
    lang: Lang = Language.EN,
) -> None:
    """Say what somebody can be given from a day on; it takes the place of what was said before.

    Example: dunwell work staff able COL-7 --skill senior --language zh --team A --by TL-1
    """
    with acting(lang):
        from dunwell.work import policy
        from dunwell.work.staffing.actions import tell_ability

        row = tell_ability(
            code,
            skills=skill or (),
            languages=language or (),
            regions=region or (),
            team=team,
            agency=agency,
            capacity=capacity,
            from_on=_day(start),
            policy=policy.load(),
            by=by,
            via=operator(),
            at=now(),
        )
    say(
        en=f"{code} takes {row.capacity:,} customers from {row.from_on} on",
        zh=f"自{row.from_on}起，{code}最多负责{row.capacity:,}名客户",
        lang=lang,
    )


def _day(given: datetime | None) -> date:
    return given.date() if given else today()


@staff.command()
def away(
    code: Code,
    by: By,
    until: Annotated[datetime, typer.Option(formats=DAYS, help="The first day back.")],
    start: Annotated[datetime | None, typer.Option("--from", formats=DAYS, help="The first day; else today.")] = None,
    lang: Lang = Language.EN,
) -> None:
    """Say that somebody is away; the next assignment gives his customers to others. The same day twice withdraws it.

    Example: dunwell work staff away COL-7 --from 2026-12-01 --until 2026-12-08 --by TL-1
    """
    with acting(lang):
        from dunwell.work.staffing.actions import tell_absence

        row = tell_absence(code, from_on=_day(start), until_on=until.date(), by=by, via=operator(), at=now())
    say(en=f"{code} is away until {row.until_on}", zh=f"{code}缺勤至{row.until_on}", lang=lang)


@staff.command("list")
def list_staff(lang: Lang = Language.EN) -> None:
    """List what everybody can be given today.

    Example: dunwell work staff list
    """
    open_house()
    from dunwell.work.staffing.queries import colleagues

    zh = lang is Language.ZH
    heads = (
        ("代码", "技能", "语言", "地区", "团队", "容量", "缺勤") if zh
        else ("code", "skills", "languages", "regions", "team", "capacity", "away")
    )  # fmt: skip
    table = Table(*heads, header_style="bold")
    for one in colleagues(on=today(), at=now()):
        told = one.ability
        table.add_row(
            one.code, told.skills, told.languages, told.regions, told.team, f"{told.capacity:,}", one.away or ""
        )
    console.print(table, markup=False)
