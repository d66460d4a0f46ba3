"""The commands of supervision: what they say, and what they refuse to do."""

from __future__ import annotations

import csv
import json
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rich.console import Console
from supervision_ledger import NOON, Ledger
from typer.testing import CliRunner

from dunwell.cli import audit, house, reviews, standing, stops, watch
from dunwell.cli.main import app
from dunwell.compliance.models import ReviewFinding, ReviewItem, Standing, StopSwitch
from dunwell.facts.errors import DunwellError

RUNNER = CliRunner(env={"COLUMNS": "200"})
HUMAN = {"actor": "human", "channel": "voice"}

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (audit, house, reviews, standing, stops, watch):
        monkeypatch.setattr(module.console, "width", 200)


def said(*words: str) -> str:
    result = RUNNER.invoke(app, list(words), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def refused(*words: str) -> str:
    with pytest.raises(DunwellError) as caught:
        RUNNER.invoke(app, list(words), catch_exceptions=False)
    return str(caught.value)


# ---- stop ------------------------------------------------------------------------------------------------------------


def test_stop_list_and_resume(ledger: Ledger) -> None:
    assert said("stop", "list") == "nothing is stopped\n"
    said("stop", "set", "everything", "--reason", "wrong numbers", "--department", "compliance", "--by", "C-1")
    made = StopSwitch.objects.get()
    listed = said("stop", "list")
    for word in (str(made.id), "everything", "C-1", "compliance", "wrong numbers"):
        assert word in listed
    assert "may not lift it" in refused("stop", "resume", str(made.id), "--reason", "mended", "--by", "S-1")
    said("stop", "resume", str(made.id), "--reason", "mended", "--department", "compliance", "--by", "C-2")
    assert said("stop", "list") == "nothing is stopped\n"
    assert "C-2" in said("stop", "list", "--all")


def test_a_stop_of_one_thing_names_it(ledger: Ledger) -> None:
    assert said("stop", "set", "agency", "A-1", "--reason", "complaint").endswith("agency A-1\n")
    assert "not a channel" in refused("stop", "set", "channel", "telephone", "--reason", "noise")


def test_a_stop_needs_a_reason(ledger: Ledger) -> None:
    assert RUNNER.invoke(app, ["stop", "set", "everything"]).exit_code == 2
    assert not StopSwitch.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_stop_as_a_process_of_its_own(dunwell: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    ran = dunwell("stop", "set", "channel", "sms", "--reason", "wrong text", "--by", "S-1")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert StopSwitch.objects.values_list("scope", "target", "by").get() == ("channel", "sms", "S-1")
    wrong = dunwell("stop", "resume", "99", "--reason", "mended", "--by", "S-1")
    assert wrong.returncode == 2
    assert "there is no such stop" in wrong.stderr
    assert "Traceback" not in wrong.stderr


# ---- watch -----------------------------------------------------------------------------------------------------------


def test_watch_shows_a_day(ledger: Ledger) -> None:
    party = ledger.party()
    ledger.permit(ledger.contact(party, agency="A-1", staff="S-1", **HUMAN))
    ledger.refusal(party, rules="CN-T1")
    text = said("watch", "--on", "2026-10-14")
    for word in ("1 attempts, 1 permits, 1 refusals", "A-1", "S-1", "CN-T1", "G1-cap", "100.0%"):
        assert word in text


def test_watch_of_nothing_says_so(ledger: Ledger) -> None:
    assert "0 attempts, 0 permits, 0 refusals" in said("watch", "--on", "2026-10-14")


def test_watch_writes_json(ledger: Ledger) -> None:
    ledger.contacts(ledger.party(), how_many=2, account=ledger.account())
    ledger.refusal(ledger.party(), rules="CN-T1;G1-cap")
    told = json.loads(said("watch", "--on", "2026-10-14", "--json"))
    assert (told["on"], told["since"]) == ("2026-10-14", "2026-10-14T00:00:00+08:00")
    assert (told["attempts"], told["permits"], told["refusals"]) == (2, 0, 1)
    assert [row["rule"] for row in told["rules"]] == ["CN-T1", "G1-cap"]
    assert {"rule": "G1-cap", "most": 2, "contacted": 1, "near": 0, "reached": 1, "share_near": 1.0} in told["caps"]


def test_watch_the_last_minutes(ledger: Ledger) -> None:
    party, now = ledger.party(), datetime.now(UTC)
    for minutes in (1, 20):
        ledger.contact(party, at=now - timedelta(minutes=minutes))
    assert json.loads(said("watch", "--minutes", "10", "--json"))["attempts"] == 1


def test_watch_on_a_terminal_goes_on_until_it_is_stopped(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each reading counts anew; Ctrl-C ends it without a word."""
    party, readings = ledger.party(), []

    def wait(seconds: float) -> None:
        readings.append(seconds)
        ledger.contact(party)
        if len(readings) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(watch.time, "sleep", wait)
    terminal = Console(
        force_terminal=True, force_interactive=True, color_system=None, width=200, _environ={"TERM": "xterm"}
    )
    monkeypatch.setattr(watch, "console", terminal)
    text = said("watch", "--on", "2026-10-14", "--every", "2")
    assert readings == [2.0, 2.0, 2.0]
    assert "0 attempts" in text
    assert "2 attempts" in text


# ---- reviews ---------------------------------------------------------------------------------------------------------


def test_reviews_from_the_drawing_to_the_blacklist(ledger: Ledger) -> None:
    ledger.contacts(ledger.party(), how_many=11, staff="S-1", **HUMAN)
    assert "S-1: 2 of 11" in said("reviews", "draw", "--month", "2026-10", "--by", "C-1")
    assert "nothing to draw" in said("reviews", "draw", "--month", "2026-10")
    first, second = ReviewItem.objects.order_by("id")
    assert said("reviews", "list", "--month", "2026-10").count("S-1") == 2
    said("reviews", "find", str(first.id), "--clean", "--by", "Q-1")
    told = said(
        "reviews", "find", str(second.id), "--finding", "grave:threat", "--finding", "minor:note", "--by", "Q-1"
    )
    finding = ReviewFinding.objects.get(severity="grave")
    assert f"finding {finding.id} is grave" in told
    assert "a second reviewer" in said("reviews", "grave")
    said("reviews", "second", str(finding.id), "--confirm", "--by", "Q-2")
    assert "a decision" in said("reviews", "grave")
    about = ("--blacklist", "--reason", "threatened", "--by", "M-1")
    assert "S-1 is blacklisted for good" in said("reviews", "decide", str(finding.id), *about)
    assert "50.0" in said("reviews", "score")
    assert "S-1" not in said("reviews", "list")
    assert "threat" not in said("reviews", "grave")


def test_a_day_is_drawn_over_all(ledger: Ledger) -> None:
    ledger.contacts(ledger.party(), how_many=9)
    assert "all: 4 of 9" in said("reviews", "draw", "--day", "2026-10-14", "--count", "4")


@pytest.mark.parametrize("words", [(), ("--month", "2026-10", "--day", "2026-10-14")])
def test_one_period_is_drawn(words: tuple[str, ...]) -> None:
    assert "either --month or --day" in refused("reviews", "draw", *words)


@pytest.mark.parametrize("words", [(), ("--clean", "--finding", "minor:note")])
def test_a_review_says_what_was_found(words: tuple[str, ...]) -> None:
    assert "say what was found" in refused("reviews", "find", "1", *words)


def test_a_rule_that_is_not_there_is_not_broken() -> None:
    assert "there is no rule CN-99" in refused("reviews", "find", "1", "--finding", "minor:note:CN-99")


def test_codes_are_told_in_both_languages() -> None:
    text = said("reviews", "codes")
    assert "tells a third party of the debt" in text
    assert "向第三人泄露债务" in text


# ---- standing --------------------------------------------------------------------------------------------------------


def test_standing_is_told_listed_and_corrected(ledger: Ledger) -> None:
    about = ("--from", "2026-03-01", "--reason", "exam", "--by", "M-1")
    said("standing", "state", "staff", "S-1", "certified", *about, "--until", "2027-03-01")
    said("standing", "state", "staff", "S-2", "blacklisted", *about)
    listed = said("standing", "list")
    for word in ("S-1", "certified", "2027-03-01", "S-2", "blacklisted"):
        assert word in listed
    barred = Standing.objects.get(kind="blacklisted")
    assert "for good" in refused("standing", "correct", str(barred.id), "withdrawn", *about)
    assert "1 approvers" in refused("standing", "correct", str(barred.id), "withdrawn", *about, "--approved", "C-1")
    said("standing", "correct", str(barred.id), "withdrawn", *about, "--approved", "C-1", "--approved", "L-1")
    assert "S-2" not in said("standing", "list")
    assert "S-1" not in said("standing", "list", "--code", "S-2")


# ---- audit -----------------------------------------------------------------------------------------------------------


def test_audit_lists_breaches_by_rule_and_who(ledger: Ledger, tmp_path: Path) -> None:
    party, account = ledger.party(), ledger.account()
    for hours in (0, 11):
        ledger.contact(party, account=account, agency="A-1", staff="T-1", at=NOON + timedelta(hours=hours), **HUMAN)
    file = tmp_path / "breaches.csv"
    text = said("rules", "audit", "--from", "2026-10-14", "--until", "2026-10-15", "--csv", str(file))
    assert "of 2 contacts" in text
    assert "2 without a permit" in text
    for word in ("breaches by rule", "CN-T1", "A-1 T-1"):
        assert word in text
    with file.open(encoding="utf-8", newline="") as lines:
        told = list(csv.DictReader(lines))
    night = [line for line in told if line["rule"] == "CN-T1"]
    assert len(night) == 1
    assert night[0]["happened_at"] == (NOON + timedelta(hours=11)).isoformat()
    assert [line["rule"] for line in told].count("NO-PERMIT") == 2
    assert "08:00" in night[0]["reason_en"]


def test_audit_of_nothing(ledger: Ledger) -> None:
    assert "no contacts" in said("rules", "audit", "--from", "2026-10-14", "--until", "2026-10-14")


def test_audit_of_a_period_that_ends_before_it_begins() -> None:
    assert "ends before it begins" in refused("rules", "audit", "--from", "2026-10-14", "--until", "2026-10-13")
