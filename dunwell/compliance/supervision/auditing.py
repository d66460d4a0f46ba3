"""The audit afterwards: every recorded contact judged at its own moment, by the rules and facts of that moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from django.db import connection

from dunwell.compliance.kinds.question import PURPOSES, Candidate, Contact, Customer
from dunwell.compliance.models import StopSwitch
from dunwell.compliance.queries import case_files
from dunwell.compliance.rulebook.model import Rulebook
from dunwell.compliance.rules import judge_moment
from dunwell.compliance.supervision import sampling
from dunwell.compliance.supervision.queries import standings, switches
from dunwell.compliance.supervision.rules import Collector, first_stop
from dunwell.facts.verdict import Refusal, Verdict
from dunwell.ledger.zones import house_zone

# What the audit itself finds, beside the rules of the rulebooks; to have no permit breaks none of them by itself.
STOP, NO_PERMIT = "STOP", "NO-PERMIT"
# Kinds of rule that ask for words or ways of a contact which the ledger does not keep; the gate has seen them.
UNRECORDED = frozenset({"content", "email_procedure", "text_procedure"})
# So many persons' histories are in memory at once.
PERSONS_MAX = 2_000
# The contacts we made in a span, as they are known now, each with the first event of its chain, which has the permit.
_CONTACTS = """
    WITH RECURSIVE chain AS (
        SELECT x.id AS latest, x.id, x.corrects_id FROM ledger_contact x
        WHERE x.happened_at >= %(since)s AND x.happened_at < %(until)s AND x.direction <> 'inbound'
          AND NOT EXISTS (SELECT FROM ledger_contact c WHERE c.corrects_id = x.id)
        UNION ALL
        SELECT chain.latest, x.id, x.corrects_id FROM chain JOIN ledger_contact x ON x.id = chain.corrects_id
    )
    SELECT x.id, chain.id AS first, x.party_id, x.happened_at, x.channel, x.actor, x.purpose, x.agency, x.staff,
           x.contact_point_id, x.recording, x.debts_intended, a.creditor, a.product_line,
           EXISTS (SELECT FROM compliance_permit p WHERE p.contact_id = chain.id) AS permitted,
           EXISTS (
               SELECT FROM ledger_contact e
               WHERE e.party_id = x.party_id AND e.happened_at < x.happened_at AND e.direction <> 'inbound'
                 AND NOT EXISTS (SELECT FROM ledger_contact c WHERE c.corrects_id = e.id)
           ) AS tried_before
    FROM chain
    JOIN ledger_contact x ON x.id = chain.latest
    LEFT JOIN ledger_account a ON a.id = x.account_id
    WHERE chain.corrects_id IS NULL
    ORDER BY x.party_id, x.happened_at, x.id
