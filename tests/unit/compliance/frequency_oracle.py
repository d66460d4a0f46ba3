"""12 CFR 1006.14(b) by brute force, written from its text and its official interpretation alone.

It shares no code with Dunwell: it takes a vector as JSON has it and walks day after day over sets of dates. Where it
says «safe», the text is silent and the reading is the one the product states.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random
from typing import Any

Event = dict[str, Any]


def seven_days_from(day: str) -> set[date]:
    """Seven consecutive days, the day itself being the first."""
    first = date.fromisoformat(day)
    return {first + timedelta(days=number) for number in (0, 1, 2, 3, 4, 5, 6)}


def sorted_events(vector: dict[str, Any]) -> list[Event]:
    result: list[Event] = []
    for day in sorted({event["date"] for event in vector["events"]}):
        listed = [event for event in vector["events"] if event["date"] == day]
        if all("time" in event for event in listed):
            listed.sort(key=lambda event: str(event["time"]))
        result.extend(listed)
    return result


def who(event: Event) -> str:
    return str(event.get("person", "consumer"))


def is_placed(event: Event) -> bool:
    return event["type"] in ("call_out", "ringless_voicemail")


def rings(event: Event) -> bool:
    return event.get("connected") is not False


def spoken_about(event: Event) -> set[str]:
    """The debts of a telephone conversation, whichever party raised them [comment 14(b)(4)-1.ii]."""
    if event["type"] not in ("call_out", "call_in") or not event.get("conversation"):
        return set()
    return set(event.get("conversation_debts") or event["debts"])


def consented(events: list[Event], index: int, debt: str, on: date, person: str) -> bool:
    """Prior consent, given directly, within seven days of receipt, not expired [14(b)(3)(i), comment -2]."""
    open_until_used = False
    for number in range(index):
        event = events[number]
        if event["type"] != "consent" or who(event) != person or debt not in event["debts"]:
            continue
        days = seven_days_from(event["date"])
        if "until" in event:
            days = {day for day in days if day <= date.fromisoformat(event["until"])}
        if "days" in event:
            days = {day for day in days if day < date.fromisoformat(event["date"]) + timedelta(days=event["days"])}
        if "named_day" in event:
            days &= {date.fromisoformat(event["named_day"])}
        ended = False
        for later in events[number + 1 : index]:
            if who(later) != person:
                continue
            if later["type"] == "consent_revoked" and debt in (later.get("debts") or [debt]):
                ended = True
            if debt in spoken_about(later):
                ended = True
        if on in days and not ended:
            open_until_used = True
    return open_until_used


def excluded(events: list[Event], index: int, debt: str) -> bool:
    call = events[index]
    if not rings(call) or who(call) in ("attorney", "creditor"):
        return True
    return consented(events, index, debt, date.fromisoformat(call["date"]), who(call))


def wrong(events: list[Event], index: int) -> bool:
    """The number of the call was learned to be somebody else's afterwards [comment 14(b)(2)(i)-3]."""
    numbers = [event["number"] for event in events[index + 1 :] if event["type"] == "number_found_wrong"]
    return "number" in events[index] and events[index]["number"] in numbers


def counted_days(events: list[Event], debt: str, person: str, before: int) -> list[date]:
    return [
        date.fromisoformat(event["date"])
        for index, event in enumerate(events[:before])
        if is_placed(event)
        and who(event) == person
        and debt in event["debts"]
        and not wrong(events, index)
        and not excluded(events, index, debt)
    ]


def exceeds(events: list[Event], before: int, debt: str, on: date, person: str) -> str | None:
    """Which frequency one more counted call on that day, after the first `before` events, is in excess of."""
    window = {on - timedelta(days=number) for number in range(7)}
    if sum(day in window for day in counted_days(events, debt, person, before)) + 1 > 7:
        return "A"
    for event in events[:before]:
        if who(event) == person and debt in spoken_about(event) and on in seven_days_from(event["date"]):
            return "B"
    return None


def probe(events: list[Event], before: int, debts: list[str], on: date, person: str) -> str | None:
    if person in ("attorney", "creditor"):
        return None
    found = [
        exceeds(events, before, debt, on, person) for debt in debts if not consented(events, before, debt, on, person)
    ]
    return "A" if "A" in found else "B" if "B" in found else None


def expected(vector: dict[str, Any]) -> dict[str, Any]:
    events = sorted_events(vector)
    debts = sorted(
        {debt for event in events for debt in [*event.get("debts", []), *event.get("conversation_debts", [])]}
    )
    calls = [index for index, event in enumerate(events) if is_placed(event)]
    last = calls[-1] if calls else len(events)
    call = events[last] if calls else {"date": events[-1]["date"], "debts": debts}
    on, person = date.fromisoformat(call["date"]), who(call)
    prong = None
    if calls and rings(call) and not wrong(events, last):
        prong = probe(events, last, call["debts"], on, person)
    counting_person = "consumer" if person in ("attorney", "creditor") else person
    window = {on - timedelta(days=number) for number in range(7)}
    counts = {
        debt: sum(day in window for day in counted_days(events, debt, counting_person, last + 1)) for debt in debts
    }
    talks = {
        debt: any(
            debt in spoken_about(event)
            and who(event) == counting_person
            and date.fromisoformat(event["date"]) in window
            for event in events
        )
        for debt in debts
    }
    flag = None if prong else pattern(events, on, person)
    return {
        "presumption": "violation" if prong else "compliance",
        "prong": prong,
        "earliest_next_call": earliest(events, last, call, person),
        "count_in_window": max([counts[debt] for debt in call["debts"]], default=0),
        "count_by_debt": counts,
        "conversation_by_debt": talks,
        "rebuttal_factor": False if prong else flag is not None,
        "review_flag": flag,
        "excluded_calls": sum(all(excluded(events, index, debt) for debt in events[index]["debts"]) for index in calls),
        "count_last_call": bool(calls)
        and not wrong(events, last)
        and any(not excluded(events, last, debt) for debt in call["debts"]),
    }


