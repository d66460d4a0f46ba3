"""The words of a letter: which scripts serve, what they are filled in with, and what is wrong with a draft."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

from django.conf import settings
from django.utils.translation import gettext as _

from dunwell.compliance.content.scripts import LANGUAGES, Script, render
from dunwell.desk import plans
from dunwell.desk.customer.chance import Case
from dunwell.desk.customer.scripts import PLAIN_LETTER, scripts
from dunwell.facts.money import Money
from dunwell.ledger.kinds import Channel

# Long enough for the post and for an answer; the writer may choose another day.
ANSWER_DAYS = 14
DAYS_MAX = 90
LINE_MAX = 200
LOCALES = {"en": "en", "zh": "zh_Hans_CN"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What the writer has chosen, as typed: nothing is lost where something is wrong with it."""

    script: str
    tongue: str
    deadline: str
    pay_link: str
    help_link: str

    @classmethod
    def read(cls, told: Mapping[str, str], *, case: Case, tongue: str) -> Self:
        """This function will take what was typed, and where nothing was, what most letters say."""
        planned = case.plan.script if case.plan and case.plan.channel == Channel.LETTER.value else None
        usual = {
            "script": planned or PLAIN_LETTER,
            "tongue": tongue,
            "deadline": (case.on + timedelta(days=ANSWER_DAYS)).isoformat(),
            "pay_link": settings.PAY_LINK,
            "help_link": settings.HELP_LINK,
        }
        return cls(**{name: told.get(name, value).strip() for name, value in usual.items()})

    def faults(self, *, choices: Mapping[str, Script], on: date) -> dict[str, str]:
        """This function will say what is wrong, field by field."""
        found = {}
        if self.script not in choices:
            found["script"] = _("Choose one of the letters.")
        if self.tongue not in LANGUAGES:
            found["tongue"] = _("Choose English or Chinese.")
        if fault := _deadline(self.deadline, on=on):
            found["deadline"] = fault
        for name in ("pay_link", "help_link"):
            line = getattr(self, name)
            if not line:
                found[name] = _("Say it, so that the customer knows where to turn.")
            elif len(line) > LINE_MAX:
                found[name] = _("Keep it within %(most)s signs.") % {"most": LINE_MAX}
        return found


def _deadline(told: str, *, on: date) -> str:
    try:
        until = date.fromisoformat(told)
    except ValueError:
        return _("Give a day, as 2026-12-31.")
    if not on < until <= on + timedelta(days=DAYS_MAX):
        return _("Choose a day after today and within %(days)s days.") % {"days": DAYS_MAX}
    return ""


def choices(case: Case) -> dict[str, Script]:
    """This function will name the scripts of the strategy pack in use that are sent as letters, the plain one first."""
    words = plans.Words(case.plan.run, "en") if case.plan else None
    used = (
        [one.script for one in words.chosen.catalogue.treatments if one.channel == Channel.LETTER.value]
        if words
        else []
    )
    known = scripts()
    return {name: known[name] for name in dict.fromkeys([PLAIN_LETTER, *filter(None, used)]) if name in known}


def written(draft: Draft, script: Script, *, case: Case, name: str) -> str:
    """This function will write the letter out; what is not known stays open, and the gate will refuse it."""
    values = {"name": name, "pay_link": draft.pay_link, "help_link": draft.help_link}
    worst = case.worst
    if worst is not None:
        values |= {
            "creditor": worst.account.creditor,
            "account": worst.account.external_id,
            "amount": Money(worst.position.overdue, worst.account.currency).read(LOCALES[draft.tongue]),
        }
        if worst.position.oldest_unpaid_due_on:
            values["due_on"] = worst.position.oldest_unpaid_due_on.isoformat()
    values["deadline"] = draft.deadline
    return render(script.texts[draft.tongue], values={name: value for name, value in values.items() if value})
