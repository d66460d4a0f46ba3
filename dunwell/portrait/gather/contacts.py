"""What the attempts to reach a customer say: how often, when last, and where and at which hour he answers."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import ibis
from ibis import _

from dunwell.ledger.kinds import Answerer, Channel, Direction
from dunwell.portrait.rules import months_before

MESSAGES = (Channel.SMS, Channel.APP_PUSH, Channel.EMAIL, Channel.SOCIAL)
HOURS = 24


def contacts(contacts: ibis.Table, *, as_of: date) -> ibis.Table:
    """This function will count every customer's contacts, by the dates and hours of his own time zone."""
    rows = _named(contacts)
    counted = rows.group_by("party_id").agg(**_attempts(rows, as_of=as_of), **_answers(rows, as_of=as_of))
    counted = counted.mutate(
        voice_answer_rate_90d=_share(counted.voice_answered, counted.voice_tried),
        message_answer_rate_90d=_share(counted.messages_answered, counted.messages_tried),
        preferred_channel=_most_used(counted),
    )
    joined = counted.left_join(_best_hours(contacts, as_of=as_of), "party_id")
    return joined.drop("party_id_right", *_scratch())


def _named(contacts: ibis.Table) -> ibis.Table:
    """This function will say of each contact whether we began it and whether a person answered."""
    person = contacts.answered_by.isin([Answerer.DEBTOR.value, Answerer.THIRD_PARTY.value])
    spoke = contacts.conversation.fill_null(False)
    voice = contacts.channel.isin([Channel.VOICE.value, Channel.VISIT.value])
    connected = contacts.answered_by.isnull() & contacts.connected.fill_null(False)
    return contacts.mutate(
        tried=contacts.direction == Direction.OUTBOUND.value,
        # A call counts as answered by whoever took it; a message only if somebody wrote back.
        answered=voice.ifelse(person.fill_null(False) | spoke | connected, person.fill_null(False) | spoke),
    )


def _attempts(rows: ibis.Table, *, as_of: date) -> dict[str, Any]:
    debtor = (rows.answered_by == Answerer.DEBTOR.value) & rows.conversation
    return {
        "contacts_today": rows.count(where=rows.tried & (rows.local_date == as_of)),
        "contacts_7d": rows.count(where=rows.tried & (rows.local_date > as_of - timedelta(days=7))),
        "last_tried_on": rows.local_date.max(where=rows.tried),
        "right_party_contacts_30d": rows.count(where=debtor & (rows.local_date > as_of - timedelta(days=30))),
    }


def _answers(rows: ibis.Table, *, as_of: date) -> dict[str, Any]:
    tried = rows.tried & (rows.local_date > as_of - timedelta(days=90))
    voice = tried & (rows.channel == Channel.VOICE.value)
    message = tried & rows.channel.isin([channel.value for channel in MESSAGES])
    year = months_before(as_of, months=12)
    reached = (rows.answered | ~rows.tried) & (rows.local_date > year)
    return {
        "voice_tried": rows.count(where=voice),
        "voice_answered": rows.count(where=voice & rows.answered),
        "messages_tried": rows.count(where=message),
        "messages_answered": rows.count(where=message & rows.answered),
        **{f"by_{channel.value}": rows.count(where=reached & (rows.channel == channel.value)) for channel in Channel},
    }


def _scratch() -> list[str]:
    by_channel = [f"by_{channel.value}" for channel in Channel]
    return ["voice_tried", "voice_answered", "messages_tried", "messages_answered", *by_channel]


def _share(part: Any, whole: Any) -> Any:
    """This function will divide, null where there is nothing to divide by: 1/0 is an error on Spark."""
    return part.cast("float64") / (whole > 0).ifelse(whole, None).cast("float64")


def _most_used(counted: ibis.Table) -> Any:
    """This function will name the channel with the most answers; of equals the first in the house's list."""
    most = ibis.greatest(*(counted[f"by_{channel.value}"] for channel in Channel))
    named = [((counted[f"by_{channel.value}"] == most) & (most > 0), channel.value) for channel in Channel]
    return ibis.cases(*named, else_=None)


def _best_hours(contacts: ibis.Table, *, as_of: date) -> ibis.Table:
    """This function will find the hour of the day with the most answers; of equals the earliest.

    The count and the hour are packed into one number, so that a maximum finds both.
    """
    # Narrowed first: the same table used twice would be kept whole in memory.
    rows = _named(contacts.filter(contacts.local_date > months_before(as_of, months=12)))
    answered = rows.filter(rows.answered & rows.tried)
    hours = answered.group_by("party_id", "local_hour").agg(times=_.count())
    best = hours.group_by("party_id").agg(best=(_.times * HOURS + (HOURS - 1 - _.local_hour)).max())
    return best.select("party_id", best_hour=(HOURS - 1 - best.best % HOURS).cast("int64"))
