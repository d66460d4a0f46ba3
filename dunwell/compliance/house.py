"""What the house itself refuses, before all rules: what was done already, stopped, or approved by nobody."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

from dunwell.access.queries import approved
from dunwell.compliance.models import StopSwitch
from dunwell.compliance.proposal import Proposal, Refused, refusal
from dunwell.compliance.rulebook.model import Rulebook
from dunwell.compliance.supervision.rules import first_stop

ONCE, STOP, APPROVED = "ONCE", "STOP", "APPROVED"


class House(NamedTuple):
    """What is known at the moment beside the persons: the keys that had their contact, the stops in force."""

    at: datetime
    rulebook: Rulebook
    made: dict[str, datetime]
    stops: list[StopSwitch]

    def refuses(self, proposal: Proposal) -> Refused | None:
        """This method will refuse what was made already, what somebody has stopped, and what nobody has approved."""
        candidate = proposal.candidate
        if proposal.key is not None and proposal.key in self.made:
            moment = f"{self.made[proposal.key].astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
            english = f"this contact was made already, at {moment}: one order, one contact"
            return refusal(ONCE, en=english, zh=f"该联系已于{moment}执行：一单一次")
        stop = first_stop(
            self.stops,
            channel=candidate.channel,
            agency=candidate.agency,
            creditor=candidate.creditor,
            treatment=proposal.treatment,
        )
        if stop:
            what = " ".join(filter(None, (stop.scope, stop.target)))
            return refusal(
                STOP,
                en=f"contact was stopped ({what}) by {stop.department}: {stop.reason}",
                zh=f"{stop.department}已下令停止联系（{what}）：{stop.reason}",
            )
        if proposal.strategy is not None and not approved(kind="strategy", digest=proposal.strategy):
            return refusal(
                APPROVED,
                en="the strategies that chose this contact are not approved by compliance, legal and data protection",
                zh="选定此联系的策略尚未经合规、法务和数据保护批准",
            )
        return None
