"""`dunwell strategy submit|approve|refuse|status`: a strategy runs when three departments have approved it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from dunwell.access.kinds import Answer, RequestKind, Role, State
from dunwell.access.objections import AccessRefusedError, objection
from dunwell.cli.house import console, now, open_house, operator, today
from dunwell.cli.pack import DRAFT
from dunwell.cli.rulebooks import Language
from dunwell.cli.staff import acting, decide, say
from dunwell.database import ROOT
from dunwell.facts.errors import DunwellError

if TYPE_CHECKING:
    from dunwell.access.queries import Told

By = Annotated[str, typer.Option("--by", help="The code of who does this.")]
Lang = Annotated[Language, typer.Option("--lang", help="The language of the words.")]
Pack = Annotated[Path, typer.Argument(metavar="PATH", help="The folder of the strategies.")]
Digest = Annotated[str, typer.Argument(metavar="DIGEST", help="Its first signs, as `strategy status` shows them.")]
Note = Annotated[str, typer.Option("--note", help="Why; sealed. A refusal needs one.")]
DIGEST_SIGNS_MIN = 8
STRATEGIES = ROOT / "strategies"
HEADS = ("digest", "submitted by", "on", "state", "approved by", "still needed")
HEADS_ZH = ("摘要", "提交人", "提交日", "状态", "已同意", "尚缺")


def submit(by: By, path: Pack = STRATEGIES, lang: Lang = Language.EN) -> None:
    """Submit the strategies for approval, after the machine's own checks found nothing.

    Example: dunwell strategy submit strategies --by ANA-1
    """
    from dunwell.cli.strategy_checks import checked, digest_of

    digest, checks = digest_of(path), checked(path, on=today())
    with acting(lang):
        from dunwell.access.actions import submit_strategy

        request = submit_strategy(digest, checks=asdict(checks), faults=checks.faults, by=by, via=operator(), at=now())
    until = f"{request.expires_at:%Y-%m-%d}"
    say(
        en=f"submitted {digest}: {checks.cases} cases hold; compliance, legal, data protection approve until {until}",
        zh=f"已提交{digest}：{checks.cases}个用例全部通过；须由合规、法务、数据保护三方于{until}前同意",
        lang=lang,
    )


def approve(digest: Digest, by: By, note: Note = "", lang: Lang = Language.EN) -> None:
    """Approve a submitted strategy for one's own side: compliance, legal or data protection.

    Example: dunwell strategy approve 3f9a0c1d --by CMP-1
    """
    answer(digest, answer=Answer.APPROVE, by=by, note=note, lang=lang)


def refuse(digest: Digest, by: By, note: Note = "", lang: Lang = Language.EN) -> None:
    """Refuse a submitted strategy; one refusal is enough.

    Example: dunwell strategy refuse 3f9a0c1d --by LEG-1 --note "the letter names no deadline"
    """
    answer(digest, answer=Answer.REFUSE, by=by, note=note, lang=lang)


def answer(digest: str, *, answer: Answer, by: str, note: str, lang: Language) -> State:
    """This function will vote on the latest submission of a version."""
    open_house()
    request = latest(digest, lang=lang).request
    return decide(request.pk, answer=answer, kinds=(RequestKind.STRATEGY,), by=by, note=note, lang=lang)


def latest(digest: str, *, lang: Language = Language.EN) -> Told:
    """This function will find the latest submission of the one version that is meant."""
    from dunwell.access.queries import submissions

    place = f"strategy {digest[:64]}"
    if len(digest) < DIGEST_SIGNS_MIN:
        raise DunwellError("too short to be sure", place=place, cure=f"give at least {DIGEST_SIGNS_MIN} signs")
    found = submissions(digest, at=now())
    if not found:
        raise AccessRefusedError(objection("AC-NOT-SUBMITTED", digest=digest[:64]), place=place).told(lang)
    if len({told.request.digest for told in found}) > 1:
        raise DunwellError("several versions begin so", place=place, cure="give more signs")
    return found[0]


def status(path: Pack = STRATEGIES, lang: Lang = Language.EN) -> None:
    """Say whether the strategies are approved, and list what was submitted.

    Example: dunwell strategy status
    """
    open_house()
    from dunwell.access import queries
    from dunwell.cli.strategy_checks import digest_of

    digest = digest_of(path)
    table = Table(*(HEADS_ZH if lang is Language.ZH else HEADS), header_style="bold")
    for told in queries.requests(at=now(), kinds=[RequestKind.STRATEGY]):
        table.add_row(*_row(told, lang))
    console.print(table, markup=False)
    if queries.approved(kind=RequestKind.STRATEGY, digest=digest):
        say(en=f"{path}: approved, {digest}", zh=f"{path}：已通过，{digest}", lang=lang)
    else:
        say(en=f"{path}: {DRAFT['en']} ({digest})", zh=f"{path}：{DRAFT['zh']}（{digest}）", lang=lang)


def _row(told: Told, lang: Language) -> tuple[str, ...]:
    from dunwell.access.four_eyes import missing

    comma = "、" if lang is Language.ZH else ", "
    given = comma.join(f"{ballot.voter} ({Role(ballot.seat).word(lang)})" for ballot in told.case.approvals)
    open_sides = missing(told.case) if told.state is State.OPEN else ()
    lacking = comma.join(side.word(lang) for side in open_sides)
    digest = (told.request.digest or "")[:12]
    return digest, told.case.asked_by, f"{told.case.asked_at:%Y-%m-%d}", told.state.word(lang), given, lacking
