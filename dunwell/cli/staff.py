"""`dunwell staff`: who works here, in which role; changes of rights that two others approve."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from dunwell.access.kinds import Answer, Department, RequestKind, Role, ScopeKind, State
from dunwell.access.objections import AccessRefusedError
from dunwell.cli.house import console, now, open_house, operator, seal_evidence
from dunwell.cli.rulebooks import Language
from dunwell.facts.errors import DunwellError

if TYPE_CHECKING:
    from dunwell.access.queries import Standing, Told
    from dunwell.access.rules import Held, Scope

app = typer.Typer(help="Staff: who works here, in which role, and the requests that others approve.")

By = Annotated[str, typer.Option("--by", help="The code of who does this.")]
Code = Annotated[str, typer.Argument(metavar="CODE", help="The code of who it is about.")]
Lang = Annotated[Language, typer.Option("--lang", help="The language of the words.")]
Number = Annotated[int, typer.Argument(metavar="REQUEST", help="Its number, as `dunwell staff requests` shows it.")]
Note = Annotated[str, typer.Option("--note", help="Why; sealed. A refusal needs one.")]
RIGHTS = (RequestKind.GRANT, RequestKind.REVOKE, RequestKind.MOVE)
DAYS = ["%Y-%m-%d"]


@contextmanager
def acting(lang: Language) -> Iterator[None]:
    """This function will open the house, seal what was recorded, and tell a refusal in the reader's language."""
    open_house()
    try:
        yield
    except AccessRefusedError as refused:
        raise refused.told(lang) from None
    finally:
        seal_evidence()


def say(*, en: str, zh: str, lang: Language) -> None:
    console.print(zh if lang is Language.ZH else en, highlight=False, markup=False, soft_wrap=True)


@app.command()
def bootstrap(
    administrator: Annotated[str, typer.Option(help="The code of the first administrator.")],
    compliance: Annotated[str, typer.Option(help="The code of the first compliance officer.")],
    data_protection: Annotated[str, typer.Option(help="The code of the first data protection officer.")],
    lang: Lang = Language.EN,
) -> None:
    """Make the first administrator, and the two who approve what he asks for; only in a house that has none.

    Example: dunwell staff bootstrap --administrator ADM-1 --compliance CMP-1 --data-protection DPO-1
    """
    with acting(lang):
        from dunwell.access.actions import found_house

        found_house(
            administrator=administrator,
            compliance=compliance,
            data_protection=data_protection,
            via=operator(),
            at=now(),
        )
    say(en=f"{administrator} is the first administrator", zh=f"{administrator}为首位系统管理员", lang=lang)


@app.command()
def add(
    code: Code,
    department: Annotated[Department, typer.Option(help="Where he works.")],
    by: By,
    name: Annotated[str, typer.Option(help="His name; it is sealed.")] = "",
    lang: Lang = Language.EN,
) -> None:
    """Make somebody known; without a role until others approve one.

    Example: dunwell staff add COL-7 --department collections --by ADM-1
    """
    with acting(lang):
        from dunwell.access.actions import add_staff

        add_staff(code, department=Department(department), name=name, by=by, via=operator(), at=now())
    say(en=f"{code} is known, without a role", zh=f"已登记{code}，尚无角色", lang=lang)


@app.command("list")
def list_staff(lang: Lang = Language.EN) -> None:
    """List the staff with department, roles, and the numbers of the grants behind them."""
    open_house()
    from dunwell.access import queries

    zh = lang is Language.ZH
    heads = ("代码", "姓名", "部门", "授权", "角色") if zh else ("code", "name", "department", "grants", "roles")
    table = Table(*heads, header_style="bold")
    for one in queries.staff(at=now()):
        table.add_row(*_row(one, lang))
    console.print(table, markup=False)


def _row(one: Standing, lang: Language) -> tuple[str, ...]:
    person = one.person
    numbers = ", ".join(str(grant.pk) for grant in one.grants)
    roles = ", ".join(_held(held, lang) for held in person.held)
    return person.code, one.masked_name, person.department.word(lang), numbers, roles


def _held(held: Held, lang: Language) -> str:
    place = "" if held.scope.kind is ScopeKind.HOUSE else f" ({held.scope.kind.word(lang)} {held.scope.value})"
    return f"{held.role.word(lang)}{place}"


@app.command()
def grant(
    code: Code,
    role: Annotated[Role, typer.Argument(metavar="ROLE", help="The role, as collector or team_lead.")],
    by: By,
    scope: Annotated[str, typer.Option(help="house, or one of region, team, portfolio, agency as team:A.")] = "house",
    start: Annotated[datetime | None, typer.Option("--from", formats=DAYS, help="First day; else at once.")] = None,
    until: Annotated[datetime | None, typer.Option(formats=DAYS, help="The first day without the role.")] = None,
    lang: Lang = Language.EN,
) -> None:
    """Ask that somebody gets a role: two people of two departments approve it.

    Example: dunwell staff grant COL-7 collector --scope team:A --by ADM-1
    """
    with acting(lang):
        from dunwell.access.actions import ask_grant

        request = ask_grant(
            code,
            role=Role(role),
            scope=read_scope(scope),
            from_at=_midnight(start),
            until_at=_midnight(until),
            by=by,
            via=operator(),
            at=now(),
        )
    _asked(request.pk, request.expires_at, lang)


