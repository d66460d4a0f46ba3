"""What to say to a customer: the planned words filled in, the elements they must hold, and answers to objections."""

from __future__ import annotations

from dataclasses import dataclass

from dunwell.access.rules import Person
from dunwell.batch.models import Plan
from dunwell.compliance.content.wording import load_wording
from dunwell.desk import plans
from dunwell.desk.customer import scripts
from dunwell.desk.customer.chance import Case
from dunwell.desk.customer.scripts import Passage
from dunwell.desk.templatetags.reading import day, money
from dunwell.ledger.kinds import Channel


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """Passages to say, the elements (id, name) that they hold, what the rules miss in them, and answers."""

    script: str
    passages: list[Passage]
    ticks: list[tuple[str, str]]
    faults: list[str]
    answers: list[Passage]


def saying(case: Case, *, who: Person, language: str) -> Saying | None:
    """This function will give the words of the customer's planned treatment; None where nothing is planned."""
    plan = case.plan
    if plan is None or not plan.script:
        return None
    values = _values(case, who)
    opening = [scripts.OPENING] if plan.actor == "human" and plan.channel == Channel.VOICE.value else []
    return Saying(
        script=plan.script,
        passages=scripts.passages([*opening, plan.script], values=values, language=language),
        ticks=scripts.ticks(plan.script, language=language),
        faults=_faults(plan, case, language=language),
        answers=scripts.passages(scripts.answers(), values=values, language=language),
    )


def elements(told: list[str]) -> tuple[str, ...]:
    """This function will keep what is an element of a text, in the order of the lists."""
    return tuple(element.id for element in load_wording().elements if element.id in told)


def _faults(plan: Plan, case: Case, *, language: str) -> list[str]:
    use, book = (plan.channel or "", plan.actor or ""), plans.Words(plan.run, language).chosen.rulebook
    return scripts.faults(plan.script or "", rulebook=book, use=use, on=case.on, language=language)


def _values(case: Case, who: Person) -> dict[str, str]:
    """This function will give what a script may be filled with: the account that is most overdue, and who speaks."""
    worst = case.worst
    if worst is None:
        return {"agent": who.code}
    return {
        "agent": who.code,
        "creditor": worst.account.creditor,
        "account": worst.account.external_id,
        "amount": money(worst.position.overdue, worst.account.currency),
        "due_on": day(worst.position.oldest_unpaid_due_on),
    }