"""


class Made(NamedTuple):
    """A contact on record, as the query above gives it."""

    id: int
    first: int
    party: int
    happened_at: datetime
    channel: str
    actor: str
    purpose: str
    agency: str | None
    staff: str | None
    contact_point: int | None
    recording: str | None
    debts: str | None
    creditor: str | None
    product_line: str | None
    permitted: bool
    tried_before: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Audited:
    """A contact with what was against it; `undecided`: rules that ask what no record says."""

    made: Made
    breaches: tuple[Refusal, ...]
    undecided: tuple[str, ...]
    warned: tuple[str, ...]

    @property
    def compliant(self) -> bool:
        return not self.breaches

    @property
    def collector(self) -> Collector:
        return Collector(self.made.agency, self.made.staff)


def audit(rulebook: Rulebook, *, first: date, last: date) -> Iterator[Audited]:
    """This function will judge every contact that we made on the days of the house from `first` to `last`."""
    stops = list(switches(lifted=True).order_by("id"))
    for days in range((last - first).days + 1):
        yield from _day(rulebook, on=first + timedelta(days=days), stops=stops)


def _day(rulebook: Rulebook, *, on: date, stops: Sequence[StopSwitch]) -> Iterator[Audited]:
    span = sampling.day(on, zone=house_zone())
    with connection.cursor() as cursor:
        cursor.execute(_CONTACTS, {"since": span.since, "until": span.until})
        by_person: dict[int, list[Made]] = defaultdict(list)
        for row in cursor.fetchall():
            by_person[row[2]].append(Made(*row))
    persons = sorted(by_person)
    # The end of the day is the day of all its moments: what is dated by days reads the same at each of them.
    at = span.until - timedelta(microseconds=1)
    standing = cache(lambda staff, agency: standings(staff=staff, agency=agency, on=on))
    for start in range(0, len(persons), PERSONS_MAX):
        portion = persons[start : start + PERSONS_MAX]
        cases = case_files(portion, at=at, looks_back=rulebook.looks_back + 1)
        for person in portion:
            for position, made in enumerate(by_person[person]):
                candidate = replace(_candidate(made), standings=standing(made.staff, made.agency))
                customer = _before(cases[person].customer, made=made, of_the_day=by_person[person][:position])
                yield _audited(rulebook, made=made, customer=customer, candidate=candidate, stops=stops)


def _candidate(made: Made) -> Candidate:
    """This function will put the contact as the gate would have been asked for it."""
    return Candidate(
        channel=made.channel,
        creditor=made.creditor,
        actor=made.actor,
        purpose=made.purpose if made.purpose in PURPOSES else "collection",
        debts=tuple(made.debts.split(",")) if made.debts else (),
        agency=made.agency,
        staff=made.staff,
        recorded=True if made.recording else None,
        contact_point=made.contact_point,
    )


def _before(customer: Customer, *, made: Made, of_the_day: Sequence[Made]) -> Customer:
    """This function will take away the contact itself and all that came after; of one moment, the lower id is first."""
    moment = made.happened_at.astimezone(UTC).replace(tzinfo=None)
    earlier: list[Contact] = []
    at_once: list[Contact] = []
    for contact in customer.contacts:
        if contact.happened_at is None or contact.happened_at < moment:
            earlier.append(contact)
        elif contact.happened_at == moment and contact.direction != "inbound":
            at_once.append(contact)
    before_it = sum(other.happened_at == made.happened_at for other in of_the_day)
    return replace(
        customer,
        contacts=(*earlier, *at_once[:before_it]),
        product_line=made.product_line,
        contacted_since_overdue=None if made.tried_before else False,
    )


def _audited(
    rulebook: Rulebook, *, made: Made, customer: Customer, candidate: Candidate, stops: Sequence[StopSwitch]
) -> Audited:
    """This function will tell what was against the contact, and leave open what hangs on facts that no record holds."""
    verdict = judge_moment(rulebook, customer=customer, candidate=candidate, at=made.happened_at)
    surely = _surely(rulebook, verdict, made=made, customer=customer, candidate=candidate)
    open_rules = (refusal.rule for refusal in verdict.refusals if refusal.rule not in surely)
    return Audited(
        made=made,
        breaches=(
            *_stopped(made, stops=stops),
            *(refusal for refusal in verdict.refusals if refusal.rule in surely),
        ),
        # What the gate permitted it knew the rest of.
        undecided=() if made.permitted else tuple(open_rules),
        warned=tuple(refusal.rule for refusal in (*verdict.warnings, *verdict.reviews)),
    )


def _surely(
    rulebook: Rulebook, verdict: Verdict, *, made: Made, customer: Customer, candidate: Candidate
) -> frozenset[str]:
    """This function will name the rules that refuse whatever the facts are that nobody wrote down.

    Whether an earlier contact was before the arrears or since is one of them: then it is judged with the answer that
    favours it as well. Without any contact before, it was the first for certain.
    """
    if not verdict.refusals:
        return frozenset()
    if customer.contacted_since_overdue is None:
        known = replace(customer, contacted_since_overdue=True)
        verdict = judge_moment(rulebook, customer=known, candidate=candidate, at=made.happened_at)
    silent = {rule.id for rule in rulebook.rules if rule.kind in UNRECORDED}
    return frozenset(verdict.refused_rules) - silent


def _stopped(made: Made, *, stops: Sequence[StopSwitch]) -> tuple[Refusal, ...]:
    """This function will tell whether the contact was made while somebody had stopped it."""
    lifts = {stop.id: getattr(stop, "lift", None) for stop in stops}
    then = [
        stop
        for stop in stops
        if stop.at <= made.happened_at and not ((lift := lifts[stop.id]) and lift.at <= made.happened_at)
    ]
    hit = first_stop(then, channel=made.channel, agency=made.agency, creditor=made.creditor, treatment=None)
    if hit is None:
        return ()
    english = f"stop {hit.id} was in force since {hit.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    return (Refusal(rule=STOP, reason_en=english, reason_zh=f"停止开关 {hit.id} 生效中"),)


# ---- the result in numbers -------------------------------------------------------------------------------------------


@dataclass
class Tally:
    """How many contacts there were of a sort, and how many of them broke no rule."""

    contacts: int = 0
    compliant: int = 0

    def add(self, *, compliant: bool) -> None:
        self.contacts += 1
        self.compliant += compliant

    @property
    def rate(self) -> float | None:
        """This function will return the compliance rate [E1], compliant contacts of all; None without contacts."""
        return self.compliant / self.contacts if self.contacts else None


class Summary:
    """The audit in numbers, contact by contact."""

    def __init__(self) -> None:
        self.all = Tally()
        self.collectors: dict[Collector, Tally] = defaultdict(Tally)
        self.agencies: dict[str | None, Tally] = defaultdict(Tally)
        self.breaches: dict[str, int] = defaultdict(int)
        self.undecided: dict[str, int] = defaultdict(int)
        # What came in files never passed the gate; whatever else is among them ought to have.
        self.without_permit = 0

    def add(self, audited: Audited) -> None:
        for tally in (self.all, self.collectors[audited.collector], self.agencies[audited.made.agency]):
            tally.add(compliant=audited.compliant)
        for refusal in audited.breaches:
            self.breaches[refusal.rule] += 1
        for rule in audited.undecided:
            self.undecided[rule] += 1
        if not audited.made.permitted:
            self.without_permit += 1


COLUMNS = [
    "contact",
    "happened_at",
    "rule",
    "reason_en",
    "reason_zh",
    "channel",
    "actor",
    "creditor",
    "agency",
    "staff",
    "permit",
]


def lines(audited: Audited) -> Iterator[Mapping[str, Any]]:
    """This function will write one line for each breach, and one for a contact without a permit."""
    made = audited.made
    unpermitted = Refusal(rule=NO_PERMIT, reason_en="it never passed the gate", reason_zh="未经合规拦截许可")
    for refusal in (*audited.breaches, *(() if made.permitted else (unpermitted,))):
        yield {
            "contact": made.first,
            "happened_at": made.happened_at.astimezone(UTC).isoformat(),
            "rule": refusal.rule,
            "reason_en": refusal.reason_en,
            "reason_zh": refusal.reason_zh,
            "channel": made.channel,
            "actor": made.actor,
            "creditor": made.creditor,
            "agency": made.agency,
            "staff": made.staff,
            "permit": "yes" if made.permitted else "no",
        }
