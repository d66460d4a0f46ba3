"""The door: who tries too often waits, who wants to be led away is not, and a log-in is given once."""

from __future__ import annotations

import base64

import pytest
from django.core.management import call_command
from django.test import Client
from django_otp.plugins.otp_totp.models import TOTPDevice

from dunwell.access import actions
from dunwell.access.kinds import Answer, Role
from dunwell.access.models import Grant
from dunwell.cli.demo_staff import CODES
from dunwell.desk.models import Login
from dunwell.desk.signing_in.logins import digits, give_login
from dunwell.evidence.models import Row
from dunwell.facts.errors import DunwellError
from tests.web.desk.conftest import NOON, House

FINANCE, LEGAL, ANALYST = CODES[Role.FINANCE], CODES[Role.LEGAL], CODES[Role.ANALYST]
DOOR = "/sign-in/"


def form(code: str, password: str, token: str, **more: str) -> dict[str, str]:
    return {"code": code, "password": password, "token": token, **more}


def test_five_failures_close_the_door_even_for_who_then_knows(house: House) -> None:
    given, client = give_login(FINANCE, by="test", at=NOON), Client()
    answers = [client.post(DOOR, form(FINANCE, "wrong", "000000")).status_code for _ in range(5)]
    assert answers[:4] == [403] * 4
    assert answers[4] == 429
    closed = client.post(DOOR, form(FINANCE, given.password, digits(FINANCE)))
    assert closed.status_code == 429
    assert "15 minutes" in closed.content.decode()
    call_command("axes_reset", verbosity=0)
    TOTPDevice.objects.filter(user__staff=FINANCE).update(throttling_failure_count=0, throttling_failure_timestamp=None)
    assert client.post(DOOR, form(FINANCE, given.password, digits(FINANCE))).status_code == 302


@pytest.mark.parametrize("code", ["NOBODY-1", "", "x" * 500, "'; DROP TABLE desk_login; --", "王伟"])
def test_a_stranger_hears_the_same_words_as_who_mistypes(house: House, code: str) -> None:
    stranger = Client(REMOTE_ADDR="10.0.0.9").post(DOOR, form(code, "x", "1"))
    known = Client(REMOTE_ADDR="10.0.0.8").post(DOOR, form(LEGAL, "x", "1"))
    assert stranger.status_code == known.status_code == 403
    assert "do not fit together" in stranger.content.decode()
    assert "do not fit together" in known.content.decode()
    call_command("axes_reset", verbosity=0)


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "\\\\evil"])
def test_nobody_is_led_away(house: House, elsewhere: str) -> None:
    given = give_login(LEGAL, by="test", at=NOON)
    answer = Client().post(DOOR, form(LEGAL, given.password, digits(LEGAL), next=elsewhere))
    assert (answer.status_code, answer["Location"]) == (302, "/")


def test_a_log_in_replaces_the_one_before_and_only_digests_are_kept(house: House) -> None:
    first, second = (give_login(ANALYST, by="test", at=NOON) for _ in range(2))
    assert first.password != second.password
    assert first.secret != second.secret
    assert len(base64.b32decode(second.secret)) == 20
    login = Login.objects.get(staff=ANALYST)
    assert not login.check_password(first.password)
    assert login.check_password(second.password)
    assert second.password not in login.password
    assert TOTPDevice.objects.filter(user=login).count() == 1
    row = Row.objects.filter(action="desk.login_given").order_by("-id")[0]
    assert (row.subject, row.detail) == (f"staff {ANALYST}", {"via": "desk"})


def test_nobody_unknown_gets_a_log_in(house: House) -> None:
    with pytest.raises(DunwellError, match="nobody of the staff"):
        give_login("NOBODY-1", by="test", at=NOON)
    with pytest.raises(DunwellError, match="no log-in"):
        digits("NOBODY-1")


def approved(request: int) -> None:
    for role in (Role.COMPLIANCE, Role.DATA_PROTECTION):
        actions.vote(request, answer=Answer.APPROVE, by=CODES[role], via="test", at=NOON)


def test_whoever_lost_his_role_sees_nothing_with_his_old_session(house: House) -> None:
    code, asking = CODES[Role.TEAM_LEAD], {"by": CODES[Role.ADMINISTRATOR], "via": "test", "at": NOON}
    client = house.client(code)
    assert client.get("/queue/").status_code == 200
    grant = Grant.objects.filter(staff=code, revocation__isnull=True).get()
    approved(actions.ask_revoke(grant.pk, **asking).pk)
    assert client.get("/queue/").status_code == 403
    approved(actions.ask_grant(code, role=Role.TEAM_LEAD, **asking).pk)
    assert client.get("/queue/").status_code == 200


def test_a_closed_door_is_closed_for_that_code_alone(house: House) -> None:
    here = {"REMOTE_ADDR": "10.0.0.7"}
    for _ in range(5):
        Client(**here).post(DOOR, form(ANALYST, "wrong", "000000"))
    given = give_login(LEGAL, by="test", at=NOON)
    assert Client(**here).post(DOOR, form(LEGAL, given.password, digits(LEGAL))).status_code == 302
    assert Client(**here).post(DOOR, form(ANALYST, "wrong", "000000")).status_code == 429
    call_command("axes_reset", verbosity=0)
