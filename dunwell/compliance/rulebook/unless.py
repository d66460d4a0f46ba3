"""What opens a rule that says «unless»: a consent, the one answer to a message, or what law lets through."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from dunwell.compliance.kinds.kind import Kind, Purposes, distinct
from dunwell.compliance.kinds.question import CHANNELS, Consent, Contact, Question
from dunwell.ledger.kinds import Channel, Direction

# A message is answered by a message. Who calls or comes is answered in that very call, which is no contact of ours.
MESSAGES = tuple(channel for channel in CHANNELS if channel not in (Channel.VOICE.value, Channel.VISIT.value))
# No text sets a term: what came longer ago is no longer answered by the way, but by leave of a rule.
ANSWER_DAYS = 30
Passing = Literal["required_by_law", "final_notice", "location"]


class Unless(BaseModel):
    """What opens the rule; any one of it is enough.

    `consent`: for one of these purposes, given to the contact's creditor for its channel. `reply`: the first answer
    after a message that the customer sent by the same channel, within the very time that the rule bars, if it bars a
    time. `confirmation`: one message that confirms the opt-out. `purposes`: contacts that are made for these.
    `visit_minutes`: for so long after the customer's last use of our site or app it may show what he asks for.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    consent: Purposes | None = None
    reply: Literal["once"] | None = None
    confirmation: Literal["once"] | None = None
    purposes: Annotated[tuple[Passing, ...], AfterValidator(distinct)] = ()
    visit_minutes: Annotated[int, Field(ge=1, le=24 * 60)] | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not any(getattr(self, name) for name in type(self).model_fields):
            raise ValueError("names nothing that opens the rule: give consent, reply, confirmation or purposes")
        return self

    @property
    def looks_back(self) -> int:
        """This function will return on how many days before a day contacts still weigh."""
        return ANSWER_DAYS if self.reply or self.confirmation or self.visit_minutes else 0

    def opens(self, question: Question, *, terms: Kind) -> bool:
        """This function will tell whether the rule is open to the contact; a day as a whole has no answers."""
        purpose = question.candidate.purpose
        if (self.consent and question.granted(self.consent)) or purpose in self.purposes:
            return True
        if question.at is None:
            return False
        return (
            (self.reply is not None and purpose == "reply" and _unanswered(question, terms=terms, at=question.at))
            or (self.confirmation is not None and purpose == "confirmation" and _unconfirmed(question))
            or (purpose == "shown_on_request" and self._visits(question, at=question.at))
        )

    def _visits(self, question: Question, *, at: datetime) -> bool:
        length = timedelta(minutes=self.visit_minutes or 0)
        return any(came <= at < came + length for came in _messages(question))

    def openings(self, question: Question) -> Iterator[date]:
        """This function will give the known times after the question's at which something may open the rule."""
        if question.at is None or question.candidate.purpose not in ("reply", "confirmation", "shown_on_request"):
            return
        yield from (came for came in _messages(question) if came > question.at)
        yield from (refusal.valid_from for refusal in _refusals(question) if refusal.valid_from > question.on)


# ---- messages and answers --------------------------------------------------------------------------------------------


def _messages(question: Question) -> Iterator[datetime]:
    """This function will give when the customer wrote to the contact's creditor by its channel."""
    contact = question.candidate
    for made in question.customer.contacts:
        ours = made.direction == Direction.INBOUND.value and made.creditor == contact.creditor is not None
        if ours and made.channel == contact.channel and made.happened_at is not None:
            yield _moment(made.happened_at)


def _moment(happened_at: datetime) -> datetime:
    return happened_at.replace(tzinfo=happened_at.tzinfo or UTC)


def _unanswered(question: Question, *, terms: Kind, at: datetime) -> bool:
    """This function will tell whether a message came that nothing has answered yet, in the time that the rule bars."""
    if question.channel not in MESSAGES:
        return False
    answered = max((_at_the_latest(made) for made in _ours(question, "reply")), default=None)
    began = max(filter(None, (terms.since(question), at - timedelta(days=ANSWER_DAYS))))
    waiting = (came for came in _messages(question) if answered is None or came > answered)
    return any(began <= came <= at for came in waiting)


def _ours(question: Question, purpose: str) -> Iterator[Contact]:
    """This function will give our own contacts of that purpose by the channel, and those that may have been."""
    contact = question.candidate
    for made in question.customer.contacts:
        meant = made.purpose in (None, purpose) or (purpose == "reply" and made.in_reply)
        by_channel = made.channel == contact.channel or made.channel not in CHANNELS
        ours = made.direction != Direction.INBOUND.value and made.creditor in (None, contact.creditor)
        if ours and meant and by_channel:
            yield made


def _at_the_latest(made: Contact) -> datetime:
    if made.happened_at is not None:
        return _moment(made.happened_at)
    # The day is over everywhere when it is a day later in UTC.
    last = min(made.days[1], date.max - timedelta(days=2))
    return datetime.combine(last + timedelta(days=2), datetime.min.time(), UTC)


# ---- confirming an opt-out -------------------------------------------------------------------------------------------


def _refusals(question: Question) -> Iterator[Consent]:
    point = question.candidate.contact_point
    return (told for told in question.customer.consents if told.refuses(question.channel, contact_point=point))


def _unconfirmed(question: Question) -> bool:
    """This function will tell whether the newest refusal is fresh and nothing has confirmed it yet."""
    newest = max((told.valid_from for told in _refusals(question) if told.valid(question.on)), default=None)
    if newest is None or newest + timedelta(days=ANSWER_DAYS) < question.on:
        return False
    return not any(made.days[1] >= newest for made in _ours(question, "confirmation"))
