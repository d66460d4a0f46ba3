"""Opening one masked value: who may, for which reason, and the evidence that comes before the value."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from dunwell.access import actions
from dunwell.access.kinds import Field, RevealReason, Role, ScopeKind
from dunwell.access.objections import AccessRefusedError
from dunwell.access.rules import Scope
from dunwell.evidence.models import Row
from dunwell.ledger.models import Batch, ContactPoint, Party, PartyDetail
from dunwell.ledger.persons import erase_person
from dunwell.vault import keyring, rules
from dunwell.vault.actions import ensure_keys

from .conftest import AT, VIA, refusal

if TYPE_CHECKING:
    from .conftest import House

TEAM = Scope(kind=ScopeKind.TEAM, value="A")
NUMBER, IDENTITY = "13812341234", "11010119900307123X"


@pytest.fixture
def party(house: House) -> Party:
    """A customer with a name, an identity number and a telephone number; staff of four roles to open them."""
    house.staffed()
    house.hire("COL-1", Role.COLLECTOR)
    house.hire("COL-2", Role.COLLECTOR, scope=TEAM)
    return write("P-1", name="张伟")


def write(external_id: str, *, name: str) -> Party:
    subject = rules.subject_of(keyring.lookup_key(), source="crm", external_id=external_id)
    key = ensure_keys([subject], at=AT)[subject]
    batch, _ = Batch.objects.get_or_create(
        source="crm", origin_digest="o", mapping_digest="m",
        defaults={
            "recorded_at": AT, "by": "test", "source_kind": "crm", "mapping": "m", "origin": "o", "rows_read": 0,
            "rows_refused": 0, "content": {},
        },
    )  # fmt: skip
    told = {"batch": batch, "source": "crm", "external_id": external_id, "content_digest": b"1"}

    def sealed(field: str, text: str) -> bytes:
        return rules.seal(key, subject=subject, field=field, text=text)

    party = Party.objects.create(**told, kind="person", subject=subject)
    since = {"party": party, "valid_from": date(2026, 1, 1)}
    PartyDetail.objects.create(
        **told, **since, name_sealed=sealed("name", name), identity_sealed=sealed("identity", IDENTITY)
    )
    point = {"channel": "voice", "quality": "verified", "value_digest": b"1", "value_sealed": sealed("contact", NUMBER)}
    ContactPoint.objects.create(**told, **since, **point)
    return party


def reveal(house: House, party: Party, field: Field, *, by: str, **more: object) -> str:
    told = {"reason": RevealReason.IDENTITY_CHECK, "via": VIA, "at": house.later()} | more
    return actions.reveal(party, field=field, by=by, **told)  # type: ignore[arg-type]


def test_a_value_is_opened_and_the_evidence_tells_who_and_why_but_not_what(house: House, party: Party) -> None:
    assert reveal(house, party, Field.NAME, by="COL-1") == "张伟"
    row = Row.objects.latest("id")
    assert (row.action, row.by, row.subject) == ("access.revealed", "staff:COL-1", f"party {party.subject}")
    assert row.detail == {"field": "name", "reason": "identity_check", "via": VIA, "contact_point": None}
    assert "张" not in str(row.detail)


def test_a_number_is_opened_by_its_contact_point(house: House, party: Party) -> None:
    point = ContactPoint.objects.get(party=party)
    assert reveal(house, party, Field.PHONE, by="COL-1", point=point) == NUMBER
    assert Row.objects.latest("id").detail["contact_point"] == point.pk


def test_high_risk_is_for_legal_officers_alone(house: House, party: Party) -> None:
    for by in ("COL-1", "CMP-1", "DPO-1", "ADM-1", "ANA-1"):
        with pytest.raises(AccessRefusedError) as caught:
            reveal(house, party, Field.IDENTITY, by=by)
        assert refusal(caught) == "AC-CAPABILITY"
        assert IDENTITY not in str(caught.value)
    assert reveal(house, party, Field.IDENTITY, by="LEG-1", reason=RevealReason.LEGAL_ACTION) == IDENTITY


@pytest.mark.parametrize("by", ["ADM-1", "ANA-1"])
def test_who_sees_no_customers_opens_nothing(house: House, party: Party, by: str) -> None:
    with pytest.raises(AccessRefusedError) as caught:
        reveal(house, party, Field.NAME, by=by)
    assert refusal(caught) == "AC-CAPABILITY"


def test_a_collector_of_a_team_opens_only_what_is_known_to_lie_in_it(house: House, party: Party) -> None:
    other = Scope(kind=ScopeKind.TEAM, value="B")
    for within in ((), (other,)):
        with pytest.raises(AccessRefusedError) as caught:
            reveal(house, party, Field.NAME, by="COL-2", within=within)
        assert refusal(caught) == "AC-CAPABILITY"
    assert reveal(house, party, Field.NAME, by="COL-2", within=(other, TEAM)) == "张伟"


def test_a_contact_point_of_somebody_else_or_of_another_kind_is_not_opened(house: House, party: Party) -> None:
    point = ContactPoint.objects.get(party=party)
    stranger = write("P-2", name="李雷")
    for whose, field in ((stranger, Field.PHONE), (party, Field.EMAIL), (party, Field.NAME)):
        with pytest.raises(AccessRefusedError) as caught:
            reveal(house, whose, field, by="COL-1", point=point)
        assert refusal(caught) == "AC-NO-VALUE"
    with pytest.raises(AccessRefusedError) as caught:
        reveal(house, party, Field.PHONE, by="COL-1")
    assert refusal(caught) == "AC-NO-VALUE"


def test_of_an_erased_person_nothing_is_opened(house: House, party: Party) -> None:
    erase_person(source="crm", external_id="P-1", by="test", at=house.later())
    with pytest.raises(AccessRefusedError) as caught:
        reveal(house, party, Field.NAME, by="COL-1")
    assert refusal(caught) == "AC-ERASED"


def test_without_evidence_there_is_no_value(house: House, party: Party, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dunwell.evidence.actions.ROW_BYTES_MAX", 10)
    with pytest.raises(ValueError, match="at most 10 bytes"):
        reveal(house, party, Field.NAME, by="COL-1")
