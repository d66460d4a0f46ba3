"""Finding a person by what is sealed about them, and erasing what is sealed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from dunwell.evidence.actions import record
from dunwell.facts.errors import DunwellError
from dunwell.ledger.models import ContactPoint, Party, PartyDetail
from dunwell.vault import keyring, rules
from dunwell.vault.actions import destroy_key
from dunwell.vault.models import PersonKey
from dunwell.vault.queries import erased, keys

# A name such as 王伟 belongs to many; so many are shown.
FOUND_MAX = 100
LOOKED_UP_BY = (rules.NAME, rules.IDENTITY, rules.CONTACT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A person who was looked up: the ids in full, the name masked (None where none is known)."""

    source: str
    external_id: str
    kind: str
    masked_name: str | None


def find_person(*, field: str, value: str) -> list[Found]:
    """This function will find parties by `name`, `identity` or `contact`, at most FOUND_MAX, the erased left out.

    The value is compared by its keyed digest: whatever was ever recorded of a party counts, also what was corrected.
    """
    if field not in LOOKED_UP_BY:
        raise ValueError(f"a person is looked up by one of {', '.join(LOOKED_UP_BY)}, not by {field}")
    value_digest = rules.digest(keyring.lookup_key(), field=field, text=value)
    parties = list(_parties(field, value_digest)[:FOUND_MAX])
    graves = erased(party.subject for party in parties)
    names = _masked_names(party for party in parties if party.subject not in graves)
    return [
        Found(source=party.source, external_id=party.external_id, kind=party.kind, masked_name=names.get(party.subject))
        for party in parties
        if party.subject not in graves
    ]


def _parties(field: str, value_digest: bytes) -> QuerySet[Party]:
    """This function will ask for the parties that a digest leads to, in the order of their ids."""
    table, column = (ContactPoint, "value") if field == rules.CONTACT else (PartyDetail, field)
    owners = table._default_manager.filter(**{f"{column}_digest": value_digest}).values_list("party_id", flat=True)
    return Party.objects.filter(id__in=owners).order_by("source", "external_id")


def _masked_names(parties: Iterable[Party]) -> dict[UUID, str]:
    """This function will open the latest name of each party and keep no more than its first character."""
    subjects = {party.id: party.subject for party in parties}
    open_keys = keys(subjects.values())
    details = PartyDetail.objects.filter(party__in=subjects, name_sealed__isnull=False).order_by("valid_from", "id")
    names: dict[UUID, str] = {}
    for detail in details:  # Later ones overwrite earlier ones.
        subject = subjects[detail.party_id]
        if subject in open_keys and detail.name_sealed is not None:
            names[subject] = rules.mask(_name(open_keys[subject], subject=subject, sealed=detail.name_sealed))
    return names


def _name(key: bytes, *, subject: UUID, sealed: bytes | memoryview) -> str:
    return rules.unseal(key, subject=subject, field=rules.NAME, sealed=sealed)


@transaction.atomic
def erase_person(*, source: str, external_id: str, by: str, at: datetime) -> bool:
    """This function will destroy the key of a person, with the evidence of it; False if that was done before.

    Whatever is sealed for the person is unreadable afterwards, here and in rows that wait in quarantine; nothing can be
    sealed for this id again. Amounts, dates, ids and keyed digests stay: see docs/why/0003-sealed-personal-data.md.
    """
    subject = rules.subject_of(keyring.lookup_key(), source=source, external_id=external_id)
    _must_exist(source, external_id, subject=subject)
    if not destroy_key(subject, at=at):
        return False
    # The subject alone: an external id may say more about a person than it should.
    record(action="person.erased", subject=str(subject), by=by, at=at, detail={"source": source})
    return True


def _must_exist(source: str, external_id: str, *, subject: UUID) -> None:
    """This function will refuse an id that nothing is known of, which is more often mistyped than erased in advance."""
    party = Q(source=source, external_id=external_id)
    if not Party.objects.filter(party).exists() and not PersonKey.objects.filter(subject=subject).exists():
        raise DunwellError(
            "there is no such person",
            place=f"{source}/{external_id}",
            cure="look the id up: dunwell person find --name, --identity or --contact",
        )
