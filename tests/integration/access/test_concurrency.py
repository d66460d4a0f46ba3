"""Votes and requests at the same moment, from real processes: nothing is carried out twice, nobody votes twice."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from datetime import datetime

import pytest
from django.db import connection

from dunwell.access import actions, queries
from dunwell.access.kinds import Department, Role, State
from dunwell.access.models import Grant, Request, Revocation, Staff, Vote
from dunwell.evidence.models import Row

from .conftest import AT, DIGEST, VIA, House

# One process a call, forked before any of them has a connection; all begin when the pipe is closed. Each prints what
# came of it, or the rule of the refusal.
WORKER = """
import json, os, sys
from datetime import datetime
os.environ["DJANGO_SETTINGS_MODULE"] = "dunwell.settings"
import django
django.setup()
from django.db import connection
from dunwell.access import actions, applying
from dunwell.access.kinds import Answer, Department
from dunwell.access.objections import AccessRefusedError

def act(what, by, number):
    told = {"by": by, "via": f"test:{os.getpid()}", "at": datetime.fromisoformat(sys.argv[2])}
    if what == "killed":
        applying.carry_out = lambda *a, **k: os.kill(os.getpid(), 9)
    if what in ("vote", "killed"):
        return actions.vote(number, answer=Answer.APPROVE, **told)
    if what == "submit":
        return actions.submit_strategy(number, checks={}, faults=0, **told).kind
    if what == "add":
        return actions.add_staff(number, department=Department.COLLECTIONS, **told) or "added"
    people = {"administrator": f"{by}1", "compliance": f"{by}2", "data_protection": f"{by}3"}
    return actions.found_house(**people, via=told["via"], at=told["at"]) or "founded"

def work(call):
    connection.ensure_connection()
    os.write(ready, b".")
    os.read(gate, 1)
    try:
        said = act(*call)
    except AccessRefusedError as refused:
        said = refused.objection.rule
    os.write(1, f"{said}\\n".encode())

calls = json.loads(sys.argv[1])
(gate, opener), (counter, ready) = os.pipe(), os.pipe()
children = []
for call in calls:
    child = os.fork()
    if child == 0:
        os.close(opener)
        work(call)
        os._exit(0)
    children.append(child)
for _ in calls:
    os.read(counter, 1)
