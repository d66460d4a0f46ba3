"""The door: who tries too often waits, who wants to be led away is not, and a log-in is given once."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from dunwell.access import actions
from dunwell.access.kinds import Answer, Role, ScopeKind
from dunwell.access.models import Grant
from dunwell.access.rules import Scope
from dunwell.cli.demo_staff import CODES
from dunwell.desk.models import Login
from dunwell.desk.signing_in.logins import digits, give_login
from dunwell.evidence.models import Row
from dunwell.facts.errors import DunwellError
from tests.web.desk.conftest import NOON, House
from tests.web.desk.people import hire

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
    assert client.get("/queue/").status_code == 302, "the session is over"
    assert house.client(code).get("/queue/").status_code == 403
    approved(actions.ask_grant(code, role=Role.TEAM_LEAD, **asking).pk)
    assert house.client(code).get("/queue/").status_code == 200


def test_a_closed_door_is_closed_for_that_code_alone(house: House) -> None:
    here = {"REMOTE_ADDR": "10.0.0.7"}
    for _ in range(5):
        Client(**here).post(DOOR, form(ANALYST, "wrong", "000000"))
    given = give_login(LEGAL, by="test", at=NOON)
    assert Client(**here).post(DOOR, form(LEGAL, given.password, digits(LEGAL))).status_code == 302
    assert Client(**here).post(DOOR, form(ANALYST, "wrong", "000000")).status_code == 429
    call_command("axes_reset", verbosity=0)


# ---- how long a session lasts ----------------------------------------------------------------------------------------


def at(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    monkeypatch.setattr("dunwell.desk.clock.now", lambda: moment)


def test_the_closed_door_says_when_it_opens(house: House) -> None:
    client = Client(REMOTE_ADDR="10.0.0.6")
    pages = [client.post(DOOR, form(FINANCE, "wrong", "000000")) for _ in range(6)]
    assert [page.status_code for page in pages] == [403] * 4 + [429] * 2
    assert "12:15" in pages[-1].content.decode(), "noon in Shanghai and fifteen minutes"
    call_command("axes_reset", verbosity=0)


def test_a_log_in_has_a_new_session_key(house: House) -> None:
    client, given = Client(), give_login(LEGAL, by="test", at=NOON)
    client.get("/language/")
    client.session.save()
    client.cookies["sessionid"] = "a" * 32
    assert client.post(DOOR, form(LEGAL, given.password, digits(LEGAL))).status_code == 302
    assert client.cookies["sessionid"].value != "a" * 32
    old = client.cookies["sessionid"].value
    client.post("/sign-out/")
    stolen = Client()
    stolen.cookies["sessionid"] = old
    assert stolen.get("/").status_code == 302


def test_a_session_lasts_a_working_day_at_most(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    client = house.client(LEGAL)
    at(monkeypatch, NOON + timedelta(hours=11, minutes=59))
    assert client.get("/rights/").status_code == 200
    at(monkeypatch, NOON + timedelta(hours=12))
    answer = client.get("/rights/")
    assert (answer.status_code, answer["Location"]) == (302, "/sign-in/?next=/rights/&ended=time")
    assert "a working day at most" in client.get(answer["Location"]).content.decode()
    assert client.get("/rights/")["Location"] == "/sign-in/?next=/rights/"


def test_a_session_without_a_click_ends(house: House) -> None:
    client = house.client(LEGAL)
    session = Session.objects.get(pk=client.cookies["sessionid"].value)
    idle = session.expire_date - timezone.now()
    assert timedelta(minutes=29) < idle <= timedelta(minutes=30)
    Session.objects.filter(pk=session.pk).update(expire_date=timezone.now() - timedelta(seconds=1))
    assert client.get("/").status_code == 302


def test_more_rights_and_fewer_end_every_session_of_that_person_alone(house: House) -> None:
    code = hire("SESSION-TL-1", Role.TEAM_LEAD, Scope())
    first, second, other = house.client(code), house.client(code), house.client(LEGAL)
    assert first.get("/queue/").status_code == second.get("/queue/").status_code == 200
    told = {"by": CODES[Role.ADMINISTRATOR], "via": "test", "at": NOON}
    approved(actions.ask_grant(code, role=Role.COLLECTOR, scope=Scope(kind=ScopeKind.TEAM, value="T-9"), **told).pk)
    for client in (first, second):
        answer = client.get("/queue/")
        assert (answer.status_code, answer["Location"]) == (302, "/sign-in/?next=/queue/&ended=rights")
    assert "Your rights were changed" in first.get("/sign-in/?ended=rights").content.decode()
    assert other.get("/").status_code == 200
    client = house.client(code)
    for grant in Grant.objects.filter(staff=code, revocation__isnull=True):
        assert client.get("/queue/").status_code == 200
        approved(actions.ask_revoke(grant.pk, **told).pk)
        assert client.post("/queue/next/").status_code == 302
        client = house.client(code)
    assert client.get("/queue/").status_code == 403, "whoever left has no role, in a new session neither"


def test_a_piece_of_a_page_leads_the_whole_page_to_the_door(house: House) -> None:
    answer = Client(headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/customer/1/"}).get(
        "/customer/1/lights/voice/"
    )
    assert answer["HX-Redirect"].startswith("/sign-in/?next=/customer/1/")
    assert Client().post("/queue/next/")["Location"] == "/sign-in/?next=/"


# ---- one's own log-in ------------------------------------------------------------------------------------------------

GOOD = "quiet-harbour-at-dawn"


@pytest.fixture
def own(house: House) -> Iterator[tuple[Client, Client, str]]:
    """This fixture will give somebody signed in twice, and his password."""
    given = give_login(ANALYST, by="test", at=NOON)
    yield house.client(ANALYST), house.client(ANALYST), given.password
    call_command("axes_reset", verbosity=0)


def test_a_password_is_changed_and_every_other_session_ends(own: tuple[Client, Client, str]) -> None:
    here, there, password = own
    said = {"password": password, "token": digits(ANALYST), "new": GOOD, "again": GOOD}
    answer = here.post("/me/password/", said)
    assert (answer.status_code, answer["Location"]) == (302, "/me/?done=password")
    assert "The password was changed" in here.get(answer["Location"]).content.decode()
    assert there.get("/me/").status_code == 302
    login = Login.objects.get(staff=ANALYST)
    assert login.check_password(GOOD) and not login.check_password(password)
    row = Row.objects.filter(action="desk.password_changed").order_by("-id")[0]
    assert (row.subject, row.by, row.detail) == (f"staff {ANALYST}", f"staff:{ANALYST}", {"via": "desk"})


@pytest.mark.parametrize(
    ("new", "again", "field"),
    [
        ("short-1", "short-1", "new"),
        ("123456789012345", "123456789012345", "new"),
        ("password1234", "password1234", "new"),
        ("demo-ana-1-demo", "demo-ana-1-demo", "new"),
        (GOOD, "quiet-harbour-at-dusk", "again"),
        ("", "", "new"),
    ],
)
def test_a_weak_password_is_refused_at_its_field(
    own: tuple[Client, Client, str], new: str, again: str, field: str
) -> None:
    here, _there, password = own
    said = {"password": password, "token": digits(ANALYST), "new": new, "again": again}
    answer = here.post("/me/password/", said)
    page = answer.content.decode()
    assert answer.status_code == 400
    assert f'id="fault-{field}"' in page
    assert password not in page and (not new or f'value="{new}"' not in page)
    assert Login.objects.get(staff=ANALYST).check_password(password)


def test_without_the_present_ones_nothing_is_changed_and_trying_closes_the_door(
    own: tuple[Client, Client, str],
) -> None:
    here, _there, password = own
    said = {"password": "wrong", "token": "000000", "new": GOOD, "again": GOOD}
    answers = [here.post("/me/password/", said) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [400] * 4 + [429]
    assert 'id="fault-present"' in answers[0].content.decode()
    assert Login.objects.get(staff=ANALYST).check_password(password)


def offered(page: str) -> tuple[str, str]:
    """This function will read the secret that a page offers, and compute the digits that a device with it shows."""
    found = re.search(r'class="secret">([A-Z2-7 ]+)<', page)
    assert found
    return found[1], f"{totp(base64.b32decode(found[1].replace(' ', ''))):06d}"


def test_a_second_factor_is_changed_with_the_old_one(own: tuple[Client, Client, str]) -> None:
    here, there, password = own
    page = here.get("/me/factor/").content.decode()
    secret, fresh = offered(page)
    wrong = here.post("/me/factor/", {"fresh": "000000", "password": password, "token": digits(ANALYST)})
    assert (wrong.status_code, 'id="fault-fresh"' in wrong.content.decode()) == (400, True)
    assert secret in wrong.content.decode(), "the same secret again"
    TOTPDevice.objects.filter(user__staff=ANALYST).update(last_t=-1)
    answer = here.post("/me/factor/", {"fresh": fresh, "password": password, "token": digits(ANALYST)})
    assert (answer.status_code, answer["Location"]) == (302, "/me/?done=factor")
    assert here.get("/me/").status_code == 200
    assert there.get("/me/").status_code == 302
    [device] = TOTPDevice.objects.filter(user__staff=ANALYST)
    assert device.bin_key == base64.b32decode(secret.replace(" ", ""))
    assert Row.objects.filter(action="desk.factor_changed", subject=f"staff {ANALYST}").exists()


def test_the_present_factor_is_needed_for_a_new_one(own: tuple[Client, Client, str]) -> None:
    here, _there, password = own
    before = TOTPDevice.objects.get(user__staff=ANALYST).key
    _secret, fresh = offered(here.get("/me/factor/").content.decode())
    for token in ("", "000000"):
        answer = here.post("/me/factor/", {"fresh": fresh, "password": password, "token": token})
        assert (answer.status_code, 'id="fault-present"' in answer.content.decode()) == (400, True)
    assert TOTPDevice.objects.get(user__staff=ANALYST).key == before
