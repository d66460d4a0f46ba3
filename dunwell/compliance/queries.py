"""Reading what the rules ask about a customer, as the ledger knows it at a moment, for one or for many at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dunwell.compliance.kinds.kind import SIGNS
from dunwell.compliance.kinds.question import CHANNELS, DAYS_APART_MAX, Consent, Contact, Customer, Hold
from dunwell.compliance.kinds.windows import known_zone
from dunwell.compliance.kinds.wish import Wish
from dunwell.database import run
from dunwell.ledger.kinds import Channel, HoldKind, Quality
from dunwell.ledger.zones import house_zone

# Signals behind the signs of the portrait, and for how many days each of them weighs (None: until it is answered).
BANKRUPTCY, BANKRUPTCY_DAYS = ("bankruptcy_search", "bankruptcy_filing"), 30
HARDSHIP_ASKED, HARDSHIP_DAYS = "hardship_asked", 90
HARDSHIP_HOLDS = (HoldKind.HARDSHIP.value, HoldKind.BREATHING_SPACE.value)
DISPUTE_OPENED, DISPUTE_CLOSED = "dispute_opened", "dispute_closed"

# A number that more people have is a switchboard or a filler, and the number of none of them.
SHARING_MAX = 20
_LIVING = "NOT EXISTS (SELECT FROM {table} c WHERE c.corrects_id = x.id)"
# What a contact says to the rules; `x` is the contact, `a` its account, `w` whom it was with: the role, who, and by
# which address of the customer's own it counts, where that is another one than the address it went to.
_CONTACT = """
    json_build_array(
        x.id, x.channel, a.creditor, x.happened_at,
        (x.happened_at AT TIME ZONE coalesce(
            nullif(split_part(x.time_zones, ',', 1), ''), d.time_zone, %(zone)s))::date,
        x.direction, x.connected, x.conversation, x.answered_by, coalesce(w.own_point, x.contact_point_id), x.purpose,
        coalesce(x.debts_discussed, x.debts_initiated, x.debts_intended), x.actor, x.agency, x.staff, x.voicemail,
        EXISTS (
            SELECT FROM ledger_contact y
            WHERE y.party_id = x.party_id AND y.contact_point_id = x.contact_point_id AND y.outcome = 'wrong_number'
              AND NOT EXISTS (SELECT FROM ledger_contact c WHERE c.corrects_id = y.id)
        ),
        w.role, w.person
    )
