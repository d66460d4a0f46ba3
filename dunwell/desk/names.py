"""Names and addresses as a reader may see them: opened, masked by his roles, and never kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dunwell.access.kinds import Field, Role
from dunwell.access.queries import FIELD_OF, SEALED_AS
from dunwell.access.rules import shown
from dunwell.ledger.kinds import Channel
from dunwell.ledger.models import ContactPoint, Party, PartyDetail
from dunwell.vault import rules as sealing
from dunwell.vault.queries import keys


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """One way to reach a customer, as the reader may see it."""

    id: int
    channel: str
    field: Field
    quality: str
    text: str

    @property
    def place(self) -> str:
        return str(self.id)


def names(parties: Iterable[int], *, roles: Sequence[Role]) -> dict[int, str]:
    """This function will give the latest name of each party as these roles see it; three statements for all."""
    subjects = dict(Party.objects.filter(pk__in=set(parties)).values_list("pk", "subject"))
    sealed = _sealed(subjects)
    opened = keys(subjects[party] for party in sealed)
    return {
        party: shown(
            sealing.unseal(opened[subjects[party]], subject=subjects[party], field=sealing.NAME, sealed=value),
            field=Field.NAME,
            roles=roles,
        )
        for party, value in sealed.items()
        if subjects[party] in opened
    }


def _sealed(parties: Iterable[int]) -> dict[int, bytes]:
    details = PartyDetail.objects.filter(party__in=list(parties), name_sealed__isnull=False)
    rows = details.order_by("valid_from", "id").values_list("party_id", "name_sealed")
    return {party: bytes(value) for party, value in rows if value is not None}  # Later ones overwrite earlier ones.


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Who one customer is, as the reader may see it: the name, the latest details, how he can be reached."""

    name: str
    detail: PartyDetail | None
    addresses: list[Address]


def known(party: Party, *, roles: Sequence[Role]) -> Known:
    """This function will tell who a customer is as these roles see him; corrected addresses are left out."""
    key = keys([party.subject]).get(party.subject)
    details = list(PartyDetail.objects.filter(party=party).order_by("valid_from", "id"))
    sealed = [bytes(detail.name_sealed) for detail in details if detail.name_sealed is not None]
    points = list(ContactPoint.objects.filter(party=party).order_by("channel", "id"))
    corrected = {point.corrects_id for point in points}
    return Known(
        name=_name(sealed[-1], party, key, roles) if sealed and key else "",
        detail=details[-1] if details else None,
        addresses=[_address(point, party, key, roles) for point in points if point.pk not in corrected],
    )


def _name(sealed: bytes, party: Party, key: bytes, roles: Sequence[Role]) -> str:
    told = sealing.unseal(key, subject=party.subject, field=sealing.NAME, sealed=sealed)
    return shown(told, field=Field.NAME, roles=roles)


def _address(point: ContactPoint, party: Party, key: bytes | None, roles: Sequence[Role]) -> Address:
    field = FIELD_OF[Channel(point.channel)]
    text = ""
    if key is not None:
        value = sealing.unseal(key, subject=party.subject, field=SEALED_AS[field], sealed=point.value_sealed)
        text = shown(value, field=field, roles=roles)
    return Address(id=point.pk, channel=point.channel, field=field, quality=point.quality, text=text)
