"""The numbers and words that the frequency of calls is judged by: data of a rulebook, dated like its rules."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from dunwell.compliance.kinds.kind import DayOne
from dunwell.compliance.rulebook.model import Certainty, Day

Count = Annotated[int, Field(ge=1, le=1000)]


def last_day(event: date, *, days: int, day_one: DayOne) -> date:
    """This function will return the last of so many consecutive days that begin with an event."""
    return event + timedelta(days=days - 1 if day_one == "event_day" else days)


def tokens(text: str) -> list[str]:
    """This function will split a code such as `required_by_law` into its words, in small letters."""
    return [word for word in re.split(r"[^a-z0-9]+", text.lower()) if word]


def phrase(text: str) -> str:
    """This function will refuse a phrase that could match anything."""
    if not any(not word.startswith("-") for word in text.split()):
        raise ValueError("a phrase needs a word that must be there, not only words that must not")
    return text


class Words(BaseModel):
    """Phrases by which a code is known: a code fits if it has all words of one of them and none after a `-`.

    A word stands for all that begin with it: `request` is in `answer_consumer_requests`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    phrases: Annotated[tuple[Annotated[str, AfterValidator(phrase)], ...], Field(min_length=1)]

    def fit(self, code: str) -> bool:
        found = tokens(code)
        return any(_fits(text.split(), found) for text in self.phrases)


def _fits(words: Iterable[str], found: list[str]) -> bool:
    def there(word: str) -> bool:
        return any(token.startswith(word) for token in found)

    return all(not there(word[1:]) if word.startswith("-") else there(word) for word in words)


class Factor(Words):
    """A factor that may rebut the presumption of a violation, and the phrases that purposes of it are known by."""

    name: Annotated[str, Field(min_length=1)]
    source: Annotated[str, Field(min_length=3)]


class Concentrated(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    calls: Count
    days: Count


class Rapid(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    calls: Literal[2]
    minutes: Count


class EventNames(BaseModel):
    """By which names of the history's events each kind is known; any other name is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    placed: tuple[str, ...]
    ringless: tuple[str, ...]
    received: tuple[str, ...]
    consent: tuple[str, ...]
    revoked: tuple[str, ...]
    wrong_number: tuple[str, ...]
    no_call: tuple[str, ...]

    def meaning(self, name: str) -> str | None:
        return next((meaning for meaning in EventNames.model_fields if name in getattr(self, meaning)), None)

    def known(self) -> Iterator[str]:
        for meaning in EventNames.model_fields:
            yield from getattr(self, meaning)


class CallFrequency(BaseModel):
    """One dated entry: how many calls in how many days, how long it is quiet after a conversation, what is left out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    valid_from: Day
    valid_until: Day | None = None
    source: Annotated[str, Field(min_length=3)]
    certainty: Certainty
    day_one: DayOne
    most: Count
    days: Count
    quiet_days: Count
    consent_days: Count
    concentrated: Concentrated
    rapid: Rapid
    events: EventNames
    people_left_out: Words
    not_connected: Words
    in_own_control: Words
    factors: Annotated[tuple[Factor, ...], Field(min_length=1)]

    def valid(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_until is None or on < self.valid_until)

    def quiet_until(self, conversation: date) -> date:
        """This function will return the last day without a call after a conversation."""
        return last_day(conversation, days=self.quiet_days, day_one=self.day_one)

    def consent_until(self, received: date) -> date:
        """This function will return the last day on which a consent can open calls."""
        return last_day(received, days=self.consent_days, day_one=self.day_one)

    def counts_until(self, call: date) -> date:
        """This function will return the last day on whose count a call weighs."""
        return last_day(call, days=self.days, day_one=self.day_one)

    def factor(self, purpose: str | None) -> Factor | None:
        """This function will find the factor that a purpose may stand for; what is in one's own control is none."""
        if purpose is None or self.in_own_control.fit(purpose):
            return None
        return next((factor for factor in self.factors if factor.fit(purpose)), None)
