"""From an object of JSON to a history: every key is read by what it means, and what cannot be read is told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any

from dunwell.compliance.frequency.history import CONSUMER, Call, Consent, Event, Revocation, WrongNumber
from dunwell.compliance.frequency.reading import on_day
from dunwell.compliance.frequency.terms import CallFrequency, tokens
from dunwell.facts.errors import DunwellError

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
# How a consent may say for which days it is; a program that writes vectors may call it any of these.
ONLY_ON = ("on", "day", "named_day", "for_day", "for_date", "call_back_on", "callback_date", "callback_on")
LAST_ON = ("until", "valid_until", "expires", "expires_on", "ends_on")
FIRST_ON = ("valid_from", "from", "starts_on")
DAYS_LONG = ("days", "for_days", "valid_days")
CONSENT_KEYS = {*ONLY_ON, *LAST_ON, *FIRST_ON, *DAYS_LONG}
# What every event may say; a consent that says more may be narrower than we know.
EVENT_KEYS = {"type", "date", "time", "person", "debts", "number", "via", "note", "channel"}


@dataclass
class Teller:
    """Reads one vector; `notes` gather what was passed over."""

    told: Mapping[str, Any]
    place: str
    entries: tuple[CallFrequency, ...]
    notes: list[str] = field(default_factory=list)

    @cached_property
    def terms(self) -> CallFrequency:
        """This function will pick the entry that is valid on the history's last day."""
        return on_day(self.entries, max(self._day(event, "date", at=at) for at, event in self._listed()))

    def events(self) -> list[Event]:
        return [event for at, told in self._listed() for event in self._event(told, at=at)]

    def debts(self) -> set[str]:
        """This function will name debts beside those of the calls: any that `expect` asks about, else any mentioned."""
        expected = self.told.get("expect")
        answers = expected.values() if isinstance(expected, Mapping) else ()
        asked = {debt for answer in answers if isinstance(answer, Mapping) for debt in answer}
        return asked or set(self._mentioned())

    def _mentioned(self) -> Iterator[str]:
        named = self.told.get("debts")
        yield from self._names(list(named) if isinstance(named, Mapping) else named, at="key debts")
        for at, event in self._listed():
            for key in (key for key in event if "debts" in key):
                yield from self._names(event[key], at=f"{at}, key {key}")

    def _listed(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        events = self.told.get("events")
        if not isinstance(events, list) or not events:
            raise self._fault("there is no list of events", at="key events", cure="list at least one event")
        for number, event in enumerate(events, start=1):
            at = f"event no. {number}"
            if not isinstance(event, Mapping):
                raise self._fault("is not an event", at=at, cure="write an object with type and date")
            yield at, event

    def _event(self, told: Mapping[str, Any], *, at: str) -> Iterator[Event]:
        name = self._text(told, "type", at=at)
        meaning = self.terms.events.meaning(name or "")
        if meaning is None:
            known = ", ".join(self.terms.events.known())
            raise self._fault(
                f"{name!r} is not an event that we know", at=f"{at}, key type", cure=f"use one of {known}"
            )
        on, time_of_day = self._day(told, "date", at=at), self._time(told, at=at)
        person = self._text(told, "person", at=at) or CONSUMER
        same: dict[str, Any] = {"on": on, "at": time_of_day, "person": person}
        if meaning in ("placed", "ringless", "received"):
            yield self._call(told, meaning=meaning, same=same, at=at)
        elif meaning == "consent":
            yield self._consent(told, same=same, at=at)
        elif meaning == "revoked":
            yield Revocation(**same, debts=self._debts(told, "debts", at=at, needed=False))
        elif meaning == "wrong_number":
            yield WrongNumber(**same, number=self._number(told, at=at))
        else:
            yield Event(**same)

    # ---- kinds of event ----------------------------------------------------------------------------------------------

    def _call(self, told: Mapping[str, Any], *, meaning: str, same: dict[str, Any], at: str) -> Call:
        debts = self._debts(told, "debts", at=at, needed=meaning != "received")
        connected = self._connected(told, at=at)
        talked = self._talked(told, meaning=meaning, connected=connected, at=at)
        about = self._debts(told, "conversation_debts", at=at, needed=False) or debts
        if talked and not about:
            raise self._fault("a conversation needs its debts", at=at, cure="write debts or conversation_debts")
        return Call(
            **same,
            debts=debts,
            placed=meaning != "received",
            connected=connected,
            talked_about=about if talked else frozenset(),
            number=self._text(told, "number", at=at),
            purpose=self._text(told, "purpose", at=at),
        )

    def _connected(self, told: Mapping[str, Any], *, at: str) -> bool:
        """This function will read whether the call connected; where nobody wrote it down, it did: that counts."""
        connected = self._flag(told, "connected", at=at)
        result = self._text(told, "result", at=at)
        return not (result and self.terms.not_connected.fit(result)) if connected is None else connected

    def _talked(self, told: Mapping[str, Any], *, meaning: str, connected: bool, at: str) -> bool:
        talked = self._flag(told, "conversation", at=at)
        if talked and not connected:
            cure = "mend connected or conversation"
            raise self._fault("a call that did not connect has no conversation", at=at, cure=cure)
        if talked is not None:
            return talked
        if meaning == "received" or told.get("conversation_debts"):
            return True
        if meaning == "ringless" or not connected or told.get("voicemail"):
            return False
        cure = "write true if they talked, else false"
        raise self._fault("it is not said whether there was a conversation", at=f"{at}, key conversation", cure=cure)

    def _consent(self, told: Mapping[str, Any], *, same: dict[str, Any], at: str) -> Consent:
        last = [self._day(told, key, at=at) for key in LAST_ON if told.get(key) is not None]
        lengths = [key for key in DAYS_LONG if told.get(key) is not None and not isinstance(told[key], list)]
        last += [self._after(told, key, at=at) for key in lengths]
        first = [self._day(told, key, at=at) for key in FIRST_ON if told.get(key) is not None]
        unread = sorted(set(told) - EVENT_KEYS - CONSENT_KEYS)
        self.notes += [f"{at}: the key {key} of the consent is not read" for key in unread]
        return Consent(
            **same,
            debts=self._debts(told, "debts", at=at, needed=True),
            first=max(first, default=None),
            last=min(last, default=None),
            days=frozenset(self._only_on(told, at=at)),
        )

    def _after(self, told: Mapping[str, Any], key: str, *, at: str) -> date:
        """This function will turn a number of days into the last of them; the day of receipt is counted as ruled."""
        days = told[key]
        if not isinstance(days, int) or isinstance(days, bool) or not 1 <= days <= 1000:
            raise self._fault(f"{days!r} is not a number of days", at=f"{at}, key {key}", cure="write 1 or more")
        received = self._day(told, "date", at=at)
        return received + timedelta(days=days - (1 if self.terms.day_one == "event_day" else 0))

    def _only_on(self, told: Mapping[str, Any], *, at: str) -> Iterator[date]:
        """This function will give the only days that were agreed; `days` may be their list as well as their number."""
        for key in (*ONLY_ON, *(key for key in DAYS_LONG if isinstance(told.get(key), list))):
            yield from self._named_days(told, key, at=at)

    def _named_days(self, told: Mapping[str, Any], key: str, *, at: str) -> Iterator[date]:
        named = told.get(key)
        for text in named if isinstance(named, list) else [] if named is None else [named]:
            if isinstance(text, str) and text.lower() in WEEKDAYS:
                yield self._next(WEEKDAYS.index(text.lower()), after=self._day(told, "date", at=at))
            else:
                yield self._day({key: text}, key, at=at)

    def _next(self, weekday: int, *, after: date) -> date:
        return after + timedelta(days=(weekday - after.weekday() - 1) % 7 + 1)

    # ---- values ------------------------------------------------------------------------------------------------------

    def _fault(self, message: str, *, at: str, cure: str) -> DunwellError:
        return DunwellError(message, place=f"{self.place}, {at}", cure=cure)

    def _day(self, told: Mapping[str, Any], key: str, *, at: str) -> date:
        text = told.get(key)
        try:
            if isinstance(text, str) and len(text) == len("2026-04-01"):
                return date.fromisoformat(text)
        except ValueError:
            pass
        message = "there is no date" if text is None else f"{text!r} is not a date"
        raise self._fault(message, at=f"{at}, key {key}", cure="write a day of the calendar as 2026-04-01")

    def _time(self, told: Mapping[str, Any], *, at: str) -> time | None:
        text = told.get("time")
        if text is None:
            return None
        try:
            # A day is put before it, so that nothing but hours, minutes and seconds can stand there.
            return datetime.fromisoformat(f"2026-04-01T{str(text).rjust(5, '0')}").replace(tzinfo=None).time()
        except ValueError:
            raise self._fault(f"{text!r} is not a time", at=f"{at}, key time", cure="write it as 09:00") from None

    def _text(self, told: Mapping[str, Any], key: str, *, at: str) -> str | None:
        text = told.get(key)
        if text is None or isinstance(text, str):
            return text
        raise self._fault(f"{text!r} is not a text", at=f"{at}, key {key}", cure="write it in quotes")

    def _flag(self, told: Mapping[str, Any], key: str, *, at: str) -> bool | None:
        flag = told.get(key)
        if flag is None or isinstance(flag, bool):
            return flag
        raise self._fault(f"{flag!r} is not true or false", at=f"{at}, key {key}", cure="write true or false")

    def _number(self, told: Mapping[str, Any], *, at: str) -> str:
        number = self._text(told, "number", at=at)
        if number:
            return number
        raise self._fault("it is not said which number was wrong", at=f"{at}, key number", cure="write the number")

    def _debts(self, told: Mapping[str, Any], key: str, *, at: str, needed: bool) -> frozenset[str]:
        debts = frozenset(self._names(told.get(key), at=f"{at}, key {key}"))
        if needed and not debts:
            cure = "write at least one: a call that names none counts for one that the collector chooses"
            raise self._fault("no debt is named", at=f"{at}, key {key}", cure=cure)
        return debts

    def _names(self, debts: Any, *, at: str) -> Iterator[str]:
        if debts is None:
            return
        if not isinstance(debts, list):
            raise self._fault(f"{debts!r} is not a list of debts", at=at, cure='write ["card"]')
        yield from (self._particular(debt, at=at) for debt in debts)

    def _particular(self, debt: Any, *, at: str) -> str:
        """This function will name the particular debt: all student loans of one account number are one [14(b)(4)]."""
        named = self.told.get("debts")
        more = named.get(debt, {}) if isinstance(named, Mapping) and isinstance(debt, str) else debt
        if isinstance(more, Mapping):
            kind, account = (str(more.get(key) or "") for key in ("type", "account"))
            if "student" in tokens(kind) and account:
                return account
            debt = debt if isinstance(debt, str) else more.get("id")
        if isinstance(debt, str) and debt:
            return debt
        raise self._fault(f"{debt!r} is not the name of a debt", at=at, cure="write a text")
