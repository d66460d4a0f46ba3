"""A house for the pictures: the sample of a fixed day, its people and plan, and a desk at noon of that day."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from dunwell.access.kinds import Role

DAY, SEED, ACCOUNTS = date(2026, 11, 20), 7, 5_000
IMPORTED, PLANNED = datetime(2026, 11, 20, 1, tzinfo=UTC), datetime(2026, 11, 20, 2, tzinfo=UTC)
# Noon in Shanghai, when calls are lawful and half a day has passed.
NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)
BY = "cli:screenshots"
PROMISES = 4


def open_in(home: Path) -> None:
    """This function will start Django on an empty home of its own, never on the one that the machine works with."""
    os.environ.pop("DATABASE_URL", None)
    os.environ |= {"DUNWELL_HOME": str(home), "DUNWELL_PLAIN_HTTP": "1", "DJANGO_ALLOW_ASYNC_UNSAFE": "1"}
    from dunwell.cli.house import open_house

    open_house()


def furnish(folder: Path) -> dict[str, Any]:
    """This function will import the sample, bring everybody to his role, make the plan, and give the log-ins."""
    from dunwell.batch.actions import make_plan
    from dunwell.cli import demo_staff, strategy_checks
    from dunwell.compliance.supervision.actions import Told, state
    from dunwell.desk import clock
    from dunwell.desk.signing_in.logins import give_login
    from dunwell.evidence.actions import seal
    from dunwell.intake.actions import import_source
    from dunwell.intake.mapping.reading import find
    from dunwell.lab.sample.write import write_sample

    clock.now = lambda: NOON
    told = write_sample(folder, accounts=ACCOUNTS, seed=SEED, as_of=DAY, progress=lambda step: None)
    for file in told["files"]:
        import_source(str(folder / file["file"]), mapping=find(file["mapping"]), on=DAY, by=BY, at=IMPORTED)
    # The commands read the clock of the machine; here everything happens on the day of the sample.
    for module in (demo_staff, strategy_checks):
        for name, value in (("now", IMPORTED), ("today", DAY)):
            if hasattr(module, name):
                setattr(module, name, lambda value=value: value)
    demo_staff.bring_in()
    demo_staff.approve_strategies()
    certified = Told(kind="certified", from_on=date(2026, 1, 1), until_on=None, reason="exam")
    for code in demo_staff.CODES.values():
        state("staff", code=code, told=certified, by=BY, at=IMPORTED)
    _able(demo_staff.CODES)
    make_plan(as_of=DAY, by=BY, at=PLANNED, assign=True)
    _promised(demo_staff.CODES[Role.COLLECTOR])
    seal(at=NOON - timedelta(minutes=5))
    return {code: give_login(code, by=BY, at=IMPORTED) for code in demo_staff.CODES.values()}


def _able(codes: Mapping[Role, str]) -> None:
    """This function will say what the collectors can be given, so that the plan gives it to them."""
    from dunwell.work import policy
    from dunwell.work.staffing.actions import tell_ability

    chosen = policy.load()
    for role, skills in ((Role.COLLECTOR, ()), (Role.TEAM_LEAD, tuple(chosen.skills))):
        tell_ability(
            codes[role], skills=skills, languages=("zh", "en"), team="Early arrears", from_on=DAY, policy=chosen,
            by=codes[Role.MANAGER], via=BY, at=IMPORTED,
        )  # fmt: skip


def _promised(code: str) -> None:
    """This function will let a few customers have promised to pay today, some days ago."""
    from dunwell.facts.errors import DunwellError
    from dunwell.portrait.queries import owed
    from dunwell.settle.agreements.actions import Asked, promise
    from dunwell.settle.agreements.kinds import Means
    from dunwell.work.models import Assignment

    made_at, made = NOON - timedelta(days=3), 0
    for party in Assignment.objects.filter(staff=code, until_at=None).order_by("party").values_list("party", flat=True):
        row = next((one for one in owed(party, on=made_at.date()) if one.position.overdue > 0), None)
        if row is None:
            continue
        asked = Asked(party=party, account=row.account.pk, key=f"picture-{party}", by=f"staff:{code}", at=made_at)
        try:
            promise(asked, amount=row.position.overdue, due_on=DAY, means=tuple(Means)[made])
        except DunwellError:
            continue
        made += 1
        if made == PROMISES:
            return


def known() -> dict[str, int]:
    """This function will find one case of each kind, for the addresses of their pages."""
    from dunwell.ledger.models import Hold, Signal

    disputes = Hold.objects.filter(kind="dispute", until_on=None, holdrelease=None)
    return _proposed() | {
        "dispute": disputes.order_by("-from_on", "id")[0].pk,
        "rest": Hold.objects.filter(kind="pause").latest("id").pk,
        "complaint": Signal.objects.filter(kind="complaint").order_by("-happened_on", "id")[0].pk,
    }


def _proposed() -> dict[str, int]:
    """This function will propose two reliefs: a waiver within a manager's authority, a settlement beyond it."""
    from dunwell.ledger.kinds import Component
    from dunwell.settle.relief.judging import Ask
    from dunwell.settle.relief.kinds import Level, ReliefKind, ReliefReason

    def waiver(account: int, overdue: Decimal) -> Ask:
        amounts = {Component.PENALTY: Decimal(5)}
        return Ask(kind=ReliefKind.WAIVER, accounts=(account,), reason=ReliefReason.GOODWILL, amounts=amounts)

    def settlement(account: int, overdue: Decimal) -> Ask:
        half = (overdue / 2).quantize(Decimal("0.01"))
        return Ask(
            kind=ReliefKind.SETTLEMENT,
            accounts=(account,),
            reason=ReliefReason.LUMP_SUM,
            pay_amount=half,
            pay_by=DAY + timedelta(days=7),
        )

    own = {Level.COLLECTOR, Level.TEAM_LEAD, Level.MANAGER}
    return {
        "relief_granted": _propose(waiver, role=Role.MANAGER, levels=own),
        "relief_open": _propose(settlement, role=Role.COLLECTOR, levels=set(Level) - {Level.COLLECTOR}),
    }


