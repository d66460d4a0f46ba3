"""The people of the demo: one of each role, invented, who approve the sample's strategies as real ones would."""

from __future__ import annotations

from dataclasses import asdict

from dunwell.access import actions, queries
from dunwell.access.kinds import Answer, RequestKind, Role, ScopeKind, State
from dunwell.access.matrix import DEPARTMENT_OF
from dunwell.access.models import Staff
from dunwell.access.rules import HOUSE, Scope
from dunwell.cli.house import now, operator, seal_evidence, today
from dunwell.cli.rulebooks import Language
from dunwell.cli.staff import say
from dunwell.cli.strategy_approval import STRATEGIES
from dunwell.cli.strategy_checks import checked, digest_of
from dunwell.work import policy
from dunwell.work.models import Ability
from dunwell.work.staffing.actions import tell_ability

CODES = {
    Role.COLLECTOR: "DEMO-COL-1",
    Role.TEAM_LEAD: "DEMO-TL-1",
    Role.MANAGER: "DEMO-MAN-1",
    Role.ANALYST: "DEMO-ANA-1",
    Role.COMPLIANCE: "DEMO-CMP-1",
    Role.LEGAL: "DEMO-LEG-1",
    Role.FINANCE: "DEMO-FIN-1",
    Role.DATA_PROTECTION: "DEMO-DPO-1",
    Role.ADMINISTRATOR: "DEMO-ADM-1",
    Role.AGENCY_USER: "DEMO-AGY-1",
    Role.AUDITOR: "DEMO-AUD-1",
}
TEAM = "A"
AGENCY = Scope(kind=ScopeKind.AGENCY, value="DEMO-AGENCY-1")
# Who approves the rights of the others, and who approves a strategy.
RIGHTS_BY = (Role.COMPLIANCE, Role.DATA_PROTECTION)
STRATEGY_BY = (Role.COMPLIANCE, Role.LEGAL, Role.DATA_PROTECTION)


def settle_in(lang: Language) -> None:
    """This function will make the demo's staff and let them approve the strategies; never in a house with its own."""
    if Staff.objects.exclude(code__in=CODES.values()).exists():
        say(
            en="This house has staff of its own: the demo adds nobody and approves nothing.",
            zh="本机构已有自己的人员：演示不新增人员，也不代为审批。",
            lang=lang,
        )
        return
    bring_in()
    approve_strategies()
    give_abilities()
    seal_evidence()
    people = ", ".join(CODES.values())
    say(
        en=f"Demo staff, invented, one of each role: {people}. They approved the strategies; in a real house nobody "
        "but people of compliance, legal and data protection can.",
        zh=f"演示人员（虚构，每个角色一名）：{people}。策略由他们审批；实际使用时只能由合规、法务、数据保护人员审批。",
        lang=lang,
    )


def bring_in() -> None:
    """This function will bring everybody to his role, from wherever an earlier demo was interrupted."""
    if not Staff.objects.exists():
        codes = {role.value: CODES[role] for role in actions.FIRST_ROLES}
        actions.found_house(**codes, via=operator(), at=now())
    for role, code in CODES.items():
        _join(role, code=code)


def _join(role: Role, *, code: str) -> None:
    administrator = CODES[Role.ADMINISTRATOR]
    known = queries.person(code, at=now())
    if known is None:
        actions.add_staff(code, department=DEPARTMENT_OF[role], by=administrator, via=operator(), at=now())
    elif known.held:
        return
    scope = AGENCY if role is Role.AGENCY_USER else HOUSE
    request = actions.ask_grant(code, role=role, scope=scope, by=administrator, via=operator(), at=now())
    for other in RIGHTS_BY:
        actions.vote(request.pk, answer=Answer.APPROVE, by=CODES[other], via=operator(), at=now())


def give_abilities() -> None:
    """This function will say what the demo's collector and team lead can be given, unless it was said before."""
    terms, manager = policy.load(), CODES[Role.MANAGER]
    for role, skills in {Role.COLLECTOR: set(), Role.TEAM_LEAD: set(terms.skills)}.items():
        if not Ability.objects.filter(staff=CODES[role]).exists():
            tell_ability(
                CODES[role],
                skills=skills,
                languages=("zh", "en"),
                team=TEAM,
                from_on=now().date(),
                policy=terms,
                by=manager,
                via=operator(),
                at=now(),
            )


def approve_strategies() -> None:
    """This function will let the demo's people submit and approve the strategies, unless that was done before."""
    digest = digest_of(STRATEGIES)
    if queries.approved(kind=RequestKind.STRATEGY, digest=digest):
        return
    waiting = [told for told in queries.submissions(digest, at=now()) if told.state is State.OPEN]
    request = waiting[0].request.pk if waiting else _submit(digest)
    given = {ballot.voter for ballot in waiting[0].case.ballots} if waiting else set()
    for role in STRATEGY_BY:
        if CODES[role] not in given:
            actions.vote(request, answer=Answer.APPROVE, by=CODES[role], via=operator(), at=now())


def _submit(digest: str) -> int:
    checks = checked(STRATEGIES, on=today())
    submitted = actions.submit_strategy(
        digest, checks=asdict(checks), faults=checks.faults, by=CODES[Role.ANALYST], via=operator(), at=now()
    )
    return submitted.pk
