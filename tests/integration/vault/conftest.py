"""Persons as an import would write them: sealed under their own keys, found by their digests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from dunwell.ledger.models import Batch, ContactPoint, Party, PartyDetail
from dunwell.vault import keyring, rules
from dunwell.vault.actions import ensure_keys

AT = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
WritePerson = Callable[..., Party]


@pytest.fixture
def batch(transactional_db: None) -> Batch:
    """This fixture will give the batch that all facts of a test come in."""
    return Batch.objects.create(
        recorded_at=AT,
        by="test",
        source="crm",
        source_kind="crm",
        mapping="m",
        mapping_digest="m",
        origin="o",
        origin_digest="o",
        rows_read=0,
        rows_refused=0,
        content={},
    )


@pytest.fixture
def write_person(batch: Batch) -> WritePerson:
    """This fixture will give a way to write a person with name, identity number and telephone number."""

    def write(external_id: str, *, name: str, identity: str = "", contact: str = "") -> Party:
        lookup = keyring.lookup_key()
        subject = rules.subject_of(lookup, source="crm", external_id=external_id)
        key = ensure_keys([subject], at=AT)[subject]

        def sealed(column: str, field: str, text: str) -> dict[str, Any]:
            return {
                f"{column}_sealed": rules.seal(key, subject=subject, field=field, text=text),
                f"{column}_digest": rules.digest(lookup, field=field, text=text),
            }

        told: dict[str, Any] = {
            "batch": batch,
            "source": "crm",
            "external_id": external_id,
            "content_digest": rules.mac(b"", data=name.encode()),
        }
        party, _ = Party.objects.get_or_create(
            source="crm", external_id=external_id, defaults=told | {"kind": "person", "subject": subject}
        )
        detail = told | {"party": party, "valid_from": date(2026, 1, 1)} | sealed("name", rules.NAME, name)
        PartyDetail.objects.create(**detail, **(sealed("identity", rules.IDENTITY, identity) if identity else {}))
        if contact:
            point = {"channel": "voice", "quality": "verified", "valid_from": date(2026, 1, 1)}
            ContactPoint.objects.create(**told, **point, party=party, **sealed("value", rules.CONTACT, contact))
        return party

    return write
