"""Persons who may be contacted, in the ledger of the test database, and the company's own rules."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from dunwell.compliance.kinds.question import Candidate
from dunwell.compliance.proposal import Proposal
from dunwell.compliance.rulebook.model import Rulebook
from dunwell.compliance.rulebook.reading import load
from dunwell.database import ROOT
from dunwell.ledger.actions import Origin, load_batch
from dunwell.ledger.models import ContactPoint, Party

# A Tuesday at noon, in the zone of the persons.
AT = datetime(2026, 3, 10, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
OVERDUE_SINCE = date(2026, 2, 1)
# The script `reminder`, as a customer receives it.
TEXT = (
    "您好，王先生，这里是telco。您的账户A-P0有580.00元已于2026-02-01到期。请于2026-03-20前通过https://pay.example/7支付，"
    "逾期可能按合同产生滞纳金。如已支付，请忽略本提醒，谢谢。"
)
CHANNELS = ("sms", "email", "voice", "letter")


def bring(tables: dict[str, pa.Table], *, name: str) -> None:
    """This function will load tables of facts as a source of its own would, and demand that none is refused."""
    origin = Origin(
        source="acme", source_kind="crm", mapping="by hand", mapping_digest="m", origin="test", origin_digest=name
    )
    _, refused = load_batch(tables, origin=origin, by="test", at=AT)
    assert not refused, refused


def people(count: int, *, channels: Iterable[str] = CHANNELS, sharing: bool = False) -> list[int]:
    """This function will add persons who each owe on one account and have one address a channel; returns their ids.

    `sharing`: they all have the same address, as a family has one telephone.
    """
    names = [f"P{number}" for number in range(count)]
    ways = tuple(channels)
    every, points = [name for name in names for _ in ways], [f"{name}-{way}" for name in names for way in ways]
    bring(
        {
            "party": pa.table(
                {
                    "external_id": names,
                    "kind": ["person"] * count,
                    "subject": [str(UUID(int=number + 1)) for number in range(count)],
                }
            ),
            "account": pa.table(
                {
                    "external_id": [f"A-{name}" for name in names],
                    "product_line": ["mobile"] * count,
                    "creditor": ["telco"] * count,
                    "currency": ["CNY"] * count,
                }
            ),
            "party_detail": pa.table(
                {
                    "external_id": names,
                    "valid_from": [date(2020, 1, 1)] * count,
                    "region": ["CN-BJ"] * count,
                    "time_zone": ["Asia/Shanghai"] * count,
                }
            ),
            "party_role": pa.table(
                {
                    "external_id": [f"R-{name}" for name in names],
                    "party": names,
                    "account": [f"A-{name}" for name in names],
                    "role": ["primary"] * count,
                    "valid_from": [date(2020, 1, 1)] * count,
                }
            ),
            "contact_point": pa.table(
                {
                    "external_id": points,
                    "party": every,
                    "channel": list(ways) * count,
                    "value_sealed": ["\\x00"] * len(every),
                    "value_digest": [f"\\x{0 if sharing else number:08x}" for number in range(len(every))],
                    "quality": ["verified"] * len(every),
                    "valid_from": [date(2020, 1, 1)] * len(every),
                }
            ),
        },
        name="people",
    )
    known = dict(Party.objects.values_list("external_id", "id"))
    return [known[name] for name in names]


def candidate(channel: str = "sms", **told: Any) -> Candidate:
    return Candidate(**{"channel": channel, "creditor": "telco", "text": TEXT, "script": "reminder", **told})


def proposal(party: int, channel: str = "sms", *, said: dict[str, Any] | None = None, **told: Any) -> Proposal:
    """This function will propose a contact, by default one of those that nothing stands against."""
    known: dict[str, Any] = {"overdue_since": OVERDUE_SINCE, "product_line": "mobile", **told}
    return Proposal(party=party, candidate=candidate(channel, **(said or {})), **known)


def point_of(party: int, channel: str) -> int:
    return ContactPoint.objects.get(party=party, channel=channel).id


@pytest.fixture(scope="session")
def rulebook() -> Rulebook:
    return load((ROOT / "rulebooks",))
