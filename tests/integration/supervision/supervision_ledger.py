"""A small ledger for supervision: customers, accounts, contacts, permits and refusals, each written in one line."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

from dunwell.compliance.models import GateRefusal, Permit
from dunwell.ledger.models import Account, Batch, Contact, Party, PartyDetail

# Later than any clock that runs the tests, so that evidence can be sealed after what was recorded.
LATER = datetime(2100, 1, 1, tzinfo=UTC)
# Noon in Shanghai, the zone of the house and of every customer unless a test says otherwise.
NOON = datetime(2026, 10, 14, 4, tzinfo=UTC)


class Ledger:
    """Writes facts straight into the tables, each with an id of its own."""

    def __init__(self) -> None:
        self.numbers = count(1)
        self.batch = Batch.objects.create(
            recorded_at=NOON,
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

    def _told(self) -> dict[str, Any]:
        number = next(self.numbers)
        return {"batch": self.batch, "source": "crm", "external_id": f"x{number}", "content_digest": b"d"}

    def party(self, *, region: str | None = "CN", time_zone: str | None = "Asia/Shanghai") -> Party:
        party = Party.objects.create(**self._told(), kind="person", subject=uuid4())
        PartyDetail.objects.create(
            **self._told(), party=party, valid_from=date(2020, 1, 1), region=region, time_zone=time_zone
        )
        return party

    def account(self, *, creditor: str = "telco", product_line: str = "mobile") -> Account:
        return Account.objects.create(**self._told(), creditor=creditor, product_line=product_line, currency="CNY")

    def contact(self, party: Party, *, at: datetime = NOON, **columns: Any) -> Contact:
        """This function will write an outbound message of a robot's, unless the columns say otherwise."""
        told = {"direction": "outbound", "channel": "sms", "purpose": "collection", "actor": "robot"} | columns
        return Contact.objects.create(**self._told(), party=party, happened_at=at, **told)

    def contacts(self, party: Party, *, how_many: int, **columns: Any) -> list[Contact]:
        """This function will write many contacts, a minute apart."""
        told = {"direction": "outbound", "channel": "sms", "purpose": "collection", "actor": "robot"} | columns
        start = told.pop("at", NOON)
        return Contact.objects.bulk_create(
            Contact(**self._told(), party=party, happened_at=start + timedelta(minutes=number), **told)
            for number in range(how_many)
        )

    def corrected(self, contact: Contact, **columns: Any) -> Contact:
        """This function will tell a contact again, with what is known better now."""
        names = ("party", "account", "direction", "channel", "purpose", "actor", "agency", "staff", "happened_at")
        told = {name: getattr(contact, name) for name in names} | columns
        return Contact.objects.create(**self._told(), corrects=contact, **told)

    def permit(self, contact: Contact, *, warned: str = "") -> Permit:
        return Permit.objects.create(
            contact=contact,
            issued_at=contact.happened_at,
            expires_at=contact.happened_at + timedelta(minutes=1),
            rulebook="r",
            warned_rules=warned,
            review_rules="",
        )

    def refusal(self, party: Party, *, rules: str, at: datetime = NOON, **columns: Any) -> GateRefusal:
        told = {"creditor": "telco", "channel": "sms", "actor": "robot", "rulebook": "r"} | columns
        return GateRefusal.objects.create(party=party, refused_at=at, rules=rules, **told)
