"""The rest after distress: only a specialist lets contact go on, with a reason, or keeps the rest."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from dunwell.access.kinds import Capability
from dunwell.access.rules import Person
from dunwell.evidence.actions import record
from dunwell.ledger.kinds import HoldKind
from dunwell.ledger.models import Hold, HoldRelease
from dunwell.settle.case_facts import hold_still, house_day, sealed_note, signal, told
from dunwell.settle.disputes.kinds import KEEPING, PauseReason
from dunwell.settle.models import PauseReview
from dunwell.settle.refusals import refused


@transaction.atomic
def release(hold: int, *, reason: str, keep: bool, key: str, by: Person, at: datetime, note: str = "") -> PauseReview:
    """This function will end a rest for a reason, or write down why it goes on (`keep`). Raises NotAgreedError.

    The same form sent twice is one review; a rest that has ended is not ended again.
    """
    found, place = Hold.objects.select_related("party").get(pk=hold, kind=HoldKind.PAUSE.value), f"hold/{hold}"
    hold_still(found.party_id)
    if known := PauseReview.objects.filter(form_key=key).first():
        return known
    if not by.can(Capability.RELEASE_RESTS):
        right = Capability.RELEASE_RESTS
        raise refused("CS-RIGHT", place=place, right_en=right.en, right_zh=right.zh)
    if HoldRelease.objects.filter(hold=found, released_on__lte=house_day(at)).exists():
        raise refused("CS-RELEASED", place=place)
    fitting = [one for one in PauseReason if (one in KEEPING) is keep]
    if reason not in fitting:
        en, zh = ", ".join(one.en for one in fitting), "、".join(one.zh for one in fitting)
        raise refused("CS-SPECIALIST", place=place, reasons_en=en, reasons_zh=zh)
    made = PauseReview.objects.create(
        party=found.party,
        made_at=at,
        by=f"staff:{by.code}",
        form_key=key,
        hold=found,
        reason=reason,
        released=not keep,
        note_sealed=sealed_note(found.party, note, place=place),
    )
    record(
        action="settle.rest_reviewed",
        subject=place,
        by=f"staff:{by.code}",
        at=at,
        detail={"reason": reason, "released": not keep},
    )
    if not keep:
        _end(found, reason, by=f"staff:{by.code}", at=at)
    return made


def _end(found: Hold, reason: str, *, by: str, at: datetime) -> None:
    party, name, on = found.party, f"rest/{found.pk}", house_day(at)
    fact = {"hold_id": found.pk, "released_on": on.isoformat()}
    told("hold_release", [fact], party=party, name=name, action="settle.rest_released", by=by, at=at)
    over = signal("distress_over", party=party, on=on, code=reason)
    told("signal", [over], party=party, name=name, action="settle.rest_over", by=by, at=at)