"""


def _ended(fact: str, *, by: str, day: str) -> str:
    """This function will join to a fact `x` the first day, up to now, on which it was taken back: `r.ended_on`."""
    return f"""LEFT JOIN LATERAL (
                SELECT min({day}) AS ended_on FROM ledger_{by} r
                WHERE r.{fact}_id = x.id AND r.{day} <= %(on)s
                  AND NOT EXISTS (SELECT FROM ledger_{by} c WHERE c.corrects_id = r.id)
            ) r ON true"""  # noqa: S608 - of constants of this file alone.


_CASES = f"""
    SELECT p.id, p.source, p.external_id, d.region, d.time_zone, d.special_groups,
        (
            SELECT max((x.happened_at AT TIME ZONE coalesce(
                nullif(split_part(x.time_zones, ',', 1), ''), d.time_zone, %(zone)s))::date)
            FROM ledger_contact x
            WHERE x.party_id = p.id AND x.direction = 'outbound' AND {_LIVING.format(table="ledger_contact")}
        ),
        (
            SELECT json_agg({_CONTACT} ORDER BY x.id)
            FROM ledger_contact x LEFT JOIN ledger_account a ON a.id = x.account_id
            CROSS JOIN (SELECT 'primary' AS role, NULL AS person, NULL::bigint AS own_point) w
            WHERE x.party_id = p.id AND x.happened_at >= %(since)s AND {_LIVING.format(table="ledger_contact")}
        ),
        (
            SELECT json_agg({_CONTACT} ORDER BY x.id)
            FROM (
                SELECT DISTINCT o.party_id, o.account_id, o.role, q.source || '/' || q.external_id AS person,
                       NULL::bigint AS own_point
                FROM ledger_partyrole r
                JOIN ledger_partyrole o ON o.account_id = r.account_id AND o.party_id <> r.party_id
                JOIN ledger_party q ON q.id = o.party_id
                WHERE r.party_id = p.id AND r.role = 'primary'
            ) w
            JOIN ledger_contact x ON x.party_id = w.party_id AND x.account_id = w.account_id
            JOIN ledger_account a ON a.id = x.account_id
            WHERE x.happened_at >= %(since)s AND {_LIVING.format(table="ledger_contact")}
        ),
        (
            SELECT json_agg({_CONTACT} ORDER BY x.id)
            FROM (
                SELECT o.party_id, o.id, m.id AS own_point, NULL AS role, NULL AS person
                FROM ledger_contactpoint m
                CROSS JOIN LATERAL (
                    SELECT id, party_id FROM ledger_contactpoint o
                    WHERE o.value_digest = m.value_digest AND o.channel = m.channel AND o.party_id <> m.party_id
                    ORDER BY o.party_id, o.id LIMIT {SHARING_MAX}
                ) o
                WHERE m.party_id = p.id
            ) w
            JOIN ledger_contact x ON x.party_id = w.party_id AND x.contact_point_id = w.id
            LEFT JOIN ledger_account a ON a.id = x.account_id
            WHERE x.happened_at >= %(since)s AND {_LIVING.format(table="ledger_contact")}
        ),
        (
            SELECT json_agg(json_build_array(x.kind, x.from_on, least(x.until_on, r.ended_on)) ORDER BY x.id)
            FROM ledger_hold x
            {_ended("hold", by="holdrelease", day="released_on")}
            WHERE x.party_id = p.id AND {_LIVING.format(table="ledger_hold")}
        ),
        (
            SELECT json_agg(json_build_array(
                x.stance, x.granted_to, x.purpose, coalesce(x.channel, t.channel), x.contact_point_id, x.valid_from,
                least(x.valid_until, r.ended_on)
            ) ORDER BY x.id)
            FROM ledger_consent x
            LEFT JOIN ledger_contactpoint t ON t.id = x.contact_point_id
            {_ended("consent", by="consentrevocation", day="revoked_on")}
            WHERE x.party_id = p.id AND {_LIVING.format(table="ledger_consent")}
        ),
        (
            SELECT json_agg(json_build_array(
                x.stance, x.days, x.from_minute, x.until_minute, x.place, coalesce(x.channel, t.channel),
                x.contact_point_id, x.valid_from, least(x.valid_until, r.ended_on)
            ) ORDER BY x.id)
            FROM ledger_wish x
            LEFT JOIN ledger_contactpoint t ON t.id = x.contact_point_id
            {_ended("wish", by="wishrevocation", day="revoked_on")}
            WHERE x.party_id = p.id AND {_LIVING.format(table="ledger_wish")}
        ),
        (
            SELECT json_agg(json_build_array(x.id, x.channel, x.quality, x.valid_from, x.valid_until))
            FROM ledger_contactpoint x
            WHERE x.party_id = p.id AND {_LIVING.format(table="ledger_contactpoint")}
        ),
        (
            SELECT json_agg(json_build_array(kind, happened_on))
            FROM (
                SELECT x.kind, max(x.happened_on) AS happened_on FROM ledger_signal x
                WHERE x.party_id = p.id AND x.kind = ANY(%(signals)s) AND x.happened_on <= %(on)s
                  AND {_LIVING.format(table="ledger_signal")}
                GROUP BY x.kind
            ) latest
        )
    FROM ledger_party p
    LEFT JOIN LATERAL (
        SELECT region, time_zone, special_groups FROM ledger_partydetail
        WHERE party_id = p.id
        ORDER BY (valid_from <= %(on)s) DESC, abs(valid_from - %(on)s), id DESC LIMIT 1
    ) d ON true
    WHERE p.id = ANY(%(parties)s)
    ORDER BY p.id
"""  # noqa: S608 - of constants of this file alone.
# What somebody who is not the debtor is to an account on a day.
_ROLE = """
    SELECT role FROM ledger_partyrole x
    WHERE party_id = %(person)s AND account_id = %(account)s AND valid_from <= %(on)s
      AND (valid_until IS NULL OR valid_until > %(on)s)
      AND NOT EXISTS (SELECT FROM ledger_partyrole c WHERE c.corrects_id = x.id)
    ORDER BY id DESC LIMIT 1