def earliest(events: list[Event], last: int, call: Event, person: str) -> str:
    """The first day, from the last event before it on, on which the call would not be in excess."""
    before = last if last == len(events) - 1 else len(events)
    day = date.fromisoformat(events[before - 1]["date"] if before else call["date"])
    while probe(events, before, call["debts"], day, person):
        day += timedelta(days=1)
    return day.isoformat()


def pattern(events: list[Event], on: date, person: str) -> str | None:
    """Concentration (six on one day, comment -2.i) or rapid succession (two unanswered within five minutes)."""
    window = {on - timedelta(days=number) for number in range(7)}
    if person in ("attorney", "creditor"):
        return None
    rang = [
        event
        for index, event in enumerate(events)
        if is_placed(event)
        and who(event) == person
        and rings(event)
        and not wrong(events, index)
        and date.fromisoformat(event["date"]) in window
    ]
    for day in {event["date"] for event in rang}:
        if len([event for event in rang if event["date"] == day]) >= 6:
            return "concentrated"
    unanswered = [event for event in rang if "time" in event and not spoken_about(event)]
    for number, one in enumerate(unanswered):
        for other in unanswered[number + 1 :]:
            if one.get("number") == other.get("number"):
                moments = [datetime.fromisoformat(f"{event['date']}T{event['time']}") for event in (one, other)]
                if abs(moments[0] - moments[1]) <= timedelta(minutes=5):
                    return "rapid_succession"
    return None


# ---- histories by chance ---------------------------------------------------------------------------------------------

FIRST = date(2026, 3, 2)


def some_history(chance: Random) -> dict[str, Any]:
    """A history of calls, consents and the rest over some weeks, dense enough to come near every edge."""
    debts = chance.choice((["x"], ["x"], ["x", "y"]))
    timed = chance.random() < 0.5
    span = chance.choice((1, 3, 8, 8, 9, 10, 16))
    events = [_some_event(chance, debts, span, timed) for _ in range(chance.choice((1, 3, 6, 7, 9, 12, 24)))]
    if chance.random() < 0.8:
        # The call that is judged: after all others, at about the end of something.
        events.append({**_a_call(chance, debts), "date": _day(chance, span - 1, span + chance.choice((0, 2, 7)))})
    return {"id": "by chance", "events": sorted(events, key=lambda event: str(event["date"]))}


def _day(chance: Random, first: int, last: int) -> str:
    return (FIRST + timedelta(days=chance.randint(first, last))).isoformat()


def _some_event(chance: Random, debts: list[str], span: int, timed: bool) -> Event:
    about = sorted(chance.sample(debts, chance.randint(1, len(debts))))
    day = _day(chance, 0, span)
    person = chance.choice(("consumer",) * 8 + ("neighbour", "attorney"))
    roll = chance.random()
    event: Event
    if roll < 0.76:
        event = {**_a_call(chance, debts), "person": person}
    elif roll < 0.80:
        event = {"type": "call_in", "debts": about, "conversation": chance.random() < 0.7, "person": person}
    elif roll < 0.88:
        event = {"type": "consent", "debts": about, "person": person, **_limits(chance, day)}
    elif roll < 0.91:
        event = {"type": "consent_revoked", "person": person, **chance.choice(({}, {"debts": about}))}
    elif roll < 0.94:
        event = {"type": "number_found_wrong", "number": chance.choice(("n1", "n2"))}
    else:
        event = {"type": chance.choice(("email_out", "text_out", "email_in"))}
    time = {"time": f"{chance.randint(9, 12):02d}:{chance.choice((0, 4, 5, 6, 10, 59)):02d}"} if timed else {}
    return {**event, "date": day, **time}


def _limits(chance: Random, day: str) -> Event:
    later = (date.fromisoformat(day) + timedelta(days=chance.randint(0, 9))).isoformat()
    return chance.choice(({}, {}, {"until": later}, {"days": chance.randint(1, 9)}, {"named_day": later}))


def _a_call(chance: Random, debts: list[str]) -> Event:
    about = sorted(chance.sample(debts, chance.choice((1, len(debts)))))
    number = chance.choice(({"number": "n1"}, {"number": "n1"}, {"number": "n2"}, {}))
    if chance.random() < 0.05:
        return {"type": "ringless_voicemail", "debts": about, **number}
    call: Event = {"type": "call_out", "debts": about, "conversation": False, **number}
    connected = chance.choice((True, True, True, True, False, None))
    if connected is not None:
        call["connected"] = connected
    if connected is not False and chance.random() < 0.08:
        call["conversation"] = True
        if chance.random() < 0.3:
            call["conversation_debts"] = list(debts)
    return call