def _propose(asked: Callable[[int, Decimal], Any], *, role: Role, levels: set[Any]) -> int:
    """This function will propose it for the first customer for whom it is possible on one of these levels."""
    from dunwell.access import queries
    from dunwell.cli.demo_staff import CODES
    from dunwell.facts.errors import DunwellError
    from dunwell.ledger.models import Party
    from dunwell.portrait.queries import owed
    from dunwell.settle.relief.actions import propose
    from dunwell.settle.relief.judging import draft
    from dunwell.work.models import Assignment

    by = queries.person(CODES[role], at=NOON)
    if by is None:
        raise LookupError(f"nobody of the house is a {role.en}")
    cared_for = Assignment.objects.filter(until_at=None).order_by("party").values_list("party", flat=True)
    for party in Party.objects.filter(pk__in=list(cared_for)).order_by("pk"):
        for row in owed(party.pk, on=DAY):
            ask = asked(row.account.pk, row.position.overdue)
            try:
                if row.position.overdue > 0 and draft(party, ask, at=NOON).level in levels:
                    return int(propose(party, ask=ask, key=f"picture-{role}-{party.pk}", by=by, at=NOON).pk)
            except DunwellError:
                continue
    raise LookupError("nobody of the sample owes what this relief is about")


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    # A hundred pictures ask for a dozen files each, several at a time.
    request_queue_size = 64


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *arguments: Any) -> None:
        """This method will write nothing: addresses of customers belong in no log."""


@contextmanager
def served(port: int = 0) -> Iterator[str]:
    """This function will serve the desk from this very process, whose clock stands still."""
    from dunwell.desk.wsgi import application

    server = make_server("127.0.0.1", port, application, server_class=_Server, handler_class=_Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
