"""The gate: nobody is contacted without a permit, and a permit commits together with the attempt that it allows.

One transaction locks the persons, reads what happened, judges, and writes attempt, permit and evidence. Persons are
locked in the order of their ids, whether for one contact or for a thousand, so that two of these never wait for each
other. What was counted is read by a later statement than the lock: a statement sees the world as it was at its start.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.db import IntegrityError, connection, transaction

from dunwell.compliance.house import House
from dunwell.compliance.kinds.question import ACTORS, CHANNELS, Candidate, Contact, Customer
from dunwell.compliance.models import GateRefusal, Permit, PermitUse
from dunwell.compliance.proposal import Proposal, Refused, answer
from dunwell.compliance.queries import SHARING_MAX, CaseFile, case_files, role_of
from dunwell.compliance.rulebook.model import Rulebook
from dunwell.compliance.rules import judge_moment
from dunwell.compliance.supervision.queries import STOP_LOCK, in_force, standings
from dunwell.database import run
from dunwell.evidence.actions import record
from dunwell.evidence.rules import Detail
from dunwell.facts.errors import DunwellError
from dunwell.facts.verdict import Refusal, Verdict
from dunwell.ledger.actions import Also, contact_origin, tell
from dunwell.ledger.kinds import ConsentStance, Direction

# Long enough to hand a message over or to dial, too short to keep one in the drawer.
PERMIT_SECONDS = 60
# So many contacts are judged in one transaction at most: their persons are locked until it ends.
PROPOSALS_MAX = 1_000

# Who has a number of theirs too is locked with them: what he receives there counts for the number.
# The lock on stops is asked for when the last row is locked, as whoever orders a stop holds no row.
_LOCK = f"""
    WITH locked AS MATERIALIZED (
    SELECT id FROM ledger_party
    WHERE id = ANY(ARRAY(
        SELECT unnest(%(parties)s::bigint[]) UNION
        SELECT o.party_id FROM ledger_contactpoint m
        CROSS JOIN LATERAL (
            SELECT party_id FROM ledger_contactpoint o
            WHERE o.value_digest = m.value_digest AND o.channel = m.channel AND o.party_id <> m.party_id
            ORDER BY o.party_id, o.id LIMIT {SHARING_MAX}
        ) o
        WHERE m.party_id = ANY(%(parties)s)
    ))
    ORDER BY id FOR NO KEY UPDATE
    ), last AS MATERIALIZED (SELECT count(*) FROM locked)
    SELECT pg_advisory_xact_lock_shared(%(stops)s) FROM last
"""  # noqa: S608 - a number of this house alone.
_PERMIT_COLUMNS = (
    "contact_id", "issued_at", "expires_at", "rulebook", "warned_rules", "review_rules", "reviewed_by",
)  # fmt: skip
_PERMITS = """
    INSERT INTO compliance_permit
        (contact_id, issued_at, expires_at, rulebook, warned_rules, review_rules, reviewed_by)
    SELECT * FROM unnest(
        %(contact_id)s::bigint[], %(issued_at)s::timestamptz[], %(expires_at)s::timestamptz[], %(rulebook)s::text[],
        %(warned_rules)s::text[], %(review_rules)s::text[], %(reviewed_by)s::text[]
    )
"""
_MADE = """
    SELECT external_id, happened_at FROM ledger_contact
    WHERE party_id = ANY(%(parties)s) AND external_id = ANY(%(keys)s)
"""


class _Judged(NamedTuple):
    """A proposal as it was judged: with its debtor's case, the address it goes to, and what the rules say."""

    proposal: Proposal
    case: CaseFile
    verdict: Verdict
    refused: Refused | None

    @property
    def candidate(self) -> Candidate:
        return self.proposal.candidate