"""
_CONSENT = ("stance", "granted_to", "purpose", "channel", "contact_point")
_WISH = ("stance", "days", "from_minute", "until_minute", "place", "channel", "contact_point")
SIGNALS = [*BANKRUPTCY, HARDSHIP_ASKED, DISPUTE_OPENED, DISPUTE_CLOSED]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """One party as the rules see it, with the ids under which its facts are told and its contact points."""

    party: int
    source: str
    external_id: str
    customer: Customer
    # The customer's own, or the house's.
    zone: ZoneInfo
    # The last day, in his zone, on which we tried to reach him.
    last_tried_on: date | None
    # Channel by id, of those that can be used on the day.
    contact_points: Mapping[int, str]


def case_files(parties: Iterable[int], *, at: datetime, looks_back: int) -> dict[int, CaseFile]:
    """This function will read what the rules ask about these parties at a moment; those unknown are left out.

    `looks_back`: the days on which contacts still weigh (`Rulebook.looks_back`). What a customer's portrait alone
    knows (`contacted_since_overdue`, `product_line`) stays unknown here; the caller adds it where he knows it.
    """
    zone = house_zone()
    on = at.astimezone(ZoneInfo(zone)).date()
    rows = run(
        _CASES,
        {
            "parties": sorted(set(parties)),
            "on": on,
            "since": at - timedelta(days=looks_back + 2 * DAYS_APART_MAX),
            "zone": zone,
            "signals": SIGNALS,
        },
    )
    return {row[0]: _case_file(row, on=on, zone=zone) for row in rows}


def _case_file(row: tuple[Any, ...], *, on: date, zone: str) -> CaseFile:
    party, source, external_id, region, time_zone, special_groups, last_tried_on, *rest = row
    contacts, others, same_number, holds, consents, wishes, points, signals = rest
    open_holds = tuple(Hold(kind=kind, from_on=_day(start), until_on=_end(end)) for kind, start, end in holds or ())
    usable = {
        identifier: channel
        for identifier, channel, quality, start, end in points or ()
        if quality != Quality.INVALID.value and _day(start) <= on and (end is None or on < _day(end))
    }
    customer = Customer(
        region=region,
        time_zone=time_zone,
        special_groups=special_groups,
        reachable={channel: channel in usable.values() for channel in CHANNELS if channel != Channel.VISIT.value},
        signs=_signs({kind: _day(day) for kind, day in signals or ()}, holds=open_holds, on=on),
        contacts=tuple(_contact(*made) for made in (*(contacts or ()), *(others or ()))),
        same_number=tuple(_contact(*made) for made in same_number or ()),
        holds=open_holds,
        consents=tuple(Consent(**_told(_CONSENT, told)) for told in consents or ()),
        wishes=tuple(Wish(**_told(_WISH, told)) for told in wishes or ()),
    )
    return CaseFile(
        party=party,
        source=source,
        external_id=external_id,
        customer=customer,
        zone=known_zone(time_zone) or ZoneInfo(zone),
        last_tried_on=last_tried_on,
        contact_points=usable,
    )


def _contact(_id: int, *told: Any) -> Contact:
    channel, creditor, happened_at, local_date, direction, connected, conversation, answered_by, point, *more = told
    purpose, debts, actor, agency, staff, voicemail, wrong_number, role, person = more
    return Contact(
        channel=channel,
        creditor=creditor,
        happened_at=datetime.fromisoformat(happened_at).astimezone(UTC).replace(tzinfo=None),
        local_date=_day(local_date),
        direction=direction,
        connected=connected,
        conversation=conversation,
        answered_by=answered_by,
        contact_point=point,
        purpose=purpose,
        debts=tuple(debts.split(",")) if debts else (),
        actor=actor,
        agency=agency,
        staff=staff,
        voicemail=voicemail,
        in_reply=purpose == "reply",
        wrong_number=wrong_number,
        role=role,
        person=person,
    )


def _told(names: tuple[str, ...], told: Sequence[Any]) -> dict[str, Any]:
    """This function will name the columns of a fact that holds from a day up to, not including, another."""
    *columns, start, end = told
    return {**dict(zip(names, columns, strict=True)), "valid_from": _day(start), "valid_until": _end(end)}


def role_of(person: int, *, account: int | None, at: datetime) -> str:
    """This function will tell what a person is to an account at a moment; '' where the ledger does not say."""
    on = at.astimezone(ZoneInfo(house_zone())).date()
    found = run(_ROLE, {"person": person, "account": account, "on": on})
    return str(found[0][0]) if found else ""


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _end(text: str | None) -> date | None:
    return None if text is None else _day(text)


def _signs(latest: Mapping[str, date], *, holds: tuple[Hold, ...], on: date) -> dict[str, bool]:
    """This function will answer the signs of the portrait from the latest signals and the open holds."""

    def within(kind: str, days: int) -> bool:
        return kind in latest and latest[kind] > on - timedelta(days=days)

    running = {hold.kind for hold in holds if hold.open(on)}
    opened, closed = latest.get(DISPUTE_OPENED), latest.get(DISPUTE_CLOSED)
    signs = {
        "bankruptcy_signal_30d": any(within(kind, BANKRUPTCY_DAYS) for kind in BANKRUPTCY),
        "dispute_open": HoldKind.DISPUTE.value in running
        or (opened is not None and (closed is None or opened > closed)),
        "hardship": not running.isdisjoint(HARDSHIP_HOLDS) or within(HARDSHIP_ASKED, HARDSHIP_DAYS),
    }
    assert signs.keys() == SIGNS.keys()  # noqa: S101 - a sign of the rules that nobody gathers here.
    return signs