def _midnight(day: datetime | None) -> datetime | None:
    """This function will give the moment at which a day begins where the command is run."""
    return day.astimezone() if day else None


def read_scope(text: str) -> Scope:
    """This function will read a scope as people write it."""
    from dunwell.access.rules import Scope

    kind, _, value = text.partition(":")
    if kind not in list(ScopeKind) or (kind == ScopeKind.HOUSE) == bool(value):
        cure = "write house, region:NORTH, team:A, portfolio:2026-1 or agency:CODE"
        raise DunwellError(f"{text!r} is not a scope", place="--scope", cure=cure)
    return Scope(kind=ScopeKind(kind), value=value)


@app.command()
def revoke(
    number: Annotated[int, typer.Argument(metavar="GRANT", help="Its number, as `dunwell staff list` shows it.")],
    by: By,
    lang: Lang = Language.EN,
) -> None:
    """Ask that a role is taken back: two people of two departments approve it.

    Example: dunwell staff revoke 12 --by ADM-1
    """
    with acting(lang):
        from dunwell.access.actions import ask_revoke

        request = ask_revoke(number, by=by, via=operator(), at=now())
    _asked(request.pk, request.expires_at, lang)


@app.command()
def move(
    code: Code,
    department: Annotated[Department, typer.Argument(metavar="DEPARTMENT", help="Where he goes.")],
    by: By,
    lang: Lang = Language.EN,
) -> None:
    """Ask that somebody, who holds no role, goes to another department.

    Example: dunwell staff move COL-7 compliance --by ADM-1
    """
    with acting(lang):
        from dunwell.access.actions import ask_move

        request = ask_move(code, department=Department(department), by=by, via=operator(), at=now())
    _asked(request.pk, request.expires_at, lang)


def _asked(number: int, expires_at: datetime, lang: Language) -> None:
    until = f"{expires_at:%Y-%m-%d %H:%M}Z"
    say(
        en=f"request {number}: two others of two departments approve it until {until}",
        zh=f"申请{number}：须由两个部门的两位他人于{until}前同意",
        lang=lang,
    )


@app.command()
def requests(
    everything: Annotated[bool, typer.Option("--all", help="Those that are decided or expired too.")] = False,
    lang: Lang = Language.EN,
) -> None:
    """List the requests for changes of rights that wait for approval."""
    open_house()
    from dunwell.access import queries

    zh = lang is Language.ZH
    heads = ("申请", "内容", "申请人", "状态", "已表决") if zh else ("request", "what", "asked by", "state", "votes")
    table = Table(*heads, header_style="bold")
    for told in queries.requests(at=now(), kinds=RIGHTS, open_only=not everything):
        votes = ", ".join(f"{ballot.voter} {ballot.answer.word(lang)}" for ballot in told.case.ballots)
        wanted = _wanted(told, lang)
        table.add_row(str(told.request.pk), wanted, told.case.asked_by, told.state.word(lang), votes)
    console.print(table, markup=False)


def _wanted(told: Told, lang: Language) -> str:
    request = told.request
    what = f"{told.case.kind.word(lang)}: {request.staff_id}"
    if request.role:
        scope = f" {request.scope_kind}:{request.scope_value}" if request.scope_value else ""
        return f"{what} {Role(request.role).word(lang)}{scope}"
    if request.department:
        return f"{what} → {Department(request.department).word(lang)}"
    return f"{what} #{request.grant_id}"


@app.command()
def approve(number: Number, by: By, note: Note = "", lang: Lang = Language.EN) -> None:
    """Approve a change of rights; the second approval, from another department, carries it out.

    Example: dunwell staff approve 4 --by CMP-1
    """
    decide(number, answer=Answer.APPROVE, kinds=RIGHTS, by=by, note=note, lang=lang)


@app.command()
def refuse(number: Number, by: By, note: Note = "", lang: Lang = Language.EN) -> None:
    """Refuse a change of rights; one refusal ends the request.

    Example: dunwell staff refuse 4 --by CMP-1 --note "not before the training"
    """
    decide(number, answer=Answer.REFUSE, kinds=RIGHTS, by=by, note=note, lang=lang)


def decide(number: int, *, answer: Answer, kinds: tuple[RequestKind, ...], by: str, note: str, lang: Language) -> State:
    """This function will count one vote and say what became of the request; of another kind it is not found."""
    with acting(lang):
        from dunwell.access.actions import vote

        state = vote(number, answer=answer, kinds=kinds, by=by, via=operator(), at=now(), note=note)
    say(en=f"request {number}: {state.en}", zh=f"申请{number}：{state.zh}", lang=lang)
    return state