def obtain(
    proposals: Sequence[Proposal], *, rulebook: Rulebook, by: str, at: datetime, seconds: int = PERMIT_SECONDS
) -> list[Permit | Refused]:
    """This function will answer each proposal with a permit, its attempt on record, or with a refusal.

    The answers stand in the order of the proposals; earlier ones of the same person count for the later. It runs
    inside the caller's transaction: until that commits, a permit is worth nothing. `at`: the moment, with its zone.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("a permit is obtained in the transaction that records the attempt")
    if len(proposals) > PROPOSALS_MAX:
        raise ValueError(f"at most {PROPOSALS_MAX} contacts are judged at once, not {len(proposals)}")
    run(_LOCK, {"parties": _parties(proposals), "stops": STOP_LOCK})
    judged = _judged(proposals, rulebook=rulebook, at=at)
    refused = [item for item in judged if item.refused]
    if refused:
        _tell_refusals(refused, rulebook=rulebook, by=by, at=at)
    expires_at = at + timedelta(seconds=seconds)
    permits = iter(_admit(judged, rulebook=rulebook, by=by, at=at, expires_at=expires_at))
    return [item.refused or next(permits) for item in judged]


def consider(proposal: Proposal, *, rulebook: Rulebook, at: datetime) -> Permit | Refused:
    """This function will say what `obtain` would answer, and write nothing and make nobody wait.

    Its permit is worth nothing: its contact is 0, which none has, and a moment later another may have been made.
    """
    [item] = _judged([proposal], rulebook=rulebook, at=at)
    expires_at = at + timedelta(seconds=PERMIT_SECONDS)
    return item.refused or _permit(item, contact=0, rulebook=rulebook, at=at, expires_at=expires_at)


def use(permit: Permit, *, by: str, at: datetime) -> None:
    """This function will take a permit for the one contact it allows; raises DunwellError if it is no longer good.

    It commits before anything leaves, so that whoever is killed in between has sent nothing and can send nothing.
    """
    with transaction.atomic():
        if not Permit.objects.filter(contact=permit.contact_id, expires_at__gt=at, issued_at__lte=at).exists():
            raise _spent(permit, "is not valid now: permits last for seconds", "ask the gate for a new one")
        try:
            with transaction.atomic():
                PermitUse.objects.create(permit_id=permit.contact_id, used_at=at, by=by)
        except IntegrityError:
            raise _spent(permit, "was used already: one permit, one contact", "ask the gate for a new one") from None
        record(action="permit.used", subject=f"contact/{permit.contact_id}", by=by, at=at, detail={})


def _spent(permit: Permit, problem: str, cure: str) -> DunwellError:
    return DunwellError(f"permit {permit.contact_id} {problem}", place="contact", cure=cure)


def _known(candidate: Candidate) -> None:
    """This function will let nothing pass that could not even be written down."""
    for what, name, names in (("channel", candidate.channel, CHANNELS), ("actor", candidate.actor, ACTORS)):
        if name not in names:
            raise DunwellError(f"{name!r} is no {what}", place="contact attempt", cure=f"use one of {', '.join(names)}")


def _parties(proposals: Sequence[Proposal]) -> list[int]:
    """This function will name, in order, the debtors and the persons that the contacts go to."""
    debtors, others = ({getattr(one, name) for one in proposals} - {None} for name in ("party", "person"))
    return sorted(debtors | others)


# ---- judging ---------------------------------------------------------------------------------------------------------


def _judged(proposals: Sequence[Proposal], *, rulebook: Rulebook, at: datetime) -> list[_Judged]:
    """This function will judge each proposal by what the ledger holds now, those admitted before it included."""
    for proposal in proposals:
        _known(proposal.candidate)
    parties = _parties(proposals)
    cases = case_files(parties, at=at, looks_back=rulebook.looks_back)
    for unknown in sorted(set(parties) - set(cases)):
        raise DunwellError(
            f"there is no party {unknown}", place="contact attempt", cure="take the ids from the ledger or the plan"
        )
    keys = [proposal.key for proposal in proposals if proposal.key]
    made = dict(run(_MADE, {"parties": parties, "keys": keys})) if keys else {}
    house = House(at, rulebook, made, in_force(at=at))
    return [_judge(proposal, cases=cases, house=house) for proposal in proposals]


def _judge(proposal: Proposal, *, cases: dict[int, CaseFile], house: House) -> _Judged:
    """This function will judge one proposal; allowed, it counts for those after it."""
    case, addressed = cases[proposal.party], cases[proposal.person or proposal.party]
    proposal = _completed(proposal, addressed=addressed, at=house.at)
    customer = _customer(proposal, case=case, addressed=addressed)
    verdict = judge_moment(house.rulebook, customer=customer, candidate=proposal.candidate, at=house.at)
    refused = house.refuses(proposal) or answer(verdict, reviewed_by=proposal.reviewed_by)
    if refused is None:
        cases[proposal.party] = _with_attempt(case, proposal=proposal, zone=addressed.zone, at=house.at)
        house.made.update({proposal.key: house.at} if proposal.key else {})
    return _Judged(proposal, case, verdict, refused)


def _completed(proposal: Proposal, *, addressed: CaseFile, at: datetime) -> Proposal:
    """This function will add what the ledger knows of the contact: its address, who makes it, and whom it goes to."""
    candidate, on = proposal.candidate, at.astimezone(addressed.zone).date()
    point = _contact_point(proposal, addressed=addressed)
    known: dict[str, Any] = {"contact_point": point}
    if candidate.staff or candidate.agency:
        known["standings"] = standings(staff=candidate.staff, agency=candidate.agency, on=on)
    if proposal.person is not None:
        refusals = (told for told in addressed.customer.consents if told.stance != ConsentStance.GRANTED.value)
        known["role"] = role_of(proposal.person, account=proposal.account, at=at)
        known["person"] = f"{addressed.source}/{addressed.external_id}"
        known["asked_to_stop"] = any(told.valid(on) for told in refusals)
    return replace(proposal, contact_point=point, candidate=replace(candidate, **known))


def _contact_point(proposal: Proposal, *, addressed: CaseFile) -> int | None:
    """This function will take the address that was named, or the first that can be used for the channel."""
    usable = [point for point, channel in addressed.contact_points.items() if channel == proposal.candidate.channel]
    if proposal.contact_point is None:
        return min(usable, default=None)
    if proposal.contact_point in usable:
        return proposal.contact_point
    raise DunwellError(
        f"contact point {proposal.contact_point} cannot be used for {proposal.candidate.channel} with this person",
        place="contact attempt",
        cure="name a valid address of the person for this channel, or leave it out",
    )


def _customer(proposal: Proposal, *, case: CaseFile, addressed: CaseFile) -> Customer:
    """This function will put the debtor before the rules; the clock is that of the person it goes to."""
    since, tried = proposal.overdue_since, case.last_tried_on
    contacted = None if since is None else tried is not None and tried >= since
    customer = replace(case.customer, product_line=proposal.product_line, contacted_since_overdue=contacted)
    return customer if addressed is case else replace(customer, time_zone=addressed.customer.time_zone)


def _with_attempt(case: CaseFile, *, proposal: Proposal, zone: ZoneInfo, at: datetime) -> CaseFile:
    """This function will add the attempt to the case, as it will be read next time."""
    candidate, day = proposal.candidate, at.astimezone(zone).date()
    attempt = Contact(
        channel=candidate.channel,
        creditor=candidate.creditor,
        local_date=day,
        happened_at=at.astimezone(UTC).replace(tzinfo=None),
        contact_point=proposal.contact_point,
        purpose=candidate.purpose,
        debts=candidate.debts,
        actor=candidate.actor,
        agency=candidate.agency,
        staff=candidate.staff,
        in_reply=candidate.purpose == "reply",
        role=candidate.role,
        person=candidate.person,
    )
    customer = replace(case.customer, contacts=(*case.customer.contacts, attempt))
    tried = case.last_tried_on if proposal.person else day
    return replace(case, customer=customer, last_tried_on=tried)


# ---- writing ---------------------------------------------------------------------------------------------------------


def _ids(refusals: Iterable[Refusal]) -> str:
    return ";".join(refusal.rule for refusal in refusals)


def _tell_refusals(judged: Sequence[_Judged], *, rulebook: Rulebook, by: str, at: datetime) -> None:
    refused = [(item, item.refused) for item in judged if item.refused]
    rows = [
        GateRefusal(
            party_id=item.proposal.party,
            creditor=item.candidate.creditor or "",
            channel=item.candidate.channel or "",
            actor=item.candidate.actor or "",
            agency=item.candidate.agency,
            staff=item.candidate.staff,
            refused_at=at,
            rules=";".join(why.rules),
            earliest=why.earliest,
            rulebook=rulebook.version,
        )
        for item, why in refused
    ]
    GateRefusal.objects.bulk_create(rows)
    told: list[Detail] = [
        {
            "party": f"{item.case.source}/{item.case.external_id}",
            "channel": item.candidate.channel,
            "rules": list(why.rules),
            "earliest": why.earliest.isoformat() if why.earliest else None,
        }
        for item, why in refused
    ]
    detail: dict[str, Detail] = {"rulebook": rulebook.version, "refused": told}
    record(action="contact.refused", subject=f"gate_refusal/{rows[0].pk}", by=by, at=at, detail=detail)


def _admit(
    judged: Sequence[_Judged], *, rulebook: Rulebook, by: str, at: datetime, expires_at: datetime
) -> list[Permit]:
    """This function will write the attempts that are allowed, a batch for each source, and give their permits."""
    admitted = [(item, item.proposal.key or f"attempt/{uuid4()}") for item in judged if not item.refused]
    ids: dict[tuple[str, str], int] = {}
    for source in sorted({item.case.source for item, _ in admitted}):
        told = [(item, key) for item, key in admitted if item.case.source == source]
        written = tell(
            "contact",
            facts=[_attempt(item, external_id=key, at=at) for item, key in told],
            origin=contact_origin(source, named="gate", first=told[0][1]),
            by=by,
            at=at,
            action="contact.attempt",
            about=partial(_told, told, rulebook=rulebook, expires_at=expires_at),
            also=Also(_PERMITS, partial(_permits, told, rulebook=rulebook, at=at, expires_at=expires_at)),
        )
        ids |= {(source, key): contact for key, contact in written.items()}
    return [
        _permit(item, contact=ids[item.case.source, key], rulebook=rulebook, at=at, expires_at=expires_at)
        for item, key in admitted
    ]


def _permit(item: _Judged, *, contact: int, rulebook: Rulebook, at: datetime, expires_at: datetime) -> Permit:
    return Permit(
        contact_id=contact,
        issued_at=at,
        expires_at=expires_at,
        rulebook=rulebook.version,
        warned_rules=_ids(item.verdict.warnings),
        review_rules=_ids(item.verdict.reviews),
        reviewed_by=item.proposal.reviewed_by if item.verdict.reviews else None,
    )


def _permits(
    told: Sequence[tuple[_Judged, str]],
    ids: Mapping[str, int],
    *,
    rulebook: Rulebook,
    at: datetime,
    expires_at: datetime,
) -> dict[str, Any]:
    """This function will lay the permits out as the columns of the statement that writes them."""
    made = [_permit(item, contact=ids[key], rulebook=rulebook, at=at, expires_at=expires_at) for item, key in told]
    return {name: [getattr(permit, name) for permit in made] for name in _PERMIT_COLUMNS}


def _told(
    told: Sequence[tuple[_Judged, str]], ids: Mapping[str, int], *, rulebook: Rulebook, expires_at: datetime
) -> dict[str, Detail]:
    """This function will write what the evidence says of the permits; of the words their SHA-256, as they may name."""
    permits: list[Detail] = [
        {
            "contact": ids[key],
            "party": f"{item.case.source}/{item.case.external_id}",
            "channel": item.candidate.channel,
            "actor": item.candidate.actor,
            "warned": _ids(item.verdict.warnings),
            "reviews": _ids(item.verdict.reviews),
            "reviewed_by": item.proposal.reviewed_by,
            "script": item.candidate.script,
            "text_digest": None if item.candidate.text is None else sha256(item.candidate.text.encode()).hexdigest(),
        }
        for item, key in told
    ]
    return {"rulebook": rulebook.version, "expires_at": expires_at.isoformat(), "permits": permits}


def _attempt(item: _Judged, *, external_id: str, at: datetime) -> dict[str, Any]:
    """This function will write the attempt as the ledger is told of it: what came of it is not known yet."""
    candidate = item.candidate
    return {
        "external_id": external_id,
        "party_id": item.proposal.person or item.proposal.party,
        "account_id": item.proposal.account,
        "contact_point_id": item.proposal.contact_point,
        "happened_at": at.isoformat(),
        "time_zones": item.case.customer.time_zone,
        "direction": Direction.OUTBOUND.value,
        "channel": candidate.channel,
        "purpose": candidate.purpose,
        "actor": candidate.actor,
        "agency": candidate.agency,
        "staff": candidate.staff,
        "debts_intended": ",".join(candidate.debts) or None,
    }