os.close(opener)
sys.exit(max(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 0 for child in children))
"""


def together(moment: datetime, *calls: tuple[str, str, object], code: int = 0) -> Counter[str]:
    """Runs every call (what, by, number) in a process of its own, all at once, and counts what they print."""
    command = [sys.executable, "-W", "ignore", "-c", WORKER, json.dumps(calls), moment.isoformat()]
    environment = os.environ | {"DATABASE_URL": _address()}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == code, done.stderr
    return Counter(done.stdout.split("\n")[:-1])


def _address() -> str:
    settings = connection.settings_dict
    return f"postgresql://{settings['USER']}@/{settings['NAME']}?host={settings['HOST']}"


@pytest.fixture
def house(transactional_db: None) -> House:
    """A house whose rows other processes see."""
    return House()


def refused(rule: str) -> int:
    return Row.objects.filter(action="access.refused", detail__rule=rule).count()


def test_the_deciding_votes_at_the_same_moment_carry_it_out_once(house: House) -> None:
    house.hire("MAN-1", Role.MANAGER)
    house.hire("ADM-2", Role.ADMINISTRATOR)
    house.add("COL-1", Role.COLLECTOR)
    request = house.ask("COL-1", Role.COLLECTOR)
    voters = ["CMP-1", "DPO-1", "MAN-1", "ADM-2"]
    said = together(house.later(), *(("vote", voter, request) for voter in voters))
    assert said == {"open": 1, "approved": 1, "AC-DECIDED": 2}
    assert Vote.objects.filter(request=request).count() == 2
    assert Grant.objects.filter(staff="COL-1").count() == 1
    assert refused("AC-DECIDED") == 2


def test_one_vote_sent_many_times_at_once_counts_once(house: House) -> None:
    house.add("COL-1", Role.COLLECTOR)
    request = house.ask("COL-1", Role.COLLECTOR)
    said = together(house.later(), *[("vote", "CMP-1", request)] * 8)
    assert said == {"open": 1, "AC-VOTED": 7}
    assert Vote.objects.filter(request=request).count() == 1
    assert refused("AC-VOTED") == 7


def test_two_of_one_department_at_once_are_one_side(house: House) -> None:
    house.hire("CMP-2", Role.COMPLIANCE)
    house.add("COL-1", Role.COLLECTOR)
    request = house.ask("COL-1", Role.COLLECTOR)
    said = together(house.later(), ("vote", "CMP-1", request), ("vote", "CMP-2", request))
    assert said == {"open": 1, "AC-SEAT": 1}
    assert not Grant.objects.filter(staff="COL-1").exists()


def test_two_requests_that_exclude_each_other_are_not_both_carried_out(house: House) -> None:
    """A role here and a move away, both waiting for their last vote: whoever comes second is refused."""
    house.add("COL-1", Role.COLLECTOR)
    grant = house.ask("COL-1", Role.COLLECTOR)
    move = actions.ask_move("COL-1", department=Department.LEGAL, by="ADM-1", via=VIA, at=house.later()).pk
    for request in (grant, move):
        house.vote(request, "CMP-1")
    said = together(house.later(), ("vote", "DPO-1", grant), ("vote", "DPO-1", move))
    assert said["approved"] == 1
    assert said["AC-STILL-HOLDS"] + said["AC-DEPARTMENT"] == 1


def test_the_last_two_administrators_do_not_take_each_other_away(house: House) -> None:
    house.hire("ADM-2", Role.ADMINISTRATOR)
    house.hire("MAN-1", Role.MANAGER)
    asked = [
        actions.ask_revoke(Grant.objects.get(staff=code).pk, by="DPO-1", via=VIA, at=house.later()).pk
        for code in ("ADM-1", "ADM-2")
    ]
    for request in asked:
        house.vote(request, "CMP-1")
    said = together(house.later(), *(("vote", "MAN-1", request) for request in asked))
    assert said == {"approved": 1, "AC-LAST-ADMINISTRATOR": 1}
    assert Revocation.objects.count() == 1


def test_one_version_submitted_by_many_at_once_is_submitted_once(house: House) -> None:
    house.staffed()
    said = together(house.later(), *[("submit", "ANA-1", DIGEST)] * 6)
    assert said == {"strategy": 1, "AC-SUBMITTED": 5}
    assert Request.objects.filter(digest=DIGEST).count() == 1


def test_all_three_sides_at_once_approve_a_strategy(house: House) -> None:
    house.staffed()
    request = house.submit()
    said = together(house.later(), *(("vote", code, request) for code in ("CMP-1", "LEG-1", "DPO-1")))
    assert said == {"open": 2, "approved": 1}
    assert queries.approved(kind="strategy", digest=DIGEST)
    assert Row.objects.filter(action="strategy.approved").count() == 1


def test_a_house_is_founded_once_and_a_code_given_once(transactional_db: None) -> None:
    said = together(AT, *[("found", f"{letter}-", 0) for letter in "ABCD"])
    assert said == {"founded": 1, "AC-FOUNDED": 3}
    assert Staff.objects.count() == 3 and Grant.objects.count() == 3
    administrator = Grant.objects.get(role="administrator").staff_id
    said = together(AT, *[("add", administrator, "COL-1")] * 4)
    assert said == {"added": 1, "AC-KNOWN": 3}


def test_killed_in_the_middle_a_vote_is_whole_or_not_there(house: House) -> None:
    """kill -9 after the vote was written and before its transaction ends."""
    house.add("COL-1", Role.COLLECTOR)
    request = house.ask("COL-1", Role.COLLECTOR)
    house.vote(request, "CMP-1")
    assert together(house.later(), ("killed", "DPO-1", request), code=1) == {}
    assert Vote.objects.filter(request=request).count() == 1
    assert not Grant.objects.filter(staff="COL-1").exists()
    assert house.vote(request, "DPO-1") is State.APPROVED
