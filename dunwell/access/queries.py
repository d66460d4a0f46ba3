"""Reading access: who stands where at a moment, what was asked for, and what is approved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from dunwell.access.four_eyes import Ballot, Case, final, state
from dunwell.access.kinds import Answer, Capability, Department, Field, Masking, RequestKind, Role, ScopeKind, State
from dunwell.access.models import Grant, Posting, Request, Staff, Vote
from dunwell.access.rules import Held, Person, Scope, mask
from dunwell.ledger.kinds import Channel
from dunwell.ledger.models import ContactPoint, Party, PartyDetail
from dunwell.vault import rules as sealing
from dunwell.vault.queries import keys


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Somebody of the staff for a list: the person at a moment, the grants behind his roles, the name masked."""

    person: Person
    grants: tuple[Grant, ...]
    masked_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A request with its case and what became of it by the moment that was asked for."""

    request: Request
    case: Case
    state: State


def in_force(*, at: datetime) -> QuerySet[Grant]:
    """This function will ask for the grants that hold at a moment."""
    return Grant.objects.filter(
        Q(until_at__isnull=True) | Q(until_at__gt=at),
        Q(revocation__isnull=True) | Q(revocation__revoked_at__gt=at),
        from_at__lte=at,
    )


def not_over(*, at: datetime) -> QuerySet[Grant]:
    """This function will ask for the grants that hold at a moment or will hold later."""
    return Grant.objects.filter(Q(until_at__isnull=True) | Q(until_at__gt=at), revocation__isnull=True)


def held(grant: Grant) -> Held:
    return Held(role=Role(grant.role), scope=Scope(kind=ScopeKind(grant.scope_kind), value=grant.scope_value))


def person(code: str, *, at: datetime) -> Person | None:
    """This function will tell how somebody stands at a moment; None for a code that nobody has."""
    posting = Posting.objects.filter(staff=code, from_at__lte=at).order_by("-from_at", "-id").first()
    if posting is None:
        return None
    grants = in_force(at=at).filter(staff=code).order_by("id")
    return Person(code=code, department=Department(posting.department), held=tuple(map(held, grants)))


def may(code: str, *, capability: Capability, at: datetime, within: Iterable[Scope] = ()) -> bool:
    """This function will tell whether somebody can do a thing to what is known to lie within the scopes."""
    found = person(code, at=at)
    return found is not None and found.can(capability, within=within)


def staff(*, at: datetime, codes: Iterable[str] | None = None) -> list[Standing]:
    """This function will list who was known at a moment, everybody or those of the codes, in the order of the codes."""
    known = Staff.objects.filter(added_at__lte=at)
    people = list((known if codes is None else known.filter(code__in=list(codes))).order_by("code"))
    postings = Posting.objects.filter(staff__in=people, from_at__lte=at).order_by("from_at", "id")
    departments = {one.staff_id: Department(one.department) for one in postings}  # Later ones overwrite earlier ones.
    grants: dict[str, list[Grant]] = defaultdict(list)
    for grant in in_force(at=at).filter(staff__in=people).order_by("id"):
        grants[grant.staff_id].append(grant)
    names = _masked_names(people)
    return [
        Standing(
            person=Person(
                code=one.code, department=departments[one.code], held=tuple(held(grant) for grant in grants[one.code])
            ),
            grants=tuple(grants[one.code]),
            masked_name=names.get(one.code, ""),
        )
        for one in people
        if one.code in departments
    ]


def _masked_names(people: list[Staff]) -> dict[str, str]:
    open_keys = keys(one.subject for one in people if one.name_sealed is not None)
    return {
        one.code: mask(_name(open_keys[one.subject], one), field=Field.NAME, masking=Masking.PARTIAL)
        for one in people
        if one.name_sealed is not None and one.subject in open_keys
    }


def _name(key: bytes, one: Staff) -> str:
    return sealing.unseal(key, subject=one.subject, field=sealing.NAME, sealed=one.name_sealed or b"")


def case(request: Request) -> Case:
    """This function will read a request with its votes so far."""
    votes = Vote.objects.filter(request=request).order_by("id")
    return _case(request, votes)


def _case(request: Request, votes: Iterable[Vote]) -> Case:
    return Case(
        kind=RequestKind(request.kind),
        asked_by=request.asked_by_id,
        asked_at=request.asked_at,
        expires_at=request.expires_at,
        about=request.staff_id,
        ballots=tuple(
            Ballot(voter=vote.voter_id, seat=vote.seat, answer=Answer(vote.answer), at=vote.voted_at) for vote in votes
        ),
    )


def requests(
    *, at: datetime, kinds: Iterable[RequestKind] = RequestKind, open_only: bool = False, about: str | None = None
) -> list[Told]:
    """This function will list what was asked for by a moment, if told about one person, and what became of it."""
    found = Request.objects.filter(kind__in=list(kinds), asked_at__lte=at).prefetch_related("votes").order_by("-id")
    if open_only:
        found = found.filter(expires_at__gt=at)
    if about is not None:
        found = found.filter(staff=about)
    told = [_told(request, at=at) for request in found.select_related("grant")]
    return [one for one in told if one.state is State.OPEN] if open_only else told


def request(number: int, *, at: datetime) -> Told | None:
    """This function will find one request with what became of it by a moment."""
    found = Request.objects.filter(pk=number, asked_at__lte=at).select_related("grant").prefetch_related("votes")
    return next((_told(one, at=at) for one in found), None)


def history(code: str) -> tuple[list[Grant], list[Posting]]:
    """This function will list every role that somebody was ever given and every department he was in, latest first."""
    grants = Grant.objects.filter(staff=code).select_related("revocation").order_by("-from_at", "-id")
    return list(grants), list(Posting.objects.filter(staff=code).order_by("-from_at", "-id"))


def _told(request: Request, *, at: datetime) -> Told:
    found = _case(request, sorted(request.votes.all(), key=lambda vote: vote.pk))
    return Told(request=request, case=found, state=state(found, at=at))


def submissions(digest: str, *, at: datetime) -> list[Told]:
    """This function will list the submissions of strategies whose digest begins so, newest first."""
    return [told for told in requests(at=at, kinds=[RequestKind.STRATEGY]) if _begins(told.request, digest)]


def _begins(request: Request, digest: str) -> bool:
    return bool(digest) and (request.digest or "").startswith(digest)


def approved(*, kind: str, digest: str) -> bool:
    """This function will tell whether the thing with this whole digest has all its approvals: one indexed query.

    An approval never ends by itself, so no moment is asked for; whoever asks often may remember a yes, never a no.
    """
    votes = Vote.objects.filter(request__kind=kind, request__digest=digest).select_related("request").order_by("id")
    by_request: dict[Request, list[Vote]] = defaultdict(list)
    for vote in votes:
        by_request[vote.request].append(vote)
    return any(final(_case(request, found)) is State.APPROVED for request, found in by_request.items())


# The name under which the vault sealed each kind of value.
SEALED_AS: Mapping[Field, str] = {
    Field.NAME: sealing.NAME,
    Field.IDENTITY: sealing.IDENTITY,
    Field.PHONE: sealing.CONTACT,
    Field.EMAIL: sealing.CONTACT,
    Field.ACCOUNT_NAME: sealing.CONTACT,
    Field.ADDRESS: sealing.CONTACT,
}
FIELD_OF: Mapping[Channel, Field] = {
    Channel.SMS: Field.PHONE,
    Channel.VOICE: Field.PHONE,
    Channel.EMAIL: Field.EMAIL,
    Channel.APP_PUSH: Field.ACCOUNT_NAME,
    Channel.SOCIAL: Field.ACCOUNT_NAME,
    Channel.LETTER: Field.ADDRESS,
    Channel.VISIT: Field.ADDRESS,
}


def sealed_value(party: Party, *, field: Field, point: ContactPoint | None = None) -> bytes | None:
    """This function will find the sealed bytes of a party's value; a contact point must be his, and of that field."""
    if point is not None:
        own = point.party_id == party.pk and FIELD_OF[Channel(point.channel)] is field
        return bytes(point.value_sealed) if own else None
    if field not in (Field.NAME, Field.IDENTITY):
        return None
    column = f"{field.value}_sealed"
    details = PartyDetail.objects.filter(party=party, **{f"{column}__isnull": False}).order_by("-valid_from", "-id")
    sealed = details.values_list(column, flat=True).first()
    return None if sealed is None else bytes(sealed)
