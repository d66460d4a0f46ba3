"""What the gate is asked and what it answers: a contact that somebody would like to make now, and a refusal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from dunwell.compliance.kinds.question import Candidate
from dunwell.facts.verdict import Refusal, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A contact that somebody would like to make now, with the ids that the ledger knows.

    `candidate` says what the rules ask of it; `party` is the debtor and `person` whom it goes to, where that is
    somebody else; `contact_point` None takes the first usable address of the channel. What only a portrait knows is
    given by whoever has one: unknown, it counts against the contact.
    """

    party: int
    candidate: Candidate
    account: int | None = None
    person: int | None = None
    contact_point: int | None = None
    # The first day of what is overdue now: whether anything was tried since says whether this is the first contact.
    overdue_since: date | None = None
    product_line: str | None = None
    # The campaign that it belongs to: a stop switch can name it.
    treatment: str | None = None
    # The digest of the strategies that chose it, where a plan did: they must have been approved.
    strategy: str | None = None
    # One key, one contact: whoever asks again after a fault is told that it was made already.
    key: str | None = None
    # The person who has looked at what the rules leave to a person.
    reviewed_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Why the gate says no: each rule with its reason, and the first moment that all of them would allow."""

    refusals: tuple[Refusal, ...]
    reviews: tuple[Refusal, ...] = ()
    earliest: datetime | None = None

    @property
    def rules(self) -> tuple[str, ...]:
        return tuple(refusal.rule for refusal in (*self.refusals, *self.reviews))

    @property
    def needs_person(self) -> bool:
        """This function will tell whether time alone does not open it: somebody has to look, or to change a fact."""
        return bool(self.reviews) or self.earliest is None

    def reasons(self, language: str = "en") -> tuple[str, ...]:
        return tuple(refusal.reason(language) for refusal in (*self.refusals, *self.reviews))


def refusal(rule: str, *, en: str, zh: str) -> Refused:
    """This function will refuse for a reason of the house that stands before all rules; no time opens it."""
    return Refused(refusals=(Refusal(rule=rule, reason_en=en, reason_zh=zh),))


def answer(verdict: Verdict, *, reviewed_by: str | None) -> Refused | None:
    """This function will turn a verdict into a refusal, None where nothing stands against the contact."""
    reviews = () if reviewed_by else verdict.reviews
    if verdict.allowed and not reviews:
        return None
    earliest = verdict.earliest if isinstance(verdict.earliest, datetime) else None
    return Refused(refusals=verdict.refusals, reviews=reviews, earliest=earliest)
