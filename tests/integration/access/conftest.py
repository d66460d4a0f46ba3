"""A house with its first people, and a way to bring more of them to their roles."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dunwell.access import actions
from dunwell.access.kinds import Answer, RequestKind, Role, State
from dunwell.access.matrix import DEPARTMENT_OF
from dunwell.access.models import Request
from dunwell.access.objections import AccessRefusedError
from dunwell.access.rules import HOUSE, Scope
from dunwell.evidence.models import Row

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
VIA = "test:door"
DIGEST = "ab" * 32
CLEAN = {"errors": 0, "cases": 3}


class House:
    """A founded house: ADM-1, CMP-1 and DPO-1; time goes on by a minute with every action."""

    def __init__(self) -> None:
        self.at = AT
        actions.found_house(administrator="ADM-1", compliance="CMP-1", data_protection="DPO-1", via=VIA, at=self.at)

    def later(self, **more: float) -> datetime:
        self.at += timedelta(**more) if more else timedelta(minutes=1)
        return self.at

    def add(self, code: str, role: Role) -> None:
        actions.add_staff(code, department=DEPARTMENT_OF[role], by="ADM-1", via=VIA, at=self.later())

    def ask(self, code: str, role: Role, *, by: str = "ADM-1", scope: Scope = HOUSE, **more: datetime) -> int:
        return actions.ask_grant(code, role=role, scope=scope, by=by, via=VIA, at=self.later(), **more).pk

    def hire(self, code: str, role: Role, *, scope: Scope = HOUSE, **more: datetime) -> None:
        """Adds somebody and brings him to his role, with all approvals."""
        self.add(code, role)
        request = self.ask(code, role, scope=scope, **more)
        self.vote(request, "CMP-1")
        assert self.vote(request, "DPO-1") is State.APPROVED

    def vote(self, request: int, by: str, answer: Answer = Answer.APPROVE, *, note: str = "") -> State:
        note = note or ("not now" if answer is Answer.REFUSE else "")
        return actions.vote(request, answer=answer, by=by, via=VIA, at=self.later(), note=note)

    def submit(self, digest: str = DIGEST, *, by: str = "ANA-1", faults: int = 0) -> int:
        return actions.submit_strategy(digest, checks=CLEAN, faults=faults, by=by, via=VIA, at=self.later()).pk

    def staffed(self) -> House:
        """Brings the people to their roles who submit and approve strategies."""
        self.hire("ANA-1", Role.ANALYST)
        self.hire("LEG-1", Role.LEGAL)
        return self


def refusal(caught: pytest.ExceptionInfo[AccessRefusedError]) -> str:
    """The rule of a refusal, of which the evidence must stand there as the latest row."""
    rule = caught.value.objection.rule
    row = Row.objects.order_by("-id").first()
    assert row is not None
    assert (row.action, row.detail["rule"], row.detail["via"]) == ("access.refused", rule, VIA)
    assert row.subject == caught.value.place
    return rule


def asked(kind: RequestKind) -> list[Request]:
    return list(Request.objects.filter(kind=kind.value).order_by("id"))


@pytest.fixture
def house(db: None) -> House:
    return House()


@pytest.fixture
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Runs are files under DUNWELL_HOME: a test that makes some has its own."""
    monkeypatch.setenv("DUNWELL_HOME", str(tmp_path / "home"))
    yield tmp_path / "home"
